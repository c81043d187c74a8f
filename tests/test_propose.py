"""Every rule both ways, in the meaning of the words: what is proposed, why, and on what ground.

Cases are made so that only one rule can rightly speak; thresholds are always given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from align.records import Action, Competency, Course, Match, Proposal, Unit
from tests.kit import SETTINGS, certificate, course, item, link, proposed, unit

DO = 3  # 掌握、能、会
KNOW = 1  # 了解

PACK = unit(1, "能选择包装材料并封装快件", course="收派", task="包装", depth=DO)
ROUTE = unit(2, "能规划派送路线", course="收派", task="派送", depth=DO)
PHONE = unit(1, "能接听查询电话", course="客服", task="电话", depth=DO)
COURSES = [course(PACK, ROUTE, name="收派"), course(PHONE, name="客服")]
SEAL = item("1.1.1", "能封装快件", depth=DO)


def of_items(found: dict[str, Proposal]) -> list[Proposal]:
    return [p for p in found.values() if p.action is not Action.EXEMPT]


def one(
    competency: Competency,
    matches: Sequence[Match],
    parts: Sequence[tuple[str, float]] = (),
    courses: Sequence[Course] = COURSES,
    **settings: float,
) -> Proposal:
    """The proposal for one competency, alone in its certificate."""
    found = proposed(
        courses, [certificate(competency)], matches, {("证", competency.id): parts},
        SETTINGS.with_values(**settings),
    )  # fmt: skip
    (proposal,) = of_items(found)
    assert proposal.item_ids == (competency.id,)
    return proposal


# --- covered --------------------------------------------------------------------------------


def test_what_is_taught_at_the_depth_asked_is_covered() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.9)])
    assert (p.action, p.rule, p.missing) == (Action.COVERED, "covered", ())
    assert (p.course_id, p.unit_ids, p.probability) == ("收派", ("收派#1",), 0.9)
    assert "《收派》" in p.reason
    assert "包装" in p.reason


def test_two_partial_links_may_cover_together() -> None:
    both = [link(SEAL, PACK, 0.4), link(SEAL, ROUTE, 0.4)]
    assert one(SEAL, both, covered_share=0.75).action is Action.COVERED
    assert one(SEAL, both, covered_share=0.76).action is Action.EXTEND


# --- supplement -----------------------------------------------------------------------------


def test_what_no_unit_reaches_is_an_unconfirmed_supplement_that_says_so() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.29)])
    assert (p.action, p.rule) == (Action.SUPPLEMENT, "supplement")
    assert not p.confirmed
    assert p.unit_ids == ()
    assert "未映射" in p.reason
    assert "0.29" in p.reason
    assert "0.30" in p.reason
    assert "教师" in p.reason
    assert [e.unit_text for e in p.evidence] == [PACK.points[0]], "the nearest is still shown"


def test_at_the_threshold_it_is_no_longer_missing() -> None:
    assert one(SEAL, [link(SEAL, PACK, 0.3)]).action is not Action.SUPPLEMENT


def test_nothing_at_all_is_said_too() -> None:
    p = one(SEAL, [])
    assert p.action is Action.SUPPLEMENT
    assert (p.course_id, p.evidence, p.probability) == ("", (), 0.0)
    assert "未映射" in p.reason


def test_new_content_goes_to_the_course_that_teaches_its_siblings() -> None:
    first, second, lone = (item(f"1.1.{n}", f"能做{n}", depth=DO) for n in (1, 2, 3))
    matches = [
        link(first, PACK, 0.9),
        link(second, ROUTE, 0.8),
        link(lone, PHONE, 0.2),  # the nearest line stands in another course
    ]
    found = proposed(COURSES, [certificate(first, second, lone)], matches)
    p = found["item:证:初级-1.1.3"]
    assert (p.action, p.course_id) == (Action.SUPPLEMENT, "收派")
    assert "《收派》" in p.reason


def test_without_siblings_in_the_task_those_of_the_area_count_then_the_nearest_line() -> None:
    taught = item("1.1.1", task="验视", area="收件", depth=DO)
    beside = item("1.2.1", task="称重", area="收件", depth=DO)
    apart = item("2.1.1", task="回访", area="客户", depth=DO)
    matches = [link(taught, PACK, 0.9), link(beside, PHONE, 0.1), link(apart, PHONE, 0.1)]
    found = proposed(COURSES, [certificate(taught, beside, apart)], matches)
    assert found["item:证:初级-1.2.1"].course_id == "收派"
    assert found["item:证:初级-2.1.1"].course_id == "客服"


def test_siblings_of_the_task_go_before_more_of_them_in_the_area() -> None:
    others = [item(f"1.1.{n}", task="验视", area="收件", depth=DO) for n in (1, 2)]
    beside = item("1.2.1", task="称重", area="收件", depth=DO)
    lone = item("1.2.2", task="称重", area="收件", depth=DO)
    matches = [link(others[0], PACK, 0.9), link(others[1], ROUTE, 0.9), link(beside, PHONE, 0.8)]
    found = proposed(COURSES, [certificate(*others, beside, lone)], matches)
    assert found["item:证:初级-1.2.2"].course_id == "客服"


def test_siblings_of_another_level_do_not_count() -> None:
    low = item("1.1.1", level="初级", depth=DO)
    high = item("1.1.2", level="中级", depth=DO)
    found = proposed(
        COURSES,
        [certificate(low, high, levels=("初级", "中级"))],
        [link(low, PACK, 0.9), link(high, PHONE, 0.1)],
    )
    assert found["item:证:中级-1.1.2"].course_id == "客服"


def test_items_without_a_task_are_no_siblings_across_areas() -> None:
    many = [item(f"1.1.{n}", task="", area="收件", depth=DO) for n in (1, 2)]
    beside, lone = (item(f"2.1.{n}", task="", area="客户", depth=DO) for n in (1, 2))
    matches = [link(many[0], PACK, 0.9), link(many[1], ROUTE, 0.9), link(beside, PHONE, 0.8)]
    found = proposed(COURSES, [certificate(*many, beside, lone)], matches)
    assert found["item:证:初级-2.1.2"].course_id == "客服"


def test_a_figure_just_below_its_limit_is_not_shown_as_the_limit() -> None:
    reason = one(SEAL, [link(SEAL, PACK, 0.2987)]).reason
    assert "0.299" in reason
    assert "0.300" in reason


# --- extend ---------------------------------------------------------------------------------


def test_a_topic_treated_only_in_part_is_extended_by_what_is_missing() -> None:
    tools = item("1.1.1", "能使用电子秤、安检机、热敏打印机", depth=DO)
    parts = [("电子秤", 0.9), ("安检机", 0.39), ("热敏打印机", 0.1)]
    p = one(tools, [link(tools, PACK, 0.4)], parts)
    assert (p.action, p.rule) == (Action.EXTEND, "extend")
    assert p.missing == ("安检机", "热敏打印机")
    assert "安检机" in p.reason
    assert "热敏打印机" in p.reason
    assert "电子秤" not in p.reason.replace(tools.text, "")


def test_a_part_at_the_threshold_is_not_missing() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.4)], [("封装", 0.4), ("胶带", 0.3999)])
    assert p.missing == ("胶带",)


def test_a_partial_link_without_a_list_is_extended_and_says_how_much_is_there() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.4)], [("能封装快件", 0.1)])
    assert (p.action, p.missing) == (Action.EXTEND, ())
    assert "0.50" in p.reason
    assert "0.75" in p.reason


def test_only_an_extension_names_missing_parts() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.1)], [("纸箱", 0.0), ("木箱", 0.0)])
    assert (p.action, p.missing) == (Action.SUPPLEMENT, ())


# --- strengthen -----------------------------------------------------------------------------


def test_content_that_is_only_to_be_known_is_strengthened_where_doing_is_asked() -> None:
    known = unit(1, "了解快件封装", course="收派", depth=KNOW)
    p = one(SEAL, [link(SEAL, known, 0.9)], courses=[course(known, name="收派")])
    assert (p.action, p.rule) == (Action.STRENGTHEN, "strengthen-depth")
    assert "了解" in p.reason
    assert "掌握" in p.reason


@pytest.mark.parametrize(("taught", "asked"), [(3, 3), (3, 1), (4, 3), (0, 3), (1, 0)])
def test_equal_or_deeper_content_and_silence_are_no_ground(taught: int, asked: int) -> None:
    points = {0: "快件封装", 1: "了解快件封装", 3: "掌握快件封装", 4: "独立设计封装"}
    there = unit(1, points[taught], course="收派", depth=taught)
    need = replace(SEAL, depth=asked)
    p = one(need, [link(need, there, 0.9)], courses=[course(there, name="收派")])
    assert p.action is Action.COVERED


def test_the_gap_in_depth_is_the_colleges_own() -> None:
    known = unit(1, "理解快件封装", course="收派", depth=2)
    for gap, action in ((1, Action.STRENGTHEN), (2, Action.COVERED)):
        p = one(SEAL, [link(SEAL, known, 0.9)], courses=[course(known, name="收派")], depth_gap=gap)
        assert p.action is action


def test_a_gap_of_one_counts_below_doing_too() -> None:
    known = unit(1, "了解快件封装", course="收派", depth=KNOW)
    need = item("1.1.1", "理解快件封装", depth=2)
    for gap, action in ((1, Action.STRENGTHEN), (2, Action.COVERED)):
        p = one(need, [link(need, known, 0.9)], courses=[course(known, name="收派")], depth_gap=gap)
        assert p.action is action


def timed(practice: float | None, hours: float | None = 8.0) -> Unit:
    return replace(PACK, hours=hours, practice_hours=practice)


@pytest.mark.parametrize(
    ("practice", "action"),
    [
        (0.0, Action.STRENGTHEN),
        (1.9, Action.STRENGTHEN),
        (2.0, Action.COVERED),  # 25 % itself is enough
        (8.0, Action.COVERED),
        (None, Action.COVERED),  # the standard does not say
    ],
)
def test_doing_without_practice_hours_is_strengthened(
    practice: float | None, action: Action
) -> None:
    there = timed(practice)
    p = one(SEAL, [link(SEAL, there, 0.9)], courses=[course(there, name="收派")])
    assert p.action is action
    if action is Action.STRENGTHEN:
        assert p.rule == "strengthen-practice"
        assert "实践" in p.reason
        assert "25%" in p.reason


def test_what_is_only_to_be_known_needs_no_practice() -> None:
    there = replace(timed(0.0), points=("了解快件封装",), depth=KNOW)
    know = item("1.1.1", "了解快件封装", depth=KNOW)
    p = one(know, [link(know, there, 0.9)], courses=[course(there, name="收派")])
    assert p.action is Action.COVERED


def test_what_is_not_taught_is_supplemented_not_strengthened() -> None:
    there = replace(timed(0.0), depth=KNOW)
    p = one(SEAL, [link(SEAL, there, 0.1)], courses=[course(there, name="收派")])
    assert p.action is Action.SUPPLEMENT


# --- what every proposal carries ------------------------------------------------------------


def test_a_proposal_carries_both_quotations_with_their_places_and_its_settings() -> None:
    p = one(SEAL, [link(SEAL, PACK, 0.9), link(SEAL, ROUTE, 0.4), link(SEAL, PHONE, 0.35)])
    assert p.unit_ids == ("收派#1", "收派#2", "客服#1"), "strongest first"
    # A unit's id is unique within its course only.
    assert p.units == (("收派", "收派#1"), ("收派", "收派#2"), ("客服", "客服#1"))
    first = p.evidence[0]
    assert (first.unit_text, str(first.unit_place)) == (PACK.points[0], "表2 第2行")
    assert (first.competency_text, str(first.competency_place)) == (
        "能封装快件。",
        "第7页 表3 第1行",
    )
    assert dict(p.settings) == dict(SETTINGS.values)
    assert not p.confirmed


@pytest.mark.parametrize(
    ("probability", "unsure"),
    [(0.1, False), (0.2, True), (0.35, True), (0.5, True), (0.51, False), (0.9, False)],
)
def test_the_unsure_band_includes_its_ends(probability: float, unsure: bool) -> None:
    assert one(SEAL, [link(SEAL, PACK, probability)]).unsure is unsure


ITEMS = [
    item(f"1.{t}.{n}", f"能做{t}{n}", task=f"任务{t}", depth=DO) for t in (1, 2) for n in (1, 2)
]
UNITS = [PACK, ROUTE, PHONE]


@how(deadline=None)
@given(
    st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 2)), st.floats(0, 1)),
    st.dictionaries(
        st.integers(0, 3), st.lists(st.tuples(st.sampled_from("甲乙丙"), st.floats(0, 1)))
    ),
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_one_action_for_each_competency_whatever_is_found(
    chances: dict[tuple[int, int], float],
    listed: dict[int, list[tuple[str, float]]],
    depths: list[int],
    shuffler: object,
) -> None:
    items = [replace(i, depth=d) for i, d in zip(ITEMS, depths, strict=True)]
    matches = [link(items[i], UNITS[u], p) for (i, u), p in chances.items()]
    parts = {("证", items[i].id): tuple(found) for i, found in listed.items()}
    found = proposed(COURSES, [certificate(*items)], matches, parts)
    mine = of_items(found)
    assert [p.item_ids for p in mine] == [(i.id,) for i in items], "each once, in their order"
    for p in found.values():
        assert p.rule
        assert p.reason.endswith("。")
        assert "\n" not in p.reason
        assert dict(p.settings) == dict(SETTINGS.values)
        assert not p.confirmed
        assert 0 <= p.probability <= 1
        assert (p.action is Action.SUPPLEMENT) == (p in mine and not p.unit_ids)
    shuffler.shuffle(matches)  # type: ignore[attr-defined]
    assert proposed(COURSES, [certificate(*items)], matches, parts) == found


# --- exemption ------------------------------------------------------------------------------

LONG = unit(1, "能收件", course="实务", task="收件", hours=24.0, depth=DO)
SHORT = unit(2, "能派件", course="实务", task="派件", hours=8.0, depth=DO)
A, B = item("1.1.1", "能收快件", depth=DO), item("1.1.2", "能派快件", depth=DO)


def exempted(
    matches: Sequence[Match], settings: dict[str, float] | None = None, **more: object
) -> dict[str, Proposal]:
    """The exemptions of a course of 24 + 8 hours."""
    found = proposed(
        [course(LONG, SHORT, name="实务", **more)], [certificate(A, B)], matches,
        settings=SETTINGS.with_values(**(settings or {})),
    )  # fmt: skip
    return {i: p for i, p in found.items() if p.action is Action.EXEMPT}


def test_a_unit_the_certificate_covers_may_be_exempted() -> None:
    found = exempted([link(A, LONG, 0.9), link(B, LONG, 0.4), link(B, SHORT, 0.4)])
    p = found["unit:证:实务:实务#1"]
    assert (p.rule, p.course_id, p.unit_ids) == ("exempt-unit", "实务", ("实务#1",))
    assert set(p.item_ids) == {A.id, B.id}
    assert (p.hours, p.credits, p.probability) == (24, None, 0.9)
    assert [e.competency_text for e in p.evidence] == ["能收快件。", "能派快件。"]
    assert [str(e.unit_place) for e in p.evidence] == ["表2 第2行"] * 2
    assert dict(p.settings) == dict(SETTINGS.values)
    assert not p.confirmed
    assert "unit:证:实务:实务#2" not in found, "a half-covered unit is not exempted"


def test_several_partial_links_may_cover_a_unit() -> None:
    partial = [link(A, LONG, 0.4), link(B, LONG, 0.4)]
    assert list(exempted(partial)) == ["unit:证:实务:实务#1"]
    assert not exempted(partial, {"covered_share": 0.8})


@pytest.mark.parametrize(("wanted", "whole"), [(0.74, True), (0.75, True), (0.76, False)])
def test_a_course_is_exempted_by_its_covered_share_of_hours(wanted: float, whole: bool) -> None:
    found = exempted([link(A, LONG, 0.9)], {"exempt_course_share": wanted})
    assert ("course:证:实务" in found) == whole


def test_a_whole_course_says_what_stays_open_and_that_the_committee_decides() -> None:
    p = exempted([link(A, LONG, 0.9)], {"exempt_course_share": 0.7}, credits=2.0)["course:证:实务"]
    assert (p.rule, p.unit_ids) == ("exempt-course", ("实务#1", "实务#2"))
    assert p.units == (("实务", "实务#1"), ("实务", "实务#2"))
    assert p.item_ids == (A.id,)
    assert "75%" in p.reason
    assert "70%" in p.reason
    assert "派件" in p.reason
    assert "委员会" in p.reason
    assert p.evidence[0].unit_text == "能收件"


def test_a_course_covered_in_part_throughout_names_its_ground_and_is_unsure() -> None:
    more = item("1.1.3", "能验快件", depth=DO)
    found = proposed(
        [course(LONG, name="实务")], [certificate(A, B, more)],
        [link(i, LONG, 0.4) for i in (A, B, more)],
        settings=SETTINGS.with_values(covered_share=0.9),
    )  # fmt: skip
    assert "unit:证:实务:实务#1" not in found
    p = found["course:证:实务"]
    assert (p.item_ids, p.probability, p.unsure) == ((A.id, B.id, more.id), 0.4, True)
    assert p.evidence
    assert "未完全覆盖：收件" in p.reason


def test_without_hours_the_reason_does_not_speak_of_hours() -> None:
    bare = [replace(LONG, hours=None), replace(SHORT, hours=None)]
    found = proposed(
        [course(*bare, name="实务")], [certificate(A, B)],
        [link(A, bare[0], 0.9), link(B, bare[1], 0.9)],
    )  # fmt: skip
    assert "学时" not in found["course:证:实务"].reason


def test_credits_are_the_courses_own_and_come_from_hours_only_when_missing() -> None:
    both = [link(A, LONG, 0.9), link(B, SHORT, 0.9)]
    told = exempted(both, credits=3.5)["course:证:实务"]
    assert (told.credits, told.hours) == (3.5, 32)
    counted = exempted(both)["course:证:实务"]
    assert (counted.credits, counted.hours) == (2.0, 32)
    assert exempted(both, {"hours_per_credit": 18})["course:证:实务"].credits == 2.0  # 1.78
    assert exempted(both, hours=40.0)["course:证:实务"].credits == 2.5
    bare = [replace(LONG, hours=None), replace(SHORT, hours=None)]
    found = proposed(
        [course(*bare, name="实务")], [certificate(A, B)],
        [link(A, bare[0], 0.9), link(B, bare[1], 0.9)],
    )  # fmt: skip
    whole = found["course:证:实务"]
    assert (whole.credits, whole.hours) == (None, None)


def test_each_certificate_exempts_by_itself() -> None:
    other = replace(B, certificate_id="证二")
    found = proposed(
        [course(LONG, SHORT, name="实务")],
        [certificate(A), certificate(other, name="证二")],
        [link(A, LONG, 0.9), link(other, SHORT, 0.9)],
    )
    exempt = {i for i, p in found.items() if p.action is Action.EXEMPT}
    # Together they would cover the course; a learner holds one of them.
    assert exempt == {"unit:证:实务:实务#1", "unit:证二:实务:实务#2"}


def test_a_course_without_content_is_never_exempted() -> None:
    found = proposed([course(name="空课")], [certificate(A)], [])
    assert list(found) == ["item:证:初级-1.1.1"]


def test_an_unsure_link_makes_the_exemption_unsure() -> None:
    every = [link(i, u, 0.9) for i in (A, B) for u in (LONG, SHORT)]
    assert not any(p.unsure for p in exempted(every).values())
    low = [link(A, LONG, 0.4), link(B, LONG, 0.45), link(A, SHORT, 0.9), link(B, SHORT, 0.9)]
    found = exempted(low)
    assert found["unit:证:实务:实务#1"].unsure
    assert not found["unit:证:实务:实务#2"].unsure
    assert found["course:证:实务"].unsure


def test_one_requirement_alone_makes_an_unsure_exemption() -> None:
    found = exempted([link(A, LONG, 0.99), link(B, SHORT, 0.99)])
    assert all(p.unsure for p in found.values())
