"""The nouns everything else speaks in: frozen records, one vocabulary everywhere.

The same names stand in code, database, exports and on the screens.  Records are
frozen: a change is a new copy (:func:`dataclasses.replace`), so history stays true.
Text stands twice wherever it is quoted: ``printed`` exactly as in the file, ``text``
normalised for reading by the machine.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

Kind = Literal["course", "certificate", "programme", "unknown"]
Severity = Literal["error", "warning", "info"]


class Action(StrEnum):
    """What the courses must do about a certificate item, or the certificate for a course."""

    COVERED = "covered"  # 已覆盖
    STRENGTHEN = "strengthen"  # 强化
    EXTEND = "extend"  # 拓展
    SUPPLEMENT = "supplement"  # 补充
    EXEMPT = "exempt"  # 免修


ACTION_ZH: dict[Action, str] = {
    Action.COVERED: "已覆盖",
    Action.STRENGTHEN: "强化",
    Action.EXTEND: "拓展",
    Action.SUPPLEMENT: "补充",
    Action.EXEMPT: "免修",
}


class CoverageState(StrEnum):
    """How far something is covered by the other side."""

    COVERED = "covered"  # 已覆盖
    PARTLY = "partly"  # 部分覆盖
    NOT = "not"  # 未覆盖: a person has said so
    UNMAPPED = "unmapped"  # 未映射: the tool found nothing; only a person makes it "not"


COVERAGE_ZH: dict[CoverageState, str] = {
    CoverageState.COVERED: "已覆盖",
    CoverageState.PARTLY: "部分覆盖",
    CoverageState.NOT: "未覆盖",
    CoverageState.UNMAPPED: "未映射",
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file something stands, as a person would look for it.

    All numbers count from 1.  ``str()`` gives the Chinese wording used everywhere,
    for example ``第12页 表3 第2行`` or ``工作表“教学内容” 第4行``.
    """

    page: int | None = None
    sheet: str | None = None
    table: int | None = None
    row: int | None = None
    paragraph: int | None = None
    line: int | None = None

    def __str__(self) -> str:
        parts = []
        if self.page is not None:
            parts.append(f"第{self.page}页")
        if self.sheet is not None:
            parts.append(f"工作表“{self.sheet}”")
        if self.table is not None:
            parts.append(f"表{self.table}")
        if self.row is not None:
            parts.append(f"第{self.row}行")
        if self.paragraph is not None:
            parts.append(f"第{self.paragraph}段")
        if self.line is not None:
            parts.append(f"第{self.line}行")
        return " ".join(parts) or "全文"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a reader should know about a document; it travels with the document.

    Parameters
    ----------
    severity : {"error", "warning", "info"}
        ``error``: something was left out; ``warning``: something may be wrong;
        ``info``: something was put right on the way.
    code : str
        A short, stable, lower-case English name, such as ``hours-differ``.
    message : str
        One Chinese sentence: what, expected, what to do.
    source : str
        The file's name.
    place : Place
        Where in it.
    """

    severity: Severity
    code: str
    message: str
    source: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was when read.

    ``id`` is the first 16 hexadecimal digits of ``sha256`` of the file's bytes, so the
    same bytes are the same source wherever they lie.
    """

    id: str
    path: str
    sha256: str
    format: str
    kind: Kind = "unknown"
    title: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph (or heading) of a document, with its place."""

    place: Place
    printed: str
    text: str
    headings: tuple[str, ...] = ()
    heading_level: int = 0  # 0: body text; 1..9: this passage is itself a heading
    number: str = ""  # automatic numbering rebuilt from the file, such as "1.1.1" or "一、"


@dataclass(frozen=True, slots=True)
class Cell:
    """One grid position of a table.

    ``origin`` is the (row, column), counted from 0, of the top left corner of the merged
    region the position belongs to; for an unmerged cell it is the position itself.  Text
    is repeated over the whole region, so a reader of one row sees all that holds for it.
    """

    printed: str
    text: str
    origin: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; every row of a table has the same number of cells."""

    place: Place
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table, whole: a table continued over pages is one table again.

    ``caption`` is the paragraph directly before it (such as ``表2 职业技能要求（中级）``).
    """

    place: Place
    rows: tuple[Row, ...]
    headings: tuple[str, ...] = ()
    caption: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0].cells) if self.rows else 0


Block = Passage | Table


@dataclass(frozen=True, slots=True)
class Document:
    """A file as located passages and tables, in reading order, with what went wrong."""

    source: Source
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables alone, in reading order."""
        return tuple(b for b in self.blocks if isinstance(b, Table))

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The paragraphs and headings alone, in reading order."""
        return tuple(b for b in self.blocks if isinstance(b, Passage))


@dataclass(frozen=True, slots=True)
class Unit:
    """One content row of a course standard; what is matched, labelled and counted.

    Parameters
    ----------
    id : str
        ``课程#n``, unique within the course, or the table's own 编号.
    section : str
        Its 单元 / 项目 / 学习情境.
    points : tuple of str
        The content points the row lists, normalised, one competency-sized phrase each.
    printed : str
        The row's content exactly as printed.
    hours, theory_hours, practice_hours : float or None
        学时; None where the document does not say.
    depth : int
        Highest depth the row's own words ask for, see `align.depth`; 0 when silent.
    """

    id: str
    course_id: str
    course: str
    section: str
    task: str
    points: tuple[str, ...]
    printed: str
    place: Place
    source_id: str = ""
    hours: float | None = None
    theory_hours: float | None = None
    practice_hours: float | None = None
    depth: int = 0

    @property
    def content(self) -> str:
        """The points in one line."""
        return "；".join(self.points)


@dataclass(frozen=True, slots=True)
class Course:
    """A course standard: what the document (or the programme plan) says of the course."""

    id: str
    name: str
    units: tuple[Unit, ...]
    code: str = ""
    nature: str = ""  # 必修 / 选修 / 限选
    category: str = ""  # 专业基础课 / 专业核心课 / 专业拓展课 / 集中实践 …
    hours: float | None = None
    theory_hours: float | None = None
    practice_hours: float | None = None
    credits: float | None = None
    semester: str = ""
    source_id: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Competency:
    """One numbered requirement of a certificate standard.

    Parameters
    ----------
    id : str
        ``初级-1.1.1`` (level, number: numbers restart in every level), or the table's own
        编号; unique within the certificate.
    weight : float or None
        Share of the item in its level's assessment (0..1), from a 权重表; None when the
        standard gives none.
    knowledge : tuple of str
        相关知识要求 of a national standard that stand beside it.
    """

    id: str
    certificate_id: str
    level: str
    area: str
    task: str
    number: str
    text: str
    printed: str
    place: Place
    source_id: str = ""
    depth: int = 0
    weight: float | None = None
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate standard; ``levels`` from the lowest to the highest."""

    id: str
    name: str
    levels: tuple[str, ...]
    competencies: tuple[Competency, ...]
    code: str = ""
    issuer: str = ""
    version: str = ""
    date: str = ""
    source_id: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class PlanCertificate:
    """One row of a programme plan's 职业资格（技能等级）证书一览表."""

    name: str
    level: str
    semester: str
    issuer: str
    courses: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class PlanCourse:
    """One row of a programme plan's 教学进程表."""

    name: str
    code: str
    nature: str
    category: str
    credits: float | None
    hours: float | None
    theory_hours: float | None
    practice_hours: float | None
    semester: str
    place: Place


@dataclass(frozen=True, slots=True)
class ProgrammePlan:
    """The two tables of a 人才培养方案 that matter here."""

    name: str
    certificates: tuple[PlanCertificate, ...]
    schedule: tuple[PlanCourse, ...]
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was understood of one file, and all that was not.

    ``unplaced`` lists tables rows and numbered lines that look like content but could not be
    placed: nothing is dropped in silence.  ``aside`` lists what was understood as 课程思政
    and is not compared, since it resembles every standard.
    """

    source: Source
    courses: tuple[Course, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    plan: ProgrammePlan | None = None
    problems: tuple[Problem, ...] = ()
    unplaced: tuple[Passage, ...] = ()
    aside: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation from each side that carries a match, and the words that tie them.

    ``shared`` holds (word in the course, word in the certificate) pairs, equal or equivalent.
    """

    unit_text: str
    unit_place: Place
    competency_text: str
    competency_place: Place
    similarity: float
    shared: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A unit and a competency that may overlap.

    Parameters
    ----------
    score : float
        The matcher's raw score: the weighted mean of its features, in standard deviations
        among the candidates; comparable within one run.
    probability : float
        Calibrated probability (0..1) that a teacher would link the two.
    features : tuple of (str, float)
        What each named feature added to ``score``.
    grade : 0, 1, 2 or None
        What a person decided (:mod:`align.links`): 2 the unit teaches all of it, 1 a part,
        0 nothing.  None where nobody has; the probability stands either way.
    """

    certificate_id: str
    item_id: str
    course_id: str
    unit_id: str
    score: float
    probability: float
    evidence: tuple[Evidence, ...] = ()
    features: tuple[tuple[str, float], ...] = ()
    grade: Literal[0, 1, 2] | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far one thing is covered by the other side.

    Parameters
    ----------
    scope : str
        ``competency``, ``task``, ``area``, ``level``, ``certificate`` (covered by courses) or
        ``unit``, ``course`` (covered by the certificate).
    share : float
        Covered share (0..1), weighted by 权重 or hours where given.
    state : CoverageState
    """

    scope: str
    id: str
    name: str
    share: float
    state: CoverageState
    count: int = 1
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing the tool proposes and a person decides.

    ``confirmed`` is False for everything that no person has looked at; an unmapped item is an
    unconfirmed supplement.  ``settings`` are the thresholds the rule used.
    """

    id: str
    action: Action
    rule: str
    certificate_id: str
    item_ids: tuple[str, ...]
    course_id: str
    unit_ids: tuple[str, ...]
    reason: str
    probability: float
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    hours: float | None = None
    credits: float | None = None
    unsure: bool = False
    confirmed: bool = False
    settings: tuple[tuple[str, float], ...] = ()
    unit_courses: tuple[str, ...] = ()  # the course of each of unit_ids; () where all are course_id

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """(course id, unit id) of each unit: a unit's id is unique within its course only."""
        courses = self.unit_courses or (self.course_id,) * len(self.unit_ids)
        return tuple(zip(courses, self.unit_ids, strict=True))


@dataclass(frozen=True, slots=True)
class Run:
    """What made a result: equal runs give equal results, byte for byte."""

    id: str
    programme: str
    tool_version: str
    model: str
    settings_version: str
    sources: tuple[tuple[str, str], ...]  # (path, sha256)
    levels: tuple[str, ...] = ()
    parameters: tuple[tuple[str, float], ...] = ()


def as_data(record: Any) -> Any:
    """A record as plain data (dict, list, str, number) for JSON; places also as words."""
    if isinstance(record, Place):
        data: dict[str, Any] = {
            f.name: getattr(record, f.name)
            for f in dataclasses.fields(record)
            if getattr(record, f.name) is not None
        }
        data["words"] = str(record)
        return data
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: as_data(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, list | tuple):
        return [as_data(x) for x in record]
    if isinstance(record, dict):
        return {str(k): as_data(v) for k, v in record.items()}
    if isinstance(record, StrEnum):
        return str(record)
    return record
