"""The figures against small cases worked out by hand, and against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from align import evaluate


def test_ranking_by_hand() -> None:
    # Item 0: its link is second of three.  Item 1: links first and third.  Item 2: none.
    scores = np.array([[0.9, 0.5, 0.1], [0.8, 0.7, 0.6], [0.3, 0.2, 0.1]])
    grades = np.array([[0, 1, 0], [2, 0, 1], [0, 0, 0]])
    figures = evaluate.ranking_figures(scores, grades)
    assert figures["hit@1"] == 0.5
    assert figures["hit@5"] == 1.0
    assert figures["map"] == pytest.approx((1 / 2 + (1 + 2 / 3) / 2) / 2)
    first = 1 / np.log2(3)
    second = (3 + 1 / np.log2(4)) / (3 + 1 / np.log2(3))
    assert figures["ndcg@10"] == pytest.approx((first + second) / 2)


def test_equal_scores_fall_to_the_first_column() -> None:
    scores = np.zeros((1, 3))
    assert evaluate.ranking_figures(scores, np.array([[1, 0, 0]]))["hit@1"] == 1.0
    assert evaluate.ranking_figures(scores, np.array([[0, 0, 1]]))["hit@1"] == 0.0


def test_pairs_by_hand() -> None:
    probabilities = np.array([[0.9, 0.2], [0.6, 0.4]])
    grades = np.array([[2, 0], [0, 1]])
    figures = evaluate.pair_figures(probabilities, grades, threshold=0.4)
    assert figures["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert figures["precision_at_threshold"] == pytest.approx(2 / 3)  # 0.4 itself is taken
    assert figures["recall_at_threshold"] == 1.0
    assert figures["f1_at_threshold"] == pytest.approx(0.8)
    assert figures["best_f1"] == pytest.approx(0.8)
    assert figures["best_f1_threshold"] == 0.4


def test_best_f1_does_not_cut_between_equal_values() -> None:
    # Taking only one of the two 0.5 would give 1.0; no threshold does that.
    figures = evaluate.pair_figures(np.array([[0.5, 0.5]]), np.array([[1, 0]]), 0.5)
    assert figures["best_f1"] == pytest.approx(2 / 3)


def test_a_constant_is_calibrated_but_has_no_skill() -> None:
    probabilities = np.full((10, 10), 0.3)
    grades = np.zeros((10, 10), int)
    grades[:, :3] = 1
    figures = evaluate.calibration_figures(probabilities, grades)
    assert figures["brier_skill"] == pytest.approx(0)
    sure = np.where(grades > 0, 1.0, 0.0)
    perfect = evaluate.calibration_figures(sure, grades)
    assert perfect == {"ece": 0.0, "brier_skill": 1.0}
    wrong = evaluate.calibration_figures(1 - sure, grades)
    assert wrong["ece"] == pytest.approx(1.0)
    assert wrong["brier_skill"] < 0


def test_only_the_ten_best_candidates_count_for_calibration() -> None:
    probabilities = np.tile(np.linspace(0.9, 0.0, 50), (4, 1))
    grades = np.zeros((4, 50), int)
    p, _ = evaluate.shown(probabilities, grades)
    assert len(p) == 40
    assert p.min() == pytest.approx(np.linspace(0.9, 0.0, 50)[9])


def test_actions_by_hand() -> None:
    labelled = ["covered", "covered", "extend", "supplement"]
    predicted = ["covered", "extend", "extend", "strengthen"]
    figures = evaluate.action_figures(predicted, labelled)
    assert figures["action_accuracy"] == 0.5
    # covered: 2·1/(1+2); extend: 2·1/(2+1); supplement: 0.  "strengthen" is in no label.
    assert figures["action_macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert evaluate.confusion(predicted, labelled)["supplement", "strengthen"] == 1


def test_the_interval_of_actions_is_that_of_items_drawn_anew() -> None:
    labelled = ["covered"] * 30 + ["extend"] * 20 + ["supplement"] * 50
    predicted = [y if k % 3 else "extend" for k, y in enumerate(labelled)]
    figures = evaluate.action_figures(predicted, labelled)
    low, high = figures["action_macro_f1_low"], figures["action_macro_f1_high"]
    assert 0 < low < figures["action_macro_f1"] < high < 1
    assert (low, high) == evaluate.macro_f1_interval(predicted, labelled), "the seed is fixed"
    other = evaluate.macro_f1_interval(predicted, labelled, seed=1)
    assert other == pytest.approx((low, high), abs=0.01)
    # By hand with the plain figure: each draw scored as if it were the whole.
    drawn = np.random.default_rng(0)
    values = []
    for _ in range(200):
        rows = drawn.integers(0, 100, 100)
        p, y = [predicted[r] for r in rows], [labelled[r] for r in rows]
        f1 = []
        for action in set(y):
            right = sum(a == b == action for a, b in zip(p, y, strict=True))
            f1.append(2 * right / (p.count(action) + y.count(action)))
        values.append(np.mean(f1))
    expected = tuple(np.percentile(values, (2.5, 97.5)))
    assert evaluate.macro_f1_interval(predicted, labelled, draws=200) == pytest.approx(expected)
    # Four times the items: half the width.
    many = evaluate.macro_f1_interval(predicted * 4, labelled * 4)
    assert (many[1] - many[0]) / (high - low) == pytest.approx(0.5, abs=0.08)
    assert evaluate.macro_f1_interval(labelled, labelled) == (1.0, 1.0)


def test_no_link_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no link"):
        evaluate.pair_figures(np.zeros((2, 2)), np.zeros((2, 2), int), 0.5)


@given(
    arrays(float, (5, 8), elements=st.sampled_from([0.0, 0.1, 0.2, 0.5, 0.9])),
    arrays(int, (5, 8), elements=st.sampled_from([0, 0, 0, 1, 2])).filter(lambda g: g.any()),
    st.sampled_from([0.05, 0.1, 0.5, 0.95]),
)
def test_figures_against_brute_force(
    probabilities: np.ndarray, grades: np.ndarray, threshold: float
) -> None:
    figures = evaluate.pair_figures(probabilities, grades, threshold)
    truth = (grades > 0).ravel()

    def f1(cut: float) -> float:
        taken = probabilities.ravel() >= cut
        right = (taken & truth).sum()
        return 2 * right / (taken.sum() + truth.sum()) if taken.any() else 0.0

    assert figures["f1_at_threshold"] == pytest.approx(f1(threshold))
    assert figures["best_f1"] == pytest.approx(max(map(f1, probabilities.ravel())))
    assert f1(figures["best_f1_threshold"]) == pytest.approx(figures["best_f1"])
    ranking = evaluate.ranking_figures(probabilities, grades)
    hits = []
    for row, grade in zip(probabilities, grades, strict=True):
        if grade.any():
            best = sorted(range(8), key=lambda j: (-row[j], j))
            hits.append(grade[best[0]] > 0)
    assert ranking["hit@1"] == pytest.approx(np.mean(hits))
    assert 0 <= ranking["map"] <= 1
    assert 0 <= ranking["ndcg@10"] <= 1 + 1e-9
