"""One page of a pdf: text lines outside tables, and tables with the lines in their cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from align.read.docx_text import symbol
from align.read.normalise import join_wrapped, normalise
from align.read.outline import number_rank
from align.read.pdf_rules import missing_rules

# Gaps between two characters that count as a space, in ems.  Between Latin letters a word
# space is 0.25 em; between Chinese and Latin, Word itself adds up to 0.25 em that no person
# typed; the typed space is 0.5 em in Chinese fonts.
_GAP_LATIN, _GAP_MIXED, _GAP_HAN = 0.18, 0.35, 0.4
_WRAP_SLACK = 0.6  # ems by which a wrapped line may miss the right edge
_CLOSING = "，。、；：？！）》”’】〉,.;:?!)"
_STRONG_MARK = re.compile(
    r"[①-⑳]|[（(]\d{1,2}[)）]|\d{1,2}[)）、]|\d{1,2}\.\d{1,2}\.\d{1,2}|[●■◆•·▪]|\[\d{1,3}\]"
)
_BULLETS = "●■◆•▪○"


@dataclass(slots=True)
class PdfLine:
    """One printed line: text, box (points, from the top left), type size, weight."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    head_width: float  # of its first word, which decides where the line before could break


@dataclass(slots=True)
class PdfCell:
    """A cell of a ruled table, merged cells being one."""

    x0: float
    top: float
    x1: float
    bottom: float
    lines: list[PdfLine] = field(default_factory=list)


@dataclass(slots=True)
class PdfTable:
    """The part of a table that lies on one page."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    cells: list[PdfCell]


@dataclass(slots=True)
class PdfPage:
    """What was found on a page."""

    number: int
    width: float
    height: float
    lines: list[PdfLine]
    tables: list[PdfTable]
    chars: int
    unmapped: int  # characters whose font has no way back to text
    images: int


def read_page(page: Any, number: int) -> PdfPage:
    """Reads one pdfplumber page."""
    chars = page.dedupe_chars(tolerance=1).chars
    shown = [c for c in chars if c["upright"] and 0 <= c["x0"] <= page.width]
    unmapped = sum(1 for c in shown if c["text"].startswith("(cid:"))
    tables = []
    for found in page.find_tables(_settings(page)):
        cells = [PdfCell(*box) for box in found.cells]
        if len(cells) > 1:
            x0, top, x1, bottom = found.bbox
            tables.append(PdfTable(number, x0, top, x1, bottom, cells))
    outside = _share_out(shown, tables)
    return PdfPage(
        number=number,
        width=float(page.width),
        height=float(page.height),
        lines=to_lines(outside),
        tables=tables,
        chars=sum(1 for c in shown if c["text"].strip()),
        unmapped=unmapped,
        images=len(page.images),
    )


def _settings(page: Any) -> dict[str, Any]:
    vertical, horizontal = missing_rules(page.edges)
    settings: dict[str, Any] = {"snap_tolerance": 3, "join_tolerance": 3}
    if vertical:
        settings["explicit_vertical_lines"] = vertical
    if horizontal:
        settings["explicit_horizontal_lines"] = horizontal
    return settings


def _share_out(chars: list[dict[str, Any]], tables: list[PdfTable]) -> list[dict[str, Any]]:
    """Puts every character into the cell it lies in; returns those outside all tables."""
    outside: list[dict[str, Any]] = []
    inside: dict[int, list[dict[str, Any]]] = {}
    cells = [c for t in tables for c in t.cells]
    for char in chars:
        x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        for table in tables:
            if table.x0 - 1 <= x <= table.x1 + 1 and table.top - 1 <= y <= table.bottom + 1:
                for cell in table.cells:
                    if cell.x0 <= x <= cell.x1 and cell.top <= y <= cell.bottom:
                        inside.setdefault(id(cell), []).append(char)
                        break
                else:
                    outside.append(char)
                break
        else:
            outside.append(char)
    for cell in cells:
        cell.lines = to_lines(inside.get(id(cell), []))
    return outside


def to_lines(chars: list[dict[str, Any]]) -> list[PdfLine]:
    """Characters on one base line become a line, from top to bottom."""
    rows: list[list[dict[str, Any]]] = []
    middle = 0.0
    for c in sorted(chars, key=lambda c: ((c["top"] + c["bottom"]) / 2, c["x0"])):
        y = (c["top"] + c["bottom"]) / 2
        if rows and abs(y - middle) <= 0.45 * max(c["size"], 4):
            rows[-1].append(c)
        else:
            rows.append([c])
            middle = y
    lines = (_line(sorted(row, key=lambda c: (c["x0"], c["x1"]))) for row in rows)
    return [line for line in lines if line is not None]


def _line(row: list[dict[str, Any]]) -> PdfLine | None:
    seen = [c for c in row if c["text"].strip()]
    if not seen:
        return None
    text = ""
    head_end: float | None = None
    last: dict[str, Any] | None = None
    for c in row:
        piece = symbol(c["text"], _font(c)) if len(c["text"]) == 1 else c["text"]
        if last is not None and text.strip() and not text[-1].isspace() and piece.strip():
            gap = (c["x0"] - last["x1"]) / max(c["size"], 1)
            if gap > _gap(last["text"][-1], piece[0]):
                text += " "
            if head_end is None and _breakable(last["text"][-1], piece[0], gap):
                head_end = last["x1"]
        if piece.strip():
            last = c
        elif head_end is None and last is not None:
            head_end = last["x1"]
        text += piece
    x0, x1 = seen[0]["x0"], seen[-1]["x1"]
    return PdfLine(
        text=text.strip(),
        x0=x0,
        x1=x1,
        top=min(c["top"] for c in seen),
        bottom=max(c["bottom"] for c in seen),
        size=median(c["size"] for c in seen),
        bold=all(_is_bold(c["fontname"]) for c in seen),
        head_width=(head_end if head_end is not None else x1) - x0,
    )


def _font(c: dict[str, Any]) -> str:
    name = str(c["fontname"]).rpartition("+")[2].lower().replace("-", " ")
    if "wingdings" not in name:
        return ""
    return "wingdings 2" if "2" in name else "wingdings"


def _is_bold(font: str) -> bool:
    name = font.rpartition("+")[2].lower()
    return any(w in name for w in ("bold", "black", "heavy", "simhei", "heiti", "黑体"))


def _gap(a: str, b: str) -> float:
    if a < "\u2e80" and b < "\u2e80":
        return _GAP_LATIN
    return _GAP_MIXED if a < "\u2e80" or b < "\u2e80" else _GAP_HAN


def _breakable(a: str, b: str, gap: float) -> bool:
    """Whether a line may break between two characters: not inside Latin words, and not
    before closing marks."""
    if b in _CLOSING:
        return False
    return not (a < "\u2e80" and b < "\u2e80" and gap <= _GAP_LATIN)


def cell_text(cell: PdfCell, pad: float) -> tuple[str, str]:
    """(printed, text) of a cell.

    Parameters
    ----------
    cell : PdfCell
        With its lines.
    pad : float
        Space between rule and text in this table, points.

    Returns
    -------
    printed : str
        One line per printed line.
    text : str
        Wrapped lines joined; a line break only where the writer made one: the next word
        would still have fitted on the line, or the next line starts with a list mark.
    """
    printed = "\n".join(line.text for line in cell.lines)
    text = ""
    for before, line in zip([None, *cell.lines], cell.lines, strict=False):
        if before is None:
            text = line.text
        elif wraps(before, line, cell.x0 + pad, cell.x1 - pad):
            text = join_wrapped(text, line.text)
        else:
            text += "\n" + line.text
    return printed, normalise(text)


def wraps(before: PdfLine, line: PdfLine, left: float, right: float) -> bool:
    """Whether `line` only continues `before` because that one was full.

    `left` and `right` bound the room for text, points.
    """
    room = right - before.x1
    indent = before.x0 - left
    if indent > 3 and abs(indent - room) < 4:
        room += indent  # centred
    full = room < line.head_width + _WRAP_SLACK * before.size
    if not full or line.text[0] in _BULLETS:
        return False
    ended = before.text.rstrip().endswith(("。", "；", ";"))
    if _STRONG_MARK.match(line.text):
        return False
    return not (ended and number_rank(line.text))
