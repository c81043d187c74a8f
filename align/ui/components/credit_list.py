"""学分转换: the conversions the committee has approved (转换规则), with their history."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.access import allowed
from align.credit import RuleSet
from align.export.learners import table_csv
from align.learner import ConversionRule, Entry
from align.learner.tables import CONVERSION_HEAD, conversion_rows
from align.store import ConversionVersion
from align.ui import wiring
from align.ui.components import html
from align.ui.components.credit_chain import chain, newest
from align.ui.said import Said
from align.ui.words import clock, level_name, number, t


def conversions(said: Said, directory: list[Entry], rules: RuleSet) -> None:
    """What the committee has approved, its history, and taking one back."""
    store = wiring.store()
    made = store.conversion_versions(said.person, workspace_id=said.workspace.id)
    found = [v.rule for v in made if v.in_force]
    names = {e.id: e.name for e in directory}
    chain(said, rules, made, names)
    html.section(t("conv.title"), t("conv.note"))
    if not found:
        html.show(f'<p class="al-note">{html.esc(t("conv.none"))}</p>')
    else:
        _table(found, names)
    if made and allowed(said.person, "convert", said.workspace.college_id):
        _withdraw([v.rule for v in newest(made)])
    _history(made, names)


def _table(found: list[ConversionRule], names: dict[str, str]) -> None:
    rows = [
        [
            html.esc(f"{names.get(r.entry_id, r.entry_id)} {level_name(r.level)}".strip()),
            html.esc(f"《{r.course}》")
            + f" <small>{html.esc(' · '.join(x for x in (r.nature, r.category) if x))}</small>",
            f"{r.credits:g}", html.esc(number(r.grade)), _span(r), str(r.version),
            html.esc(r.approved).replace("；", "<br>")
            + (f"<br><small>{html.esc(r.note)}</small>" if r.note else ""),
        ]
        for r in found
    ]  # fmt: skip
    heads = [t("conv.entry"), t("pick.course"), t("cand.credits"), t("cand.grade"),
             t("conv.valid"), t("version.number"), t("conv.approved")]  # fmt: skip
    html.show(html.table(heads, rows, (2, 3, 4, 5)))
    told = t("cand.total", n=len(found), credits=f"{sum(r.credits for r in found):g}")
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    st.download_button(
        t("conv.download"), table_csv(CONVERSION_HEAD, conversion_rows(found)),
        file_name="转换规则.csv", mime="text/csv", key="conv.download", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def _span(r: ConversionRule) -> str:
    """The days a rule holds, the second under the first."""
    if r.valid_from is None and r.valid_to is None:
        return html.esc(t("dir.ever"))
    last = r.valid_to.isoformat() if r.valid_to else t("dir.ever")
    return (f"{r.valid_from.isoformat()}<br>" if r.valid_from else "") + f"– {html.esc(last)}"


def _history(made: Sequence[ConversionVersion], names: dict[str, str]) -> None:
    """Every approval and withdrawal, newest first: who, when, and what was written."""
    if not made:
        return
    lines = [
        f"{clock(v.time, day=True)} {html.esc(v.by_name or t('decide.erased'))} "
        + html.esc(
            t(
                "conv.was_withdrawn"
                if v.withdrawn
                else "conv.was_submitted"
                if v.signing.steps
                else "conv.was_approved",
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
    if not found:
        return
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
