"""The nouns of review: who decides, in which workspace, what was decided, and its trace.

Like :mod:`align.records` these are frozen: a later decision supersedes an earlier one and
never overwrites it.  What the machine said (``probability``, ``proposed``) stands in every
decision beside what the person said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from align.records import Action

#: How far a unit teaches a competency: 2 all of it (full), 1 a part, 0 none.
Grade = Literal[0, 1, 2]
#: What a person says of a proposal; ``withdraw`` takes an earlier verdict back.
Verdict = Literal["accept", "change", "reject", "withdraw"]
#: Who speaks: a reviewer for themselves, or the committee for everyone.
Stage = Literal["review", "settle"]
#: A pair of the comparison: (certificate id, item id, course id, unit id).
Pair = tuple[str, str, str, str]
#: The subject of the comments that say why an approved plan was opened again.
REOPENED = "plan.reopened"
#: The day a stored note of an approval begins with.
_APPROVED_ON = re.compile(r"(\d{4}-\d\d-\d\d)(?:；|$)")


class Role(StrEnum):
    """What a person may do; see :mod:`align.access` for the table."""

    VIEWER = "viewer"  # 查看
    FACULTY = "faculty"  # 教师
    COMMITTEE = "committee"  # 专业建设委员会
    ADMIN = "admin"  # 教务管理员
    CENTRE = "centre"  # 管理中心: sees several colleges, changes nothing


ROLE_ZH: dict[Role, str] = {
    Role.VIEWER: "查看",
    Role.FACULTY: "教师",
    Role.COMMITTEE: "委员会",
    Role.ADMIN: "教务管理员",
    Role.CENTRE: "管理中心",
}


@dataclass(frozen=True, slots=True)
class College:
    """A college: the wall nobody of another college sees over."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who works with the tool.

    Parameters
    ----------
    id : str
        Never reused; the ledger knows a person only by a keyed hash of it.
    college_id : str
        Their college; "" for the centre.
    login : str
        Name to sign in with, unique on the server; "" for the one person of a laptop.
    signed_in : bool
        Whether a password (or the college's OIDC) vouched for them in this session.
    """

    id: str
    college_id: str
    name: str
    role: Role
    login: str = ""
    active: bool = True
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction of what was read, made by a person before matching.

    Parameters
    ----------
    kind : str
        ``rename-unit`` (value: the new task name), ``merge-units`` (value: id of the unit of
        the same course that takes this one up), ``level`` (value: the item's right level),
        ``drop-unit``, ``drop-item``.
    target : tuple of str
        (course id, unit id) or (certificate id, item id), as read.
    """

    kind: Literal["rename-unit", "merge-units", "level", "drop-unit", "drop-item"]
    target: tuple[str, str]
    value: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One integration: a programme's courses against certificates, within a range and depth.

    Parameters
    ----------
    sources : tuple of (str, str)
        (source id, kind), kind ``course`` or ``certificate``, in the order given.
    levels : tuple of str
        Highest levels to integrate (depth); empty takes each certificate whole.
    leave_out : tuple of str
        Course names and file names left out (range).
    reviewers : {1, 2}
        2: two people decide each thing, blind, and the committee settles what differs.
    state : {"open", "approved"}
        An approved workspace takes no decisions until the committee opens it again.
    run_id : str
        The run that is reviewed; "" before the first.
    version : int
        Counts changes of the workspace itself, for the optimistic check.
    """

    id: str
    college_id: str
    name: str
    programme: str
    major: str = ""
    sources: tuple[tuple[str, str], ...] = ()
    levels: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reviewers: Literal[1, 2] = 1
    state: Literal["open", "approved"] = "open"
    run_id: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """A person's word on whether a unit teaches a competency; overrides the predicted link.

    Parameters
    ----------
    grade : 0, 1, 2 or None
        None withdraws the earlier word: the machine's prediction holds again.
    probability : float or None
        What the machine had said; None where it had not listed the pair.
    supersedes : str
        The decision this one takes the place of; "" for the first.
    carried_from : str
        The decision on the same, unchanged lines of an earlier run; "" otherwise.
    """

    id: str
    workspace_id: str
    run_id: str
    pair: Pair
    grade: Grade | None
    probability: float | None
    reviewer: str
    reviewer_name: str
    stage: Stage
    note: str
    time: datetime
    supersedes: str = ""
    carried_from: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's word on a proposal.

    Parameters
    ----------
    subject : str
        The proposal's id: ``item:…``, ``unit:…`` or ``course:…``; it names the target, so a
        proposal that changes its action later is the same subject.
    proposed : Action
        What the machine proposed when the person decided.
    action : Action or None
        What holds by this verdict: the proposed action when accepted, the person's own when
        changed; None when rejected or withdrawn.
    course_id : str
        Where the measure is to be taken, when the person named another course.
    hours, credits : float or None
        The person's own figures; None leaves the proposal's.
    """

    id: str
    workspace_id: str
    run_id: str
    subject: str
    proposed: Action
    verdict: Verdict
    action: Action | None
    reviewer: str
    reviewer_name: str
    stage: Stage
    note: str
    time: datetime
    course_id: str = ""
    hours: float | None = None
    credits: float | None = None
    supersedes: str = ""
    carried_from: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on a subject (a proposal's id, or a pair joined by ``|``) that decides nothing."""

    id: str
    workspace_id: str
    subject: str
    author: str
    author_name: str
    text: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """The committee's approval of a plan: of which run, with which decisions, by whom.

    ``digest`` is the SHA-256 of the plan as approved; ``names`` are the signatures as typed.
    ``note`` is as stored (and hashed in the ledger): the day the committee gave, then its remark.
    """

    id: str
    workspace_id: str
    run_id: str
    digest: str
    names: tuple[str, ...]
    note: str
    by: str
    time: datetime

    @property
    def day(self) -> str:
        """The day of approval as the committee gave it (``2026-11-22``); empty without one."""
        found = _APPROVED_ON.match(self.note)
        return found[1] if found else ""

    @property
    def remark(self) -> str:
        """The note without that day."""
        return _APPROVED_ON.sub("", self.note, count=1)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of a college's chain.

    Parameters
    ----------
    seq : int
        1, 2, 3 … without a gap within a college.
    actor : str
        Keyed hash of the person; ``actor_name`` is looked up while the person's key exists.
    kind : str
        Such as ``source.imported``, ``run.made``, ``link.decided``, ``proposal.decided``,
        ``settings.changed``, ``plan.approved``, ``export.made``.
    subject : str
        What it is about, such as a proposal's id.
    before, after : dict
        The state as plain data; notes and names stand as keyed hashes.
    previous, hash : str
        SHA-256 of the entry before, and of this one over all its other fields.
    """

    college_id: str
    seq: int
    time: datetime
    actor: str
    kind: str
    workspace_id: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]
    previous: str
    hash: str
    actor_name: str = ""
