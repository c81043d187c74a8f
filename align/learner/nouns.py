"""What a learner's account holds, and what the college has approved.

The kinds and states are those of the national credit bank (学分银行): a result is deposited
(存入), recognised (认定), converted (转换), or has expired (过期).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ResultKind(StrEnum):
    """Kinds of learning results that the credit bank knows."""

    DIPLOMA = "diploma"
    QUALIFICATION = "qualification"
    SKILL_LEVEL = "skill-level"
    TRAINING = "training"
    INTERNSHIP = "internship"
    WORK = "work"
    COMPETITION = "competition"


KIND_ZH: dict[ResultKind, str] = {
    ResultKind.DIPLOMA: "毕业证书",
    ResultKind.QUALIFICATION: "资格证书",
    ResultKind.SKILL_LEVEL: "职业技能等级证书",
    ResultKind.TRAINING: "培训",
    ResultKind.INTERNSHIP: "实习经历",
    ResultKind.WORK: "工作经历",
    ResultKind.COMPETITION: "竞赛成果",
}


class ResultState(StrEnum):
    """How far a result has come."""

    DEPOSITED = "deposited"
    RECOGNISED = "recognised"
    CONVERTED = "converted"
    EXPIRED = "expired"


STATE_ZH: dict[ResultState, str] = {
    ResultState.DEPOSITED: "存入",
    ResultState.RECOGNISED: "认定",
    ResultState.CONVERTED: "转换",
    ResultState.EXPIRED: "过期",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory of recognised results (学习成果名录).

    Parameters
    ----------
    id : str
        The directory's number; rules refer to it.
    aliases : tuple of str
        Other wordings under which certificates name it.
    levels : tuple of str
        From the lowest to the highest; empty where the result has none.
    hours : float or None
        Hours that make the result whole: shorter trainings are deposited until they reach it.
    months : int or None
        Validity from the date of issue; None is for ever.
    credits : tuple of (str, float)
        Credits the credit bank gives per level ("" where there are no levels).
    nature : str
        必修 / 选修 where the directory says.
    """

    id: str
    name: str
    kind: ResultKind
    issuer: str = ""
    aliases: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    hours: float | None = None
    months: int | None = None
    credits: tuple[tuple[str, float], ...] = ()
    nature: str = ""

    def credits_of(self, level: str) -> float | None:
        """The credit bank's figure for a level; None where it gives none."""
        return dict(self.credits).get(level)


@dataclass(frozen=True, slots=True)
class LearningResult:
    """One result in a learner's account.

    Parameters
    ----------
    learner : str
        The learner's number in the college (student number).
    entry_id : str
        Directory entry it was recognised as; "" while nobody has found one.
    hours : float or None
        Hours proved by this piece, for results deposited piece by piece.
    evidence : str
        Where the proof is: certificate number, file name.
    note : str
        The committee's word where it recognised the result as an entry of the directory.
    """

    id: str
    learner: str
    name: str
    level: str = ""
    issued: date | None = None
    entry_id: str = ""
    hours: float | None = None
    evidence: str = ""
    state: ResultState = ResultState.DEPOSITED
    note: str = ""


@dataclass(frozen=True, slots=True)
class ConversionRule:
    """One approved conversion (转换规则): a level of a result replaces a course.

    Parameters
    ----------
    valid_from, valid_to : date or None
        Both days belong to the validity.
    version : int
        Counts up when the committee approves the same conversion anew.
    approved : str
        Who approved it and when, as the ledger has it.
    note : str
        What the committee wrote when it approved it, such as how uncovered units are made up.
    """

    id: str
    entry_id: str
    level: str
    course_id: str
    course: str
    nature: str
    category: str
    credits: float
    grade: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    version: int = 1
    approved: str = ""
    note: str = ""

    def valid_on(self, day: date) -> bool:
        """Whether the rule holds on a day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )
