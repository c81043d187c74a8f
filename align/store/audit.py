"""Reading the ledger: history, heads, receipts."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import SERVER, require, visible
from align.decisions import AuditEntry, Person
from align.errors import UsageError
from align.records import as_data
from align.store.core import Base
from align.store.keys import make_receipt
from align.store.ledger import GENESIS, as_entry, stamp
from align.store.states import Actors
from align.store.verify import Verification, verify
from align.store.words import as_decision, as_link_decision, history

#: Entries that say how somebody decided.
_WORDS = ("link.decided", "proposal.decided", "link.carried", "proposal.carried")
_HIDDEN = {"hidden": "双人审核：您判断之后才能看到"}


class Audit(Base):
    """The part of the store that shows and proves the ledger."""

    def entries(
        self,
        who: Person,
        *,
        college_id: str | None = None,
        workspace_id: str | None = None,
        subject: str | None = None,
        kind: str | None = None,
        person: str | None = None,
        text: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        before_seq: int | None = None,
    ) -> list[AuditEntry]:
        """Entries of a college's chain, newest first.

        Parameters
        ----------
        college_id : str or None
            None takes the person's own.
        subject, kind, person : str or None
            Exactly this subject; this kind, or kinds beginning so (``plan.``); this person's id.
        text : str
            Words to be found in kind, subject, content or the actor's name.
        since, until : datetime or None
            From this moment on; before this one.
        limit, before_seq : int
            A page; the next begins before the last ``seq`` of this one.

        Notes
        -----
        In a workspace of two reviewers, what others decided is shown only where
        :func:`align.access.visible` would show it.
        """
        with self._read() as c:
            asker = self._person(c, who)
            college_id = asker.college_id if college_id is None else college_id
            require(asker, "read", college_id)
            e = t.entries.c
            where = [e.college_id == college_id]
            if workspace_id is not None:
                where.append(e.workspace_id == workspace_id)
            if subject is not None:
                where.append(e.subject == subject)
            if kind is not None:
                where.append(e.kind.startswith(kind, autoescape=True))
            if person is not None:
                where.append(e.actor == Actors(c).actor(person))
            if since is not None:
                where.append(e.time >= stamp(since))
            if until is not None:
                where.append(e.time < stamp(until))
            names = _names(c, college_id)
            blind = _Blindness(c, asker, college_id)
            found: list[AuditEntry] = []
            while len(found) < limit:
                page = sa.select(t.entries).where(*where)
                if before_seq is not None:
                    page = page.where(e.seq < before_seq)
                rows = c.execute(page.order_by(e.seq.desc()).limit(max(limit, 200))).all()
                if not rows:
                    break
                before_seq = rows[-1].seq
                shown = (blind.seen(as_entry(row, names)) for row in rows)
                found += [entry for entry in shown if not text or _holds(entry, text)]
            return found[:limit]

    def names(self, who: Person, college_id: str | None = None) -> dict[str, str]:
        """People's names by the hash they stand under in a college's chain; none once erased."""
        with self._read() as c:
            asker = self._person(c, who)
            college_id = asker.college_id if college_id is None else college_id
            require(asker, "read", college_id)
            return {actor: name for actor, name in _names(c, college_id).items() if name}

    def head(self, college_id: str) -> tuple[int, str]:
        """The end of a college's chain: (seq, hash)."""
        with self._read() as c:
            query = sa.select(t.heads).where(t.heads.c.college_id == college_id)
            row = c.execute(query).one_or_none()
        if row is None:
            raise UsageError("没有这个学院", got=college_id)
        return int(row.seq), str(row.hash)

    def verify(self, college_id: str | None = None) -> Verification:
        """Prove the chain of one college, or of all, whole; see :mod:`align.store.verify`."""
        with self._read() as c:
            return verify(c, self.keys, college_id)

    def receipt(self, who: Person, college_id: str | None = None) -> dict[str, Any]:
        """Sign a college's chain as it stands now, and give the receipt."""
        with self._read() as c:
            asker = self._person(c, who)
            college_id = asker.college_id if college_id is None else college_id
            require(asker, "receipt", college_id)
        return self._sign(college_id, self.head(college_id)[0], "receipt")

    def _sign(self, college_id: str, seq: int, why: str) -> dict[str, Any]:
        """Sign the chain up to an entry that is already on the disk."""
        with self._read() as c:
            query = sa.select(t.entries).where(
                t.entries.c.college_id == college_id, t.entries.c.seq == seq
            )
            row = c.execute(query).one_or_none()
        head = {
            "college_id": college_id,
            "seq": seq,
            "hash": row.hash if row else GENESIS,
            "time": stamp(self._clock()),
        }
        entry = None
        if row is not None:
            whole = as_entry(row)
            entry = {**as_data(whole), "time": row.time}
            del entry["actor_name"]
        return make_receipt(self.keys.sign(head, why), entry)

    def _sealed(self, c: sa.Connection, who: Person, words: str) -> str:
        return Actors(c).seal(who.id, words)


def _names(c: sa.Connection, college_id: str) -> dict[str, str]:
    query = sa.select(t.people.c.actor, t.people.c.name).where(
        t.people.c.college_id.in_([college_id, SERVER])
    )
    return {"command-line": "命令行", **{actor: name for actor, name in c.execute(query)}}


def _holds(entry: AuditEntry, text: str) -> bool:
    places = (entry.kind, entry.subject, entry.actor_name, str(entry.before), str(entry.after))
    return any(text.casefold() in place.casefold() for place in places)


class _Blindness:
    """Takes out of entries what this person may not know yet."""

    def __init__(self, c: sa.Connection, who: Person, college_id: str) -> None:
        self._seen: dict[str, set[str]] = {}
        query = sa.select(t.workspaces.c.id).where(
            t.workspaces.c.college_id == college_id, t.workspaces.c.reviewers == 2
        )
        for id in c.execute(query).scalars().all():
            links = [as_link_decision(row) for row in history(c, t.link_decisions, id)]
            words = [as_decision(row) for row in history(c, t.decisions, id)]
            self._seen[id] = {d.id for d in visible(links, who, 2)}
            self._seen[id] |= {d.id for d in visible(words, who, 2)}

    def seen(self, entry: AuditEntry) -> AuditEntry:
        shown = self._seen.get(entry.workspace_id)
        if shown is None or entry.kind not in _WORDS:
            return entry
        words = [*entry.before.values(), *entry.after.values()]
        if all(word["id"] in shown for word in words if "id" in word):  # a file has none
            return entry
        return dataclasses.replace(entry, before={}, after=dict(_HIDDEN))
