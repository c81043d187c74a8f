"""覆盖度矩阵 of plan.xlsx: courses × tasks, coloured by value."""

from __future__ import annotations

from typing import Any

from align.export.words import width
from align.export.xlsx_sheets import Sheets, shown
from align.plan.matrix import Matrix
from align.plan.nouns import Plan

_SHARE = "percent"


def matrices(sheets: Sheets, plan: Plan) -> None:
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


def _matrix(sheets: Sheets, sheet: Any, matrix: Matrix, top: int) -> int:
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
