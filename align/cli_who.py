"""Commands that act in a workspace as a person: which workspace, and who."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from align.decisions import Person, Workspace
from align.errors import UsageError

if TYPE_CHECKING:
    from align.store import Store


def workspace_of(store: Store, wanted: str) -> Workspace:
    """The workspace of this id or, where it is the only one, of this name.

    Raises
    ------
    UsageError
        There is none, or several of one name; all are named.
    """
    from align.store import COMMAND_LINE

    every = store.workspaces(COMMAND_LINE)
    found = [w for w in every if w.id == wanted] or [w for w in every if w.name == wanted]
    if len(found) == 1:
        return found[0]
    names = {c.id: c.name for c in store.colleges()}
    homes = {w.college_id for w in every}  # named where there are several
    known = "、".join(
        f"{w.name}（{names.get(w.college_id, w.college_id)}，{w.id}）" if len(homes) > 1
        else f"{w.name}（{w.id}）"
        for w in every
    ) or "（还没有工作区）"  # fmt: skip
    raise UsageError(
        "有几个同名的工作区" if found else "没有这个工作区", got=wanted, expected=known
    )


def signed_in(store: Store, space: Workspace, who: str, password_stdin: bool) -> Person:
    """Whoever acts, as the database knows them; on a laptop by name, else by password.

    Parameters
    ----------
    who : str
        Login name; on a laptop the reviewer's name, "" where there is only one.
    password_stdin : bool
        Read the password from standard input instead of asking.

    Raises
    ------
    UsageError
        No such person on the laptop, or nobody named.
    AccessError
        The password is wrong.
    """
    return person_of(store, space.college_id, who, password_stdin)


def person_of(store: Store, college_id: str, who: str, password_stdin: bool) -> Person:
    """The same for a college, whatever workspace."""
    from align.store import COMMAND_LINE, LOCAL

    if college_id == LOCAL:
        names = [p.name for p in store.people(COMMAND_LINE, LOCAL)]
        if not who and len(names) == 1:
            (who,) = names
        if who not in names:
            raise UsageError(
                "本机没有这位使用者" if who else "没有说明由谁进行", got=who or None,
                expected="、".join(names) or None, remedy="请用 --as 给出在界面中留下的姓名。",
            )  # fmt: skip
        return store.local_person(who)
    if not who:
        raise UsageError("没有说明由谁进行", remedy="请用 --as 给出登录名。")
    if password_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    else:
        secret = str(typer.prompt("密码", hide_input=True))
    return store.sign_in(who, secret)
