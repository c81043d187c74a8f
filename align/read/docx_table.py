"""A Word table as a full grid: every row as wide as the others, merged cells spelt out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from align.read.docx_text import Line, Style
from align.read.normalise import normalise
from align.read.ooxml import Element, child, is_on, local, val
from align.records import Cell

_WRAPPERS = {"sdt", "sdtContent", "customXml", "smartTag", "ins", "moveTo"}
_MAX_SPAN = 200  # Word itself allows 63 columns


class Lines(Protocol):
    """Who reads paragraphs: it knows styles and counts automatic numbers."""

    def line(self, p: Element) -> tuple[Line, str, Style]: ...


@dataclass(slots=True)
class Grid:
    """Rows of cells, and the tables found inside cells, to be read after it."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    nested: list[Grid] = field(default_factory=list)


@dataclass(slots=True)
class _Region:
    """A cell of the file with the grid positions that it covers."""

    row: int
    column: int
    span: int
    printed: str
    text: str


def read_grid(tbl: Element, lines: Lines) -> Grid:
    """The grid of a ``w:tbl``.

    A table inside a cell becomes a grid of its own when it has two rows and two columns or
    more; a smaller one is layout and its text stays in the cell.
    """
    grid = Grid()
    placed: list[dict[int, _Region]] = []
    for r, tr in enumerate(_rows(tbl)):
        placed.append(_place_row(tr, r, placed[-1] if placed else {}, lines, grid))
    width = max((max(row) + 1 for row in placed if row), default=0)
    for r, row in enumerate(placed):
        cells = []
        for c in range(width):
            region = row.get(c)
            if region is None:
                cells.append(Cell("", "", (r, c)))
            else:
                cells.append(Cell(region.printed, region.text, (region.row, region.column)))
        grid.rows.append(tuple(cells))
    return grid


def _place_row(
    tr: Element, r: int, above: dict[int, _Region], lines: Lines, grid: Grid
) -> dict[int, _Region]:
    row: dict[int, _Region] = {}
    props = child(tr, "trPr")
    column = _number(val(child(props, "gridBefore")), 0)
    previous: _Region | None = None
    for tc in _cells(tr):
        tc_props = child(tc, "tcPr")
        span = max(1, _number(val(child(tc_props, "gridSpan")), 1))
        merge = child(tc_props, "vMerge")
        across = child(tc_props, "hMerge")
        continued = merge is not None and val(merge, "continue") != "restart"
        printed, text = _content(tc, lines, grid)
        region = above.get(column) if continued else None
        if region is not None and region.column == column:
            # Word keeps text in a continued cell when cells were merged by hand; it is not shown.
            pass
        elif across is not None and val(across, "continue") != "restart" and previous is not None:
            region = previous
        else:
            region = _Region(r, column, span, printed, text)
        for c in range(column, column + span):
            row[c] = region
        previous = region
        column += span
    return row


def _content(tc: Element, lines: Lines, grid: Grid) -> tuple[str, str]:
    """(printed, text) of a cell: one line per paragraph, automatic numbers before them."""
    printed: list[str] = []
    text: list[str] = []

    def walk(e: Element) -> None:
        for c in e.iterchildren():
            name = local(c)
            if name == "p":
                line, number, _ = lines.line(c)
                if line.text or number:
                    printed.append(f"{number} {line.printed}".strip() if number else line.printed)
                    text.append(normalise(f"{number} {line.text}" if number else line.text))
                for box in line.boxes:
                    walk(box)
            elif name == "tbl":
                inner = read_grid(c, lines)
                if len(inner.rows) > 1 and inner.rows and len(inner.rows[0]) > 1:
                    grid.nested.append(inner)
                else:
                    for row in inner.rows:
                        once = [x for i, x in enumerate(row) if x.text and x.origin[1] == i]
                        printed.extend(x.printed for x in once)
                        text.extend(x.text for x in once)
                    grid.nested.extend(inner.nested)
            elif name in _WRAPPERS:
                walk(c)

    walk(tc)
    return "\n".join(printed), "\n".join(t for t in text if t)


def _rows(tbl: Element) -> list[Element]:
    out: list[Element] = []
    for e in tbl.iterchildren():
        name = local(e)
        if name == "tr":
            props = child(e, "trPr")
            if child(props, "del") is None and not is_on(child(props, "hidden")):
                out.append(e)
        elif name in _WRAPPERS:
            out.extend(_rows(e))
    return out


def _cells(tr: Element) -> list[Element]:
    out: list[Element] = []
    for e in tr.iterchildren():
        name = local(e)
        if name == "tc":
            out.append(e)
        elif name in _WRAPPERS:
            out.extend(_cells(e))
    return out


def _number(text: str, default: int) -> int:
    return min(int(text), _MAX_SPAN) if text.isdigit() and len(text) < 6 else default
