"""Signing in: passwords, counted failures, sessions."""

from __future__ import annotations

import logging
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE, LOCAL
from align.decisions import Person
from align.errors import AccessError, StoreError, UsageError
from align.store.core import as_person, new_id
from align.store.ledger import moment, sha256, stamp
from align.store.passwords import fits
from align.store.people import People
from align.store.presence import gone

#: After so many wrong passwords within the window, a login waits for the window's length.
TRIES, WINDOW = 5, timedelta(minutes=15)
#: How long a session lasts: a working day; and how long without anything done in it.
SESSION, IDLE = timedelta(hours=12), timedelta(hours=2)
#: Not every turn of a page writes that somebody is still there.
_RENEWED = timedelta(minutes=5)
_logger = logging.getLogger(__name__)

_WRONG = "登录名或密码不对"
_LOCKED = "错误次数过多，暂时不能登录"


def _tries(failures: list[datetime], now: datetime) -> int:
    """How many wrong tries count now: those within a window of the latest, while it is fresh."""
    if not failures or now - max(failures) >= WINDOW:
        return 0
    return sum(max(failures) - time < WINDOW for time in failures)


class SignIn(People):
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

    def change_password(self, who: Person, old: str, new: str) -> Person:
        """Change one's own password; the old one is asked for, and all one's sessions end.

        Wrong tries are counted with those of signing in, so that a screen left open is no way
        to guess.

        Raises
        ------
        AccessError
            The old password is wrong, too many wrong tries, or the person has none to change.
        UsageError
            The new one is too short, too long, common, or the old one.
        """
        with self._read() as c:
            mine = self._person(c, who)
        if not mine.login or self.sign_in(mine.login, old).id != mine.id:
            raise AccessError("没有自己的密码", remedy="请在学校的统一登录中更改。")
        if new == old:
            raise UsageError("新密码与现在的相同", remedy="请换一个密码。")
        return self._change(who, mine.id, "person.password", mine=True, password=new)

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
                seen=stamp(now),
            )
            c.execute(t.sessions.insert().values(row))
        return token

    def session(self, token: str) -> Person | None:
        """Whose session this is; None when it has ended or the account is stopped.

        It ends after its time, after :data:`IDLE` in which nobody asked, by signing out, and
        with every change of role, password or standing.
        """
        now, digest = self._clock(), sha256(token)
        query = (
            sa.select(t.people, t.sessions.c.created, t.sessions.c.seen)
            .join(t.sessions, t.sessions.c.person_id == t.people.c.id)
            .where(
                t.sessions.c.token == digest,
                t.sessions.c.expires > stamp(now),
                sa.func.coalesce(t.sessions.c.seen, t.sessions.c.created) > stamp(now - IDLE),
                t.people.c.active,
            )
        )
        with self._read() as c:
            row = c.execute(query).one_or_none()
        if row is None:
            return None
        if now - moment(row.seen or row.created) >= _RENEWED:
            self._renew(digest, now)
        return as_person(row, signed_in=True)

    def _renew(self, digest: str, now: datetime) -> None:
        """Note that somebody is still there."""
        there = t.sessions.c.token == digest
        try:
            with self._write() as c:
                c.execute(t.sessions.update().where(there).values(seen=stamp(now)))
        except StoreError as error:
            # A full disk must not keep people from reading; they sign in again the sooner.
            _logger.warning("session not renewed: %s", error.what)

    def close_session(self, token: str) -> None:
        """End a session, as signing out does; what its college has done until then is signed."""
        mine = t.sessions.c.token == sha256(token)
        with self._write() as c:
            query = (
                sa.select(t.people.c.id, t.heads.c.college_id, t.heads.c.seq)
                .join(t.sessions, t.sessions.c.person_id == t.people.c.id)
                .join(t.heads, t.heads.c.college_id == t.people.c.college_id)
            )
            row = c.execute(query.where(mine)).one_or_none()
            if row is not None:
                gone(c, row.id)
            c.execute(t.sessions.delete().where(mine))
        if row is not None:
            self._sign_tails(self._tails.due({row.college_id: row.seq}, 1), "sign-out")
