"""The draft plan (书证融通实施方案) as a whole; :func:`align.plan.make_plan` fills it."""

from __future__ import annotations

from dataclasses import dataclass

from align.plan.matrix import Matrix
from align.plan.rows import (
    PENDING,
    AnalysisRow,
    ApprovalRow,
    CourseRow,
    CreditRow,
    DecidedRow,
    EvidenceRow,
    ExemptUnitRow,
    Quotation,
    RuleRow,
    ScopeRow,
    SettingRow,
    SummaryRow,
)
from align.plan.word import Word, local_time
from align.records import Problem, Run

DRAFT_MARK = "草案（机器建议，未经教师审核）"
UNREVIEWED = "未审核"
SIGNATURES = ("制订人", "审核人", "专业带头人", "二级学院", "教务处", "培训评价组织")


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft plan of one programme; every table of it is complete, whatever a page shows.

    Parameters
    ----------
    rules : tuple of RuleRow or None
        The conversion rules in force; None where none were applied, empty where the college has
        switched none on.
    credit_choices : int
        How many other choices of courses have as many credits under the rules.
    ledger : str
        Head of the ledger when the plan was made; "" where there is none.
    approval : ApprovalRow or None
        The committee's approval, where it stands.
    """

    programme: str
    major: str
    college: str
    scope: tuple[ScopeRow, ...]
    left_out: tuple[str, ...]
    summary: tuple[SummaryRow, ...]
    courses: tuple[CourseRow, ...]
    analysis: tuple[AnalysisRow, ...]
    exempt_units: tuple[ExemptUnitRow, ...]
    credits: tuple[CreditRow, ...]
    matrices: tuple[Matrix, ...]
    evidence: tuple[EvidenceRow, ...]
    problems: tuple[Problem, ...]
    settings: tuple[SettingRow, ...]
    run: Run
    signatures: tuple[str, ...] = SIGNATURES
    mark: str = DRAFT_MARK
    reviewed: bool = False  # whether anybody has decided anything yet
    rules: tuple[RuleRow, ...] | None = None
    rules_version: str = ""
    credit_choices: int = 0
    decided: tuple[DecidedRow, ...] = ()
    ledger: str = ""
    approval: ApprovalRow | None = None

    @property
    def credit_total(self) -> float:
        """Credits of all courses in 学分转换表; a course under two certificates counts once."""
        by_course: dict[str, float] = {}
        for row in self.credits:
            if not row.stands:
                continue
            by_course[row.course_id] = max(by_course.get(row.course_id, 0.0), row.credits or 0.0)
        return sum(by_course.values())

    @property
    def credits_repeated(self) -> bool:
        """Whether a course stands in 学分转换表 more than once."""
        return len({r.course_id for r in self.credits}) < len(self.credits)

    @property
    def courses_without_credits(self) -> int:
        """Courses in 学分转换表 whose credits nobody has written down."""
        known = {r.course_id for r in self.credits if r.credits is not None}
        return len({r.course_id for r in self.credits} - known)


__all__ = [
    "DRAFT_MARK",
    "PENDING",
    "SIGNATURES",
    "UNREVIEWED",
    "AnalysisRow",
    "ApprovalRow",
    "CourseRow",
    "CreditRow",
    "DecidedRow",
    "EvidenceRow",
    "ExemptUnitRow",
    "Plan",
    "Quotation",
    "RuleRow",
    "ScopeRow",
    "SettingRow",
    "SummaryRow",
    "Word",
    "local_time",
]
