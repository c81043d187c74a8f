"""The thesaurus as a feature: concepts that both texts name, and false friends that one names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from align.knowledge import Thesaurus

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

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
    made = Concepts.of(items, units, thesaurus)
    return {"concepts": made.similarity(0, len(units)), "distinct": made.distinct()}


@dataclass(frozen=True)
class Concepts:
    """The concepts of both sides.

    Parameters
    ----------
    a, b : csr matrices, shape (n items or m units, concepts)
        Rarity-weighted.
    left_length, right_length : arrays
        Damped lengths of their rows.
    left, right : sequences of Bag
        The concepts each text names itself.
    """

    a: csr_matrix
    b: csr_matrix
    left_length: NDArray[np.float64]
    right_length: NDArray[np.float64]
    left: Sequence[Bag]
    right: Sequence[Bag]
    thesaurus: Thesaurus

    @classmethod
    def of(cls, items: Sequence[str], units: Sequence[str], thesaurus: Thesaurus) -> Concepts:
        """Find the concepts of all texts."""
        from scipy import sparse

        left, right = [_found(t, thesaurus) for t in items], [_found(t, thesaurus) for t in units]
        seen: Counter[int] = Counter(k for bag in left + right for k in bag)
        count = len(left) + len(right)

        def matrix(bags: Sequence[Bag]) -> csr_matrix:
            rows, columns, values = [], [], []
            for i, bag in enumerate(bags):
                for k, value in _widened(bag, thesaurus).items():
                    rows.append(i)
                    columns.append(k)
                    values.append(value * np.log((count + 1) / (seen.get(k, 1) + 0.5)))
            shape = (len(bags), len(thesaurus.concepts))
            return sparse.csr_matrix((values, (rows, columns)), shape)

        a, b = matrix(left), matrix(right)
        return cls(a, b, _lengths(a), _lengths(b), left, right, thesaurus)

    def similarity(self, first: int, last: int) -> Matrix:
        """``concepts`` of all items with the units ``first`` to ``last``."""
        lengths = np.outer(self.left_length, self.right_length[first:last])
        return np.asarray((self.a @ self.b[first:last].T).toarray() / lengths, np.float32)

    def distinct(self) -> Matrix:
        """``distinct`` of all pairs."""
        found = np.zeros((len(self.left), len(self.right)), np.float32)
        for i, units, share in self.false_friends():
            found[i, units] -= share
        return found

    def false_friends(self) -> Iterator[tuple[int, NDArray[np.int64], float]]:
        """(item, units, share): units that name a false friend of one of the item's concepts.

        ``share`` is that concept's share of the item's; units that name the concept itself are
        not among them.
        """
        friends: dict[int, set[int]] = {}
        for k, concept in enumerate(self.thesaurus.concepts):
            for other in self.thesaurus.named(concept.distinct):
                friends.setdefault(k, set()).add(other)
                friends.setdefault(other, set()).add(k)
        names = _where(self.right)
        units_of: dict[int, NDArray[np.int64]] = {}
        for i, bag in enumerate(self.left):
            for k in bag:
                if k not in units_of:
                    units = {j for other in friends.get(k, ()) for j in names.get(other, ())}
                    units_of[k] = np.array(sorted(units - set(names.get(k, ()))), np.int64)
                if len(units_of[k]):
                    yield i, units_of[k], 1.0 / len(bag)


def _found(text: str, thesaurus: Thesaurus) -> Bag:
    return dict.fromkeys(thesaurus.concepts_in(text), 1.0)


def _widened(bag: Bag, thesaurus: Thesaurus) -> Bag:
    """The concepts with their broader and related terms, each at its largest weight."""
    wide = dict(bag)
    for k in bag:
        concept = thesaurus.concepts[k]
        for terms, value in ((concept.broader, BROADER), (concept.related, RELATED)):
            for other in thesaurus.named(terms):
                wide[other] = max(wide.get(other, 0.0), value)
    return wide


def _lengths(rows: csr_matrix) -> NDArray[np.float64]:
    """Damped lengths."""
    return np.asarray(np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1))).ravel() + DAMP)


def _where(bags: Sequence[Bag]) -> dict[int, list[int]]:
    """Which texts name each concept."""
    places: dict[int, list[int]] = {}
    for j, bag in enumerate(bags):
        for k in bag:
            places.setdefault(k, []).append(j)
    return places
