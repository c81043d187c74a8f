"""图谱: the overlapping competencies as a graph of two sides, and courses → areas as flows."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from align.records import Match
from align.ui.components import html
from align.ui.components.bipartite import LIMIT, drawn
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.gate import need_review
from align.ui.components.graph_chart import Picture, legend
from align.ui.components.graph_links import details
from align.ui.components.sankey import sankey
from align.ui.look import Look
from align.ui.words import language, level_name, t

_FLOWS = 120  # flows between courses and areas that one picture still shows
_STRENGTHS = ("linked", "full", "decided")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be drawn; an empty value lets everything through."""

    certificate: str = ""
    level: str = ""
    area: str = ""
    course: str = ""
    strength: str = "linked"


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("graph.title"), t("graph.lead"))
    view, fewest, wanted = _controls(look)
    matches = linked(look, wanted)
    if not matches:
        st.info(t("graph.none_decided" if wanted.strength == "decided" else "graph.none"))
        return
    name = f"{look.result.run.id}_{look.version}_{abs(hash((wanted, fewest, language())))}"
    if view == "flows":
        html.show(f'<p class="al-note">{t("graph.flows_note")}</p>')
        left = sankey(look, matches, f"sankey_{name}", _FLOWS)
        if left:
            html.show(f'<div class="al-draft">{t("graph.flows_left", n=left, shown=_FLOWS)}</div>')
        return
    found = drawn(look, matches)
    html.show(legend())
    if found.links_left:
        told = t("graph.left", limit=LIMIT, links=found.links_left, units=found.units_left,
                 items=found.items_left)  # fmt: skip
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')
    html.show(f'<p class="al-note">{html.esc(_counts(look, wanted, found.units, found.items))}</p>')
    clicked = Picture(look, found, fewest).show(f"graph_{name}")
    if clicked is None:
        html.show(f'<p class="al-note">{t("graph.hint")}</p>')
    else:
        html.section(t("graph.chosen"))
        details(look, said, clicked, matches)


def linked(look: Look, wanted: Wanted) -> list[Match]:
    """The links that the filters let through, most certain first."""
    found = []
    for m in look.result.matches:
        item = look.items[m.certificate_id, m.item_id]
        link = look.link(m)
        strong = {
            "linked": link != "none",
            "full": link == "full",
            "decided": m.grade is not None,
        }[wanted.strength]
        if (
            strong
            and wanted.certificate in {"", m.certificate_id}
            and wanted.level in {"", item.level}
            and wanted.area in {"", item.area}
            and wanted.course in {"", m.course_id}
        ):
            found.append(m)
    return sorted(found, key=lambda m: (m.grade is None, -m.probability, m.unit_id, m.item_id))


def _counts(look: Look, w: Wanted, units: int, items: int) -> str:
    """What is joined by a line, and what is not."""
    all_units = sum(w.course in {"", key[0]} for key in look.units)
    all_items = sum(
        w.certificate in {"", key[0]} and w.level in {"", i.level} and w.area in {"", i.area}
        for key, i in look.items.items()
    )
    return t("graph.counts", units=units, all_units=all_units, items=items, all_items=all_items)


# --- controls -----------------------------------------------------------------------------------


def _controls(look: Look) -> tuple[str, bool, Wanted]:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        view = _segments("view", ("links", "flows"))
        strength = _segments("strength", _STRENGTHS)
        order = _segments("order", ("fewest", "standard")) if view == "links" else "fewest"
    with st.container(horizontal=True, vertical_alignment="bottom", key="graph-filters"):
        certificate = ""
        if len(look.certificates) > 1:
            names = {c.id: c.name for c in look.certificates.values()}
            certificate = _choice("pick.certificate", {"": t("all"), **names}, "cert", 260)
        items = [i for key, i in look.items.items() if certificate in {"", key[0]}]
        levels = {i.level: level_name(i.level) for i in items}
        level = _choice("pick.level", {"": t("any.level"), **levels}, "level", 170)
        areas = {i.area: i.area for i in items if level in {"", i.level}}
        area = _choice("graph.area", {"": t("graph.any_area"), **areas}, "area", 240)
        courses = {c.id: c.name for c in look.courses.values()}
        course = _choice("pick.course", {"": t("any.course"), **courses}, "course", 250)
    return view, order == "fewest", Wanted(certificate, level, area, course, strength)


def _segments(name: str, options: tuple[str, ...]) -> str:
    """One of few; it outlives a change of page and stands in the address."""
    given = first_in_address(f"graph_{name}")
    chosen = st.segmented_control(
        t(f"graph.{name}"),
        options,
        default=given if given in options else options[0],
        format_func=lambda x: t(f"graph.{name}_{x}"),
        key=f"graph_{name}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = chosen or options[0]
    in_address(f"graph_{name}", "" if found == options[0] else found)
    return found


def _choice(label: str, options: dict[str, str], name: str, width: int) -> str:
    """One drop-down; its value outlives a change of page, of language or of the options."""
    key, keys = f"graph_{name}", list(options)
    before = st.session_state.get(f"{key}.kept", st.query_params.get(key, ""))
    if before not in options:
        before = ""
        st.session_state.pop(f"{key}_{language()}", None)
    chosen = st.selectbox(
        t(label),
        keys,
        index=keys.index(before),
        format_func=lambda k: options.get(k, k),
        key=f"{key}_{language()}",
        placeholder=t("pick.none"),
        width=width,
    )
    st.session_state[f"{key}.kept"] = chosen or ""
    in_address(key, chosen or "")
    return chosen or ""


if __name__ == "__main__":
    page()
