"""What a learner's account really holds: valid results, pieces joined, the highest level alone."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from align.learner.nouns import ConversionRule, Entry, LearningResult, ResultState

#: Why a result gives nothing, beside the names of conversion rules (caps).
Reason = Literal[
    "unknown", "expired", "undated", "too-few-hours", "no-level", "no-rule", "rule-expired",
    "already-converted", "duplicate", "lower-level",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A result (for one course, where a rule was looked at) that gives nothing, and why.

    ``to_committee`` marks results no rule speaks of: the committee decides them one by one.
    ``figures`` are the values within ``words``, in their order, for whoever says the same in
    another language.
    """

    learner: str
    result: str
    reason: str
    words: str
    course: str = ""
    to_committee: bool = False
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Results of one entry and level that together count as one."""

    entry: Entry
    level: str
    results: tuple[LearningResult, ...]


def expires(issued: date, months: int) -> date:
    """The last day a result issued on a day is valid, ``months`` later (month ends kept)."""
    month = issued.month - 1 + months
    year, month = issued.year + month // 12, month % 12 + 1
    return date(year, month, min(issued.day, calendar.monthrange(year, month)[1]))


def state_on(result: LearningResult, entry: Entry | None, day: date) -> ResultState:
    """How far a result has come on a day: what was deposited or recognised may have expired."""
    if result.state is ResultState.CONVERTED or entry is None:
        return result.state
    if entry.months is None or result.issued is None:
        return result.state
    return ResultState.EXPIRED if day > expires(result.issued, entry.months) else result.state


def pending(
    results: Sequence[LearningResult],
    approved: Sequence[ConversionRule],
    directory: Mapping[str, Entry],
) -> list[LearningResult]:
    """The results of any number of learners that no rule speaks of: the committee's to decide.

    Pieces that do not make up the hours of their entry yet wait for the rest.
    """
    ruled = {(r.entry_id, r.level) for r in approved}
    hours: dict[tuple[str, str], float] = defaultdict(float)
    for r in results:
        hours[r.learner, r.entry_id] += r.hours or 0.0

    def spoken_of(r: LearningResult) -> bool:
        entry = directory.get(r.entry_id)
        if entry is None:
            return False
        if entry.hours is not None and hours[r.learner, r.entry_id] < entry.hours:
            return True
        return any((entry.id, level) in ruled for level in levels_up_to(entry, r.level))

    open_states = (ResultState.DEPOSITED, ResultState.RECOGNISED)
    return [r for r in results if r.state in open_states and not spoken_of(r)]


def held_of(
    results: Sequence[LearningResult],
    directory: Mapping[str, Entry],
    today: date,
    refused: list[Refused],
) -> list[Held]:
    """What the account holds: valid, known results, pieces joined where hours make them whole."""
    pieces: dict[tuple[str, str], list[LearningResult]] = defaultdict(list)
    for r in results:
        entry = directory.get(r.entry_id)
        told = _not_usable(r, entry, today)
        if told is None and entry is not None:
            pieces[entry.id, r.level].append(r)
        elif told is not None:
            reason, words, figures = told
            refused.append(
                Refused(
                    r.learner, r.id, reason, words, to_committee=reason == "unknown",
                    figures=figures,
                )
            )  # fmt: skip
    found = []
    for (entry_id, level), mine in pieces.items():
        entry = directory[entry_id]
        if entry.hours is None:
            # The one issued last is valid longest.
            first, *rest = sorted(mine, key=lambda r: (r.issued or date.min, r.id), reverse=True)
            refused += [Refused(r.learner, r.id, "duplicate", "同一成果已有一份，不重复计算")
                        for r in rest]  # fmt: skip
            found.append(Held(entry, level, (first,)))
            continue
        total = sum(r.hours or 0.0 for r in mine)
        if total < entry.hours:
            figures = (f"{total:g}", f"{entry.hours - total:g}")
            words = f"已存 {figures[0]} 学时，还差 {figures[1]} 学时"
            refused += [
                Refused(r.learner, r.id, "too-few-hours", words, figures=figures) for r in mine
            ]
        else:
            found.append(Held(entry, level, tuple(mine)))
    return _highest(found, refused)


def _highest(held: Sequence[Held], refused: list[Refused]) -> list[Held]:
    """Per directory entry the highest level alone: it includes those below it."""
    rank = {(h.entry.id, h.level): k for h in held for k, lv in enumerate(h.entry.levels)
            if lv == h.level}  # fmt: skip
    top: dict[str, Held] = {}
    for h in sorted(held, key=lambda h: rank.get((h.entry.id, h.level), 0)):
        top[h.entry.id] = h
    for h in held:
        if (highest := top[h.entry.id]) is not h:
            words = f"已有更高的等级：按{highest.level}转换，{h.level}已包含在内，不另计"
            refused += [
                Refused(
                    r.learner, r.id, "lower-level", words, figures=(highest.level, h.level)
                )
                for r in h.results
            ]  # fmt: skip
    return [h for h in held if top[h.entry.id] is h]


def _not_usable(
    r: LearningResult, entry: Entry | None, today: date
) -> tuple[Reason, str, tuple[str, ...]] | None:
    """Why a result cannot be used by itself, in words, with the values in them."""
    if r.state is ResultState.CONVERTED:
        return "already-converted", "这份成果已经转换过", ()
    if r.state is ResultState.EXPIRED:
        return "expired", "已标为过期", ()
    if entry is None:
        return "unknown", "学习成果名录中没有这一项，转委员会单独认定", ()
    if entry.levels and r.level not in entry.levels:
        known = "、".join(entry.levels)
        words = f"名录只有{known}，成果写的是“{r.level or '未写明'}”"
        return "no-level", words, (known, r.level)
    if entry.months is not None:
        if r.issued is None:
            return "undated", "没有写发证日期，无法判断是否过期", ()
        last = expires(r.issued, entry.months)
        if today > last:
            return "expired", f"有效期至 {last.isoformat()}，已过期", (last.isoformat(),)
    if r.issued is not None and r.issued > today:
        day = r.issued.isoformat()
        return "undated", f"发证日期 {day} 在今天以后", (day,)
    return None


def levels_up_to(entry: Entry, level: str) -> frozenset[str]:
    """A level and those it includes; the level alone where the entry does not know it."""
    if level not in entry.levels:
        return frozenset({level})
    return frozenset(entry.levels[: entry.levels.index(level) + 1])
