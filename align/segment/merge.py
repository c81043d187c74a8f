"""Course standards and programme plans of one programme, laid beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from align.records import Course, Place, PlanCourse, Problem, ProgrammePlan, Reading
from align.segment.words import family_key, name_key


def merge_plans(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Fills from the programme's plans what its course standards leave out.

    Parameters
    ----------
    readings : sequence of Reading
        All readings of **one** programme.

    Returns
    -------
    tuple of Reading
        The same readings in the same order.  Code, nature, category, credits, hours and term
        of a course are filled where its standard is silent; where plan and standard differ
        the standard's figure stands and a ``warning`` says so.  Courses the plan's certificate
        table names and its schedule does not, and courses that have a standard and do not
        stand in the schedule, are reported as well.  Calling it twice changes nothing.
    """
    plans = [r.plan for r in readings if r.plan is not None]
    if not plans:
        return tuple(readings)
    rows: dict[str, list[PlanCourse]] = {}
    for plan in plans:
        for row in plan.schedule:
            rows.setdefault(name_key(row.name), []).append(row)
    return tuple(_merged(r, rows, readings) for r in readings)


def _merged(
    reading: Reading,
    rows: dict[str, list[PlanCourse]],
    readings: Sequence[Reading],
) -> Reading:
    problems: list[Problem] = []
    courses = []
    for course in reading.courses:
        same = rows.get(name_key(course.name)) or rows.get(family_key(course.name), [])
        if not same and rows:
            problems.append(
                _warning(
                    "course-not-in-plan",
                    f"课程《{course.name}》有课程标准，但不在人才培养方案的课程设置表中",
                    reading,
                    course.place,
                )
            )
        courses.append(_filled(course, same, reading, problems))
    if reading.plan is not None:
        problems += _plan_problems(reading, reading.plan, rows, readings)
    known = set(reading.problems)
    fresh = tuple(dict.fromkeys(p for p in problems if p not in known))
    return replace(reading, courses=tuple(courses), problems=reading.problems + fresh)


def _filled(
    course: Course, same: Sequence[PlanCourse], reading: Reading, problems: list[Problem]
) -> Course:
    if not same:
        return course
    row = _closest(course, same)
    for field, name, unit in (("credits", "学分", "学分"), ("hours", "学时", "学时")):
        own, planned = getattr(course, field), getattr(row, field)
        if own is not None and planned is not None and abs(own - planned) > 1e-9:
            problems.append(
                _warning(
                    f"{field}-differ-from-plan",
                    f"课程《{course.name}》课程标准写 {own:g} {unit}，"
                    f"人才培养方案（{row.place}）写 {planned:g} {unit}；"
                    f"按课程标准，请核对{name}",
                    reading,
                    course.place,
                )
            )
    if course.nature and row.nature and course.nature != row.nature:
        problems.append(
            _warning(
                "nature-differs-from-plan",
                f"课程《{course.name}》课程标准写“{course.nature}”，"
                f"人才培养方案（{row.place}）为“{row.nature}”；"
                "按课程标准，请核对课程性质",
                reading,
                course.place,
            )
        )
    changes = {
        field: getattr(row, field)
        for field in (
            "code", "nature", "category", "credits",
            "hours", "theory_hours", "practice_hours", "semester",
        )
        if getattr(course, field) in ("", None) and getattr(row, field) not in ("", None)
    }  # fmt: skip
    return replace(course, **changes) if changes else course


def _closest(course: Course, same: Sequence[PlanCourse]) -> PlanCourse:
    """Of several rows of one course, the one that agrees most with its standard, else the first."""

    def agreement(row: PlanCourse) -> int:
        pairs = ((course.credits, row.credits), (course.hours, row.hours))
        return sum((a == b) - (a != b) for a, b in pairs if a is not None and b is not None)

    return max(same, key=agreement)  # the first of equals


def _plan_problems(
    reading: Reading,
    plan: ProgrammePlan,
    rows: dict[str, list[PlanCourse]],
    readings: Sequence[Reading],
) -> list[Problem]:
    problems = []
    for same in rows.values():
        own = [r for r in same if r in plan.schedule]
        for field, unit in (("credits", "学分"), ("hours", "学时")):
            values = sorted({v for r in own if (v := getattr(r, field)) is not None})
            if len(values) > 1:
                said = "、".join(f"{v:g}" for v in values)
                problems.append(
                    _warning(
                        "plan-contradicts-itself",
                        f"人才培养方案中《{own[0].name}》的{unit}前后不一（{said}）；请核对",
                        reading,
                        own[1].place,
                    )
                )
    if plan.schedule:
        for certificate in plan.certificates:
            for name in certificate.courses:
                if name_key(name) not in rows:
                    problems.append(
                        _warning(
                            "course-not-in-schedule",
                            f"证书表中“{certificate.name}”"
                            f"对应的课程《{name}》不在课程设置表中；名称可能写法不同，请核对",
                            reading,
                            certificate.place,
                        )
                    )
    named = {name_key(c) for cert in plan.certificates for c in cert.courses}
    standards = {name_key(c.name) for r in readings for c in r.courses}
    without = [r.name for r in plan.schedule if name_key(r.name) in named - standards]
    if without:
        listed = "、".join(f"《{n}》" for n in dict.fromkeys(without))
        problems.append(
            Problem(
                "info",
                "course-without-standard",
                f"证书对应的课程中，{listed}没有课程标准，不参与比对",
                _file(reading),
                plan.certificates[0].place,
            )
        )
    return problems


def _warning(code: str, message: str, reading: Reading, place: Place) -> Problem:
    return Problem("warning", code, message, _file(reading), place)


def _file(reading: Reading) -> str:
    return reading.source.path.replace("\\", "/").rsplit("/", 1)[-1]
