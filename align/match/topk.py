"""The best k columns of each row of a matrix product too large to be held whole.

Candidates for 100,000 units among 50,000 competencies are five thousand million products;
they are made block by block and only the best of each row is kept.  Exact, deterministic,
numpy alone, also where torch is loaded: the two libraries' products differ in the last bits,
and a cached run (which has no torch) must find the same neighbours as the first.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

#: 128 MB of products at a time: large enough for the product to run at full speed (16 MB: half
#: as fast again or slower), small beside a model.
BLOCK_BYTES = 128 * 2**20
#: Products in a block from which threads pay for themselves (a millisecond of work).
_WORTH_THREADS = 2**20
#: Rows searched at a time: what is set aside for them stays in the processor's cache.
_PIECE = 64


def top_k(
    a: Floats, b: Floats, k: int, *, block_bytes: int = BLOCK_BYTES
) -> tuple[Indices, Floats]:
    """For each row of ``a`` the ``k`` rows of ``b`` with the largest dot product.

    Parameters
    ----------
    a : float32 array, shape (n, d)
        Finite; unit rows make the scores cosines.
    b : float32 array, shape (m, d)
        Finite.
    k : int
        At least 1.  With fewer than ``k`` rows in ``b`` all ``m`` come back, ordered.
    block_bytes : int
        Bound on the products held at a time.  At least one row of them is; beside it stand
        group maxima and candidates, together less than a quarter of it.

    Returns
    -------
    indices : int64 array, shape (n, min(k, m))
        Rows of ``b``, the best first; equal scores by rising index.
    scores : float32 array, of the same shape

    Raises
    ------
    ValueError
        When shapes do not fit or ``k`` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.eye(2, dtype=np.float32)
    >>> b = np.array([[0.5, 1], [1, 0], [1, 0.2]], np.float32)
    >>> top_k(a, b, 2)[0].tolist()
    [[1, 2], [0, 2]]
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"a and b must be (n, d) and (m, d), got {a.shape} and {b.shape}")
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    n, m = len(a), len(b)
    k = min(k, m)
    indices = np.empty((n, k), np.int64)
    scores = np.empty((n, k), np.float32)
    if k == 0 or n == 0:
        return indices, scores
    rows = max(1, min(n, block_bytes // (4 * m)))
    products = np.empty((rows, m), np.float32)
    workers = _cores() if rows * m >= _WORTH_THREADS else 1
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, n, rows):
            block = products[: min(rows, n - start)]
            np.matmul(a[start : start + rows], b.T, out=block)
            # The product uses all cores by itself; the search has to be shared out among them.
            pieces = [block[i : i + _PIECE] for i in range(0, len(block), _PIECE)]
            for number, found in enumerate(pool.map(partial(_best, k=k), pieces)):
                first = start + number * _PIECE
                part = slice(first, first + len(found[0]))
                indices[part], scores[part] = found
    return indices, scores


def sparse_top_k(
    a: csr_matrix, b: csr_matrix, k: int, *, block_bytes: int = BLOCK_BYTES
) -> tuple[Indices, Floats]:
    """The same for two sparse matrices of shapes (n, d) and (m, d).

    A row without any product above 0 still gets ``k`` columns, the first ones.
    """
    n, m = a.shape[0], b.shape[0]
    k = min(k, m)
    indices, scores = np.empty((n, k), np.int64), np.empty((n, k), np.float32)
    if k == 0:
        return indices, scores
    rows = max(1, block_bytes // (4 * m))
    right = b.T.tocsr()
    for start in range(0, n, rows):
        block = (a[start : start + rows] @ right).toarray().astype(np.float32)
        for first in range(0, len(block), _PIECE):
            found = _best(np.ascontiguousarray(block[first : first + _PIECE]), k)
            part = slice(start + first, start + first + len(found[0]))
            indices[part], scores[part] = found
    return indices, scores


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _best(block: Floats, k: int) -> tuple[Indices, Floats]:
    """The k largest of each row, ties by index.

    The row is cut into groups and the maximum of each taken, which runs at the speed of
    memory.  The k-th largest maximum is reached by k values of the row at least, so nothing
    below it is among the k largest: only the few groups that reach it are looked into.
    """
    rows, m = block.shape
    # About as many groups as values in the groups looked into; measured fastest near this.
    size = int(np.sqrt(m / k) / 1.4)
    groups = m // max(size, 1)
    if size < 4 or groups <= k:
        return _sorted(block, k)
    # Column j belongs to group j mod groups: neighbours in memory fall into different groups,
    # so that whole stretches are compared at once.  What is left over is looked at always.
    most = block[:, : groups * size].reshape(rows, size, groups).max(axis=1)
    least = np.partition(most, groups - k, axis=1)[:, groups - k]
    # Where many values are equal (a sparse row's zeros) hardly a group falls below.
    reached = np.flatnonzero(most >= least[:, None])  # much faster than nonzero's two arrays
    row = reached // groups
    level = np.bincount(row, minlength=rows) > 4 * k
    if level.any():
        reached, row = reached[~level[row]], row[~level[row]]
    group = reached - row * groups
    places = (row * m + group)[:, None] + groups * np.arange(size)
    values = block.reshape(-1).take(places)  # twice as fast as an index for each axis
    kept = values >= least[row][:, None]
    row, column = np.nonzero((block[:, groups * size :] >= least[:, None]) & ~level[:, None])
    rest = row * m + column + groups * size
    places = np.concatenate([places[kept], rest])
    values = np.concatenate([values[kept], block.reshape(-1)[rest]])
    row = places // m
    order = np.lexsort((places, -values, row))
    starts = np.searchsorted(row[order], np.flatnonzero(~level))
    chosen = order[starts[:, None] + np.arange(k)]
    indices, scores = np.empty((rows, k), np.int64), np.empty((rows, k), np.float32)
    indices[~level], scores[~level] = places[chosen] % m, values[chosen]
    if level.any():
        indices[level], scores[level] = _sorted(block[level], k)
    return indices, scores


def _sorted(values: Floats, k: int) -> tuple[Indices, Floats]:
    """The k largest values of each row with their columns, by falling value and rising column."""
    rows, m = values.shape
    least = np.partition(values, m - k, axis=1)[:, m - k, None]
    above, level = values > least, values == least
    # Of the values at the border, the first ones until there are k.
    level &= np.cumsum(level, axis=1) <= k - above.sum(axis=1, keepdims=True)
    columns = np.nonzero(above | level)[1].reshape(rows, k)
    found = np.take_along_axis(values, columns, axis=1)
    order = np.lexsort((columns, -found), axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(found, order, axis=1)
