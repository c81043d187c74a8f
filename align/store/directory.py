"""The directory of recognised results (学习成果名录)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import UsageError
from align.learner import Entry
from align.records_json import from_plain, to_plain
from align.store.core import name, new_id
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One version of a line of the directory; the newest is in force."""

    entry: Entry
    version: int
    by: str
    by_name: str
    time: datetime


class Directory(Workspaces):
    """The part of the store that keeps the directory."""

    def import_entries(
        self, who: Person, college_id: str, entries: Sequence[Entry]
    ) -> list[EntryVersion]:
        """Take lines into the directory; one that is there already gets a new version.

        Lines that say what the version in force says are passed over.

        Returns
        -------
        list of EntryVersion
            What is new.

        Raises
        ------
        UsageError
            An id twice, a value that may not be; then nothing is taken.
        """
        wanted = [_checked_entry(e) for e in entries]
        if len({e.id for e in wanted}) < len(wanted):
            raise UsageError("名录中有重复的编号", expected="每项的编号只出现一次")
        with self._write() as c:
            person = self._ask(c, who, "directory", college_id, writes=True)
            now = {v.entry.id: v for v in newest_entries(c, college_id)}
            old_ids = _entry_row_ids(c, college_id)
            made = []
            for entry in wanted:
                kept = now.get(entry.id)
                if kept is not None and kept.entry == entry:
                    continue
                id, time = new_id("e"), self._now()
                version = kept.version + 1 if kept else 1
                row = dict(
                    id=id, seq=self._next_seq(c, college_id), college_id=college_id,
                    entry_id=entry.id, version=version, data=canonical(to_plain(entry)),
                    by=person.id, time=time,
                )  # fmt: skip
                c.execute(t.directory.insert().values(row))
                ids = t.directory.c.id
                before = {"entry": state_of(c, "entry", ids == old_ids[entry.id])} if kept else {}
                after = {"entry": state_of(c, "entry", ids == id)}
                self._log(
                    c, person, "directory.changed", college_id, subject=entry.id, before=before,
                    after=after, time=time,
                )  # fmt: skip
                made.append(EntryVersion(entry, version, person.id, person.name, moment(time)))
            return made

    def directory(self, who: Person, college_id: str | None = None) -> list[Entry]:
        """The lines of the directory in force, by id; of the person's own college by default."""
        return [v.entry for v in self._entries(who, college_id, newest=True)]

    def directory_versions(self, who: Person, college_id: str | None = None) -> list[EntryVersion]:
        """Every version of every line, in order of time."""
        return self._entries(who, college_id, newest=False)

    def _entries(self, who: Person, college_id: str | None, *, newest: bool) -> list[EntryVersion]:
        with self._read() as c:
            college = who.college_id if college_id is None else college_id
            self._ask(c, who, "read", college, writes=False)
            return newest_entries(c, college) if newest else _entry_versions(c, college)


def entry_ids(c: sa.Connection, college_id: str) -> set[str]:
    """The ids the directory of a college has, within a transaction."""
    return set(_entry_row_ids(c, college_id))


def _entry_rows(c: sa.Connection, college_id: str) -> list[Any]:
    query = (
        sa.select(t.directory, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.directory.c.by)
        .where(t.directory.c.college_id == college_id)
        .order_by(t.directory.c.seq)
    )
    return list(c.execute(query))


def _entry_versions(c: sa.Connection, college_id: str) -> list[EntryVersion]:
    return [
        EntryVersion(from_plain(Entry, plain(r.data)), r.version, r.by, r.by_name, moment(r.time))
        for r in _entry_rows(c, college_id)
    ]


def newest_entries(c: sa.Connection, college_id: str) -> list[EntryVersion]:
    """The lines in force, by id, within a transaction."""
    latest = {v.entry.id: v for v in _entry_versions(c, college_id)}
    return [latest[id] for id in sorted(latest)]


def _entry_row_ids(c: sa.Connection, college_id: str) -> dict[str, str]:
    return {r.entry_id: r.id for r in _entry_rows(c, college_id)}


def _checked_entry(e: Entry) -> Entry:
    credits = dict(e.credits)
    if unknown := sorted(set(credits) - set(e.levels or ("",))):
        raise UsageError(
            "名录中的学分写给了没有的等级", place=e.id, got="、".join(unknown),
            expected="、".join(e.levels) or "不分等级",
        )  # fmt: skip
    if len(set(e.levels)) < len(e.levels):
        raise UsageError("名录中的等级重复", place=e.id, got="、".join(e.levels))
    for what, value, most in (
        ("学时", e.hours, 10_000.0),
        ("有效期", e.months, 1200.0),
        *(("学分", x, 1000.0) for x in credits.values()),
    ):
        if value is not None and not 0 < value <= most:  # also refuses NaN
            raise UsageError(
                f"名录中的{what}不对", place=e.id, got=f"{value:g}",
                expected=f"大于 0，不超过 {most:g}",
            )  # fmt: skip
    return dataclasses.replace(
        e,
        id=name(e.id, "名录编号"),
        name=name(e.name, "学习成果名称"),
        issuer=name(e.issuer, "颁发机构", needed=False),
        aliases=tuple(name(x, "别名") for x in e.aliases),
        levels=tuple(name(x, "等级") for x in e.levels),
        nature=name(e.nature, "性质", needed=False),
    )


__all__ = ["Directory", "EntryVersion", "entry_ids", "newest_entries"]
