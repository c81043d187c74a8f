"""Workbooks, delimited text and Markdown: values as shown, places as counted by a person."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from align.errors import ReadError
from align.read import Limits, read, supported_suffixes
from align.records import Document, Passage, Table
from tests import hostile_files as files


def texts(table: Table) -> list[list[str]]:
    return [[c.text for c in r.cells] for r in table.rows]


def write(path: Path, data: bytes) -> Document:
    path.write_bytes(data)
    return read(path, in_child=False)


def test_workbook_with_merges_and_gaps(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "教学内容"
    sheet["B2"] = "《收寄实务》教学内容"
    sheet.merge_cells("B2:D2")
    for c, head in enumerate(["单元", "任务", "学时"], start=2):
        sheet.cell(4, c, head)
    sheet["B5"] = "收寄"
    sheet.merge_cells("B5:B6")
    sheet["C5"], sheet["D5"] = "验视", 2
    sheet["C6"], sheet["D6"] = "封装", 4.0
    sheet["C7"], sheet["D7"] = "占比", 0.25
    sheet["D7"].number_format = "0%"
    sheet["C8"], sheet["D8"] = "日期", datetime.date(2024, 3, 1)
    second = book.create_sheet("权重")
    second["A1"] = "初级"
    book.create_sheet("空表")
    book.save(tmp_path / "课程.xlsx")
    document = read(tmp_path / "课程.xlsx", in_child=False)
    one, two = document.tables
    assert texts(one) == [
        ["《收寄实务》教学内容"] * 3,
        ["单元", "任务", "学时"],
        ["收寄", "验视", "2"],
        ["收寄", "封装", "4"],
        ["", "占比", "25%"],
        ["", "日期", "2024-03-01"],
    ]
    assert one.rows[3].cells[0].origin == (2, 0)
    assert one.rows[0].cells[2].origin == (0, 0)
    assert str(one.rows[2].place) == "工作表“教学内容” 第5行"
    assert (two.place.sheet, two.place.table) == ("权重", 2)
    assert document.problems == ()


def test_hidden_sheets_and_rows_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "课程", "藏"
    sheet.row_dimensions[2].hidden = True
    hidden = book.create_sheet("旧版")
    hidden["A1"] = "旧"
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "藏.xlsx")
    document = read(tmp_path / "藏.xlsx", in_child=False)
    assert [texts(t) for t in document.tables] == [[["课程"], ["藏"]], [["旧"]]]
    assert [(p.code, p.place.sheet) for p in document.problems] == [
        ("hidden-rows", "Sheet"),
        ("hidden-sheet", "旧版"),
    ]


def test_formula_without_value_names_the_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B1"] = "合计", "=1+1"
    book.save(tmp_path / "公式.xlsx")
    document = read(tmp_path / "公式.xlsx", in_child=False)
    (problem,) = document.problems
    assert problem.code == "formula-without-value"
    assert problem.severity == "warning"
    assert "B1" in problem.message


def test_workbook_limits_are_those_of_content(tmp_path: Path) -> None:
    """Styled but empty rows cost nothing; full ones count."""
    rows = "".join(f'<row r="{i}"><c r="A{i}" s="0"/></row>' for i in range(1, 400))
    full = f'<row r="400">{files.cell("A400", "末")}</row>'
    path = files.write_xlsx(tmp_path / "样式.xlsx", rows + full)
    document = read(path, limits=Limits(rows=10), in_child=False)
    assert document.tables[0].rows[0].place.row == 400
    path = files.write_xlsx(
        tmp_path / "满.xlsx",
        "".join(f'<row r="{i}">{files.cell(f"A{i}", "x")}</row>' for i in range(1, 12)),
    )
    with pytest.raises(ReadError, match="不超过 10 行"):
        read(path, limits=Limits(rows=10), in_child=False)


def test_csv_quotes_lines_and_widths(tmp_path: Path) -> None:
    data = '课程,教学内容,学时\r\n快递,"收寄,\r\n验视",２\r\n\r\n快递,投递\r\n快递,派送,2,多\r\n'
    document = write(tmp_path / "课程.csv", data.encode("utf-8-sig"))
    (table,) = document.tables
    assert texts(table) == [
        ["课程", "教学内容", "学时", ""],
        ["快递", "收寄，\n验视", "2", ""],
        ["快递", "投递", "", ""],
        ["快递", "派送", "2", "多"],
    ]
    assert [r.place.line for r in table.rows] == [1, 2, 5, 6]
    assert [(p.code, p.place.line) for p in document.problems] == [("ragged-rows", 6)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-be"]
)
def test_encodings(tmp_path: Path, encoding: str) -> None:
    document = write(tmp_path / "码.csv", "课程,内容\n快递,镕\n".encode(encoding))
    assert texts(document.tables[0]) == [["课程", "内容"], ["快递", "镕"]]


@pytest.mark.parametrize(("name", "sign"), [("a.tsv", "\t"), ("a.csv", ";"), ("b.csv", "\t")])
def test_delimiter_by_counting(tmp_path: Path, name: str, sign: str) -> None:
    lines = [sign.join(["课程", "内容"]), sign.join(["快递", "收寄，验视，封装"])]
    document = write(tmp_path / name, "\n".join(lines).encode())
    assert texts(document.tables[0]) == [["课程", "内容"], ["快递", "收寄，验视，封装"]]


def test_lost_quote_is_named_with_its_line(tmp_path: Path) -> None:
    text = '课程,内容\n快递,派送\n快递,"收寄\n' + "快递,投递\n" * 100
    with pytest.raises(ReadError, match=r"第3行.*引号"):
        write(tmp_path / "引号.csv", text.encode())


def test_markdown(tmp_path: Path) -> None:
    text = (
        "# 《收寄实务》课程标准\n\n<!-- 备课：\n不读 -->\n"
        "课程代码：A080313-4，\n64学时\n\n## 教学内容\n\n表1 内容\n\n"
        "| 单元 | 要点 |\n|:--|:-:|\n| **收寄** | 验视<br>封装 |\n| 投递 | a \\| b |\n\n"
        "- 了解制度\n- 掌握操作\n"
    )
    document = write(tmp_path / "课程.md", text.encode())
    assert [(p.text, p.heading_level, p.place.line) for p in document.passages] == [
        ("《收寄实务》课程标准", 1, 1),
        ("课程代码：A080313-4，64学时", 0, 5),
        ("教学内容", 2, 8),
        ("表1 内容", 0, 10),
        ("了解制度", 0, 17),
        ("掌握操作", 0, 18),
    ]
    (table,) = document.tables
    assert texts(table) == [["单元", "要点"], ["收寄", "验视\n封装"], ["投递", "a | b"]]
    assert table.caption == "表1 内容"
    assert table.headings == ("《收寄实务》课程标准", "教学内容")
    assert [r.place.line for r in table.rows] == [12, 14, 15]
    assert "不读" not in str(document.blocks)


def test_plain_text_is_read_by_its_numbers(tmp_path: Path) -> None:
    document = write(tmp_path / "标准.txt", "一、范围\n本标准适用于收寄。\n".encode("gbk"))
    assert [b.heading_level for b in document.blocks if isinstance(b, Passage)] == [1, 0]
    assert document.passages[1].headings == ("一、范围",)


def test_supported_suffixes() -> None:
    assert {".docx", ".pdf", ".xlsx", ".csv", ".tsv", ".md"} <= set(supported_suffixes())
