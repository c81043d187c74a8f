"""阈值: every setting with its range, meaning and source; the effect; saving as a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from align import snapshot, tune
from align.access import allowed
from align.decisions import Workspace
from align.errors import SettingsError
from align.settings import BY_NAME, SETTINGS, Setting, Settings
from align.ui import recalculate, wiring
from align.ui.components import html, tune_effect
from align.ui.components.tune_figures import remembered
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, t
from align.ui.words.settings_en import SETTINGS_EN, SOURCES_EN, UNITS_EN


@dataclass(slots=True)
class Draft:
    """The sliders of this session: what they began with, and which generation they are."""

    of: tuple[str, str]  # the scope, and the version in force when they were drawn
    values: dict[str, float]
    generation: int


def ask_scope(space: Workspace) -> str:
    """Whether the college's settings or this workspace's own are looked at."""
    names = {"": t("tune.scope_college"), space.id: t("tune.scope_workspace", name=space.name)}
    chosen = st.segmented_control(
        t("tune.scope"), list(names), default="", format_func=lambda k: names.get(k, k),
        key=f"tune.scope.{space.id}.{language()}", required=True, persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    return chosen or ""


def in_force(space: Workspace, scope: str) -> Settings:
    """What holds in a scope: the college's values, and in a workspace its own over them."""
    return wiring.settings(space) if scope else wiring.college_settings(space.college_id)


def draft(space: Workspace, scope: str) -> Draft:
    """The sliders' state; a new version, or another scope, begins them anew."""
    now = in_force(space, scope)
    kept = st.session_state.get("tune.draft")
    if isinstance(kept, Draft) and kept.of == (scope or space.college_id, now.version):
        return kept
    made = Draft((scope or space.college_id, now.version), dict(now.values),
                 kept.generation + 1 if isinstance(kept, Draft) else 0)  # fmt: skip
    st.session_state["tune.draft"] = made
    return made


def chosen(found: Draft) -> dict[str, float]:
    """What the sliders say, drawn at this moment or not."""
    return {
        name: float(st.session_state.get(_key(found, name), value))
        for name, value in found.values.items()
    }


def put(found: Draft, values: dict[str, float]) -> None:
    """Begin the sliders anew with these values in place of what they say."""
    st.session_state["tune.draft"] = Draft(
        found.of, {**chosen(found), **values}, found.generation + 1
    )


def sliders(found: Draft, may: bool) -> None:
    """One for each setting."""
    columns: Sequence[DeltaGenerator] = ()
    for k, s in enumerate(SETTINGS):
        if k % 2 == 0:  # row by row: the keyboard goes the way the eye does
            columns = st.columns(2, gap="small")
        with (
            columns[k % 2],
            st.container(border=True, key=f"setting-{s.name}", height="stretch"),
        ):
            _slider(s, found, may)


def effect(look: Look, said: Said, scope: str, values: dict[str, float]) -> Settings | None:
    """What the sliders would do to this workspace today; None where they contradict each other."""
    space = said.workspace
    try:
        wanted = would_be(space, scope, values)
        kept_already = Settings(values).version == in_force(space, scope).version
        note = "tune.effect_saved" if kept_already else "tune.effect_note"
        html.section(t("tune.effect"), t(note, name=space.name))
    except SettingsError as error:
        html.section(t("tune.effect"))
        st.error(error.line())
        return None
    kept, calibration = wiring.kept(space), wiring.calibration(space)
    if not scope and (own := wiring.store().settings_versions(
        said.person, space.college_id, space.id
    )) and own[-1].values:  # fmt: skip
        names = t("comma").join(name_of(BY_NAME[n]) for n in own[-1].values)
        html.show(f'<p class="al-note">{html.esc(t("tune.own_values", names=names))}</p>')
    if recalculate.by_model(kept, wanted, calibration):
        html.show(f'<div class="al-draft">{html.esc(t("tune.by_model"))}</div>')
    key = f"{look.version}|{space.run_id}|{wanted.version}|{calibration}"
    found = remembered("effect", key, lambda: effect_of(look, said, wanted, calibration))
    tune_effect.show(look, found, key, frozenset(said.words))
    return wanted


def effect_of(
    look: Look, said: Said, settings: Settings, calibration: tuple[float, float]
) -> tune.Effect:
    """The proposals shown now against those under other settings, with the same decisions."""
    made = recalculate.preview(wiring.kept(said.workspace), settings, calibration)
    then = snapshot.result(made, said.grades, said.words)
    return tune.effect(look.result.proposals, then.proposals)


def would_be(space: Workspace, scope: str, values: dict[str, float]) -> Settings:
    """The settings of this workspace if the sliders' values were saved in a scope.

    Raises
    ------
    SettingsError
        They contradict each other.
    """
    if scope:
        return Settings(values)
    Settings(values)
    own = wiring.store().settings_versions(wiring.who(), space.college_id, space.id)
    return Settings({**values, **(own[-1].values if own else {})})


def save(space: Workspace, scope: str, values: dict[str, float]) -> None:
    """The reason, and the button that makes a version of it."""
    html.section(t("tune.save"), t("tune.save_note"))
    if not allowed(wiring.who(), "settings", space.college_id):
        st.info(t("tune.not_you"))
        return
    below = wiring.college_settings(space.college_id) if scope else wiring.base_settings()
    differ = {n: v for n, v in Settings(values).values.items() if v != below.values[n]}
    same = Settings(values).version == in_force(space, scope).version
    changed = t("comma").join(
        f"{name_of(BY_NAME[n])} {old:g} → {values[n]:g}"
        for n, old in in_force(space, scope).values.items()
        if values[n] != old
    )
    told = changed if changed else t("tune.nothing_changed")
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    count = len(wiring.store().settings_versions(wiring.who(), space.college_id, scope or None))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(
            t("tune.reason"), key=f"tune.reason.{scope}.{count}",
            placeholder=t("tune.reason_hint"), max_chars=1000,
        )  # fmt: skip
        pressed = st.button(t("tune.do_save"), key="tune.save", type="primary", disabled=same)
    if pressed:
        if not (reason or "").strip():
            st.error(t("tune.reason_missing"))
            return
        wiring.store().save_settings(
            wiring.who(), space.college_id, scope or None, differ, (reason or "").strip()
        )
        st.session_state["tune.told"] = t("tune.saved")
        st.rerun()


# --- one slider ---------------------------------------------------------------------------------


def name_of(s: Setting) -> str:
    """The setting's name in the language of the screens."""
    return s.zh if language() == "zh" else s.en[:1].upper() + s.en[1:]


def _key(found: Draft, name: str) -> str:
    return f"set.{name}.{found.generation}"


def _slider(s: Setting, found: Draft, may: bool) -> None:
    zh = language() == "zh"
    meaning = s.meaning if zh else SETTINGS_EN[s.name]
    unit = s.unit if zh else UNITS_EN.get(s.unit, s.unit)
    source = s.source if zh else SOURCES_EN.get(s.source, s.source)
    start = found.values[s.name]
    key = _key(found, s.name)
    if s.whole:
        st.slider(
            name_of(s), int(s.low), int(s.high), int(start), 1, key=key, disabled=not may,
            persist_state="session",
        )  # fmt: skip
    else:
        fine = 0.5 if s.high > 1 else 0.005
        st.slider(
            name_of(s), float(s.low), float(s.high), float(start), fine, format="%g", key=key,
            disabled=not may, persist_state="session",
        )  # fmt: skip
    told = t("tune.setting", default=f"{s.default:g}", low=f"{s.low:g}", high=f"{s.high:g}",
             unit=unit, source=source)  # fmt: skip
    html.show(f'<p class="al-note">{html.esc(meaning)}</p><p class="al-side">{html.esc(told)}</p>')
