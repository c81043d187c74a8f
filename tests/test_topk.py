"""Exact top-k against brute force: ties, small and empty sides, any block size."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from align.match.topk import top_k

Floats = NDArray[np.float32]


def brute(a: Floats, b: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """The whole matrix, sorted: by falling score, equal ones by rising index."""
    scores = a @ b.T
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return order.astype(np.int64), np.take_along_axis(scores, order, axis=1)


def whole_numbers(seed: int, rows: int, columns: int, largest: int) -> Floats:
    """Few small whole numbers: products are exact in float32, and full of ties."""
    generator = np.random.default_rng(seed)
    return generator.integers(-largest, largest + 1, (rows, columns)).astype(np.float32)


@settings(max_examples=150, deadline=None)
@given(
    n=st.integers(0, 12),
    m=st.integers(0, 400),
    d=st.integers(1, 5),
    k=st.integers(1, 30),
    largest=st.sampled_from([0, 1, 2, 9, 1000]),
    block=st.sampled_from([1, 4000, 2**26]),
    seed=st.integers(0, 2**32 - 1),
)
def test_it_agrees_with_brute_force_to_the_index(
    n: int, m: int, d: int, k: int, largest: int, block: int, seed: int
) -> None:
    a = whole_numbers(seed, n, d, largest)
    b = whole_numbers(seed + 1, m, d, largest)
    indices, scores = top_k(a, b, k, block_bytes=block)
    expected, values = brute(a, b, k)
    assert indices.dtype == np.int64
    assert scores.dtype == np.float32
    assert indices.shape == (n, min(k, m))
    assert np.array_equal(scores, values)
    assert np.array_equal(indices, expected)


@pytest.mark.parametrize("m", [30, 999, 4000])
def test_random_vectors_give_the_same_set(m: int) -> None:
    generator = np.random.default_rng(m)
    a = generator.standard_normal((50, 32)).astype(np.float32)
    b = generator.standard_normal((m, 32)).astype(np.float32)
    indices, scores = top_k(a, b, 10)
    expected, values = brute(a, b, 10)
    assert np.allclose(scores, values, atol=1e-5)
    assert np.array_equal(indices, expected)


def test_all_columns_alike_are_given_in_order() -> None:
    a = np.ones((3, 4), np.float32)
    indices, _ = top_k(a, np.ones((5000, 4), np.float32), 7)
    assert indices.tolist() == [list(range(7))] * 3


def test_the_best_may_lie_in_the_last_columns() -> None:
    b = np.zeros((5003, 1), np.float32)
    b[5002], b[4999], b[0] = 3, 2, 1
    indices, scores = top_k(np.ones((1, 1), np.float32), b, 4)
    assert indices.tolist() == [[5002, 4999, 0, 1]]
    assert scores.tolist() == [[3, 2, 1, 0]]


@pytest.mark.parametrize(
    ("a", "b", "k"),
    [((2, 3), (2, 4), 1), ((2, 3), (2, 3), 0), ((3,), (3, 3), 1)],
)
def test_shapes_that_do_not_fit_are_refused(a: tuple[int, ...], b: tuple[int, ...], k: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        top_k(np.zeros(a, np.float32), np.zeros(b, np.float32), k)


def test_memory_follows_the_block_and_not_the_product() -> None:
    a = np.random.default_rng(1).standard_normal((3000, 8)).astype(np.float32)
    b = np.random.default_rng(2).standard_normal((20_000, 8)).astype(np.float32)
    tracemalloc.start()
    top_k(a, b, 10, block_bytes=8 * 2**20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * 8 * 2**20  # the whole product is 240 MB


def test_it_needs_numpy_alone() -> None:
    code = (
        "import sys, numpy as np\n"
        "from align.match.topk import top_k\n"
        "top_k(np.ones((9, 4), np.float32), np.ones((999, 4), np.float32), 3)\n"
        "print(sorted({'torch', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
