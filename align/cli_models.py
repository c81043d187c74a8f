"""``align models``: which embedding models there are, adding, fetching, choosing, comparing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer

from align.errors import UsageError

models_app = typer.Typer(
    help="向量模型：查看、添加、下载、选用、比较。", rich_markup_mode=None, no_args_is_help=True
)

Query = Annotated[
    str | None, typer.Option("--query-prompt", help="技能要求（被查找的一方）之前加的提示语。")
]
Passage = Annotated[str | None, typer.Option("--passage-prompt", help="课程内容之前加的提示语。")]
Plain = Annotated[str | None, typer.Option("--plain-prompt", help="词与词互相比较时加的提示语。")]
MaxLength = Annotated[int | None, typer.Option("--max-length", help="每条文字最多多少个词元。")]
Dtype = Annotated[str | None, typer.Option("--dtype", help="float32、bfloat16 或 float16。")]
BatchSize = Annotated[int | None, typer.Option("--batch-size", help="一批多少条文字。")]
Device = Annotated[
    str | None, typer.Option("--device", help="cpu、cuda 或 mps；不给则有显卡就用。")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。")]


@models_app.command("list")
def models_list(as_json: AsJson = False) -> None:
    """列出可用的模型，以及可以下载的已知模型。"""
    from dataclasses import asdict

    from align.models import find_model, installed_models
    from align.models.registry import known_models
    from align.models.user import chosen, user_folder

    installed, known = installed_models(), known_models()
    choice = chosen()
    names = {m.name.lower() for m in installed}
    in_use = find_model(None).name if (choice.model or "").lower() in {"", *names} else None
    absent = [k for k in known.values() if k.hub and k.name.lower() not in names]
    if as_json:
        data = {
            "in_use": in_use,
            "device": choice.device,
            "installed": [
                {
                    "name": m.name, "folder": str(m.folder) if m.folder else None,
                    "megabytes": round(m.megabytes, 1), "own": m.own,
                    "verified": m.hashes is not None, "settings": asdict(m.settings),
                }
                for m in installed
            ],
            "known": [
                {**asdict(k), "installed": k.name.lower() in names} for k in known.values() if k.hub
            ],
        }  # fmt: skip
        from align.present import json_text

        typer.echo(json_text(data, indent=1))
        return
    typer.echo("可用的模型（* 为默认使用）：")
    for m in installed:
        sign = "*" if m.name == in_use else " "
        size = "内置，只认字面" if m.folder is None else f"{m.megabytes:.1f} MB，{m.folder}"
        typer.echo(f"{sign} {m.name}{'（默认）' if m.name == in_use else ''}  {size}")
        if said := _settings_line(m.settings):
            typer.echo(f"    {said}")
    if in_use is None:
        typer.echo(f"所选的模型 {choice.model} 已不在；请用 align models use 另选一个。", err=True)
    if choice.device:
        typer.echo(f"设备：{choice.device}")
    if absent:
        typer.echo("\n可以下载的已知模型（align models fetch 名称）：")
    for k in absent:
        typer.echo(f"  {k.name}  {k.megabytes:.0f} MB，{k.languages}，{k.licence}：{k.note}")
    typer.echo(f"\n自己的模型放在 {user_folder()}")


def _settings_line(settings: Any) -> str:
    said = [
        f"{zh}“{text.encode('unicode_escape').decode() if chr(10) in text else text}”"
        for zh, text in (
            ("要求前加", settings.query),
            ("内容前加", settings.passage),
            ("互比时加", settings.plain),
        )
        if text
    ]
    if settings.max_length:
        said.append(f"最多 {settings.max_length} 词元")
    if settings.dtype != "float32":
        said.append(settings.dtype)
    return "，".join(said)


@models_app.command("add")
def models_add(
    path: Annotated[Path, typer.Argument(help="sentence-transformers 格式的模型文件夹。")],
    name: Annotated[str | None, typer.Option("--name", help="名称；不给则用文件夹名。")] = None,
    link: Annotated[bool, typer.Option("--link", help="不复制，原地使用。")] = False,
    query: Query = None,
    passage: Passage = None,
    plain: Plain = None,
    max_length: MaxLength = None,
    dtype: Dtype = None,
    batch_size: BatchSize = None,
) -> None:
    """添加一个本地模型：检查格式、自检、登记每个文件的校验值。"""
    from align.models.registry import settings_for
    from align.models.user import add
    from align.present import Console

    called = path.resolve().name if name is None else name
    settings = _with(
        settings_for(called, path), query=query, passage=passage, plain=plain,
        max_length=max_length, dtype=dtype, batch_size=batch_size,
    )  # fmt: skip
    with Console() as console:
        console.progress("检查模型", 1, 1)
        record = add(path, called, settings, link=link)
        console.say(
            f"已添加 {record.name}：{record.folder}（{len(record.files)} 个文件已登记校验值）"
        )
        console.say(f"选用：align models use {record.name}")


def _with(settings: Any, **given: Any) -> Any:
    """The settings with what was given on the command line, checked."""
    from dataclasses import asdict

    from align.models.registry import make_settings

    told = {k: v for k, v in given.items() if v is not None}
    return make_settings({**asdict(settings), **told}, file=None, place="设置")


@models_app.command("fetch")
def models_fetch(
    model: Annotated[str, typer.Argument(help="已知模型的名称，或模型站上的 所有者/名称。")],
    mirror: Annotated[
        str | None,
        typer.Option(
            "--mirror",
            help="hf、modelscope 或镜像地址；不给则用环境变量 HF_ENDPOINT，否则用 huggingface.co。",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="存为什么名称。")] = None,
    revision: Annotated[str | None, typer.Option("--revision", help="版本（分支或提交）。")] = None,
) -> None:
    """从模型站下载一个模型（只取 safetensors 权重），检查后登记。"""
    from align.models.fetch import fetch
    from align.models.registry import known_models, settings_for
    from align.models.user import add, check_name, user_folder
    from align.present import Console

    known = {k: m for k, m in known_models().items() if m.hub}
    match = known.get(model.lower()) or next(
        (m for m in known.values() if m.hub.lower() == model.lower()), None
    )
    if match is None and "/" not in model:
        raise UsageError(
            "不认识这个模型", got=model, expected="、".join(known) + "，或 所有者/名称",
            remedy="用 align models list 查看已知的模型。",
        )  # fmt: skip
    own = match.name if match else model.split("/")[-1]
    called = check_name(own if name is None else name)
    hub = match.hub if match else model
    if mirror == "modelscope" and match and match.modelscope:
        hub = match.modelscope
    work = user_folder() / f".fetch-{called}"
    with Console() as console:
        source = fetch(
            hub,
            revision or (match.revision if match else "main"),
            mirror,
            work,
            lambda file, done, total: console.progress(f"下载 {file}（MB）", done, total),
        )
        console.progress("检查模型", 1, 1)
        settings = match.settings if match else settings_for(hub, work)
        record = add(work, called, settings, move=True, source=source)
        console.say(
            f"已下载 {record.name}：{record.folder}（{len(record.files)} 个文件已登记校验值）"
        )
        console.say(f"选用：align models use {record.name}")


@models_app.command("use")
def models_use(
    name: Annotated[str, typer.Argument(help="模型名称；default 为随程序附带的。")],
    device: Device = None,
) -> None:
    """选定不给 --model 时用哪个模型（和哪个设备）。"""
    from align.models import find_model
    from align.models.user import Choice, choose

    entry = find_model(name)
    # A path is only good from where one stands; a name is good everywhere.
    chosen_name = entry.name if Path(name).name == name else str(Path(name).resolve())
    path = choose(Choice(chosen_name, device))
    typer.echo(f"今后默认使用 {chosen_name}（记在 {path}）。")


@models_app.command("compare")
def models_compare(
    models: Annotated[list[str], typer.Argument(help="要比较的模型：名称或文件夹。")],
    courses: Annotated[Path, typer.Option("--courses", help="课程标准。")],
    certs: Annotated[Path, typer.Option("--certs", help="一个证书标准。")],
    links: Annotated[Path, typer.Option("--links", help="标注的关联。")],
    actions: Annotated[Path | None, typer.Option("--actions", help="标注的处理。")] = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV）。")
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")] = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    """在同一份人工标注上比较几个模型：质量、大小与速度。"""
    from align.match import load_matcher
    from align.models.compare import SHOWN, compare
    from align.places import models_folder
    from align.present import Console, columns_of, json_text
    from align.settings import load_settings

    with Console() as console:
        rows = compare(
            models, courses, certs, links, actions,
            load_matcher(models_folder() / "matcher.json", concepts), load_settings(settings),
            device, console.progress,
        )  # fmt: skip
    if as_json:
        typer.echo(json_text([{k: _plain(v) for k, v in r.items()} for r in rows]))
        return
    heads = ["model", *SHOWN, "MB", "句/秒", "秒"]
    table = [
        [
            str(r["model"]),
            *(_shown(r[k], 3) for k in SHOWN),
            _shown(r["megabytes"], 1),
            _shown(r["sentences_per_second"], 0),
            _shown(r["seconds"], 1),
        ]
        for r in rows
    ]
    widths = [max(columns_of(row[k]) for row in [heads, *table]) for k in range(len(heads))]
    for row in [heads, *table]:
        cells = [c + " " * (w - columns_of(c)) for c, w in zip(row, widths, strict=True)]
        typer.echo("  ".join(cells).rstrip())


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 4)
    return value


def _shown(value: Any, digits: int) -> str:
    return "—" if math.isnan(value) else f"{value:.{digits}f}"
