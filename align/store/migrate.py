"""Bringing the schema up to date: ordered, named migrations, each in one transaction.

Alembic is imported only where something is to be run: a start on a database that is up to date,
which is nearly every start, asks for the name of its last migration and needs no more.
"""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa

from align.errors import StoreError

FOLDER = Path(__file__).resolve().parent / "migrations"
#: Any number; two programs starting on one PostgreSQL database take turns by it.
_ADVISORY_LOCK = 5_317_201
#: Where Alembic keeps the name of the last migration.
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String()))
_alembic_is_global = threading.Lock()


def names() -> list[str]:
    """All migrations, oldest first: their files are named by number, as they are."""
    return sorted(path.stem for path in (FOLDER / "versions").glob("m*.py"))


def revision(connection: sa.Connection) -> str:
    """The last migration this database has had; "" for a new one."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return ""
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none() or ""


def upgrade(engine: sa.Engine, *, to: str = "") -> list[str]:
    """Run every migration that is missing.

    Parameters
    ----------
    engine : Engine
        The database; may be empty.
    to : str
        The last migration to run; "" runs all.

    Returns
    -------
    list of str
        The migrations run now.

    Raises
    ------
    StoreError
        The database has had a migration this program does not know: it is newer.
    """
    order = names()
    wanted = order[: order.index(to) + 1] if to else order
    done: list[str] = []
    with engine.connect() as connection:
        if not _missing(revision(connection), wanted):
            return done
    while True:
        with (
            _alembic_is_global,
            engine.connect().execution_options(align_write=True) as connection,
            connection.begin(),
        ):
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            missing = _missing(revision(connection), wanted)
            if not missing:
                return done
            _run(connection, missing[0])
            done.append(missing[0])


def upgrade_within(connection: sa.Connection, *, to: str = "") -> None:
    """Run every migration that is missing, all in the caller's own transaction.

    Raises
    ------
    StoreError
        As :func:`upgrade`.
    """
    order = names()
    if to and to not in order:
        _missing(to, order)
    wanted = order[: order.index(to) + 1] if to else order
    with _alembic_is_global:
        for name in _missing(revision(connection), wanted):
            _run(connection, name)


def _run(connection: sa.Connection, name: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, name)


def _missing(now: str, wanted: list[str]) -> list[str]:
    if not now:
        return wanted
    if now not in names():
        raise StoreError(
            "数据库比程序新",
            got=now,
            expected=f"不新于 {names()[-1]}",
            remedy="请更新 align 后再打开；数据库没有改动。",
        )
    return wanted[wanted.index(now) + 1 :] if now in wanted else []
