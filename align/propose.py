"""Proposals: one named rule per action, each with its reason and its quotations.

Per competency exactly one of covered / strengthen / extend / supplement holds; exemption
looks the other way, per unit and per course (:mod:`align.exempt`, docs/rules.md).  The rules
read the graph and decide nothing: each result is a :class:`Proposal` that a person accepts,
changes or rejects.  Where a person has graded a link the graph already follows that word; the
rules say so in their reasons and keep the machine's probability.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from align import graph as g
from align.depth import depth_of
from align.exempt import QUOTED, exemptions
from align.homes import home_course, task_homes, usual_home
from align.memo import Memo
from align.records import (
    Action,
    Certificate,
    Competency,
    Course,
    Match,
    Proposal,
    Unit,
)
from align.settings import Settings

#: For each competency (certificate_id, item_id): the objects and steps it lists, each with
#: its best similarity (0..1) to the linked course content.
Parts = Mapping[tuple[str, str], Sequence[tuple[str, float]]]

#: From :func:`align.homes.task_homes`.
Homes = Mapping[tuple[str, ...], dict[str, float]]

# A requirement at this depth or above asks for doing (see align.depth).
DOING = 3


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a rule may look at for one competency."""

    item: Competency
    linked: tuple[tuple[Unit, Match], ...]  # strongest first, at or above link_threshold
    best: Match | None  # the best candidate, linked or not
    undecided: Match | None  # the best candidate that no person has graded
    denied: tuple[Unit, ...]  # units of which a person has said that they do not teach it
    share: float
    missing: tuple[str, ...]
    home: str  # the course where it fits best: course id or ""
    names: Mapping[str, str]  # course id -> name
    settings: Settings

    @property
    def unsure(self) -> bool:
        """The probability of the best candidate that is still open lies in the unsure band.

        An item with a link that a person has confirmed is not unsure any more.
        """
        if any(m.grade for _, m in self.linked) or (self.denied and self.undecided is None):
            return False
        p = self.undecided.probability if self.undecided else 0.0
        return self.settings.unsure_low <= p <= self.settings.unsure_high

    @property
    def confirmed_share(self) -> float:
        """Covered share (0..1) by the links alone that a person has confirmed."""
        rest = 1.0
        for _, m in self.linked:
            if m.grade:
                rest *= 1.0 - (1.0 if m.grade == 2 else self.settings.part_credit)
        return 1.0 - rest


def propose(
    graph: nx.Graph[Any],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    matches: Sequence[Match],
    parts: Parts,
    settings: Settings,
    memo: Memo | None = None,
) -> tuple[Proposal, ...]:
    """All proposals of one programme, in the order of the standards.

    Parameters
    ----------
    graph : networkx.Graph
        From :func:`align.graph.build`.
    parts : mapping
        What of each competency's scope was found in the linked units.
    memo : Memo, optional
        Of earlier calls with the same documents and settings: what rests on the same matches
        and parts is taken from there.

    Returns
    -------
    tuple of Proposal
        One per competency, then one per exemptible unit and course.
    """
    memo = memo or Memo()
    units = {(c.id, u.id): u for c in courses for u in c.units}
    names = {c.id: c.name for c in courses}
    by_item: dict[tuple[str, str], list[Match]] = {}
    for m in matches:
        by_item.setdefault((m.certificate_id, m.item_id), []).append(m)
    found: list[Proposal] = []
    for certificate in certificates:
        homes = task_homes(certificate, by_item, settings, memo)
        for item in certificate.competencies:
            key = (certificate.id, item.id)
            mine, listed = by_item.get(key, []), parts.get(key, ())

            def proposed(
                item: Competency = item,
                mine: Sequence[Match] = mine,
                listed: Sequence[tuple[str, float]] = listed,
                homes: Homes = homes,
            ) -> Proposal:
                case = _case(graph, units, names, item, mine, listed, homes, settings)
                return next(p for rule in ITEM_RULES if (p := rule(case)) is not None)

            ground = (*mine, listed, usual_home(homes, item))
            found.append(memo.again(("item", *key), ground, proposed))
    found += exemptions(graph, courses, certificates, by_item, settings, memo)
    return tuple(found)


def _case(
    graph: nx.Graph[Any],
    units: Mapping[tuple[str, str], Unit],
    names: Mapping[str, str],
    item: Competency,
    matches: Sequence[Match],
    listed: Sequence[tuple[str, float]],
    homes: Homes,
    settings: Settings,
) -> Case:
    ranked = sorted(matches, key=lambda m: (-m.probability, m.course_id, m.unit_id))
    by_unit = {(m.course_id, m.unit_id): m for m in ranked}
    node = g.item_node(item.certificate_id, item.id)
    links = []
    for other, _ in g.links(graph, node):
        unit_key = (graph.nodes[other]["course_id"], graph.nodes[other]["unit_id"])
        links.append((units[unit_key], by_unit[unit_key]))
    return Case(
        item,
        tuple(links),
        ranked[0] if ranked else None,
        next((m for m in ranked if m.grade is None), None),
        tuple(units[m.course_id, m.unit_id] for m in ranked if m.grade == 0),
        g.share(graph, node),
        _missing(listed, settings) if links else (),
        home_course(links, ranked, homes, item),
        names,
        settings,
    )


# --- rules per competency, in the order they are asked -------------------------------------


def supplement(case: Case) -> Proposal | None:
    """补充: no unit reaches the link threshold; new content, unconfirmed until a person looks."""
    if case.linked:
        return None
    where = f"，建议补入《{case.names[case.home]}》" if case.home else ""
    said = ""
    if case.denied:
        rows = "、".join(_title(u) for u in case.denied[:QUOTED])
        more = f"等 {len(case.denied)} 处" if len(case.denied) > QUOTED else ""
        said = f"教师已确认{rows}{more}未讲授此项；"
    if case.undecided is None:
        why = "没有其他候选课程内容" if said else "没有找到任何候选课程内容（未映射）"
    else:
        p, limit = _apart(case.undecided.probability, case.settings.link_threshold)
        lead = "其余最接近" if said else "最接近"
        why = f"{lead}的课程内容概率为 {p}，低于关联阈值 {limit}（未映射）"
    return _proposal(
        case, Action.SUPPLEMENT, "supplement", f"{said}{why}{where}；须教师确认确未讲授。"
    )


def strengthen(case: Case) -> Proposal | None:
    """强化: the content is there, but taught at lower depth than asked, or without practice.

    Asked before extend: whether a unit teaches the whole or a part of an item, theory alone
    where the item asks for doing is the plainer lack.
    """
    title = _titles(case)
    practice = _practice_share([unit for unit, _ in case.linked])
    if (
        case.item.depth >= DOING
        and practice is not None
        and practice < case.settings.practice_share
    ):
        share, limit = _apart(practice, case.settings.practice_share, ".0%", ".1%", ".2%")
        return _proposal(
            case, Action.STRENGTHEN, "strengthen-practice",
            f"{title}已讲授，但实践学时只占 {share}，低于学校设置的 {limit}，"
            "而证书要求动手完成。",
        )  # fmt: skip
    taught = _taught_depth(case)
    if taught and case.item.depth - taught >= case.settings.depth_gap:
        return _proposal(
            case, Action.STRENGTHEN, "strengthen-depth",
            f"{title}已讲授，但课程要求到“{DEPTH_ZH[taught]}”，"
            f"证书要求到“{DEPTH_ZH[case.item.depth]}”。",
        )  # fmt: skip
    return None


def extend(case: Case) -> Proposal | None:
    """拓展: units treat the topic, but no one of them (nor several together) the whole scope."""
    if case.share >= case.settings.covered_share:
        return None
    what = f"尚缺：{'、'.join(case.missing)}" if case.missing else "只讲到一部分"
    share, limit = _apart(case.share, case.settings.covered_share)
    return _proposal(
        case, Action.EXTEND, "extend",
        f"{_titles(case)}涉及此项，{what}（覆盖份额 {share}，低于 {limit}）。",
    )  # fmt: skip


def covered(case: Case) -> Proposal | None:
    """已覆盖: taught, at the depth asked; needs no measure.

    Confirmed when the links that a person has confirmed cover it by themselves: there is no
    measure left to decide on.
    """
    return _proposal(
        case, Action.COVERED, "covered",
        f"{_titles(case)}已讲授，覆盖份额 {case.share:.2f}，"
        f"不低于 {case.settings.covered_share:.2f}。",
        confirmed=case.confirmed_share >= case.settings.covered_share,
    )  # fmt: skip


#: The order matters: each rule may assume that those before it did not apply; the last always does.
ITEM_RULES: tuple[Callable[[Case], Proposal | None], ...] = (
    supplement,
    strengthen,
    extend,
    covered,
)

#: What stands behind the name of a linked unit when a person has graded the link.
GRADE_SAID = {None: "", 0: "", 1: "（教师已确认讲到一部分）", 2: "（教师已确认完整讲授）"}
DEPTH_ZH = {0: "未写明", 1: "了解", 2: "理解", 3: "掌握", 4: "独立设计与管理"}


def _proposal(
    case: Case, action: Action, rule: str, reason: str, *, confirmed: bool = False
) -> Proposal:
    shown = [m for _, m in case.linked] or ([case.best] if case.best else [])
    return Proposal(
        id=f"item:{case.item.certificate_id}:{case.item.id}",
        action=action,
        rule=rule,
        certificate_id=case.item.certificate_id,
        item_ids=(case.item.id,),
        course_id=case.home,
        unit_ids=tuple(unit.id for unit, _ in case.linked),
        reason=reason,
        probability=case.best.probability if case.best else 0.0,
        evidence=tuple(e for m in shown[:QUOTED] for e in m.evidence[:1]),
        missing=case.missing if action is Action.EXTEND else (),
        unsure=case.unsure,
        confirmed=confirmed,
        settings=case.settings.pairs,
        unit_courses=tuple(unit.course_id for unit, _ in case.linked),
    )


def _apart(value: float, limit: float, *formats: str) -> tuple[str, str]:
    """A figure below its limit, both in words that differ: 0.299 is not shown as 0.30.

    The limit is a setting and never rounded: 0.225 is not shown as 0.23.
    """
    shown = ("", "")
    for digits, f in enumerate(formats or (".2f", ".3f", ".4f"), 2):
        shown = (format(value, f), format(limit, f))
        if shown[0] != shown[1] and round(limit, digits) == limit:
            break
    return shown


def _titles(case: Case) -> str:
    """``《课程》“任务”`` of the strongest linked units, and what a person has said of each."""
    return "、".join(_title(u) + GRADE_SAID[m.grade] for u, m in case.linked[:QUOTED])


def _title(unit: Unit) -> str:
    return f"《{unit.course}》“{unit.task or unit.content[:20]}”"


def _missing(parts: Sequence[tuple[str, float]], settings: Settings) -> tuple[str, ...]:
    """The listed parts that the linked units do not show; one part alone is the item itself."""
    if len(parts) < 2:
        return ()
    return tuple(part for part, similarity in parts if similarity < settings.missing_similarity)


def _taught_depth(case: Case) -> int:
    """The deepest level any quoted point of the linked units is worded at; 0 when one is silent.

    A row may teach one point by hand and mention another (了解…): the point that carries the
    match counts, not the row.  A point without a verb says nothing about depth.
    """
    depths = [depth_of(m.evidence[0].unit_text) for _, m in case.linked if m.evidence]
    return max(depths) if depths and all(depths) else 0


def _practice_share(units: Sequence[Unit]) -> float | None:
    """Practice hours over all hours of these units; None where one does not say."""
    total = practice = 0.0
    for unit in units:
        if unit.practice_hours is None or not unit.hours:
            return None
        total += unit.hours
        practice += unit.practice_hours
    return practice / total if total else None
