"""What ``align tune`` writes, by explicit word only: versions, the way back, drawn samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from align.errors import UsageError

if TYPE_CHECKING:
    from align.cli_tune_ground import Calibration, Place
    from align.decisions import Person
    from align.tune import Refit

_THEN = "重新计算后生效。"


def save(here: Place, changes: dict[str, float], reason: str, who: Person) -> None:
    """The tried settings as a new version, over what this place has set already."""
    versions = here.versions()
    own = versions[-1].values if versions else {}
    made = here.store.save_settings(who, here.college_id, here.scope, {**own, **changes}, reason)
    typer.echo(f"已保存：{made.id}（{made.author_name}，{made.reason}）；{_THEN}")


def back(here: Place, number: int, reason: str, who: Person) -> None:
    """An earlier version's values as a new version; 0 is before the first.

    Raises
    ------
    UsageError
        There is no such version, or it is the one in force.
    """
    versions = here.versions()
    if not 0 <= number < len(versions):
        raise UsageError(
            "没有可以回到的这一版", place="--back", got=str(number),
            expected=f"0（第 1 版以前）至 {len(versions) - 1}" if versions else "先有保存过的版本",
        )  # fmt: skip
    values = versions[number - 1].values if number else {}
    made = here.store.save_settings(who, here.college_id, here.scope, values, reason)
    typer.echo(f"已按旧值保存新版本：{made.id}（{made.author_name}，{made.reason}）；{_THEN}")


def keep_refit(here: Place, made: Refit, reason: str, who: Person) -> None:
    """The calibration fitted anew as a version.

    Raises
    ------
    UsageError
        It is not better on pairs left out: it is not kept.
    """
    if not made.better:
        raise UsageError("重新拟合并不更好，没有保存", remedy="请保留现行校准，或再多审核一些。")
    figures = {
        "ece_before": made.ece_before.value, "ece_after": made.ece_after.value,
        "brier_before": made.brier_before.value, "brier_after": made.brier_after.value,
        "pairs": float(made.ece_after.n),
    }  # fmt: skip
    version = here.store.save_calibration(
        who, here.college_id, here.scope, (made.after.slope, made.after.intercept), figures, reason
    )
    typer.echo(f"已采用新的校准：{version.id}（{version.author_name}，{version.reason}）；{_THEN}")


def take_back(here: Place, reason: str, who: Person) -> None:
    """The calibration in force taken back.

    Raises
    ------
    UsageError
        There is none of this place's own.
    """
    from align.store import COMMAND_LINE

    found = here.store.calibration_versions(COMMAND_LINE, here.college_id, here.scope)
    if not found or found[-1].calibration is None:
        raise UsageError(f"{here.name}没有自己的校准可以撤回")
    made = here.store.save_calibration(who, here.college_id, here.scope, None, {}, reason)
    typer.echo(f"已撤回校准：{made.id}（{made.author_name}，{made.reason}）；{_THEN}")


def draw(here: Place, count: int, who: Person) -> None:
    """Low-ranked pairs drawn by lot for review, entered in the ledger.

    Raises
    ------
    UsageError
        No single workspace is named, or its run lists every pair already.
    """
    from align import snapshot, tuning

    if here.space is None:
        raise UsageError("抽样须指明一个工作区", expected="--workspace，不给 --college")
    space, store = here.space, here.store
    kept = snapshot.load(store.snapshot(who, space.run_id))
    made = tuning.draw_sample(store, who, space, kept, count)
    if made is None:
        raise UsageError("没有可抽的配对：机器已列出全部配对", place=space.name)
    typer.echo(
        f"从 {made.pool_size} 对中随机抽取了 {len(made.drawn)} 对（种子 {made.seed}），已记入账本："
    )
    for (_, item, _, unit), _ in made.drawn:
        typer.echo(f"  {item} × {unit}")


def versions(here: Place) -> dict[str, Any]:
    """Every version of settings and calibration of a place, oldest first; said and as data."""
    from align.plan.nouns import local_time
    from align.store import COMMAND_LINE

    settings = here.versions()
    fitted = here.store.calibration_versions(COMMAND_LINE, here.college_id, here.scope)
    typer.echo(f"{here.name}的设置版本：" + ("" if settings else "还没有"))
    for k, v in enumerate(settings, 1):
        said = "、".join(f"{n}={x:g}" for n, x in v.values.items()) or "（全部同下层）"
        mark = "  ← 现行" if k == len(settings) else ""
        when = f"{local_time(v.time)} 北京时间"
        typer.echo(f"  {k}  {when}  {v.author_name}  {said}  {v.reason}{mark}")
    typer.echo(f"{here.name}的校准版本：" + ("" if fitted else "还没有"))
    for k, c in enumerate(fitted, 1):
        mark = "  ← 现行" if k == len(fitted) else ""
        typer.echo(
            f"  {k}  {local_time(c.time)} 北京时间  {c.author_name}  {_calibration(c.calibration)}"
            f"  {c.reason}{mark}"
        )
    return {
        "settings": [
            {"number": k, "id": v.id, "time": v.time.isoformat(), "author": v.author_name,
             "values": v.values, "reason": v.reason}
            for k, v in enumerate(settings, 1)
        ],
        "calibration": [
            {"number": k, "id": c.id, "time": c.time.isoformat(), "author": c.author_name,
             "calibration": c.calibration, "figures": c.figures, "reason": c.reason}
            for k, c in enumerate(fitted, 1)
        ],
    }  # fmt: skip


def _calibration(found: Calibration | None) -> str:
    return "已撤回" if found is None else f"斜率 {found[0]:.4g}，截距 {found[1]:.4g}"
