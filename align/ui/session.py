"""Who sits at the screen, and how the server knows it.

On a laptop there is one reviewer: the server listens on the loopback address only and asks
their name once.  With sign-in (``align app --sign-in``) a cookie holds a random session token,
set by the routes of :mod:`align.ui.doors`; the store knows its hash.  Where the college has
OIDC (``[auth]`` in ``.streamlit/secrets.toml``), Streamlit itself vouches for the e-mail
address, and the person with that login is the one.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from align.access import COMMAND_LINE, LOCAL
from align.decisions import Person
from align.errors import AccessError
from align.store import Store

SIGN_IN_VARIABLE = "ALIGN_SIGN_IN"
COOKIE = "align_session"
#: Its name behind TLS: browsers then take it from this very server only, never in the clear.
COOKIE_TLS = f"__Host-{COOKIE}"
#: How long a sign-in lasts: a working day, however often the page is reloaded.
HOURS = 12
LOOPBACK = {"127.0.0.1", "localhost", "::1"}

Mode = Literal["local", "accounts", "oidc"]


def mode() -> Mode:
    """How a person becomes known here.

    Where the server does not keep to the loopback address others could reach it, so there is
    no "local" then.
    """
    if has_oidc():
        return "oidc"
    asked = os.environ.get(SIGN_IN_VARIABLE, "").strip() not in {"", "0"}
    return "local" if not asked and st.get_option("server.address") in LOOPBACK else "accounts"


def has_oidc() -> bool:
    """Whether the college's own sign-in is set up."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


_doors: list[str] = []


def doors_are_open() -> None:
    """Say that this server has the routes that set the cookie, as ``align app`` does."""
    _doors.append("open")


def has_doors() -> bool:
    """Whether this server can set the cookie: it was started by ``align app``."""
    return bool(_doors)


def token() -> str:
    """The session token of the browser's cookie; "" without one."""
    return token_of(st.context.cookies.to_dict())


def token_of(cookies: Mapping[str, str]) -> str:
    """The session token among these cookies; "" without one."""
    return cookies.get(COOKIE_TLS) or cookies.get(COOKIE) or ""


def find(store: Store) -> Person | None:
    """The person of this browser; None until they have said who they are."""
    how = mode()
    if how == "local":
        known = [p for p in store.people(COMMAND_LINE, LOCAL) if p.active]
        return known[0] if known else None
    if how == "oidc" and st.user.is_logged_in:
        return vouched(store, st.user)
    given = token()
    return store.session(given) if given else None


def vouched(store: Store, claims: Mapping[str, Any]) -> Person | None:
    """The person whose login is the e-mail address that the college's server vouches for."""
    address = str(claims.get("email") or "").strip()
    # A server that says the address is not verified does not vouch for it.
    if not address or claims.get("email_verified") is False or is_old(claims):
        return None
    try:
        return store.vouched(address)
    except AccessError:
        return None  # the page then says that this address has no account here


def is_old(claims: Mapping[str, Any]) -> bool:
    """Whether the college's server vouched longer ago than a sign-in lasts.

    Streamlit's own cookie would do for thirty days.
    """
    issued = claims.get("iat")
    return isinstance(issued, int | float) and time.time() - issued > HOURS * 3600


def leave(store: Store) -> None:
    """Sign out: the token is worth nothing from now on."""
    given = token()
    if given:
        store.close_session(given)
    if has_oidc() and st.user.is_logged_in:
        st.logout()
        st.stop()  # drawing the page anew would drop the way out that the browser is sent on
