"""``align evaluate``: figures of the matcher, or of an embedding model, on labelled files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

from align.cli_models import Device
from align.errors import UsageError

app = typer.Typer(
    help="在人工标注上评测：匹配质量（--courses --certs --links），或向量模型（sts、pairs）。",
    rich_markup_mode=None,
    invoke_without_command=True,
)

Model = Annotated[str | None, typer.Option("--model", help="向量模型：名称或文件夹。")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。")]


@app.callback()
def evaluate(
    context: typer.Context,
    courses: Annotated[Path | None, typer.Option("--courses", help="课程标准。")] = None,
    certs: Annotated[Path | None, typer.Option("--certs", help="一个证书标准。")] = None,
    links: Annotated[
        Path | None, typer.Option("--links", help="标注的关联：item_id、unit_id、grade。")
    ] = None,
    actions: Annotated[
        Path | None, typer.Option("--actions", help="标注的处理：item_id、action。")
    ] = None,
    model: Model = None,
    device: Device = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV）。")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")] = None,
    as_json: AsJson = False,
) -> None:
    """Figures of the whole tool on one labelled programme."""
    if context.invoked_subcommand is not None:
        return
    if courses is None or certs is None or links is None:
        raise UsageError(
            "缺少要评测的文件", expected="--courses、--certs、--links，或子命令 sts、pairs"
        )
    from align.judge import judge
    from align.match import load_matcher
    from align.models import load_embedder
    from align.places import models_folder
    from align.present import Console
    from align.settings import load_settings

    with Console() as console:
        figures = judge(
            courses,
            certs,
            links,
            actions,
            load_embedder(model, device=device),
            load_matcher(models_folder() / "matcher.json", concepts),
            load_settings(settings),
            console.progress,
        )
    _show(figures, as_json)


@app.command()
def sts(
    file: Annotated[Path, typer.Argument(help="句子、句子、分数三列，制表符分隔，无表头。")],
    model: Model = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """句对相似度：余弦与人工分数的 Spearman 相关（×100）。"""
    from align.judge import judge_sts
    from align.models import load_embedder

    _show(judge_sts(_existing(file), load_embedder(model, device=device)), as_json)


@app.command()
def pairs(
    file: Annotated[Path, typer.Argument(help="含 course、cert 两列的表，制表符分隔。")],
    model: Model = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """职业语句检索：由课程用语找证书用语（及反向）的 R@1 与 MRR（×100）。"""
    from align.judge import judge_pairs
    from align.models import load_embedder

    _show(judge_pairs(_existing(file), load_embedder(model, device=device)), as_json)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise UsageError("找不到文件", file=path, remedy="请检查路径。")
    return path


def _show(figures: dict[str, float], as_json: bool) -> None:
    """One flat object, or one line per figure; a figure that has no value is null (—)."""
    rounded = {
        k: v if isinstance(v, int) else None if math.isnan(v) else round(v, 4)
        for k, v in figures.items()
    }
    if as_json:
        from align.present import json_text

        typer.echo(json_text(rounded))
        return
    width = max(map(len, rounded))
    for name, value in rounded.items():
        typer.echo(f"{name:<{width}}  {'—' if value is None else value}")
