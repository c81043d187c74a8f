"""Course standards in Word, in the three shapes colleges use (templates A, B and C)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Cm

from tests.samples import word
from tests.samples.source import SampleCourse, SampleUnit

COLLEGE = "示例职业技术学院"
HoursStyle = Literal["total", "split", "practice"]

# 教学活动设计建议: what a teacher would note beside a row; no content is taught by it.
TALKS = (
    "多媒体讲授，结合实例提问，学生课后完成学习通测验。",
    "案例导入，小组讨论后派代表发言，教师归纳。",
    "播放现场视频，边看边记，教师点评要点。",
    "学生课前预习微课，课上以问答方式梳理知识脉络。",
)
HANDS = (
    "教师示范，学生两人一组轮流练习，组间互评。",
    "发放任务单，学生按步骤独立操作，教师巡回指导。",
    "在实训室分工位练习，完成后填写实训记录并提交。",
    "先讲后练，挑选典型错误集中讲评，再练一遍。",
    "分组完成任务并展示成果，师生共同打分。",
)


def hours_words(unit: SampleUnit, style: HoursStyle) -> str:
    """Hours of a row as this course's table words them: ``4``, ``2/2`` or ``4（2）``."""
    if style == "split":
        return f"{unit.theory}/{unit.practice}"
    if style == "practice" and unit.practice:
        return f"{unit.hours}（{unit.practice}）"
    return str(unit.hours)


def write(course: SampleCourse, path: Path, hours: HoursStyle = "total") -> None:
    """Writes the course in the template its head names."""
    template = course.head["template"]
    document = word.new(f"{COLLEGE}　{course.head['major']}专业课程标准")
    {"A": _template_a, "B": _template_b, "C": _template_c}[template](document, course, hours)
    word.save(document, path, f"《{course.name}》课程标准")


def _template_a(document: Document, course: SampleCourse, hours: HoursStyle) -> None:
    head = course.head
    word.title(document, f"《{course.name}》课程标准（代码：{head['code']}）", size=18)
    word.line(document, f"适用专业：{head['major']}　　修订时间：2024年3月", font=word.KAI)
    word.heading(document, "一、课程定位与学习目标")
    word.heading(document, "（一）课程定位", 2)
    word.body(document, head["positioning"])
    word.body(document, f"课程性质：{head['nature']}　　课程类别：{head['kind']}")
    word.heading(document, "（二）学习目标", 2)
    _goals(document, head, "素质目标", "知识目标", "能力目标")
    word.heading(document, "（三）参考学分学时", 2)
    word.body(
        document,
        f"参考学分：{head['credits']}学分；参考学时：{head['hours']}学时（其中理论"
        f"{head['theory_hours']}学时，实践{head['practice_hours']}学时）；"
        f"开设学期：第{head['semester']}学期。",
    )
    parts = [("教学条件", "conditions"), ("教学团队", "team"), ("教学方法", "methods")]
    for number, (name, key) in zip("二三四", parts, strict=True):
        word.heading(document, f"{number}、{name}")
        word.body(document, head[key])
    word.heading(document, "五、教学资源")
    word.body(document, head["resources"])
    word.heading(document, "六、课程内容设计")
    word.caption(document, f"表1 《{course.name}》课程内容设计")
    _content_a(document, course, hours)
    word.heading(document, "七、成绩考核")
    word.body(document, head["assessment"])


def _content_a(document: Document, course: SampleCourse, hours: HoursStyle) -> None:
    name = {"total": "参考课时", "split": "参考课时（理论/实践）", "practice": "参考课时（实践）"}
    header = [
        ["序号", "学习情境", "教学任务", "教学内容与教学要求", "教学活动设计建议", name[hours]]
    ]
    rows: list[list[word.Text]] = []
    merges: list[word.Merge] = []
    for number, (section, units) in enumerate(course.sections, start=1):
        first = len(rows) + 1
        merges += [(first, column, first + len(units) - 1, column) for column in (0, 1)]
        for unit in units:
            rows.append(
                [
                    str(number),
                    section,
                    unit.task,
                    _content_lines(unit, circled=hours != "split"),
                    _activity(unit, len(rows)),
                    hours_words(unit, hours),
                ]
            )
    rows.append(["合计", "", "", "", "", str(course.head["hours"])])
    merges.append((len(rows), 0, len(rows), 4))
    word.table(
        document, header, rows, [1.1, 2.3, 2.6, 5.6, 3.3, 1.7], merges=merges, centred=[0, 1, 5]
    )


def _content_lines(unit: SampleUnit, *, circled: bool) -> list[str]:
    """The points of a row, one paragraph each: ①…②… or 1.…2.…"""
    marks = [chr(ord("①") + i) if circled else f"{i + 1}．" for i in range(len(unit.points))]
    return [mark + point for mark, point in zip(marks, unit.points, strict=True)]


def _activity(unit: SampleUnit, index: int) -> str:
    words = HANDS[index % len(HANDS)] if unit.practice else TALKS[index % len(TALKS)]
    return words + (f"思政融入：{unit.quality}。" if unit.quality else "")


def _template_b(document: Document, course: SampleCourse, hours: HoursStyle) -> None:
    head = course.head
    word.title(document, f"《{course.name}》课程标准")
    word.heading(document, "一、课程概要")
    _overview(document, course)
    word.heading(document, "二、课程定位")
    word.body(document, head["positioning"])
    word.heading(document, "三、课程目标")
    _goals(document, head, "素质目标", "知识目标", "能力目标")
    word.heading(document, "四、课程设计")
    word.body(document, head["methods"])
    word.landscape(document)
    word.heading(document, "五、课程内容与要求")
    word.caption(document, "表2 课程内容与要求")
    _content_b(document, course)
    word.landscape(document, back=True)
    word.heading(document, "六、实施建议")
    for number, (name, key) in zip(
        "一二三", [("教学团队", "team"), ("教学条件", "conditions"), ("教学资源", "resources")],
        strict=True,
    ):  # fmt: skip
        word.heading(document, f"（{number}）{name}", 2)
        word.body(document, head[key])
    word.heading(document, "七、考核评价")
    word.body(document, head["assessment"])


def _overview(document: Document, course: SampleCourse) -> None:
    """The merged eleven-column table at the head of template B."""
    head = course.head

    def choice(options: tuple[str, ...], chosen: str) -> str:
        return "　".join(word.box(option == chosen) + option for option in options)

    kinds = ("公共基础课", "专业基础课", "专业核心课", "专业拓展课", "集中实践")
    # (text, columns it spans)
    layout: list[list[tuple[str, int]]] = [
        [("课程名称", 2), (course.name, 4), ("课程代码", 2), (head["code"], 3)],
        [("课程类别", 2), (choice(kinds, head["kind"]), 9)],
        [
            ("课程性质", 2),
            (choice(("必修", "限选", "选修"), head["nature"]), 4),
            ("考核方式", 2),
            (choice(("考试", "考查"), "考试" if head["nature"] == "必修" else "考查"), 3),
        ],
        [
            ("总学时", 2),
            (str(head["hours"]), 1),
            ("理论学时", 2),
            (str(head["theory_hours"]), 1),
            ("实践学时", 2),
            (str(head["practice_hours"]), 1),
            ("学分", 1),
            (str(head["credits"]), 1),
        ],
        [("开设学期", 2), (f"第{head['semester']}学期", 4), ("适用专业", 2), (head["major"], 3)],
        [("制订", 2), ("课程组", 4), ("审核", 2), ("专业带头人", 3)],
    ]
    rows: list[list[word.Text]] = []
    merges: list[word.Merge] = []
    for r, parts in enumerate(layout):
        texts: list[word.Text] = []
        for text, span in parts:
            if span > 1:
                merges.append((r, len(texts), r, len(texts) + span - 1))
            texts += [text] + [""] * (span - 1)
        rows.append(texts)
    made = word.table(
        document, [], rows, [1.2, 1.1, 1.4, 1.2, 1.1, 1.4, 1.2, 1.1, 1.6, 1.6, 2.1],
        merges=merges, centred=range(11),
    )  # fmt: skip
    for row in made.rows:
        row.height = Cm(0.75)
    if head["name"] == _WINGDINGS:
        _symbol_boxes(made._tbl)


# One college's template ticks boxes with a symbol font: the letters R and £ in Wingdings 2.
_WINGDINGS = "母婴照护"


def _symbol_boxes(element: object) -> None:
    for text in element.iter(qn("w:t")):  # type: ignore[attr-defined]
        if not text.text or not set("☑□") & set(text.text):
            continue
        run = text.getparent()
        for piece in _split_boxes(text.text):
            copy = run.__deepcopy__({})
            inner = copy.find(qn("w:t"))
            inner.text = {"☑": "R", "□": "£"}.get(piece, piece)
            if piece in "☑□":
                fonts = copy.rPr.get_or_add_rFonts()
                for key in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
                    fonts.set(qn(key), "Wingdings 2")
            run.addprevious(copy)
        run.getparent().remove(run)


def _split_boxes(text: str) -> list[str]:
    pieces: list[str] = []
    for character in text:
        if character in "☑□" or not pieces or pieces[-1] in "☑□":
            pieces.append(character)
        else:
            pieces[-1] += character
    return pieces


def _content_b(document: Document, course: SampleCourse) -> None:
    header = [
        ["项目（单元）", "学习成果", "任务（节）", "知识内容与要求", "技能内容与要求",
         "素质（思政）", "参考学时", "", ""],
        ["", "", "", "", "", "", "理论", "实践", "合计"],
    ]  # fmt: skip
    merges: list[word.Merge] = [(0, c, 1, c) for c in range(6)] + [(0, 6, 0, 8)]
    rows: list[list[word.Text]] = []
    for section, units in course.sections:
        first = len(rows) + 2
        if len(units) > 1:
            merges += [(first, column, first + len(units) - 1, column) for column in (0, 1)]
        for unit in units:
            rows.append(
                [
                    section,
                    f"{len(units)}份任务单及过程记录，小组互评与教师评价",
                    unit.task,
                    [f"{i}．{p}" for i, p in enumerate(unit.knowledge, start=1)] or "",
                    [f"{i}．{p}" for i, p in enumerate(unit.skill, start=1)] or "",
                    unit.quality,
                    str(unit.theory),
                    str(unit.practice),
                    str(unit.hours),
                ]
            )
    head = course.head
    for texts in (
        ["总结与复习", "", "", "", "", "", "", "", "机动"],
        ["期末考试", "", "", "", "", "", "", "", "考试周"],
        ["学时总计", "", "", "", "", "", str(head["theory_hours"]), str(head["practice_hours"]),
         str(head["hours"])],
    ):  # fmt: skip
        rows.append(list(texts))
        row = len(rows) + 1
        merges.append((row, 0, row, 5))
    word.table(
        document, header, rows, [2.7, 2.6, 3.1, 5.9, 4.9, 2.0, 1.2, 1.2, 1.6],
        merges=merges, centred=[0, 6, 7, 8], size=10,
    )  # fmt: skip


def _template_c(document: Document, course: SampleCourse, hours: HoursStyle) -> None:
    head = course.head
    word.title(document, f"《{course.name}》课程标准")
    word.line(document, f"（课程代码：{head['code']}）", font=word.KAI)
    word.heading(document, "一、课程信息")
    word.body(document, f"课程性质：{head['nature']}；课程类别：{head['kind']}。")
    word.body(
        document,
        f"适用专业：{head['major']}；开设学期：第{head['semester']}学期；"
        f"总学时：{head['hours']}学时（理论{head['theory_hours']}学时，"
        f"实践{head['practice_hours']}学时）；学分：{head['credits']}学分。",
    )
    word.heading(document, "二、课程定位")
    word.body(document, head["positioning"])
    word.heading(document, "三、课程目标")
    _goals(document, head, "素质目标", "知识目标", "能力目标")
    word.heading(document, "四、课程内容与要求")
    for section, units in course.sections:
        word.heading(document, f"{section}（{sum(u.hours for u in units)}学时）", 2)
        for number, unit in enumerate(units, start=1):
            split = f"其中理论{unit.theory}学时，实践{unit.practice}学时"
            word.heading(document, f"{number}．{unit.task}（{unit.hours}学时，{split}）", 3)
            if unit.knowledge:
                word.body(document, f"知识要求：{'；'.join(unit.knowledge)}。")
            if unit.skill:
                word.body(document, f"技能要求：{'；'.join(unit.skill)}。")
            if unit.quality:
                word.body(document, f"课程思政：{unit.quality}。")
    word.heading(document, "五、教学实施")
    for key in ("methods", "team", "conditions", "resources"):
        word.body(document, head[key])
    word.heading(document, "六、考核评价")
    word.body(document, head["assessment"])


def _goals(document: Document, head: dict[str, object], *names: str) -> None:
    for number, (name, key) in enumerate(
        zip(names, ("goals_quality", "goals_knowledge", "goals_ability"), strict=True), start=1
    ):
        word.heading(document, f"{number}．{name}", 3)
        goals = head[key]
        assert isinstance(goals, list)
        for index, goal in enumerate(goals, start=1):
            word.body(document, f"（{index}）{goal}")
