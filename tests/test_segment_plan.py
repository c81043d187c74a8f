"""A programme plan: its two tables fill what standards leave out, and contradictions show."""

from __future__ import annotations

from align.records import Reading
from align.segment import merge_plans
from tests.segment_kit import codes, document, line, problem, read, table

CONTENT = table([["单元", "任务", "教学内容", "学时"], ["起步", "检查", "油液", "32"]])


def plan() -> Reading:
    return read(
        line("现代物流专业人才培养方案", level=1),
        line("专业名称：现代物流"),
        table(
            [
                ["序号", "证书名称", "考核等级", "考试学期", "颁证部门", "对应专业课程"],
                ["1", "叉车操作", "初级", "4", "示例组织", "《叉车驾驶》《仓储管理》\n"],
                ["2", "仓储员（中级）", "", "5", "示例组织", "仓储管理、库存控制"],
            ],
            caption="职业资格（技能等级）证书一览表",
        ),
        table(
            [
                [
                    "课程类别",
                    "课程代码",
                    "课程名称",
                    "课程性质",
                    "学分",
                    "学时",
                    "<",
                    "<",
                    "开课学期",
                    "<",
                    "<",
                ],
                ["^", "^", "^", "^", "^", "合计", "理论", "实践", "一", "二", "三"],
                ["专业核心课", "B1", "叉车驾驶★", "必修", "2", "32", "12", "20", "", "4", ""],
                ["^", "B2", "仓储管理", "必修", "3", "48", "24", "24", "", "4", "2"],
                ["小计", "<", "<", "<", "5", "80", "36", "44", "", "", ""],
            ],
            caption="教学进程表",
        ),
        path="plan.docx",
    )


def test_both_tables_are_read() -> None:
    found = plan().plan
    assert found is not None and found.name == "现代物流"
    assert [(c.name, c.level, c.semester, c.courses) for c in found.certificates] == [
        ("叉车操作", "初级", "4", ("叉车驾驶", "仓储管理")),
        ("仓储员（中级）", "中级", "5", ("仓储管理", "库存控制")),
    ]
    assert [
        (c.name, c.code, c.category, c.credits, c.hours, c.theory_hours, c.semester)
        for c in found.schedule
    ] == [
        ("叉车驾驶", "B1", "专业核心课", 2, 32, 12, "二"),
        ("仓储管理", "B2", "专业核心课", 3, 48, 24, "二、三"),
    ]


def test_lists_of_courses_and_sentences_count_as_a_schedule() -> None:
    reading = read(
        line("物流专业人才培养方案"),
        line("1．公共必修课（3学分）"),
        line("《大学体育》共3学分，安排在第1、2学期开课，共108学时。"),
        table(
            [["专业基础课程名称", "开课学期", "学分/学时"], ["叉车驾驶", "2", "2/32"]],
            caption="表2 专业基础课程列表",
        ),
        line("3.专业群任选模块（6学分）"),
        table([["序号", "模块名称", "课程名称", "学分"], ["1", "智慧仓模块", "库存控制", "2"]]),
    )
    assert reading.plan is not None
    assert [(c.name, c.nature, c.credits, c.hours, c.semester) for c in reading.plan.schedule] == [
        ("大学体育", "必修", 3, 108, "1、2"),
        ("叉车驾驶", "必修", 2, 32, "2"),
        ("库存控制", "选修", 2, None, ""),
    ]


def test_a_schedule_that_is_a_picture_is_said() -> None:
    reading = read(
        line("物流专业人才培养方案", level=1),
        line("十三、教学计划安排表", level=2),
        line("十四、毕业标准", level=2),
        table([["证书名称", "颁证部门"], ["叉车操作", "示例组织"]]),
    )
    assert "图片" in problem(reading, "table-missing").message


def test_the_plan_fills_what_a_standard_leaves_out() -> None:
    standard = read(line("《叉车驾驶》课程标准"), CONTENT, path="a.docx")
    (course,) = merge_plans([plan(), standard])[1].courses
    assert (course.code, course.nature, course.category) == ("B1", "必修", "专业核心课")
    assert (course.credits, course.hours, course.practice_hours, course.semester) == (
        2,
        32,
        20,
        "二",
    )


def test_contradictions_are_warnings_and_the_standard_stands() -> None:
    standard = read(
        line("《叉车驾驶》课程标准"),
        line("参考学分 学时"),
        line("4学分，64学时"),
        CONTENT,
        path="a.docx",
    )
    other = read(line("《茶艺》课程标准"), CONTENT, path="b.docx")
    merged = merge_plans([plan(), standard, other])
    assert (merged[1].courses[0].credits, merged[1].courses[0].hours) == (4, 64)
    said = problem(merged[1], "credits-differ-from-plan").message
    assert "4 学分" in said and "2 学分" in said
    assert "hours-differ-from-plan" in codes(merged[1], "warning")
    assert "茶艺" in problem(merged[2], "course-not-in-plan").message
    assert "库存控制" in problem(merged[0], "course-not-in-schedule").message
    assert "仓储管理" in problem(merged[0], "course-without-standard").message
    assert not any(codes(r, "error") for r in merged)


def test_merging_twice_changes_nothing() -> None:
    once = merge_plans([plan(), read(line("《叉车驾驶》课程标准"), CONTENT, path="a.docx")])
    assert merge_plans(once) == once


def test_without_a_plan_readings_stay_as_they_are() -> None:
    standard = read(line("《叉车驾驶》课程标准"), CONTENT)
    assert merge_plans([standard]) == (standard,)


def test_a_plan_alone_holds_no_courses() -> None:
    reading = plan()
    assert reading.courses == () and reading.source.kind == "programme"
    assert document().source.kind == "unknown"
