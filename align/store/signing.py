"""Signing the end of a chain in between: so that not much of it can be cut unseen.

Approvals, exports and receipts are signed when they happen.  Between them the head is signed
whenever :data:`SIGN_EVERY` entries have come since the last signature, and when somebody who
worked signs out.  Whoever owns the database can then cut, unseen, at most the entries after it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

import sqlalchemy as sa

import align.store.tables as t
from align.errors import StoreError
from align.store.keys import Keys

#: So many entries at most stand after the last signed head (one signature costs about 2 ms).
SIGN_EVERY = 50
_log = logging.getLogger(__name__)
_APPENDED = "align_appended"


def appended(connection: sa.Connection, college_id: str, seq: int) -> None:
    """Remember, for the end of this transaction, that a chain has grown."""
    connection.info.setdefault(_APPENDED, {})[college_id] = seq


def begun(connection: sa.Connection) -> None:
    """A transaction begins: what one before it, rolled back, had remembered does not count."""
    connection.info.pop(_APPENDED, None)


def grown(connection: sa.Connection) -> dict[str, int]:
    """The chains that have grown in this transaction, with their last ``seq``."""
    found: dict[str, int] = connection.info.pop(_APPENDED, {})
    return found


class Tails:
    """How far each chain is signed, as the signed heads outside the database say."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._lock = threading.Lock()
        self._signed: dict[str, int] = {}

    def due(self, chains: Mapping[str, int], least: int = SIGN_EVERY) -> list[str]:
        """The chains of which at least so many entries are not signed yet."""
        try:
            with self._lock:
                return [id for id, seq in chains.items() if self._unsigned(id, seq, least) >= least]
        except StoreError as error:
            _log.error("signed heads not read: %s", error.line())  # see sign()
            return []

    def _unsigned(self, college_id: str, seq: int, least: int) -> int:
        count = seq - self._signed.get(college_id, 0)
        if count >= least:  # receipts and other servers sign too: the file knows
            self._signed[college_id] = max(
                (
                    head["seq"]
                    for head in self._keys.heads()
                    if head is not None
                    and head.get("college_id") == college_id
                    and isinstance(head.get("seq"), int)
                ),
                default=0,
            )
            count = seq - self._signed[college_id]
        return count

    def sign(self, connection: sa.Connection, college_id: str, time: str, why: str) -> None:
        """Sign a chain as it stands now.

        What was saved is saved: where signing fails that is said in the server's log and by the
        verification, and the next entry tries again.
        """
        query = sa.select(t.heads).where(t.heads.c.college_id == college_id)
        row = connection.execute(query).one()
        head = {"college_id": college_id, "seq": row.seq, "hash": row.hash, "time": time}
        try:
            self._keys.sign(head, why)
        except StoreError as error:
            _log.error("ledger head not signed: %s", error.line())
            return
        with self._lock:
            self._signed[college_id] = max(self._signed.get(college_id, 0), int(row.seq))


__all__ = ["SIGN_EVERY", "Tails", "appended", "begun", "grown"]
