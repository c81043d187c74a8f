"""学分转换: the college's rules, what a certificate may replace, the directory, the learners."""

from __future__ import annotations

import streamlit as st

from align.credit import RuleSet
from align.ui import wiring
from align.ui.components import html
from align.ui.components.credit_candidates import candidates
from align.ui.components.credit_directory import directory
from align.ui.components.credit_learners import learners
from align.ui.components.credit_rules import in_force, rules
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.gate import need_review
from align.ui.words import language, t

VIEWS = ("rules", "candidates", "directory", "learners")


def page() -> None:
    """The whole page."""
    look, said = need_review()
    space = said.workspace
    html.header(t("credit.title"), t("credit.lead"))
    told = st.session_state.pop("credit.told", "")
    if told:
        html.show(f'<p class="al-saved" role="status">✓ {html.esc(told)}</p>')
        st.toast(told)  # whoever saved at the end of the page does not see its head
    view = _view()
    entries = wiring.store().directory(said.person, space.college_id)
    now = in_force(space)
    if view == "directory":
        directory(space.college_id, entries)
        return
    total = _total(now)
    if view == "rules":
        rules(look, said, entries, total)
    elif view == "candidates":
        candidates(look, said, now, entries, total)
    else:
        learners(look, space.college_id, now, entries, total)


def _total(now: RuleSet) -> float | None:
    """The programme's credits, asked for where a rule needs them."""
    if not now.on("programme-share"):
        return None
    found = st.number_input(
        t("credit.total"), 0.0, 1000.0, None, 1.0, format="%g", key="credit.total", width=220,
        placeholder=t("credit.total_hint"), persist_state="session",
    )  # fmt: skip
    return float(found) if found else None


def _view() -> str:
    given = first_in_address("credit_view")
    kept = st.session_state.get("credit_view.kept", given)
    chosen = st.segmented_control(
        t("credit.title"),
        VIEWS,
        default=kept if kept in VIEWS else "rules",
        format_func=lambda x: t(f"credit.view_{x}"),
        key=f"credit_view_{language()}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = chosen or "rules"
    st.session_state["credit_view.kept"] = found
    in_address("credit_view", "" if found == "rules" else found)
    return found


if __name__ == "__main__":
    page()
