"""What imported words meet: the things of the run, what stands, what this person may decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from align import review, snapshot
from align.access import subject_of
from align.decisions import Decision, Grade, LinkDecision, Pair, Person, Role, Workspace
from align.records import Competency, Proposal, Unit
from align.store import Store

if TYPE_CHECKING:
    from align.snapshot import Snapshot

Key = tuple[str, str]
#: The proposals as they are once these grades hold beside those that stand.
Proposed = Callable[[Mapping[Pair, Grade]], Mapping[str, Proposal]]


@dataclass(frozen=True)
class Ground:
    """What :func:`align.imports.compare` holds the words against.

    Parameters
    ----------
    items, units : mapping
        The run's requirements by (certificate id, item id), its units by (course id, unit id).
    proposed : callable
        Proposals by id: links of the same file may change what is proposed.
    standing : mapping of Pair or str to decision
        By pair or proposal's id, the word that a new one of this person takes the place of.
    run_id : str
        The run that is reviewed; words on an earlier one do not hold.
    probability : callable
        What the machine says of a pair (0..1), or None.
    courses : frozenset of str or None
        The courses this person decides on; None for all.
    full : frozenset of str
        Subjects on which two others have decided already.
    """

    items: Mapping[Key, Competency]
    units: Mapping[Key, Unit]
    proposed: Proposed
    standing: Mapping[Pair | str, LinkDecision | Decision] = field(default_factory=dict)
    run_id: str = ""
    probability: Callable[[Pair], float | None] = lambda pair: None
    courses: frozenset[str] | None = None
    full: frozenset[str] = frozenset()


def ground_of(store: Store, who: Person, found: Workspace, kept: Snapshot) -> Ground:
    """The ground of a workspace, as far as this person may see it.

    Parameters
    ----------
    kept : Snapshot
        The run that is reviewed in the workspace.

    Raises
    ------
    AccessError
        The workspace is not this person's to see.
    """
    links, words = store.link_decisions(who, found.id), store.decisions(who, found.id)
    grades = review.in_force(links, found.reviewers, found.run_id)
    verdicts = review.words_in_force(words, found.reviewers, found.run_id)
    two = found.reviewers == 2

    def proposed(more: Mapping[Pair, Grade]) -> Mapping[str, Proposal]:
        # With two reviewers one person's words change nothing yet.
        now = grades if two else {**grades, **more}
        return {p.id: p for p in snapshot.result(kept, now, verdicts).proposals}

    standing: dict[Pair | str, LinkDecision | Decision] = {}
    history: list[LinkDecision | Decision] = [*links, *words]
    for word in history:  # each kind in order of time: the last one stays
        if not two or (word.reviewer == who.id and word.stage == "review"):
            standing[word.pair if isinstance(word, LinkDecision) else word.subject] = word
    counts = store.decided(who, found.id) if two else {}
    own = {subject_of(word) for word in standing.values() if word.reviewer == who.id}
    given = store.assignments(found.id) if who.role == Role.FACULTY else {}
    return Ground(
        kept.items,
        kept.units,
        proposed,
        standing,
        found.run_id,
        kept.probability,
        given.get(who.id, frozenset()) if given else None,
        frozenset(s for s, n in counts.items() if n >= 2 and s not in own),
    )
