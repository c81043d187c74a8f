"""The doors beside the screens: sign-in over plain HTTP, so that a cookie can be set.

Streamlit's pages live on a web socket and cannot set a cookie that scripts do not see; these
two routes can.  The token in the cookie is random; the store holds only its hash.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from align.errors import AlignError
from align.ui import wiring
from align.ui.session import COOKIE, HOURS

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
#: Far more than a name and a password need; larger bodies are refused unread.
_LONGEST = 4096


def routes() -> list[Route]:
    """The routes to stand beside streamlit's own."""
    return [
        Route(SIGN_IN, sign_in, methods=["POST"]),
        Route(SIGN_OUT, sign_out, methods=["POST"]),
    ]


async def sign_in(request: Request) -> Response:
    """Check name and password; on success set the cookie and go to the screens."""
    if not _from_here(request):
        return Response(status_code=403)
    form = await request.form()
    login, password = str(form.get("login") or ""), str(form.get("password") or "")
    try:
        token = await run_in_threadpool(_open, login, password)
    except AlignError as error:
        return _to({"refused": "locked" if "次数" in error.what else "wrong"})
    answer = _to({})
    answer.set_cookie(
        COOKIE,
        token,
        max_age=HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return answer


async def sign_out(request: Request) -> Response:
    """Make the token worthless and take the cookie back."""
    if not _from_here(request):
        return Response(status_code=403)
    token = request.cookies.get(COOKIE, "")
    if token:
        await run_in_threadpool(wiring.store().close_session, token)
    answer = _to({})
    answer.delete_cookie(COOKIE, path="/")
    return answer


def _open(login: str, password: str) -> str:
    from datetime import timedelta

    store = wiring.store()
    return store.open_session(store.sign_in(login, password), timedelta(hours=HOURS))


def _to(values: dict[str, Any]) -> RedirectResponse:
    """Back to the screens; "see other", so that a reload does not send the form again."""
    return RedirectResponse("/" + (f"?{urlencode(values)}" if values else ""), status_code=303)


def _from_here(request: Request) -> bool:
    """Whether a form of this very server sent this, to a name the server goes by."""
    host = request.headers.get("host", "")
    name = urlsplit(f"//{host}").hostname or ""
    allowed = st.get_option("server.allowedHosts") or []
    if allowed and name not in allowed:
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    return int(request.headers.get("content-length") or _LONGEST + 1) <= _LONGEST
