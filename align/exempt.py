"""Exemption, the other direction: which units and courses the certificate covers.

Named rules like those of :mod:`align.propose`; a proposal is a candidate that the committee
settles, and its credits are the course's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from align import graph as g
from align.memo import Memo
from align.records import Action, Certificate, Course, Evidence, Match, Proposal, Unit
from align.settings import Settings

# Two quotations a side are what a teacher reads before opening the documents.
QUOTED = 2


def exemptions(
    graph: nx.Graph[Any],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    by_item: Mapping[tuple[str, str], list[Match]],
    settings: Settings,
    memo: Memo | None = None,
) -> list[Proposal]:
    """免修 per unit and per whole course, for each certificate on its own.

    With a ``memo`` of earlier calls with the same documents and settings, what rests on the same
    matches is taken from there.
    """
    memo = memo or Memo()
    grounds: dict[tuple[str, str], list[Match]] = defaultdict(list)
    for (certificate_id, _), matches in by_item.items():
        for m in matches:
            grounds[certificate_id, m.course_id].append(m)
    found = []
    for certificate in certificates:
        for course in courses:

            def proposed(
                certificate: Certificate = certificate, course: Course = course
            ) -> list[Proposal]:
                return _of_course(graph, certificate, course, by_item, settings)

            key = (certificate.id, course.id)
            found += memo.again(("exempt", *key), tuple(grounds.get(key, ())), proposed)
    return found


def _of_course(
    graph: nx.Graph[Any],
    certificate: Certificate,
    course: Course,
    by_item: Mapping[tuple[str, str], list[Match]],
    settings: Settings,
) -> list[Proposal]:
    """One course by one certificate: its units, then the whole of it."""

    def proposed(unit: Unit, items: tuple[str, ...], value: float) -> Proposal:
        return exempt_unit(certificate, course, unit, items, value, by_item, settings)

    shares: dict[str, float] = {}
    found: list[Proposal] = []
    partly: list[tuple[Unit, tuple[str, ...]]] = []
    for unit in course.units:
        node = g.unit_node(course.id, unit.id)
        mine = [
            (other, data)
            for other, data in g.links(graph, node)
            if graph.nodes[other]["certificate_id"] == certificate.id
        ]
        shares[unit.id] = _joined(data["strength"] for _, data in mine)
        items = tuple(graph.nodes[other]["item_id"] for other, _ in mine)
        if mine and shares[unit.id] >= settings.covered_share:
            found.append(proposed(unit, items, shares[unit.id]))
        elif mine:
            partly.append((unit, items))
    value = g.course_share(course, shares)
    if course.units and value >= settings.exempt_course_share:
        # Units covered in part may reach the course's share with none covered whole.
        ground = found or [proposed(u, items, shares[u.id]) for u, items in partly]
        found = [*found, exempt_course(certificate, course, ground, shares, value, settings)]
    return found


def _joined(strengths: Iterable[float]) -> float:
    rest = 1.0
    for strength in strengths:
        rest *= 1.0 - strength
    return 1.0 - rest


def exempt_unit(
    certificate: Certificate,
    course: Course,
    unit: Unit,
    items: tuple[str, ...],
    value: float,
    by_item: Mapping[tuple[str, str], list[Match]],
    settings: Settings,
) -> Proposal:
    """免修 of one unit: the certificate covers it at or above ``covered_share``."""
    evidence: list[Evidence] = []
    best = 0.0
    confirmed = 0
    for item_id in items:
        for m in by_item.get((certificate.id, item_id), []):
            if (m.course_id, m.unit_id) == (course.id, unit.id):
                evidence += m.evidence[:1]
                best = max(best, m.probability)
                confirmed += bool(m.grade)
    said = f"（其中 {confirmed} 条关联教师已确认）" if confirmed else ""
    return Proposal(
        id=f"unit:{certificate.id}:{course.id}:{unit.id}",
        action=Action.EXEMPT,
        rule="exempt-unit",
        certificate_id=certificate.id,
        item_ids=items,
        course_id=course.id,
        unit_ids=(unit.id,),
        reason=f"《{course.name}》“{unit.task or unit.content[:20]}”"
        f"由证书 {len(items)} 条技能要求覆盖{said}，"
        f"份额 {value:.2f}，不低于 {settings.covered_share:.2f}。",
        probability=best,
        evidence=tuple(evidence[:QUOTED]),
        hours=unit.hours,
        # One requirement alone, however like, seldom holds a whole content row; a grade says
        # what the unit teaches of the requirement, not the other way round.
        unsure=(best <= settings.unsure_high and confirmed < len(items)) or len(items) == 1,
        settings=settings.pairs,
    )


def exempt_course(
    certificate: Certificate,
    course: Course,
    ground: Sequence[Proposal],
    shares: Mapping[str, float],
    value: float,
    settings: Settings,
) -> Proposal:
    """免修 of a whole course: its covered share of hours reaches the college's figure.

    Credits are the course's own (its standard or the programme plan), never from a similarity.

    Parameters
    ----------
    ground : sequence of Proposal
        The units' own exemptions that the course's rests on: of those covered, or where none
        is, of those covered in part.
    shares : mapping of str to float
        Covered share (0..1) of each unit of the course.
    value : float
        Covered share (0..1) of the course, see :func:`align.graph.course_share`.
    """
    open_units = [u for u in course.units if shares[u.id] < settings.covered_share]
    rest = (
        f"；未完全覆盖：{'、'.join(u.task or u.content[:20] for u in open_units)}"
        if open_units
        else ""
    )
    measure = "学时" if all(u.hours for u in course.units) else "内容行数"
    hours = course.hours or sum(u.hours or 0.0 for u in course.units) or None
    credits = course.credits
    if credits is None and hours:
        credits = round(hours / settings.hours_per_credit * 2) / 2
    return Proposal(
        id=f"course:{certificate.id}:{course.id}",
        action=Action.EXEMPT,
        rule="exempt-course",
        certificate_id=certificate.id,
        item_ids=tuple(dict.fromkeys(i for p in ground for i in p.item_ids)),
        course_id=course.id,
        unit_ids=tuple(u.id for u in course.units),
        reason=f"《{course.name}》按{measure}计 {value:.0%} 的内容被证书覆盖，"
        f"不低于学校设置的 {settings.exempt_course_share:.0%}{rest}；须经委员会同意。",
        probability=min((p.probability for p in ground), default=0.0),
        evidence=tuple(e for p in ground for e in p.evidence[:1]),
        hours=hours,
        credits=credits,
        unsure=any(p.unsure for p in ground),
        settings=settings.pairs,
    )
