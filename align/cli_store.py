"""``align users``, ``align ledger`` and ``align db``: people, proof and the database itself.

Whoever may run these commands on the server sets up colleges and people and checks the ledger;
nothing here decides on a proposal.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from align.decisions import ROLE_ZH, Person, Role
from align.errors import UsageError

if TYPE_CHECKING:
    from align.store import Store

users_app = typer.Typer(
    help="人员：添加、列出、角色、密码、停用、删除。", no_args_is_help=True, rich_markup_mode=None
)
ledger_app = typer.Typer(
    help="账本：验证、开具与核对回执。", no_args_is_help=True, rich_markup_mode=None
)
db_app = typer.Typer(help="数据库：查看、升级、整理。", no_args_is_help=True, rich_markup_mode=None)

Db = Annotated[str | None, typer.Option("--db", help="数据库：文件路径，或 postgresql://… 地址。")]
College = Annotated[str | None, typer.Option("--college", help="学院（名称或编号）。")]
Login = Annotated[str, typer.Argument(help="登录名或人员编号。")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码（一行），不提问。")
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出。")]


class RoleName(StrEnum):
    """The roles as typed."""

    VIEWER = "viewer"
    FACULTY = "faculty"
    COMMITTEE = "committee"
    ADMIN = "admin"
    CENTRE = "centre"


@users_app.command("add")
def users_add(
    login: Annotated[str, typer.Argument(help="登录名，全服务器唯一。")],
    name: Annotated[str, typer.Option("--name", help="姓名。")],
    role: Annotated[RoleName, typer.Option("--role", help="角色。")] = RoleName.FACULTY,
    college: College = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="不设密码：只用学院的统一登录（OIDC）。")
    ] = False,
    password_stdin: PasswordStdin = False,
    db: Db = None,
) -> None:
    """添加一个人；学院不存在时一并建立。管理中心（centre）与服务器管理员不给 --college。"""
    from align.store import COMMAND_LINE, SERVER

    with closing(_store(db)) as store:
        secret = None if no_password else _new_password(password_stdin)
        college_id = SERVER
        if college is not None:
            found = [c for c in store.colleges() if college in {c.id, c.name}]
            college_id = (found[0] if found else store.add_college(college)).id
        person = store.add_person(COMMAND_LINE, college_id, name, Role(role), login, secret)
        typer.echo(f"已添加：{_line(person, college)}")


@users_app.command("list")
def users_list(college: College = None, as_json: AsJson = False, db: Db = None) -> None:
    """列出人员。"""
    from align.store import COMMAND_LINE, SERVER

    with closing(_store(db)) as store:
        colleges = {SERVER: "", **{c.id: c.name for c in store.colleges()}}
        wanted = list(colleges) if college is None else [_college(store, college)]
        people = [(colleges[c], p) for c in wanted for p in store.people(COMMAND_LINE, c)]
    if as_json:
        rows = [
            {"id": p.id, "login": p.login, "name": p.name, "role": str(p.role),
             "college": called, "active": p.active}
            for called, p in people
        ]  # fmt: skip
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for called, p in people:
        typer.echo(_line(p, called))
    typer.echo(f"共 {len(people)} 人")


@users_app.command("role")
def users_role(
    login: Login,
    role: Annotated[RoleName, typer.Argument(help="新的角色。")],
    db: Db = None,
) -> None:
    """改变一个人的角色；其登录随即失效。"""
    from align.store import COMMAND_LINE

    with closing(_store(db)) as store:
        person = store.set_role(COMMAND_LINE, _person(store, login).id, Role(role))
        typer.echo(f"{person.name}：{ROLE_ZH[person.role]}")


@users_app.command("password")
def users_password(login: Login, password_stdin: PasswordStdin = False, db: Db = None) -> None:
    """设新密码；其登录随即失效。"""
    from align.store import COMMAND_LINE

    with closing(_store(db)) as store:
        person = _person(store, login)
        store.set_password(COMMAND_LINE, person.id, _new_password(password_stdin))
        typer.echo(f"{person.name}：密码已改")


@users_app.command("deactivate")
def users_deactivate(
    login: Login,
    again: Annotated[bool, typer.Option("--undo", help="重新启用。")] = False,
    db: Db = None,
) -> None:
    """停用一个账号（或以 --undo 重新启用）；所作的判断不变。"""
    from align.store import COMMAND_LINE

    with closing(_store(db)) as store:
        person = store.set_active(COMMAND_LINE, _person(store, login).id, again)
        typer.echo(f"{person.name}：{'已启用' if person.active else '已停用'}")


@users_app.command("erase")
def users_erase(
    login: Login,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问。")] = False,
    db: Db = None,
) -> None:
    """删除一个人的姓名、登录名、密码与备注；判断保留，账本仍完整。不可恢复。"""
    from align.store import COMMAND_LINE

    with closing(_store(db)) as store:
        person = _person(store, login)
        if not yes:
            typer.confirm(f"删除 {_line(person, None)} 的个人信息？不可恢复", abort=True)
        store.erase_person(COMMAND_LINE, person.id)
    typer.echo("已删除；所作的判断保留，不再显示是谁。旧备份中仍有其姓名，请按规定销毁。")


@ledger_app.command("verify")
def ledger_verify(
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="核对一张回执（JSON，或写有回执的终身档案）。")
    ] = None,
    key: Annotated[
        str, typer.Option("--key", help="学院的公钥：64 位十六进制，或存有它的文件。")
    ] = "",
    college: College = None,
    db: Db = None,
) -> None:
    """验证账本完整，或指出第一处被改动的条目；也可只凭公钥核对回执。"""
    if receipt is not None:
        _verify_receipt(receipt, key, db)
        return
    with closing(_store(db, create=False)) as store:
        found = store.verify(None if college is None else _college(store, college))
        names = {c.id: c.name for c in store.colleges()}
    for warning in found.warnings:
        typer.echo(f"注意：{warning}", err=True)
    if found.whole:
        typer.echo(f"账本完整：核对 {found.checked} 条，签名的链头 {found.heads_checked} 个。")
        return
    for k, problem in enumerate(found.problems[:20]):
        head = "第一处：" if k == 0 else "        "
        home = names.get(problem.college_id, problem.college_id) or "服务器"
        typer.echo(f"{head}{home} {problem}", err=True)
    if len(found.problems) > 20:
        typer.echo(f"        ……共 {len(found.problems)} 处", err=True)
    typer.echo("账本不完整。", err=True)
    raise typer.Exit(1)


@ledger_app.command("receipt")
def ledger_receipt(
    college: College = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写到这个文件；不给则输出到屏幕。")
    ] = None,
    db: Db = None,
) -> None:
    """对账本现在的链头签名，并给出回执。"""
    from align.store import COMMAND_LINE, SERVER

    with closing(_store(db, create=False)) as store:
        ids = [c.id for c in store.colleges()]
        if college is None and len(ids) > 1:
            raise UsageError("有多个学院", remedy="请用 --college 指明。")
        chosen = _college(store, college) if college is not None else (ids or [SERVER])[0]
        text = json.dumps(store.receipt(COMMAND_LINE, chosen), ensure_ascii=False, indent=1)
    if out is None:
        typer.echo(text)
        return
    from align.export.files import atomic_write

    atomic_write(out, (text + "\n").encode("utf-8"))
    typer.echo(f"回执：{out}")


@db_app.command("info")
def db_info(db: Db = None) -> None:
    """显示数据库在哪里、是哪一版、有多少内容。"""
    with closing(_store(db, create=False)) as store:
        for name, value in store.info():
            typer.echo(f"{name}：{value}")


@db_app.command("upgrade")
def db_upgrade(db: Db = None) -> None:
    """建立数据库，或升级到这个程序的版本；判断与账本不变。"""
    with closing(_store(db)) as store:
        typer.echo("已升级：" + "、".join(store.upgraded) if store.upgraded else "已是最新。")


@db_app.command("compact")
def db_compact(db: Db = None) -> None:
    """整理数据库文件，使已删除的内容不留痕迹；请在无人使用时运行。"""
    with closing(_store(db, create=False)) as store:
        store.compact()
    typer.echo("已整理。")


def _store(address: str | None, *, create: bool = True) -> Store:
    from align.store import open_store

    return open_store(address, create=create)


def _college(store: Store, wanted: str) -> str:
    colleges = store.colleges()
    for college in colleges:
        if wanted in {college.id, college.name}:
            return college.id
    known = "、".join(c.name for c in colleges) or "（还没有学院）"
    raise UsageError("没有这个学院", got=wanted, expected=known)


def _person(store: Store, wanted: str) -> Person:
    from align.store import COMMAND_LINE, SERVER

    for college_id in [SERVER, *(c.id for c in store.colleges())]:
        for person in store.people(COMMAND_LINE, college_id):
            if wanted in {person.login, person.id}:
                return person
    raise UsageError("没有这个人", got=wanted, remedy="可用 align users list 查看。")


def _line(person: Person, college: str | None) -> str:
    parts = [person.login or person.id, person.name, ROLE_ZH[person.role], college or ""]
    return "  ".join(x for x in parts if x) + ("" if person.active else "  （已停用）")


def _new_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("密码", hide_input=True, confirmation_prompt="再输一次"))


def _printed_receipt(path: Path) -> Any:
    """The receipt that stands word for word in a learner's file."""
    from align.read import read
    from align.store.keys import RECEIPT

    document = read(path)
    texts = [p.printed for p in document.passages]
    texts += [cell.printed for table in document.tables for row in table.rows for cell in row.cells]
    mark = f'"format":"{RECEIPT}"'
    found = next((x for x in texts if mark in x), None)
    if found is None:
        raise UsageError("文件里没有账本回执", file=path, expected="终身档案，或回执的 JSON")
    return json.loads(found)


def _verify_receipt(path: Path, key: str, address: str | None) -> None:
    """The signature alone; and the chain too where the database is at hand."""
    from align.store import receipt_in_chain, verify_receipt

    try:
        if path.suffix.lower() in {".docx", ".xlsx"} and path.is_file():
            data = _printed_receipt(path)
        else:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise UsageError("回执打不开", file=path, got="文件不存在") from error
    except OSError as error:
        raise UsageError("回执打不开", file=path, got=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise UsageError("回执不是 JSON", file=path) from error
    if key and Path(key).is_file():
        key = Path(key).read_text(encoding="ascii", errors="replace")
    found = verify_receipt(data, key)
    if not found.genuine:
        typer.echo(f"回执不成立：{found.problem}。", err=True)
        raise typer.Exit(1)
    typer.echo(f"签名成立：第 {found.seq} 条（{found.kind}），签于 {found.time}")
    typer.echo(f"条目的哈希：{found.hash}")
    if found.digest:
        typer.echo(f"所批准或导出的文件的 SHA-256：{found.digest}")
    if found.known_key is None:
        typer.echo(f"公钥（请与学院公布的核对，或用 --key 给出）：{found.public_key}")
    problem = receipt_in_chain(data, address)
    if problem is None:
        typer.echo("没有数据库可比；只核对了签名。")
    elif problem:
        typer.echo(f"账本与回执不符：{problem}。", err=True)
        raise typer.Exit(1)
    else:
        typer.echo("账本中有这一条，内容一致。")
