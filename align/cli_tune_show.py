"""What ``align tune`` shows, in words and as data: figures, thresholds for a goal, effects."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import typer

from align.errors import SettingsError
from align.records import ACTION_ZH

if TYPE_CHECKING:
    from align.cli_tune_ground import Ground
    from align.gather import Gathered
    from align.settings import Settings
    from align.tune import Effect, Figure, Goal, Refit, Suggestion, Table, TooFewError

#: Thresholds shown beside the one in force.
_SHOWN_AT = (0.1, 0.3, 0.5, 0.7)
_SHOWN_CHANGES = 40
_NAMES = (("precision", "精确率"), ("recall", "召回率"), ("f1", "F1"))
_KIND_ZH = {"unit": "单元免修", "course": "整门课程免修"}

Data = dict[str, Any]


def figures(ground: Ground, changes: dict[str, float]) -> Data:
    """Precision, recall and F1 at some thresholds, and the calibration error; said too."""
    from align.tune import expected_calibration_error, ratios, with_interval

    t, now = ground.table, ground.settings.link_threshold
    few = _too_few(t)
    data: Data = {
        "pairs": len(t), "links": int(t.linked.sum()), "link_threshold": now, "too_few": few,
    }  # fmt: skip
    if few:
        typer.echo(f"注意：{few}。下面的数字只供参考，不能据此下结论或改动设置。")
    typer.echo(f"{ground.words}（有关联 {data['links']} 对）")
    if not len(t):
        typer.echo("还没有已审核的配对，没有指标可看。")
        return data | {"figures": [], "ece": None}
    asked = sorted({*_SHOWN_AT, now, changes.get("link_threshold", now)})
    rows = []
    for x in asked:
        found = ratios(t, x)
        said = "  ".join(f"{zh} {_figure(found[name])}" for name, zh in _NAMES)
        typer.echo(f"关联阈值 {x:g}：{said}{'  ← 现用' if x == now else ''}")
        rows.append({"threshold": x, **{k: _finite(v) for k, v in found.items()}})
    ece = with_interval(t.shown, expected_calibration_error)
    typer.echo(f"校准误差（教师看得到的候选）{_figure(ece)}")
    return data | {"figures": rows, "ece": _finite(ece)}


def _too_few(t: Table) -> str:
    """Why nothing can be concluded from these pairs, by the least a goal asks; or empty."""
    from align.tune import TooFewError, enough
    from align.tune.goals import FEWEST

    try:
        enough(t, links=FEWEST, others=FEWEST)
    except TooFewError as error:
        return f"配对太少，得不出可靠的结论：现有{error.got}；需要{error.expected}"
    return ""


def suggestion(found: Suggestion) -> Data:
    """A threshold for links, with what it costs on pairs left out."""
    aim = {"recall": "召回率", "precision": "精确率", "f1": "F1"}[found.goal.aim]
    wanted = "最高" if found.goal.aim == "f1" else f"不低于 {found.goal.level:g}"
    low, high = found.spread
    typer.echo(
        f"目标 {aim}{wanted}：建议关联阈值 {found.threshold:.4g}（各折 {low:.4g}–{high:.4g}）"
        + ("" if found.reached else "；在留出的配对上没有达到目标")
    )
    said = "  ".join(f"{zh} {_figure(getattr(found, name))}" for name, zh in _NAMES)
    typer.echo(f"  在留出的配对上：{said}")
    return {"suggestion": _suggested(found)}


def _suggested(found: Suggestion) -> Data:
    return {
        "aim": found.goal.aim, "level": found.goal.level, "threshold": found.threshold,
        "reached": found.reached, "spread": list(found.spread), "linked": found.linked,
        **{name: _finite(getattr(found, name)) for name, _ in _NAMES},
    }  # fmt: skip


def as_change(found: Suggestion, now: Settings, name: str) -> dict[str, float]:
    """The suggested value as a change to try, if the settings allow it at all."""
    changes = {name: found.threshold}
    try:
        now.with_values(**changes)
    except SettingsError as error:
        typer.echo(f"建议值不能直接使用：{error.line()}", err=True)
        return {}
    return changes


def exemption(ground: Ground, level: float) -> tuple[dict[str, float], Data]:
    """Thresholds for exemptions of this precision, or how many decisions are lacking.

    Returns
    -------
    tuple
        The changes to try, and what was found for each kind.

    Raises
    ------
    TooFewError
        There are too few decisions of both kinds.
    """
    from align.settings import BY_NAME
    from align.tune import SETTING_OF, TooFewError, counts, suggest_exemption

    decided = ground.own.exempted if ground.own else ()
    known = counts(decided)
    changes: dict[str, float] = {}
    data: Data = {}
    lacking: list[TooFewError] = []
    for kind, setting in SETTING_OF.items():
        n, right = known[kind]
        now, zh = ground.settings.values[setting], BY_NAME[setting].zh
        data[kind] = {"setting": setting, "decided": n, "right": right}
        typer.echo(f"{_KIND_ZH[kind]}：已决定 {n} 条，其中采纳 {right} 条")
        try:
            found = suggest_exemption(decided, kind, level)
        except TooFewError as error:
            lacking.append(error)
            typer.echo(f"  {error.line()}")
            data[kind]["lacking"] = error.line()
            continue
        data[kind]["suggestion"] = _suggested(found)
        if found.threshold <= now:
            typer.echo(
                f"  {zh} {now:g}（现用）" + ("已达到目标" if found.reached else "未达到目标")
            )
        else:
            typer.echo(
                f"  建议{zh} {found.threshold:.4g}（现用 {now:g}）"
                + ("" if found.reached else "；在留出的免修建议上没有达到目标，或留下的太少")
            )
            changes |= as_change(found, ground.settings.with_values(**changes), setting)
        typer.echo(
            f"  在留出的免修建议上：对的份额 {_figure(found.precision)}  "
            f"对的免修留下 {_figure(found.recall)}  留下 {found.linked} 条"
        )
    if len(lacking) == len(SETTING_OF):
        raise lacking[0]
    return changes, {"exemption": data}


def effects(
    done: list[tuple[str, Effect, Gathered]], title: str, settings: dict[str, float]
) -> Data:
    """What a change would do today, of each workspace, item by item."""
    from align.cli_tune_words import Names

    typer.echo(title)
    rows = []
    for name, e, gathered in done:
        names = Names(gathered)
        counts = "，".join(f"{ACTION_ZH[a]} {b}→{c}" for a, b, c in e.actions if b != c)
        typer.echo(
            f"  {f'{name}：' if len(done) > 1 or '（' in name else ''}{len(e.changes)} 条建议有变化"
            f"（{counts or '各处理的条数不变'}）；"
            f"免修学时 {e.hours:+g}，学分 {e.credits:+g}"
        )
        for c in e.changes[:_SHOWN_CHANGES]:
            typer.echo(f"  {names.line(c)}")
        if len(e.changes) > _SHOWN_CHANGES:
            typer.echo(f"  ……另有 {len(e.changes) - _SHOWN_CHANGES} 条，用 --json 查看")
        rows.append(_effect(e) | {"settings": settings, "workspace": name})
    return {"effect": rows[0]} if len(rows) == 1 else {"effects": rows}


def _effect(e: Effect) -> Data:
    return {
        "hours": e.hours, "credits": e.credits,
        "actions": {str(a): [b, c] for a, b, c in e.actions},
        "changes": [
            {"subject": c.subject, "kind": c.kind,
             "before": str(c.before.action) if c.before else None,
             "after": str(c.after.action) if c.after else None}
            for c in e.changes
        ],
    }  # fmt: skip


def refit(made: Refit) -> Data:
    """A calibration fitted anew, before and after on pairs it was not fitted on."""
    rows = (
        ("校准误差", made.ece_before, made.ece_after),
        ("Brier 分数", made.brier_before, made.brier_after),
    )
    typer.echo("重新拟合概率校准，在留出的配对上：")
    for name, before, after in rows:
        typer.echo(f"  {name} {_figure(before)} → {_figure(after)}")
    after_it = f"斜率 {made.after.slope:.4g}，截距 {made.after.intercept:.4g}"
    typer.echo(
        f"  更好：{after_it}" if made.better else f"  并不更好（{after_it}），请保留现行校准。"
    )
    return {
        "refit": {
            "before": dataclasses.asdict(made.before), "after": dataclasses.asdict(made.after),
            "better": made.better, "ece_before": _finite(made.ece_before),
            "ece_after": _finite(made.ece_after), "brier_before": _finite(made.brier_before),
            "brier_after": _finite(made.brier_after),
        }
    }  # fmt: skip


def _figure(f: Figure) -> str:
    if not math.isfinite(f.low):
        return f"{f.value:.3f}（n={f.n}）"
    return f"{f.value:.3f}（{f.low:.3f}–{f.high:.3f}，n={f.n}）"


def _finite(f: Figure) -> dict[str, float | None]:
    """NaN (an interval of nothing) has no JSON."""
    return {k: v if math.isfinite(v) else None for k, v in dataclasses.asdict(f).items()}


def goal(recall: float | None, precision: float | None, f1: bool) -> Goal | None:
    """The goal for links that was asked for, if any."""
    from align.tune import Goal

    if recall is not None:
        return Goal("recall", recall)
    if precision is not None:
        return Goal("precision", precision)
    return Goal("f1") if f1 else None
