"""A table that goes on elsewhere becomes one table again."""

from __future__ import annotations

from dataclasses import replace

from align.records import Cell, Row, Table

_MOST_HEADER_ROWS = 3  # two-row headers are common in course standards; three were seen once


def header_rows(first: list[list[str]], second: list[list[str]]) -> int:
    """How many rows at the start of `second` repeat the start of `first` (0..3).

    Spaces do not count: the same header is justified differently on another page.
    """
    n = 0
    for a, b in zip(first[:_MOST_HEADER_ROWS], second, strict=False):
        if [_bare(x) for x in a] != [_bare(x) for x in b] or not any(a):
            break
        n += 1
    return n


def _bare(text: str) -> str:
    return "".join(text.split())


def continues(table: Table, more: Table) -> Table | None:
    """`table` with the rows of `more` behind it, its repeated header dropped.

    Returns None when the two differ in width.
    """
    if table.width != more.width:
        return None
    texts = [[c.text for c in r.cells] for r in table.rows[:_MOST_HEADER_ROWS]]
    skip = header_rows(texts, [[c.text for c in r.cells] for r in more.rows])
    shift = len(table.rows) - skip
    rows = list(table.rows)
    for row in more.rows[skip:]:
        cells = tuple(
            Cell(c.printed, c.text, (max(c.origin[0], skip) + shift, c.origin[1]))
            for c in row.cells
        )
        rows.append(Row(row.place, cells))
    return replace(table, rows=tuple(rows))
