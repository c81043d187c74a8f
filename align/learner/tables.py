"""Directory, conversions and results as the tables people keep: headings, rows, and back.

A column is found by its heading, whatever its order; unknown columns are passed over.  Lists
within a cell are separated by ``、`` or ``；``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from align.errors import ReadError
from align.learner.nouns import (
    KIND_ZH,
    STATE_ZH,
    ConversionRule,
    Entry,
    LearningResult,
    ResultKind,
    ResultState,
)

DIRECTORY_HEAD = (
    "编号", "名称", "类别", "颁发机构", "别名", "等级", "学时", "有效月数", "学分", "性质",
)  # fmt: skip
CONVERSION_HEAD = (
    "学习成果编号", "等级", "课程编号", "课程名称", "课程性质", "课程类别", "学分", "成绩",
    "生效日期", "失效日期", "版本", "批准",
)  # fmt: skip
RESULT_HEAD = (
    "学号", "学习成果名称", "等级", "发证日期", "学习成果编号", "学时", "证明", "状态",
)  # fmt: skip

_E = TypeVar("_E", ResultKind, ResultState)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: where it stands, and its cells by heading."""

    file: str
    place: str
    cells: Mapping[str, str]

    def get(self, head: str, *, needed: bool = False) -> str:
        """The cell, without blanks around it."""
        value = " ".join(self.cells.get(head, "").split())
        if needed and not value:
            raise self.wrong(head, value, "不能为空")
        return value

    def wrong(self, head: str, got: str, expected: str) -> ReadError:
        """The error that names this cell."""
        return ReadError(
            f"“{head}”填写不对", file=self.file or None, place=self.place, got=got or "（空）",
            expected=expected,
        )  # fmt: skip


def read_lines(path: Path, head: Sequence[str]) -> list[Line]:
    """The rows of the first table of a csv, xlsx or docx file that has these headings.

    Raises
    ------
    ReadError
        The file cannot be read, or holds no such table.
    """
    from align.read import read

    document = read(path)
    for table in document.tables:
        for k, row in enumerate(table.rows[:5]):
            titles = ["".join(c.text.split()) for c in row.cells]
            if set(head) <= set(titles):
                return [
                    Line(str(path), str(r.place), dict(zip(titles, texts, strict=True)))
                    for r in table.rows[k + 1 :]
                    if any(texts := [c.text for c in r.cells])
                ]
    first = document.tables[0].rows[0].cells if document.tables else ()
    raise ReadError(
        "表中缺少需要的列", file=path, got="、".join(c.text for c in first) or "没有表格",
        expected="、".join(head),
    )  # fmt: skip


def read_directory(path: Path) -> list[Entry]:
    """The directory of recognised results; 编号, 名称 and 类别 are needed.

    Raises
    ------
    ReadError
        Names the row and the column where something is wrong.
    """
    found = [_entry(line) for line in read_lines(path, ("编号", "名称", "类别"))]
    _once((e.id for e in found), path, "编号")
    return found


def read_conversions(path: Path) -> list[ConversionRule]:
    """Approved conversions; 学习成果编号, 课程名称 and 学分 are needed."""
    lines = read_lines(path, ("学习成果编号", "课程名称", "学分"))
    return [_conversion(k, line) for k, line in enumerate(lines, 1)]


def read_results(path: Path, directory: Sequence[Entry] = ()) -> list[LearningResult]:
    """Learners' results; 学号 and 学习成果名称 are needed.

    A result without an entry's number is given the one whose name or alias it bears, letter by
    letter; nothing is looked up by likeness.
    """
    lines = read_lines(path, ("学号", "学习成果名称"))
    found = [_result(k, line) for k, line in enumerate(lines, 1)]
    return recognised(found, directory)


def recognised(
    results: Iterable[LearningResult], directory: Sequence[Entry]
) -> list[LearningResult]:
    """The results with the entry whose name or alias they bear, where only one does."""
    named: dict[str, set[str]] = {}
    for e in directory:
        for name in (e.name, *e.aliases):
            named.setdefault(_bare(name), set()).add(e.id)

    def one(r: LearningResult) -> LearningResult:
        ids = named.get(_bare(r.name), set())
        return r if r.entry_id or len(ids) != 1 else replace(r, entry_id=min(ids))

    return [one(r) for r in results]


def directory_rows(entries: Iterable[Entry]) -> list[list[str]]:
    """The directory under :data:`DIRECTORY_HEAD`."""
    return [
        [
            e.id, e.name, KIND_ZH[e.kind], e.issuer, "、".join(e.aliases), "、".join(e.levels),
            _number(e.hours), "" if e.months is None else str(e.months),
            "；".join(f"{level}={x:g}" if level else f"{x:g}" for level, x in e.credits),
            e.nature,
        ]
        for e in entries
    ]  # fmt: skip


def conversion_rows(rules: Iterable[ConversionRule]) -> list[list[str]]:
    """Approved conversions under :data:`CONVERSION_HEAD`."""
    return [
        [
            r.entry_id, r.level, r.course_id, r.course, r.nature, r.category, f"{r.credits:g}",
            _number(r.grade), _day(r.valid_from), _day(r.valid_to), str(r.version), r.approved,
        ]
        for r in rules
    ]  # fmt: skip


def result_rows(results: Iterable[LearningResult]) -> list[list[str]]:
    """Learners' results under :data:`RESULT_HEAD`."""
    return [
        [
            r.learner, r.name, r.level, _day(r.issued), r.entry_id, _number(r.hours), r.evidence,
            STATE_ZH[r.state],
        ]
        for r in results
    ]  # fmt: skip


def _entry(line: Line) -> Entry:
    levels = _list(line.get("等级"))
    months = _a_number(line, "有效月数")
    if months is not None and months != int(months):
        raise line.wrong("有效月数", f"{months:g}", "整数")
    return Entry(
        line.get("编号", needed=True),
        line.get("名称", needed=True),
        _word(line, "类别", KIND_ZH),
        line.get("颁发机构"),
        _list(line.get("别名")),
        levels,
        _a_number(line, "学时"),
        None if months is None else int(months),
        _credits(line, levels),
        line.get("性质"),
    )


def _credits(line: Line, levels: tuple[str, ...]) -> tuple[tuple[str, float], ...]:
    """``8``, or ``初级=4；中级=8``."""
    found = []
    for part in _list(line.get("学分")):
        level, equals, figure = part.replace("：", "=").replace(":", "=").rpartition("=")
        level = level.strip()
        if bool(equals) != bool(levels) or (levels and level not in levels):
            expected = "；".join(f"{x}=学分" for x in levels) or "一个数"
            raise line.wrong("学分", part, expected)
        found.append((level, _float(line, "学分", figure)))
    return tuple(found)


def _conversion(k: int, line: Line) -> ConversionRule:
    course = line.get("课程名称", needed=True)
    credits = _a_number(line, "学分")
    if not credits:
        raise line.wrong("学分", line.get("学分"), "大于 0 的数")
    version = _a_number(line, "版本")
    return ConversionRule(
        f"{line.get('学习成果编号')}-{k}",
        line.get("学习成果编号", needed=True),
        line.get("等级"),
        line.get("课程编号") or course,
        course,
        line.get("课程性质"),
        line.get("课程类别"),
        credits,
        _a_number(line, "成绩"),
        _date(line, "生效日期"),
        _date(line, "失效日期"),
        1 if version is None else int(version),
        line.get("批准"),
    )


def _result(k: int, line: Line) -> LearningResult:
    return LearningResult(
        f"{k}",
        line.get("学号", needed=True),
        line.get("学习成果名称", needed=True),
        line.get("等级"),
        _date(line, "发证日期"),
        line.get("学习成果编号"),
        _a_number(line, "学时"),
        line.get("证明"),
        _word(line, "状态", STATE_ZH) if line.get("状态") else ResultState.DEPOSITED,
    )


def _word(line: Line, head: str, words: Mapping[_E, str]) -> _E:
    got = line.get(head, needed=True)
    for value, zh in words.items():
        if got in {zh, str(value)}:
            return value
    raise line.wrong(head, got, "、".join(words.values()))


def _a_number(line: Line, head: str) -> float | None:
    got = line.get(head)
    return _float(line, head, got) if got else None


def _float(line: Line, head: str, got: str) -> float:
    if not re.fullmatch(r"\s*\d{1,6}(\.\d{1,4})?\s*", got, re.ASCII):
        raise line.wrong(head, got, "不小于 0 的数")
    return float(got)


def _date(line: Line, head: str) -> date | None:
    got = line.get(head)
    if not got:
        return None
    digits = re.fullmatch(
        r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))(?: 00:00:00)?", got
    )
    parts = [int(x) for x in digits.groups() if x] if digits else []
    expected = "日期，如 2026-01-31"
    if len(parts) != 3:
        raise line.wrong(head, got, expected)
    try:
        return date(*parts)
    except ValueError as error:
        raise line.wrong(head, got, expected) from error


def _list(text: str) -> tuple[str, ...]:
    return tuple(x for x in (p.strip() for p in re.split("[、；;]", text)) if x)


def _bare(name: str) -> str:
    return "".join(name.split())


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _day(value: date | None) -> str:
    return "" if value is None else value.isoformat()


def _once(ids: Iterable[str], path: Path, what: str) -> None:
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise ReadError(f"{what}重复", file=path, got=id, expected="每项只出现一次")
        seen.add(id)


def by_learner(results: Iterable[LearningResult]) -> dict[str, list[LearningResult]]:
    """Each learner's results, learners in the order they first occur."""
    found: dict[str, list[LearningResult]] = {}
    for r in results:
        found.setdefault(r.learner, []).append(r)
    return found


__all__ = [
    "CONVERSION_HEAD",
    "DIRECTORY_HEAD",
    "RESULT_HEAD",
    "by_learner",
    "conversion_rows",
    "directory_rows",
    "read_conversions",
    "read_directory",
    "read_results",
    "recognised",
    "result_rows",
]
