"""The Sankey courses → areas: as wide as the requirements that are linked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.records import Match
from align.ui.components.graph_chart import COURSES, LABEL, plain, tip_text
from align.ui.look import Key, Look
from align.ui.theme import INK, QUIET
from align.ui.words import level_name, t

Area = tuple[str, str, str]  # certificate id, level, area


def sankey(look: Look, matches: Sequence[Match], key: str, limit: int) -> int:
    """Courses → areas, as wide as the requirements linked; how many flows were left out."""
    flows = course_areas(look, matches)
    shown = sorted(flows.items(), key=lambda f: -f[1])[:limit]
    kept = {flow for flow, _ in shown}
    courses = [c for c in look.courses if any(flow[0] == c for flow in kept)]
    areas = list(dict.fromkeys(flow[1] for flow in flows if flow in kept))
    names = {c: plain(look.courses[c].name) for c in courses}
    # Two things may have one name; the picture tells them apart by it.
    taken = set(names.values())
    labels = {}
    for area in areas:
        name = plain(area_name(look, area))
        while name in taken:
            name += "\u200b"
        taken.add(name)
        labels[area] = name
    st.echarts_chart(
        {
            "animation": False,
            "tooltip": {"confine": True},
            "series": [
                {
                    "type": "sankey",
                    "left": 4, "right": LABEL + 20, "top": 8, "bottom": 8,
                    "nodeGap": 15, "nodeWidth": 14, "layoutIterations": 48, "draggable": False,
                    "emphasis": {"focus": "adjacency"},
                    "lineStyle": {"color": "source", "opacity": 0.28, "curveness": 0.5},
                    "label": {"color": INK, "fontSize": 12, "width": LABEL,
                              "overflow": "truncate"},
                    "data": [
                        *(
                            {"name": names[c], "itemStyle": {"color": COURSES[k % len(COURSES)]},
                             "label": {"position": "right"}}
                            for k, c in enumerate(courses)
                        ),
                        *({"name": labels[a], "itemStyle": {"color": QUIET}} for a in areas),
                    ],
                    "links": [
                        {
                            "source": names[course],
                            "target": labels[area],
                            "value": n,
                            "tooltip": {"formatter": tip_text(t(
                                "graph.flow", course=look.courses[course].name,
                                area=area_name(look, area), n=n,
                            ))},
                        }
                        for (course, area), n in shown
                    ],
                }
            ],
        },
        height=max(260, 38 * max(len(courses), len(areas)) + 60),
        key=key,
        alt=t("graph.sankey_alt"),
    )  # fmt: skip
    return len(flows) - len(shown)


def course_areas(look: Look, matches: Sequence[Match]) -> dict[tuple[str, Area], int]:
    """How many requirements of each area are linked to each course, in the standards' order."""
    linked: dict[tuple[str, Area], set[Key]] = {}
    order = {key: k for k, key in enumerate(look.items)}
    for m in sorted(matches, key=lambda m: order[m.certificate_id, m.item_id]):
        item = look.items[m.certificate_id, m.item_id]
        flow = (m.course_id, (m.certificate_id, item.level, item.area))
        linked.setdefault(flow, set()).add((m.certificate_id, m.item_id))
    return {flow: len(items) for flow, items in linked.items()}


def area_name(look: Look, area: Area) -> str:
    """An area with its level, and its certificate where there are several."""
    name = f"{level_name(area[1])} {area[2]}"
    return f"{look.certificates[area[0]].name} · {name}" if len(look.certificates) > 1 else name
