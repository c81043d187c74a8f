"""学分转换: rules, candidates, the committee's list, the directory and learners' accounts."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from align.credit import RULES, RuleSet, parse_rules
from align.decisions import Role
from align.errors import AccessError
from align.learner import ConversionRule, Entry, LearningResult, ResultKind, ResultState
from align.learner.tables import DIRECTORY_HEAD, RESULT_HEAD
from align.ui.words import EN, ZH
from tests import app_kit
from tests.app_kit import CHINESE, bodies, english, me, opened, shown, space, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")
NOTE = "其余内容由岗位实训补修"
PARCELS, CUSTOMERS = "快件收派实务", "快递客户服务"
COURIER = Entry(
    "E1", "快件处理员", ResultKind.SKILL_LEVEL, levels=("初级", "中级"), months=36,
    credits=(("初级", 2.0), ("中级", 3.0)),
)  # fmt: skip


def view(name: str, at: AppTest | None = None) -> AppTest:
    at = at or opened("credit")
    at.segmented_control(key="credit_view_zh").set_value(name).run()
    return at


def keys(at: AppTest) -> set[str]:
    return {b.key for b in at.button if b.key}


def toggle(at: AppTest, rule: str, on: bool = True) -> AppTest:
    (found,) = (x for x in at.toggle if x.key and x.key.startswith(f"rule.{rule}."))
    found.set_value(on).run()
    return at


def reason(at: AppTest, field: str, words: str, button: str) -> AppTest:
    (box,) = (x for x in at.text_input if x.key and x.key.startswith(field))
    box.set_value(words)
    at.button(key=button).click().run()
    return at


def known() -> None:
    store().import_entries(me(), "local", [COURIER])


def agree(at: AppTest, *courses: str) -> AppTest:
    """The committee agrees to exempt these, with a note."""
    (box,) = (m for m in at.multiselect if m.key and m.key.startswith("cand.add"))
    look = app_kit.look_of()
    ids = {c.name: c.id for c in look.courses.values()}
    (certificate,) = look.certificates
    box.set_value([(certificate, ids[c]) for c in courses]).run()
    (note,) = (x for x in at.text_input if x.key and x.key.startswith("cand.note"))
    note.set_value(NOTE)
    at.button(key="cand.agree").click().run()
    return at


def approve() -> AppTest:
    known()
    at = view("candidates")
    at.button(key="cand.agree").click().run()
    assert [e.value for e in at.error] == [ZH["cand.agree_missing"]]
    at = agree(at, PARCELS)
    at.button(key="cand.approve").click().run()
    return at


# --- rules --------------------------------------------------------------------------------------


def test_every_rule_is_off_and_shows_its_meaning_and_origin() -> None:
    at = opened("credit")
    text = shown(at)
    assert [x.label for x in at.toggle] == [r.zh for r in RULES]
    assert not any(x.value for x in at.toggle)
    for r in RULES:
        assert r.meaning in text
        assert r.origin in text
    assert text.count(ZH["rule.percent"]) == 2
    assert at.button(key="rule.save").disabled


def test_a_rule_is_switched_on_with_its_value_and_a_reason_and_taken_back() -> None:
    at = toggle(opened("credit"), "certificate-cap")
    (cap,) = (x for x in at.number_input if x.key and x.key.startswith("rule.certificate-cap."))
    assert cap.value == 8.0
    cap.set_value(6.0).run()
    reason(at, "rule.reason", " ", "rule.save")
    assert [e.value for e in at.error] == [ZH["tune.reason_missing"]]
    assert store().rules_versions(me(), "local") == []
    reason(at, "rule.reason", "委员会第 2 次会议", "rule.save")
    (version,) = store().rules_versions(me(), "local")
    assert version.values == {"certificate-cap": {"credits": 6.0}}
    assert version.reason == "委员会第 2 次会议"
    toggle(at, "grade")
    (grades,) = (x for x in at.text_input if x.key and x.key.startswith("rule.grade.grades"))
    grades.set_value("初级=70；中级=一百").run()
    assert any("不是数" in e.value for e in at.error)
    grades = next(x for x in at.text_input if x.key and x.key.startswith("rule.grade.grades"))
    grades.set_value("初级=70；中级=90").run()
    reason(at, "rule.reason", "按等级记分", "rule.save")
    now = RuleSet(store().rules_in_force(me(), space().id))
    assert now.of_level("grade", "grades", "中级") == 90.0
    reason(at, "rule.back.reason", "先不记分", "rule.back")
    assert set(store().rules_in_force(me(), space().id)) == {"certificate-cap"}
    assert len(store().rules_versions(me(), "local")) == 3


def test_the_effect_of_a_rule_is_shown_before_it_is_saved() -> None:
    known()
    look = app_kit.look_of()
    (p,) = (p for p in look.result.proposals if p.rule == "exempt-course")
    store().decide(me(), space().id, p.id, p.action, "accept", action=p.action, seen="")
    at = toggle(opened("credit"), "certificate-cap")
    assert ZH["rule.no_effect"] in shown(at)
    (cap,) = (x for x in at.number_input if x.key and x.key.startswith("rule.certificate-cap."))
    cap.set_value(1.0).run()
    text = shown(at)
    assert "1 → 0" in text
    assert "免修学分合计不超过 1" in text
    assert store().rules_versions(me(), "local") == []


def test_a_rules_file_sets_the_switches_and_only_a_save_keeps_it() -> None:
    at = opened("credit")
    text = "[certificate-cap]\ncredits = 5\n\n[compulsory-only]\n"
    (box,) = (u for u in at.get("file_uploader") if "rule.file" in str(u.key))
    box.set_value(("rules.toml", text.encode(), "application/toml")).run()
    assert {x.label for x in at.toggle if x.value} == {"每证学分上限", "只免必修"}
    assert store().rules_versions(me(), "local") == []
    reason(at, "rule.reason", "按文件", "rule.save")
    (version,) = store().rules_versions(me(), "local")
    assert RuleSet(version.values) == parse_rules(text)
    (box,) = (u for u in at.get("file_uploader") if "rule.file" in str(u.key))
    box.set_value(("rules.toml", b"[no-such-rule]\n", "application/toml")).run()
    assert any("没有这条规则" in e.value for e in at.error)


# --- candidates and the list --------------------------------------------------------------------


def test_candidates_say_what_is_covered_and_what_stands_against_them() -> None:
    at = view("candidates")
    text = shown(at)
    assert ZH["cand.nothing"] in text
    assert text.count("委员会尚未同意免修") == 1, "one reason for all of them is said once"
    assert f"《{PARCELS}》" in text
    assert store().conversions(me()) == []


def test_the_committee_approves_the_exact_choice_as_rules() -> None:
    at = agree(view("candidates"), PARCELS)
    assert any("没有这些证书" in b for b in bodies(at))
    assert at.button(key="cand.approve").disabled
    at = approve()
    (rule,) = store().conversions(me())
    assert (rule.entry_id, rule.course, rule.credits) == ("E1", PARCELS, 2.0)
    assert rule.approved.startswith("王老师 ")
    assert PARCELS in shown(at) and ZH["dir.ever"] in shown(at)
    assert ZH["conv.download"] in shown(at) and "cand.approve" not in keys(at)
    (end,) = (d for d in at.date_input if d.key and d.key.startswith("conv.to"))
    end.set_value(date(2028, 12, 31)).run()
    at.button(key="cand.approve").click().run()
    (rule,) = store().conversions(me())
    assert (rule.version, rule.valid_to) == (2, date(2028, 12, 31))
    assert "2028-12-31" in shown(at) and "cand.approve" not in keys(at)
    reason(at, "conv.reason", "学分有误", "conv.withdraw")
    assert store().conversions(me()) == []
    assert store().verify("local").whole


def test_equally_good_choices_are_shown_and_one_is_picked() -> None:
    known()
    store().save_rules(me(), "local", None, {"one-to-one": {}}, "一证一课", check=RuleSet)
    look = app_kit.look_of()
    credits = {c.name: c.credits for c in look.courses.values()}
    assert credits[PARCELS] != credits[CUSTOMERS]
    at = agree(view("candidates"), PARCELS, CUSTOMERS)
    (picks,) = (r for r in at.radio if r.key and r.key.startswith("cand.pick"))
    # 初级 and 中级 both cover a course, and give as many credits for it: what is enough is first.
    assert [re.sub(r" \d+%", " %", x) for x in picks.options] == [
        f"1. {PARCELS}（初级 %）", f"2. {PARCELS}（中级 %）",
    ]  # fmt: skip
    picks.set_value(1).run()
    at.button(key="cand.approve").click().run()
    (rule,) = store().conversions(me())
    assert rule.course == PARCELS, "the most credits that one course may give"
    assert rule.level == "中级", "the second choice: as many credits, for fewer learners"


def test_what_the_committee_agrees_stays_with_its_note_and_is_taken_back() -> None:
    approve()
    (rule,) = store().conversions(me())
    assert rule.note == NOTE
    at = view("candidates", opened("credit"))
    text = shown(at)
    assert text.count(NOTE) >= 3, "agreed, history, list"
    assert ZH["cand.by_committee"] in text
    reason(at, "cand.back.reason", " ", "cand.back")
    assert [e.value for e in at.error] == [ZH["tune.reason_missing"]]
    reason(at, "cand.back.reason", "须再议", "cand.back")
    assert ZH["cand.none_agreed"] in shown(at) and "须再议" in shown(at)
    assert [a.agreed for a in store().agreements(me(), space().id)] == [True, False]
    assert [r.note for r in store().conversions(me())] == [NOTE], "the list is another matter"
    audit = shown(opened("audit"))
    assert ZH["event.exemption.agreed"] in audit and NOTE in audit
    from align.papers import papers_of, plan_with

    look = app_kit.look_of()
    plan = plan_with(look.result, papers_of(store(), me(), space(), look.result, ()))
    (row,) = (r for r in plan.credits if r.course == PARCELS and r.taken)
    assert NOTE in row.status


def test_same_content_is_declared_on_the_page_and_strangers_are_named() -> None:
    known()
    at = toggle(opened("credit"), "once-at-highest")
    (same,) = (x for x in at.text_input if x.key and x.key.startswith("rule.once-at-highest.same"))
    same.set_value("快件处理员＝速递员").run()
    assert ZH["rule.strangers"].format(names="速递员") in shown(at)
    reason(at, "rule.reason", "两证内容相同", "rule.save")
    now = RuleSet(store().rules_in_force(me(), space().id))
    assert now.groups("once-at-highest", "same") == (("快件处理员", "速递员"),)
    (same,) = (x for x in at.text_input if x.key and x.key.startswith("rule.once-at-highest.same"))
    assert same.value == "快件处理员=速递员"
    same.set_value("只有一个").run()
    assert any("至少要有两个" in e.value for e in at.error)


# --- directory ----------------------------------------------------------------------------------


def table(head: tuple[str, ...], *lines: tuple[str, ...]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *lines])
    return out.getvalue().encode("utf-8-sig")


def test_the_directory_is_imported_after_a_look_and_again_without_doubles() -> None:
    at = view("directory")
    assert ZH["dir.none"] in shown(at) and ZH["dir.none_do"] in shown(at)
    data = table(
        DIRECTORY_HEAD,
        ("E1", "快件处理员", "职业技能等级证书", "某公司", "收派员", "初级、中级", "", "36",
         "初级=2；中级=3", ""),
        ("E2", "安检培训", "培训", "", "", "", "48", "", "1", "选修"),
    )  # fmt: skip
    at.get("file_uploader")[0].set_value(("名录.csv", data, "text/csv")).run()
    assert "读到 2 项：新增 2" in shown(at)
    assert store().directory(me()) == []
    at.button(key="dir.take").click().run()
    first, second = store().directory(me())
    assert (first.name, first.aliases, first.credits_of("中级")) == ("快件处理员", ("收派员",), 3)
    assert (second.kind, second.hours) == (ResultKind.TRAINING, 48.0)
    assert "安检培训" in shown(at)
    at.get("file_uploader")[0].set_value(("名录.csv", data, "text/csv")).run()
    assert at.button(key="dir.take").disabled
    bad = table(DIRECTORY_HEAD, ("E3", "某证", "不知", *[""] * 7))
    at.get("file_uploader")[0].set_value(("坏.csv", bad, "text/csv")).run()
    assert any("类别" in e.value and "/tmp" not in e.value for e in at.error)


# --- learners -----------------------------------------------------------------------------------


def deposited() -> LearningResult:
    (made,) = store().add_results(
        me(), [LearningResult("", "20240001", "快件处理员", "中级", date.today(), "E1")]
    )
    return made


def test_a_result_is_deposited_by_a_form() -> None:
    known()
    at = view("learners")
    n = at.session_state["learn.n"]
    at.selectbox(key=f"learn.entry.{n}.zh").set_value("E1").run()
    at.text_input(key=f"learn.number.{n}").set_value("20240001")
    at.selectbox(key=f"learn.level.{n}.E1").set_value("中级")
    at.date_input(key=f"learn.issued.{n}").set_value(date(2026, 1, 31))
    at.button(key="learn.deposit").click().run()
    (result,) = store().results(me(), "20240001")
    assert (result.name, result.level, result.issued, result.entry_id) == (
        "快件处理员", "中级", date(2026, 1, 31), "E1",
    )  # fmt: skip
    assert result.state is ResultState.DEPOSITED


def test_a_class_is_converted_from_a_table_or_told_why_not() -> None:
    approve()
    at = view("learners")
    at.segmented_control(key="learn.way.zh").set_value("class").run()
    today = date.today().isoformat()
    data = table(
        RESULT_HEAD,
        ("20240001", "快件处理员", "中级", today, "", "", "证 1 号", ""),
        ("20240002", "快件处理员", "中级", "2019-01-31", "", "", "", ""),
        ("20240003", "演讲比赛一等奖", "", today, "", "", "", ""),
    )
    at.get("file_uploader")[0].set_value(("成果.csv", data, "text/csv")).run()
    text = shown(at)
    assert f"快件处理员 {store().conversions(me())[0].level} → {PARCELS}" in text
    assert "已过期" in text
    assert "转委员会单独认定" in text
    assert "共 3 人，2 学分" in text
    assert store().learners(me()) == []
    assert "学习成果名录中没有这一项" in text and "有效期至 2022-01-31，已过期" in text
    at.button(key="learn.deposit.class").click().run()
    assert store().learners(me()) == ["20240001", "20240002", "20240003"]


def test_reasons_have_their_figures_in_english_too() -> None:
    approve()
    cap = {"certificate-cap": {"credits": 1.0}}
    store().save_rules(me(), "local", None, cap, "委员会", check=RuleSet)
    papers = [("初级", date(2019, 1, 31)), ("初级", date.today()), ("中级", date.today())]
    store().add_results(
        me(), [LearningResult("", "20240001", "快件处理员", level, day, "E1")
               for level, day in papers]
    )  # fmt: skip
    text = shown(english(way("account")))
    assert (
        "expired on 2022-01-31" in text and "Credit cap per certificate: at most 1 credits" in text
    )
    assert "a higher level is there: 中级 counts and includes 初级" in text
    assert EN["result.expired"] in text


def test_an_account_is_converted_exported_and_erased(place: Path) -> None:
    approve()
    deposited()
    at = view("learners")
    at.segmented_control(key="learn.way.zh").set_value("account").run()
    assert PARCELS in shown(at)
    at.button(key="learn.record").click().run()
    (made,) = store().learner_conversions(me(), "20240001")
    assert made.credits == 2.0
    assert store().results(me(), "20240001")[0].state is ResultState.CONVERTED
    assert at.button(key="learn.record").disabled
    assert "已经转换过" in shown(at)
    at.button(key="learn.export").click().run()
    (entry,) = store().entries(me(), kind="learner.exported", limit=5)
    assert "20240001" not in str(entry)
    given = {d.proto.label for d in at.get("download_button")}
    assert {ZH["learn.as_docx"], ZH["learn.as_xlsx"], ZH["learn.as_json"]} <= given
    at.text_input(key="learn.erase.20240001").set_value("2024000")
    at.button(key="learn.erase.do").click().run()
    assert store().learners(me()) == ["20240001"]
    at.text_input(key="learn.erase.20240001").set_value("20240001")
    at.button(key="learn.erase.do").click().run()
    assert store().learners(me()) == []
    with pytest.raises(AccessError):
        store().results(me(), "20240001")
    assert store().verify("local").whole


def way(name: str) -> AppTest:
    at = view("learners")
    at.segmented_control(key="learn.way.zh").set_value(name).run()
    return at


def single(at: AppTest, result: LearningResult, words: str) -> AppTest:
    """Decide on one result, with what was chosen before."""
    at.text_input(key=f"single.reason.{result.id}").set_value(words)
    at.button(key="single.do").click().run()
    return at


def test_results_without_a_rule_are_decided_singly() -> None:
    approve()
    today = date.today()
    papers = [("速递员证", "中级"), ("技能竞赛一等奖", ""), ("某讲座", "")]
    old, won, heard = store().add_results(
        me(), [LearningResult("", "20240001", n, level, today) for n, level in papers]
    )
    at = way("single")
    assert all(n in shown(at) for n, _ in papers)
    at.selectbox(key="single.which.3.0").set_value(old.id).run()
    single(at, old, "旧名称，内容相同")
    assert [e.value for e in at.error] == [ZH["single.no_entry"]]
    at.selectbox(key=f"single.entry.{old.id}").set_value("E1").run()
    single(at, old, "旧名称，内容相同")
    (kept, *_) = store().results(me(), "20240001")
    assert (kept.entry_id, kept.level, kept.note) == ("E1", "中级", "旧名称，内容相同")
    assert kept.state is ResultState.RECOGNISED
    at.selectbox(key="single.which.2.0").set_value(won.id).run()
    at.segmented_control(key=f"single.way.{won.id}.zh").set_value("course").run()
    look = app_kit.look_of()
    course = next(c for c in look.courses.values() if c.name == CUSTOMERS)
    at.selectbox(key=f"single.course.{won.id}").set_value(course.id).run()
    assert at.number_input(key=f"single.credits.{won.id}.{course.id}").value == course.credits
    single(at, won, " ")
    assert [e.value for e in at.error] == [ZH["tune.reason_missing"]]
    single(at, won, "委员会第 3 次会议")
    at.selectbox(key="single.which.1.0").set_value(heard.id).run()
    at.segmented_control(key=f"single.way.{heard.id}.zh").set_value("refuse").run()
    single(at, heard, "与专业无关")
    assert ZH["single.none"] in shown(at)
    first, second = store().learner_conversions(me(), "20240001")
    assert (first.exempted[0].rule.course, first.reason) == (CUSTOMERS, "委员会第 3 次会议")
    assert first.single and second.single and not second.exempted
    text = shown(way("account"))
    assert "委员会第 3 次会议" in text and "与专业无关" in text
    assert f"快件处理员 {store().conversions(me())[0].level} → {PARCELS}" in text


def test_one_of_several_choices_is_picked_with_a_reason() -> None:
    known()
    look = app_kit.look_of()
    rules = [
        ConversionRule("", "E1", "中级", c.id, c.name, "必修", "", 2.0)
        for c in look.courses.values() if c.name in {PARCELS, CUSTOMERS}
    ]  # fmt: skip
    store().approve_conversions(me(), space().id, rules)
    values = {"certificate-cap": {"credits": 2.0}}
    store().save_rules(me(), "local", None, values, "委员会", check=RuleSet)
    deposited()
    at = way("account")
    (picks,) = (r for r in at.radio if r.key and r.key.startswith("learn.choice"))
    first, second = picks.options
    picks.set_value(1).run()
    at.button(key="learn.record").click().run()
    assert [e.value for e in at.error] == [ZH["tune.reason_missing"]]
    assert store().learner_conversions(me(), "20240001") == []
    at.text_input(key="learn.choice.why.20240001.0").set_value("学生本人选定")
    at.button(key="learn.record").click().run()
    (made,) = store().learner_conversions(me(), "20240001")
    (one,) = made.exempted
    assert second == f"2. {one.rule.course}" != first.replace("1.", "2.")
    assert (made.choices, made.reason) == (2, "学生本人选定")
    assert "学生本人选定" in shown(at) and "2 种选法之一" in shown(at)
    assert "此前" not in shown(at) and "已经转换过" in shown(at)


# --- the approval chain -------------------------------------------------------------------------


def test_a_conversion_is_signed_step_by_step_by_those_whose_turn_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    people = {role: store().session(token) for role, token in tokens.items()}
    admin, faculty = people[Role.ADMIN], people[Role.FACULTY]
    assert admin is not None and faculty is not None
    steps = ["专业=教师", "教学系=委员会", "教务处=教务管理员"]
    values = {"approval-chain": {"steps": steps}}
    store().save_rules(admin, admin.college_id, None, values, "学术委员会", check=RuleSet)
    store().import_entries(admin, admin.college_id, [COURIER])

    def as_(role: str) -> AppTest:
        app_kit.sign_in(monkeypatch, tokens[role])
        return view("candidates")

    at = as_(Role.COMMITTEE)
    at = agree(at, PARCELS)
    assert at.button(key="cand.approve").label == ZH["cand.submit"]
    at.button(key="cand.approve").click().run()
    assert ZH["cand.submitted"] in shown(at) and "cand.approve" not in keys(at)
    assert "轮到 专业（教师）" in shown(at) and "chain.do" not in keys(at)
    assert store().conversions(faculty) == []
    assert "chain.do" not in keys(as_(Role.ADMIN)), "the last step does not sign first"
    for role in (Role.FACULTY, Role.COMMITTEE, Role.ADMIN):
        at = as_(role)
        at.button(key="chain.do").click().run()
        assert not at.exception
    (made,) = store().conversions(faculty)
    assert made.course == PARCELS and "教学系 孙主任" in made.approved
    assert ZH["chain.whole"] in shown(at) and "✓ 教务处 李管理" in shown(at)
    at = reason(as_(Role.FACULTY), "chain.back.reason", "重新核对", "chain.back")
    assert store().conversions(faculty) == []
    assert "收回“专业”的签署" in shown(at) and "重新核对" in shown(at)
    assert "chain.do" in keys(at) and store().verify(admin.college_id).whole


def test_on_a_laptop_the_chain_says_that_it_needs_sign_in() -> None:
    known()
    at = toggle(opened("credit"), "approval-chain")
    assert ZH["chain.laptop"] in shown(at)
    reason(at, "rule.reason.", "学术委员会", "rule.save")
    at = agree(view("candidates"), PARCELS)
    at.button(key="cand.approve").click().run()
    assert ZH["chain.laptop"] in shown(at) and "chain.do" not in keys(at)
    assert store().conversions(me()) == []


def test_steps_that_nobody_may_sign_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.ADMIN])
    at = toggle(opened("credit"), "approval-chain")
    (box,) = (x for x in at.text_input if x.key and x.key.startswith("rule.approval-chain.steps"))
    assert ZH["rule.no_signer"].split("：")[0] not in shown(at)
    box.set_value("专业=教师、教务处=处长、银行=u9").run()
    assert "没有人可以签署的步骤：教务处、银行。等号后面只能写教师、委员会" in shown(at)


# --- who may, and in which language -------------------------------------------------------------


def test_each_role_sees_and_does_what_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened("credit")
    assert all(x.disabled for x in at.toggle)
    assert "rule.save" not in keys(at)
    view("learners", at)
    assert [i.value for i in at.info] == [ZH["learn.not_you"]]
    view("directory", at)
    assert not at.get("file_uploader")
    app_kit.sign_in(monkeypatch, tokens[Role.ADMIN])
    at = opened("credit")
    assert "rule.save" in keys(at)
    view("candidates", at)
    assert "cand.approve" not in keys(at)
    app_kit.sign_in(monkeypatch, tokens[Role.COMMITTEE])
    at = view("candidates")
    assert any(m.key and m.key.startswith("cand.add") for m in at.multiselect)


@pytest.mark.parametrize("name", ["rules", "candidates", "directory", "learners"])
def test_in_english_only_the_documents_own_words_are_chinese(name: str) -> None:
    at = english(opened("credit"))
    at.segmented_control(key="credit_view_en").set_value(name).run()
    assert not at.exception
    text = shown(at)
    assert EN["credit.title"] in text
    if name == "rules":
        for own in ("快递运营", "网站", "王老师", "中文"):
            text = text.replace(own, "")
        assert not CHINESE.findall(text)
