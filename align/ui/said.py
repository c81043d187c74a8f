"""What people have decided in a workspace, indexed the way the pages ask for it.

Only what the store handed to this person is in here: with two reviewers, the other's word on
a thing is not, before one's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import TypeVar

from align import review
from align.decisions import Decision, Grade, LinkDecision, Pair, Person, Workspace
from align.records import Proposal

D = TypeVar("D", LinkDecision, Decision)


class Heard:
    """All decisions of a workspace that a person may see; built once, then only read.

    Parameters
    ----------
    links, decisions : sequence
        In the order of time.
    eyes : tuple
        Names this state of the workspace as this person sees it.
    """

    def __init__(
        self,
        links: Sequence[LinkDecision],
        decisions: Sequence[Decision],
        eyes: tuple[Hashable, ...],
    ) -> None:
        self.links, self.decisions, self.eyes = tuple(links), tuple(decisions), eyes
        self.by_pair: dict[Pair, list[LinkDecision]] = defaultdict(list)
        for link in links:
            self.by_pair[link.pair].append(link)
        self.by_subject: dict[str, list[Decision]] = defaultdict(list)
        for decision in decisions:
            self.by_subject[decision.subject].append(decision)


class Said:
    """What people have said, from where one person stands."""

    def __init__(self, workspace: Workspace, person: Person, heard: Heard) -> None:
        self.workspace, self.person = workspace, person
        self.eyes = heard.eyes
        self.links, self.decisions = heard.links, heard.decisions
        self._links, self._decisions = heard.by_pair, heard.by_subject

    @cached_property
    def grades(self) -> dict[Pair, Grade]:
        """The grades in force, for graph and proposals."""
        return review.in_force(self.links, self.workspace.reviewers, self.workspace.run_id)

    @cached_property
    def words(self) -> dict[str, Decision]:
        """The verdicts in force, by the proposal's id."""
        return review.words_in_force(
            self.decisions, self.workspace.reviewers, self.workspace.run_id
        )

    @cached_property
    def links_in_force(self) -> tuple[LinkDecision, ...]:
        """The words behind :attr:`grades`: who gave each grade, and when."""
        found = review.opinions(self.links, self.workspace.reviewers, self.workspace.run_id)
        words = (opinion.word for opinion in found.values())
        return tuple(w for w in words if w is not None and w.grade is not None)

    def pairs(self) -> tuple[Pair, ...]:
        """Every pair somebody has said something about."""
        return tuple(self._links)

    def link_history(self, pair: Pair) -> tuple[LinkDecision, ...]:
        """All words on a pair, oldest first."""
        return tuple(self._links.get(pair, ()))

    def history(self, subject: str) -> tuple[Decision, ...]:
        """All words on a proposal, oldest first."""
        return tuple(self._decisions.get(subject, ()))

    def my_link(self, pair: Pair) -> LinkDecision | None:
        """The word that a new one of this person would take the place of; None for none."""
        return self._last(self._links.get(pair, []))

    def my_word(self, subject: str) -> Decision | None:
        """The verdict that a new one of this person would take the place of; None for none."""
        return self._last(self._decisions.get(subject, []))

    def grade(self, pair: Pair) -> Grade | None:
        """The grade that stands for this person: the committee's, else their stream's."""
        history = self._links.get(pair, [])
        found = _settled(history) or self._last(history)
        return found.grade if found is not None and self._now(found) else None

    @cached_property
    def full_items(self) -> frozenset[tuple[str, str]]:
        """(certificate id, item id) of the requirements that a pair teaches in full by a word."""
        return frozenset(pair[:2] for pair in self._links if self.grade(pair) == 2)

    def word(self, subject: str) -> Decision | None:
        """The verdict that stands for this person; None where none does."""
        history = self._decisions.get(subject, [])
        found = _settled(history) or self._last(history)
        if found is None or found.verdict == "withdraw" or not self._now(found):
            return None
        return found

    def stale(self, p: Proposal) -> bool:
        """Whether the proposal has changed since the verdict on it."""
        found = self.word(p.id)
        return found is not None and found.proposed != p.action

    def is_open(self, p: Proposal) -> bool:
        """Whether this person still has a word to say of the proposal.

        Covered by links that a person has confirmed, it is confirmed without a verdict.
        """
        if self.stale(p):
            return True
        return self.word(p.id) is None and not p.confirmed

    def _now(self, d: Decision | LinkDecision) -> bool:
        """Whether it was said (or carried over) on the run that is reviewed now."""
        return d.run_id == self.workspace.run_id

    def _last(self, history: Sequence[D]) -> D | None:
        """The last word of the stream that this person would write into."""
        if self.workspace.reviewers == 1:
            return history[-1] if history else None
        return next(
            (d for d in reversed(history) if d.reviewer == self.person.id and d.stage == "review"),
            None,
        )


def _settled(history: Sequence[D]) -> D | None:
    """The committee's last word."""
    return next((d for d in reversed(history) if d.stage == "settle"), None)
