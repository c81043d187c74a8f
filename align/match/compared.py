"""What a comparison gives: every pair, or the chosen ones, with score, probability, evidence."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from align.embed import Embedder
from align.knowledge import EMPTY, Thesaurus
from align.match.evidence import evidence_for, found_parts
from align.match.features import Matrix
from align.records import Competency, Match, Unit
from align.settings import Settings
from align.text import scope_parts


class Embedding(Protocol):
    """Anything that embeds; evidence needs no identity."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`align.embed.Embedder`."""
        ...


class Remembered:
    """Vectors of one comparison kept in memory: evidence asks again for what was measured."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self._row: dict[str, int] = {}
        self._rows: Matrix = np.empty((0, 0), np.float32)

    @property
    def held(self) -> int:
        """How many texts are remembered."""
        return len(self._row)

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`align.embed.Embedder`; each text is asked for once."""
        new = [t for t in dict.fromkeys(texts) if t not in self._row]
        if new or not texts:
            vectors = self.inner.embed(new)
            if not texts:
                return vectors
            self._keep(new, vectors)
        # One gather: evidence asks ten thousands of times for a few rows.
        return self._rows[[self._row[t] for t in texts]]

    def _keep(self, texts: Sequence[str], vectors: Matrix) -> None:
        """Put new rows after the old ones, with room for as many again."""
        used = len(self._row)
        needed = used + len(texts)
        if needed > len(self._rows):
            grown = np.empty((max(needed, 2 * used), vectors.shape[1]), np.float32)
            if used:
                grown[:used] = self._rows[:used]
            self._rows = grown
        self._rows[used:needed] = vectors
        self._row.update((t, used + k) for k, t in enumerate(texts))


class Compared(ABC):
    """One certificate and one programme, compared."""

    items: tuple[Competency, ...]
    units: tuple[Unit, ...]
    vectors: Embedding
    thesaurus: Thesaurus

    @abstractmethod
    def candidates(self, settings: Settings) -> list[tuple[int, int]]:
        """Index pairs worth showing: each item's and each unit's best, and all links.

        The ``candidates`` best of each row and of each column, and every pair at or above
        ``link_threshold``; ordered by item, then by falling probability, ties by position.
        """

    @abstractmethod
    def linked(self, i: int, settings: Settings) -> Sequence[int]:
        """The units at or above ``link_threshold`` for item ``i``, by position."""

    @abstractmethod
    def figures(self, i: int, j: int) -> tuple[float, float, tuple[tuple[str, float], ...]]:
        """Score, probability and what each feature gave, of one pair."""

    def pair(self, i: int, j: int, *, evidence: bool = True) -> Match:
        """The match of item ``i`` and unit ``j``."""
        item, unit = self.items[i], self.units[j]
        score, probability, given = self.figures(i, j)
        quoted = evidence_for(unit, item, self.vectors.embed, self.thesaurus) if evidence else ()
        return Match(
            item.certificate_id, item.id, unit.course_id, unit.id, score, probability, quoted, given
        )

    def parts(self, settings: Settings) -> dict[tuple[str, str], tuple[tuple[str, float], ...]]:
        """For each linked item, what it lists and how well the linked units show it."""
        linked = {i: self.linked(i, settings) for i in range(len(self.items))}
        self.vectors.embed([p for i in linked for p in scope_parts(self.items[i].text)])
        return {
            (self.items[i].certificate_id, self.items[i].id): found_parts(
                self.items[i], [self.units[int(j)] for j in units], self.vectors.embed
            )
            for i, units in linked.items()
            if len(units)
        }


@dataclass(frozen=True)
class Matching(Compared):
    """All pairs, scored.

    Parameters
    ----------
    items : tuple of Competency
        The ``n`` rows.
    units : tuple of Unit
        The ``m`` columns.
    score, probability : float32 arrays, shape (n, m)
    given : mapping of str to array (n, m)
        What each feature gave to the score.
    vectors : Embedding
        Embeds again what evidence asks for.
    thesaurus : Thesaurus
        Says which words of a pair go by one concept.
    """

    items: tuple[Competency, ...]
    units: tuple[Unit, ...]
    score: Matrix
    probability: Matrix
    given: dict[str, Matrix]
    vectors: Embedding
    thesaurus: Thesaurus = EMPTY

    def figures(self, i: int, j: int) -> tuple[float, float, tuple[tuple[str, float], ...]]:
        """See :meth:`Compared.figures`."""
        given = tuple((name, round(float(m[i, j]), 4)) for name, m in self.given.items())
        return float(self.score[i, j]), float(self.probability[i, j]), given

    def linked(self, i: int, settings: Settings) -> Sequence[int]:
        """See :meth:`Compared.linked`."""
        found: list[int] = np.flatnonzero(self.probability[i] >= settings.link_threshold).tolist()
        return found

    def candidates(self, settings: Settings) -> list[tuple[int, int]]:
        """See :meth:`Compared.candidates`."""
        chosen = self.probability >= settings.link_threshold
        k = int(settings.candidates)
        for axis in (0, 1):
            if self.score.shape[1 - axis]:
                order = np.argsort(-self.score, axis=1 - axis, kind="stable")
                best = np.take(order, range(min(k, order.shape[1 - axis])), axis=1 - axis)
                np.put_along_axis(chosen, best, True, axis=1 - axis)
        pairs = [(int(i), int(j)) for i, j in np.argwhere(chosen)]
        return sorted(pairs, key=lambda p: (p[0], -float(self.score[p]), p[1]))


@dataclass(frozen=True)
class Shortlist(Compared):
    """The chosen pairs of two large documents, scored (:mod:`align.match.shortlist`).

    Parameters
    ----------
    rows, columns : int arrays, shape (p,)
        The pairs, ordered by item, then by unit.
    score, probability : float32 arrays, shape (p,)
    given : mapping of str to array (p,)
    """

    items: tuple[Competency, ...]
    units: tuple[Unit, ...]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    score: Matrix
    probability: Matrix
    given: dict[str, Matrix]
    vectors: Embedding
    thesaurus: Thesaurus = EMPTY

    def figures(self, i: int, j: int) -> tuple[float, float, tuple[tuple[str, float], ...]]:
        """See :meth:`Compared.figures`."""
        start, end = np.searchsorted(self.rows, (i, i + 1))
        p = int(start + np.searchsorted(self.columns[start:end], j))
        if p >= end or self.columns[p] != j:
            raise KeyError((i, j))
        given = tuple((name, round(float(v[p]), 4)) for name, v in self.given.items())
        return float(self.score[p]), float(self.probability[p]), given

    def linked(self, i: int, settings: Settings) -> Sequence[int]:
        """See :meth:`Compared.linked`."""
        part = slice(*np.searchsorted(self.rows, (i, i + 1)))
        likely = self.probability[part] >= settings.link_threshold
        found: list[int] = self.columns[part][likely].tolist()
        return found

    def candidates(self, settings: Settings) -> list[tuple[int, int]]:
        """See :meth:`Compared.candidates`."""
        chosen = self.probability >= settings.link_threshold
        for own, other in ((self.rows, self.columns), (self.columns, self.rows)):
            order = np.lexsort((other, -self.score, own))
            chosen[order[best_of(own[order]) < int(settings.candidates)]] = True
        order = np.lexsort((self.columns, -self.score, self.rows))
        order = order[chosen[order]]
        return list(zip(self.rows[order].tolist(), self.columns[order].tolist(), strict=True))


def best_of(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """The place (from 0) of each element within its group; groups stand together."""
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))
