"""The rows of an edited plan.xlsx, read safely: by their headings, wherever these stand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from align.errors import ReadError
from align.export.words import clean
from align.export.xlsx_edit import ID_TITLES, KINDS, SUBJECT, VERDICT, Kind
from align.read.detect import detect
from align.read.limits import OWN_PROCESS
from align.read.safety import check_package

_HEAD_ROWS = 12  # rows above which the heading is looked for
_MOST_COLUMNS = 80
_MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of an edited workbook: its sheet, its number (from 1), its cells by heading."""

    kind: Kind
    number: int
    cells: Mapping[str, Any]

    def text(self, title: str) -> str:
        """A cell as one line of text."""
        value = self.cells.get(title)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return " ".join(clean(str(value)).split()) if value is not None else ""


def filled_rows(data: bytes, name: str) -> list[FilledRow]:
    """Every row of the three sheets that carries anything to decide or an id."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    expected = "由程序导出的 plan.xlsx"
    if data.startswith(b"PK"):
        check_package(data, name, OWN_PROCESS)  # before anything in it is looked at
    if detect(data, name) != "xlsx":
        raise ReadError("不是 xlsx 工作簿", file=name, expected=expected)
    found: list[FilledRow] = []
    with_ids = False
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
        for kind in KINDS:
            if kind.sheet in book.sheetnames:
                whole, rows = _sheet(book[kind.sheet], kind)
                with_ids = with_ids or whole
                found += rows
        book.close()
    except (InvalidFileException, LookupError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise ReadError("工作簿打不开", file=name, got=str(error), expected=expected) from error
    if not with_ids:
        raise ReadError(
            "表中没有程序导出时写入的隐藏列",
            file=name,
            expected="“" + "”“".join(k.sheet for k in KINDS) + "”中至少一张，含隐藏的编号列",
            remedy="请用程序重新导出 plan.xlsx，在黄色各列中填写，另存时保留隐藏列。",
        )
    return found


def _sheet(sheet: Any, kind: Kind) -> tuple[bool, list[FilledRow]]:
    """Whether the sheet has all hidden columns, and its rows below the heading."""
    head: dict[str, int] = {}
    rows = []
    for number, cells in enumerate(
        sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True), 1
    ):
        if head:
            row = FilledRow(kind, number, {t: cells[j] for t, j in head.items() if j < len(cells)})
            if row.text(SUBJECT) or any(row.text(t) for t in kind.titles):
                rows.append(row)
            continue
        titles = {str(c).strip(): j for j, c in enumerate(cells) if c is not None}
        if {VERDICT, SUBJECT} <= set(titles):
            head = titles
        elif number > _HEAD_ROWS:
            break
    return set(ID_TITLES) <= set(head), rows
