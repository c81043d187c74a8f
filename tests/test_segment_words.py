"""Depth of a text and points of a cell: properties that hold for any text, and examples."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align.segment import depth_of
from align.segment.points import split_points

WORDS = st.text(alphabet="油液制动轮胎方向托盘货架温度记录检查修正ABC 12.", min_size=1, max_size=12)
MARKS = st.sampled_from(["", "1.", "2、", "（3）", "①", "(4)", "• ", "1.1 "])
BREAKS = st.sampled_from(["\n", "；", "。", "；\n", ";"])
CELLS = st.lists(st.tuples(MARKS, WORDS, BREAKS), max_size=8).map(
    lambda parts: "".join(m + w + b for m, w, b in parts)
)


def han(text: str) -> str:
    return "".join(re.findall(r"[\u4e00-\u9fff]", text))


@given(CELLS)
def test_no_character_of_a_cell_is_lost(cell: str) -> None:
    assert han("".join(split_points(cell).points)) == han(cell)


@given(CELLS)
def test_points_carry_no_marks_and_no_breaks(cell: str) -> None:
    for point in split_points(cell).points:
        assert point.strip() and "\n" not in point
        assert not re.match(r"[①；;。]|（\d）", point)


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("知识点\n了解油液\n技能点\n会试制动", ("了解油液", "会试制动")),
        ("①了解油液②会试制动", ("了解油液", "会试制动")),
        ("1、油液。2、制动。", ("油液", "制动")),
        ("1.5吨叉车的结构；2.4节电瓶", ("1.5吨叉车的结构", "2.4节电瓶")),
        ("使用3.7版软件，HTML5.0页面", ("使用3.7版软件，HTML5.0页面",)),
        ("第一、第二、第三范式", ("第一、第二、第三范式",)),
        ("油液、制动、轮胎", ("油液、制动、轮胎",)),
        ("", ()),
        ("--", ()),
    ],
)
def test_points(cell: str, points: tuple[str, ...]) -> None:
    assert split_points(cell).points == points


def test_what_is_no_point_is_kept_beside() -> None:
    got = split_points("知识点：油液\n培养爱国主义情怀\n课程思政：大国重器")
    assert got.points == ("油液",)
    assert got.aside == ("培养爱国主义情怀", "大国重器")
    assert "知识点" in got.labels


@pytest.mark.parametrize(
    ("text", "depth"),
    [
        ("了解叉车发展史", 1),
        ("能够了解叉车发展史", 1),
        ("理解制动原理", 2),
        ("熟悉操作规程", 2),
        ("掌握起步方法", 3),
        ("能检查油液", 3),
        ("会填写检查表", 3),
        ("能根据通知单，核对到货数量", 3),
        ("能独立完成装卸", 4),
        ("制定并优化装卸方案", 4),
        ("能进行仓库布局的设计", 4),
        ("了解原理，能设计方案", 4),
        ("网页设计基础", 0),
        ("数据库管理系统", 0),
        ("掌握设计原则", 3),
        ("能使用设计软件绘制草图", 3),
        ("发动机性能与功能", 0),
        ("会议记录的格式", 0),
        ("制动原理", 0),
        ("", 0),
    ],
)
def test_depth(text: str, depth: int) -> None:
    assert depth_of(text) == depth


@given(st.lists(WORDS | st.sampled_from(["了解油液", "能试制动", "独立制定方案"]), max_size=5))
def test_the_depth_of_several_texts_is_that_of_the_deepest(texts: list[str]) -> None:
    joined = "；".join(texts)
    assert depth_of(joined) == max((depth_of(t) for t in joined.split("；")), default=0)
    assert 0 <= depth_of(joined) <= 4
