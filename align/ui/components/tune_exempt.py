"""阈值: 免修 only with a precision the admin names, and which exemptions that costs."""

from __future__ import annotations

import streamlit as st

from align import tune
from align.errors import SettingsError
from align.records import Action, Proposal
from align.settings import BY_NAME
from align.tune import SETTING_OF, Change, Suggestion, TooFewError, suggest_exemption
from align.tune.exempting import Kind
from align.ui import wiring
from align.ui.components import html, tune_effect
from align.ui.components.tune_figures import figure, lacking, remembered
from align.ui.components.tune_sliders import Draft, chosen, effect_of, name_of, put, would_be
from align.ui.look import Look
from align.ui.said import Said
from align.ui.tuning import Own
from align.ui.words import number, t

KINDS: tuple[Kind, ...] = ("unit", "course")
_SHOWN = 20


def exemption(look: Look, said: Said, found: Own, scope: str, draft: Draft, level: float) -> None:
    """A threshold for each kind of exemption, or how many decisions are lacking."""
    html.show(f'<p class="al-note">{html.esc(t("exempt.note"))}</p>')
    known = tune.counts(found.exempted)
    for kind in KINDS:
        setting = SETTING_OF[kind]
        n, right = known[kind]
        html.section(
            t(f"exempt.{kind}"),
            t("exempt.decided", n=n, right=right, setting=name_of(BY_NAME[setting])),
        )
        try:
            made = remembered(
                f"exempt.{kind}", (found.version, level),
                lambda kind=kind: suggest_exemption(found.exempted, kind, level),  # type: ignore[misc]
            )  # fmt: skip
        except TooFewError as error:
            st.warning(lacking(error))
            continue
        _suggestion(made, kind, n, chosen(draft)[setting])
        vanishing = _vanishing(look, said, scope, {**chosen(draft), setting: made.threshold})
        if vanishing is not None:
            _list(look, said, vanishing)
            if made.threshold > chosen(draft)[setting] and st.button(
                t("exempt.use", setting=name_of(BY_NAME[setting])), key=f"goal.use.{setting}"
            ):
                put(draft, {setting: made.threshold})
                st.session_state["tune.view.next"] = "set"
                st.rerun()


def _suggestion(made: Suggestion, kind: Kind, n: int, now: float) -> None:
    if made.threshold <= now:
        word = "exempt.holds" if made.reached else "exempt.not_reached"
    else:
        word = "exempt.reached" if made.reached else "exempt.not_reached"
    (st.success if made.reached else st.warning)(
        t(word, threshold=f"{made.threshold:g}", now=f"{now:g}")
    )
    spread = t("goal.spread", low=f"{made.spread[0]:g}", high=f"{made.spread[1]:g}")
    html.show(
        html.facts(
            [
                (t("exempt.precision"), html.esc(figure(made.precision))),
                (t("exempt.kept"), html.esc(figure(made.recall))),
                (t("exempt.left"), html.esc(t("exempt.left_n", left=made.linked, n=n))),
                (t("goal.folds"), html.esc(spread)),
            ]
        )
    )


def _vanishing(
    look: Look, said: Said, scope: str, values: dict[str, float]
) -> tuple[Change, ...] | None:
    """Exemptions of this workspace that these settings would end; None where they cannot be."""
    try:
        settings = would_be(said.workspace, scope, values)
    except SettingsError as error:
        html.show(f'<p class="al-note">{html.esc(error.line())}</p>')
        return None
    calibration = wiring.calibration(said.workspace)
    key = f"{look.version}|{said.workspace.run_id}|{settings.version}|{calibration}"
    done = remembered("exempt.effect", key, lambda: effect_of(
        look, said, settings, calibration
    ))  # fmt: skip
    return tuple(
        c for c in done.changes
        if c.before is not None and c.before.action is Action.EXEMPT and c.kind == "vanishes"
    )  # fmt: skip


def _lost(p: Proposal) -> str:
    """Hours and credits of an exemption that would end."""
    return "<br>".join(
        html.esc(t(name, n=number(value)))
        for name, value in (("hours", p.hours), ("credits", p.credits))
        if value
    )


def _list(look: Look, said: Said, vanishing: tuple[Change, ...]) -> None:
    name = said.workspace.name
    if not vanishing:
        html.show(f'<p class="al-note">{html.esc(t("exempt.none_vanish", name=name))}</p>')
        return
    html.show(f'<p class="al-note">{html.esc(t("exempt.vanish", name=name, n=len(vanishing)))}</p>')
    rows = [
        [html.esc(tune_effect.subject(look, c.before)), _lost(c.before)]
        for c in vanishing[:_SHOWN]
        if c.before is not None
    ]
    html.show(html.table([t("effect.subject"), t("effect.hours_credits")], rows, (1,)))
    if len(vanishing) > _SHOWN:
        told = t("exempt.more", n=len(vanishing) - _SHOWN)
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
