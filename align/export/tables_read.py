"""``matches.csv`` read back, also after a spreadsheet has saved it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import cast

from align.decisions import Grade
from align.errors import ReadError
from align.export.exchange import PairRow, PairsFile, check_size, number_or_none
from align.export.tables import DECIDED_COLUMN
from align.export.words import unguard
from align.records import Place, Problem, Severity

_IDS = ("certificate_id", "item_id", "course_id", "unit_id")
_TAKEN = frozenset(
    {*_IDS, "score", "probability", "similarity", "item", "unit_task", "shared_words",
     DECIDED_COLUMN}
)  # fmt: skip


def read_matches_csv(data: bytes, name: str = "matches.csv") -> PairsFile:
    """The pairs of a ``matches.csv``, with the column ``decided`` where there is one.

    Parameters
    ----------
    data : bytes
        UTF-8 (with or without mark) or, as Excel in China saves it, GB18030.

    Returns
    -------
    PairsFile
        ``item`` is the requirement's text, ``unit`` the unit's task; the other columns stand in
        ``other``.  Rows without identifiers are left out and are problems.

    Raises
    ------
    ReadError
        When it is no such table.
    """
    problems: list[Problem] = []
    rows: list[PairRow] = []
    for line, cells in lines_of(data, name, (*_IDS, "probability"), "matches.csv"):
        row = _row(cells, line, name, problems)
        if row is not None:
            rows.append(row)
    return PairsFile(tuple(rows), tuple(problems))


def lines_of(
    data: bytes, name: str, needed: Sequence[str], what: str
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a csv by the names of its columns, each with its line.

    Parameters
    ----------
    data : bytes
        UTF-8 or GB18030, with commas or what a spreadsheet writes in their place.
    needed : sequence of str
        Columns that must be there.
    what : str
        The file it should be, for the message.

    Raises
    ------
    ReadError
        When it is no such table.
    """
    check_size(data, name)
    text = _text(data, name)
    # A spreadsheet set to another list separator saves with ";" or a tab.
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        columns = [c.strip() for c in next(table, [])]
        missing = [c for c in needed if c not in columns]
        if missing:
            raise ReadError(
                f"不是 {what}：缺少列", file=name, place="第1行",
                got="、".join(filter(None, columns))[:200] or "空文件",
                expected="、".join(missing),
            )  # fmt: skip
        line = table.line_num + 1
        for cells in table:
            if any(c.strip() for c in cells):
                yield line, dict(zip(columns, cells, strict=False))
            line = table.line_num + 1
    except csv.Error as error:
        raise ReadError(
            "表格读不懂", file=name, place=f"第{table.line_num}行", got=str(error)
        ) from error


def _text(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReadError("文件的编码认不出", file=name, expected="UTF-8 或 GB18030（GBK）")


def _row(cells: dict[str, str], line: int, name: str, problems: list[Problem]) -> PairRow | None:
    def say(code: str, message: str, severity: Severity = "warning") -> None:
        problems.append(Problem(severity, code, message, name, Place(line=line)))

    def figure(column: str, low: float, high: float) -> float | None:
        def wrong(got: str) -> None:
            say("no-number", f"{column}“{got[:40]}”不是 {low:g} 到 {high:g} 之间的数，已略去。")

        return number_or_none(cells.get(column, ""), wrong, low, high)

    ids = [unguard(cells.get(c, "").strip()) for c in _IDS]
    if not all(ids):
        say("no-identifier", "缺少证书、要求、课程或单元的编号，这一行没有导入。", "error")
        return None
    decided = cells.get(DECIDED_COLUMN, "").strip()
    if decided not in {"", "0", "1", "2"}:
        say("no-grade", f"decided“{decided[:40]}”应为 0、1 或 2，已略去。")
        decided = ""
    return PairRow(
        pair=(ids[0], ids[1], ids[2], ids[3]),
        probability=figure("probability", 0, 1),
        grade=cast(Grade, int(decided)) if decided else None,
        score=figure("score", -1e9, 1e9),
        similarity=figure("similarity", -1, 1.0001),
        item=unguard(cells.get("item", "")),
        unit=unguard(cells.get("unit_task", "")),
        words=tuple(w for w in unguard(cells.get("shared_words", "")).split("; ") if w),
        other=tuple((c, unguard(v)) for c, v in cells.items() if c not in _TAKEN and v),
        line=line,
    )
