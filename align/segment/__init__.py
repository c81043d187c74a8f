"""A `Document` becomes courses with units and points, certificates with competencies, a plan.

:func:`segment` recognises what a document holds by its content (the folder's kind is only a
hint), reads all of it, and gives back a `Reading` in which nothing is dropped in silence:
what could not be placed travels with it.  :func:`merge_plans` lays the readings of one
programme beside each other and fills what the standards leave out from the plan.
"""

from __future__ import annotations

from dataclasses import replace

from align.depth import depth_of
from align.records import Document, Kind, Passage, Place, Reading
from align.segment.certificate import read_certificate
from align.segment.collect import Notes
from align.segment.courses import read_courses
from align.segment.header import COURSE_WORDS, find_header
from align.segment.merge import merge_plans
from align.segment.programme_plan import read_plan
from align.segment.recognise import recognise, take_apart
from align.segment.remarks import lacks_content, say_no_content
from align.segment.tables import (
    plain_certificate_header,
    plain_certificates,
    plain_course_header,
    plain_courses,
)

__all__ = ["depth_of", "merge_plans", "segment"]


def segment(document: Document, *, kind: Kind | None = None) -> Reading:
    """What a document says, as records.

    Parameters
    ----------
    document : Document
        As `align.read` gives it.
    kind : {"course", "certificate", "programme", "unknown"}, optional
        What the folder suggests; it decides only what the content leaves open.

    Returns
    -------
    Reading
        Courses, certificates and the plan that were found, the document's problems and those
        met here, and what looks like content and could not be placed.  A document of which
        nothing could be placed has an ``error`` problem; nothing is raised.
    """
    name = document.source.path.replace("\\", "/").rsplit("/", 1)[-1]
    notes = Notes(name)
    reading = _plain(document, notes)
    if reading is None:
        reading = _standards(document, kind, notes)
    if not (reading.courses or reading.certificates or reading.plan):
        _keep_all(document, notes)
    return replace(
        reading,
        problems=(*document.problems, *notes.problems),
        unplaced=tuple(notes.unplaced),
        aside=tuple(notes.aside),
    )


def _standards(document: Document, kind: Kind | None, notes: Notes) -> Reading:
    """The reading of a document that holds standards or a plan in their usual shapes."""
    found = recognise(document, kind)
    source = replace(document.source, kind=found)
    if found == "certificate":
        return Reading(source, certificates=read_certificate(document, notes))
    if found not in ("course", "programme"):
        return Reading(source)
    known = replace(document, source=source)
    parts = take_apart(known)
    plan = read_plan(known, parts.rest, notes) if found == "programme" or parts.spans else None
    alone = found == "programme" and not parts.spans
    return Reading(source, courses=() if alone else read_courses(known, parts, notes), plan=plan)


def _keep_all(document: Document, notes: Notes) -> None:
    """Nothing was placed: says so, and gives the whole document back as unplaced."""
    for table in document.tables:
        header = find_header(table, COURSE_WORDS)
        if header is not None and lacks_content(header):
            say_no_content(table, header, notes)
    if not any(p.severity == "error" for p in notes.problems):
        notes.say(
            "error",
            "nothing-placed",
            "没有认出课程标准、职业技能等级标准或人才培养方案；请核对文件内容，或改用简表"
            "（课程、单元、任务、教学内容、学时 / "
            "证书、等级、工作领域、工作任务、编号、职业技能要求）",
            Place(),
        )
    notes.unplaced.clear()
    notes.aside.clear()
    for block in document.blocks:
        if isinstance(block, Passage):
            notes.keep(block)
        else:
            for row in block.rows:
                notes.keep_row(row, block.headings)


def _plain(document: Document, notes: Notes) -> Reading | None:
    """The reading of a document that is a plain table, else None."""
    if any(plain_certificate_header(t, document.source.format) for t in document.tables):
        source = replace(document.source, kind="certificate")
        return Reading(source, certificates=plain_certificates(document, notes))
    if any(plain_course_header(t) for t in document.tables) and not take_apart(document).spans:
        source = replace(document.source, kind="course")
        return Reading(source, courses=plain_courses(document, notes))
    return None
