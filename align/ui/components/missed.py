"""Adding a link that the machine did not list."""

from __future__ import annotations

import streamlit as st

from align.decisions import Pair
from align.links import pair_of
from align.ui.components import deciding
from align.ui.components.candidates import SHOWN, Decide
from align.ui.look import Key, Look
from align.ui.said import Said
from align.ui.words import language, level_name, t


def missed(look: Look, said: Said, key: Key, by_item: bool, decide: Decide) -> None:
    """A folded search over everything on the other side, and how far it is taught there."""
    shown = (look.item_matches if by_item else look.unit_matches).get(key, [])[: SHOWN[0]]
    listed = {pair_of(m) for m in shown} | set(said.pairs())
    others = [
        k for k in (look.units if by_item else look.items) if _pair(key, k, by_item) not in listed
    ]
    with st.expander(t("missed.title")):
        chosen = st.selectbox(
            t("missed.unit" if by_item else "missed.item"),
            others,
            index=None,
            format_func=lambda k: _label(look, k, by_item),
            key=f"missed_{language()}_{'|'.join(key)}",
            placeholder=t("missed.search"),
        )
        note = deciding.note("missed", len(said.links))
        with st.container(horizontal=True):
            for grade in (2, 1):
                if (
                    st.button(
                        t("missed.add_full" if grade == 2 else "missed.add_part"),
                        key=f"missed.{grade}",
                        disabled=chosen is None,
                    )
                    and chosen is not None
                ):
                    decide(_pair(key, chosen, by_item), 2 if grade == 2 else 1, note, "")


def _pair(mine: Key, other: Key, by_item: bool) -> Pair:
    return (*mine, *other) if by_item else (*other, *mine)


def _label(look: Look, key: Key, by_item: bool) -> str:
    if by_item:
        return look.unit_titles[key][:90]
    item = look.items[key]
    return f"{level_name(item.level)} {item.number} {item.text}"[:90]
