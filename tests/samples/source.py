"""The samples as they were written: plain text files, read into small records.

Everything under ``course_standards/`` and ``cert_standards/`` is made from these by
:mod:`tests.samples.build`; the tests compare what was read back with them.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMMES = ("现代物流管理", "现代家政服务与管理", "软件技术")


@dataclass(frozen=True, slots=True)
class SampleUnit:
    """One content row of a course."""

    section: str
    task: str
    knowledge: tuple[str, ...]
    skill: tuple[str, ...]
    quality: str
    theory: int
    practice: int

    @property
    def points(self) -> tuple[str, ...]:
        """Knowledge first, then skill, as the documents print them."""
        return self.knowledge + self.skill

    @property
    def hours(self) -> int:
        return self.theory + self.practice


@dataclass(frozen=True, slots=True)
class SampleCourse:
    """A course: its head (``courses.toml``) and its rows (``units.tsv``)."""

    head: dict[str, Any]
    units: tuple[SampleUnit, ...]

    @property
    def name(self) -> str:
        return str(self.head["name"])

    @property
    def sections(self) -> list[tuple[str, list[SampleUnit]]]:
        """The rows by section, in order."""
        grouped: list[tuple[str, list[SampleUnit]]] = []
        for unit in self.units:
            if not grouped or grouped[-1][0] != unit.section:
                grouped.append((unit.section, []))
            grouped[-1][1].append(unit)
        return grouped


@dataclass(frozen=True, slots=True)
class SampleItem:
    """One requirement of a certificate."""

    level: str
    area: str
    task: str
    number: str
    text: str
    knowledge: str


@dataclass(frozen=True, slots=True)
class SampleCertificate:
    """A certificate: its head (``certificate.toml``) and its items (``items.tsv``)."""

    head: dict[str, Any]
    items: tuple[SampleItem, ...]

    @property
    def name(self) -> str:
        return str(self.head["name"])

    @property
    def levels(self) -> list[str]:
        """From the lowest to the highest."""
        return list(self.head["level_notes"])

    def areas(self, level: str) -> list[tuple[str, list[tuple[str, list[SampleItem]]]]]:
        """Areas of a level with their tasks with their items, in order."""
        areas: list[tuple[str, list[tuple[str, list[SampleItem]]]]] = []
        for item in self.items:
            if item.level != level:
                continue
            if not areas or areas[-1][0] != item.area:
                areas.append((item.area, []))
            tasks = areas[-1][1]
            if not tasks or tasks[-1][0] != item.task:
                tasks.append((item.task, []))
            tasks[-1][1].append(item)
        return areas


@dataclass(frozen=True, slots=True)
class SampleProgramme:
    name: str
    courses: tuple[SampleCourse, ...]
    certificate: SampleCertificate


def load(programme: str) -> SampleProgramme:
    """One programme's sources.

    Raises
    ------
    ValueError
        Rows and heads do not fit together (a sample's author has slipped).
    """
    folder = HERE / programme
    rows = _rows(folder / "units.tsv")
    heads = _toml(folder / "courses.toml")["course"]
    strangers = {r["course"] for r in rows} - {h["name"] for h in heads}
    if strangers:
        raise ValueError(f"{folder / 'units.tsv'}: no head for {sorted(strangers)}")
    courses = tuple(
        SampleCourse(head, tuple(_unit(r) for r in rows if r["course"] == head["name"]))
        for head in heads
    )
    for course in courses:
        total = sum(u.hours for u in course.units)
        if total != course.head["hours"]:
            raise ValueError(f"{course.name}: rows give {total} hours, head {course.head['hours']}")
    certificate = SampleCertificate(
        _toml(folder / "certificate.toml"),
        tuple(SampleItem(**row) for row in _rows(folder / "items.tsv")),
    )
    return SampleProgramme(programme, courses, certificate)


def _unit(row: dict[str, str]) -> SampleUnit:
    return SampleUnit(
        row["section"],
        row["task"],
        _points(row["knowledge"]),
        _points(row["skill"]),
        row["quality"].strip(),
        int(row["theory"]),
        int(row["practice"]),
    )


def _points(cell: str) -> tuple[str, ...]:
    return tuple(point.strip() for point in cell.split("；") if point.strip())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [{k: (v or "").strip() for k, v in row.items()} for row in rows]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
