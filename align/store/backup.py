"""A backup while people work: one moment of the database and the signed heads beside it.

The signed heads are read first: a head signs what is in the database already, so the moment
that is read afterwards holds all that they speak of.  SQLite is copied by its own backup (the
writers wait for that copy only) and written out from the copy; PostgreSQL is read in one
``REPEATABLE READ`` transaction, which keeps nobody waiting.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import align
import align.store.tables as t
from align.errors import StoreError
from align.store.archive import Manifest, Writer, line_of, written
from align.store.core import Base
from align.store.engine import make_engine, said_clearly
from align.store.keys import HEADS_FILE, KEY_FILE, PUBLIC_FILE
from align.store.ledger import stamp
from align.store.migrate import revision

#: Who is signed in, who looks at what and who mistyped a password: of this hour only.  A session
#: ended after the backup must not come back to life with it.
LEFT_OUT = frozenset({"sessions", "presence", "sign_in_failures"})
#: Rows in memory at a time; those of files and snapshots may be some MB each.
_AT_ONCE, _LARGE_AT_ONCE = 500, 8


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written and read back.

    Parameters
    ----------
    path : Path
        The archive.
    sha256 : str
        Of the archive.
    rows, entries, heads : int
        Rows of all tables, ledger entries among them, and signed heads.
    """

    path: Path
    sha256: str
    rows: int
    entries: int
    heads: int


def backup(store: Base, target: Path, *, with_key: bool = False) -> Backup:
    """Write a backup of the database, its signed heads and its public key.

    Parameters
    ----------
    store : Store
        Open; people may go on working with it, here and elsewhere.
    target : Path
        The file to write, or a folder: then the name holds the time (UTC).
    with_key : bool
        Put the private signing key in too.  It belongs somewhere else.

    Raises
    ------
    OutputError
        The file is there already or cannot be written; nothing stays of it.
    StoreError
        The database cannot be read.
    """
    made = stamp(store._clock())
    path = target
    if target.is_dir():
        path = target / f"align-backup-{made[:19].replace(':', '').replace('-', '')}Z.zip"
    heads = heads_lines(store)
    with written(path) as out, _moment(store, path.parent) as connection:
        writer = Writer(out)
        if with_key:
            writer.lines(KEY_FILE, _lines(store.keys.file))
        dump(store, connection, writer, heads, made)
    rows = {n: p.lines for n, p in writer.parts.items() if p.columns}
    digest = _digest(path)
    return Backup(path, digest, sum(rows.values()), rows[part_of("entries")], len(heads))


def dump(
    store: Base, connection: sa.Connection, writer: Writer, heads: list[bytes], made: str
) -> None:
    """Write out everything this connection's transaction sees, and end the archive."""
    for table in t.metadata.sorted_tables:
        if table.name not in LEFT_OUT:
            columns = [c.name for c in table.columns]
            writer.lines(part_of(table.name), _rows(connection, table), columns)
    public = store.keys.known_public() or _known(store.keys.heads_file.with_name(PUBLIC_FILE))
    writer.lines(HEADS_FILE, heads)
    writer.lines(PUBLIC_FILE, [f"{public}\n".encode()] if public else [])
    writer.close(Manifest(made, align.__version__, revision(connection), public))


def part_of(table: str) -> str:
    """The name of a table's part."""
    return f"tables/{table}.jsonl"


def heads_lines(store: Base) -> list[bytes]:
    """The signed heads as they stand, one line each, torn lines too: they are evidence."""
    file = store.keys.heads_file
    return [line for line in _lines(file) if line.strip()] if file.exists() else []


def _lines(file: Path) -> list[bytes]:
    try:
        return [line + b"\n" for line in file.read_bytes().splitlines()]
    except OSError as error:
        raise StoreError(
            "文件读不出", file=file, got=error.strerror, remedy="请检查路径与权限。"
        ) from error


def _known(file: Path) -> str:
    return file.read_text("ascii", errors="replace").strip() if file.exists() else ""


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[bytes]:
    large = any(isinstance(c.type, sa.LargeBinary) for c in table.columns)
    query = sa.select(table).order_by(*table.primary_key.columns)
    at_once = _LARGE_AT_ONCE if large else _AT_ONCE
    # Said of this statement only: on the connection it would hold for all that follow.
    options = {"stream_results": True, "max_row_buffer": at_once}
    found = connection.execute(query, execution_options=options)
    with found:
        for row in found:
            yield line_of(row)


@contextmanager
def _moment(store: Base, room: Path) -> Iterator[sa.Connection]:
    """A connection that sees one moment of the database, whatever is written meanwhile."""
    if store._url.get_backend_name() != "sqlite":
        with said_clearly(store._url), store._engine.connect() as connection:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection
        return
    copy = _copied(store, room)
    engine = make_engine(sa.URL.create("sqlite", database=str(copy)))
    try:
        with said_clearly(store._url), engine.connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()
        for end in ("", "-journal", "-wal", "-shm"):
            Path(f"{copy}{end}").unlink(missing_ok=True)


def _copied(store: Base, room: Path) -> Path:
    """The SQLite file as it is now, in a new file beside the archive."""
    handle, name = tempfile.mkstemp(prefix=".align-backup-", suffix=".db", dir=room)
    os.close(handle)
    copy = Path(name)
    try:
        with said_clearly(store._url), store._engine.connect() as connection:
            source: Any = connection.connection.driver_connection
            with closing(sqlite3.connect(copy)) as target:
                try:
                    source.backup(target)  # in one step: no writer can make it begin anew
                except sqlite3.Error as error:
                    raise sa.exc.OperationalError("backup", None, error) from error
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


__all__ = ["LEFT_OUT", "Backup", "backup", "dump", "heads_lines", "part_of"]
