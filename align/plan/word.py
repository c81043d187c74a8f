"""What a person has said of a row of the plan, and when in Beijing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from align.decisions import Decision
from align.records import ACTION_ZH, Action

BEIJING = timezone(timedelta(hours=8))  # the day a reader of the plan takes it for


def today() -> date:
    """The day it is in Beijing, whatever zone the server keeps."""
    return datetime.now(BEIJING).date()


def local_time(time: datetime) -> str:
    """Day and time in Beijing; a time without a zone is UTC."""
    known = time if time.tzinfo else time.replace(tzinfo=UTC)
    return known.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Word:
    """What a person has said of a row: the verdict, on which proposal, who, when and why.

    ``action`` is what holds by it; None when the proposal was rejected.  ``when`` is the day and
    time in Beijing.  ``id`` is the decision's, ``hours`` and ``credits`` the person's own figures.
    """

    proposed: Action
    action: Action | None
    who: str
    when: str
    note: str = ""
    id: str = ""
    hours: float | None = None
    credits: float | None = None

    @classmethod
    def of(cls, decision: Decision) -> Word:
        """The word that a decision stands for."""
        return cls(
            decision.proposed,
            decision.action,
            decision.reviewer_name,
            local_time(decision.time),
            decision.note,
            decision.id,
            decision.hours,
            decision.credits,
        )

    @property
    def verdict(self) -> str:
        """``采纳补充``, ``由补充改为拓展`` or ``不采纳补充``."""
        if self.action is None:
            return f"不采纳{ACTION_ZH[self.proposed]}"
        if self.action == self.proposed:
            return f"采纳{ACTION_ZH[self.action]}"
        return f"由{ACTION_ZH[self.proposed]}改为{ACTION_ZH[self.action]}"

    @property
    def line(self) -> str:
        """The whole in one line."""
        note = f"；{self.note}" if self.note else ""
        return f"{self.verdict}（{self.who}，{self.when}{note}）"
