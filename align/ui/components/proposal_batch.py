"""Many proposals at once: a table, a selection, one verdict for all of it or for none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from align.decisions import Verdict
from align.errors import ConflictError
from align.records import Action, Proposal
from align.store import Choice
from align.ui import turn, wiring
from align.ui.components import deciding, html
from align.ui.components.proposal_card import what
from align.ui.look import Look
from align.ui.reasons import reason
from align.ui.said import Said
from align.ui.words import language, level_name, t


def batch(look: Look, said: Said, found: Sequence[Proposal], may: bool) -> None:
    """The table of what fits the filters, and the verdict on the rows chosen in it."""
    html.show(f'<p class="al-note">{t("batch.lead")}</p>')
    event = st.dataframe(
        _rows(look, said, found),
        hide_index=True,
        height=min(38 + 35 * len(found), 520),
        on_select="rerun" if may else "ignore",
        selection_mode="multi-row",
        # Another list is another table: a selection never slips to other rows.
        key=f"batch_{language()}_{hash((look.result.run.id, tuple(p.id for p in found)))}",
        column_config={
            t("batch.what"): st.column_config.TextColumn(width=340),
            t("proposals.course"): st.column_config.TextColumn(width=150),
            t("probability"): st.column_config.NumberColumn(format="%d%%", width=60),
            t("batch.state"): st.column_config.TextColumn(width=150),
            t("batch.reason"): st.column_config.TextColumn(width=420),
        },
    )
    if not may:
        return
    everything = st.toggle(t("batch.all", n=len(found)), key="batch.all")
    rows = range(len(found)) if everything else _selected(event)
    chosen = [found[k] for k in rows if k < len(found)]
    seen = {p.id: deciding.seen(p.id, said.my_word(p.id), said.person.id) for p in found}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note = deciding.note("batch", len(said.decisions))
        for verdict in ("accept", "reject"):
            label = f"{t(f'do.{verdict}')}{t('batch.count', n=len(chosen))}"
            if st.button(label, key=f"batch.{verdict}", disabled=not chosen):
                _decide(said, chosen, seen, "accept" if verdict == "accept" else "reject", note)
        earlier = [p for p in chosen if said.word(p.id) is not None]
        if st.button(t("decide.undo") + t("batch.count", n=len(earlier)), key="batch.undo",
                     disabled=not earlier, type="tertiary", icon=":material/undo:"):  # fmt: skip
            _decide(said, earlier, seen, "withdraw", note)
    trouble = st.session_state.pop("batch.clash", None)
    if trouble:
        st.warning(trouble)


def _selected(event: Any) -> list[int]:
    selection = event.get("selection", {}) if isinstance(event, dict) else {}
    return [int(k) for k in selection.get("rows", [])]


def _rows(look: Look, said: Said, found: Sequence[Proposal]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        t("pick.action"): [],
        t("overview.col_id"): [],
        t("batch.state"): [],  # early: on a narrow screen the last columns are out of sight
        t("batch.what"): [],
        t("proposals.course"): [],
        t("probability"): [],
        t("batch.reason"): [],
    }
    for p in found:
        strong, where, text = what(look, p)
        if p.action is not Action.EXEMPT:  # a requirement's number begins anew with each level
            level = level_name(look.items[p.certificate_id, p.item_ids[0]].level)
            strong = f"{level} {strong}".strip()
        word = said.word(p.id)
        state = t("proposals.by_links" if p.confirmed else "batch.open")
        if word is not None:
            name = word.reviewer_name or t("decide.erased")
            state = f"{deciding.verdict_words(word)} · {name}"  # when, the card says
        if said.stale(p):
            state = t("proposals.stale")
        course = look.courses[p.course_id].name if p.course_id in look.courses else ""
        percent = round(p.probability * 100)
        cells = [t(f"action.{p.action}"), strong, state, text or where, course, percent,
                 reason(look, p)]  # fmt: skip
        for column, cell in zip(columns.values(), cells, strict=True):
            column.append(cell)
    return columns


def _decide(
    said: Said, chosen: Sequence[Proposal], seen: dict[str, str], verdict: Verdict, note: str
) -> None:
    """All of them in one transaction, or none."""
    older = turn.outdated()
    if older:
        st.session_state["batch.clash"] = older
        st.rerun()
    wanted = []
    for p in chosen:
        wanted.append(
            Choice(
                p.id,
                p.action,
                verdict,
                p.action if verdict == "accept" else None,
                note=note,
                seen=seen[p.id],
            )
        )
    try:
        made = wiring.store().decide_many(
            wiring.who(), said.workspace.id, wanted, run_id=said.workspace.run_id
        )
    except ConflictError as error:
        # Nothing was written; the page comes again with what stands there now.
        st.session_state["batch.clash"] = f"{t('batch.clash')} {error.line()}"
    else:
        deciding.saved(made[-1])
    st.rerun()
