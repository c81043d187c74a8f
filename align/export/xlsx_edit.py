"""The columns of plan.xlsx that a committee may fill in, and what tells their rows apart.

:mod:`align.export.plan_back` reads them again.  Each row carries, hidden, the proposal it is
about, the run, the action that was proposed, the decision that stood when the file was written
and what stood in its editable cells: so it shows which cells were changed, whatever was sorted,
filtered or copied, and whether somebody has decided on the row since.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from align.decisions import Verdict
from align.export.words import number
from align.export.xlsx_sheets import Column, Value
from align.plan.nouns import Word
from align.records import ACTION_ZH, Action

VERDICT_ZH: dict[Verdict, str] = {
    "accept": "采纳",
    "change": "修改",
    "reject": "不采纳",
    "withdraw": "撤回",
}
VERDICT, CHANGED, HOURS, CREDITS, NOTE = "裁定", "改为", "裁定学时", "裁定学分", "备注"
SUBJECT, RUN, PROPOSED, SEEN, WRITTEN = (
    "建议编号", "运行编号", "原建议", "当时审定", "导出时",
)  # fmt: skip
ID_TITLES = (SUBJECT, RUN, PROPOSED, SEEN, WRITTEN)
EDIT_NOTE = "黄色各列可以填写：裁定从列表中选，备注与数字自由填写；填好后可导回程序"


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be filled in on one sheet.

    Parameters
    ----------
    sheet : str
    actions : tuple of Action
        What a proposal may be changed to; empty where it is taken or not.
    credits : bool
        Whether credits may be given.
    """

    sheet: str
    actions: tuple[Action, ...] = ()
    credits: bool = False

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts a row may get."""
        if self.actions:
            return ("accept", "change", "reject", "withdraw")
        return ("accept", "reject", "withdraw")

    @property
    def titles(self) -> tuple[str, ...]:
        """Headings of the editable columns, in order."""
        return (
            VERDICT,
            *((CHANGED,) if self.actions else ()),
            HOURS,
            *((CREDITS,) if self.credits else ()),
            NOTE,
        )


ITEM = Kind(
    "融通内容分析表",
    (Action.COVERED, Action.STRENGTHEN, Action.EXTEND, Action.SUPPLEMENT),
)
COURSE = Kind("学分转换表", credits=True)
UNIT = Kind("免修单元")
KINDS = (ITEM, COURSE, UNIT)


def edit_columns(kind: Kind) -> tuple[Column, ...]:
    """The editable columns of a sheet."""
    choices = {
        VERDICT: tuple(VERDICT_ZH[v] for v in kind.verdicts),
        CHANGED: tuple(ACTION_ZH[a] for a in kind.actions),
    }
    return tuple(
        Column(
            title,
            24 if title == NOTE else 12,
            "decimal" if title in {HOURS, CREDITS} else "",
            edited=True,
            choices=choices.get(title, ()),
        )
        for title in kind.titles
    )


def edit_values(kind: Kind, word: Word | None) -> tuple[Value, ...]:
    """What stands in them: the word in force, or blanks."""
    if word is None:
        return (None,) * len(kind.titles)
    verdict: Verdict = "accept"
    if word.action is None:
        verdict = "reject"
    elif word.action != word.proposed:
        verdict = "change"
    own: dict[str, Value] = {
        VERDICT: VERDICT_ZH[verdict],
        CHANGED: ACTION_ZH[word.action] if word.action and verdict == "change" else None,
        HOURS: word.hours,
        CREDITS: word.credits,
        NOTE: word.note or None,
    }
    return tuple(own[title] for title in kind.titles)


def id_columns() -> tuple[Column, ...]:
    """The hidden columns, always the last ones."""
    return tuple(Column(title, hidden=True) for title in ID_TITLES)


def ids(
    kind: Kind, subject: str, proposed: Action, word: Word | None, run_id: str
) -> tuple[str, ...]:
    """What stands in them."""
    written = written_as(edit_values(kind, word))
    return (subject, run_id, str(proposed), word.id if word else "", written)


def written_as(values: tuple[Value, ...]) -> str:
    """The editable cells of a row as one text, to be compared later."""
    shown = [number(v) if isinstance(v, int | float) else " ".join((v or "").split())
             for v in values]  # fmt: skip
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
