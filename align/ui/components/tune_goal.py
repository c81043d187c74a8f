"""阈值: a threshold for a goal the admin names, with what it costs on pairs left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from align import tune
from align.errors import SettingsError
from align.labelled import samples
from align.settings import BY_NAME, Settings
from align.tune import Goal, Suggestion, TooFewError
from align.tune.goals import Aim
from align.ui import wiring
from align.ui.components import html, tune_effect
from align.ui.components.tune_exempt import exemption
from align.ui.components.tune_figures import figure, lacking, remembered, samples_words
from align.ui.components.tune_sliders import Draft, chosen, effect_of, put, would_be
from align.ui.look import Look
from align.ui.said import Said
from align.ui.tuning import Own
from align.ui.words import language, t

AIMS: tuple[Aim | Literal["exempt"], ...] = ("recall", "precision", "f1", "exempt")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a goal is sought on: the results, the words on them, and the sliders as they stand."""

    look: Look
    said: Said
    found: Own
    scope: str
    draft: Draft


def goal(look: Look, said: Said, found: Own, scope: str, draft: Draft) -> None:
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
    here = Ground(look, said, found, scope, draft)
    if aim == "exempt":
        exemption(look, said, found, scope, draft, float(level))
    else:
        _links(here, aim, float(level))


def _links(here: Ground, aim: Aim, level: float) -> None:
    found = here.found
    try:
        wanted = Goal(aim, level)
        made = remembered(
            "goal", (found.version, wanted), lambda: tune.suggest(found.table, wanted)
        )
    except TooFewError as error:
        st.warning(lacking(error))
        html.show(f'<p class="al-note">{html.esc(t("goal.refused"))}</p>')
        _of_samples(Goal(aim, level))
        return
    except SettingsError as error:
        st.error(error.line())
        return
    (st.success if made.reached else st.warning)(
        t("goal.reached" if made.reached else "goal.not_reached", threshold=f"{made.threshold:g}")
    )
    _facts(made, len(found.table))
    s = BY_NAME["link_threshold"]
    inside = s.low <= made.threshold <= s.high
    if not inside:
        told = t("goal.outside", low=f"{s.low:g}", high=f"{s.high:g}")
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
    else:
        _cost(here, {"link_threshold": made.threshold})
    with st.container(horizontal=True):
        for name in ("link_threshold", "full_threshold"):
            if st.button(t(f"goal.use_{name}"), key=f"goal.use.{name}", disabled=not inside):
                put(here.draft, {name: made.threshold})
                st.session_state["tune.view.next"] = "set"
                st.rerun()


def _facts(made: Suggestion, n: int) -> None:
    rows = [(t(f"tune.{name}"), html.esc(figure(getattr(made, name)))) for name in
            ("precision", "recall", "f1")]  # fmt: skip
    spread = t("goal.spread", low=f"{made.spread[0]:g}", high=f"{made.spread[1]:g}")
    html.show(
        html.facts(
            [
                *rows,
                (
                    t("goal.linked"),
                    html.esc(t("goal.linked_n", linked=f"{made.linked:,}", n=f"{n:,}")),
                ),
                (t("goal.folds"), html.esc(spread)),
            ]
        )
    )


def _cost(here: Ground, values: dict[str, float]) -> None:
    """What it would change today, in one line; the whole list stands beside the sliders."""
    try:
        settings: Settings = would_be(
            here.said.workspace, here.scope, {**chosen(here.draft), **values}
        )
    except SettingsError as error:
        html.show(f'<p class="al-note">{html.esc(error.line())}</p>')
        return
    calibration = wiring.calibration(here.said.workspace)
    key = f"{here.look.version}|{here.said.workspace.run_id}|{settings.version}|{calibration}"
    done = remembered(
        "goal.cost", key, lambda: effect_of(here.look, here.said, settings, calibration)
    )
    told = t(
        "goal.cost", name=here.said.workspace.name, n=len(done.changes), 
        hours=tune_effect.signed(done.hours), credits=tune_effect.signed(done.credits),
    )  # fmt: skip
    html.show(f'<p class="al-note">{html.esc(told)}</p>')


def _of_samples(wanted: Goal) -> None:
    """What the goal takes on the labelled samples: to look at, not to take over."""
    shipped = samples()
    made = remembered("goal.samples", wanted, lambda: tune.suggest(shipped.table, wanted))
    html.section(t("goal.samples"), samples_words())
    html.show(
        f'<p class="al-note">{html.esc(t("goal.of_samples", threshold=f"{made.threshold:g}"))}</p>'
    )
    _facts(made, len(shipped.table))
