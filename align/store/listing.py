"""The conversions a college approved (转换规则): each a version, the newest in force."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError, ConflictError, UsageError
from align.learner import ConversionRule, Entry
from align.records_json import from_plain, to_plain
from align.store.core import name, new_id, text
from align.store.directory import Directory, newest_entries
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of


@dataclass(frozen=True, slots=True)
class ConversionVersion:
    """One approval (or withdrawal) of a conversion in a workspace; the newest is in force."""

    rule: ConversionRule
    workspace_id: str
    withdrawn: bool
    reason: str
    by: str
    by_name: str
    time: datetime


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
            as the version in force is passed over.  ``note`` is the committee's word on it.

        Returns
        -------
        list of ConversionRule
            The rules as they now hold, in the order given.

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
            made = []
            for rule in [_checked_rule(r, entries) for r in rules]:
                last = _last_conversion(c, now.id, rule.entry_id, rule.level, rule.course_id)
                if last is not None and not last.withdrawn and _same(_rule(last), rule):
                    made.append(_rule(last))
                    continue
                made.append(self._add_conversion(c, person, now.college_id, now.id, rule, last))
            return made

    def withdraw_conversion(self, who: Person, rule_id: str, reason: str) -> None:
        """Take an approved conversion back; conversions made by it stay.

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
            last = _last_conversion(c, now.id, row.entry_id, row.level, row.course_id)
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
        rule: ConversionRule, last: Any, *, withdrawn: str = "",
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
            by=person.id, time=time,
        )  # fmt: skip
        c.execute(t.conversions.insert().values(row))
        ids = t.conversions.c.id
        before = {"conversion": state_of(c, "conversion", ids == last.id)} if last else {}
        after = {"conversion": state_of(c, "conversion", ids == id)}
        kind = "conversion.withdrawn" if withdrawn else "conversion.approved"
        self._log(
            c, person, kind, college_id, workspace_id=workspace_id, subject=id, before=before,
            after=after, time=time,
        )  # fmt: skip
        return _rule(_conversion_rows(c, ids == id)[0])

    def conversions(
        self, who: Person, *, college_id: str | None = None, workspace_id: str | None = None
    ) -> list[ConversionRule]:
        """The conversions in force: of a college (by default one's own), or of a workspace."""
        found = self.conversion_versions(who, college_id=college_id, workspace_id=workspace_id)
        latest = {
            (v.workspace_id, v.rule.entry_id, v.rule.level, v.rule.course_id): v for v in found
        }
        return [v.rule for v in latest.values() if not v.withdrawn]

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
            return [
                ConversionVersion(
                    _rule(r), r.workspace_id, r.withdrawn, r.reason, r.by, r.by_name,
                    moment(r.time),
                )
                for r in rows
            ]  # fmt: skip


def rules_in_list(c: sa.Connection, college_id: str) -> dict[str, ConversionRule]:
    """The conversions of a college in force, by id, within a transaction."""
    latest = {
        (r.workspace_id, r.entry_id, r.level, r.course_id): r
        for r in _conversion_rows(c, t.conversions.c.college_id == college_id)
    }
    return {r.id: _rule(r) for r in latest.values() if not r.withdrawn}


def approvals_of(c: sa.Connection, college_id: str) -> dict[str, str]:
    """Who approved each conversion a college ever had, and when, by id; within a transaction."""
    rows = _conversion_rows(c, t.conversions.c.college_id == college_id)
    return {r.id: _rule(r).approved for r in rows}


def _conversion_rows(c: sa.Connection, *where: sa.ColumnElement[bool]) -> list[Any]:
    query = (
        sa.select(t.conversions, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.conversions.c.by)
        .where(*where)
        .order_by(t.conversions.c.seq)
    )
    return list(c.execute(query))


def _last_conversion(
    c: sa.Connection, workspace_id: str, entry_id: str, level: str, course_id: str
) -> Any:
    k = t.conversions.c
    rows = _conversion_rows(
        c, k.workspace_id == workspace_id, k.entry_id == entry_id, k.level == level,
        k.course_id == course_id,
    )  # fmt: skip
    return rows[-1] if rows else None


def _rule(row: Any) -> ConversionRule:
    rule = from_plain(ConversionRule, plain(row.data))
    approved = " ".join(x for x in (row.by_name, moment(row.time).date().isoformat()) if x)
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


__all__ = ["ConversionVersion", "Listing", "approvals_of", "rules_in_list"]
