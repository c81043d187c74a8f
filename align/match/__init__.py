"""Two sides become scored, calibrated matches, each with its evidence.

A unit and a competency are compared in their meaning, their words, their concepts and their place
(:mod:`align.match.features`); a small model turns that into a probability
(:mod:`align.match.model`); the passages and words that carry a match are its evidence
(:mod:`align.match.evidence`).  Large documents are searched for candidates first
(:mod:`align.match.shortlist`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from align.embed import Embedder, Side, on_side
from align.match.compared import Compared, Matching, Remembered, Shortlist
from align.match.features import FEATURE_ZH, Sides, Texts, measure
from align.match.model import MatcherModel, load_matcher
from align.records import Certificate, Competency, Course, Unit
from align.text import cut_words

__all__ = [
    "FEATURE_ZH", "WHOLE_PAIRS", "Compared", "MatcherModel", "Matching", "Remembered", "Shortlist",
    "load_matcher", "match", "prepare",
]  # fmt: skip

#: Pairs that are compared whole: with eight features some 130 MB.  A programme of 2,000 rows
#: against a certificate of 2,000 requirements; nearly every real pair is far below
#: (docs/matching.md says how well the two ways agree).
WHOLE_PAIRS = 4_000_000


def match(
    courses: Sequence[Course],
    certificate: Certificate,
    embedder: Embedder,
    model: MatcherModel,
    *,
    every: bool = False,
    best: int = 0,
) -> Compared:
    """Compare the units of the courses with the competencies of the certificate.

    Parameters
    ----------
    courses : sequence of Course
        The courses of one programme.
    embedder : Embedder
        The seam; asked once for all texts.
    model : MatcherModel
        Weights, calibration and concepts.
    every : bool
        Score every pair, however many.  Else above :data:`WHOLE_PAIRS` candidates are searched
        first (:mod:`align.match.shortlist`).
    best : int
        With candidates: how many of each item and each unit will be wanted.

    Returns
    -------
    Compared
        ``n`` competencies × ``m`` units; :class:`Matching` or :class:`Shortlist`.
    """
    units = tuple(u for c in courses for u in c.units)
    items = certificate.competencies
    vectors = Remembered(embedder)
    thesaurus = model.thesaurus
    if not items or not units:
        empty = np.zeros((len(items), len(units)), np.float32)
        return Matching(items, units, empty, empty, {}, vectors, thesaurus)
    texts, sides = Texts.of(items, units), _sides(embedder, vectors)
    if every or len(items) * len(units) <= WHOLE_PAIRS:
        found = measure(texts, sides, thesaurus)
        score, given = model.combine(found, items, units)
        return Matching(items, units, score, model.probability(score), given, vectors, thesaurus)
    from align.match.pairs import Prepared
    from align.match.shortlist import shortlist

    prepared = Prepared.of(texts, sides, thesaurus)
    rows, columns, score, given = shortlist(prepared, model, items, units, best)
    return Shortlist(
        items, units, rows, columns, score, model.probability(score), given, vectors, thesaurus
    )


def prepare(items: Sequence[Competency], units: Sequence[Unit], embedder: Embedder) -> None:
    """Embed what comparisons of these items, or of these units, will ask for.

    For an embedder that keeps its vectors (:class:`align.embed.CachedEmbedder`): many comparisons
    of one programme may then begin at the same time without embedding it each.
    """
    texts, sides = Texts.of(items, units), _sides(embedder, Remembered(embedder))
    points = [p for unit in texts.points for p in unit]
    words = [w for t in (*texts.items, *texts.units_headed, *points) for w in cut_words(t)]
    if items:
        sides.item([*texts.items, *texts.items_headed])
    if units:
        sides.unit([*texts.units, *texts.units_headed, *points])
    if everything := [*texts.items, *points, *words]:
        sides.word(everything)


def _sides(embedder: Embedder, vectors: Remembered) -> Sides:
    """The embedders of both sides; for most models the one already at hand."""
    sides: tuple[Side, Side] = ("item", "unit")
    found = []
    for side in sides:
        own = on_side(embedder, side)
        found.append(vectors.embed if own is embedder else own.embed)
    return Sides(found[0], found[1], vectors.embed)
