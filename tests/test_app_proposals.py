"""建议: reading proposals and deciding on them, one by one and many at once."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from align.decisions import Decision, Grade, Role
from align.links import pair_of
from align.records import Action, Proposal
from align.ui.components import html
from align.ui.reasons import reason
from align.ui.words import EN, ZH
from tests import app_kit
from tests.app_kit import cards, english, go, look_of, me, opened, shown, space, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


def words() -> list[Decision]:
    return store().decisions(me(), space().id)


def proposals(action: Action | None = None) -> list[Proposal]:
    return [p for p in look_of().result.proposals if action in {None, p.action}]


def press(at: AppTest, what: str, p: Proposal) -> AppTest:
    return at.button(key=f"{what}.{p.id}").click().run()


def test_proposals_by_action_with_reason_rule_and_quotations() -> None:
    at = opened("proposals")
    at.segmented_control(key="proposals_action").set_value("supplement").run()
    wanted = proposals(Action.SUPPLEMENT)
    assert len(cards(at)) == len(wanted) > 0
    for card, p in zip(cards(at), wanted, strict=True):
        assert html.esc(p.reason) in card
        assert ZH["rule.supplement"] in card
        for e in p.evidence:
            assert re.sub("<.*?>", "", card).count(e.unit_text.strip())
    english(at)
    text = shown(at)
    assert "A teacher must confirm" in text
    assert EN["rule.supplement"] in text


def test_proposals_are_paged_and_a_filter_begins_at_the_first_page() -> None:
    at = opened("proposals")
    total = len(proposals())
    assert total > 10
    first = cards(at)
    assert len(first) == 10
    at.button(key="proposals.next").click().run()
    assert len(cards(at)) == min(total - 10, 10)
    assert not set(cards(at)) & set(first)
    at.toggle(key="proposals_unsure").set_value(True).run()
    assert at.session_state["proposals.page"] == 0


def test_filters_outlive_a_change_of_language_and_of_page() -> None:
    at = opened("proposals")
    at.selectbox(key="proposals_level_zh").set_value("中级").run()
    at.toggle(key="proposals_open").set_value(True).run()
    english(at)
    assert at.selectbox(key="proposals_level_en").value == "中级"
    go(at, "export")
    go(at, "proposals")
    assert at.selectbox(key="proposals_level_en").value == "中级"
    assert at.toggle(key="proposals_open").value


def test_accept_and_reject_are_stored_at_once_and_undone_by_a_new_decision() -> None:
    at = opened("proposals")
    first, second = proposals()[:2]
    at.text_input(key=f"note.{first.id}.0").set_value("同意")
    press(at, "accept", first)
    press(at, "reject", second)
    one, two = words()
    assert (one.subject, one.proposed, one.verdict, one.action) == (
        first.id, first.action, "accept", first.action,
    )  # fmt: skip
    assert (one.note, one.reviewer) == ("同意", me().id)
    assert (two.subject, two.verdict, two.action) == (second.id, "reject", None)
    assert "已保存 " in shown(at)
    assert ZH["proposals.done"].format(done=2, total=len(proposals())) in [
        p.proto.text for p in at.get("progress")
    ]
    press(at, "undo", first)
    assert [w.verdict for w in words()] == ["accept", "reject", "withdraw"]
    assert words()[-1].supersedes == one.id
    at.toggle(key="proposals_open").set_value(True).run()
    left = "".join(cards(at))
    assert look_of().items[first.certificate_id, first.item_ids[0]].text in left
    assert look_of().items[second.certificate_id, second.item_ids[0]].text not in left


def test_a_proposal_is_changed_to_the_persons_own_measure() -> None:
    at = opened("proposals")
    (p,) = proposals(Action.SUPPLEMENT)
    at.segmented_control(key="proposals_action").set_value("supplement").run()
    press(at, "change", p)
    at.button(key=f"save.{p.id}").click().run()
    assert [w.value for w in at.warning] == [ZH["proposals.nothing_changed"]]
    assert words() == []
    at.selectbox(key=f"change.action.{p.id}.zh").set_value(Action.EXTEND)
    at.selectbox(key=f"change.course.{p.id}.zh").set_value("快件收派实务")
    at.number_input(key=f"change.hours.{p.id}").set_value(6.0)
    at.number_input(key=f"change.credits.{p.id}").set_value(0.5)
    at.button(key=f"save.{p.id}").click().run()
    (word,) = words()
    assert (word.proposed, word.verdict, word.action) == (
        Action.SUPPLEMENT, "change", Action.EXTEND,
    )  # fmt: skip
    assert (word.course_id, word.hours, word.credits) == ("快件收派实务", 6.0, 0.5)
    text = shown(at)
    assert ZH["verdict.changed_to"].format(action=ZH["action.extend"]) in text
    assert "6 学时" in text
    # Opening the form and leaving it again changes nothing.
    press(at, "change", p)
    at.button(key=f"leave.{p.id}").click().run()
    assert len(words()) == 1


def test_many_are_decided_at_once_and_taken_back_at_once() -> None:
    at = opened("proposals")
    covered = proposals(Action.COVERED)
    at.segmented_control(key="proposals_action").set_value("covered").run()
    at.segmented_control(key="proposals_way").set_value("many").run()
    assert at.button(key="batch.accept").disabled
    at.toggle(key="batch.all").set_value(True).run()
    at.text_input(key="note.batch.0").set_value("教研室会议通过")
    at.button(key="batch.accept").click().run()
    assert {w.subject for w in words()} == {p.id for p in covered}
    assert {(w.verdict, w.note) for w in words()} == {("accept", "教研室会议通过")}
    at.button(key="batch.undo").click().run()
    assert [w.verdict for w in words()].count("withdraw") == len(covered)


def test_many_at_once_is_all_or_nothing_when_another_came_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    found = app_kit.their_space(tokens)
    other = store().session(tokens["second"])
    assert other is not None
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened("proposals")
    at.segmented_control(key="proposals_way").set_value("many").run()
    at.toggle(key="batch.all").set_value(True).run()
    p = proposals()[3]
    theirs = store().decide(other, found.id, p.id, p.action, "reject", seen="")
    at.button(key="batch.accept").click().run()
    assert store().decisions(other, found.id) == [theirs]
    assert [w.value for w in at.warning if w.value.startswith(ZH["batch.clash"])]


def test_a_verdict_is_looked_at_again_when_its_ground_has_changed() -> None:
    at = opened("proposals")
    p = proposals(Action.COVERED)[0]
    press(at, "accept", p)
    best = look_of().item_matches[p.certificate_id, p.item_ids[0]][0]
    pair = (best.certificate_id, best.item_id, best.course_id, best.unit_id)
    store().decide_link(me(), space().id, pair, 1, seen="")
    at.run()
    card = next(c for c in cards(at) if ZH["proposals.stale"] in c)
    told = ZH["proposals.stale_note"].format(old=ZH["action.covered"], new=ZH["action.extend"])
    assert html.esc(told) in card
    assert "王老师 · " in card
    press(at, "accept", p)
    first, second = words()
    assert (second.supersedes, second.proposed) == (first.id, Action.EXTEND)
    assert ZH["proposals.stale"] not in "".join(cards(at))


def test_two_on_one_proposal_decide_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    found = app_kit.their_space(tokens)
    other = store().session(tokens["second"])
    assert other is not None
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened("proposals")
    p = proposals()[0]
    theirs = store().decide(other, found.id, p.id, p.action, "reject", note="不妥", seen="")
    press(at, "accept", p)
    assert store().decisions(other, found.id) == [theirs]
    text = shown(at)
    assert ZH["decide.clash"] in text
    assert "不妥" in text
    at.button(key="clash.mine").click().run()
    assert [d.verdict for d in store().decisions(other, found.id)] == ["reject", "accept"]


def test_the_english_reason_says_what_teachers_decided_as_the_chinese_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("align.ui.reasons.language", lambda: "en")
    pair = pair_of(next(m for m in look_of().result.matches if m.probability >= 0.5))
    seen = ""

    def reasons(grade: Grade) -> str:
        nonlocal seen
        seen = store().decide_link(me(), space().id, pair, grade, seen=seen).id
        look = look_of()
        (p,) = (p for p in look.result.proposals if p.id == f"item:{pair[0]}:{pair[1]}")
        return reason(look, p) + p.reason

    told = reasons(1)
    assert "(a teacher has confirmed: in part)" in told and "（教师已确认讲到一部分）" in told
    told = reasons(2)
    assert "(a teacher has confirmed: in full)" in told and "（教师已确认完整讲授）" in told
    for other in look_of().item_matches[pair[:2]]:
        if pair_of(other) != pair:
            store().decide_link(me(), space().id, pair_of(other), 0, seen="")
    told = reasons(0)
    assert "A teacher has confirmed that this is not taught in" in told and "未讲授此项" in told
    assert "No other candidate content was found." in told and "没有其他候选课程内容" in told
    exempted = [p for p in look_of().result.proposals if p.rule == "exempt-unit"]
    assert all("of the certificate's requirements, to" in reason(look_of(), p) for p in exempted)


def test_what_the_judgements_of_compare_settle_says_so() -> None:
    p = proposals(Action.COVERED)[0]
    at = opened("proposals")
    at.segmented_control(key="proposals_action").set_value("covered").run()
    assert ZH["proposals.by_links"] not in cards(at)[0]
    pair = (p.certificate_id, p.item_ids[0], *p.units[0])
    store().decide_link(me(), space().id, pair, 2, seen="")
    at.run()
    (settled,) = (c for c in cards(at) if ZH["proposals.by_links"] in c)
    assert ZH["proposals.by_links_note"] in settled
    at.toggle(key="proposals_open").set_value(True).run()
    assert not any(ZH["proposals.by_links"] in c for c in cards(at))
