"""Bringing a backup back: into an empty database, or in the place of what is there.

Everything happens in one transaction: the tables are made anew as they were when the backup was
made, filled, upgraded, and the ledger is verified.  What was there before is first written out
as a backup of its own, so that nothing is thrown away; a database too damaged for that keeps its
file under another name.
"""

from __future__ import annotations

import hmac
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE, SERVER
from align.durable import sync_folder
from align.errors import AlignError, StoreError, UsageError
from align.store import Store, open_store
from align.store.archive import Reader, Writer, opened, written
from align.store.backup import dump, heads_lines, part_of
from align.store.engine import resolve, said_clearly
from align.store.keys import HEADS_FILE, KEY_FILE, PUBLIC_FILE, Keys
from align.store.ledger import stamp
from align.store.migrate import names, upgrade_within
from align.store.signing import begun, grown
from align.store.verify import Verification, verify

_AT_ONCE, _LARGE_AT_ONCE = 500, 8
_DAMAGED = "数据库文件已损坏"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did.

    Parameters
    ----------
    rows : int
        Rows that came from the backup.
    made, schema : str
        When the backup was made, and the schema it had.
    upgraded : tuple of str
        The migrations it has had since.
    verification : Verification
        The ledger as restored, against the signed heads of the backup.
    lost : dict of str to (int, int)
        By college id, the entries (first, last) that were signed and that the backup, being
        older, does not have.
    aside : tuple of Path
        Where that which was there before is kept.
    beside : tuple of Path
        What was written besides the database: signed heads, public key, private key.
    """

    rows: int
    made: str
    schema: str
    upgraded: tuple[str, ...]
    verification: Verification
    lost: dict[str, tuple[int, int]]
    aside: tuple[Path, ...]
    beside: tuple[Path, ...]


def restore(
    path: Path, address: str | None = None, *, data: Path | None = None, replace: bool = False
) -> Restored:
    """Bring a backup back.

    Parameters
    ----------
    path : Path
        An archive of :func:`align.store.backup.backup`, from either kind of database.
    address, data
        As :func:`align.store.open_store`.
    replace : bool
        Take the place of what is there; without it only an empty database is filled.

    Raises
    ------
    StoreError
        The archive is damaged or newer than this program, or its heads were signed with another
        key than the one here; or the database cannot be written.  Nothing has changed.
    UsageError
        The database is not empty and ``replace`` was not given.
    """
    with opened(path) as archive:
        schema = archive.manifest.schema
        if schema not in names():
            raise StoreError(
                "备份比程序新", file=path, got=schema, expected=f"不新于 {names()[-1]}",
                remedy="请更新 align 后再恢复；没有改动任何内容。",
            )  # fmt: skip
        _, folder = resolve(address, data)
        _same_key(archive, folder)
        store, aside = _opened(address, data, replace)
        with store:
            return _restore(archive, store, aside, replace)


def _restore(archive: Reader, store: Store, aside: list[Path], replace: bool) -> Restored:
    heads = archive.text(HEADS_FILE)
    strangers = set(heads_lines(store)) - set(heads.splitlines(keepends=True))
    old = store.keys.heads()
    stand = Path(_free(store.keys.heads_file.with_name(f"replaced-{_day(store)}.zip")))
    with (
        said_clearly(store._url),
        store._engine.connect().execution_options(align_write=True) as c,
        c.begin() as transaction,
    ):
        begun(c)
        if c.dialect.name == "postgresql":  # every writer takes a row of it first
            c.execute(sa.text("LOCK TABLE heads IN EXCLUSIVE MODE"))
        filled = bool(c.execute(sa.select(t.entries.c.seq).limit(1)).all())
        if (filled or strangers) and not replace:
            raise UsageError(
                "数据库不是空的" if filled else "数据文件夹里有这个备份没有的签名链头",
                file=store.address if filled else store.keys.heads_file,
                remedy="没有改动任何内容。确要以备份取代，请加 --replace；原有内容会留存一份。",
            )
        if filled:
            _keep(store, c, stand)
            aside.append(stand)
        rows = _fill(archive, c)
        upgrade_within(c)
        with _heads_in_place(store.keys, heads, aside, strangers=bool(strangers)):
            beside = [store.keys.heads_file] if heads else []
            beside += _put_keys(archive, store.keys)
            found = verify(c, store.keys)
            lost = _lost(c, old)
            _log(store, c, archive, lost)
            grown(c)
            transaction.commit()
    order = names()
    upgraded = tuple(order[order.index(archive.manifest.schema) + 1 :])
    made = archive.manifest.made
    return Restored(
        rows, made, archive.manifest.schema, upgraded, found, lost, tuple(aside), tuple(beside)
    )


def _opened(address: str | None, data: Path | None, replace: bool) -> tuple[Store, list[Path]]:
    """The database; a damaged file is put aside where it may be replaced."""
    url, _ = resolve(address, data)
    try:
        store = open_store(address, data=data)
        if url.get_backend_name() != "sqlite":
            return store, []
        with store._read() as c:
            sound = c.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
        if sound:
            return store, []
        store.close()
        error: AlignError = StoreError(_DAMAGED, file=url.database)
    except StoreError as caught:
        if caught.what != _DAMAGED:
            raise
        error = caught
    if not replace:
        raise UsageError(
            error.what,
            file=error.file,
            remedy="要以备份取代它，请加 --replace；损坏的文件会改名留存。",
        ) from error
    file = Path(url.database or "")
    stand = _free(file.with_name(f"{file.name}.damaged"))
    for end in ("-wal", "-shm", "-journal", ""):  # what belongs to it goes along
        if Path(f"{file}{end}").exists():
            os.replace(f"{file}{end}", f"{stand}{end}")
    return open_store(address, data=data), [stand]


def _same_key(archive: Reader, folder: Path) -> None:
    keys = Keys(folder)
    own, wanted = keys.known_public(), archive.manifest.public_key
    if own and wanted and not hmac.compare_digest(own, wanted):
        raise StoreError(
            "这里的签名密钥不是备份所属的那一把", file=keys.file, got=own, expected=wanted,
            remedy="没有改动任何内容。请放回原来的 ledger.key，或移走这一把，再恢复。",
        )  # fmt: skip


def _keep(store: Store, c: sa.Connection, stand: Path) -> None:
    """What is there now, as a backup of its own, while nobody else can write."""
    with written(stand) as out:
        dump(store, c, Writer(out), heads_lines(store), stamp(store._clock()))


def _fill(archive: Reader, c: sa.Connection) -> int:
    """All tables anew, as they were when the backup was made."""
    t.metadata.drop_all(c)
    c.execute(sa.text("DROP TABLE alembic_version"))
    upgrade_within(c, to=archive.manifest.schema)
    tables = sa.MetaData()
    tables.reflect(c)
    for table in reversed(tables.sorted_tables):  # the schema brings the server's own rows
        if table.name != "alembic_version":
            c.execute(table.delete())
    count = 0
    for table in tables.sorted_tables:
        if part_of(table.name) not in archive.manifest.parts:
            continue
        large = any(isinstance(column.type, sa.LargeBinary) for column in table.columns)
        rows = archive.rows(part_of(table.name))
        while some := list(islice(rows, _LARGE_AT_ONCE if large else _AT_ONCE)):
            c.execute(table.insert(), some)
            count += len(some)
    return count


@contextmanager
def _heads_in_place(
    keys: Keys, heads: bytes, aside: list[Path], *, strangers: bool
) -> Iterator[None]:
    """The backup's signed heads in their place, put back where the transaction fails.

    A crash between here and the commit leaves fewer signed heads with the old database, which
    still holds all that they speak of.
    """
    file = keys.heads_file
    stand = _free(file.with_name(f"{file.name}.replaced"))
    file.parent.mkdir(parents=True, exist_ok=True)
    there = file.exists()
    handle, new = tempfile.mkstemp(prefix=".heads-", dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(heads)
        out.flush()
        os.fsync(out.fileno())
    if there:
        os.replace(file, stand)
    if heads:
        os.replace(new, file)
    else:
        Path(new).unlink()
    sync_folder(file.parent)
    try:
        yield
    except BaseException:
        file.unlink(missing_ok=True)
        if there:
            os.replace(stand, file)
        raise
    if there and strangers:
        aside.append(stand)
    elif there:
        stand.unlink()  # the backup has every line of it


def _lost(c: sa.Connection, old: list[dict[str, Any] | None]) -> dict[str, tuple[int, int]]:
    """What was signed here and is not in the backup."""
    last = dict(c.execute(sa.select(t.heads.c.college_id, t.heads.c.seq)).all())
    found: dict[str, tuple[int, int]] = {}
    for head in old:
        if head is None or not isinstance(head.get("seq"), int):
            continue
        college, seq = str(head.get("college_id")), int(head["seq"])
        have = int(last.get(college, 0))
        if seq > have:
            found[college] = (have + 1, max(seq, found.get(college, (0, 0))[1]))
    return found


def _log(store: Store, c: sa.Connection, archive: Reader, lost: dict[str, tuple[int, int]]) -> None:
    """An entry in the server's chain: whoever finds a gap later finds its reason."""
    entries = archive.manifest.parts[part_of("entries")]
    restored = {
        "made": archive.manifest.made,
        "entries": entries.lines,
        "sha256": entries.sha256,
        "lost": {college: list(span) for college, span in sorted(lost.items())},
    }
    store._log(c, COMMAND_LINE, "database.restored", SERVER, after={"restored": restored})


def _put_keys(archive: Reader, keys: Keys) -> list[Path]:
    """The public key, and the private one where the backup has it and here is none.

    Returns the files it wrote.
    """
    made = []
    secret, public = archive.text(KEY_FILE), archive.text(PUBLIC_FILE)
    if secret and not keys.file.exists():
        keys.file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(keys.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secret)
            out.flush()
            os.fsync(out.fileno())
        made.append(keys.file)
    file = keys.heads_file.with_name(PUBLIC_FILE)
    if public and not file.exists():
        file.write_bytes(public)
        made.append(file)
    return made


def _day(store: Store) -> str:
    return stamp(store._clock())[:19].replace("-", "").replace(":", "")


def _free(wanted: Path) -> Path:
    """A name nothing has yet."""
    found, k = wanted, 2
    while os.path.lexists(found):
        found, k = wanted.with_name(f"{wanted.stem}-{k}{wanted.suffix}"), k + 1
    return found


__all__ = ["Restored", "restore"]
