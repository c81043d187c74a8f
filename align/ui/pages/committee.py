"""委员会: how far the review is, what differs, who reviews what, and the approval of the plan."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.decisions import Role
from align.ui import committee, wiring
from align.ui.components import html
from align.ui.components.committee_approval import approval
from align.ui.components.committee_people import assignment, reviewers
from align.ui.components.committee_settle import settle
from align.ui.components.committee_stale import stale
from align.ui.components.committee_state import agreement, state
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.gate import need_review
from align.ui.components.here import here
from align.ui.words import t


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("committee.title"), t("committee.lead"))
    here(said.workspace, "committee")
    space = said.workspace
    people = wiring.store().people(said.person, space.college_id)
    # Faculty may see only part of what differs: it is the committee's list.
    two = space.reviewers == 2 and said.person.role != Role.FACULTY
    found = committee.differing(look, said) if two else []
    old = committee.stale(look, said)
    view = _view(sum(d.settled is None for d in found) if two else None, len(old))
    if view == "state":
        state(look, said, people)
        if two:
            agreement(said)
        elif space.reviewers == 2:
            html.show(f'<p class="al-note">{html.esc(t("committee.for_committee"))}</p>')
    elif view == "differ":
        may = allowed(said.person, "settle", space.college_id) and space.state == "open"
        if space.state == "approved":
            st.info(t("decide.approved"))
        elif not may:
            st.info(t("decide.read_only"))
        settle(look, said, found, may)
    elif view == "stale":
        stale(look, old)
    elif view == "people":
        reviewers(space)
        assignment(look, space, people)
    else:
        approval(look, said)


def _view(differing: int | None, old: int) -> str:
    """Which part of the page; how much waits stands beside its name."""
    names = {"state": t("committee.view_state")}
    if differing is not None:
        names["differ"] = f"{t('committee.view_differ')} {differing}"
    names |= {
        "stale": f"{t('committee.view_stale')} {old}",
        "people": t("committee.view_people"),
        "approve": t("committee.view_approve"),
    }
    given = first_in_address("committee_view")
    kept = st.session_state.get("committee_view.kept", given)
    chosen = st.segmented_control(
        t("committee.title"),
        list(names),
        default=kept if kept in names else "state",
        format_func=lambda k: names.get(k, k),
        key=f"committee_view_{'two' if differing is not None else 'one'}",
        required=True,
        label_visibility="collapsed",
    )
    found = chosen or "state"
    st.session_state["committee_view.kept"] = found
    in_address("committee_view", "" if found == "state" else found)
    return found


if __name__ == "__main__":
    page()
