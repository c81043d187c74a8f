"""Word documents as Chinese colleges lay them out: small tools over python-docx."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
from docx.document import Document as Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

SONG, HEI, FANG, KAI = "宋体", "黑体", "仿宋", "楷体"
FIXED = datetime.datetime(2024, 3, 1, 9, 0, tzinfo=datetime.UTC)
# A cell: one paragraph, or several.
Text = str | Sequence[str]
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column


def page_break(document: Document) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def new(header: str = "") -> Document:
    """An A4 document with Chinese fonts, a running head and page numbers."""
    document = docx.Document()
    normal = document.styles["Normal"]
    normal.font.size = Pt(12)
    normal.font.name = "Times New Roman"
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), SONG)
    for level, (size, font) in enumerate([(16, HEI), (14, HEI), (12, HEI)], start=1):
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.bold = Pt(size), False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            del fonts.attrib[key]
        fonts.set(qn("w:ascii"), "Times New Roman")
        fonts.set(qn("w:hAnsi"), "Times New Roman")
        fonts.set(qn("w:eastAsia"), font)
        style.paragraph_format.space_before = Pt(12 if level == 1 else 6)
        style.paragraph_format.space_after = Pt(6)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    if header:
        head = section.header.paragraphs[0]
        head.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run(head, header, size=9)
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field(foot, "PAGE")
    return document


def run(
    paragraph: Paragraph, text: str, *, size: float = 12, font: str = SONG, bold: bool = False
) -> Run:
    """Text with its own Chinese font and size (points)."""
    made = paragraph.add_run(text)
    made.font.size, made.font.bold = Pt(size), bold or None
    made.font.name = "Times New Roman"
    made.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return made


def field(paragraph: Paragraph, code: str) -> None:
    """A Word field such as the page number."""
    made = run(paragraph, "", size=9)
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        made._r.append(mark)
        if kind == "begin":
            instruction = OxmlElement("w:instrText")
            instruction.text = code
            made._r.append(instruction)


def title(document: Document, text: str, *, size: float = 22, after: float = 12) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(after)
    run(paragraph, text, size=size, font=HEI)


def line(document: Document, text: str, *, size: float = 12, font: str = SONG) -> None:
    """A centred line under a title."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run(paragraph, text, size=size, font=font)


def body(document: Document, text: str, *, font: str = SONG) -> None:
    """A paragraph of running text, first line indented by two characters."""
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.first_line_indent = Pt(24)
    paragraph.paragraph_format.line_spacing = 1.5
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    run(paragraph, text, font=font)


def caption(document: Document, text: str) -> None:
    """A table's caption, kept with the table."""
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.paragraph_format.keep_with_next = True
    run(paragraph, text, size=10.5, font=HEI)


def landscape(document: Document, *, back: bool = False) -> None:
    """Starts a section lying on its side; ``back`` returns to upright pages."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.PORTRAIT if back else WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width


def table(
    document: Document,
    header: Sequence[Sequence[Text]],
    rows: Sequence[Sequence[Text]],
    widths: Sequence[float],
    *,
    merges: Sequence[Merge] = (),
    centred: Sequence[int] = (),
    size: float = 10.5,
) -> Table:
    """A ruled table; header rows repeat on every page.

    Parameters
    ----------
    widths : sequence of float
        Column widths in centimetres.
    merges : sequence of Merge
        Regions to merge, counted from 0 over header and body; only the text of a region's
        top left cell is written.
    centred : sequence of int
        Columns whose body text is centred.
    """
    grid = [*header, *rows]
    made: Table = document.add_table(rows=len(grid), cols=len(widths))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    hidden: set[tuple[int, int]] = set()
    cells = [list(row.cells) for row in made.rows]
    for r0, c0, r1, c1 in merges:
        cells[r0][c0].merge(cells[r1][c1])
        hidden |= {(r, c) for r in range(r0, r1 + 1) for c in range(c0, c1 + 1)} - {(r0, c0)}
    for r, (row, texts) in enumerate(zip(made.rows, grid, strict=True)):
        head = r < len(header)
        _row_marks(row, repeat=head)
        for c, text in enumerate(texts):
            if (r, c) in hidden:
                continue
            cell = cells[r][c]
            cell.width = Cm(widths[c])
            fill(cell, text, size=size, bold=head, centred=head or c in centred)
    return made


def fill(
    cell: _Cell, text: Text, *, size: float = 10.5, bold: bool = False, centred: bool = False
) -> list[Paragraph]:
    """Writes one paragraph or several into an empty cell."""
    texts = [text] if isinstance(text, str) else list(text)
    paragraphs = [cell.paragraphs[0], *(cell.add_paragraph() for _ in texts[1:])]
    for paragraph, part in zip(paragraphs, texts, strict=True):
        paragraph.paragraph_format.space_after = Pt(0)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run(paragraph, part, size=size, bold=bold)
    if centred:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    if bold:
        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), "E7ECF2")
        cell._tc.get_or_add_tcPr().append(shade)
    return paragraphs


def _row_marks(row: _Row, *, repeat: bool) -> None:
    properties = row._tr.get_or_add_trPr()
    names = ["w:cantSplit", "w:tblHeader"] if repeat else ["w:cantSplit"]
    for name in names:
        properties.append(OxmlElement(name))


def box(checked: bool) -> str:
    return "☑" if checked else "□"


def save(document: Document, path: Path, heading: str) -> None:
    """Writes the document with fixed dates, so that the same content is the same bytes."""
    properties = document.core_properties
    properties.title, properties.author = heading, "示例职业技术学院"
    properties.last_modified_by, properties.comments = "", ""
    properties.created = properties.modified = FIXED.replace(tzinfo=None)
    properties.revision = 1
    raw = io.BytesIO()
    document.save(raw)
    path.write_bytes(repack(raw.getvalue()))


def repack(data: bytes) -> bytes:
    """The same zip archive with every entry dated 1980-01-01."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new_zip,
    ):
        for entry in old.infolist():
            fixed = zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            fixed.compress_type = zipfile.ZIP_DEFLATED
            new_zip.writestr(fixed, old.read(entry))
    return out.getvalue()


def heading(document: Document, text: str, level: int = 1) -> None:
    document.add_heading(text, level)
