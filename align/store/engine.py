"""Where the database is, and how to talk to it so that what is confirmed is on the disk.

SQLite: foreign keys on, every commit synced including the folder (``synchronous=EXTRA`` with a
rollback journal; ``FULL`` with WAL), writers take the lock when they begin.  WAL only on a
version without the WAL-reset bug (https://sqlite.org/wal.html#walresetbug).  Deleted text is
overwritten with zeros (``secure_delete``), so that erasing a person means it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, exc

from align.errors import StoreError, UsageError
from align.places import data_folder

DB_VARIABLE = "ALIGN_DB"
FILE = "align.db"
BUSY_SECONDS = 30


def resolve(address: str | None, data: Path | None) -> tuple[sa.URL, Path]:
    """The database's address and the folder of key and signed heads.

    Parameters
    ----------
    address : str or None
        An SQLAlchemy address (``postgresql://…``, ``sqlite:///…``) or a file's path; None takes
        ``ALIGN_DB``, else ``align.db`` in the data folder.
    data : Path or None
        None takes ``ALIGN_DATA``, else the folder of the SQLite file, else ``.align/``.

    Raises
    ------
    UsageError
        The address names neither SQLite nor PostgreSQL.
    """
    address = address or os.environ.get(DB_VARIABLE, "").strip() or None
    if address is None:
        folder = data or data_folder()
        return sa.URL.create("sqlite", database=str(folder / FILE)), folder
    if "://" not in address:
        url = sa.URL.create("sqlite", database=str(Path(address).expanduser().absolute()))
    else:
        try:
            url = sa.make_url(address)
        except exc.ArgumentError as error:
            raise UsageError("数据库地址不对", place="--db", expected=_EXPECTED) from error
    kind = url.get_backend_name()
    if kind == "postgresql":
        return url.set(drivername="postgresql+psycopg"), data or data_folder()
    if kind != "sqlite" or not url.database or url.database == ":memory:":
        raise UsageError("不支持的数据库", place="--db", got=kind, expected=_EXPECTED)
    file = Path(url.database).absolute()
    named = bool(os.environ.get("ALIGN_DATA", "").strip())
    return url.set(database=str(file)), data or (data_folder() if named else file.parent)


_EXPECTED = "一个文件路径、sqlite:///路径 或 postgresql://用户:密码@主机/数据库"


def make_engine(url: sa.URL) -> sa.Engine:
    """An engine for many threads; nothing is connected yet.

    An SQLite file that is not there is made, empty, readable by its owner alone.

    Raises
    ------
    StoreError
        The folder of an SQLite file, or the file, cannot be made; or the PostgreSQL driver is
        missing.
    """
    if url.get_backend_name() == "sqlite":
        folder = Path(url.database or "").parent
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                "数据文件夹不能建立", file=folder, got=error.strerror, remedy="请检查权限与磁盘。"
            ) from error
        _begin_closed(Path(url.database or ""))
        engine = sa.create_engine(
            url,
            pool_size=20,
            max_overflow=80,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        )
        _set_up_sqlite(engine)
        return engine
    try:
        return sa.create_engine(
            url,
            pool_size=20,
            max_overflow=40,
            pool_pre_ping=True,  # a server that was restarted is found before it is used
            connect_args={"connect_timeout": 10, "application_name": "align"},
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "没有安装 PostgreSQL 的驱动", remedy="请安装：pip install 'shuzheng-align[postgres]'。"
        ) from error


def _begin_closed(file: Path) -> None:
    """A file that is not there yet begins empty, and only its owner may read it.

    SQLite would make it readable by everybody; it gives ``-wal`` and ``-journal`` the mode of the
    database itself.  A file that is there keeps the mode somebody gave it.
    """
    if file.exists():
        return
    try:
        os.close(os.open(file, os.O_RDONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            "数据库文件打不开", file=file, got=error.strerror, remedy="请检查路径与权限。"
        ) from error


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug (3.51.3, backported to two branches).

    Examples
    --------
    >>> wal_is_safe((3, 40, 1)), wal_is_safe((3, 44, 6)), wal_is_safe((3, 51, 3))
    (False, True, True)
    """
    if version >= (3, 51, 3):
        return True
    return any(version[:2] == branch[:2] and version >= branch for branch in _BACKPORTS)


_BACKPORTS = ((3, 44, 6), (3, 50, 7))


def _set_up_sqlite(engine: sa.Engine) -> None:
    wal = wal_is_safe(sqlite3.sqlite_version_info)

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, record: Any) -> None:
        # The driver's own transaction control would begin too late; ours is below.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"journal_mode={'WAL' if wal else 'DELETE'}",
            f"synchronous={'FULL' if wal else 'EXTRA'}",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        options = connection.get_execution_options()
        if options.get("align_maintenance"):  # VACUUM refuses to run in a transaction
            return
        # A writer that first reads and then asks for the lock could only fail; so it asks first.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("align_write") else "BEGIN")


@contextmanager
def said_clearly(url: sa.URL) -> Iterator[None]:
    """Turn what the database or its driver says into one line for a person.

    Raises
    ------
    StoreError
        With what to do; the transaction was not committed.
    """
    try:
        yield
    except exc.TimeoutError as error:
        raise StoreError("数据库太忙，没有空闲的连接", remedy="请稍后再试。") from error
    except exc.DBAPIError as error:
        raise _store_error(error, url) from error


_SAVED = "这一次没有保存；以前确认的都在。"
_FROM_BACKUP = "请从备份恢复（align restore，见 docs/security.md）。"


def _store_error(error: exc.DBAPIError, url: sa.URL) -> StoreError:
    file = url.database if url.get_backend_name() == "sqlite" else str(url.host or url)
    said = " ".join(str(error.orig).split())
    low = said.lower()
    for words, what, remedy in (
        (("is full", "no space left"), "磁盘已满", "请清理磁盘后再试。"),
        (("disk i/o",), "磁盘写不进去", "请检查磁盘空间与健康状况后再试。"),
        (("readonly", "read-only", "permission denied"), "数据库只读", "请改正文件夹的权限。"),
        (("locked", "timeout"), "数据库正忙", "请稍后再试。"),
        (("malformed", "not a database", "could not decode"), "数据库文件已损坏", _FROM_BACKUP),
        (("unable to open",), "数据库文件打不开", "请检查路径与权限。"),
        (("password authentication",), "数据库不接受这个用户或密码", "请检查 --db 或 ALIGN_DB。"),
    ):
        if any(word in low for word in words):
            return StoreError(what, file=file, got=said, remedy=_SAVED + remedy)
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        remedy = "请检查数据库服务是否在运行，然后再试。"
        return StoreError("连不上数据库", file=file, got=said, remedy=_SAVED + remedy)
    return StoreError("数据库没有接受这一次保存", file=file, got=said, remedy=_SAVED)
