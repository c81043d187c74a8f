"""A workspace's run with the decisions in force, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass

from align import review, snapshot
from align.decisions import Decision, LinkDecision, Person, Workspace
from align.errors import UsageError
from align.pipeline import Result
from align.store import Store


@dataclass(frozen=True)
class Standing:
    """What holds in a workspace.

    Parameters
    ----------
    result : Result
        The run that is reviewed, recomputed under the decisions in force.
    links : tuple of LinkDecision
        The words in force on links: who gave each grade, and when.
    words : tuple of Decision
        Every verdict on a proposal that this person may see, in order of time.
    """

    space: Workspace
    result: Result
    links: tuple[LinkDecision, ...]
    words: tuple[Decision, ...]


def standing(store: Store, who: Person, space: Workspace) -> Standing:
    """What holds now.

    Raises
    ------
    UsageError
        Nothing was compared in the workspace yet.
    AccessError
        It is not this person's to see.
    """
    if not space.run_id:
        raise UsageError("工作区还没有结果", got=space.name, remedy="请先在界面中对照。")
    kept = snapshot.load(store.snapshot(who, space.run_id, space.id))
    links = store.link_decisions(who, space.id)
    words = store.decisions(who, space.id)
    grades = review.in_force(links, space.reviewers, space.run_id)
    verdicts = review.words_in_force(words, space.reviewers, space.run_id)
    said = review.opinions(links, space.reviewers, space.run_id).values()
    holding = (opinion.word for opinion in said)
    return Standing(
        space,
        snapshot.result(kept, grades, verdicts),
        tuple(w for w in holding if w is not None and w.grade is not None),
        tuple(words),
    )
