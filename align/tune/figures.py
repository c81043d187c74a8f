"""Figures of reviewed pairs against the threshold, each with its interval and its count.

With all weights 1 these are the figures of :mod:`align.evaluate`; the tests hold them equal.
Precision, recall and F1 are ratios of weighted sums over all pairs (Hájek 1971); calibration is
judged on the listed candidates alone, as ``align evaluate`` does: over all pairs a constant near
0 would look calibrated.  Intervals are percentile bootstrap intervals (95 %) over groups: the
candidates of an item are not independent of each other (Efron & Tibshirani 1993, ch. 13;
Field & Welsh 2007 for clusters).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from align.tune.reviewed import Flags, Floats, Table

DRAWS = 1000
BINS = 10
RATIOS = ("precision", "recall", "f1")
#: Thresholds the curves are drawn at: finer than a slider moves.
GRID = tuple(round(0.01 * k, 2) for k in range(1, 100))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95 % interval and the number of reviewed pairs it rests on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Precision, recall and F1 (0..1) of linking at or above a threshold."""

    threshold: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """Mean probability and weighted share of links in one bin, and its number of pairs."""

    probability: float
    share: float
    n: int


@dataclass(frozen=True, slots=True)
class EffortPoint:
    """After this share of pairs reviewed (0..1, best first), this share of links is found."""

    reviewed: float
    found: float


def precision_recall(t: Table, threshold: float) -> tuple[float, float, float]:
    """Weighted precision, recall and F1 at or above a threshold.

    Precision is 1 where nothing is linked (no wrong link was made), recall 1 where there are no
    links to find.
    """
    said = t.probability >= threshold
    right = float(t.weight[said & t.linked].sum())
    taken, true = float(t.weight[said].sum()), float(t.weight[t.linked].sum())
    precision = right / taken if taken else 1.0
    recall = right / true if true else 1.0
    total = taken + true
    return precision, recall, 2 * right / total if total else 0.0


def curve(t: Table, grid: Sequence[float] = GRID) -> tuple[CurvePoint, ...]:
    """Precision, recall and F1 over a grid of thresholds, ascending."""
    return tuple(CurvePoint(x, *precision_recall(t, x)) for x in grid)


def calibration(t: Table, bins: int = BINS) -> tuple[CalibrationPoint, ...]:
    """Bins of equal counts of listed pairs from low to high probability, shares weighted."""
    t = t.shown
    order = np.argsort(t.probability, kind="stable")
    points = []
    for part in np.array_split(order, bins):
        if len(part):
            w = t.weight[part]
            points.append(
                CalibrationPoint(
                    float(np.average(t.probability[part], weights=w)),
                    float(np.average(t.linked[part], weights=w)),
                    len(part),
                )
            )
    return tuple(points)


def expected_calibration_error(t: Table, bins: int = BINS) -> float:
    """Weighted mean of |probability - share of links| over the bins (Naeini et al. 2015).

    Ten bins of equal counts of the listed pairs, as :func:`align.evaluate.calibration_figures`;
    NaN where there is none.
    """
    t = t.shown
    order = np.argsort(t.probability, kind="stable")
    error = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            w = t.weight[part]
            gap = np.average(t.probability[part], weights=w) - np.average(t.linked[part], weights=w)
            error += abs(float(gap)) * float(w.sum())
    return error / float(t.weight.sum()) if len(t) else float("nan")


def brier(t: Table) -> float:
    """Weighted mean squared difference of probability and truth (Brier 1950); 0 is perfect.

    Over the listed pairs; NaN where there is none.
    """
    t = t.shown
    if not len(t):
        return float("nan")
    return float(np.average((t.probability - t.linked) ** 2, weights=t.weight))


def effort(t: Table) -> tuple[EffortPoint, ...]:
    """Share of true links found against the share of pairs reviewed, most probable first."""
    order = np.argsort(-t.probability, kind="stable")
    weight, linked = t.weight[order], t.linked[order]
    total = float(weight[linked].sum())
    if not total:
        return ()
    done, found = np.cumsum(weight) / weight.sum(), np.cumsum(weight * linked) / total
    return (
        EffortPoint(0.0, 0.0),
        *(EffortPoint(float(a), float(b)) for a, b in zip(done, found, strict=True)),
    )


def with_interval(
    t: Table, of: Callable[[Table], float], *, draws: int = DRAWS, seed: int = 0
) -> Figure:
    """A figure with its percentile bootstrap interval over groups.

    Parameters
    ----------
    of : callable
        The figure of a table; NaN in a draw (nothing to divide by) leaves that draw out.
    seed : int
        Equal seeds give equal intervals.
    """
    groups, group = np.unique(t.group, return_inverse=True)
    rows = np.arange(len(t))
    rng = np.random.default_rng(seed)
    values: list[float] = []
    for _ in range(draws if len(groups) else 0):
        picked = rng.integers(0, len(groups), len(groups))
        times = np.bincount(picked, minlength=len(groups))
        values.append(of(t.take(np.repeat(rows, times[group]))))
    kept: Floats = np.array([v for v in values if v == v], dtype=np.float64)
    if not len(kept):
        return Figure(of(t) if len(t) else float("nan"), float("nan"), float("nan"), len(t))
    low, high = np.percentile(kept, (2.5, 97.5))
    return Figure(of(t), float(low), float(high), len(t))


def ratios(t: Table, threshold: float, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Figure]:
    """``precision``, ``recall`` and ``f1`` at a threshold with their intervals.

    The same bootstrap over groups as :func:`with_interval`, from each group's sums.  A draw
    that links nothing (or holds no link) says nothing of precision (of recall) and is left out
    of its interval.
    """
    said = t.probability >= threshold
    groups, group = np.unique(t.group, return_inverse=True)

    def summed(rows: Flags) -> Floats:
        return np.asarray(np.bincount(group[rows], t.weight[rows], len(groups)), np.float64)

    sums = np.stack([summed(said & t.linked), summed(said), summed(t.linked)], axis=1)
    rng = np.random.default_rng(seed)
    count = len(groups)
    times = rng.multinomial(count, np.full(count, 1 / count), draws) if count else np.ones((0, 0))
    right, taken, true = (times @ sums).T if count else np.ones((3, 0))
    values = (
        right[taken > 0] / taken[taken > 0],
        right[true > 0] / true[true > 0],
        2 * right[taken + true > 0] / (taken + true)[taken + true > 0],
    )
    found = {}
    for name, value, drawn in zip(RATIOS, precision_recall(t, threshold), values, strict=True):
        low, high = np.percentile(drawn, (2.5, 97.5)) if len(drawn) else (np.nan, np.nan)
        found[name] = Figure(value, float(low), float(high), len(t))
    return found


def at_threshold(t: Table, threshold: float, *, seed: int = 0) -> dict[str, Figure]:
    """``precision``, ``recall`` and ``f1`` at a threshold with intervals, and ``ece``."""
    ece = with_interval(t.shown, expected_calibration_error, seed=seed)
    return ratios(t, threshold, seed=seed) | {"ece": ece}
