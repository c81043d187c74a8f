"""The seam itself, the two sides a text may stand on, and the embedder that needs no model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

#: An ``item`` is looked for (a requirement: the query); a ``unit`` is looked in (the passage).
Side = Literal["item", "unit"]


class Embedder(Protocol):
    """Texts in, unit-length vectors out."""

    @property
    def identity(self) -> str:
        """Name and content hash: equal identities give equal vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts.

        Parameters
        ----------
        texts : sequence of str
            ``n`` texts; an empty text gives a zero vector.

        Returns
        -------
        float32 array, shape (n, d)
            Rows of length 1 (or 0 for a text without any known piece).
        """
        ...


@runtime_checkable
class Sided(Protocol):
    """An embedder whose model tells queries from passages."""

    def on_side(self, side: Side) -> Embedder:
        """The same model with the prompt of one side; itself where nothing differs."""
        ...


def on_side(embedder: Embedder, side: Side) -> Embedder:
    """The embedder to use for texts of one side, when they are compared with the other's.

    A model with two prompts is two embedders over the same weights: each has its own
    identity, so that the cache cannot mix their vectors up and every consumer of ``embed``
    goes on as before.  A keyword ``embed(texts, side=…)`` was the other way: it would ask
    every embedder, cache key and stand-in to know of sides, for the sake of a few models.
    Texts compared among themselves (words with words, part with point) take the embedder
    as it is: that is the model's symmetric use.

    Parameters
    ----------
    embedder : Embedder
        Any; one that is not :class:`Sided` is returned as it is.
    side : {"item", "unit"}
        Requirements of a certificate, or content of a course.

    Examples
    --------
    >>> on_side(HashingEmbedder(), "item").identity
    'hashing-char13-1024'
    """
    return embedder.on_side(side) if isinstance(embedder, Sided) else embedder


class HashingEmbedder:
    """Character 1- to 3-grams hashed into a fixed number of columns; knows no meaning.

    It stands behind the seam where no model is installed, so that the tool still works;
    what it finds is shared characters.  Weinberger et al. (2009), feature hashing.
    """

    identity = "hashing-char13-1024"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`Embedder`; ``d`` is 1024."""
        from sklearn.feature_extraction.text import HashingVectorizer

        if not texts:
            return np.zeros((0, 1024), np.float32)
        hasher = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=1024, lowercase=True, norm="l2"
        )
        return np.asarray(hasher.transform(list(texts)).toarray(), np.float32)
