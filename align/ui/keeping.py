"""Keeping a run in the store, and what becomes of the decisions when one takes another's place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from align import review, snapshot
from align.decisions import Person, Workspace
from align.gather import Progress
from align.records import Match, Proposal, Run
from align.store import Store


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a piece of work left in the store."""

    workspace_id: str
    run_id: str
    carried: review.Carried | None = None


Work = Callable[[Progress], Outcome]


def keep(
    store: Store,
    who: Person,
    found: Workspace,
    run: Run,
    matches: Sequence[Match],
    proposals: Sequence[Proposal],
    kept: bytes,
) -> Outcome:
    """Make a run the one that is reviewed, and carry the decisions over to what did not change.

    Parameters
    ----------
    found : Workspace
        As it was: with the run that was reviewed until now.
    kept : bytes
        The run's snapshot.
    """
    before = snapshot.load(store.snapshot(who, found.run_id)) if found.run_id else None
    if before is None or before.run.id == run.id:
        store.save_run(who, found.id, run, matches, proposals, kept)
        return Outcome(found.id, run.id)
    # Worked out before the run is saved: between the two writes nobody's word would be in force.
    after, words = snapshot.load(kept), store.carryable(who, found.id)
    carried = review.carry(before, after, *words)
    store.save_run(who, found.id, run, matches, proposals, kept)
    latest = store.carryable(who, found.id)
    if latest != words:  # somebody decided meanwhile
        carried = review.carry(before, after, *latest)
    store.carry(who, found.id, carried.kept)
    return Outcome(found.id, run.id, _shown(store, who, found, carried))


def _shown(store: Store, who: Person, found: Workspace, carried: review.Carried) -> review.Carried:
    """What this person may see of it: with two reviewers, others' words stay hidden."""
    known = {d.id for d in store.link_decisions(who, found.id)}
    known |= {d.id for d in store.decisions(who, found.id)}
    return dataclasses.replace(
        carried,
        changed=tuple(c for c in carried.changed if c.decision.id in known),
        gone=tuple(c for c in carried.gone if c.decision.id in known),
    )
