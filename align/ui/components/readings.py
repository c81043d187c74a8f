"""What was understood of files, and what went wrong on the way, as tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from align.gather import FileReading, Gathered
from align.records import Problem
from align.ui.components import html
from align.ui.words import place_words, t

_ORDER = {"error": 0, "warning": 1, "info": 2}
_COLOURS = {
    "error": ("#a03b24", "#fbe7e1"),
    "warning": ("#855309", "#fbf0da"),
    "info": ("#44515d", "#eef1f4"),
}


def files_table(files: Sequence[FileReading], gathered: Gathered | None = None) -> str:
    """One row per file: kind, what was found, how many problems.

    Parameters
    ----------
    gathered : Gathered, optional
        Where the rows are counted for files that came without them, from a run that was kept.
    """
    return html.table(
        [t("file"), t("read.col_kind"), t("read.col_found"), t("read.col_problems")],
        [
            [html.esc(f.path.name), _kind(f), html.esc(found(_whole(f, gathered))), troubles(f)]
            for f in files
        ],
        numbers=(1, 3),
    )


def _whole(f: FileReading, gathered: Gathered | None) -> FileReading:
    """The file with its rows, as far as they were compared."""
    r = f.reading
    if r is None or gathered is None:
        return f
    courses = {(c.source_id, c.name): c for c in gathered.courses}
    certificates = {(c.source_id, c.name): c for c in gathered.certificates}
    return dataclasses.replace(
        f,
        reading=dataclasses.replace(
            r,
            courses=tuple(courses.get((c.source_id, c.name), c) for c in r.courses),
            certificates=tuple(certificates.get((c.source_id, c.name), c) for c in r.certificates),
        ),
    )


def _kind(f: FileReading) -> str:
    return t(f"kind.{f.reading.source.kind}") if f.reading else "—"


def found(f: FileReading) -> str:
    """What one file holds, in one line; the error where it could not be read."""
    r = f.reading
    if r is None:
        return f.error.line() if f.error else t("read.failed")
    parts = []
    if r.courses:
        units = sum(len(c.units) for c in r.courses)
        parts.append(t("read.found_courses", courses=len(r.courses), units=units))
    if r.certificates:
        items = sum(len(c.competencies) for c in r.certificates)
        parts.append(t("read.found_certificates", certificates=len(r.certificates), items=items))
    if r.plan:
        parts.append(t("read.found_plan", n=len(r.plan.schedule)))
    return "；".join(parts) or t("read.found_nothing")


def troubles(f: FileReading) -> str:
    """How many problems of each kind a file has, in coloured boxes."""
    if f.reading is None:
        return html.tag(t("read.failed"), _COLOURS["error"])
    tags = []
    for severity in _ORDER:
        n = sum(p.severity == severity for p in f.reading.problems)
        if n:
            tags.append(html.tag(f"{t(f'severity.{severity}')} {n}", _COLOURS[severity]))
    return " ".join(tags) or t("read.none")


def problems_table(problems: Iterable[Problem]) -> str:
    """All problems with their places, worst first."""
    rows = sorted(problems, key=lambda p: _ORDER[p.severity])
    return html.table(
        [t("read.col_severity"), t("file"), t("place"), t("read.col_message")],
        [
            [
                html.tag(t(f"severity.{p.severity}"), _COLOURS[p.severity]),
                html.esc(p.source or "—"),
                html.esc(place_words(p.place)),
                html.esc(p.message),
            ]
            for p in rows
        ],
        numbers=(0, 2),
    )


def problems_note() -> None:
    """In English: why the messages are not."""
    if t("read.messages_zh"):
        html.show(f'<p class="al-note">{t("read.messages_zh")}</p>')
