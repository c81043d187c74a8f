"""Runs of a workspace, with or without what was decided on them, as sides of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from align import review, snapshot
from align.decisions import Person, Workspace
from align.errors import UsageError
from align.export.compare_read import read_side
from align.export.tables import proposals_csv
from align.pipeline import Result, run_json
from align.plan.compare import Side
from align.records import Run
from align.store import Store


@dataclass(frozen=True, slots=True)
class Edition:
    """A run of a workspace, as the machine left it or as people decided on it.

    ``made`` is when it was first kept; ``words`` how many verdicts and grades stand on it.
    """

    run: Run
    decided: bool
    made: datetime | None
    words: int

    @property
    def key(self) -> str:
        """Names it on the screen."""
        return f"{self.run.id}{'+' if self.decided else ''}"


def editions(store: Store, who: Person, space: Workspace) -> list[Edition]:
    """Every run, newest first; one that was decided on stands there twice, decided first."""
    entries = store.entries(
        who, college_id=space.college_id, workspace_id=space.id, kind="run.made", limit=10_000
    )
    times = {str(e.after.get("run", {}).get("id", "")).rpartition("/")[2]: e.time for e in entries}
    links, words = store.link_decisions(who, space.id), store.decisions(who, space.id)
    found = []
    for run in reversed(store.runs(who, space.id)):
        said = len(review.in_force(links, space.reviewers, run.id))
        said += len(review.words_in_force(words, space.reviewers, run.id))
        if said:
            found.append(Edition(run, True, times.get(run.id), said))
        found.append(Edition(run, False, times.get(run.id), 0))
    return found


def side(store: Store, who: Person, space: Workspace, edition: Edition, label: str) -> Side:
    """One edition as a side of a comparison.

    Raises
    ------
    AccessError
        The run is not this person's to see.
    """
    run_id = edition.run.id
    kept = snapshot.load(store.snapshot(who, run_id, space.id))
    if not edition.decided:
        return _side(snapshot.result(kept), label)
    grades = review.in_force(store.link_decisions(who, space.id), space.reviewers, run_id)
    words = review.words_in_force(store.decisions(who, space.id), space.reviewers, run_id)
    return _side(snapshot.result(kept, grades, words), label)


def _side(result: Result, label: str) -> Side:
    g = result.gathered
    table = proposals_csv(result.proposals, g.courses, g.certificates, result.verdicts)
    return read_side(run_json(result), table, label=label)


def side_of_files(files: Mapping[str, bytes], label: str) -> Side:
    """A side from the two files of a results folder that somebody kept.

    Raises
    ------
    UsageError
        One of the two is missing.
    ReadError
        They are not what ``align run`` writes.
    """
    found = {suffix: data for name, data in files.items()
             for suffix in ("run.json", "proposals.csv") if name.endswith(suffix)}  # fmt: skip
    if len(found) < 2:
        raise UsageError(
            "缺少文件", got="、".join(files) or "没有文件", expected="run.json 与 proposals.csv",
            remedy="请同时选择同一次结果的这两个文件。",
        )  # fmt: skip
    return read_side(found["run.json"], found["proposals.csv"], label=label)
