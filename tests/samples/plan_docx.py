"""A programme plan (人才培养方案) with the two tables that matter to this tool.

Plans contradict their course standards; this one does once, on purpose: it gives
《软件测试技术》 40 hours and 2.5 credits where the standard has 48 and 3.
"""

from __future__ import annotations

from pathlib import Path

from tests.samples import word
from tests.samples.course_docx import COLLEGE
from tests.samples.source import SampleProgramme

CONTRADICTION = {"软件测试技术": (2.5, 40, 20, 20)}  # credits, hours, theory, practice
# Courses of the plan that have no standard here: name, code, nature, credits, theory,
# practice, semester.
PUBLIC = [
    ("思想道德与法治", "G000101-3", "必修", 3, 40, 8, 1),
    ("大学英语", "G000203-4", "必修", 4, 48, 16, 1),
    ("体育与健康", "G000301-2", "必修", 2, 4, 28, 1),
    ("信息技术基础", "G000402-3", "必修", 3, 16, 32, 1),
]
FIELD = [
    ("认识实习", "D510301-1", "必修", 1, 0, 16, 2),
    ("毕业设计", "D510302-4", "必修", 4, 0, 64, 6),
    ("岗位实习", "D510303-24", "必修", 24, 0, 384, 6),
]
CERTIFICATES = [
    ["1", "Web应用开发职业技能等级证书", "初级、中级", "4", "示例职业教育培训评价组织",
     "网页设计与制作、JavaScript程序设计、数据库应用技术、JavaWeb开发技术"],
    ["2", "Web应用开发职业技能等级证书", "高级", "5", "示例职业教育培训评价组织",
     "JavaWeb开发技术、Java框架技术、软件测试技术"],
    ["3", "计算机技术与软件专业技术资格（程序员）", "初级", "5", "人力资源和社会保障部门",
     "Java程序设计、数据库应用技术"],
]  # fmt: skip


def write(programme: SampleProgramme, path: Path) -> None:
    name = programme.name
    document = word.new(f"{COLLEGE}　{name}专业人才培养方案")
    word.title(document, f"{name}专业人才培养方案（2024级）")
    word.heading(document, "一、专业名称及代码")
    word.body(document, f"专业名称：{name}　　专业代码：510203")
    word.heading(document, "二、入学要求与修业年限")
    word.body(
        document, "普通高级中学毕业生、中等职业学校毕业生或具有同等学力者；基本修业年限三年。"
    )
    word.heading(document, "三、职业面向")
    word.body(
        document,
        "面向软件和信息技术服务业的程序设计员、软件测试员、网站开发与维护人员等岗位，毕业三至五年"
        "可成长为全栈开发工程师、测试主管和项目负责人。",
    )
    word.heading(document, "四、职业资格（技能等级）证书要求")
    word.body(document, "学生在校期间可根据自身发展，从下表中选择至少一种证书参加考核。")
    word.caption(document, "表1 职业资格（技能等级）证书一览表")
    word.table(
        document,
        [["序号", "证书名称", "考核等级", "考试学期", "颁证部门", "对应专业课程"]],
        CERTIFICATES,
        [1.1, 4.0, 1.9, 1.7, 3.1, 4.2],
        centred=[0, 2, 3],
    )
    word.heading(document, "五、课程设置与教学进程")
    word.body(
        document,
        "课程分为公共基础课、专业基础课、专业核心课、专业拓展课和集中实践，每16学时折算1学分，"
        "教学进程安排见表2。",
    )
    word.caption(document, "表2 教学进程表")
    _schedule(document, programme)
    word.heading(document, "六、毕业要求")
    word.body(document, "修满方案规定的学分，通过毕业设计答辩，岗位实习考核合格，准予毕业。")
    word.save(document, path, f"{name}专业人才培养方案")


def _schedule(document: word.Document, programme: SampleProgramme) -> None:
    header = [
        ["课程类别", "序号", "课程代码", "课程名称", "课程性质", "学分", "学时", "", "",
         "开课学期", "考核方式"],
        ["", "", "", "", "", "", "合计", "理论", "实践", "", ""],
    ]  # fmt: skip
    merges: list[word.Merge] = [(0, c, 1, c) for c in (0, 1, 2, 3, 4, 5, 9, 10)] + [(0, 6, 0, 8)]
    groups: dict[str, list[tuple[object, ...]]] = {"公共基础课": list(PUBLIC)}
    for course in programme.courses:
        head = course.head
        credit, hours, theory, practice = CONTRADICTION.get(
            course.name,
            (head["credits"], head["hours"], head["theory_hours"], head["practice_hours"]),
        )
        assert hours == theory + practice
        groups.setdefault(head["kind"], []).append(
            (course.name, head["code"], head["nature"], credit, theory, practice, head["semester"])
        )
    groups["集中实践"] = list(FIELD)
    rows: list[list[word.Text]] = []
    sums = [0.0, 0, 0, 0]
    for kind, courses in groups.items():
        first = len(rows) + 2
        if len(courses) > 1:
            merges.append((first, 0, first + len(courses) - 1, 0))
        for name, code, nature, credit, theory, practice, semester in courses:
            figures = [float(str(credit)), int(str(theory)), int(str(practice))]
            total = int(figures[1] + figures[2])
            sums = [a + b for a, b in zip(sums, [figures[0], total, *figures[1:]], strict=True)]
            rows.append(
                [kind, str(len(rows) + 1), str(code), str(name), str(nature), f"{figures[0]:g}",
                 str(total), f"{figures[1]:g}", f"{figures[2]:g}", str(semester),
                 "考试" if kind in ("专业基础课", "专业核心课") else "考查"]
            )  # fmt: skip
    rows.append(["合计", "", "", "", "", *(f"{value:g}" for value in sums), "", ""])
    merges.append((len(rows) + 1, 0, len(rows) + 1, 4))
    word.table(
        document, header, rows, [1.7, 0.9, 2.4, 3.3, 1.1, 1.0, 1.2, 1.1, 1.1, 1.1, 1.1],
        merges=merges, centred=range(11), size=9,
    )  # fmt: skip
