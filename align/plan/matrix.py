"""Courses against the tasks (or areas) of a certificate: the figures behind the heatmap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from align.links import certainty
from align.records import Certificate, Competency, Course, Match


@dataclass(frozen=True, slots=True)
class Column:
    """One task or area of one level; ``items`` counts its requirements."""

    level: str
    area: str
    task: str
    items: int

    @property
    def label(self) -> str:
        """Its own name: the task's, or the area's when columns are areas."""
        return self.task or self.area


@dataclass(frozen=True, slots=True)
class Matrix:
    """How much of each task of one certificate is linked to each course.

    Parameters
    ----------
    courses : tuple of (str, str)
        Course id and name, the rows.
    columns : tuple of Column
    values : tuple of tuple of float
        ``values[row][column]``, 0..1: the mean, over the items of the column, of the highest
        probability any unit of the course has for the item; a probability below the link
        threshold counts 0, a link that a person has confirmed 1.  Items with a weight count by it.
    counts : tuple of tuple of int
        Number of items of the column linked to the course.
    reviewed : bool
        Whether people have decided any of the links behind the figures.
    """

    certificate_id: str
    certificate: str
    courses: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    values: tuple[tuple[float, ...], ...]
    counts: tuple[tuple[int, ...], ...]
    reviewed: bool = False

    def linked(self) -> Matrix:
        """The same with the courses alone that are linked to anything."""
        kept = [i for i, row in enumerate(self.values) if any(row)]
        return replace(
            self,
            courses=tuple(self.courses[i] for i in kept),
            values=tuple(self.values[i] for i in kept),
            counts=tuple(self.counts[i] for i in kept),
        )

    def only(self, columns: Sequence[int]) -> Matrix:
        """The same with these columns (counted from 0) alone."""
        return Matrix(
            self.certificate_id,
            self.certificate,
            self.courses,
            tuple(self.columns[i] for i in columns),
            tuple(tuple(row[i] for i in columns) for row in self.values),
            tuple(tuple(row[i] for i in columns) for row in self.counts),
            self.reviewed,
        )

    def rows(self, start: int, stop: int) -> Matrix:
        """The same with these courses (counted from 0, ``stop`` left out) alone."""
        part = slice(start, stop)
        return Matrix(
            self.certificate_id,
            self.certificate,
            self.courses[part],
            self.columns,
            self.values[part],
            self.counts[part],
            self.reviewed,
        )


def course_matrix(
    courses: Sequence[Course],
    certificate: Certificate,
    matches: Sequence[Match],
    link_threshold: float,
    by: Literal["task", "area"] = "task",
) -> Matrix:
    """Courses × tasks (or areas) of one certificate; see :class:`Matrix` for the figure.

    Parameters
    ----------
    link_threshold : float
        The setting of that name: a probability at or above it counts.
    by : {"task", "area"}
        What a column is.

    Returns
    -------
    Matrix
        Rows in the order of ``courses``, columns in the order of the standard.
    """
    groups: dict[tuple[str, str, str], list[Competency]] = {}
    for item in certificate.competencies:
        key = (item.level, item.area, item.task if by == "task" else "")
        groups.setdefault(key, []).append(item)
    best: dict[tuple[str, str], float] = {}
    for match in matches:
        if match.certificate_id == certificate.id and (sure := certainty(match, link_threshold)):
            pair = (match.course_id, match.item_id)
            best[pair] = max(best.get(pair, 0.0), sure)
    values = tuple(
        tuple(_mean(items, course.id, best) for items in groups.values()) for course in courses
    )
    counts = tuple(
        tuple(sum((course.id, i.id) in best for i in items) for items in groups.values())
        for course in courses
    )
    return Matrix(
        certificate.id,
        certificate.name,
        tuple((c.id, c.name) for c in courses),
        tuple(Column(level, area, task, len(g)) for (level, area, task), g in groups.items()),
        values,
        counts,
        any(m.grade is not None for m in matches if m.certificate_id == certificate.id),
    )


def _mean(
    items: Sequence[Competency], course_id: str, best: Mapping[tuple[str, str], float]
) -> float:
    # A task whose items carry no weight (or only some do) is a plain mean.
    weighted = all(i.weight for i in items)
    weights = [i.weight or 0.0 if weighted else 1.0 for i in items]
    total = sum(weights)
    return sum(
        w * best.get((course_id, i.id), 0.0) for w, i in zip(weights, items, strict=True)
    ) / (total or 1.0)
