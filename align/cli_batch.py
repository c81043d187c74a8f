"""``align batch``: the steps of ``align run`` over many colleges, on Dask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from align.cli_models import Device
from align.errors import UsageError

if TYPE_CHECKING:
    from align.cluster import Batch
    from align.cluster.drive import Said


def batch(
    courses: Annotated[
        list[Path] | None,
        typer.Option(
            "--courses", help="一所学院的课程标准文件夹，可多次给出；文件夹名就是学院名。"
        ),
    ] = None,
    colleges: Annotated[
        list[Path] | None,
        typer.Option("--colleges", help="许多学院的上级文件夹，每个子文件夹一所学院。"),
    ] = None,
    certs: Annotated[Path, typer.Option("--certs", help="证书标准文件夹。")] = Path(
        "cert_standards"
    ),
    out: Annotated[Path, typer.Option("--out", help="结果文件夹。")] = Path("output-batch"),
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", help="local（本机），或调度程序的地址：tls://主机:端口。"),
    ] = "local",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="本机的工作进程数；默认每个核一个。")
    ] = None,
    memory: Annotated[
        str | None, typer.Option("--memory", help="每个本机工作进程的内存上限，如 4GB。")
    ] = None,
    block: Annotated[
        int | None, typer.Option("--block", min=1, help="一块最多多少配对；越小越省内存。")
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option("--level", help="融通到哪个等级（含其以下各级），可多次给出。"),
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help="设置文件（TOML）。")] = None,
    model: Annotated[str | None, typer.Option("--model", help="向量模型：名称或文件夹。")] = None,
    device: Device = None,
    concepts: Annotated[
        Path | None, typer.Option("--concepts", help="学校自己的概念词表（TSV）。")
    ] = None,
    tls_ca: Annotated[Path | None, typer.Option("--tls-ca", help="信任的签发者证书。")] = None,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert", help="自己的证书。")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="自己的私钥。")] = None,
    db: Annotated[
        str | None, typer.Option("--db", help="结果也存入数据库：文件路径或 postgresql://… 地址。")
    ] = None,
) -> None:
    """许多学院一起对照，结果为分区的 Parquet；中断后再运行一次，只做没做完的。"""
    from align import __version__
    from align.cluster import Order, Tls, colleges_of, run_batch
    from align.cluster.engine import check_address, check_installed
    from align.cluster.order import BLOCK_PAIRS
    from align.match import load_matcher
    from align.models import load_embedder
    from align.places import models_folder
    from align.settings import load_settings

    check_installed()
    tls = Tls.of(tls_ca, tls_cert, tls_key)
    check_address(scheduler, tls)
    if scheduler != "local" and (workers or memory):
        raise UsageError(
            "--workers、--memory 只用于 local", got=scheduler,
            remedy="已有集群的进程数与内存在启动其工作进程时决定。",
        )  # fmt: skip
    found = colleges_of(courses or (), colleges or ())
    chosen = load_settings(settings)
    matcher = load_matcher(models_folder() / "matcher.json", concepts)
    order = Order(
        out.absolute(), tuple(level or ()), model, device, concepts and concepts.absolute(),
        load_embedder(model, device=device).identity, matcher.version, __version__,
        tuple(sorted(chosen.values.items())), block or BLOCK_PAIRS, db is not None,
    )  # fmt: skip
    with _progress() as said:
        done = run_batch(
            found, certs, order, scheduler, tls=tls, workers=workers, memory=memory, said=said
        )
    typer.echo(summary(done, out))
    if db is not None:
        from align.cluster.keep import keep

        for line in keep(db, done, order):
            typer.echo(line)
    for f in done.failed:
        where = " ".join(x for x in (f.college, f.programme) if x)
        typer.echo(f"没有做成：【{where}】{f.error.line()}", err=True)
    if done.failed:
        raise typer.Exit(done.failed[0].error.exit_code)


@contextmanager
def _progress() -> Iterator[Said]:
    """Two bars on a terminal; nothing elsewhere, so that logs stay clean."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    screen = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Elapsed())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bars:
        read, made = bars.add_task("读取专业", total=None), bars.add_task("对照（块）", total=None)

        def said(programmes: int, of: int, blocks: int, known: int) -> None:
            bars.update(read, completed=programmes, total=of)
            bars.update(made, completed=blocks, total=known)

        yield said


def summary(done: Batch, out: Path) -> str:
    """What a batch did, in a few lines."""
    from align.records import ACTION_ZH

    counts = done.counts
    actions = "  ".join(f"{zh} {counts[str(a)]:,}" for a, zh in ACTION_ZH.items())
    again = f"，其中 {done.kept:,} 块此前已完成" if done.kept else ""
    return "\n".join(
        [
            f"{done.colleges:,} 所学院 {len(done.ready):,} 个专业："
            f"{counts['courses']:,} 门课程 {counts['units']:,} 个课程单元，"
            f"{done.pairs:,} 个配对，{done.blocks:,} 块{again}",
            f"  候选 {counts['matches']:,}  {actions}",
            f"  工作进程内存峰值 {done.peak_mb:,.0f} MB",
            f"  结果：{out}  （全部为机器建议，未经教师审核）",
        ]
    )
