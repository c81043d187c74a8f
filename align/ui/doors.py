"""The doors beside the screens: sign-in over plain HTTP, so that a cookie can be set.

Streamlit's pages live on a web socket and cannot set a cookie that scripts do not see; these
two routes can.  The token in the cookie is random; the store holds only its hash.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from align.errors import AlignError
from align.ui import wiring
from align.ui.session import COOKIE, COOKIE_TLS, HOURS

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"
#: Far more than a name and a password need; larger bodies are refused unread.
_LONGEST = 4096
#: How many passwords are checked at one time.
_checking = asyncio.Semaphore(4)


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
        # Each check of a password takes 64 MiB for a moment: a crowd waits its turn.
        async with _checking:
            token = await run_in_threadpool(_open, login, password)
    except AlignError as error:
        return _to({"refused": "locked" if "次数" in error.what else "wrong"})
    # Whoever sat here before is out: their token must not live on in some copy of the cookie.
    await run_in_threadpool(_close, request)
    answer = _to({})
    secure = _over_tls(request)
    answer.set_cookie(
        COOKIE_TLS if secure else COOKIE,
        token,
        max_age=HOURS * 3600,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )
    if secure:
        answer.delete_cookie(COOKIE, path="/")
    return answer


async def sign_out(request: Request) -> Response:
    """Make the token worthless and take the cookie back."""
    if not _from_here(request):
        return Response(status_code=403)
    await run_in_threadpool(_close, request)
    answer = _to({})
    answer.delete_cookie(COOKIE, path="/")
    if COOKIE_TLS in request.cookies:
        answer.delete_cookie(COOKIE_TLS, path="/", secure=True, httponly=True)
    return answer


def _close(request: Request) -> None:
    for name in (COOKIE_TLS, COOKIE):
        if token := request.cookies.get(name, ""):
            wiring.store().close_session(token)


def _over_tls(request: Request) -> bool:
    """Whether the browser came by TLS: so says the proxy on this computer, or the browser."""
    # Compared with the Host header already (:func:`_from_here`).
    origin = urlsplit(request.headers.get("origin") or "")
    return "https" in {request.url.scheme, origin.scheme}


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
    if not is_host_allowed(host) or request.headers.get("sec-fetch-site") == "cross-site":
        return False
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    return int(request.headers.get("content-length") or _LONGEST + 1) <= _LONGEST
