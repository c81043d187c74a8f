"""A learner's results under the approved rules: courses and credits, or the reason why not.

Nothing is looked up by likeness here: a result counts for what its directory entry says, and
a course is exempted by an approved rule or by nothing.  Caps are kept exactly, by
:func:`align.credit.choose`; a learner's whole account is looked at together, because a cap on
one certificate or on the programme does not care which paper came first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from align.credit import Bank, Block, Candidate, Choice, Chosen, Earlier, RuleSet, choose
from align.learner.holding import Held, Reason, Refused, held_of, levels_up_to
from align.learner.nouns import ConversionRule, Entry, LearningResult


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
class Conversion:
    """What the rules make of one learner's account.

    Parameters
    ----------
    choices : tuple of Choice
        Where several ways to exempt give equal credits, all of them, the better covered first;
        empty where there is one way.
    picked : int
        Which of ``choices`` stands in ``exempted``.
    more_choices : bool
        There are more than are listed.
    """

    learner: str
    exempted: tuple[Exempted, ...]
    refused: tuple[Refused, ...]
    choices: tuple[Choice, ...] = ()
    picked: int = 0
    more_choices: bool = False

    @property
    def credits(self) -> float:
        """Credits of all exempted courses."""
        return sum(e.credits for e in self.exempted)


def convert(
    results: Sequence[LearningResult],
    approved: Sequence[ConversionRule],
    directory: Mapping[str, Entry],
    rules: RuleSet,
    *,
    today: date,
    programme_credits: float | None = None,
    taken: Sequence[str] = (),
    earlier: Sequence[Exempted] = (),
    pick: int = 0,
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
        Courses (ids) the learner has passed already.
    earlier : sequence of Exempted
        What was converted before: those courses are not exempted again, and their credits count
        under every cap.
    pick : int
        Which of several equally good choices to take; see :attr:`Conversion.choices`.

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
    held = held_of(results, directory, today, refused)
    passed = {*taken, *(e.rule.course_id for e in earlier)}
    pairs = _offers(held, approved, directory, today, passed, refused)
    found = [_candidate(h, rule) for h, rule in pairs]
    chosen = choose(
        found,
        rules,
        bank={(h.entry.id, h.level): Bank(h.entry.credits_of(h.level), h.entry.nature)
              for h in held},
        programme_credits=programme_credits,
        same_content=rules.same_content({e.id: (e.name, *e.aliases) for e in directory.values()}),
        earlier=[Earlier(e.rule.entry_id, e.credits) for e in earlier],
    )  # fmt: skip
    choices = (chosen.best, *chosen.ties)
    picked = pick if 0 <= pick < len(choices) else 0
    exempted = []
    for candidate, (h, rule) in zip(found, pairs, strict=True):
        if candidate.key in choices[picked].taken:
            exempted.append(Exempted(learner, rule, tuple(r.id for r in h.results), h.entry.name))
            continue
        for block in _blocks(chosen, candidate):
            refused += [
                Refused(learner, r.id, block.rule, block.words, rule.course, figures=block.figures)
                for r in h.results
            ]
    return Conversion(
        learner, tuple(exempted), tuple(refused), choices if len(choices) > 1 else (), picked,
        chosen.more_ties,
    )  # fmt: skip


def _blocks(chosen: Chosen, c: Candidate) -> tuple[Block, ...]:
    """Why a course is not among those picked."""
    told = "委员会选定了学分相同的另一种办法"
    return chosen.refused.get(c.key) or (Block("other-choice", told),)


def _offers(
    held: Sequence[Held],
    approved: Sequence[ConversionRule],
    directory: Mapping[str, Entry],
    today: date,
    taken: set[str],
    refused: list[Refused],
) -> list[tuple[Held, ConversionRule]]:
    """Which approved rules each held result meets; a level meets the rules of those below it."""
    found = []
    for h in held:
        reached = levels_up_to(directory[h.entry.id], h.level)
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
            figures: tuple[str, ...] = ()
            if not rule.valid_on(today):
                told = "rule-expired", f"转换规则只在{_span(rule)}有效"
                days = (rule.valid_from, rule.valid_to)
                figures = tuple(d.isoformat() if d else "" for d in days)
            elif rule.course_id in taken:
                told = "duplicate", "这门课程已经修过或免修过"
            if told is None:
                found.append((h, rule))
            else:
                refused += [
                    Refused(x.learner, x.id, *told, rule.course, figures=figures) for x in h.results
                ]
    return found


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


def _candidate(h: Held, rule: ConversionRule) -> Candidate:
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
