"""A learner's results under the approved rules: courses and credits, or the reason why not.

Nothing is looked up by likeness here: a result counts for what its directory entry says, and
a course is exempted by an approved rule or by nothing.  Caps are kept exactly, by
:func:`align.credit.choose`; a learner's whole account is looked at together, because a cap on
one certificate or on the programme does not care which paper came first.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from align.credit import Bank, Candidate, Choice, RuleSet, choose
from align.learner.nouns import ConversionRule, Entry, LearningResult, ResultState

#: Why a result gives nothing, beside the names of conversion rules (caps).
Reason = Literal[
    "unknown", "expired", "undated", "too-few-hours", "no-level", "no-rule", "rule-expired",
    "already-converted", "duplicate", "lower-level",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exempted:
    """A course a learner need not take, by which rule and on which results."""

    learner: str
    rule: ConversionRule
    results: tuple[str, ...]
    entry: str

    @property
    def credits(self) -> float:
        """Credits entered."""
        return self.rule.credits


@dataclass(frozen=True, slots=True)
class Refused:
    """A result (for one course, where a rule was looked at) that gives nothing, and why.

    ``to_committee`` marks results no rule speaks of: the committee decides them one by one.
    """

    learner: str
    result: str
    reason: str
    words: str
    course: str = ""
    to_committee: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the rules make of one learner's account; ``ties`` are equally good choices."""

    learner: str
    exempted: tuple[Exempted, ...]
    refused: tuple[Refused, ...]
    ties: tuple[Choice, ...] = ()

    @property
    def credits(self) -> float:
        """Credits of all exempted courses."""
        return sum(e.credits for e in self.exempted)


@dataclass(frozen=True, slots=True)
class _Held:
    """Results of one entry and level that together count as one."""

    entry: Entry
    level: str
    results: tuple[LearningResult, ...]


def expires(issued: date, months: int) -> date:
    """The last day a result issued on a day is valid, ``months`` later (month ends kept)."""
    month = issued.month - 1 + months
    year, month = issued.year + month // 12, month % 12 + 1
    return date(year, month, min(issued.day, calendar.monthrange(year, month)[1]))


def convert(
    results: Sequence[LearningResult],
    approved: Sequence[ConversionRule],
    directory: Mapping[str, Entry],
    rules: RuleSet,
    *,
    today: date,
    programme_credits: float | None = None,
    taken: Sequence[str] = (),
) -> Conversion:
    """Apply the approved rules to one learner's account.

    Parameters
    ----------
    results : sequence of LearningResult
        The learner's whole account, one learner only.
    approved : sequence of ConversionRule
        The college's list.
    directory : mapping of str to Entry
        By entry id.
    rules : RuleSet
        The college's conversion rules: caps that hold over the account.
    today : date
        The day of the application.
    programme_credits : float, optional
        Total of the learner's programme, for the share of it.
    taken : sequence of str
        Courses (ids) the learner has passed or been exempted from already.

    Raises
    ------
    ValueError
        When the results belong to several learners.
    """
    learners = {r.learner for r in results}
    if len(learners) > 1:
        raise ValueError("results of one learner only")
    learner = next(iter(learners), "")
    refused: list[Refused] = []
    held = _held(results, directory, today, refused)
    offers = _offers(held, approved, directory, today, set(taken), refused)
    pairs = [(h, rule) for h, rule in offers]
    found = [_candidate(h, rule) for h, rule in pairs]
    bank = {(h.entry.id, h.level): Bank(h.entry.credits_of(h.level), h.entry.nature) for h in held}
    chosen = choose(found, rules, bank=bank, programme_credits=programme_credits)
    exempted = []
    for candidate, (h, rule) in zip(found, pairs, strict=True):
        if candidate.key in chosen.best.taken:
            exempted.append(Exempted(learner, rule, tuple(r.id for r in h.results), h.entry.name))
            continue
        for block in chosen.refused[candidate.key]:
            refused += [Refused(learner, r.id, block.rule, block.words, rule.course)
                        for r in h.results]  # fmt: skip
    return Conversion(learner, tuple(exempted), tuple(refused), chosen.ties)


def _held(
    results: Sequence[LearningResult],
    directory: Mapping[str, Entry],
    today: date,
    refused: list[Refused],
) -> list[_Held]:
    """What the account holds: valid, known results, pieces joined where hours make them whole."""
    pieces: dict[tuple[str, str], list[LearningResult]] = defaultdict(list)
    for r in results:
        entry = directory.get(r.entry_id)
        told = _not_usable(r, entry, today)
        if told is None and entry is not None:
            pieces[entry.id, r.level].append(r)
        elif told is not None:
            reason, words = told
            refused.append(
                Refused(r.learner, r.id, reason, words, to_committee=reason == "unknown")
            )
    found = []
    for (entry_id, level), mine in pieces.items():
        entry = directory[entry_id]
        if entry.hours is None:
            # The one issued last is valid longest.
            first, *rest = sorted(mine, key=lambda r: (r.issued or date.min, r.id), reverse=True)
            refused += [Refused(r.learner, r.id, "duplicate", "同一成果已有一份，不重复计算")
                        for r in rest]  # fmt: skip
            found.append(_Held(entry, level, (first,)))
            continue
        total = sum(r.hours or 0.0 for r in mine)
        if total < entry.hours:
            words = f"已存 {total:g} 学时，还差 {entry.hours - total:g} 学时"
            refused += [Refused(r.learner, r.id, "too-few-hours", words) for r in mine]
        else:
            found.append(_Held(entry, level, tuple(mine)))
    return _highest(found, refused)


def _highest(held: Sequence[_Held], refused: list[Refused]) -> list[_Held]:
    """Per directory entry the highest level alone: it includes those below it."""
    rank = {(h.entry.id, h.level): k for h in held for k, lv in enumerate(h.entry.levels)
            if lv == h.level}  # fmt: skip
    top: dict[str, _Held] = {}
    for h in sorted(held, key=lambda h: rank.get((h.entry.id, h.level), 0)):
        top[h.entry.id] = h
    for h in held:
        if (highest := top[h.entry.id]) is not h:
            words = f"已有更高的等级（{highest.level}），其中包含这一级"
            refused += [Refused(r.learner, r.id, "lower-level", words) for r in h.results]
    return [h for h in held if top[h.entry.id] is h]


def _not_usable(r: LearningResult, entry: Entry | None, today: date) -> tuple[Reason, str] | None:
    """Why a result cannot be used by itself, in words; None when it can."""
    if r.state is ResultState.CONVERTED:
        return "already-converted", "这份成果已经转换过"
    if r.state is ResultState.EXPIRED:
        return "expired", "已标为过期"
    if entry is None:
        return "unknown", "学习成果名录中没有这一项，转委员会单独认定"
    if entry.levels and r.level not in entry.levels:
        return "no-level", f"名录只有{'、'.join(entry.levels)}，成果写的是“{r.level or '未写明'}”"
    if entry.months is not None:
        if r.issued is None:
            return "undated", "没有写发证日期，无法判断是否过期"
        last = expires(r.issued, entry.months)
        if today > last:
            return "expired", f"有效期至 {last.isoformat()}，已过期"
    if r.issued is not None and r.issued > today:
        return "undated", f"发证日期 {r.issued.isoformat()} 在今天以后"
    return None


def _offers(
    held: Sequence[_Held],
    approved: Sequence[ConversionRule],
    directory: Mapping[str, Entry],
    today: date,
    taken: set[str],
    refused: list[Refused],
) -> list[tuple[_Held, ConversionRule]]:
    """Which approved rules each held result meets; a level meets the rules of those below it."""
    found = []
    for h in held:
        reached = _levels_up_to(directory[h.entry.id], h.level)
        mine = [r for r in approved if r.entry_id == h.entry.id and r.level in reached]
        current = _newest(mine)
        if not current:
            refused += [
                Refused(x.learner, x.id, "no-rule", "没有已批准的转换规则，转委员会单独认定",
                        to_committee=True)
                for x in h.results
            ]  # fmt: skip
        for rule in current:
            told: tuple[Reason, str] | None = None
            if not rule.valid_on(today):
                told = "rule-expired", f"转换规则只在{_span(rule)}有效"
            elif rule.course_id in taken:
                told = "duplicate", "这门课程已经修过或免修过"
            if told is None:
                found.append((h, rule))
            else:
                refused += [Refused(x.learner, x.id, *told, rule.course) for x in h.results]
    return found


def _levels_up_to(entry: Entry, level: str) -> frozenset[str]:
    if level not in entry.levels:
        return frozenset({level})
    return frozenset(entry.levels[: entry.levels.index(level) + 1])


def _newest(rules: Sequence[ConversionRule]) -> list[ConversionRule]:
    """Per course the newest version; of several levels that offer a course, the highest grade.

    A holder of 高级 meets the rules of 初级 and 中级 too; a course that several of these offer
    is exempted once, by the rule best for the learner (then the later one listed).
    """
    latest: dict[tuple[str, str], ConversionRule] = {}
    for r in rules:
        kept = latest.get((r.level, r.course_id))
        if kept is None or r.version >= kept.version:
            latest[r.level, r.course_id] = r
    best: dict[str, ConversionRule] = {}
    for r in latest.values():
        kept = best.get(r.course_id)
        if kept is None or (r.credits, r.grade or 0.0) >= (kept.credits, kept.grade or 0.0):
            best[r.course_id] = r
    return list(best.values())


def _span(rule: ConversionRule) -> str:
    start = rule.valid_from.isoformat() if rule.valid_from else "即日"
    return f" {start} 至 {rule.valid_to.isoformat() if rule.valid_to else '长期'} "


def _candidate(h: _Held, rule: ConversionRule) -> Candidate:
    """The rule as a candidate of the exact choice; everything approved counts as covered."""
    return Candidate(
        h.entry.id,
        h.entry.name,
        h.level,
        rule.course_id,
        rule.course,
        rule.nature,
        rule.category,
        rule.credits,
        None,
        None,
        1.0,
        1.0,
        (),
        True,
        grade=rule.grade,
    )
