"""An edited plan.xlsx comes back: what the committee filled in, row by row, as plain records.

Nothing is decided here.  A row counts where its yellow cells differ from what stood in them when
the file was written; it becomes a :class:`Change` when it fits the run and the proposal as they
are now, else a :class:`Conflict` that says why not and leaves the row out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from align.decisions import Decision, Verdict
from align.export.plan_back_rows import FilledRow, filled_rows
from align.export.xlsx_edit import (
    CHANGED,
    CREDITS,
    HOURS,
    NOTE,
    PROPOSED,
    RUN,
    SEEN,
    SUBJECT,
    VERDICT,
    VERDICT_ZH,
    WRITTEN,
    Kind,
    written_as,
)
from align.export.xlsx_sheets import Value
from align.records import ACTION_ZH, Action, Proposal, Run

Why = Literal[
    "other-run",
    "unknown",
    "proposal-changed",
    "decided-meanwhile",
    "impossible",
    "not-a-number",
    "formula",
    "repeated",
]
_MOST_HOURS = 2000.0  # more than the hours of a whole programme's largest course
_LONGEST_NOTE = 2000


@dataclass(frozen=True, slots=True)
class Change:
    """What a person has filled in for one proposal.

    Parameters
    ----------
    subject : str
        The proposal's id.
    proposed : Action
        The action proposed now, and when the file was written.
    action : Action or None
        What is to hold: the proposed action when accepted, another when changed, None when
        rejected or withdrawn.
    hours, credits : float or None
        Own figures; None leaves the proposal's.
    seen : str
        Id of the decision that stood when the file was written, and still does; "" for none.
    sheet, row
        Where it stands in the file; rows count from 1.
    """

    subject: str
    proposed: Action
    verdict: Verdict
    action: Action | None
    hours: float | None
    credits: float | None
    note: str
    seen: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that was filled in and cannot be taken.

    ``why`` is a stable code, ``words`` the reason with what to do; ``theirs`` is the decision
    that has been made on it since, where that is the reason.
    """

    why: Why
    words: str
    sheet: str
    row: int
    subject: str = ""
    filled: str = ""
    theirs: Decision | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Everything found in an edited workbook; ``unchanged`` counts rows left as they were."""

    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    unchanged: int


class _Unfit(Exception):
    """A row that becomes a conflict."""

    def __init__(self, why: Why, words: str, theirs: Decision | None = None) -> None:
        super().__init__(words)
        self.why, self.words, self.theirs = why, words, theirs


def read_back(
    data: bytes,
    proposals: Iterable[Proposal],
    run: Run,
    verdicts: Mapping[str, Decision] | None = None,
    *,
    name: str = "plan.xlsx",
) -> ReadBack:
    """The changes that a committee made in plan.xlsx.

    Parameters
    ----------
    data : bytes
        The workbook; sheets may be missing, rows sorted, filtered, deleted or copied.
    proposals : iterable of Proposal
        As they stand now.
    run : Run
        The run that is reviewed now.
    verdicts : mapping of str to Decision
        The word in force on each proposal now.
    name : str
        The file's name, for messages.

    Returns
    -------
    ReadBack
        In the order of the sheets and rows.

    Raises
    ------
    ReadError
        The file is no workbook of this program (or harmful): nothing was read.
    """
    known = {p.id: p for p in proposals}
    said = verdicts or {}
    changes: list[Change] = []
    conflicts: list[Conflict] = []
    unchanged = 0
    first: dict[str, Change | None] = {}
    for row in filled_rows(data, name):
        titles = row.kind.titles
        filled = "；".join(f"{t} {row.text(t)}" for t in titles if row.text(t))
        if written_as(tuple(_as_found(row, t) for t in titles)) == row.text(WRITTEN):
            unchanged += 1
            continue
        try:
            values = tuple(_value(row, t) for t in titles)
            change = _change(row, values, known, run, said)
            if change.subject in first:
                raise _Unfit("repeated", _repeated(first[change.subject], change))
        except _Unfit as unfit:
            subject = row.text(SUBJECT)
            conflicts.append(
                Conflict(unfit.why, unfit.words, row.kind.sheet, row.number, subject, filled,
                         unfit.theirs)
            )  # fmt: skip
            continue
        first[change.subject] = change
        changes.append(change)
    return ReadBack(tuple(changes), tuple(conflicts), unchanged)


def _repeated(earlier: Change | None, change: Change) -> str:
    at = f"（第 {earlier.row} 行）" if earlier else ""
    return f"同一条建议在表中出现两次{at}，只取前一行；请核对。"


def _change(
    row: FilledRow,
    values: Sequence[Value],
    known: Mapping[str, Proposal],
    run: Run,
    said: Mapping[str, Decision],
) -> Change:
    given = dict(zip(row.kind.titles, values, strict=True))
    subject = row.text(SUBJECT)
    if not subject:
        raise _Unfit(
            "unknown", "这一行没有建议编号（隐藏列），不是程序导出的行；请在导出的表中填写。"
        )
    if row.text(RUN) != run.id:
        raise _Unfit(
            "other-run",
            f"这一行来自另一次运行（{row.text(RUN) or '未写明'}），现在审核的是 {run.id}；"
            "请重新导出后填写。",
        )
    proposal = known.get(subject)
    if proposal is None:
        raise _Unfit("unknown", "本次运行没有这条建议；请重新导出后填写。")
    if str(proposal.action) != row.text(PROPOSED):
        raise _Unfit(
            "proposal-changed",
            f"导出之后这条建议已变为“{ACTION_ZH[proposal.action]}”（关联经人改判）；"
            "请重新导出后填写。",
        )
    present = said.get(subject)
    if (present.id if present else "") != row.text(SEEN):
        by = f"（{present.reviewer_name}）" if present else "（审核已撤回）"
        raise _Unfit(
            "decided-meanwhile", f"导出之后已有人审核这条建议{by}；请比较后重新填写。", present
        )
    verdict, action = _verdict(row.kind, given, proposal, present)
    hours, credits = given[HOURS], given.get(CREDITS)
    assert not isinstance(hours, str) and not isinstance(credits, str)
    if verdict in {"reject", "withdraw"} and (hours is not None or credits is not None):
        raise _Unfit("impossible", f"{VERDICT_ZH[verdict]}的建议不应再填学时或学分；请删去一样。")
    return Change(
        subject, proposal.action, verdict, action, hours, credits, str(given[NOTE] or ""),
        row.text(SEEN), row.kind.sheet, row.number,
    )  # fmt: skip


def _verdict(
    kind: Kind, given: Mapping[str, Value], proposal: Proposal, present: Decision | None
) -> tuple[Verdict, Action | None]:
    """The verdict and what holds by it, if the two go together."""
    words, changed = given[VERDICT], given.get(CHANGED)
    of_words = {VERDICT_ZH[v]: v for v in kind.verdicts}
    allowed = "、".join(of_words)
    of_words["同意"] = "accept"  # as earlier versions of the file had it
    if not words:
        if present is not None:
            raise _Unfit("impossible", "裁定被清空；如要撤回已有的审核，请选“撤回”。")
        raise _Unfit("impossible", f"填了内容而没有裁定；请选择{allowed}之一。")
    if words not in of_words:
        raise _Unfit("impossible", f"裁定“{words}”不认识；应为{allowed}之一。")
    verdict = of_words[str(words)]
    of_actions = {ACTION_ZH[a]: a for a in kind.actions}
    if verdict != "change" and changed:
        raise _Unfit("impossible", f"裁定为“{words}”，不应再填“改为”；请改选“修改”，或删去“改为”。")
    if verdict == "accept":
        return verdict, proposal.action
    if verdict == "withdraw":
        if present is None:
            raise _Unfit("impossible", "这条建议还没有人审核，没有可撤回的。")
        return verdict, None
    if verdict == "reject":
        return verdict, None
    if not changed:
        raise _Unfit("impossible", f"裁定为“修改”，请在“改为”中选择{'、'.join(of_actions)}之一。")
    if changed not in of_actions:
        raise _Unfit("impossible", f"“改为”{changed}不认识；应为{'、'.join(of_actions)}之一。")
    if of_actions[str(changed)] is proposal.action:
        raise _Unfit("impossible", "“改为”与原建议相同；请改选“采纳”。")
    return verdict, of_actions[str(changed)]


def _as_found(row: FilledRow, title: str) -> Value:
    value = row.cells.get(title)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return row.text(title)


def _value(row: FilledRow, title: str) -> Value:
    """An editable cell: a number where one belongs, else one line of text."""
    value = row.cells.get(title)
    words = row.text(title)
    if isinstance(value, str) and value.lstrip().startswith("="):
        raise _Unfit("formula", f"“{title}”中是公式；请改填文字或数。")
    if title not in {HOURS, CREDITS}:
        if len(words) > _LONGEST_NOTE:
            raise _Unfit("impossible", f"“{title}”超过 {_LONGEST_NOTE} 字；请缩短。")
        return words or None
    if not words:
        return None
    plain = re.sub(r"\s*(学时|学分|课时)$", "", unicodedata.normalize("NFKC", words))
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", plain):
        raise _Unfit("not-a-number", f"“{title}”应为数，实际为“{words[:20]}”。")
    number = float(plain)
    if number > _MOST_HOURS:
        raise _Unfit("not-a-number", f"“{title}”应为 0 至 {_MOST_HOURS:g}，实际为 {number:g}。")
    return number
