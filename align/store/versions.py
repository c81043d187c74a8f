"""Settings versions: immutable, with author, reason and time; per college and per workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError
from align.settings import Settings
from align.store.core import new_id, text
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """Values as somebody set them.

    Parameters
    ----------
    workspace_id : str
        "" for the college's own; a workspace's override these.
    values : dict of str to float
        Those that differ from what is below (defaults, or the college's).
    """

    id: str
    college_id: str
    workspace_id: str
    values: dict[str, float]
    author: str
    author_name: str
    reason: str
    time: datetime


class Versions(Workspaces):
    """The part of the store that keeps settings."""

    def save_settings(
        self,
        who: Person,
        college_id: str,
        workspace_id: str | None,
        values: dict[str, float],
        reason: str,
    ) -> SettingsVersion:
        """Make a new version.

        Raises
        ------
        SettingsError
            A value is unknown, out of range, or contradicts another in force.
        AccessError
            Only the college's admin may.
        """
        reason = text(reason, "理由", needed=True)
        id, workspace_id = new_id("s"), workspace_id or ""
        with self._write() as c:
            person = self._ask(c, who, "settings", college_id, writes=True)
            if workspace_id:
                _, found = self._ask_workspace(c, who, "settings", workspace_id, writes=True)
                if found.college_id != college_id:
                    raise AccessError("这个工作区属于别的学院")
            below = _newest(c, college_id, "") if workspace_id else {}
            Settings({**below, **values})  # refuses what may not be
            old = _rows(c, college_id, workspace_id)[-1:]
            row = dict(
                id=id, seq=self._next_seq(c, college_id), college_id=college_id,
                workspace_id=workspace_id, values=canonical(values), author=person.id,
                reason=reason, time=self._now(),
            )  # fmt: skip
            c.execute(t.settings_versions.insert().values(row))
            versions = t.settings_versions.c.id
            before = {"settings": state_of(c, "settings", versions == old[0].id)} if old else {}
            after = {"settings": state_of(c, "settings", versions == id)}
            self._log(
                c, person, "settings.changed", college_id, workspace_id=workspace_id, subject=id,
                before=before, after=after,
            )  # fmt: skip
            return _version(_rows(c, college_id, workspace_id)[-1])

    def settings_in_force(self, who: Person, workspace_id: str) -> dict[str, float]:
        """The values set for a workspace: the college's, and over them its own.

        What is not in it has its default; ``Settings(values)`` fills it up.
        """
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            return {**_newest(c, now.college_id, ""), **_newest(c, now.college_id, now.id)}

    def settings_versions(
        self, who: Person, college_id: str, workspace_id: str | None = None
    ) -> list[SettingsVersion]:
        """All versions of a college (None) or of a workspace, oldest first."""
        with self._read() as c:
            self._ask(c, who, "read", college_id, writes=False)
            return [_version(row) for row in _rows(c, college_id, workspace_id or "")]


def _rows(c: sa.Connection, college_id: str, workspace_id: str) -> list[Any]:
    query = (
        sa.select(t.settings_versions, t.people.c.name.label("author_name"))
        .join(t.people, t.people.c.id == t.settings_versions.c.author)
        .where(
            t.settings_versions.c.college_id == college_id,
            t.settings_versions.c.workspace_id == workspace_id,
        )
        .order_by(t.settings_versions.c.seq)
    )
    return list(c.execute(query))


def _newest(c: sa.Connection, college_id: str, workspace_id: str) -> dict[str, float]:
    rows = _rows(c, college_id, workspace_id)
    return _version(rows[-1]).values if rows else {}


def _version(row: Any) -> SettingsVersion:
    return SettingsVersion(
        row.id,
        row.college_id,
        row.workspace_id,
        {key: float(value) for key, value in plain(row.values).items()},
        row.author,
        row.author_name,
        row.reason,
        moment(row.time),
    )
