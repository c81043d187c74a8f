"""Figures become thresholds, with what they cost and what they would change today."""

from align.tune.calibrate import Calibration, Refit, refit
from align.tune.effect import Change, Confusion, Effect, confusion, effect
from align.tune.exempting import (
    SETTING_OF,
    Exempted,
    counts,
    scores,
    suggest_exemption,
)
from align.tune.figures import (
    CalibrationPoint,
    CurvePoint,
    EffortPoint,
    Figure,
    at_threshold,
    brier,
    calibration,
    curve,
    effort,
    expected_calibration_error,
    precision_recall,
    ratios,
    with_interval,
)
from align.tune.goals import Goal, Suggestion, suggest
from align.tune.reviewed import Drawn, Reviewed, Table, TooFewError, by_pair, draw, enough, table

__all__ = [
    "SETTING_OF",
    "Calibration",
    "CalibrationPoint",
    "Change",
    "Confusion",
    "CurvePoint",
    "Drawn",
    "Effect",
    "EffortPoint",
    "Exempted",
    "Figure",
    "Goal",
    "Refit",
    "Reviewed",
    "Suggestion",
    "Table",
    "TooFewError",
    "at_threshold",
    "brier",
    "by_pair",
    "calibration",
    "confusion",
    "counts",
    "curve",
    "draw",
    "effect",
    "effort",
    "enough",
    "expected_calibration_error",
    "precision_recall",
    "ratios",
    "refit",
    "scores",
    "suggest",
    "suggest_exemption",
    "table",
    "with_interval",
]
