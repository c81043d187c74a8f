"""Colleges and people: who there is, what they may do, and forgetting them."""

from __future__ import annotations

import secrets
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import COMMAND_LINE, LOCAL, SERVER, allowed, require
from align.decisions import College, Person, Role
from align.errors import AccessError, StoreError, UsageError
from align.store.core import Base, as_person, name, new_id
from align.store.engine import said_clearly
from align.store.ledger import GENESIS, canonical, lock, seal, sha256
from align.store.passwords import hashed
from align.store.presence import gone
from align.store.states import GUARDED, plain, state_of


class People(Base):
    """The part of the store that knows colleges and people."""

    def colleges(self) -> list[College]:
        """All colleges of the server, by name."""
        with self._read() as c:
            rows = c.execute(sa.select(t.colleges).where(t.colleges.c.id != SERVER)).all()
        return sorted((College(r.id, r.name) for r in rows), key=lambda x: (x.name, x.id))

    def add_college(self, college_name: str, *, by: Person = COMMAND_LINE) -> College:
        """Set up a college; only from the command line or by an admin of the server.

        Raises
        ------
        UsageError
            There is one of this name, or the name is empty.
        """
        with self._write() as c:
            who = self._ask(c, by, "colleges", SERVER, writes=True)
            return self._new_college(c, who, new_id("c"), name(college_name, "学院名称"))

    def _new_college(self, c: sa.Connection, who: Person, id: str, called: str) -> College:
        if c.execute(sa.select(t.colleges.c.id).where(t.colleges.c.name == called)).first():
            raise UsageError("已有同名的学院", got=called, remedy="请换一个名称。")
        c.execute(t.colleges.insert().values(id=id, name=called))
        c.execute(t.heads.insert().values(college_id=id, seq=0, hash=GENESIS))
        after = {"college": state_of(c, "college", t.colleges.c.id == id)}
        self._log(c, who, "college.added", SERVER, subject=id, after=after)
        return College(id, called)

    def people(self, who: Person, college_id: str) -> list[Person]:
        """The people of a college, by name; those erased are left out."""
        with self._read() as c:
            person = self._person(c, who)
            if not allowed(person, "people", college_id):
                require(person, "read", college_id)
            query = sa.select(t.people).where(
                t.people.c.college_id == college_id, t.people.c.erased.is_(False)
            )
            return sorted((as_person(r) for r in c.execute(query)), key=lambda p: (p.name, p.id))

    def add_person(
        self,
        by: Person | None,
        college_id: str,
        person_name: str,
        role: Role,
        login: str = "",
        password: str | None = None,
    ) -> Person:
        """Add somebody.

        Parameters
        ----------
        by : Person or None
            An admin of the college or the server, or ``COMMAND_LINE``; None only while the
            server has no admin at all.
        college_id : str
            ``SERVER`` for the centre and for admins of the server.
        password : str or None
            None leaves the account to the college's OIDC.

        Raises
        ------
        AccessError, UsageError
            Not allowed; or the login is taken, or role and college do not fit.
        """
        person_name, login = name(person_name, "姓名"), name(login, "登录名", needed=False)
        role = _fitting(role, college_id)
        secret = None if password is None else hashed(password, login)
        with self._write() as c:
            if not c.execute(sa.select(t.colleges).where(t.colleges.c.id == college_id)).first():
                raise UsageError("没有这个学院", got=college_id)
            lock(c, college_id)
            if by is None:
                if _admins(c):
                    raise AccessError("已有管理员", remedy="请登录后添加，或用 align users add。")
                by = COMMAND_LINE
            who = self._ask(c, by, "people", college_id, writes=True)
            if login and c.execute(sa.select(t.people).where(t.people.c.login == login)).first():
                raise UsageError("登录名已被使用", got=login, remedy="请换一个登录名。")
            return self._new_person(c, who, college_id, person_name, role, login, secret)

    def _new_person(
        self, c: sa.Connection, by: Person | None, college_id: str, called: str, role: Role,
        login: str, password: str | None,
    ) -> Person:  # fmt: skip
        id, key = new_id("p"), secrets.token_bytes(32)
        row = dict(
            id=id, college_id=college_id, name=called, login=login or None, role=str(role),
            active=True, erased=False, password=password, key=key, actor=seal(key, id),
        )  # fmt: skip
        c.execute(t.people.insert().values(row))
        after = {"person": state_of(c, "person", t.people.c.id == id)}
        person = Person(id, college_id, called, role, login)
        self._log(c, by or person, "person.added", college_id, subject=seal(key, id), after=after)
        return person

    def local_person(self, person_name: str) -> Person:
        """The one reviewer of a laptop, by the name given; made at the first time.

        They belong to the college ``local``, act for it in every role, and are never signed in.
        """
        called = name(person_name, "姓名")
        query = sa.select(t.people).where(
            t.people.c.college_id == LOCAL, t.people.c.name == called, t.people.c.erased.is_(False)
        )
        with self._read() as c:
            if row := c.execute(query).first():
                return as_person(row)
        with self._write() as c:
            lock(c, SERVER)
            if not c.execute(sa.select(t.colleges).where(t.colleges.c.id == LOCAL)).first():
                self._new_college(c, COMMAND_LINE, LOCAL, "本机")
            lock(c, LOCAL)
            if row := c.execute(query).first():  # another thread was first
                return as_person(row)
            return self._new_person(c, None, LOCAL, called, Role.COMMITTEE, "", None)

    def set_role(self, by: Person, person_id: str, role: Role) -> Person:
        """Give somebody another role; their sessions end."""
        return self._change(by, person_id, "person.role", role=role)

    def set_active(self, by: Person, person_id: str, active: bool) -> Person:
        """Let somebody work, or not; their sessions end."""
        return self._change(by, person_id, "person.active", active=active)

    def set_password(self, by: Person, person_id: str, password: str) -> Person:
        """Set a new password for somebody, as admin; all their sessions end.

        One's own is changed by :meth:`align.store.sign_in.SignIn.change_password`, which asks
        for the old one.
        """
        return self._change(by, person_id, "person.password", password=password)

    def _change(
        self, by: Person, person_id: str, kind: str, *, mine: bool = False, **to: Any
    ) -> Person:
        with self._read() as c:
            row = self._target(c, by, person_id, mine=mine)
        if "password" in to:  # hashed before the write lock is taken: it costs 50 ms on purpose
            to["password"] = hashed(to["password"], row.login or "")
        with self._write() as c:
            lock(c, row.college_id)
            row = self._target(c, by, person_id, mine=mine)
            if "role" in to:
                to["role"] = str(_fitting(to["role"], row.college_id))
            if by is not COMMAND_LINE and (to.get("role", "admin") != "admin" or "active" in to):
                _keep_an_admin(c, row, to)
            before = {"person": state_of(c, "person", t.people.c.id == person_id)}
            c.execute(t.people.update().where(t.people.c.id == person_id).values(**to))
            c.execute(t.sessions.delete().where(t.sessions.c.person_id == person_id))
            gone(c, person_id)
            after = {"person": state_of(c, "person", t.people.c.id == person_id)}
            self._log(c, by, kind, row.college_id, subject=row.actor, before=before, after=after)
            fresh = c.execute(sa.select(t.people).where(t.people.c.id == person_id)).one()
            return as_person(fresh)

    def _target(self, c: sa.Connection, by: Person, person_id: str, *, mine: bool = False) -> Any:
        """The row of the person to be changed; of another college as if not there."""
        who = self._person(c, by)
        query = sa.select(t.people).where(t.people.c.id == person_id, t.people.c.erased.is_(False))
        row = c.execute(query).one_or_none()
        if row is None or who.college_id not in {row.college_id, SERVER}:
            raise AccessError("没有这个人，或此人属于别的学院")
        if not (mine and who.active and who.signed_in):
            require(who, "people", row.college_id)
        return row

    def erase_person(self, by: Person, person_id: str) -> None:
        """Forget somebody: name, login, password and notes go, their key is destroyed.

        What they decided stays, by somebody unknown; the chain stays whole, for it knew them
        only by keyed hashes.  A name typed as a signature under a plan is blanked as well.

        Raises
        ------
        StoreError
            All is erased, but the database file could not be rewritten without its old pages.
        """
        with self._write() as c:
            row = self._target(c, by, person_id)
            lock(c, row.college_id)
            row = self._target(c, by, person_id)
            if by is not COMMAND_LINE:
                _keep_an_admin(c, row, {"active": False})
            before = {"person": state_of(c, "person", t.people.c.id == person_id)}
            blanked = _blank_notes(c, person_id) + _blank_signatures(c, row)
            c.execute(
                t.people.update()
                .where(t.people.c.id == person_id)
                .values(name="", login=None, password=None, key=None, active=False, erased=True)
            )
            c.execute(t.sessions.delete().where(t.sessions.c.person_id == person_id))
            gone(c, person_id)
            typed = sha256(row.login or "")
            c.execute(t.sign_in_failures.delete().where(t.sign_in_failures.c.login == typed))
            after = {
                "person": state_of(c, "person", t.people.c.id == person_id),
                "blanked": blanked,
            }
            self._log(
                c,
                by,
                "person.erased",
                row.college_id,
                subject=row.actor,
                before=before,
                after=after,
            )
        try:
            self.compact()
        except StoreError as error:
            raise StoreError(
                "此人已删除，但数据库文件未能整理",
                got=error.what,
                remedy="请在无人使用时运行 align db compact。",
            ) from error

    def compact(self) -> None:
        """Leave no copy of what was deleted in unused parts of the database's files."""
        with self._queue, said_clearly(self._url), self._engine.connect() as c:
            if c.dialect.name == "postgresql":
                c = c.execution_options(isolation_level="AUTOCOMMIT")
                tables = [t.people, t.learners, t.learning_results, t.learner_conversions]
                tables += [g.table for g in GUARDED.values() if g.personal]
                c.exec_driver_sql("VACUUM FULL " + ", ".join(x.name for x in tables))
            else:
                c.execution_options(align_maintenance=True).exec_driver_sql("VACUUM")


def _fitting(role: Role, college_id: str) -> Role:
    """The role, if such a person can belong there."""
    role = Role(role)
    of_server = {Role.CENTRE, Role.ADMIN}
    if (college_id == SERVER and role not in of_server) or (
        college_id != SERVER and role == Role.CENTRE
    ):
        raise UsageError(
            "角色与学院不相配",
            got=str(role),
            expected="管理中心（centre）不属于任何学院；其他角色属于一个学院",
        )
    return role


def _admins(c: sa.Connection, college_id: str | None = None) -> int:
    query = sa.select(sa.func.count()).where(
        t.people.c.role == str(Role.ADMIN), t.people.c.active, t.people.c.erased.is_(False)
    )
    if college_id is not None:
        query = query.where(t.people.c.college_id == college_id)
    return int(c.execute(query.select_from(t.people)).scalar_one())


def _keep_an_admin(c: sa.Connection, row: Any, to: dict[str, Any]) -> None:
    still = to.get("role", row.role) == str(Role.ADMIN) and to.get("active", row.active)
    is_one = row.role == str(Role.ADMIN) and row.active
    if is_one and not still and _admins(c, row.college_id) == 1:
        raise UsageError("这是最后一位管理员", remedy="请先指定另一位管理员。")


def _blank_notes(c: sa.Connection, person_id: str) -> list[str]:
    blanked = []
    for noun, guarded in GUARDED.items():
        if guarded.personal:
            words, author = (guarded.table.c[x] for x in guarded.personal)
            mine = sa.and_(author == person_id, words != "")
            found = c.execute(sa.select(guarded.table.c.id).where(mine)).scalars()
            blanked += [f"{noun}/{id}" for id in found]
            c.execute(guarded.table.update().where(mine).values({words: ""}))
    return sorted(blanked)


def _blank_signatures(c: sa.Connection, person: Any) -> list[str]:
    """Blank the person's name where it was typed as a signature in their college."""
    blanked = []
    query = (
        sa.select(t.approvals.c.id, t.approvals.c.names)
        .join(t.workspaces, t.workspaces.c.id == t.approvals.c.workspace_id)
        .where(t.workspaces.c.college_id == person.college_id)
    )
    for id, names in c.execute(query).all():
        signatures = plain(names)
        hits = [k for k, s in enumerate(signatures) if s["name"] == person.name]
        if hits:
            for k in hits:
                signatures[k] = {"key": "", "name": ""}
                blanked.append(f"approval/{id}/{k}")
            new = canonical(signatures)
            c.execute(t.approvals.update().where(t.approvals.c.id == id).values(names=new))
    return blanked
