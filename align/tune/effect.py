"""What a change would do today: proposals that appear, vanish or change, item by item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from align.records import Action, Proposal
from align.tune.figures import DRAWS, Figure


@dataclass(frozen=True, slots=True)
class Change:
    """One subject whose proposal differs; ``before`` or ``after`` is None where there is none."""

    subject: str
    before: Proposal | None
    after: Proposal | None

    @property
    def kind(self) -> str:
        """``appears``, ``vanishes``, ``action`` or ``content`` (same action, other content)."""
        if self.before is None:
            return "appears"
        if self.after is None:
            return "vanishes"
        return "action" if self.before.action is not self.after.action else "content"


@dataclass(frozen=True, slots=True)
class Effect:
    """All that a change of settings, rules or calibration would do to one run's proposals.

    Parameters
    ----------
    changes : tuple of Change
        In the order of the proposals before, then those that appear.
    hours, credits : float
        Exempted hours and credits gained (positive) or lost (negative), whole courses only:
        their units' hours are already in them.
    actions : tuple of (action, before, after)
        Counts of proposals per action.
    """

    changes: tuple[Change, ...]
    hours: float
    credits: float
    actions: tuple[tuple[Action, int, int], ...]


def effect(before: Sequence[Proposal], after: Sequence[Proposal]) -> Effect:
    """Compare two sets of proposals of the same standards.

    A proposal counts as changed when its action, rule, course, items, units, hours, credits or
    its being unsure differ; a probability that moved within the same outcome does not.
    """
    old, new = {p.id: p for p in before}, {p.id: p for p in after}
    changes = [
        Change(k, p, new.get(k))
        for k, p in old.items()
        if k not in new or _outcome(p) != _outcome(new[k])
    ]
    changes += [Change(k, None, p) for k, p in new.items() if k not in old]
    counts = Counter(p.action for p in before), Counter(p.action for p in after)
    return Effect(
        tuple(changes),
        _sum(p.hours for p in _courses(after)) - _sum(p.hours for p in _courses(before)),
        _sum(p.credits for p in _courses(after)) - _sum(p.credits for p in _courses(before)),
        tuple((a, counts[0][a], counts[1][a]) for a in Action),
    )


def _outcome(p: Proposal) -> tuple[object, ...]:
    return (
        p.action, p.rule, p.course_id, p.item_ids, p.unit_ids, p.hours, p.credits, p.unsure,
    )  # fmt: skip


def _courses(proposals: Iterable[Proposal]) -> list[Proposal]:
    return [p for p in proposals if p.rule == "exempt-course"]


def _sum(values: Iterable[float | None]) -> float:
    return sum(v or 0.0 for v in values)


@dataclass(frozen=True, slots=True)
class Confusion:
    """What the machine proposed against what people decided.

    ``counts`` maps (decided, proposed) to a number; ``accuracy`` is the share left as proposed.
    """

    counts: dict[tuple[Action, Action], int]
    accuracy: Figure


def confusion(decided: Sequence[tuple[Action, Action]], *, seed: int = 0) -> Confusion:
    """Confusion of actions over decided proposals.

    Parameters
    ----------
    decided : sequence of (decided, proposed)
        One per subject with a verdict in force.
    """
    counts = dict(Counter(decided))
    right = np.array([d is p for d, p in decided], dtype=np.float64)
    if not len(right):
        return Confusion({}, Figure(float("nan"), float("nan"), float("nan"), 0))
    rng = np.random.default_rng(seed)
    means = right[rng.integers(0, len(right), (DRAWS, len(right)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return Confusion(counts, Figure(float(right.mean()), float(low), float(high), len(right)))
