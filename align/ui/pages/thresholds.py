"""阈值: what the thresholds rest on, what a change would do, and every version of them."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.ui import tuning
from align.ui.components import html
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.gate import need_review
from align.ui.components.tune_calibration import calibration
from align.ui.components.tune_figures import basis, figures
from align.ui.components.tune_goal import goal
from align.ui.components.tune_next import review_next
from align.ui.components.tune_sliders import ask_scope, chosen, draft, effect, save, sliders
from align.ui.components.tune_versions import recalculation, versions
from align.ui.words import language, t

VIEWS = ("set", "figures", "goal", "refit", "next", "versions")


def page() -> None:
    """The whole page."""
    look, said = need_review()
    space = said.workspace
    html.header(t("tune.title"), t("tune.lead"))
    may = allowed(said.person, "settings", space.college_id)
    told = st.session_state.pop("tune.told", "")
    if told:
        html.show(f'<p class="al-saved" role="status">✓ {html.esc(told)}</p>')
        st.toast(told)  # whoever saved at the end of the page does not see its head
    recalculation(space)
    view = _view()
    if not may and view != "next":  # there everybody who reviews has something to do
        st.info(t("tune.not_you"))
    if view in {"figures", "goal", "refit", "next"}:
        found = tuning.own(space.college_id)
        basis(found)
    if view == "next":
        review_next(look, said, found)
        return
    scope = ask_scope(space)
    mine = draft(space, scope)
    values = chosen(mine)
    if view == "set":
        html.section(t("tune.settings"), t("tune.settings_note"))
        sliders(mine, may)
        values = chosen(mine)
        wanted = effect(look, said, scope, values)
        if wanted is not None:
            save(space, scope, values)
    elif view == "figures":
        figures(found, values["link_threshold"])
    elif view == "goal":
        goal(look, said, found, scope, mine)
    elif view == "refit":
        calibration(look, said, found, scope)
    else:
        versions(space, scope)


def _view() -> str:
    given = first_in_address("tune_view")
    wanted = st.session_state.pop("tune.view.next", "")
    key = f"tune_view_{language()}"
    kept = wanted or st.session_state.get("tune_view.kept", given)
    if wanted:
        st.session_state[key] = wanted
    chosen_view = st.segmented_control(
        t("tune.title"),
        VIEWS,
        default=kept if kept in VIEWS else "set",
        format_func=lambda x: t(f"tune.view_{x}"),
        key=key,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = chosen_view or "set"
    st.session_state["tune_view.kept"] = found
    in_address("tune_view", "" if found == "set" else found)
    return found


if __name__ == "__main__":
    page()
