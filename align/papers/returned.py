"""An edited plan.xlsx against the workspace it came from: what would change, and taking it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from align import review
from align.access import allowed
from align.decisions import Decision, Person, Role, Stage
from align.export.plan_back import Change, Conflict, read_back
from align.papers.standing import Standing
from align.records import Proposal
from align.store import Choice, Store


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the workbook that would become a decision.

    ``before`` is the word it would take the place of; None for none.
    """

    change: Change
    proposal: Proposal
    before: Decision | None
    choice: Choice


@dataclass(frozen=True, slots=True)
class Returned:
    """Everything in an edited workbook, held against the workspace.

    Parameters
    ----------
    name, sha256 : str
        The file; both stand in the ledger with every decision taken from it.
    stage : {"review", "settle"}
        In whose name: the person's own, or (two reviewers) the committee's.
    conflicts : tuple of Conflict
        Rows that cannot be taken, each with sheet, row and reason.
    unchanged : int
        Rows left as they were.
    """

    name: str
    sha256: str
    stage: Stage
    run_id: str
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    unchanged: int


def returned(store: Store, who: Person, now: Standing, data: bytes, name: str) -> Returned:
    """What an edited workbook would change; nothing is written.

    Parameters
    ----------
    now : Standing
        The workspace as it stands at this moment.

    Raises
    ------
    ReadError
        The file is no workbook of this program, or harmful.
    AccessError
        The workspace is not this person's to see.
    """
    space, result = now.space, now.result
    known = {p.id: p for p in result.proposals}
    verdicts = review.words_in_force(now.words, space.reviewers, space.run_id)
    back = read_back(data, result.proposals, result.run, verdicts, name=name)
    two = space.reviewers == 2
    stage: Stage = "settle" if two and allowed(who, "settle", space.college_id) else "review"
    counts = store.decided(who, space.id) if two else {}
    own = _own(now, who, stage)
    courses = store.assignments(space.id) if who.role == Role.FACULTY else {}
    rows: list[Row] = []
    conflicts = list(back.conflicts)
    for change in back.changes:
        p, before = known[change.subject], own.get(change.subject)
        mine = before is not None and before.run_id == space.run_id
        words = ""
        if courses and p.course_id and p.course_id not in courses.get(who.id, frozenset()):
            words = "这门课程没有分配给您；请由负责的教师填写。"
        elif stage == "settle" and counts.get(change.subject, 0) < 2:
            words = "还没有两位教师的判断，委员会不能裁定；请等两位教师都判断之后。"
        elif two and stage == "review" and counts.get(change.subject, 0) >= 2 and not mine:
            words = "已有两位教师作了判断；如有分歧，请由委员会裁定。"
        if words:
            conflicts.append(
                Conflict("impossible", words, change.sheet, change.row, change.subject)
            )
            continue
        choice = Choice(
            change.subject, change.proposed, change.verdict, change.action,
            before.course_id if before is not None and mine else "",
            change.hours, change.credits, change.note, before.id if before else "",
        )  # fmt: skip
        standing = before if mine and before is not None and before.verdict != "withdraw" else None
        rows.append(Row(change, p, standing, choice))
    conflicts.sort(key=lambda c: (c.sheet, c.row))
    digest = hashlib.sha256(data).hexdigest()
    return Returned(
        name, digest, stage, space.run_id, tuple(rows), tuple(conflicts), back.unchanged
    )


def _own(now: Standing, who: Person, stage: Stage) -> Mapping[str, Decision]:
    """By subject, the last word of the stream that a new one would be written into."""
    found: dict[str, Decision] = {}
    for word in now.words:
        if now.space.reviewers == 2 and (
            word.stage != stage or (stage == "review" and word.reviewer != who.id)
        ):
            continue
        found[word.subject] = word
    return found


def take(store: Store, who: Person, space_id: str, found: Returned) -> list[Decision]:
    """Make decisions of all rows, or of none; each entry names the file and its fingerprint.

    Raises
    ------
    AccessError
        The person may not decide here.
    ConflictError
        Somebody has decided meanwhile, or another run is reviewed.
    UsageError
        The plan is approved.
    """
    made = store.decide_many(
        who,
        space_id,
        [row.choice for row in found.rows],
        stage=found.stage,
        run_id=found.run_id,
        origin=(found.name, found.sha256),
    )
    return [word for word in made if isinstance(word, Decision)]
