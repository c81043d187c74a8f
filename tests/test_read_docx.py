"""Word documents: merged cells, automatic numbers, headings, content controls, tracked changes."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from align.errors import ReadError
from align.read import Limits, read
from align.records import Document, Table
from tests import hostile_files as files

W = nsdecls("w")


def texts(table: Table) -> list[list[str]]:
    return [[c.text for c in r.cells] for r in table.rows]


def saved(document: docx.document.Document, folder: Path) -> Document:
    path = folder / "课程标准.docx"
    document.save(str(path))
    return read(path, in_child=False)


def body(folder: Path, xml: str) -> Document:
    path = files.write_docx(folder / "片段.docx", files.document_xml(xml))
    return read(path, in_child=False)


def tc(text: str, props: str = "") -> str:
    return f"<w:tc><w:tcPr>{props}</w:tcPr>{files.paragraph(text)}</w:tc>"


def test_merged_cells_are_spelt_out(tmp_path: Path) -> None:
    """Two-row header, 项目 over several rows, hours split in three."""
    document = docx.Document()
    document.add_paragraph("表2 课程内容与要求")
    t = document.add_table(rows=5, cols=5)
    for c, head in enumerate(["项目（单元）", "任务", "参考学时"]):
        t.cell(0, c).text = head
    t.cell(0, 2).merge(t.cell(0, 4))
    t.cell(0, 0).merge(t.cell(1, 0))
    t.cell(0, 1).merge(t.cell(1, 1))
    for c, head in enumerate(["理论", "实践", "合计"], start=2):
        t.cell(1, c).text = head
    t.cell(2, 0).merge(t.cell(3, 0)).text = "项目一 揽收"
    for r, row in enumerate([["验视", "1", "1", "2"], ["封装", "0", "2", "2"]], start=2):
        for c, x in enumerate(row, start=1):
            t.cell(r, c).text = x
    t.cell(4, 0).merge(t.cell(4, 1)).text = "学时总计"
    t.cell(4, 4).text = "4"
    (table,) = saved(document, tmp_path).tables
    assert texts(table) == [
        ["项目（单元）", "任务", "参考学时", "参考学时", "参考学时"],
        ["项目（单元）", "任务", "理论", "实践", "合计"],
        ["项目一 揽收", "验视", "1", "1", "2"],
        ["项目一 揽收", "封装", "0", "2", "2"],
        ["学时总计", "学时总计", "", "", "4"],
    ]
    assert table.rows[0].cells[4].origin == (0, 2)
    assert table.rows[1].cells[0].origin == (0, 0)
    assert table.rows[3].cells[0].origin == (2, 0)
    assert table.rows[4].cells[1].origin == (4, 0)
    assert table.rows[3].cells[1].origin == (3, 1)
    assert table.caption == "表2 课程内容与要求"
    assert str(table.rows[3].place) == "表1 第4行"


def test_rows_of_different_length_get_one_width(tmp_path: Path) -> None:
    rows = (
        f"<w:tr>{tc('甲')}{tc('乙')}{tc('丙')}</w:tr>"
        f"<w:tr>{tc('短')}</w:tr>"
        f'<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr>{tc("后")}{tc("尾")}</w:tr>'
    )
    (table,) = body(tmp_path, f"<w:tbl>{rows}</w:tbl>").tables
    assert texts(table) == [["甲", "乙", "丙"], ["短", "", ""], ["", "后", "尾"]]


def test_automatic_numbers_in_text_and_in_cells(tmp_path: Path) -> None:
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{fmt}"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, (fmt, pattern) in enumerate(
            [("chineseCounting", "%1、"), ("decimal", "%2."), ("decimalEnclosedCircle", "%3")]
        )
    )
    decimal = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        f'<w:lvlText w:val="{pattern}"/></w:lvl>'
        for i, pattern in enumerate(["%1", "%1.%2", "%1.%2.%3"])
    )
    for key, body_ in ((90, levels), (91, decimal)):
        abstract = f'<w:abstractNum {W} w:abstractNumId="{key}">{body_}</w:abstractNum>'
        numbering.insert(0, parse_xml(abstract))
        num = f'<w:num {W} w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>'
        numbering.append(parse_xml(num))

    def number(paragraph: Paragraph, num: int, level: int) -> None:
        props = paragraph._p.get_or_add_pPr()
        xml = f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
        props.append(parse_xml(xml))

    for text, level in [
        ("定位", 0),
        ("素质", 1),
        ("知识", 1),
        ("概念", 2),
        ("内容", 0),
        ("要点", 1),
    ]:
        number(document.add_paragraph(text), 90, level)
    t = document.add_table(rows=3, cols=2)
    for r, level in enumerate([0, 1, 2]):
        number(t.cell(r, 0).paragraphs[0], 91, level)
        t.cell(r, 0).paragraphs[0].add_run("能验视" if r else "")
        t.cell(r, 1).text = f"第{r}行"
    number(t.cell(2, 1).add_paragraph("能复核"), 91, 2)
    read_back = saved(document, tmp_path)
    assert [(p.number, p.text) for p in read_back.passages] == [
        ("一、", "定位"),
        ("1.", "素质"),
        ("2.", "知识"),
        ("①", "概念"),
        ("二、", "内容"),
        ("1.", "要点"),
    ]
    assert texts(read_back.tables[0]) == [
        ["1", "第0行"],
        ["1.1 能验视", "第1行"],
        ["1.1.1 能验视", "第2行\n1.1.2 能复核"],
    ]


def test_heading_paths(tmp_path: Path) -> None:
    """Stated levels and typed numbers mix; a new course title ends the sections before it."""
    document = docx.Document()
    document.add_heading("附件1 课程标准", 1)
    for course in ("《收寄实务》课程标准", "《投递实务》课程标准"):
        document.add_heading(course, 2)
        document.add_paragraph("一、课程定位").runs[0].bold = True
        document.add_paragraph("本课程是专业核心课。")
        document.add_paragraph("二、课程内容").runs[0].bold = True
        document.add_paragraph("（一）内容设计").runs[0].bold = True
        document.add_table(rows=1, cols=2).cell(0, 0).text = "内容"
    read_back = saved(document, tmp_path)
    first, second = read_back.tables
    assert first.headings == (
        "附件1 课程标准", "《收寄实务》课程标准", "二、课程内容", "（一）内容设计",
    )  # fmt: skip
    assert second.headings[1:] == ("《投递实务》课程标准", "二、课程内容", "（一）内容设计")
    text = next(p for p in read_back.passages if p.text.startswith("本课程"))
    assert text.heading_level == 0
    assert text.headings == ("附件1 课程标准", "《收寄实务》课程标准", "一、课程定位")
    levels = [p.heading_level for p in read_back.passages if p.heading_level]
    assert levels == [1, 2, 3, 3, 4, 2, 3, 3, 4]


def test_unstyled_title_and_list_items(tmp_path: Path) -> None:
    document = docx.Document()
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run("《收寄实务》课程标准")
    run.bold, run.font.size = True, Pt(18)
    document.add_paragraph("1.了解收寄的基本流程；")
    document.add_paragraph("2.掌握验视制度。")
    passages = saved(document, tmp_path).passages
    assert [p.heading_level for p in passages] == [1, 0, 0]
    assert passages[2].headings == ("《收寄实务》课程标准",)


def test_content_controls_text_boxes_and_changes(tmp_path: Path) -> None:
    box = (
        "<w:r><mc:AlternateContent "
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"<mc:Choice><w:drawing><w:txbxContent>{files.paragraph('文本框里的话')}"
        "</w:txbxContent></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><w:txbxContent>{files.paragraph('文本框里的话')}"
        "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    xml = (
        f"<w:sdt><w:sdtPr/><w:sdtContent>{files.paragraph('控件里的段落')}</w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>课时</w:t></w:r>"
        "<w:del><w:r><w:delText>48</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>64</w:t></w:r></w:ins></w:p>"
        f"<w:p><w:r><w:t>框前</w:t></w:r>{box}</w:p>"
        "<w:tbl><w:tr><w:sdt><w:sdtContent>"
        f"{tc('控件里的格')}</w:sdtContent></w:sdt>{tc('格')}</w:tr>"
        f"<w:tr><w:trPr><w:del/></w:trPr>{tc('删')}{tc('去')}</w:tr></w:tbl>"
    )
    document = body(tmp_path, xml)
    assert [p.text for p in document.passages] == [
        "控件里的段落", "课时64", "框前", "文本框里的话",
    ]  # fmt: skip
    assert texts(document.tables[0]) == [["控件里的格", "格"]]
    assert {p.code for p in document.problems} == {"deletions-left-out", "insertions-kept"}


def test_line_breaks_in_cells_stay(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "掌 握 验视\n会用终端"
    cell.add_paragraph("①理解  制度")
    (table,) = saved(document, tmp_path).tables
    assert table.rows[0].cells[0].text == "掌握验视\n会用终端\n①理解 制度"
    assert table.rows[0].cells[0].printed == "掌 握 验视\n会用终端\n①理解  制度"


def test_checkboxes_of_symbol_fonts(tmp_path: Path) -> None:
    xml = (
        '<w:p><w:r><w:rPr><w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/></w:rPr>'
        "<w:t>R</w:t></w:r><w:r><w:t>必修 </w:t></w:r>"
        '<w:r><w:rPr><w:rFonts w:ascii="Wingdings 2" w:hAnsi="Wingdings 2"/></w:rPr>'
        "<w:t>£</w:t></w:r><w:r><w:t>选修 </w:t></w:r>"
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r><w:r><w:t>考试</w:t></w:r></w:p>'
        f"{files.paragraph('R 考查 £ 考试')}"
    )
    boxes, plain = body(tmp_path, xml).passages
    assert boxes.text == "☑必修 ☐选修 ☑考试"
    assert boxes.printed.startswith("R必修 £选修")
    assert plain.text == "R 考查 £ 考试"


def test_nested_tables(tmp_path: Path) -> None:
    grid = f"<w:tbl><w:tr>{tc('任务')}{tc('学时')}</w:tr><w:tr>{tc('验视')}{tc('2')}</w:tr></w:tbl>"
    layout = f"<w:tbl><w:tr>{tc('只为排版')}</w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{files.paragraph('外')}{grid}{layout}<w:p/></w:tc></w:tr></w:tbl>"
    frame, inner = body(tmp_path, outer).tables
    assert texts(frame) == [["外\n只为排版"]]
    assert texts(inner) == [["任务", "学时"], ["验视", "2"]]
    assert (frame.place.table, inner.place.table) == (1, 2)


def test_continued_table_is_one(tmp_path: Path) -> None:
    head = f"<w:tr>{tc('序号')}{tc('内容')}</w:tr>"
    xml = (
        f"{files.paragraph('表1 内容')}<w:tbl>{head}<w:tr>{tc('1')}{tc('收寄')}</w:tr></w:tbl>"
        f"{files.paragraph('续表1')}<w:tbl>{head}<w:tr>{tc('2')}{tc('投递')}</w:tr></w:tbl>"
    )
    (table,) = body(tmp_path, xml).tables
    assert texts(table) == [["序号", "内容"], ["1", "收寄"], ["2", "投递"]]
    assert table.rows[2].cells[0].origin == (2, 0)


def test_contents_pages_and_hidden_text(tmp_path: Path) -> None:
    xml = (
        files.paragraph("一、课程定位………………3")
        + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r></w:p>"
        + files.paragraph("正文")
    )
    document = body(tmp_path, xml)
    assert [p.text for p in document.passages] == ["正文"]
    assert {p.code for p in document.problems} == {"toc-left-out", "hidden-text"}


def test_cell_limit(tmp_path: Path) -> None:
    xml = "<w:tbl>" + f"<w:tr>{tc('x') * 10}</w:tr>" * 20 + "</w:tbl>"
    path = files.write_docx(tmp_path / "大表.docx", files.document_xml(xml))
    with pytest.raises(ReadError, match="不超过 100 个"):
        read(path, limits=Limits(cells=100), in_child=False)


def test_strict_office_namespace(tmp_path: Path) -> None:
    xml = files.document_xml(files.paragraph("严格格式")).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )
    document = read(files.write_docx(tmp_path / "strict.docx", xml), in_child=False)
    assert document.passages[0].text == "严格格式"


def test_same_bytes_same_document(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("同一内容")
    one = saved(document, tmp_path)
    assert one == read(tmp_path / "课程标准.docx", in_child=False)
    assert one.source.id == one.source.sha256[:16]
    assert one.passages[0].place.paragraph == 1
