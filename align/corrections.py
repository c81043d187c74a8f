"""What people put right in what was read, before anything is matched.

Corrections are kept beside the files, never written into them: the same files read again get
the same corrections.  Identities stay as read, so a corrected line is still found by its number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from align.decisions import Correction
from align.records import Certificate, Competency, Course, Problem, Unit

Key = tuple[str, str]


def apply(
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    corrections: Sequence[Correction],
) -> tuple[tuple[Course, ...], tuple[Certificate, ...], tuple[Problem, ...]]:
    """Courses and certificates with the corrections made.

    Parameters
    ----------
    corrections : sequence of Correction
        In the order they were made; of two of one kind on one line the later one holds.

    Returns
    -------
    (courses, certificates, problems)
        A correction that finds no line (any more), or cannot be made, is a ``warning`` and
        changes nothing.
    """
    asked: dict[tuple[str, Key], str] = {}
    for c in corrections:
        asked.pop((c.kind, c.target), None)
        asked[c.kind, c.target] = c.value
    units = {(c.id, u.id): u for c in courses for u in c.units}
    items = {(c.id, i.id): i for c in certificates for i in c.competencies}
    levels = {c.id: c.levels for c in certificates}
    problems: list[Problem] = []
    usable: dict[tuple[str, Key], str] = {}
    for (kind, target), value in asked.items():
        if why := _wrong(kind, target, value, units, items, levels):
            problems.append(_unused(kind, target, why))
        else:
            usable[kind, target] = value
    takers, circular = _takers(usable)
    problems += [_unused("merge-units", t, "合并的去向不存在或又指回自己") for t in circular]
    return (
        tuple(_course(c, usable, takers) for c in courses),
        tuple(_certificate(c, usable) for c in certificates),
        tuple(problems),
    )


KIND_ZH = {
    "rename-unit": "改任务名称",
    "merge-units": "合并内容行",
    "level": "改等级",
    "drop-unit": "去掉内容行",
    "drop-item": "去掉技能要求",
}


def _wrong(
    kind: str,
    target: Key,
    value: str,
    units: dict[Key, Unit],
    items: dict[Key, Competency],
    levels: dict[str, tuple[str, ...]],
) -> str:
    """Why a correction cannot be made; "" when it can."""
    if kind not in KIND_ZH:
        return "没有这种更正"
    if target not in (items if kind in {"level", "drop-item"} else units):
        return "所指的行已不在文件中"
    if kind == "rename-unit" and not value.strip():
        return "没有写新的名称"
    if kind == "level" and value not in levels[target[0]]:
        return f"证书没有等级“{value}”（有：{'、'.join(levels[target[0]])}）"
    if kind == "merge-units" and ((target[0], value) not in units or value == target[1]):
        return "要并入的行不在同一门课程中"
    return ""


def _unused(kind: str, target: Key, why: str) -> Problem:
    return Problem(
        "warning",
        "correction-unused",
        f"更正“{KIND_ZH.get(kind, kind)}”（{target[0]} {target[1]}）没有用上：{why}；"
        "请核对后重新更正或撤去。",
    )


def _takers(usable: dict[tuple[str, Key], str]) -> tuple[dict[Key, Key], list[Key]]:
    """Which unit takes up which (through chains of merges), and merges that lead nowhere.

    A merge leads nowhere when it comes back to itself or ends in a unit that is dropped.
    """
    step = {t: (t[0], v) for (kind, t), v in usable.items() if kind == "merge-units"}
    dropped = {t for kind, t in usable if kind == "drop-unit"}
    takers: dict[Key, Key] = {}
    nowhere: list[Key] = []
    for start in step:
        if start in dropped:
            continue
        at, seen = start, {start}
        while at in step and at not in dropped:
            at = step[at]
            if at in seen:
                break
            seen.add(at)
        if at in dropped or at in step:
            nowhere.append(start)
        else:
            takers[start] = at
    return takers, nowhere


def _course(course: Course, usable: dict[tuple[str, Key], str], takers: dict[Key, Key]) -> Course:
    groups: dict[Key, list[Unit]] = {}
    for unit in course.units:  # in the order of the document
        key = (course.id, unit.id)
        if ("drop-unit", key) not in usable:
            groups.setdefault(takers.get(key, key), []).append(unit)
    found = []
    for unit in course.units:
        key = (course.id, unit.id)
        if key in takers or ("drop-unit", key) in usable:
            continue
        made = _joined(unit, groups[key]) if len(groups[key]) > 1 else unit
        name = usable.get(("rename-unit", key))
        found.append(made if name is None else dataclasses.replace(made, task=name.strip()))
    units = tuple(found)
    return course if units == course.units else dataclasses.replace(course, units=units)


def _joined(taker: Unit, group: Sequence[Unit]) -> Unit:
    """One unit of several: its own name and place, the content of all in the document's order."""
    return dataclasses.replace(
        taker,
        points=tuple(dict.fromkeys(p for u in group for p in u.points)),
        printed="\n".join(u.printed for u in group if u.printed),
        hours=_sum([u.hours for u in group]),
        theory_hours=_sum([u.theory_hours for u in group]),
        practice_hours=_sum([u.practice_hours for u in group]),
        depth=max(u.depth for u in group),
    )


def _sum(hours: Sequence[float | None]) -> float | None:
    """The hours that are written down, together; a row torn in two has them on one half."""
    known = [h for h in hours if h is not None]
    return sum(known) if known else None


def _certificate(certificate: Certificate, usable: dict[tuple[str, Key], str]) -> Certificate:
    found = []
    for item in certificate.competencies:
        key = (certificate.id, item.id)
        if ("drop-item", key) in usable:
            continue
        level = usable.get(("level", key))
        found.append(item if level is None else dataclasses.replace(item, level=level))
    items = tuple(found)
    if items == certificate.competencies:
        return certificate
    return dataclasses.replace(certificate, competencies=items)
