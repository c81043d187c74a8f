"""Decisions: written by one function, with their entry, in one transaction, never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import sqlalchemy as sa

import align.store.tables as t
from align.access import Act, subject_of
from align.decisions import (
    Decision,
    Grade,
    LinkDecision,
    Pair,
    Person,
    Stage,
    Verdict,
    Workspace,
)
from align.errors import ConflictError, UsageError
from align.records import Action, Match, Proposal, Run
from align.store.core import name, new_id, text
from align.store.heard import Heard, newest
from align.store.runs import rows_of
from align.store.standing import (
    Word,
    last_word,
    moved,
    only_own_courses,
    same_word,
    standing,
)
from align.store.states import state_of
from align.store.words import (
    Choice,
    LinkChoice,
    as_words,
    checked,
    history,
    table_of,
)
from align.store.workspaces import open_only


class Decisions(Heard):
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
        origin: tuple[str, str] | None = None,
    ) -> list[Word]:
        """Save several words at once: all of them, or none.

        Parameters
        ----------
        origin : (str, str) or None
            Name and SHA-256 of the file the words were taken from; stands in every entry.
        """
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
                only_own_courses(c, person, now, stage, choice, row)
                old = standing(c, now, person.id, stage, choice, row)
                table = table_of(choice)
                made.append(self._add(c, person, now, table, row, old, origin, stage=stage))
            return made

    def _add(
        self,
        c: sa.Connection,
        actor: Person,
        now: Workspace,
        table: sa.Table,
        row: dict[str, Any],
        old: Word | None,
        origin: tuple[str, str] | None = None,
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
        word: Word = as_words(table, history(c, table, now.id, table.c.id == id))[0]
        kind = {"link_decision": "link.decided", "decision": "proposal.decided"}[noun]
        self._log(
            c,
            actor,
            kind if not word.carried_from else kind.replace("decided", "carried"),
            now.college_id,
            workspace_id=now.id,
            subject=subject_of(word),
            before={noun: state_of(c, noun, table.c.id == old.id)} if old else {},
            after={noun: state_of(c, noun, table.c.id == id), **_from_file(origin)},
            time=time,
        )
        return word

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
            return self._carry(c, person, now, replacements)

    def replace_run(
        self,
        who: Person,
        workspace_id: str,
        run: Run,
        matches: Sequence[Match],
        proposals: Sequence[Proposal],
        snapshot: bytes,
        replacements: Sequence[LinkDecision | Decision],
        *,
        place_of: str,
        seen: int,
    ) -> list[Word]:
        """:meth:`save_run` in the place of another run and :meth:`carry`, both or neither.

        Between the two nobody's word would be in force.

        Parameters
        ----------
        place_of : str
            The id of the run that is reviewed until now.
        seen : int
            :meth:`decisions_version` before the words were read that are carried.

        Raises
        ------
        ConflictError
            Somebody decided meanwhile, or another run is reviewed by now: nothing is saved.
        UsageError
            As of the two.
        """
        rows = rows_of(matches, proposals)
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "run", workspace_id, writes=True)
            open_only(now)
            if now.run_id != place_of or newest(c, now.id) != seen:
                raise ConflictError(
                    "重新计算期间有人作了新的判断或换了运行结果，没有保存",
                    place=now.name, remedy="请再运行一次；已有的判断都在。",
                )  # fmt: skip
            now = self._keep_run(c, person, now, run, rows, snapshot)
            return self._carry(c, person, now, replacements)

    def _carry(
        self, c: sa.Connection, person: Person, now: Workspace,
        replacements: Sequence[LinkDecision | Decision],
    ) -> list[Word]:  # fmt: skip
        made = []
        for new in replacements:
            table = table_of(new)
            found = history(c, table, now.id, table.c.id == new.carried_from)
            if not found or not same_word(old := as_words(table, found)[0], new):
                raise UsageError(
                    "沿用的判断与原来的不一致，一条也没有保存",
                    got=subject_of(new),
                    remedy="请报告给维护人员。",
                )
            row = {k: v for k, v in found[0]._mapping.items() if k in table.c}
            row |= moved(new)
            top = last_word(c, now, new.reviewer, old.stage, row, table)
            if top and top.run_id == now.run_id and top.carried_from == old.id:
                continue  # the same run carried again
            keep = {"id", "seq", "run_id", "supersedes", "carried_from"}
            row = {k: v for k, v in row.items() if k not in keep}
            made.append(self._add(c, person, now, table, row, top, carried_from=old.id))
        return made


def _from_file(origin: tuple[str, str] | None) -> dict[str, Any]:
    """Where the words of a file come from, for their entries; nothing of it is personal."""
    if origin is None:
        return {}
    called, digest = name(origin[0], "文件名"), text(origin[1], "指纹", 128, needed=True)
    return {"origin": {"origin_file": called, "sha256": digest}}
