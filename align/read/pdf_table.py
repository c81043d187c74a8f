"""Tables of a pdf as full grids, and parts on following pages joined into one table.

What a page break does to a ruled table, and what is done about it here: the header is
repeated (dropped); a row is cut (glued); a merged cell is cut, its text then stands on only
one of the pages (given to both parts).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from align.read.continued import header_rows
from align.read.normalise import join_wrapped, normalise
from align.read.pdf_page import PdfLine, PdfTable, cell_text
from align.records import Cell, Place, Row, Table

_SAME = 4.0  # points by which rules of one column may differ between pages
_NUMBERED = 0.6  # share of a column's cells that start with a number in a numbered column
_NUMBER = re.compile(
    r"\d{1,3}(?:[.．]\d{1,3})*[.．、)）]?|[（(]\d{1,2}[)）]|[①-⑳]|[一二三四五六七八九十]+、"
)
_ENDED = ("。", "；", ";", "！", "？")


@dataclass(slots=True, eq=False)
class Region:
    """A cell with its text; the same object stands at every grid position it covers."""

    printed: str
    text: str
    last: PdfLine | None = None  # its last printed line, to see whether that one was full
    right: float = 0.0  # where text had to break, points


GridRow = tuple[int, list[Region]]  # page, regions


class PdfGrid:
    """A table that grows page by page."""

    def __init__(self, part: PdfTable, seen: Counter[str]) -> None:
        self.page = part.page
        self.seen = seen
        self.edges = column_edges(part)
        self.rows: list[GridRow] = _rows(part, self.edges)

    def fits(self, part: PdfTable) -> bool:
        """Whether `part` has the columns of this table: the same rules, or a part of them."""
        mine = [e - self.edges[0] for e in self.edges]
        other = [e - part.x0 for e in column_edges(part)]
        if abs(mine[-1] - other[-1]) > 2 * _SAME:
            return False
        few, many = sorted((mine, other), key=len)
        return all(any(abs(a - b) <= _SAME for b in many) for a in few)

    def grow(self, part: PdfTable) -> None:
        """Takes up the part on the next page; `fits` must hold."""
        shift = part.x0 - self.edges[0]
        edges = column_edges(part)
        if len(edges) > len(self.edges):
            self._refine([e - shift for e in edges])
        rows = _rows(part, [e + shift for e in self.edges])
        skip = header_rows(_texts(self.rows[:3]), _texts(rows))
        if skip:
            self.seen["headers"] += 1
            rows = rows[skip:]
        if rows:
            self._seam(rows, first_body=skip)
            self.rows.extend(rows)

    def _refine(self, edges: list[float]) -> None:
        """Splits this grid's columns where the other page has more rules."""
        columns = []
        for left, right in pairwise(edges):
            middle = (left + right) / 2
            columns.append(next(
                (i for i, e in enumerate(self.edges[1:]) if middle <= e), len(self.edges) - 2
            ))  # fmt: skip
        self.edges = edges
        self.rows = [(page, [row[i] for i in columns]) for page, row in self.rows]

    def _seam(self, rows: list[GridRow], first_body: int) -> None:
        """Mends what the page break cut between the last row here and the first of `rows`."""
        above, below = self.rows[-1][1], rows[0][1]
        glue = self._is_cut(rows, first_body)
        merging = self._merging(rows)
        done: set[tuple[int, int]] = set()
        for c, (a, b) in enumerate(zip(above, below, strict=True)):
            if a is b or (id(a), id(b)) in done:
                continue
            done.add((id(a), id(b)))
            tall = c in merging
            if glue:
                same = not (a.text and b.text and _NUMBER.match(b.text) and tall)
            else:
                same = tall and (not a.text or not b.text)
                same |= tall and self._rest_of(c, b, rows, first_body)
            if same:
                if a.text and b.text:
                    a.text = normalise(join_wrapped(a.text, b.text))
                    a.printed = f"{a.printed}\n{b.printed}"
                else:
                    a.text, a.printed = a.text or b.text, a.printed or b.printed
                a.last = b.last or a.last
                for _, row in rows:
                    row[:] = [a if r is b else r for r in row]
        if glue:
            self.seen["glued"] += 1
            del rows[0]

    def _is_cut(self, rows: list[GridRow], first_body: int) -> bool:
        """Whether the first of `rows` is the rest of this table's last row."""
        above, below = self.rows[-1][1], rows[0][1]
        merging = self._merging(rows)
        numbered = self._numbered(rows, first_body)
        own = [c for c in range(len(below)) if c not in merging]
        if not any(below[c].text for c in own):
            return False
        for c in reversed(numbered):
            if c in merging:
                continue
            if below[c].text:
                return not _NUMBER.match(below[c].text)
            # The number column is empty: a new row would have its number.
            return bool(above[c].text)
        # No numbers to go by: cut when a column breaks off in the middle of a sentence.
        empty = [c for c in own if not below[c].text and above[c].text]
        cut = [
            c for c in own if below[c].text and above[c].text and _breaks_off(above[c], below[c])
        ]
        return bool(cut) and (bool(empty) or len(cut) == sum(bool(below[c].text) for c in own))

    def _merging(self, rows: list[GridRow]) -> set[int]:
        """Columns in which cells cover several rows (below the header)."""
        out: set[int] = set()
        for part in (self.rows, rows):
            for (_, one), (_, two) in pairwise(part):
                out |= {c for c, (a, b) in enumerate(zip(one, two, strict=True)) if a is b}
        return out

    def _numbered(self, rows: list[GridRow], first_body: int) -> list[int]:
        """Columns whose cells mostly start with a number, from left to right."""
        out = []
        body = [r for _, r in self.rows[first_body:]] + [r for _, r in rows]
        for c in range(len(self.edges) - 1):
            cells = {id(r[c]): r[c].text for r in body if r[c].text}
            hits = sum(1 for t in cells.values() if _NUMBER.match(t))
            if len(cells) > 1 and hits >= _NUMBERED * len(cells):
                out.append(c)
        return out

    def _rest_of(self, c: int, b: Region, rows: list[GridRow], first_body: int) -> bool:
        """Whether `b` in a numbered column is no cell of its own, as it has no number."""
        return (
            bool(b.text)
            and c in self._numbered(rows, first_body)
            and not _NUMBER.match(b.text)
        )  # fmt: skip

    def table(self, number: int, headings: tuple[str, ...], caption: str) -> Table:
        """The finished table."""
        first: dict[int, tuple[int, int]] = {}
        rows = []
        for i, (page, regions) in enumerate(self.rows):
            cells = []
            for c, region in enumerate(regions):
                origin = first.setdefault(id(region), (i, c))
                cells.append(Cell(region.printed, region.text, origin))
            rows.append(Row(Place(page=page, table=number, row=i + 1), tuple(cells)))
        return Table(Place(page=self.page, table=number), tuple(rows), headings, caption)


def _breaks_off(a: Region, b: Region) -> bool:
    if a.text.endswith(_ENDED) or _NUMBER.match(b.text) or a.last is None:
        return False
    return a.right - a.last.x1 < 2 * a.last.size


def column_edges(part: PdfTable) -> list[float]:
    """Positions of the vertical rules, points, left to right."""
    return _cluster([x for c in part.cells for x in (c.x0, c.x1)])


def _cluster(values: list[float]) -> list[float]:
    out: list[float] = []
    for v in sorted(values):
        if not out or v - out[-1] > _SAME:
            out.append(v)
    return out


def _rows(part: PdfTable, edges: list[float]) -> list[GridRow]:
    tops = _cluster([y for c in part.cells for y in (c.top, c.bottom)])
    gaps = [c.lines[0].x0 - c.x0 for c in part.cells if c.lines]
    gaps += [c.x1 - line.x1 for c in part.cells for line in c.lines]
    pad = max(0.0, min([g for g in gaps if g >= 0], default=0.0))
    height, width = len(tops) - 1, len(edges) - 1
    grid: list[list[Region | None]] = [[None] * width for _ in range(height)]
    for cell in sorted(part.cells, key=lambda c: (c.top, c.x0)):
        printed, text = cell_text(cell, pad)
        last = cell.lines[-1] if cell.lines else None
        region = Region(printed, text, last, cell.x1 - pad)
        for r in range(height):
            y = (tops[r] + tops[r + 1]) / 2
            for c in range(width):
                x = (edges[c] + edges[c + 1]) / 2
                if cell.top <= y <= cell.bottom and cell.x0 <= x <= cell.x1:
                    grid[r][c] = grid[r][c] or region
    return [(part.page, [x or Region("", "") for x in row]) for row in grid]


def _texts(rows: list[GridRow]) -> list[list[str]]:
    return [[r.text for r in row] for _, row in rows]
