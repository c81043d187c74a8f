"""The draft plan (书证融通实施方案): results laid out as an integration plan's tables."""

from align.plan.analysis import ACTION_ORDER, unit_title
from align.plan.credits import Conversion, Listed
from align.plan.make import make_plan
from align.plan.matrix import Column, Matrix, course_matrix
from align.plan.nouns import (
    DRAFT_MARK,
    PENDING,
    SIGNATURES,
    UNREVIEWED,
    AnalysisRow,
    ApprovalRow,
    CourseRow,
    CreditRow,
    DecidedRow,
    EvidenceRow,
    ExemptUnitRow,
    Plan,
    Quotation,
    RuleRow,
    ScopeRow,
    SettingRow,
    SummaryRow,
    Word,
)

__all__ = [
    "ACTION_ORDER",
    "DRAFT_MARK",
    "PENDING",
    "SIGNATURES",
    "UNREVIEWED",
    "AnalysisRow",
    "ApprovalRow",
    "Column",
    "Conversion",
    "CourseRow",
    "CreditRow",
    "DecidedRow",
    "EvidenceRow",
    "ExemptUnitRow",
    "Listed",
    "Matrix",
    "Plan",
    "Quotation",
    "RuleRow",
    "ScopeRow",
    "SettingRow",
    "SummaryRow",
    "Word",
    "course_matrix",
    "make_plan",
    "unit_title",
]
