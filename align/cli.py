"""The command line: ``align run | read | graph | export | diff | evaluate | users | app`` …

Thin: each command turns options into a call, shows progress on the error stream and a summary
on the standard one, and ends with the exit code its errors name.  Nothing heavy is imported
before a command needs it, so that ``align --help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import align
from align import (
    cli_backup,
    cli_batch,
    cli_credit,
    cli_evaluate,
    cli_import,
    cli_learner,
    cli_models,
    cli_plan,
    cli_store,
    cli_tune,
)
from align.cli_words import in_chinese
from align.errors import AlignError, UsageError

if TYPE_CHECKING:
    from align.pipeline import Result

app = typer.Typer(
    name="align",
    help="书证融通：逐条对照课程标准与职业技能等级标准，提出补充、拓展、强化与免修建议，写出实施方案草案。",
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_models.models_app, name="models")
app.add_typer(cli_evaluate.app, name="evaluate")
app.add_typer(cli_store.users_app, name="users")
app.add_typer(cli_store.ledger_app, name="ledger")
app.add_typer(cli_store.db_app, name="db")

app.command("import")(cli_import.import_command)
app.command()(cli_backup.backup)
app.command()(cli_backup.restore)
app.command()(cli_batch.batch)
app.command()(cli_plan.diff)
app.command()(cli_plan.template)
app.command()(cli_tune.tune)
app.command()(cli_credit.convert)
app.command()(cli_learner.learner)

Courses = Annotated[
    Path, typer.Option("--courses", help="课程标准文件夹（每个子文件夹一个专业）。")
]
Certs = Annotated[Path, typer.Option("--certs", help="证书标准文件夹。")]
Level = Annotated[
    list[str] | None, typer.Option("--level", help="融通到哪个等级（含其以下各级），可多次给出。")
]
ProgrammeName = Annotated[str | None, typer.Option("--programme", help="只做这个专业。")]
Model = Annotated[str | None, typer.Option("--model", help="向量模型：名称或文件夹。")]
Device = cli_models.Device
Concepts = Annotated[
    Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV），加在自带词表之后。")
]
SettingsFile = Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")]

COURSES, CERTS, OUT = Path("course_standards"), Path("cert_standards"), Path("output")


class View(StrEnum):
    """What ``align graph`` draws."""

    HEATMAP = "heatmap"
    BIPARTITE = "bipartite"


class Format(StrEnum):
    """What ``align export`` writes."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    GRAPHML = "graphml"
    JSON = "json"
    PARQUET = "parquet"
    SSSOM = "sssom"
    CASE = "case"


def _version(value: bool) -> None:
    if value:
        typer.echo(f"align {align.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")
    ] = False,
) -> None:
    """Options of the program itself."""


@app.command()
def run(
    courses: Courses = COURSES,
    certs: Certs = CERTS,
    out: Annotated[Path, typer.Option("--out", help="结果文件夹。")] = OUT,
    level: Level = None,
    programme: ProgrammeName = None,
    model: Model = None,
    device: Device = None,
    concepts: Concepts = None,
    settings: SettingsFile = None,
    all_pairs: Annotated[
        bool, typer.Option("--all-pairs", help="matches.csv 写出全部配对。")
    ] = False,
) -> None:
    """从两个文件夹的文档到实施方案草案，每个专业一个结果文件夹。"""
    from align import pipeline
    from align.present import Console, run_summary

    with Console() as console:
        results = _results(
            console, courses, certs, level, programme, model, device, concepts, settings, all_pairs
        )
        for result in results:
            folder = out / result.gathered.programme.id
            console.progress(f"写出 {folder}", 1, 1)
            pipeline.write(result, folder)
            console.say(run_summary(result, folder))
    _end_with(_unread(results))


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="要读的文件或文件夹。")],
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出全部内容。")] = False,
) -> None:
    """读文件并显示读成了什么：课程、单元、等级、技能要求、学时与问题。"""
    from align.gather import read_files
    from align.present import Console, reading_json, reading_tree
    from align.programmes import documents

    paths: list[Path] = []
    for path in files:
        if not path.exists():
            raise UsageError("找不到文件", file=path, remedy="请检查路径。")
        found_here = documents(path)
        if not found_here:
            raise UsageError(
                "文件夹里没有可读的文件", file=path, expected="docx、pdf、xlsx、csv、tsv 或 md 文件"
            )
        paths += found_here
    with Console() as console:
        found = read_files(paths, progress=console.progress)
        if as_json:
            console.say(reading_json(found))
        else:
            for f in found:
                console.say(reading_tree(f))
    _end_with([f.error for f in found if f.error])


@app.command()
def graph(
    out: Annotated[Path, typer.Option("--out", help="图片文件：.svg、.png 或 .html。")],
    view: Annotated[
        View, typer.Option("--view", help="热力图，或课程与证书的二部图。")
    ] = View.HEATMAP,
    courses: Courses = COURSES,
    certs: Certs = CERTS,
    level: Level = None,
    programme: ProgrammeName = None,
    model: Model = None,
    device: Device = None,
    concepts: Concepts = None,
    settings: SettingsFile = None,
) -> None:
    """画图：课程 × 工作任务的覆盖热力图，或能力重合的二部图。"""
    from align.export.draw import draw
    from align.export.files import atomic_write
    from align.present import Console

    if out.suffix.lower() not in {".svg", ".png", ".html"}:
        raise UsageError(
            "不支持的图片格式", file=out, got=out.suffix or "无后缀", expected=".svg、.png 或 .html"
        )
    with Console() as console:
        results = _results(
            console, courses, certs, level, programme, model, device, concepts, settings
        )
        certificates = [(r, c) for r in results for c in r.gathered.certificates]
        for k, (result, certificate) in enumerate(certificates):
            path = out
            if len(certificates) > 1:
                path = out.with_stem(f"{out.stem}-{result.gathered.programme.id}-{k + 1}")
            data = draw(
                view.value,
                out.suffix.lower()[1:],
                result.gathered.courses,
                certificate,
                result.matches,
                result.settings,
            )
            atomic_write(path, data)
            console.say(f"{result.gathered.programme.name} ×《{certificate.name}》：{path}")
    _end_with(_unread(results))


@app.command()
def export(
    formats: Annotated[list[Format], typer.Option("--format", help="写出的格式，可多次给出。")],
    out: Annotated[
        Path, typer.Option("--out", help="结果文件夹；写在其中以专业或工作区命名的子文件夹里。")
    ] = OUT,
    courses: Courses = COURSES,
    certs: Certs = CERTS,
    level: Level = None,
    programme: ProgrammeName = None,
    model: Model = None,
    device: Device = None,
    concepts: Concepts = None,
    settings: SettingsFile = None,
    base: Annotated[
        str | None, typer.Option("--base", help="SSSOM 与 CASE 中各种编号前面的网址或 URN。")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="SSSOM 与 CASE 中写的日期，如 2026-09-01。")
    ] = None,
    license_uri: Annotated[
        str | None, typer.Option("--license", help="SSSOM 中写的许可（网址）。")
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="学校自己的方案模板（.docx），用于 docx 与 pdf。"),
    ] = None,
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", help="不重新对照：写出数据库里这个工作区的结果与判断。"),
    ] = None,
    who: Annotated[
        str, typer.Option("--as", help="由谁导出（与 --workspace 同用）：登录名；本机为姓名。")
    ] = "",
    password_stdin: cli_store.PasswordStdin = False,
    db: cli_store.Db = None,
) -> None:
    """只写出所选格式的结果文件；给 --workspace 时连同审核、批准与账本。"""
    from align import pipeline
    from align.export.exchange import origin_of
    from align.present import Console

    origin = origin_of(base, date, license_uri)  # before the long work
    layout = None if template is None else pipeline.read_template(template)
    names = [f.value for f in formats]
    if workspace is not None:
        cli_plan.export_workspace(
            workspace, names, out, origin, layout, who, password_stdin=password_stdin, db=db
        )
        return
    with Console() as console:
        results = _results(
            console, courses, certs, level, programme, model, device, concepts, settings
        )
        for result in results:
            folder = out / result.gathered.programme.id
            for path in pipeline.write(
                result, folder, formats=names, origin=origin, template=layout
            ):
                console.say(str(path))
    _end_with(_unread(results))


@app.command("app")
def app_command(
    port: Annotated[int, typer.Option("--port", help="端口。")] = 8501,
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="须用账号登录；不给时只供本机一人使用，不登录。")
    ] = False,
    host: Annotated[
        str, typer.Option("--host", help="在哪个地址上提供；不是本机地址时须同时给 --sign-in。")
    ] = "127.0.0.1",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="浏览器中可以用的服务器名称或地址，可多次给出。"),
    ] = None,
    db: Annotated[
        str | None, typer.Option("--db", help="数据库：文件或地址；默认在数据文件夹中。")
    ] = None,
) -> None:
    """打开界面（浏览器）。"""
    from align.ui.launch import launch

    if db is not None:
        os.environ["ALIGN_DB"] = db
    launch(port, sign_in=sign_in, address=host, names=name or ())


def _results(
    console: Any,
    courses: Path,
    certs: Path,
    level: list[str] | None,
    programme: str | None,
    model: str | None,
    device: str | None,
    concepts: Path | None,
    settings_file: Path | None,
    all_pairs: bool = False,
) -> list[Result]:
    """Run every programme; files that could not be read are said, the others go on."""
    from align import pipeline
    from align.gather import gather
    from align.match import load_matcher
    from align.models import load_embedder
    from align.places import models_folder
    from align.present import file_errors
    from align.settings import load_settings

    settings = load_settings(settings_file)
    embedder = load_embedder(
        model,
        device=device,
        progress=lambda done, total: console.progress("计算向量", done, total),
    )
    matcher = load_matcher(models_folder() / "matcher.json", concepts)
    gathered = gather(
        courses, certs, levels=tuple(level or ()), programme=programme, progress=console.progress
    )
    console.warn(file_errors(gathered))
    return [
        pipeline.run(g, embedder, matcher, settings, console.progress, all_pairs=all_pairs)
        for g in gathered
    ]


def _unread(results: Sequence[Result]) -> list[AlignError]:
    """The errors of files that were skipped: what was written is a part, and says so."""
    return [f.error for r in results for f in r.gathered.files if f.error]


def _end_with(errors: list[AlignError]) -> None:
    """End with the first error's exit code, after everything else was shown."""
    if errors:
        raise typer.Exit(errors[0].exit_code)


def main() -> None:
    """Run the command line; every error a person can put right is one line."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not be set to UTF-8; a sign it lacks must not end the program.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if len(sys.argv) == 1:
        sys.argv.append("--help")
    try:
        code = app(standalone_mode=False)
    except AlignError as error:
        typer.echo(f"错误：{error.line()}", err=True)
        raise SystemExit(error.exit_code) from None
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("已中止；已有的结果没有改动。", err=True)
        raise SystemExit(130) from None
    except BrokenPipeError:
        raise SystemExit(141) from None
    except Exception as error:
        # Usage errors of the command-line library carry an exit code and a message.
        if type(error).__name__ == "NoArgsIsHelpError":  # its message is the whole help
            typer.echo(str(error))
            raise SystemExit(0) from None
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            message = in_chinese(error.format_message())
            typer.echo(f"命令用法有误：{message}（用 align --help 查看用法）", err=True)
            raise SystemExit(2) from None
        if os.environ.get("ALIGN_DEBUG"):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        typer.echo(
            f"程序出错（{what}）；已有的结果没有改动。"
            "请设环境变量 ALIGN_DEBUG=1 重做一次，把屏幕内容交给维护人员。",
            err=True,
        )
        raise SystemExit(70) from None
    if code == 130:  # how the command-line library says Ctrl-C
        typer.echo("已中止；已有的结果没有改动。", err=True)
    raise SystemExit(code if isinstance(code, int) else 0)
