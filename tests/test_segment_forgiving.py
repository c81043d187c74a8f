"""Tables as colleges type them: other titles, odd hours, unit titles written once."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest

from align.read import read as read_file
from align.records import Reading, Unit
from align.segment import segment
from tests.segment_kit import codes, line, problem, read, table

TITLE = line("《叉车驾驶实务》课程标准（代码：B120045-2）", level=1)
CONTENT_TITLES = [
    "知识点、技能点", "知识点与技能点", "主要知识点和技能点", "知识与技能", "教学内容与要点",
    "授课内容", "知识技能点", "教学内容及要求", "讲授内容", "知识点/技能点", "主要知识点",
    "知识点及技能点要求", "知识、技能、素养", "应知应会", "教学内容、要求", "主要教学内容描述",
]  # fmt: skip


def docx_file(path: Path, *lines: str, rows: list[list[str]]) -> Reading:
    made = docx.Document()
    for text in lines:
        made.add_paragraph(text)
    target = made.add_table(len(rows), len(rows[0]))
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            target.cell(i, j).text = text
    made.save(str(path))
    return segment(read_file(path, in_child=False))


def csv_file(path: Path, text: str) -> Reading:
    path.write_text(text, encoding="utf-8")
    return segment(read_file(path, in_child=False))


def units(reading: Reading) -> tuple[Unit, ...]:
    (course,) = reading.courses
    return course.units


@pytest.mark.parametrize("title", CONTENT_TITLES)
def test_titles_of_the_content_column(title: str, tmp_path: Path) -> None:
    written = docx_file(
        tmp_path / "甲.docx",
        "《叉车驾驶》课程标准",
        rows=[["项目", "任务", title, "学时"], ["起步", "检查", "油液种类；制动原理", "4"]],
    )
    plain = csv_file(
        tmp_path / "乙.csv",
        f'课程,单元,任务,"{title}",学时\n叉车驾驶,起步,检查,油液种类；制动原理,4\n',
    )
    for reading in (written, plain):
        assert [u.points for u in units(reading)] == [("油液种类", "制动原理")]
        assert not codes(reading, "warning", "error")


@pytest.mark.parametrize("format", ["csv", "docx"])
def test_a_table_without_a_content_column_says_so(format: str, tmp_path: Path) -> None:
    if format == "csv":
        reading = csv_file(
            tmp_path / "甲.csv", "课程,单元,任务,本次课收获,学时\n叉车,起步,检查,油液,4\n"
        )
    else:
        reading = docx_file(
            tmp_path / "甲.docx",
            "《叉车驾驶》课程标准",
            rows=[["单元", "任务", "本次课收获", "学时"], ["起步", "检查", "油液", "4"]],
        )
    said = problem(reading, "no-content-column")
    assert said.severity == "warning"
    assert "单元、任务、本次课收获、学时" in said.message and "认不出“本次课收获”" in said.message
    assert "改名为“教学内容”" in said.message and "任务名称" in said.message
    assert [u.points for u in units(reading)] == [("检查",)]


def test_a_table_of_which_nothing_is_read_names_its_columns_too(tmp_path: Path) -> None:
    reading = csv_file(tmp_path / "甲.csv", "课程,单元,本次课收获,学时\n叉车,起步,油液,4\n")
    assert not reading.courses
    assert "课程、单元、本次课收获、学时" in problem(reading, "no-content-column").message


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("四", (4, None, None)),
        ("十", (10, None, None)),
        ("十二学时", (12, None, None)),
        ("九十九", (99, None, None)),
        ("两课时", (2, None, None)),
        ("二/四", (6, 2, 4)),
        ("四（二）", (4, 2, 2)),
    ],
)
def test_hours_in_chinese_numerals(
    cell: str, meant: tuple[float, float | None, float | None], tmp_path: Path
) -> None:
    plain = csv_file(
        tmp_path / "甲.csv", f"课程,单元,任务,教学内容,学时\n叉车,起步,检查,油液,{cell}\n"
    )
    typed = read(
        TITLE, table([["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", cell]])
    )
    for reading in (plain, typed):
        (unit,) = units(reading)
        assert (unit.hours, unit.theory_hours, unit.practice_hours) == meant
        assert not codes(reading, "warning", "error")


@pytest.mark.parametrize("cell", ["-3", "－3", "4/-2", "待定", "统一安排", "一百"])
def test_hours_that_are_none_are_refused_with_their_place(cell: str, tmp_path: Path) -> None:
    plain = csv_file(
        tmp_path / "甲.csv",
        f"课程,单元,任务,教学内容,学时\n叉车,起步,检查,油液,4\n叉车,起步,直行,方向,{cell}\n",
    )
    rows = [["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", "4"]]
    typed = read(TITLE, table([*rows, ["起步", "直行", "方向", cell]]))
    for reading in (plain, typed):
        assert [u.hours for u in units(reading)] == [4, None]
        said = problem(reading, "hours-unreadable")
        assert said.severity == "warning" and f"“{cell}”" in said.message
    assert problem(plain, "hours-unreadable").place == units(plain)[1].place


@pytest.mark.parametrize("cell", ["4-6", "4～6学时", "4至6", "4—6"])
def test_a_range_of_hours_is_taken_at_its_lower_end_and_said(cell: str) -> None:
    rows = [["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", cell]]
    reading = read(TITLE, table(rows))
    assert [u.hours for u in units(reading)] == [4]
    said = problem(reading, "hours-range")
    assert said.severity == "warning" and f"“{cell}”" in said.message and "4 学时" in said.message
    assert "hours-range" not in codes(read(TITLE, table([*rows[:1], ["甲", "乙", "丙", "4/2"]])))


def test_a_refused_part_makes_no_whole_and_a_column_of_words_is_said() -> None:
    head = ["单元", "任务", "教学内容"]
    split = read(
        TITLE, table([[*head, "理论学时", "实践学时"], ["起步", "检查", "油液", "-2", "4"]])
    )
    (unit,) = units(split)
    assert (unit.hours, unit.theory_hours, unit.practice_hours) == (None, None, 4)
    words = read(TITLE, table([[*head, "学时"], ["起步", "检查", "油液", "待定"]]))
    assert "待定" in problem(words, "hours-unreadable").message
    rows = [[*head, "学时"], ["起步", "检查", "油液", "4"], ["期末考试", "", "", "考试周"]]
    assert "hours-unreadable" not in codes(read(TITLE, table(rows)))


def test_a_plain_table_without_hours_says_so_once(tmp_path: Path) -> None:
    reading = csv_file(
        tmp_path / "甲.csv", "课程,单元,任务,教学内容\n叉车,起步,检查,油液\n仓储,入库,验收,品名\n"
    )
    assert len(reading.courses) == 2
    assert "学时" in problem(reading, "no-hours-column").message
    assert all(u.hours is None for c in reading.courses for u in c.units)


@pytest.mark.parametrize(
    "said",
    [
        "学时：40  学分：2.5  性质：选修",
        "学分：2.5  学时：40  性质：选修",
        "课程性质：选修　总学时：40　学分：2.5",
        "性质：选修；学分：2.5；学时：40学时",
    ],
)
def test_one_line_with_hours_credits_and_nature(said: str, tmp_path: Path) -> None:
    reading = docx_file(
        tmp_path / "甲.docx",
        "《叉车驾驶》课程标准",
        said,
        rows=[["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", "40"]],
    )
    (course,) = reading.courses
    assert (course.hours, course.credits, course.nature) == (40, 2.5, "选修")


TYPED = [["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", "2"],
         ["", "直行", "方向", "2"], ["", "倒车", "后视", "2"], ["装卸", "叉取", "托盘", "2"],
         ["", "码放", "货垛", "2"]]  # fmt: skip
HELD = ["起步", "起步", "起步", "装卸", "装卸"]


@pytest.mark.parametrize("numbered", [False, True])
def test_an_empty_unit_cell_takes_the_title_above_docx(numbered: bool, tmp_path: Path) -> None:
    rows = TYPED
    if numbered:  # 序号 counts the rows, so a new number does not end the unit
        rows = [[n or "序号", *row] for n, row in zip(["", *"12345"], TYPED, strict=True)]
    reading = docx_file(tmp_path / "甲.docx", "《叉车驾驶》课程标准", rows=rows)
    assert [u.section for u in units(reading)] == HELD
    said = problem(reading, "section-carried")
    assert said.severity == "info" and "3 行" in said.message


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_empty_unit_cell_takes_the_title_above_in_plain_tables(
    format: str, tmp_path: Path
) -> None:
    rows = [["课程", *TYPED[0]], *(["叉车", *row] for row in TYPED[1:])]
    rows.append(["仓储", "", "验收", "品名", "2"])  # another course: nothing to take
    path = tmp_path / f"甲.{format}"
    if format == "csv":
        reading = csv_file(path, "".join(",".join(row) + "\n" for row in rows))
    else:
        book = openpyxl.Workbook()
        sheet = book.create_sheet("教学内容", 0)
        for row in rows:
            sheet.append([cell or None for cell in row])
        book.save(path)
        reading = segment(read_file(path, in_child=False))
    forklift, store = reading.courses
    assert [u.section for u in forklift.units] == HELD
    assert [u.section for u in store.units] == [""]
    said = problem(reading, "section-carried")
    assert said.severity == "info" and "《叉车》有 3 行" in said.message
