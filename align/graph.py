"""The bipartite graph of overlapping competencies, and coverage in both directions.

Nodes are course units (``bipartite = 0``) and certificate competencies (``bipartite = 1``);
an edge is a candidate pair with its probability.  An edge's ``strength`` says how much of the
competency the unit teaches: 1 for a full link, ``part_credit`` for a partial one, 0 for a
candidate below the link threshold, which stays in the graph as what was looked at.  Where a
person has decided, the edge carries ``decided`` (0, 1, 2) and its strength follows that word
(:mod:`align.links`); its probability stays.

Coverage of a node joins the strengths of its edges as ``1 - prod(1 - strength)``: two
partial links cover more than one and never more than everything.  The formula is this
project's (noisy-or); its setting ``part_credit`` is the college's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import partial
from typing import Any

import networkx as nx

from align.links import link_strength, strength
from align.memo import Memo
from align.records import Certificate, Competency, Course, Coverage, CoverageState, Match, Unit
from align.settings import Settings

__all__ = [
    "build", "course_share", "coverage", "item_node", "link_strength", "links", "regraded",
    "share", "state_of", "unit_node",
]  # fmt: skip

PARTLY_SHARE = 1e-9  # any partial link makes a thing partly covered; above rounding, no more


def unit_node(course_id: str, unit_id: str) -> str:
    """The graph's name of a course unit."""
    return f"u:{course_id}|{unit_id}"


def item_node(certificate_id: str, item_id: str) -> str:
    """The graph's name of a competency."""
    return f"c:{certificate_id}|{item_id}"


def build(
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    matches: Iterable[Match],
    settings: Settings,
) -> nx.Graph[Any]:
    """The bipartite graph of all units, all competencies and the candidate pairs.

    Parameters
    ----------
    courses, certificates : sequences
        Every unit and competency becomes a node, linked or not.
    matches : iterable of Match
        One edge each.
    settings : Settings
        ``link_threshold``, ``full_threshold`` and ``part_credit`` give edges their strength.

    Returns
    -------
    networkx.Graph
        Node and edge attributes are plain strings and numbers, so that every graph format
        can carry them.  Insertion order is that of the inputs.
    """
    graph: nx.Graph[Any] = nx.Graph(name="course units and certificate competencies")
    for course in courses:
        for unit in course.units:
            graph.add_node(unit_node(course.id, unit.id), bipartite=0, **_unit_attributes(unit))
    for certificate in certificates:
        for item in certificate.competencies:
            graph.add_node(
                item_node(certificate.id, item.id), bipartite=1, **_item_attributes(item)
            )
    graph.add_edges_from(_edge(match, settings) for match in matches)
    return graph


def regraded(graph: nx.Graph[Any], matches: Iterable[Match], settings: Settings) -> nx.Graph[Any]:
    """A copy of a graph in which these matches' edges stand anew (or are added).

    The same as building it again with them, only quicker: a person waits for it.  What does not
    change is shared with the graph copied from, so neither may be written to afterwards.
    """
    copy: nx.Graph[Any] = nx.Graph(**graph.graph)
    inner: Any = copy  # networkx offers no copy that shares neighbours; see _edges
    inner._node.update(graph.nodes.items())
    inner._adj.update(graph._adj)  # type: ignore[attr-defined]
    own: set[str] = set()
    for match in matches:
        one, other, data = _edge(match, settings)
        for node in (one, other):
            if node not in own:
                inner._adj[node] = dict(inner._adj[node])
                own.add(node)
        inner._adj[one][other] = inner._adj[other][one] = data
    return copy


def _edge(match: Match, settings: Settings) -> tuple[str, str, dict[str, Any]]:
    data = {
        "probability": round(match.probability, 6),
        "score": round(match.score, 6),
        "strength": strength(match, settings),
        "evidence": " | ".join([f"{e.unit_text} ≈ {e.competency_text}" for e in match.evidence]),
    }
    # Only where somebody has decided: without decisions the exports stay as they were.
    if match.grade is not None:
        data["decided"] = match.grade
    return (
        unit_node(match.course_id, match.unit_id),
        item_node(match.certificate_id, match.item_id),
        data,
    )


def _unit_attributes(unit: Unit) -> dict[str, Any]:
    return {
        "course_id": unit.course_id,
        "unit_id": unit.id,
        "course": unit.course,
        "section": unit.section,
        "label": unit.task or unit.content[:30],
        "text": unit.content,
        "place": str(unit.place),
        "hours": unit.hours or 0.0,
    }


def _item_attributes(item: Competency) -> dict[str, Any]:
    return {
        "certificate_id": item.certificate_id,
        "item_id": item.id,
        "level": item.level,
        "area": item.area,
        "task": item.task,
        "label": item.text[:30],
        "text": item.text,
        "place": str(item.place),
    }


def links(graph: nx.Graph[Any], node: str) -> list[tuple[str, dict[str, Any]]]:
    """The node's edges with a strength above 0, strongest first, as (other node, attributes)."""
    if node not in graph:
        return []
    found = [(other, data) for other, data in _edges(graph, node).items() if data["strength"] > 0]
    return sorted(found, key=lambda e: (-e[1]["strength"], -e[1]["probability"], e[0]))


def share(graph: nx.Graph[Any], node: str) -> float:
    """Covered share (0..1) of one node: ``1 - prod(1 - strength)`` over its edges."""
    rest = 1.0
    for data in _edges(graph, node).values():
        if data["strength"]:  # most candidates are no links
            rest *= 1.0 - data["strength"]
    return 1.0 - rest


def _edges(graph: nx.Graph[Any], node: str) -> dict[str, dict[str, Any]]:
    """Attributes of all edges by the other node, past networkx's views: several times quicker."""
    known: dict[str, dict[str, dict[str, Any]]] = graph._adj  # type: ignore[attr-defined]
    return known[node]


def state_of(value: float, settings: Settings, denied: bool = False) -> CoverageState:
    """Covered at or above ``covered_share``; partly above 0; else unmapped.

    "Not covered" only where a person has said so (``denied``).
    """
    if value >= settings.covered_share:
        return CoverageState.COVERED
    if value > PARTLY_SHARE:
        return CoverageState.PARTLY
    return CoverageState.NOT if denied else CoverageState.UNMAPPED


def coverage(
    graph: nx.Graph[Any],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    settings: Settings,
    denied: Collection[tuple[str, str]] = frozenset(),
    memo: Memo | None = None,
) -> tuple[Coverage, ...]:
    """Coverage of every competency, task, area, level and certificate, unit and course.

    A level's coverage is taken over its own competencies and those of all levels below it,
    because a higher level includes the lower ones without repeating their lines.  Means are
    weighted by 权重 on the certificate's side (within a level) and by hours on the course's
    side, where they are given.

    Parameters
    ----------
    denied : collection of (certificate id, item id)
        Items that a person has said are not taught (an accepted supplement): "not covered"
        instead of "unmapped".  A group is "not covered" when all of its items are.
    memo : Memo, optional
        Of earlier calls with the same documents and settings.
    """
    memo = memo or Memo()
    found: list[Coverage] = []
    for certificate in certificates:
        found += _certificate_coverage(graph, certificate, settings, denied, memo)
    for course in courses:
        nodes = [unit_node(course.id, u.id) for u in course.units]

        def made(course: Course = course) -> list[Coverage]:
            return _course_coverage(graph, course, settings)

        found += memo.again(("course", course.id), tuple(_edges(graph, n) for n in nodes), made)
    return tuple(found)


def _shares(graph: nx.Graph[Any], certificate: Certificate, memo: Memo) -> dict[str, float]:
    """Covered share of each competency; of the same edges it is the same."""
    found = {}
    for item in certificate.competencies:
        node = item_node(certificate.id, item.id)
        ground = (_edges(graph, node),)
        found[item.id] = memo.again(("share", node), ground, partial(share, graph, node))
    return found


def _certificate_coverage(
    graph: nx.Graph[Any],
    certificate: Certificate,
    settings: Settings,
    denied: Collection[tuple[str, str]],
    memo: Memo,
) -> list[Coverage]:
    shares = _shares(graph, certificate, memo)
    said = {i.id: (certificate.id, i.id) in denied for i in certificate.competencies}
    found = [
        Coverage("competency", f"{certificate.id}|{i.id}", i.text, shares[i.id],
                 state_of(shares[i.id], settings, said[i.id]))
        for i in certificate.competencies
    ]  # fmt: skip
    groups: dict[tuple[str, str, str], list[Competency]] = defaultdict(list)
    for i in certificate.competencies:
        groups["task", f"{i.level}|{i.area}|{i.task}", i.task].append(i)
        groups["area", f"{i.level}|{i.area}", i.area].append(i)
        for level in certificate.levels[_level_index(certificate, i.level) :]:
            groups["level", level, level].append(i)
        groups["certificate", "", certificate.name].append(i)
    weights = _weights(certificate)
    order = {"task": 0, "area": 1, "level": 2, "certificate": 3}
    for (scope, key, name), members in sorted(groups.items(), key=lambda g: order[g[0][0]]):
        value = _mean([(shares[i.id], weights[i.id]) for i in members])
        identity = f"{certificate.id}|{key}" if key else certificate.id
        state = state_of(value, settings, all(said[i.id] for i in members))
        found.append(Coverage(scope, identity, name, value, state, len(members)))
    return found


def _level_index(certificate: Certificate, level: str) -> int:
    return certificate.levels.index(level) if level in certificate.levels else 0


def _weights(certificate: Certificate) -> dict[str, float]:
    """Each item's weight, 1 on average in its level, so that levels can be joined.

    Equal weights where the standard gives none (or only some) in the level.
    """
    levels: dict[str, list[Competency]] = defaultdict(list)
    for item in certificate.competencies:
        levels[item.level].append(item)
    found = {}
    for items in levels.values():
        total = sum(i.weight or 0.0 for i in items)
        told = total and all(i.weight is not None for i in items)
        for i in items:
            found[i.id] = (i.weight or 0.0) * len(items) / total if told else 1.0
    return found


def _course_coverage(graph: nx.Graph[Any], course: Course, settings: Settings) -> list[Coverage]:
    shares = {u.id: share(graph, unit_node(course.id, u.id)) for u in course.units}
    found = [
        Coverage("unit", f"{course.id}|{u.id}", u.task or u.content, shares[u.id],
                 state_of(shares[u.id], settings), 1, u.hours)
        for u in course.units
    ]  # fmt: skip
    value = course_share(course, shares)
    hours = course.hours or sum(u.hours or 0.0 for u in course.units) or None
    found.append(
        Coverage("course", course.id, course.name, value, state_of(value, settings),
                 len(course.units), hours)
    )  # fmt: skip
    return found


def course_share(course: Course, shares: dict[str, float]) -> float:
    """Covered share of a course: mean over its units, weighted by hours when all have them."""
    known = all(u.hours for u in course.units)
    return _mean([(shares[u.id], (u.hours or 0.0) if known else 1.0) for u in course.units])


def _mean(pairs: Sequence[tuple[float, float]]) -> float:
    """Weighted mean of (value, weight); 0 for nothing."""
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total else 0.0
