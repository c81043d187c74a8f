"""Labels become figures: how well scores rank, how true probabilities are, how actions agree.

All functions are pure: arrays in, numbers out.  Labels are grades per pair, 2 (the unit
teaches the item, all or its main part), 1 (part of it) or 0; a link is any grade above 0.
Ties are broken by the ids, so equal scores give equal figures everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Grades = NDArray[np.int64]

#: Candidates per item that calibration is measured on: what a teacher is shown.
SHOWN = 10
BINS = 10
#: Bootstrap samples: the interval's ends then move by less than 0.005 from seed to seed.
DRAWS = 2000


def ranking_figures(scores: Floats, grades: Grades) -> dict[str, float]:
    """Figures over the items that have at least one link.

    Parameters
    ----------
    scores, grades : arrays, shape (n items, m units)
        Columns in the order of the unit ids, so that ties fall to the smaller id.

    Returns
    -------
    dict
        ``hit@1``, ``hit@5``: share of items whose best 1 (5) candidates hold a link;
        ``map``: mean average precision (Manning et al. 2008, ch. 8);
        ``ndcg@10``: with gain ``2**grade - 1`` (Järvelin & Kekäläinen 2002).
    """
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(grades, order, axis=1)
    ranked = ranked[(ranked > 0).any(axis=1)]
    if not len(ranked):
        return {name: float("nan") for name in ("hit@1", "hit@5", "map", "ndcg@10")}
    linked = ranked > 0
    precision = np.cumsum(linked, axis=1) / np.arange(1, linked.shape[1] + 1)
    discount = 1.0 / np.log2(np.arange(2, SHOWN + 2))
    gain = (2.0**ranked - 1)[:, :SHOWN]
    ideal = np.sort(2.0**ranked - 1, axis=1)[:, ::-1][:, :SHOWN]
    width = discount[: gain.shape[1]]
    return {
        "hit@1": float(linked[:, 0].mean()),
        "hit@5": float(linked[:, :5].any(axis=1).mean()),
        "map": float(((precision * linked).sum(axis=1) / linked.sum(axis=1)).mean()),
        "ndcg@10": float(((gain * width).sum(axis=1) / (ideal * width).sum(axis=1)).mean()),
    }


def pair_figures(probabilities: Floats, grades: Grades, threshold: float) -> dict[str, float]:
    """Figures over all pairs together.

    Returns
    -------
    dict
        ``average_precision``; ``best_f1`` and the threshold it is reached at (chosen on these
        very labels: an upper bound); ``precision``, ``recall`` and ``f1`` at ``threshold``
        ("at or above"); ``recall@5%`` and ``recall@20%``: share of links among the
        best-scored share of pairs.
    """
    flat, truth = probabilities.ravel(), (grades > 0).ravel()
    order = np.argsort(-flat, kind="stable")
    values, hits = flat[order], truth[order]
    total = int(hits.sum())
    if not total:
        raise ValueError("no link among the labels")
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    recall = found / total
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    # A threshold cuts between distinct values only.
    last = np.append(values[1:] != values[:-1], True)
    best = int(np.argmax(np.where(last, f1, -1)))
    taken = flat >= threshold
    right = float((taken & truth).sum())
    p = right / max(float(taken.sum()), 1.0)
    r = right / total
    return {
        "average_precision": float((precision * hits).sum() / total),
        "best_f1": float(f1[best]),
        "best_f1_threshold": float(values[best]),
        "threshold": float(threshold),
        "precision_at_threshold": p,
        "recall_at_threshold": r,
        "f1_at_threshold": 2 * p * r / (p + r) if p + r else 0.0,
        "recall@5%": float(recall[max(int(0.05 * len(hits)), 1) - 1]),
        "recall@20%": float(recall[max(int(0.20 * len(hits)), 1) - 1]),
    }


def shown(probabilities: Floats, grades: Grades, k: int = SHOWN) -> tuple[Floats, Floats]:
    """Probabilities and links (0/1) of each item's ``k`` best candidates, flat."""
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return (
        np.take_along_axis(probabilities, order, axis=1).ravel(),
        (np.take_along_axis(grades, order, axis=1) > 0).astype(float).ravel(),
    )


def calibration_curve(
    probabilities: Floats, links: Floats, bins: int = BINS
) -> list[tuple[float, float, int]]:
    """(mean probability, share of links, count) per bin of equal mass, from low to high."""
    order = np.argsort(probabilities, kind="stable")
    return [
        (float(probabilities[part].mean()), float(links[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    ]


def calibration_figures(probabilities: Floats, grades: Grades) -> dict[str, float]:
    """``ece`` and ``brier_skill`` over each item's ten best candidates.

    Expected calibration error in ten bins of equal mass (Naeini et al. 2015); Brier skill
    against the constant share of links among those candidates (0: no better, 1: perfect).
    Over all pairs a constant near 0 would look calibrated; among the candidates it does not.
    """
    p, y = shown(probabilities, grades)
    curve = calibration_curve(p, y)
    ece = sum(abs(mean - share) * count for mean, share, count in curve) / len(p)
    reference = float(((y - y.mean()) ** 2).mean())
    brier = float(((y - p) ** 2).mean())
    return {"ece": float(ece), "brier_skill": 1 - brier / reference if reference else float("nan")}


def action_figures(predicted: Sequence[str], labelled: Sequence[str]) -> dict[str, float]:
    """``action_accuracy`` and ``action_macro_f1`` over the actions that occur in the labels.

    ``action_macro_f1_low`` and ``_high`` are its interval, see :func:`macro_f1_interval`.
    """
    names = sorted({*predicted, *labelled})
    said, true = ([names.index(x) for x in xs] for xs in (predicted, labelled))
    counts = _counts(np.array(said, np.int64), np.array(true, np.int64), len(names))
    low, high = macro_f1_interval(predicted, labelled)
    return {
        "action_accuracy": float(np.trace(counts) / counts.sum()),
        "action_macro_f1": _macro_f1(counts),
        "action_macro_f1_low": low,
        "action_macro_f1_high": high,
    }


def macro_f1_interval(
    predicted: Sequence[str], labelled: Sequence[str], *, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float]:
    """Percentile bootstrap interval (95 %) of the macro F1 of actions, items drawn anew.

    Efron & Tibshirani (1993), ch. 13.  In each draw the mean is over the actions that occur in
    its labels, as :func:`action_figures` has it; a rare action that is missing from many draws
    (强化) widens the interval, which is what it should say.

    Parameters
    ----------
    draws : int
        Samples of as many items as there are, with replacement.
    seed : int
        Equal seeds give equal intervals.
    """
    names = sorted({*predicted, *labelled})
    said = np.array([names.index(x) for x in predicted])
    true = np.array([names.index(x) for x in labelled])
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        drawn = generator.integers(0, len(true), len(true))
        values.append(_macro_f1(_counts(said[drawn], true[drawn], len(names))))
    low, high = np.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def _counts(said: Grades, true: Grades, names: int) -> Grades:
    """Confusion counts, rows labelled, columns predicted."""
    return np.bincount(true * names + said, minlength=names * names).reshape(names, names)


def _macro_f1(counts: Grades) -> float:
    """Mean F1 of the labels that occur."""
    occurs = counts.sum(axis=1) > 0
    f1 = 2 * np.diag(counts) / np.maximum(counts.sum(axis=0) + counts.sum(axis=1), 1)
    return float(f1[occurs].mean())


def confusion(predicted: Sequence[str], labelled: Sequence[str]) -> dict[tuple[str, str], int]:
    """Counts per (labelled, predicted) pair of actions."""
    counts: dict[tuple[str, str], int] = {}
    for p, y in zip(predicted, labelled, strict=True):
        counts[y, p] = counts.get((y, p), 0) + 1
    return counts


def grade_matrix(
    links: Mapping[tuple[str, str], int], items: Sequence[str], units: Sequence[str]
) -> Grades:
    """Grades of all pairs, shape (n, m); a pair that is not listed is 0."""
    rows = {x: i for i, x in enumerate(items)}
    columns = {x: j for j, x in enumerate(units)}
    grades = np.zeros((len(items), len(units)), np.int64)
    for (item, unit), grade in links.items():
        grades[rows[item], columns[unit]] = grade
    return grades
