"""Course standards as plain tables: the simplest way in (see docs/formats.md)."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import xlsxwriter

from tests.samples.source import SampleCourse

COLUMNS = (
    "课程", "课程代码", "课程性质", "学分", "单元", "任务", "教学内容", "学时", "理论学时",
    "实践学时",
)  # fmt: skip


def rows(course: SampleCourse) -> list[list[str | int]]:
    """The contract's rows, in the order of `COLUMNS`."""
    head = course.head
    return [
        [
            course.name,
            head["code"],
            head["nature"],
            head["credits"],
            unit.section,
            unit.task,
            "；".join(unit.points),
            unit.hours,
            unit.theory,
            unit.practice,
        ]
        for unit in course.units
    ]


def write_csv(course: SampleCourse, path: Path, encoding: str) -> None:
    """A csv as spreadsheet programs save it: CRLF, in ``gbk``, ``utf-8`` or ``utf-8-sig``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(course))
    path.write_bytes(text.getvalue().encode(encoding))


def write_xlsx(course: SampleCourse, path: Path) -> None:
    """A workbook with a styled header row, filters and merged 单元 cells."""
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {
            "title": f"《{course.name}》课程标准",
            "author": "示例职业技术学院",
            "created": datetime.datetime(2024, 3, 1, 9, 0),
        }
    )
    sheet = book.add_worksheet("教学内容")
    common = {"font_name": "宋体", "font_size": 11, "border": 1, "valign": "vcenter"}
    head = book.add_format({**common, "bold": True, "bg_color": "#E7ECF2", "align": "center"})
    middle = book.add_format({**common, "align": "center", "text_wrap": True})
    plain = book.add_format({**common, "text_wrap": True})
    for column, (name, width) in enumerate(
        zip(COLUMNS, [16, 12, 9, 6, 20, 22, 70, 6, 9, 9], strict=True)
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, head)
    for number, row in enumerate(rows(course), start=1):
        sheet.set_row(number, 16 * -(-len(str(row[6])) // 33))  # 33 Chinese characters a line
        for column, value in enumerate(row):
            sheet.write(number, column, value, plain if column in (5, 6) else middle)
    first = 1
    for section, units in course.sections:
        last = first + len(units) - 1
        if last > first:
            sheet.merge_range(first, 4, last, 4, section, middle)
        first = last + 1
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    book.close()


def write_md(course: SampleCourse, path: Path) -> None:
    """A Markdown standard: headings, a list of particulars and one table."""
    head = course.head
    lines = [
        f"# 《{course.name}》课程标准",
        "",
        f"- 课程代码：{head['code']}",
        f"- 课程性质：{head['nature']}",
        f"- 课程类别：{head['kind']}",
        f"- 学分：{head['credits']}",
        f"- 总学时：{head['hours']}（理论 {head['theory_hours']}，实践 {head['practice_hours']}）",
        f"- 开设学期：第{head['semester']}学期",
        f"- 适用专业：{head['major']}",
        "",
        "## 一、课程定位",
        "",
        str(head["positioning"]).strip(),
        "",
        "## 二、课程目标",
        "",
    ]
    for name, key in (("素质", "quality"), ("知识", "knowledge"), ("能力", "ability")):
        lines += [f"### {name}目标", ""]
        lines += [f"{i}. {goal}" for i, goal in enumerate(head[f"goals_{key}"], start=1)]
        lines.append("")
    lines += ["## 三、课程内容", "", "| 单元 | 任务 | 教学内容 | 理论学时 | 实践学时 | 学时 |"]
    lines.append("| --- | --- | --- | ---: | ---: | ---: |")
    for unit in course.units:
        content = "；".join(unit.points).replace("|", "\\|")
        lines.append(
            f"| {unit.section} | {unit.task} | {content} "
            f"| {unit.theory} | {unit.practice} | {unit.hours} |"
        )
    lines += [
        "", "## 四、教学实施", "", head["methods"], "", head["team"], "", head["conditions"], "",
        head["resources"], "", "## 五、考核评价", "", head["assessment"], "",
    ]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8", newline="\n")
