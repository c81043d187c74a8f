"""What is kept of a run, and what can be asked of it without a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from align.decisions import Pair
from align.gather import Gathered
from align.links import linked, pair_of
from align.memo import Memo
from align.programmes import Programme
from align.records import Certificate, Competency, Course, Evidence, Match, Run, Unit
from align.settings import Settings
from align.text import bigrams, content_text

if TYPE_CHECKING:
    import networkx as nx

STEPS = 65535  # probabilities of all pairs are kept in 16 bits each: to 0.00002

Key = tuple[str, str]  # (certificate id, item id) or (course id, unit id)
Parts = dict[Key, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run as kept; see :func:`result` for what it becomes.

    Parameters
    ----------
    gathered : Gathered
        What was compared.  Files keep their name (no path), what was found in them and their
        problems; the rows themselves stand in ``courses`` and ``certificates`` only.
    candidates : tuple of Match
        With evidence and features, as the run found them.
    parts : mapping
        What each linked item lists; see :data:`align.propose.Parts`.
    unit_parts : mapping of item to mapping of unit to similarities
        The same for every candidate by itself (one figure, 0..1, for each of
        :func:`align.text.scope_parts`), so that other links can be laid together.
    table : mapping of certificate id to uint16 array (items, units)
        Probability of every pair, in 65535ths; none where not every pair was scored.
    """

    gathered: Gathered
    candidates: tuple[Match, ...]
    parts: Parts
    unit_parts: dict[Key, dict[Key, tuple[float, ...]]]
    table: dict[str, Any]
    run: Run
    settings: Settings

    @property
    def programme(self) -> Programme:
        """The programme, its files by name."""
        return self.gathered.programme

    @property
    def courses(self) -> tuple[Course, ...]:
        """The courses as compared."""
        return self.gathered.courses

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates as compared, within the chosen levels."""
        return self.gathered.certificates

    @cached_property
    def units(self) -> dict[Key, Unit]:
        """Every unit by (course id, unit id), in order."""
        return {(c.id, u.id): u for c in self.courses for u in c.units}

    @cached_property
    def items(self) -> dict[Key, Competency]:
        """Every competency by (certificate id, item id), in order."""
        return {(c.id, i.id): i for c in self.certificates for i in c.competencies}

    @cached_property
    def positions(self) -> dict[Pair, int]:
        """Where each pair stands among the candidates."""
        return {pair_of(m): n for n, m in enumerate(self.candidates)}

    @cached_property
    def linked_units(self) -> dict[Key, frozenset[Key]]:
        """The units that the machine links to each competency."""
        found: dict[Key, set[Key]] = {}
        for m in self.candidates:
            if linked(m, self.settings.link_threshold):
                key = (m.certificate_id, m.item_id)
                found.setdefault(key, set()).add((m.course_id, m.unit_id))
        return {key: frozenset(units) for key, units in found.items()}

    @cached_property
    def graph(self) -> nx.Graph[Any]:
        """The graph as the run found it; decisions are laid over copies of it."""
        from align import graph

        return graph.build(self.courses, self.certificates, self.candidates, self.settings)

    @cached_property
    def memo(self) -> Memo:
        """What was proposed last, and from which links: a decision changes few of them."""
        return Memo()

    @cached_property
    def columns(self) -> dict[Key, int]:
        """Position of every unit among all units of the run."""
        return {key: n for n, key in enumerate(self.units)}

    @cached_property
    def rows(self) -> dict[Key, int]:
        """Position of every competency within its certificate."""
        return {(c.id, i.id): n for c in self.certificates for n, i in enumerate(c.competencies)}

    def probability(self, pair: Pair) -> float | None:
        """What the machine said of a pair, 0..1, candidate or not; None for an unknown one."""
        known = self.positions.get(pair)
        if known is not None:
            return self.candidates[known].probability
        row, column = self.rows.get(pair[:2]), self.columns.get(pair[2:])
        table = self.table.get(pair[0])
        if row is None or column is None or table is None:
            return None
        return round(float(table[row, column]) / STEPS, 5)

    def match(self, pair: Pair) -> Match | None:
        """The candidate of this pair, or a match made for it; None when it is not of this run.

        A pair that the machine had not listed has no features and the raw score 0; its evidence
        is the unit's point that shares most letters with the requirement.
        """
        known = self.positions.get(pair)
        if known is not None:
            return self.candidates[known]
        item, unit = self.items.get(pair[:2]), self.units.get(pair[2:])
        if item is None or unit is None:
            return None
        return Match(*pair, 0.0, self.probability(pair) or 0.0, (_quoted(unit, item),))


def _quoted(unit: Unit, item: Competency) -> Evidence:
    """The unit's point nearest to the requirement by shared letters, and the words they share."""
    from align.match.evidence import shared_words

    wanted = bigrams(content_text(item.text))
    points = unit.points or (unit.task or unit.printed,)

    def overlap(point: str) -> float:
        have = bigrams(content_text(point))
        return len(wanted & have) / min(len(wanted), len(have)) if wanted and have else 0.0

    best = max(points, key=overlap)  # the first of equals
    return Evidence(
        best,
        unit.place,
        item.printed or item.text,
        item.place,
        round(overlap(best), 4),
        shared_words(best, item.text),
    )
