"""``align tune``: figures at thresholds, a threshold for a goal, and what a change would do.

It writes nothing unless ``--save`` and ``--reason`` are given.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from align.cli_models import Device
from align.cli_store import Db, PasswordStdin
from align.errors import SettingsError, UsageError
from align.records import ACTION_ZH

if TYPE_CHECKING:
    from collections.abc import Callable

    from align.decisions import Person, Workspace
    from align.records import Proposal
    from align.settings import Settings
    from align.store import Store
    from align.tune import Effect, Figure, Goal, Reviewed, Suggestion, Table

#: Thresholds shown beside the one in force.
_SHOWN_AT = (0.1, 0.3, 0.5, 0.7)
_SHOWN_CHANGES = 40
_CHANGE_ZH = {"appears": "出现", "vanishes": "消失", "action": "改处理", "content": "改内容"}
_NAMES = (("precision", "精确率"), ("recall", "召回率"), ("f1", "F1"))
# Probabilities are kept in 16 bits; nearer to 0 or 1 there is nothing to tell apart.
_EDGE = 0.5 / 65535


@dataclass(frozen=True)
class _Ground:
    """What figures and effects stand on: reviewed pairs, and proposals under other settings."""

    table: Table
    settings: Settings
    proposals: Callable[[Settings], tuple[Proposal, ...]]
    words: str


def tune(
    workspace: Annotated[
        str | None, typer.Option("--workspace", help="数据库里的工作区（名称或编号）。")
    ] = None,
    courses: Annotated[Path | None, typer.Option("--courses", help="已标注的课程标准。")] = None,
    certs: Annotated[
        Path | None, typer.Option("--certs", help="已标注的证书标准，恰好一个。")
    ] = None,
    links: Annotated[
        Path | None, typer.Option("--links", help="标注的关联：item_id、unit_id、grade。")
    ] = None,
    recall: Annotated[
        float | None, typer.Option("--recall", help="目标：召回率不低于此值，如 0.95。")
    ] = None,
    precision: Annotated[
        float | None, typer.Option("--precision", help="目标：精确率不低于此值，如 0.95。")
    ] = None,
    f1: Annotated[bool, typer.Option("--f1", help="目标：F1 最高。")] = False,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="试一个设置，如 link_threshold=0.3，可多次给出。"),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="向量模型：名称或文件夹。")] = None,
    device: Device = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV）。")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")] = None,
    save: Annotated[
        bool, typer.Option("--save", help="把所试的设置保存为工作区的新版本；须同时给 --reason。")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="保存的理由。")] = "",
    who: Annotated[str, typer.Option("--as", help="保存的人：登录名；本机使用时为姓名。")] = "",
    password_stdin: PasswordStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
    db: Db = None,
) -> None:
    """阈值的各项指标、按目标的建议值，以及改动会带来的变化；不给 --save 时什么也不写。"""
    from align.settings import load_settings

    goal = _goal(recall, precision, f1)
    changes = _changes(change or [])
    if save and not (workspace and reason.strip() and who and changes):
        raise UsageError(
            "保存还缺少选项", expected="--workspace、--set、--reason 和 --as",
            remedy="建议值也要用 --set 写明，才会保存。",
        )  # fmt: skip
    base = load_settings(settings)
    if workspace is not None:
        if courses or certs or links:
            raise UsageError("工作区与标注文件请只给一种", expected="--workspace，或三个标注文件")
        from align.cli_store import _store

        with closing(_store(db, create=False)) as store:
            space = _space(store, workspace)
            _show(_of_workspace(store, space, base), goal, changes, as_json)
            if save:
                _save(store, space, changes, reason, _signed_in(store, space, who, password_stdin))
        return
    if courses is None or certs is None or links is None:
        raise UsageError(
            "缺少要看的配对", expected="--workspace，或 --courses、--certs、--links 三个"
        )
    base.with_values(**changes)  # refuses what may not be, before the long work
    _show(_of_labels(courses, certs, links, base, model, device, concepts), goal, changes, as_json)


def _goal(recall: float | None, precision: float | None, f1: bool) -> Goal | None:
    from align.tune import Goal

    given = [x for x in (recall, precision, f1 or None) if x is not None]
    if len(given) > 1:
        raise UsageError("目标请只给一个", expected="--recall、--precision 或 --f1")
    if recall is not None:
        return Goal("recall", recall)
    if precision is not None:
        return Goal("precision", precision)
    return Goal("f1") if f1 else None


def _changes(given: list[str]) -> dict[str, float]:
    found = {}
    for text in given:
        name, _, value = text.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError as error:
            raise UsageError(
                "--set 写得不对", got=text, expected="名称=数值，如 link_threshold=0.3"
            ) from error
    return found


# --- what the figures stand on ---


def _odds(probability: float, calibration: tuple[float, float]) -> float:
    """Log-odds of the matcher's own probability, from one under a calibration."""
    p = min(max(probability, _EDGE), 1 - _EDGE)
    slope, intercept = calibration
    return (math.log(p / (1 - p)) - intercept) / slope


def _of_workspace(store: Store, space: Workspace, base: Settings) -> _Ground:
    from align import review, snapshot
    from align.settings import Settings
    from align.store import COMMAND_LINE
    from align.tune import Drawn, Reviewed, by_pair, table

    me = COMMAND_LINE
    if not space.run_id:
        raise UsageError("这个工作区还没有运行", place=space.name, remedy="请先在界面中运行对照。")
    kept = snapshot.load(store.snapshot(me, space.run_id, space.id))
    calibration = store.calibration_in_force(me, space.id)
    # The run may have been made before the calibration in force was saved.
    since = snapshot.between(snapshot.calibration_of(kept.run.model), calibration)
    grades = review.in_force(store.link_decisions(me, space.id), space.reviewers, space.run_id)
    verdicts = review.words_in_force(store.decisions(me, space.id), space.reviewers, space.run_id)
    lots = [
        Drawn(pair, share)
        for sample in store.samples(me, space.id)
        if sample.run_id == space.run_id
        for pair, share in sample.drawn
    ]
    chances = by_pair(grades, lots)
    pairs = []
    for pair, grade in grades.items():
        p = kept.probability(pair)
        if p is not None:
            p = float(snapshot.recalibrated(p, since)) if since != snapshot.AS_SHIPPED else p
            group = f"{pair[0]}|{pair[1]}"
            pairs.append(Reviewed(pair, group, p, _odds(p, calibration), grade, chances[pair]))
    in_force = Settings({**base.values, **store.settings_in_force(me, space.id)})

    def proposals(under: Settings) -> tuple[Proposal, ...]:
        shown = snapshot.under(kept, under, since)
        return tuple(snapshot.result(shown, grades, verdicts).proposals)

    drawn = sum(d.pair in grades for d in lots)
    words = f"工作区“{space.name}”已审定的 {len(pairs)} 对，其中抽样所得 {drawn} 对"
    return _Ground(table(pairs), in_force, proposals, words)


def _of_labels(
    courses: Path,
    certs: Path,
    links: Path,
    base: Settings,
    model: str | None,
    device: str | None,
    concepts: Path | None,
) -> _Ground:
    from align import snapshot
    from align.judge import labelled
    from align.match import load_matcher
    from align.models import load_embedder
    from align.places import models_folder
    from align.present import Console
    from align.tune import Reviewed, table

    with Console() as console:
        result, pairs = labelled(
            courses, certs, links, load_embedder(model, device=device),
            load_matcher(models_folder() / "matcher.json", concepts), base, console.progress,
        )  # fmt: skip
    kept = snapshot.load(snapshot.dump(result))
    found: list[Reviewed] = [
        Reviewed(pair, f"{pair[0]}|{pair[1]}", p, _odds(p, snapshot.AS_SHIPPED), grade)
        for pair, p, grade in pairs
    ]

    def proposals(under: Settings) -> tuple[Proposal, ...]:
        return tuple(snapshot.result(snapshot.under(kept, under)).proposals)

    return _Ground(table(found), base, proposals, f"标注的样例，全部 {len(found)} 对")


# --- what is shown ---


def _show(ground: _Ground, goal: Goal | None, changes: dict[str, float], as_json: bool) -> None:
    from align.tune import effect, expected_calibration_error, suggest, with_interval

    now = ground.settings
    after = now.with_values(**changes)  # refuses what may not be, before the long work
    found = suggest(ground.table, goal) if goal else None
    if found and not changes:
        changes, after = _tried(found, now)
    asked = sorted({*_SHOWN_AT, now.link_threshold, changes.get("link_threshold", 0.1)})
    figures = {x: _figures(ground.table, x) for x in asked} if len(ground.table) else {}
    ece = with_interval(ground.table, expected_calibration_error) if figures else None
    done = effect(ground.proposals(now), ground.proposals(after)) if changes else None
    if as_json:
        typer.echo(json.dumps(_data(ground, figures, ece, found, changes, done), ensure_ascii=False,
                              indent=1, allow_nan=False))  # fmt: skip
        return
    typer.echo(f"{ground.words}（有关联 {int(ground.table.linked.sum())} 对）")
    for x, f in figures.items():
        mark = "  ← 现用" if x == now.link_threshold else ""
        said = "  ".join(f"{zh} {_figure(f[name])}" for name, zh in _NAMES)
        typer.echo(f"关联阈值 {x:g}：{said}{mark}")
    if ece is not None:
        typer.echo(f"校准误差 {_figure(ece)}")
    else:
        typer.echo("还没有已审定的配对，没有指标可看。")
    if found:
        _say_suggestion(found)
    if done:
        named = "、".join(f"{k}={v:g}" for k, v in changes.items())
        typer.echo(f"若改为 {named}：")
        _say_effect(done)


def _figures(t: Table, threshold: float) -> dict[str, Figure]:
    from align.tune import precision_recall, with_interval

    def part(k: int) -> Callable[[Table], float]:
        return lambda x: precision_recall(x, threshold)[k]

    return {name: with_interval(t, part(k)) for k, (name, _) in enumerate(_NAMES)}


def _tried(found: Suggestion, now: Settings) -> tuple[dict[str, float], Settings]:
    """The suggested threshold as a change, if the settings allow it at all."""
    changes = {"link_threshold": found.threshold}
    try:
        return changes, now.with_values(**changes)
    except SettingsError as error:
        typer.echo(f"建议值不能直接使用：{error.line()}", err=True)
        return {}, now


def _figure(f: Figure) -> str:
    return f"{f.value:.3f}（{f.low:.3f}–{f.high:.3f}，n={f.n}）"


def _say_suggestion(s: Suggestion) -> None:
    aim = {"recall": "召回率", "precision": "精确率", "f1": "F1"}[s.goal.aim]
    wanted = "最高" if s.goal.aim == "f1" else f"不低于 {s.goal.level:g}"
    low, high = s.spread
    typer.echo(
        f"目标 {aim}{wanted}：建议关联阈值 {s.threshold:.4g}（各折 {low:.4g}–{high:.4g}）"
        + ("" if s.reached else "；在留出的配对上没有达到目标")
    )
    said = "  ".join(f"{zh} {_figure(getattr(s, name))}" for name, zh in _NAMES)
    typer.echo(f"  在留出的配对上：{said}")


def _say_effect(e: Effect) -> None:
    counts = "，".join(f"{ACTION_ZH[a]} {b}→{c}" for a, b, c in e.actions if b != c)
    typer.echo(
        f"  {len(e.changes)} 条建议有变化（{counts or '各处理的条数不变'}）；"
        f"免修学时 {e.hours:+g}，学分 {e.credits:+g}"
    )
    for c in e.changes[:_SHOWN_CHANGES]:
        before = ACTION_ZH[c.before.action] if c.before else "（无）"
        after = ACTION_ZH[c.after.action] if c.after else "（无）"
        typer.echo(f"  {_CHANGE_ZH[c.kind]} {c.subject}：{before} → {after}")
    if len(e.changes) > _SHOWN_CHANGES:
        typer.echo(f"  ……另有 {len(e.changes) - _SHOWN_CHANGES} 条，用 --json 查看")


def _data(
    ground: _Ground,
    figures: dict[float, dict[str, Figure]],
    ece: Figure | None,
    found: Suggestion | None,
    changes: dict[str, float],
    done: Effect | None,
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "pairs": len(ground.table),
        "links": int(ground.table.linked.sum()),
        "link_threshold": ground.settings.link_threshold,
        "figures": [
            {"threshold": x, **{k: _finite(v) for k, v in f.items()}} for x, f in figures.items()
        ],
        "ece": None if ece is None else _finite(ece),
    }
    if found:
        data["suggestion"] = {
            "aim": found.goal.aim, "level": found.goal.level, "threshold": found.threshold,
            "reached": found.reached, "spread": list(found.spread),
            **{name: _finite(getattr(found, name)) for name, _ in _NAMES},
        }  # fmt: skip
    if done:
        data["effect"] = {
            "settings": changes, "hours": done.hours, "credits": done.credits,
            "actions": {str(a): [b, c] for a, b, c in done.actions},
            "changes": [
                {"subject": c.subject, "kind": c.kind,
                 "before": str(c.before.action) if c.before else None,
                 "after": str(c.after.action) if c.after else None}
                for c in done.changes
            ],
        }  # fmt: skip
    return data


def _finite(f: Figure) -> dict[str, float | None]:
    """NaN (an interval of nothing) has no JSON."""
    return {k: v if math.isfinite(v) else None for k, v in dataclasses.asdict(f).items()}


# --- saving ---


def _space(store: Store, wanted: str) -> Workspace:
    from align.store import COMMAND_LINE

    every = store.workspaces(COMMAND_LINE)
    found = [w for w in every if w.id == wanted] or [w for w in every if w.name == wanted]
    if len(found) == 1:
        return found[0]
    known = "、".join(f"{w.name}（{w.id}）" for w in every) or "（还没有工作区）"
    raise UsageError(
        "有几个同名的工作区" if found else "没有这个工作区", got=wanted, expected=known
    )


def _signed_in(store: Store, space: Workspace, who: str, password_stdin: bool) -> Person:
    """Whoever saves, as the database knows them; on a laptop by name, else by password."""
    from align.store import COMMAND_LINE, LOCAL

    if space.college_id == LOCAL:
        if who not in {p.name for p in store.people(COMMAND_LINE, LOCAL)}:
            raise UsageError("本机没有这位使用者", got=who, remedy="请先在界面中留下姓名。")
        return store.local_person(who)
    if password_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    else:
        secret = str(typer.prompt("密码", hide_input=True))
    return store.sign_in(who, secret)


def _save(
    store: Store, space: Workspace, changes: dict[str, float], reason: str, who: Person
) -> None:
    versions = store.settings_versions(who, space.college_id, space.id)
    own = versions[-1].values if versions else {}
    made = store.save_settings(who, space.college_id, space.id, {**own, **changes}, reason)
    typer.echo(f"已保存：{made.id}（{made.author_name}，{made.reason}）；重新计算后生效。")
