"""Who else is at a workspace: remembered here, and told to other servers of the same database.

A page says every :data:`BEAT` seconds that its reader is still there.  What this server knows
costs nothing; the database hears of each person at most once in :data:`WRITE_EVERY`, from a
thread of its own, so that no page waits for it.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from align.decisions import Person
from align.errors import AlignError
from align.store import Here, Store
from align.store.core import utc_now

#: Seconds between two signs of life of a page; a browser slows hidden pages down to one a minute.
BEAT = 45
#: How long somebody counts as there after their last sign of life.
FRESH = timedelta(seconds=150)
#: Seconds between two rows written for one person, and between two looks at others' rows.
WRITE_EVERY, READ_EVERY = 60.0, 20.0

_Key = tuple[str, str]  # workspace, person


class Watch:
    """Who is where, as one server knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._here: dict[_Key, Here] = {}
        self._written: dict[_Key, float] = {}
        self._read: dict[str, tuple[float, list[Here]]] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="align-presence")
        self._last: Future[None] | None = None

    def beat(
        self, store: Store, who: Person, workspace_id: str, place: str, now: datetime | None = None
    ) -> None:
        """Note that somebody looks at a page of a workspace.

        Parameters
        ----------
        who : Person
            Known to the caller to belong to the workspace's college.
        place : str
            The page's name in the address.
        now : datetime or None
            For tests; None takes the clock.
        """
        now, ticks, key = now or utc_now(), time.monotonic(), (workspace_id, who.id)
        with self._lock:
            old = self._here.get(key)
            since = old.since if old is not None and now - old.seen < FRESH else now
            self._here[key] = Here(who.id, who.name, place, since, now)
            self._forget(now)
            if key in self._written and ticks - self._written[key] < WRITE_EVERY:
                return
            self._written[key] = ticks
        self._last = self._writer.submit(_tell, store, who, workspace_id, place, since)

    def others(
        self, store: Store, who: Person, workspace_id: str, now: datetime | None = None
    ) -> list[Here]:
        """Everybody else who is at a workspace now, by name.

        Raises
        ------
        AccessError
            The workspace is not this person's to read.
        """
        now, ticks = now or utc_now(), time.monotonic()
        with self._lock:
            read, rows = self._read.get(workspace_id, (0.0, []))
        if not read or ticks - read >= READ_EVERY:
            rows = store.here(who, workspace_id, now - FRESH)
            with self._lock:
                self._read[workspace_id] = (ticks, rows)
        found = {h.person_id: h for h in rows}
        with self._lock:
            for (space, person), here in self._here.items():
                known = found.get(person)
                if space == workspace_id and (known is None or known.seen <= here.seen):
                    since = min(known.since, here.since) if known is not None else here.since
                    found[person] = dataclasses.replace(here, since=since)
        fresh = [h for h in found.values() if now - h.seen < FRESH and h.person_id != who.id]
        return sorted(fresh, key=lambda h: (h.name, h.person_id))

    def leave(self, store: Store, who: Person) -> None:
        """Somebody signed out: nobody sees them any more, on this server or another."""
        # After whatever is still to be written of them, which would bring them back.
        self._last = self._writer.submit(_tell_gone, store, who)
        with self._lock:
            for key in [k for k in self._here if k[1] == who.id]:
                del self._here[key]
                self._written.pop(key, None)
            self._read.clear()

    def settle(self) -> None:
        """Wait until everything has been written; for tests and for the end of a server."""
        if self._last is not None:
            self._last.result()

    def _forget(self, now: datetime) -> None:
        for key in [k for k, h in self._here.items() if now - h.seen >= FRESH]:
            del self._here[key]
            self._written.pop(key, None)


def _tell(store: Store, who: Person, workspace_id: str, place: str, since: datetime) -> None:
    try:
        store.be_here(who, workspace_id, place, since)
    except AlignError as error:
        # Nothing of anybody's work depends on it; the page itself says what is wrong.
        logging.getLogger(__name__).warning("presence not written: %s", error.line())


def _tell_gone(store: Store, who: Person) -> None:
    try:
        store.be_gone(who)
    except AlignError as error:
        logging.getLogger(__name__).warning("presence not taken back: %s", error.line())
