"""Thresholds for a goal an admin names, with what each costs, reported on pairs left out.

The threshold is chosen on all reviewed pairs; what is *reported* of it comes from folds: in
each, a threshold is chosen on the other folds' items and tried on this fold's.  A goal near 1
needs many pairs to be more than luck: by the rule of three (Hanley & Lippman-Hand 1983), none
wrong among n cases shows at most 3/n wrong at 95 %, so a goal of 0.95 asks for 60.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from align.errors import SettingsError
from align.tune.figures import Figure, ratios
from align.tune.reviewed import Floats, Table, enough

FOLDS = 5
#: Fewer links than this give no threshold for the balanced goal (best F1).
FEWEST = 30
# Sums of weights in another order differ in their last digits.
_ROUNDING = 1e-9

Aim = Literal["recall", "precision", "f1"]


@dataclass(frozen=True, slots=True)
class Goal:
    """What an admin wants of the links: at least this recall or precision, or the best F1.

    Parameters
    ----------
    aim : {"recall", "precision", "f1"}
    level : float
        0.5..0.99 for recall and precision; not used for f1.
    """

    aim: Aim
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.aim != "f1" and not 0.5 <= self.level <= 0.99:
            raise SettingsError(
                "目标超出范围", place=self.aim, got=f"{self.level:g}", expected="0.5 至 0.99"
            )

    @property
    def needed(self) -> int:
        """Links (for recall) or links and non-links (for precision) needed to speak at all."""
        if self.aim == "f1":
            return FEWEST
        # Rounded first: 3 / (1 - 0.95) is 60.0000…1.
        return max(FEWEST, math.ceil(round(3.0 / (1.0 - self.level), 6)))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposed threshold and what it costs.

    Parameters
    ----------
    threshold : float
        Chosen on all reviewed pairs.
    reached : bool
        Whether the goal was met on the pairs left out (the figure itself, not its lower end);
        for precision only when so many pairs were linked there as the rule of three asks.
    linked : int
        Pairs left out that the thresholds link.
    precision, recall, f1 : Figure
        On pairs left out: each fold's pairs at the threshold chosen on the others.
    spread : (float, float)
        Lowest and highest threshold among the folds: how steady the choice is.
    """

    goal: Goal
    threshold: float
    reached: bool
    linked: int
    precision: Figure
    recall: Figure
    f1: Figure
    spread: tuple[float, float]


def suggest(t: Table, goal: Goal, *, folds: int = FOLDS, seed: int = 0) -> Suggestion:
    """The threshold for a goal, with figures on pairs left out.

    Raises
    ------
    TooFewError
        When there are fewer pairs than the goal needs.
    """
    enough(t, links=goal.needed, others=goal.needed if goal.aim != "recall" else FEWEST)
    return cross_validated(t, goal, folds=folds, seed=seed)


def cross_validated(t: Table, goal: Goal, *, folds: int = FOLDS, seed: int = 0) -> Suggestion:
    """:func:`suggest` without asking whether there is enough to go by (Stone 1974)."""
    fold = folds_of(t, folds, seed)
    chosen = np.array([_choose(t.take(fold != k), goal) for k in range(folds)])
    # Each pair is tried at the threshold its own fold had no part in: shifting the probability
    # by it makes one table that a single cut at 0 judges.
    margin = t.probability - chosen[fold]
    figures = ratios(Table(margin, t.score, t.linked, t.weight, t.group, t.listed), 0.0, seed=seed)
    linked = int((margin >= 0).sum())
    reached = goal.aim == "f1" or figures[goal.aim].value >= goal.level
    if goal.aim == "precision" and linked < goal.needed:
        reached = False
    return Suggestion(
        goal,
        _choose(t, goal),
        reached,
        linked,
        figures["precision"],
        figures["recall"],
        figures["f1"],
        (float(chosen.min()), float(chosen.max())),
    )


def folds_of(t: Table, folds: int, seed: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A fold per pair; the pairs of a group share theirs."""
    groups = np.unique(t.group)
    order = np.random.default_rng(seed).permutation(len(groups))
    of_group = dict(zip(groups[order].tolist(), range(len(groups)), strict=True))
    return np.array([of_group[g] % folds for g in t.group.tolist()], dtype=np.int64)


def _choose(t: Table, goal: Goal) -> float:
    """The best threshold on these pairs, among cuts half-way between neighbouring values.

    For recall the highest that reaches it (fewest pairs to look at); for precision the lowest
    that reaches it (most links kept); when precision is reached nowhere, the cut above
    everything: nothing is linked by the machine.
    """
    cuts = _cuts(t.probability)
    order = np.argsort(t.probability, kind="stable")
    weight = t.weight[order]

    def at_or_above(values: Floats) -> Floats:
        sums = np.append(np.cumsum(values[::-1])[::-1], 0.0)
        return np.asarray(sums[np.searchsorted(t.probability[order], cuts, "left")])

    taken, right = at_or_above(weight), at_or_above(weight * t.linked[order])
    true = float(weight @ t.linked[order])
    if goal.aim == "recall":
        good = right >= goal.level * true - _ROUNDING * true
        return float(cuts[good].max())
    if goal.aim == "precision":
        # The cut above everything links nothing, and so nothing wrongly.
        good = right >= goal.level * taken - _ROUNDING * taken
        return float(cuts[good].min())
    total = taken + true
    return float(cuts[int(np.argmax(2 * right / np.where(total > 0, total, 1.0)))])


def _cuts(probability: Floats) -> Floats:
    """Below everything, between neighbours, above everything; ascending, to four decimals.

    Rounded before they are tried: what is proposed is what was judged.
    """
    values = np.unique(probability)
    between = (values[1:] + values[:-1]) / 2
    ends = (max(values[0] - 1e-4, 0.0), min(values[-1] + 1e-4, 1.0001))
    return np.unique(np.round(np.concatenate([[ends[0]], between, [ends[1]]]), 4))
