"""Which run a page showed when it was clicked: one older than a recalculation saves nothing.

A click is answered by drawing the page anew, with the run that counts by then; a word given on
what stood there before must not be taken for one on what stands there now.
"""

from __future__ import annotations

import streamlit as st

from align.decisions import Workspace
from align.records import Run
from align.settings import BY_NAME, Setting
from align.ui import wiring
from align.ui.words import language, t

_NOW, _SHOWN = "run.now", "run.shown"


def stands_on(space: Workspace) -> None:
    """The page being drawn shows this workspace's run."""
    st.session_state[_NOW] = (space.id, space.run_id)


def drawn() -> None:
    """The page is drawn to its end: what it stands on has been shown."""
    if _NOW in st.session_state:
        space_id, run_id = st.session_state[_NOW]
        st.session_state.setdefault(_SHOWN, {})[space_id] = run_id


def outdated() -> str:
    """Why what was clicked may not be saved, in one line; "" where the page is no older."""
    space_id, now = st.session_state.get(_NOW, ("", ""))
    before = st.session_state.get(_SHOWN, {}).get(space_id, now)
    if before == now:
        return ""
    runs = {run.id: run for run in wiring.store().runs(wiring.who(), space_id)}
    changes = _changes(runs.get(before), runs.get(now))
    return t("decide.outdated", changes=changes or t("decide.outdated_inputs"))


def _changes(before: Run | None, now: Run | None) -> str:
    """The settings that differ between two runs."""
    old, new = dict(before.parameters if before else ()), dict(now.parameters if now else ())
    return t("comma").join(
        f"{_name(BY_NAME[name])} {old[name]:g} → {value:g}"
        for name, value in new.items()
        if name in BY_NAME and name in old and old[name] != value
    )


def _name(setting: Setting) -> str:
    return setting.zh if language() == "zh" else setting.en[:1].upper() + setting.en[1:]
