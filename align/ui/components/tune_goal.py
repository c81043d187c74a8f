"""阈值: a threshold for a goal the admin names, with what it costs on pairs left out."""

from __future__ import annotations

import streamlit as st

from align import tune
from align.errors import SettingsError
from align.settings import BY_NAME
from align.tune import Goal, Suggestion, TooFewError
from align.tune.goals import Aim
from align.ui.components import html
from align.ui.components.tune_figures import figure, lacking, remembered
from align.ui.components.tune_sliders import Draft, put
from align.ui.tuning import Own
from align.ui.words import language, t

AIMS: tuple[Aim, ...] = ("recall", "precision", "f1")


def goal(found: Own, draft: Draft) -> None:
    """The goal, and the threshold for it or why there is none."""
    html.section(t("goal.title"), t("goal.note"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        aim = st.segmented_control(
            t("goal.aim"), AIMS, default="recall", format_func=lambda a: t(f"goal.{a}"),
            key=f"goal.aim.{language()}", required=True, persist_state="session",
        ) or "recall"  # fmt: skip
        level = 0.95
        if aim != "f1":
            level = st.number_input(
                t("goal.level"), 0.5, 0.99, 0.95, 0.01, format="%.2f", key=f"goal.level.{aim}",
                width=160, persist_state="session",
            )  # fmt: skip
    try:
        wanted = Goal(aim, float(level))
        made = remembered(
            "goal", (found.version, wanted), lambda: tune.suggest(found.table, wanted)
        )
    except TooFewError as error:
        st.warning(lacking(error))
        html.show(f'<p class="al-note">{html.esc(t("goal.refused"))}</p>')
        return
    except SettingsError as error:
        st.error(error.line())
        return
    _suggestion(made, len(found.table), draft)


def _suggestion(made: Suggestion, n: int, draft: Draft) -> None:
    (st.success if made.reached else st.warning)(
        t("goal.reached" if made.reached else "goal.not_reached", threshold=f"{made.threshold:g}")
    )
    rows = [(t(f"tune.{name}"), html.esc(figure(getattr(made, name)))) for name in
            ("precision", "recall", "f1")]  # fmt: skip
    spread = t("goal.spread", low=f"{made.spread[0]:g}", high=f"{made.spread[1]:g}")
    html.show(
        html.facts(
            [
                *rows,
                (t("goal.linked"), html.esc(t("goal.linked_n", linked=made.linked, n=n))),
                (t("goal.folds"), html.esc(spread)),
            ]
        )
    )
    s = BY_NAME["link_threshold"]
    inside = s.low <= made.threshold <= s.high
    if not inside:
        told = t("goal.outside", low=f"{s.low:g}", high=f"{s.high:g}")
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
    with st.container(horizontal=True):
        for name in ("link_threshold", "full_threshold"):
            if st.button(t(f"goal.use_{name}"), key=f"goal.use.{name}", disabled=not inside):
                put(draft, {name: made.threshold})
                st.session_state["tune.view.next"] = "set"
                st.rerun()
