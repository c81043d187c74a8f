"""What a new word takes the place of, and whether this person may say it."""

from __future__ import annotations

from typing import Any, cast

import sqlalchemy as sa

import align.store.tables as t
from align.access import subject_of, withdrawn
from align.decisions import Decision, LinkDecision, Person, Role, Stage, Workspace
from align.errors import AccessError, ConflictError, UsageError
from align.store.words import PAIR, Choice, LinkChoice, as_words, history, table_of
from align.store.workspaces import assigned

Word = LinkDecision | Decision


def _about(table: sa.Table, row: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    names = PAIR if table is t.link_decisions else ("subject",)
    return [table.c[name] == row[name] for name in names]


def last_word(
    c: sa.Connection,
    now: Workspace,
    reviewer: str,
    stage: str,
    row: dict[str, Any],
    table: sa.Table,
) -> Word | None:
    """The last word of the stream the row belongs to."""
    where = _about(table, row)
    if now.reviewers == 2:
        where.append(table.c.stage == stage)
        if stage == "review":
            where.append(table.c.reviewer == reviewer)
    found = history(c, table, now.id, *where)
    return cast(Word, as_words(table, found[-1:])[0]) if found else None


def standing(
    c: sa.Connection, now: Workspace, me: str, stage: Stage, choice: LinkChoice | Choice,
    row: dict[str, Any],
) -> Word | None:  # fmt: skip
    """The word that will be superseded.

    Raises
    ------
    ConflictError
        It is not the one the person saw.
    UsageError
        With two reviewers: two others have decided already, or nothing is there to settle.
    """
    table = table_of(choice)
    last = last_word(c, now, me, stage, row, table)
    # A word on an earlier run may be shown as "to be looked at again", or not at all.
    stale = last is not None and last.run_id != now.run_id and choice.seen == ""
    if (last.id if last else "") != choice.seen and not stale:
        raise ConflictError(
            "这一项刚有人作了判断，没有保存" if last else "您看到的判断已不在",
            place=subject_of(last) if last else None,
            remedy="请看过现在的判断，再决定一次。",
            mine=choice,
            theirs=last,
        )
    if now.reviewers == 2:
        words = as_words(table, history(c, table, now.id, *_about(table, row)))
        held: set[str] = set()
        for word in words:
            if word.stage == "review":
                (held.discard if withdrawn(word) else held.add)(word.reviewer)
        if stage == "settle" and len(held) < 2:
            raise UsageError("还没有两位教师的判断，不能裁定", remedy="请等两位教师都判断之后。")
        if stage == "review" and len(held - {me}) >= 2:
            raise UsageError("已有两位教师作了判断", remedy="如有分歧，请由委员会裁定。")
    return last


def only_own_courses(
    c: sa.Connection, who: Person, now: Workspace, stage: str, choice: LinkChoice | Choice,
    row: dict[str, Any],
) -> None:  # fmt: skip
    """Faculty decide on the courses they were given, as soon as anybody was given some."""
    if who.role != Role.FACULTY or not (given := assigned(c, now.id)):
        return
    course = row["course_id"]
    if isinstance(choice, Choice):
        course = _course_of(c, now, choice)
    if course and course not in given.get(who.id, frozenset()):
        raise AccessError(
            "这门课程没有分配给您",
            place=course,
            remedy="请由负责这门课程的教师判断，或请委员会重新分配。",
        )


def _course_of(c: sa.Connection, now: Workspace, choice: Choice) -> str:
    """The course a proposal is about; "" where no course was found yet (everybody's)."""
    kind, _, rest = choice.subject.partition(":")
    query = sa.select(t.proposals.c.course_id).where(
        t.proposals.c.workspace_id == now.id, t.proposals.c.run_id == now.run_id,
        t.proposals.c.id == choice.subject,
    )  # fmt: skip
    found = c.execute(query).scalar_one_or_none()
    if found is None and kind in {"unit", "course"}:
        return [*rest.split(":"), ""][1]
    return found or ""


def moved(new: Word) -> dict[str, Any]:
    if isinstance(new, LinkDecision):
        return {**dict(zip(PAIR, new.pair, strict=True)), "probability": new.probability}
    return {"subject": new.subject, "proposed": str(new.proposed), "course_id": new.course_id}


def same_word(old: Word, new: Word) -> bool:
    """Whether the replacement says what the earlier word said, by the same person."""
    fields = ["reviewer", "stage", "note", "grade", "verdict", "action", "hours", "credits"]
    return type(old) is type(new) and all(
        getattr(old, f, None) == getattr(new, f, None) for f in fields
    )
