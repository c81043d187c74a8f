"""What the committee looks at: who has decided how much, how far two agree, what differs.

With two reviewers nothing here shows what somebody said before two have: shares are counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from align import review
from align.access import withdrawn
from align.decisions import Decision, LinkDecision, Pair, Person, Role, Workspace
from align.records import Proposal
from align.review.interval import alpha_interval, kappa_interval
from align.store import Store
from align.ui.look import Look
from align.ui.said import Said


@dataclass(frozen=True, slots=True)
class Share:
    """How much one person has decided of what is theirs; ``due`` proposals wait for faculty."""

    person: Person | None
    verdicts: int
    grades: int
    due: int | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Proposals by how many people's words stand on them (hidden ones too)."""

    none: int
    one: int
    two: int
    shares: tuple[Share, ...]


def counts(store: Store, said: Said, look: Look, people: Sequence[Person]) -> Counts:
    """Who has decided how much; numbers only, never what was said."""
    by_person, by_subject = store.shares(said.person, said.workspace.id)
    numbers = Counter(min(by_subject.get(p.id, 0), 2) for p in look.result.proposals)
    shares = _shares(store, said.workspace, look, people, by_person)
    return Counts(numbers[0], numbers[1], numbers[2], shares)


def _shares(
    store: Store,
    space: Workspace,
    look: Look,
    people: Sequence[Person],
    standing: Mapping[str, tuple[int, int]],
) -> tuple[Share, ...]:
    given = store.assignments(space.id)
    known = {p.id: p for p in people}
    ids = [
        p.id
        for p in people
        if p.id in standing or p.id in given or (p.role == Role.FACULTY and p.active and not given)
    ]
    ids += sorted(i for i in standing if i not in known)  # somebody who was erased
    found = []
    for i in ids:
        verdicts, grades = standing.get(i, (0, 0))
        person = known.get(i)
        faculty = person is not None and person.role == Role.FACULTY
        due = _due(look, given.get(i, frozenset()), bool(given)) if faculty else None
        found.append(Share(person, verdicts, grades, due))
    return tuple(sorted(found, key=lambda s: -(s.verdicts + s.grades)))


def _due(look: Look, courses: frozenset[str], given: bool) -> int:
    """Proposals that are this person's to decide; those without a course are everybody's."""
    return sum(
        not given or not p.course_id or p.course_id in courses for p in look.result.proposals
    )


# --- agreement ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measured:
    """One coefficient with its interval; ``who`` are the two people of a kappa."""

    what: Literal["links", "proposals"]
    who: tuple[str, str] | None
    found: review.Agreement
    interval: tuple[float, float] | None


def measured(said: Said) -> tuple[Measured, ...]:
    """Alpha of all, and kappa of every two, on links and on proposals."""
    run = said.workspace.run_id
    everything: list[Decision | LinkDecision] = [*said.links, *said.decisions]
    names = {d.reviewer: d.reviewer_name for d in everything}
    out = []
    words: tuple[tuple[Literal["links", "proposals"], Mapping[object, Mapping[str, int | str]],
                       Literal["ordinal", "nominal"]], ...] = (
        ("links", review.labels(review.blind_words(said.links, run)), "ordinal"),
        ("proposals", review.labels(review.blind_words(said.decisions, run)), "nominal"),
    )  # fmt: skip
    for what, judgements, level in words:
        units = [list(own.values()) for own in judgements.values()]
        alpha = review.krippendorff_alpha(units, level)
        out.append(Measured(what, None, alpha, alpha_interval(units, level)))
        for (a, b), kappa in review.kappas(judgements).items():
            who = (names.get(a, ""), names.get(b, ""))
            out.append(Measured(what, who, kappa, kappa_interval(kappa)))
    return tuple(out)


# --- what differs -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Differing:
    """One thing on which two words differ, or differed until it was settled."""

    pair: Pair | None
    proposal: Proposal | None
    words: tuple[Decision | LinkDecision, ...]
    settled: Decision | LinkDecision | None

    @property
    def key(self) -> str:
        """Names it on the screen and in the store."""
        return "|".join(self.pair) if self.pair else self.proposal.id if self.proposal else ""


def differing(look: Look, said: Said) -> list[Differing]:
    """All that is to be settled or was, links first; in the order of the standards."""
    run, found = said.workspace.run_id, []
    order = {key: n for n, key in enumerate(look.items)}
    pairs = review.opinions(said.links, 2, run)
    for pair in sorted(pairs, key=lambda p: (order.get((p[0], p[1]), len(order)), p)):
        opinion = pairs[pair]
        if opinion.standing in {review.Standing.DIFFERING, review.Standing.SETTLED}:
            found.append(Differing(pair, None, opinion.words, opinion.settled))
    verdicts = review.opinions(said.decisions, 2, run)
    standings = review.standings(said.decisions, 2, look.result.proposals, run)
    for p in look.result.proposals:
        if standings[p.id] in {review.Standing.DIFFERING, review.Standing.SETTLED}:
            words = tuple(w for w in verdicts[p.id].words if w.proposed == p.action)
            found.append(Differing(None, p, words, verdicts[p.id].settled))
    return found


def last_settled(said: Said, d: Differing) -> Decision | LinkDecision | None:
    """The committee's last word, withdrawn or not: what a new one takes the place of."""
    history: Sequence[Decision | LinkDecision] = (
        said.link_history(d.pair) if d.pair else said.history(d.key)
    )
    return next((w for w in reversed(history) if w.stage == "settle"), None)


def stale(look: Look, said: Said) -> list[tuple[str, Proposal | None, Decision]]:
    """Verdicts on what is proposed differently now, or no more: (subject, proposal, verdict)."""
    proposals = {p.id: p for p in look.result.proposals}
    run, found = said.workspace.run_id, []
    standings = review.standings(
        said.decisions, said.workspace.reviewers, look.result.proposals, run
    )
    for subject, standing in standings.items():
        if standing is review.Standing.STALE:
            words = [d for d in said.history(subject) if d.run_id == run and not withdrawn(d)]
            found.append((subject, proposals.get(subject), words[-1]))
    return found
