"""What ``align tune`` stands on: a workspace, a college, labelled files or the samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from align.errors import UsageError

if TYPE_CHECKING:
    from align.decisions import Workspace
    from align.gather import Gathered
    from align.settings import Settings
    from align.store import SettingsVersion, Store
    from align.tune import Effect, Table
    from align.tuning import Own

AS_SHIPPED = (1.0, 0.0)
Calibration = tuple[float, float]
#: What changed settings (and another calibration) would do: the place's name, the effect and
#: the standards that it is about.
Effects = Callable[[Mapping[str, float], Calibration | None], "list[tuple[str, Effect, Gathered]]"]


@dataclass(frozen=True)
class Ground:
    """What figures and effects stand on.

    Parameters
    ----------
    settings : Settings
        In force where a version would be saved.
    effects : callable or None
        None where there are no proposals to change (the samples).
    own : Own or None
        What people have decided; None for labels.
    """

    table: Table
    settings: Settings
    words: str
    effects: Effects | None
    own: Own | None = None
    calibration: Calibration = AS_SHIPPED


@dataclass(frozen=True)
class Place:
    """Where versions lie: a college (``space`` None) or one workspace of it."""

    store: Store
    college_id: str
    space: Workspace | None
    spaces: tuple[Workspace, ...]  # whose reviewed pairs count, all of them with a run
    shown: tuple[Workspace, ...]  # whose proposals an effect is shown on
    name: str

    @property
    def scope(self) -> str | None:
        """As the store wants it: None for the college's own."""
        return self.space.id if self.space else None

    def versions(self) -> list[SettingsVersion]:
        """The settings versions of this place, oldest first."""
        from align.store import COMMAND_LINE

        return self.store.settings_versions(COMMAND_LINE, self.college_id, self.scope)

    def calibration(self) -> Calibration:
        """The calibration in force here."""
        from align.store import COMMAND_LINE

        if self.space:
            return self.store.calibration_in_force(COMMAND_LINE, self.space.id)
        found = self.store.calibration_versions(COMMAND_LINE, self.college_id)
        return (found[-1].calibration if found else None) or AS_SHIPPED


def place(store: Store, workspace: str | None, college: str | None) -> Place:
    """The workspace, or the college, that was named; with both the college, shown on it.

    Raises
    ------
    UsageError
        It is not there, or has no run to look at.
    """
    from align.cli_store import _college
    from align.store import COMMAND_LINE, LOCAL

    every = store.workspaces(COMMAND_LINE)
    space = _named(every, workspace) if workspace is not None else None
    if college is None:
        assert space is not None
        if not space.run_id:
            raise UsageError(
                "这个工作区还没有运行", place=space.name, remedy="请先在界面中运行对照。"
            )
        name = f"工作区“{space.name}”"
        return Place(store, space.college_id, space, (space,), (space,), name)
    # A laptop's own college has no name that anybody would know.
    college_id = LOCAL if college == LOCAL else _college(store, college)
    if space and space.college_id != college_id:
        raise UsageError("这个工作区属于别的学院", got=space.name, expected=college)
    mine = tuple(w for w in every if w.college_id == college_id and w.run_id)
    if not mine:
        raise UsageError("这个学院还没有运行过的工作区", place=college)
    return Place(store, college_id, None, mine, (space,) if space else mine, f"学院“{college}”")


def _named(every: list[Workspace], wanted: str) -> Workspace:
    found = [w for w in every if w.id == wanted] or [w for w in every if w.name == wanted]
    if len(found) == 1:
        return found[0]
    known = "、".join(f"{w.name}（{w.id}）" for w in every) or "（还没有工作区）"
    raise UsageError(
        "有几个同名的工作区" if found else "没有这个工作区", got=wanted, expected=known
    )


def of_place(here: Place, base: Settings) -> Ground:
    """The reviewed pairs of a place, and what changes would do to its proposals."""
    from functools import cache

    from align import review, snapshot, tune, tuning
    from align.settings import Settings
    from align.store import COMMAND_LINE as ME

    store = here.store

    @cache
    def kept(space: Workspace) -> snapshot.Snapshot:
        return snapshot.load(store.snapshot(ME, space.run_id))

    own = tuning.own(store, ME, here.spaces, kept)
    versions = here.versions()
    if here.space:
        in_force = Settings({**base.values, **store.settings_in_force(ME, here.space.id)})
    else:
        in_force = Settings({**base.values, **(versions[-1].values if versions else {})})

    def effects(
        changes: Mapping[str, float], calibration: Calibration | None
    ) -> list[tuple[str, Effect, Gathered]]:
        found = []
        for space in here.shown:
            now = Settings({**base.values, **store.settings_in_force(ME, space.id)})
            mine = store.settings_versions(ME, space.college_id, space.id)
            # What a workspace has set for itself the college's does not reach.
            over = {} if here.space or not mine else mine[-1].values
            then = Settings({**now.values, **changes, **over})
            before = store.calibration_in_force(ME, space.id)
            set_here = [] if here.space else store.calibration_versions(
                ME, space.college_id, space.id
            )  # fmt: skip
            held = bool(set_here) and set_here[-1].calibration is not None
            after = before if calibration is None or held else calibration
            grades = review.in_force(
                store.link_decisions(ME, space.id), space.reviewers, space.run_id
            )
            words = review.words_in_force(
                store.decisions(ME, space.id), space.reviewers, space.run_id
            )
            sides = [
                snapshot.result(snapshot.preview(kept(space), s, c), grades, words)
                for s, c in ((now, before), (then, after))
            ]
            name = space.name
            if snapshot.by_model(kept(space), then, after):
                name += "（须用模型重新对照，以下只计已列出的配对）"
            changed = tune.effect(*(side.proposals for side in sides))
            found.append((name, changed, sides[1].gathered))
        return found

    words = f"{here.name}已审核的 {len(own.table)} 对，其中抽样所得 {own.drawn} 对"
    return Ground(own.table, in_force, words, effects, own, here.calibration())


def of_labels(
    courses: Path,
    certs: Path,
    links: Path,
    base: Settings,
    model: str | None,
    device: str | None,
    concepts: Path | None,
) -> Ground:
    """Every pair of labelled files, as the matcher that is installed judges them."""
    from align import snapshot, tune
    from align.evaluate import SHOWN
    from align.judge import labelled
    from align.match import load_matcher
    from align.models import load_embedder
    from align.places import models_folder
    from align.present import Console
    from align.settings import Settings
    from align.tune import Reviewed, table
    from align.tuning import own_odds

    with Console() as console:
        result, pairs = labelled(
            courses, certs, links, load_embedder(model, device=device),
            load_matcher(models_folder() / "matcher.json", concepts), base, console.progress,
        )  # fmt: skip
    kept = snapshot.load(snapshot.dump(result))
    seen: dict[tuple[str, str], int] = {}
    best = set()
    for pair, _, _ in sorted(pairs, key=lambda x: (-x[1], x[0])):
        rank = seen[pair[:2]] = seen.get(pair[:2], 0) + 1
        if rank <= SHOWN:
            best.add(pair)
    found = [
        Reviewed(pair, f"{pair[0]}|{pair[1]}", p, own_odds(p, AS_SHIPPED), grade,
                 listed=pair in best)
        for pair, p, grade in pairs
    ]  # fmt: skip

    def effects(
        changes: Mapping[str, float], calibration: Calibration | None
    ) -> list[tuple[str, Effect, Gathered]]:
        then = Settings({**base.values, **changes})
        sides = [
            snapshot.result(snapshot.preview(kept, s, c))
            for s, c in ((base, AS_SHIPPED), (then, calibration or AS_SHIPPED))
        ]
        changed = tune.effect(*(side.proposals for side in sides))
        return [("", changed, sides[1].gathered)]

    return Ground(table(found), base, f"标注的样例，全部 {len(found)} 对", effects)


def of_samples(base: Settings) -> Ground:
    """The labelled samples that travel with the program."""
    from align.labelled import samples

    found = samples()
    words = (
        f"随附的标注样例（{'、'.join(found.programmes)}），全部 {len(found.table)} 对，"
        "机器拟合时没有见过所在的专业"
    )
    return Ground(found.table, base, words, None)
