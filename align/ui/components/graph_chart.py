"""The bipartite graph as an ECharts option, and what a person clicked in it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import groupby
from typing import Any, Literal

import streamlit as st

from align.records import Match
from align.ui.components import html
from align.ui.components.bipartite import Drawn, arranged
from align.ui.look import Key, Look
from align.ui.theme import INK, PRIMARY, QUIET
from align.ui.words import level_name, percent, place_words, t

_ROW, LABEL = 21, 200  # pixels: height of a row, width of a name
#: Lines that a person has decided, by what was said.
DECIDED = {"full": "#1f7a4d", "part": "#c07a0c", "none": "#9b2f1b"}
COURSES = (
    "#1f5f82", "#8a5a00", "#5b4791", "#226548", "#a03b24", "#3f6d8e", "#7a3d6b", "#56682a",
)  # fmt: skip

#: A thing that was clicked: a content row, a requirement, or one link.
Clicked = tuple[Literal["unit"], Key] | tuple[Literal["item"], Key] | tuple[Literal["link"], Match]


class Picture:
    """Where everything stands in one picture of the graph."""

    def __init__(self, look: Look, found: Drawn, fewest: bool) -> None:
        self.look, self.matches = look, found.matches
        edges = [((m.course_id, m.unit_id), (m.certificate_id, m.item_id)) for m in found.matches]
        used = {a for a, _ in edges}, {b for _, b in edges}
        left = [(k, k[0]) for k in look.units if k in used[0]]
        right = [(k, (k[0], i.level, i.area)) for k, i in look.items.items() if k in used[1]]
        self.units, self.items = (
            arranged(left, right, edges)
            if fewest
            else ([k for k, _ in left], [k for k, _ in right])
        )
        self._groups: dict[Key, Hashable] = {**dict(left), **dict(right)}
        rows = [_rows(side, self._groups.__getitem__) for side in (self.units, self.items)]
        self.height = max(map(len, rows)) * _ROW
        self._left, self._right = (self._places(side) for side in rows)

    def _places(self, rows: Sequence[Key | None]) -> tuple[dict[Key, float], list[float]]:
        """Middle of each name and of each heading; the shorter side is spread out."""
        step = self.height / len(rows)
        names = {key: (k + 0.5) * step for k, key in enumerate(rows) if key is not None}
        return names, [(k + 0.5) * step for k, key in enumerate(rows) if key is None]

    def show(self, key: str) -> Clicked | None:
        """Draw it; what a person clicked, or None."""
        event = st.echarts_chart(
            self.option(), height=self.height + 16, key=key, on_select="rerun", alt=t("graph.alt")
        )
        return self.clicked(event)

    def clicked(self, event: Mapping[str, Any] | Any) -> Clicked | None:
        """What a chart's selection names; None for nothing, or for one of an older chart."""
        if not isinstance(event, Mapping):
            return None
        nodes: list[Clicked] = [("unit", k) for k in self.units]
        nodes += [("item", k) for k in self.items]
        links: list[Clicked] = [("link", m) for m in self.matches]
        for group in event["selection"]["selected"]:
            known = links if group.get("data_type") == "edge" else nodes
            for index in map(int, group["data_indices"]):
                if 0 <= index < len(known):
                    return known[index]
        return None

    # --- the option ---------------------------------------------------------------------------

    def option(self) -> dict[str, Any]:
        """As ECharts wants it; every text from a document is escaped."""
        at = {("unit", k): n for n, k in enumerate(self.units)}
        at |= {("item", k): n + len(self.units) for n, k in enumerate(self.items)}
        links = [
            self._link(m, at["unit", (m.course_id, m.unit_id)],
                       at["item", (m.certificate_id, m.item_id)])
            for m in self.matches
        ]  # fmt: skip
        heads = self._headings(self.units, self._left[1], 0.0)
        heads += self._headings(self.items, self._right[1], 1.0)
        axis = {"type": "value", "show": False, "min": 0}
        return {
            "animation": False,
            "grid": {"left": LABEL + 12, "right": LABEL + 12, "top": 6, "bottom": 6},
            "xAxis": {**axis, "max": 1},
            "yAxis": {**axis, "max": self.height, "inverse": True},
            "tooltip": {
                "confine": True,
                "extraCssText": "max-width:460px;white-space:normal;line-height:1.55",
            },
            "series": [
                {
                    "type": "graph",
                    "coordinateSystem": "cartesian2d",
                    "selectedMode": "single",
                    "symbolSize": 8,
                    "data": [self._unit(k) for k in self.units] + [
                        self._item(k) for k in self.items
                    ],
                    "links": links,
                    "label": {
                        "show": True, "fontSize": 12, "color": INK, "width": LABEL,
                        "overflow": "truncate", "distance": 6,
                    },
                    "emphasis": {"focus": "adjacency", "label": {"fontWeight": "bold"}},
                    "blur": {"lineStyle": {"opacity": 0.04}, "label": {"opacity": 0.35}},
                    "select": {
                        "itemStyle": {"borderColor": "#d98e04", "borderWidth": 3},
                        "lineStyle": {"color": "#d98e04", "width": 4, "opacity": 1},
                    },
                },
                {"type": "scatter", "silent": True, "symbolSize": 1, "data": heads},
            ],
        }  # fmt: skip

    def _headings(self, keys: Sequence[Key], places: Sequence[float], x: float) -> list[Any]:
        firsts = [next(run) for _, run in groupby(keys, key=self._groups.__getitem__)]
        names = {k: self._area(k) if x else self.look.courses[k[0]].name for k in firsts}
        return [
            {
                "value": [x, y],
                "itemStyle": {"color": "transparent"},
                "label": {
                    "show": True, "position": "right" if x else "left",
                    "formatter": plain(names[first]),
                    "fontWeight": "bold", "fontSize": 12, "width": LABEL, "overflow": "truncate",
                    "color": INK if x else self._colour(first), "distance": 6,
                },
            }
            for first, y in zip(firsts, places, strict=True)
        ]  # fmt: skip

    def _area(self, key: Key) -> str:
        """The heading a requirement stands under."""
        item = self.look.items[key]
        name = f"{level_name(item.level)} {item.area}"
        several = len(self.look.certificates) > 1
        return f"{self.look.certificates[key[0]].name} · {name}" if several else name

    def _colour(self, key: Key) -> str:
        return COURSES[list(self.look.courses).index(key[0]) % len(COURSES)]

    def _unit(self, key: Key) -> dict[str, Any]:
        u = self.look.units[key]
        tip = _tip(
            f"《{u.course}》 {u.section}", u.task, u.content if u.content != u.task else "",
            place_words(u.place),
        )  # fmt: skip
        return {
            "id": f"u{'|'.join(key)}",
            "name": plain(u.task or u.content),
            "value": [0, self._left[0][key]],
            "itemStyle": {"color": self._colour(key)},
            "label": {"position": "left"},
            "tooltip": {"formatter": tip},
        }

    def _item(self, key: Key) -> dict[str, Any]:
        i = self.look.items[key]
        where = " / ".join(x for x in (level_name(i.level), i.area, i.task) if x)
        return {
            "id": f"c{'|'.join(key)}",
            "name": plain(f"{i.number or i.id} {i.text}"),
            "value": [1, self._right[0][key]],
            "itemStyle": {"color": INK},
            "label": {"position": "right"},
            "tooltip": {"formatter": _tip(where, i.text, "", place_words(i.place))},
        }

    def _link(self, m: Match, source: int, target: int) -> dict[str, Any]:
        return {
            "source": source,
            "target": target,
            "lineStyle": line_style(self.look, m),
            "tooltip": {"formatter": self._link_tip(m)},
        }

    def _link_tip(self, m: Match) -> str:
        u, i = self.look.units[m.course_id, m.unit_id], self.look.items[m.certificate_id, m.item_id]
        link = self.look.link(m)
        told = (
            t(f"grade.{link}") + t("graph.by_person") if m.grade is not None else t(f"link.{link}")
        )
        ours, theirs = quotations(self.look, m)
        course = f"《{u.course}》 {place_words(u.place)}"
        number = f"{i.number or i.id} {place_words(i.place)}"
        return "<br>".join(
            [
                f"<b>{tip_text(told)}</b> · {tip_text(t('probability'))} {percent(m.probability)}",
                f'<span style="color:{QUIET}">{tip_text(course)}</span>',
                tip_text(_short(ours)),
                f'<span style="color:{QUIET}">{tip_text(number)}</span>',
                tip_text(_short(theirs)),
            ]
        )


def quotations(look: Look, m: Match) -> tuple[str, str]:
    """What the course says and what the certificate says, where the match rests on it."""
    u, i = look.units[m.course_id, m.unit_id], look.items[m.certificate_id, m.item_id]
    if m.evidence:
        return m.evidence[0].unit_text.strip(), m.evidence[0].competency_text.strip()
    return u.content or u.task, i.text


def line_style(look: Look, m: Match) -> dict[str, Any]:
    """A person's word in its own colour; a prediction blue, wider and darker the more probable."""
    link = look.link(m)
    if m.grade is not None:
        return {
            "color": DECIDED[link], "opacity": 0.9, "width": 3 if link == "full" else 2,
            "type": "dashed" if link == "none" else "solid",
        }  # fmt: skip
    return {
        "color": PRIMARY,
        "opacity": round(0.12 + 0.45 * m.probability, 3),
        "width": 2.4 if link == "full" else 1.2,
    }


def legend() -> str:
    """What the lines mean."""
    kinds = [
        (PRIMARY, "solid", 3, t("graph.line_full")),
        (PRIMARY, "solid", 1, t("graph.line_part")),
        (DECIDED["full"], "solid", 3, t("graph.line_said_full")),
        (DECIDED["part"], "solid", 3, t("graph.line_said_part")),
        (DECIDED["none"], "dashed", 2, t("graph.line_said_none")),
    ]
    return '<p class="al-note al-legend">' + "".join(
        f'<span style="display:inline-flex;align-items:center;gap:6px;margin-right:1.3em">'
        f'<i style="width:26px;border-top:{width}px {style} {colour}"></i>{html.esc(words)}</span>'
        for colour, style, width, words in kinds
    ) + "</p>"  # fmt: skip


# --- pieces -------------------------------------------------------------------------------------


def _rows(keys: Sequence[Key], group: Callable[[Key], Hashable]) -> list[Key | None]:
    """The rows of one side: a heading (None) before each group's names."""
    rows: list[Key | None] = []
    for _, run in groupby(keys, key=group):
        rows += [None, *run]
    return rows


def _tip(where: str, title: str, text: str, place: str) -> str:
    parts = [
        f'<span style="color:{QUIET}">{tip_text(where)}</span>',
        f"<b>{tip_text(_short(title))}</b>",
    ]
    if text:
        parts.append(tip_text(_short(text)))
    return "<br>".join([*parts, f'<span style="color:{QUIET}">{tip_text(place)}</span>'])


def tip_text(text: str) -> str:
    """Text for a tooltip: harmless as HTML and as a template."""
    return html.esc(text).replace("{", "&#123;").replace("}", "&#125;")


def plain(text: str) -> str:
    """One line for a label; braces would be read as a template."""
    return " ".join(text.split()).replace("{", "｛").replace("}", "｝")


def _short(text: str, limit: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
