"""Thresholds for 免修 only with a precision the admin names, from decided exemptions.

Two settings decide what the machine exempts: the full-link threshold, which makes a content row
one that the certificate covers, and the share of a course that makes it a candidate as a whole.
For every decided exemption the highest value is known at which the machine still proposes it;
that is its score, and a threshold for a precision is chosen and judged as for links, with the
exemptions of a course never on both sides.  What was never proposed was never decided either:
nothing is said of thresholds below those in force when people decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import networkx as nx
import numpy as np

from align import graph as g
from align.records import Certificate, Course
from align.settings import Settings
from align.tune.goals import FOLDS, Goal, Suggestion, cross_validated
from align.tune.reviewed import Table, TooFewError

Kind = Literal["unit", "course"]
#: With fewer courses nothing could be left out that others resemble.
FEWEST_COURSES = 3
#: Which setting decides over which kind of exemption.
SETTING_OF: dict[Kind, str] = {"unit": "full_threshold", "course": "exempt_course_share"}


@dataclass(frozen=True, slots=True)
class Exempted:
    """One exemption of the machine's that people have decided on.

    Parameters
    ----------
    course : str
        Its id: exemptions of one course stand or fall together.
    score : float
        The highest value (0..1) of the kind's setting at which the machine still proposes it,
        all else as it was; see :func:`scores`.
    right : bool
        Whether people exempted it (accepted, or changed in hours or credits only).
    """

    subject: str
    kind: Kind
    course: str
    score: float
    right: bool


def scores(
    graph: nx.Graph[Any],
    courses: Iterable[Course],
    certificates: Sequence[Certificate],
    settings: Settings,
) -> dict[str, float]:
    """For each exemption the machine proposes, by its id, up to which setting it does so.

    Raising the full-link threshold only ever turns full links into partial ones, so a unit
    stays exempted up to its best link's probability, and beyond it where its links taken as
    partial ones already reach ``covered_share`` (then 1).  A course stays up to its covered
    share.

    Parameters
    ----------
    graph : networkx.Graph
        Of the machine's own run, without anybody's decisions.
    settings : Settings
        As the graph was made under.
    """
    found: dict[str, float] = {}
    for course in courses:
        for certificate in certificates:
            shares: dict[str, float] = {}
            for unit in course.units:
                own = [
                    data
                    for other, data in g.links(graph, g.unit_node(course.id, unit.id))
                    if graph.nodes[other]["certificate_id"] == certificate.id
                ]
                shares[unit.id] = 1.0 - float(np.prod([1.0 - x["strength"] for x in own]))
                if own and shares[unit.id] >= settings.covered_share:
                    parts = 1.0 - (1.0 - settings.part_credit) ** len(own)
                    best = max(x["probability"] for x in own)
                    found[f"unit:{certificate.id}:{course.id}:{unit.id}"] = (
                        1.0 if parts >= settings.covered_share else float(best)
                    )
            share = g.course_share(course, shares)
            if course.units and share >= settings.exempt_course_share:
                found[f"course:{certificate.id}:{course.id}"] = share
    return found


def suggest_exemption(
    decided: Sequence[Exempted], kind: Kind, level: float, *, folds: int = FOLDS, seed: int = 0
) -> Suggestion:
    """The lowest value of the kind's setting that keeps this precision (0.5..0.99).

    Returns
    -------
    Suggestion
        ``precision`` is the share of rightly exempted among those left, ``recall`` the share of
        the right ones that is left; on exemptions of courses the choice had no part in.

    Raises
    ------
    TooFewError
        With fewer decisions than the rule of three asks for (Hanley & Lippman-Hand 1983; 60
        for 0.95), or of fewer courses than :data:`FEWEST_COURSES`.
        With fewer courses than folds each course is left out in turn.
    SettingsError
        The level is out of its range.
    """
    goal = Goal("precision", level)
    rows = sorted((d for d in decided if d.kind == kind), key=lambda d: (d.course, d.subject))
    courses = sorted({d.course for d in rows})
    have = {
        "已决定的免修建议": (len(rows), goal.needed),
        "涉及的课程": (len(courses), FEWEST_COURSES),
    }
    lacking = {name: x for name, x in have.items() if x[0] < x[1]}
    if lacking:
        raise TooFewError(
            "已决定的免修建议太少，得不出可靠的结论",
            place={"unit": "单元免修", "course": "整门课程免修"}[kind],
            got="；".join(f"{name} {got}" for name, (got, _) in lacking.items()),
            expected="；".join(f"{name}至少 {need}" for name, (_, need) in lacking.items()),
            remedy="请先在“建议”页对更多免修建议表态。",
        )
    group = {c: k for k, c in enumerate(courses)}
    score = np.array([d.score for d in rows], dtype=np.float64)
    t = Table(
        score, score, np.array([d.right for d in rows], dtype=np.bool_), np.ones(len(rows)),
        np.array([group[d.course] for d in rows], dtype=np.int64),
    )  # fmt: skip
    return cross_validated(t, goal, folds=min(folds, len(courses)), seed=seed)


def counts(decided: Iterable[Exempted]) -> Mapping[Kind, tuple[int, int]]:
    """(decided, of these right) for each kind."""
    found: dict[Kind, tuple[int, int]] = {"unit": (0, 0), "course": (0, 0)}
    for d in decided:
        n, right = found[d.kind]
        found[d.kind] = (n + 1, right + d.right)
    return found
