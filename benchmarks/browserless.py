"""A session of the screens without a browser: Streamlit's own protocol over its web socket.

What is sent is what a browser sends (a cookie from the sign-in form, protobuf messages that
say which button was pressed and what was typed); what comes back is what it would draw.
"""

from __future__ import annotations

import asyncio
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from http.cookies import SimpleCookie
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

#: Seconds after which a page that has not come counts as an error.
PATIENCE = 180.0


class Refused(Exception):
    """The server let nobody in, or broke the connection off."""


def cookie(server: str, login: str, password: str) -> str:
    """Sign in as the form on the first page does; the cookie to send from then on."""
    form = urllib.parse.urlencode({"login": login, "password": password}).encode()
    request = urllib.request.Request(f"{server}/sign-in", form, {"Origin": server})
    with urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE) as reply:
        jar = SimpleCookie(reply.headers.get("Set-Cookie", ""))
    if not jar:
        raise Refused(f"no cookie for {login}")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


class _Stay(urllib.request.HTTPRedirectHandler):
    """Take the redirect after signing in as the answer: the cookie is on it."""

    def http_error_303(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


class Session:
    """One browser tab.

    ``elements`` is what stands on the page now, by its place; ``query`` the address's end.
    """

    def __init__(self, server: str, cookie: str) -> None:
        self._server, self._cookie = server, cookie
        self._socket: ClientConnection | None = None
        self._page, self._name = "", ""
        self.query = ""
        self.elements: dict[tuple[int, ...], Any] = {}

    async def open(self, page: str, **query: str) -> float:
        """Go to a page by its address; seconds until all of it has come."""
        begun = time.perf_counter()
        self._socket = await connect(
            f"{self._server.replace('http', 'ws', 1)}/_stcore/stream",
            origin=self._server,  # type: ignore[arg-type]
            additional_headers={"Cookie": self._cookie},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            ping_interval=None,
            open_timeout=PATIENCE,
            proxy=None,
        )
        self._name, self.query = page, urllib.parse.urlencode(query)
        await self.act()
        return time.perf_counter() - begun

    async def act(self, press: str = "", texts: Mapping[str, str] | None = None) -> float:
        """Press a button (its id) with these texts typed before; seconds until the page stands."""
        if self._socket is None:
            raise Refused("not open")
        message = BackMsg()
        state = message.rerun_script
        state.query_string = self.query
        state.page_script_hash, state.page_name = self._page, "" if self._page else self._name
        for identity, text in (texts or {}).items():
            state.widget_states.widgets.add(id=identity, string_value=text)
        if press:
            state.widget_states.widgets.add(id=press, trigger_value=True)
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not self._take(await self._socket.recv()):
                pass
        return time.perf_counter() - begun

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    def _take(self, data: Any) -> bool:
        """Take one message in; True at the end of the page."""
        message = ForwardMsg()
        message.ParseFromString(data)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.elements.clear()
        elif kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self.elements[tuple(message.metadata.delta_path)] = message.delta.new_element
        # A page that starts over (st.rerun) says so; its end is still to come.
        return kind == "script_finished" and message.script_finished == (
            ForwardMsg.FINISHED_SUCCESSFULLY
        )

    # --- what stands on the page ---

    def parts(self, kind: str) -> Iterator[Any]:
        """All elements of a kind, in the order of their places."""
        for _, element in sorted(self.elements.items()):
            if element.WhichOneof("type") == kind:
                yield getattr(element, kind)

    def find(self, kind: str, begins: str) -> str:
        """Id of the first widget whose key begins so; "" for none."""
        return next(iter(self.ids(kind, begins)), "")

    def ids(self, kind: str, begins: str) -> Iterable[str]:
        """Ids of the widgets whose key begins so."""
        return [p.id for p in self.parts(kind) if key_of(p.id).startswith(begins)]

    def words(self) -> str:
        """The page's own HTML."""
        return "\n".join(p.body for p in self.parts("html"))

    def errors(self) -> list[str]:
        """Errors that the page shows."""
        shown = [a.body for a in self.parts("alert") if a.format == a.ERROR]
        return shown + [e.message for e in self.parts("exception")]

    def asked(self, name: str) -> str:
        """A value in the address."""
        return urllib.parse.parse_qs(self.query).get(name, [""])[0]


def key_of(identity: str) -> str:
    """The key in a widget's id, ``$$ID-<hash>-<key>``."""
    return identity.split("-", 2)[-1]
