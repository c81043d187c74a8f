"""The draft plan as a workbook: every row of every table, to filter, sort and count.

Text is never taken for a formula or a link; a number is a number.  Nothing carries the time of
writing, so equal plans give equal files.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from align.export.docx_annex import SEVERITY_ZH
from align.export.docx_tables import confirmation
from align.export.words import clean, width
from align.plan.matrix import Matrix
from align.plan.nouns import Plan
from align.records import ACTION_ZH, Action

_EPOCH = datetime(2000, 1, 1)
_CELL_LIMIT = 32_767  # Excel's own, in UTF-16 units; XlsxWriter drops a longer text in silence
_CUT = "……（过长，全文见原文件）"
_ROW_LIMIT = 1_048_576 - 10
_NARROW, _WIDE = 6, 46

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class _Column:
    """A heading, the most columns it may take, and how its numbers are shown."""

    title: str
    most: int = _WIDE
    number: str = ""  # "", "percent" or "decimal"


_T = _Column
_SHARE = "percent"


def xlsx_bytes(plan: Plan) -> bytes:
    """The workbook of a draft plan.

    Returns
    -------
    bytes
        An xlsx file with the sheets 课程与证书对照表, 融通内容分析表, 学分转换表, 免修单元,
        覆盖度矩阵, 证据, 问题 and 设置; the same for the same plan.
    """
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "nan_inf_to_errors": True},
    )  # fmt: skip
    book.set_properties(
        {"title": clean(f"{plan.major}专业书证融通实施方案"), "subject": plan.mark,
         "author": "align", "created": _EPOCH}
    )  # fmt: skip
    sheets = _Sheets(book, plan.mark)
    _courses(sheets, plan)
    _analysis(sheets, plan)
    _credits(sheets, plan)
    _exempt_units(sheets, plan)
    _matrices(sheets, plan)
    _evidence(sheets, plan)
    _problems(sheets, plan)
    _settings(sheets, plan)
    book.close()
    return out.getvalue()


class _Sheets:
    """A workbook with the few formats all sheets share."""

    def __init__(self, book: Any, mark: str) -> None:
        self.book, self.mark = book, mark
        base = {"font_name": "宋体", "font_size": 10.5, "valign": "top", "border": 1,
                "border_color": "#BFBFBF"}  # fmt: skip
        add = book.add_format
        self.head = add({**base, "bold": True, "bg_color": "#D9E2F3", "text_wrap": True,
                         "valign": "vcenter", "align": "center"})  # fmt: skip
        self.title = add({"font_name": "黑体", "font_size": 14})
        self.note = add({"font_name": "宋体", "font_size": 10.5, "font_color": "#C00000"})
        self.turned = add({**base, "bold": True, "bg_color": "#D9E2F3", "rotation": 60,
                           "align": "center", "valign": "bottom"})  # fmt: skip
        self.text = add({**base, "text_wrap": True})
        self.formats = {
            "": add({**base, "num_format": "General"}),
            "percent": add({**base, "num_format": "0%"}),
            "decimal": add({**base, "num_format": "0.0000"}),
        }

    def table(
        self,
        name: str,
        title: str,
        columns: Sequence[_Column],
        rows: Sequence[Sequence[Value]],
        *,
        frozen: int = 1,
        notes: Sequence[str] = (),
    ) -> Any:
        """One sheet: title and mark, then a table with frozen heading, filter and widths."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, shown(title), self.title)
        notes = (self.mark, *notes)
        if len(rows) > _ROW_LIMIT:
            notes = (*notes, f"共 {len(rows)} 行，本表只列前 {_ROW_LIMIT} 行")
            rows = rows[:_ROW_LIMIT]
        sheet.write_string(1, 0, shown("；".join(notes)), self.note)
        top = 2
        for j, column in enumerate(columns):
            sheet.write_string(top, j, column.title, self.head)
            needed = [width(column.title) + 4]
            needed += [_widest(row[j], column) for row in rows[:2000]]
            sheet.set_column(j, j, min(column.most, max(_NARROW, *needed)))
        for i, row in enumerate(rows, top + 1):
            for j, value in enumerate(row):
                self.write(sheet, i, j, value, columns[j].number)
        sheet.freeze_panes(top + 1, frozen)
        if rows:
            sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
        self.print_setup(sheet, top)
        return sheet

    def write(self, sheet: Any, row: int, column: int, value: Value, number: str = "") -> None:
        """A number as a number, anything else as text."""
        if value is None or value == "":
            sheet.write_blank(row, column, None, self.text)
        elif isinstance(value, str):
            sheet.write_string(row, column, shown(value), self.text)
        else:
            sheet.write_number(row, column, value, self.formats[number])

    def print_setup(self, sheet: Any, heading_row: int) -> None:
        """A4, lying, as wide as the page, the heading on every page."""
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(heading_row)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")


def shown(text: str) -> str:
    """Text as a cell can hold it; a text too long for a cell says that it was cut."""
    text = clean(text)
    if len(text.encode("utf-16-le")) // 2 <= _CELL_LIMIT:
        return text
    kept = text.encode("utf-16-le")[: (_CELL_LIMIT - len(_CUT) - 1) * 2]
    return kept.decode("utf-16-le", errors="ignore") + _CUT


def _widest(value: Value, column: _Column) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        # Nothing wider than the most is shown, so nothing longer needs measuring.
        return max((width(line[:200]) for line in value[:2000].split("\n")), default=0) + 2
    return {"percent": 7, "decimal": 10}.get(column.number, len(f"{value:g}") + 2)


def _courses(sheets: _Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("课程", 30), _T("课程代码"), _T("课程性质"), _T("课程类别"), _T("学时"),
        _T("理论学时"), _T("实践学时"), _T("学分"), _T("学期"), _T("单元数"), _T("关联单元数"),
        _T("关联要求数"), _T("各等级关联要求", 24), _T("涉及的工作任务", 60),
        _T("证书标识"), _T("课程标识"),
    )  # fmt: skip
    sheets.table(
        "课程与证书对照表",
        f"{plan.major}专业课程与证书对照表",
        columns,
        [
            [
                r.certificate, r.course, r.code, r.nature, r.category, r.hours, r.theory_hours,
                r.practice_hours, r.credits, r.semester, r.units, r.linked_units, r.linked_items,
                "；".join(f"{level} {count}" for level, count in r.linked), "\n".join(r.tasks),
                r.certificate_id, r.course_id,
            ]
            for r in plan.courses
        ],
        frozen=2,
    )  # fmt: skip


def _analysis(sheets: _Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 24), _T("等级"), _T("工作领域", 20), _T("工作任务", 24), _T("编号", 18),
        _T("职业技能要求", 48), _T("关系"), _T("概率", number=_SHARE), _T("存疑"), _T("确认", 16),
        _T("课程", 22), _T("课程单元", 36), _T("现有学时"), _T("措施", 40), _T("建议学时"),
        _T("缺少的内容", 24), _T("理由", 48), _T("证书原文", 40), _T("证书原文位置", 20),
        _T("课程原文", 40), _T("课程原文位置", 20), _T("规则", 20),
        _T("证书标识"), _T("课程标识"), _T("单元标识", 24),
    )  # fmt: skip
    sheet = sheets.table(
        "融通内容分析表",
        f"{plan.major}专业融通内容分析表",
        columns,
        [
            [
                r.certificate, r.level, r.area, r.task, r.item_id, r.item, ACTION_ZH[r.action],
                r.probability, "存疑" if r.unsure else "",
                "" if r.action is Action.COVERED and not r.confirmed else confirmation(r),
                r.course, "\n".join(r.units), r.unit_hours, r.measure, r.hours,
                "、".join(r.missing), r.reason, r.item_quote.text, r.item_quote.place,
                r.unit_quote.text if r.unit_quote else "",
                r.unit_quote.place if r.unit_quote else "", r.rule,
                r.certificate_id, r.course_id, "\n".join(r.unit_ids),
            ]
            for r in plan.analysis
        ],
        frozen=6,
    )  # fmt: skip
    colours = {
        Action.SUPPLEMENT: ("#F8CBAD", "#7F2A00"),
        Action.EXTEND: ("#DDEBF7", "#1F4E79"),
        Action.STRENGTHEN: ("#E2EFDA", "#375623"),
    }
    if plan.analysis:
        for action, (back, ink) in colours.items():
            sheet.conditional_format(
                3, 6, 2 + len(plan.analysis), 6,
                {"type": "cell", "criteria": "==", "value": f'"{ACTION_ZH[action]}"',
                 "format": sheets.book.add_format({"bg_color": back, "font_color": ink})},
            )  # fmt: skip


def _credits(sheets: _Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("等级"), _T("课程", 30), _T("课程代码"), _T("课程性质"), _T("学时"),
        _T("学分"), _T("学分说明", 18), _T("成绩记法", 24), _T("概率", number=_SHARE),
        _T("理由", 60), _T("规则", 20), _T("审定", 18), _T("证书标识"), _T("课程标识"),
    )  # fmt: skip
    sheets.table(
        "学分转换表",
        f"{plan.major}专业学分转换表",
        columns,
        [
            [
                r.certificate, r.level, r.course, r.code, r.nature, r.hours, r.credits,
                r.credits_note, r.grade, r.probability, r.reason, r.rule, r.status,
                r.certificate_id, r.course_id,
            ]
            for r in plan.credits
        ],
        notes=("只列内容上的候选，是否转换由委员会审定",),
    )  # fmt: skip


def _exempt_units(sheets: _Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("课程", 30), _T("课程单元", 44), _T("学时"), _T("对应的技能要求", 44),
        _T("概率", number=_SHARE), _T("存疑"), _T("确认"), _T("理由", 60), _T("规则", 20),
        _T("证书标识"), _T("课程标识"), _T("单元标识", 24),
    )  # fmt: skip
    sheets.table(
        "免修单元",
        f"{plan.major}专业可免修的课程单元",
        columns,
        [
            [
                r.certificate, r.course, r.unit, r.hours, "、".join(r.item_ids), r.probability,
                "存疑" if r.unsure else "", "教师已确认" if r.confirmed else "未确认", r.reason,
                r.rule, r.certificate_id, r.course_id, r.unit_id,
            ]
            for r in plan.exempt_units
        ],
        frozen=3,
    )  # fmt: skip


def _matrices(sheets: _Sheets, plan: Plan) -> None:
    """All certificates under each other on one sheet: courses × tasks, coloured by value."""
    sheet = sheets.book.add_worksheet("覆盖度矩阵")
    sheet.write_string(0, 0, shown(f"{plan.major}专业课程 × 工作任务覆盖度"), sheets.title)
    sheet.write_string(
        1, 0,
        f"{plan.mark}；格中为该任务各条要求与该课程最高关联概率的平均值，"
        "低于关联阈值计 0；空白：未关联",
        sheets.note,
    )  # fmt: skip
    names = [name for m in plan.matrices for _, name in m.courses]
    sheet.set_column(0, 0, min(40, max([10, *(width(n) + 2 for n in names)])))
    top = 3
    for matrix in plan.matrices:
        top = _matrix(sheets, sheet, matrix, top) + 2
    if len(plan.matrices) == 1:
        sheet.freeze_panes(6, 1)
    else:
        sheet.freeze_panes(0, 1)
    sheets.print_setup(sheet, 0)


def _matrix(sheets: _Sheets, sheet: Any, matrix: Matrix, top: int) -> int:
    """Write one matrix from row ``top`` down; returns the row below it."""
    sheet.write_string(top, 0, shown(f"《{matrix.certificate}》"), sheets.title)
    sheet.write_string(top + 1, 0, "等级", sheets.head)
    sheet.write_string(top + 2, 0, "课程 ＼ 工作任务", sheets.head)
    longest = max([width(c.label) for c in matrix.columns], default=0)
    # Text at 60° of n half-width columns stands about 5 points high per column.
    sheet.set_row(top + 2, min(260, max(40, longest * 4.9 + 14)))
    for j, column in enumerate(matrix.columns, 1):
        sheet.write_string(top + 1, j, shown(column.level), sheets.head)
        sheet.write_string(top + 2, j, shown(column.label), sheets.turned)
        sheet.set_column(j, j, 6)
    first = top + 3
    for i, ((_, name), values) in enumerate(zip(matrix.courses, matrix.values, strict=True), first):
        sheet.write_string(i, 0, shown(name), sheets.head)
        for j, value in enumerate(values, 1):
            sheets.write(sheet, i, j, value if value > 0 else None, _SHARE)
    last = first + len(matrix.courses) - 1
    if matrix.courses and matrix.columns:
        sheet.conditional_format(
            first, 1, last, len(matrix.columns),
            {"type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num",
             "mid_value": 0.5, "max_type": "num", "max_value": 1, "min_color": "#FFFFFF",
             "mid_color": "#9ECAE1", "max_color": "#2171B5"},
        )  # fmt: skip
    return last + 1


def _evidence(sheets: _Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 24), _T("要求编号", 18), _T("课程", 24), _T("单元编号", 24),
        _T("概率", number=_SHARE), _T("证书原文", 48), _T("证书原文位置", 20), _T("课程原文", 48),
        _T("课程原文位置", 20), _T("相似度", number="decimal"), _T("相同或相当的词", 40),
    )  # fmt: skip
    sheets.table(
        "证据",
        "关联的证据：双方原文",
        columns,
        [
            [
                r.certificate, r.item_id, r.course, r.unit_id, r.probability, r.item_text,
                r.item_place, r.unit_text, r.unit_place, r.similarity, r.shared,
            ]
            for r in plan.evidence
        ],
        frozen=2,
    )  # fmt: skip


def _problems(sheets: _Sheets, plan: Plan) -> None:
    columns = (_T("程度"), _T("文件", 40), _T("位置", 30), _T("问题", 90), _T("代码", 24))
    sheets.table(
        "问题",
        "文件中发现的问题",
        columns,
        [
            [SEVERITY_ZH[p.severity], p.source, str(p.place), p.message, p.code]
            for p in plan.problems
        ],
    )


def _settings(sheets: _Sheets, plan: Plan) -> None:
    run = plan.run
    rows: list[list[Value]] = [
        ["学校设定", s.title, s.value, s.unit, s.meaning, s.source, s.name] for s in plan.settings
    ]
    rows += [
        ["运行", "运行编号", run.id, "", "", "", "id"],
        ["运行", "程序版本", run.tool_version, "", "", "", "tool_version"],
        ["运行", "语义模型", run.model, "", "", "", "model"],
        ["运行", "设定版本", run.settings_version, "", "", "", "settings_version"],
    ]
    for name, value in run.parameters:
        rows.append(["运行参数", name, value, "", "", "", name])
    for path, digest in run.sources:
        rows.append(["比对文件", path, digest, "SHA-256", "", "", ""])
    columns = (
        _T("类别"), _T("名称", 50), _T("数值", 70), _T("单位"), _T("含义", 60), _T("来源", 40),
        _T("代号", 24),
    )  # fmt: skip
    sheets.table(
        "设置",
        "学校设定与本次运行",
        columns,
        rows,
        frozen=2,
        notes=("数值均为本校设定，没有国家统一规定",),
    )
