"""How sure a coefficient of agreement is: 95 % intervals.

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46.

Efron, B., Tibshirani, R. (1993). An Introduction to the Bootstrap. Chapman & Hall, chapter 13.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any, Literal

from align.review.agreement import Agreement, krippendorff_alpha

_Z = 1.959964  # 97.5 % of the normal distribution
_RESAMPLES = 400  # enough for the two digits that are shown


def kappa_interval(found: Agreement) -> tuple[float, float] | None:
    """Cohen's kappa ± 1.96 standard errors (Cohen 1960), cut off at -1 and 1.

    Returns
    -------
    (float, float) or None
        None where kappa is undefined, or where both always said the same: the formula then
        gives an interval without width, which the few judgements do not deserve.
    """
    if found.value is None or found.observed is None or found.observed in (0.0, 1.0):
        return None
    by_chance = (found.observed - found.value) / (1 - found.value)
    error = math.sqrt(found.observed * (1 - found.observed) / found.n) / (1 - by_chance)
    return max(-1.0, found.value - _Z * error), min(1.0, found.value + _Z * error)


def alpha_interval(
    units: Sequence[Sequence[Any]], level: Literal["nominal", "ordinal"] = "nominal"
) -> tuple[float, float] | None:
    """Krippendorff's alpha: the percentiles 2.5 and 97.5 over resampled things (bootstrap).

    The same judgements give the same interval: the resampling starts from a fixed seed.

    Parameters
    ----------
    units, level
        As for :func:`align.review.krippendorff_alpha`.

    Returns
    -------
    (float, float) or None
        None where alpha is undefined, or where nobody ever disagreed: every sample is then
        as unanimous as the whole.
    """
    known = [u for u in units if len(u) >= 2]
    whole = krippendorff_alpha(known, level)
    if whole.value is None or whole.observed == 1.0:
        return None
    chance = random.Random(0)
    values = []
    for _ in range(_RESAMPLES):
        found = krippendorff_alpha(chance.choices(known, k=len(known)), level)
        # A sample in which everybody always said the same thing tells nothing.
        if found.value is not None:
            values.append(found.value)
    values.sort()
    if not values:
        return None
    return values[int(0.025 * (len(values) - 1))], values[math.ceil(0.975 * (len(values) - 1))]
