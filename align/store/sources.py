"""Sources: every file's bytes as they were, so that a quotation can be traced for ever."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import SERVER, allowed
from align.decisions import Person
from align.errors import AccessError, UsageError
from align.records import Kind, Source
from align.store.core import Base, name
from align.store.ledger import sha256
from align.store.states import state_of


class Sources(Base):
    """The part of the store that keeps files, and what reading them gave."""

    def add_source(
        self,
        who: Person,
        file_name: str,
        data: bytes,
        kind: Kind,
        *,
        title: str = "",
        version: str = "",
    ) -> Source:
        """Keep a file; the same bytes are kept once per college, under the name they first had.

        Parameters
        ----------
        file_name : str
            Only its last part is kept.
        kind : {"course", "certificate", "programme", "unknown"}

        Returns
        -------
        Source
            ``id`` is the first 16 digits of the bytes' SHA-256; ``path`` the file's name.
        """
        called = name(PurePath(file_name.replace("\\", "/")).name, "文件名")
        digest = sha256(data)
        with self._write() as c:
            person = self._ask(c, who, "import", who.college_id, writes=True)
            where = _is(person.college_id, digest[:16])
            if kept := c.execute(sa.select(t.sources).where(*where)).one_or_none():
                if kept.sha256 != digest:
                    raise UsageError("另一文件已占用这个指纹", file=called, remedy="请另存后再试。")
                return _source(kept)
            row = dict(
                college_id=person.college_id, id=digest[:16], name=called, kind=kind,
                format=PurePath(called).suffix.lower()[1:], title=name(title, "题名", needed=False),
                version=name(version, "版本", needed=False), sha256=digest, size=len(data),
                time=self._now(), by=person.id,
            )  # fmt: skip
            c.execute(t.sources.insert().values(row))
            c.execute(
                t.source_files.insert().values(
                    college_id=person.college_id, source_id=digest[:16], data=data
                )
            )
            after = {"source": state_of(c, "source", *where)}
            self._log(
                c, person, "source.imported", person.college_id, subject=digest[:16], after=after
            )
            return _source(c.execute(sa.select(t.sources).where(*where)).one())

    def sources(self, who: Person, college_id: str | None = None) -> list[Source]:
        """The sources of a college (by default the person's own), in order of import."""
        with self._read() as c:
            college_id = who.college_id if college_id is None else college_id
            self._ask(c, who, "read", college_id, writes=False)
            query = sa.select(t.sources).where(t.sources.c.college_id == college_id)
            return [_source(row) for row in c.execute(query.order_by(t.sources.c.time))]

    def source_bytes(self, who: Person, source_id: str) -> bytes:
        """A file exactly as it was given.

        Raises
        ------
        AccessError
            There is none of this id in a college the person may see.
        """
        query = sa.select(t.source_files).where(t.source_files.c.source_id == source_id)
        with self._read() as c:
            person = self._person(c, who)
            if person.college_id != SERVER:
                query = query.where(t.source_files.c.college_id == person.college_id)
            for row in c.execute(query.order_by(t.source_files.c.college_id)):
                if allowed(person, "read", row.college_id):
                    return bytes(row.data)
        raise _no_file(source_id)

    def save_reading(self, who: Person, source_id: str, reader_version: str, data: bytes) -> None:
        """Keep what reading a file of the person's own college gave.

        A cache, found again by content and reader: it changes nothing that is decided or proven.

        Raises
        ------
        AccessError
            The college has no such file, or the person may not import.
        """
        where = _reading(source_id, reader_version)
        with self._write() as c:
            person = self._ask(c, who, "import", who.college_id, writes=False)
            query = sa.select(t.sources.c.id).where(*_is(person.college_id, source_id))
            if c.execute(query).one_or_none() is None:
                raise _no_file(source_id)
            c.execute(t.readings.delete().where(*where))
            row = dict(source_id=source_id, reader_version=reader_version, data=data)
            c.execute(t.readings.insert().values(row))

    def reading(self, who: Person, source_id: str, reader_version: str) -> bytes | None:
        """What reading this file with this reader gave; None if it was never kept.

        Raises
        ------
        AccessError
            There is no such file in a college the person may see.
        """
        where = _reading(source_id, reader_version)
        with self._read() as c:
            person = self._person(c, who)
            query = sa.select(t.sources.c.college_id).where(t.sources.c.id == source_id)
            if not any(allowed(person, "read", id) for id in c.execute(query).scalars()):
                raise _no_file(source_id)
            found = c.execute(sa.select(t.readings.c.data).where(*where)).scalar_one_or_none()
        return None if found is None else bytes(found)


def _no_file(source_id: str) -> AccessError:
    return AccessError("没有这个文件，或它属于别的学院", got=source_id)


def _is(college_id: str, source_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return t.sources.c.college_id == college_id, t.sources.c.id == source_id


def _reading(source_id: str, version: str) -> tuple[sa.ColumnElement[bool], ...]:
    return t.readings.c.source_id == source_id, t.readings.c.reader_version == version


def _source(row: Any) -> Source:
    return Source(row.id, row.name, row.sha256, row.format, row.kind, row.title, row.version)
