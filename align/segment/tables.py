"""The plain table: the simplest way in, and a contract others may rely on.

Courses: ``课程, 单元, 任务, 教学内容, 学时``, optionally ``编号, 课程代码, 课程性质, 课程类别,
学分, 理论学时, 实践学时, 学期``.  Certificates: ``等级, 工作领域, 工作任务, 编号, 职业技能要求``,
optionally ``证书, 标准代码, 版本, 制定单位, 权重, 相关知识``.  English titles work too (``course,
unit, task, content, hours, id``; ``certificate, level, area, task, id, requirement`` or ``text``).
A missing course or certificate name is the file's stem; 编号 is kept and given back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from align.depth import depth_of
from align.records import Certificate, Competency, Course, Document, Row, Table, Unit
from align.segment.collect import Notes
from align.segment.footer import is_footer
from align.segment.header import CERTIFICATE_WORDS, COURSE_WORDS, Header, find_header
from align.segment.hours import Hours, hours_of, read_hours
from align.segment.items import knowledge_lines, numbered_task
from align.segment.levels import level_name, order
from align.segment.points import split_points
from align.segment.recognise import stem
from align.segment.remarks import (
    lacks_content,
    say_carried,
    say_no_content,
    say_no_hours,
    say_unreadable_hours,
)
from align.segment.words import bare, first_number, heading, is_blank, line, row_text, title

_PLAIN_FORMATS = frozenset({"csv", "tsv", "xlsx", "md", "markdown", "txt"})
_NUMBER = re.compile(r"\d+(?:\.\d+)+$")


@dataclass(slots=True)
class _CertificateRows:
    """The rows of one certificate, and what they say of it."""

    items: list[Competency] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(slots=True)
class _CourseRows:
    """The rows of one course, and what they say of the course."""

    units: list[Unit] = field(default_factory=list)
    carried: int = 0  # rows whose empty unit cell took the title above
    said: dict[str, str] = field(default_factory=dict)
    first: Row | None = None
    ids: set[str] = field(default_factory=set)


def plain_course_header(table: Table) -> Header | None:
    """The header of a plain course table: a 课程 or 编号 column beside content; else None."""
    header = find_header(table, COURSE_WORDS)
    if header is None or not header.any("content", "knowledge", "skill", "task"):
        return None
    return (
        header if header.any("course", "id") and header.any("content", "section", "task") else None
    )


def plain_certificate_header(table: Table, format: str) -> Header | None:
    """The header of a plain certificate table: 等级 or 编号 beside 职业技能要求; else None."""
    header = find_header(table, CERTIFICATE_WORDS)
    if header is None or not header.has("text"):
        return None
    if header.any("id", "number", "certificate") and header.any("level", "area", "task"):
        return header
    return header if header.has("level") and format in _PLAIN_FORMATS else None


def plain_courses(document: Document, notes: Notes) -> tuple[Course, ...]:
    """Courses of all plain course tables of a document, in the order they first appear."""
    groups: dict[str, _CourseRows] = {}
    for table in document.tables:
        header = plain_course_header(table)
        if header is not None:
            _read_courses(table, header, groups, document, notes)
    return tuple(_course(name, rows, document, notes) for name, rows in groups.items())


def _read_courses(
    table: Table, header: Header, groups: dict[str, _CourseRows], document: Document, notes: Notes
) -> None:
    rows = [r for r in table.rows[header.after :] if row_text(r) and not header.repeats(r)]
    texts = {role: _column(rows, header, role) for role in ("hours", "theory", "practice")}
    _remark(table, header, rows, notes)
    name, section = "", ""
    read = read_hours(texts["hours"], texts["theory"], texts["practice"]) or [Hours()] * len(rows)
    for row, hours in zip(rows, read, strict=True):
        before, name = name, title(header.text(row, "course")) or name or stem(document)
        own = heading(header.text(row, "section"))
        empty = is_blank(own)
        section = own if not empty or name != before else section
        task = heading(header.text(row, "task"))
        content = header.text(row, "content", "knowledge", "skill")
        points = split_points(content, keep_attitude=True).points
        if (is_blank(task) and not points) or is_footer(task or content):
            notes.keep_row(row)
            notes.warn("row-without-content", "这一行没有任务和教学内容，未计为教学单元", row.place)
            continue
        group = groups.setdefault(name, _CourseRows())
        group.first = group.first or row
        group.carried += bool(section and empty and name == before)
        for role in ("code", "nature", "category", "credits", "semester", "course_hours"):
            if value := title(header.text(row, role)):
                group.said.setdefault(role, value)
        aside = [header.text(row, "quality")] if header.text(row, "quality") else []
        for text in aside:
            notes.set_aside(text, row.place)
        given = bare(header.text(row, "id"))
        group.units.append(
            Unit(
                id=_unique(given or f"{name}#{len(group.units) + 1}", group.ids, row, notes),
                course_id=name,
                course=name,
                section=section,
                task=task,
                points=points or (task,),
                printed="\n".join(
                    c.printed for c in header.cells(row, "content", "knowledge", "skill")
                )
                or task,
                place=row.place,
                source_id=document.source.id,
                hours=hours.total,
                theory_hours=hours.theory,
                practice_hours=hours.practice,
                depth=max((depth_of(p) for p in points), default=0) or depth_of(task),
            )
        )


def _remark(table: Table, header: Header, rows: Sequence[Row], notes: Notes) -> None:
    """Says what the table lacks, and which of its hours are none."""
    if lacks_content(header):
        say_no_content(table, header, notes)
    say_no_hours(table, header, notes)
    roles = ("hours", "theory", "practice", "course_hours")
    columns = sorted(c for role in roles for c in header.roles.get(role, ())[:1])
    say_unreadable_hours(rows, columns, header, notes)


def _column(rows: Sequence[Row], header: Header, role: str) -> list[str]:
    columns = header.roles.get(role, ())
    return [r.cells[columns[0]].text for r in rows] if columns else []


def _course(name: str, rows: _CourseRows, document: Document, notes: Notes) -> Course:
    def total(of: Callable[[Unit], float | None]) -> float | None:
        values = [of(u) for u in rows.units]
        return (
            sum(v or 0.0 for v in values) if values and all(v is not None for v in values) else None
        )

    place = rows.first.place if rows.first is not None else document.tables[0].place
    say_carried(rows.carried, name, place, notes)
    stated = hours_of(rows.said.get("course_hours", ""))
    return Course(
        id=name,
        name=name,
        units=tuple(rows.units),
        code=rows.said.get("code", ""),
        nature=rows.said.get("nature", ""),
        category=rows.said.get("category", ""),
        hours=stated if stated is not None else total(lambda u: u.hours),
        theory_hours=total(lambda u: u.theory_hours),
        practice_hours=total(lambda u: u.practice_hours),
        credits=first_number(rows.said.get("credits", "")),
        semester=rows.said.get("semester", ""),
        source_id=document.source.id,
        place=place,
    )


def plain_certificates(document: Document, notes: Notes) -> tuple[Certificate, ...]:
    """Certificates of all plain certificate tables of a document."""
    groups: dict[str, _CertificateRows] = {}
    for table in document.tables:
        header = plain_certificate_header(table, document.source.format)
        if header is not None:
            _read_competencies(table, header, document, groups, notes)
    found = []
    for name, group in groups.items():
        own = group.said.get("code") or name
        items = tuple(replace(c, certificate_id=own) for c in group.items)
        found.append(
            Certificate(
                id=own,
                name=name,
                levels=order(c.level for c in items if c.level),
                competencies=items,
                code=group.said.get("code", ""),
                issuer=group.said.get("issuer", ""),
                version=group.said.get("version", ""),
                source_id=document.source.id,
                place=items[0].place,
            )
        )
    return tuple(found)


#: ``1 收件``, ``1.1 验视``: the space between number and title, as every other format has it.
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2})*)[、.]?(?=[\u4e00-\u9fff])")


def _read_competencies(
    table: Table,
    header: Header,
    document: Document,
    groups: dict[str, _CertificateRows],
    notes: Notes,
) -> None:
    carried: dict[str, str] = {}
    rows = [r for r in table.rows[header.after :] if row_text(r) and not header.repeats(r)]
    scale = _weight_scale([header.text(r, "weight") for r in rows])
    for row in rows:
        for role in ("certificate", "level", "area", "task"):
            if text := title(header.text(row, role)):
                carried[role] = _NUMBERED.sub(r"\1 ", text)
        text = line(header.text(row, "text"))
        name = carried.get("certificate") or stem(document)
        if is_blank(text):
            notes.keep_row(row)
            notes.warn(
                "row-without-item", "这一行没有职业技能要求，未计入；请补上或删去该行", row.place
            )
            continue
        group = groups.setdefault(name, _CertificateRows())
        for role in ("code", "version", "issuer"):
            if value := title(header.text(row, role)):
                group.said.setdefault(role, value)
        level = level_name(carried.get("level", ""))
        printed_id = bare(header.text(row, "id")) or bare(header.text(row, "number"))
        number = m.group() if (m := _NUMBER.search(printed_id)) else printed_id
        if not number:
            number = _by_position(group.counts, level, carried.get("task", ""))
        group.counts[level, carried.get("task", "")] += 1
        group.counts[level, ""] += bool(carried.get("task"))
        weight = first_number(header.text(row, "weight"))
        group.items.append(
            Competency(
                id=_unique(_item_id(printed_id, number, level, header), group.ids, row, notes),
                certificate_id=name,
                level=level,
                area=carried.get("area", ""),
                task=carried.get("task", ""),
                number=number,
                text=text,
                printed=header.cells(row, "text")[0].printed,
                place=row.place,
                source_id=document.source.id,
                depth=depth_of(text),
                weight=None if weight is None else weight / scale,
                knowledge=knowledge_lines(header.text(row, "knowledge")),
            )
        )


def _item_id(printed: str, number: str, level: str, header: Header) -> str:
    """The given 编号; a bare ``1.1.1`` restarts in every level, so the level goes before it."""
    if printed and not (_NUMBER.fullmatch(printed) and header.has("level")):
        return printed
    return f"{level}-{number}" if level else number


def _by_position(counts: Counter[tuple[str, str]], level: str, task: str) -> str:
    """``工作任务编号.n``, or ``n`` counted over the level, for an item without a number."""
    own = ".".join(map(str, numbered_task(task)[0]))
    if own:
        return f"{own}.{counts[level, task] + 1}"
    return str(counts[level, ""] + 1)


def _weight_scale(texts: Sequence[str]) -> float:
    """100 where weights are per cent (a ``%``, or a value above 1), else 1."""
    values = [v for t in texts if (v := first_number(t)) is not None]
    return 100.0 if any("%" in t or "％" in t for t in texts) or any(v > 1 for v in values) else 1.0


def _unique(wanted: str, taken: set[str], row: Row, notes: Notes) -> str:
    given, n = wanted, 2
    while given in taken:
        given = f"{wanted}({n})"
        n += 1
    if given != wanted:
        notes.warn("id-twice", f"编号 {wanted} 重复，这一行改记为 {given}；请改正", row.place)
    taken.add(given)
    return given
