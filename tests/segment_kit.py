"""Small documents for the tests of `align.segment`, written by hand."""

from __future__ import annotations

from collections.abc import Sequence

from align.records import (
    Block,
    Cell,
    Document,
    Passage,
    Place,
    Problem,
    Reading,
    Row,
    Source,
    Table,
)
from align.segment import segment


def line(text: str, *, level: int = 0, number: str = "") -> Passage:
    """A paragraph, or a heading of the given level."""
    return Passage(Place(paragraph=1), text, text, heading_level=level, number=number)


def table(rows: Sequence[Sequence[str]], *, caption: str = "", page: int | None = None) -> Table:
    """A table; ``^`` continues the cell above and ``<`` the cell to the left (merged cells)."""
    made: list[Row] = []
    for i, texts in enumerate(rows):
        cells: list[Cell] = []
        for j, text in enumerate(texts):
            if text == "^":
                cells.append(made[i - 1].cells[j])
            elif text == "<":
                cells.append(cells[j - 1])
            else:
                cells.append(Cell(text, text, (i, j)))
        made.append(Row(Place(page=page, table=1, row=i + 1), tuple(cells)))
    return Table(Place(page=page, table=1), tuple(made), caption=caption)


def document(*blocks: Block, path: str = "样本.docx", format: str = "docx") -> Document:
    """A document of the given blocks."""
    return Document(Source("0" * 16, path, "0" * 64, format), tuple(blocks))


def read(*blocks: Block, path: str = "样本.docx", format: str = "docx") -> Reading:
    """What `segment` makes of a document of the given blocks."""
    return segment(document(*blocks, path=path, format=format))


def codes(reading: Reading, *severities: str) -> list[str]:
    """The codes of a reading's problems, of the given severities (all, if none is given)."""
    return [p.code for p in reading.problems if not severities or p.severity in severities]


def problem(reading: Reading, code: str) -> Problem:
    """The one problem with this code."""
    (found,) = [p for p in reading.problems if p.code == code]
    return found
