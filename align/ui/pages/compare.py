"""对照: one requirement or one content row, its candidates, and what a person says of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from align.access import allowed
from align.decisions import Grade, LinkDecision, Pair
from align.links import pair_of
from align.records import Action, Match
from align.ui import wiring
from align.ui.components import compare_entry, deciding, html
from align.ui.components.candidates import candidates, heading, to_show
from align.ui.components.compare_list import chosen_entry, entries, next_open
from align.ui.components.filters import filter_bar, first_in_address, in_address, switch, switches
from align.ui.components.gate import need_review
from align.ui.components.here import here
from align.ui.components.missed import missed
from align.ui.look import LINKS, Key, Look
from align.ui.said import Said
from align.ui.words import t


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("compare.title"), t("compare.lead"))
    here(said.workspace, "compare")
    may = allowed(said.person, "decide", said.workspace.college_id)
    deciding.notices(said, may)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        by = st.segmented_control(
            t("compare.by"),
            ["item", "unit"],
            default=first_in_address("compare_by") or "item",
            format_func=lambda x: t(f"compare.by_{x}"),
            key="compare_by",
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        in_address("compare_by", by if by == "unit" else "")
        first = switch("compare.unsure_first", "compare_first")
        on = switches("compare")
        deciding.status()
    wanted = filter_bar(look, "compare", on)
    by_item = by != "unit"
    keys = entries(look, said, wanted, by_item, first)
    if not keys:
        st.info(t("compare.all_reviewed" if wanted.open else "empty.filtered"))
        return
    left, right = st.columns([5, 11], gap="medium")
    with left:
        key = chosen_entry(look, said, keys, by_item, (wanted, first))
        html.free_keys()
    # Hidden until its buttons are there (see the style): what can be read answers to the keys.
    with right, st.container(key="answerable"):
        _entry(look, said, keys, key, by_item, may and said.workspace.state == "open")


def _entry(look: Look, said: Said, keys: Sequence[Key], key: Key, by_item: bool, may: bool) -> None:
    """One requirement or content row with its candidates."""
    (compare_entry.item if by_item else compare_entry.unit)(look, said, key)
    matches = (look.item_matches if by_item else look.unit_matches).get(key, [])
    n = heading()
    if may:
        told = html.esc(compare_entry.left(look, said, key, by_item))
        html.show(f'<p class="al-note">{told}</p>')
    shown = to_show(matches, said, n)
    decide = partial(_decide, look, said, keys, key, by_item) if may else None
    candidates(look, said, shown, by_item, decide)
    if may:
        missed(look, said, key, by_item, partial(_decide, look, said, keys, key, by_item))
    with st.container(horizontal=True):
        if st.button(t("compare.next"), key="compare.next", icon=":material/skip_next:",
                     shortcut="N"):  # fmt: skip
            _go(next_open(look, said, keys, key, by_item))


def _decide(
    look: Look,
    said: Said,
    keys: Sequence[Key],
    key: Key,
    by_item: bool,
    pair: Pair,
    grade: Grade | None,
    note: str,
    seen: str,
) -> None:
    """Store a grade; when nothing of this entry is open any more, the next one comes."""
    match = _match(look, pair)

    def act(before: str) -> LinkDecision:
        return wiring.store().decide_link(
            wiring.who(),
            said.workspace.id,
            pair,
            grade,
            note=note,
            probability=match.probability if match else None,
            seen=before,
            run_id=said.workspace.run_id,
        )

    name = "|".join(pair)
    mine = t("decide.withdrawn") if grade is None else t(f"grade.{LINKS[grade]}")
    if deciding.save(name, act, seen, mine):
        now = wiring.said(said.workspace)
        deciding.also(_moved(look, wiring.look(said.workspace)))
        if grade is not None and not compare_entry.is_open(look, now, key, by_item):
            _go(next_open(look, now, keys, key, by_item))
    st.rerun()


def _moved(before: Look, after: Look | None) -> str:
    """How many proposals of each action there were and are, where that is not the same."""
    if after is None:
        return ""
    old, new = (Counter(p.action for p in x.result.proposals) for x in (before, after))
    return t("comma").join(
        f"{t(f'action.{a}')} {old[a]} → {new[a]}" for a in Action if old[a] != new[a]
    )


def _match(look: Look, pair: Pair) -> Match | None:
    matches = look.item_matches.get((pair[0], pair[1]), [])
    return next((m for m in matches if pair_of(m) == pair), None)


def _go(key: Key | None) -> None:
    if key is not None:
        st.session_state["compare.goto"] = key
    st.rerun()


if __name__ == "__main__":
    page()
