"""The heatmap courses × tasks as an ECharts option, and the cell that was clicked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from align.plan.matrix import Matrix
from align.ui.theme import INK, QUIET, SCALE
from align.ui.words import t

_ROW, _HEAD = 30, 190
_SHORT = 12  # courses that fit on a screen together with their labels


def heat(matrix: Matrix, key: str) -> tuple[int, int] | None:
    """Draw the matrix; the (row, column) of the cell a person clicked, or None.

    Parameters
    ----------
    matrix : Matrix
        Shares 0..1; blank where nothing is linked.
    key : str
        Names the chart; must change with what the matrix shows.
    """
    cells = [
        (row, column)
        for row, values in enumerate(matrix.values)
        for column, value in enumerate(values)
        if value > 0
    ]
    event = st.echarts_chart(
        _option(matrix, cells),
        height=_HEAD + _ROW * len(matrix.courses),
        key=key,
        on_select="rerun",
        alt=t("overview.heat_alt"),
    )
    return chosen_cell(event, cells)


def linked_only(matrix: Matrix) -> tuple[Matrix, tuple[str, ...]]:
    """Without the courses that are linked to nothing shown, and the names of these.

    A short list of courses stays whole: there, an empty row says something at a glance.
    """
    kept = [k for k, values in enumerate(matrix.values) if any(values)]
    if len(matrix.courses) <= _SHORT or len(kept) == len(matrix.courses):
        return matrix, ()
    left = tuple(name for k, (_, name) in enumerate(matrix.courses) if k not in kept)
    return (
        dataclasses.replace(
            matrix,
            courses=tuple(matrix.courses[k] for k in kept),
            values=tuple(matrix.values[k] for k in kept),
            counts=tuple(matrix.counts[k] for k in kept),
        ),
        left,
    )


def chosen_cell(
    event: Mapping[str, Any] | Any, cells: list[tuple[int, int]]
) -> tuple[int, int] | None:
    """The cell named by a chart's selection; None for none, or for one of an older chart."""
    if not isinstance(event, Mapping):
        return None
    for group in event["selection"]["selected"]:
        for index in map(int, group["data_indices"]):
            if 0 <= index < len(cells):
                return cells[index]
    return None


def _option(matrix: Matrix, cells: list[tuple[int, int]]) -> dict[str, Any]:
    crowded = len(matrix.columns) > 22
    label = {"color": INK, "fontSize": 12, "interval": 0}
    return {
        "animation": False,
        "tooltip": {"formatter": "{b}<br>" + t("overview.heat_tip") + " <b>{@[2]}%</b>"},
        "grid": {"left": 10, "right": 16, "top": 12, "bottom": 40, "containLabel": True},
        "xAxis": {
            "type": "category",
            # Numbered, because two levels may have a task of one name.
            "data": [_column_name(matrix, k) for k in range(len(matrix.columns))],
            "axisLabel": {
                **label, "rotate": 55 if crowded else 38, "width": 150, "overflow": "truncate",
                "fontSize": 10 if crowded else 12,
            },
            "axisTick": {"show": False},
            "splitArea": {"show": True, "areaStyle": {"color": ["#fafbfc", "#ffffff"]}},
        },
        "yAxis": {
            "type": "category",
            "data": [name for _, name in matrix.courses],
            "inverse": True,
            "axisLabel": {**label, "width": 170, "overflow": "truncate"},
            "axisTick": {"show": False},
        },
        "visualMap": {
            "min": 0, "max": 100, "calculable": False, "orient": "horizontal", "left": "right",
            "bottom": 0, "itemHeight": 120, "itemWidth": 10, "text": ["100%", "0%"],
            "inRange": {"color": list(SCALE)}, "textStyle": {"color": QUIET},
        },
        "series": [
            {
                "type": "heatmap",
                "selectedMode": "single",
                "data": [
                    {
                        "name": f"{matrix.courses[r][1]} × {_column_name(matrix, c)}",
                        "value": [c, r, max(1, round(matrix.values[r][c] * 100))],
                        "label": {"color": "#ffffff" if matrix.values[r][c] > 0.55 else INK},
                    }
                    for r, c in cells
                ],
                "label": {"show": True, "formatter": "{@[2]}", "fontSize": 10 if crowded else 12},
                "itemStyle": {"borderColor": "#ffffff", "borderWidth": 2, "borderRadius": 4},
                "emphasis": {"itemStyle": {"borderColor": INK, "borderWidth": 1}},
                "select": {"itemStyle": {"borderColor": "#d98e04", "borderWidth": 3}},
            }
        ],
    }  # fmt: skip


def _column_name(matrix: Matrix, k: int) -> str:
    column = matrix.columns[k]
    several = len({c.level for c in matrix.columns}) > 1
    return f"{column.level} {column.label}" if several else column.label
