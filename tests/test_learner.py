"""A learner's certificates under approved rules: courses with the rule, or the reason why not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align.credit import RuleSet
from align.learner import (
    KIND_ZH,
    STATE_ZH,
    Conversion,
    ConversionRule,
    Entry,
    LearningResult,
    ResultKind,
    ResultState,
    convert,
    expires,
    state_on,
)

TODAY = date(2026, 6, 1)
LEVELS = ("初级", "中级", "高级")

#: The reference case: one certificate, three courses, eight credits.
EXPRESS = Entry(
    "E1",
    "邮政速递业务员",
    ResultKind.QUALIFICATION,
    levels=LEVELS,
    months=36,
    credits=(("初级", 4.0), ("中级", 8.0), ("高级", 10.0)),
)
TRAINING = Entry("E2", "安检培训", ResultKind.TRAINING, hours=48.0, nature="选修")
DIRECTORY = {e.id: e for e in (EXPRESS, TRAINING)}


def rule(course: str, credits: float, level: str = "中级", **given: Any) -> ConversionRule:
    values: dict[str, Any] = {
        "id": f"R-{course}-{level}", "entry_id": "E1", "level": level, "course_id": course,
        "course": course, "nature": "必修", "category": "专业核心课", "credits": credits,
    }  # fmt: skip
    return ConversionRule(**(values | given))


APPROVED = (
    rule("速递生产与运作", 3.0),
    rule("速递业务与经营", 3.0),
    rule("邮政快递揽投作业规范", 2.0),
)


def held(level: str = "中级", **given: Any) -> LearningResult:
    values: dict[str, Any] = {
        "id": f"r-{level}", "learner": "20240001", "name": "邮政速递业务员", "level": level,
        "issued": date(2025, 1, 31), "entry_id": "E1",
    }  # fmt: skip
    return LearningResult(**(values | given))


def apply(
    *results: LearningResult,
    approved: tuple[ConversionRule, ...] = APPROVED,
    rules: RuleSet | None = None,
    **given: Any,
) -> Conversion:
    options: dict[str, Any] = {"today": TODAY} | given
    return convert(results, approved, DIRECTORY, rules or RuleSet(), **options)


def reasons(done: Conversion) -> list[str]:
    return sorted({r.reason for r in done.refused})


def test_the_reference_case_gives_three_courses_and_eight_credits() -> None:
    done = apply(held())
    assert [e.rule.course for e in done.exempted] == [r.course for r in APPROVED]
    assert done.credits == 8.0
    assert all(e.results == ("r-中级",) and e.entry == "邮政速递业务员" for e in done.exempted)
    assert not done.refused


def test_a_higher_level_includes_the_lower_and_a_lower_one_does_not_reach_up() -> None:
    assert apply(held("高级")).credits == 8.0
    low = apply(held("初级"))
    assert low.credits == 0.0
    assert reasons(low) == ["no-rule"]
    both = apply(held("高级"), held("初级"))
    assert both.credits == 8.0
    assert {(r.result, r.reason) for r in both.refused} == {("r-初级", "lower-level")}


@pytest.mark.parametrize(
    ("result", "reason", "said"),
    [
        (held(issued=date(2023, 5, 31)), "expired", "2026-05-31"),
        (held(issued=None), "undated", "发证日期"),
        (held(issued=date(2026, 6, 2)), "undated", "今天以后"),
        (held(state=ResultState.EXPIRED), "expired", "过期"),
        (held(state=ResultState.CONVERTED), "already-converted", "已经转换"),
        (held("特级"), "no-level", "初级、中级、高级"),
        (held(entry_id=""), "unknown", "委员会"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    result: LearningResult, reason: str, said: str
) -> None:
    done = apply(result)
    assert not done.exempted
    (refused,) = done.refused
    assert refused.reason == reason
    assert said in refused.words
    assert refused.to_committee == (reason == "unknown")


def test_validity_ends_with_its_last_day() -> None:
    assert apply(held(issued=date(2023, 6, 1))).credits == 8.0  # valid up to this very day


def test_a_result_shows_as_expired_once_its_validity_has_ended() -> None:
    entry = DIRECTORY["E1"]
    last = expires(held().issued or TODAY, entry.months or 0)
    assert state_on(held(), entry, last) is ResultState.DEPOSITED
    assert state_on(held(), entry, last + timedelta(days=1)) is ResultState.EXPIRED
    used = held(state=ResultState.CONVERTED)
    assert state_on(used, entry, last + timedelta(days=1)) is ResultState.CONVERTED
    assert state_on(held(), None, last + timedelta(days=1)) is ResultState.DEPOSITED


def test_the_same_certificate_twice_counts_once() -> None:
    done = apply(held(), held(id="r-newer", issued=date(2026, 1, 31)))
    assert done.credits == 8.0
    assert {e.results for e in done.exempted} == {("r-newer",)}
    assert {(r.result, r.reason) for r in done.refused} == {("r-中级", "duplicate")}


def test_caps_hold_over_the_whole_account_and_say_so() -> None:
    done = apply(held(), rules=RuleSet({"certificate-cap": {"credits": 6}}))
    assert done.credits == 6.0
    (refused,) = done.refused
    assert (refused.reason, refused.course) == ("certificate-cap", "邮政快递揽投作业规范")
    bank = apply(held(), rules=RuleSet({"bank-cap": {}}))
    assert bank.credits == 8.0
    half = apply(held(), rules=RuleSet({"programme-share": {"share": 0.05}}), programme_credits=100)
    assert half.credits == 5.0


def test_equally_good_choices_are_left_to_a_person() -> None:
    same = (rule("甲", 3.0), rule("乙", 3.0))
    done = apply(held(), approved=same, rules=RuleSet({"one-to-one": {}}))
    assert done.credits == 3.0
    assert len(done.choices) == 2


def test_a_course_already_taken_is_not_exempted_again() -> None:
    done = apply(held(), taken=["速递生产与运作"])
    assert done.credits == 5.0
    assert [(r.reason, r.course) for r in done.refused] == [("duplicate", "速递生产与运作")]


def test_rules_hold_within_their_dates_and_in_their_newest_version() -> None:
    old = rule("甲", 2.0, valid_to=date(2026, 5, 31))
    done = apply(held(), approved=(old,))
    assert reasons(done) == ["rule-expired"]
    assert "2026-05-31" in done.refused[0].words
    newer = rule("甲", 4.0, version=2)
    assert apply(held(), approved=(newer, rule("甲", 2.0))).credits == 4.0


def test_several_levels_that_offer_a_course_give_it_once_by_the_best() -> None:
    offers = (rule("甲", 2.0, "初级", grade=60.0), rule("甲", 2.0, "高级", grade=80.0))
    (done,) = apply(held("高级"), approved=offers).exempted
    assert done.rule.grade == 80.0


def test_pieces_are_deposited_until_they_are_enough() -> None:
    training = rule("安检实务", 2.0, "", entry_id="E2")

    def piece(k: int, hours: float) -> LearningResult:
        return LearningResult(f"t{k}", "20240001", "安检培训", entry_id="E2", hours=hours)

    few = apply(piece(1, 20), piece(2, 16), approved=(training,))
    assert reasons(few) == ["too-few-hours"]
    assert "还差 12 学时" in few.refused[0].words
    (enough,) = apply(piece(1, 20), piece(2, 16), piece(3, 12), approved=(training,)).exempted
    assert enough.results == ("t1", "t2", "t3")


def test_results_without_a_rule_go_to_the_committee() -> None:
    done = apply(held(), approved=())
    assert [r.to_committee for r in done.refused] == [True]


def test_accounts_of_two_learners_are_never_mixed() -> None:
    with pytest.raises(ValueError, match="one learner"):
        apply(held(), held(learner="20240002"))


def test_an_empty_account_gives_nothing() -> None:
    assert apply() == Conversion("", (), ())


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_validity_in_months_keeps_month_ends(issued: date, months: int) -> None:
    last = expires(issued, months)
    whole = (last.year - issued.year) * 12 + last.month - issued.month
    assert whole == months
    assert last.day == issued.day or (last.day < issued.day and (last.day >= 28))


def test_every_kind_and_state_has_its_word() -> None:
    assert set(KIND_ZH) == set(ResultKind)
    assert set(STATE_ZH) == set(ResultState)
    assert len(set(KIND_ZH.values()) | set(STATE_ZH.values())) == len(KIND_ZH) + len(STATE_ZH)
