"""What the exchange formats share: who publishes, how things are named, what comes back.

SSSOM, CASE and ``matches.csv`` all say the same of a pair: which competency and which unit,
what the machine found, what a person decided.  Reading any of them gives :class:`PairRow`;
to make decisions of these is for the store, which also knows whether the pair still exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote

from align.decisions import Decision, Grade, LinkDecision, Pair, Stage, Verdict
from align.errors import ReadError, UsageError
from align.records import Action, Problem, Run

#: Stands in names until a college gives an address of its own.
DEFAULT_BASE = "urn:x-shuzheng:"
#: What SSSOM writes where nobody has named a licence (its schema requires one).
UNSPECIFIED_LICENSE = "https://w3id.org/sssom/license/unspecified"
TOOL = "shuzheng-align"

#: The most that is read of one exchange file; a comparison of 50 courses takes about 5 MB.
LIMIT = 64 * 1024 * 1024

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True)
class Origin:
    """Who hands the file out, and under which names.

    Parameters
    ----------
    base : str
        What every name begins with: a URI of the college, or a URN.
    date : datetime.date or None
        The day of publication; None where none was given: no file looks at the clock.
    license : str
        URI of the licence.
    college, programme : str
        Names of the owner; courses of two colleges never share an identifier.

    Raises
    ------
    UsageError
        When ``base`` or ``license`` is no URI.
    """

    base: str = DEFAULT_BASE
    date: date | None = None
    license: str = UNSPECIFIED_LICENSE
    college: str = ""
    programme: str = ""

    def __post_init__(self) -> None:
        for what, uri in (("基础网址", self.base), ("许可网址", self.license)):
            if not _URI.fullmatch(uri):
                raise UsageError(
                    f"{what}不对", got=uri or "空", expected="如 https://www.example.edu.cn/align/"
                )

    @property
    def root(self) -> str:
        """The base, ready for a name to follow."""
        return self.base if self.base.endswith((":", "/", "#")) else self.base + "/"


def origin_of(base: str | None, day: str | None, license_uri: str | None) -> Origin:
    """An origin from what somebody typed; None keeps the default.

    Raises
    ------
    UsageError
        For a URI or a day that is none.
    """
    try:
        when = None if day is None else date.fromisoformat(day)
    except ValueError as error:
        raise UsageError("日期不对", got=day, expected="如 2026-09-01") from error
    return Origin(base or DEFAULT_BASE, when, license_uri or UNSPECIFIED_LICENSE)


@dataclass(frozen=True, slots=True)
class PairRow:
    """What a file says of one pair.

    Parameters
    ----------
    probability : float or None
        What the machine had found (0..1), also where a person decided; None: not listed.
    grade : 0, 1, 2 or None
        What a person decided; None where nobody has.
    item, unit : str
        The texts the file shows for the two.
    words : tuple of str
        Words that tie the two, as the file writes them.
    other : tuple of (str, str)
        What else the file says, by the name of the column.
    line : int
        Line of the file, from 1; 0 where the format has none.
    """

    pair: Pair
    probability: float | None = None
    grade: Grade | None = None
    reviewer: str = ""
    reviewer_name: str = ""
    note: str = ""
    time: datetime | None = None
    stage: Stage = "review"
    score: float | None = None
    similarity: float | None = None
    item: str = ""
    unit: str = ""
    words: tuple[str, ...] = ()
    other: tuple[tuple[str, str], ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class VerdictRow:
    """What a file says that a person decided on a proposal; see :class:`align.decisions.Decision`.

    ``subject`` is the proposal's id; ``item`` the requirement's text, where the file shows it.
    """

    subject: str
    proposed: Action
    verdict: Verdict
    action: Action | None
    reviewer: str = ""
    reviewer_name: str = ""
    note: str = ""
    time: datetime | None = None
    course_id: str = ""
    hours: float | None = None
    credits: float | None = None
    stage: Stage = "review"
    item: str = ""


@dataclass(frozen=True, slots=True)
class PairsFile:
    """A file of pairs: its rows, what it says of itself, and what could not be taken."""

    rows: tuple[PairRow, ...]
    problems: tuple[Problem, ...] = ()
    about: tuple[tuple[str, str], ...] = ()


def in_force(decisions: tuple[LinkDecision, ...]) -> dict[Pair, list[LinkDecision]]:
    """Decisions by pair, the withdrawn ones left out, in the order they were made."""
    found: dict[Pair, list[LinkDecision]] = {}
    for d in sorted(decisions, key=lambda d: (d.time, d.reviewer, d.id)):
        if d.grade is not None:
            found.setdefault(d.pair, []).append(d)
    return found


def verdict_row(subject: str, decision: Decision) -> VerdictRow:
    """The part of a decision that leaves the house."""
    d = decision
    return VerdictRow(
        subject, d.proposed, d.verdict, d.action, d.reviewer, d.reviewer_name, d.note, d.time,
        d.course_id, d.hours, d.credits, d.stage,
    )  # fmt: skip


def owner(origin: Origin, run: Run) -> tuple[str, str]:
    """(college, programme) that the courses belong to."""
    return origin.college, origin.programme or run.programme


def encoded(*parts: str) -> str:
    """Identifiers as one local name: percent-encoded, ``/`` between."""
    # surrogatepass: an identifier comes back whatever it holds.
    return "/".join(quote(p.encode("utf-8", "surrogatepass"), safe="") for p in parts)


def decoded(name: str) -> tuple[str, ...]:
    """The identifiers that :func:`encoded` was given."""
    return tuple(unquote(p, errors="surrogatepass") for p in name.split("/"))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def number_or_none(
    text: str, wrong: Callable[[str], None], low: float, high: float
) -> float | None:
    """A number of a cell; an empty cell is None, and anything but a number is reported."""
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        wrong(text)
        return None
    if not low <= value <= high:  # also refuses nan
        wrong(text)
        return None
    return value


def check_size(data: bytes, name: str) -> None:
    """Refuse what is too large to be an exchange file.

    Raises
    ------
    ReadError
    """
    if len(data) > LIMIT:
        raise ReadError(
            "文件太大",
            file=name,
            got=f"{len(data) / 1048576:.0f} MB",
            expected=f"不超过 {LIMIT // 1048576} MB",
        )
