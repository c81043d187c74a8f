"""The whole tool, files to results, as both sides of the documents double.

Rows are made of the samples' own words, shuffled, so that no two are alike; the model's
loading is left out, its encoding is not (no cache).
"""

from __future__ import annotations

import argparse
import csv
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from align import pipeline
from align.gather import gather
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.settings import load_settings
from benchmarks.report import peak_memory, show

ROWS_A_COURSE = 20


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[100, 200, 400, 800])
    options.add_argument("--model")
    given = options.parse_args()
    embedder = load_embedder(given.model, cache=False)
    embedder.embed(["预热"])
    matcher = load_matcher(models_folder() / "matcher.json")
    settings = load_settings(None)
    words = _words()
    rows = []
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _write(folder, size, words)
            start = time.perf_counter()
            gathered = gather(folder / "courses", folder / "certs")[0]
            read = time.perf_counter() - start
            result = pipeline.run(gathered, embedder, matcher, settings)
            ran = time.perf_counter() - start - read
            pipeline.write(result, folder / "out")
            whole = time.perf_counter() - start
        rows.append((size, size * size, read, ran, whole - read - ran, whole, peak_memory()))
    sizes, seconds = np.log([r[0] for r in rows]), np.log([r[5] for r in rows])
    show(
        "全流程（n 个课程单元 × n 条技能要求）",
        ("n", "配对数", "读 秒", "对照与建议 秒", "写 秒", "合计 秒", "内存峰值 MB"),
        rows,
    )
    whole = float(np.polyfit(sizes, seconds, 1)[0])
    last = float((seconds[-1] - seconds[-2]) / (sizes[-1] - sizes[-2]))
    print(f"\n时间随 n 的幂次：整段 {whole:.2f}，最后一次加倍 {last:.2f}（配对数本身是 2）")


def _words() -> list[str]:
    """Content points of the samples."""
    points: dict[str, None] = {}
    for gathered in gather(Path("course_standards"), Path("cert_standards")):
        for course in gathered.courses:
            for unit in course.units:
                points |= dict.fromkeys(p for p in unit.points if 4 <= len(p) <= 30)
    return list(points)


def _write(folder: Path, size: int, points: list[str]) -> None:
    """A programme of ``size`` content rows and a certificate of ``size`` items, as tables."""
    chance = random.Random(size)

    def line() -> str:
        return "；".join(_mixed(chance, points) for _ in range(3))

    units, items = [], []
    for k in range(size):
        course = k // ROWS_A_COURSE + 1
        units.append((f"课程{course}", f"单元{k // 5 + 1}", line()[:20], line(), 4))
        area, task = k // 25 + 1, k // 5 + 1
        number = f"{area}.{task}.{k % 5 + 1}"
        items.append(("证书", "中级", f"{area} 领域", f"{area}.{task} {line()[:12]}", number,
                      "能" + _mixed(chance, points)))  # fmt: skip
    _table(folder / "courses" / "courses.csv", ("课程", "单元", "任务", "教学内容", "学时"), units)
    heads = ("证书", "等级", "工作领域", "工作任务", "编号", "职业技能要求")
    _table(folder / "certs" / "cert.csv", heads, items)


def _mixed(chance: random.Random, points: list[str]) -> str:
    """Half of one point and half of another."""
    left, right = chance.choice(points), chance.choice(points)
    return left[: len(left) // 2 + 1] + right[len(right) // 2 :]


def _table(path: Path, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
