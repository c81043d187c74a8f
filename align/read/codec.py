"""Documents and errors as JSON, the only thing that crosses from child to parent.

JSON and not pickle: a child that a hostile file has taken over could otherwise run code in
the parent.
"""

from __future__ import annotations

import json
from typing import Any

from align import errors
from align.errors import AlignError, ReadError
from align.records import Block, Cell, Document, Passage, Place, Problem, Row, Source, Table

_ERRORS: dict[str, type[AlignError]] = {
    c.__name__: c for c in (errors.ReadError, errors.HostileFileError, errors.AlignError)
}


def dump(result: Document | AlignError, *, retire: bool = False) -> bytes:
    """`result` as bytes; `retire` tells the parent that this child should not be used again."""
    if isinstance(result, AlignError):
        kind = type(result).__name__
        data: dict[str, Any] = {
            "error": [
                kind if kind in _ERRORS else ReadError.__name__,
                *(result.what, result.file, result.place),
                *(result.got, result.expected, result.remedy),
            ]
        }
    else:
        s = result.source
        data = {
            "source": [s.id, s.path, s.sha256, s.format, s.kind, s.title, s.version],
            "blocks": [_block(b) for b in result.blocks],
            "problems": [
                [p.severity, p.code, p.message, p.source, _place(p.place)] for p in result.problems
            ],
        }
    data["retire"] = retire
    # Lone surrogates can come out of damaged files; they must not break the pipe.
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def load(data: bytes) -> tuple[Document | AlignError, bool]:
    """What `dump` was given."""
    d = json.loads(data)
    retire = bool(d["retire"])
    if "error" in d:
        kind, what, file, place, got, expected, remedy = d["error"]
        return _ERRORS[kind](
            what, file=file, place=place, got=got, expected=expected, remedy=remedy
        ), retire  # fmt: skip
    source_id, path, sha256, format_, kind, title, version = d["source"]
    source = Source(source_id, path, sha256, format_, kind, title, version)
    problems = tuple(
        Problem(severity, code, message, file, _load_place(place))
        for severity, code, message, file, place in d["problems"]
    )
    return Document(source, tuple(_load_block(b) for b in d["blocks"]), problems), retire


def _place(p: Place) -> list[Any]:
    return [p.page, p.sheet, p.table, p.row, p.paragraph, p.line]


def _load_place(p: list[Any]) -> Place:
    return Place(*p)


def _block(b: Block) -> list[Any]:
    if isinstance(b, Passage):
        return ["p", _place(b.place), b.printed, b.text, b.headings, b.heading_level, b.number]
    rows = [
        [_place(r.place), [[c.printed, c.text, *c.origin] for c in _own(r, i)], _origins(r)]
        for i, r in enumerate(b.rows)
    ]
    return ["t", _place(b.place), rows, b.headings, b.caption]


def _own(row: Row, i: int) -> list[Cell]:
    """Cells that start in this row: a merged region's text is sent once."""
    return [c for j, c in enumerate(row.cells) if c.origin == (i, j)]


def _origins(row: Row) -> list[list[int]]:
    return [list(c.origin) for c in row.cells]


def _load_block(b: list[Any]) -> Block:
    if b[0] == "p":
        _, place, printed, text, headings, level, number = b
        return Passage(_load_place(place), printed, text, tuple(headings), level, number)
    _, place, rows, headings, caption = b
    known: dict[tuple[int, int], Cell] = {}
    out = []
    for row_place, own, origins in rows:
        for printed, text, r, c in own:
            known[r, c] = Cell(printed, text, (r, c))
        out.append(Row(_load_place(row_place), tuple(known[r, c] for r, c in origins)))
    return Table(_load_place(place), tuple(out), tuple(headings), caption)
