"""目录: a real contents field whose entries are already there when the file is opened.

Word renews the page numbers when it opens the file (they are marked ``dirty``) and the whole
field on request.  Programs that renew neither show the numbers written here, worked out from
the layout (:mod:`align.export.docx_pages`).  LibreOffice works out single page references but
nothing inside a contents field, so the file that becomes a PDF carries the references alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from align.export.docx_parts import NS, W, field

if TYPE_CHECKING:
    from docx.document import Document as Docx

_CODE = ' TOC \\o "1-2" \\h \\z \\u '


def contents(
    document: Docx, place: Any, pages: Mapping[str, int], *, as_field: bool = True
) -> None:
    """Write the contents of the finished document in front of a paragraph.

    Parameters
    ----------
    place : paragraph
        What the entries stand in front of.
    pages : mapping of str to int
        Page by bookmark; an entry without one shows no number.
    as_field : bool
        False writes page references only, for LibreOffice.
    """
    from docx.oxml import parse_xml

    entries = _entries(document)
    for i, (level, words, bookmark) in enumerate(entries):
        paragraph = parse_xml(
            f'<w:p {NS}><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>'
            f'<w:hyperlink w:anchor="{escape(bookmark)}" w:history="1"><w:r><w:rPr>'
            f'<w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{escape(words)}</w:t>'
            "</w:r><w:r><w:tab/></w:r></w:hyperlink></w:p>"
        )
        link = paragraph[-1]
        shown = str(pages.get(bookmark, ""))
        for run in field(f"PAGEREF {bookmark} \\h", shown, dirty=True):
            link.append(run)
        if as_field and i == 0:
            for n, inner in enumerate(
                (
                    '<w:fldChar w:fldCharType="begin"/>',
                    f'<w:instrText xml:space="preserve">{escape(_CODE)}</w:instrText>',
                    '<w:fldChar w:fldCharType="separate"/>',
                ),
                1,
            ):
                paragraph.insert(n, parse_xml(f"<w:r {NS}>{inner}</w:r>"))
        if as_field and i == len(entries) - 1:
            paragraph.append(parse_xml(f'<w:r {NS}><w:fldChar w:fldCharType="end"/></w:r>'))
        place._p.addprevious(paragraph)


def _entries(document: Docx) -> list[tuple[int, str, str]]:
    """(level, words, bookmark) of every heading of the first two levels."""
    found = []
    for paragraph in document.paragraphs:
        style = paragraph.style.name if paragraph.style is not None else ""
        if style in {"Heading 1", "Heading 2"}:
            mark = paragraph._p.find(f"{{{W}}}bookmarkStart")
            found.append((int(style[-1]), paragraph.text, mark.get(f"{{{W}}}name")))
    return found
