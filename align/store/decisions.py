"""Decisions: written by one function, with their entry, in one transaction, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

import align.store.tables as t
from align.access import Act, subject_of, visible, withdrawn
from align.decisions import (
    Decision,
    Grade,
    LinkDecision,
    Pair,
    Person,
    Role,
    Stage,
    Verdict,
    Workspace,
)
from align.errors import AccessError, ConflictError, UsageError
from align.records import Action
from align.store.core import new_id
from align.store.runs import Runs
from align.store.states import state_of
from align.store.words import (
    PAIR,
    Choice,
    LinkChoice,
    as_decision,
    as_link_decision,
    checked,
    history,
    table_of,
)
from align.store.workspaces import assigned, open_only

Word = LinkDecision | Decision


class Decisions(Runs):
    """The part of the store that keeps what people decide."""

    def decide_link(
        self,
        who: Person,
        workspace_id: str,
        pair: Pair,
        grade: Grade | None,
        *,
        note: str = "",
        probability: float | None = None,
        seen: str,
        stage: Stage = "review",
        run_id: str | None = None,
    ) -> LinkDecision:
        """Say how far a unit teaches a competency.

        Parameters
        ----------
        pair : (str, str, str, str)
            Certificate, item, course and unit.
        grade : 2, 1, 0 or None
            Full, part, none; None takes the earlier word back.
        probability : float or None
            What the machine had said.
        seen : str
            Id of the decision that stood there as the person saw it; "" for none.  With one
            reviewer that is the last word on the pair, with two the person's own last word (at
            stage ``settle`` the committee's).
        stage : {"review", "settle"}
        run_id : str or None
            The run the person looked at; None does not ask.

        Raises
        ------
        ConflictError
            Another word stands there by now (``theirs``), or another run is reviewed.
        AccessError, UsageError
            Not this person's to decide; approved; a value not allowed.
        """
        choice = LinkChoice(pair, grade, note, probability, seen)
        made = self.decide_many(who, workspace_id, [choice], stage=stage, run_id=run_id)
        return cast(LinkDecision, made[0])

    def decide(
        self,
        who: Person,
        workspace_id: str,
        subject: str,
        proposed: Action,
        verdict: Verdict,
        *,
        action: Action | None = None,
        course_id: str = "",
        hours: float | None = None,
        credits: float | None = None,
        note: str = "",
        seen: str,
        stage: Stage = "review",
        run_id: str | None = None,
    ) -> Decision:
        """Say what holds of a proposal; see :class:`Decision` and :meth:`decide_link`."""
        choice = Choice(subject, proposed, verdict, action, course_id, hours, credits, note, seen)
        made = self.decide_many(who, workspace_id, [choice], stage=stage, run_id=run_id)
        return cast(Decision, made[0])

    def decide_many(
        self,
        who: Person,
        workspace_id: str,
        choices: Sequence[LinkChoice | Choice],
        *,
        stage: Stage = "review",
        run_id: str | None = None,
    ) -> list[Word]:
        """Save several words at once: all of them, or none."""
        rows = [(choice, checked(choice)) for choice in choices]
        if stage not in ("review", "settle"):
            raise UsageError("阶段不对", got=stage, expected="review 或 settle")
        act: Act = "decide" if stage == "review" else "settle"
        with self._write() as c:
            person, now = self._ask_workspace(c, who, act, workspace_id, writes=True)
            open_only(now)
            if run_id is not None and run_id != now.run_id:
                raise ConflictError(
                    "结果已重新计算，没有保存",
                    place=now.name,
                    got=now.run_id,
                    expected=run_id,
                    remedy="请刷新页面，看过新的结果再作判断。",
                    mine=tuple(choices),
                    theirs=now,
                )
            made = []
            for choice, row in rows:
                _only_own_courses(c, person, now, stage, choice, row)
                old = _standing(c, now, person.id, stage, choice, row)
                made.append(self._add(c, person, now, table_of(choice), row, old, stage=stage))
            return made

    def _add(
        self,
        c: sa.Connection,
        actor: Person,
        now: Workspace,
        table: sa.Table,
        row: dict[str, Any],
        old: Word | None,
        **more: Any,
    ) -> Word:
        """One row and its entry."""
        noun = "link_decision" if table is t.link_decisions else "decision"
        time = self._now()
        id = new_id("l" if noun == "link_decision" else "d")
        full = {
            "id": id, "seq": self._next_seq(c, now.college_id), "workspace_id": now.id,
            "run_id": now.run_id, "reviewer": actor.id, "time": time,
            "supersedes": old.id if old else "", "carried_from": "", **row, **more,
        }  # fmt: skip
        c.execute(table.insert().values(full))
        word: Word = _read(table, history(c, table, now.id, table.c.id == id))[0]
        kind = {"link_decision": "link.decided", "decision": "proposal.decided"}[noun]
        self._log(
            c,
            actor,
            kind if not word.carried_from else kind.replace("decided", "carried"),
            now.college_id,
            workspace_id=now.id,
            subject=subject_of(word),
            before={noun: state_of(c, noun, table.c.id == old.id)} if old else {},
            after={noun: state_of(c, noun, table.c.id == id)},
            time=time,
        )
        return word

    def link_decisions(self, who: Person, workspace_id: str) -> list[LinkDecision]:
        """Every word on pairs that this person may see, in order of time.

        With two reviewers the words of others are left out as :func:`align.access.visible` says.
        """
        with self._read() as c:
            person, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            found = [as_link_decision(r) for r in history(c, t.link_decisions, now.id)]
            return visible(found, person, now.reviewers)

    def decisions(self, who: Person, workspace_id: str) -> list[Decision]:
        """Every word on proposals that this person may see, in order of time."""
        with self._read() as c:
            person, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            found = [as_decision(r) for r in history(c, t.decisions, now.id)]
            return visible(found, person, now.reviewers)

    def carryable(
        self, who: Person, workspace_id: str
    ) -> tuple[list[LinkDecision], list[Decision]]:
        """All words, hidden ones too: what :meth:`carry` is made from, never to be shown."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "run", workspace_id, writes=False)
            return (
                [as_link_decision(r) for r in history(c, t.link_decisions, now.id)],
                [as_decision(r) for r in history(c, t.decisions, now.id)],
            )

    def decided(self, who: Person, workspace_id: str) -> dict[str, int]:
        """How many people's words stand on each subject, hidden ones too (not what they say)."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            counts: dict[str, set[str]] = {}
            for table in (t.link_decisions, t.decisions):
                for word in _read(table, history(c, table, now.id, table.c.stage == "review")):
                    words = counts.setdefault(subject_of(word), set())
                    (words.discard if withdrawn(word) else words.add)(word.reviewer)
            return {subject: len(words) for subject, words in counts.items() if words}

    def decisions_version(self, workspace_id: str) -> int:
        """A number that grows with every decision in a workspace; 0 before the first."""
        with self._read() as c:
            return max(
                int(
                    c.execute(
                        sa.select(sa.func.max(table.c.seq)).where(
                            table.c.workspace_id == workspace_id
                        )
                    ).scalar_one()
                    or 0
                )
                for table in (t.link_decisions, t.decisions)
            )

    def carry(
        self, who: Person, workspace_id: str, replacements: Sequence[LinkDecision | Decision]
    ) -> list[Word]:
        """Let earlier words hold for the present run, where what they are about did not change.

        Parameters
        ----------
        replacements : sequence of LinkDecision or Decision
            Each names the earlier word in ``carried_from`` and differs from it only in what it
            is about (pair or subject, course) and what the machine says now.

        Raises
        ------
        UsageError
            One has no earlier word in this workspace, or says something else than it.
        """
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "run", workspace_id, writes=True)
            open_only(now)
            made = []
            for new in replacements:
                table = table_of(new)
                found = history(c, table, now.id, table.c.id == new.carried_from)
                if not found or not _same_word(old := _read(table, found)[0], new):
                    raise UsageError(
                        "沿用的判断与原来的不一致，一条也没有保存",
                        got=subject_of(new),
                        remedy="请报告给维护人员。",
                    )
                row = {k: v for k, v in found[0]._mapping.items() if k in table.c}
                row |= _moved(new)
                top = _last(c, now, new.reviewer, old.stage, row, table)
                if top and top.run_id == now.run_id and top.carried_from == old.id:
                    continue  # the same run carried again
                keep = {"id", "seq", "run_id", "supersedes", "carried_from"}
                row = {k: v for k, v in row.items() if k not in keep}
                made.append(self._add(c, person, now, table, row, top, carried_from=old.id))
            return made


def _read(table: sa.Table, rows: list[Any]) -> list[Any]:
    return [(as_link_decision if table is t.link_decisions else as_decision)(r) for r in rows]


def _about(table: sa.Table, row: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    names = PAIR if table is t.link_decisions else ("subject",)
    return [table.c[name] == row[name] for name in names]


def _last(
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
    return cast(Word, _read(table, found[-1:])[0]) if found else None


def _standing(
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
    last = _last(c, now, me, stage, row, table)
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
        words = _read(table, history(c, table, now.id, *_about(table, row)))
        held: set[str] = set()
        for word in words:
            if word.stage == "review":
                (held.discard if withdrawn(word) else held.add)(word.reviewer)
        if stage == "settle" and len(held) < 2:
            raise UsageError("还没有两位教师的判断，不能裁定", remedy="请等两位教师都判断之后。")
        if stage == "review" and len(held - {me}) >= 2:
            raise UsageError("已有两位教师作了判断", remedy="如有分歧，请由委员会裁定。")
    return last


def _only_own_courses(
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


def _moved(new: Word) -> dict[str, Any]:
    if isinstance(new, LinkDecision):
        return {**dict(zip(PAIR, new.pair, strict=True)), "probability": new.probability}
    return {"subject": new.subject, "proposed": str(new.proposed), "course_id": new.course_id}


def _same_word(old: Word, new: Word) -> bool:
    """Whether the replacement says what the earlier word said, by the same person."""
    fields = ["reviewer", "stage", "note", "grade", "verdict", "action", "hours", "credits"]
    return type(old) is type(new) and all(
        getattr(old, f, None) == getattr(new, f, None) for f in fields
    )
