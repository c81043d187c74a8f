"""阈值: every version of the settings, going back, and the run under what is in force."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from align.access import allowed
from align.decisions import Workspace
from align.settings import BY_NAME
from align.ui import intake, recalculate, wiring
from align.ui.components import carried, html
from align.ui.components.gate import error_line, progress
from align.ui.components.tune_sliders import in_force, name_of
from align.ui.words import clock, t


def versions(space: Workspace, scope: str) -> None:
    """The list, newest first, and the way back to any of them."""
    found = wiring.store().settings_versions(wiring.who(), space.college_id, scope or None)
    html.section(t("version.title"), t("version.note"))
    now = in_force(space, scope)
    what = t("version.nth", k=len(found)) if found else t("version.defaults")
    told = t("version.now", what=what, version=now.version)
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if not found:
        html.show(f'<p class="al-note">{html.esc(t("version.none"))}</p>')
        return
    below: Mapping[str, float] = (
        wiring.college_settings(space.college_id) if scope else wiring.base_settings()
    ).values
    rows = []
    for k, v in reversed(list(enumerate(found))):
        before = {**below, **(found[k - 1].values if k else {})}
        after = {**below, **v.values}
        changes = [
            f"{name_of(BY_NAME[n])} {before[n]:g} → {x:g}" for n, x in after.items()
            if n in BY_NAME and x != before[n]
        ]  # fmt: skip
        mark = html.tag(t("version.in_force")) if k == len(found) - 1 else ""
        rows.append(
            [
                str(k + 1), clock(v.time, day=True), html.esc(v.author_name or t("decide.erased")),
                html.esc(t("comma").join(changes) or t("version.no_change")),
                html.esc(v.reason) + " " + mark,
            ]
        )  # fmt: skip
    heads = [t(f"version.{x}") for x in ("number", "time", "author", "changes", "reason")]
    html.show(html.table(heads, rows, (0, 1, 2)))
    if allowed(wiring.who(), "settings", space.college_id):
        _back(space, scope, [v.values for v in found])


def _back(space: Workspace, scope: str, found: list[dict[str, float]]) -> None:
    """Going back is a new version with the old values; 0 is before the first."""
    options = [*range(len(found) - 1, 0, -1), 0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("version.back_to"), options, key=f"version.back.{scope}.{len(found)}", width=220,
            format_func=lambda k: t("version.nth", k=k) if k else t("version.before_first"),
        )  # fmt: skip
        reason = st.text_input(
            t("tune.reason"), key=f"version.reason.{scope}.{len(found)}", max_chars=1000,
            placeholder=t("version.reason_hint"),
        )  # fmt: skip
        pressed = st.button(t("version.back"), key="version.back")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed:
        values = found[chosen - 1] if chosen else {}
        wiring.store().save_settings(
            wiring.who(), space.college_id, scope or None, values, (reason or "").strip()
        )
        st.session_state["tune.told"] = t("version.went_back")
        st.rerun()


# --- the run ------------------------------------------------------------------------------------


def recalculation(space: Workspace) -> None:
    """Says when the run was made under something else than is in force, and makes it anew."""
    key = intake.run_key(space)
    job = wiring.bench().job(key)
    if job is not None and job.running:
        progress(key)
        st.stop()
    if job is not None and job.error is not None:
        st.error(error_line(job.error))
    if job is not None and isinstance(job.outcome, intake.Outcome):
        with st.container(border=True, key="recalculated"):
            if job.outcome.carried is None:
                st.success(t("again.done"))
            else:
                carried.show(job.outcome.carried)
            if st.button(t("intake.close"), key="again.close"):
                wiring.bench().forget(key)
                st.rerun()
    kept = wiring.kept(space)
    settings, calibration = wiring.settings(space), wiring.calibration(space)
    if not recalculate.outdated(kept, settings, calibration):
        return
    if space.state == "approved":
        told = f"{t('again.outdated')} {t('decide.approved')}"
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')
        return
    model = recalculate.by_model(kept, settings, calibration)
    told = t("again.outdated") + (f" {t('again.by_model')}" if model else "")
    with st.container(horizontal=True, vertical_alignment="center", key="outdated"):
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')
        if allowed(wiring.who(), "run", space.college_id) and st.button(
            t("again.do"), key="again.do", type="primary"
        ):
            work = intake.run(space) if model else recalculate.work(space)
            wiring.bench().start(key, work)
            st.rerun()
