"""``align tune``: figures at thresholds, thresholds for a goal, what a change would do, versions.

It writes nothing without an explicit word: ``--save``, ``--back``, ``--take-back`` (each with a
reason) or ``--draw``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from align.cli_models import Device
from align.cli_store import Db, PasswordStdin
from align.cli_who import person_of
from align.errors import UsageError

if TYPE_CHECKING:
    from align.cli_tune_ground import Ground, Place
    from align.tune import Goal, Refit


def tune(
    workspace: Annotated[
        str | None, typer.Option("--workspace", help="数据库里的工作区（名称或编号）。")
    ] = None,
    college: Annotated[
        str | None,
        typer.Option(
            "--college",
            help="整个学院（名称或编号；本机为 local）：看全院已审核的配对，版本存为全院的。",
        ),
    ] = None,
    courses: Annotated[Path | None, typer.Option("--courses", help="已标注的课程标准。")] = None,
    certs: Annotated[
        Path | None, typer.Option("--certs", help="已标注的证书标准，恰好一个。")
    ] = None,
    links: Annotated[
        Path | None, typer.Option("--links", help="标注的关联：item_id、unit_id、grade。")
    ] = None,
    samples: Annotated[bool, typer.Option("--samples", help="看随附的标注样例。")] = False,
    recall: Annotated[
        float | None, typer.Option("--recall", help="目标：召回率不低于此值，如 0.95。")
    ] = None,
    precision: Annotated[
        float | None, typer.Option("--precision", help="目标：精确率不低于此值，如 0.95。")
    ] = None,
    f1: Annotated[bool, typer.Option("--f1", help="目标：F1 最高。")] = False,
    exempt: Annotated[
        float | None,
        typer.Option(
            "--exempt", help="目标：免修的精确率不低于此值，如 0.95；依据已决定的免修建议。"
        ),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="试一个设置，如 link_threshold=0.3，可多次给出。"),
    ] = None,
    refit: Annotated[
        bool, typer.Option("--refit", help="重新拟合概率校准，比较前后；同时给 --save 才采用。")
    ] = False,
    model: Annotated[str | None, typer.Option("--model", help="向量模型：名称或文件夹。")] = None,
    device: Device = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV）。")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="列出设置与校准的各个版本。")
    ] = False,
    save: Annotated[
        bool,
        typer.Option("--save", help="把所试的设置（或 --refit 的校准）保存为新版本；须给理由。"),
    ] = False,
    back: Annotated[
        int | None,
        typer.Option("--back", help="按第几版的值保存新版本；0 为第 1 版以前。须给理由。"),
    ] = None,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="撤回现行的校准。须给理由。")
    ] = False,
    draw: Annotated[
        int | None,
        typer.Option("--draw", help="从机器排在后面的配对中随机抽取几对来审，记入账本。"),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="保存的理由。")] = "",
    who: Annotated[str, typer.Option("--as", help="保存的人：登录名；本机使用时为姓名。")] = "",
    password_stdin: PasswordStdin = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
    db: Db = None,
) -> None:
    """阈值的各项指标、按目标的建议值、改动会带来的变化，以及各个版本；不明说保存时什么也不写。"""
    from align import cli_tune_ground as ground
    from align.cli_tune_show import goal
    from align.settings import load_settings

    given = [x for x in (recall, precision, f1 or None, exempt) if x is not None]
    if len(given) > 1:
        raise UsageError("目标请只给一个", expected="--recall、--precision、--f1 或 --exempt")
    wanted, changes = goal(recall, precision, f1), _changes(change or [])
    stored = workspace is not None or college is not None
    files = [x for x in (courses, certs, links) if x is not None]
    if stored + samples + bool(files) > 1:
        raise UsageError(
            "工作区、标注文件与随附样例请只给一种",
            expected="--workspace 或 --college，或三个标注文件，或 --samples",
        )
    writes = [save, back is not None, take_back, draw is not None]
    _check_words(writes, stored, changes, refit, reason, who)
    if not stored and (versions or refit or exempt is not None):
        raise UsageError(
            "版本、校准与免修的目标都依据学院自己的审核", expected="--workspace 或 --college"
        )
    base = load_settings(settings)
    if stored:
        from align.cli_store import _store
        from align.cli_tune_keep import versions as listed

        with closing(_store(db, create=False)) as store:
            here = ground.place(store, workspace, college)
            if back is not None or take_back or draw is not None:
                _write(here, back, take_back, draw, reason, who, password_stdin)
                return
            with _said(as_json) as data:
                if versions:
                    data |= listed(here)
                    return
                made = _show(ground.of_place(here, base), wanted, exempt, changes, refit, data)
            if save:
                _save(here, changes, made, reason, who, password_stdin)
        return
    base.with_values(**changes)  # refuses what may not be, before the long work
    if samples:
        if changes:
            raise UsageError("随附样例只有配对，没有建议可改", expected="不给 --set")
        with _said(as_json) as data:
            _show(ground.of_samples(base), wanted, None, changes, False, data)
        return
    if courses is None or certs is None or links is None:
        raise UsageError(
            "缺少要看的配对",
            expected="--workspace 或 --college，或 --courses、--certs、--links 三个，或 --samples",
        )
    found = ground.of_labels(courses, certs, links, base, model, device, concepts)
    with _said(as_json) as data:
        _show(found, wanted, None, changes, False, data)


def _check_words(
    writes: list[bool], stored: bool, changes: dict[str, float], refit: bool, reason: str, who: str
) -> None:
    """Refuse, before any work, what cannot be saved."""
    save, back, take_back, draw = writes
    if sum(writes) > 1:
        raise UsageError("一次请只做一件", expected="--save、--back、--take-back 或 --draw")
    if save and not (stored and reason.strip() and who and bool(changes) != refit):
        raise UsageError(
            "保存还缺少选项",
            expected="--workspace（或 --college）、--set 或 --refit 之一、--reason 和 --as",
            remedy="建议值也要用 --set 写明，才会保存。",
        )
    if (back or take_back) and not (stored and reason.strip() and who):
        raise UsageError("保存还缺少选项", expected="--workspace（或 --college）、--reason 和 --as")
    if draw and not (stored and who):
        raise UsageError("抽样还缺少选项", expected="--workspace 和 --as")


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


@contextmanager
def _said(as_json: bool) -> Iterator[dict[str, Any]]:
    """What is found, as data; with ``--json`` the data take the place of the words."""
    data: dict[str, Any] = {}
    if not as_json:
        yield data
        return
    with redirect_stdout(StringIO()):
        yield data
    typer.echo(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False))


def _show(
    ground: Ground,
    goal: Goal | None,
    exempt: float | None,
    changes: dict[str, float],
    fit: bool,
    data: dict[str, Any],
) -> Refit | None:
    """Say figures, the goal's thresholds and the effect; the calibration fitted anew, if asked."""
    from align import cli_tune_show as show
    from align.tune import Calibration, refit, suggest

    ground.settings.with_values(**changes)  # refuses what may not be, before the long work
    data |= show.figures(ground, changes)
    tried = changes
    if goal:
        found = suggest(ground.table, goal)
        data |= show.suggestion(found)
        if ground.effects and not changes:
            tried = show.as_change(found, ground.settings, "link_threshold")
    if exempt is not None:
        wanted, said = show.exemption(ground, exempt)
        data |= said
        tried = changes or wanted
    made = None
    if fit:
        made = refit(ground.table, Calibration(*ground.calibration))
        data |= show.refit(made)
    if ground.effects and tried:
        named = "、".join(f"{k}={v:g}" for k, v in tried.items())
        data |= show.effects(ground.effects(tried, None), f"若改为 {named}：", tried)
    elif ground.effects and made and made.better:
        new = (made.after.slope, made.after.intercept)
        data |= show.effects(ground.effects({}, new), "若采用新的校准：", {})
    return made


def _write(
    here: Place,
    back: int | None,
    take_back: bool,
    draw: int | None,
    reason: str,
    who: str,
    password_stdin: bool,
) -> None:
    from align import cli_tune_keep as keep

    if draw is not None and draw < 1:
        raise UsageError("抽样的个数不对", got=str(draw), expected="至少 1")
    person = person_of(here.store, here.college_id, who, password_stdin)
    if back is not None:
        keep.back(here, back, reason, person)
    elif take_back:
        keep.take_back(here, reason, person)
    elif draw is not None:
        keep.draw(here, draw, person)


def _save(
    here: Place,
    changes: dict[str, float],
    made: Refit | None,
    reason: str,
    who: str,
    password_stdin: bool,
) -> None:
    from align import cli_tune_keep as keep

    person = person_of(here.store, here.college_id, who, password_stdin)
    if made is not None:
        keep.keep_refit(here, made, reason, person)
    else:
        keep.save(here, changes, reason, person)
