"""The features of large documents, a block of units at a time.

What :func:`align.match.features.measure` makes as whole matrices is made here for some units
after another, with the same definitions; only rounding may differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from align.knowledge import Thesaurus
from align.match.concepts import Concepts
from align.match.features import Matrix, Sides, Texts, embed_once, word_rarity, word_rows
from align.text import cut_words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Prepared:
    """Both sides made ready once.

    Parameters
    ----------
    item, item_headed, unit, unit_headed : float32 arrays, shape (n or m, d)
    point : float32 array, shape (number of points, d)
    owner : int array
        The unit of each point, rising.
    words : two csr matrices, or None
        See :func:`align.match.features.word_rows`.
    terms : Terms
    concepts : Concepts
    """

    item: Matrix
    item_headed: Matrix
    unit: Matrix
    unit_headed: Matrix
    point: Matrix
    owner: Indices
    words: tuple[csr_matrix, csr_matrix] | None
    terms: Terms
    concepts: Concepts

    @classmethod
    def of(cls, texts: Texts, sides: Sides, thesaurus: Thesaurus) -> Prepared:
        """Embed, count and look up the texts of both sides."""
        item, item_headed = embed_once(sides.item, texts.items, texts.items_headed)
        unit, unit_headed = embed_once(sides.unit, texts.units, texts.units_headed)
        return cls(
            item, item_headed, unit, unit_headed,
            sides.unit([p for points in texts.points for p in points]),
            np.repeat(np.arange(len(texts.points)), [len(p) for p in texts.points]),
            word_rows(texts.items_headed, texts.units_headed),
            Terms.of(texts.items, texts.units_headed, sides),
            Concepts.of(texts.items, texts.units_headed, thesaurus),
        )  # fmt: skip

    def block(self, first: int, last: int) -> dict[str, Matrix]:
        """All scaled features of the units ``first`` to ``last``, shape (n, last - first)."""
        return {
            "words": self._words(first, last),
            "meaning": self.item @ self.unit[first:last].T,
            "meaning_headings": self.item_headed @ self.unit_headed[first:last].T,
            "point": self._points(first, last),
            "terms": self.terms.block(first, last),
            "concepts": self.concepts.similarity(first, last),
        }

    def _words(self, first: int, last: int) -> Matrix:
        if self.words is None:
            return np.zeros((len(self.item), last - first), np.float32)
        return np.asarray((self.words[0] @ self.words[1][first:last].T).toarray(), np.float32)

    def _points(self, first: int, last: int) -> Matrix:
        starts = np.searchsorted(self.owner, np.arange(first, last + 1))
        similarity = self.item @ self.point[starts[0] : starts[-1]].T
        # Every unit has a point (its task, where it lists none), so no stretch is empty.
        best = np.maximum.reduceat(similarity, starts[:-1] - starts[0], axis=1)
        return np.asarray(best, np.float32)

    def distinct(self, rows: Indices, columns: Indices) -> Matrix:
        """``distinct`` of chosen pairs, which are ordered by item."""
        starts = np.searchsorted(rows, np.arange(len(self.item) + 1))
        found = np.zeros(len(rows), np.float32)
        for i, units, share in self.concepts.false_friends():
            mine = np.arange(starts[i], starts[i + 1])
            found[mine[np.isin(columns[mine], units, assume_unique=True)]] -= share
        return found


@dataclass(frozen=True)
class Terms:
    """The words of both sides, for :func:`align.match.features.terms` by blocks.

    Parameters
    ----------
    asked : int array
        The words of the items.
    weight : csr matrix, shape (n, len(asked))
        What each counts for an item.
    units : sequence of int array
        The words of each unit.
    vectors : float32 array
        One row for each word of either side.
    """

    asked: Indices
    weight: csr_matrix
    units: Sequence[Indices]
    vectors: Matrix

    @classmethod
    def of(cls, items: Sequence[str], units: Sequence[str], sides: Sides) -> Terms:
        """Cut the texts and weigh their words."""
        from scipy import sparse

        left, right = [cut_words(t) for t in items], [cut_words(t) for t in units]
        index, rarity = word_rarity(left, right)
        words = np.array([index[w] for t in left for w in t], np.int64)
        rows = np.repeat(np.arange(len(left)), [len(t) for t in left])
        total = np.bincount(rows, rarity[words], len(left))
        asked, place = np.unique(words, return_inverse=True)
        share = (rarity[words] / np.maximum(total[rows], 1e-6)).astype(np.float32)
        weight = sparse.csr_matrix((share, (rows, place)), (len(left), len(asked)))
        of_unit = [np.array([index[w] for w in t], np.int64) for t in right]
        return cls(asked, weight, of_unit, sides.word(list(index)))

    def block(self, first: int, last: int) -> Matrix:
        """The feature of all items with some units."""
        units = self.units[first:last]
        here = np.unique(np.concatenate(units))
        closest = np.zeros((len(self.asked), len(units)), np.float32)
        if len(self.asked) and len(here):
            likeness = np.clip(self.vectors[self.asked] @ self.vectors[here].T, 0, 1) ** 2
            likeness[self.asked[:, None] == here] = 1.0  # a word without a vector equals itself
            for j, words in enumerate(units):
                if len(words):
                    closest[:, j] = likeness[:, np.searchsorted(here, words)].max(axis=1)
        return np.asarray(self.weight @ closest, np.float32)
