"""对照: looking at candidates and deciding on them; what was clicked stands in the store."""

from __future__ import annotations

from collections import Counter

import pytest
from streamlit.testing.v1 import AppTest

from align.decisions import LinkDecision, Pair, Role
from align.links import pair_of
from align.records import Action
from align.ui.components import html
from align.ui.words import ZH
from tests import app_kit
from tests.app_kit import cards, look_of, me, opened, shown, space, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")
FIRST = ("900101", "初级-1.1.1")


def words() -> list[LinkDecision]:
    return store().link_decisions(me(), space().id)


def pairs_of(key: tuple[str, str] = FIRST) -> list[Pair]:
    return [pair_of(m) for m in look_of().item_matches[key]]


def press(at: AppTest, grade: str, pair: Pair) -> AppTest:
    return at.button(key=f"grade.{grade}.{'|'.join(pair)}").click().run()


def entry(at: AppTest) -> str:
    """The requirement that is looked at."""
    return address(at)["entry"]


def address(at: AppTest) -> dict[str, str]:
    """What stands behind the ``?``."""
    return {k: v if isinstance(v, str) else v[0] for k, v in at.query_params.items()}


def test_compare_ranks_candidates_and_marks_shared_words() -> None:
    at = opened("compare")
    look = look_of()
    key = list(look.items)[3]
    at.radio[0].set_value(3).run()
    best = look.item_matches[key][:3]
    assert len(cards(at)) == len(best) == 3
    for card, m in zip(cards(at), best, strict=True):
        assert look.units[m.course_id, m.unit_id].task in card
        assert html.probability(m.probability) in card
    assert "<mark>称重</mark>" in cards(at)[0]
    assert "称重并计算资费" in shown(at)
    assert "快件处理员.csv" in cards(at)[0]
    assert "第5行" in cards(at)[0]


def test_compare_filters_and_looks_from_the_other_side() -> None:
    at = opened("compare")
    look = look_of()
    at.selectbox(key="compare_level_zh").set_value("中级").run()
    assert len(at.radio[0].options) == 4
    at.text_input(key="compare_text").set_value("无人机").run()
    assert len(at.radio[0].options) == 1
    at.text_input(key="compare_text").set_value("没有这样的字").run()
    assert [i.value for i in at.info] == [ZH["empty.filtered"]]
    at.text_input(key="compare_text").set_value("")
    at.selectbox(key="compare_level_zh").set_value("")
    at.toggle(key="compare_unsure").set_value(True).run()
    unsure = [p for p in look.of_item.values() if p.unsure]
    assert [len(r.options) for r in at.radio] == ([len(unsure)] if unsure else [])
    at.toggle(key="compare_unsure").set_value(False)
    at.segmented_control(key="compare_by").set_value("unit").run()
    assert len(at.radio[0].options) == len(look.units)
    assert "快件收派实务#1" in shown(at)


def test_the_address_keeps_filters_and_the_entry() -> None:
    at = opened("compare")
    at.selectbox(key="compare_level_zh").set_value("中级").run()
    at.radio[0].set_value(2).run()
    kept = address(at)
    assert kept["compare_level"] == "中级"
    other = app_kit.app()
    other.switch_page("align/ui/pages/compare.py")
    for key, value in kept.items():
        other.query_params[key] = value
    other.run()
    assert other.selectbox(key="compare_level_zh").value == "中级"
    assert entry(other) == kept["entry"] == "900101|中级-2.1.1"
    assert other.radio[0].value == 2


def test_a_grade_is_stored_at_once_with_note_and_the_machines_probability() -> None:
    at = opened("compare")
    best = look_of().item_matches[FIRST][0]
    pair = pair_of(best)
    before = look_of().of_item[FIRST]
    assert before.action is Action.COVERED
    before_counts = Counter(p.action for p in look_of().result.proposals)
    at.text_input(key=f"note.{'|'.join(pair)}.0").set_value("只讲了身份核对")
    press(at, "part", pair)
    (word,) = words()
    assert (word.pair, word.grade, word.note) == (pair, 1, "只讲了身份核对")
    assert word.probability == pytest.approx(best.probability)
    assert word.reviewer == me().id
    text = shown(at)
    assert "已保存 " in text
    # The requirement was covered by what is now judged to teach a part of it.
    assert ZH["decide.changed"].format(changes="")[:6] in text
    moved = f"{ZH['action.covered']} {before_counts[Action.COVERED]} → "
    assert moved + str(before_counts[Action.COVERED] - 1) in text
    assert "王老师 · " in text
    assert "只讲了身份核对" in text
    # The proposal follows the person; the machine's figure stays beside.
    assert look_of().of_item[FIRST].action is Action.EXTEND
    assert html.probability(best.probability) in cards(at)[0]
    assert ZH["grade.part"] in cards(at)[0]
    assert entry(at) == "|".join(FIRST)  # two candidates are still open


def test_the_next_open_entry_comes_by_itself() -> None:
    at = opened("compare")
    for left, pair in zip((3, 2, 1), pairs_of(), strict=False):
        assert entry(at) == "|".join(FIRST)
        assert ZH["compare.left_item"].format(n=left) in shown(at)
        press(at, "none", pair)
    assert [w.grade for w in words()] == [0, 0, 0]
    assert entry(at) == "900101|初级-1.1.2"
    assert at.radio[0].options[0].startswith("✓ ")
    # Taught in full answers a requirement, whatever its other candidates.
    press(at, "full", pairs_of(("900101", "初级-1.1.2"))[0])
    assert entry(at) == "900101|初级-1.2.1"
    at.radio[0].set_value(0).run()
    assert ZH["compare.nothing_left"] in shown(at)
    at.toggle(key="compare_open").set_value(True).run()
    assert len(at.radio[0].options) == 6
    at.button(key="compare.next").click().run()
    assert entry(at) == "900101|初级-1.2.2"


def test_undo_is_a_new_decision_and_the_machine_holds_again() -> None:
    at = opened("compare")
    pair = pairs_of()[0]
    press(at, "none", pair)
    assert look_of().of_item[FIRST].action is Action.SUPPLEMENT
    at.button(key=f"undo.{'|'.join(pair)}").click().run()
    first, second = words()
    assert (first.grade, second.grade, second.supersedes) == (0, None, first.id)
    assert look_of().of_item[FIRST].action is Action.COVERED
    assert ZH["decide.history"].format(n=1) in shown(at)


def test_a_link_that_the_machine_missed_is_added() -> None:
    at = opened("compare")
    key = ("900101", "中级-2.1.2")
    at.radio[0].set_value(7).run()
    assert look_of().of_item[key].action is Action.SUPPLEMENT
    listed = {m.unit_id for m in look_of().item_matches[key][:3]}
    other = next(k for k in look_of().units if k[1] not in listed)
    assert at.button(key="missed.2").disabled
    at.selectbox(key=f"missed_zh_{'|'.join(key)}").set_value(other).run()
    at.button(key="missed.2").click().run()
    (word,) = words()
    assert (word.pair, word.grade) == ((*key, *other), 2)
    look = look_of()
    assert look.of_item[key].action is not Action.SUPPLEMENT
    assert look.of_item[key].confirmed


def test_two_on_one_pair_see_each_other_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    found = app_kit.their_space(tokens)
    other = store().session(tokens["second"])
    assert other is not None

    def now() -> list[LinkDecision]:
        return store().link_decisions(other, found.id)

    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened("compare")
    pair = pairs_of()[0]
    theirs = store().decide_link(other, found.id, pair, 2, note="我先看的", seen="")
    press(at, "none", pair)
    assert now() == [theirs]  # nothing of mine was written
    text = shown(at)
    assert ZH["decide.clash"] in text
    assert "钱老师" in text
    assert "我先看的" in text
    at.button(key="clash.theirs").click().run()
    assert now() == [theirs]
    assert ZH["decide.clash"] not in shown(at)
    # Once more; this time mine is to hold.
    again = store().decide_link(other, found.id, pair, 1, seen=theirs.id)
    press(at, "none", pair)
    assert now() == [theirs, again]
    at.button(key="clash.mine").click().run()
    assert [w.grade for w in now()] == [2, 1, 0]
    assert now()[-1].supersedes == again.id
    assert now()[-1].reviewer_name == "赵老师"


def test_who_may_only_look_gets_no_buttons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = app_kit.college(monkeypatch)[Role.VIEWER]
    app_kit.sign_in(monkeypatch, token)
    at = opened("compare")
    assert ZH["decide.read_only"] in shown(at)
    assert not [b for b in at.button if b.key and b.key.startswith(("grade.", "missed."))]


def test_an_approved_plan_takes_no_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.COMMITTEE])
    found = app_kit.their_space(tokens)
    person = store().session(tokens[Role.COMMITTEE])
    assert person is not None
    store().approve(person, found.id, "0" * 64, ["孙主任"], "")
    at = opened("compare")
    assert ZH["decide.approved"] in shown(at)
    assert not [b for b in at.button if b.key and b.key.startswith("grade.")]


def test_two_reviewers_are_blind_until_both_have_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch, reviewers=2)
    found = app_kit.their_space(tokens)
    people = {k: store().session(v) for k, v in tokens.items()}
    first = people[Role.FACULTY]
    assert first is not None
    pair = pairs_of()[0]
    store().decide_link(first, found.id, pair, 0, note="我认为没有", seen="")
    app_kit.sign_in(monkeypatch, tokens["second"])
    at = opened("compare")
    assert ZH["decide.blind"] in shown(at)
    assert "我认为没有" not in shown(at)
    assert html.tag(ZH["link.full"]) in cards(at)[0]
    press(at, "full", pair)
    at.radio[0].set_value(0).run()
    text = shown(at)
    assert "我认为没有" in text
    # They differ: the machine's prediction holds until the committee has settled it.
    second = people["second"]
    assert second is not None
    assert {w.grade for w in store().link_decisions(second, found.id)} == {0, 2}
