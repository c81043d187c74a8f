"""Large documents: candidates by exact top-k of cheap scores, and only these are kept.

Each item keeps its best units, and each unit its best items, by every score that is a product
of two matrices (meaning, meaning with headings, points, words, concepts).  The features are
then gone through a block of units at a time: of each block only the candidates' values stay,
and each unit's own mean and deviation over all items.  So the scales are those of the whole
comparison, and memory grows with the candidates, not with the pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from align.match.compared import best_of
from align.match.features import (
    CANDIDATES,
    ENOUGH,
    FEW_ITEMS,
    MOST_SIBLINGS,
    Matrix,
    likelihood,
    scaled,
)
from align.match.model import RAW, MatcherModel
from align.match.pairs import Prepared
from align.match.topk import sparse_top_k, top_k
from align.records import Competency, Unit

Indices = NDArray[np.int64]

#: Of each item, and of each unit, by each cheap score: more than CANDIDATES, so that a feature's
#: scale is taken over the very candidates that the whole comparison takes.
PER_ITEM, PER_UNIT = 60, 20
#: Pairs whose features are held at a time: with seven matrices some 60 MB.
_AT_ONCE = 2_000_000


def shortlist(
    prepared: Prepared,
    model: MatcherModel,
    items: Sequence[Competency],
    units: Sequence[Unit],
    best: int = 0,
) -> tuple[Indices, Indices, Matrix, dict[str, Matrix]]:
    """The chosen pairs, their score and what each feature gave to it.

    Parameters
    ----------
    best : int
        Keep at least so many of each item and of each unit by each cheap score.

    Returns
    -------
    rows, columns : int arrays, shape (p,)
        Ordered by item, then by unit.
    score : float32 array, shape (p,)
    given : mapping of str to array (p,)
    """
    rows, columns = _chosen(prepared, max(PER_ITEM, best), max(PER_UNIT, best))
    names = [n for n, w in model.weights.items() if w and n not in RAW]
    found, own_units, own_best = _measured(prepared, names, rows, columns)
    found["distinct"] = prepared.distinct(rows, columns)
    own = len(items) * min(len(units), CANDIDATES) / ENOUGH

    def on_scale(name: str, values: Matrix) -> Matrix:
        usual, (mean, deviation) = model.usual[name], own_units[name]
        value = (1 - model.hub) * scaled(values, own, own_best[name], (usual.mean, usual.deviation))
        hub = scaled(
            values, len(items) / FEW_ITEMS, (mean[columns], deviation[columns]),
            (usual.unit_mean, usual.unit_deviation),
        )  # fmt: skip
        return np.asarray(value + model.hub * hub)

    def vote(score: Matrix) -> Matrix:
        usual = model.usual["siblings"]
        best = score[np.lexsort((-score, rows))][best_of(rows) < CANDIDATES]
        mine = float(best.mean()), float(best.std())
        z = scaled(score, own, mine, (usual.mean, usual.deviation))
        return _votes(items, units, rows, columns, likelihood(z))

    score, given = model.combined(found, on_scale, vote)
    return rows, columns, score, given


def _chosen(prepared: Prepared, per_item: int, per_unit: int) -> tuple[Indices, Indices]:
    """The union of what each cheap score finds, ordered by item, then by unit."""
    m = len(prepared.unit)
    keys = np.empty(0, np.int64)
    for rows, columns in _searched(prepared, per_item, per_unit):
        # Joined as they come: all lists together would be several times the union.
        keys = np.union1d(keys, (rows * m + columns).ravel())
    return keys // m, keys % m


def _searched(
    prepared: Prepared, per_item: int, per_unit: int
) -> Iterator[tuple[Indices, Indices]]:
    """(items, units) arrays, one pair of them from each search."""
    from scipy.sparse import diags_array

    n, m = np.arange(len(prepared.item))[:, None], np.arange(len(prepared.unit))[:, None]
    for a, b in ((prepared.item, prepared.unit), (prepared.item_headed, prepared.unit_headed)):
        yield n, top_k(a, b, per_item)[0]
        yield top_k(b, a, per_unit)[0], m
    # Several of the best points may be one unit's.
    yield n, prepared.owner[top_k(prepared.item, prepared.point, 2 * per_item)[0]]
    concepts = prepared.concepts
    cosines = (
        diags_array(1 / concepts.left_length) @ concepts.a,
        diags_array(1 / concepts.right_length) @ concepts.b,
    )
    for x, y in (cosines, *([prepared.words] if prepared.words else [])):
        yield n, sparse_top_k(x, y, per_item)[0]
        yield sparse_top_k(y, x, per_unit)[0], m


def _measured(
    prepared: Prepared, names: Sequence[str], rows: Indices, columns: Indices
) -> tuple[dict[str, Matrix], dict[str, tuple[Matrix, Matrix]], dict[str, tuple[float, float]]]:
    """By feature: the chosen pairs' values; means and deviations.

    Returns
    -------
    values : mapping of str to array (p,)
    of units : mapping of str to (mean, deviation), arrays (m,)
        Each unit's own over all items.
    of best : mapping of str to (mean, deviation)
        Over each item's best candidates by this feature (``Usual.of`` has the same).
    """
    n, m = len(prepared.item), len(prepared.unit)
    found = {name: np.empty(len(rows), np.float32) for name in names}
    units = {name: (np.empty(m, np.float32), np.empty(m, np.float32)) for name in names}
    best = {name: np.empty((n, 0), np.float32) for name in names}
    order = np.argsort(columns, kind="stable")
    step = max(1, _AT_ONCE // n)
    for first in range(0, m, step):
        last = min(m, first + step)
        part = order[slice(*np.searchsorted(columns[order], (first, last)))]
        block = prepared.block(first, last)
        for name in names:
            values = block[name]
            found[name][part] = values[rows[part], columns[part] - first]
            units[name][0][first:last] = values.mean(axis=0)
            units[name][1][first:last] = values.std(axis=0)
            together = np.concatenate([best[name], values], axis=1)
            best[name] = np.sort(together, axis=1)[:, -CANDIDATES:]
    return found, units, {name: (float(b.mean()), float(b.std())) for name, b in best.items()}


def _votes(
    items: Sequence[Competency],
    units: Sequence[Unit],
    rows: Indices,
    columns: Indices,
    likely: Matrix,
) -> Matrix:
    """The siblings' count (:func:`align.match.features.siblings`) over chosen pairs.

    A pair that was not chosen counts nothing: by all its scores it is far below a candidate.
    """
    task = _numbers([(i.level, i.area, i.task) for i in items])
    section = _numbers([(u.course_id, u.section) for u in units])
    sections = int(section.max()) + 1
    place = section[columns]
    task_there = np.unique(task[rows] * sections + place, return_inverse=True)[1]
    item_there = np.unique(rows * sections + place, return_inverse=True)[1]
    others = (
        np.bincount(task_there, likely)[task_there] - np.bincount(item_there, likely)[item_there]
    )
    return np.asarray(np.minimum(others, MOST_SIBLINGS), np.float32)


def _numbers(keys: Sequence[object]) -> Indices:
    """A number for each key, from 0 in the order they first occur."""
    index = {k: i for i, k in enumerate(dict.fromkeys(keys))}
    return np.array([index[k] for k in keys], np.int64)
