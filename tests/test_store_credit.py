"""Rules, calibration, samples, directory, conversions and learners, on both databases."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from align.credit import RuleSet
from align.errors import AccessError, AlignError, ConflictError, SettingsError, UsageError
from align.learner import ResultState
from align.store import verify_receipt
from align.store.agreements import in_force
from tests.credit_kit import LEARNER, converted, deposit, entry, exempted, rule
from tests.store_kit import OTHER, PAIR, Home, World

CAP = {"certificate-cap": {"credits": 8.0}}


def test_rules_are_versions_and_a_workspaces_take_the_place_of_its_colleges(home: Home) -> None:
    with home.open() as store:
        w = World(store)
        college = w.college.id
        assert store.rules_in_force(w.faculty, w.id) == {}
        first = store.save_rules(w.admin, college, None, CAP, "委员会 3 月会议", check=RuleSet)
        assert (first.author_name, first.reason) == (w.admin.name, "委员会 3 月会议")
        assert store.rules_in_force(w.faculty, w.id) == CAP
        levels = {"level-category": {"categories": {"中级": ("专业核心课",)}}}
        store.save_rules(w.admin, college, w.id, levels, "本专业", check=RuleSet)
        found = store.rules_in_force(w.faculty, w.id)
        assert RuleSet(found).of_level("level-category", "categories", "中级") == ("专业核心课",)
        assert "certificate-cap" not in found
        store.save_rules(w.admin, college, w.id, {}, "一条也不用", check=RuleSet)
        assert store.rules_in_force(w.faculty, w.id) == {}
        store.save_rules(w.admin, college, w.id, None, "随学院", check=RuleSet)
        assert store.rules_in_force(w.faculty, w.id) == CAP
        assert len(store.rules_versions(w.faculty, college, w.id)) == 3
        assert store.rules_versions(w.faculty, college) == [first]
        head = store.head(college)
        unknown: dict[str, dict[str, float]] = {"nonsense": {}}
        for wrong in (unknown, {"certificate-cap": {"credits": 900.0}}):
            with pytest.raises(SettingsError):
                store.save_rules(w.admin, college, None, wrong, "试", check=RuleSet)
        with pytest.raises(UsageError, match="不能为空"):
            store.save_rules(w.admin, college, None, None, "试", check=RuleSet)
        with pytest.raises(UsageError, match="理由"):
            store.save_rules(w.admin, college, None, CAP, " ", check=RuleSet)
        assert store.head(college) == head
        assert store.verify().whole
    with home.open() as store:
        assert store.rules_in_force(w.faculty, w.id) == CAP


def test_a_calibration_is_a_version_and_can_be_taken_back(home: Home) -> None:
    with home.open() as store:
        w = World(store)
        college = w.college.id
        assert store.calibration_in_force(w.faculty, w.id) == (1.0, 0.0)
        figures = {"ece_before": 0.08, "ece_after": 0.03, "low": float("nan")}
        first = store.save_calibration(w.admin, college, None, (1.25, -0.5), figures, "已审 300 对")
        assert first.figures == {"ece_before": 0.08, "ece_after": 0.03}
        assert store.calibration_in_force(w.faculty, w.id) == (1.25, -0.5)
        store.save_calibration(w.admin, college, w.id, (0.9, 0.1), {}, "本专业")
        assert store.calibration_in_force(w.faculty, w.id) == (0.9, 0.1)
        store.save_calibration(w.admin, college, w.id, None, {}, "收回")
        assert store.calibration_in_force(w.faculty, w.id) == (1.25, -0.5)
        store.save_calibration(w.admin, college, None, None, {}, "收回")
        assert store.calibration_in_force(w.faculty, w.id) == (1.0, 0.0)
        assert [v.calibration for v in store.calibration_versions(w.faculty, college)] == [
            (1.25, -0.5), None,
        ]  # fmt: skip
        for wrong in ((0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, float("inf"))):
            with pytest.raises(SettingsError):
                store.save_calibration(w.admin, college, None, wrong, {}, "试")
        assert store.verify().whole


def test_a_sample_is_entered_before_anything_of_it_is_reviewed(home: Home) -> None:
    with home.open() as store:
        w = World(store)
        made = store.save_sample(w.faculty, w.id, "r-1", "种子", 40, [(PAIR, 0.05)])
        assert made.drawn == ((PAIR, 0.05),) and made.pool_size == 40
        entry_ = store.entries(w.faculty, kind="sample.drawn")[0]
        assert entry_.after["sample"]["drawn"] == [[list(PAIR), 0.05]]
        assert entry_.after["sample"]["seed"] == "种子"
        w.link(w.faculty, 2, pair=OTHER)
        third = (*PAIR[:3], "课甲#3")
        head = store.head(w.college.id)
        for drawn, pool, run, why in (
            ([(OTHER, 0.1)], 40, "r-1", "已经审核"),
            ([(PAIR, 0.1)], 40, "r-1", "抽取过"),
            ([(third, 0.0)], 40, "r-1", "概率"),
            ([(third, 1.5)], 40, "r-1", "概率"),
            ([(third, 0.5), (third, 0.5)], 40, "r-1", "重复"),
            ([(third, 0.5)], 0, "r-1", "个数"),
            ([], 40, "r-1", "个数"),
            ([(third, 0.5)], 40, "r-9", "没有这次运行"),
        ):
            with pytest.raises(UsageError, match=why):
                store.save_sample(w.faculty, w.id, run, "种", pool, drawn)
        assert store.head(w.college.id) == head
        assert store.samples(w.faculty, w.id) == [made]
        assert store.verify().whole


def test_the_directory_keeps_versions(home: Home) -> None:
    with home.open() as store:
        w = World(store)
        college = w.college.id
        assert len(store.import_entries(w.committee, college, [entry(), entry(id="E2")])) == 2
        assert store.import_entries(w.admin, college, [entry()]) == []  # says nothing new
        (new,) = store.import_entries(w.admin, college, [entry(months=60), entry(id="E2")])
        assert (new.entry.id, new.version) == ("E1", 2)
        assert store.directory(w.faculty) == [entry(months=60), entry(id="E2")]
        assert [v.version for v in store.directory_versions(w.faculty)] == [1, 1, 2]
        change = store.entries(w.faculty, kind="directory.changed", subject="E1")[0]
        assert change.before["entry"]["data"]["months"] == 36
        head = store.head(college)
        for wrong, why in (
            ([entry(), entry()], "重复"),
            ([entry(id=" ")], "编号"),
            ([entry(levels=("中级", "中级"))], "等级重复"),
            ([entry(credits=(("特级", 3.0),))], "没有的等级"),
            ([entry(hours=-1.0)], "学时"),
            ([entry(id="E3"), entry(id="E4", months=0)], "有效期"),
        ):
            with pytest.raises(UsageError, match=why):
                store.import_entries(w.committee, college, wrong)
        assert store.head(college) == head and store.verify().whole


def test_conversions_are_approved_anew_and_withdrawn(home: Home) -> None:
    with home.open() as store:
        w = World(store)
        store.import_entries(w.committee, w.college.id, [entry()])
        one, two = store.approve_conversions(w.committee, w.id, [rule("甲"), rule("乙", 2.0)])
        assert one.version == 1 and one.id and w.committee.name in one.approved
        assert store.approve_conversions(w.committee, w.id, [rule("甲")]) == [one]
        until = date(2027, 1, 1)
        (newer,) = store.approve_conversions(w.committee, w.id, [rule("甲", 4.0, valid_to=until)])
        assert (newer.version, newer.valid_to) == (2, until)
        assert store.conversions(w.faculty) == [newer, two]
        with pytest.raises(ConflictError, match="新的版本"):
            store.withdraw_conversion(w.committee, one.id, "旧的")
        store.withdraw_conversion(w.committee, newer.id, "课程已停开")
        assert store.conversions(w.faculty, workspace_id=w.id) == [two]
        last = store.conversion_versions(w.faculty)[-1]
        assert (last.withdrawn, last.reason, last.rule.version) == (True, "课程已停开", 3)
        (back,) = store.approve_conversions(w.committee, w.id, [rule("甲")])
        assert back.version == 4
        head = store.head(w.college.id)
        for wrong, why in (
            (rule(entry_id="E9"), "没有这一项"),
            (rule(level="特级"), "没有这个等级"),
            (rule(credits=0.0), "学分"),
            (rule(grade=101.0), "成绩"),
            (rule(valid_from=until, valid_to=date(2026, 1, 1)), "有效期"),
            (rule(" "), "课程编号"),
        ):
            with pytest.raises(UsageError, match=why):
                store.approve_conversions(w.committee, w.id, [rule("丙"), wrong])
        assert store.head(w.college.id) == head and store.verify().whole


def ready(home: Home) -> World:
    w = World(home.open())
    w.store.import_entries(w.committee, w.college.id, [entry()])
    w.store.approve_conversions(w.committee, w.id, [rule("课甲"), rule("课乙", 2.0)])
    return w


def test_an_account_is_deposited_recognised_converted_and_proved(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        strange = converted("无编号", name="某培训", entry_id="", level="", hours=20)
        held, other = store.add_results(w.committee, [converted("证 1"), strange])
        assert store.add_results(w.admin, [converted("证 1")]) == [held], "not twice"
        assert store.learners(w.admin) == [LEARNER]
        known = store.set_state(
            w.committee, other.id, ResultState.RECOGNISED, entry_id="E1", level="初级"
        )
        assert store.results(w.admin, LEARNER) == [held, known]
        done = exempted(w, held)
        made, receipt = store.record_conversion(w.committee, LEARNER, done)
        assert made.credits == 5.0 and made.exempted == done
        assert verify_receipt(receipt).genuine and receipt["entry"]["kind"] == "learner.converted"
        assert store.results(w.admin, LEARNER)[0].state is ResultState.CONVERTED
        assert store.learner_conversions(w.admin, LEARNER) == [made]
        with pytest.raises(ConflictError, match="已经转换过"):
            store.record_conversion(w.committee, LEARNER, done)
        data, proof = store.export_learner(w.admin, LEARNER)
        assert data["learner"] == LEARNER and len(data["results"]) == 2
        assert data["conversions"][0]["credits"] == 5.0
        check = verify_receipt(proof)
        from align.store.ledger import canonical, sha256

        assert check.genuine and check.digest == sha256(canonical(data))
        found = store.verify()
        assert found.whole and found.warnings == ()
    with home.open() as store:
        assert store.learner_conversions(w.admin, LEARNER) == [made]


def test_only_what_holds_now_is_recorded(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        held = deposit(w)
        done = exempted(w, held)
        theirs = deposit(w, learner="20269999")
        head = store.head(w.college.id)
        wrong: list[tuple[type[AlignError], object]] = [
            (UsageError, ()),
            (UsageError, [dataclasses.replace(done[0], results=(theirs.id,))]),
            (UsageError, [dataclasses.replace(done[0], results=())]),
            (ConflictError, [dataclasses.replace(done[0], rule=rule("课丙"))]),
            (
                ConflictError,
                [dataclasses.replace(
                    done[0], rule=dataclasses.replace(done[0].rule, credits=30.0)
                )],
            ),
        ]  # fmt: skip
        for error, given in wrong:
            with pytest.raises(error):
                store.record_conversion(w.committee, LEARNER, given)  # type: ignore[arg-type]
        with pytest.raises(AccessError, match="没有这位"):
            store.record_conversion(w.committee, "20260000", done)
        for bad, why in (
            (converted(entry_id="E9"), "名录"),
            (converted(learner=" "), "学号"),
            (converted(hours=0.0), "学时"),
            (converted(state=ResultState.CONVERTED), "已转换"),
        ):
            with pytest.raises(UsageError, match=why):
                store.add_results(w.committee, [converted("新"), bad])
        assert store.head(w.college.id) == head
        store.withdraw_conversion(w.committee, done[0].rule.id, "撤")
        with pytest.raises(ConflictError, match="规则已变"):
            store.record_conversion(w.committee, LEARNER, done)
        assert store.verify().whole


def test_erasing_a_learner_leaves_a_whole_chain_and_nothing_of_them(
    home: Home, tmp_path: Path
) -> None:
    w = ready(home)
    words = "证书编号甲乙丙丁"
    with w.store as store:
        held = deposit(w, evidence=words)
        for k in range(20):  # enough that pages of the file are moved and reused
            deposit(w, evidence=f"{words}{k}", name="某培训")
        store.record_conversion(w.committee, LEARNER, exempted(w, held))
        other = deposit(w, learner="20269999")
        store.erase_learner(w.admin, LEARNER)
        assert store.learners(w.admin) == ["20269999"]
        assert store.results(w.admin, "20269999") == [other]
        for act in (
            lambda: store.results(w.admin, LEARNER),
            lambda: store.set_state(w.admin, held.id, ResultState.EXPIRED),
            lambda: store.erase_learner(w.admin, LEARNER),
        ):
            with pytest.raises(AccessError):
                act()
        found = store.verify()
        assert found.whole and found.warnings == ()
    if home.kind == "sqlite":
        kept = b"".join(p.read_bytes() for p in tmp_path.iterdir() if p.is_file())
        assert not [x for x in (LEARNER, words) if x.encode() in kept]
    else:
        tables = [
            r[0] for r in home.sql("SELECT tablename FROM pg_tables WHERE schemaname='public'")
        ]
        rows = str([home.sql(f"SELECT * FROM {table}") for table in tables])
        assert not [x for x in (LEARNER, words) if x in rows]
    with home.open() as store:
        home.sql("UPDATE learning_results SET state = 'recognised' WHERE state = 'converted'")
        assert "result.state" in {p.kind for p in store.verify().problems}
    with home.open() as store:
        w.store = store
        assert deposit(w).id != held.id  # may come back, as another


def test_a_blank_that_no_erasure_made_is_found(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        deposit(w)
        home.sql("UPDATE learning_results SET data = ''")
        assert [p.kind for p in store.verify().problems] == ["result.added"]


def test_an_approvers_name_goes_with_them(home: Home) -> None:
    """The conversion stays; who approved its rule is named in one place only."""
    w = ready(home)
    with w.store as store:
        store.record_conversion(w.committee, LEARNER, exempted(w, deposit(w)))
        name = w.committee.name
        assert name in store.learner_conversions(w.admin, LEARNER)[0].exempted[0].rule.approved
        store.erase_person(w.admin, w.committee.id)
        after = store.learner_conversions(w.admin, LEARNER)[0]
        assert name not in after.exempted[0].rule.approved and after.credits == 5.0
        assert store.verify().whole
        assert name not in str(home.sql("SELECT data FROM learner_conversions"))


def test_the_committee_agrees_with_a_note_and_takes_it_back(home: Home) -> None:
    pair, other = ("证", "课甲"), ("证", "课乙")
    words = "第三单元由岗位实训补修"
    with home.open() as store:
        w = World(store)
        first, second = store.agree(w.committee, w.id, [pair, other], words)
        assert (first.pair, first.note, first.by_name) == (pair, words, w.committee.name)
        assert store.agree(w.committee, w.id, [pair, other], words) == [], "said already"
        (anew,) = store.agree(w.committee, w.id, [pair], "第三单元由课程丙补修")
        (back,) = store.agree(w.committee, w.id, [other], "课程已停开", agreed=False)
        assert store.agreements(w.faculty, w.id) == [first, second, anew, back]
        assert in_force(store.agreements(w.faculty, w.id)) == {pair: anew}
        kinds = [e.kind for e in store.entries(w.admin, workspace_id=w.id, limit=4)]
        assert kinds == ["exemption.withdrawn", *["exemption.agreed"] * 3]
        assert words not in str(home.sql("SELECT before, after FROM entries"))
        head = store.head(w.college.id)
        for who in (w.faculty, w.admin, w.strangers[w.committee.role]):
            with pytest.raises(AccessError):
                store.agree(who, w.id, [pair], "我也同意")
        with pytest.raises(UsageError, match="委员会意见"):
            store.agree(w.committee, w.id, [pair], " ", agreed=False)
        with pytest.raises(UsageError, match="编号"):
            store.agree(w.committee, w.id, [("证", "")], "空")
        assert store.head(w.college.id) == head and store.verify().whole
        store.import_entries(w.committee, w.college.id, [entry()])
        (made,) = store.approve_conversions(w.committee, w.id, [rule("课甲", note=words)])
        assert made.note == words and made.version == 1
        (newer,) = store.approve_conversions(w.committee, w.id, [rule("课甲", note="改为笔试")])
        assert newer.version == 2
        store.erase_person(w.admin, w.committee.id)
        assert {a.note for a in store.agreements(w.faculty, w.id)} == {""}
        assert store.conversions(w.faculty)[0].note == ""
        assert words not in str(home.sql("SELECT reason FROM conversions"))
        assert store.verify().whole


def test_a_result_without_a_rule_is_decided_singly(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        ground = "竞赛内容与课程一致，委员会第 3 次会议"
        won, lost = (
            deposit(w, name=name, entry_id="", level="") for name in ("技能竞赛一等奖", "某讲座")
        )
        course = rule("课丁", 1.5, entry_id="", level="", grade=90.0)
        with pytest.raises(AccessError):
            store.decide_single(w.admin, won.id, ground, course)
        with pytest.raises(UsageError, match="理由"):
            store.decide_single(w.committee, won.id, " ", course)
        with pytest.raises(UsageError, match="学分"):
            store.decide_single(w.committee, won.id, ground, rule("课丁", 0.0))
        made, receipt = store.decide_single(w.committee, won.id, ground, course)
        assert (made.credits, made.reason, made.single) == (1.5, ground, True)
        assert w.committee.name in made.exempted[0].rule.approved
        assert verify_receipt(receipt).genuine and receipt["entry"]["kind"] == "learner.single"
        no, _ = store.decide_single(w.committee, lost.id, "与专业无关")
        assert (no.exempted, no.refused[0].result, no.reason) == ((), lost.id, "与专业无关")
        states = {r.id: r.state for r in store.results(w.admin, LEARNER)}
        assert states == {won.id: ResultState.CONVERTED, lost.id: ResultState.DEPOSITED}
        assert store.learner_conversions(w.admin, LEARNER) == [made, no]
        with pytest.raises(ConflictError, match="已经转换过"):
            store.decide_single(w.committee, won.id, ground, course)
        with pytest.raises(ConflictError, match="已经免修过"):
            store.decide_single(w.committee, lost.id, ground, course)
        data, _ = store.export_learner(w.admin, LEARNER)
        assert [c["reason"] for c in data["conversions"]] == [ground, "与专业无关"]
        assert store.verify().whole
        entries = str(home.sql("SELECT before, after FROM entries"))
        assert not [x for x in (ground, LEARNER, "技能竞赛") if x in entries]
        store.erase_learner(w.admin, LEARNER)
        assert store.verify().whole and ground not in str(
            home.sql("SELECT data FROM learner_conversions")
        )


def test_recognising_is_the_committees_and_is_not_undone_by_depositing_again(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        strange = converted("证 7", name="速递员证", entry_id="", level="")
        (held,) = store.add_results(w.admin, [strange])
        with pytest.raises(AccessError):
            store.set_state(w.admin, held.id, ResultState.RECOGNISED, entry_id="E1", level="中级")
        known = store.set_state(
            w.committee, held.id, ResultState.RECOGNISED, entry_id="E1", level="中级",
            note="旧名称，内容相同",
        )  # fmt: skip
        assert (known.entry_id, known.note) == ("E1", "旧名称，内容相同")
        assert store.add_results(w.admin, [strange]) == [known], "the same paper, recognised"
        assert exempted(w, known)
        assert store.verify().whole


def test_one_of_several_choices_is_recorded_with_its_reason(home: Home) -> None:
    w = ready(home)
    with w.store as store:
        done = exempted(w, deposit(w))
        with pytest.raises(UsageError, match="选定的理由"):
            store.record_conversion(w.committee, LEARNER, done, choices=2)
        made, _ = store.record_conversion(
            w.committee, LEARNER, done, choices=2, reason="学生已修课丙"
        )
        assert (made.choices, made.reason, made.steps) == (2, "学生已修课丙", ())
        assert store.learner_conversions(w.admin, LEARNER) == [made]
        data, _ = store.export_learner(w.admin, LEARNER)
        assert data["conversions"][0]["reason"] == "学生已修课丙"
