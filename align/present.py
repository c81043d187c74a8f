"""What the command line shows: readings as trees, runs as summaries, progress on the side."""

from __future__ import annotations

import codecs
import json
import shutil
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from align.gather import FileReading, Gathered
from align.pipeline import Result
from align.records import ACTION_ZH, Action, Certificate, Course, Problem, as_data

SEVERITY_ZH = {"error": "错误", "warning": "注意", "info": "说明"}


class Console:
    """Results on the standard stream, progress and warnings on the error stream.

    Progress is one line that rewrites itself on a terminal, and nothing elsewhere, so that
    logs and pipes stay clean.  It is wiped with spaces: a Windows console does not always know
    the control sequences.
    """

    def __enter__(self) -> Self:
        self._live = sys.stderr.isatty()
        self._shown = 0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    def progress(self, step: str, done: int, total: int) -> None:
        """Show where a long step stands."""
        if self._live:
            share = f"（{done}/{total}）" if total > 1 else ""
            self._clear()
            self._shown = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_cut(f"{step}{share}…", self._shown))
            sys.stderr.flush()

    def say(self, text: str) -> None:
        """Print a result."""
        self._clear()
        print(text, flush=True)

    def warn(self, text: str) -> None:
        """Print something to be noticed, beside the result."""
        if text:
            self._clear()
            print(text, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if self._shown:
            sys.stderr.write(f"\r{' ' * self._shown}\r")
            sys.stderr.flush()
            self._shown = 0


def columns_of(text: str, wide: str = "WF") -> int:
    """Columns on a terminal: a Chinese character takes two.

    ``wide`` are the classes of :func:`unicodedata.east_asian_width` that count as two.
    """
    return sum(2 if unicodedata.east_asian_width(c) in wide else 1 for c in text)


def _cut(text: str, columns: int) -> str:
    """The text without what goes beyond these columns: a line that wraps cannot be wiped.

    A Chinese console draws ambiguous signs (…) wide as well.
    """
    while text and columns_of(text, "WFA") > columns:
        text = text[:-1]
    return text


def json_text(data: Any, *, indent: int | None = None) -> str:
    """JSON for the standard stream.

    Where that is not UTF-8 (a pipe or a file on a Chinese Windows is GBK) all beyond ASCII is
    escaped: it would become unreadable for other programs, or ``?``.
    """
    name = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    return json.dumps(data, ensure_ascii=name != "utf-8", indent=indent)


def file_errors(gathered: Iterable[Gathered]) -> str:
    """One line for each file that could not be read; nothing twice."""
    lines = [f"已跳过：{f.error.line()}" for g in gathered for f in g.files if f.error]
    return "\n".join(dict.fromkeys(lines))


# --- align run -------------------------------------------------------------------------------


def run_summary(result: Result, folder: Path) -> str:
    """What one programme's run found, and where to look."""
    g = result.gathered
    units = sum(len(c.units) for c in g.courses)
    items = sum(len(c.competencies) for c in g.certificates)
    lines = [
        f"【{g.programme.name}】{len(g.courses)} 门课程 {units} 个课程单元 × "
        f"{len(g.certificates)} 个证书 {items} 条技能要求"
    ]
    shares = {c.id: c.share for c in result.coverage if c.scope == "certificate"}
    for certificate in g.certificates:
        levels = "、".join(certificate.levels)
        lines.append(f"  《{certificate.name}》（{levels}）：覆盖份额 {shares[certificate.id]:.0%}")
    counts = Counter(p.action for p in result.proposals)
    items_line = "  ".join(
        f"{ACTION_ZH[a]} {counts[a]}"
        for a in (Action.COVERED, Action.EXTEND, Action.STRENGTHEN, Action.SUPPLEMENT)
    )
    unsure = sum(p.unsure for p in result.proposals if p.action is not Action.EXEMPT)
    lines.append(f"  技能要求：{items_line}（其中存疑 {unsure}）")
    exempt = [p for p in result.proposals if p.rule == "exempt-course"]
    names = {c.id: c.name for c in g.courses}
    if exempt:
        lines.append(
            "  免修候选："
            + "、".join(f"{names[p.course_id]}（{_credits(p.credits)}）" for p in exempt)
        )
    else:
        lines.append("  免修候选：无课程达到学校设置的份额")
    if skipped := sum(f.error is not None for f in g.files):
        lines.append(f"  注意：有 {skipped} 个文件没有读成，结果不含它们（见“已跳过”）")
    lines += problem_lines(g.problems)
    lines.append(f"  结果：{folder}  （全部为机器建议，未经教师审核）")
    return "\n".join(lines)


def _credits(value: float | None) -> str:
    return "学分未写明" if value is None else f"{value:g} 学分"


def problem_lines(problems: Sequence[Problem], limit: int = 6) -> list[str]:
    """The documents' problems, worst first, at most ``limit`` of them."""
    order = {"error": 0, "warning": 1, "info": 2}
    serious = sorted((p for p in problems if p.severity != "info"), key=lambda p: order[p.severity])
    lines = [f"  {problem_line(p)}" for p in serious[:limit]]
    if len(serious) > limit:
        lines.append(f"  另有 {len(serious) - limit} 条，见 plan.xlsx 的“问题”表与 run.json")
    return lines


def problem_line(problem: Problem) -> str:
    """One problem in one line, with its file and place."""
    where = f"{problem.source}（{problem.place}）：" if problem.source else ""
    return f"{SEVERITY_ZH[problem.severity]}：{where}{problem.message}"


# --- align read ------------------------------------------------------------------------------


def reading_json(found: Sequence[FileReading]) -> str:
    """Everything understood of the files, as data."""
    data: list[dict[str, Any]] = [
        {
            "file": str(f.path),
            "error": f.error.line() if f.error else None,
            "reading": as_data(f.reading),
        }
        for f in found
    ]
    return json_text(data, indent=1)


def reading_tree(f: FileReading) -> str:
    """What was understood of one file, as a tree a teacher can check at a glance."""
    if f.reading is None:
        return f"{f.path}\n  错误：{f.error.line() if f.error else ''}"
    r = f.reading
    lines = [str(f.path)]
    for certificate in r.certificates:
        lines += _certificate_tree(certificate)
    if r.plan:
        lines.append(
            f"  人才培养方案：证书 {len(r.plan.certificates)} 行，"
            f"教学进程 {len(r.plan.schedule)} 门课程"
        )
        for row in r.plan.certificates:
            level = f"（{row.level}）" if row.level else ""
            courses = f" ↔ {'、'.join(row.courses)}" if row.courses else ""
            lines.append(f"    {row.name}{level}{courses}")
    for course in r.courses:
        lines += _course_tree(course)
    if not (r.courses or r.certificates or r.plan):
        lines.append("  没有读出课程、证书或培养方案")
    if r.unplaced:
        lines.append(f"  未能归位的内容 {len(r.unplaced)} 处：")
        lines += [f"    {p.place}：{_short(p.text)}" for p in r.unplaced]
    if r.aside:
        lines.append(f"  课程思政 {len(r.aside)} 处（已认出，不参加对照）：")
        lines += [f"    {p.place}：{_short(p.text)}" for p in r.aside]
    lines += [f"  {problem_line(p)}" for p in r.problems]
    return "\n".join(lines)


def _certificate_tree(c: Certificate) -> list[str]:
    facts = [x for x in (c.code, c.version, c.issuer, c.date) if x]
    lines = [f"  证书《{c.name}》" + (f"（{'，'.join(facts)}）" if facts else "")]
    for level in c.levels:
        mine = [i for i in c.competencies if i.level == level]
        areas = list(dict.fromkeys(i.area for i in mine))
        tasks = list(dict.fromkeys((i.area, i.task) for i in mine))
        lines.append(
            f"    {level}：{len(areas)} 个工作领域，{len(tasks)} 个工作任务，{len(mine)} 条要求"
        )
        for area, task in tasks:
            own = [i for i in mine if (i.area, i.task) == (area, task)]
            lines.append(
                f"      {area} / {task}：{len(own)} 条（{own[0].number}–{own[-1].number}）"
            )
    return lines


def _course_tree(c: Course) -> list[str]:
    facts = [x for x in (c.code, c.category, c.nature) if x]
    if c.credits is not None:
        facts.append(f"{c.credits:g} 学分")
    if c.hours is not None:
        split = (
            f"（理论 {c.theory_hours:g}，实践 {c.practice_hours:g}）"
            if c.theory_hours is not None and c.practice_hours is not None
            else ""
        )
        facts.append(f"{c.hours:g} 学时{split}")
    lines = [f"  课程《{c.name}》" + (f"（{'，'.join(facts)}）" if facts else "")]
    sections = Counter(u.section for u in c.units)
    points = sum(len(u.points) for u in c.units)
    lines.append(f"    {len(sections)} 个单元，{len(c.units)} 个内容行，{points} 个教学要点")
    for section in sections:
        rows = [u for u in c.units if u.section == section]
        hours = [u.hours for u in rows if u.hours is not None]
        told = f"，{sum(hours):g} 学时" if hours else ""
        lines.append(f"      {section or '（未分单元）'}：{len(rows)} 行{told}")
        lines += [f"        {u.id}  {u.task or _short(u.content)}" for u in rows]
    return lines


def _short(text: str, limit: int = 40) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
