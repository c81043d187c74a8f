"""The draft plan (书证融通实施方案): results laid out as an integration plan's tables."""

from align.plan.analysis import ACTION_ORDER, unit_title
from align.plan.make import make_plan
from align.plan.matrix import Column, Matrix, course_matrix
from align.plan.nouns import (
    DRAFT_MARK,
    PENDING,
    SIGNATURES,
    AnalysisRow,
    CourseRow,
    CreditRow,
    EvidenceRow,
    ExemptUnitRow,
    Plan,
    Quotation,
    ScopeRow,
    SettingRow,
    SummaryRow,
)

__all__ = [
    "ACTION_ORDER",
    "DRAFT_MARK",
    "PENDING",
    "SIGNATURES",
    "AnalysisRow",
    "Column",
    "CourseRow",
    "CreditRow",
    "EvidenceRow",
    "ExemptUnitRow",
    "Matrix",
    "Plan",
    "Quotation",
    "ScopeRow",
    "SettingRow",
    "SummaryRow",
    "course_matrix",
    "make_plan",
    "unit_title",
]
