"""The tables of the draft plan for Word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from align.export.docx_grid import Content, Line, TableRow, table
from align.export.docx_parts import SMALL, text
from align.export.words import joined, number, one_line, percent, rule_words, shorten, width
from align.plan.matrix import Matrix
from align.plan.nouns import UNREVIEWED, AnalysisRow, Plan, Quotation, Word
from align.records import ACTION_ZH, Action

if TYPE_CHECKING:
    from docx.document import Document as Docx

_RED, _AMBER, _GREY = "C00000", "9C5700", "595959"
_GROUP_SHADE, _TASK_SHADE = "D9E2F3", "F2F2F2"
_ACTION_COLOUR = {Action.SUPPLEMENT: _RED, Action.EXTEND: "1F4E79", Action.STRENGTHEN: "375623"}
#: A longer quotation would fill a page with one row; plan.xlsx has it whole.
QUOTE_LIMIT = 300
_UNITS_SHOWN = 3
_TASKS_SHOWN = 4


def form(document: Docx, rows: Iterable[tuple[str, str]]) -> None:
    """Names and blanks, as on a cover."""
    table(
        document,
        (),
        [TableRow([Line(a, "AlignNote"), Line(b, "AlignNote")], height_mm=11) for a, b in rows],
        (32, 100),
        centred=(0,),
    )


def scope(document: Docx, plan: Plan) -> None:
    """专业与证书: what is in the range."""
    rows = [
        TableRow(
            [
                r.certificate,
                _code_and_version(r.code, r.version),
                r.level,
                str(r.areas),
                str(r.tasks),
                str(r.items),
            ]
        )
        for r in plan.scope
    ]
    table(
        document,
        ("证书", "标准代码、版本", "等级", "工作\n领域", "工作\n任务", "技能要求\n（条）"),
        rows,
        (50, 34, 18, 16, 16, 22),
        title="融通的证书与范围",
        centred=(1, 2, 3, 4, 5),
    )


def _code_and_version(code: str, version: str) -> Content:
    """In one line where they fit: a year would else be torn from its 年版."""
    known = [x for x in (code, version) if x]
    words = "；".join(known) or "—"
    return words if width(words) <= 16 else [Line(x) for x in known]


def summary(document: Docx, plan: Plan) -> None:
    """覆盖情况: counts per level."""
    rows = [
        TableRow(
            [
                r.certificate,
                r.level,
                str(r.items),
                str(r.covered),
                str(r.strengthen),
                str(r.extend),
                str(r.supplement),
                "—" if r.share is None else percent(r.share),
            ]
        )
        for r in plan.summary
    ]
    table(
        document,
        ("证书", "等级", "要求", "已覆盖", "强化", "拓展", "补充", "覆盖份额（含以下等级）"),
        rows,
        (44, 16, 14, 16, 14, 14, 14, 24),
        title="各等级的覆盖情况",
        centred=(1, 2, 3, 4, 5, 6, 7),
    )
    text(
        document,
        "注：条数按本等级计；覆盖份额按“高等级涵盖低等级”与其以下各等级合并计算，有权重的按权重。"
        "份额的算法与阈值是本校设置，见附件3。",
        "AlignNote",
    )
    if rejected := sum(r.rejected for r in plan.summary):
        words = f"另有 {rejected} 条要求的建议经审核未采纳，不计入表中各类措施。"
        text(document, words, "AlignNote")


def courses(document: Docx, plan: Plan, matrix: Matrix) -> None:
    """课程与证书对照表 of one certificate, and the courses that nothing was found for."""
    mine = [r for r in plan.courses if r.certificate_id == matrix.certificate_id]
    if mine:
        rows = []
        for r in mine:
            if not r.linked_items:
                continue
            name = [Line(r.course)] + ([Line(r.code, SMALL, colour=_GREY)] if r.code else [])
            kind = [Line(x) for x in (r.nature, r.category) if x] or [Line("—")]
            rows.append(
                TableRow(
                    [
                        name,
                        kind,
                        f"{number(r.hours, '—')}／{number(r.credits, '—')}",
                        f"{r.linked_units}／{r.units}",
                        [Line(f"{level} {count} 条") for level, count in r.linked],
                        _strongest_tasks(matrix, r.course_id),
                    ]
                )
            )
        if rows:
            table(
                document,
                (
                    "课程",
                    "性质类别",
                    "学时\n／学分",
                    "关联单元\n／全部",
                    "关联要求",
                    "最相关的工作任务\n（覆盖度）",
                ),
                rows,
                (28, 22, 14, 19, 20, 53),
                title=f"课程与证书对照表（{mine[0].certificate}）",
                centred=(1, 2, 3, 4),
            )
        none = [r.course for r in mine if not r.linked_items]
        if none:
            names = "、".join(f"《{name}》" for name in none)
            text(document, f"没有内容达到关联阈值的课程（{len(none)} 门）：{names}。", "AlignNote")


def _strongest_tasks(matrix: Matrix, course_id: str) -> list[Line]:
    """The tasks most linked to the course, with their figures."""
    row = [c for c, _ in matrix.courses].index(course_id)
    ranked = sorted(
        ((v, j) for j, v in enumerate(matrix.values[row]) if v > 0), key=lambda e: (-e[0], e[1])
    )
    lines = [
        Line(f"{matrix.columns[j].level} {matrix.columns[j].label}（{percent(v)}）", SMALL)
        for v, j in ranked[:_TASKS_SHOWN]
    ]
    if len(ranked) > _TASKS_SHOWN:
        lines.append(Line(f"等 {len(ranked)} 项", SMALL, colour=_GREY))
    return lines


def analysis(document: Docx, plan: Plan) -> None:
    """融通内容分析表: one table per certificate, rows grouped by task."""
    for certificate_id in dict.fromkeys(r.certificate_id for r in plan.analysis):
        mine = [r for r in plan.analysis if r.certificate_id == certificate_id]
        rows: list[TableRow] = []
        for (level, area, task), run in groupby(mine, key=lambda r: (r.level, r.area, r.task)):
            group = list(run)
            open_rows = [r for r in group if r.action is not Action.COVERED]
            if not open_rows:
                continue
            title = " ／ ".join(x for x in (level, area, task) if x)
            rows.append(
                TableRow([Line(f"{title}（{_counts(group)}）", bold=True)], _GROUP_SHADE, keep=True)
            )
            rows += [_analysis_row(r, plan.reviewed) for r in open_rows]
        if not rows:
            words = f"《{mine[0].certificate}》所列技能要求均已覆盖，不需措施。"
            text(document, words, "AlignNote")
            continue
        table(
            document,
            ("证书的技能要求", "关系", "课程与单元", "措施与学时", "理由与课程原文"),
            rows,
            (48, 29, 40, 36, 74),
            title=f"融通内容分析表（{mine[0].certificate}）",
            centred=(1,),
        )


def _counts(rows: Sequence[AnalysisRow]) -> str:
    counts = Counter(r.action for r in rows)
    parts = [f"{ACTION_ZH[a]} {counts[a]}" for a in ACTION_ZH if counts[a]]
    return f"共 {len(rows)} 条：" + "，".join(parts)


def _analysis_row(r: AnalysisRow, reviewed: bool = False) -> TableRow:
    item = item_lines(r.item_id, r.item_quote)
    relation = [
        Line(ACTION_ZH[r.action], bold=True, colour=_ACTION_COLOUR.get(r.action, "")),
        Line(f"概率 {percent(r.probability)}", SMALL),
    ]
    relation += [Line("存疑", SMALL, colour=_AMBER)] if r.unsure else []
    if r.word is not None:
        relation += word_lines(r.word)
    else:
        relation.append(Line(confirmation(r), SMALL, colour=_GREY))
    if reviewed and r.word is None and not r.confirmed:
        relation.append(Line(UNREVIEWED, SMALL, colour=_AMBER))
    where = [Line(f"《{r.course}》" if r.course else "（课程待定）", SMALL)]
    if r.action is Action.SUPPLEMENT and r.course:
        where.insert(0, Line("建议补入", SMALL, colour=_GREY))
    where += [Line(shorten(u, 40), SMALL) for u in r.units[:_UNITS_SHOWN]]
    if len(r.units) > _UNITS_SHOWN:
        where.append(Line(f"等 {len(r.units)} 个单元", SMALL))
    if r.unit_hours is not None:
        where.append(Line(f"现有 {number(r.unit_hours)} 学时", SMALL, colour=_GREY))
    hours = f"学时：{number(r.hours)}" if r.hours is not None else "学时：（由专业填写）"
    measure = [Line(r.measure, SMALL), Line(hours, SMALL, colour=_GREY)]
    why = [*note_lines(r.word), Line(one_line(r.reason), SMALL)]
    if r.unit_quote:
        lead = "最接近的课程原文" if r.action is Action.SUPPLEMENT else "课程原文"
        why.append(Line(f"{lead}：{quotation(r.unit_quote)}", SMALL))
    why.append(Line(f"规则：{rule_words(r.rule)}", SMALL, colour=_GREY))
    cells: list[Content] = [item, relation, where, measure, why]
    return TableRow(cells)


def word_lines(word: Word) -> list[Line]:
    """What a person has said, who and when; why stands in a wider column (:func:`note_lines`)."""
    return [Line(words, SMALL, colour=_GREY) for words in (word.verdict, word.who, word.when)]


def note_lines(word: Word | None) -> list[Line]:
    """What a person has written with it."""
    if word is None or not word.note:
        return []
    return [Line(f"审核说明：{one_line(word.note)}", SMALL)]


def item_lines(item_id: str, quote: Quotation) -> list[Line]:
    """A requirement as printed, with its number (once) and place."""
    words = joined(quote.text)
    number = item_id.rpartition("-")[2]
    if words.startswith(number) and not words[len(number) :][:1].isdigit():
        words = words[len(number) :].lstrip(" .．、　")
    return [
        Line(shorten(f"{item_id}　{words}", QUOTE_LIMIT), SMALL),
        Line(f"（{quote.place}）", SMALL, colour=_GREY),
    ]


def quotation(quote: Quotation) -> str:
    """The words in quotation marks, with their place."""
    return f"“{shorten(joined(quote.text), QUOTE_LIMIT)}”（{quote.place}）"


def confirmation(row: AnalysisRow) -> str:
    """Who has looked at it: nobody yet, or a teacher, and what they said."""
    if row.word is not None:
        return row.word.line
    if row.confirmed:
        return "教师已确认"
    return "未映射，待确认" if row.action is Action.SUPPLEMENT else "未确认"
