"""Ruled tables for Word whose headings repeat and whose rows stay whole.

They are written as XML: a hundred rows through a library's cells take seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from align.export.docx_parts import CAPTION, HEAD, NS, TABLE, text
from align.export.words import clean

if TYPE_CHECKING:
    from docx.document import Document as Docx

# A table of no more lines than this stays whole on one page.
_KEPT_LINES = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph of a table cell."""

    text: str
    style: str = TABLE
    bold: bool = False
    colour: str = ""


Content = str | Line | Sequence[Line]


@dataclass(frozen=True, slots=True)
class TableRow:
    """Cells from left to right; a single cell spans the whole row.

    ``keep`` holds the row on the page of the next one.
    """

    cells: Sequence[Content]
    shade: str = ""
    keep: bool = False
    height_mm: float = 0


def caption(document: Docx, words: str) -> None:
    """The numbered title above a table; it stays on the table's page."""
    number = sum(1 for p in document.paragraphs if p.style is not None and p.style.name == CAPTION)
    text(document, f"表{number + 1}　{words}", CAPTION)


def table(
    document: Docx,
    header: Sequence[str],
    rows: Sequence[TableRow],
    widths_mm: Sequence[float],
    *,
    title: str = "",
    centred: Sequence[int] = (),
    together: bool = True,
) -> None:
    """A ruled table: the header repeats on every page, no row is split over two.

    Parameters
    ----------
    header : sequence of str
        May be empty for a table without one; ``\\n`` breaks a heading into two lines.
    widths_mm : sequence of float
        Of every column; their sum is the table's width.
    title : str
        Printed above with the table's number; without one there is no number either.
    centred : sequence of int
        Columns, counted from 0, whose text stands in the middle.
    together : bool
        Whether a small table stays whole on one page.
    """
    from docx.oxml import parse_xml

    if title:
        caption(document, title)
    grid = [round(w * 1440 / 25.4) for w in widths_mm]
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    parts = [
        f'<w:tbl {NS}><w:tblPr><w:tblW w:w="{sum(grid)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:top w:w="57" w:type="dxa"/><w:left w:w="70" w:type="dxa"/>'
        '<w:bottom w:w="57" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
        "</w:tblPr><w:tblGrid>",
        *(f'<w:gridCol w:w="{w}"/>' for w in grid),
        "</w:tblGrid>",
    ]
    if header:
        cells = [[Line(part, HEAD) for part in h.split("\n")] for h in header]
        head = TableRow(cells, shade="E7E6E6")
        parts.append(_row(head, grid, (), is_header=True))
    if together and sum(map(_height, rows)) <= _KEPT_LINES:
        rows = [*(replace(row, keep=True) for row in rows[:-1]), *rows[-1:]]
    parts += [_row(row, grid, centred) for row in rows]
    parts.append("</w:tbl>")
    body = document.element.body
    body.insert(len(body) - 1, parse_xml("".join(parts)))  # the last child is the section


def _height(row: TableRow) -> int:
    """Lines of the highest cell, wrapping not counted."""
    return max(1 if isinstance(cell, str | Line) else len(cell) for cell in row.cells)


def _row(
    row: TableRow, grid: Sequence[int], centred: Sequence[int], is_header: bool = False
) -> str:
    height = (
        f'<w:trHeight w:val="{round(row.height_mm * 1440 / 25.4)}" w:hRule="atLeast"/>'
        if row.height_mm
        else ""
    )
    out = [
        "<w:tr><w:trPr><w:cantSplit/>",
        height,
        "<w:tblHeader/>" if is_header else "",
        "</w:trPr>",
    ]
    span = len(row.cells) == 1 and len(grid) > 1
    for i, content in enumerate(row.cells):
        width = sum(grid) if span else grid[i]
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{row.shade}"/>' if row.shade else ""
        out.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>'
            + (f'<w:gridSpan w:val="{len(grid)}"/>' if span else "")
            + f'{shade}<w:vAlign w:val="center"/></w:tcPr>'
        )
        lines = [Line(content)] if isinstance(content, str) else content
        for line in [lines] if isinstance(lines, Line) else (lines or [Line("")]):
            out.append(_line(line, i in centred and not span, row.keep))
        out.append("</w:tc>")
    out.append("</w:tr>")
    return "".join(out)


def _line(line: Line, centred: bool, keep: bool) -> str:
    shape = ("<w:keepNext/>" if keep else "") + ('<w:jc w:val="center"/>' if centred else "")
    look = '<w:rFonts w:hint="eastAsia"/>' + ("<w:b/>" if line.bold else "")
    look += f'<w:color w:val="{line.colour}"/>' if line.colour else ""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{line.style}"/>{shape}</w:pPr><w:r><w:rPr>{look}</w:rPr>'
        f'<w:t xml:space="preserve">{escape(clean(line.text))}</w:t></w:r></w:p>'
    )
