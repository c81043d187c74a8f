"""Which course a requirement belongs to, or would fit best into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from align.links import certainty, linked
from align.records import Certificate, Competency, Match, Unit
from align.settings import Settings


def task_homes(
    certificate: Certificate, by_item: Mapping[tuple[str, str], list[Match]], settings: Settings
) -> dict[tuple[str, ...], dict[str, float]]:
    """For each of :func:`_groups`: summed certainty of linked units per course.

    The items of a task tend to be taught in one course (docs/matching.md), so an item that
    nobody teaches fits best beside its siblings.
    """
    threshold = settings.link_threshold
    homes: dict[tuple[str, ...], dict[str, float]] = {}
    for item in certificate.competencies:
        for m in by_item.get((certificate.id, item.id), []):
            if linked(m, threshold):
                sure = certainty(m, threshold)
                for group in _groups(item):
                    counted = homes.setdefault(group, {})
                    counted[m.course_id] = counted.get(m.course_id, 0.0) + sure
    return homes


def _groups(item: Competency) -> tuple[tuple[str, ...], ...]:
    """The item's task (with its area: names repeat) and area, each within its level."""
    return (item.level, item.area, item.task), (item.level, item.area)


def home_course(
    links: Sequence[tuple[Unit, Match]],
    ranked: Sequence[Match],
    homes: Mapping[tuple[str, ...], dict[str, float]],
    item: Competency,
) -> str:
    """The course where the competency is, or would be, taught best; "" when nothing points."""
    if links:
        return links[0][0].course_id
    for group in _groups(item):
        if counted := homes.get(group):
            return max(sorted(counted), key=lambda c: counted[c])
    open_ones = [m for m in ranked if m.grade is None]
    return open_ones[0].course_id if open_ones else ""
