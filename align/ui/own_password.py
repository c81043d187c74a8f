"""A person changes their own password: the old one is asked for, and every session ends."""

from __future__ import annotations

import streamlit as st

from align.decisions import Person
from align.errors import AlignError
from align.ui import wiring
from align.ui.words import t

#: Where the sign-in page finds that the password has just been changed.
CHANGED = "own.password.changed"
_OPEN = "own.password.open"


def offer(person: Person) -> None:
    """The button in the sidebar, for whoever has a password of their own."""
    st.session_state.pop(CHANGED, None)
    if st.button(t("own.change"), key="own.change", icon=":material/key:", type="tertiary"):
        st.session_state[_OPEN] = True
    if st.session_state.get(_OPEN):
        st.dialog(t("own.change"), on_dismiss=_closed)(_ask)(person)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


def _ask(person: Person) -> None:
    st.caption(t("own.hint"))
    with st.form("own.password", border=False):
        old = _field("own.old", "current-password")
        new, again = _field("own.new", "new-password"), _field("own.again", "new-password")
        if not st.form_submit_button(t("own.save"), type="primary"):
            return
    if new != again:
        st.error(t("own.differ"))
        return
    try:
        wiring.store().change_password(person, old, new)
    except AlignError as error:
        st.error(error.line())
        return
    _closed()
    st.session_state[CHANGED] = True
    st.rerun()


def _field(name: str, kind: str) -> str:
    return st.text_input(t(name), type="password", key=name, autocomplete=kind)
