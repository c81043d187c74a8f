"""Pictures are legible at full size: nothing overlaps, nothing is cut, nothing is a blank box."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from PIL import Image, ImageFont

from align.export.canvas import FONT, Canvas, fit, mix, text_width, wrap
from align.export.pictures import Edge, Node, bipartite, heat_colour, heatmap
from align.export.views import graph_picture, matrix_picture, task_picture
from align.export.webpage import graph_page
from align.plan import course_matrix
from tests import plan_records as given

SVG = "{http://www.w3.org/2000/svg}"
LONG = "网点日常运营数据统计分析与服务质量持续改进提升方案编制"


def big_heatmap() -> Canvas:
    rows = [f"{LONG}{i}" if i % 5 == 0 else f"课程{i}" for i in range(25)]
    columns = [f"{i}.1 {LONG if i % 4 == 0 else '任务'}" for i in range(33)]
    values = [[((i * 7 + j * 3) % 11) / 10 for j in range(33)] for i in range(25)]
    groups = ["初级"] * 12 + ["中级"] * 10 + ["高级"] * 11
    return heatmap(
        rows,
        columns,
        values,
        "课程 × 工作任务",
        subtitle="说明",
        column_groups=groups,
        legend=LONG * 3,
    )


def big_graph() -> Canvas:
    left = [Node(f"u{i}", f"单元{i}{LONG}", f"《课程{i // 12}》") for i in range(100)]
    right = [Node(f"c{i}", f"1.{i} {LONG}", f"初级 · 领域{i // 9}") for i in range(100)]
    edges = [Edge(f"u{i}", f"c{(i * 37) % 100}", (i % 10 + 1) / 10) for i in range(0, 100, 2)]
    return bipartite(left, right, edges, "关联", legend="图例")


def boxes(canvas: Canvas) -> list[tuple[float, float, float, float]]:
    """(left, top, right, bottom) of every level text."""
    found = []
    for text in ET.fromstring(canvas.svg()).iter(f"{SVG}text"):
        if "transform" in text.attrib:
            continue
        x, y, size = (float(text.attrib[k]) for k in ("x", "y", "font-size"))
        w = text_width(text.text or "", size)
        start = {"end": x - w, "middle": x - w / 2}.get(text.attrib.get("text-anchor", ""), x)
        found.append((start, y - size / 2, start + w, y + size / 2))
    return found


@pytest.mark.parametrize("make", [big_heatmap, big_graph])
def test_no_text_leaves_the_picture_and_none_overlap(make: type[Canvas]) -> None:
    canvas = make()
    found = boxes(canvas)
    for left, top, right, bottom in found:
        assert left >= 0 and top >= 0 and right <= canvas.width and bottom <= canvas.height
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{a} {b}"


def test_slanted_labels_keep_apart_and_inside() -> None:
    canvas = big_heatmap()
    slanted = [t for t in ET.fromstring(canvas.svg()).iter(f"{SVG}text") if "transform" in t.attrib]
    assert len(slanted) == 33
    xs = [float(t.attrib["x"]) for t in slanted]
    # At 60° a step of w between labels leaves w * sin 60° between their lines.
    assert min(b - a for a, b in pairwise(xs)) * 0.866 >= 12 * 1.4
    for t in slanted:
        x, y = float(t.attrib["x"]), float(t.attrib["y"])
        length = text_width((t.text or ""), 12)
        assert x + length * 0.5 <= canvas.width and y - length * 0.866 >= 20


@pytest.mark.parametrize("make", [big_heatmap, big_graph])
def test_png_is_drawn_to_the_same_size_each_time(make: type[Canvas]) -> None:
    data = make().png(1.0)
    assert data == make().png(1.0)
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (round(make().width), round(make().height))
        border = [image.getpixel((x, 0)) for x in range(image.width)]
        assert set(border) == {(255, 255, 255)}, "something is drawn over the edge"


def test_png_words_are_drawn_not_boxed() -> None:
    font = ImageFont.truetype(str(FONT), 16)
    box = bytes(font.getmask("\U0010fffd"))

    def drawn(character: str) -> bool:
        return bytes(font.getmask(character)) != box

    needed = "课程证书快递揽投①⑳≥×…、。《》“”（）：；—·％＝㎡℃ABCxyz0189"
    assert [c for c in needed if not drawn(c)] == []
    han = [
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if (high, low) < (0xD7, 0xFA) or high > 0xD7
    ]
    assert len(han) == 6763 and [c for c in han if not drawn(c)] == []
    assert FONT.stat().st_size < 4_000_000
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")


def test_colours_grow_darker_and_white_means_nothing() -> None:
    def lightness(colour: str) -> float:
        r, g, b = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    steps = [lightness(heat_colour(i / 20)) for i in range(21)]
    assert heat_colour(0) == "#ffffff" and steps == sorted(steps, reverse=True)
    assert mix("#0072b2", 0) == "#ffffff" and mix("#0072b2", 1) == "#0072b2"


def test_fit_and_wrap_hold_their_limit() -> None:
    cut = fit(LONG, 12, 100)
    assert cut.endswith("…") and text_width(cut, 12) <= 100
    assert fit("课程", 12, 100) == "课程"
    lines = wrap(LONG + "，" + LONG + "。", 12, 120)
    assert "".join(lines) == LONG + "，" + LONG + "。"
    assert all(line[0] not in "，。" for line in lines)


def test_more_likely_links_are_wider_and_darker() -> None:
    left, right = [Node("a", "甲"), Node("b", "乙")], [Node("c", "丙")]
    svg = bipartite(left, right, [Edge("a", "c", 0.9), Edge("a", "c", 0.3)], "图").svg()
    paths = re.findall(r'stroke="(#\w+)" stroke-width="([\d.]+)"', svg)
    assert float(paths[0][1]) < float(paths[1][1])
    assert int(paths[0][0][1:3], 16) > int(paths[1][0][1:3], 16)


def test_small_graph_shows_units_and_a_large_one_says_that_it_joins_them() -> None:
    courses, certificate = given.courses(), given.certificates()[0]
    matches = given.matches()
    matrix = course_matrix(courses, certificate, matches, 0.3)
    small = graph_picture(courses, certificate, matches, matrix, 0.3).svg()
    assert "到货验收与测温" in small and "能按温区和先进先出要求安排货位" in small
    large = graph_picture(courses, certificate, matches, matrix, 0.3, nodes_a_side=40).svg()
    assert "共 48 个课程单元、60 条技能要求，为便于阅读已合并为课程与工作任务" in large
    assert "到货验收与测温</text>" not in large and "1.1 车辆与货品查验" in large
    # Both quotations with their places, on hovering.
    assert "证书：能用探针温度计测量货品中心温度并判读。（第6页 表2 第2行）" in large
    assert "课程：会填写验收单（表2 第2行）" in large


def test_pictures_say_whose_threshold_it_is_and_that_nobody_has_reviewed() -> None:
    matrix = course_matrix(given.courses(), given.certificates()[0], given.matches(), 0.3)
    for canvas in (matrix_picture(matrix, 0.3), task_picture(matrix, 0.3)):
        assert "机器比对结果，未经教师审核；关联阈值 30% 由学校设置" in canvas.svg()


def test_page_needs_no_network_and_cannot_be_broken_out_of() -> None:
    node = Node("a b", "</text><script>alert(1)</script>", tip='"><img onerror=x>')
    canvas = bipartite([node], [Node("c", "丙")], [Edge("a b", "c", 0.5, "甲\n乙")], "图")
    page = graph_page("<b>题</b>", [canvas]).decode()
    assert page.count("<script") == 1 and "<img" not in page and "<b>" not in page
    assert not re.search(r"(?:src|href)\s*=|@import|url\(", page)
    assert re.sub(r"http://www\.w3\.org/2000/svg", "", page).count("http") == 1  # http-equiv
    assert 'data-ends="la_b rc"' in page and 'data-tip="甲\n乙"' in page
    assert graph_page("题", [canvas]) == graph_page("题", [canvas])


def test_svg_is_well_formed_and_keeps_whole_names_in_its_tips() -> None:
    root = ET.fromstring(big_heatmap().svg())
    titles = {t.text for t in root.iter(f"{SVG}title")}
    assert f"0.1 {LONG}" in titles
    assert heatmap([], [], [], "空").svg() and bipartite([], [], [], "空").png()
