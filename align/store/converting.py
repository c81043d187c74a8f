"""Conversions entered in learners' accounts: under the approved rules, or as a single decision.

Both are the learner's: they are known to the ledger by hashes under the learner's own key, and
go when the learner is erased.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError, ConflictError, UsageError
from align.learner import ConversionRule, Exempted, LearningResult, Refused, ResultState
from align.records_json import to_plain
from align.store.accounts import (
    LearnerConversion,
    conversions_of,
    kept_exempted,
    learner_row,
    result_rows,
    results_of,
    unsigned,
)
from align.store.core import name, new_id, text
from align.store.learners import Learners
from align.store.ledger import canonical
from align.store.listing import rules_in_list, steps_passed
from align.store.states import state_of

#: The name of the reason under which a single decision refuses a result.
SINGLE = "single-decision"


class Converting(Learners):
    """The part of the store that enters conversions."""

    def record_conversion(
        self,
        who: Person,
        learner: str,
        exempted: Sequence[Exempted],
        refused: Sequence[Refused] = (),
        *,
        choices: int = 1,
        reason: str = "",
    ) -> tuple[LearnerConversion, dict[str, Any]]:
        """Enter what the approved rules made of an account; the results used are converted.

        Parameters
        ----------
        exempted, refused : sequence of Exempted, sequence of Refused
            As :func:`align.learner.convert` gave them.
        choices : int
            How many equally good choices there were, of which this is one.
        reason : str
            Why this one; needed where there were several.

        Returns
        -------
        LearnerConversion, dict
            And the receipt to keep.

        Raises
        ------
        ConflictError
            A rule is no longer in force as given, or a result has been converted meanwhile.
        UsageError
            There is nothing to record, a result is not of this account, or one of several
            choices is given without a reason.
        """
        if not exempted and not refused:
            raise UsageError("没有可登记的转换")
        reason = text(reason, "选定的理由", needed=choices > 1)
        self.keys.ready()
        with self._write() as c:
            person, row = self._account(c, who, learner, writes=True)
            rules = rules_in_list(c, person.college_id)
            mine = {r.id: r for r in results_of(c, row)}
            for e in exempted:
                if unsigned(rules.get(e.rule.id)) != unsigned(e.rule):
                    raise ConflictError(
                        "转换规则已变，没有登记", place=e.rule.course,
                        remedy="请按现在的规则重新计算。", mine=e.rule,
                        theirs=rules.get(e.rule.id),
                    )  # fmt: skip
            used = list(dict.fromkeys(r for e in exempted for r in e.results))
            if strange := [r for r in (*used, *(x.result for x in refused)) if r not in mine]:
                raise UsageError("不是这位学习者的成果", got=strange[0])
            if not all(e.results for e in exempted):
                raise UsageError("免修没有写明依据的成果")
            _unused(used, mine)
            kept: dict[str, Any] = {
                "exempted": [kept_exempted(e) for e in exempted],
                "refused": [to_plain(dataclasses.replace(r, learner="")) for r in refused],
            }
            if choices > 1:
                kept |= {"choices": int(choices)}
            if reason.strip():
                kept |= {"reason": reason.strip()}
            if steps := steps_passed(c, person.college_id, (e.rule.id for e in exempted)):
                kept |= {"steps": steps}
            made, seq = self._enter(c, person, row, "learner.converted", kept, used)
        return made, self._sign(person.college_id, seq, "learner.converted")

    def decide_single(
        self,
        who: Person,
        result_id: str,
        reason: str,
        exempt: ConversionRule | None = None,
    ) -> tuple[LearnerConversion, dict[str, Any]]:
        """The committee's decision on one result that no rule speaks of (单独认定).

        Parameters
        ----------
        reason : str
            The committee's ground; always needed.
        exempt : ConversionRule or None
            The course and its credits; ``id``, ``version``, ``approved`` and ``note`` count for
            nothing.  None refuses the result: it stays in the account.

        Returns
        -------
        LearnerConversion, dict
            And the receipt to keep.

        Raises
        ------
        AccessError
            Only the committee may.
        ConflictError
            The result has been converted, or the course exempted, meanwhile.
        """
        reason = text(reason, "认定的理由", needed=True).strip()
        self.keys.ready()
        with self._write() as c:
            person = self._ask(c, who, "convert", who.college_id, writes=True)
            found = c.execute(
                sa.select(t.learning_results).where(t.learning_results.c.id == result_id)
            ).one_or_none()
            row = None if found is None else learner_row(c, t.learners.c.id == found.learner_id)
            if found is None or row is None or row.college_id != person.college_id:
                raise AccessError("没有这份成果，或它属于别的学院")
            mine = {r.id: r for r in results_of(c, row)}
            result = mine[result_id]
            _unused([result_id], mine)
            kept: dict[str, Any] = {"exempted": [], "refused": [], "single": True}
            if exempt is None:
                no = Refused("", result_id, SINGLE, "委员会单独认定：不予免修")
                kept["refused"] = [to_plain(no)]
            else:
                rule = _checked_single(exempt, result)
                done = {e.rule.course_id for x in conversions_of(c, row) for e in x.exempted}
                if rule.course_id in done:
                    raise ConflictError("这门课程已经免修过，没有登记", place=rule.course)
                kept["exempted"] = [kept_exempted(Exempted("", rule, (result_id,), result.name))]
            kept["reason"] = reason
            used = [] if exempt is None else [result_id]
            made, seq = self._enter(c, person, row, "learner.single", kept, used)
        return made, self._sign(person.college_id, seq, "learner.single")

    def _enter(
        self, c: sa.Connection, person: Person, row: Any, kind: str, kept: dict[str, Any],
        used: Iterable[str],
    ) -> tuple[LearnerConversion, int]:  # fmt: skip
        """Write a conversion with its entry; the results it used are converted."""
        id, time = new_id("z"), self._now()
        c.execute(
            t.learner_conversions.insert().values(
                id=id, seq=self._next_seq(c, person.college_id), college_id=person.college_id,
                learner_id=row.id, data=canonical(kept), by=person.id, time=time,
            )
        )  # fmt: skip
        ids = t.learner_conversions.c.id
        after = {"learner_conversion": state_of(c, "learner_conversion", ids == id)}
        seq = self._log(
            c, person, kind, person.college_id, subject=row.mark, after=after, time=time
        )
        mine = {r.id: r for r in results_of(c, row)}
        rows = {r.id: r for r in result_rows(c, row.id)}
        for one in used:
            new = dataclasses.replace(mine[one], state=ResultState.CONVERTED)
            self._change_result(c, person, rows[one], new)
        return conversions_of(c, row)[-1], seq


def _unused(used: Sequence[str], mine: dict[str, LearningResult]) -> None:
    done = [r for r in used if mine[r].state is ResultState.CONVERTED]
    if done:
        raise ConflictError(
            "成果已经转换过，没有登记", place=mine[done[0]].name,
            remedy="请看过现在的账户，再转换。", mine=tuple(used), theirs=tuple(mine.values()),
        )  # fmt: skip


def _checked_single(rule: ConversionRule, result: LearningResult) -> ConversionRule:
    if not 0 < rule.credits <= 1000:  # also refuses NaN
        raise UsageError("学分不对", place=rule.course, got=f"{rule.credits:g}", expected="大于 0")
    if rule.grade is not None and not 0 <= rule.grade <= 100:
        raise UsageError("成绩不对", place=rule.course, got=f"{rule.grade:g}", expected="0 至 100")
    course = name(rule.course, "课程名称")
    return ConversionRule(
        id="",
        entry_id=result.entry_id,
        level=result.level,
        course_id=text(rule.course_id, "课程编号", 1200) or course,
        course=course,
        nature=name(rule.nature, "课程性质", needed=False),
        category=name(rule.category, "课程类别", needed=False),
        credits=float(rule.credits),
        grade=None if rule.grade is None else float(rule.grade),
    )


__all__ = ["SINGLE", "Converting"]
