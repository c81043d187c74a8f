"""The nouns of a draft plan (书证融通实施方案); :func:`align.plan.make_plan` fills them."""

from __future__ import annotations

from dataclasses import dataclass

from align.plan.matrix import Matrix
from align.records import Action, Problem, Run

DRAFT_MARK = "草案（机器建议，未经教师审定）"
PENDING = "待委员会审定"
SIGNATURES = ("制订人", "审核人", "专业带头人", "二级学院", "教务处", "培训评价组织")


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """专业与证书: one level of one certificate, and how much of it is in the range."""

    certificate_id: str
    certificate: str
    code: str
    version: str
    issuer: str
    level: str
    areas: int
    tasks: int
    items: int


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """覆盖情况: counts of a level's items by what the courses must do about them.

    ``share`` is the covered share (0..1) of the level with the levels below it, None when it
    was not computed.
    """

    certificate_id: str
    certificate: str
    level: str
    items: int
    covered: int
    strengthen: int
    extend: int
    supplement: int
    share: float | None


@dataclass(frozen=True, slots=True)
class CourseRow:
    """课程与证书对照表: one course against one certificate.

    ``linked`` lists (level, count) of the items linked to the course at or above the link
    threshold, ``tasks`` the names of their tasks with the level in front.
    """

    course_id: str
    code: str
    course: str
    nature: str
    category: str
    hours: float | None
    theory_hours: float | None
    practice_hours: float | None
    credits: float | None
    semester: str
    certificate_id: str
    certificate: str
    units: int
    linked_units: int
    linked: tuple[tuple[str, int], ...]
    tasks: tuple[str, ...]

    @property
    def linked_items(self) -> int:
        """Items of all levels linked to the course."""
        return sum(count for _, count in self.linked)


@dataclass(frozen=True, slots=True)
class Quotation:
    """The words of one side, and where they stand."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class AnalysisRow:
    """融通内容分析表: one certificate item, what the courses must do about it, and why.

    ``hours`` are the hours proposed for the measure, ``unit_hours`` what the named units have
    now; None where nobody has said.  ``item_quote`` and ``unit_quote`` carry the verdict.
    """

    certificate_id: str
    certificate: str
    level: str
    area: str
    task: str
    item_id: str
    item: str
    action: Action
    course_id: str
    course: str
    unit_ids: tuple[str, ...]
    units: tuple[str, ...]
    measure: str
    hours: float | None
    unit_hours: float | None
    item_quote: Quotation
    unit_quote: Quotation | None
    reason: str
    rule: str
    probability: float
    missing: tuple[str, ...]
    unsure: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ExemptUnitRow:
    """免修: a course unit whose content the certificate covers."""

    certificate_id: str
    certificate: str
    course_id: str
    course: str
    unit_id: str
    unit: str
    hours: float | None
    item_ids: tuple[str, ...]
    reason: str
    rule: str
    probability: float
    unsure: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CreditRow:
    """学分转换表: a course proposed for exemption, whole; always up to the committee.

    ``credits`` come from the course's plan or standard, never from a similarity;
    ``credits_note`` says so when they had to be worked out from the hours.
    """

    certificate_id: str
    certificate: str
    level: str
    course_id: str
    course: str
    code: str
    nature: str
    credits: float | None
    credits_note: str
    hours: float | None
    grade: str
    reason: str
    rule: str
    probability: float
    status: str = PENDING
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """证据: one pair of quotations behind one match."""

    certificate: str
    item_id: str
    course: str
    unit_id: str
    probability: float
    item_text: str
    item_place: str
    unit_text: str
    unit_place: str
    similarity: float
    shared: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """学校设定: one tunable number as the college has set it."""

    name: str
    title: str
    value: float
    unit: str
    meaning: str
    source: str

    @property
    def shown(self) -> str:
        """The value as a teacher reads it: shares and probabilities as a percentage."""
        if self.unit in {"概率", "份额", "相似度"}:
            return f"{self.value * 100:g}%"
        return f"{self.value:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft plan of one programme; every table of it is complete, whatever a page shows."""

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

    @property
    def credit_total(self) -> float:
        """Credits of all courses in 学分转换表; a course under two certificates counts once."""
        by_course: dict[str, float] = {}
        for row in self.credits:
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
