"""A history of decisions, folded: what stands, for whom, and what holds.

Decisions are kept for ever, one superseding another.  A *stream* is the row of decisions of
which each takes the place of the one before: with one reviewer all decisions on a thing; with
two, those of one reviewer (stage ``review``), and those of the committee (``settle``).

A decision counts for the run it was made in.  After a new run the unchanged lines' decisions
are carried over as new ones (:mod:`align.review.carry`); give ``run_id`` to let no older
decision speak of a line that has changed since under the same number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from align.access import withdrawn
from align.decisions import Decision, Grade, LinkDecision, Pair
from align.records import Action, Proposal

D = TypeVar("D", LinkDecision, Decision)


class Standing(StrEnum):
    """How far the review of one thing has come."""

    OPEN = "open"  # nobody has decided
    WAITING = "waiting"  # one of two has
    AGREED = "agreed"  # the one reviewer has, or both have alike
    DIFFERING = "differing"  # the committee has to settle it
    SETTLED = "settled"  # it has
    STALE = "stale"  # decided on something that is proposed differently now, or no more


@dataclass(frozen=True, slots=True)
class Opinion(Generic[D]):
    """What people say of one thing at present.

    Parameters
    ----------
    words : tuple
        One standing decision of each reviewer, in the order of time.
    settled : decision or None
        The committee's standing decision.
    reviewers : {1, 2}
        How many have to decide.
    """

    words: tuple[D, ...]
    settled: D | None
    reviewers: int

    @property
    def standing(self) -> Standing:
        """Open, waiting, agreed, differing or settled."""
        if self.settled is not None:
            return Standing.SETTLED
        if not self.words:
            return Standing.OPEN
        if self.reviewers == 1:
            return Standing.AGREED
        if len(self.words) == 1:
            return Standing.WAITING
        alike = len({_meaning(w) for w in self.words}) == 1
        return Standing.AGREED if alike else Standing.DIFFERING

    @property
    def word(self) -> D | None:
        """The decision that holds; None where none does (yet).

        Where several agree it is the last one, with the names and notes of all.
        """
        if self.standing is Standing.SETTLED:
            return self.settled
        if self.standing is not Standing.AGREED:
            return None
        last = self.words[-1]
        if len(self.words) == 1:
            return last
        names = "、".join(dict.fromkeys(w.reviewer_name for w in self.words if w.reviewer_name))
        notes = "；".join(dict.fromkeys(w.note for w in self.words if w.note))
        return dataclasses.replace(last, reviewer_name=names, note=notes)


def _meaning(word: LinkDecision | Decision) -> tuple[Any, ...]:
    """What two words have to share to be one."""
    if isinstance(word, LinkDecision):
        return (word.grade,)
    return (word.proposed, word.action, word.course_id, word.hours, word.credits)


def current(stream: Iterable[D]) -> D | None:
    """The decision of one stream that no other supersedes, withdrawn or not; None for none.

    Should several stand (two writers that did not know of each other), it is the latest, and of
    equally late ones the one that comes last.
    """
    known = list(stream)
    replaced = {d.supersedes for d in known if d.supersedes}
    heads = [d for d in known if d.id not in replaced] or known
    return max(enumerate(heads), key=lambda e: (e[1].time, e[0]))[1] if heads else None


def opinions(
    decisions: Iterable[D], reviewers: int, run_id: str | None = None
) -> dict[Any, Opinion[D]]:
    """What people say at present, by pair (links) or by the proposal's id.

    Parameters
    ----------
    decisions : iterable of LinkDecision or of Decision
        The whole history.
    reviewers : {1, 2}
        As in the workspace.
    run_id : str, optional
        Only decisions made in, or carried to, this run.
    """
    streams: dict[Any, dict[tuple[str, str], list[D]]] = {}
    for d in decisions:
        if run_id is not None and d.run_id != run_id:
            continue
        key = d.pair if isinstance(d, LinkDecision) else d.subject
        stream = ("", "") if reviewers == 1 else _stream(d)
        streams.setdefault(key, {}).setdefault(stream, []).append(d)
    found = {}
    for key, own in streams.items():
        tops = [current(rows) for rows in own.values()]
        heads = [d for d in tops if d is not None and not withdrawn(d)]
        heads.sort(key=lambda d: (d.time, d.id))
        words = tuple(d for d in heads if d.stage == "review")
        settled = [d for d in heads if d.stage == "settle"]
        found[key] = Opinion(words, settled[-1] if settled else None, reviewers)
    return found


def _stream(d: LinkDecision | Decision) -> tuple[str, str]:
    return ("settle", "") if d.stage == "settle" else ("review", d.reviewer)


def in_force(
    link_decisions: Iterable[LinkDecision], reviewers: int, run_id: str | None = None
) -> dict[Pair, Grade]:
    """The grades that override the machine's links: agreed or settled, not withdrawn."""
    found: dict[Pair, Grade] = {}
    for pair, opinion in opinions(link_decisions, reviewers, run_id).items():
        word = opinion.word
        if word is not None and word.grade is not None:
            found[pair] = word.grade
    return found


def words_in_force(
    decisions: Iterable[Decision], reviewers: int, run_id: str | None = None
) -> dict[str, Decision]:
    """The verdict that holds on each proposal, whether or not it is still proposed.

    :func:`align.snapshot.result` takes these and tells the stale ones apart.
    """
    found = opinions(decisions, reviewers, run_id).items()
    return {subject: word for subject, opinion in found if (word := opinion.word) is not None}


def verdicts_in_force(
    decisions: Iterable[Decision],
    reviewers: int,
    proposals: Iterable[Proposal],
    run_id: str | None = None,
) -> dict[str, Decision]:
    """The verdict that holds on each proposal as it stands now; stale ones are left out."""
    actions = {p.id: p.action for p in proposals}
    return {
        subject: word
        for subject, word in words_in_force(decisions, reviewers, run_id).items()
        if word.proposed == actions.get(subject)
    }


def link_standings(
    link_decisions: Iterable[LinkDecision], reviewers: int, run_id: str | None = None
) -> dict[Pair, Standing]:
    """How far the review of each pair has come; pairs that are not listed are open."""
    found = opinions(link_decisions, reviewers, run_id).items()
    return {pair: o.standing for pair, o in found if o.standing is not Standing.OPEN}


def standings(
    decisions: Iterable[Decision],
    reviewers: int,
    proposals: Sequence[Proposal],
    run_id: str | None = None,
) -> dict[str, Standing]:
    """How far the review of each proposal has come, and of what is no longer proposed.

    A word on another action than is proposed now does not count: its author has to decide
    again.  Where nothing else was said, the proposal is stale.
    """
    said = opinions(decisions, reviewers, run_id)
    actions: dict[str, Action | None] = {p.id: p.action for p in proposals}
    found = {}
    for subject in dict.fromkeys((*actions, *said)):
        opinion = said.get(subject)
        if opinion is None:
            found[subject] = Standing.OPEN
            continue
        now = actions.get(subject)
        settled = opinion.settled
        fresh = Opinion(
            tuple(w for w in opinion.words if w.proposed == now),
            settled if settled is not None and settled.proposed == now else None,
            reviewers,
        )
        spoken = bool(opinion.words) or settled is not None
        stale = spoken and fresh.standing is Standing.OPEN
        found[subject] = Standing.STALE if stale else fresh.standing
    # Something that was only ever withdrawn and is no longer proposed is of no interest.
    return {k: s for k, s in found.items() if k in actions or s is Standing.STALE}


def disagreements(
    decisions: Iterable[D], run_id: str | None = None
) -> tuple[tuple[Any, tuple[D, ...]], ...]:
    """(pair or proposal's id, the differing words) of all that the committee has to settle."""
    found = opinions(decisions, 2, run_id)
    return tuple((k, o.words) for k, o in found.items() if o.standing is Standing.DIFFERING)


def blind_words(decisions: Iterable[D], run_id: str | None = None) -> dict[Any, dict[str, D]]:
    """What each reviewer said before they could see the other's word, by pair or proposal.

    Agreement is measured on these alone: who has seen the other's word agrees too easily.  Until
    two people's words stand each may still change their own; who comes later counts with their
    first word, since nobody sees the others' before it.
    """
    rows: dict[Any, list[D]] = {}
    for d in decisions:
        if d.stage == "review" and (run_id is None or d.run_id == run_id):
            rows.setdefault(d.pair if isinstance(d, LinkDecision) else d.subject, []).append(d)
    found: dict[Any, dict[str, D]] = {}
    for key, history in rows.items():
        words: dict[str, D] = {}
        seeing = False
        for d in sorted(history, key=lambda d: d.time):
            if seeing and d.reviewer in words:
                continue
            if withdrawn(d):
                words.pop(d.reviewer, None)
                continue
            words[d.reviewer] = d
            seeing = seeing or len(words) >= 2
        if words:
            found[key] = words
    return found
