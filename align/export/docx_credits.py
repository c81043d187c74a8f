"""Chapter five of the draft plan for Word: credits, and the units proposed for exemption."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from align.export.docx_grid import Content, Line, TableRow, table
from align.export.docx_parts import PORTRAIT_MM, SMALL, heading, text
from align.export.words import number, one_line, percent
from align.plan.nouns import CreditRow, ExemptUnitRow, Plan

if TYPE_CHECKING:
    from docx.document import Document as Docx

_RED, _AMBER, _GREY = "C00000", "9C5700", "595959"
_UNITS_SHOWN = 20  # a row has to fit a page; the annex lists every unit
CREDIT_TOTAL_NOTE = "合计只是候选之和，须按学校的学分上限确定"
EXEMPTION_NOTE = (
    "免修针对持证学生：同一单元可以既对未持证学生强化或拓展、又对持证学生免修，两者不矛盾。"
)


def _credit_row(r: CreditRow) -> TableRow:
    cells: list[Content] = [
        [Line(words) for words in (r.certificate, r.level) if words] or "—",
        [Line(r.course)] + ([Line(r.code, SMALL, colour=_GREY)] if r.code else []),
        r.nature or "—",
        [Line(number(r.credits, "—"))]
        + ([Line(r.credits_note, SMALL, colour=_GREY)] if r.credits_note else []),
        [Line(percent(r.probability))] + ([Line("存疑", SMALL, colour=_AMBER)] if r.unsure else []),
        [Line(r.grade, SMALL)],
        [Line(one_line(r.reason), SMALL)]
        + [Line(one_line(words), SMALL, colour=_RED) for words in r.against],
        _status(r),
    ]
    return TableRow(cells)


def _status(r: CreditRow) -> list[Line]:
    """What has become of it: by the rules, and by whose word."""
    if r.word is None:
        # Red is what still waits for somebody; what was approved does not.
        return [Line(r.status, SMALL) if r.taken else Line(r.status, SMALL, colour=_RED)]
    lines = [] if r.taken is None else [Line(r.status.partition("；")[0], SMALL, bold=True)]
    lines += [Line(words, SMALL) for words in (r.word.verdict, r.word.who, r.word.when)]
    return [*lines, Line(one_line(r.word.note), SMALL, colour=_GREY)] if r.word.note else lines


def _credit_total(plan: Plan) -> TableRow:
    """学分合计, with what it does not say."""
    cells: list[Content] = [
        [Line("学分合计", bold=True)],
        "",
        "",
        [Line(number(plan.credit_total), bold=True)],
        "",
        "",
        [Line(words, SMALL) for words in credit_total_notes(plan)],
        "",
    ]
    return TableRow(cells)


def credit_total_notes(plan: Plan) -> list[str]:
    """How the total of 学分转换表 is to be read."""
    notes = [CREDIT_TOTAL_NOTE]
    if plan.rules is not None:
        taken = sum(bool(r.taken) for r in plan.credits)
        notes = [f"按学校的转换规则选定 {taken} 门，最终由委员会决定。"]
        if plan.credit_choices:
            notes.append(f"另有 {plan.credit_choices} 种选法学分相同。")
    if plan.credits_repeated:
        notes.append("同一门课程只计一次。")
    if plan.courses_without_credits:
        notes.append(f"另有 {plan.courses_without_credits} 门课程没有写明学分，未计入。")
    return notes


def credits(document: Docx, plan: Plan, title: str) -> None:
    """学分转换表 and the units proposed for exemption."""
    heading(document, title, 1, "wu")
    heading(document, "（一）学分转换表", 2)
    share = next((s.shown for s in plan.settings if s.name == "exempt_course_share"), "")
    if plan.credits:
        table(
            document,
            ("证书及\n等级", "课程", "课程\n性质", "学分", "概率", "成绩\n记法", "理由", "审核"),
            [*(_credit_row(r) for r in plan.credits), _credit_total(plan)],
            (18, 21, 12, 11, 12, 15, 39, 28),
            title="学分转换表",
            centred=(2, 3, 4, 5, 7),
        )
        text(
            document,
            "注：学分取自课程（人才培养方案或课程标准），不由相似度推算。"
            + (
                "各校的转换规则互不相同，本表只列出内容上的候选，"
                if plan.rules is None
                else "本表按学校启用的转换规则（见附件3）选定，"
            )
            + "是否转换、转换多少由委员会决定。",
            "AlignNote",
        )
    else:
        text(
            document, f"没有课程的内容被证书覆盖到学校设置的份额（{share}），本方案不建议转换学分。"
        )
    _exempt_units(document, plan)


def _exempt_units(document: Docx, plan: Plan) -> None:
    heading(document, "（二）可免修的课程单元", 2)
    text(document, EXEMPTION_NOTE)
    if not plan.exempt_units:
        text(document, "没有课程单元被证书覆盖到学校设置的份额。")
        return
    units = {(r.certificate_id, r.course_id): r.units for r in plan.courses}
    rows: list[TableRow] = []
    for (certificate_id, course_id), run in groupby(
        plan.exempt_units, key=lambda r: (r.certificate_id, r.course_id)
    ):
        group = list(run)
        standing = [r for r in group if r.stands]
        known = [r.hours for r in standing if r.hours is not None]
        names = _by_section(group[:_UNITS_SHOWN])
        if len(group) > _UNITS_SHOWN:
            names.append(Line(f"等 {len(group)} 个单元", SMALL, colour=_GREY))
        certificate = Line(group[0].certificate, SMALL, colour=_GREY)
        rows.append(
            TableRow(
                [
                    [Line(f"《{group[0].course}》"), certificate],
                    f"{len(standing)}／{units[certificate_id, course_id]}",
                    number(sum(known)) if len(known) == len(standing) else "—",
                    names,
                    str(sum(r.unsure for r in group)),
                ]
            )
        )
    table(
        document,
        ("课程", "单元\n／全部", "学时", "可免修的单元", "存疑"),
        rows,
        (34, 18, 14, PORTRAIT_MM - 34 - 18 - 14 - 12, 12),
        title="可免修的课程单元",
        centred=(1, 2, 4),
    )
    text(
        document,
        "注：逐个单元对应的技能要求、理由与双方原文见附件2；"
        + ("没有注明审核结果的，" if plan.reviewed else "")
        + "都是未经教师确认的建议。",
        "AlignNote",
    )


def _by_section(rows: Sequence[ExemptUnitRow]) -> list[Line]:
    """The units under the name of their section, which is said once."""
    lines: list[Line] = []
    for section, run in groupby(rows, key=lambda r: r.unit.rpartition(" · ")[0]):
        if section:
            lines.append(Line(section, SMALL, bold=True))
        lines.append(Line("；".join(map(_unit_name, run)), SMALL))
    return lines


def _unit_name(r: ExemptUnitRow) -> str:
    name = r.unit.rpartition(" · ")[2]
    if r.word is not None:
        return f"{name}（{r.word.verdict}）"
    return name + ("（存疑）" if r.unsure else "")
