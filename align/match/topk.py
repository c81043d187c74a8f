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

import numpy as np
from numpy.typing import NDArray

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


def _cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _best(block: Floats, k: int) -> tuple[Indices, Floats]:
    """The k largest of each row, ties by index.

    The row is cut into groups and the maximum of each taken, which runs at the speed of
    memory; the k largest of a row lie in the groups whose maximum is among the k largest
    maxima.  Only those few groups are looked into.
    """
    rows, m = block.shape
    # sqrt(m / k) would make the two searches equally long; half of it measured fastest.
    size = int(np.sqrt(m / k) / 2)
    groups = m // max(size, 1)
    if size < 4 or groups <= k:
        return _sorted(block, np.broadcast_to(np.arange(m), block.shape), k)
    # Column j belongs to group j mod groups: neighbours in memory fall into different groups,
    # so that whole stretches are compared at once.  What is left over is looked at always.
    body = block[:, : groups * size].reshape(rows, size, groups)
    most = body.max(axis=1)
    chosen = np.argpartition(-most, k - 1, axis=1)[:, :k]
    least = np.take_along_axis(most, chosen, axis=1).min(axis=1)
    rest = m - groups * size
    columns = np.empty((rows, k * size + rest), np.int64)
    columns[:, : k * size] = (chosen[:, :, None] + groups * np.arange(size)).reshape(rows, -1)
    columns[:, k * size :] = np.arange(groups * size, m)
    # Twice as fast as an index per axis; the block is contiguous.
    values = block.reshape(-1).take(columns + m * np.arange(rows)[:, None])
    indices, scores = _sorted(values, columns, k)
    # More groups than k reach that maximum: one left out may hold an equal score of lower index.
    unsure = np.flatnonzero((most >= least[:, None]).sum(axis=1) > k)
    if len(unsure):
        whole = np.broadcast_to(np.arange(m), (len(unsure), m))
        indices[unsure], scores[unsure] = _sorted(block[unsure], whole, k)
    return indices, scores


def _sorted(values: Floats, columns: NDArray[np.intp], k: int) -> tuple[Indices, Floats]:
    """The k largest values of each row with their columns, by falling value and rising column."""
    if k < values.shape[1]:
        chosen = np.argpartition(-values, k - 1, axis=1)[:, :k]
        least = np.take_along_axis(values, chosen, axis=1).min(axis=1)
        # The partition picks any of several equal values at the border; those rows need a sort.
        tied = np.flatnonzero((values >= least[:, None]).sum(axis=1) > k)
        if len(tied):
            order = np.lexsort((columns[tied], -values[tied]), axis=1)
            chosen[tied] = order[:, :k]
        values = np.take_along_axis(values, chosen, axis=1)
        columns = np.take_along_axis(columns, chosen, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    found = np.take_along_axis(columns, order, axis=1)
    return found.astype(np.int64), np.take_along_axis(values, order, axis=1)
