"""Every benchmark, one table: docs/performance.md's first.

    python -m benchmarks.all FOLDER                    everything that is not in FOLDER yet
    python -m benchmarks.all FOLDER --only topk screens
    python -m benchmarks.all FOLDER --table            the table alone, of what is there
    python -m benchmarks.all FOLDER --list             the parts, with minutes on two idle cores

Each part is a command of its own that leaves ``FOLDER/<part>.json``; one that is there is not run
again, so a run that was ended goes on where it stopped.  Every part ends by itself: one that takes
longer than its limit is ended, told, and the next one begins.  The table names the load average
at the end of each part, because seconds on a busy machine mean little; ratios mean more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.all_table import print_table


@dataclass(frozen=True, slots=True)
class Part:
    """One module of ``benchmarks``: its arguments, its usual minutes and the most it may take."""

    module: str
    arguments: tuple[str, ...]
    minutes: float
    most: float


def parts(folder: Path) -> dict[str, Part]:
    """All parts in the order in which they run: the short ones first."""
    work = folder / "work"
    kept = ("--kept", str(work / "kept"))
    # A college of 30 courses and 180 content rows, against one certificate of 60 requirements.
    thirty = ("--programmes", "1", "--courses", "30", "--units", "6", "--certificates", "1",
              "--items", "20")  # fmt: skip
    # One such college against every certificate of the country: 450 × 3 × 45 = 60,750.
    country = ("--programmes", "1", "--courses", "30", "--units", "6", "--certificates", "450")
    return {
        "reading": Part("reading", ("--times", "3"), 1, 10),
        "encode": Part("encode", ("--batches", "64", "2048"), 1, 10),
        "neighbours": Part("neighbours", ("--environment", str(work / "harmony")), 3, 20),
        "topk": Part("topk", ("--units", "40000", "--stripes", "4", "--others", "1"), 4, 20),
        "screens": Part("screens", kept, 3, 20),
        "reviewers-10": Part("reviewers", ("--reviewers", "10"), 4, 20),
        # Ten people who judge every five seconds fill a machine of two cores; more of them at
        # the pace at which people read.
        "reviewers-50": Part(
            "reviewers", ("--reviewers", "50", "--think", "30", "--decisions", "6"), 6, 25
        ),
        "reviewers-100": Part(
            "reviewers", ("--reviewers", "100", "--think", "60", "--decisions", "4"), 8, 30
        ),
        "colleges": Part(
            "colleges", (str(work / "colleges"), "--measure", "1", "10", "100", *thirty), 15, 60
        ),
        "colleges-country": Part(
            "colleges", (str(work / "country"), "--measure", "1", *country), 10, 60
        ),
        "screens-large": Part("screens", ("--sizes", "large", *kept), 10, 45),
        "screens-proposals": Part("screens", ("--sizes", "proposals", *kept), 10, 45),
    }  # fmt: skip


def run(name: str, part: Part, folder: Path) -> str:
    """Run one part; "" when its figures lie in the folder, else what went wrong."""
    file, log = folder / f"{name}.json", folder / f"{name}.log"
    command = [sys.executable, "-m", f"benchmarks.{part.module}", *part.arguments]
    with log.open("w", encoding="utf-8") as out:
        try:
            done = subprocess.run(
                [*command, "--json", str(file)], stdout=out, stderr=subprocess.STDOUT,
                timeout=part.most * 60, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"{part.most:g} 分钟内没有完成"
    if done.returncode or not file.is_file():
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else f"以 {done.returncode} 结束"
    return ""


def main() -> None:
    """Run what is missing and print the table; the exit status is 1 when a part failed."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    options.add_argument("--only", nargs="+", help="these parts, also where they are there already")
    options.add_argument("--table", action="store_true", help="run nothing")
    options.add_argument("--list", action="store_true", help="name the parts")
    given = options.parse_args()
    known = parts(given.folder.resolve())
    if unknown := sorted(set(given.only or ()) - set(known)):
        options.error(f"no such part: {', '.join(unknown)}")
    if given.list:
        for name, part in known.items():
            print(f"{name:18} {part.minutes:4g} min (at most {part.most:g})")
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    failed: dict[str, str] = {}
    for name, part in known.items():
        there = (given.folder / f"{name}.json").is_file()
        if given.table or (name not in given.only if given.only else there):
            continue
        begun = time.monotonic()
        print(f"{name} … 负载 {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        if wrong := run(name, part, given.folder.resolve()):
            failed[name] = wrong
            print(f"{name}：{wrong}", file=sys.stderr, flush=True)
        print(f"{name} {time.monotonic() - begun:.0f} 秒", file=sys.stderr, flush=True)
    found = {
        name: json.loads(file.read_bytes())
        for name in known
        if (file := given.folder / f"{name}.json").is_file()
    }
    print_table(found, failed)
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
