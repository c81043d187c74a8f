"""A revised standard is read again: which decisions still speak of the same lines.

A line (a unit or a competency) is unchanged when its printed text is the same after
normalisation, in the same course or in the same certificate and level, wherever its number has
moved.  A decision holds on when all lines it rests on are unchanged; else it comes back to a
person, with the old text and the new.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from align.access import withdrawn
from align.decisions import Decision, LinkDecision, Pair
from align.links import linked
from align.records import Certificate, Course, Match, Run
from align.review.fold import current, in_force
from align.review.lines import Key, Lines
from align.settings import Settings

Word = LinkDecision | Decision
D = TypeVar("D", LinkDecision, Decision)


class Kept(Protocol):
    """What a kept run (:class:`align.snapshot.Snapshot`) is asked for."""

    @property
    def courses(self) -> tuple[Course, ...]: ...
    @property
    def certificates(self) -> tuple[Certificate, ...]: ...
    @property
    def candidates(self) -> tuple[Match, ...]: ...
    @property
    def run(self) -> Run: ...
    @property
    def settings(self) -> Settings: ...
    def probability(self, pair: Pair) -> float | None:
        """What the machine says of a pair."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """A decision that does not hold on by itself, and what its lines said then and say now.

    The two texts name the changed lines alone; ``new_text`` is "" when they are gone.  ``about``
    is the pair or proposal that takes the old one's place, None when there is none.
    """

    decision: Word
    old_text: str
    new_text: str
    about: Pair | str | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What becomes of the decisions on an earlier run.

    Parameters
    ----------
    kept : tuple of decisions
        Replacements for the new run, each with ``carried_from``; ids, times and what they
        supersede are the store's to give.
    changed : tuple of Change
        To be decided again: a line has another wording now.
    gone : tuple of Change
        A line, or the whole course or certificate, is no longer there.
    new_units, new_items : tuples
        (course id, unit id) and (certificate id, item id) of lines that were not there before,
        new wordings among them.
    """

    kept: tuple[Word, ...] = ()
    changed: tuple[Change, ...] = ()
    gone: tuple[Change, ...] = ()
    new_units: tuple[Key, ...] = ()
    new_items: tuple[Key, ...] = ()


def carry(
    old: Kept,
    new: Kept,
    link_decisions: Iterable[LinkDecision],
    decisions: Iterable[Decision],
) -> Carried:
    """Sort the standing decisions of one run by whether they hold for another.

    Parameters
    ----------
    old, new : Snapshot
        The run that was reviewed and the one that takes its place.
    link_decisions, decisions : iterables
        The whole history, everybody's; only words of the old run that stand are looked at.
    """
    link_history, history = list(link_decisions), list(decisions)
    units, items = (
        Lines.of_units(old.courses, new.courses),
        Lines.of_items(old.certificates, new.certificates),
    )
    sort = _Sorting(old, new, units, items, _ground(old, link_history))
    for link in _standing(link_history, old.run.id, new.run.id):
        sort.link(link)
    for decision in _standing(history, old.run.id, new.run.id):
        sort.proposal(decision)
    return Carried(
        tuple(sort.kept), tuple(sort.changed), tuple(sort.gone), units.added, items.added
    )


def _standing(history: Sequence[D], old_run: str, new_run: str) -> list[D]:
    """The standing words of the old run, in order of time.

    A word that was taken back goes along where the new run (one gone back to) still holds an
    earlier word of that stream: it must not come to life again.
    """
    replaced = {d.supersedes for d in history if d.supersedes and d.run_id == old_run}
    streams: dict[tuple[Hashable, str, str], list[D]] = {}
    earlier: set[Hashable] = set()
    for d in history:
        about = d.pair if isinstance(d, LinkDecision) else d.subject
        if d.run_id == old_run and d.id not in replaced:
            streams.setdefault((about, d.stage, d.reviewer), []).append(d)
        elif d.run_id == new_run:
            earlier.add(about)
    heads = []
    for key, rows in streams.items():
        head = current(rows)
        if head is not None and (not withdrawn(head) or key[0] in earlier):
            heads.append(head)
    return sorted(heads, key=lambda d: d.time)


def _ground(old: Kept, history: Sequence[LinkDecision]) -> dict[Key, set[Key]]:
    """The items that each unit was linked to: what its exemption rested on."""
    grades = in_force(history, 1, old.run.id)
    found: dict[Key, set[Key]] = {}
    for m in old.candidates:
        pair = (m.certificate_id, m.item_id, m.course_id, m.unit_id)
        if pair not in grades and linked(m, old.settings.link_threshold):
            found.setdefault((m.course_id, m.unit_id), set()).add((m.certificate_id, m.item_id))
    for certificate_id, item_id, course_id, unit_id in (p for p, g in grades.items() if g):
        found.setdefault((course_id, unit_id), set()).add((certificate_id, item_id))
    return found


class _Sorting:
    """Takes decisions one by one and puts each where it belongs."""

    def __init__(
        self, old: Kept, new: Kept, units: Lines, items: Lines, ground: Mapping[Key, set[Key]]
    ) -> None:
        self.old, self.new, self.units, self.items, self.ground = old, new, units, items, ground
        self.kept: list[Word] = []
        self.changed: list[Change] = []
        self.gone: list[Change] = []
        self._courses = {c.id: c for c in old.courses}
        self._new_courses = {c.id: c for c in new.courses}
        self._subjects = _subjects(old)

    def link(self, d: LinkDecision) -> None:
        """A word on a pair: both lines have to be the same."""
        item, unit = (d.pair[0], d.pair[1]), (d.pair[2], d.pair[3])
        about = self._moved(item, unit)
        if about and not self._differing({item}, {unit}):
            self.kept.append(
                dataclasses.replace(
                    d, id="", run_id=self.new.run.id, pair=about, supersedes="",
                    carried_from=d.id, probability=self.new.probability(about),
                )
            )  # fmt: skip
        else:
            self._again(d, {item}, {unit}, about)

    def proposal(self, d: Decision) -> None:
        """A word on a proposal: the item's line; for an exemption all it rested on."""
        target = self._subjects.get(d.subject)
        if target is None:
            self.gone.append(Change(d, "", ""))
            return
        items, units, about = self._rests_on(*target)
        whole = d.subject.startswith("course:") and self._other_rows(target[1][0])
        there = not d.course_id or d.course_id in self._new_courses
        if about and there and not whole and not self._differing(items, units):
            self.kept.append(
                dataclasses.replace(
                    d, id="", run_id=self.new.run.id, subject=about, supersedes="",
                    carried_from=d.id,
                )
            )  # fmt: skip
        else:
            self._again(d, items, units, about)

    def _rests_on(self, kind: str, target: Key, certificate_id: str) -> tuple[
        set[Key], set[Key], str | None
    ]:  # fmt: skip
        """(items, units) that the decision rested on, and what it is called now."""
        if kind == "item":
            moved = self.items.same.get(target) or self.items.reworded.get(target)
            return {target}, set(), f"item:{moved[0]}:{moved[1]}" if moved else None
        if kind == "unit":
            units = {target}
            unit = self.units.same.get(target) or self.units.reworded.get(target)
            about = f"unit:{certificate_id}:{unit[0]}:{unit[1]}" if unit else None
        else:
            units = {(target[0], u.id) for u in self._courses[target[0]].units}
            there = target[0] in self._new_courses
            about = f"course:{certificate_id}:{target[0]}" if there else None
        items = {i for u in units for i in self.ground.get(u, ()) if i[0] == certificate_id}
        return items, units, about

    def _other_rows(self, course_id: str) -> bool:
        """Whether a course has more (or fewer) rows than before."""
        new = self._new_courses.get(course_id)
        return new is None or len(new.units) != len(self._courses[course_id].units)

    def _moved(self, item: Key, unit: Key) -> Pair | None:
        """The pair of the same (or reworded) lines now."""
        i = self.items.same.get(item) or self.items.reworded.get(item)
        u = self.units.same.get(unit) or self.units.reworded.get(unit)
        return (*i, *u) if i and u else None

    def _differing(self, items: Collection[Key], units: Collection[Key]) -> bool:
        return any(i not in self.items.same for i in items) or any(
            u not in self.units.same for u in units
        )

    def _again(
        self, d: Word, items: Collection[Key], units: Collection[Key], about: Pair | str | None
    ) -> None:
        """Changed or gone, with the texts of the lines that differ."""
        before: list[str] = []
        after: list[str] = []
        for lines, keys in ((self.items, items), (self.units, units)):
            for key in sorted(k for k in keys if k not in lines.same):
                before.append(lines.texts.get(key, ""))
                if (new := lines.reworded.get(key)) is not None:
                    after.append(lines.new_texts[new])
        change = Change(d, "\n".join(before), "\n".join(after), about)
        (self.changed if about else self.gone).append(change)


def _subjects(old: Kept) -> dict[str, tuple[str, Key, str]]:
    """Every id a proposal of this run can have -> (kind, its line, certificate).

    Looked up and not taken apart: an id may hold a colon itself.
    """
    found: dict[str, tuple[str, Key, str]] = {}
    for certificate in old.certificates:
        for item in certificate.competencies:
            key = (certificate.id, item.id)
            found[f"item:{certificate.id}:{item.id}"] = ("item", key, certificate.id)
        for course in old.courses:
            key = (course.id, "")
            found[f"course:{certificate.id}:{course.id}"] = ("course", key, certificate.id)
            for unit in course.units:
                key = (course.id, unit.id)
                found[f"unit:{certificate.id}:{course.id}:{unit.id}"] = (
                    "unit", key, certificate.id,
                )  # fmt: skip
    return found
