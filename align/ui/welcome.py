"""The page before all others: who are you?"""

from __future__ import annotations

import streamlit as st

from align.ui import session, wiring
from align.ui.components import html
from align.ui.own_password import CHANGED
from align.ui.words import language, t


def show() -> None:
    """Ask the reviewer's name (laptop), or let people sign in."""
    how = session.mode()
    if how == "local":
        _ask_name()
    else:
        _sign_in(how)


def _ask_name() -> None:
    html.header(t("sign.welcome"), t("sign.local"))
    with st.form("reviewer", width=420):
        name = st.text_input(t("sign.name"), key="reviewer.name", max_chars=40,
                             placeholder=t("sign.name_hint"))  # fmt: skip
        if st.form_submit_button(t("sign.begin"), type="primary"):
            if name and name.strip():
                wiring.store().local_person(name.strip())
                st.rerun()
            st.error(t("sign.name_missing"))


def _sign_in(how: session.Mode) -> None:
    html.header(t("sign.title"), t("sign.lead"))
    if st.session_state.get(CHANGED):
        st.success(t("own.changed"))
    refused = st.query_params.get("refused")
    if refused in {"wrong", "locked"}:
        st.error(t(f"sign.{refused}"))
    if how == "oidc":
        if st.user.is_logged_in and not session.is_old(st.user):
            address = str(st.user.get("email") or "")
            st.warning(t("sign.unknown", address=address))
            if st.button(t("sign.other"), key="sign.other"):
                st.logout()
        elif st.button(t("sign.oidc"), type="primary", key="sign.oidc"):
            st.login()
    if not session.has_doors():
        st.info(t("sign.no_doors"))
        return
    # A plain form: only the server's own answer can set a cookie that scripts do not see.
    html.show(
        f'<form class="al-form" action="/sign-in" method="post" lang="{language()}">'
        f'<label>{t("sign.login")}<input name="login" autocomplete="username" required></label>'
        f'<label>{t("sign.password")}<input name="password" type="password" '
        'autocomplete="current-password" required></label>'
        f'<button type="submit">{t("sign.in")}</button></form>'
    )
