"""What has been decided, as each person may see it; and what may be counted by all."""

from __future__ import annotations

import sqlalchemy as sa

import align.store.tables as t
from align.access import holders, subject_of, visible, withdrawn
from align.decisions import Decision, LinkDecision, Person
from align.store.runs import Runs
from align.store.words import as_decision, as_link_decision, as_words, history


class Heard(Runs):
    """The part of the store that tells what people decided."""

    def link_decisions(self, who: Person, workspace_id: str) -> list[LinkDecision]:
        """Every word on pairs that this person may see, in order of time.

        With two reviewers the words of others are left out as :func:`align.access.visible` says.
        """
        with self._read() as c:
            person, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            found = [as_link_decision(r) for r in history(c, t.link_decisions, now.id)]
            return visible(found, person, now.reviewers)

    def decisions(self, who: Person, workspace_id: str) -> list[Decision]:
        """Every word on proposals that this person may see, in order of time."""
        with self._read() as c:
            person, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            found = [as_decision(r) for r in history(c, t.decisions, now.id)]
            return visible(found, person, now.reviewers)

    def carryable(
        self, who: Person, workspace_id: str
    ) -> tuple[list[LinkDecision], list[Decision]]:
        """All words, hidden ones too: what :meth:`carry` is made from, never to be shown."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "run", workspace_id, writes=False)
            return (
                [as_link_decision(r) for r in history(c, t.link_decisions, now.id)],
                [as_decision(r) for r in history(c, t.decisions, now.id)],
            )

    def decided(self, who: Person, workspace_id: str) -> dict[str, int]:
        """How many people's words stand on each subject, hidden ones too (not what they say)."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            counts: dict[str, set[str]] = {}
            for table in (t.link_decisions, t.decisions):
                for word in as_words(table, history(c, table, now.id, table.c.stage == "review")):
                    words = counts.setdefault(subject_of(word), set())
                    (words.discard if withdrawn(word) else words.add)(word.reviewer)
            return {subject: len(words) for subject, words in counts.items() if words}

    def shares(
        self, who: Person, workspace_id: str
    ) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
        """How much has been decided on the run that is reviewed, hidden words too.

        Numbers only: with two reviewers, what somebody said stays hidden.

        Returns
        -------
        (by person, by subject)
            Of each reviewer how many verdicts on proposals and grades of pairs stand; on each
            subject how many people's words stand.
        """
        by_person: dict[str, tuple[int, int]] = {}
        by_subject: dict[str, int] = {}
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            for k, table in enumerate((t.decisions, t.link_decisions)):
                of_now = table.c.stage == "review", table.c.run_id == now.run_id
                held = holders(as_words(table, history(c, table, now.id, *of_now)))
                for subject, people in held.items():
                    if people:
                        by_subject[subject] = len(people)
                    for person in people:
                        counts = list(by_person.get(person, (0, 0)))
                        counts[k] += 1
                        by_person[person] = (counts[0], counts[1])
        return by_person, by_subject

    def decisions_version(self, workspace_id: str) -> int:
        """A number that grows with every decision in a workspace; 0 before the first."""
        with self._read() as c:
            return newest(c, workspace_id)


def newest(c: sa.Connection, workspace_id: str) -> int:
    """The number of the newest word in a workspace; 0 before the first."""
    found = (
        c.execute(
            sa.select(sa.func.max(table.c.seq)).where(table.c.workspace_id == workspace_id)
        ).scalar_one()
        for table in (t.link_decisions, t.decisions)
    )
    return max(int(seq or 0) for seq in found)
