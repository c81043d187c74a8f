"""The bipartite graph and coverage in both directions, on cases worked out by hand."""

from __future__ import annotations

import io
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from align import graph as g
from align.export.graphml import graphml_bytes
from align.records import CoverageState
from tests.kit import SETTINGS, certificate, course, covered, item, link, unit

U = [unit(n, f"内容{n}") for n in range(1, 5)]
I = [item(f"1.1.{n}", f"能做{n}") for n in range(1, 5)]  # noqa: E741


def test_units_and_competencies_are_two_sides_and_unlinked_ones_stay() -> None:
    graph = g.build([course(*U)], [certificate(*I)], [link(I[0], U[0], 0.9)], SETTINGS)
    left = {n for n, d in graph.nodes(data=True) if d["bipartite"] == 0}
    right = {n for n, d in graph.nodes(data=True) if d["bipartite"] == 1}
    assert left == {g.unit_node("课", u.id) for u in U}
    assert right == {g.item_node("证", i.id) for i in I}
    assert nx.is_bipartite(graph)
    assert all((a in left) != (b in left) for a, b in graph.edges)
    assert len(list(nx.isolates(graph))) == 6
    node = graph.nodes[g.item_node("证", "初级-1.1.2")]
    assert (node["text"], node["place"], node["level"]) == ("能做2", "第7页 表3 第2行", "初级")


def test_equal_ids_of_two_certificates_and_courses_are_different_nodes() -> None:
    other = [replace(i, certificate_id="证二") for i in I]
    named = [unit(1, course="课二")]
    graph = g.build(
        [course(*U), course(*named, name="课二")],
        [certificate(*I), certificate(*other, name="证二")],
        [link(I[0], U[0], 0.9)],
        SETTINGS,
    )
    assert len(graph) == 4 + 1 + 4 + 4
    assert g.share(graph, g.item_node("证二", I[0].id)) == 0


@pytest.mark.parametrize(
    ("probability", "strength"),
    [(1.0, 1.0), (0.6, 1.0), (0.5999, 0.5), (0.3, 0.5), (0.2999, 0.0), (0.0, 0.0)],
)
def test_thresholds_are_at_or_above(probability: float, strength: float) -> None:
    assert g.link_strength(probability, SETTINGS) == strength
    graph = g.build([course(*U)], [certificate(*I)], [link(I[0], U[0], probability)], SETTINGS)
    edge = graph.edges[g.unit_node("课", U[0].id), g.item_node("证", I[0].id)]
    assert (edge["probability"], edge["strength"]) == (probability, strength)


def test_a_candidate_below_the_threshold_stays_visible_but_is_no_link() -> None:
    graph = g.build(
        [course(*U)],
        [certificate(*I)],
        [link(I[0], U[0], 0.1), link(I[0], U[1], 0.4), link(I[0], U[2], 0.8)],
        SETTINGS,
    )
    node = g.item_node("证", I[0].id)
    assert graph.degree(node) == 3
    assert [graph.nodes[other]["unit_id"] for other, _ in g.links(graph, node)] == ["课#3", "课#2"]
    assert g.links(graph, "c:证|没有") == []


def test_two_partial_links_cover_more_than_one_and_less_than_all() -> None:
    one = [link(I[0], U[0], 0.4)]
    two = [*one, link(I[0], U[1], 0.5)]
    full = [*two, link(I[0], U[2], 0.7)]
    shares = [
        covered([course(*U)], [certificate(*I)], m)["competency", "证|初级-1.1.1"].share
        for m in (one, two, full)
    ]
    assert shares == [0.5, 0.75, 1.0]
    lean = SETTINGS.with_values(part_credit=0.2)
    found = covered([course(*U)], [certificate(*I)], two, lean)
    assert found["competency", "证|初级-1.1.1"].share == pytest.approx(1 - 0.8 * 0.8)


def test_states_follow_the_share_and_the_unfound_is_unmapped_never_not() -> None:
    found = covered(
        [course(*U)],
        [certificate(*I)],
        [link(I[0], U[0], 0.9), link(I[1], U[1], 0.4), link(I[2], U[2], 0.2)],
    )
    states = [found["competency", f"证|{i.id}"].state for i in I]
    assert states == [
        CoverageState.COVERED,
        CoverageState.PARTLY,
        CoverageState.UNMAPPED,
        CoverageState.UNMAPPED,
    ]
    assert found["competency", "证|初级-1.1.1"].name == "能做1"
    assert found["unit", "课|课#1"].state is CoverageState.COVERED
    assert found["unit", "课|课#4"].state is CoverageState.UNMAPPED
    assert all(c.state is not CoverageState.NOT for c in found.values())


def test_the_covered_share_itself_is_covered() -> None:
    for value, state in ((0.75, CoverageState.COVERED), (0.7499, CoverageState.PARTLY)):
        assert g.state_of(value, SETTINGS) is state


def test_tasks_areas_levels_and_the_whole_are_means_of_their_items() -> None:
    items = [
        item("1.1.1", task="任务一", area="甲"),
        item("1.1.2", task="任务一", area="甲"),
        item("1.2.1", task="任务二", area="甲"),
        item("2.1.1", task="任务三", area="乙"),
    ]
    found = covered(
        [course(*U)], [certificate(*items)], [link(items[0], U[0], 0.9), link(items[3], U[1], 0.4)]
    )
    assert found["task", "证|初级|甲|任务一"].share == 0.5
    assert found["task", "证|初级|甲|任务一"].count == 2
    assert found["task", "证|初级|甲|任务二"].share == 0
    assert found["area", "证|初级|甲"].share == pytest.approx(1 / 3)
    assert found["area", "证|初级|乙"].share == 0.5
    assert found["level", "证|初级"].share == pytest.approx(1.5 / 4)
    assert found["certificate", "证"].share == pytest.approx(1.5 / 4)
    assert found["certificate", "证"].count == 4


def test_a_level_is_the_union_with_the_levels_below_it() -> None:
    items = [
        item("1.1.1", level="初级"),
        item("1.1.1", level="中级"),
        item("1.1.2", level="中级"),
        item("1.1.1", level="高级"),
    ]
    cert = certificate(*items, levels=("初级", "中级", "高级"))
    found = covered([course(*U)], [cert], [link(items[0], U[0], 0.9), link(items[1], U[1], 0.9)])
    assert [found["level", f"证|{level}"].share for level in cert.levels] == pytest.approx(
        [1, 2 / 3, 2 / 4]
    )
    assert [found["level", f"证|{level}"].count for level in cert.levels] == [1, 3, 4]
    # A task of one level holds that level's items alone, however its number repeats.
    assert found["task", "证|中级|领域一|任务一"].count == 2


def test_weights_are_used_where_the_whole_level_has_them() -> None:
    weighted = [replace(I[0], weight=0.7), replace(I[1], weight=0.2), replace(I[2], weight=0.1)]
    matches = [link(weighted[0], U[0], 0.9)]
    found = covered([course(*U)], [certificate(*weighted)], matches)
    assert found["level", "证|初级"].share == pytest.approx(0.7)
    assert found["task", "证|初级|领域一|任务一"].share == pytest.approx(0.7)
    some = [weighted[0], weighted[1], replace(weighted[2], weight=None)]
    found = covered([course(*U)], [certificate(*some)], matches)
    assert found["level", "证|初级"].share == pytest.approx(1 / 3)


def test_weights_of_nothing_do_not_divide_by_it() -> None:
    nothing = [replace(i, weight=0.0) for i in I[:2]]
    found = covered([course(*U)], [certificate(*nothing)], [link(nothing[0], U[0], 0.9)])
    assert 0 <= found["level", "证|初级"].share <= 1


def test_a_course_is_covered_by_its_hours_where_all_units_have_them() -> None:
    timed = [unit(1, hours=6.0), unit(2, hours=2.0)]
    matches = [link(I[0], timed[0], 0.9)]
    found = covered([course(*timed)], [certificate(*I)], matches)
    assert found["course", "课"].share == 0.75
    assert found["course", "课"].hours == 8
    assert found["unit", "课|课#1"].hours == 6
    half = [timed[0], replace(timed[1], hours=None)]
    found = covered([course(*half)], [certificate(*I)], matches)
    assert found["course", "课"].share == 0.5
    said = covered([course(*timed, hours=32.0)], [certificate(*I)], matches)
    assert said["course", "课"].hours == 32


def test_a_course_without_units_and_a_certificate_without_items_are_no_failure() -> None:
    found = covered([course(), course(*U, name="课二")], [certificate()], [])
    assert found["course", "课"].share == 0
    assert found["course", "课"].hours is None
    assert found["course", "课"].state is CoverageState.UNMAPPED
    assert g.build([], [], [], SETTINGS).number_of_nodes() == 0


def test_graphml_gives_the_same_graph_back_isolated_nodes_included() -> None:
    graph = g.build(
        [course(*U)], [certificate(*I)],
        [link(I[0], U[0], 0.9), link(I[1], U[1], 0.123456789), link(I[2], U[1], 0.4)], SETTINGS,
    )  # fmt: skip
    back = nx.read_graphml(io.BytesIO(graphml_bytes(graph)))
    assert set(back.nodes) == set(graph.nodes)
    assert {frozenset(e) for e in back.edges} == {frozenset(e) for e in graph.edges}
    for name, data in graph.nodes(data=True):
        assert back.nodes[name] == data
    for a, b, data in graph.edges(data=True):
        assert back.edges[a, b] == data
    edge = back.edges["u:课|课#1", "c:证|初级-1.1.1"]
    assert edge["evidence"] == "内容1 ≈ 能做1。"


def test_the_order_of_matches_changes_no_byte() -> None:
    matches = [link(i, u, 0.1 * (k + n + 1)) for k, i in enumerate(I) for n, u in enumerate(U)]
    files = [
        graphml_bytes(g.build([course(*U)], [certificate(*I)], m, SETTINGS))
        for m in (matches, matches[::-1])
    ]
    assert files[0] == files[1]


pairs = st.tuples(st.integers(0, 3), st.integers(0, 3))
chances = st.floats(0, 1, allow_nan=False)
weights = st.lists(st.none() | st.floats(0, 1), min_size=4, max_size=4)
hours = st.lists(st.none() | st.floats(0, 16), min_size=4, max_size=4)


@how(deadline=None, max_examples=60)
@given(st.dictionaries(pairs, chances), pairs, chances, weights, hours)
def test_another_link_never_lowers_any_coverage(
    taken: dict[tuple[int, int], float],
    where: tuple[int, int],
    chance: float,
    weighed: list[float | None],
    timed: list[float | None],
) -> None:
    items = [
        replace(i, weight=w, level=level, task=task)
        for i, w, level, task in zip(
            I, weighed, ("初级", "初级", "中级", "中级"), ("一", "二", "一", "一"), strict=True
        )
    ]
    units = [replace(u, hours=h) for u, h in zip(U, timed, strict=True)]
    cert = certificate(*items, levels=("初级", "中级"))
    raised = {**taken, where: max(chance, taken.get(where, 0.0))}
    before, after = (
        covered([course(*units)], [cert], [link(items[i], units[j], p) for (i, j), p in m.items()])
        for m in (taken, raised)
    )
    assert before.keys() == after.keys()
    for key, found in before.items():
        assert 0 <= found.share <= 1 + 1e-12
        assert after[key].share >= found.share - 1e-12
        assert (found.state is CoverageState.UNMAPPED) == (found.share <= 1e-9)
