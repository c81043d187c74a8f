"""On which page each heading of a finished document stands, worked out from its layout.

All lines of the plan have an exact pitch and all tables fixed widths, so its pages can be counted
without a word processor: text is broken by the widths of its characters, rows stay whole, and
what is kept with the next stays with it.  Word renews the numbers when it opens the file; other
programs show these, which agree with LibreOffice's to a page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from align.export.docx_parts import W

if TYPE_CHECKING:
    from docx.document import Document as Docx

_Q = f"{{{W}}}"
_TWIP, _EMU = 20.0, 12700.0
# Widths of Times New Roman in thousandths of its size; any other Latin character 0.5.
_TIMES = {
    **dict.fromkeys(" .,", 250), **dict.fromkeys("ijlt/:;\\", 278),
    **dict.fromkeys("fr-()[]I!", 333), **dict.fromkeys("acez", 444),
    **dict.fromkeys("sJ", 389), **dict.fromkeys("FPS", 556),
    **dict.fromkeys("=+<>", 564), **dict.fromkeys("ELTZ", 611), **dict.fromkeys("BCR", 667),
    **dict.fromkeys("ADGHKNOQUVXYw", 722), **dict.fromkeys("mM&", 778), "M": 889, "W": 944,
    "%": 833, "@": 921, "'": 180, '"': 408,
}  # fmt: skip
# These do not begin a line; they hang over its end instead.
_HANGING = set("，。、；：！？）》”’」』】〕,.;:!?)]")
_BETWEEN = 0.25  # of the size, between Chinese and Latin
_BORDER = 0.5
_CELL_PADDING_X = 7.0  # 70 twips left and right, see docx_grid
_CELL_PADDING_Y = 5.7


@dataclass(slots=True)
class _Block:
    """Something that stays whole: a paragraph, a row, a picture."""

    height: float
    keep: bool = False  # on the page of the next
    new_page: bool = False
    new_section: float = 0.0  # height of the pages from here on
    header: float = 0.0  # of the table it is a row of
    lines: int = 1
    marks: list[str] = field(default_factory=list)


def pages_of(document: Docx) -> dict[str, int]:
    """Page (from 1) by bookmark; the contents themselves take the one page left for them."""
    blocks = list(_blocks(document))
    found: dict[str, int] = {}
    page, y, room = 1, 0.0, _room(document.sections[0])
    i = 0
    while i < len(blocks):
        first = blocks[i]
        if first.new_section:
            room = first.new_section
        if (first.new_page or first.new_section) and i:
            page, y = page + 1, 0.0
        chain = [first]
        while chain[-1].keep and i + len(chain) < len(blocks) and len(chain) < 60:
            after = blocks[i + len(chain)]
            if after.new_page or after.new_section:
                break
            chain.append(after)
        height = sum(b.height for b in chain)
        if y > 0 and y + height > room and height <= room:
            page, y = page + 1, chain[0].header
        for mark in first.marks:
            found[mark] = page
        if y > 0 and first.lines == 1 and y + first.height > room:
            page, y = page + 1, first.header
            found.update(dict.fromkeys(first.marks, page))
        y += first.height
        while y > room and first.lines > 1:  # a paragraph flows on
            page, y = page + 1, y - room
        i += 1
    return found


def _room(section: Any) -> float:
    height = section.page_height - section.top_margin - section.bottom_margin
    return float(height) / _EMU


def _blocks(document: Docx) -> Iterator[_Block]:
    sections = list(document.sections)
    at = 0
    styles = _styles(document)
    starts = False
    for element in document.element.body:
        block: _Block
        width = _width(sections[at])
        if element.tag == _Q + "p":
            block = _paragraph(element, styles, width)
            if starts:
                block.new_section, starts = _room(sections[at]), False
            ends = element.find(f"{_Q}pPr/{_Q}sectPr") is not None
            if ends:
                at, starts = at + 1, True
                if not "".join(element.itertext()).strip():
                    continue  # the empty paragraph that carries a section's end
            yield block
        elif element.tag == _Q + "tbl":
            for block in _table(element, styles):
                if starts:
                    block.new_section, starts = _room(sections[at]), False
                yield block


def _width(section: Any) -> float:
    return float(section.page_width - section.left_margin - section.right_margin) / _EMU


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    pitch: float
    before: float
    keep: bool
    bold: bool


def _styles(document: Docx) -> dict[str, _Style]:
    found = {}
    for style in document.styles:
        shape = getattr(style, "paragraph_format", None)
        if shape is None or style.font.size is None:
            continue
        pitch = shape.line_spacing
        found[style.style_id] = _Style(
            style.font.size.pt,
            float(pitch.pt) if hasattr(pitch, "pt") else 0.0,
            float(shape.space_before.pt) if shape.space_before is not None else 0.0,
            bool(shape.keep_with_next),
            bool(style.font.bold),
        )
    return found


def _paragraph(p: Any, styles: dict[str, _Style], width: float) -> _Block:
    named = p.find(f"{_Q}pPr/{_Q}pStyle")
    style = styles.get(named.get(_Q + "val") if named is not None else "Normal") or styles["Normal"]
    indent = p.find(f"{_Q}pPr/{_Q}ind")
    first = float(indent.get(_Q + "firstLine", 0)) / _TWIP if indent is not None else 0.0
    words = "".join(t.text or "" for t in p.iter(_Q + "t"))
    lines = _lines(words, style.size, width, first)
    height = lines * (style.pitch or style.size * 1.3)
    for extent in p.iter(
        "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
    ):
        height = float(extent.get("cy")) / _EMU + 2
        lines = 1
    before = p.find(f"{_Q}pPr/{_Q}pageBreakBefore") is not None
    keep = style.keep or p.find(f"{_Q}pPr/{_Q}keepNext") is not None
    marks = [m.get(_Q + "name") for m in p.iter(_Q + "bookmarkStart")]
    return _Block(height + style.before, keep, before, marks=marks, lines=lines)


def _table(tbl: Any, styles: dict[str, _Style]) -> Iterator[_Block]:
    header = 0.0
    for row in tbl.iter(_Q + "tr"):
        height, keep = 0.0, False
        for cell in row.iter(_Q + "tc"):
            width = float(cell.find(f"{_Q}tcPr/{_Q}tcW").get(_Q + "w")) / _TWIP - _CELL_PADDING_X
            inner = [_paragraph(p, styles, width) for p in cell.iter(_Q + "p")]
            height = max(height, sum(b.height for b in inner))
            keep = keep or any(b.keep for b in inner)
        least = row.find(f"{_Q}trPr/{_Q}trHeight")
        height += _CELL_PADDING_Y
        if least is not None:
            height = max(height, float(least.get(_Q + "val")) / _TWIP)
        height += _BORDER
        is_header = row.find(f"{_Q}trPr/{_Q}tblHeader") is not None
        yield _Block(height, keep or is_header, header=0.0 if is_header else header)
        if is_header:
            header = height


def _lines(words: str, size: float, width: float, first: float) -> int:
    """Lines that a paragraph takes."""
    lines, x = 1, first
    for token, natural, hangs in _tokens(words):
        taken = natural * size
        if x + taken > width + 0.01 and x > 0 and not hangs:
            lines, x = lines + 1, 0.0
            if token == " ":
                continue
        while taken > width:  # a word longer than a line is broken
            lines, taken = lines + 1, taken - width
        x += taken
    return lines


@lru_cache(maxsize=20_000)
def _tokens(words: str) -> Sequence[tuple[str, float, bool]]:
    """(text, width in sizes, may hang over the end) of what cannot be broken."""
    found: list[tuple[str, float, bool]] = []
    run, run_width, last_wide = "", 0.0, None
    for c in words:
        wide = unicodedata.east_asian_width(c) in "WFA"
        gap = _BETWEEN if last_wide is not None and wide != last_wide and c.isalnum() else 0.0
        last_wide = wide
        if wide or c == " ":
            if run:
                found.append((run, run_width, False))
                run, run_width = "", 0.0
            found.append((c, gap + (1.0 if wide else 0.25), c in _HANGING))
        else:
            run += c
            run_width += gap + _TIMES.get(c, 500) / 1000
            if c in "-/":
                found.append((run, run_width, False))
                run, run_width = "", 0.0
    if run:
        found.append((run, run_width, False))
    return tuple(found)
