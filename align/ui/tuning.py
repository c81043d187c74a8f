"""What a college has reviewed, as the figures of thresholds want it: pairs and proposals.

Of every workspace with a run that the person may see, the words in force: with two reviewers
those that agree or were settled, nobody's single word.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from align import review, snapshot
from align.decisions import Grade, Pair, Workspace
from align.records import Action
from align.store import Sample
from align.tune import Drawn, Reviewed, Table, by_pair, table
from align.ui import wiring

# Probabilities are kept in 16 bits; nearer to 0 or 1 there is nothing to tell apart.
_EDGE = 0.5 / 65535
#: A pair drawn by lot in a run: "drawn" in its sample, with its chance.
Lots = tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """A college's reviewed pairs and proposals.

    Parameters
    ----------
    table : Table
        ``score`` is the log-odds of the matcher's own probability, before any calibration.
    drawn : int
        How many of the pairs came by lot.
    decided : tuple of (Action, Action)
        (decided, proposed) of each proposal with a word in force that was not rejected.
    rejected : mapping of Action to int
        Rejected proposals by what was proposed.
    """

    table: Table
    workspaces: int
    drawn: int
    decided: tuple[tuple[Action, Action], ...]
    rejected: Mapping[Action, int]
    version: str


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
    return wiring.bench().once(key, lambda: _collected(spaces, f"{hash(key):x}"))


def _collected(spaces: list[Workspace], version: str) -> Own:
    store, who = wiring.store(), wiring.who()
    pairs: list[Reviewed] = []
    decided: list[tuple[Action, Action]] = []
    rejected: dict[Action, int] = dict.fromkeys(Action, 0)
    drawn = 0
    for space in spaces:
        links = store.link_decisions(who, space.id)
        grades = review.in_force(links, space.reviewers, space.run_id)
        said = {d.pair: d.probability for d in links if d.run_id == space.run_id}
        lots = drawn_pairs(space)
        drawn += sum(d.pair in grades for d in lots)
        pairs += _reviewed(space, grades, said, lots)
        for word in review.words_in_force(
            store.decisions(who, space.id), space.reviewers, space.run_id
        ).values():
            if word.action is None:
                rejected[word.proposed] += word.verdict == "reject"
            else:
                decided.append((word.action, word.proposed))
    return Own(table(pairs), len(spaces), drawn, tuple(decided), rejected, version)


def _reviewed(
    space: Workspace,
    grades: Mapping[Pair, Grade],
    said: Mapping[Pair, float | None],
    lots: Lots,
) -> list[Reviewed]:
    """The graded pairs of one workspace; a pair of another workspace is another pair."""
    chances = by_pair(grades, lots)
    kept, found = None, []
    calibration = _calibration(space)
    for pair, grade in grades.items():
        probability = said.get(pair)
        if probability is None:  # added by hand: only the run itself knows
            kept = kept or wiring.kept(space)
            probability = kept.probability(pair)
        if probability is None:
            continue
        certificate, item, course, unit = pair
        found.append(
            Reviewed(
                (f"{space.id}|{certificate}", item, course, unit),
                f"{certificate}|{item}",
                probability,
                own_odds(probability, calibration),
                grade,
                chances[pair],
            )
        )
    return found


def _calibration(space: Workspace) -> tuple[float, float]:
    runs = wiring.store().runs(wiring.who(), space.id)
    return next(
        (snapshot.calibration_of(r.model) for r in runs if r.id == space.run_id),
        snapshot.AS_SHIPPED,
    )


def own_odds(probability: float, calibration: tuple[float, float]) -> float:
    """Log-odds of the matcher's own probability, from one under a calibration."""
    p = min(max(probability, _EDGE), 1 - _EDGE)
    slope, intercept = calibration
    return (math.log(p / (1 - p)) - intercept) / slope


def drawn_pairs(space: Workspace) -> Lots:
    """The pairs drawn by lot that still count: from this run, or the same before recalculation."""
    store, who = wiring.store(), wiring.who()
    samples = store.samples(who, space.id)
    if not samples:
        return ()
    runs = {r.id: (r.sources, r.levels) for r in store.runs(who, space.id)}
    now = runs.get(space.run_id)
    mine: list[Sample] = [s for s in samples if runs.get(s.run_id) == now]
    return tuple(Drawn(pair, share) for s in mine for pair, share in s.drawn)
