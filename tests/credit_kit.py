"""A directory entry, a conversion rule and a learner, for the tests of the store."""

from __future__ import annotations

from datetime import date
from typing import Any

from align.credit import RuleSet
from align.learner import (
    ConversionRule,
    Entry,
    Exempted,
    LearningResult,
    ResultKind,
    convert,
)
from tests.store_kit import World

LEARNER = "20260417"
TODAY = date(2026, 6, 1)


def entry(**given: Any) -> Entry:
    values: dict[str, Any] = {
        "id": "E1", "name": "邮政速递业务员", "kind": ResultKind.QUALIFICATION,
        "levels": ("初级", "中级"), "months": 36, "credits": (("中级", 8.0),),
    }  # fmt: skip
    return Entry(**(values | given))


def rule(course: str = "课甲", credits: float = 3.0, **given: Any) -> ConversionRule:
    values: dict[str, Any] = {
        "id": "", "entry_id": "E1", "level": "中级", "course_id": course, "course": course,
        "nature": "必修", "category": "专业核心课", "credits": credits,
    }  # fmt: skip
    return ConversionRule(**(values | given))


def converted(evidence: str = "", **given: Any) -> LearningResult:
    values: dict[str, Any] = {
        "id": "", "learner": LEARNER, "name": "邮政速递业务员", "level": "中级",
        "issued": date(2026, 1, 5), "entry_id": "E1", "evidence": evidence,
    }  # fmt: skip
    return LearningResult(**(values | given))


def deposit(w: World, evidence: str = "证 0", **given: Any) -> LearningResult:
    (made,) = w.store.add_results(w.committee, [converted(evidence, **given)])
    return made


def exempted(w: World, held: LearningResult) -> tuple[Exempted, ...]:
    directory = {e.id: e for e in w.store.directory(w.committee)}
    approved = w.store.conversions(w.committee, workspace_id=w.id)
    return convert([held], approved, directory, RuleSet(), today=TODAY).exempted
