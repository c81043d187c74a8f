"""A kept run made anew under other settings or another calibration, as a run of its own."""

from __future__ import annotations

import dataclasses
import hashlib
import json

from align.settings import Settings
from align.snapshot.kept import Snapshot
from align.snapshot.under import AS_SHIPPED, reach, under

#: Stands in a run's ``model`` before the calibration's two numbers.
CALIBRATED = " + 校准 "


def recalculated(
    base: Snapshot, settings: Settings, calibration: tuple[float, float] = AS_SHIPPED
) -> Snapshot:
    """The run under other settings, with a record that says what it was made of.

    Parameters
    ----------
    base : Snapshot
        A run with the shipped calibration or with another; ``calibration`` is of the shipped
        probabilities in both cases.
    settings : Settings
        Whether the kept run can answer for them is the caller's to ask, see
        :func:`align.snapshot.reach`; ``candidates`` stays what it was.
    calibration : (float, float)
        Slope and intercept on the log-odds of the shipped probability.

    Returns
    -------
    Snapshot
        Equal bases, settings and calibrations give equal runs, their ids with them.
    """
    now = calibration_of(base.run.model)
    made = under(base, settings, between(now, calibration))
    text = json.dumps(
        ["recalculated", base.run.id, settings.version, list(calibration)], ensure_ascii=False
    )
    run = dataclasses.replace(
        base.run,
        id="r-" + hashlib.sha256(text.encode()).hexdigest()[:16],
        model=named(base.run.model, calibration),
        settings_version=settings.version,
        parameters=settings.pairs,
    )
    return dataclasses.replace(made, run=run)


def between(now: tuple[float, float], then: tuple[float, float]) -> tuple[float, float]:
    """What turns probabilities under one calibration into those under another."""
    if now == then:
        return AS_SHIPPED
    slope = then[0] / now[0]
    return slope, then[1] - slope * now[1]


def calibration_of(model: str) -> tuple[float, float]:
    """The calibration that a run's ``model`` names; the shipped one where it names none."""
    _, found, numbers = model.partition(CALIBRATED)
    if not found:
        return AS_SHIPPED
    slope, _, intercept = numbers.partition("，")
    return float(slope), float(intercept)


def named(model: str, calibration: tuple[float, float]) -> str:
    """A run's ``model`` with this calibration's name in place of any other."""
    plain = model.partition(CALIBRATED)[0]
    if calibration == AS_SHIPPED:
        return plain
    return f"{plain}{CALIBRATED}{calibration[0]!r}，{calibration[1]!r}"


def outdated(kept: Snapshot, settings: Settings, calibration: tuple[float, float]) -> bool:
    """Whether a run was made under something else than is in force."""
    made = calibration_of(kept.run.model)
    return kept.run.settings_version != settings.version or made != calibration


def by_model(kept: Snapshot, settings: Settings, calibration: tuple[float, float]) -> bool:
    """Whether only a new comparison can tell what the settings give.

    It is when another number of candidates is asked for, or when pairs would be linked that
    the run never listed (see :func:`align.snapshot.reach`).
    """
    if settings.candidates != kept.settings.candidates:
        return True
    if settings.link_threshold >= kept.settings.link_threshold and not outdated(
        kept, kept.settings, calibration
    ):
        return False
    relative = between(calibration_of(kept.run.model), calibration)
    return settings.link_threshold <= reach(under(kept, kept.settings, relative))


def preview(kept: Snapshot, settings: Settings, calibration: tuple[float, float]) -> Snapshot:
    """The run as it would be, with its own id: nothing is kept of it."""
    relative = between(calibration_of(kept.run.model), calibration)
    return under(kept, settings, relative)
