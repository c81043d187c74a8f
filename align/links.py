"""Whether, and how far, a match is a link: a person's word first, else the machine's probability.

Every step that asks "are these two linked?" asks here, so that a decision holds everywhere at
once: in the graph, in the rules, in the heatmap and in the plan.  The machine's ``probability``
stays in the match beside the ``grade``; nothing here overwrites it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from align.decisions import Grade, Pair
from align.records import Match
from align.settings import Settings


def pair_of(match: Match) -> Pair:
    """(certificate id, item id, course id, unit id): what decisions know a match by."""
    return match.certificate_id, match.item_id, match.course_id, match.unit_id


def strength(match: Match, settings: Settings) -> float:
    """How much of the competency the unit teaches, 0..1.

    The grade where a person has given one (2: all, 1: ``part_credit``, 0: nothing); else the
    probability: all at or above ``full_threshold``, ``part_credit`` at or above
    ``link_threshold``.
    """
    if match.grade is not None:
        return (0.0, settings.part_credit, 1.0)[match.grade]
    return link_strength(match.probability, settings)


def link_strength(probability: float, settings: Settings) -> float:
    """1 at or above ``full_threshold``, ``part_credit`` at or above ``link_threshold``, else 0."""
    if probability >= settings.full_threshold:
        return 1.0
    if probability >= settings.link_threshold:
        return settings.part_credit
    return 0.0


def linked(match: Match, link_threshold: float) -> bool:
    """Whether the two are linked at all: graded 1 or 2, or not graded and likely enough."""
    if match.grade is not None:
        return match.grade > 0
    return match.probability >= link_threshold


def certainty(match: Match, link_threshold: float) -> float:
    """How sure the link is, 0..1: 1 on a person's word, the probability without; 0 for no link."""
    if not linked(match, link_threshold):
        return 0.0
    return match.probability if match.grade is None else 1.0


def with_grades(matches: Iterable[Match], grades: Mapping[Pair, Grade]) -> tuple[Match, ...]:
    """The matches with the grades that people have given; pairs without a match are left out."""
    if not grades:
        return tuple(matches)
    return tuple(
        m if (grade := grades.get(pair_of(m), m.grade)) == m.grade
        else dataclasses.replace(m, grade=grade)
        for m in matches
    )  # fmt: skip
