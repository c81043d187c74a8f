"""Which course a requirement belongs to, or would fit best into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from align.links import certainty, linked
from align.memo import Memo
from align.records import Certificate, Competency, Match, Unit
from align.settings import Settings


def task_homes(
    certificate: Certificate,
    by_item: Mapping[tuple[str, str], list[Match]],
    settings: Settings,
    memo: Memo | None = None,
) -> dict[tuple[str, ...], dict[str, float]]:
    """For each of :func:`_groups`: summed certainty of linked units per course.

    The items of a task tend to be taught in one course (docs/matching.md), so an item that
    nobody teaches fits best beside its siblings.
    """
    memo = memo or Memo()
    homes: dict[tuple[str, ...], dict[str, float]] = {}
    for item in certificate.competencies:
        key = (certificate.id, item.id)
        matches = tuple(by_item.get(key, ()))

        def taught(matches: tuple[Match, ...] = matches) -> list[tuple[str, float]]:
            return _taught(matches, settings.link_threshold)

        for course_id, sure in memo.again(("taught", *key), matches, taught):
            for group in _groups(item):
                counted = homes.setdefault(group, {})
                counted[course_id] = counted.get(course_id, 0.0) + sure
    return homes


def _taught(matches: Sequence[Match], threshold: float) -> list[tuple[str, float]]:
    """The course of each link, and how certain it is."""
    return [(m.course_id, certainty(m, threshold)) for m in matches if linked(m, threshold)]


def _groups(item: Competency) -> tuple[tuple[str, ...], ...]:
    """The item's task (with its area: names repeat) and area, each within its level."""
    return (item.level, item.area, item.task), (item.level, item.area)


def usual_home(homes: Mapping[tuple[str, ...], dict[str, float]], item: Competency) -> str:
    """The course where most of the item's task, or else its area, is taught; "" for none."""
    for group in _groups(item):
        if counted := homes.get(group):
            return max(sorted(counted), key=lambda c: counted[c])
    return ""


def home_course(
    links: Sequence[tuple[Unit, Match]],
    ranked: Sequence[Match],
    homes: Mapping[tuple[str, ...], dict[str, float]],
    item: Competency,
) -> str:
    """The course where the competency is, or would be, taught best; "" when nothing points."""
    if links:
        return links[0][0].course_id
    if usual := usual_home(homes, item):
        return usual
    open_ones = [m for m in ranked if m.grade is None]
    return open_ones[0].course_id if open_ones else ""
