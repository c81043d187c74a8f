"""Learners' accounts: what they deposited, what it was converted to, and forgetting them.

A learner is personal data: only admin and committee of the college see anything here.  The
ledger knows a learner, a result and a conversion by hashes under a random key of the learner's
own; erasing destroys the key, and the chain stays whole.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError, StoreError, UsageError
from align.learner import LearningResult, ResultState
from align.records_json import to_plain
from align.store.accounts import (
    LearnerConversion,
    as_result,
    checked_result,
    conversions_of,
    conversions_of_college,
    deposited_before,
    learner_row,
    result_data,
    result_state,
    results_of,
    results_of_college,
)
from align.store.audit import Audit
from align.store.core import new_id
from align.store.directory import entry_ids
from align.store.ledger import canonical, seal, sha256
from align.store.listing import Listing
from align.store.people import People
from align.store.states import state_of

#: A file of more results than this is no class.
_MOST_RESULTS = 5000


class Learners(Listing, People, Audit):
    """The part of the store that keeps learners' accounts."""

    def learners(self, who: Person) -> list[str]:
        """The numbers of the college's learners, sorted."""
        with self._read() as c:
            person = self._ask(c, who, "learners", who.college_id, writes=False)
            query = sa.select(t.learners.c.number).where(
                t.learners.c.college_id == person.college_id, t.learners.c.erased.is_(False)
            )
            return sorted(c.execute(query).scalars())

    def accounts(
        self, who: Person
    ) -> dict[str, tuple[list[LearningResult], list[LearnerConversion]]]:
        """Every account of the college: by the learner's number, results and conversions."""
        with self._read() as c:
            person = self._ask(c, who, "learners", who.college_id, writes=False)
            query = sa.select(t.learners).where(
                t.learners.c.college_id == person.college_id, t.learners.c.erased.is_(False)
            )
            rows = {row.id: row for row in c.execute(query)}
            results = results_of_college(c, person.college_id, rows)
            made = conversions_of_college(c, person.college_id, rows)
            return {
                row.number: (results.get(id, []), made.get(id, []))
                for id, row in sorted(rows.items(), key=lambda x: x[1].number)
            }

    def add_results(self, who: Person, results: Sequence[LearningResult]) -> list[LearningResult]:
        """Deposit results, of one learner or of a class.

        Parameters
        ----------
        results : sequence of LearningResult
            Their ``id`` is given by the store.  One that the account holds already (recognised
            meanwhile or not) is not deposited twice.

        Returns
        -------
        list of LearningResult
            As kept, in the order given.

        Raises
        ------
        UsageError
            A value that may not be, an entry the directory does not have; then none is kept.
        """
        if len(results) > _MOST_RESULTS:
            raise UsageError("一次存入的成果太多", expected=f"不超过 {_MOST_RESULTS} 条")
        with self._write() as c:
            person = self._ask(c, who, "learners", who.college_id, writes=True)
            known = entry_ids(c, person.college_id)
            made = []
            for result in [checked_result(r, known) for r in results]:
                learner = self._learner(c, person, result.learner)
                held = results_of(c, learner)
                kept = next((r for r in held if deposited_before(r, result)), None)
                if kept is None:
                    id, time = new_id("u"), self._now()
                    row = dict(
                        id=id, seq=self._next_seq(c, person.college_id),
                        college_id=person.college_id, learner_id=learner.id,
                        data=result_data(result),
                        state=str(result.state), by=person.id, time=time,
                    )  # fmt: skip
                    c.execute(t.learning_results.insert().values(row))
                    after = {"learning_result": result_state(c, id)}
                    self._log(
                        c, person, "result.added", person.college_id, subject=id, after=after,
                        time=time,
                    )  # fmt: skip
                    kept = results_of(c, learner)[-1]
                made.append(kept)
            return made

    def results(self, who: Person, learner: str) -> list[LearningResult]:
        """A learner's account, in order of deposit.

        Raises
        ------
        AccessError
            There is no such learner in the college, or the person is neither of the committee
            nor admin.
        """
        with self._read() as c:
            row = self._account(c, who, learner, writes=False)[1]
            return results_of(c, row)

    def set_state(
        self,
        who: Person,
        result_id: str,
        state: ResultState,
        *,
        entry_id: str | None = None,
        level: str | None = None,
        note: str | None = None,
    ) -> LearningResult:
        """Say how far a result has come, and (recognising it) as which entry and level, and why.

        Raises
        ------
        AccessError
            Recognising is the committee's.
        """
        recognises = entry_id is not None or level is not None or state == ResultState.RECOGNISED
        with self._write() as c:
            person = self._ask(c, who, "learners", who.college_id, writes=True)
            if recognises:
                person = self._ask(c, who, "convert", who.college_id, writes=True)
            where = t.learning_results.c.id == result_id
            row = c.execute(sa.select(t.learning_results).where(where)).one_or_none()
            learner = None if row is None else learner_row(c, t.learners.c.id == row.learner_id)
            if row is None or learner is None or row.college_id != person.college_id:
                raise AccessError("没有这份成果，或它属于别的学院")
            known = entry_ids(c, person.college_id)
            now = as_result(row, learner.number)
            new = dataclasses.replace(
                now,
                state=ResultState(state),
                entry_id=now.entry_id if entry_id is None else entry_id,
                level=now.level if level is None else level,
                note=now.note if note is None else note,
            )
            new = checked_result(new, known, converted=True)
            if new != now:
                self._change_result(c, person, row, new)
            return new

    def _change_result(
        self, c: sa.Connection, person: Person, row: Any, new: LearningResult
    ) -> None:
        before = {"learning_result": result_state(c, row.id)}
        change = t.learning_results.update().where(t.learning_results.c.id == row.id)
        c.execute(change.values(data=result_data(new), state=str(new.state)))
        after = {"learning_result": result_state(c, row.id)}
        self._log(
            c, person, "result.state", row.college_id, subject=row.id, before=before, after=after
        )

    def learner_conversions(self, who: Person, learner: str) -> list[LearnerConversion]:
        """Every conversion recorded for a learner, oldest first."""
        with self._read() as c:
            return conversions_of(c, self._account(c, who, learner, writes=False)[1])

    def export_learner(self, who: Person, learner: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """The learner's file (终身档案) as plain data, and the receipt that proves it.

        The receipt's entry holds the SHA-256 of the canonical JSON of the data.
        """
        self.keys.ready()
        with self._write() as c:
            person, row = self._account(c, who, learner, writes=True)
            data: dict[str, Any] = {
                "learner": row.number,
                "results": [
                    {**to_plain(r), "state": str(r.state)} for r in results_of(c, row)
                ],
                "conversions": [
                    {"id": x.id, "time": x.time.isoformat(), "credits": x.credits,
                     "exempted": [to_plain(e) for e in x.exempted],
                     "refused": [to_plain(r) for r in x.refused],
                     "reason": x.reason, "choices": x.choices, "steps": list(x.steps),
                     "single": x.single}
                    for x in conversions_of(c, row)
                ],
            }  # fmt: skip
            after = {"export": {"name": row.mark, "digest": sha256(canonical(data))}}
            seq = self._log(
                c, person, "learner.exported", person.college_id, subject=row.mark, after=after
            )
        return data, self._sign(person.college_id, seq, "learner.exported")

    def erase_learner(self, who: Person, learner: str) -> None:
        """Forget a learner: number, results and conversions go, their key is destroyed.

        Raises
        ------
        StoreError
            All is erased, but the database file could not be rewritten without its old pages.
        """
        with self._write() as c:
            person, row = self._account(c, who, learner, writes=True)
            mine = t.learners.c.id == row.id
            before = {"learner": state_of(c, "learner", mine)}
            blanked = []
            for noun, table in (
                ("learning_result", t.learning_results),
                ("learner_conversion", t.learner_conversions),
            ):
                of = table.c.learner_id == row.id
                blanked += [f"{noun}/{id}" for id in c.execute(sa.select(table.c.id).where(of))
                            .scalars()]  # fmt: skip
                c.execute(table.update().where(of).values(data=""))
            c.execute(t.learners.update().where(mine).values(number=None, key=None, erased=True))
            after = {"learner": state_of(c, "learner", mine), "blanked": sorted(blanked)}
            self._log(
                c, person, "learner.erased", person.college_id, subject=row.mark, before=before,
                after=after,
            )  # fmt: skip
        try:
            self.compact()
        except StoreError as error:
            raise StoreError(
                "这位学习者已删除，但数据库文件未能整理",
                got=error.what,
                remedy="请在无人使用时运行 align db compact。",
            ) from error

    def _account(
        self, c: sa.Connection, who: Person, learner: str, *, writes: bool
    ) -> tuple[Person, Any]:
        person = self._ask(c, who, "learners", who.college_id, writes=writes)
        row = learner_row(
            c, t.learners.c.college_id == person.college_id, t.learners.c.number == learner
        )
        if row is None:
            raise AccessError("本学院没有这位学习者", got=learner, remedy="请核对学号。")
        return person, row

    def _learner(self, c: sa.Connection, person: Person, number: str) -> Any:
        """The row of a learner, made at the first deposit."""
        where = (t.learners.c.college_id == person.college_id, t.learners.c.number == number)
        if (row := learner_row(c, *where)) is not None:
            return row
        id, key = new_id("n"), secrets.token_bytes(32)
        c.execute(
            t.learners.insert().values(
                id=id, college_id=person.college_id, number=number, key=key, mark=seal(key, id),
                erased=False,
            )
        )  # fmt: skip
        after = {"learner": state_of(c, "learner", t.learners.c.id == id)}
        self._log(c, person, "learner.added", person.college_id, subject=seal(key, id), after=after)
        return learner_row(c, *where)


__all__ = ["LearnerConversion", "Learners"]
