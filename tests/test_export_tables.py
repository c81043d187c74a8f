"""The CSV files and the graph files: a contract other programs may rely on."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import networkx as nx
import pytest

from align.export.graphml import graphml_bytes, node_link_json
from align.export.tables import (
    COVERAGE_COLUMNS,
    MATCH_COLUMNS,
    PROPOSAL_COLUMNS,
    coverage_csv,
    matches_csv,
    proposals_csv,
)
from align.export.words import guard, natural, number, percent, width
from align.records import Action
from align.settings import Settings
from tests import plan_records as given


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to read Chinese"
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_matches_have_the_promised_columns_numbers_and_quotations() -> None:
    found = rows(matches_csv(given.matches(), given.courses(), given.certificates()))
    assert tuple(found[0]) == MATCH_COLUMNS
    assert len(found) == len(given.matches())
    first = next(r for r in found if r["item_id"] == "初级-1.1.2")
    assert (first["course_id"], first["unit_id"]) == ("冷库运营实务", "冷库运营实务#1")
    assert (first["probability"], first["score"], first["rank"]) == ("0.9100", "3.2800", "1")
    assert first["unit_quote"] == "会填写验收单" and first["unit_place"] == "表2 第2行"
    assert first["item_quote"] == "能用探针温度计测量货品中心温度并判读。"
    assert first["shared_words"] == "温度; 货位=储位"
    assert first["features"] == "meaning:1.2500; words:-0.5000"
    by_item = [r for r in found if r["item_id"] == "初级-1.1.1"]
    assert [r["rank"] for r in by_item] == ["1", "2", "3"]


def test_tables_do_not_depend_on_the_order_of_their_input() -> None:
    courses, certificates = given.courses(), given.certificates()
    once = matches_csv(given.matches(), courses, certificates)
    assert once == matches_csv(given.matches()[::-1], courses, certificates)
    assert proposals_csv(given.proposals(), courses, certificates) == proposals_csv(
        given.proposals()[::-1], courses, certificates
    )
    assert coverage_csv(given.coverage()) == coverage_csv(given.coverage()[::-1])


def test_proposals_and_coverage_have_the_promised_columns() -> None:
    found = rows(proposals_csv(given.proposals(), given.courses(), given.certificates()))
    assert tuple(found[0]) == PROPOSAL_COLUMNS
    assert len(found) == len(given.proposals())
    extend = next(r for r in found if r["item_ids"] == "初级-1.1.3")
    assert (extend["action"], extend["action_zh"]) == ("extend", "拓展")
    assert (extend["unsure"], extend["confirmed"]) == ("1", "0")
    assert extend["missing"] == "拒收说明; 异常记录" and extend["rule"] == "extend"
    assert f"link_threshold={Settings().link_threshold:g}" in extend["settings"]
    whole = next(r for r in found if r["rule"] == "exempt-course")
    assert (whole["credits"], whole["hours"]) == ("4", "64")
    covered = rows(coverage_csv(given.coverage()))
    assert tuple(covered[0]) == COVERAGE_COLUMNS
    level = next(r for r in covered if r["id"] == "coldchain|初级")
    assert (level["share"], level["state"], level["state_zh"]) == ("0.7200", "partly", "部分覆盖")


def test_items_stand_in_the_order_of_their_numbers() -> None:
    assert sorted(["初级-1.10", "初级-1.2", "课程#10", "课程#9"], key=natural) == [
        "初级-1.2",
        "初级-1.10",
        "课程#9",
        "课程#10",
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", " =1", "\u3000=1", "\ufeff=1"],
)
def test_no_text_can_be_taken_for_a_formula(text: str) -> None:
    assert guard(text).startswith("'")
    proposal = replace(given.proposals()[0], reason=text)
    data = proposals_csv([proposal], given.courses(), given.certificates())
    # Tabs and line ends at the front are blanks to a table; what is left is guarded too.
    assert rows(data)[0]["reason"].startswith("'")


def test_ordinary_text_and_negative_scores_are_left_alone() -> None:
    assert guard("能用 = 号赋值") == "能用 = 号赋值"
    match = replace(given.matches()[0], score=-2.5)
    data = matches_csv([match], given.courses(), given.certificates())
    assert rows(data)[0]["score"] == "-2.5000"


def test_line_breaks_and_quotes_inside_a_cell_stay_one_row() -> None:
    proposal = replace(given.proposals()[0], reason='甲,"乙"\n丙')
    found = rows(proposals_csv([proposal], given.courses(), given.certificates()))
    assert [r["reason"] for r in found] == ['甲,"乙" 丙']


def test_unknown_ids_leave_words_empty_and_the_row_in_place() -> None:
    match = replace(given.matches()[0], course_id="?", evidence=())
    found = rows(matches_csv([match], given.courses(), given.certificates()))
    assert found[0]["course_id"] == "?" and found[0]["course"] == found[0]["unit_quote"] == ""


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (1, "100%"), (0.856, "86%"), (0.001, "<1%"), (0.999, ">99%")]
)
def test_a_share_is_never_rounded_to_nothing_or_everything(share: float, words: str) -> None:
    assert percent(share) == words


def test_numbers_and_widths() -> None:
    assert [number(4.0), number(2.5), number(None, "—"), number(0.125)] == ["4", "2.5", "—", "0.12"]
    assert width("JavaWeb程序") == 11


def graph() -> nx.Graph:
    g = nx.Graph(name="图")
    g.add_node("u:课程|1", bipartite=0, label="到货验收", hours=4.0)
    g.add_node("c:证书|初级-1", bipartite=1, label="能验收\x08", action=Action.COVERED, note=None)
    g.add_edge("u:课程|1", "c:证书|初级-1", probability=0.912345678, places=("第1页", "第2页"))
    return g


def test_graphml_reads_back_with_plain_attributes() -> None:
    back = nx.read_graphml(io.BytesIO(graphml_bytes(graph())))
    assert back.nodes["c:证书|初级-1"] == {"bipartite": 1, "label": "能验收", "action": "covered"}
    edge = back.edges["u:课程|1", "c:证书|初级-1"]
    assert edge["probability"] == 0.912346 and json.loads(edge["places"]) == ["第1页", "第2页"]


def test_graph_files_do_not_depend_on_the_order_of_building() -> None:
    g = graph()
    other = nx.Graph(name="图")
    for node in reversed(list(g.nodes)):
        other.add_node(node, **dict(reversed(list(g.nodes[node].items()))))
    for a, b, data in g.edges(data=True):
        other.add_edge(b, a, **dict(reversed(list(data.items()))))
    assert graphml_bytes(g) == graphml_bytes(other)
    assert node_link_json(g) == node_link_json(other)
    data = json.loads(node_link_json(g))
    assert len(data["nodes"]) == 2 and data["links"][0]["probability"] == 0.912346


def test_an_attribute_no_format_can_carry_is_refused() -> None:
    g = graph()
    g.nodes["u:课程|1"]["raw"] = object()
    with pytest.raises(TypeError, match="raw"):
        graphml_bytes(g)
