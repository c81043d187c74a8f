"""The shipped sample documents say what their sources say, read back by the tool itself."""

from __future__ import annotations

import functools
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from align.gather import read_files
from align.records import Certificate, Course, Reading, Unit
from tests.samples import build
from tests.samples.plan_docx import CERTIFICATES, CONTRADICTION, FIELD, PUBLIC
from tests.samples.source import (
    PROGRAMMES,
    SampleCertificate,
    SampleCourse,
    SampleProgramme,
    SampleUnit,
    load,
)

SOURCES = {name: load(name) for name in PROGRAMMES}
COURSES = [
    pytest.param(name, course, id=course.name)
    for name, programme in SOURCES.items()
    for course in programme.courses
]


SUMS = ("总结与复习", "期末考试", "学时总计", "合计")


@functools.cache
def read(path: Path) -> Reading:
    (found,) = read_files([path])
    assert found.error is None, found.error
    assert found.reading is not None
    return found.reading


def plain(text: str) -> str:
    """Text as two people would call it the same: widths aside, spaces between Latin words kept."""
    text = unicodedata.normalize("NFKC", text).strip().removesuffix("。")
    return re.sub(r"(?<![!-~])\s+|\s+(?![!-~])", "", text)


def loud(reading: Reading) -> list[str]:
    """What a teacher would be told to look at; putting things right in passing is not that."""
    return [p.message for p in reading.problems if p.severity != "info"]


@pytest.mark.parametrize(("programme", "course"), COURSES)
def test_a_course_is_read_as_it_was_written(programme: str, course: SampleCourse) -> None:
    reading = read(build.course_path(build.ROOT, programme, course))
    assert [c.name for c in reading.courses] == [course.name]
    assert not reading.certificates
    found = reading.courses[0]
    head = course.head
    assert (found.code, found.nature) == (head["code"], head["nature"])
    assert (found.credits, found.hours) == (head["credits"], head["hours"])
    if head["template"] != "table" or head["format"] == "md":
        assert found.category == head["kind"]
        assert (found.theory_hours, found.practice_hours) == (
            head["theory_hours"],
            head["practice_hours"],
        )
        assert str(head["semester"]) in found.semester
    assert loud(reading) == []
    # 课程思政 and a table's sums are set aside, not lost; nothing else is left over.
    aside = {plain(u.quality) for u in course.units}
    left = [p.text.partition("：")[2] or p.text for p in (*reading.unplaced, *reading.aside)]
    assert [t for t in left if plain(t) not in aside and not t.startswith(SUMS)] == []


@pytest.mark.parametrize(("programme", "course"), COURSES)
def test_every_content_row_comes_back(programme: str, course: SampleCourse) -> None:
    found: Course = read(build.course_path(build.ROOT, programme, course)).courses[0]
    split = course.head["template"] != "A" or build.HOURS.get(course.name) == "split"
    numbered = course.head["template"] == "C"
    assert [row_of(unit, split, numbered) for unit in found.units] == [
        row_meant(unit, split) for unit in course.units
    ]
    assert [u.id for u in found.units] == [
        f"{course.name}#{n}" for n in range(1, len(course.units) + 1)
    ]


def row_of(unit: Unit, split: bool, numbered: bool) -> tuple[object, ...]:
    hours = (unit.theory_hours, unit.practice_hours) if split else ()
    # A task that is a numbered heading may keep its number.
    task = re.sub(r"^\d+[.．、]\s*", "", unit.task) if numbered else unit.task
    return (*words(unit.section, task, *unit.points), unit.hours, *hours)


def row_meant(unit: SampleUnit, split: bool) -> tuple[object, ...]:
    hours = (unit.theory, unit.practice) if split else ()
    return (*words(unit.section, unit.task, *unit.points), unit.hours, *hours)


def words(*texts: str) -> list[str]:
    return [plain(text) for text in texts]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_the_certificate_is_read_as_it_was_written(programme: str) -> None:
    source = SOURCES[programme].certificate
    reading = read(build.certificate_path(build.ROOT, SOURCES[programme]))
    assert not reading.courses
    assert [c.name for c in reading.certificates] == [
        re.sub("职业技能(等级)?标准$", "", source.name)
    ]
    found = reading.certificates[0]
    assert (found.code, found.issuer) == (source.head["code"], source.head["issuer"])
    assert found.version in source.head["version"] and found.version
    assert found.levels == tuple(source.levels)
    assert loud(reading) == []
    assert [p.printed for p in reading.unplaced] == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_item_comes_back_whole(programme: str) -> None:
    source = SOURCES[programme].certificate
    found = read(build.certificate_path(build.ROOT, SOURCES[programme])).certificates[0]
    assert [(c.id, c.number, *words(c.area, c.task, c.text)) for c in found.competencies] == [
        (f"{i.level}-{i.number}", i.number, *words(i.area, i.task, i.text)) for i in source.items
    ]


def test_required_knowledge_stands_beside_its_task() -> None:
    source = SOURCES["现代物流管理"].certificate
    found = certificate_of("现代物流管理")
    for level in source.levels:
        for _, tasks in source.areas(level):
            for task, items in tasks:
                meant = [k for i in items for k in i.knowledge.split("；") if k]
                said = {
                    part
                    for c in found.competencies
                    if (c.level, c.task) == (level, task)
                    for part in c.knowledge
                }
                assert said == set(meant), (level, task)


def test_weights_of_the_national_standard_reach_the_items() -> None:
    source = SOURCES["现代物流管理"].certificate
    found = certificate_of("现代物流管理")
    for level in source.levels:
        mine = [c for c in found.competencies if c.level == level]
        assert sum(c.weight or 0 for c in mine) == pytest.approx(1)
    for row in source.head["weights"]:
        share = sum(
            c.weight or 0
            for c in found.competencies
            if (c.level, c.area) == (row["level"], row["area"])
        )
        low, high = sorted((row["theory"], row["skill"]))
        assert low / 100 - 1e-9 <= share <= high / 100 + 1e-9, row


def certificate_of(programme: str) -> Certificate:
    return read(build.certificate_path(build.ROOT, SOURCES[programme])).certificates[0]


def test_the_programme_plan_gives_both_tables() -> None:
    plan = read(build.plan_path(build.ROOT, "软件技术")).plan
    assert plan is not None
    assert [(c.name, c.level, c.issuer, list(c.courses)) for c in plan.certificates] == [
        (name, level, issuer, courses.split("、"))
        for _, name, level, _, issuer, courses in CERTIFICATES
    ]
    programme: SampleProgramme = SOURCES["软件技术"]
    meant = {name: (code, nature, credit) for name, code, nature, credit, *_ in PUBLIC + FIELD}
    for course in programme.courses:
        credit = CONTRADICTION.get(course.name, (course.head["credits"],))[0]
        meant[course.name] = (course.head["code"], course.head["nature"], credit)
    assert {c.name: (c.code, c.nature, c.credits) for c in plan.schedule} == meant
    kinds = {c.name: c.category for c in plan.schedule}
    assert all(kinds[c.name] == c.head["kind"] for c in programme.courses)


def test_built_anew_the_documents_are_the_shipped_ones(tmp_path: Path) -> None:
    build.build(tmp_path, pdf=False)  # a PDF's bytes depend on the fonts of the machine
    made = sorted(p for p in tmp_path.rglob("*") if p.is_file())
    shipped = {
        p.relative_to(build.ROOT)
        for folder in ("course_standards", "cert_standards")
        for p in (build.ROOT / folder).rglob("*")
        if p.is_file() and p.suffix != ".pdf"
    }
    assert {p.relative_to(tmp_path) for p in made} == shipped
    for path in made:
        assert contents(path) == contents(build.ROOT / path.relative_to(tmp_path)), path.name


def contents(path: Path) -> object:
    """A file's bytes; of a zip archive those of its members, as compressors differ."""
    if not zipfile.is_zipfile(path):
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_the_samples_are_large_enough_to_be_worth_reading() -> None:
    for programme in SOURCES.values():
        assert len(programme.courses) >= 6
        assert all(len(c.units) >= 10 for c in programme.courses)
        certificate: SampleCertificate = programme.certificate
        assert len(certificate.levels) == 3
        assert all(
            sum(i.level == level for i in certificate.items) >= 25 for level in certificate.levels
        )
