"""Colleges of any size, written as tables that ``align read`` understands.

    python -m benchmarks.colleges FOLDER --colleges 10 --courses 30 --units 12 --certificates 10

makes ``FOLDER/colleges/<college>/<programme>/<course>.csv`` and ``FOLDER/certs/<name>.csv``.  The
wording is the project's own: the pairs of ``models/knowledge/pairs`` (one ability in a course's
words and in a certificate's) and the terms of ``models/knowledge/concepts``.  A programme keeps to
one trade, so some of its rows really meet requirements and most do not.  Equal options and seed
give equal files, and a college is the same whether it is made alone or among a hundred.

    python -m benchmarks.colleges FOLDER --measure 1 10 100 --certificates 1
    python -m benchmarks.colleges FOLDER --blocks 50000 200000 800000

run ``align batch`` over so many of them (as a command of its own, every vector new), and print
seconds, processor time, growth exponent and memory; or over one college with blocks of so many
pairs.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.report import keep, show

KNOWLEDGE = Path(__file__).resolve().parent.parent / "models" / "knowledge"

COURSE_HEADS = ("课程", "单元", "任务", "教学内容", "学时")
CERTIFICATE_HEADS = ("证书", "等级", "工作领域", "工作任务", "编号", "职业技能要求")
LEVELS = ("初级", "中级", "高级")
#: Items of a task and tasks of an area: 45 items a level are 3 areas, as real standards have.
TASK_ITEMS, AREA_TASKS = 4, 4
#: Rows of a course's section.
SECTION_ROWS = 3
#: Longer course phrases are whole rows by themselves; real points have some 12 characters.
LONGEST = 30
#: How a content row says a term, from hearing of it to doing it.
FRAMES = ("了解{}", "熟悉{}", "掌握{}", "{}的操作", "{}的组织与实施", "{}的常见问题及处理")


@dataclass(frozen=True, slots=True)
class Size:
    """How large one college is, and how many certificates there are."""

    programmes: int = 3
    courses: int = 30
    units: int = 12
    certificates: int = 10
    items: int = 45


@dataclass(frozen=True, slots=True)
class Trade:
    """The words of one field: (course, certificate) phrases and terms."""

    name: str
    pairs: tuple[tuple[str, str], ...]
    terms: tuple[str, ...]


@cache
def trades() -> tuple[Trade, ...]:
    """The nineteen fields of the project's knowledge, in the order of their files."""
    found = []
    for path in sorted((KNOWLEDGE / "pairs").glob("*.tsv")):
        pairs = _column_rows(path, "course", "cert")
        terms = _column_rows(KNOWLEDGE / "concepts" / path.name, "term")
        name = path.stem.partition("-")[2]
        short = tuple((a, b) for a, b in pairs if len(a) <= LONGEST)
        found.append(Trade(name, short, tuple(t for (t,) in terms)))
    return tuple(found)


def _column_rows(path: Path, *columns: str) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [[row[c].strip() for c in columns] for row in rows]


def write_college(folder: Path, number: int, size: Size, seed: int = 0) -> None:
    """One college: a folder for each programme, a csv file for each course."""
    for p in range(size.programmes):
        chance = random.Random(f"{seed}:college:{number}:{p}")
        trade = trades()[(number * size.programmes + p) % len(trades())]
        courses = size.courses // size.programmes + (p < size.courses % size.programmes)
        for c in range(courses):
            name = f"{chance.choice(trade.terms)}技术{c + 1:02d}"
            rows = [(name, *_unit(chance, trade, k)) for k in range(size.units)]
            path = folder / f"{trade.name}{p + 1}" / f"{_plain(name)}.csv"
            _table(path, COURSE_HEADS, rows)


def _unit(chance: random.Random, trade: Trade, k: int) -> tuple[str, str, str, int]:
    """Section, task, content and hours of one content row."""
    task = chance.choice(trade.pairs)[0]
    points = [chance.choice(trade.pairs)[0] for _ in range(chance.randint(1, 2))]
    points += [
        chance.choice(FRAMES).format(chance.choice(trade.terms))
        for _ in range(chance.randint(1, 2))
    ]
    return (
        f"单元{k // SECTION_ROWS + 1}",
        task,
        "；".join([task, *points]),
        chance.choice((2, 4, 6)),
    )


def write_certificate(folder: Path, number: int, size: Size, seed: int = 0) -> None:
    """One certificate with three levels, a csv file."""
    chance = random.Random(f"{seed}:certificate:{number}")
    trade = trades()[number % len(trades())]
    # Words of the trade alone repeat after some certificates; the number keeps names apart.
    name = f"{chance.choice(trade.terms)}{number + 1:03d}"
    rows = []
    for level in LEVELS:
        for k in range(size.items):
            task = k // TASK_ITEMS
            area = task // AREA_TASKS
            title = random.Random(f"{seed}:{number}:{level}:{task}").choice(trade.terms)
            head = random.Random(f"{seed}:{number}:{level}:area{area}").choice(trade.terms)
            code = f"{area + 1}.{task % AREA_TASKS + 1}"
            rows.append((
                name, level, f"{area + 1} {head}", f"{code} {title}",
                f"{code}.{k % TASK_ITEMS + 1}", chance.choice(trade.pairs)[1],
            ))  # fmt: skip
    _table(folder / f"{_plain(name)}职业技能等级标准.csv", CERTIFICATE_HEADS, rows)


def write(folder: Path, colleges: int, size: Size, seed: int = 0) -> None:
    """Colleges and certificates; files that are there already are written over."""
    for number in range(colleges):
        write_college(folder / "colleges" / f"学院{number + 1:04d}", number, size, seed)
    for number in range(size.certificates):
        write_certificate(folder / "certs", number, size, seed)


def _plain(name: str) -> str:
    """A name that may be a file's."""
    return "".join(c if c.isalnum() else "_" for c in name)


def _table(path: Path, heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of ``align batch``: seconds, processor seconds of all its processes, memory."""

    seconds: float
    cpu: float
    pairs: int
    blocks: int
    peak_mb: float
    load: float


def run(folder: Path, colleges: int, workers: int, model: str, block: int | None) -> Measured:
    """``align batch`` over the first colleges of a folder; nothing is kept from run to run."""
    out, cache = folder / "out", folder / "cache"
    for old in (out, cache):
        shutil.rmtree(old, ignore_errors=True)
    named = [f"--courses={folder}/colleges/学院{n + 1:04d}" for n in range(colleges)]
    more = [f"--block={block}"] if block else []
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "align", "batch", *named, f"--certs={folder}/certs",
         f"--out={out}", f"--workers={workers}", f"--model={model}", *more],
        env={**os.environ, "ALIGN_CACHE": str(cache), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds, after = time.perf_counter() - start, os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )

    def figure(pattern: str) -> float:
        found = re.search(pattern, done.stdout)
        assert found is not None, done.stdout
        return float(found[1].replace(",", ""))

    return Measured(
        seconds, cpu, int(figure(r"([\d,]+) 个配对")), int(figure(r"([\d,]+) 块")),
        figure(r"内存峰值 ([\d,]+) MB"), os.getloadavg()[0],
    )  # fmt: skip


def measure(
    folder: Path, counts: Sequence[int], size: Size, workers: int, model: str, json: Path | None
) -> None:
    """Print the table of growth."""
    write(folder, max(counts), size)
    rows, found = [], []
    for n in counts:
        m = run(folder, n, workers, model, None)
        found.append(m)
        rows.append((n, n * size.courses, m.pairs, m.blocks, m.seconds, m.cpu, m.cpu / n,
                     m.peak_mb, m.load))  # fmt: skip
    heads = (
        "学院",
        "课程",
        "配对",
        "块",
        "秒",
        "处理器秒",
        "处理器秒/学院",
        "工作进程峰值 MB",
        "负载",
    )
    growth: list[float] = []
    if len(counts) > 1:
        growth = [
            float(np.polyfit(np.log(counts), np.log(spent), 1)[0])
            for spent in ([m.seconds for m in found], [m.cpu for m in found])
        ]
    keep(json, {"counts": list(counts), "runs": [asdict(m) for m in found],
                "courses": size.courses, "growth": growth})  # fmt: skip
    show(f"许多学院（{size.certificates} 个证书，{workers} 个工作进程）", heads, rows)
    if len(counts) > 1:
        print(f"\n随学院数的幂次：秒 {growth[0]:.2f}，处理器秒 {growth[1]:.2f}")


def by_block(folder: Path, blocks: Sequence[int], size: Size, workers: int, model: str) -> None:
    """Print memory and time by the size of a block."""
    write(folder, 1, size)
    rows = []
    for block in blocks:
        m = run(folder, 1, workers, model, block)
        rows.append((block, m.blocks, m.seconds, m.cpu, m.peak_mb, m.load))
    heads = ("一块最多配对", "块", "秒", "处理器秒", "工作进程峰值 MB", "负载")
    show(f"块的大小（1 所学院，{size.certificates} 个证书）", heads, rows)


def main() -> None:
    """Write colleges, or measure over them."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--colleges", type=int, default=1)
    for name in ("programmes", "courses", "units", "certificates", "items"):
        options.add_argument(f"--{name}", type=int, default=getattr(Size(), name))
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--measure", type=int, nargs="+")
    options.add_argument("--blocks", type=int, nargs="+")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--model", default="default")
    options.add_argument("--json", type=Path, help="where the figures of --measure go")
    given = options.parse_args()
    size = Size(given.programmes, given.courses, given.units, given.certificates, given.items)
    if given.measure:
        measure(given.folder, given.measure, size, given.workers, given.model, given.json)
    if given.blocks:
        by_block(given.folder, given.blocks, size, given.workers, given.model)
    if not given.measure and not given.blocks:
        write(given.folder, given.colleges, size, given.seed)
        print(f"{given.folder}：{given.colleges} 所学院，{given.certificates} 个证书")


if __name__ == "__main__":
    main()
