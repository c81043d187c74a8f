"""The chain: what an entry is made of, its hash, and how one is appended.

An entry's hash is the SHA-256 of the canonical JSON of all its other fields, the hash of the
entry before among them; ``before`` and ``after`` go in as the text that is stored.  Whoever
changes one byte of an old entry must change every later hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import AuditEntry
from align.errors import AccessError
from align.records import as_data

#: What stands before the first entry of every chain.
GENESIS = "0" * 64


def canonical(data: Any) -> str:
    """JSON that is the same text for the same data: sorted, no spaces, no NaN."""
    return json.dumps(
        as_data(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def seal(key: bytes | None, text: str) -> str:
    """HMAC-SHA256 of a personal text; "" of "" or without a key."""
    if not text or key is None:
        return ""
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()


def sha256(data: bytes | str) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def stamp(time: datetime) -> str:
    """UTC with microseconds, always 27 characters: text that sorts."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The opposite of :func:`stamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


_FIELDS = (
    "college_id", "seq", "time", "actor", "kind", "workspace_id", "subject", "before", "after",
    "previous",
)  # fmt: skip


def entry_hash(fields: dict[str, Any]) -> str:
    """SHA-256 over an entry's fields as stored (``before`` and ``after`` as their text)."""
    return sha256(canonical({name: fields[name] for name in _FIELDS}))


def as_entry(row: Any, names: dict[str, str] | None = None) -> AuditEntry:
    """A row of ``entries`` as a record; ``names`` are the people's names by actor."""
    return AuditEntry(
        college_id=row.college_id,
        seq=row.seq,
        time=moment(row.time),
        actor=row.actor,
        kind=row.kind,
        workspace_id=row.workspace_id,
        subject=row.subject,
        before=json.loads(row.before),
        after=json.loads(row.after),
        previous=row.previous,
        hash=row.hash,
        actor_name=(names or {}).get(row.actor, ""),
    )


def lock(connection: sa.Connection, college_id: str) -> tuple[int, str]:
    """Take the end of a college's chain for this transaction: (seq, hash).

    Every writer of a college does this first, so what they read afterwards is what the writer
    before them left (on SQLite the whole file is locked already).
    """
    query = (
        sa.select(t.heads.c.seq, t.heads.c.hash)
        .where(t.heads.c.college_id == college_id)
        .with_for_update()
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise AccessError("没有这个学院", got=college_id)
    return int(row.seq), str(row.hash)


def append(
    connection: sa.Connection,
    *,
    college_id: str,
    time: str,
    actor: str,
    kind: str,
    workspace_id: str = "",
    subject: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> int:
    """Append one entry to a chain, within the transaction of what it is about.

    Returns
    -------
    int
        Its ``seq``.
    """
    seq, previous = lock(connection, college_id)
    fields = {
        "college_id": college_id,
        "seq": seq + 1,
        "time": time,
        "actor": actor,
        "kind": kind,
        "workspace_id": workspace_id,
        "subject": subject,
        "before": canonical(before or {}),
        "after": canonical(after or {}),
        "previous": previous,
    }
    digest = entry_hash(fields)
    connection.execute(t.entries.insert().values(**fields, hash=digest))
    connection.execute(
        t.heads.update().where(t.heads.c.college_id == college_id).values(seq=seq + 1, hash=digest)
    )
    return seq + 1
