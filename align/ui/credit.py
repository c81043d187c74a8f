"""学分转换 behind the screens: candidates of a workspace, its directory's figures, the choice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from align.credit import Candidate, Choice, Chosen, RuleSet, candidates, choose
from align.credit.rules import Parameter, Value
from align.errors import SettingsError
from align.learner import ConversionRule, Entry, bank_of, entry_of
from align.links import linked, pair_of, strength
from align.papers.agreed import same_content
from align.ui.look import Look

Key = tuple[str, str, str]  # certificate id, level, course id


@dataclass(frozen=True, slots=True)
class Judged:
    """What rules make of a workspace."""

    found: tuple[Candidate, ...]
    chosen: Chosen

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The best choice, then those as good."""
        return (self.chosen.best, *self.chosen.ties)


def judge(
    look: Look,
    rules: RuleSet,
    approved: Mapping[tuple[str, str], str],
    directory: Sequence[Entry],
    programme_credits: float | None,
) -> Judged:
    """Every course some level covers, with what stands against it, and the exact choice."""
    settings, bank = look.result.settings, bank_of(look.certificates.values(), directory)
    strengths = {
        pair_of(m): strength(m, settings)
        for m in look.result.matches
        if linked(m, settings.link_threshold)
    }
    found = candidates(
        list(look.courses.values()),
        list(look.certificates.values()),
        strengths,
        rules,
        approved=approved,
        bank=bank,
        covered_share=settings.covered_share,
        hours_per_credit=settings.hours_per_credit,
    )
    same = same_content(rules, list(look.certificates.values()), directory)
    chosen = choose(
        found, rules, bank=bank, programme_credits=programme_credits, same_content=same
    )  # fmt: skip
    return Judged(found, chosen)


def rules_of(
    judged: Judged,
    choice: Choice,
    notes: Mapping[tuple[str, str], str],
    directory: Sequence[Entry],
) -> list[ConversionRule]:
    """A choice as conversion rules, for the committee to approve, each with its note;
    certificates without an entry in the directory give none.
    """
    by_key = {c.key: c for c in judged.found}
    made = []
    for key in choice.taken:
        c = by_key[key]
        entry = entry_of(c.certificate, directory)
        if entry is not None and c.credits:
            made.append(
                ConversionRule(
                    "", entry.id, c.level, c.course_id, c.course, c.nature, c.category, c.credits,
                    c.grade, note=notes.get((c.certificate_id, c.course_id), ""),
                )
            )  # fmt: skip
    return made


# --- parameters as a person types them ----------------------------------------------------------


def typed(value: Value) -> str:
    """A list, groups or a table of levels in one line: ``甲=乙；丙=丁``, ``初级=60；中级=80``."""
    if isinstance(value, tuple):
        groups = [g for g in value if isinstance(g, tuple)]
        return "；".join("=".join(g) for g in groups) or "、".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "；".join(f"{k}={typed(v)}" for k, v in value.items())


def parsed(p: Parameter, text: str) -> object:
    """What was typed, as :class:`~align.credit.RuleSet` takes it.

    Raises
    ------
    SettingsError
        A level without a value, or a figure that is none.
    """
    if p.kind == "steps":
        return _words(text)
    if p.kind == "groups":
        groups = re.split("[；;\n]", text)
        return [[x.strip() for x in re.split("[=＝]", g) if x.strip()] for g in groups if g.strip()]
    found: dict[str, object] = {}
    for part in re.split("[；;]", text):
        if not part.strip():
            continue
        level, equals, value = part.replace("：", "=").partition("=")
        if not equals or not level.strip():
            raise SettingsError("应按等级分别写出", place=p.zh, got=part, expected="等级=值")
        found[level.strip()] = _words(value) if p.kind == "level-words" else _figure(p, value)
    return found


def _words(text: str) -> list[str]:
    return [x.strip() for x in re.split("[、，,]", text) if x.strip()]


def _figure(p: Parameter, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise SettingsError("不是数", place=p.zh, got=text, expected="一个数") from error
