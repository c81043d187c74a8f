"""委员会: what the committee sees, settles, assigns and approves; then what stands in the store."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Literal

import pytest
from docx import Document
from streamlit.testing.v1 import AppTest

from align import review, snapshot
from align.access import COMMAND_LINE
from align.decisions import Grade, Pair, Person, Role, Workspace
from align.links import pair_of
from align.plan.word import local_time
from align.records import Action, Proposal
from align.review.interval import alpha_interval, kappa_interval
from align.store import verify_receipt
from align.ui import committee
from align.ui.look import Look
from align.ui.said import Heard, Said
from align.ui.words.zh import ZH
from tests import app_kit
from tests.app_kit import bodies, go, me, opened, shown, sign_in, space, store

place = app_kit.place
GRADES: tuple[Grade, ...] = (0, 1, 2)
pytestmark = pytest.mark.usefixtures("place")


class Desk:
    """A college with two reviewers, and what its people do there."""

    def __init__(self, patch: pytest.MonkeyPatch, reviewers: int = 2) -> None:
        self.patch = patch
        self.tokens = app_kit.college(patch, reviewers)
        self.space: Workspace = app_kit.their_space(self.tokens)

    def person(self, role: str) -> Person:
        found = store().session(self.tokens[role])
        assert found is not None
        return found

    def page(self, role: str = Role.COMMITTEE, view: str = "state") -> AppTest:
        sign_in(self.patch, self.tokens[role])
        at = go(opened(), "committee")
        return show(at, view)

    def look(self) -> Look:
        found = snapshot.load(store().snapshot(me(), space().run_id))
        return Look(snapshot.result(found))

    def pair(self, n: int = 0) -> Pair:
        return pair_of(self.look().result.matches[n])

    def proposal(self, n: int = 0) -> Proposal:
        return self.look().result.proposals[n]

    def grade(self, role: str, pair: Pair, grade: Grade | None, note: str = "") -> None:
        store().decide_link(
            self.person(role), self.space.id, pair, grade, note=note, probability=0.5, seen=""
        )

    def differ(self) -> Pair:
        pair = self.pair()
        self.grade(Role.FACULTY, pair, 2, "课上演示过")
        self.grade("second", pair, 0, "只是提到")
        return pair


def show(at: AppTest, view: str) -> AppTest:
    """Turn to a part of the page."""
    chosen = next(c for c in at.segmented_control if str(c.key).startswith("committee_view"))
    return chosen.set_value(view).run() if view != "state" else at


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


# --- blind until both have decided ------------------------------------------------------------


def test_one_word_is_counted_and_not_shown_until_the_second_stands(desk: Desk) -> None:
    p = desk.proposal()
    write = store().decide
    write(
        desk.person(Role.FACULTY), desk.space.id, p.id, p.action, "reject", note="我的秘密", seen=""
    )
    for role in (Role.VIEWER, Role.COMMITTEE):  # who may not see it counts it all the same
        at = desk.page(role)
        assert not at.exception
        text = shown(at)
        assert "我的秘密" not in text
        cards = next(h for h in bodies(at) if ZH["committee.one"] in h)
        assert f'<span>{ZH["committee.one"]}</span><b style="color:inherit">1</b>' in cards
    assert "我的秘密" not in shown(show(at, "differ"))
    write(desk.person("second"), desk.space.id, p.id, p.action, "accept", seen="")
    differing = shown(show(desk.page(), "differ"))
    assert "我的秘密" in differing
    assert "赵老师" in differing
    assert "钱老师" in differing


def test_faculty_see_how_far_it_is_and_nothing_that_differs(desk: Desk) -> None:
    desk.differ()
    at = desk.page(Role.FACULTY)
    text = shown(at)
    assert ZH["committee.for_committee"] in text
    assert "课上演示过" not in text
    (control,) = (c for c in at.segmented_control if str(c.key).startswith("committee_view"))
    assert not [o for o in control.options if ZH["committee.view_differ"] in o]


# --- settling ---------------------------------------------------------------------------------


def test_a_disagreement_is_settled_with_a_note_and_both_words_stay(desk: Desk) -> None:
    pair = desk.differ()
    key = "|".join(pair)
    at = desk.page(view="differ")
    text = shown(at)
    for words in ("课上演示过", "只是提到", ZH["grade.full"], ZH["grade.none"]):
        assert words in text
    at.text_input(key=f"note.settle.{key}.2").set_value("按实训记录")
    at.button(key=f"settle.part.{key}").click().run()
    assert not at.error
    history = store().link_decisions(desk.person(Role.COMMITTEE), desk.space.id)
    assert [(d.stage, d.grade, d.note) for d in history] == [
        ("review", 2, "课上演示过"),
        ("review", 0, "只是提到"),
        ("settle", 1, "按实训记录"),
    ]
    assert review.in_force(history, 2) == {pair: 1}
    assert ZH["committee.none_differ"] in shown(at)
    # Taken back, it waits again.
    chosen = next(c for c in at.segmented_control if str(c.key).startswith("committee_settle"))
    chosen.set_value("done").run()
    at.button(key=f"settle.undo.{key}").click().run()
    history = store().link_decisions(desk.person(Role.COMMITTEE), desk.space.id)
    assert history[-1].grade is None
    assert review.in_force(history, 2) == {}


def test_somebody_elses_settlement_meanwhile_is_shown_and_nothing_is_lost(desk: Desk) -> None:
    pair = desk.differ()
    key = "|".join(pair)
    at = desk.page(view="differ")
    store().add_person(
        COMMAND_LINE, desk.space.college_id, "冯委员", Role.COMMITTEE, "u9", app_kit.PASSWORD
    )
    other = store().sign_in("u9", app_kit.PASSWORD)
    first = store().decide_link(other, desk.space.id, pair, 0, seen="", stage="settle")
    at.button(key=f"settle.full.{key}").click().run()
    history = store().link_decisions(other, desk.space.id)
    assert history[-1].id == first.id, "the later click must not overwrite unseen"
    text = shown(at)
    assert ZH["decide.clash"] in text
    assert ZH["committee.settled_word"] in text
    at.button(key="clash.mine").click().run()
    history = store().link_decisions(other, desk.space.id)
    assert (history[-1].grade, history[-1].supersedes) == (2, first.id)


def test_a_proposal_is_settled_as_one_of_the_two_wanted_it(desk: Desk) -> None:
    p = next(p for p in desk.look().result.proposals if p.action is Action.SUPPLEMENT)
    a, b = desk.person(Role.FACULTY), desk.person("second")
    write = store().decide
    write(a, desk.space.id, p.id, p.action, "reject", seen="")
    write(b, desk.space.id, p.id, p.action, "change", action=Action.EXTEND, hours=6, seen="")
    at = desk.page(view="differ")
    at.button(key=f"settle.as.1.{p.id}").click().run()
    last = store().decisions(desk.person(Role.COMMITTEE), desk.space.id)[-1]
    assert (last.stage, last.verdict, last.action, last.hours) == (
        "settle",
        "change",
        Action.EXTEND,
        6.0,
    )


def test_who_may_not_settle_gets_no_buttons(desk: Desk) -> None:
    key = "|".join(desk.differ())
    at = desk.page(Role.ADMIN, view="differ")
    assert "课上演示过" in shown(at)
    assert f"settle.full.{key}" not in [b.key for b in at.button]


# --- agreement --------------------------------------------------------------------------------


def test_agreement_says_on_how_much_it_rests_and_when_that_is_too_little(desk: Desk) -> None:
    assert shown(desk.page()).count(ZH["committee.means_nothing"]) == 2
    pairs = [pair_of(m) for m in desk.look().result.matches[:6]]
    for k, pair in enumerate(pairs):
        desk.grade(Role.FACULTY, pair, GRADES[k % 3])
        desk.grade("second", pair, GRADES[k % 3] if k else 2)
    text = shown(desk.page())
    few = ZH["committee.means_few"].format(n=6, wanted=18)
    assert few in text
    assert ZH["committee.equal"].format(share="83%") in text


def test_intervals_hold_the_figure_and_narrow_with_more_judgements() -> None:
    few = [(0, 0), (1, 1), (2, 2), (0, 1), (2, 2), (1, 1)]
    levels: tuple[Literal["nominal", "ordinal"], ...] = ("nominal", "ordinal")
    for level in levels:
        small, large = (alpha_interval(few * n, level) for n in (1, 20))
        assert small is not None
        assert large is not None
        value = review.krippendorff_alpha(few * 20, level).value
        assert value is not None
        assert large[0] <= value <= large[1]
        assert large[1] - large[0] < small[1] - small[0]
        assert alpha_interval(few, level) == small
    kappa = review.cohen_kappa(few * 20)
    interval = kappa_interval(kappa)
    assert interval is not None
    # po = 5/6, pe = 1/3, n = 120: standard error 0.0510 by Cohen's formula.
    assert interval == pytest.approx((0.75 - 0.1000, 0.75 + 0.1000), abs=1e-3)
    assert kappa_interval(review.cohen_kappa([(1, 1)] * 9)) is None
    assert alpha_interval([(1, 1), (2, 2)]) is None
    assert alpha_interval([]) is None


# --- who reviews what -------------------------------------------------------------------------


def test_courses_are_assigned_and_the_uncovered_are_named(desk: Desk) -> None:
    at = desk.page(view="people")
    assert ZH["committee.assign_all"] in shown(at)
    teacher = desk.person(Role.FACULTY)
    field = next(m for m in at.multiselect if m.label == teacher.name)
    course = next(iter(desk.look().courses))
    field.set_value([course]).run()
    at.button(key=f"assign.save.{teacher.id}").click().run()
    assert not at.exception
    assert store().assignments(desk.space.id) == {teacher.id: frozenset({course})}
    text = shown(at)
    assert ZH["committee.assigned"].format(name=teacher.name) in text
    assert "分到的教师少于 2 人" in text
    reader = desk.page(Role.FACULTY, view="people")
    assert not reader.multiselect
    assert desk.look().courses[course].name in shown(reader)


def test_the_number_of_reviewers_changes_only_when_understood(desk: Desk) -> None:
    at = desk.page(view="people")
    assert at.button(key="reviewers.1").disabled
    at.checkbox(key="reviewers.sure.1").set_value(True).run()
    at.button(key="reviewers.1").click().run()
    assert store().workspace(desk.person(Role.ADMIN), desk.space.id).reviewers == 1
    assert "reviewers.2" not in [b.key for b in desk.page(Role.FACULTY, view="people").button]


def test_on_a_laptop_there_is_nobody_to_be_the_second() -> None:
    at = show(opened("committee"), "people")
    assert ZH["committee.local_two"] in shown(at)
    assert "reviewers.2" not in [b.key for b in at.button]


# --- stale ------------------------------------------------------------------------------------


def test_a_verdict_whose_ground_has_changed_is_listed() -> None:
    found, look = space(), app_kit.look_of()
    p = next(p for p in look.of_item.values() if p.action is not Action.COVERED)
    store().decide(me(), found.id, p.id, p.action, "accept", seen="")
    m = look.item_matches[p.certificate_id, p.item_ids[0]][0]
    store().decide_link(me(), found.id, pair_of(m), 2, seen="", run_id=found.run_id)
    now = app_kit.look_of()
    changed = now.of_item[p.certificate_id, p.item_ids[0]].action
    assert changed != p.action
    at = show(opened("committee"), "stale")
    text = shown(at)
    assert look.items[p.certificate_id, p.item_ids[0]].text in text
    assert ZH[f"action.{p.action}"] in text
    assert ZH[f"action.{changed}"] in text


def test_a_verdict_on_what_is_proposed_no_more_names_what_it_was_about() -> None:
    found, look = space(), app_kit.look_of()
    p = next(p for p in look.result.proposals if p.rule == "exempt-unit")
    store().decide(me(), found.id, p.id, p.action, "accept", seen="")
    unit = look.units[p.units[0]]
    for m in look.result.matches:
        if (m.course_id, m.unit_id) == p.units[0]:
            store().decide_link(me(), found.id, pair_of(m), 0, seen="", run_id=found.run_id)
    assert p.id not in {q.id for q in app_kit.look_of().result.proposals}
    text = shown(show(opened("committee"), "stale"))
    assert ZH["committee.no_more"] in text
    assert f"《{unit.course}》{unit.task}" in text
    assert p.id not in text


# --- approval ---------------------------------------------------------------------------------


def fill(at: AppTest, names: str, sure: str) -> AppTest:
    at.text_area(key="approval.names").set_value(names)
    at.text_input(key="approval.sure").set_value(sure)
    at.button(key="approval.do").click().run()
    return at


def test_approval_needs_names_and_the_typed_word_and_gives_a_receipt(desk: Desk) -> None:
    at = desk.page(view="approve")
    text = shown(at)
    total = len(desk.look().result.proposals)
    assert ZH["left.unreviewed"].format(n=total) in text
    fill(at, "  \n", "批准")
    assert [e.value for e in at.error] == [ZH["approve.names_missing"]]
    fill(at, "王建国\n李敏", "同意")
    assert "没有批准" in at.error[0].value
    admin = desk.person(Role.ADMIN)
    assert store().workspace(admin, desk.space.id).state == "open"
    fill(at, "王建国\n李敏", "批准")
    assert not at.error
    assert store().workspace(admin, desk.space.id).state == "approved"
    (made,) = store().approvals(admin, desk.space.id)
    assert made.names == ("王建国", "李敏")
    # The day has a line of its own, with the year; the remark was left empty.
    assert (made.day, made.remark) == (made.note, "")
    facts = re.sub(r"<[^>]+>", "|", "".join(bodies(at)))
    assert re.search(rf"{ZH['approve.day']}\|+{made.day}\|", facts)
    assert re.search(rf"{ZH['approve.when']}\|+\d{{4}}-\d\d-\d\d \d\d:\d\d\|", facts)
    assert not re.search(rf"{ZH['decide.note']}\|+{made.day}", facts)
    person = desk.person(Role.COMMITTEE)
    # The very file is kept: what a member downloads later is what was approved.
    plan = store().approved_bytes(person, made.id)
    assert made.digest == hashlib.sha256(plan).hexdigest()
    # It says itself that it is approved, by whom and when: cover, headers, chapter one and nine.
    word = Document(io.BytesIO(plan))
    said = [p.text for p in word.paragraphs]
    heads = {s.header.paragraphs[0].text for s in word.sections}
    when = local_time(made.time)
    mark = f"已批准（{when[:10]}，专业建设委员会；{total} 项建议未经教师审核）"
    assert heads == {mark} and mark in said
    words = "\n".join(said)
    assert "草案" not in words + "".join(c.text for t in word.tables for c in t._cells)
    assert "本方案由软件逐条比对" in words
    assert f"委员会批准（{when}，北京时间），签名：王建国、李敏。批准日期：{made.day}。" in words
    assert ZH["approve.digest"].partition("（")[0] in words and made.digest not in words
    assert ZH["approve.plan"] in {d.proto.label for d in at.get("download_button")}
    receipt = at.session_state[f"receipt.{desk.space.id}"]
    checked = verify_receipt(receipt, store().keys.public())
    assert (checked.genuine, checked.known_key, checked.digest) == (True, True, made.digest)
    assert {d.proto.label for d in at.get("download_button")} >= {ZH["receipt.download"]}
    assert store().verify(person.college_id).whole
    # Approved: no form; faculty cannot open it again, the committee can, with a reason.
    assert "approval.do" not in [b.key for b in at.button]
    assert "reopen.do" not in [b.key for b in desk.page(Role.FACULTY, view="approve").button]
    at = desk.page(view="approve")
    at.button(key="reopen.do").click().run()
    assert [e.value for e in at.error] == [ZH["reopen.why_missing"]]
    at.text_input(key="reopen.why").set_value("标准修订")
    at.button(key="reopen.do").click().run()
    assert store().workspace(admin, desk.space.id).state == "open"
    assert "王建国" in shown(at), "the earlier approval stays in sight"
    assert "标准修订" in shown(at), "and why it was opened again"


def test_a_decision_made_while_the_form_was_open_stops_the_approval(desk: Desk) -> None:
    at = desk.page(view="approve")
    desk.grade(Role.FACULTY, desk.pair(), 2)
    fill(at, "王建国", "批准")
    assert [w.value for w in at.warning] == [ZH["approve.changed"]]
    assert store().workspace(desk.person(Role.ADMIN), desk.space.id).state == "open"
    fill(at, "王建国", "批准")
    assert store().workspace(desk.person(Role.ADMIN), desk.space.id).state == "approved"


def test_only_the_committee_may_approve(desk: Desk) -> None:
    for role in (Role.FACULTY, Role.ADMIN, Role.VIEWER):
        at = desk.page(role, view="approve")
        assert "approval.do" not in [b.key for b in at.button], role
        assert ZH["approve.not_you"] in shown(at)


def test_two_reviewers_without_sign_in_cannot_approve() -> None:
    found = space()
    store().change_workspace(me(), found.id, found.version, reviewers=2)
    at = show(opened("committee"), "approve")
    assert "approval.do" not in [b.key for b in at.button]
    assert ZH["approve.sign_in"] in shown(at)


def test_shares_count_only_what_stands_now(desk: Desk) -> None:
    pair = desk.pair()
    desk.grade(Role.FACULTY, pair, 2)
    said = Said(
        desk.space,
        desk.person(Role.COMMITTEE),
        Heard([], [], ("test",)),
    )
    people = store().people(desk.person(Role.COMMITTEE), desk.space.college_id)

    def graded() -> dict[str, int]:
        found = committee.counts(store(), said, desk.look(), people)
        return {s.person.name: s.grades for s in found.shares if s.person}

    assert graded()["赵老师"] == 1
    last = store().link_decisions(desk.person(Role.FACULTY), desk.space.id)[-1]
    store().decide_link(desk.person(Role.FACULTY), desk.space.id, pair, None, seen=last.id)
    assert graded()["赵老师"] == 0
