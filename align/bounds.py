"""The bounds of a programme: what its range names, cuts to levels, and tells apart."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from align.programmes import Programme
from align.records import Certificate, Course, Problem, Reading


class FileRead(Protocol):
    """A file with what was understood of it."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def reading(self) -> Reading | None:
        """What was understood; None where it could not be read."""


#: The problem of a programme whose certificates have none of the chosen levels.
LEVEL_MISSING = "level-missing"


def unused_names(
    programme: Programme,
    course_files: Sequence[FileRead],
    certificate_files: Sequence[FileRead],
    certificates: Sequence[Certificate],
    levels: Sequence[str],
    left: set[str],
) -> list[Problem]:
    """Names in ``programme.toml`` (or ``--level``) that fit nothing: most often a typing error.

    When the programme's certificates have none of the levels chosen for all programmes, that is
    the one problem said of levels (:data:`LEVEL_MISSING`).
    """
    found = {n for f in course_files for n in (f.path.name, f.path.stem)}
    found |= {c.name for f in course_files if f.reading for c in f.reading.courses}
    found |= {n for f in certificate_files for n in (f.path.name, f.path.stem)}
    found |= {n for c in certificates for n in (c.code, c.name)} | left
    # Certificates are already cut to their levels here: the files still hold them all.
    every = levels_in(certificate_files)
    if levels and not set(every) & set(levels):
        own = "programme.toml 写的等级" if programme.levels else "全部等级"
        return [
            *_unused(programme, found, every),
            Problem(
                "error",
                LEVEL_MISSING,
                f"专业“{programme.name}”的证书没有所选的等级“{'、'.join(levels)}”"
                f"（有：{'、'.join(every)}），本专业改按{own}对照；请核对 --level。",
            ),
        ]
    return _unused(programme, found, every) + [
        Problem(
            "warning",
            "name-unused",
            f"--level 写了“{name}”，但本专业的证书没有这个等级"
            f"（有：{'、'.join(every)}），请核对写法。",
        )
        for name in levels
        if name not in every
    ]


def levels_in(files: Iterable[FileRead]) -> list[str]:
    """All levels of the certificates in these files, in their order, each once."""
    read = (f.reading for f in files if f.reading)
    return list(dict.fromkeys(level for r in read for c in r.certificates for level in c.levels))


def _unused(programme: Programme, found: Container[str], levels: Container[str]) -> list[Problem]:
    """Names in ``programme.toml`` that are neither among what was found nor among the levels."""
    unused = [("leave_out", n) for n in programme.leave_out if n not in found]
    unused += [("certificates", n) for n in programme.certificates if n not in found]
    unused += [("levels", n) for n in programme.levels if n not in levels]
    return [
        Problem(
            "warning",
            "name-unused",
            f"{key} 写了“{name}”，但没有对应的文件、课程、证书或等级，请核对写法。",
            source="programme.toml",
        )
        for key, name in unused
    ]


def within_levels(certificate: Certificate, levels: Iterable[str]) -> Certificate:
    """The certificate up to the highest of the given levels; whole when it has none of them.

    A higher level includes the lower ones without repeating their lines, so every level below
    a chosen one stays in.
    """
    wanted = [level for level in levels if level in certificate.levels]
    if not wanted:
        return certificate
    top = max(certificate.levels.index(level) for level in wanted)
    kept = certificate.levels[: top + 1]
    return dataclasses.replace(
        certificate,
        levels=kept,
        competencies=tuple(c for c in certificate.competencies if c.level in kept),
    )


def unique_courses(courses: Sequence[Course]) -> tuple[tuple[Course, ...], tuple[Problem, ...]]:
    """Courses with distinct ids: a second course of one name gets ``(2)`` and a warning."""
    seen: dict[str, int] = {}
    unique: list[Course] = []
    problems = []
    for course in courses:
        seen[course.id] = seen.get(course.id, 0) + 1
        if seen[course.id] > 1:
            new = f"{course.id}({seen[course.id]})"
            problems.append(
                Problem(
                    "warning",
                    "course-twice",
                    f"课程《{course.name}》出现了不止一次，后一份记作“{new}”；"
                    "如系重复，请在 programme.toml 的 leave_out 中去掉一份文件。",
                    place=course.place,
                )
            )
            course = dataclasses.replace(
                course,
                id=new,
                units=tuple(dataclasses.replace(u, course_id=new) for u in course.units),
            )
        unique.append(course)
    return tuple(unique), tuple(problems)


def unique_certificates(certificates: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Certificates with distinct ids (two files may hold one certificate's versions)."""
    seen: dict[str, int] = {}
    unique = []
    for c in certificates:
        seen[c.id] = seen.get(c.id, 0) + 1
        if seen[c.id] > 1:
            new = f"{c.id}({seen[c.id]})"
            c = dataclasses.replace(
                c,
                id=new,
                competencies=tuple(
                    dataclasses.replace(i, certificate_id=new) for i in c.competencies
                ),
            )
        unique.append(c)
    return tuple(unique)
