"""``align convert``: a class of learners' results under the college's approved conversions."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from align.errors import UsageError

_FORMATS = {".csv", ".xlsx", ".docx"}
_TITLE = "学习成果转换结果"


def convert(
    results: Annotated[Path, typer.Argument(help="学习者的成果（csv 或 xlsx）。")],
    conversions: Annotated[
        Path, typer.Option("--conversions", help="已批准的转换规则（csv 或 xlsx）。")
    ],
    directory: Annotated[Path, typer.Option("--directory", help="学习成果名录（csv 或 xlsx）。")],
    rules: Annotated[
        Path | None,
        typer.Option("--rules", help="学院启用的学分规则（TOML）；不给则一条也不启用。"),
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
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出。")] = False,
) -> None:
    """按已批准的转换规则，算出每位学习者免修的课程与学分，或不予免修的理由。"""
    from align.credit import RuleSet, parse_rules
    from align.export.files import atomic_write
    from align.export.learners import HEAD, conversion_docx, rows, table_csv, table_xlsx
    from align.export.words import number
    from align.labels import read_text
    from align.learner import convert as apply
    from align.learner.tables import by_learner, read_conversions, read_directory, read_results

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
    chosen = RuleSet() if rules is None else parse_rules(read_text(rules), str(rules))
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
    held = read_results(results, entries)
    done = [
        apply(mine, approved, known, chosen, today=today, programme_credits=programme_credits)
        for mine in by_learner(held).values()
    ]
    lines = rows(done, held)
    mark = f"{today.isoformat()}；规则版本 {chosen.version}"
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
        if c.ties:
            typer.echo(f"  另有 {len(c.ties)} 种免修办法学分相同，请委员会选定")
    typer.echo(f"共 {len(done)} 人，{number(sum(c.credits for c in done)) or '0'} 学分；{mark}")
    if out is not None:
        typer.echo(str(out))


def _day(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("日期不对", place="--date", got=text, expected="如 2026-09-01") from error
