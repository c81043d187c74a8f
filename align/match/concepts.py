"""The thesaurus as a feature: concepts that both texts name, and false friends that one names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from align.knowledge import Thesaurus

Matrix = NDArray[np.float32]
Bag = dict[int, float]

# What a concept's broader and related terms count, beside 1 for the concept itself; and the
# damping of the cosine, so that one common concept alone is weak evidence.  From the second
# study of the embedded model, confirmed on fields left out (docs/matching.md).
BROADER, RELATED, DAMP = 0.5, 0.25, 3.0


def concept_features(
    items: Sequence[str], units: Sequence[str], thesaurus: Thesaurus
) -> dict[str, Matrix]:
    """``concepts`` and ``distinct``, matrices of shape (n items, m units).

    ``concepts``: cosine of the rarity-weighted concepts found in both texts, with their broader
    and related terms, damped.  ``distinct``: 0, or below it the share of the item's concepts
    whose false friend the unit names while not naming the concept itself, down to -1.
    """
    from scipy import sparse

    left, right = [_found(t, thesaurus) for t in items], [_found(t, thesaurus) for t in units]
    seen: Counter[int] = Counter(k for bag in left + right for k in bag)
    count = len(left) + len(right)

    def matrix(bags: Sequence[Bag]) -> sparse.csr_matrix:
        rows, columns, values = [], [], []
        for i, bag in enumerate(bags):
            for k, value in _widened(bag, thesaurus).items():
                rows.append(i)
                columns.append(k)
                values.append(value * np.log((count + 1) / (seen.get(k, 1) + 0.5)))
        shape = (len(bags), len(thesaurus.concepts))
        return sparse.csr_matrix((values, (rows, columns)), shape)

    a, b = matrix(left), matrix(right)
    lengths = np.outer(
        *(np.sqrt(np.asarray(x.multiply(x).sum(axis=1))).ravel() + DAMP for x in (a, b))
    )
    return {
        "concepts": np.asarray((a @ b.T).toarray() / lengths, np.float32),
        "distinct": _false_friends(left, right, thesaurus),
    }


def _found(text: str, thesaurus: Thesaurus) -> Bag:
    return {k: 1.0 for _, concepts in thesaurus.find(text) for k in concepts}


def _widened(bag: Bag, thesaurus: Thesaurus) -> Bag:
    """The concepts with their broader and related terms, each at its largest weight."""
    wide = dict(bag)
    for k in bag:
        concept = thesaurus.concepts[k]
        for terms, value in ((concept.broader, BROADER), (concept.related, RELATED)):
            for other in thesaurus.named(terms):
                wide[other] = max(wide.get(other, 0.0), value)
    return wide


def _false_friends(left: Sequence[Bag], right: Sequence[Bag], thesaurus: Thesaurus) -> Matrix:
    friends: dict[int, set[int]] = {}
    for k, concept in enumerate(thesaurus.concepts):
        for other in thesaurus.named(concept.distinct):
            friends.setdefault(k, set()).add(other)
            friends.setdefault(other, set()).add(k)
    names: Mapping[int, list[int]] = _where(right)
    found = np.zeros((len(left), len(right)), np.float32)
    for i, bag in enumerate(left):
        for k in bag:
            units = {j for other in friends.get(k, ()) for j in names.get(other, ())}
            units -= set(names.get(k, ()))
            if units:
                found[i, sorted(units)] -= 1.0 / len(bag)
    return found


def _where(bags: Sequence[Bag]) -> dict[int, list[int]]:
    """Which texts name each concept."""
    places: dict[int, list[int]] = {}
    for j, bag in enumerate(bags):
        for k in bag:
            places.setdefault(k, []).append(j)
    return places
