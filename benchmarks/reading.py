"""Reading documents: pages a second by format, against the bare library opening the same files.

    python -m benchmarks.reading --times 3

The samples of the project, each format by itself.  Both sides walk through all of the text and
the tables; ours also finds numbering, merged cells, continued tables and places, and the row
"with its own process" counts handing each file to the guarded child.  A page of docx and xlsx is
500 printed characters, since neither has pages before it is laid out; a pdf has its own.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from align.read import read, read_many
from benchmarks.report import keep, show

#: Characters of one page where the format has none: 16 pt text on A4 with official margins.
PAGE = 500
FOLDERS = ("course_standards", "cert_standards")


def measure(times: int) -> list[dict[str, object]]:
    """Each format: pages, and pages a second by each way (processor seconds, best of ``times``)."""
    found: list[dict[str, object]] = []
    for suffix, plain in PLAIN.items():
        paths = sorted(p for f in FOLDERS for p in Path(f).rglob(f"*.{suffix}"))
        pages = sum(plain(p) for p in paths)

        def bare(paths: Sequence[Path] = paths, plain: Callable[[Path], float] = plain) -> None:
            for p in paths:
                plain(p)

        def ours(paths: Sequence[Path] = paths) -> None:
            for p in paths:
                read(p, in_child=False)

        def guarded(paths: Sequence[Path] = paths) -> None:
            list(read_many(paths))

        seconds = [min(_spent(way) for _ in range(times)) for way in (bare, ours, guarded)]
        found.append({
            "format": suffix, "files": len(paths), "pages": pages,
            "bare": pages / seconds[0], "ours": pages / seconds[1], "guarded": pages / seconds[2],
        })  # fmt: skip
    return found


def _spent(way: Callable[[], None]) -> float:
    """Processor seconds of this process and of the children that it waited for."""
    before = os.times()
    begun = time.perf_counter()
    way()
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])
    return spent or time.perf_counter() - begun  # below the clock's tick


def _docx(path: Path) -> float:
    import docx

    document = docx.Document(str(path))
    letters = sum(len(p.text) for p in document.paragraphs)
    for table in document.tables:
        letters += sum(len(cell.text) for row in table.rows for cell in row.cells)
    return letters / PAGE


def _pdf(path: Path) -> float:
    import pdfplumber

    with pdfplumber.open(path) as document:
        for page in document.pages:
            page.extract_text()
            page.extract_tables()
        return float(len(document.pages))


def _xlsx(path: Path) -> float:
    import openpyxl

    book = openpyxl.load_workbook(path)
    cells = (c for sheet in book for row in sheet.iter_rows(values_only=True) for c in row)
    return sum(len(str(c)) for c in cells if c is not None) / PAGE


PLAIN: dict[str, Callable[[Path], float]] = {"docx": _docx, "pdf": _pdf, "xlsx": _xlsx}


def table(found: Sequence[dict[str, object]]) -> None:
    """Print what was measured."""
    rows = [
        (
            x["format"], x["files"], x["pages"], x["bare"], x["ours"],
            float(str(x["bare"])) / float(str(x["ours"])), x["guarded"],
        )
        for x in found
    ]  # fmt: skip
    show(
        "读取样例文件（处理器时间）",
        (
            "格式",
            "文件",
            "页",
            "只用程序库，页/秒",
            "本程序，页/秒",
            "时间之比",
            "在受限的子进程里，页/秒",
        ),
        rows,
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=3)
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    found = measure(given.times)
    table(found)
    keep(given.json, found)


if __name__ == "__main__":
    main()
