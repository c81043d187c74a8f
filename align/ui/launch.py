"""Start the screens: ``align app`` calls :func:`launch`."""

from __future__ import annotations

import os
import socket
import sys
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from align.errors import UsageError
from align.places import app_script

HOST = "127.0.0.1"
_LOOPBACK = {HOST, "localhost", "::1"}


def launch(
    port: int, *, sign_in: bool = False, address: str = HOST, names: Sequence[str] = ()
) -> None:
    """Serve the screens until interrupted.

    A browser is opened where there is a screen to show it on.

    Parameters
    ----------
    port : int
        1..65535.
    sign_in : bool
        Whether people must sign in; without it only this computer is served.
    address : str
        Where to listen; other than the loopback address only with ``sign_in``.
    names : sequence of str
        Names by which browsers may call the server, beside this computer's own; a request by
        any other name is refused.

    Raises
    ------
    UsageError
        The port is out of range or in use, the address is open without sign-in, or ``app.py``
        is missing.
    """
    script = app_script()
    _check(port, address, sign_in)
    options = _options(script)
    hosts = [*options.get("server.allowedHosts", []), *names]
    if address not in {*_LOOPBACK, "0.0.0.0", "::"}:
        hosts.append(address)
    options |= {
        "server.address": address,
        "server.port": port,
        "server.allowedHosts": hosts,
        "browser.serverAddress": names[0] if names else HOST if sign_in else address,
        "server.headless": not _has_screen(),
        # The first start would otherwise stop and ask for an e-mail address.
        "server.showEmailPrompt": False,
        "logger.hideWelcomeMessage": True,  # our own line has said it, in Chinese
    }
    if sign_in:
        os.environ["ALIGN_SIGN_IN"] = "1"
    told = "须登录；用 align users add 建立账号" if sign_in else "只在本机可用，其他电脑不能访问"
    print(f"界面：http://{options['browser.serverAddress']}:{port}  （{told}；按 Ctrl+C 结束）",
          flush=True)  # fmt: skip

    from starlette.middleware import Middleware
    from streamlit.starlette import App

    from align.ui import session
    from align.ui.doors import routes
    from align.ui.shield import Shield
    from align.ui.wiring import store

    session.doors_are_open()
    store()  # a database that cannot be opened is said here, not on every page
    sys.argv = [str(script)]
    where = f"http://{options['browser.serverAddress']}:{port}"
    App(
        script,
        routes=routes(),
        middleware=[Middleware(Shield)],
        lifespan=lambda _: _shown(where),
    ).run(config=options)


@asynccontextmanager
async def _shown(address: str) -> AsyncIterator[None]:
    """As the server starts: make ready what pages need, and open a browser where one can show."""
    from align.ui import ready

    ready.begin()
    if _has_screen():
        import webbrowser

        webbrowser.open(address)
    yield


def _options(script: Path) -> dict[str, Any]:
    """The settings file beside ``app.py``: streamlit itself looks in the working folder too."""
    path = script.parent / ".streamlit" / "config.toml"
    if not path.is_file():
        return {}
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": value
        for section, values in data.items()
        for name, value in values.items()
        if not isinstance(value, dict)
    }


def _check(port: int, address: str, sign_in: bool) -> None:
    if not 1 <= port <= 65535:
        raise UsageError("端口超出范围", place="--port", got=str(port), expected="1 至 65535")
    if address not in _LOOPBACK and not sign_in:
        raise UsageError(
            "不登录时只能在本机使用",
            place="--host",
            got=address,
            expected=HOST,
            remedy="请加上 --sign-in，让每个人登录后使用。",
        )
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As the server itself does: a port just closed may be taken again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise UsageError(
                "端口不能使用",
                place="--port",
                got=f"{port}（{error.strerror}）",
                remedy="请关闭占用它的程序，或用 --port 换一个端口。",
            ) from error


def _has_screen() -> bool:
    if sys.platform in {"win32", "darwin"}:
        return not os.environ.get("SSH_CONNECTION")
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
