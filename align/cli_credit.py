"""``align convert``: learners' results under the college's approved conversions.

The lists come from files, or from the database; learners are a table, or the college's accounts.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from align.cli_store import College, Db, PasswordStdin
from align.errors import UsageError

if TYPE_CHECKING:
    from align.credit import RuleSet
    from align.learner import Conversion, ConversionRule, Entry, Exempted, LearningResult
    from align.store import Store

_FORMATS = {".csv", ".xlsx", ".docx"}
_TITLE = "学习成果转换结果"


@dataclass(frozen=True)
class _Given:
    """What is applied to whom; ``earlier`` has what accounts were exempted from before."""

    entries: list[Entry]
    approved: list[ConversionRule]
    rules: RuleSet
    held: list[LearningResult]
    earlier: dict[str, list[Exempted]] = field(default_factory=dict)


def convert(
    results: Annotated[
        Path | None,
        typer.Argument(
            help="学习者的成果（csv、xlsx 或 docx）；从数据库转换时不给则为学院的全部账户。"
        ),
    ] = None,
    conversions: Annotated[
        Path | None,
        typer.Option("--conversions", help="已批准的转换规则（csv 或 xlsx）；不给则取数据库中的。"),
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", help="学习成果名录（csv 或 xlsx）；不给则取数据库中的。"),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(
            "--rules",
            help="学院启用的学分规则（TOML）；不给则取数据库中的，全用文件时一条也不启用。",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="写成文件：.xlsx、.csv 或 .docx；不给则显示。")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="按哪一天判断是否过期，如 2026-09-01；默认今天。")
    ] = None,
    programme_credits: Annotated[
        float | None, typer.Option("--programme-credits", help="专业总学分，用于份额的规则。")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", help="用这个工作区的学分规则（名称或编号）。")
    ] = None,
    college: College = None,
    who: Annotated[str, typer.Option("--as", help="由谁查看账户：登录名；本机使用时为姓名。")] = "",
    password_stdin: PasswordStdin = False,
    db: Db = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """按已批准的转换规则，算出每位学习者免修的课程与学分，或不予免修的理由。只计算，不登记。"""
    from align.learner import convert as apply
    from align.learner.tables import by_learner

    if out is not None and out.suffix.lower() not in _FORMATS:
        raise UsageError(
            "不支持的文件格式",
            file=out,
            got=out.suffix or "无后缀",
            expected=".xlsx、.csv 或 .docx",
        )
    if programme_credits is not None and not 0 < programme_credits <= 1000:
        raise UsageError("专业总学分不对", got=f"{programme_credits:g}", expected="大于 0")
    today = _day(day)
    if conversions is not None and directory is not None and results is not None:
        given = _from_files(results, conversions, directory, rules)
    elif conversions is not None or directory is not None:
        raise UsageError(
            "转换规则、名录与成果须一并给出文件",
            expected="成果文件、--conversions 与 --directory，或都不给而从数据库取",
        )
    else:
        given = _from_database(results, rules, workspace, college, who, password_stdin, db)
    known = {e.id: e for e in given.entries}
    done = [
        apply(
            mine, given.approved, known, given.rules, today=today,
            programme_credits=programme_credits, earlier=given.earlier.get(learner, ()),
        )
        for learner, mine in by_learner(given.held).items()
    ]  # fmt: skip
    mark = f"{today.isoformat()}；规则版本 {given.rules.version}"
    _tell(done, given.held, out, mark, as_json)


def _from_files(
    results: Path, conversions: Path, directory: Path, rules: Path | None
) -> _Given:  # fmt: skip
    from align.learner.tables import read_conversions, read_directory, read_results

    entries = read_directory(directory)
    approved = read_conversions(conversions)
    known = {e.id: e for e in entries}
    for rule in approved:
        levels = known[rule.entry_id].levels if rule.entry_id in known else None
        if levels is None or rule.level not in (levels or ("",)):
            raise UsageError(
                "转换规则所指的学习成果不在名录中", file=conversions, place=rule.course,
                got=" ".join((rule.entry_id, rule.level)).strip(),
                remedy="请先在名录中登记这种成果和等级。",
            )  # fmt: skip
    return _Given(entries, approved, _rules(rules), read_results(results, entries))


def _rules(file: Path | None) -> RuleSet:
    from align.credit import RuleSet, parse_rules
    from align.labels import read_text

    return RuleSet() if file is None else parse_rules(read_text(file), str(file))


def _from_database(
    results: Path | None, rules: Path | None, workspace: str | None, college: str | None,
    who: str, password_stdin: bool, db: str | None,
) -> _Given:  # fmt: skip
    """The college's list, directory and rules; with ``--as`` its accounts, too.

    Accounts are personal: without a person who may see them they are not read.
    """
    from align.cli_store import _store
    from align.cli_who import person_of
    from align.learner.tables import read_results
    from align.store import COMMAND_LINE

    with closing(_store(db, create=False)) as store:
        college_id, values = _home(store, workspace, college)
        entries = store.directory(COMMAND_LINE, college_id)
        approved = store.conversions(COMMAND_LINE, college_id=college_id)
        held, earlier = [], {}
        if results is not None:
            held = read_results(results, entries)
        if results is None or who:
            person = person_of(store, college_id, who, password_stdin)
            if person.college_id != college_id:
                raise UsageError("这个人属于别的学院", got=who)
            accounts = store.accounts(person)
            earlier = {
                k: [e for c in made for e in c.exempted] for k, (_, made) in accounts.items()
            }
            if results is None:
                held = [r for mine, _ in accounts.values() for r in mine]
    from align.credit import RuleSet

    chosen = RuleSet(values) if rules is None else _rules(rules)
    return _Given(entries, approved, chosen, held, earlier)


def _home(
    store: Store, workspace: str | None, college: str | None
) -> tuple[str, dict[str, dict[str, object]]]:
    """The college, and the rules in force there (or in its workspace)."""
    from align.cli_store import _college
    from align.cli_who import workspace_of
    from align.store import COMMAND_LINE

    if workspace is not None:
        space = workspace_of(store, workspace)
        return space.college_id, store.rules_in_force(COMMAND_LINE, space.id)
    ids = [c.id for c in store.colleges()]
    if college is None and len(ids) != 1:
        raise UsageError(
            "有多个学院" if ids else "数据库里还没有学院", remedy="请用 --college 指明。"
        )
    college_id = _college(store, college) if college is not None else ids[0]
    versions = store.rules_versions(COMMAND_LINE, college_id)
    return college_id, (versions[-1].values or {}) if versions else {}


def _tell(
    done: list[Conversion], held: list[LearningResult], out: Path | None, mark: str, as_json: bool
) -> None:
    """The file, and the same on the screen."""
    from align.export.files import atomic_write
    from align.export.learners import HEAD, conversion_docx, rows, table_csv, table_xlsx
    from align.export.words import number

    lines = rows(done, held)
    if out is not None:
        kind = out.suffix.lower()
        if kind == ".csv":
            data = table_csv(HEAD, lines)
        elif kind == ".xlsx":
            data = table_xlsx(_TITLE, mark, HEAD, lines)
        else:
            data = conversion_docx(done, held, _TITLE, mark)
        atomic_write(out, data)
    if as_json:
        typer.echo(json.dumps([dict(zip(HEAD, x, strict=True)) for x in lines],
                              ensure_ascii=False, indent=1))  # fmt: skip
        return
    for c in done:
        typer.echo(f"{c.learner}：免修 {len(c.exempted)} 门，{number(c.credits) or '0'} 学分")
        for e in c.exempted:
            level = f" {e.rule.level}" if e.rule.level else ""
            typer.echo(f"  免修《{e.rule.course}》{number(e.credits)} 学分：{e.entry}{level}")
        for r in c.refused:
            course = f"《{r.course}》" if r.course else ""
            name = next(x.name for x in held if (x.learner, x.id) == (r.learner, r.result))
            typer.echo(f"  不予免修{course}：{name}，{r.words}")
        if c.choices:
            typer.echo(f"  另有 {len(c.choices) - 1} 种免修办法学分相同，请委员会选定")
    typer.echo(f"共 {len(done)} 人，{number(sum(c.credits for c in done)) or '0'} 学分；{mark}")
    if out is not None:
        typer.echo(str(out))


def _day(text: str | None) -> date:
    if text is None:
        from align.plan.word import today

        return today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("日期不对", place="--date", got=text, expected="如 2026-09-01") from error
