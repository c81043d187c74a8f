"""From what people said to what holds: one reviewer, two blind reviewers, the committee."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align import review
from align.decisions import Decision, Grade, LinkDecision, Pair
from align.records import Action, Coverage, CoverageState, Proposal
from align.review import Standing
from tests.review_kit import PAIR, graded, said

SUBJECT = "item:证:初级-1.1.1"
S, E, C = Action.SUPPLEMENT, Action.EXTEND, Action.COVERED


def proposal(
    n: int = 1, action: Action = S, *, unsure: bool = False, confirmed: bool = False
) -> Proposal:
    exempt = action is Action.EXEMPT
    return Proposal(
        f"unit:证:课:课#{n}" if exempt else f"item:证:初级-1.1.{n}", action, "规则", "证",
        (f"初级-1.1.{n}",), "课", (), "理由", 0.3, unsure=unsure, confirmed=confirmed,
    )  # fmt: skip


# --- one reviewer ---------------------------------------------------------------------------


def test_the_last_word_holds_whoever_spoke_before() -> None:
    history = [graded(1, 2), graded(2, 0, "乙", supersedes="l001")]
    assert review.in_force(history, 1) == {PAIR: 0}
    assert review.link_standings(history, 1) == {PAIR: Standing.AGREED}


def test_a_withdrawn_word_gives_the_machine_back_and_does_not_revive_an_older_one() -> None:
    history = [graded(1, 2), graded(2, 1, supersedes="l001"), graded(3, None, supersedes="l002")]
    assert review.in_force(history, 1) == {}
    assert review.link_standings(history, 1) == {}
    top = review.current(history)
    assert top is not None and top.id == "l003", "what a next word has to supersede"
    again = [*history, graded(4, 2, "乙", supersedes="l003")]
    assert review.in_force(again, 1) == {PAIR: 2}


def test_the_committees_word_is_told_apart() -> None:
    history = [graded(1, 2), graded(2, 0, "主任", stage="settle", supersedes="l001")]
    assert review.in_force(history, 1) == {PAIR: 0}
    assert review.link_standings(history, 1) == {PAIR: Standing.SETTLED}


def test_a_word_on_an_earlier_run_does_not_speak_of_the_lines_of_this_one() -> None:
    history = [graded(1, 2, run_id="r-1"), graded(2, 1, run_id="r-2", pair=("证", "b", "课", "c"))]
    assert review.in_force(history, 1, "r-2") == {("证", "b", "课", "c"): 1}
    assert set(review.in_force(history, 1)) == {PAIR, ("证", "b", "课", "c")}


@given(st.data())
def test_the_order_of_reading_does_not_matter(data: st.DataObject) -> None:
    """A chain of any words: whatever order the rows come in, the end of the chain holds."""
    grades: list[Grade | None] = data.draw(
        st.lists(st.sampled_from([0, 1, 2, None]), min_size=1, max_size=8)
    )
    chain = [
        graded(
            n, grade, data.draw(st.sampled_from("甲乙丙")), supersedes=f"l{n - 1:03}" if n else ""
        )
        for n, grade in enumerate(grades)
    ]
    # Clocks of two servers may disagree; the chain says what followed what.
    chain = [replace(d, time=data.draw(st.sampled_from([d.time, chain[0].time]))) for d in chain]
    mixed = data.draw(st.permutations(chain))
    expected = {} if grades[-1] is None else {PAIR: grades[-1]}
    assert review.in_force(mixed, 1) == expected


# --- two reviewers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "standing", "force"),
    [
        ([], None, None),
        ([("甲", 2)], Standing.WAITING, None),
        ([("甲", 2), ("乙", 2)], Standing.AGREED, 2),
        ([("甲", 2), ("乙", 1)], Standing.DIFFERING, None),
        ([("甲", 2), ("乙", 2), ("丙", 1)], Standing.DIFFERING, None),
        ([("甲", 2), ("乙", 1), ("乙", 2)], Standing.AGREED, 2),
        ([("甲", 2), ("乙", 2), ("乙", None)], Standing.WAITING, None),
        ([("甲", 2), ("乙", 1), ("委", 0)], Standing.SETTLED, 0),
        ([("甲", 2), ("乙", 1), ("委", 0), ("委", None)], Standing.DIFFERING, None),
        ([("甲", 2), ("乙", 1), ("委", 0), ("甲", 1)], Standing.SETTLED, 0),
    ],
)
def test_two_have_to_agree_or_the_committee_settles(
    words: list[tuple[str, Grade | None]], standing: Standing | None, force: Grade | None
) -> None:
    history = []
    last: dict[str, str] = {}
    for n, (who, grade) in enumerate(words):
        stage: Any = "settle" if who == "委" else "review"
        history.append(graded(n, grade, who, stage=stage, supersedes=last.get(who, "")))
        last[who] = f"l{n:03}"
    assert review.link_standings(history, 2).get(PAIR) == standing
    assert review.in_force(history, 2) == ({} if force is None else {PAIR: force})
    differing = review.disagreements(history)
    assert bool(differing) == (standing is Standing.DIFFERING)
    if differing:
        ((about, shown),) = differing
        assert about == PAIR and len(shown) >= 2


def test_an_agreed_word_carries_both_names_and_notes() -> None:
    history = [
        said(1, SUBJECT, S, note="没有讲"),
        said(2, SUBJECT, S, who="乙", note="实训也没有"),
    ]
    word = review.words_in_force(history, 2)[SUBJECT]
    assert (word.reviewer_name, word.note) == ("甲老师、乙老师", "没有讲；实训也没有")


def test_equal_actions_with_other_hours_are_no_agreement() -> None:
    history = [
        said(1, SUBJECT, S, "change", action=E, hours=2.0),
        said(2, SUBJECT, S, "change", "乙", action=E, hours=4.0),
    ]
    assert review.words_in_force(history, 2) == {}
    assert review.standings(history, 2, [proposal()])[SUBJECT] is Standing.DIFFERING


# --- proposals that change ------------------------------------------------------------------


def test_a_verdict_on_another_action_is_stale_until_it_is_proposed_again() -> None:
    history = [said(1, SUBJECT, S)]
    assert review.verdicts_in_force(history, 1, [proposal(1, S)]) == {SUBJECT: history[0]}
    assert review.standings(history, 1, [proposal(1, S)]) == {SUBJECT: Standing.AGREED}
    assert review.verdicts_in_force(history, 1, [proposal(1, E)]) == {}
    assert review.standings(history, 1, [proposal(1, E)]) == {SUBJECT: Standing.STALE}
    assert review.words_in_force(history, 1) == {SUBJECT: history[0]}, "shown as the old one"


def test_a_word_on_something_no_longer_proposed_is_stale_and_a_withdrawn_one_is_nothing() -> None:
    gone = said(1, "unit:证:课:课#9", Action.EXEMPT)
    assert review.standings([gone], 1, [proposal()]) == {
        SUBJECT: Standing.OPEN,
        "unit:证:课:课#9": Standing.STALE,
    }
    back = said(2, "unit:证:课:课#9", Action.EXEMPT, "withdraw", supersedes="d001")
    assert review.standings([gone, back], 1, [proposal()]) == {SUBJECT: Standing.OPEN}


def test_of_two_reviewers_only_who_spoke_of_the_old_action_has_to_speak_again() -> None:
    history = [said(1, SUBJECT, S), said(2, SUBJECT, E, who="乙")]
    assert review.standings(history, 2, [proposal(1, E)])[SUBJECT] is Standing.WAITING
    assert review.verdicts_in_force(history, 2, [proposal(1, E)]) == {}
    history.append(said(3, SUBJECT, E, supersedes="d001"))
    assert review.verdicts_in_force(history, 2, [proposal(1, E)])[SUBJECT].action is E


# --- what is next, and how far it has come --------------------------------------------------


def test_the_queue_asks_for_stale_then_unsure_then_least_covered_and_not_for_what_is_done() -> None:
    proposals = [
        proposal(1, E),
        proposal(2, S, unsure=True),
        proposal(3, S),
        proposal(4, C, confirmed=True),  # covered by links that a person confirmed
        proposal(5, C),
        proposal(6, S),
        proposal(7, S),
        proposal(8, Action.EXEMPT, unsure=True),
        proposal(9, S),
    ]
    shares = {1: 0.5, 4: 1.0, 5: 1.0}
    coverage = [
        Coverage("competency", f"证|初级-1.1.{n}", "", shares.get(n, 0.0), CoverageState.PARTLY)
        for n in range(1, 10)
    ]
    history = [
        said(1, "item:证:初级-1.1.6", S),
        said(2, "item:证:初级-1.1.7", E),  # was something else then
        said(3, "item:证:初级-1.1.9", S),
    ]
    standings = review.standings(history, 1, proposals)
    standings["item:证:初级-1.1.9"] = Standing.DIFFERING  # the committee's
    assert [i.rpartition(".")[2] for i in review.queue(proposals, coverage, standings)] == [
        "7", "2", "3", "1", "5", "unit:证:课:课#8",
    ]  # fmt: skip
    told = review.progress(proposals, standings)
    assert (told.total, told.reviewed, told.stale, told.differing, told.open) == (9, 2, 1, 1, 5)
    assert told.unsure == 2
    assert told.by_action[S] == (1, 5) and told.by_action[C] == (1, 2)
    assert told.share == pytest.approx(2 / 9)
    assert review.progress([], {}).share == 1.0


# --- agreement ------------------------------------------------------------------------------


def test_agreement_is_measured_on_what_was_said_blind() -> None:
    """Who adopts the other's word after seeing it has not agreed."""
    history = [
        graded(1, 2, "甲"),
        graded(2, 1, "甲", supersedes="l001"),  # still alone: may change their mind
        graded(3, 0, "乙"),
        graded(4, 1, "乙", supersedes="l003"),  # now they see each other
        graded(5, 2, "丙"),  # first word of a third: blind as well
        graded(6, 1, "丙", supersedes="l005"),
        graded(7, 2, "委", stage="settle"),
    ]
    words = review.blind_words(history)
    assert review.labels(words) == {PAIR: {"甲": 1, "乙": 0, "丙": 2}}
    assert review.in_force(history, 2) == {PAIR: 2}
    taken_back = [graded(1, 2, "甲"), graded(2, None, "甲", supersedes="l001"), graded(3, 0, "乙")]
    assert review.labels(review.blind_words(taken_back)) == {PAIR: {"乙": 0}}


def test_labels_of_verdicts_are_the_actions_wanted() -> None:
    history: list[Decision] = [
        said(1, SUBJECT, S),
        said(2, SUBJECT, S, "change", "乙", action=E),
        said(3, SUBJECT, S, "reject", "丙"),
    ]
    assert review.labels(review.blind_words(history)) == {
        SUBJECT: {"甲": "supplement", "乙": "extend", "丙": "reject"}
    }


def test_kappa_of_a_published_table() -> None:
    """Artstein & Poesio (2008), Inter-coder agreement for computational linguistics, Table 1.

    Cells 20, 20 / 10, 50: po = 0.70, pe = 0.4*0.3 + 0.6*0.7 = 0.54, kappa = 0.16 / 0.46 = 0.348.
    """
    pairs = [(0, 0)] * 20 + [(0, 1)] * 20 + [(1, 0)] * 10 + [(1, 1)] * 50
    found = review.cohen_kappa(pairs)
    assert found.value == pytest.approx(0.16 / 0.46)
    assert (found.n, found.observed, found.categories) == (100, pytest.approx(0.7), 2)
    assert found.enough and found.wanted == 8


def columns(text: str) -> list[list[int]]:
    """Reliability data as printed: a row for each observer, a column for each unit."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [[int(v) for v in unit if v != "."] for unit in zip(*rows, strict=True)]


#: Krippendorff (2011), section C: four observers, twelve units, gaps.
FOUR_OBSERVERS = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
#: Section A: two observers, ten units, two values.
BINARY = """
0 1 0 0 0 0 0 0 1 0
1 1 1 0 0 1 0 0 0 0
"""
#: Section B: two observers, twelve units, five values (a..e as 1..5).
NOMINAL = """
1 1 2 2 4 3 3 3 5 4 4 1
2 1 2 2 2 3 3 3 5 4 4 4
"""


@pytest.mark.parametrize(
    ("data", "level", "published", "units"),
    [
        (BINARY, "nominal", 0.095, 10),
        (NOMINAL, "nominal", 0.692, 12),
        (FOUR_OBSERVERS, "nominal", 0.743, 11),  # the twelfth was judged once only
        (FOUR_OBSERVERS, "ordinal", 0.815, 11),
    ],
)
def test_alpha_of_the_published_examples(
    data: str, level: Any, published: float, units: int
) -> None:
    found = review.krippendorff_alpha(columns(data), level)
    assert found.value == pytest.approx(published, abs=5e-4)
    assert found.n == units


def test_undefined_agreement_says_why_and_is_not_one() -> None:
    for found in (review.cohen_kappa([]), review.krippendorff_alpha([[1], []])):
        assert (found.value, found.n, found.why, found.enough) == (None, 0, "nothing", False)
    for found in (review.cohen_kappa([(2, 2)] * 40), review.krippendorff_alpha([[2, 2]] * 40)):
        assert (found.value, found.observed, found.why) == (None, 1.0, "one-category")
        assert not found.enough


def test_too_few_judgements_are_said_to_be_too_few() -> None:
    few = review.cohen_kappa([(0, 0), (1, 1), (2, 2)])
    assert few.value == 1.0 and not few.enough and few.wanted == 18
    assert review.cohen_kappa([(0, 0), (1, 1), (2, 2)] * 6).enough


def test_each_pair_of_reviewers_has_a_kappa_of_its_own() -> None:
    judgements: dict[Any, dict[str, int | str]] = {
        n: {"甲": n % 2, "乙": n % 2} if n < 6 else {"乙": 1, "丙": n % 2} for n in range(12)
    }
    found = review.kappas(judgements)
    assert set(found) == {("乙", "甲"), ("丙", "乙")}
    assert found["乙", "甲"].value == 1.0
    assert found["丙", "乙"].value == pytest.approx(0.0)


RATINGS = st.lists(st.lists(st.sampled_from([0, 1, 2]), max_size=4), max_size=12)


@given(RATINGS, st.sampled_from(["nominal", "ordinal"]))
def test_alpha_never_exceeds_one_and_full_agreement_is_one(
    units: list[list[int]], level: Any
) -> None:
    found = review.krippendorff_alpha(units, level)
    if found.value is None:
        judged = [v for u in units if len(u) >= 2 for v in u]
        assert len(set(judged)) <= 1
        return
    assert found.value <= 1 + 1e-12 and math.isfinite(found.value)
    assert (abs(found.value - 1) < 1e-12) == all(len(set(u)) == 1 for u in units if len(u) >= 2)
    mixed = [list(reversed(u)) for u in reversed(units)]
    assert review.krippendorff_alpha(mixed, level).value == pytest.approx(found.value)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30))
def test_kappa_does_not_ask_who_is_first(pairs: Sequence[tuple[str, str]]) -> None:
    found = review.cohen_kappa(pairs)
    other = review.cohen_kappa([(b, a) for a, b in pairs])
    assert found.why == other.why
    if found.value is not None:
        assert -1 - 1e-12 <= found.value <= 1 + 1e-12
        assert other.value == pytest.approx(found.value)


@given(st.data())
def test_folding_many_pairs_is_folding_each_by_itself(data: st.DataObject) -> None:
    pairs: list[Pair] = [("证", str(i), "课", str(u)) for i in range(2) for u in range(2)]
    history: list[LinkDecision] = []
    last: dict[tuple[Pair, str, str], str] = {}
    for n in range(data.draw(st.integers(0, 14))):
        pair, who = data.draw(st.sampled_from(pairs)), data.draw(st.sampled_from("甲乙丙"))
        stage: Any = data.draw(st.sampled_from(["review", "review", "settle"]))
        stream = (pair, stage, who if stage == "review" else "")
        grade: Any = data.draw(st.sampled_from([0, 1, 2, None]))
        history.append(
            graded(n, grade, who, pair=pair, stage=stage, supersedes=last.get(stream, ""))
        )
        last[stream] = f"l{n:03}"
    together = review.link_standings(history, 2)
    force = review.in_force(history, 2)
    for pair in pairs:
        own = [d for d in history if d.pair == pair]
        assert review.link_standings(own, 2).get(pair) == together.get(pair)
        assert review.in_force(own, 2).get(pair) == force.get(pair)
        assert (pair in force) == (together.get(pair) in {Standing.AGREED, Standing.SETTLED}), (
            "what is not decided leaves the machine's word"
        )
