"""Two sides become scored, calibrated matches, each with its evidence.

A unit and a competency are compared in their meaning, their words, their concepts and their place
(:mod:`align.match.features`); a small model turns that into a probability
(:mod:`align.match.model`); the passages and words that carry a match are its evidence
(:mod:`align.match.evidence`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from align.embed import Embedder, Side, on_side
from align.knowledge import EMPTY, Thesaurus
from align.match.evidence import evidence_for, found_parts
from align.match.features import FEATURE_ZH, Matrix, Sides, Texts, measure
from align.match.model import MatcherModel, load_matcher
from align.records import Certificate, Competency, Course, Match, Unit
from align.settings import Settings
from align.text import scope_parts

__all__ = ["FEATURE_ZH", "MatcherModel", "Matching", "load_matcher", "match"]


class Embedding(Protocol):
    """Anything that embeds; evidence needs no identity."""

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`align.embed.Embedder`."""
        ...


class Remembered:
    """Vectors of one comparison kept in memory: evidence asks again for what was measured."""

    def __init__(self, inner: Embedder) -> None:
        self.inner = inner
        self._known: dict[str, Matrix] = {}

    def embed(self, texts: Sequence[str]) -> Matrix:
        """See :class:`align.embed.Embedder`; each text is asked for once."""
        new = [t for t in dict.fromkeys(texts) if t not in self._known]
        if new or not texts:
            vectors = self.inner.embed(new)
            self._known.update(zip(new, vectors, strict=True))
            if not texts:
                return vectors
        return np.stack([self._known[t] for t in texts])


@dataclass(frozen=True)
class Matching:
    """All pairs of one certificate and one programme, scored.

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

    def pair(self, i: int, j: int, *, evidence: bool = True) -> Match:
        """The match of item ``i`` and unit ``j``."""
        item, unit = self.items[i], self.units[j]
        return Match(
            item.certificate_id,
            item.id,
            unit.course_id,
            unit.id,
            float(self.score[i, j]),
            float(self.probability[i, j]),
            evidence_for(unit, item, self.vectors.embed, self.thesaurus) if evidence else (),
            tuple((name, round(float(m[i, j]), 4)) for name, m in self.given.items()),
        )

    def candidates(self, settings: Settings) -> list[tuple[int, int]]:
        """Index pairs worth showing: each item's and each unit's best, and all links.

        The ``candidates`` best of each row and of each column, and every pair at or above
        ``link_threshold``; ordered by item, then by falling probability, ties by position.
        """
        chosen = self.probability >= settings.link_threshold
        k = int(settings.candidates)
        for axis in (0, 1):
            if self.score.shape[1 - axis]:
                order = np.argsort(-self.score, axis=1 - axis, kind="stable")
                best = np.take(order, range(min(k, order.shape[1 - axis])), axis=1 - axis)
                np.put_along_axis(chosen, best, True, axis=1 - axis)
        pairs = [(int(i), int(j)) for i, j in np.argwhere(chosen)]
        return sorted(pairs, key=lambda p: (p[0], -float(self.score[p]), p[1]))

    def parts(self, settings: Settings) -> dict[tuple[str, str], tuple[tuple[str, float], ...]]:
        """For each linked item, what it lists and how well the linked units show it."""
        linked = {
            i: np.flatnonzero(self.probability[i] >= settings.link_threshold)
            for i in range(len(self.items))
        }
        self.vectors.embed([p for i in linked for p in scope_parts(self.items[i].text)])
        return {
            (self.items[i].certificate_id, self.items[i].id): found_parts(
                self.items[i], [self.units[int(j)] for j in units], self.vectors.embed
            )
            for i, units in linked.items()
            if len(units)
        }


def match(
    courses: Sequence[Course],
    certificate: Certificate,
    embedder: Embedder,
    model: MatcherModel,
) -> Matching:
    """Compare every unit of the courses with every competency of the certificate.

    Parameters
    ----------
    courses : sequence of Course
        The courses of one programme.
    embedder : Embedder
        The seam; asked once for all texts.
    model : MatcherModel
        Weights, calibration and concepts.

    Returns
    -------
    Matching
        ``n`` competencies × ``m`` units.
    """
    units = tuple(u for c in courses for u in c.units)
    items = certificate.competencies
    vectors = Remembered(embedder)
    thesaurus = model.thesaurus
    if not items or not units:
        empty = np.zeros((len(items), len(units)), np.float32)
        return Matching(items, units, empty, empty, {}, vectors, thesaurus)
    found = measure(Texts.of(items, units), _sides(embedder, vectors), thesaurus)
    score, given = model.combine(found, items, units)
    return Matching(items, units, score, model.probability(score), given, vectors, thesaurus)


def _sides(embedder: Embedder, vectors: Remembered) -> Sides:
    """The embedders of both sides; for most models the one already at hand."""
    sides: tuple[Side, Side] = ("item", "unit")
    found = []
    for side in sides:
        own = on_side(embedder, side)
        found.append(vectors.embed if own is embedder else own.embed)
    return Sides(found[0], found[1], vectors.embed)
