"""What a college has reviewed, as the figures of thresholds want it: pairs and proposals.

Of every workspace with a run, the words in force: with two reviewers those that agree or were
settled, nobody's single word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from align import review, snapshot
from align.decisions import Decision, Grade, Pair, Person, Workspace
from align.records import Action
from align.snapshot import Snapshot
from align.store import Sample, Store
from align.tune import Drawn, Exempted, Reviewed, Table, by_pair, draw, scores, table

# Probabilities are kept in 16 bits; nearer to 0 or 1 there is nothing to tell apart.
_EDGE = 0.5 / 65535
#: Pairs drawn by lot in a run, each with its chance.
Lots = tuple[Drawn, ...]
Load = Callable[[Workspace], Snapshot]


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
    exempted : tuple of Exempted
        Every exemption of the machine's that has a word in force.
    version : str
        Names this state, so that what was made of it can be kept.
    """

    table: Table
    workspaces: int
    drawn: int
    decided: tuple[tuple[Action, Action], ...]
    rejected: Mapping[Action, int]
    exempted: tuple[Exempted, ...] = ()
    version: str = ""


@dataclass(slots=True)
class _Found:
    pairs: list[Reviewed] = field(default_factory=list)
    decided: list[tuple[Action, Action]] = field(default_factory=list)
    rejected: dict[Action, int] = field(default_factory=lambda: dict.fromkeys(Action, 0))
    exempted: list[Exempted] = field(default_factory=list)
    drawn: int = 0


def own(
    store: Store, who: Person, spaces: Sequence[Workspace], load: Load, version: str = ""
) -> Own:
    """Everything reviewed in some workspaces, each with a run, as a person may see it."""
    found = _Found()
    for space in spaces:
        links = store.link_decisions(who, space.id)
        grades = review.in_force(links, space.reviewers, space.run_id)
        words = review.words_in_force(store.decisions(who, space.id), space.reviewers, space.run_id)
        if grades:
            lots = drawn_pairs(store, who, space)
            found.drawn += sum(d.pair in grades for d in lots)
            found.pairs += _reviewed(space, load(space), grades, lots)
        for word in words.values():
            if word.action is None:
                found.rejected[word.proposed] += word.verdict == "reject"
            else:
                found.decided.append((word.action, word.proposed))
        if any(w.proposed is Action.EXEMPT for w in words.values()):
            found.exempted += exempted(load(space), words)
    return Own(
        table(found.pairs), len(spaces), found.drawn, tuple(found.decided), found.rejected,
        tuple(found.exempted), version,
    )  # fmt: skip


def _reviewed(
    space: Workspace, kept: Snapshot, grades: Mapping[Pair, Grade], lots: Lots
) -> Iterable[Reviewed]:
    """The graded pairs of one workspace; a pair of another workspace is another pair."""
    listed = {pair: kept.candidates[n].probability for pair, n in kept.positions.items()}
    chances = by_pair(grades, lots, listed)
    calibration = snapshot.calibration_of(kept.run.model)
    for pair, grade in grades.items():
        # Of the run itself: a word carried over still names what an earlier run had said.
        probability = kept.probability(pair)
        if probability is None:
            continue
        certificate, item, course, unit = pair
        yield Reviewed(
            (f"{space.id}|{certificate}", item, course, unit),
            f"{certificate}|{item}",
            probability,
            own_odds(probability, calibration),
            grade,
            chances[pair],
            pair in listed,
        )


def own_odds(probability: float, calibration: tuple[float, float]) -> float:
    """Log-odds of the matcher's own probability, from one under a calibration."""
    p = min(max(probability, _EDGE), 1 - _EDGE)
    slope, intercept = calibration
    return (math.log(p / (1 - p)) - intercept) / slope


def exempted(kept: Snapshot, words: Mapping[str, Decision]) -> list[Exempted]:
    """The machine's own exemptions of a run that people have decided on."""
    known = scores(kept.graph, kept.courses, kept.certificates, kept.settings)
    found = []
    for subject, word in words.items():
        if word.proposed is Action.EXEMPT and subject in known:
            kind, _, rest = subject.partition(":")
            found.append(
                Exempted(
                    subject,
                    "course" if kind == "course" else "unit",
                    rest.partition(":")[2].partition(":")[0],
                    known[subject],
                    word.action is Action.EXEMPT,
                )
            )
    return found


# --- the sample drawn by lot --------------------------------------------------------------------


def drawn_pairs(store: Store, who: Person, space: Workspace) -> Lots:
    """The pairs drawn by lot that still count: from this run, or the same before recalculation."""
    samples = store.samples(who, space.id)
    if not samples:
        return ()
    runs = {r.id: (r.sources, r.levels) for r in store.runs(who, space.id)}
    now = runs.get(space.run_id)
    mine: list[Sample] = [s for s in samples if runs.get(s.run_id) == now]
    return tuple(Drawn(pair, share) for s in mine for pair, share in s.drawn)


def pool(kept: Snapshot, told: Iterable[Pair], drawn: Iterable[Pair]) -> list[Pair]:
    """Pairs the queue does not show: scored, no candidates, not added by hand.

    Parameters
    ----------
    told : iterable of Pair
        Every pair that anybody has said something of; what was drawn before stays in the pool.
    """
    out = set(told) - set(drawn)
    return [
        (*item, *unit)
        for item in kept.items
        if item[0] in kept.table
        for unit in kept.units
        if (*item, *unit) not in kept.positions and (*item, *unit) not in out
    ]


def draw_sample(
    store: Store, who: Person, space: Workspace, kept: Snapshot, count: int
) -> Sample | None:
    """Draw low-ranked pairs of a workspace's run by lot and enter them; None: nothing to draw.

    A pair that anybody has ever said something of is not drawn, what another reviewer said
    unseen included: chosen by a person, it would stand for others as if by lot.
    """
    told = [d.pair for d in store.carryable(who, space.id)[0]]
    before = frozenset(d.pair for d in drawn_pairs(store, who, space))
    pairs = pool(kept, told, before)
    # Nobody chooses the seed: it follows from the workspace, the run and the number of draws.
    seed = f"{space.id}|{space.run_id}|{len(store.samples(who, space.id)) + 1}"
    found = draw(pairs, count, seed=seed, already=before)
    if not found:
        return None
    return store.save_sample(
        who, space.id, space.run_id, seed, len(pairs), [(d.pair, d.drawn) for d in found]
    )
