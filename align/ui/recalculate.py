"""A workspace's run anew under the settings in force: from what is kept of it, without a model.

Where a kept run lacks what the settings ask for, it has to be compared again
(:func:`align.snapshot.by_model`); everything else is recomputed, and a run that was kept under
just these settings is taken up again as it is.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from align import snapshot
from align.decisions import Person, Workspace
from align.gather import Progress
from align.records import Run
from align.snapshot import Snapshot, by_model, outdated, preview
from align.store import Store
from align.ui import wiring
from align.ui.keeping import Outcome, Work, keep

if TYPE_CHECKING:
    from align.match import MatcherModel

__all__ = ["Calibration", "by_model", "calibrated", "outdated", "preview", "work"]

Calibration = tuple[float, float]


def calibrated(matcher: MatcherModel, calibration: Calibration) -> MatcherModel:
    """The matcher with a college's own calibration laid over the shipped one, and named so."""
    if calibration == snapshot.AS_SHIPPED:
        return matcher
    slope, intercept = calibration
    return dataclasses.replace(
        matcher,
        slope=slope * matcher.slope,
        intercept=slope * matcher.intercept + intercept,
        version=snapshot.named(matcher.version, calibration),
    )


def work(found: Workspace) -> Work:
    """Recompute a workspace's run under the settings and the calibration in force."""
    store, who = wiring.store(), wiring.who()
    settings, calibration = wiring.settings(found), wiring.calibration(found)

    def go(said: Progress) -> Outcome:
        said("按现行设置重新计算", 0, 1)
        now = snapshot.load(store.snapshot(who, found.run_id))
        wanted = snapshot.named(now.run.model, calibration)
        for run in store.runs(who, found.id):
            if (run.model, run.settings_version) == (wanted, settings.version) and _alike(
                run, now.run
            ):
                kept = store.snapshot(who, run.id)
                if snapshot.load(kept).gathered == now.gathered:
                    return keep(store, who, found, run, (), (), kept)
        base = _plain(store, who, found, now)
        made = snapshot.recalculated(base, settings, calibration)
        result = snapshot.result(made)
        return keep(
            store, who, found, made.run, result.matches, result.proposals,
            snapshot.dump_again(made),
        )  # fmt: skip

    return go


def _plain(store: Store, who: Person, found: Workspace, now: Snapshot) -> Snapshot:
    """The same run under the shipped calibration, where one was kept: no rounding on rounding."""
    if snapshot.calibration_of(now.run.model) == snapshot.AS_SHIPPED:
        return now
    plain = snapshot.named(now.run.model, snapshot.AS_SHIPPED)
    for run in store.runs(who, found.id):
        if run.model == plain and _alike(run, now.run):
            kept = snapshot.load(store.snapshot(who, run.id))
            if kept.gathered == now.gathered and kept.positions == now.positions:
                return kept
    return now


def _alike(a: Run, b: Run) -> bool:
    return (a.programme, a.tool_version, a.sources, a.levels) == (
        b.programme, b.tool_version, b.sources, b.levels,
    )  # fmt: skip
