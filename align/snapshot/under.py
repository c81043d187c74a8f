"""A kept run under other settings or another calibration: what a change would do, no model.

The number of candidates is the one setting that needs a new run: what was not listed then
cannot be listed now.  Everything else follows from the kept probabilities.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from align.settings import Settings
from align.snapshot.kept import STEPS, Parts, Snapshot
from align.text import scope_parts

#: (slope, intercept) on the log-odds of the shipped probability; this one changes nothing.
AS_SHIPPED = (1.0, 0.0)
# Probabilities are kept in 16 bits: 0 and 1 there stand for "below" and "above" these.
_EDGE = 0.5 / STEPS


def under(
    snapshot: Snapshot, settings: Settings, calibration: tuple[float, float] = AS_SHIPPED
) -> Snapshot:
    """The same run as it would be under other settings.

    Parameters
    ----------
    settings : Settings
        Its ``candidates`` is not looked at, see above.
    calibration : (float, float)
        Slope (above 0) and intercept on the log-odds of the run's own probabilities, see
        :func:`align.tune.refit`.

    Returns
    -------
    Snapshot
        Of the same run id: a preview, not a run.
    """
    candidates = snapshot.candidates
    table = snapshot.table
    if calibration != AS_SHIPPED:
        candidates = tuple(
            dataclasses.replace(m, probability=float(recalibrated(m.probability, calibration)))
            for m in candidates
        )
        table = {
            key: np.rint(recalibrated(values / STEPS, calibration) * STEPS).astype("<u2")
            for key, values in table.items()
        }
    changed = dataclasses.replace(snapshot, candidates=candidates, table=table, settings=settings)
    return dataclasses.replace(changed, parts=_parts(changed))


def recalibrated(probability: Any, calibration: tuple[float, float]) -> Any:
    """``1 / (1 + exp(-(slope * logit(p) + intercept)))`` of a number or array (0..1)."""
    slope, intercept = calibration
    p = np.clip(np.asarray(probability, np.float64), _EDGE, 1 - _EDGE)
    return 1.0 / (1.0 + np.exp(-(slope * np.log(p / (1 - p)) + intercept)))


def _parts(snapshot: Snapshot) -> Parts:
    """What each linked item lists, from what each candidate shows by itself."""
    found: Parts = {}
    for key, units in snapshot.linked_units.items():
        own = snapshot.unit_parts.get(key, {})
        figures = [own[u] for u in units if u in own]
        parts = scope_parts(snapshot.items[key].text) if figures else ()
        found[key] = tuple((p, max(f[k] for f in figures)) for k, p in enumerate(parts))
    return found


def reach(snapshot: Snapshot) -> float:
    """How low a link threshold the kept run can answer for: its most probable unlisted pair.

    At or below that, pairs would be linked that the run never listed as candidates (it keeps
    the best of each item and unit), and only a new run tells the whole effect.
    """
    unlisted = {key: values.copy() for key, values in snapshot.table.items()}
    for m in snapshot.candidates:
        row, column = (
            snapshot.rows[m.certificate_id, m.item_id],
            snapshot.columns[m.course_id, m.unit_id],
        )
        if m.certificate_id in unlisted:
            unlisted[m.certificate_id][row, column] = 0
    return max((float(v.max()) / STEPS for v in unlisted.values() if v.size), default=0.0)
