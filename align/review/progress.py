"""What is to be looked at next, and how much has been."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from align.records import Action, Coverage, Proposal
from align.review.fold import Standing

_DONE = {Standing.AGREED, Standing.SETTLED}


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of proposals by how far their review has come.

    Parameters
    ----------
    total : int
        All proposals.  ``reviewed``, ``waiting``, ``differing``, ``stale`` and ``open`` sum up
        to it.
    reviewed : int
        Decided, or covered by links that a person has confirmed.
    unsure : int
        Of those not reviewed, the ones the machine is unsure of.
    by_action : mapping of Action to (reviewed, total)
    """

    total: int
    reviewed: int
    waiting: int
    differing: int
    stale: int
    open: int
    unsure: int
    by_action: Mapping[Action, tuple[int, int]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """Reviewed share, 0..1; 1 where there is nothing to review."""
        return self.reviewed / self.total if self.total else 1.0


def is_reviewed(proposal: Proposal, standing: Standing) -> bool:
    """Whether nothing is left to decide on it."""
    # Confirmed without a verdict: covered by links that a person has confirmed.
    return standing in _DONE or (proposal.confirmed and standing is Standing.OPEN)


def progress(proposals: Sequence[Proposal], standings: Mapping[str, Standing]) -> Progress:
    """How much of the review is done.

    Parameters
    ----------
    proposals : sequence of Proposal
        As they stand now (``Result.proposals``).
    standings : mapping
        From :func:`align.review.standings`.
    """
    counts = Counter[str]()
    done, total = Counter[Action](), Counter[Action]()
    unsure = 0
    for p in proposals:
        standing = standings.get(p.id, Standing.OPEN)
        total[p.action] += 1
        if is_reviewed(p, standing):
            counts["reviewed"] += 1
            done[p.action] += 1
        else:
            counts[standing] += 1
            unsure += p.unsure
    return Progress(
        len(proposals),
        counts["reviewed"],
        counts[Standing.WAITING],
        counts[Standing.DIFFERING],
        counts[Standing.STALE],
        counts[Standing.OPEN],
        unsure,
        {a: (done[a], total[a]) for a in Action if total[a]},
    )


def queue(
    proposals: Sequence[Proposal],
    coverage: Sequence[Coverage],
    standings: Mapping[str, Standing],
) -> tuple[str, ...]:
    """Ids of the proposals that wait for a reviewer, the most urgent first.

    What became stale comes first, then what the machine is unsure of; within each, what is
    covered least, in the order of the standards.  Exemptions come after the requirements they
    rest on.  What differs waits for the committee and is not in here.

    Parameters
    ----------
    proposals : sequence of Proposal
        As they stand now.
    coverage : sequence of Coverage
        ``Result.coverage``.
    standings : mapping
        From :func:`align.review.standings`.
    """
    shares = {c.id: c.share for c in coverage if c.scope == "competency"}
    rows = []
    for position, p in enumerate(proposals):
        standing = standings.get(p.id, Standing.OPEN)
        if standing is Standing.DIFFERING or is_reviewed(p, standing):
            continue
        exempt = p.action is Action.EXEMPT
        share = 0.0 if exempt else shares.get(f"{p.certificate_id}|{p.item_ids[0]}", 0.0)
        rows.append(
            (standing is not Standing.STALE, exempt, not p.unsure, round(share, 6), position, p.id)
        )
    return tuple(row[-1] for row in sorted(rows))
