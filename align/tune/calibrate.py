"""Refitting the two numbers that turn the matcher's score into a probability.

Only the calibration is refitted on a college's own pairs, never the weights: two numbers can
be learned from some hundred pairs, a dozen cannot.  The fit is a logistic regression of the
links on the score (Platt 1999) with Platt's soft targets, over the listed candidates as the
shipped one; what is reported of it comes from folds, and a refit that is not better there is
not offered as better.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from align.tune.figures import Figure, brier, expected_calibration_error, with_interval
from align.tune.goals import FOLDS, folds_of
from align.tune.reviewed import Floats, Table, enough

FEWEST_LINKS = 50
FEWEST_OTHERS = 50
# Newton's method needs about ten; more only end what rounding keeps going.
_STEPS = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """``probability = 1 / (1 + exp(-(slope * score + intercept)))``; slope above 0."""

    slope: float
    intercept: float

    def probability(self, score: Floats) -> Floats:
        """Calibrated probability (0..1) of each score."""
        z = np.clip(self.slope * score + self.intercept, -30, 30)
        return np.asarray(1.0 / (1.0 + np.exp(-z)))


@dataclass(frozen=True, slots=True)
class Refit:
    """A refitted calibration with its figures on pairs left out, before and after.

    ``better`` only when the Brier score falls and the calibration error does not rise by more
    than rounding: otherwise the old numbers are to be kept.
    """

    before: Calibration
    after: Calibration
    ece_before: Figure
    ece_after: Figure
    brier_before: Figure
    brier_after: Figure

    @property
    def better(self) -> bool:
        """Whether the refit is better on pairs it was not fitted on."""
        return (
            self.brier_after.value < self.brier_before.value
            and self.ece_after.value <= self.ece_before.value + 0.005
        )


def refit(t: Table, before: Calibration, *, folds: int = FOLDS, seed: int = 0) -> Refit:
    """Fit slope and intercept anew; judge them on pairs left out.

    Raises
    ------
    TooFewError
        Below :data:`FEWEST_LINKS` links or :data:`FEWEST_OTHERS` other reviewed pairs.
    """
    t = t.shown
    enough(t, links=FEWEST_LINKS, others=FEWEST_OTHERS)
    fold = folds_of(t, folds, seed)
    left_out = np.empty(len(t))
    for k in range(folds):
        fitted = fit(t.take(fold != k))
        left_out[fold == k] = fitted.probability(t.score[fold == k])
    old, new = _with(t, before.probability(t.score)), _with(t, left_out)
    return Refit(
        before,
        fit(t),
        with_interval(old, expected_calibration_error, seed=seed),
        with_interval(new, expected_calibration_error, seed=seed),
        with_interval(old, brier, seed=seed),
        with_interval(new, brier, seed=seed),
    )


def _with(t: Table, probability: Floats) -> Table:
    return Table(probability, t.score, t.linked, t.weight, t.group, t.listed)


def fit(t: Table) -> Calibration:
    """Maximum likelihood by Newton's method, with Platt's targets and the pairs' weights.

    A step that would make the likelihood smaller is halved.  A slope at or below 0 would turn
    the ranking round: then the scores say nothing about these links, and the slope is held at a
    small positive number with the intercept at the base rate.
    """
    # Platt's targets are a prior worth one pair of each kind: they go by pairs, not by weights.
    links, others = int(t.linked.sum()), int((~t.linked).sum())
    target = np.where(t.linked, (links + 1) / (links + 2), 1 / (others + 2))
    rate = float(np.average(target, weights=t.weight))
    base = float(np.log(rate / (1 - rate)))
    design = np.stack([t.score, np.ones(len(t))], axis=1)

    def likelihood(at: Floats) -> float:
        z = design @ at
        return float(t.weight @ (target * z - np.logaddexp(0.0, z)))

    theta = np.array([0.0, base])
    value = likelihood(theta)
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ theta, -30, 30)))
        gradient = design.T @ (t.weight * (target - p))
        curvature = (design * (t.weight * p * (1 - p))[:, None]).T @ design
        step = np.linalg.solve(curvature + 1e-9 * np.eye(2), gradient)
        while (tried := likelihood(theta + step)) < value and float(np.abs(step).max()) > 1e-10:
            step = step / 2
        theta, value = theta + step, tried
        if float(np.abs(step).max()) < 1e-10:
            break
    if theta[0] <= 0:
        return Calibration(1e-3, base)
    return Calibration(round(float(theta[0]), 6), round(float(theta[1]), 6))
