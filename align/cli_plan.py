"""``align diff`` and ``align template``, and the plan of a workspace going out and coming back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from align.errors import UsageError
from align.records import ACTION_ZH

if TYPE_CHECKING:
    from align.export.exchange import Origin
    from align.papers import Returned, Row

_SHOWN = 40


def diff(
    old: Annotated[Path, typer.Argument(help="先前的结果文件夹，如 output旧/软件技术。")],
    new: Annotated[Path, typer.Argument(help="现在的结果文件夹。")],
    out: Annotated[
        Path | None, typer.Option("--out", help="写成文件：.docx 或 .csv；不给则显示在屏幕上。")
    ] = None,
) -> None:
    """比较两次结果：哪些建议变了，因为文件、设置、模型还是审核。"""
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


def export_workspace(
    wanted: str,
    formats: Sequence[str],
    out: Path,
    origin: Origin,
    template: tuple[str, bytes] | None,
    who: str,
    *,
    password_stdin: bool,
    db: str | None,
) -> None:
    """``align export --workspace``: what the screens export, each file with its entry and receipt.

    Parameters
    ----------
    template : (str, bytes) or None
        None takes the college's own where one is in force.
    """
    from align import papers, pipeline
    from align.access import require
    from align.cli_who import signed_in, workspace_of
    from align.export.files import atomic_write
    from align.store import open_store

    with closing(open_store(db, create=False)) as store:
        space = workspace_of(store, wanted)
        person = signed_in(store, space, who, password_stdin)
        require(person, "export", space.college_id)
        now = papers.standing(store, person, space)
        known = papers.papers_of(store, person, space, now.result, now.links)
        if template is None and known.template is not None:
            data = store.template_bytes(person, known.template.id)
            template = known.template.name, data
        folder = out / now.result.gathered.programme.id
        for path in pipeline.write(
            now.result, folder, formats=formats, origin=origin, decisions=now.links,
            plan=papers.plan_with(now.result, known), template=template,
        ):  # fmt: skip
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            receipt = store.record_export(person, space.id, path.name, digest)
            text = json.dumps(receipt, ensure_ascii=False, indent=1, sort_keys=True)
            atomic_write(path.with_name(f"{path.name}-回执.json"), (text + "\n").encode())
            typer.echo(f"{path}（账本第 {receipt['seq']} 条，回执在旁）")


def return_workbook(
    file: Path,
    workspace: str,
    *,
    apply: bool,
    who: str,
    password_stdin: bool,
    as_json: bool,
    db: str | None,
) -> None:
    """``align import plan.xlsx``: an edited plan, shown row by row; saved only with ``--apply``."""
    from align import papers
    from align.access import require
    from align.cli_who import signed_in, workspace_of
    from align.store import LARGEST_FILE, open_store

    try:
        data = file.read_bytes() if file.stat().st_size <= LARGEST_FILE else b""
    except FileNotFoundError as error:
        raise UsageError("文件不存在", file=file, remedy="请检查路径。") from error
    except OSError as error:
        raise UsageError("文件打不开", file=file, got=error.strerror or str(error)) from error
    if not data:
        raise UsageError("文件过大或为空", file=file, expected=f"至多 {LARGEST_FILE >> 20} MB")
    with closing(open_store(db, create=False)) as store:
        space = workspace_of(store, workspace)
        person = signed_in(store, space, who, password_stdin)
        require(person, "decide", space.college_id)
        now = papers.standing(store, person, space)
        found = papers.returned(store, person, now, data, file.name)
        made = papers.take(store, person, space.id, found) if apply and found.rows else None
    if as_json:
        saved = None if made is None else len(made)
        typer.echo(json.dumps(_returned_data(found, saved), ensure_ascii=False, indent=1))
        return
    typer.echo(
        f"{found.name}：改动 {len(found.rows)} 行，不能采用 {len(found.conflicts)} 行，"
        f"未改 {found.unchanged} 行"
    )
    for row in found.rows[:_SHOWN]:
        typer.echo(
            f"  {row.change.sheet} 第 {row.change.row} 行 {row.change.subject}：{_said(row)}"
        )
    if len(found.rows) > _SHOWN:
        typer.echo(f"  ……另有 {len(found.rows) - _SHOWN} 行，用 --json 查看")
    for c in found.conflicts:
        typer.echo(f"  不能采用 {c.sheet} 第 {c.row} 行：{c.words}")
    if made is not None:
        typer.echo(f"已采用 {len(made)} 行到“{space.name}”，判断人为 {person.name}。")
    elif found.rows:
        typer.echo(f"没有写入。加 --apply 将采用 {len(found.rows)} 行。")
    else:
        typer.echo("没有可以采用的。")


def _said(row: Row) -> str:
    """What is now, and what the row makes of it."""
    from align.export.xlsx_edit import VERDICT_ZH
    from align.plan.word import Word

    c = row.change
    now = Word.of(row.before).line if row.before else f"建议{ACTION_ZH[c.proposed]}，未审核"
    new = VERDICT_ZH[c.verdict]
    if c.verdict == "change" and c.action is not None:
        new = f"改为{ACTION_ZH[c.action]}"
    figures = (
        f"{c.hours:g} 学时" if c.hours is not None else "",
        f"{c.credits:g} 学分" if c.credits is not None else "",
        c.note,
    )
    return f"{now} → " + "，".join(x for x in (new, *figures) if x)


def _returned_data(found: Returned, saved: int | None) -> dict[str, Any]:
    return {
        "file": found.name, "sha256": found.sha256, "saved": saved, "unchanged": found.unchanged,
        "rows": [
            {
                "sheet": r.change.sheet, "row": r.change.row, "subject": r.change.subject,
                "verdict": r.change.verdict, "action": r.change.action, "hours": r.change.hours,
                "credits": r.change.credits, "note": r.change.note,
                "standing": r.before.id if r.before else None,
            }
            for r in found.rows
        ],
        "conflicts": [
            {"sheet": c.sheet, "row": c.row, "subject": c.subject, "why": c.why, "words": c.words}
            for c in found.conflicts
        ],
    }  # fmt: skip
