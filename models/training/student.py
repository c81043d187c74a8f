"""What is trained: one row per piece and per character, summed and normalised.

A piece's vector is its own row plus the rows of its characters; both are folded into one row
at export, so characters cost nothing at run time, yet a rare word starts from what its
characters mean elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from scipy import sparse
from tokenizers import Tokenizer

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]

# Pieces of a text that are read; the texts of training are 160 characters at most.
LONGEST = 64
# A character's row starts as this part of its own piece's vector (two to four of them and the
# word's row make one vector).
CHARACTER_START = 0.15


class Student:
    """Bags of pieces, trained by row-wise ("lazy") Adam: only rows of the batch move.

    Parameters
    ----------
    tokenizer : Tokenizer
        Rows 0 and 1 are padding and unknown and stay zero.
    start : array, shape (n pieces, d)
        Vectors to start from.
    """

    def __init__(self, tokenizer: Tokenizer, start: Floats) -> None:
        self.tokenizer = tokenizer
        self.pieces = n = tokenizer.get_vocab_size()
        characters: dict[str, int] = {}
        spelled: list[list[int]] = []
        for i in range(n):
            piece = tokenizer.id_to_token(i) or ""
            han = i > 1 and len(piece) > 1 and not piece.isascii()
            letters = piece if han else ""
            spelled.append([characters.setdefault(c, len(characters)) for c in letters])
        rows = np.zeros((n + len(characters), start.shape[1]), np.float32)
        rows[:n] = start
        for character, k in characters.items():
            own = tokenizer.token_to_id(character)
            if own is not None:
                rows[n + k] = CHARACTER_START * start[own]
        self._spelled = [np.array(s, np.int64) + n for s in spelled]
        self.rows = rows
        self._first = np.zeros_like(rows)
        self._second = np.zeros_like(rows)
        self._steps = 0
        self._known: dict[str, Ids] = {}
        self._batch: tuple[Ids, sparse.csr_matrix, torch.Tensor] | None = None

    def ids(self, texts: Sequence[str]) -> list[Ids]:
        """Piece numbers of each text, without padding and unknown."""
        new = list(dict.fromkeys(t for t in texts if t not in self._known))
        for text, encoding in zip(
            new, self.tokenizer.encode_batch_fast(new, add_special_tokens=False), strict=True
        ):
            kept = [i for i in encoding.ids if i > 1][:LONGEST]
            self._known[text] = np.array(kept or [0], np.int64)
        return [self._known[t] for t in texts]

    def forward(
        self,
        texts: Sequence[str],
        drop: float = 0.0,
        rng: np.random.Generator | None = None,
        thinned: int | None = None,
    ) -> torch.Tensor:
        """Unit vectors of the texts, shape (n, d).

        Of the first ``thinned`` texts (None: all) each piece is dropped with probability
        ``drop``.  One call per step: :meth:`update` moves the rows that the last call read.
        """
        bags = self.ids(texts)
        if drop and rng is not None:
            end = len(bags) if thinned is None else thinned
            bags = [_thinned(bag, drop, rng) for bag in bags[:end]] + bags[end:]
        pieces, places = np.unique(np.concatenate(bags), return_inverse=True)
        spelled = [self._spelled[i] for i in pieces]
        characters, letters = np.unique(np.concatenate(spelled), return_inverse=True)
        words = _counts(bags, places, len(pieces))
        # A text's row of counts over pieces, then over the characters of those pieces.
        reads = sparse.hstack([words, words @ _counts(spelled, letters, len(characters))]).tocsr()
        rows = np.concatenate([pieces, characters.astype(np.int64)])
        summed = torch.from_numpy(reads @ self.rows[rows]).requires_grad_(True)
        self._batch = (rows, reads, summed)
        return functional.normalize(summed, dim=1, eps=1e-6)

    def update(self, rate: float, first: float = 0.9, second: float = 0.98) -> None:
        """One Adam step (Kingma & Ba 2015) on the rows of the last forward call."""
        rows, reads, summed = self._batch or (None, None, None)
        if rows is None or summed is None or summed.grad is None or reads is None:
            raise RuntimeError("update needs a forward call and the loss's backward call first")
        self._batch = None
        gradient = reads.T @ summed.grad.numpy()
        self._steps += 1
        mean = self._first[rows]
        mean *= first
        mean += (1 - first) * gradient
        self._first[rows] = mean
        square = self._second[rows]
        square *= second
        gradient *= gradient
        gradient *= 1 - second
        square += gradient
        self._second[rows] = square
        square /= 1 - second**self._steps
        np.sqrt(square, out=square)
        square += 1e-8
        mean *= rate / (1 - first**self._steps)
        mean /= square
        self.rows[rows] -= mean

    def folded(self) -> Floats:
        """One row per piece: its own plus its characters'; shape (n pieces, d)."""
        out: Floats = self.rows[: self.pieces].copy()
        for i, spelled in enumerate(self._spelled):
            if len(spelled):
                out[i] += self.rows[spelled].sum(axis=0)
        out[:2] = 0
        return out


def _thinned(bag: Ids, drop: float, rng: np.random.Generator) -> Ids:
    if len(bag) < 4:
        return bag
    kept = bag[rng.random(len(bag)) > drop]
    return kept if len(kept) else bag


def _counts(bags: Sequence[Ids], columns: Ids, width: int) -> sparse.csr_matrix:
    """How often each bag holds each column, float32; ``columns`` are the bags end to end."""
    ends = np.cumsum([0] + [len(bag) for bag in bags])
    ones = np.ones(len(columns), np.float32)
    return sparse.csr_matrix((ones, columns.ravel(), ends), shape=(len(bags), width))
