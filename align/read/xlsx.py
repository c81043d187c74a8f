"""Workbooks: the cells that hold something, merged regions spelt out, nothing hidden silently.

The claimed size of a sheet is never trusted: a file of 5 KB can claim 16,384 × 1,048,576
cells.  The sheet's XML is scanned first, counting what is really there; only then are the
values read, row by row.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from align.errors import HostileFileError
from align.read.detect import damaged
from align.read.limits import Limits
from align.read.normalise import normalise
from align.read.ooxml import Package
from align.read.sheet import too_many_rows
from align.records import Block, Cell, Place, Problem, Row, Table

_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$")
_SPREAD = 5_000_000  # cells up to the last one of each row, empty ones counted: about 2 s


@dataclass(slots=True)
class _Scan:
    """What a sheet's XML holds, counted without building it."""

    rows: int = 0
    cells: int = 0
    spread: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # r1, c1, r2, c2
    hidden_rows: int = 0
    hidden_columns: int = 0
    uncached: list[str] = field(default_factory=list)


def read_xlsx(data: bytes, name: str, limits: Limits) -> tuple[list[Block], list[Problem]]:
    """Blocks and problems of a workbook: one table per sheet that holds something.

    Raises
    ------
    ReadError
        Damaged, or more rows than allowed on a sheet.
    HostileFileError
        Cells strewn so widely that reading them would fill the memory.
    """
    from openpyxl import load_workbook

    parts = _sheet_parts(data, name)
    with warnings.catch_warnings():
        # Remarks on styles and validations that play no part here.
        warnings.simplefilter("ignore")
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    blocks: list[Block] = []
    problems: list[Problem] = []
    total = 0
    for sheet in workbook.worksheets:
        title = sheet.title
        part = parts.get(title)
        if part is None:
            continue
        scan = _scan(part, name, title, limits)
        total += scan.cells
        if total > limits.cells:
            raise HostileFileError(
                "工作簿的单元格过多", file=name, place=Place(sheet=title), got=f"{total} 个以上",
                expected=f"不超过 {limits.cells} 个", remedy="请只保留标准所在的工作表",
            )  # fmt: skip
        if not scan.cells:
            continue
        _report(scan, sheet, name, problems)
        sheet.reset_dimensions()
        table = _table(sheet, scan, len(blocks) + 1, name, problems)
        if table is not None:
            blocks.append(table)
    workbook.close()
    if not blocks:
        raise damaged(name, "工作簿里没有任何内容")
    return blocks, problems


def _sheet_parts(data: bytes, name: str) -> dict[str, bytes]:
    """Sheet title → the sheet's XML."""
    package = Package(data, name)
    book = package.related("", "officeDocument") or "xl/workbook.xml"
    root = package.root(book)
    folder, base = posixpath.split(book)
    rels = package.root(posixpath.join(folder, "_rels", base + ".rels"))
    if root is None or rels is None:
        raise damaged(name, "文件已损坏，找不到工作簿")
    targets = {str(r.get("Id")): str(r.get("Target")) for r in rels}
    out: dict[str, bytes] = {}
    for sheet in root.iterfind("{*}sheets/{*}sheet"):
        key = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
        target = targets.get(str(key))
        if target:
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            part = package.bytes(path)
            if part is not None:
                out[str(sheet.get("name"))] = part
    return out


def _scan(part: bytes, name: str, title: str, limits: Limits) -> _Scan:
    from lxml import etree

    scan = _Scan()
    row_number = column = 0
    counted = False
    place = Place(sheet=title)
    events = etree.iterparse(
        io.BytesIO(part), events=("start", "end"), resolve_entities=False, no_network=True,
        load_dtd=False, huge_tree=False,
    )  # fmt: skip
    try:
        for event, e in events:
            tag = str(e.tag).rpartition("}")[2]
            if event == "start":
                if tag == "row":
                    row_number = int(e.get("r") or row_number + 1)
                    column, counted = 0, False
                    scan.hidden_rows += e.get("hidden") in ("1", "true")
                continue
            if tag == "c":
                reference = str(e.get("r") or "")
                column = _column(reference) or column + 1
                kinds = {str(x.tag).rpartition("}")[2]: x for x in e}
                value = kinds.get("v")
                if "f" in kinds and (value is None or value.text is None):
                    scan.uncached.append(reference or f"第{row_number}行")
                if (value is not None and value.text) or "is" in kinds:
                    scan.cells += 1
                    scan.spread += 0 if counted else 1
                    if not counted:
                        scan.rows += 1
                        counted = True
                    if scan.rows > limits.rows:
                        raise too_many_rows(name, place, scan.rows, limits)
            elif tag == "row":
                scan.spread += column
                if scan.spread > _SPREAD:
                    raise HostileFileError(
                        "工作表的单元格散布过广，疑似恶意构造", file=name, place=place,
                        remedy="请把内容复制到新的工作表，另存后再导入",
                    )  # fmt: skip
                e.clear()
            elif tag == "mergeCell":
                found = _RANGE.match(str(e.get("ref") or "").replace("$", ""))
                if found:
                    c1, r1, c2, r2 = found.groups()
                    scan.merged.append((int(r1), _column(c1), int(r2), _column(c2)))
            elif tag == "col" and e.get("hidden") in ("1", "true"):
                scan.hidden_columns += 1
    except (etree.XMLSyntaxError, ValueError) as e:
        raise damaged(name, f"文件已损坏，工作表“{title}”不完整") from e
    return scan


def _column(reference: str) -> int:
    """Column number, from 1, of ``AB12``; 0 when there is none."""
    n = 0
    for c in reference:
        if not "A" <= c <= "Z":
            break
        n = n * 26 + ord(c) - 64
    return n if n <= 16_384 else 0


def _report(scan: _Scan, sheet: Any, name: str, problems: list[Problem]) -> None:
    place = Place(sheet=sheet.title)
    if sheet.sheet_state != "visible":
        problems.append(
            Problem("warning", "hidden-sheet", "隐藏的工作表也已读入，请确认需要它", name, place)
        )
    if scan.hidden_rows or scan.hidden_columns:
        text = f"隐藏的 {scan.hidden_rows} 行、{scan.hidden_columns} 列也已读入，请确认需要它们"
        problems.append(Problem("warning", "hidden-rows", text, name, place))
    if scan.uncached:
        cells = "、".join(scan.uncached[:5]) + (" 等" if len(scan.uncached) > 5 else "")
        problems.append(Problem(
            "warning", "formula-without-value",
            f"单元格 {cells} 的公式没有保存计算结果，共 {len(scan.uncached)} 处按空白读入；"
            "请用 WPS 或 Excel 打开并保存一次", name, place,
        ))  # fmt: skip


def _table(
    sheet: Any, scan: _Scan, number: int, name: str, problems: list[Problem]
) -> Table | None:
    rows: dict[int, dict[int, tuple[str, str]]] = {}
    for r, values in enumerate(sheet.iter_rows(), 1):
        for cell in values:
            if cell.value is None:
                continue
            printed = shown(cell.value, str(cell.number_format or ""))
            if cell.data_type == "e":
                place = Place(sheet=sheet.title, row=r)
                text = f"单元格 {cell.coordinate} 的公式出错（{printed}），请改正后重新导入"
                problems.append(Problem("warning", "formula-error", text, name, place))
            if printed.strip():
                rows.setdefault(r, {})[cell.column] = (printed, normalise(printed))
    if not rows:
        return None
    # Rows and columns without any content of their own say nothing and are left out.
    row_list = sorted(rows)
    column_list = sorted({c for row in rows.values() for c in row})
    grid = [
        [(*rows[r].get(c, ("", "")), (i, j)) for j, c in enumerate(column_list)]
        for i, r in enumerate(row_list)
    ]
    row_at = {r: i for i, r in enumerate(row_list)}
    column_at = {c: j for j, c in enumerate(column_list)}
    for r1, c1, r2, c2 in scan.merged:
        _spread(grid, [row_at[r] for r in row_list if r1 <= r <= r2],
                [column_at[c] for c in column_list if c1 <= c <= c2])  # fmt: skip
    out = tuple(
        Row(Place(sheet=sheet.title, row=r), tuple(Cell(*cell) for cell in grid[i]))
        for i, r in enumerate(row_list)
    )
    return Table(Place(sheet=sheet.title, table=number), out)


def _spread(
    grid: list[list[tuple[str, str, tuple[int, int]]]], rows: list[int], columns: list[int]
) -> None:
    if not rows or not columns:
        return
    origin = (rows[0], columns[0])
    printed, text, _ = grid[origin[0]][origin[1]]
    for i in rows:
        for j in columns:
            grid[i][j] = (printed, text, origin)


def shown(value: Any, number_format: str) -> str:
    """A cell's value as the sheet shows it, as far as content goes.

    >>> shown(16.0, "General"), shown(0.25, "0%"), shown(0.125, "0.0%")
    ('16', '25%', '12.5%')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if "%" in number_format:
            return f"{value * 100:.10g}%"
        return f"{value:.10g}" if abs(value) < 1e15 else str(value)
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
