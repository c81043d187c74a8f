"""Conversion rules: each lets pass and blocks, and says why; the choice is the best there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.credit import (
    RULES,
    Bank,
    Candidate,
    Choice,
    Chosen,
    Earlier,
    RuleSet,
    Step,
    candidates,
    choose,
    parse_rules,
    rule_name,
    rules_text,
)
from align.errors import SettingsError
from align.records import Certificate, Competency, Course, Place, Unit

LEVELS = ("初级", "中级", "高级")


def course(
    name: str,
    hours: Sequence[float | None] = (8.0, 8.0),
    *,
    credits: float | None = 2.0,
    nature: str = "必修",
    category: str = "专业核心课",
) -> Course:
    units = tuple(
        Unit(f"{name}#{k}", name, name, "", f"任务{k}", ("要点",), "要点", Place(), hours=h)
        for k, h in enumerate(hours, start=1)
    )
    return Course(name, name, units, nature=nature, category=category, credits=credits)


def certificate(name: str = "快递", levels: Sequence[str] = LEVELS) -> Certificate:
    """One item per level: ``初级-1``, ``中级-1`` …"""
    items = tuple(
        Competency(f"{lv}-1", name, lv, "领域", "任务", "1", "能做", "能做", Place())
        for lv in levels
    )
    return Certificate(name, name, tuple(levels), items)


def ask(
    c: Course,
    rules: Mapping[str, Mapping[str, Any]],
    *,
    links: Mapping[tuple[str, int], float] | None = None,
    note: str | None = "",
    bank: Bank | None = None,
    level: str = "初级",
) -> Candidate:
    """The candidate of one course and the level, linked to 初级 whole unless told otherwise."""
    given = links or {("初级", k): 1.0 for k in range(1, len(c.units) + 1)}
    strengths = {("快递", f"{lv}-1", c.id, f"{c.id}#{k}"): s for (lv, k), s in given.items()}
    found = candidates(
        [c],
        [certificate()],
        strengths,
        RuleSet(rules),
        approved={} if note is None else {("快递", c.id): note},
        bank={("快递", lv): bank for lv in LEVELS} if bank else None,
        covered_share=0.9,
    )
    return next(x for x in found if x.level == level)


def blocked_by(c: Candidate) -> set[str]:
    return {b.rule for b in c.blocks}


def test_without_rules_an_accepted_course_with_credits_passes() -> None:
    assert ask(course("甲"), {}).blocks == ()


def test_nothing_passes_that_the_committee_has_not_accepted() -> None:
    found = ask(course("甲"), {}, note=None)
    assert blocked_by(found) == {"not-approved"}
    assert not found.approved


def test_credits_come_from_the_course_or_are_worked_out_of_its_hours_and_said_so() -> None:
    bare = course("甲", credits=None)
    assert blocked_by(ask(bare, {})) == {"no-credits"}
    (found, *_) = candidates(
        [bare],
        [certificate()],
        {("快递", "初级-1", "甲", "甲#1"): 1.0},
        RuleSet(),
        approved={("快递", "甲"): ""},
        covered_share=0.9,
        hours_per_credit=16,
    )
    assert (found.credits, found.derived, found.blocks) == (1.0, True, ())


def test_a_level_is_measured_with_the_levels_below_it() -> None:
    links = {("初级", 1): 1.0, ("中级", 2): 1.0}
    shares = [ask(course("甲"), {}, links=links, level=lv).share for lv in LEVELS]
    assert shares == [0.5, 1.0, 1.0]
    low = ask(course("甲"), {}, links=links)
    assert [u.task for u in low.open_units] == ["任务2"]


def test_shares_are_by_hours_where_all_units_state_them_else_by_units() -> None:
    links = {("初级", 1): 1.0}
    timed = ask(course("甲", (6.0, 2.0)), {}, links=links)
    assert (timed.share, timed.unit_share, timed.covered_hours) == (0.75, 0.5, 6.0)
    untimed = ask(course("甲", (6.0, None)), {}, links=links)
    assert (untimed.share, untimed.covered_hours) == (0.5, None)


SINGLE: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    # rule, its values, what passes, what is blocked
    ("candidate-share", {"share": 0.5}, {}, {"links": {("初级", 1): 0.5}}),
    ("compulsory-only", {}, {}, {"course": course("甲", nature="选修")}),
    ("compulsory-only", {}, {}, {"course": course("甲", nature="")}),
    ("no-practice-block", {}, {}, {"course": course("甲", category="集中实践")}),
    (
        "elective-not-compulsory",
        {},
        {"bank": Bank(nature="必修")},
        {"bank": Bank(nature="选修")},
    ),
    (
        "level-category",
        {"categories": {"初级": ["专业基础课"]}},
        {"course": course("甲", category="专业基础课")},
        {"course": course("甲", category="专业核心课")},
    ),
    (
        "knowledge-whole",
        {},
        {"links": {("初级", 1): 1.0}, "note": "第二单元由实训补修"},
        {"links": {("初级", 1): 1.0}, "note": " "},
    ),
]


@pytest.mark.parametrize(("rule", "values", "passes", "blocks"), SINGLE)
def test_each_rule_on_one_course_lets_pass_and_blocks(
    rule: str, values: dict[str, Any], passes: dict[str, Any], blocks: dict[str, Any]
) -> None:
    def judged(given: dict[str, Any], on: bool) -> Candidate:
        options = {k: v for k, v in given.items() if k != "course"}
        return ask(given.get("course", course("甲")), {rule: values} if on else {}, **options)

    assert judged(passes, True).blocks == ()
    (block,) = judged(blocks, True).blocks
    assert block.rule == rule
    assert block.words
    assert rule_name(rule)
    assert judged(blocks, False).blocks == (), "a rule that is off blocks nothing"


def test_a_block_says_by_how_much() -> None:
    found = ask(course("甲"), {"candidate-share": {"share": 0.8}}, links={("初级", 1): 1.0})
    (block,) = found.blocks
    assert (block.got, block.limit) == (0.5, 0.8)
    assert "50.0%" in block.words
    assert "80%" in block.words


def test_the_grade_follows_the_level() -> None:
    rules = {"grade": {"grades": {"初级": 60, "中级": 80}}}
    grades = [ask(course("甲"), rules, level=lv).grade for lv in LEVELS]
    assert grades == [60.0, 80.0, None]
    assert ask(course("甲"), {}).grade is None


# --- choosing under caps -------------------------------------------------------------------


def plain(
    name: str, credits: float, cert: str = "快递", level: str = "初级", share: float = 0.9
) -> Candidate:
    return Candidate(
        cert, cert, level, name, name, "必修", "", credits, None, None, share, share, (), True
    )  # fmt: skip


def names(chosen: Chosen) -> list[str]:
    return sorted(key[2] for key in chosen.best.taken)


def test_the_choice_is_exact_where_greed_is_not() -> None:
    found = [plain("大", 4.0), plain("中", 3.0), plain("小", 3.0)]
    chosen = choose(found, RuleSet({"certificate-cap": {"credits": 6}}))
    assert names(chosen) == ["中", "小"]
    (block,) = chosen.refused["快递", "初级", "大"]
    assert (block.rule, block.got, block.limit) == ("certificate-cap", 10.0, 6.0)


def test_equally_good_choices_are_all_shown_the_better_covered_first() -> None:
    found = [plain("甲", 3.0, share=0.8), plain("乙", 3.0, share=0.95), plain("丙", 3.0, share=0.9)]
    chosen = choose(found, RuleSet({"certificate-cap": {"credits": 6}}))
    assert names(chosen) == ["丙", "乙"]
    assert [sorted(k[2] for k in c.taken) for c in chosen.ties] == [["乙", "甲"], ["丙", "甲"]]
    assert not chosen.more_ties
    assert choose(found, RuleSet({"certificate-cap": {"credits": 6}}), most_ties=1).more_ties


def test_the_reference_case_needs_many_courses_for_one_certificate() -> None:
    found = [plain("生产", 3.0), plain("经营", 3.0), plain("揽投", 2.0)]
    assert choose(found, RuleSet()).best.credits == 8.0
    assert choose(found, RuleSet({"one-to-one": {}})).best.credits == 3.0


def test_a_course_is_exempted_once_whoever_offers() -> None:
    found = [plain("甲", 3.0, "快递"), plain("甲", 3.0, "物流")]
    chosen = choose(found, RuleSet())
    assert chosen.best.credits == 3.0
    (refused,) = chosen.refused.values()
    assert refused[0].rule == "course-once"


def test_never_above_the_credit_banks_figure() -> None:
    found = [plain("甲", 3.0), plain("乙", 2.0)]
    bank = {("快递", "初级"): Bank(4.0)}
    assert names(choose(found, RuleSet({"bank-cap": {}}), bank=bank)) == ["甲"]
    assert choose(found, RuleSet({"bank-cap": {}})).best.credits == 0.0
    assert choose(found, RuleSet(), bank=bank).best.credits == 5.0


def test_credits_replaced_stay_near_the_credits_earned() -> None:
    rules = RuleSet({"credit-difference": {"credits": 1}})
    bank = {("快递", "初级"): Bank(6.0)}
    assert choose([plain("甲", 3.0)], rules, bank=bank).best.credits == 0.0
    assert choose([plain("甲", 3.0), plain("乙", 3.0)], rules, bank=bank).best.credits == 6.0
    many = [plain(x, 4.0) for x in "甲乙丙"]
    assert choose(many, rules, bank=bank).best.credits == 0.0  # 4 is too few, 8 too many
    (block,) = choose([plain("甲", 3.0)], rules).refused["快递", "初级", "甲"]
    assert "没有写" in block.words


def test_a_share_of_the_programmes_credits() -> None:
    found = [plain("甲", 3.0), plain("乙", 3.0, "物流")]
    rules = RuleSet({"programme-share": {"share": 0.25}})
    assert choose(found, rules, programme_credits=16.0).best.credits == 3.0
    assert choose(found, rules, programme_credits=24.0).best.credits == 6.0
    unknown = choose(found, rules)
    assert unknown.best.credits == 0.0
    assert all(b.rule == "programme-share" for bs in unknown.refused.values() for b in bs)


def test_the_same_content_counts_once() -> None:
    found = [plain("甲", 3.0, level="初级"), plain("乙", 4.0, level="中级")]
    assert choose(found, RuleSet()).best.credits == 7.0
    assert names(choose(found, RuleSet({"once-at-highest": {}}))) == ["乙"]
    others = [plain("甲", 3.0, "快递"), plain("乙", 4.0, "邮政")]
    rules = RuleSet({"once-at-highest": {}})
    assert choose(others, rules).best.credits == 7.0
    same = [frozenset({"快递", "邮政"})]
    assert names(choose(others, rules, same_content=same)) == ["乙"]


def test_the_highest_level_counts_even_where_a_lower_one_gives_more() -> None:
    found = [plain("甲", 5.0, level="初级"), plain("乙", 3.0, "邮政", level="三级/高级工")]
    rules = RuleSet({"once-at-highest": {"same": [["快递", "邮政业务员"]]}})
    assert choose(found, rules).best.credits == 8.0, "two certificates, until declared the same"
    called = {"快递": (), "邮政": ("邮政 业务员",)}
    assert rules.same_content(called) == [frozenset({"快递", "邮政"})]
    assert rules.same_content({"快递": (), "别的": ()}) == []
    assert RuleSet().same_content({"快递": (), "邮政": ()}) == []
    same = rules.same_content({"快递": (), "邮政": ("邮政业务员",)})
    chosen = choose(found, rules, same_content=same)
    assert names(chosen) == ["乙"]
    (block,) = chosen.refused["快递", "初级", "甲"]
    assert block.rule == "once-at-highest" and block.figures == ("《邮政》三级/高级工",)
    assert "计《邮政》三级/高级工" in block.words and "即使能免修更多学分" in block.words


def test_what_was_converted_before_counts_under_every_cap() -> None:
    found = [plain("甲", 3.0), plain("乙", 2.0)]
    earlier = [Earlier("快递", 4.0)]
    bank = {("快递", "初级"): Bank(6.0)}

    def asked(values: dict[str, Any], before: Sequence[Earlier]) -> Chosen:
        return choose(
            found, RuleSet(values), bank=bank, programme_credits=14.0, earlier=before
        )  # fmt: skip

    for values, most, rule in (
        ({"certificate-cap": {"credits": 6}}, 2.0, "certificate-cap"),
        ({"bank-cap": {}}, 2.0, "bank-cap"),
        ({"programme-share": {"share": 0.5}}, 3.0, "programme-share"),
        ({"one-to-one": {}}, 0.0, "one-to-one"),
        ({"once-at-highest": {}}, 0.0, "once-at-highest"),
    ):
        chosen = asked(values, earlier)
        assert chosen.best.credits == most, rule
        blocks = [b for found in chosen.refused.values() for b in found]
        assert {b.rule for b in blocks} == {rule} and all("此前" in b.words for b in blocks)
        assert asked(values, []).best.credits > most
    other = asked({"one-to-one": {}, "programme-share": {"share": 0.5}}, [Earlier("", 4.0)])
    assert other.best.credits == 3.0, "a single decision uses up the programme's share alone"


def test_the_approval_chain_names_its_steps_and_who_signs_them() -> None:
    steps = ["学院审核", "教学系 = 委员会 ／ u7", "教务处=admin"]
    rules = RuleSet({"approval-chain": {"steps": steps}})
    assert RuleSet().chain == ()
    assert rules.chain == (
        Step("学院审核"), Step("教学系", ("委员会", "u7")), Step("教务处", ("admin",))
    )  # fmt: skip
    assert [s.name for s in RuleSet({"approval-chain": {}}).chain] == ["专业", "教学系", "教务处"]


def test_nothing_to_choose_from() -> None:
    chosen = choose([], RuleSet())
    assert chosen.best.taken == ()
    assert not chosen.ties


RULE_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "one-to-one": st.just({}),
        "certificate-cap": st.builds(lambda x: {"credits": x}, st.sampled_from([2.5, 4.0, 6.0])),
        "bank-cap": st.just({}),
        "credit-difference": st.builds(lambda x: {"credits": x}, st.sampled_from([0.0, 1.0, 2.0])),
        "programme-share": st.builds(lambda x: {"share": x}, st.sampled_from([0.2, 0.5])),
        "once-at-highest": st.just({}),
    },
)
FOUND = st.lists(
    st.builds(
        plain,
        st.sampled_from("甲乙丙丁戊"),
        st.sampled_from([0.5, 1.0, 2.0, 2.5, 3.0, 4.0]),
        st.sampled_from(["快递", "物流"]),
        st.sampled_from(["初级", "中级"]),
        st.sampled_from([0.8, 0.85, 0.9, 0.95]),
    ),
    max_size=7,
    unique_by=lambda c: c.key,
)
BANK = st.dictionaries(
    st.tuples(st.sampled_from(["快递", "物流"]), st.sampled_from(["初级", "中级"])),
    st.builds(Bank, st.sampled_from([2.0, 4.0, 6.0])),
)


def passes(
    taken: Sequence[Candidate],
    found: Sequence[Candidate],
    rules: RuleSet,
    bank: Mapping[tuple[str, str], Bank],
    total: float,
) -> bool:
    """Whether a set of candidates keeps every cap: the rules once more, in plain words."""
    sums: dict[str, float] = {}
    by_level: dict[tuple[str, str], float] = {}
    for c in taken:
        sums[c.certificate_id] = sums.get(c.certificate_id, 0.0) + (c.credits or 0.0)
        key = (c.certificate_id, c.level)
        by_level[key] = by_level.get(key, 0.0) + (c.credits or 0.0)
    if len({c.course_id for c in taken}) < len(taken):
        return False
    if rules.on("one-to-one") and len(sums) < len(taken):
        return False
    if rules.on("certificate-cap") and any(
        s > rules.number("certificate-cap", "credits") for s in sums.values()
    ):
        return False
    if rules.on("bank-cap"):
        for name, s in sums.items():
            offered = {c.level for c in found if c.certificate_id == name}
            figures = [
                b.credits or 0.0 for (n, lv), b in bank.items() if n == name and lv in offered
            ]
            if s > max(figures, default=0.0):
                return False
    if rules.on("credit-difference"):
        limit = rules.number("credit-difference", "credits")
        for key, s in by_level.items():
            if key not in bank or abs((bank[key].credits or 0.0) - s) > limit:
                return False
    if rules.on("programme-share"):
        share = rules.number("programme-share", "share")
        if sum(sums.values()) > share * total:
            return False
    if not rules.on("once-at-highest"):
        return True
    held = {name: {c.level for c in found if c.certificate_id == name} for name in sums}
    return all(level == ("中级" if "中级" in held[name] else "初级") for name, level in by_level)


@settings(max_examples=150, deadline=None)
@given(FOUND, RULE_VALUES, BANK)
def test_the_choice_equals_trying_every_subset(
    found: list[Candidate], values: dict[str, Any], bank: dict[tuple[str, str], Bank]
) -> None:
    rules = RuleSet(values)
    chosen = choose(found, rules, bank=bank, programme_credits=10.0, most_ties=200)
    every = [
        subset
        for size in range(len(found) + 1)
        for subset in combinations(found, size)
        if passes(subset, found, rules, bank, 10.0)
    ]
    most = max(sum(c.credits or 0.0 for c in s) for s in every)
    best = {
        frozenset(c.key for c in s)
        for s in every
        if sum(c.credits or 0.0 for c in s) == most
    }  # fmt: skip
    assert chosen.best.credits == pytest.approx(most)
    assert {frozenset(c.taken) for c in (chosen.best, *chosen.ties)} == best
    # The course sets by their largest share; within one, the lowest levels first.
    listed = (chosen.best, *chosen.ties)
    of_courses: dict[frozenset[str], list[Choice]] = {}
    for choice in listed:
        of_courses.setdefault(frozenset(k[2] for k in choice.taken), []).append(choice)
    assert [c for group in of_courses.values() for c in group] == list(listed)
    largest = [max(c.share for c in group) for group in of_courses.values()]
    assert largest == pytest.approx(sorted(largest, reverse=True))
    for group in of_courses.values():
        height = [sum(LEVELS.index(k[1]) for k in c.taken) for c in group]
        assert height == sorted(height)
    assert set(chosen.refused) == {c.key for c in found} - set(chosen.best.taken)
    assert all(blocks for blocks in chosen.refused.values())


# --- the rules file ------------------------------------------------------------------------


def test_every_rule_is_off_until_switched_on_and_names_its_origin() -> None:
    assert not any(RuleSet().on(r.name) for r in RULES)
    assert all(r.origin and r.meaning and r.zh and r.en for r in RULES)
    shares = [p for r in RULES for p in r.parameters if p.unit == "份额"]
    assert shares
    owners = {r.name for r in RULES if any(p in shares for p in r.parameters)}
    assert all("学校自定" in r.origin for r in RULES if r.name in owners)


def test_the_file_comes_back_as_it_went_with_off_rules_as_comments() -> None:
    some = RuleSet(
        {
            "grade": {"grades": {"初级": 60, "中级": 75.5}},
            "approval-chain": {"steps": ["学生申请", "教务审批"]},
            "one-to-one": {},
            "level-category": {},
            "once-at-highest": {"same": [["甲证", "乙证"], ["丙", "丁", "戊"]]},
        }
    )
    text = rules_text(some)
    assert parse_rules(text) == some
    assert parse_rules(text).version == some.version
    assert "# [certificate-cap]" in text
    assert parse_rules(rules_text(RuleSet())) == RuleSet()


def test_uncommenting_a_line_switches_the_rule_on() -> None:
    text = rules_text(RuleSet()).replace(
        "# [certificate-cap]\n# credits", "[certificate-cap]\ncredits"
    )
    assert parse_rules(text).number("certificate-cap", "credits") == 8.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[one-two-one]", "one-two-one"),
        ("[certificate-cap]\ncredit = 8", "certificate-cap.credit"),
        ("[certificate-cap]\ncredits = 80", "0.5 至 60"),
        ('[certificate-cap]\ncredits = "8"', "不是数"),
        ("[certificate-cap]\ncredits = nan", "超出范围"),
        ("[grade]\ngrades = 60", "按等级"),
        ("[approval-chain]\nsteps = []", "一列词语"),
        ('[approval-chain]\nsteps = ["甲", " "]', "空"),
        ('[approval-chain]\nsteps = ["甲", "乙="]', "步骤=角色或登录名"),
        ('[approval-chain]\nsteps = ["=教师"]', "步骤写得不对"),
        ('[once-at-highest]\nsame = ["甲", "乙"]', "一列词语"),
        ('[once-at-highest]\nsame = [["甲", "甲"]]', "两个不同"),
        ("certificate-cap = 8", "一张表"),
        ("[certificate-cap", "TOML"),
    ],
)
def test_a_wrong_rules_file_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=r"学院规则\.toml") as caught:
        parse_rules(text, "学院规则.toml")
    assert said in caught.value.line()


def test_levels_are_found_inside_longer_names() -> None:
    rules = RuleSet({"grade": {}})
    assert rules.of_level("grade", "grades", "四级（中级）") == 80.0
    assert rules.of_level("grade", "grades", "二级/技师") is None
