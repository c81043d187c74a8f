"""The conversions a college approved (转换规则): each a version, the newest in force.

Where the college has an approval chain, a version holds once every step of the chain has signed
it (:mod:`align.store.signatures`); until then the version before it holds on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError, ConflictError, UsageError
from align.learner import (
    ConversionRule,
    Entry,
    Signature,
    Signing,
    chain_of,
    signing,
    written,
)
from align.records_json import from_plain, to_plain
from align.store.core import day_of, name, new_id, text
from align.store.directory import Directory, newest_entries
from align.store.ledger import canonical, moment
from align.store.rules import rules_holding
from align.store.states import plain, state_of


@dataclass(frozen=True, slots=True)
class ConversionVersion:
    """One approval (or withdrawal) of a conversion in a workspace.

    Parameters
    ----------
    signing : Signing
        How far it has come in the college's approval chain; without steps where none was asked.
    in_force : bool
        Whether this is the version by which learners are converted now.
    """

    rule: ConversionRule
    workspace_id: str
    withdrawn: bool
    reason: str
    by: str
    by_name: str
    time: datetime
    signing: Signing = field(default_factory=Signing)
    in_force: bool = False


class Listing(Directory):
    """The part of the store that keeps the approved conversions."""

    def approve_conversions(
        self, who: Person, workspace_id: str, rules: Sequence[ConversionRule]
    ) -> list[ConversionRule]:
        """Approve conversions: each becomes a rule of the college's list (转换规则).

        Parameters
        ----------
        rules : sequence of ConversionRule
            ``id``, ``version`` and ``approved`` are given by the store.  The same entry, level
            and course approved before in this workspace gets a new version; what says the same
            as the version in force, or under way in the same chain, is passed over.  ``note``
            is the committee's word on it.

        Returns
        -------
        list of ConversionRule
            The rules as approved, in the order given; where the college has an approval chain
            they hold once it is complete.

        Raises
        ------
        AccessError
            Only the committee may.
        UsageError
            An entry or level that the directory does not have, credits or a grade that may not
            be; then nothing is approved.
        """
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "convert", workspace_id, writes=True)
            entries = {v.entry.id: v.entry for v in newest_entries(c, now.college_id)}
            chain = written(chain_of(rules_holding(c, now.college_id, now.id)))
            said = signatures_of(c, now.college_id)
            made = []
            for rule in [_checked_rule(r, entries) for r in rules]:
                last = last_conversion(c, now.id, rule.entry_id, rule.level, rule.course_id)
                if last is not None and not last.withdrawn and _same(_rule(last), rule):
                    stands = signing_of(last, said)
                    if stands.complete or written(stands.steps) == chain:
                        made.append(_rule(last, stands))
                        continue
                made.append(
                    self._add_conversion(c, person, now.college_id, now.id, rule, last, chain=chain)
                )
            return made

    def withdraw_conversion(self, who: Person, rule_id: str, reason: str) -> None:
        """Take an approved conversion back, signed or not yet; conversions made by it stay.

        Raises
        ------
        ConflictError
            It is no longer the version in force.
        """
        reason = text(reason, "理由", needed=True)
        with self._write() as c:
            query = sa.select(t.conversions).where(t.conversions.c.id == rule_id)
            row = c.execute(query).one_or_none()
            if row is None:
                self._person(c, who)
                raise AccessError("没有这条转换规则，或它属于别的学院")
            person, now = self._ask_workspace(c, who, "convert", row.workspace_id, writes=True)
            last = last_conversion(c, now.id, row.entry_id, row.level, row.course_id)
            if last is None or last.id != rule_id or last.withdrawn:
                raise ConflictError(
                    "这条转换规则已有新的版本，没有撤回", place=row.course_id,
                    remedy="请看过现在的规则，再决定一次。", mine=rule_id,
                    theirs=None if last is None else _rule(last),
                )  # fmt: skip
            self._add_conversion(
                c, person, now.college_id, now.id, _rule(last), last, withdrawn=reason
            )

    def _add_conversion(
        self, c: sa.Connection, person: Person, college_id: str, workspace_id: str,
        rule: ConversionRule, last: Any, *, withdrawn: str = "", chain: Sequence[str] = (),
    ) -> ConversionRule:  # fmt: skip
        id, time = new_id("k"), self._now()
        # The note is a person's words: kept apart from the data, to be blanked with them.
        bare = dataclasses.replace(rule, id="", version=1, approved="", note="")
        row = dict(
            id=id, seq=self._next_seq(c, college_id), college_id=college_id,
            workspace_id=workspace_id, entry_id=rule.entry_id, level=rule.level,
            course_id=rule.course_id, version=last.version + 1 if last is not None else 1,
            data=canonical(to_plain(bare)), withdrawn=bool(withdrawn),
            reason=withdrawn or rule.note,
            by=person.id, time=time, chain=canonical(list(chain)) if chain else None,
        )  # fmt: skip
        c.execute(t.conversions.insert().values(row))
        ids = t.conversions.c.id
        before = {"conversion": state_of(c, "conversion", ids == last.id)} if last else {}
        after = {"conversion": state_of(c, "conversion", ids == id)}
        kind = "conversion.submitted" if chain else "conversion.approved"
        if withdrawn:
            kind = "conversion.withdrawn"
        self._log(
            c, person, kind, college_id, workspace_id=workspace_id, subject=id, before=before,
            after=after, time=time,
        )  # fmt: skip
        return _rule(_conversion_rows(c, ids == id)[0])

    def conversions(
        self, who: Person, *, college_id: str | None = None, workspace_id: str | None = None
    ) -> list[ConversionRule]:
        """The conversions in force: of a college (by default one's own), or of a workspace.

        A new version stands where the first stood, so that the list keeps its order.
        """
        found = self.conversion_versions(who, college_id=college_id, workspace_id=workspace_id)
        places: dict[tuple[str, str, str, str], ConversionRule | None] = {}
        for v in found:
            key = (v.workspace_id, v.rule.entry_id, v.rule.level, v.rule.course_id)
            places[key] = v.rule if v.in_force else places.get(key)
        return [rule for rule in places.values() if rule is not None]

    def conversion_versions(
        self, who: Person, *, college_id: str | None = None, workspace_id: str | None = None
    ) -> list[ConversionVersion]:
        """Every approval and withdrawal, in order of time."""
        with self._read() as c:
            if workspace_id is not None:
                _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
                rows = _conversion_rows(c, t.conversions.c.workspace_id == now.id)
            else:
                college = who.college_id if college_id is None else college_id
                self._ask(c, who, "read", college, writes=False)
                rows = _conversion_rows(c, t.conversions.c.college_id == college)
            said = signatures_of(c, now.college_id if workspace_id is not None else college)
            holding = {row.id for row in _in_force(rows, said)}
            return [
                ConversionVersion(
                    _rule(r, stands := signing_of(r, said)), r.workspace_id, r.withdrawn,
                    r.reason, r.by, r.by_name, moment(r.time), stands, r.id in holding,
                )
                for r in rows
            ]  # fmt: skip


def rules_in_list(c: sa.Connection, college_id: str) -> dict[str, ConversionRule]:
    """The conversions of a college in force, by id, within a transaction."""
    rows = _conversion_rows(c, t.conversions.c.college_id == college_id)
    said = signatures_of(c, college_id)
    return {r.id: _rule(r, signing_of(r, said)) for r in _in_force(rows, said)}


def steps_passed(c: sa.Connection, college_id: str, ids: Iterable[str]) -> list[str]:
    """Names of the steps that signed these conversions, in order; within a transaction."""
    said, wanted = signatures_of(c, college_id), set(ids)
    rows = _conversion_rows(c, t.conversions.c.college_id == college_id)
    stands = [signing_of(r, said) for r in rows if r.id in wanted]
    return list(dict.fromkeys(step.name for s in stands for step in s.steps))


def approvals_of(c: sa.Connection, college_id: str) -> dict[str, str]:
    """Who approved each conversion a college ever had, and when, by id; within a transaction."""
    rows = _conversion_rows(c, t.conversions.c.college_id == college_id)
    said = signatures_of(c, college_id)
    return {r.id: _rule(r, signing_of(r, said)).approved for r in rows}


def signing_of(row: Any, said: Mapping[str, Sequence[Signature]]) -> Signing:
    """How far a row of ``conversions`` has come in its chain."""
    return signing(plain(row.chain) if row.chain else (), said.get(row.id, ()))


def _in_force(rows: Iterable[Any], said: Mapping[str, Sequence[Signature]]) -> list[Any]:
    """Of rows in order of time the newest of each conversion that every step has signed.

    A newer version that has still to be signed leaves the one before it in force; one that was
    whole and lost a signature does not bring it back.
    """
    found: dict[tuple[str, str, str, str], Any] = {}
    for row in rows:
        key = (row.workspace_id, row.entry_id, row.level, row.course_id)
        stands = signing_of(row, said)
        if row.withdrawn or (stands.whole and not stands.complete):
            found.pop(key, None)
        elif stands.complete:
            found[key] = row
    return list(found.values())


def signatures_of(c: sa.Connection, college_id: str) -> dict[str, list[Signature]]:
    """Every word on a step of the chain, by conversion, oldest first."""
    query = (
        sa.select(t.signatures, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.signatures.c.by)
        .where(t.signatures.c.college_id == college_id)
        .order_by(t.signatures.c.seq)
    )
    found: dict[str, list[Signature]] = {}
    for row in c.execute(query):
        found.setdefault(row.conversion_id, []).append(
            Signature(
                row.id, row.conversion_id, row.step, row.signed, row.note, row.by, row.by_name,
                moment(row.time),
            )
        )  # fmt: skip
    return found


def _conversion_rows(c: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Any]:
    query = (
        sa.select(t.conversions, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.conversions.c.by)
        .where(*where)
        .order_by(t.conversions.c.seq)
    )
    return list(c.execute(query))


def last_conversion(
    c: sa.Connection, workspace_id: str, entry_id: str, level: str, course_id: str
) -> Any:
    k = t.conversions.c
    rows = _conversion_rows(
        c, k.workspace_id == workspace_id, k.entry_id == entry_id, k.level == level,
        k.course_id == course_id,
    )  # fmt: skip
    return rows[-1] if rows else None


def _rule(row: Any, stands: Signing | None = None) -> ConversionRule:
    rule = from_plain(ConversionRule, plain(row.data))
    parts = [("", row.by_name, moment(row.time))]
    if stands is not None:
        done = stands.whole or stands.standing
        parts += [(stands.steps[s.step].name, s.by_name, s.time) for s in done]
    approved = "；".join(
        " ".join(x for x in (step, who, day_of(day)) if x) for step, who, day in parts
    )
    note = "" if row.withdrawn else row.reason
    return dataclasses.replace(rule, id=row.id, version=row.version, approved=approved, note=note)


def _same(a: ConversionRule, b: ConversionRule) -> bool:
    return dataclasses.replace(a, id=b.id, version=b.version, approved=b.approved) == b


def _checked_rule(r: ConversionRule, entries: dict[str, Entry]) -> ConversionRule:
    entry = entries.get(r.entry_id)
    if entry is None:
        raise UsageError(
            "学习成果名录中没有这一项", place=r.course, got=r.entry_id,
            remedy="请先在名录中登记这种学习成果。",
        )  # fmt: skip
    if r.level not in (entry.levels or ("",)):
        raise UsageError(
            "名录中没有这个等级", place=entry.name, got=r.level or "（空）",
            expected="、".join(entry.levels) or "不分等级",
        )  # fmt: skip
    if not 0 < r.credits <= 1000:  # also refuses NaN
        raise UsageError("学分不对", place=r.course, got=f"{r.credits:g}", expected="大于 0")
    if r.grade is not None and not 0 <= r.grade <= 100:
        raise UsageError("成绩不对", place=r.course, got=f"{r.grade:g}", expected="0 至 100")
    if r.valid_from and r.valid_to and r.valid_from > r.valid_to:
        raise UsageError("有效期的开始晚于结束", place=r.course)
    return dataclasses.replace(
        r,
        course_id=text(r.course_id, "课程编号", 1200, needed=True),
        course=name(r.course, "课程名称"),
        nature=name(r.nature, "课程性质", needed=False),
        category=name(r.category, "课程类别", needed=False),
        credits=float(r.credits),
        grade=None if r.grade is None else float(r.grade),
        note=text(r.note, "委员会意见"),
    )


__all__ = [
    "ConversionVersion",
    "Listing",
    "approvals_of",
    "last_conversion",
    "rules_in_list",
    "signatures_of",
    "signing_of",
    "steps_passed",
]
