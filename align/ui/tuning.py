"""What a college has reviewed, collected once for each state of it; see :mod:`align.tuning`."""

from __future__ import annotations

from align import tuning
from align.decisions import Workspace
from align.tuning import Lots, Own
from align.ui import wiring

__all__ = ["Lots", "Own", "drawn_pairs", "own"]


def own(college_id: str) -> Own:
    """Everything reviewed in a college, as the person here may see it."""
    store, who = wiring.store(), wiring.who()
    spaces = [w for w in store.workspaces(who) if w.college_id == college_id and w.run_id]
    state = tuple(
        (w.id, w.run_id, w.reviewers, store.decisions_version(w.id), len(store.samples(who, w.id)))
        for w in spaces
    )
    eyes = who.id if any(w.reviewers == 2 for w in spaces) else ""
    key = ("reviewed", store.address, college_id, state, eyes)
    return wiring.bench().once(
        key, lambda: tuning.own(store, who, spaces, wiring.kept, f"{hash(key):x}")
    )


def drawn_pairs(space: Workspace) -> Lots:
    """The pairs drawn by lot that still count for a workspace's run."""
    return tuning.drawn_pairs(wiring.store(), wiring.who(), space)
