"""学分转换: the conversions the committee has approved (转换规则), with their history."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.learner import ConversionRule, Entry
from align.ui import wiring
from align.ui.components import html
from align.ui.said import Said
from align.ui.words import clock, level_name, number, t


def conversions(said: Said, directory: list[Entry]) -> None:
    """What the committee has approved, its history, and taking one back."""
    store = wiring.store()
    found = store.conversions(said.person, workspace_id=said.workspace.id)
    names = {e.id: e.name for e in directory}
    html.section(t("conv.title"), t("conv.note"))
    if not found:
        html.show(f'<p class="al-note">{html.esc(t("conv.none"))}</p>')
    else:
        _table(said, found, names)
    _history(said, names)


def _table(said: Said, found: list[ConversionRule], names: dict[str, str]) -> None:
    rows = [
        [
            html.esc(names.get(r.entry_id, r.entry_id)), html.esc(level_name(r.level)),
            html.esc(f"《{r.course}》"), f"{r.credits:g}", html.esc(number(r.grade)),
            str(r.version), html.esc(r.approved)
            + (f"<br><small>{html.esc(r.note)}</small>" if r.note else ""),
        ]
        for r in found
    ]  # fmt: skip
    heads = [t("conv.entry"), t("pick.level"), t("pick.course"), t("cand.credits"),
             t("cand.grade"), t("version.number"), t("conv.approved")]  # fmt: skip
    html.show(html.table(heads, rows, (1, 3, 4, 5)))
    told = t("cand.total", n=len(found), credits=f"{sum(r.credits for r in found):g}")
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if allowed(said.person, "convert", said.workspace.college_id):
        _withdraw(found)


def _history(said: Said, names: dict[str, str]) -> None:
    """Every approval and withdrawal, newest first: who, when, and what was written."""
    made = wiring.store().conversion_versions(said.person, workspace_id=said.workspace.id)
    if not made:
        return
    lines = [
        f"{clock(v.time)} {html.esc(v.by_name or t('decide.erased'))} "
        + html.esc(
            t(
                "conv.was_withdrawn" if v.withdrawn else "conv.was_approved",
                what=f"{names.get(v.rule.entry_id, v.rule.entry_id)} {v.rule.level}".strip()
                + f" → {v.rule.course}",
                version=v.rule.version,
            )
        )
        + (f" · {html.esc(v.reason)}" if v.reason else "")
        for v in reversed(made)
    ]
    items = "".join(f"<li>{line}</li>" for line in lines)
    html.show(
        f"<details><summary>{html.esc(t('conv.history', n=len(made)))}</summary>"
        f'<ul class="al-history">{items}</ul></details>'
    )


def _withdraw(found: list[ConversionRule]) -> None:
    by_id = {r.id: r for r in found}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("conv.withdraw_which"), list(by_id), key=f"conv.which.{len(found)}.{found[-1].id}",
            format_func=lambda k: f"{by_id[k].level} → {by_id[k].course}" if k in by_id else k,
            width=320,
        )  # fmt: skip
        reason = st.text_input(t("tune.reason"), key=f"conv.reason.{len(found)}", max_chars=1000)
        pressed = st.button(t("conv.withdraw"), key="conv.withdraw")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed and chosen:
        wiring.store().withdraw_conversion(wiring.who(), chosen, (reason or "").strip())
        st.session_state["credit.told"] = t("conv.withdrawn")
        st.rerun()
