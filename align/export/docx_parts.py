"""The building blocks of an official Chinese document: page, fonts, headings, tables, fields.

Figures are those of the usual layout of official documents (GB/T 9704—2012 and the colleges'
templates): A4, margins 37/35/28/26 mm, 小标宋 22 pt title, 仿宋 16 pt text, line pitch 28 pt.
"""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from align.export.words import clean

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.section import Section

FANGSONG, HEITI, KAITI, BIAOSONG, LATIN = (
    "仿宋", "黑体", "楷体", "方正小标宋简体", "Times New Roman",
)  # fmt: skip
# What a reader's machine may have instead; Word looks through these names in order.
_FALLBACKS = {
    FANGSONG: "FangSong,仿宋_GB2312,STFangsong",
    HEITI: "SimHei,STHeiti",
    KAITI: "KaiTi,楷体_GB2312,STKaiti",
    BIAOSONG: "华文中宋,STZhongsong,宋体",
}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_EPOCH = datetime(2000, 1, 1)  # no clock in a result: equal runs give equal files
_ZIP_DATE = (2000, 1, 1, 0, 0, 0)
NS = f'xmlns:w="{W}"'

PORTRAIT_MM = 210 - 28 - 26
LANDSCAPE_MM = 297 - 35 - 35
LANDSCAPE_HEIGHT_MM = 210 - 28 - 26

TABLE, SMALL, HEAD, CAPTION = "AlignTable", "AlignSmall", "AlignHead", "AlignTableTitle"


def new_document(title: str, mark: str) -> Docx:
    """An empty A4 document with the styles, the mark as header and page numbers as footer."""
    import docx

    document = docx.Document()
    _set_defaults(document)
    styles = (
        ("Normal", FANGSONG, 16, False),
        ("Title", BIAOSONG, 22, False),
        ("Heading 1", HEITI, 16, False),
        ("Heading 2", KAITI, 16, False),
        ("Heading 3", FANGSONG, 16, True),
    )
    for name, font, size, bold in styles:
        _style(document, name, font, size, bold)
    _paragraph_shapes(document)
    section = document.sections[0]
    page(section, landscape=False)
    _header_and_footer(section, mark)
    properties = document.core_properties
    properties.title, properties.subject, properties.author = clean(title), clean(mark), "align"
    properties.last_modified_by, properties.comments, properties.revision = "align", "", 1
    properties.created = properties.modified = _EPOCH
    return document


def _set_defaults(document: Docx) -> None:
    from docx.oxml.ns import qn

    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for name in [a for a in fonts.attrib if a.endswith("Theme")]:
            del fonts.attrib[name]  # a theme font would win over the font named here
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")


def _style(document: Docx, name: str, font: str, size: float, bold: bool) -> Any:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    styles = document.styles
    if name not in styles:
        # The names of contents entries are Word's own: it gives new entries these styles.
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc "))
    style: Any = styles[name]
    style.element.set(
        qn("w:styleId"),
        name.upper().replace(" ", "") if name.startswith("toc ") else style.style_id,
    )
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), bold
    style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:cs"), LATIN)
    return style


def _paragraph_shapes(document: Docx) -> None:
    from docx.enum.text import (
        WD_ALIGN_PARAGRAPH,
        WD_LINE_SPACING,
        WD_TAB_ALIGNMENT,
        WD_TAB_LEADER,
    )
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        shape = document.styles[name].paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(28)
        shape.widow_control = True
        shape.keep_with_next = name.startswith("Heading")
    title = document.styles["Title"]
    title.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    border = title.element.get_or_add_pPr().find(qn("w:pBdr"))
    if border is not None:
        title.element.pPr.remove(border)
    for name, font, size, pitch, centred in (
        (TABLE, FANGSONG, 10.5, 14, False),
        (SMALL, FANGSONG, 9, 12, False),
        (HEAD, HEITI, 10.5, 14, True),
        ("AlignCaption", HEITI, 12, 22, True),
        (CAPTION, HEITI, 12, 24, True),
        ("AlignContentsTitle", HEITI, 16, 36, True),
        ("AlignNote", FANGSONG, 12, 20, False),
        ("AlignPicture", FANGSONG, 10.5, 0, True),
        ("toc 1", FANGSONG, 14, 26, False),
        ("toc 2", FANGSONG, 14, 26, False),
    ):
        style = _style(document, name, font, size, False)
        style.base_style = None
        shape = style.paragraph_format
        shape.space_before = shape.space_after = Pt(0)
        if pitch:
            shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
        else:  # an exact pitch would cut a picture down to one line
            shape.line_spacing = 1.0
        if centred:
            shape.alignment = WD_ALIGN_PARAGRAPH.CENTER
        shape.keep_with_next = name == CAPTION
    for name in ("AlignNote", "AlignPicture"):
        document.styles[name].paragraph_format.space_before = Pt(6)
    document.styles["toc 2"].paragraph_format.left_indent = Pt(28)  # two characters
    for name in ("toc 1", "toc 2"):
        document.styles[name].paragraph_format.tab_stops.add_tab_stop(
            Mm(PORTRAIT_MM), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )


def page(section: Section, *, landscape: bool) -> None:
    """A4 with the margins of an official document; lying, the text area stays as wide as it can."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm

    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        margins = (28, 26, 35, 35)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        margins = (37, 35, 28, 26)
    section.top_margin, section.bottom_margin = Mm(margins[0]), Mm(margins[1])
    section.left_margin, section.right_margin = Mm(margins[2]), Mm(margins[3])
    section.header_distance, section.footer_distance = Mm(15), Mm(15)


def _header_and_footer(section: Section, mark: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    header, footer = section.header.paragraphs[0], section.footer.paragraphs[0]
    for paragraph in (header, footer):
        paragraph.style = TABLE
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = header.add_run(clean(mark))
    _colour(run, "C00000")
    footer.add_run("— ")
    for part in field("PAGE", "1"):
        footer._p.append(part)
    footer.add_run(" —")


def _colour(run: Any, rgb: str) -> None:
    from docx.shared import RGBColor

    run.font.color.rgb = RGBColor.from_string(rgb)


def field(code: str, shown: str, *, dirty: bool = False) -> list[Any]:
    """The runs of a complex field, ``shown`` standing until a program works it out."""
    from docx.oxml import parse_xml

    stale = ' w:dirty="true"' if dirty else ""
    return [
        parse_xml(f'<w:r {NS}><w:fldChar w:fldCharType="begin"{stale}/></w:r>'),
        parse_xml(f'<w:r {NS}><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'),
        parse_xml(f'<w:r {NS}><w:fldChar w:fldCharType="separate"/></w:r>'),
        parse_xml(f"<w:r {NS}><w:t>{escape(shown)}</w:t></w:r>"),
        parse_xml(f'<w:r {NS}><w:fldChar w:fldCharType="end"/></w:r>'),
    ]


def new_section(document: Docx, *, landscape: bool) -> Section:
    """Go on, on a new page lying or standing; header and footer go on too."""
    from docx.enum.section import WD_SECTION

    section: Section = document.add_section(WD_SECTION.NEW_PAGE)
    section.different_first_page_header_footer = False
    page(section, landscape=landscape)
    return section


def text(document: Docx, words: str, style: str = "Normal", *, indent: bool = True) -> Any:
    """A paragraph; body text starts two characters in."""
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph(clean(words), style=style)
    _as_chinese(paragraph)
    if indent and style == "Normal":
        spacing = paragraph._p.get_or_add_pPr().get_or_add_ind()
        spacing.set(qn("w:firstLineChars"), "200")
        spacing.set(qn("w:firstLine"), "640")  # for programs that do not know …Chars
    return paragraph


def _as_chinese(paragraph: Any) -> None:
    # Quotation marks and dashes are shared with Latin; the hint makes them full-width here.
    from docx.oxml.ns import qn

    for run in paragraph.runs:
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")


def heading(document: Docx, words: str, level: int, bookmark: str = "") -> Any:
    """A numbered heading with a bookmark, so that the contents lead to it; the paragraph."""
    from docx.oxml import parse_xml

    paragraph = document.add_paragraph(clean(words), style=f"Heading {level}")
    _as_chinese(paragraph)
    number = sum(1 for _ in document.element.body.iter(f"{{{W}}}bookmarkStart")) + 1
    name = escape(bookmark or f"_Toc{number:08d}")
    start = f'<w:bookmarkStart {NS} w:id="{number}" w:name="{name}"/>'
    paragraph._p.insert(1, parse_xml(start))
    paragraph._p.append(parse_xml(f'<w:bookmarkEnd {NS} w:id="{number}"/>'))
    return paragraph


def picture(
    document: Docx, png: bytes, size: tuple[float, float], box_mm: tuple[float, float], words: str
) -> None:
    """A picture as large as fits into the box, with words for those who cannot see it.

    Parameters
    ----------
    size : (float, float)
        Width and height in any unit.
    box_mm : (float, float)
        The most it may take.
    """
    from docx.shared import Mm

    # 0.26 mm is a point of the drawing at 96 dpi: larger than that, words look swollen.
    scale = min(box_mm[0] / size[0], box_mm[1] / size[1], 0.265)
    paragraph = document.add_paragraph(style="AlignPicture")
    shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(size[0] * scale))
    properties = shape._inline.docPr
    properties.set("descr", clean(words))
    properties.set("title", clean(words))


def document_bytes(document: Docx) -> bytes:
    """The finished file; the same for the same content."""
    _name_fallback_fonts(document)
    package = document.part.package
    for key in [k for k, rel in package.rels.items() if rel.reltype.endswith("/thumbnail")]:
        del package.rels[key]  # the template's own, of an empty page
    raw = io.BytesIO()
    document.save(raw)
    return same_zip(raw.getvalue())


def same_zip(package: bytes) -> bytes:
    """The package with fixed dates and attributes: equal parts give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            entry = zipfile.ZipInfo(info.filename, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # not the machine's own: the same file on Windows and Linux
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(info), compresslevel=6)
    return out.getvalue()


def _name_fallback_fonts(document: Docx) -> None:
    """Say in the font table what to take where a font of official documents is missing."""
    fonts = next(
        (p for p in document.part.package.iter_parts() if p.partname == "/word/fontTable.xml"), None
    )
    if fonts is None:
        return
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/>'
        '<w:charset w:val="86"/><w:family w:val="auto"/><w:pitch w:val="default"/></w:font>'
        for name, others in _FALLBACKS.items()
    )
    blob = fonts.blob.decode("utf-8").replace("</w:fonts>", entries + "</w:fonts>")
    fonts._blob = blob.encode("utf-8")  # python-docx offers no other way to a plain part
