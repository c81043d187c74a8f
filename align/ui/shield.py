"""What stands before every answer of the server: safe headers, the Host check, closed doors.

Streamlit checks the Host header of its web socket only, sends no headers that keep a page from
being framed, gives its counters to anybody, and takes files from whoever opened the page, signed
in or not.  This stands around all of it.
"""

from __future__ import annotations

import json
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.web.server.server_util import AUTH_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import (
    _get_signed_cookie_with_chunks,
    is_host_allowed,
)

from align.ui import session, wiring

#: As tight as streamlit's own front end works with: it compiles styles and charts (Vega) in the
#: page, and loads components from ``blob:``.  Nothing comes from, or goes to, another server.
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self' blob: data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: What nobody needs from outside: counters, and the programs' interface to the screens.
CLOSED: Final = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")
#: What only somebody signed in may reach: files going in, and files made for somebody.
FOR_PEOPLE: Final = ("/_stcore/upload_file", "/media")


class Shield:
    """ASGI middleware; see the module."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here; either way with the headers."""
        if scope["type"] != "http":  # the web socket has streamlit's own checks
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secure = scope.get("scheme") == "https"

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _seal(MutableHeaders(scope=message), secure)
            await send(message)

        refused = await _refused(scope["path"], headers)
        if refused:
            await PlainTextResponse(status_code=refused)(scope, receive, sealed)
        else:
            await self.app(scope, receive, sealed)


def _seal(headers: MutableHeaders, secure: bool) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
    if secure:
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
        for cookie in cookies:
            bare = "; secure" not in cookie.lower()
            headers.append("set-cookie", f"{cookie}; Secure" if bare else cookie)


async def _refused(path: str, headers: Headers) -> int:
    """The status to refuse a request with; 0 lets it pass."""
    if not is_host_allowed(headers.get("host")):
        return 400
    if _below(path, CLOSED):
        return 404
    if _below(path, FOR_PEOPLE) and not await run_in_threadpool(_known, headers):
        return 403
    return 0


def _below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in places)


def _known(headers: Headers) -> bool:
    """Whether this browser belongs to somebody who may work here."""
    how = session.mode()
    if how == "local":
        return True
    cookies: dict[str, str] = {}
    for line in headers.getlist("cookie"):
        cookies |= cookie_parser(line)
    given = session.token_of(cookies)
    if given and wiring.store().session(given) is not None:
        return True
    return how == "oidc" and _vouched_for(cookies)


def _vouched_for(cookies: dict[str, str]) -> bool:
    """Whether the college's own sign-in vouches for somebody who has an account here."""
    raw = _get_signed_cookie_with_chunks(cookies, AUTH_COOKIE_NAME)
    claims = json.loads(raw) if raw else None
    return isinstance(claims, dict) and session.vouched(wiring.store(), claims) is not None
