"""``align import``: decisions from an exchange file, shown row by row before anything is saved."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from align import cli_plan
from align.cli_who import signed_in, workspace_of
from align.errors import UsageError
from align.records import ACTION_ZH

if TYPE_CHECKING:
    from align.decisions import Decision, LinkDecision
    from align.imports import Incoming, Preview

_SHOWN = 40
_STATE_ZH = {
    "new": "新增",
    "same": "已有",
    "conflict": "冲突",
    "unknown": "不认识",
    "illegal": "不合规定",
}
_GRADE_ZH = {2: "全部讲到", 1: "部分讲到", 0: "没有讲到"}
_VERDICT_ZH = {"accept": "采纳", "reject": "不采纳", "withdraw": "撤回"}


def import_command(
    file: Annotated[
        Path,
        typer.Argument(
            help="SSSOM（.sssom.tsv）、CASE（.zip、.json）、matches.csv、proposals.csv，"
            "或填好的 plan.xlsx。"
        ),
    ],
    workspace: Annotated[str, typer.Option("--workspace", help="导入到哪个工作区：名称或编号。")],
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="真的导入；默认只逐行预览，什么也不写。")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="与现有判断不同的，也改成文件中的。")
    ] = False,
    who: Annotated[
        str, typer.Option("--as", help="由谁导入：登录名；本机使用时为姓名，只有一人时可不给。")
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读密码（一行），不提问。")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
    db: Annotated[
        str | None, typer.Option("--db", help="数据库：文件路径，或 postgresql://… 地址。")
    ] = None,
) -> None:
    """把文件中人的判断导入工作区：先逐行预览，给了 --apply 才保存，由导入的人负责。"""
    from align import imports, snapshot
    from align.access import require
    from align.store import open_store

    if file.suffix.lower() == ".xlsx":  # a plan that the committee has filled in
        cli_plan.return_workbook(
            file, workspace, apply=apply, who=who, password_stdin=password_stdin,
            as_json=as_json, db=db,
        )  # fmt: skip
        return
    try:
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("文件不存在", file=file, remedy="请检查路径。") from error
    except OSError as error:
        raise UsageError("文件打不开", file=file, got=error.strerror or str(error)) from error
    offered = imports.read_words(data, file.name)
    with closing(open_store(db, create=False)) as store:
        space = workspace_of(store, workspace)
        person = signed_in(store, space, who, password_stdin)
        require(person, "decide", space.college_id)
        if not space.run_id:
            raise UsageError("工作区还没有结果", got=space.name, remedy="请先在界面中对照。")
        kept = snapshot.load(store.snapshot(person, space.run_id))
        ground = imports.ground_of(store, person, space, kept)
        found = imports.compare(offered, ground)
        made = imports.save(store, person, space, found, overwrite=overwrite) if apply else None
    if as_json:
        saved = None if made is None else len(made)
        typer.echo(json.dumps(_data(found, saved), ensure_ascii=False, indent=1))
        return
    _show(found)
    if made is not None:
        typer.echo(f"已保存 {len(made)} 条判断到“{space.name}”，判断人为 {person.name}。")
    elif chosen := found.chosen(overwrite):
        typer.echo(f"没有写入。加 --apply 将保存 {len(chosen)} 条。")
    else:
        typer.echo("没有可以保存的。")


def _show(found: Preview) -> None:
    from align.export.words import one_line

    counts = "，".join(f"{_STATE_ZH[s]} {n}" for s, n in found.counts.items() if n)
    typer.echo(
        f"{found.offered.name}：人的判断 {len(found.rows)} 条（{counts or '没有'}），"
        f"机器的 {found.offered.machine} 条不导入"
    )
    for p in found.offered.problems:
        typer.echo(one_line(f"{p.place or ''} {p.message}"), err=True)
    shown = [r for r in found.rows if r.state != "same"]
    for r in shown[:_SHOWN]:
        # What stands in a file must not steer the terminal.
        typer.echo(f"  {_STATE_ZH[r.state]} {one_line(r.subject)}：{said(r)}{_because(r)}")
    if len(shown) > _SHOWN:
        typer.echo(f"  ……另有 {len(shown) - _SHOWN} 条，用 --json 查看")


def said(row: Incoming) -> str:
    """What the file says of a subject."""
    from align.export.exchange import PairRow

    if isinstance(row.said, PairRow):
        return "" if row.said.grade is None else _GRADE_ZH[row.said.grade]
    if row.said.verdict == "change" and row.said.action is not None:
        return f"改为{ACTION_ZH[row.said.action]}"
    return _VERDICT_ZH.get(row.said.verdict, row.said.verdict)


def _because(row: Incoming) -> str:
    from align.imports import WHY_ZH

    parts = [WHY_ZH[row.why], row.detail, _standing(row.theirs) if row.state == "conflict" else ""]
    return "".join(f"；{p}" for p in parts if p)


def _standing(theirs: LinkDecision | Decision | None) -> str:
    from align.decisions import LinkDecision

    if theirs is None:
        return ""
    if isinstance(theirs, LinkDecision):
        words = "" if theirs.grade is None else _GRADE_ZH[theirs.grade]
    else:
        words = ACTION_ZH[theirs.action] if theirs.action else _VERDICT_ZH["reject"]
    return f"现为“{words}”（{theirs.reviewer_name or '已删除的人员'}，{theirs.time:%Y-%m-%d}）"


def _data(found: Preview, saved: int | None) -> dict[str, Any]:
    rows = [
        {
            "subject": r.subject, "state": r.state, "why": r.why, "says": said(r),
            "standing": r.theirs.id if r.theirs else None, "detail": r.detail,
        }
        for r in found.rows
    ]  # fmt: skip
    return {
        "file": found.offered.name, "sha256": found.offered.sha256,
        "format": found.offered.format, "counts": found.counts,
        "machine": found.offered.machine, "saved": saved, "rows": rows,
        "problems": [p.message for p in found.offered.problems],
    }  # fmt: skip
