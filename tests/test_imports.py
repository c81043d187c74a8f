"""Decisions from exchange files: told row by row, saved by whoever may, the same afterwards."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from align import imports, pipeline, review, snapshot
from align.access import subject_of
from align.decisions import Decision, LinkDecision, Pair, Role, Workspace
from align.errors import ReadError
from align.export.case import case_zip
from align.export.sssom import sssom_tsv
from align.export.tables import matches_csv, proposals_csv
from align.export.words import clean, one_line
from align.imports import Ground, Incoming, Preview
from align.links import with_grades
from align.records import Action, Match
from align.settings import Settings
from align.store import Store, open_store
from align.ui.words import ZH
from tests import app_kit, cli_kit, kit
from tests import plan_records as given_
from tests.app_kit import me, opened, shown, sign_in, space, store
from tests.exchange_kit import all_certificates, all_courses, decision, moments, verdict, wild

place = app_kit.place
COURSES, CERTIFICATES, RUN = given_.courses(), given_.certificates(), given_.run()
PROPOSALS, SETTINGS = {p.id: p for p in given_.proposals()}, Settings()
ITEMS = {(c.id, i.id): i for c in CERTIFICATES for i in c.competencies}
UNITS = {(c.id, u.id): u for c in COURSES for u in c.units}
GROUND = Ground(ITEMS, UNITS, lambda grades: PROPOSALS, run_id="r", probability=lambda pair: 0.4)
PAIRS: list[Pair] = [(*item, *unit) for item in list(ITEMS)[:3] for unit in list(UNITS)[:2]]
slow = how(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def written(
    format_: str,
    courses: Any = COURSES,
    certificates: Any = CERTIFICATES,
    decisions: Any = (),
    verdicts: Any = None,
) -> bytes:
    """A file of decisions alone, as the program writes it."""
    given = tuple(decisions)
    if format_ == "sssom":
        return sssom_tsv((), courses, certificates, SETTINGS, RUN, decisions=given)
    if format_ == "case":
        return case_zip(
            (), courses, certificates, tuple(PROPOSALS.values()), SETTINGS, RUN,
            decisions=given, verdicts=verdicts,
        )  # fmt: skip
    if format_ == "proposals":
        return proposals_csv(tuple(PROPOSALS.values()), courses, certificates, verdicts)
    listed = with_grades(
        [Match(*d.pair, 0.0, 0.4) for d in given], {d.pair: d.grade for d in given}
    )
    return matches_csv(listed, courses, certificates)


def looked_at(data: bytes, ground: Ground = GROUND, name: str = "外来.tsv") -> Preview:
    return imports.compare(imports.read_words(data, name), ground)


def states(found: Preview) -> list[tuple[str, str]]:
    return [(r.state, r.why) for r in found.rows]


def only(found: Preview) -> Incoming:
    (row,) = found.rows
    return row


# --- a round trip, whatever the texts ----------------------------------------------------------


@st.composite
def decided(draw: st.DrawFn) -> tuple[Any, Any, list[LinkDecision]]:
    """Courses, a certificate, and people's words on some of their pairs."""
    courses, certificates = draw(all_courses()), draw(all_certificates())
    pairs = [
        (c.id, i.id, course.id, u.id)
        for c in certificates for i in c.competencies for course in courses for u in course.units
    ]  # fmt: skip
    # Identifiers that no file of text can carry are another test's matter.
    plain = [p for p in pairs if all(one_line(part) == part for part in p)]
    chosen = draw(st.lists(st.sampled_from(plain), max_size=6)) if plain else []
    words = [
        decision(
            pair, draw(st.sampled_from((0, 1, 2))), draw(wild), id=f"d-{k}", reviewer=draw(wild),
            reviewer_name=draw(wild), stage=draw(st.sampled_from(("review", "settle"))),
            time=draw(moments),
        )
        for k, pair in enumerate(chosen)
    ]  # fmt: skip
    return courses, certificates, words


@slow
@given(decided(), st.sampled_from(("sssom", "case", "csv")))
def test_decisions_are_the_same_after_the_journey(given: Any, format_: str) -> None:
    courses, certificates, words = given
    if format_ == "csv":  # tells one grade of each pair, and nobody's name
        silent = {"note": "", "reviewer": "", "reviewer_name": "", "stage": "review"}
        words = list({w.pair: replace(w, **silent) for w in words}.values())
    ground = Ground(
        {(c.id, i.id): i for c in certificates for i in c.competencies},
        {(c.id, u.id): u for c in courses for u in c.units},
        lambda grades: {},
        run_id="r",
    )
    data = written(format_, courses, certificates, words)
    found = looked_at(data, ground)
    assert found.offered.problems == () and found.offered.machine == 0
    wanted: dict[Pair, set[int | None]] = {}
    settled = {w.pair for w in words if w.stage == "settle"}
    for w in words:
        if w.stage == "settle" or w.pair not in settled:
            wanted.setdefault(w.pair, set()).add(w.grade)
    rows = {r.said.pair: r for r in found.rows}
    assert rows.keys() == wanted.keys() and len(rows) == len(found.rows)
    made = {}
    for pair, grades in wanted.items():
        row = rows[pair]
        if len(grades) > 1:
            assert (row.state, row.why) == ("illegal", "repeated")
            continue
        assert row.state == "new" and row.choice is not None
        assert (row.choice.pair, {row.choice.grade}) == (pair, grades)
        for w in words:
            if w.pair == pair and (w.stage == "settle" or pair not in settled):
                assert clean(w.note) in row.choice.note and clean(w.reviewer) in row.choice.note
        made[pair] = decision(pair, row.choice.grade, row.choice.note, id="new")
    again = looked_at(data, replace(ground, standing=made))
    assert {r.state for r in again.rows if r.why != "repeated"} <= {"same"}


@slow
@given(st.data(), st.sampled_from(("case", "proposals")))
def test_verdicts_are_the_same_after_the_journey(data: st.DataObject, format_: str) -> None:
    numbers = st.none() | st.floats(0, 999)
    said: dict[str, Decision] = {}
    for p in PROPOSALS.values():
        action = data.draw(st.sampled_from([None, *Action]))
        course = data.draw(st.sampled_from(["", COURSES[0].id]))
        said[p.id] = verdict(
            p.id, p.action, action, note=data.draw(wild), course_id=course,
            hours=data.draw(numbers), credits=data.draw(numbers), run_id="r",
        )  # fmt: skip
    file = written(format_, verdicts=said)
    found = looked_at(file)
    # A cell of a table holds one line, and tells nobody's account.
    kept, who = (clean, "李老师（p-2）") if format_ == "case" else (one_line, "李老师")
    assert len(found.rows) == len(said) and {r.state for r in found.rows} == {"new"}
    for row in found.rows:
        d, c = said[row.subject], row.choice
        assert c is not None and kept(d.note) in c.note and who in c.note
        assert (c.proposed, c.verdict, c.action, c.course_id, c.hours, c.credits) == (
            d.proposed, d.verdict, d.action, d.course_id, d.hours, d.credits,
        )  # fmt: skip
    again = looked_at(file, replace(GROUND, standing=said))
    assert {r.state for r in again.rows} == {"same"}


# --- each outcome ------------------------------------------------------------------------------


def test_the_note_tells_file_fingerprint_and_whom_the_file_names() -> None:
    data = written("sssom", decisions=[decision(PAIRS[0], 2, "教得全")])
    row = only(looked_at(data))
    assert row.choice is not None
    assert row.choice.note.split("\n") == [
        "教得全",
        f"〔导入自 外来.tsv，SHA-256 {hashlib.sha256(data).hexdigest()[:16]}…；"
        "文件所写判断人：王老师（p-1）；时间：2026-03-04T05:06:07+00:00〕",
    ]
    assert row.choice.probability == 0.4  # what the machine of this run says


def test_what_stands_decides_between_new_same_and_conflict() -> None:
    pair = PAIRS[0]
    data = written("sssom", decisions=[decision(pair, 2)])

    def against(grade: Any, **more: Any) -> Preview:
        return looked_at(data, replace(GROUND, standing={pair: decision(pair, grade, **more)}))

    assert states(against(2)) == [("same", "")]
    assert states(against(1)) == [("conflict", "differs")]
    assert states(against(None)) == [("new", "")]  # taken back
    old = against(2, run_id="r-old", id="d-old")
    assert states(old) == [("new", "")] and old.rows[0].choice.seen == "d-old"
    differing = against(1)
    assert differing.chosen() == ()
    (chosen,) = differing.chosen(overwrite=True)
    assert (chosen.choice.grade, chosen.choice.seen) == (2, "d")


def test_words_on_unknown_or_rewritten_lines_are_not_taken() -> None:
    word = decision(PAIRS[0], 1)
    for gone in ({"items": {}}, {"units": {}}):
        assert states(looked_at(written("sssom", decisions=[word]), replace(GROUND, **gone))) == [
            ("unknown", "no-pair")
        ]
    key = PAIRS[0][2:]
    other = {**UNITS, key: replace(UNITS[key], points=("别的内容",), printed="别", task="别的任务")}
    for format_ in ("sssom", "case", "csv"):
        data = written(format_, decisions=[word])
        assert states(looked_at(data)) == [("new", "")]
        found = looked_at(data, replace(GROUND, units=other))
        assert states(found) == [("unknown", "other-text")], format_


def test_a_verdict_on_what_is_proposed_otherwise_is_a_conflict_nobody_can_force() -> None:
    p = next(p for p in PROPOSALS.values() if p.action is Action.EXTEND)
    data = written("case", verdicts={p.id: verdict(p.id, p.action, Action.STRENGTHEN)})
    assert states(looked_at(data)) == [("new", "")]
    now = {**PROPOSALS, p.id: replace(p, action=Action.SUPPLEMENT)}
    found = looked_at(data, replace(GROUND, proposed=lambda grades: now))
    assert states(found) == [("conflict", "proposal-changed")]
    assert found.chosen(overwrite=True) == ()
    gone = looked_at(data, replace(GROUND, proposed=lambda grades: {}))
    assert states(gone) == [("unknown", "no-proposal")]


def test_a_list_of_proposals_that_a_spreadsheet_saved_again_is_read_line_by_line() -> None:
    """Filled in by hand, in Chinese, saved as GBK with semicolons; wrong lines are told."""
    first, second, *rest = PROPOSALS.values()
    made = {first.id: verdict(first.id, first.action, first.action)}
    table = list(csv.reader(io.StringIO(written("proposals", verdicts=made).decode("utf-8-sig"))))
    head = table[0]
    at = {c: head.index(c) for c in ("proposal_id", "verdict", "decided_action", "decided_hours")}
    lines = {line[at["proposal_id"]]: line for line in table[1:]}
    assert head[-2:] == ["decided_course_id", "decided_stage"]
    lines[second.id][at["verdict"]] = "不采纳"
    for p, column, words in (
        (rest[0], "verdict", "也许"), (rest[1], "decided_action", "补充"),
        (rest[2], "verdict", "改"), (rest[3], "decided_hours", "四"),
    ):  # fmt: skip
        lines[p.id][at[column]] = words
    lines[rest[3].id][at["verdict"]] = "采纳"
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(table)
    offered = imports.read_words(out.getvalue().encode("gb18030"), "审核.csv")
    assert (offered.format, offered.machine) == ("proposals", len(PROPOSALS) - 6)
    assert {(v.subject, v.verdict, v.action) for v in offered.verdicts} == {
        (first.id, "accept", first.action), (second.id, "reject", None)
    }  # fmt: skip
    assert sorted(p.code for p in offered.problems) == [
        "no-action", "no-number", "no-verdict", "no-verdict"
    ]  # fmt: skip
    assert all(p.place.line for p in offered.problems)
    item = next(p for p in PROPOSALS.values() if p.id.startswith("item:"))
    key = (item.certificate_id, item.item_ids[0])
    other = {**ITEMS, key: replace(ITEMS[key], text="另一句话", printed="另一句话")}
    data = written("proposals", verdicts={item.id: verdict(item.id, item.action, None)})
    found = looked_at(data, replace(GROUND, items=other))
    assert states(found) == [("unknown", "other-text")]


def test_links_of_the_same_file_count_before_its_verdicts() -> None:
    p = next(p for p in PROPOSALS.values() if p.action is Action.EXTEND)
    seen = []
    data = written(
        "case", decisions=[decision(PAIRS[0], 2), decision(PAIRS[1], 0, id="e")],
        verdicts={p.id: verdict(p.id, p.action, p.action)},
    )  # fmt: skip
    looked_at(data, replace(GROUND, proposed=lambda grades: seen.append(grades) or PROPOSALS))
    assert seen == [{PAIRS[0]: 2, PAIRS[1]: 0}]


def test_what_this_person_may_not_decide_is_said_in_the_preview() -> None:
    p = next(p for p in PROPOSALS.values() if p.action is Action.EXTEND)
    data = written("case", decisions=[decision(PAIRS[0], 2)],
                   verdicts={p.id: verdict(p.id, p.action, None)})  # fmt: skip
    found = looked_at(data, replace(GROUND, courses=frozenset({"别的课"})))
    assert states(found) == [("illegal", "not-yours"), ("illegal", "not-yours")]
    full = frozenset({subject_of(decision(PAIRS[0], 2))})
    assert states(looked_at(data, replace(GROUND, full=full))) == [
        ("illegal", "two-already"), ("new", ""),
    ]  # fmt: skip


def test_values_the_store_would_refuse_are_illegal_beforehand() -> None:
    long = written("sssom", decisions=[decision(PAIRS[0], 2, "长" * 4000)])
    row = only(looked_at(long))
    assert (row.state, row.why) == ("illegal", "impossible") and "备注太长" in row.detail
    p = next(iter(PROPOSALS.values()))
    many = written("case", verdicts={p.id: verdict(p.id, p.action, p.action, hours=1e6)})
    assert "学时不对" in only(looked_at(many)).detail


def test_the_committees_word_counts_before_the_reviewers() -> None:
    words = [
        decision(PAIRS[0], 0, "甲"),
        decision(PAIRS[0], 2, "乙", id="e", reviewer="p-2"),
        decision(PAIRS[0], 1, "会议", id="f", stage="settle"),
        decision(PAIRS[1], 2, "丙", id="g"),
        decision(PAIRS[1], 2, "丁", id="h", reviewer="p-3", reviewer_name="李老师"),
        decision(PAIRS[2], 2, id="i"),
        decision(PAIRS[2], 1, id="j", reviewer="p-4"),
    ]
    found = {r.said.pair: r for r in looked_at(written("sssom", decisions=words)).rows}
    assert found[PAIRS[0]].choice.grade == 1
    both = found[PAIRS[1]].choice.note
    assert both.startswith("丙\n丁\n") and "王老师（p-1）、李老师（p-3）" in both
    assert (found[PAIRS[2]].state, found[PAIRS[2]].why) == ("illegal", "repeated")


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"{}", b"\xff\xfe\x00"])
def test_what_is_none_of_the_formats_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        imports.read_words(data, "x")


# --- the way out and in, as processes ------------------------------------------------------------


def in_force(keeper: Store, found: Workspace) -> tuple[dict[Pair, Any], dict[str, Any]]:
    """What holds in a workspace: the grades, and the verdicts by what they say."""
    links = review.in_force(keeper.link_decisions(me_of(keeper), found.id), 1, found.run_id)
    words = review.words_in_force(keeper.decisions(me_of(keeper), found.id), 1, found.run_id)
    said = {
        k: (d.proposed, d.verdict, d.action, d.course_id, d.hours, d.credits)
        for k, d in words.items()
    }
    return links, said


def me_of(keeper: Store) -> Any:
    return keeper.local_person(app_kit.NAME)


def filled() -> tuple[Workspace, pipeline.Result]:
    """The workspace with grades and verdicts, and its result."""
    keeper, found = store(), space()
    kept = snapshot.load(keeper.snapshot(me(), found.run_id))
    unlisted = next(
        (*i, *u) for i in kept.items for u in kept.units if kept.positions.get((*i, *u)) is None
    ) if len(kept.positions) < len(kept.items) * len(kept.units) else None  # fmt: skip
    pairs = [(m.certificate_id, m.item_id, m.course_id, m.unit_id) for m in kept.candidates[:6]]
    for k, pair in enumerate([*pairs, *([unlisted] if unlisted else [])]):
        keeper.decide_link(me(), found.id, pair, (2, 1, 0)[k % 3], note=f"备注{k}", seen="")
    result = app_kit.look_of().result
    for k, p in enumerate(result.proposals[:5]):
        verdict_ = ("accept", "reject", "change")[k % 3]
        other = Action.STRENGTHEN if p.action is not Action.STRENGTHEN else Action.EXTEND
        keeper.decide(
            me(), found.id, p.id, p.action, verdict_, seen="", hours=2.5 if k % 3 != 1 else None,
            action=other if verdict_ == "change" else None, note="会议决定",
        )  # fmt: skip
    return found, app_kit.look_of().result


def test_exported_decisions_come_back_into_an_empty_copy(place: Path, tmp_path: Path) -> None:
    found, result = filled()
    links = review.opinions(store().link_decisions(me(), found.id), 1, found.run_id)
    words = [o.word for o in links.values() if o.word is not None]
    pipeline.write(result, tmp_path / "out", ["sssom", "case", "csv"], decisions=words)
    wanted = in_force(store(), found)
    assert len(wanted[0]) >= 6 and len(wanted[1]) == 5
    table = tmp_path / "copy-matches.csv"
    for file, links_in, verdicts_in in (
        ("mapping.sssom.tsv", True, False), ("case.zip", True, True),
        ("matches.csv", True, False), ("proposals.csv", False, True),
    ):  # fmt: skip
        # The two tables of a run belong together: verdicts stand on what the links propose.
        second = file == "proposals.csv"
        data = table if second else app_kit.copied(
            app_kit._filled[0] / "new", tmp_path / f"copy-{file}"
        )  # fmt: skip
        path = tmp_path / "out" / file
        given = ("import", path, "--workspace", "快递运营")

        def align(*more: str, data: Path = data, given: Any = given) -> str:
            done = kit.align(*given, *more, at=tmp_path, ALIGN_DATA=str(data), ALIGN_DB="")
            assert done.returncode == 0, done.stderr
            return done.stdout

        with open_store(data=data) as keeper:
            before = keeper.head("local")
        told = align()
        assert "没有写入" in told and "机器的" in told
        with open_store(data=data) as keeper:
            assert keeper.head("local") == before
        saved = len(wanted[0]) * links_in + len(wanted[1]) * verdicts_in
        assert f"已保存 {saved} 条" in align("--apply")
        with open_store(data=data) as keeper:
            now = in_force(keeper, found)
            assert now[0] == wanted[0]
            assert now[1] == (wanted[1] if verdicts_in else {})
            kind = "link.decided" if links_in else "proposal.decided"
            entry = keeper.entries(me_of(keeper), kind=kind)[0]
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            assert entry.after["origin"] == {"origin_file": file, "sha256": digest}
            assert entry.actor_name == app_kit.NAME
            assert keeper.verify().whole
        again = json.loads(align("--json", "--apply"))
        assert again["saved"] == 0
        assert again["counts"]["new"] == again["counts"]["conflict"] == 0


def test_the_command_refuses_in_one_line(place: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.tsv"
    file.write_bytes(written("sssom", decisions=[decision(PAIRS[0], 1)]))
    for words, code, arguments in (
        ("没有这个工作区", 2, (file, "--workspace", "没有的")),
        ("文件不存在", 2, (tmp_path / "没有.tsv", "--workspace", "快递运营")),
        ("本机没有这位使用者", 2, (file, "--workspace", "快递运营", "--as", "别人")),
        ("缺少列", 3, (Path(__file__), "--workspace", "快递运营")),
    ):
        done = kit.align("import", *arguments, at=tmp_path)
        assert (done.returncode, words in done.stderr) == (code, True), done.stderr
        assert len(done.stderr.splitlines()) == 1
    done = kit.align("import", file, "--workspace", "快递运营", at=tmp_path)
    assert "不认识 1" in done.stdout and "没有可以保存的" in done.stdout


def test_what_was_decided_before_sign_in_is_carried_into_the_college(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The way of docs/deployment.md: export on the laptop, then import as one of the college.
    for page, key in (("compare", "grade.part."), ("proposals", "reject.item:")):
        at = opened(page)
        next(b for b in at.button if b.key and b.key.startswith(key)).click().run()
    old = space()
    tokens = app_kit.college(monkeypatch)
    new = app_kit.their_space(tokens)

    def typed(*arguments: str) -> str:
        done = cli_kit.command(arguments, tmp_path, dict(os.environ), typed=app_kit.PASSWORD + "\n")
        assert done.returncode in {0, 2}, done.stderr
        return done.stdout + done.stderr

    typed("export", "--workspace", old.id, "--format", "csv", "--out", "带走")
    for file in ("matches.csv", "proposals.csv"):
        taken = ("import", f"带走/{old.name}/{file}", "--as", "u0", "--password-stdin", "--apply")
        assert "已保存 1 条" in typed(*taken, "--workspace", new.id)
    asked = typed(*taken, "--workspace", old.name)
    assert f"（物流学院，{new.id}）" in asked and f"，{old.id}）" in asked
    teacher = store().session(tokens[Role.FACULTY])
    assert teacher is not None
    (link,), (mine,) = (
        store().link_decisions(w, s.id) for w, s in ((teacher, new), (me(), old))
    )  # fmt: skip
    assert (link.pair, link.grade, link.reviewer_name) == (mine.pair, 1, "赵老师")
    (word,) = store().decisions(teacher, new.id)
    assert word.action is None and word.reviewer_name == "赵老师"


# --- the page ------------------------------------------------------------------------------------


def uploaded(data: bytes, name: str = "外来.sssom.tsv") -> Any:
    at = opened("export")
    at.file_uploader(key="taken.file.0").set_value([(name, data, "text/plain")]).run()
    assert not at.exception
    return at


def exported(words: list[LinkDecision]) -> bytes:
    result = app_kit.look_of().result
    g = result.gathered
    return sssom_tsv((), g.courses, g.certificates, result.settings, result.run, decisions=words)


def test_the_page_shows_every_row_and_saves_after_a_click_only(place: Path) -> None:
    found = space()
    a, b, c = [
        (m.certificate_id, m.item_id, m.course_id, m.unit_id)
        for m in app_kit.look_of().result.candidates[:3]
    ]
    store().decide_link(me(), found.id, a, 2, seen="")
    mine = store().decide_link(me(), found.id, b, 0, seen="")
    head = store().head("local")
    words = [decision(a, 2), decision(b, 1, id="e"), decision(c, 1, "对得上", id="f")]
    at = uploaded(exported(words))
    text = shown(at)
    assert "人的判断 3 条" in text and "对得上" in text
    for name in ("new 1", "same 1", "conflict 1"):
        state, n = name.split()
        assert f"{ZH[f'taken.{state}']} {n}" in text
    assert store().head("local") == head  # looking writes nothing
    save = at.button(key="taken.save")
    assert save.label == ZH["taken.save"].format(n=1)
    at.toggle(key="taken.overwrite").set_value(True).run()
    at.button(key="taken.save").click().run()
    assert [s.value for s in at.success] == [ZH["taken.done"].format(n=2, name="外来.sssom.tsv")]
    links = {d.pair: d for d in store().link_decisions(me(), found.id)}
    assert {p: links[p].grade for p in (a, b, c)} == {a: 2, b: 1, c: 1}
    assert links[b].supersedes == mine.id and links[c].reviewer == me().id
    assert links[c].note.startswith("对得上\n〔导入自 外来.sssom.tsv")
    (entry, _) = store().entries(me(), kind="link.decided", limit=2)
    assert entry.after["origin"]["origin_file"] == "外来.sssom.tsv"
    audit = app_kit.go(at, "audit")
    assert "外来.sssom.tsv" in shown(audit)


def test_a_file_that_is_none_is_one_line_on_the_page(place: Path) -> None:
    at = uploaded("随便".encode(), "坏.csv")
    assert [e.value.partition("；")[0] for e in at.error] == [
        "坏.csv（第1行）：不是 matches.csv：缺少列"
    ]


def test_who_may_not_decide_sees_no_upload(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch, reviewers=2)
    for role in (Role.VIEWER, Role.ADMIN):
        sign_in(monkeypatch, tokens[role])
        at = opened("export")
        assert not at.get("file_uploader") or "taken.file.0" not in {
            f.key for f in at.get("file_uploader")
        }
        assert ZH["decide.read_only"] in shown(at)
    sign_in(monkeypatch, tokens[Role.FACULTY])
    (m, *_) = app_kit.look_of().result.candidates
    pair = (m.certificate_id, m.item_id, m.course_id, m.unit_id)
    for token in ("second", Role.COMMITTEE):
        person = store().session(tokens[token])
        assert person is not None
        theirs = app_kit.their_space(tokens)
        store().decide_link(person, theirs.id, pair, 1, seen="")
    at = uploaded(exported([decision(pair, 2)]))
    assert ZH["taken.why.two-already"] in shown(at)
    assert at.button(key="taken.save").disabled
