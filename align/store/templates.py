"""A college's own Word template for the plan: every version is kept, the newest is in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import AccessError, UsageError
from align.store.core import Base, name, new_id, text
from align.store.ledger import moment, sha256
from align.store.states import state_of

#: A template of more bytes than this is no form but a book.
LARGEST_FILE = 10 * 2**20


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """A template as somebody put it in force.

    Parameters
    ----------
    name : str
        The file's name; "" where somebody took the template away: the program's own layout
        holds again.
    sha256 : str
        Of the file's bytes; "" where there is none.
    """

    id: str
    college_id: str
    name: str
    sha256: str
    size: int
    author: str
    author_name: str
    reason: str
    time: datetime


class Templates(Base):
    """The part of the store that keeps templates."""

    def save_template(
        self,
        who: Person,
        college_id: str,
        file_name: str,
        data: bytes,
        reason: str = "",
        *,
        check: Callable[[bytes, str], object],
    ) -> TemplateVersion:
        """Put a template in force for a college.

        Parameters
        ----------
        check : callable
            Raises for a file that is no template, such as
            :func:`align.export.docx_template.check`; called with the bytes and the name.

        Raises
        ------
        AccessError
            Only committee and admin of the college may.
        UsageError
            The file is too large, or the template in force is this very file.
        """
        called = name(file_name, "文件名")
        if len(data) > LARGEST_FILE:
            raise UsageError(
                "模板太大", file=called, got=f"{len(data) / 2**20:.1f} MB",
                expected=f"不超过 {LARGEST_FILE // 2**20} MB", remedy="请缩小模板中的图片。",
            )  # fmt: skip
        with self._read() as c:
            self._ask(c, who, "export", college_id, writes=False)
        check(data, called)
        return self._put(who, college_id, called, data, reason)

    def remove_template(self, who: Person, college_id: str, reason: str = "") -> TemplateVersion:
        """Let the program's own layout hold again; the versions stay."""
        return self._put(who, college_id, "", None, reason)

    def _put(
        self, who: Person, college_id: str, called: str, data: bytes | None, reason: str
    ) -> TemplateVersion:
        id, digest = new_id("t"), sha256(data) if data is not None else ""
        with self._write() as c:
            person = self._ask(c, who, "export", college_id, writes=True)
            old = _rows(c, college_id)[-1:]
            if (old[0].sha256 if old else "") == digest:
                raise UsageError("现在用的就是它" if digest else "现在没有学校的模板")
            row = dict(
                id=id, seq=self._next_seq(c, college_id), college_id=college_id, name=called,
                sha256=digest, size=len(data or b""), author=person.id,
                reason=text(reason, "说明"), time=self._now(),
            )  # fmt: skip
            c.execute(t.templates.insert().values(row))
            if data is not None:
                c.execute(t.template_files.insert().values(template_id=id, data=data))
            ids = t.templates.c.id
            before = {"template": state_of(c, "template", ids == old[0].id)} if old else {}
            after = {"template": state_of(c, "template", ids == id)}
            self._log(
                c, person, "template.changed", college_id, subject=id, before=before, after=after
            )
            return _version(_rows(c, college_id)[-1])

    def template_versions(self, who: Person, college_id: str) -> list[TemplateVersion]:
        """All versions of a college, oldest first."""
        with self._read() as c:
            self._ask(c, who, "read", college_id, writes=False)
            return [_version(row) for row in _rows(c, college_id)]

    def template_bytes(self, who: Person, template_id: str) -> bytes:
        """The file of one version, as it was given.

        Raises
        ------
        AccessError
            There is none of this id in a college the person may see.
        """
        with self._read() as c:
            query = sa.select(t.templates.c.college_id, t.template_files.c.data).join(
                t.template_files, t.template_files.c.template_id == t.templates.c.id
            )
            row = c.execute(query.where(t.templates.c.id == template_id)).one_or_none()
            if row is None:
                raise AccessError("没有这个模板，或它属于别的学院", got=template_id)
            self._ask(c, who, "read", row.college_id, writes=False)
            return bytes(row.data)


def _rows(c: sa.Connection, college_id: str) -> list[Any]:
    query = (
        sa.select(t.templates, t.people.c.name.label("author_name"))
        .join(t.people, t.people.c.id == t.templates.c.author)
        .where(t.templates.c.college_id == college_id)
        .order_by(t.templates.c.seq)
    )
    return list(c.execute(query))


def _version(row: Any) -> TemplateVersion:
    return TemplateVersion(
        row.id, row.college_id, row.name, row.sha256, row.size, row.author, row.author_name,
        row.reason, moment(row.time),
    )  # fmt: skip
