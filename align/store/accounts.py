"""A learner's account as rows of the database, and back."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.errors import UsageError
from align.learner import ConversionRule, Exempted, LearningResult, Refused, ResultState
from align.records_json import from_plain, to_plain
from align.store.core import name
from align.store.directory import approvals_of
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of


@dataclass(frozen=True, slots=True)
class LearnerConversion:
    """One application of the approved rules to an account, as recorded."""

    id: str
    learner: str
    exempted: tuple[Exempted, ...]
    refused: tuple[Refused, ...]
    by: str
    by_name: str
    time: datetime

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


def conversions_of(c: sa.Connection, learner: Any) -> list[LearnerConversion]:
    query = (
        sa.select(t.learner_conversions, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.learner_conversions.c.by)
        .where(t.learner_conversions.c.learner_id == learner.id)
        .order_by(t.learner_conversions.c.seq)
    )
    found = []
    signed = approvals_of(c, learner.college_id)
    for row in c.execute(query):
        data = plain(row.data)
        exempted = [from_plain(Exempted, e) for e in data["exempted"]]
        refused = (from_plain(Refused, r) for r in data["refused"])
        found.append(
            LearnerConversion(
                row.id, learner.number,
                tuple(
                    dataclasses.replace(
                        e, learner=learner.number,
                        rule=dataclasses.replace(e.rule, approved=signed.get(e.rule.id, "")),
                    )
                    for e in exempted
                ),
                tuple(dataclasses.replace(r, learner=learner.number) for r in refused),
                row.by, row.by_name, moment(row.time),
            )
        )  # fmt: skip
    return found


def unsigned(rule: ConversionRule | None) -> ConversionRule | None:
    return None if rule is None else dataclasses.replace(rule, approved="")


def kept_exempted(e: Exempted) -> Any:
    """Without names: those of the committee must be erasable where they are, and only there."""
    rule = dataclasses.replace(e.rule, approved="")
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
    )
