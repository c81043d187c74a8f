"""阈值: refitting the calibration on the college's own pairs, by the admin's word only."""

from __future__ import annotations

import dataclasses

import streamlit as st

from align import tune
from align.access import allowed
from align.decisions import Workspace
from align.snapshot import AS_SHIPPED
from align.tune import Calibration, Refit, TooFewError
from align.ui import wiring
from align.ui.components import html, tune_effect
from align.ui.components.tune_charts import calibration_curve
from align.ui.components.tune_figures import figure, lacking, remembered
from align.ui.components.tune_sliders import effect_of
from align.ui.look import Look
from align.ui.said import Said
from align.ui.tuning import Own
from align.ui.words import clock, language, t


def calibration(look: Look, said: Said, found: Own, scope: str) -> None:
    """What is in force, a refit with its figures, and every version so far."""
    space = said.workspace
    now = in_force(space, scope)
    html.section(t("refit.title"), t("refit.note"))
    html.show(f'<p class="al-note">{html.esc(t("refit.now", what=words(now)))}</p>')
    _refit(look, said, found, scope, now)
    _versions(space, scope, now)


def in_force(space: Workspace, scope: str) -> tuple[float, float]:
    """The calibration of a scope."""
    return wiring.calibration(space) if scope else wiring.college_calibration(space.college_id)


def words(calibration: tuple[float, float] | None) -> str:
    """A calibration, named."""
    if calibration is None or calibration == AS_SHIPPED:
        return t("refit.shipped")
    return t("refit.numbers", slope=f"{calibration[0]:.4g}", intercept=f"{calibration[1]:.4g}")


def _refit(look: Look, said: Said, found: Own, scope: str, now: tuple[float, float]) -> None:
    try:
        made = remembered(
            "refit", (found.version, now), lambda: tune.refit(found.table, Calibration(*now))
        )
    except TooFewError as error:
        st.warning(lacking(error))
        return
    rows = [
        [html.esc(t(f"refit.{name}")), html.esc(figure(before)), html.esc(figure(after))]
        for name, before, after in (
            ("ece", made.ece_before, made.ece_after),
            ("brier", made.brier_before, made.brier_after),
        )
    ]
    html.show(html.table([t("refit.figure"), t("refit.before"), t("refit.after")], rows, (1, 2)))
    html.show(f'<p class="al-note">{html.esc(t("refit.n", n=made.ece_after.n))}</p>')
    _curves(found, made)
    if not made.better:
        st.info(t("refit.worse"))
        return
    new = (made.after.slope, made.after.intercept)
    st.success(t("refit.better", what=words(new)))
    settings = wiring.settings(said.workspace)
    html.section(t("tune.effect"), t("tune.effect_note", name=said.workspace.name))
    would_be = new if scope or not _own(said.workspace) else wiring.calibration(said.workspace)
    if would_be != new:
        html.show(f'<p class="al-note">{html.esc(t("refit.own"))}</p>')
    key = f"refit|{look.version}|{said.workspace.run_id}|{would_be}|{settings.version}"
    effect = remembered("refit.effect", key, lambda: effect_of(look, said, settings, would_be))
    tune_effect.show(look, effect, key, frozenset(said.words))
    if allowed(said.person, "settings", said.workspace.college_id):
        _save(said.workspace, scope, new, made)
    else:
        st.info(t("tune.not_you"))


def _own(space: Workspace) -> bool:
    """Whether the workspace has a calibration of its own, which the college's does not reach."""
    found = wiring.store().calibration_versions(wiring.who(), space.college_id, space.id)
    return bool(found) and found[-1].calibration is not None


def _curves(found: Own, made: Refit) -> None:
    def under(c: Calibration) -> tuple[tune.CalibrationPoint, ...]:
        table = dataclasses.replace(found.table, probability=c.probability(found.table.score))
        return tune.calibration(table)

    calibration_curve(
        [(t("refit.before"), under(made.before)), (t("refit.after"), under(made.after))],
        f"refit.curve.{language()}",
    )


def _save(space: Workspace, scope: str, new: tuple[float, float], made: Refit) -> None:
    count = len(wiring.store().calibration_versions(wiring.who(), space.college_id, scope or None))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(
            t("tune.reason"), key=f"refit.reason.{scope}.{count}", max_chars=1000,
            placeholder=t("refit.reason_hint"),
        )  # fmt: skip
        pressed = st.button(t("refit.save"), key="refit.save", type="primary")
    if not pressed:
        return
    if not (reason or "").strip():
        st.error(t("tune.reason_missing"))
        return
    figures = {
        "ece_before": made.ece_before.value, "ece_after": made.ece_after.value,
        "brier_before": made.brier_before.value, "brier_after": made.brier_after.value,
        "pairs": float(made.ece_after.n),
    }  # fmt: skip
    wiring.store().save_calibration(
        wiring.who(), space.college_id, scope or None, new, figures, (reason or "").strip()
    )
    st.session_state["tune.told"] = t("refit.saved")
    st.rerun()


def _versions(space: Workspace, scope: str, now: tuple[float, float]) -> None:
    versions = wiring.store().calibration_versions(wiring.who(), space.college_id, scope or None)
    html.section(t("refit.versions"))
    if not versions:
        html.show(f'<p class="al-note">{html.esc(t("refit.no_versions"))}</p>')
        return
    rows = [
        [
            clock(v.time, day=True), html.esc(v.author_name or t("decide.erased")),
            html.esc(words(v.calibration)),
            html.esc(
                f"{v.figures['ece_before']:.3f} → {v.figures['ece_after']:.3f}"
                if {"ece_before", "ece_after"} <= set(v.figures) else "—"
            ),
            html.esc(v.reason),
        ]
        for v in reversed(versions)
    ]  # fmt: skip
    heads = [t("version.time"), t("version.author"), t("refit.title"), t("refit.ece"),
             t("version.reason")]  # fmt: skip
    html.show(html.table(heads, rows, (0, 1, 3)))
    if versions[-1].calibration is None or not allowed(wiring.who(), "settings", space.college_id):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(
            t("tune.reason"), key=f"refit.back.reason.{scope}.{len(versions)}", max_chars=1000,
            placeholder=t("refit.back_hint"),
        )  # fmt: skip
        pressed = st.button(t("refit.back"), key="refit.back")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed:
        wiring.store().save_calibration(
            wiring.who(), space.college_id, scope or None, None, {}, (reason or "").strip()
        )
        st.session_state["tune.told"] = t("refit.taken_back")
        st.rerun()
