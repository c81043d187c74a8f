"""``proposals.csv`` read back: what people decided on proposals, also as a spreadsheet saved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from align.decisions import Stage, Verdict
from align.export.exchange import VerdictRow, number_or_none
from align.export.tables import VERDICT_COLUMNS
from align.export.tables_read import lines_of
from align.export.words import unguard
from align.records import ACTION_ZH, Action, Place, Problem

_NEEDED = ("proposal_id", "action")
_MOST = 100_000.0  # hours or credits: more is a slip of the pen
#: What somebody writes who fills the column in by hand.
_VERDICTS: dict[str, Verdict] = {
    "accept": "accept", "采纳": "accept", "同意": "accept",
    "change": "change", "改": "change", "修改": "change",
    "reject": "reject", "不采纳": "reject",
}  # fmt: skip
_ACTIONS = {**{str(a): a for a in Action}, **{zh: a for a, zh in ACTION_ZH.items()}}


@dataclass(frozen=True, slots=True)
class VerdictsFile:
    """A file of proposals: what people decided, how many nobody has, what could not be taken."""

    rows: tuple[VerdictRow, ...]
    undecided: int
    problems: tuple[Problem, ...]


def read_proposals_csv(data: bytes, name: str = "proposals.csv") -> VerdictsFile:
    """The decisions of a ``proposals.csv``.

    Parameters
    ----------
    data : bytes
        UTF-8 (with or without mark) or, as Excel in China saves it, GB18030.

    Returns
    -------
    VerdictsFile
        ``rows`` of the lines whose column ``verdict`` is filled in; a line that says something
        else there is left out and is a problem.

    Raises
    ------
    ReadError
        When it is no such table.
    """
    problems: list[Problem] = []
    rows: list[VerdictRow] = []
    undecided = 0
    for line, raw in lines_of(data, name, _NEEDED, "proposals.csv"):
        cells = {k: unguard(v.strip()) for k, v in raw.items()}

        def say(code: str, message: str, line: int = line) -> None:
            problems.append(Problem("error", code, message, name, Place(line=line)))

        if not any(cells.get(c) for c in VERDICT_COLUMNS):
            undecided += 1
        elif (row := _row(cells, say)) is not None:
            rows.append(row)
    return VerdictsFile(tuple(rows), undecided, tuple(problems))


def _row(cells: dict[str, str], say: Callable[[str, str], None]) -> VerdictRow | None:
    """One decided line; None, with a problem, where it does not say what was decided."""
    subject, said = cells["proposal_id"], cells.get("verdict", "")
    verdict = _VERDICTS.get(said)
    proposed = _ACTIONS.get(cells["action"])
    if not subject or proposed is None:
        say("no-identifier", "缺少建议的编号或 action，这一行没有导入。")
        return None
    if verdict is None:
        say("no-verdict", f"verdict“{said[:40]}”应为 accept、change 或 reject，这一行没有导入。")
        return None
    wanted = cells.get("decided_action", "")
    action = _ACTIONS.get(wanted)
    if verdict == "change" and action is None:
        say("no-action", f"decided_action“{wanted[:40]}”不是一种处理，这一行没有导入。")
        return None
    wrong: list[str] = []
    hours, credits = (
        number_or_none(cells.get(column, ""), wrong.append, 0, _MOST)
        for column in ("decided_hours", "decided_credits")
    )
    if wrong:  # half a decision would be another decision
        say("no-number", f"学时或学分“{wrong[0][:40]}”不是数，这一行没有导入。")
        return None
    stage = cells.get("decided_stage", "")
    return VerdictRow(
        subject,
        proposed,
        verdict,
        {"accept": proposed, "change": action}.get(verdict),
        reviewer_name=cells.get("decided_by", ""),
        note=cells.get("decided_note", ""),
        time=_moment(cells.get("decided_at", "")),
        course_id=cells.get("decided_course_id", ""),
        hours=hours,
        credits=credits,
        stage=_stage(stage),
        item=cells.get("item_quote", "") if subject.startswith("item:") else "",
    )


def _stage(words: str) -> Stage:
    return next((s for s in get_args(Stage) if s == words), "review")


def _moment(words: str) -> datetime | None:
    """When; None where a spreadsheet has made something else of it: only the note tells it."""
    try:
        return datetime.fromisoformat(words)
    except ValueError:
        return None
