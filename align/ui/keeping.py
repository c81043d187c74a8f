"""Keeping a run in the store, and what becomes of the decisions when one takes another's place."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from align import review, snapshot
from align.decisions import Person, Workspace
from align.errors import ConflictError
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
#: How often the words are read anew before a busy workspace is given up for now.
_TURNS = 5


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
        The workspace, with the run that was reviewed until now.
    kept : bytes
        The run's snapshot.
    """
    turns = _TURNS
    while True:
        place_of = store.workspace(who, found.id).run_id
        if not place_of or place_of == run.id:
            store.save_run(who, found.id, run, matches, proposals, kept)
            return Outcome(found.id, run.id)
        before, after = snapshot.load(store.snapshot(who, place_of, found.id)), snapshot.load(kept)
        seen = store.decisions_version(found.id)
        carried = review.carry(before, after, *store.carryable(who, found.id))
        try:
            store.replace_run(
                who, found.id, run, matches, proposals, kept, carried.kept, place_of=place_of,
                seen=seen,
            )  # fmt: skip
        except ConflictError:  # somebody decided meanwhile: theirs is carried, too
            turns -= 1
            if not turns:
                raise
        else:
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
