"""Signing in: passwords, counted failures, sessions."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE, LOCAL
from align.decisions import Person
from align.errors import AccessError
from align.store.core import Base, as_person, new_id
from align.store.ledger import moment, sha256, stamp
from align.store.passwords import fits

#: After so many wrong passwords within the window, a login waits for the window's length.
TRIES, WINDOW = 5, timedelta(minutes=15)
#: How long a session lasts: a working day.
SESSION = timedelta(hours=12)

_WRONG = "登录名或密码不对"
_LOCKED = "错误次数过多，暂时不能登录"


def _tries(failures: list[datetime], now: datetime) -> int:
    """How many wrong tries count now: those within a window of the latest, while it is fresh."""
    if not failures or now - max(failures) >= WINDOW:
        return 0
    return sum(max(failures) - time < WINDOW for time in failures)


class SignIn(Base):
    """The part of the store that lets people in."""

    def sign_in(self, login: str, password: str) -> Person:
        """The person of this login, vouched for by their password.

        An unknown login is answered, counted and locked exactly as a known one.

        Raises
        ------
        AccessError
            Wrong login or password, a stopped account, or too many wrong tries: five within
            15 minutes lock the login for 15 minutes.
        """
        login = " ".join(login.split())
        typed, attempt = sha256(login), new_id("f")
        people = sa.select(t.people).where(t.people.c.login == login, t.people.c.active)
        mine = t.sign_in_failures.c.login == typed
        with self._write() as c:
            # Counted before the password is looked at: many tries at once get no extra ones.
            if c.dialect.name == "postgresql":
                c.execute(sa.select(sa.func.pg_advisory_xact_lock(int(typed[:15], 16))))
            now = self._clock()
            gone = t.sign_in_failures.c.time <= stamp(now - 2 * WINDOW)
            c.execute(t.sign_in_failures.delete().where(gone))
            times = sa.select(t.sign_in_failures.c.time).where(mine)
            tries = _tries([moment(x) for x in c.execute(times).scalars()], now)
            if tries < TRIES:
                row = dict(id=attempt, login=typed, time=stamp(now))
                c.execute(t.sign_in_failures.insert().values(row))
            person = c.execute(people).one_or_none()
        if tries >= TRIES:
            raise AccessError(_LOCKED, remedy=f"请 {WINDOW.seconds // 60} 分钟后再试。")
        right = fits(person.password if person else None, password)
        with self._write() as c:
            person = c.execute(people).one_or_none()
            if right and person is not None:
                c.execute(t.sign_in_failures.delete().where(mine))
                return as_person(person, signed_in=True)
            if tries == TRIES - 1 and person is not None:
                self._log(
                    c, COMMAND_LINE, "sign-in.locked", person.college_id, subject=person.actor
                )
        raise AccessError(_WRONG, remedy="请检查后再试；忘记密码请找教务管理员。")

    def vouched(self, login: str) -> Person:
        """The person of this login, vouched for by the college's OIDC (``st.login``).

        Raises
        ------
        AccessError
            Nobody of this login is known here, or the account is stopped.
        """
        with self._read() as c:
            query = sa.select(t.people).where(
                t.people.c.login == " ".join(login.split()), t.people.c.active
            )
            row = c.execute(query).one_or_none()
        if row is None:
            raise AccessError("这个账号尚未开通", remedy="请联系本学院的教务管理员。")
        return as_person(row, signed_in=True)

    def open_session(self, person: Person, ttl: timedelta = SESSION) -> str:
        """A token for the browser: 256 random bits, of which only the SHA-256 is stored.

        Raises
        ------
        AccessError
            Nobody vouches for this person (a laptop's person needs no vouching).
        """
        token = secrets.token_urlsafe(32)
        with self._write() as c:
            fresh = self._person(c, person)
            if not fresh.active or not (fresh.signed_in or fresh.college_id == LOCAL):
                raise AccessError("尚未登录", remedy="请先登录。")
            now = self._clock()
            c.execute(t.sessions.delete().where(t.sessions.c.expires <= stamp(now)))
            row = dict(
                token=sha256(token),
                person_id=fresh.id,
                created=stamp(now),
                expires=stamp(now + ttl),
            )
            c.execute(t.sessions.insert().values(row))
        return token

    def session(self, token: str) -> Person | None:
        """Whose session this is; None when it has ended or the account is stopped."""
        query = (
            sa.select(t.people)
            .join(t.sessions, t.sessions.c.person_id == t.people.c.id)
            .where(
                t.sessions.c.token == sha256(token),
                t.sessions.c.expires > self._now(),
                t.people.c.active,
            )
        )
        with self._read() as c:
            row = c.execute(query).one_or_none()
        return None if row is None else as_person(row, signed_in=True)

    def close_session(self, token: str) -> None:
        """End a session, as signing out does."""
        with self._write() as c:
            c.execute(t.sessions.delete().where(t.sessions.c.token == sha256(token)))
