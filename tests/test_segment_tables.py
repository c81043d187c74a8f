"""The plain table is a contract: its columns, names and numbers come back as they were given."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from align.read import read as read_file
from align.records import Reading
from align.segment import segment
from tests.segment_kit import codes, problem, read, table


def written(path: Path, text: str) -> Reading:
    path.write_text(text, encoding="utf-8")
    return segment(read_file(path, in_child=False))


def test_chinese_course_columns(tmp_path: Path) -> None:
    reading = written(
        tmp_path / "物流.csv",
        "编号,课程,课程代码,课程性质,学分,单元,任务,教学内容,学时,理论学时,实践学时\n"
        "C-01,叉车驾驶,B1,必修,2,起步,检查,了解油液；能试制动,4,2,2\n"
        "C-02,叉车驾驶,,,,起步,直行,方向修正,4,0,4\n"
        "K-01,仓储管理,B2,选修,3,入库,验收,核对品名,2,2,0\n",
    )
    forklift, store = reading.courses
    assert [u.id for u in (*forklift.units, *store.units)] == ["C-01", "C-02", "K-01"]
    assert (forklift.id, forklift.code, forklift.nature, forklift.credits) == (
        "叉车驾驶", "B1", "必修", 2,
    )  # fmt: skip
    assert (forklift.hours, forklift.theory_hours, forklift.practice_hours) == (8, 2, 6)
    assert forklift.units[0].points == ("了解油液", "能试制动")
    assert not codes(reading, "warning", "error")


@pytest.mark.parametrize("suffix", ["csv", "tsv", "md", "xlsx"])
def test_english_course_columns_in_every_format(tmp_path: Path, suffix: str) -> None:
    rows = [
        ["id", "course", "unit", "task", "content", "hours"],
        ["Forklift#1", "Forklift", "Start", "Check", "oil；brakes", "4"],
    ]
    path = tmp_path / f"courses.{suffix}"
    if suffix == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.create_sheet("课程", 0)
        for row in rows:
            sheet.append(row)
        book.save(path)
        reading = segment(read_file(path, in_child=False))
    elif suffix == "md":
        marks = [rows[0], ["---"] * 6, rows[1]]
        reading = written(path, "\n".join(f"| {' | '.join(r)} |" for r in marks) + "\n")
    else:
        sep = "," if suffix == "csv" else "\t"
        reading = written(path, "\n".join(sep.join(r) for r in rows) + "\n")
    (course,) = reading.courses
    (unit,) = course.units
    assert (unit.id, unit.section, unit.task, unit.points, unit.hours) == (
        "Forklift#1", "Start", "Check", ("oil", "brakes"), 4,
    )  # fmt: skip


def test_names_that_are_missing_are_the_files_stem(tmp_path: Path) -> None:
    courses = written(
        tmp_path / "叉车驾驶.csv", "编号,单元,任务,教学内容,学时\n1-1,起步,检查,油液,2\n"
    )
    assert [(c.name, c.units[0].id) for c in courses.courses] == [("叉车驾驶", "1-1")]
    certificate = written(
        tmp_path / "叉车工.csv", "等级,工作任务,职业技能要求\n初级,检查,能查油液\n"
    )
    assert [c.name for c in certificate.certificates] == ["叉车工"]


def test_chinese_certificate_columns(tmp_path: Path) -> None:
    reading = written(
        tmp_path / "x.csv",
        "证书,标准代码,版本,等级,工作领域,工作任务,编号,职业技能要求,权重\n"
        "叉车操作,530099,1.0,初级,1 作业,1.1 检查,1.1.1,能查油液,40%\n"
        "叉车操作,530099,1.0,初级,1 作业,1.1 检查,1.1.2,能试制动,60%\n"
        "叉车操作,530099,1.0,中级,1 作业,1.1 检查,1.1.1,能排除故障,100%\n",
    )
    (found,) = reading.certificates
    assert (found.id, found.name, found.code, found.version) == (
        "530099", "叉车操作", "530099", "1.0",
    )  # fmt: skip
    assert [(c.id, c.number, c.weight) for c in found.competencies] == [
        ("初级-1.1.1", "1.1.1", 0.4), ("初级-1.1.2", "1.1.2", 0.6), ("中级-1.1.1", "1.1.1", 1.0),
    ]  # fmt: skip
    # Number and title stay apart, as in every other format.
    assert {(c.area, c.task) for c in found.competencies} == {("1 作业", "1.1 检查")}
    assert not codes(reading, "warning", "error")


def test_english_certificate_columns_keep_their_ids(tmp_path: Path) -> None:
    reading = written(
        tmp_path / "forklift.tsv",
        "id\tlevel\tarea\ttask\ttext\n初级-1.1.1\t初级\t1 作业\t1.1 检查\t能查油液\n"
        "X7\t高级\t1 作业\t1.1 检查\t能制定方案\n",
    )
    (found,) = reading.certificates
    assert [(c.id, c.number, c.depth) for c in found.competencies] == [
        ("初级-1.1.1", "1.1.1", 3), ("X7", "X7", 4),
    ]  # fmt: skip
    assert found.levels == ("初级", "高级")


@pytest.mark.parametrize("cells", [["0.25", "0.75"], ["25", "75"], ["25%", "75％"]])
def test_weights_as_share_or_per_cent(cells: list[str]) -> None:
    rows = [["等级", "工作任务", "编号", "职业技能要求", "权重"]]
    rows += [["初级", "检查", f"1.1.{n}", f"能做{n}", w] for n, w in enumerate(cells, 1)]
    (found,) = read(table(rows), path="甲.csv", format="csv").certificates
    assert [c.weight for c in found.competencies] == [0.25, 0.75]


def test_an_id_given_twice_stays_findable_and_is_reported() -> None:
    rows = [
        ["编号", "课程", "任务", "教学内容"],
        ["7", "甲", "检查", "油液"],
        ["7", "甲", "直行", "方向"],
    ]
    reading = read(table(rows), path="甲.csv", format="csv")
    assert [u.id for u in reading.courses[0].units] == ["7", "7(2)"]
    assert problem(reading, "id-twice").place.row == 3


def test_rows_that_say_nothing_are_kept_and_named() -> None:
    rows = [
        ["课程", "单元", "任务", "教学内容", "学时"],
        ["甲", "起步", "", "", "2"],
        ["甲", "起步", "检查", "油液", "2"],
    ]
    reading = read(table(rows), path="甲.csv", format="csv")
    assert len(reading.courses[0].units) == 1
    assert problem(reading, "row-without-content").place.row == 2
    assert len(reading.unplaced) == 1
