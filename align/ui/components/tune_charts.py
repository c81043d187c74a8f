"""阈值: the curves as ECharts options; every figure in them is made by :mod:`align.tune`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from align.tune import CalibrationPoint, CurvePoint, EffortPoint
from align.ui.theme import INK, LINE, PRIMARY, QUIET
from align.ui.words import t

_AMBER, _GREEN = "#c07a0c", "#226548"
_HEIGHT = 320
#: In the legend a line is drawn as a line, dashed where it is dashed in the chart.
_SOLID = "path://M0 0h26v3H0z"
_DASHED = "path://M0 0h7v2H0zM10 0h7v2h-7zM20 0h7v2h-7z"


def threshold_curve(points: Sequence[CurvePoint], threshold: float, key: str) -> None:
    """Precision, recall and F1 against the threshold, with the slider's own marked."""
    colours = {"precision": PRIMARY, "recall": _AMBER, "f1": _GREEN}
    series: list[dict[str, Any]] = [
        {
            "type": "line", "name": t(f"tune.{name}"), "showSymbol": False,
            "color": colour, "lineStyle": {"width": 2},
            "data": [[p.threshold, round(100 * getattr(p, name), 1)] for p in points],
        }
        for name, colour in colours.items()
    ]  # fmt: skip
    series[0]["markLine"] = {
        "silent": True, "symbol": "none", "lineStyle": {"color": INK, "type": "dashed"},
        "label": {"formatter": f"{threshold:g}", "color": INK},
        "data": [{"xAxis": threshold}],
    }  # fmt: skip
    _show(
        series, t("tune.axis_threshold"), t("tune.axis_percent"), (0, 1), (0, 100), key,
        t("tune.curve_alt"),
    )  # fmt: skip


def calibration_curve(curves: Sequence[tuple[str, Sequence[CalibrationPoint]]], key: str) -> None:
    """Share of links against the probability said, beside the line where both are equal."""
    series: list[dict[str, Any]] = [
        {
            "type": "line", "name": t("tune.perfect"), "showSymbol": False, "silent": True,
            "color": QUIET, "lineStyle": {"type": "dashed", "width": 1},
            "data": [[0, 0], [100, 100]],
        }
    ]  # fmt: skip
    for (name, points), colour in zip(curves, (PRIMARY, _AMBER), strict=False):
        series.append(
            {
                "type": "line", "name": name, "color": colour, "symbol": "circle",
                "symbolSize": 8, "lineStyle": {"width": 2},
                "data": [[round(100 * p.probability, 1), round(100 * p.share, 1), p.n]
                         for p in points],
                "tooltip": {"formatter": t("tune.calibration_tip")},
            }
        )  # fmt: skip
    _show(
        series, t("tune.axis_said"), t("tune.axis_true"), (0, 100), (0, 100), key,
        t("tune.calibration_alt"), trigger="item",
    )  # fmt: skip


def effort_curve(points: Sequence[EffortPoint], key: str) -> None:
    """Share of true links found against the share of pairs reviewed."""
    step = max(1, len(points) // 200)
    shown = [*points[:-1:step], points[-1]]
    _show(
        [
            {
                "type": "line", "name": t("tune.found"), "showSymbol": False, "color": PRIMARY,
                "lineStyle": {"width": 2}, "areaStyle": {"opacity": 0.08},
                "data": [[round(100 * p.reviewed, 2), round(100 * p.found, 2)] for p in shown],
            }
        ],
        t("tune.axis_reviewed"), t("tune.axis_found"), (0, 100), (0, 100), key,
        t("tune.effort_alt"),
    )  # fmt: skip


def _show(
    series: Sequence[dict[str, Any]],
    x: str,
    y: str,
    across: tuple[float, float],
    up: tuple[float, float],
    key: str,
    alt: str,
    trigger: str = "axis",
) -> None:
    axis = {
        "type": "value", "nameLocation": "middle", "nameTextStyle": {"color": QUIET},
        "axisLabel": {"color": QUIET}, "splitLine": {"lineStyle": {"color": LINE}},
    }  # fmt: skip
    st.echarts_chart(
        {
            "animation": False,
            "tooltip": {"trigger": trigger, "confine": True},
            "legend": {"top": 0, "textStyle": {"color": INK}, "data": [_entry(s) for s in series]},
            # The labels stand in the margins given here, not in further ones beside them.
            "grid": {
                "left": 56,
                "right": 24,
                "top": 40,
                "bottom": 46,
                "containLabel": False,
                "outerBoundsMode": "none",
            },
            "xAxis": {**axis, "name": x, "nameGap": 28, "min": across[0], "max": across[1]},
            "yAxis": {**axis, "name": y, "nameGap": 36, "min": up[0], "max": up[1]},
            "series": list(series),
        },
        height=_HEIGHT,
        key=key,
        alt=alt,
    )


def _entry(series: dict[str, Any]) -> dict[str, Any]:
    """A series in the legend; one with points keeps the chart's own sign."""
    if series.get("showSymbol", True):
        return {"name": series["name"]}
    dashed = series["lineStyle"].get("type") == "dashed"
    return {"name": series["name"], "icon": _DASHED if dashed else _SOLID}
