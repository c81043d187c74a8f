"""A learner's account as rows of the database, and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.errors import UsageError
from align.learner import ConversionRule, Exempted, LearningResult, Refused, ResultState
from align.records_json import from_plain, to_plain
from align.store.core import day_of, name, text
from align.store.ledger import canonical, moment
from align.store.listing import approvals_of
from align.store.states import plain, state_of


@dataclass(frozen=True, slots=True)
class LearnerConversion:
    """One application of the approved rules to an account, or one single decision, as recorded.

    Parameters
    ----------
    reason : str
        Why this one of several equally good choices; in a single decision the committee's
        ground.  Part of the learner's file: it goes when the learner is erased.
    choices : int
        How many equally good choices there were; 1 where there was one way.
    steps : tuple of str
        Steps of the approval chain that had signed the rules applied, in order.
    single : bool
        The committee's decision on one result that no rule speaks of.
    """

    id: str
    learner: str
    exempted: tuple[Exempted, ...]
    refused: tuple[Refused, ...]
    by: str
    by_name: str
    time: datetime
    reason: str = ""
    choices: int = 1
    steps: tuple[str, ...] = ()
    single: bool = False

    @property
    def credits(self) -> float:
        """Credits of all exempted courses."""
        return sum(e.credits for e in self.exempted)


def learner_row(c: sa.Connection, *where: sa.ColumnElement[bool]) -> Any:
    query = sa.select(t.learners).where(t.learners.c.erased.is_(False), *where)
    return c.execute(query).one_or_none()


def result_state(c: sa.Connection, result_id: str) -> dict[str, Any]:
    return state_of(c, "learning_result", t.learning_results.c.id == result_id)


def result_data(result: LearningResult) -> str:
    """What of a result is personal, as stored; the learner stands in a column of its own."""
    bare = dataclasses.replace(result, id="", learner="", state=ResultState.DEPOSITED)
    return canonical(to_plain(bare))


def as_result(row: Any, number: str) -> LearningResult:
    bare = from_plain(LearningResult, plain(row.data))
    return dataclasses.replace(bare, id=row.id, learner=number, state=ResultState(row.state))


def result_rows(c: sa.Connection, learner_id: str) -> list[Any]:
    query = sa.select(t.learning_results).where(t.learning_results.c.learner_id == learner_id)
    return list(c.execute(query.order_by(t.learning_results.c.seq)))


def results_of(c: sa.Connection, learner: Any) -> list[LearningResult]:
    return [as_result(row, learner.number) for row in result_rows(c, learner.id)]


def results_of_college(
    c: sa.Connection, college_id: str, learners: Mapping[str, Any]
) -> dict[str, list[LearningResult]]:
    """The results of these learners (rows by id), by learner, in order of deposit."""
    query = sa.select(t.learning_results).where(t.learning_results.c.college_id == college_id)
    found: dict[str, list[LearningResult]] = {}
    for row in c.execute(query.order_by(t.learning_results.c.seq)):
        if row.learner_id in learners:
            found.setdefault(row.learner_id, []).append(
                as_result(row, learners[row.learner_id].number)
            )
    return found


def conversions_of(c: sa.Connection, learner: Any) -> list[LearnerConversion]:
    """A learner's conversions, oldest first."""
    where = t.learner_conversions.c.learner_id == learner.id
    return _conversions(c, learner.college_id, {learner.id: learner}, where).get(learner.id, [])


def conversions_of_college(
    c: sa.Connection, college_id: str, learners: Mapping[str, Any]
) -> dict[str, list[LearnerConversion]]:
    """The conversions of these learners (rows by id), by learner, oldest first."""
    where = t.learner_conversions.c.college_id == college_id
    return _conversions(c, college_id, learners, where)


def _conversions(
    c: sa.Connection, college_id: str, learners: Mapping[str, Any], where: sa.ColumnElement[bool]
) -> dict[str, list[LearnerConversion]]:
    query = (
        sa.select(t.learner_conversions, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.learner_conversions.c.by)
        .where(where)
        .order_by(t.learner_conversions.c.seq)
    )
    found: dict[str, list[LearnerConversion]] = {}
    signed = approvals_of(c, college_id)
    for row in c.execute(query):
        learner = learners.get(row.learner_id)
        if learner is None:
            continue
        data = plain(row.data)
        # A single decision stands under no rule of the list: whoever recorded it approved it.
        own = " ".join(x for x in (row.by_name, day_of(moment(row.time))) if x)
        exempted = [from_plain(Exempted, e) for e in data["exempted"]]
        refused = (from_plain(Refused, r) for r in data["refused"])
        found.setdefault(learner.id, []).append(
            LearnerConversion(
                row.id, learner.number,
                tuple(
                    dataclasses.replace(
                        e, learner=learner.number,
                        rule=dataclasses.replace(
                            e.rule, approved=signed.get(e.rule.id, "") if e.rule.id else own
                        ),
                    )
                    for e in exempted
                ),
                tuple(dataclasses.replace(r, learner=learner.number) for r in refused),
                row.by, row.by_name, moment(row.time), data.get("reason", ""),
                data.get("choices", 1), tuple(data.get("steps", ())), data.get("single", False),
            )
        )  # fmt: skip
    return found


def deposited_before(kept: LearningResult, new: LearningResult) -> bool:
    """Whether a result is one the account holds, recognised meanwhile or not."""
    piece = (kept.name, kept.issued, kept.hours, kept.evidence)
    if piece != (new.name, new.issued, new.hours, new.evidence):
        return False
    if (kept.entry_id, kept.level) == (new.entry_id, new.level):
        return True
    return bool(kept.note) and new.entry_id in {"", kept.entry_id}


def unsigned(rule: ConversionRule | None) -> ConversionRule | None:
    """A rule without what its approver wrote, which goes when they are erased."""
    return None if rule is None else dataclasses.replace(rule, approved="", note="")


def kept_exempted(e: Exempted) -> Any:
    """Without names: those of the committee must be erasable where they are, and only there."""
    rule = dataclasses.replace(e.rule, approved="", note="")
    return to_plain(dataclasses.replace(e, learner="", rule=rule))


def checked_result(
    r: LearningResult, known: set[str], *, converted: bool = False
) -> LearningResult:
    if r.entry_id and r.entry_id not in known:
        raise UsageError(
            "学习成果名录中没有这一项", place=r.name, got=r.entry_id, remedy="请先登记，或留空。"
        )
    if r.hours is not None and not 0 < r.hours <= 10_000:  # also refuses NaN
        raise UsageError("学时不对", place=r.name, got=f"{r.hours:g}", expected="大于 0")
    state = ResultState(r.state)
    if state is ResultState.CONVERTED and not converted:
        raise UsageError("新存入的成果不能是已转换", place=r.name)
    return dataclasses.replace(
        r,
        learner=name(r.learner, "学号"),
        name=name(r.name, "学习成果名称"),
        level=name(r.level, "等级", needed=False),
        hours=None if r.hours is None else float(r.hours),
        evidence=name(r.evidence, "证明", needed=False),
        state=state,
        note=text(r.note, "认定意见"),
    )
