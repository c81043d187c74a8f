"""``align backup`` and ``align restore``: one file that holds what people decided."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from align.cli_store import Db, _store

_WHAT = {"heads.jsonl": "签名的链头", "ledger.pub": "公钥"}


def backup(
    target: Annotated[
        Path, typer.Argument(help="备份写到哪里：一个新文件，或一个已有的文件夹（自动取名）。")
    ],
    with_key: Annotated[
        bool, typer.Option("--with-key", help="连签名私钥一起备份；通常应另存一处。")
    ] = False,
    db: Db = None,
) -> None:
    """备份数据库、签名的链头与公钥；可以在有人工作时运行，写完即读回核对。"""
    from align.store.backup import backup as write

    with closing(_store(db, create=False)) as store:
        made = write(store, target, with_key=with_key)
        secret = store.keys.file
    typer.echo(
        f"已备份：{made.path}（{made.rows} 行，账本 {made.entries} 条，签名的链头 {made.heads} 个；"
        "已读回核对）"
    )
    typer.echo(f"SHA-256：{made.sha256}")
    if with_key:
        typer.echo(
            "注意：备份里有签名私钥。拿到这个文件的人可以改写账本并重新签名；请加密保存，不要与其他备份放在一起。",
            err=True,
        )
    elif secret.exists():
        typer.echo(f"签名私钥不在其中，请另存一处：{secret}")


def restore(
    file: Annotated[Path, typer.Argument(help="align backup 写出的备份。")],
    replace: Annotated[
        bool, typer.Option("--replace", help="取代现有的内容；原有内容先留存一份。")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="只核对备份文件是否完好，什么也不写。")
    ] = False,
    db: Db = None,
) -> None:
    """从备份恢复到空的数据库（SQLite 或 PostgreSQL），升级结构并验证账本；请先停下界面。"""
    if check:
        _check(file)
        return
    from align.store import open_store
    from align.store.restore import restore as bring_back

    done = bring_back(file, db, replace=replace)
    with closing(open_store(db)) as store:
        names = {c.id: c.name for c in store.colleges()}
    for path in done.aside:
        typer.echo(f"原有内容留存在：{path}")
    typer.echo(f"已恢复：{done.rows} 行，备份于 {done.made}")
    if done.beside:
        files = "、".join(f"{p}（{_WHAT.get(p.name, '签名私钥')}）" for p in done.beside)
        typer.echo(f"另写入：{files}；验证账本要用，请与数据库一起保管")
    if done.upgraded:
        typer.echo(f"结构由 {done.schema} 升级：{'、'.join(done.upgraded)}")
    for college, (first, last) in sorted(done.lost.items()):
        typer.echo(
            f"注意：{names.get(college, college) or '服务器'} 账本第 {first}–{last} 条"
            "在备份之后写下并签过名，备份里没有；已记入服务器的账本。",
            err=True,
        )
    found = done.verification
    for warning in found.warnings:
        typer.echo(f"注意：{warning}", err=True)
    if found.first_broken is not None:
        home = names.get(found.first_broken.college_id, found.first_broken.college_id) or "服务器"
        typer.echo(f"第一处：{home} {found.first_broken}", err=True)
        typer.echo("内容已恢复，但备份里的账本不完整。", err=True)
        raise typer.Exit(1)
    typer.echo(f"账本完整：核对 {found.checked} 条，签名的链头 {found.heads_checked} 个。")


def _check(file: Path) -> None:
    from align.store.archive import opened

    with opened(file) as archive:
        said = archive.manifest
    rows = sum(part.lines for part in said.parts.values() if part.columns)
    typer.echo(f"备份完好：{rows} 行，备份于 {said.made}，结构 {said.schema}")
