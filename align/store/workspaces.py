"""Workspaces: what is integrated with what, how far, and who decides on which courses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import allowed, require
from align.decisions import Correction, Person, Workspace
from align.errors import ConflictError, UsageError
from align.store.core import Base, as_workspace, name, new_id
from align.store.ledger import canonical
from align.store.states import plain, state_of

#: What change_workspace takes; the run and the state have functions of their own.
FIELDS = (
    "name",
    "programme",
    "major",
    "sources",
    "levels",
    "leave_out",
    "corrections",
    "reviewers",
)


class Workspaces(Base):
    """The part of the store that keeps workspaces."""

    def workspaces(self, who: Person) -> list[Workspace]:
        """All workspaces this person may see (the centre: every college's), by name."""
        with self._read() as c:
            person = self._person(c, who)
            found = [as_workspace(row) for row in c.execute(sa.select(t.workspaces))]
        mine = [w for w in found if allowed(person, "read", w.college_id)]
        return sorted(mine, key=lambda w: (w.college_id, w.name, w.id))

    def workspace(self, who: Person, workspace_id: str) -> Workspace:
        """One workspace.

        Raises
        ------
        AccessError
            There is none of this id, or it is another college's.
        """
        with self._read() as c:
            return self._ask_workspace(c, who, "read", workspace_id, writes=False)[1]

    def create_workspace(
        self,
        who: Person,
        workspace_name: str,
        programme: str,
        major: str = "",
        sources: Sequence[tuple[str, str]] = (),
        levels: Sequence[str] = (),
        leave_out: Sequence[str] = (),
        corrections: Sequence[Correction] = (),
        reviewers: int = 1,
    ) -> Workspace:
        """Make a workspace in the person's own college; see :class:`Workspace` for the fields.

        Raises
        ------
        UsageError
            A source is not one of the college's, or ``reviewers`` is neither 1 nor 2.
        """
        fields = _columns(
            name=workspace_name, programme=programme, major=major, sources=sources, levels=levels,
            leave_out=leave_out, corrections=corrections, reviewers=reviewers,
        )  # fmt: skip
        id = new_id("w")
        with self._write() as c:
            person = self._ask(c, who, "arrange", who.college_id, writes=True)
            _known_sources(c, person.college_id, sources)
            c.execute(
                t.workspaces.insert().values(
                    id=id,
                    college_id=person.college_id,
                    state="open",
                    run_id="",
                    version=1,
                    **fields,
                )
            )
            after = {"workspace": _state(c, id)}
            self._log(
                c, person, "workspace.made", person.college_id, workspace_id=id, subject=id,
                after=after,
            )  # fmt: skip
            return _load(c, id)

    def change_workspace(
        self, who: Person, workspace_id: str, seen_version: int, **fields: Any
    ) -> Workspace:
        """Change fields of a workspace.

        Parameters
        ----------
        seen_version : int
            ``version`` of the workspace as the person saw it.
        **fields
            Any of :data:`FIELDS`.

        Raises
        ------
        ConflictError
            Somebody changed it meanwhile: ``mine`` the fields, ``theirs`` the workspace now.
        AccessError
            Changing ``reviewers`` needs the right to assign.
        UsageError
            It is approved, a field is unknown, or a source is not one of the college's.
        """
        if unknown := sorted(set(fields) - set(FIELDS)):
            raise UsageError("工作区没有这一项", got="、".join(unknown), expected="、".join(FIELDS))
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "arrange", workspace_id, writes=True)
            if now.version != seen_version:
                raise ConflictError(
                    "工作区刚被别人改过，没有保存",
                    place=now.name,
                    got=f"第 {now.version} 版",
                    expected=f"第 {seen_version} 版",
                    remedy="请看过现在的内容，再改一次。",
                    mine=fields,
                    theirs=now,
                )
            open_only(now)
            if fields.get("reviewers", now.reviewers) != now.reviewers:
                require(person, "assign", now.college_id)
            _known_sources(c, now.college_id, fields.get("sources", ()))
            return self._set(c, person, now, "workspace.changed", _columns(**fields))

    def _set(
        self, c: sa.Connection, who: Person, now: Workspace, kind: str, columns: dict[str, Any],
        **also: Any,
    ) -> Workspace:  # fmt: skip
        """Change columns of a workspace, one version up, with the entry."""
        before = {"workspace": _state(c, now.id)}
        change = t.workspaces.update().where(t.workspaces.c.id == now.id)
        c.execute(change.values(**columns, version=now.version + 1))
        after = {"workspace": _state(c, now.id), **also}
        self._log(
            c, who, kind, now.college_id, workspace_id=now.id, subject=now.id, before=before,
            after=after,
        )  # fmt: skip
        return _load(c, now.id)

    def assign(
        self, who: Person, workspace_id: str, person_id: str, course_ids: Iterable[str]
    ) -> None:
        """Say on which courses a person decides; an empty set takes them off again.

        As long as nobody is assigned, every faculty member of the college decides on all.
        """
        courses = canonical(sorted(set(course_ids)))
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "assign", workspace_id, writes=True)
            where = (t.assignments.c.workspace_id == now.id, t.assignments.c.person_id == person_id)
            query = sa.select(t.people).where(
                t.people.c.id == person_id, t.people.c.college_id == now.college_id,
                t.people.c.active,
            )  # fmt: skip
            if c.execute(query).one_or_none() is None:
                raise UsageError("本学院没有这个人", got=person_id)
            before = state_of(c, "assignment", *where)
            if before:
                c.execute(t.assignments.update().where(*where).values(courses=courses))
            else:
                row = dict(workspace_id=now.id, person_id=person_id, courses=courses)
                c.execute(t.assignments.insert().values(row))
            after = {"assignment": state_of(c, "assignment", *where)}
            self._log(
                c, person, "courses.assigned", now.college_id, workspace_id=now.id,
                subject=after["assignment"]["id"],
                before={"assignment": before} if before else {}, after=after,
            )  # fmt: skip

    def assignments(self, workspace_id: str) -> dict[str, frozenset[str]]:
        """Course ids by person id; empty: everybody of the faculty decides on all."""
        with self._read() as c:
            return assigned(c, workspace_id)


def assigned(c: sa.Connection, workspace_id: str) -> dict[str, frozenset[str]]:
    """The assignments, within a transaction."""
    query = sa.select(t.assignments).where(t.assignments.c.workspace_id == workspace_id)
    found = {row.person_id: frozenset(plain(row.courses)) for row in c.execute(query)}
    return {person: courses for person, courses in found.items() if courses}


def open_only(workspace: Workspace) -> None:
    """Raise for an approved workspace."""
    if workspace.state == "approved":
        raise UsageError(
            "方案已批准，不能再改", place=workspace.name, remedy="请委员会先重新打开工作区。"
        )


def _columns(**fields: Any) -> dict[str, Any]:
    """Fields as they are stored."""
    columns: dict[str, Any] = {}
    for field, value in fields.items():
        if field in {"name", "programme", "major"}:
            columns[field] = name(value, "工作区名称", needed=field == "name")
        elif field == "reviewers":
            if value not in (1, 2):
                raise UsageError("审核人数不对", got=str(value), expected="1 或 2")
            columns[field] = value
        else:
            columns[field] = canonical(list(value))
    return columns


def _known_sources(c: sa.Connection, college_id: str, sources: Sequence[tuple[str, str]]) -> None:
    query = sa.select(t.sources.c.id).where(t.sources.c.college_id == college_id)
    known = set(c.execute(query).scalars()) if sources else set()
    if strangers := [id for id, _ in sources if id not in known]:
        raise UsageError("本学院没有这些文件", got="、".join(strangers), remedy="请先导入。")
    if wrong := [kind for _, kind in sources if kind not in {"course", "certificate"}]:
        raise UsageError("文件类别不对", got=wrong[0], expected="course 或 certificate")


def _state(c: sa.Connection, workspace_id: str) -> dict[str, Any]:
    return state_of(c, "workspace", t.workspaces.c.id == workspace_id)


def _load(c: sa.Connection, workspace_id: str) -> Workspace:
    query = sa.select(t.workspaces).where(t.workspaces.c.id == workspace_id)
    return as_workspace(c.execute(query).one())


__all__ = ["FIELDS", "Workspaces", "assigned", "open_only"]
