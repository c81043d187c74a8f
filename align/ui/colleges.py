"""Colleges side by side: small figures of every workspace, for the managing body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from align import review, snapshot
from align.decisions import Workspace
from align.records import Action
from align.store import Store
from align.ui import wiring


@dataclass(frozen=True, slots=True)
class Figures:
    """What one workspace has come to; counts of requirements, shares 0..1."""

    courses: int
    items: int
    covered: float
    reviewed: int
    total: int
    waiting: int
    actions: Mapping[str, int]

    @property
    def progress(self) -> float:
        """Reviewed share of the proposals."""
        return self.reviewed / self.total if self.total else 0.0


def figures(space: Workspace) -> Figures | None:
    """The figures of a workspace as it stands; None before its first run."""
    if not space.run_id:
        return None
    store, who = wiring.store(), wiring.who()
    version = store.decisions_version(space.id)
    return _figures(store.address, who.id, space.id, space.run_id, space.reviewers, version, space)


# Small and kept apart: the runs themselves would push each other out of memory.
@st.cache_data(show_spinner=False, max_entries=2000)
def _figures(
    address: str, who: str, space_id: str, run_id: str, reviewers: int, version: int,
    _space: Workspace,
) -> Figures:  # fmt: skip
    store, person = wiring.store(), wiring.who()
    said = wiring.said(_space)
    loaded = snapshot.load(store.snapshot(person, run_id, space_id))
    result = snapshot.result(loaded, said.grades, said.words)
    standings = review.standings(said.decisions, reviewers, result.proposals, run_id)
    done = review.progress(result.proposals, standings)
    sizes = {c.id: len(c.competencies) for c in result.gathered.certificates}
    covered = sum(c.share * sizes.get(c.id, 0) for c in result.coverage if c.scope == "certificate")
    items = sum(sizes.values())
    actions = Counter(str(p.action) for p in result.proposals if p.action is not Action.EXEMPT)
    actions[str(Action.EXEMPT)] = sum(p.rule == "exempt-unit" for p in result.proposals)
    return Figures(
        len(result.gathered.courses),
        items,
        covered / items if items else 0.0,
        done.reviewed,
        done.total,
        done.waiting + done.differing,
        dict(actions),
    )


def last_event(store: Store, space: Workspace) -> datetime | None:
    """When something last happened in a workspace; None for never."""
    found = store.entries(wiring.who(), college_id=space.college_id, workspace_id=space.id, limit=1)
    return found[0].time if found else None
