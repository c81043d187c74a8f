"""What all parts of the store stand on: transactions, who is asking, one entry per change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa

import align.store.ledger as ledger
import align.store.tables as t
from align.access import COMMAND_LINE, LOCAL, Act, allowed, require
from align.decisions import Correction, Person, Role, Workspace
from align.errors import AccessError, UsageError
from align.store.engine import said_clearly
from align.store.keys import Keys
from align.store.signing import Tails, appended, begun, grown
from align.store.states import Actors, State, plain

_BEIJING = timezone(timedelta(hours=8))
#: Longest text a person may give (note, comment, reason), and longest name or id, in characters.
LONGEST_TEXT, LONGEST_NAME = 4000, 300


def utc_now() -> datetime:
    """The clock; the tests set their own."""
    return datetime.now(UTC)


class Base:
    """Engine, keys and the few moves every part of the store is made of."""

    def __init__(
        self, engine: sa.Engine, keys: Keys, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = engine
        self._url = engine.url
        self.keys = keys
        self._clock = clock
        self._tails = Tails(keys)
        # SQLite's own waiting is by polling and unfair; within a process writers queue up here.
        sqlite = self._url.get_backend_name() == "sqlite"
        self._queue: Any = threading.Lock() if sqlite else nullcontext()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    # --- transactions ---

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with said_clearly(self._url), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _write(self) -> Iterator[sa.Connection]:
        with (
            self._queue,
            said_clearly(self._url),
            self._engine.connect().execution_options(align_write=True) as connection,
            connection.begin(),
        ):
            begun(connection)
            yield connection
            chains = grown(connection)
        # Outside the transaction and its queue: nobody waits for a signature.
        self._sign_tails(self._tails.due(chains), "entries")

    def _sign_tails(self, college_ids: Iterable[str], why: str) -> None:
        """Sign these chains as they stand now."""
        for college_id in college_ids:
            with self._read() as c:
                self._tails.sign(c, college_id, self._now(), why)

    # --- who is asking ---

    def _person(self, connection: sa.Connection, who: Person) -> Person:
        """The person as the database has them now; the session still vouches for them."""
        if who is COMMAND_LINE:
            return who
        row = connection.execute(
            sa.select(t.people).where(t.people.c.id == who.id, t.people.c.erased.is_(False))
        ).one_or_none()
        if row is None:
            raise AccessError("没有这个人", remedy="请重新登录。")
        return as_person(row, signed_in=who.signed_in)

    def _ask(
        self, connection: sa.Connection, who: Person, act: Act, college_id: str, *, writes: bool
    ) -> Person:
        """Take the college's chain when writing; then look whether the person may."""
        if writes:
            ledger.lock(connection, college_id)
        person = self._person(connection, who)
        require(person, act, college_id)
        return person

    def _ask_workspace(
        self, connection: sa.Connection, who: Person, act: Act, workspace_id: str, *, writes: bool
    ) -> tuple[Person, Workspace]:
        """The same for a workspace; one of another college is as if it were not there."""
        query = sa.select(t.workspaces).where(t.workspaces.c.id == workspace_id)
        row = connection.execute(query).one_or_none()
        if row is None or not allowed(self._person(connection, who), "read", row.college_id):
            self._person(connection, who)
            raise AccessError("没有这个工作区，或它属于别的学院", remedy="请从工作区列表中选择。")
        person = self._ask(connection, who, act, row.college_id, writes=writes)
        return person, as_workspace(connection.execute(query).one())

    # --- one entry per change ---

    def _now(self) -> str:
        return ledger.stamp(self._clock())

    def _next_seq(self, connection: sa.Connection, college_id: str) -> int:
        return ledger.lock(connection, college_id)[0] + 1

    def _log(
        self,
        connection: sa.Connection,
        who: Person,
        kind: str,
        college_id: str,
        *,
        workspace_id: str = "",
        subject: str = "",
        before: dict[str, State] | None = None,
        after: dict[str, Any] | None = None,
        time: str = "",
    ) -> int:
        seq = ledger.append(
            connection,
            college_id=college_id,
            time=time or self._now(),
            actor=Actors(connection).actor(who.id),
            kind=kind,
            workspace_id=workspace_id,
            subject=subject,
            before=before,
            after=after,
        )
        appended(connection, college_id, seq)
        return seq


def day_of(time: datetime) -> str:
    """The day in Beijing (``2026-11-22``), as every paper of the college has it."""
    return time.astimezone(_BEIJING).date().isoformat()


def new_id(prefix: str) -> str:
    """An id nobody can guess and nothing else has: 96 random bits."""
    return f"{prefix}-{secrets.token_hex(12)}"


def text(value: str, what: str, longest: int = LONGEST_TEXT, *, needed: bool = False) -> str:
    """A text a person typed, without what no database takes (NUL, half a surrogate pair).

    Raises
    ------
    UsageError
        It is longer than ``longest`` characters, or empty where it is needed.
    """
    value = value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    if len(value) > longest:
        raise UsageError(
            f"{what}太长",
            got=f"{len(value)} 字",
            expected=f"不超过 {longest} 字",
            remedy="请缩短。",
        )
    if needed and not value.strip():
        raise UsageError(f"缺少{what}", remedy=f"请填写{what}。")
    return value


def name(value: str, what: str, *, needed: bool = True) -> str:
    """The same for a name: one line, without blanks around it."""
    return text(" ".join(value.split()), what, LONGEST_NAME, needed=needed)


def as_person(row: Any, *, signed_in: bool = False) -> Person:
    """A row of ``people``; nobody of a laptop's college is ever signed in."""
    return Person(
        row.id,
        row.college_id,
        row.name,
        Role(row.role),
        row.login or "",
        row.active,
        signed_in and row.college_id != LOCAL,
    )


def as_workspace(row: Any) -> Workspace:
    """A row of ``workspaces``."""
    return Workspace(
        id=row.id,
        college_id=row.college_id,
        name=row.name,
        programme=row.programme,
        major=row.major,
        sources=tuple((s, kind) for s, kind in plain(row.sources)),
        levels=tuple(plain(row.levels)),
        leave_out=tuple(plain(row.leave_out)),
        corrections=tuple(
            Correction(c["kind"], tuple(c["target"]), c["value"]) for c in plain(row.corrections)
        ),
        reviewers=row.reviewers,
        state=row.state,
        run_id=row.run_id,
        version=row.version,
    )
