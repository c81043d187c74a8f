"""``align diff`` and ``align template``: what surrounds the draft plan."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from align.errors import UsageError

_SHOWN = 40


def diff(
    old: Annotated[Path, typer.Argument(help="先前的结果文件夹，如 output旧/软件技术。")],
    new: Annotated[Path, typer.Argument(help="现在的结果文件夹。")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写成文件：.docx 或 .csv；不给则显示在屏幕上。")
    ] = None,
) -> None:
    """比较两次结果：哪些建议变了，因为文件、设定、模型还是审定。"""
    from align.export.compare_docx import (
        causes_in_words,
        comparison_csv,
        comparison_docx,
        summary,
    )
    from align.export.compare_read import read_folder
    from align.export.files import atomic_write
    from align.plan.compare import CAUSE_ZH, CHANGE_ZH, compare

    if out is not None and out.suffix.lower() not in {".docx", ".csv"}:
        raise UsageError(
            "不支持的文件格式", file=out, got=out.suffix or "无后缀", expected=".docx 或 .csv"
        )
    found = compare(read_folder(old), read_folder(new))
    typer.echo(summary(found))
    for d in found.differences:
        typer.echo(f"  {CAUSE_ZH[d.kind]}：{d.what}：{d.before} → {d.after}")
    if out is not None:
        data = comparison_csv(found) if out.suffix.lower() == ".csv" else comparison_docx(found)
        atomic_write(out, data)
        typer.echo(str(out))
        return
    for change in found.changes[:_SHOWN]:
        said = "；".join(
            f"{what} {a or '（无）'} → {b or '（无）'}" for what, a, b in change.fields
        )
        typer.echo(f"{CHANGE_ZH[change.kind]} {change.subject}：{said}")
        typer.echo(f"    原因：{causes_in_words(change)}")
    if len(found.changes) > _SHOWN:
        typer.echo(f"……另有 {len(found.changes) - _SHOWN} 条，用 --out 写成文件查看。")


def template(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件（.docx）。")],
) -> None:
    """写出一份方案模板的样例，改成学校自己的版式后用 align export --template。"""
    from align.export.docx_template import sample_template
    from align.export.files import atomic_write

    if out.suffix.lower() != ".docx":
        raise UsageError("模板应为 .docx 文件", file=out, got=out.suffix or "无后缀")
    atomic_write(out, sample_template())
    typer.echo(str(out))
