"""Pdf standards: tables over page breaks, headings, wrapped lines, running lines, contents."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from align.errors import ReadError
from align.read import Limits, read
from align.records import Document, Table
from tests import hostile_files as files

FONTS = Path(__file__).resolve().parent.parent / "align" / "export" / "fonts"
SETUP = """
#set page(width: 400pt, height: {height}pt, margin: (top: 60pt, bottom: 60pt, x: 40pt),
  header: {header}, footer: context align(center, counter(page).display()))
#set text(font: "Noto Sans CJK SC", size: 10pt, lang: "zh", region: "cn")
#set par(first-line-indent: (amount: 2em, all: true), justify: true)
#set table(stroke: 0.5pt)
#show table: set par(first-line-indent: 0pt)
"""


def made(folder: Path, source: str, *, height: int = 400, header: str = "none") -> Document:
    setup = SETUP.replace("{height}", str(height)).replace("{header}", header)
    (folder / "标准.typ").write_text(setup + source, encoding="utf-8")
    data = typst.compile(folder / "标准.typ", font_paths=[FONTS], format="pdf")
    path = folder / "标准.pdf"
    path.write_bytes(data)
    return read(path, in_child=False)


def texts(table: Table) -> list[list[str]]:
    return [[c.text for c in r.cells] for r in table.rows]


HEAD = "table.header([工作领域], [工作任务], [职业技能要求]),"


def test_merged_cells_over_a_page_break(tmp_path: Path) -> None:
    """The merged cell's text stands on one page only; the header is repeated."""
    items = "".join(f"[1.1.{i} 能够按规定完成第{i}类邮件的收寄]," for i in range(1, 13))
    more = "".join(f"[2.1.{i} 能够按规定完成第{i}类邮件的投递]," for i in range(1, 4))
    document = made(
        tmp_path,
        "表1 职业技能等级要求（初级）\n\n"
        f"#table(columns: (70pt, 80pt, 1fr), align: horizon, {HEAD}"
        f"table.cell(rowspan: 12)[1.收寄], table.cell(rowspan: 12)[1.1 普通收寄], {items}"
        f"table.cell(rowspan: 3)[2.投递], table.cell(rowspan: 3)[2.1按址投递], {more})",
        height=300,
    )
    (table,) = document.tables
    rows = texts(table)
    assert rows[0] == ["工作领域", "工作任务", "职业技能要求"]
    assert len(rows) == 1 + 12 + 3
    for i in range(1, 13):
        assert rows[i] == ["1.收寄", "1.1 普通收寄", f"1.1.{i} 能够按规定完成第{i}类邮件的收寄"]
        assert table.rows[i].cells[0].origin == (1, 0)
    for i in range(1, 4):
        wanted = ["2.投递", "2.1按址投递", f"2.1.{i} 能够按规定完成第{i}类邮件的投递"]
        assert rows[12 + i] == wanted
        assert table.rows[12 + i].cells[1].origin == (13, 1)
    assert table.caption == "表1 职业技能等级要求（初级）"
    pages = [r.place.page or 0 for r in table.rows]
    assert pages == sorted(pages)
    assert set(pages) == {1, 2, 3, 4}
    assert {"tables-joined", "headers-dropped"} <= {p.code for p in document.problems}


def test_row_cut_by_the_page_is_glued(tmp_path: Path) -> None:
    """A continuation row has no number of its own, and the header comes between."""
    long = "能够按照作业规范逐项核对" + "交寄物品的名称数量与包装" * 6 + "并在系统中登记"
    document = made(
        tmp_path,
        f"#table(columns: (60pt, 70pt, 1fr), {HEAD}"
        "table.cell(rowspan: 3)[1.收寄], table.cell(rowspan: 3)[1.1 验视],"
        f"[1.1.1 能够识别禁限寄物品], [1.1.2 {long}], [1.1.3 能够加盖验视戳记])",
        height=215,
    )
    (table,) = document.tables
    assert [r[2] for r in texts(table)] == [
        "职业技能要求", "1.1.1 能够识别禁限寄物品", f"1.1.2 {long}", "1.1.3 能够加盖验视戳记",
    ]  # fmt: skip
    assert [r[:2] for r in texts(table)[1:]] == [["1.收寄", "1.1 验视"]] * 3
    assert {"rows-glued"} <= {p.code for p in document.problems}
    assert {r.place.page for r in table.rows} == {1, 2}


def test_row_without_numbers_is_glued_by_its_empty_number_column(tmp_path: Path) -> None:
    long = "掌握快件收寄的流程与要求" * 14
    document = made(
        tmp_path,
        "#table(columns: (40pt, 1fr, 40pt), table.header([序号], [教学内容], [课时]),"
        f"[1], [了解行业概况], [2], [2], [{long}], [4], [3], [会用终端], [2])",
        height=230,
    )
    (table,) = document.tables
    assert texts(table) == [
        ["序号", "教学内容", "课时"],
        ["1", "了解行业概况", "2"],
        ["2", long, "4"],
        ["3", "会用终端", "2"],
    ]
    assert {r.place.page for r in table.rows} == {1, 2}


def test_two_tables_with_a_caption_between_stay_two(tmp_path: Path) -> None:
    table = f"#table(columns: (1fr, 1fr, 2fr), {HEAD} [1.收寄], [1.1 验视], [1.1.1 能够验视])"
    document = made(
        tmp_path,
        f"表1 要求（初级）\n\n{table}\n#pagebreak()\n表2 要求（中级）\n\n{table}",
    )
    first, second = document.tables
    assert (first.caption, second.caption) == ("表1 要求（初级）", "表2 要求（中级）")
    assert (second.place.page, second.place.table) == (2, 2)
    assert texts(first) == texts(second)


def test_continued_caption_joins(tmp_path: Path) -> None:
    def table(n: int) -> str:
        return (
            f"#table(columns: (1fr, 1fr, 2fr), {HEAD} [1.收寄], [1.{n} 验视], [1.{n}.1 能够验视])"
        )

    document = made(tmp_path, f"表1 要求\n\n{table(1)}\n#pagebreak()\n续表1\n\n{table(2)}")
    (joined,) = document.tables
    assert [r[1] for r in texts(joined)] == ["工作任务", "1.1 验视", "1.2 验视"]


def test_two_row_header_and_open_sides(tmp_path: Path) -> None:
    """No outer vertical rules, as official tables are often set."""
    document = made(
        tmp_path,
        "#table(columns: (80pt, 1fr, 40pt, 40pt),"
        "stroke: (x, y) => (left: if x > 0 { 0.5pt }, top: 0.5pt, bottom: 0.5pt),"
        "table.cell(rowspan: 2)[单元], table.cell(rowspan: 2)[任务], table.cell(colspan: 2)[学时],"
        "[理论], [实践], [收寄], [验视], [1], [2], [投递], [派送], [２], [4])",
    )
    (table,) = document.tables
    assert texts(table) == [
        ["单元", "任务", "学时", "学时"], ["单元", "任务", "理论", "实践"],
        ["收寄", "验视", "1", "2"], ["投递", "派送", "2", "4"],
    ]  # fmt: skip
    assert table.rows[1].cells[0].origin == (0, 0)
    assert table.rows[0].cells[3].origin == (0, 2)


def test_lines_in_cells(tmp_path: Path) -> None:
    """Wrapped lines are joined, a break that the writer made stays."""
    wrapped = "能够掌握快件收寄验视封装计费的完整作业流程与质量要求"
    document = made(
        tmp_path,
        f"#table(columns: (120pt, 1fr), [{wrapped}], [①理解制度 \\ ②掌握 Java 的用法 \\ 会操作])",
    )
    assert texts(document.tables[0]) == [[wrapped, "①理解制度\n②掌握 Java 的用法\n会操作"]]


def test_text_headings_and_running_lines(tmp_path: Path) -> None:
    long = "本标准规定了收寄作业的等级、领域、任务以及职业技能要求，适用于培训与考核评价。" * 3
    document = made(
        tmp_path,
        "#set text(size: 10pt)\n"
        '#align(center, text(size: 18pt, weight: "bold")[收寄职业技能等级标准])\n'
        "#align(center)[目#h(2em)次]\n"
        "#par(first-line-indent: 0pt)[1 范围…………………………………………2]\n"
        "#pagebreak()\n"
        '#text(weight: "bold")[1 范围]\n\n'
        f"{long}\n\n第二段从这里开始。\n\n"
        '#text(weight: "bold")[3.1 收寄]\n\n收寄是寄递的第一步。\n#pagebreak()\n末页。',
        header="align(center)[内部资料]",
    )
    assert [p.text for p in document.passages] == [
        "收寄职业技能等级标准", "目次", "1 范围", long, "第二段从这里开始。",
        "3.1 收寄", "收寄是寄递的第一步。", "末页。",
    ]  # fmt: skip
    by_text = {p.text: p for p in document.passages}
    assert by_text["1 范围"].heading_level > by_text["收寄职业技能等级标准"].heading_level > 0
    assert by_text["第二段从这里开始。"].headings[-1] == "1 范围"
    assert by_text[long].place.page == 2
    assert {"running-lines-left-out", "toc-left-out"} == {p.code for p in document.problems}


def test_paragraph_over_a_page_break(tmp_path: Path) -> None:
    long = "快件在收寄环节应当逐件验视并按规定封装，" * 40 + "方可进入下一环节。"
    document = made(tmp_path, long, height=260)
    (passage,) = document.passages
    assert passage.text == long
    assert passage.place.page == 1


def test_justified_spaces_are_closed(tmp_path: Path) -> None:
    document = made(tmp_path, "#table(columns: 2, [软#h(6pt)件#h(6pt)工程], [学习 ＪＡＶＡ])")
    assert texts(document.tables[0]) == [["软件工程", "学习 JAVA"]]


def test_page_limit(tmp_path: Path) -> None:
    path = files.write_pdf(tmp_path / "多页.pdf", [(b"", b"")] * 3)
    with pytest.raises(ReadError, match="3 页"):
        read(path, limits=Limits(pages=2), in_child=False)


def test_picture_page_among_text_pages_is_told(tmp_path: Path) -> None:
    words = b"BT /F1 12 Tf 72 700 Td (Acceptance of parcels and letters) Tj ET"
    picture = b"q 500 0 0 700 40 40 cm BI /W 8 /H 8 /CS /G /BPC 8 ID " + b"\x80" * 64 + b" EI Q"
    path = files.write_pdf(tmp_path / "半扫描.pdf", [(b"", words), (b"", picture)])
    document = read(path, in_child=False)
    assert [(p.code, p.place.page) for p in document.problems] == [("page-without-text", 2)]
