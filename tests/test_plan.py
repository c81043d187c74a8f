"""The draft plan holds what was found and proposed, complete, in the order of the standards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from align.plan import course_matrix, make_plan, unit_title
from align.plan.analysis import analysis_rows
from align.records import Action, Place, Unit
from align.settings import Settings
from tests import plan_records as given
from tests.kit import certificate, course, item, link, proposed, unit


def test_every_item_is_in_the_analysis_once_and_open_ends_come_first_in_a_task() -> None:
    plan = given.plan()
    ids = [(r.certificate_id, r.item_id) for r in plan.analysis]
    assert len(ids) == len(set(ids)) == 63
    task = [r for r in plan.analysis if (r.level, r.task) == ("中级", "1.2 在途控制")]
    assert [r.action for r in task] == [
        Action.SUPPLEMENT,
        Action.EXTEND,
        Action.STRENGTHEN,
        Action.COVERED,
        Action.COVERED,
    ]
    assert [r.level for r in plan.analysis if r.certificate_id == "coldchain"] == (
        ["初级"] * 20 + ["中级"] * 20 + ["高级"] * 20
    )


def test_a_row_carries_reason_rule_quotations_places_and_flags() -> None:
    row = next(r for r in given.plan().analysis if r.item_id == "初级-1.1.3")
    assert row.action is Action.EXTEND
    assert row.rule == "extend" and "尚缺" in row.reason
    assert row.item_quote.text == "能识别解冻再冻、包装破损等异常货品。"
    assert row.item_quote.place == "第6页 表2 第3行"
    assert row.unit_quote is not None
    assert (row.unit_quote.text, row.unit_quote.place) == ("会填写验收单", "表2 第2行")
    assert row.missing == ("拒收说明", "异常记录") and "拒收说明、异常记录" in row.measure
    assert row.unsure and not row.confirmed
    assert row.hours is None and row.unit_hours == 16
    assert row.probability == pytest.approx(0.44)


def test_a_unit_of_another_course_names_its_course() -> None:
    row = next(r for r in given.plan().analysis if r.item_id == "初级-1.1.1")
    assert row.units == ("入库作业 · 到货验收与测温", "《冷藏运输管理》交付结算 · 到达交接与单证")


def test_only_courses_exempted_whole_reach_the_credit_table() -> None:
    plan = given.plan()
    assert [(r.course, r.credits, r.level, r.status) for r in plan.credits] == [
        ("冷库运营实务", 4.0, "中级", "待委员会同意")
    ]
    assert len(plan.exempt_units) == 4
    none = make_plan(
        "p", given.courses(), given.certificates(), given.matches(), given.coverage(),
        [p for p in given.proposals() if p.rule != "exempt-course"], given.run(), Settings(),
    )  # fmt: skip
    assert none.credits == () and len(none.exempt_units) == 4


def test_credits_worked_out_from_hours_say_so() -> None:
    courses = tuple(replace(c, credits=None) for c in given.courses())
    plan = make_plan(
        "p", courses, given.certificates(), given.matches(), given.coverage(), given.proposals(),
        given.run(), Settings(),
    )  # fmt: skip
    assert plan.credits[0].credits_note == "按学时折算"


def test_summary_counts_add_up_and_take_the_share_of_the_level() -> None:
    for row in given.plan().summary:
        assert row.covered + row.strengthen + row.extend + row.supplement == row.items
    assert [r.share for r in given.plan().summary] == [0.72, 0.61, 0.44, None]


def test_every_setting_is_listed_as_the_colleges_own() -> None:
    plan = given.plan()
    assert [s.name for s in plan.settings] == list(Settings().values)
    shown = {s.name: s.shown for s in plan.settings}
    assert shown["exempt_course_share"] == "80%"
    assert shown["hours_per_credit"] == "16 学时"


def test_course_table_counts_linked_items_by_level() -> None:
    rows = {(r.certificate_id, r.course): r for r in given.plan().courses}
    assert len(rows) == 12
    row = rows["coldchain", "冷库运营实务"]
    assert row.linked == (("初级", 12), ("高级", 2)) and row.linked_items == 14
    assert row.linked_units == 8
    assert rows["service", "冷链物流基础"].linked_items == 0


def test_matrix_means_best_probabilities_and_counts_unlinked_items_as_nothing() -> None:
    matrix = course_matrix(
        given.courses(), given.certificates()[0], given.matches(), Settings().link_threshold
    )
    assert len(matrix.columns) == 12 and len(matrix.courses) == 6
    # 初级 1.1: the warehouse course has 0.83, 0.91, 0.44, nothing, 0.86 for the five items.
    assert matrix.values[1][0] == pytest.approx((0.83 + 0.91 + 0.44 + 0.86) / 5)
    assert matrix.counts[1][0] == 4
    weighted = replace(
        given.certificates()[0],
        competencies=tuple(
            replace(i, weight=1.0 if i.id == "初级-1.1.2" else 1e-9)
            for i in given.certificates()[0].competencies
        ),
    )
    heavy = course_matrix(given.courses(), weighted, given.matches(), 0.3)
    assert heavy.values[1][0] == pytest.approx(0.91, abs=1e-6)


def test_matrix_by_area_has_one_column_per_area_and_level() -> None:
    matrix = course_matrix(given.courses(), given.certificates()[0], given.matches(), 0.3, "area")
    assert [(c.level, c.label, c.items) for c in matrix.columns][:2] == [
        ("初级", "1 到货验收", 10),
        ("初级", "2 库内作业", 10),
    ]


@pytest.mark.parametrize(
    ("section", "task", "title"),
    [
        ("入库作业", "到货验收", "入库作业 · 到货验收"),
        ("", "到货验收", "到货验收"),
        ("项目一", "项目一 到货验收", "项目一 到货验收"),
        ("入库作业", "", "入库作业 · 核对；测温"),
    ],
)
def test_unit_title_does_not_say_the_same_twice(section: str, task: str, title: str) -> None:
    unit = Unit("u#1", "c", "课程", section, task, ("核对", "测温"), "", Place())
    assert unit_title(unit) == title


def test_the_plan_is_the_same_whatever_order_matches_come_in() -> None:
    plan = given.plan()
    turned = make_plan(
        plan.programme, given.courses(), given.certificates(), given.matches()[::-1],
        given.coverage()[::-1], given.proposals()[::1], given.run(), Settings(),
        problems=given.problems(), major=plan.major, left_out=plan.left_out,
    )  # fmt: skip
    assert turned == plan


def test_rows_of_two_courses_with_the_same_number_are_not_mixed_up() -> None:
    first = replace(unit(1, "能装箱", course="甲课"), id="1")
    second = replace(unit(2, "能封箱", course="甲课"), id="2")
    other = replace(unit(1, "能贴单", course="乙课", task="贴单"), id="1")
    courses = [course(first, second, name="甲课"), course(other, name="乙课")]
    need = item("1.1.1", "能封箱并贴单", depth=3)
    matches = [link(need, second, 0.9), link(need, other, 0.8)]
    units = {(c.id, u.id): u for c in courses for u in c.units}
    found = proposed(courses, [certificate(need)], matches)
    (row,) = analysis_rows([certificate(need)], courses, units, list(found.values()))
    assert row.unit_ids == ("2", "1")
    assert "《乙课》" in row.units[1]
    assert "贴单" in row.units[1]
