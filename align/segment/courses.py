"""Course standards in a document become courses with units."""

from __future__ import annotations

import re
from collections.abc import Sequence

from align.records import Block, Course, Document, Table
from align.segment.collect import Notes
from align.segment.course_meta import CourseMeta, read_meta
from align.segment.course_prose import prose_units
from align.segment.course_tables import content_header, content_tables, read_rows
from align.segment.header import COURSE_WORDS, find_header
from align.segment.recognise import Parts, Span, stem, tables_of
from align.segment.words import is_blank, row_text, title

# Courses whose very subject are attitudes: setting their sentences aside would leave nothing.
_ATTITUDE_COURSE = re.compile(
    r"思想道德|法治|毛泽东|习近平|形势与政策|党史|四史|马克思|思政|劳动教育|心理健康|职业道德|"
    r"职业素养|军事|国家安全|美育"
)


def read_courses(document: Document, parts: Parts, notes: Notes) -> tuple[Course, ...]:
    """All course standards of a document; one whole document is one when it has no titles."""
    spans = parts.spans
    if not spans and (document.source.kind == "course" or _has_content(document)):
        spans = (_whole(document),)
    courses: list[Course] = []
    taken: dict[str, int] = {}
    for span in spans:
        course = _course(span, document.source.id, taken, notes)
        if course is not None:
            courses.append(course)
    notes.say_unused()
    return tuple(courses)


def _has_content(document: Document) -> bool:
    return any(content_header(t) for t in document.tables)


def _whole(document: Document) -> Span:
    meta = read_meta("", document.blocks)
    name = meta.name or title(re.sub(r"《|》|课程(?:教学)?标准", "", stem(document))).strip(" _-")
    return Span(name or stem(document), document.source.title, document.blocks)


def _course(span: Span, source_id: str, taken: dict[str, int], notes: Notes) -> Course | None:
    meta = read_meta(span.heading, span.blocks)
    name = span.name or meta.name
    place = span.blocks[0].place if span.blocks else meta.place
    course_id = name
    if name in taken:
        taken[name] += 1
        course_id = f"{name}（{taken[name]}）"
        notes.warn(
            "course-twice",
            f"课程《{name}》在文件中出现第 {taken[name]} 次，按“{course_id}”另记；若是重复，"
            "请删去一份",
            place,
        )
    else:
        taken[name] = 1
    keep = bool(_ATTITUDE_COURSE.search(name))
    tables = content_tables(tables_of(span.blocks), notes)
    read = read_rows(
        tables,
        course_id=course_id,
        course=course_id,
        source_id=source_id,
        stated_hours=meta.hours,
        keep_attitude=keep,
        notes=notes,
    )
    units = read.units
    if not units:
        units = prose_units(
            span.blocks,
            course_id=course_id,
            course=course_id,
            source_id=source_id,
            keep_attitude=keep,
            notes=notes,
        )
    if not units:
        notes.say(
            "error",
            "course-without-units",
            f"没有读出课程《{name}》的教学内容：没有认出内容表（需有 任务/教学内容 与"
            " 单元/学时 等列），正文中也没有带编号的单元；"
            "请核对表头，或改用“课程、单元、任务、教学内容、学时”的简表",
            place,
        )
    _orphans(span.blocks, [t.table for t in tables], notes, name)
    _contradictions(meta, name, notes, sum(u.hours or 0.0 for u in units), read.other_hours)
    return Course(
        id=course_id,
        name=name,
        units=units,
        code=meta.code,
        nature=meta.nature,
        category=meta.category,
        hours=meta.hours,
        theory_hours=meta.theory_hours,
        practice_hours=meta.practice_hours,
        credits=meta.credits,
        semester=meta.semester,
        source_id=source_id,
        place=place,
    )


def _orphans(blocks: Sequence[Block], read: Sequence[Table], notes: Notes, name: str) -> None:
    """Tables that look like a piece of a content table, cut off from its header."""
    widths = {t.width for t in read}
    for table in tables_of(blocks):
        if any(table is t for t in read) or find_header(table, COURSE_WORDS) is not None:
            continue
        first = table.rows[0].cells[0].text.strip() if table.rows else ""
        last = table.rows[0].cells[-1].text if table.rows else ""
        if table.width >= 4 and first.isdigit() and (table.width in widths or is_blank(last)):
            for row in table.rows:
                notes.keep_row(row, table.headings)
            notes.warn(
                "table-without-header",
                f"《{name}》部分有一张没有表头的表（{len(table.rows)} 行，"
                f"首行“{row_text(table.rows[0])[:30]}…”），"
                "像是被拆开的内容表，未计为教学单元；请并回原表",
                table.place,
            )


def _contradictions(
    meta: CourseMeta, name: str, notes: Notes, unit_hours: float, other_hours: float
) -> None:
    if meta.code_credits is not None and meta.credits not in (None, meta.code_credits):
        notes.warn(
            "credits-differ",
            f"课程《{name}》的代码 {meta.code} 尾号为 {meta.code_credits:g} 学分，"
            f"正文写 {meta.credits:g} 学分；按正文，请核对",
            meta.place,
        )
    whole = unit_hours + other_hours
    if meta.hours and unit_hours and abs(unit_hours - meta.hours) > 0.5 < abs(whole - meta.hours):
        notes.warn(
            "hours-sum-differs",
            f"课程《{name}》内容表的学时合计为 {whole:g}，正文写 {meta.hours:g} 学时；请核对",
            meta.place,
        )
