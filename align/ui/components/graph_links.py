"""What stands behind a click in the graph: the links of one thing, with texts and places."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.links import pair_of
from align.records import Match
from align.ui.components import deciding, html
from align.ui.components.candidates import cite
from align.ui.components.graph_chart import Clicked, quotations
from align.ui.look import LINKS, Key, Look
from align.ui.said import Said
from align.ui.words import level_name, place_words, t

_SHOWN = 30  # links of one thing that are listed; the compare page has them all


def details(look: Look, said: Said, clicked: Clicked, matches: Sequence[Match]) -> None:
    """The links of what was clicked, and the way to the compare page.

    Parameters
    ----------
    matches : sequence of Match
        The links that fit the filters, most certain first.
    """
    if clicked[0] == "link":
        m = clicked[1]
        _head(look, "item", (m.certificate_id, m.item_id))
        _table(look, said, [m], "item")
        _to_compare((m.certificate_id, m.item_id), True)
    else:
        side, key = clicked
        _head(look, side, key)
        own = [m for m in matches if _key(m, side) == key]
        _table(look, said, own, side)
        _to_compare(key, side == "item")


def _key(m: Match, side: str) -> Key:
    return (m.course_id, m.unit_id) if side == "unit" else (m.certificate_id, m.item_id)


def _head(look: Look, side: str, key: Key) -> None:
    if side == "unit":
        u = look.units[key]
        where = " / ".join(x for x in (f"《{u.course}》", u.section) if x)
        title, text = u.task or u.content, u.content if u.task else ""
        cited = cite(look, u.source_id, place_words(u.place))
    else:
        i = look.items[key]
        where = " / ".join(x for x in (level_name(i.level), i.area, i.task) if x)
        title, text = f"{i.number or i.id} {i.text}", ""
        cited = cite(look, i.source_id, place_words(i.place))
    html.show(
        f'<div class="al-item"><div class="al-head"><span>{html.esc(where)}</span>'
        f'<span class="al-end">{html.esc(cited)}</span></div>'
        f"<p><strong>{html.esc(title)}</strong></p>"
        + (f"<p>{html.esc(text)}</p>" if text else "")
        + "</div>"
    )


def _table(look: Look, said: Said, matches: Sequence[Match], side: str) -> None:
    rows = []
    for m in matches[:_SHOWN]:
        u, i = look.units[m.course_id, m.unit_id], look.items[m.certificate_id, m.item_id]
        pairs = html.shared_words(m.evidence)
        ours, theirs = quotations(look, m)
        place = '<br><span class="al-note">{} · {}</span>'
        rows.append(
            [
                html.probability(m.probability),
                _word(look, said, m),
                html.marked(ours, (a for a, _ in pairs))
                + place.format(html.esc(f"《{u.course}》{u.task or u.section}"),
                               html.esc(cite(look, u.source_id, place_words(u.place)))),
                html.marked(theirs, (b for _, b in pairs))
                + place.format(html.esc(f"{level_name(i.level)} {i.number or i.id}"),
                               html.esc(cite(look, i.source_id, place_words(i.place)))),
            ]
        )  # fmt: skip
    heads = [t("probability"), t("graph.link"), t("compare.unit_text"), t("compare.item_text")]
    html.show(html.table(heads, rows, numbers=(0,)))
    if len(matches) > _SHOWN:
        told = t("graph.more_links", n=len(matches) - _SHOWN)
        html.show(f'<p class="al-note">{html.esc(told)}</p>')


def _word(look: Look, said: Said, m: Match) -> str:
    """A person's word with their name, or what the probability means."""
    history = said.link_history(pair_of(m))
    if m.grade is None:
        return html.tag(t(f"link.{look.link(m)}"))
    name = LINKS[m.grade]
    told = html.tag(t(f"grade.{name}"), kind=f"al-said al-{name}")
    last = f'<br><span class="al-note">{html.esc(deciding.said_line(history[-1]))}</span>'
    return told + (last if history else "")


def _to_compare(key: Key, by_item: bool) -> None:
    if st.button(t("graph.to_compare"), key="graph.compare", icon=":material/compare_arrows:"):
        open_compare(key, by_item)


def open_compare(key: Key, by_item: bool) -> None:
    """Turn to the compare page at this entry; its filters would hide it, so they are opened."""
    state = st.session_state
    for name in ("cert", "level", "course", "action"):
        state[f"compare_{name}.kept"] = ""
    for name in ("text", "unsure", "open"):
        state.pop(f"compare_{name}", None)
        state[f"compare_{name}.first"] = ""
    # Its own default, for a widget that is given both a default and a state complains.
    state.pop("compare_by", None)
    state["compare_by.first"] = "item" if by_item else "unit"
    state["compare.goto"] = key
    st.switch_page("align/ui/pages/compare.py")
