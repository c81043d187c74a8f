"""Course standards as they really come: every content row a unit, nothing lost in silence."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest

from align.read import read as read_file
from align.records import Course, Reading
from align.segment import segment
from tests.segment_kit import codes, line, problem, read, table

TITLE = line("《叉车驾驶实务》课程标准（代码：B120045-2）", level=1)
A = ["序号", "学习情境", "教学任务", "教学内容与教学要求", "教学活动设计建议", "参考课时"]


def only(reading: Reading) -> Course:
    (found,) = reading.courses
    return found


def test_template_a_gives_units_points_and_the_title_line() -> None:
    reading = read(
        TITLE,
        line("（三）参考学分 学时"),
        line("2学分  32学时"),
        table([A, ["1", "情境1\n起步", "任务1 检查",
                   "1.了解油液种类\n2.掌握制动试验；会填检查表", "讲授", "4"],
               ["^", "^", "任务2 起步", "①能平稳起步②能直线行驶", "演示", "6"]]),
    )  # fmt: skip
    course = only(reading)
    assert (course.name, course.code, course.credits, course.hours) == (
        "叉车驾驶实务", "B120045-2", 2, 32,
    )  # fmt: skip
    assert [(u.id, u.section, u.task, u.hours, u.depth) for u in course.units] == [
        ("叉车驾驶实务#1", "情境1 起步", "任务1 检查", 4, 3),
        ("叉车驾驶实务#2", "情境1 起步", "任务2 起步", 6, 3),
    ]
    assert [u.points for u in course.units] == [
        ("了解油液种类", "掌握制动试验", "会填检查表"),
        ("能平稳起步", "能直线行驶"),
    ]
    assert course.units[0].printed == "1.了解油液种类\n2.掌握制动试验；会填检查表"
    assert "教学活动设计建议" in problem(reading, "columns-unused").message


@pytest.mark.parametrize(
    "section", ["项目", "模块名称", "教学项目", "学习情境", "教学情境", "单元", "项目（单元）"]
)
@pytest.mark.parametrize("hours", ["课时", "学时", "参考学时", "学时分配"])
def test_the_words_of_the_header_vary(section: str, hours: str) -> None:
    rows = [
        ["序号", section, "子模块", "教学内容（要点）", hours],
        ["1", "起步", "检查", "油液种类", "4"],
    ]
    (unit,) = only(read(TITLE, table(rows))).units
    assert (unit.section, unit.task, unit.points, unit.hours) == ("起步", "检查", ("油液种类",), 4)


def test_two_row_header_with_split_hours_and_footer_rows() -> None:
    reading = read(
        TITLE,
        table(
            [
                [
                    "项目（单元）",
                    "学习成果",
                    "任务（节）",
                    "知识内容与要求",
                    "技能内容与要求",
                    "素质（思政）",
                    "参考学时",
                    "<",
                    "<",
                ],
                ["^", "^", "^", "^", "^", "^", "理论", "实践", "合计"],
                [
                    "项目一 起步",
                    "检查单",
                    "检查",
                    "油液种类",
                    "能查油液",
                    "爱岗敬业",
                    "2",
                    "2",
                    "4",
                ],
                ["总结与复习", "<", "<", "<", "<", "<", "", "", "2"],
                ["期末考试", "<", "<", "<", "<", "<", "2", "", "2"],
                ["学时总计", "<", "<", "<", "<", "<", "4", "2", "8"],
            ]
        ),
    )
    (unit,) = only(reading).units
    assert (unit.theory_hours, unit.practice_hours, unit.hours) == (2, 2, 4)
    assert unit.points == ("油液种类", "能查油液")
    assert [p.text for p in reading.aside] == ["爱岗敬业"]
    said = problem(reading, "footer-rows").message
    assert "总结与复习" in said and "期末考试" in said and "学时总计" in said


@pytest.mark.parametrize(
    ("title", "cells", "meant"),
    [
        ("学时", ["2/4", "4/4"], [(6, 2, 4), (8, 4, 4)]),
        ("学时（理论/实践）", ["2/2", "4/2"], [(4, 2, 2), (6, 4, 2)]),
        ("学时（实践）", ["4（2）", "6（6）"], [(4, 2, 2), (6, 0, 6)]),
        ("学时", ["4（2）", "6（8）"], [(6, 4, 2), (14, 6, 8)]),
        ("学时", ["4", "8学时"], [(4, None, None), (8, None, None)]),
    ],
)
def test_pairs_of_hours(
    title: str, cells: list[str], meant: list[tuple[float, float | None, float | None]]
) -> None:
    rows = [["单元", "任务", "教学内容", title]]
    rows += [["起步", f"任务{n}", "油液种类", cell] for n, cell in enumerate(cells)]
    units = only(read(TITLE, table(rows))).units
    assert [(u.hours, u.theory_hours, u.practice_hours) for u in units] == meant


def test_the_stated_hours_decide_what_a_bracket_means() -> None:
    rows = [
        ["单元", "任务", "教学内容", "学时"],
        ["起步", "检查", "油液", "4（2）"],
        ["起步", "直行", "方向", "4（2）"],
    ]
    for stated, each in (("共12学时，1学分", 6), ("共8学时，1学分", 4)):
        reading = read(TITLE, line("参考学分学时"), line(stated), table(rows))
        assert [u.hours for u in only(reading).units] == [each, each]


def test_hours_merged_over_rows_are_shared_so_that_sums_are_right() -> None:
    rows = [A, ["1", "起步", "检查", "油液种类", "", "6"], ["^", "^", "^", "制动原理", "", "^"],
            ["^", "^", "^", "轮胎气压", "", "^"]]  # fmt: skip
    reading = read(TITLE, table(rows))
    assert [u.hours for u in only(reading).units] == [2, 2, 2]
    assert "hours-shared" in codes(reading, "info")


def test_a_row_that_is_merged_away_is_no_second_unit() -> None:
    rows = [["序号", "章节", "学时"], ["1", "起步安全", "4"], ["^", "^", "^"], ["2", "装卸", "2"]]
    units = only(read(TITLE, table(rows))).units
    assert [(u.id, u.section, u.hours) for u in units] == [
        ("叉车驾驶实务#1", "起步安全", 4), ("叉车驾驶实务#2", "装卸", 2),
    ]  # fmt: skip


def test_a_unit_title_written_once_holds_until_the_next_number() -> None:
    rows = [A, ["1", "起步", "检查", "油液", "", "2"], ["", "", "直行", "方向", "", "2"],
            ["2", "", "转弯", "内轮差", "", "2"]]  # fmt: skip
    assert [u.section for u in only(read(TITLE, table(rows))).units] == ["起步", "起步", ""]


def test_rows_with_no_content_are_kept_and_named() -> None:
    rows = [A, ["1", "起步", "检查", "油液", "", "2"], ["2", "自选项目", "", "", "", "2"]]
    reading = read(TITLE, table(rows))
    assert len(only(reading).units) == 1
    assert [p.text for p in reading.unplaced] == ["2 | 自选项目 | 2"]
    assert problem(reading, "row-without-content").place.row == 3


def test_ideology_is_set_aside_but_not_where_it_is_the_subject() -> None:
    rows = [A, ["1", "起步", "检查", "油液种类\n培养精益求精的工匠精神", "", "2"]]
    reading = read(TITLE, table(rows))
    assert only(reading).units[0].points == ("油液种类",)
    assert [p.text for p in reading.aside] == ["培养精益求精的工匠精神"]
    assert reading.unplaced == ()
    assert "1 处" in problem(reading, "ideology-set-aside").message
    kept = read(line("《职业道德与法治》课程标准"), table(rows))
    assert only(kept).units[0].points == ("油液种类", "培养精益求精的工匠精神")


def test_goals_and_marks_are_no_content() -> None:
    goals = table(
        [["编号", "目标类型", "目标描述", "目标要求"], ["0101", "知识目标", "油液种类", "了解"]]
    )
    marks = table([["考核方式", "考核内容", "所占比例"], ["过程考核", "出勤", "30%"]])
    content = table([A, ["1", "起步", "检查", "油液", "", "2"]])
    assert len(only(read(TITLE, goals, content, marks)).units) == 1


def test_an_online_outline_beside_the_content_table_is_left_out_and_said() -> None:
    outline = table([["章节", "知识点名称"], ["绪论", "车史"], ["第一章", "结构"]])
    reading = read(TITLE, outline, table([A, ["1", "起步", "检查", "油液", "", "2"]]))
    assert [u.task for u in only(reading).units] == ["检查"]
    assert "2 行" in problem(reading, "table-without-hours").message


def test_a_piece_of_a_table_without_its_header_is_reported() -> None:
    piece = table([["4", "装卸", "叉取", "托盘规格", "演示", "4"]])
    reading = read(TITLE, table([A, ["1", "起步", "检查", "油液", "", "2"]]), piece)
    assert len(only(reading).units) == 1
    assert "装卸" in problem(reading, "table-without-header").message
    assert "叉取" in reading.unplaced[0].text


@pytest.mark.parametrize(
    ("nature", "category", "meant"),
    [
        ("R必修 £选修", "£专业基础课 R专业核心课", ("必修", "专业核心课")),
        ("☐必修 ☑限选 ☐任选", "☑专业拓展课☐公共课", ("限选", "专业拓展课")),
        ("必修√ 选修", "专业基础课", ("必修", "专业基础课")),
        ("必修", "□A类 ■B类", ("必修", "B类")),
    ],
)
def test_the_overview_table_with_its_boxes(
    nature: str, category: str, meant: tuple[str, str]
) -> None:
    overview = table(
        [
            ["课程名称", "<", "叉车驾驶实务", "<", "课程代码", "B120045-2"],
            ["课程性质", "<", nature, "<", "课程类别", category],
            ["总学时", "32", "理论学时", "12", "实践学时", "20"],
            ["学分", "2", "开课学期", "第3学期", "适用专业", "物流"],
        ]
    )
    course = only(read(TITLE, overview, table([A, ["1", "起步", "检查", "油液", "", "2"]])))
    assert (course.nature, course.category) == meant
    assert (course.hours, course.theory_hours, course.practice_hours) == (32, 12, 20)
    assert (course.credits, course.semester, course.code) == (2, "3", "B120045-2")


@pytest.mark.parametrize(
    ("text", "credits", "hours"),
    [
        ("3学分，48学时", 3, 48),
        ("48学时，3学分", 3, 48),
        ("课程总课时32，2学分。", 2, 32),
        ("本课程参考学分3，学时48。", 3, 48),
        ("本课程为4个学分，64个课时。", 4, 64),
        ("共6学分，108学时（含晨跑4课时）。", 6, 108),
        ("1学分，理论教学40学时，每学期8学时", 1, 40),
        ("1学分16学时，理论教学8学时，实践教学8学时。", 1, 16),
        ("参考学分：4学分；参考学时：64学时（理论 20，实践 44）", 4, 64),
    ],
)
def test_credits_and_hours_in_all_wordings(text: str, credits: float, hours: float) -> None:
    course = only(read(line("《甲》课程标准"), line("（三）参考学分 学时"), line(text),
                       table([A, ["1", "起步", "检查", "油液", "", "2"]])))  # fmt: skip
    assert (course.credits, course.hours) == (credits, hours)


def test_what_a_standard_says_twice_and_differently_is_reported() -> None:
    rows = [A, ["1", "起步", "检查", "油液", "", "20"], ["2", "期末考试", "<", "<", "<", "2"]]
    reading = read(TITLE, line("参考学分 学时"), line("3学分，48学时"), table(rows))
    assert only(reading).credits == 3
    assert "2 学分" in problem(reading, "credits-differ").message
    assert "22" in problem(reading, "hours-sum-differs").message


def test_many_standards_in_one_file_and_a_survey_behind_them(tmp_path: Path) -> None:
    path = tmp_path / "物流专业人才培养方案.docx"
    made = docx.Document()
    made.add_heading("现代物流专业人才培养方案", 1)
    made.add_paragraph("附件1 课程标准\t21")
    _add(made, [["实训室", "主要课程", "功能"], ["叉车场", "叉车驾驶", "教学"]])
    made.add_heading("附件1 课程标准", 1)
    for n, name in enumerate(("叉车驾驶", "仓储管理", "仓储管理"), 1):
        made.add_paragraph(f"（{'一二三'[n - 1]}）《{name}》课程教学标准（代码：B12004{n}-2）")
        made.add_paragraph("《叉车驾驶》课程标准中已有说明，此处从略。")
        _add(made, [A, ["1", "情境一", "任务1", f"内容{n}", "讲授", "4"]])
    made.add_heading("附件2 人才培养调研报告", 1)
    _add(made, [["序号", "工作任务", "主要内容", "学时"], ["1", "访谈", "企业需求", "4"]])
    made.save(str(path))
    reading = segment(read_file(path, in_child=False))
    assert [(c.id, c.name, c.code, len(c.units)) for c in reading.courses] == [
        ("叉车驾驶", "叉车驾驶", "B120041-2", 1),
        ("仓储管理", "仓储管理", "B120042-2", 1),
        ("仓储管理（2）", "仓储管理", "B120043-2", 1),
    ]
    assert reading.courses[2].units[0].id == "仓储管理（2）#1"
    assert "course-twice" in codes(reading, "warning")
    assert "企业需求" not in "".join(u.content for c in reading.courses for u in c.units)


def _add(made: object, rows: list[list[str]]) -> None:
    target = made.add_table(len(rows), len(rows[0]))  # type: ignore[attr-defined]
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            target.cell(i, j).text = text


def test_a_title_without_quotes_a_cover_and_no_title_at_all() -> None:
    content = table([A, ["1", "起步", "检查", "油液", "", "2"]])
    plain = read(line("叉车驾驶实务课程标准", level=1), line("附件1 课程标准"), content)
    assert only(plain).name == "叉车驾驶实务"
    cover = read(TITLE, line("二〇二三年六月"), line("《叉车驾驶实务》课程标准"), content)
    assert [(c.name, len(c.units)) for c in cover.courses] == [("叉车驾驶实务", 1)]
    untitled = read(line("一、课程定位"), content, path="叉车驾驶实务课程标准.docx")
    assert only(untitled).name == "叉车驾驶实务"


def test_prose_units_with_hours_tasks_and_points() -> None:
    reading = read(
        TITLE,
        line("一、课程定位", level=1),
        line("项目教学贯穿始终（2学时）。"),
        line("四、课程内容与要求", level=1),
        line("项目一 起步（8学时）"),
        line("任务1 检查（4学时，其中理论2学时，实践2学时）"),
        line("知识点：油液种类；制动原理"),
        line("技能点：能检查油液"),
        line("任务2 直行（4学时）"),
        line("（1）方向修正"),
        line("项目二 期末考试（2学时）"),
        line("五、实施建议", level=1),
        line("1.教学条件（2学时机动）"),
    )
    units = only(reading).units
    assert [(u.section, u.task, u.hours, u.theory_hours, u.points) for u in units] == [
        ("项目一 起步", "任务1 检查", 4, 2, ("油液种类", "制动原理", "能检查油液")),
        ("项目一 起步", "任务2 直行", 4, None, ("方向修正",)),
    ]


def test_prose_topics_without_hours() -> None:
    units = only(
        read(
            TITLE,
            line("六、课程内容设计"),
            line("专题一：起步安全"),
            line("专题二：货物码放"),
            line("七、考核评价"),
        )
    ).units
    assert [(u.section, u.points) for u in units] == [
        ("专题一：起步安全", ("起步安全",)), ("专题二：货物码放", ("货物码放",)),
    ]  # fmt: skip


def test_a_standard_of_which_nothing_can_be_read_says_so() -> None:
    reading = read(TITLE, line("一、课程定位"), line("略。"))
    assert only(reading).units == ()
    assert "叉车驾驶实务" in problem(reading, "course-without-units").message
