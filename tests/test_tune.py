"""Thresholds an admin can stand behind: true weights, honest intervals, no leakage, refusals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.decisions import Grade, Pair
from align.errors import SettingsError
from align.evaluate import calibration_curve, pair_figures
from align.records import Action, Proposal
from align.tune import (
    Calibration,
    Drawn,
    Exempted,
    Goal,
    Reviewed,
    Table,
    TooFewError,
    at_threshold,
    by_pair,
    calibration,
    confusion,
    curve,
    draw,
    effect,
    effort,
    expected_calibration_error,
    precision_recall,
    refit,
    suggest,
    suggest_exemption,
    table,
    with_interval,
)
from align.tune.goals import folds_of


def pair(item: int, unit: int) -> Pair:
    return ("证", f"初级-{item}", "课", f"课#{unit}")


def reviewed(
    item: int, unit: int, probability: float, grade: Grade, *, drawn: float = 1.0
) -> Reviewed:
    score = float(np.log(probability / (1 - probability)))
    return Reviewed(pair(item, unit), f"初级-{item}", probability, score, grade, drawn)


def population(items: int, units: int, *, seed: int = 0, bias: float = 0.0) -> list[Reviewed]:
    """Pairs whose probabilities are true (links are drawn with them), or biased in log-odds."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(items):
        for u in range(units):
            p = float(np.clip(rng.beta(0.6, 2.0), 0.01, 0.99))
            grade: Grade = 2 if rng.random() < p else 0
            said = 1 / (1 + np.exp(-(np.log(p / (1 - p)) + bias)))
            found.append(reviewed(i, u, float(said), grade))
    return found


SMALL = [
    reviewed(1, 1, 0.9, 2),
    reviewed(1, 2, 0.6, 0),
    reviewed(2, 1, 0.5, 1),
    reviewed(2, 2, 0.2, 0),
]


def test_precision_and_recall_at_or_above_a_threshold() -> None:
    t = table(SMALL)
    assert precision_recall(t, 0.5) == pytest.approx((2 / 3, 1.0, 0.8))
    assert precision_recall(t, 0.51) == pytest.approx((0.5, 0.5, 0.5))
    assert precision_recall(t, 0.95) == (1.0, 0.0, 0.0)  # nothing linked: nothing linked wrongly


def test_a_drawn_pair_stands_for_those_not_drawn() -> None:
    drawn = [*SMALL[:3], reviewed(2, 2, 0.2, 1, drawn=0.1)]
    # The one low-ranked link found by lot among ten stands for ten.
    assert precision_recall(table(drawn), 0.5)[1] == pytest.approx(2 / 12)


def test_recall_counted_on_the_machines_candidates_flatters_and_the_weights_put_it_right() -> None:
    everything = population(60, 30, seed=3)
    truth = precision_recall(table(everything), 0.5)[1]
    shown = [r for r in everything if r.probability >= 0.4]
    low = [r.pair for r in everything if r.probability < 0.4]
    lots = {d.pair: d.drawn for d in draw(low, 300, seed="抽样")}
    sampled = shown + [
        dataclasses.replace(r, drawn=lots[r.pair]) for r in everything if r.pair in lots
    ]
    flattering = precision_recall(table(shown), 0.5)[1]
    figure = with_interval(table(sampled), lambda t: precision_recall(t, 0.5)[1])
    assert flattering > truth + 0.2
    assert figure.low <= truth <= figure.high
    assert figure.n == len(sampled)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 0.99), st.sampled_from([0, 1, 2])), min_size=2, max_size=40
    ).filter(lambda rows: any(g for _, g in rows)),
    st.floats(0.0, 1.0),
)
def test_unweighted_figures_are_those_of_align_evaluate(
    rows: list[tuple[float, Grade]], threshold: float
) -> None:
    t = table([reviewed(0, k, p, g) for k, (p, g) in enumerate(rows)])
    whole = pair_figures(np.array([t.probability]), np.array([t.linked.astype(int)]), threshold)
    precision, recall, f1 = precision_recall(t, threshold)
    assert recall == pytest.approx(whole["recall_at_threshold"])
    assert f1 == pytest.approx(whole["f1_at_threshold"])
    if (t.probability >= threshold).any():
        assert precision == pytest.approx(whole["precision_at_threshold"])
    here = [(x.probability, x.share, x.n) for x in calibration(t)]
    there = calibration_curve(t.probability, t.linked.astype(float))
    assert [n for _, _, n in here] == [n for _, _, n in there]
    assert np.allclose(here, there)


def test_the_curve_falls_in_recall_and_the_effort_curve_ends_with_everything_found() -> None:
    t = table(population(20, 10))
    recalls = [x.recall for x in curve(t)]
    assert recalls == sorted(recalls, reverse=True)
    points = effort(t)
    assert (points[0].reviewed, points[0].found) == (0.0, 0.0)
    assert (points[-1].reviewed, points[-1].found) == pytest.approx((1.0, 1.0))
    half = next(x for x in points if x.reviewed >= 0.5)
    assert half.found > 0.75, "the best-ranked half holds far more than half of the links"
    assert effort(table([reviewed(1, 1, 0.5, 0)])) == ()


def test_true_probabilities_have_a_small_calibration_error_and_biased_ones_a_large() -> None:
    good = expected_calibration_error(table(population(100, 20)))
    bad = expected_calibration_error(table(population(100, 20, bias=1.5)))
    assert good < 0.03
    assert bad > 0.15


def test_intervals_are_the_same_every_time_and_narrow_with_more_pairs() -> None:
    few, many = table(population(15, 10)), table(population(150, 10))
    first, again = at_threshold(few, 0.5), at_threshold(few, 0.5)
    assert first == again
    assert set(first) == {"precision", "recall", "f1", "ece"}
    wide, narrow = first["f1"], at_threshold(many, 0.5)["f1"]
    assert wide.low <= wide.value <= wide.high
    assert narrow.high - narrow.low < wide.high - wide.low


# --- thresholds for a goal -----------------------------------------------------------------


@pytest.mark.parametrize(("aim", "level"), [("recall", 0.95), ("precision", 0.8), ("recall", 0.8)])
def test_a_goal_is_reached_on_pairs_left_out_when_there_are_plenty(aim: str, level: float) -> None:
    t = table(population(250, 12))
    found = suggest(t, Goal(aim, level))  # type: ignore[arg-type]
    value = {"recall": found.recall, "precision": found.precision}[aim].value
    assert value == pytest.approx(level, abs=0.05)
    assert found.spread[0] <= found.threshold <= found.spread[1]
    precision, recall, _ = precision_recall(t, found.threshold)
    assert {"recall": recall, "precision": precision}[aim] >= level


def test_recall_wants_the_highest_threshold_and_precision_the_lowest_that_does() -> None:
    t = table(population(250, 12))
    recall = suggest(t, Goal("recall", 0.9)).threshold
    assert precision_recall(t, recall + 0.01)[1] < 0.9
    precision = suggest(t, Goal("precision", 0.8)).threshold
    assert precision_recall(t, precision - 0.02)[0] < 0.8


def test_what_is_reported_was_not_chosen_on() -> None:
    """Pure noise: a lucky handful at the top is no threshold, whatever its precision."""
    rng = np.random.default_rng(1)
    noise = [
        reviewed(i, u, float(rng.uniform(0.05, 0.95)), 2 if rng.random() < 0.3 else 0)
        for i in range(40)
        for u in range(6)
    ]
    t = table(noise)
    goal = Goal("precision", 0.6)
    found = suggest(t, goal)
    assert not found.reached
    assert found.precision.value < 0.6 or found.linked < goal.needed
    honest = suggest(table(population(250, 12)), Goal("precision", 0.8))
    assert honest.reached or honest.precision.value < 0.8
    assert honest.linked >= honest.goal.needed


def test_the_candidates_of_one_item_are_never_on_both_sides() -> None:
    t = table(population(30, 8))
    fold = folds_of(t, 5, 0)
    assert set(fold.tolist()) == set(range(5))
    for group in np.unique(t.group):
        assert len(set(fold[t.group == group].tolist())) == 1


def test_too_few_pairs_are_refused_with_what_is_needed() -> None:
    with pytest.raises(TooFewError) as caught:
        suggest(table(population(12, 4)), Goal("precision", 0.95))
    assert "至少 60" in caught.value.line()
    with pytest.raises(TooFewError, match="技能要求"):
        suggest(table(population(5, 200)), Goal("f1"))
    with pytest.raises(TooFewError):
        refit(table(population(12, 4)), Calibration(1.0, 0.0))


@pytest.mark.parametrize("level", [0.2, 1.0, float("nan")])
def test_a_goal_beyond_reach_is_refused_with_its_range(level: float) -> None:
    with pytest.raises(SettingsError, match=r"0\.5 至 0\.99"):
        Goal("recall", level)


def test_a_goal_near_one_needs_the_rule_of_three() -> None:
    assert Goal("precision", 0.95).needed == 60
    assert Goal("precision", 0.99).needed == 300
    assert Goal("recall", 0.5).needed == 30


# --- refitting the calibration --------------------------------------------------------------


def test_a_refit_puts_biased_probabilities_right_on_pairs_left_out() -> None:
    t = table(population(80, 12, bias=1.5))
    done = refit(t, Calibration(1.0, 0.0))
    assert done.better
    assert done.ece_after.value < 0.05 < done.ece_before.value
    assert done.after.slope == pytest.approx(1.0, abs=0.2)
    assert done.after.intercept == pytest.approx(-1.5, abs=0.3)


def test_a_refit_that_is_no_better_says_so() -> None:
    """True probabilities already: two numbers fitted to a sample can only be a little worse."""
    t = table(population(30, 12, seed=11))
    done = refit(t, Calibration(1.0, 0.0))
    assert done.brier_after.value == pytest.approx(done.brier_before.value, abs=0.01)
    assert done.better == (
        done.brier_after.value < done.brier_before.value
        and done.ece_after.value <= done.ece_before.value + 0.005
    )
    upside_down = Table(t.probability, -t.score, t.linked, t.weight, t.group)
    assert not refit(upside_down, Calibration(-1.0, 0.0)).better
    assert refit(upside_down, Calibration(-1.0, 0.0)).after.slope > 0


# --- the drawn sample -------------------------------------------------------------------------


POOL = [pair(i, u) for i in range(20) for u in range(10)]


def test_a_draw_can_be_checked_by_anybody() -> None:
    first = draw(POOL, 20, seed="2026-春")
    assert first == draw(list(reversed(POOL)), 20, seed="2026-春")
    assert {d.pair for d in first} != {d.pair for d in draw(POOL, 20, seed="2026-秋")}
    assert len(first) == 20
    assert all(d.drawn == 0.1 for d in first)


def test_a_second_draw_takes_new_pairs_and_raises_the_share_of_all() -> None:
    first = draw(POOL, 20, seed="一")
    second = draw(POOL, 20, seed="二", already=[d.pair for d in first])
    assert not {d.pair for d in first} & {d.pair for d in second}
    assert all(d.drawn == 0.2 for d in second)
    grades: dict[Pair, Grade] = {d.pair: 0 for d in (*first, *second)}
    shares = by_pair(grades | {pair(99, 99): 2}, [*first, *second])
    assert shares[pair(99, 99)] == 1.0
    assert {shares[d.pair] for d in (*first, *second)} == {0.2}


def test_every_pair_of_the_pool_has_the_same_chance() -> None:
    counts = dict.fromkeys(POOL, 0)
    for k in range(400):
        for d in draw(POOL, 20, seed=str(k)):
            counts[d.pair] += 1
    # 400 draws at 1/10: mean 40, standard deviation 6; five of these either way.
    assert 10 <= min(counts.values()) <= max(counts.values()) <= 70


def test_drawing_more_than_there_is_takes_all() -> None:
    assert [d.drawn for d in draw(POOL[:3], 10, seed="x")] == [1.0, 1.0, 1.0]
    assert draw([], 10, seed="x") == ()


def test_wrong_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="once"):
        table([SMALL[0], SMALL[0]])
    with pytest.raises(ValueError, match="probability"):
        table([dataclasses.replace(SMALL[0], drawn=0.0)])


# --- what would change today -------------------------------------------------------------------


def proposal(identity: str, action: Action, **given: object) -> Proposal:
    values: dict[str, object] = {
        "id": identity, "action": action, "rule": str(action), "certificate_id": "证",
        "item_ids": ("1",), "course_id": "课", "unit_ids": (), "reason": "", "probability": 0.5,
    }  # fmt: skip
    return Proposal(**(values | given))  # type: ignore[arg-type]


def test_the_effect_lists_every_proposal_that_would_differ() -> None:
    before = [
        proposal("item:1", Action.EXTEND),
        proposal("item:2", Action.COVERED),
        proposal("item:3", Action.COVERED, probability=0.6),
        proposal("course:甲", Action.EXEMPT, rule="exempt-course", hours=32.0, credits=2.0),
    ]
    after = [
        proposal("item:1", Action.COVERED),
        proposal("item:2", Action.COVERED, unsure=True),
        proposal("item:3", Action.COVERED, probability=0.7),
        proposal("course:乙", Action.EXEMPT, rule="exempt-course", hours=48.0, credits=3.0),
    ]
    found = effect(before, after)
    assert [(c.subject, c.kind) for c in found.changes] == [
        ("item:1", "action"),
        ("item:2", "content"),
        ("course:甲", "vanishes"),
        ("course:乙", "appears"),
    ]
    assert (found.hours, found.credits) == (16.0, 1.0)
    assert dict((a, (x, y)) for a, x, y in found.actions)[Action.EXTEND] == (1, 0)
    assert effect(before, before).changes == ()


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(list(Action)), st.sampled_from(list(Action))),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_confusion_counts_every_decided_proposal(decided: list[tuple[Action, Action]]) -> None:
    found = confusion(decided)
    assert sum(found.counts.values()) == len(decided) == found.accuracy.n
    assert found.accuracy.low <= found.accuracy.value <= found.accuracy.high


def test_confusion_of_nothing_is_no_figure() -> None:
    found = confusion([])
    assert found.accuracy.n == 0
    assert np.isnan(found.accuracy.value)


def test_a_drawn_pair_is_kept_as_it_was_drawn() -> None:
    assert by_pair({POOL[0]: 2}, [Drawn(POOL[1], 0.3)]) == {POOL[0]: 1.0}


# --- what a reviewed pair stands for ------------------------------------------------------------


def test_drawn_pairs_that_nobody_has_reviewed_yet_are_stood_for_by_the_others() -> None:
    lots = draw(POOL, 20, seed="一")
    answered: dict[Pair, Grade] = {d.pair: 0 for d in lots[:5]}
    # Five of two hundred have been seen, not twenty: each stands for forty.
    assert set(by_pair(answered, lots).values()) == {5 / 200}


def test_whoever_reviews_the_first_of_a_draw_has_reviewed_a_random_sample() -> None:
    lots = draw(POOL, 40, seed="一")
    assert [d.pair for d in lots] != sorted(d.pair for d in lots)
    assert [d.pair for d in lots[:10]] == [d.pair for d in draw(POOL, 10, seed="一")]


def test_reviewed_candidates_stand_for_those_of_their_probability() -> None:
    """Unsure ones first, as the queue has it: without weights recall would flatter."""
    everything = population(60, 10, seed=5)
    truth = precision_recall(table(everything), 0.3)
    order = sorted(everything, key=lambda r: abs(r.probability - 0.5))
    some = [r for k, r in enumerate(order) if k < 200 or k % 6 == 0]
    listed = {r.pair: r.probability for r in everything}
    chances = by_pair({r.pair: r.grade for r in some}, [], listed)
    assert all(0 < c <= 1 for c in chances.values())
    assert sum(1 / c for c in chances.values()) == pytest.approx(len(everything))
    weighted = table([dataclasses.replace(r, drawn=chances[r.pair]) for r in some])
    plain = table(some)
    for k in (0, 1):
        assert abs(precision_recall(weighted, 0.3)[k] - truth[k]) < 0.04
    assert precision_recall(plain, 0.3)[1] > truth[1] + 0.15


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=60),
    st.lists(st.integers(0, 59), min_size=1, max_size=60),
)
def test_the_weights_of_reviewed_candidates_make_up_all_candidates(
    said: list[float], chosen: list[int]
) -> None:
    listed = {pair(k, 0): p for k, p in enumerate(said)}
    grades: dict[Pair, Grade] = {pair(k, 0): 0 for k in chosen if k < len(said)}
    chances = by_pair(grades, [], listed)
    assert all(0 < c <= 1 for c in chances.values())
    if grades:
        assert sum(1 / c for c in chances.values()) == pytest.approx(len(listed))
    # One added by hand, neither drawn nor listed, stands for itself.
    assert by_pair({pair(99, 99): 2}, [], listed) == {pair(99, 99): 1.0}


def test_calibration_is_judged_on_the_candidates_a_teacher_sees() -> None:
    shown = population(40, 5, bias=1.5)
    low = [
        dataclasses.replace(reviewed(i, 90 + u, 0.001, 0, drawn=0.1), listed=False)
        for i in range(40)
        for u in range(20)
    ]
    t = table([*shown, *low])
    assert expected_calibration_error(t) == expected_calibration_error(table(shown)) > 0.1
    assert [p.n for p in calibration(t)] == [20] * 10
    assert refit(t, Calibration(1.0, 0.0)).ece_before.n == len(shown)


def test_a_threshold_that_links_nothing_has_no_interval_of_its_precision() -> None:
    found = at_threshold(table(population(15, 6)), 1.0)
    assert found["precision"].value == 1.0
    assert np.isnan(found["precision"].low)
    assert found["recall"].high == 0.0


# --- exemption only when sure --------------------------------------------------------------------


def exemptions(courses: int, each: int, *, right_above: float) -> list[Exempted]:
    """Units' exemptions; all above a score are right, of the others every other one."""
    rng = np.random.default_rng(7)
    found = []
    for c in range(courses):
        for u in range(each):
            score = float(rng.uniform(0.6, 1.0))
            right = score >= right_above or rng.random() < 0.5
            found.append(Exempted(f"unit:证:课{c}:{u}", "unit", f"课{c}", score, right))
    return found


def test_exemption_with_a_precision_takes_a_stricter_threshold() -> None:
    decided = exemptions(30, 20, right_above=0.8)
    found = suggest_exemption(decided, "unit", 0.95)
    assert found.precision.value == pytest.approx(0.95, abs=0.02)
    assert 0.7 < found.threshold < 0.85
    left = [d for d in decided if d.score >= found.threshold]
    assert sum(d.right for d in left) / len(left) >= 0.95
    assert found.precision.n == len(decided)
    assert found.recall.value < 0.95, "its cost: right ones that would vanish too"


def test_exemptions_all_accepted_need_no_stricter_threshold() -> None:
    found = suggest_exemption(exemptions(12, 6, right_above=0.0), "unit", 0.95)
    assert found.reached
    assert found.threshold < 0.62


def test_too_few_decided_exemptions_are_refused_with_how_many_there_are() -> None:
    few = exemptions(10, 4, right_above=0.0)
    with pytest.raises(TooFewError) as caught:
        suggest_exemption(few, "unit", 0.95)
    assert "已决定的免修建议 40" in caught.value.line()
    assert "至少 60" in caught.value.line()
    with pytest.raises(TooFewError, match="整门课程免修"):
        suggest_exemption(few, "course", 0.95)
    with pytest.raises(TooFewError, match="涉及的课程 2"):
        suggest_exemption(exemptions(2, 50, right_above=0.0), "unit", 0.95)
