"""The long lists of the annexes: covered items, grounds of exemption, decisions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from align.export.docx_grid import Content, Line, TableRow, table
from align.export.docx_parts import SMALL, heading, text
from align.export.docx_tables import confirmation, item_lines, note_lines, quotation, word_lines
from align.export.words import number, one_line, percent, shorten
from align.plan.nouns import UNREVIEWED, AnalysisRow, ExemptUnitRow, Plan
from align.records import Action

if TYPE_CHECKING:
    from docx.document import Document as Docx

_AMBER, _GREY, _SHADE = "9C5700", "595959", "F2F2F2"
_UNITS_SHOWN = 2
_ITEMS_SHOWN = 12


def covered(document: Docx, plan: Plan, title: str) -> None:
    """附件1: every item that needs no measure, with both quotations."""
    heading(document, title, 1, "fu1")
    found = [r for r in plan.analysis if r.action is Action.COVERED]
    if not found:
        text(document, "没有达到“已覆盖”的技能要求。")
        return
    rows: list[TableRow] = []
    for (certificate, level, task), run in groupby(
        found, key=lambda r: (r.certificate, r.level, r.task or r.area)
    ):
        group = list(run)
        words = f"{certificate} ／ {level} ／ {task}（{len(group)} 条）"
        rows.append(TableRow([Line(words, SMALL, bold=True)], _SHADE, keep=True))
        rows += [_covered_row(r, plan.reviewed) for r in group]
    table(
        document,
        ("证书的技能要求", "概率与审核", "课程与单元", "理由与课程原文"),
        rows,
        (68, 25, 54, 80),
        title="已覆盖的技能要求",
        centred=(1,),
    )


def _covered_row(r: AnalysisRow, reviewed: bool) -> TableRow:
    units = [Line(shorten(u, 60), SMALL) for u in r.units[:_UNITS_SHOWN]]
    if len(r.units) > _UNITS_SHOWN:
        units.append(Line(f"等 {len(r.units)} 个单元", SMALL))
    why = [*note_lines(r.word), Line(one_line(r.reason), SMALL)]
    if r.unit_quote:
        why.append(Line("课程原文：" + quotation(r.unit_quote), SMALL))
    cells: list[Content] = [
        item_lines(r.item_id, r.item_quote),
        standing(r, reviewed),
        [Line(f"《{r.course}》", SMALL), *units],
        why,
    ]
    return TableRow(cells)


def standing(r: AnalysisRow | ExemptUnitRow, reviewed: bool) -> list[Line]:
    """Probability, doubt, and who has decided what, or that nobody has."""
    lines = [Line(f"概率 {percent(r.probability)}", SMALL)]
    lines += [Line("存疑", SMALL, colour=_AMBER)] if r.unsure else []
    if r.word is not None:
        lines += word_lines(r.word)
    elif isinstance(r, AnalysisRow) and r.confirmed:
        lines.append(Line(confirmation(r), SMALL, colour=_GREY))
    else:
        # In a draft that nobody has looked at, the mark on every page says so.
        lines.append(Line(UNREVIEWED, SMALL, colour=_AMBER if reviewed else _GREY))
    return lines


def exempt_grounds(document: Docx, plan: Plan, title: str) -> None:
    """附件2: every unit proposed for exemption, with the requirements and quotations."""
    heading(document, title, 1, "fu2")
    if not plan.exempt_units:
        text(document, "没有课程单元被证书覆盖到学校设置的份额。")
        return
    rows: list[TableRow] = []
    for (certificate, course), run in groupby(
        plan.exempt_units, key=lambda r: (r.certificate, r.course)
    ):
        group = list(run)
        words = f"《{course}》 ← {certificate}（{len(group)} 个单元）"
        rows.append(TableRow([Line(words, SMALL, bold=True)], _SHADE, keep=True))
        rows += [_ground_row(r, plan.reviewed) for r in group]
    table(
        document,
        ("课程单元", "概率与审核", "对应的技能要求", "理由与双方原文"),
        rows,
        (54, 25, 44, 104),
        title="可免修单元的依据",
        centred=(1,),
    )


def _ground_row(r: ExemptUnitRow, reviewed: bool) -> TableRow:
    ids = "、".join(r.item_ids[:_ITEMS_SHOWN])
    if len(r.item_ids) > _ITEMS_SHOWN:
        ids += f" 等 {len(r.item_ids)} 条"
    why = [*note_lines(r.word), Line(one_line(r.reason), SMALL)]
    for item, unit in r.quotes[:1]:
        why.append(Line("证书原文：" + quotation(item), SMALL))
        why.append(Line("课程原文：" + quotation(unit), SMALL))
    unit_lines = [Line(shorten(r.unit, 80), SMALL)]
    if r.hours is not None:
        unit_lines.append(Line(f"{number(r.hours)} 学时", SMALL, colour=_GREY))
    cells: list[Content] = [unit_lines, standing(r, reviewed), [Line(ids, SMALL)], why]
    return TableRow(cells)


def decided(document: Docx, plan: Plan, title: str) -> None:
    """附件5: who decided what and when."""
    heading(document, title, 1, "fu5")
    if not plan.decided:
        text(document, "本方案的各项建议尚未经任何人审核。")
        return
    words = [r.word for r in plan.analysis]
    words += [r.word for r in plan.exempt_units] + [r.word for r in plan.credits]
    open_rows = sum(word is None for word in words)
    text(
        document,
        f"现行有效的审核共 {len(plan.decided)} 条，按时间排列（北京时间）；"
        + (f"另有 {open_rows} 项建议未审核。" if open_rows else "各项建议均已审核。"),
    )
    table(
        document,
        ("时间", "审核人", "对象", "内容", "结论与说明"),
        [
            TableRow(
                [
                    [Line(d.when, SMALL)],
                    [Line(d.who, SMALL)],
                    [Line(d.what, SMALL)],
                    [Line(shorten(one_line(d.subject), 160), SMALL)],
                    _said(d.verdict, d.note),
                ]
            )
            for d in plan.decided
        ],
        (30, 17, 15, 57, 37),
        title="审核记录",
        centred=(0, 1, 2),
    )


def _said(verdict: str, note: str) -> Sequence[Line]:
    lines = [Line(verdict, SMALL)]
    return [*lines, Line(one_line(note), SMALL, colour=_GREY)] if note else lines
