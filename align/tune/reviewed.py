"""Reviewed pairs: what people have said of the machine's pairs, each with what it stands for.

Reviewed pairs are mostly the machine's best candidates, so a recall counted on them alone
flatters: the links the machine ranked low are hardly among them.  A drawn sample of low-ranked
pairs is therefore reviewed too, each pair with the probability it was drawn with, and every
figure weights a pair by the inverse of that (Horvitz & Thompson 1952).  A pair nobody has
reviewed is never a negative: it does not occur here at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from align.decisions import Grade, Pair
from align.errors import AlignError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class TooFewError(AlignError):
    """There are not enough reviewed pairs to say anything that would hold."""

    exit_code = 8


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One pair a person has graded.

    Parameters
    ----------
    group : str
        Pairs of one group are never split between choosing and reporting: the certificate item
        (with its certificate), because its candidates stand or fall together.
    probability, score : float
        What the machine said: calibrated (0..1) and raw.
    drawn : float
        Probability (0..1] with which the pair came to be reviewed: 1 for pairs the queue shows
        anyway, the logged sampling probability for pairs drawn by :func:`draw`.
    """

    pair: Pair
    group: str
    probability: float
    score: float
    grade: Grade
    drawn: float = 1.0

    @property
    def linked(self) -> bool:
        """Whether the person linked the two, wholly or in part."""
        return self.grade > 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A pair taken into the queue by lot, with the probability it was drawn with."""

    pair: Pair
    drawn: float


def draw(
    low: Sequence[Pair], count: int, *, seed: str, already: Iterable[Pair] = ()
) -> tuple[Drawn, ...]:
    """Draw low-ranked pairs for review, each with the same probability.

    Parameters
    ----------
    low : sequence of Pair
        All pairs below what the queue shows; the pool.
    count : int
        How many to draw, at least 1.
    seed : str
        Logged with the draw: the same pool and seed give the same pairs, so that anybody can
        check that nobody picked them.
    already : iterable of Pair
        Drawn before; they stay in the pool's count and are not drawn twice.

    Returns
    -------
    tuple of Drawn
        In the pool's order; ``drawn`` is the share of the pool that has been drawn by now.
    """
    pool = sorted(set(low))
    before = set(already)
    rest = [p for p in pool if p not in before]
    # By a hash, not by a generator: one can check a single pair without drawing all of them.
    ranked = sorted(rest, key=lambda p: hashlib.sha256("|".join((seed, *p)).encode()).digest())
    taken = set(ranked[:count])
    share = (len(taken) + len(before & set(pool))) / len(pool) if pool else 1.0
    return tuple(Drawn(p, share) for p in pool if p in taken)


@dataclass(frozen=True, slots=True)
class Table:
    """Reviewed pairs as arrays, all of one length."""

    probability: Floats
    score: Floats
    linked: Flags
    weight: Floats
    group: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.probability)

    def take(self, rows: NDArray[np.int64] | Flags) -> Table:
        """Some of the pairs."""
        return Table(
            self.probability[rows], self.score[rows], self.linked[rows], self.weight[rows],
            self.group[rows],
        )  # fmt: skip


def table(reviewed: Sequence[Reviewed]) -> Table:
    """The pairs as arrays, in the order of their ids, so that equal sets give equal figures.

    Raises
    ------
    ValueError
        When a pair occurs twice or its drawing probability is not in (0, 1].
    """
    rows = sorted(reviewed, key=lambda r: r.pair)
    if len({r.pair for r in rows}) < len(rows):
        raise ValueError("a pair is reviewed once")
    if any(not 0 < r.drawn <= 1 for r in rows):
        raise ValueError("a drawing probability lies in (0, 1]")
    groups = {g: k for k, g in enumerate(sorted({r.group for r in rows}))}
    return Table(
        np.array([r.probability for r in rows], dtype=np.float64),
        np.array([r.score for r in rows], dtype=np.float64),
        np.array([r.linked for r in rows], dtype=np.bool_),
        np.array([1.0 / r.drawn for r in rows], dtype=np.float64),
        np.array([groups[r.group] for r in rows], dtype=np.int64),
    )


def enough(t: Table, *, links: int, others: int, groups: int = 10) -> None:
    """Raise unless there are so many links, non-links and items with a reviewed pair.

    Raises
    ------
    TooFewError
        Says how many there are, how many are needed, and what to do.
    """
    have = {
        "有关联的配对": (int(t.linked.sum()), links),
        "无关联的配对": (int((~t.linked).sum()), others),
        "涉及的技能要求": (len(np.unique(t.group)), groups),
    }
    lacking = {name: x for name, x in have.items() if x[0] < x[1]}
    if lacking:
        raise TooFewError(
            "已审定的配对太少，得不出可靠的结论",
            got="；".join(f"{name} {got}" for name, (got, _) in lacking.items()),
            expected="；".join(f"{name}至少 {need}" for name, (_, need) in lacking.items()),
            remedy="请先在“对照”页多审定一些，或参考随附样例的数字。",
        )


def by_pair(grades: Mapping[Pair, Grade], drawn: Iterable[Drawn]) -> dict[Pair, float]:
    """For each graded pair the probability it came to review with (1 where it was not drawn).

    Parameters
    ----------
    drawn : iterable of Drawn
        All draws from one pool, that is of one run.  After a second draw every drawn pair had
        the larger chance of having been drawn by now, the first ones too.
    """
    lots = list(drawn)
    share = max((d.drawn for d in lots), default=1.0)
    pairs = {d.pair for d in lots}
    return {pair: share if pair in pairs else 1.0 for pair in grades}
