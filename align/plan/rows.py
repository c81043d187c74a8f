"""The rows of the draft plan's tables."""

from __future__ import annotations

from dataclasses import dataclass

from align.plan.word import Word
from align.records import Action

PENDING = "待委员会同意"


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
    was not computed.  ``rejected`` counts items whose proposal a person did not take: they stand
    in none of the other counts.
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
    rejected: int = 0


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
    ``action`` is what holds: a person's where they changed the proposal; ``word`` says so.
    ``proposed`` is the rules' own action, ``proposal_id`` what decisions know the row by.
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
    word: Word | None = None
    proposal_id: str = ""
    proposed: Action = Action.COVERED


@dataclass(frozen=True, slots=True)
class ExemptUnitRow:
    """免修: a course unit whose content the certificate covers.

    ``quotes`` are (certificate, course) pairs of quotations that the proposal rests on.
    """

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
    word: Word | None = None
    proposal_id: str = ""
    quotes: tuple[tuple[Quotation, Quotation], ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the exemption is still on the table: not rejected, not changed away."""
        return self.word is None or self.word.action is Action.EXEMPT


@dataclass(frozen=True, slots=True)
class CreditRow:
    """学分转换表: a course proposed for exemption, whole; always up to the committee.

    ``credits`` come from the course's plan or standard, never from a similarity;
    ``credits_note`` says so when they had to be worked out from the hours.  ``taken`` says
    whether the college's conversion rules chose the course (None where no rules were given), and
    ``against`` what stands in its way.
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
    word: Word | None = None
    proposal_id: str = ""
    taken: bool | None = None
    against: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether it counts: not rejected, not changed away, not refused by the rules."""
        if self.taken is False:
            return False
        return self.word is None or self.word.action is Action.EXEMPT


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
    grade: int | None = None  # what a person said of the link: 2 all of it, 1 a part


@dataclass(frozen=True, slots=True)
class SettingRow:
    """学校设置: one tunable number as the college has set it."""

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
class RuleRow:
    """转换规则: one rule of conversion that the college has switched on."""

    name: str
    title: str
    value: str
    meaning: str
    origin: str


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """审核记录: one decision in force, on a proposal or on a link."""

    when: str
    who: str
    what: str
    subject: str
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """批准: when the committee approved the plan, and who signed.

    ``digest`` is the SHA-256 of the plan as it was approved; ``when`` is the time it was entered,
    ``day`` the day of approval as the committee gave it (empty without one).
    """

    when: str
    names: tuple[str, ...]
    note: str
    digest: str
    run_id: str
    day: str = ""
