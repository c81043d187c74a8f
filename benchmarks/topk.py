"""Exact top-k against the bare product of the same shape, and against other libraries.

The left side is cut into stripes, and every method is timed on each stripe in turn: what
else the machine does falls on all of them alike.  Ratios are of the sums over the stripes
that a method took part in.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from align.match.topk import BLOCK_BYTES, Floats, top_k
from benchmarks.report import cores, keep, peak_memory, show

Method = Callable[[Floats], object]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=int, default=100_000)
    options.add_argument("--items", type=int, default=50_000)
    options.add_argument("--columns", type=int, default=256)
    options.add_argument("--k", type=int, default=10)
    options.add_argument("--stripes", type=int, default=20)
    options.add_argument("--others", type=int, default=2, help="stripes for the slow libraries")
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    generator = np.random.default_rng(0)
    a = _units(generator, given.units, given.columns)
    b = _units(generator, given.items, given.columns)
    memory = peak_memory()
    top_k(a[: len(a) // given.stripes], b, given.k)
    memory = peak_memory() - memory
    methods = _methods(b, given.k)
    seconds: dict[str, list[float]] = {name: [] for name in methods}
    # What the cores worked, which another program's load lengthens less than the clock.
    worked: dict[str, list[float]] = {name: [] for name in methods}
    best: dict[str, object] = {}
    for number, stripe in enumerate(np.array_split(a, given.stripes)):
        for name, method in methods.items():
            if name.startswith(("scikit", "faiss")) and number >= given.others:
                continue
            start, cpu = time.perf_counter(), time.process_time()
            best[name] = method(stripe)
            seconds[name].append(time.perf_counter() - start)
            worked[name].append(time.process_time() - cpu)
    bare = min((n for n in seconds if n.startswith("裸乘积")), key=lambda n: sum(seconds[n]))
    rows = []
    for name, spent in seconds.items():
        if not spent:
            continue
        same = sum(seconds[bare][: len(spent)])
        ratios = np.array(spent) / np.array(seconds[bare][: len(spent)])
        full = np.mean(spent) * given.stripes
        note = "" if len(spent) == given.stripes else f"，{len(spent)}/{given.stripes} 折算"
        work = sum(worked[name]) / sum(worked[bare][: len(spent)])
        rows.append((name, f"{full:.1f}{note}", sum(spent) / same, float(np.median(ratios)), work))
    show(
        f"前 {given.k} 名：{given.units:,} × {given.items:,} × {given.columns}",
        ("方法", "秒", "与裸乘积之比（总和）", "之比（各段中位数）", "处理器时间之比"),
        rows,
    )
    block = BLOCK_BYTES / 2**20
    keep(given.json, {"rows": rows, "shape": [given.units, given.items, given.columns],
                      "bare": bare, "memory": memory})  # fmt: skip
    print(f"\ntop_k 增加的内存峰值 {memory:.0f} MB（块 {block:.0f} MB）；裸乘积取较快者：{bare}")


def _units(generator: np.random.Generator, rows: int, columns: int) -> Floats:
    made = generator.standard_normal((rows, columns), dtype=np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return made


def _methods(b: Floats, k: int) -> dict[str, Method]:
    """Each method takes a stripe of the left side."""
    import torch

    torch.set_num_threads(cores())
    rows = max(1, BLOCK_BYTES // (4 * len(b)))
    products = np.empty((rows, len(b)), np.float32)
    right = torch.from_numpy(b)
    torch_products = torch.empty(rows, len(b))

    def bare(stripe: Floats) -> None:
        for start in range(0, len(stripe), rows):
            part = stripe[start : start + rows]
            np.matmul(part, b.T, out=products[: len(part)])

    def bare_torch(stripe: Floats) -> None:
        left = torch.from_numpy(stripe)
        for start in range(0, len(stripe), rows):
            part = left[start : start + rows]
            torch.mm(part, right.T, out=torch_products[: len(part)])

    def blocked_torch(stripe: Floats) -> None:
        left = torch.from_numpy(stripe)
        for start in range(0, len(stripe), rows):
            part = left[start : start + rows]
            torch.mm(part, right.T, out=torch_products[: len(part)])
            torch.topk(torch_products[: len(part)], k, dim=1)

    methods: dict[str, Method] = {
        "裸乘积（numpy）": bare,
        "align.match.topk": lambda stripe: top_k(stripe, b, k),
        "裸乘积（torch）": bare_torch,
        "分块 torch.topk": blocked_torch,
    }
    if find_spec("faiss"):
        import faiss  # type: ignore[import-not-found, import-untyped, unused-ignore]

        faiss.omp_set_num_threads(cores())
        index = faiss.IndexFlatIP(b.shape[1])
        index.add(b)
        methods["faiss IndexFlatIP"] = lambda stripe: index.search(stripe, k)
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(n_neighbors=k, metric="cosine", algorithm="brute", n_jobs=-1)
    neighbours.fit(b)
    methods["scikit-learn NearestNeighbors"] = neighbours.kneighbors
    return methods


if __name__ == "__main__":
    main()
