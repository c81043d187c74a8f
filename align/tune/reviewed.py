"""Reviewed pairs: what people have said of the machine's pairs, each with what it stands for.

Reviewed pairs are mostly the machine's best candidates, so a recall counted on them alone
flatters: the links the machine ranked low are hardly among them.  A drawn sample of low-ranked
pairs is therefore reviewed too, and every figure weights a pair by the inverse of its chance to
be among the reviewed (Horvitz & Thompson 1952), see :func:`by_pair`.  A pair nobody has
reviewed is never a negative: it does not occur here at all.
"""

from __future__ import annotations

import bisect
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
        Chance (0..1] with which the pair came to be reviewed, see :func:`by_pair`.
    listed : bool
        Whether it is among the candidates that a teacher is shown; calibration is judged on
        these alone, as :func:`align.evaluate.calibration_figures` does.
    """

    pair: Pair
    group: str
    probability: float
    score: float
    grade: Grade
    drawn: float = 1.0
    listed: bool = True

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
        In the order of the lots, so that whoever reviews only the first of them has reviewed
        a random sample too; ``drawn`` is the share of the pool that has been drawn by now.
    """
    pool = sorted(set(low))
    before = set(already)
    rest = [p for p in pool if p not in before]
    # By a hash, not by a generator: one can check a single pair without drawing all of them.
    ranked = sorted(rest, key=lambda p: hashlib.sha256("|".join((seed, *p)).encode()).digest())
    taken = ranked[:count]
    share = (len(taken) + len(before & set(pool))) / len(pool) if pool else 1.0
    return tuple(Drawn(p, share) for p in taken)


@dataclass(frozen=True, slots=True)
class Table:
    """Reviewed pairs as arrays, all of one length; without ``listed`` all pairs are listed."""

    probability: Floats
    score: Floats
    linked: Flags
    weight: Floats
    group: NDArray[np.int64]
    listed: Flags | None = None

    def __len__(self) -> int:
        return len(self.probability)

    def take(self, rows: NDArray[np.int64] | Flags) -> Table:
        """Some of the pairs."""
        return Table(
            self.probability[rows], self.score[rows], self.linked[rows], self.weight[rows],
            self.group[rows], None if self.listed is None else self.listed[rows],
        )  # fmt: skip

    @property
    def shown(self) -> Table:
        """The listed pairs: what calibration is judged on."""
        return self if self.listed is None or self.listed.all() else self.take(self.listed)


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
        np.array([r.listed for r in rows], dtype=np.bool_),
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
            "已审核的配对太少，得不出可靠的结论",
            got="；".join(f"{name} {got}" for name, (got, _) in lacking.items()),
            expected="；".join(f"{name}至少 {need}" for name, (_, need) in lacking.items()),
            remedy="请先在“对照”页多审核一些，或参考随附样例的数字。",
        )


#: Bands of probability that the listed candidates are told apart in, and how many reviewed
#: pairs a band needs to stand for the rest of it; with fewer it joins the next.
BANDS = 5
FEWEST_IN_BAND = 5


def by_pair(
    grades: Mapping[Pair, Grade],
    drawn: Iterable[Drawn],
    listed: Mapping[Pair, float] | None = None,
) -> dict[Pair, float]:
    """For each graded pair the chance (0..1] with which it came to be reviewed.

    Parameters
    ----------
    drawn : iterable of Drawn
        All draws from one pool, that is of one run.  After a second draw every drawn pair had
        the larger chance of having been drawn by now, the first ones too.  Where only some of
        the drawn pairs have been reviewed, these stand for all of them (weighting for
        non-response, Oh & Scheuren 1983).
    listed : mapping of Pair to float
        Every candidate of the run, with its probability.  Reviewers take the unsure ones
        first, so a reviewed candidate stands for the candidates of about its probability
        (post-stratification, Holt & Smith 1979): its chance is the share of its band that has
        been reviewed.  Without it every candidate stands for itself.

    Returns
    -------
    dict
        1 for a pair that is neither drawn nor listed: a person added it, nobody drew it.
    """
    lots = list(drawn)
    pairs = {d.pair for d in lots}
    found = dict.fromkeys(grades, 1.0)
    answered = pairs & set(grades)
    if answered:
        share = max(d.drawn for d in lots) * len(answered) / len(pairs)
        found.update(dict.fromkeys(answered, share))
    every = {pair: p for pair, p in (listed or {}).items() if pair not in pairs}
    own = {pair: every[pair] for pair in grades if pair in every}
    if own:
        edges = _edges(sorted(every.values()), sorted(own.values()))
        of_all, of_own = [0] * len(edges), [0] * len(edges)
        for p in every.values():
            of_all[_band(p, edges)] += 1
        for p in own.values():
            of_own[_band(p, edges)] += 1
        for pair, p in own.items():
            band = _band(p, edges)
            found[pair] = of_own[band] / of_all[band]
    return found


def _edges(every: Sequence[float], own: Sequence[float]) -> list[float]:
    """Lower ends of the bands, ascending; each holds :data:`FEWEST_IN_BAND` reviewed pairs."""
    edges = sorted({every[k * len(every) // BANDS] for k in range(BANDS)})
    k = len(edges)
    while len(edges) > 1 and k > 0:
        k -= 1
        low = bisect.bisect_left(own, edges[k])
        high = bisect.bisect_left(own, edges[k + 1]) if k + 1 < len(edges) else len(own)
        if high - low < FEWEST_IN_BAND:
            # A thin band joins the one below; the lowest takes in the one above.
            edges.pop(k if k else 1)
            k = min(k + 1, len(edges))
    return edges


def _band(probability: float, edges: Sequence[float]) -> int:
    return max(bisect.bisect_right(edges, probability) - 1, 0)
