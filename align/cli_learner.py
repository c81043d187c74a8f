"""``align learner``: one learner's file (终身档案) as data, document and workbook, with receipt."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from align.cli_store import College, Db, PasswordStdin
from align.errors import UsageError


def learner(
    number: Annotated[str, typer.Argument(help="学号。")],
    out: Annotated[Path, typer.Option("--out", help="写到这个文件夹。")],
    college: College = None,
    who: Annotated[str, typer.Option("--as", help="由谁导出：登录名；本机使用时为姓名。")] = "",
    password_stdin: PasswordStdin = False,
    db: Db = None,
) -> None:
    """写出一位学习者的终身档案（json、docx、xlsx）与回执；导出本身记入账本。"""
    from align.cli_store import _college, _store
    from align.cli_who import person_of
    from align.export.files import atomic_write
    from align.export.learner_file import learner_docx, learner_file, learner_xlsx
    from align.store.ledger import canonical

    with closing(_store(db, create=False)) as store:
        names = {c.id: c.name for c in store.colleges()}
        if college is None and len(names) != 1:
            raise UsageError(
                "有多个学院" if names else "数据库里还没有学院", remedy="请用 --college 指明。"
            )
        college_id = next(iter(names)) if college is None else _college(store, college)
        person = person_of(store, college_id, who, password_stdin)
        if person.college_id != college_id:
            raise UsageError("这个人属于别的学院", got=who)
        data, receipt = store.export_learner(person, number)
        entries = store.directory(person, college_id)
    file = learner_file(data, receipt, college=names[college_id], directory=entries)
    stem = f"终身档案-{_safe(number)}"
    for name, content in (
        # The very bytes whose SHA-256 the receipt holds.
        (f"{stem}.json", canonical(data).encode()),
        (f"{stem}.docx", learner_docx(file)),
        (f"{stem}.xlsx", learner_xlsx(file)),
        (f"{stem}-回执.json", (json.dumps(receipt, ensure_ascii=False, indent=1) + "\n").encode()),
    ):
        atomic_write(out / name, content)
        typer.echo(str(out / name))


def _safe(number: str) -> str:
    """A learner's number as part of a file's name."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in number)
