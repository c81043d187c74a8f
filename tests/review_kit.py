"""Decisions made by hand, for the tests of review."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from align.decisions import Decision, Grade, LinkDecision, Pair, Stage, Verdict
from align.records import Action

START = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
PAIR: Pair = ("证", "初级-1.1.1", "课", "课#1")


def graded(
    number: int,
    grade: Grade | None,
    who: str = "甲",
    *,
    pair: Pair = PAIR,
    stage: Stage = "review",
    run_id: str = "r-1",
    **more: Any,
) -> LinkDecision:
    """The ``number``-th word of the day: ids and times rise with it."""
    return LinkDecision(
        f"l{number:03}", "w", run_id, pair, grade, 0.4, who, f"{who}老师", stage,
        more.pop("note", ""), START + timedelta(minutes=number), **more,
    )  # fmt: skip


def said(
    number: int,
    subject: str,
    proposed: Action,
    verdict: Verdict = "accept",
    who: str = "甲",
    *,
    action: Action | None = None,
    stage: Stage = "review",
    run_id: str = "r-1",
    **more: Any,
) -> Decision:
    """A verdict; an accepted one holds the proposed action."""
    if verdict == "accept":
        action = proposed
    return Decision(
        f"d{number:03}", "w", run_id, subject, proposed, verdict, action, who, f"{who}老师", stage,
        more.pop("note", ""), START + timedelta(minutes=number), **more,
    )  # fmt: skip
