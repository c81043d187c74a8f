"""A run looked at from every side: the same records, indexed the way the pages ask for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from align.decisions import Grade, Pair
from align.links import pair_of
from align.pipeline import Result
from align.plan.matrix import Column
from align.records import Action, Competency, Course, Coverage, Match, Proposal, Unit

Key = tuple[str, str]  # (course id, unit id) or (certificate id, item id)


@dataclass(frozen=True, slots=True)
class CellItem:
    """A requirement behind one cell of the heatmap, with the course's best unit for it."""

    item: Competency
    best: Match


#: What a person's grade of a pair means on the screens.
LINKS: dict[Grade, str] = {2: "full", 1: "part", 0: "none"}


#: What of a look follows from the documents alone, whatever people decide.
_OF_DOCUMENTS = ("courses", "units", "certificates", "items", "sources", "unit_titles")


class Look:
    """Indexes over one :class:`~align.pipeline.Result`; built once, then only read.

    Parameters
    ----------
    version : str
        Tells results of one run apart that rest on different decisions.
    before : Look, optional
        An earlier one: of the same run, only what decisions have changed is looked up anew.
    """

    def __init__(self, result: Result, version: str = "", before: Look | None = None) -> None:
        self.result = result
        self.version = version
        if before is None or before.result.gathered is not result.gathered:
            self._documents(result)
        else:
            for name in _OF_DOCUMENTS:
                setattr(self, name, getattr(before, name))
        self.coverage: dict[Key, Coverage] = {(c.scope, c.id): c for c in result.coverage}
        self.of_item: dict[Key, Proposal] = {}
        self.of_unit: dict[Key, list[Proposal]] = defaultdict(list)
        for p in result.proposals:
            if p.action is Action.EXEMPT:
                for key in p.units:
                    self.of_unit[key].append(p)
            else:
                for item_id in p.item_ids:
                    self.of_item[p.certificate_id, item_id] = p
        if before is None or not self._regraded(before):
            by_item: dict[Key, list[Match]] = defaultdict(list)
            by_unit: dict[Key, list[Match]] = defaultdict(list)
            for m in sorted(result.matches, key=lambda m: (-m.probability, m.unit_id, m.item_id)):
                by_item[m.certificate_id, m.item_id].append(m)
                by_unit[m.course_id, m.unit_id].append(m)
            self.item_matches, self.unit_matches = dict(by_item), dict(by_unit)

    def _regraded(self, before: Look) -> bool:
        """Take over the order of an earlier look; False where its pairs are not the same ones.

        A grade changes nothing in the order, which is the machine's.
        """
        old, new = before.result.matches, self.result.matches
        changed = [(a, b) for a, b in zip(old, new, strict=False) if a is not b and a != b]
        if len(old) != len(new) or any(_place(a) != _place(b) for a, b in changed):
            return False
        self.item_matches, self.unit_matches = dict(before.item_matches), dict(before.unit_matches)
        for _, m in changed:
            for table, key in (
                (self.item_matches, (m.certificate_id, m.item_id)),
                (self.unit_matches, (m.course_id, m.unit_id)),
            ):
                table[key] = [m if pair_of(x) == pair_of(m) else x for x in table[key]]
        return True

    def _documents(self, result: Result) -> None:
        gathered = result.gathered
        self.courses: dict[str, Course] = {c.id: c for c in gathered.courses}
        self.units: dict[Key, Unit] = {(c.id, u.id): u for c in gathered.courses for u in c.units}
        self.certificates = {c.id: c for c in gathered.certificates}
        self.items: dict[Key, Competency] = {
            (c.id, i.id): i for c in gathered.certificates for i in c.competencies
        }
        self.sources = {
            f.reading.source.id: f.path.name for f in gathered.files if f.reading is not None
        }
        #: How a list of all content rows names each of them.
        self.unit_titles = {key: _title(unit) for key, unit in self.units.items()}

    def link(self, m: Match) -> str:
        """``full``, ``part`` or ``none``: a person's word, else by the run's thresholds."""
        if m.grade is not None:
            return LINKS[m.grade]
        s = self.result.settings
        if m.probability >= s.full_threshold:
            return "full"
        return "part" if m.probability >= s.link_threshold else "none"

    @cached_property
    def item_courses(self) -> dict[Key, frozenset[str]]:
        """The courses that teach each requirement, or would: linked ones and the proposal's."""
        return {
            key: frozenset(
                [p.course_id]
                + [m.course_id for m in self.item_matches.get(key, ()) if self.link(m) != "none"]
            )
            for key, p in self.of_item.items()
        }

    @cached_property
    def unit_links(self) -> dict[Key, tuple[Key, ...]]:
        """The requirements that each content row is linked with, likeliest first."""
        return {
            key: tuple(
                (m.certificate_id, m.item_id)
                for m in self.unit_matches.get(key, ())
                if self.link(m) != "none"
            )
            for key in self.units
        }

    def share(self, scope: str, identity: str) -> float | None:
        """Covered share (0..1) of one thing; None where it was not computed."""
        found = self.coverage.get((scope, identity))
        return found.share if found else None

    def areas(self, certificate_id: str, level: str) -> Iterator[Coverage]:
        """Coverage of the areas of one level, in the order of the standard."""
        certificate = self.certificates[certificate_id]
        names = dict.fromkeys(i.area for i in certificate.competencies if i.level == level)
        for name in names:
            found = self.coverage.get(("area", f"{certificate_id}|{level}|{name}"))
            if found is not None:
                yield found

    def cell(self, certificate_id: str, course_id: str, column: Column) -> list[CellItem]:
        """The linked requirements behind one cell, in the order of the standard."""
        found = []
        for item in self.certificates[certificate_id].competencies:
            if (item.level, item.area) != (column.level, column.area):
                continue
            if column.task and item.task != column.task:
                continue
            for m in self.item_matches.get((certificate_id, item.id), []):
                if m.course_id == course_id and self.link(m) != "none":
                    found.append(CellItem(item, m))
                    break  # the matches stand in falling order
        return found


def _title(unit: Unit) -> str:
    head = " / ".join(x for x in (f"《{unit.course}》", unit.section, unit.task) if x)
    return f"{head}：{unit.content}"


def _place(m: Match) -> tuple[Pair, float]:
    """What decides where a match stands in every list."""
    return pair_of(m), m.probability
