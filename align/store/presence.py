"""Who looks at a workspace at this moment: kept for minutes, never in the ledger.

Several servers may stand on one database; a row per person and workspace lets their people see
each other.  It says that somebody is there and on which page, nothing of what they decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

import align.store.tables as t
from align.decisions import Person
from align.store.core import Base, name
from align.store.ledger import moment, stamp

#: Rows older than this are of no use to anybody and go with the next one written.
_FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody at a workspace.

    Parameters
    ----------
    place : str
        The page they look at, by its name in the address.
    since, seen : datetime
        When they came, and when they were last there (UTC).
    """

    person_id: str
    name: str
    place: str
    since: datetime
    seen: datetime


class Presence(Base):
    """The part of the store that knows who is there."""

    def be_here(self, who: Person, workspace_id: str, place: str, since: datetime) -> None:
        """Note that a person looks at a workspace of their own college.

        Raises
        ------
        AccessError
            They may not read it, or belong to no college or another one.
        """
        place = name(place, "页面")
        with self._write() as c:
            person, space = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            if person.college_id != space.college_id:
                return  # whoever looks after several colleges reviews nothing
            now = self._clock()
            insert = (postgresql if c.dialect.name == "postgresql" else sqlite).insert
            row = dict(place=place, since=stamp(since), seen=stamp(now))
            c.execute(t.presence.delete().where(t.presence.c.seen < stamp(now - _FORGOTTEN)))
            c.execute(
                insert(t.presence)
                .values(workspace_id=space.id, person_id=person.id, **row)
                .on_conflict_do_update(index_elements=["workspace_id", "person_id"], set_=row)
            )

    def here(self, who: Person, workspace_id: str, seen: datetime) -> list[Here]:
        """Who has been at a workspace since ``seen``, by name; the one who asks too.

        Raises
        ------
        AccessError
            The workspace is not theirs to read.
        """
        with self._read() as c:
            _, space = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            query = (
                sa.select(t.presence, t.people.c.name)
                .join(t.people, t.people.c.id == t.presence.c.person_id)
                .where(
                    t.presence.c.workspace_id == space.id,
                    t.presence.c.seen >= stamp(seen),
                    t.people.c.active,
                    t.people.c.erased.is_(False),
                )
            )
            found = [
                Here(row.person_id, row.name, row.place, moment(row.since), moment(row.seen))
                for row in c.execute(query)
            ]
        return sorted(found, key=lambda h: (h.name, h.person_id))

    def be_gone(self, who: Person) -> None:
        """Somebody goes: nobody sees them any more."""
        with self._write() as c:
            gone(c, who.id)


def gone(connection: sa.Connection, person_id: str) -> None:
    """Nobody sees this person any more: they signed out, were stopped or erased."""
    connection.execute(t.presence.delete().where(t.presence.c.person_id == person_id))
