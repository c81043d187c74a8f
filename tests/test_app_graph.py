"""图谱: what is drawn, what is left out and said to be, what a click opens."""

from __future__ import annotations

import json
import random
from itertools import groupby
from typing import Any

import pytest

from align.decisions import Grade
from align.links import pair_of
from align.records import Match
from align.snapshot import result as result_of
from align.ui.components.bipartite import LIMIT, arranged, crossings, drawn
from align.ui.components.graph_chart import Picture, line_style, tip_text
from align.ui.components.sankey import course_areas
from align.ui.look import Key, Look
from align.ui.pages.graph import Wanted, linked
from align.ui.words.zh import ZH
from tests import app_kit, kit
from tests.app_kit import bodies, go, look_of, me, opened, shown, space, store

place = app_kit.place


def cross(left: list[Key], right: list[Key], edges: list[tuple[Key, Key]]) -> int:
    """Crossings counted pair by pair."""
    ends = [(left.index(a), right.index(b)) for a, b in edges]
    return sum(
        (a - c) * (b - d) < 0 for k, (a, b) in enumerate(ends) for c, d in ends[:k]
    )  # fmt: skip


# --- order ------------------------------------------------------------------------------------


def tangle(n: int, links: int, seed: int) -> tuple[list[Any], list[Any], list[tuple[Key, Key]]]:
    """Both sides in groups of five, joined at random."""
    chance = random.Random(seed)
    left = [(("u", str(k)), k // 5) for k in range(n)]
    right = [(("c", str(k)), k // 5) for k in range(n)]
    pairs = {(chance.randrange(n), chance.randrange(n)) for _ in range(links)}
    return left, right, [(left[a][0], right[b][0]) for a, b in sorted(pairs)]


@pytest.mark.parametrize("seed", range(6))
def test_fewer_lines_cross_and_groups_stay_together(seed: int) -> None:
    left, right, edges = tangle(20, 35, seed)
    orders = arranged(left, right, edges)
    before = crossings([k for k, _ in left], [k for k, _ in right], edges)
    assert before == cross([k for k, _ in left], [k for k, _ in right], edges)
    assert crossings(*orders, edges) == cross(*orders, edges) < before
    for nodes, order in zip((left, right), orders, strict=True):
        groups = dict(nodes)
        assert sorted(order) == sorted(groups)
        runs = [group for group, _ in groupby(order, key=groups.__getitem__)]
        assert len(runs) == len(set(runs)), "a group was torn apart"
    assert arranged(left, right, edges) == orders


def test_an_order_that_cannot_be_better_stays() -> None:
    left = [(("u", str(k)), 0) for k in range(4)]
    right = [(("c", str(k)), 0) for k in range(4)]
    edges = [(("u", str(k)), ("c", str(k))) for k in range(4)]
    assert arranged(left, right, edges) == ([k for k, _ in left], [k for k, _ in right])
    assert arranged([], [], []) == ([], [])


# --- what is drawn ----------------------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_every_link_that_fits_is_drawn_once_and_no_other() -> None:
    look = look_of()
    wanted = [m for m in look.result.matches if look.link(m) != "none"]
    assert 3 < len(wanted) < len(look.result.matches)
    found = drawn(look, linked(look, Wanted()))
    assert sorted(map(pair_of, found.matches)) == sorted(map(pair_of, wanted))
    assert (found.units_left, found.items_left, found.links_left) == (0, 0, 0)
    item = next(iter(look.items.values()))
    only = linked(look, Wanted(level=item.level, area=item.area))
    assert {look.items[m.certificate_id, m.item_id].area for m in only} == {item.area}
    full = linked(look, Wanted(strength="full"))
    assert full
    assert {look.link(m) for m in full} == {"full"}
    course = next(iter(look.courses))
    assert {m.course_id for m in linked(look, Wanted(course=course))} == {course}
    assert linked(look, Wanted(strength="decided")) == []


def big() -> Look:
    """A look on 150 rows and 150 requirements, each linked to two."""

    class Result:
        settings = kit.SETTINGS

    items = [kit.item(f"1.1.{k}") for k in range(1, 151)]
    units = [kit.unit(k) for k in range(1, 151)]
    look = Look.__new__(Look)
    look.result = Result()  # type: ignore[assignment]
    look.matches = [  # type: ignore[attr-defined]
        kit.link(items[k], units[(k + d) % 150], 0.9 - k / 300) for k in range(150) for d in (0, 1)
    ]
    return look


def test_too_much_for_one_picture_is_cut_to_the_strongest_and_counted() -> None:
    look = big()
    matches: list[Match] = look.matches  # type: ignore[attr-defined]
    found = drawn(look, matches)
    items = {m.item_id for m in found.matches}
    units = {m.unit_id for m in found.matches}
    assert max(len(items), len(units)) == LIMIT
    assert (found.units, found.items) == (150, 150)
    assert len(items) + found.items_left == 150
    assert len(units) + found.units_left == 150
    assert len(found.matches) + found.links_left == 300
    weakest = min(m.probability for m in found.matches)
    strong = {m.item_id for m in matches if m.probability > weakest + 0.02}
    assert strong <= items


# --- the picture ------------------------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_lines_carry_both_quotations_and_decided_ones_look_different() -> None:
    look = look_of()
    first = linked(look, Wanted())[0]
    grades: dict[Any, Grade] = {pair_of(first): 1}
    from align import snapshot

    loaded = snapshot.load(store().snapshot(me(), space().run_id))
    look = Look(result_of(loaded, grades))
    picture = Picture(look, drawn(look, linked(look, Wanted())), True)
    option = picture.option()
    json.dumps(option, allow_nan=False)
    series = option["series"][0]
    assert len(series["data"]) == len(picture.units) + len(picture.items)
    assert len({d["id"] for d in series["data"]}) == len(series["data"])
    places = [tuple(d["value"]) for d in series["data"]]
    assert len(set(places)) == len(places), "two names at one place"
    for m, line in zip(picture.matches, series["links"], strict=True):
        evidence = m.evidence[0]
        assert tip_text(evidence.unit_text.strip()[:20]) in line["tooltip"]["formatter"]
        assert tip_text(evidence.competency_text.strip()[:20]) in line["tooltip"]["formatter"]
        source, target = series["data"][line["source"]], series["data"][line["target"]]
        assert source["id"] == f"u{m.course_id}|{m.unit_id}"
        assert target["id"] == f"c{m.certificate_id}|{m.item_id}"
        assert (m.grade is not None) == (line["lineStyle"]["color"] == "#c07a0c")
    assert sum(m.grade is not None for m in picture.matches) == 1
    assert line_style(look, picture.matches[0]) != line_style(look, picture.matches[-1])


def test_words_of_documents_stay_words_in_a_tooltip() -> None:
    assert tip_text("<b>{b}</b>") == "&lt;b&gt;&#123;b&#125;&lt;/b&gt;"


@pytest.mark.usefixtures("place")
def test_a_click_names_a_thing_a_link_or_nothing() -> None:
    look = look_of()
    picture = Picture(look, drawn(look, linked(look, Wanted())), True)

    def event(kind: str, index: int) -> dict[str, Any]:
        return {"selection": {"selected": [{"data_type": kind, "data_indices": [index]}]}}

    assert picture.clicked(event("node", 0)) == ("unit", picture.units[0])
    assert picture.clicked(event("node", len(picture.units))) == ("item", picture.items[0])
    assert picture.clicked(event("edge", 1)) == ("link", picture.matches[1])
    assert picture.clicked(event("node", 9999)) is None
    assert picture.clicked({"selection": {"selected": []}}) is None
    assert picture.clicked(None) is None


@pytest.mark.usefixtures("place")
def test_flows_count_each_requirement_once() -> None:
    look = look_of()
    flows = course_areas(look, linked(look, Wanted()))
    for (course, (certificate, level, area)), n in flows.items():
        assert n == len(
            {
                key
                for key, i in look.items.items()
                if (key[0], i.level, i.area) == (certificate, level, area)
                and any(
                    m.course_id == course and look.link(m) != "none"
                    for m in look.item_matches.get(key, [])
                )
            }
        )


# --- the page ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_the_page_counts_filters_and_says_when_nothing_is_left() -> None:
    at = opened("graph")
    assert not at.exception
    look = look_of()
    found = drawn(look, linked(look, Wanted()))
    told = ZH["graph.counts"].format(
        units=found.units, all_units=len(look.units), items=found.items, all_items=len(look.items)
    )
    assert told in shown(at)
    assert len(at.get("echarts_chart")) == 1
    at.selectbox(key="graph_level_zh").set_value("中级").run()
    few = drawn(look, linked(look, Wanted(level="中级")))
    assert f"技能要求 {few.items} / 4 条" in shown(at)
    assert at.selectbox(key="graph_area_zh").options == [ZH["graph.any_area"], "1 派件", "2 客户"]
    at.segmented_control(key="graph_strength").set_value("decided").run()
    assert [i.value for i in at.info] == [ZH["graph.none_decided"]]
    at.segmented_control(key="graph_strength").set_value("linked")
    at.segmented_control(key="graph_view").set_value("flows").run()
    assert ZH["graph.flows_note"] in shown(at)
    # The filters outlive a change of page.
    go(at, "export")
    go(at, "graph")
    assert at.selectbox(key="graph_level_zh").value == "中级"
    assert at.segmented_control(key="graph_view").value == "flows"


@pytest.mark.usefixtures("place")
def test_a_chosen_thing_shows_its_links_with_places_and_leads_to_compare(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look = look_of()
    m = linked(look, Wanted())[0]
    unit = look.units[m.course_id, m.unit_id]
    monkeypatch.setattr(
        "align.ui.components.graph_chart.Picture.clicked",
        lambda self, event: ("unit", (m.course_id, m.unit_id)),
    )
    at = opened("graph")
    assert not at.exception
    panel = "".join(h for h in bodies(at) if unit.content in h or "al-table" in h)
    assert look.items[m.certificate_id, m.item_id].number in panel
    assert look.sources[unit.source_id] in panel
    at.button(key="graph.compare").click().run()
    assert not at.exception
    assert at.title[0].value == ZH["compare.title"]
    assert at.segmented_control(key="compare_by").value == "unit"
    assert f"{m.course_id}|{m.unit_id}" in at.query_params["entry"]
