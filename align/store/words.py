"""What a person wants to save: a word on a pair, or on a proposal, and what they saw before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Decision, Grade, LinkDecision, Pair, Verdict
from align.errors import UsageError
from align.records import Action
from align.store.core import LONGEST_NAME, text
from align.store.ledger import moment


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """One pair for :meth:`Store.decide_many`; the fields as for :meth:`Store.decide_link`."""

    pair: Pair
    grade: Grade | None
    note: str = ""
    probability: float | None = None
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One proposal for :meth:`Store.decide_many`; the fields as for :meth:`Store.decide`."""

    subject: str
    proposed: Action
    verdict: Verdict
    action: Action | None = None
    course_id: str = ""
    hours: float | None = None
    credits: float | None = None
    note: str = ""
    seen: str = ""


def checked(choice: LinkChoice | Choice) -> dict[str, Any]:
    """The choice as columns of its table.

    Raises
    ------
    UsageError
        A value that is none of the allowed ones, or values that contradict each other.
    """
    if isinstance(choice, LinkChoice):
        if choice.grade not in (None, 0, 1, 2) or isinstance(choice.grade, bool):
            raise UsageError("程度不对", got=repr(choice.grade), expected="2、1、0 或空")
        if len(choice.pair) != 4 or not all(choice.pair):
            raise UsageError("配对不完整", got=str(choice.pair))
        return {
            **dict(zip(PAIR, (_id(x) for x in choice.pair), strict=True)),
            "grade": choice.grade,
            "probability": _number(choice.probability, "概率", 1.0),
            "note": text(choice.note, "备注"),
        }
    action = Action(choice.action) if choice.action is not None else None
    if choice.verdict == "accept":
        action = Action(choice.proposed)
    elif choice.verdict == "change":
        if action is None:
            raise UsageError("缺少改成的措施", place=choice.subject, remedy="请选择一种措施。")
    elif choice.verdict in {"reject", "withdraw"}:
        action = None
    else:
        raise UsageError(
            "结论不对", got=choice.verdict, expected="accept、change、reject、withdraw"
        )
    return {
        "subject": _id(choice.subject),
        "proposed": str(Action(choice.proposed)),
        "verdict": choice.verdict,
        "action": None if action is None else str(action),
        "course_id": _id(choice.course_id, needed=False),
        "hours": _number(choice.hours, "学时", 10_000.0),
        "credits": _number(choice.credits, "学分", 1_000.0),
        "note": text(choice.note, "备注"),
    }


PAIR = ("certificate_id", "item_id", "course_id", "unit_id")


def _id(value: str, *, needed: bool = True) -> str:
    return text(value, "编号", 3 * LONGEST_NAME, needed=needed)


def _number(value: float | None, what: str, most: float) -> float | None:
    if value is None:
        return None
    if not 0 <= value <= most:  # also refuses NaN
        raise UsageError(f"{what}不对", got=f"{value:g}", expected=f"0 至 {most:g}")
    return float(value)


def table_of(choice: LinkChoice | Choice | LinkDecision | Decision) -> sa.Table:
    """Where it is kept."""
    return t.link_decisions if isinstance(choice, LinkChoice | LinkDecision) else t.decisions


def as_link_decision(row: Any) -> LinkDecision:
    """A row of ``link_decisions`` joined with its reviewer's name."""
    return LinkDecision(
        id=row.id,
        workspace_id=row.workspace_id,
        run_id=row.run_id,
        pair=(row.certificate_id, row.item_id, row.course_id, row.unit_id),
        grade=row.grade,
        probability=row.probability,
        reviewer=row.reviewer,
        reviewer_name=row.reviewer_name,
        stage=row.stage,
        note=row.note,
        time=moment(row.time),
        supersedes=row.supersedes,
        carried_from=row.carried_from,
    )


def as_decision(row: Any) -> Decision:
    """A row of ``decisions`` joined with its reviewer's name."""
    return Decision(
        id=row.id,
        workspace_id=row.workspace_id,
        run_id=row.run_id,
        subject=row.subject,
        proposed=Action(row.proposed),
        verdict=row.verdict,
        action=None if row.action is None else Action(row.action),
        reviewer=row.reviewer,
        reviewer_name=row.reviewer_name,
        stage=row.stage,
        note=row.note,
        time=moment(row.time),
        course_id=row.course_id,
        hours=row.hours,
        credits=row.credits,
        supersedes=row.supersedes,
        carried_from=row.carried_from,
    )


def as_words(table: sa.Table, rows: Sequence[Any]) -> list[Any]:
    """Rows of ``link_decisions`` or ``decisions`` as the records they are."""
    return [(as_link_decision if table is t.link_decisions else as_decision)(r) for r in rows]


def history(
    c: sa.Connection, table: sa.Table, workspace_id: str, *where: sa.ColumnElement[bool]
) -> list[Any]:
    """Rows of a workspace in order of time, each with its reviewer's name."""
    query = (
        sa.select(table, t.people.c.name.label("reviewer_name"))
        .join(t.people, t.people.c.id == table.c.reviewer)
        .where(table.c.workspace_id == workspace_id, *where)
        .order_by(table.c.seq, table.c.id)
    )
    return list(c.execute(query))


__all__ = [
    "Choice",
    "LinkChoice",
    "as_decision",
    "as_link_decision",
    "as_words",
    "checked",
    "history",
]
