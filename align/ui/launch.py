"""Start the screens on this computer: ``align app`` calls :func:`launch`."""

from __future__ import annotations

import os
import socket
import sys
import tomllib
from pathlib import Path
from typing import Any

from align.errors import UsageError
from align.places import app_script

HOST = "127.0.0.1"


def launch(port: int) -> None:
    """Serve the screens on the loopback address until interrupted.

    A browser is opened where there is a screen to show it on.

    Parameters
    ----------
    port : int
        1..65535.

    Raises
    ------
    UsageError
        The port is out of range or in use, or ``app.py`` is missing.
    """
    script = app_script()
    _check(port)
    options = _options(script)
    options |= {
        "server_address": HOST,
        "server_port": port,
        "browser_serverAddress": HOST,
        "server_headless": not _has_screen(),
        # The first start would otherwise stop and ask for an e-mail address.
        "server_showEmailPrompt": False,
    }
    print(
        f"界面：http://{HOST}:{port}  （只在本机可用，其他电脑不能访问；按 Ctrl+C 结束）",
        flush=True,
    )

    from streamlit.web import bootstrap

    bootstrap.load_config_options(options)
    bootstrap.run(str(script), False, [], options)


def _options(script: Path) -> dict[str, Any]:
    """The settings file beside ``app.py``: streamlit itself looks in the working folder only."""
    path = script.parent / ".streamlit" / "config.toml"
    if not path.is_file():
        return {}
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{section}_{name}": value
        for section, values in data.items()
        for name, value in values.items()
        if not isinstance(value, dict)
    }


def _check(port: int) -> None:
    if not 1 <= port <= 65535:
        raise UsageError("端口超出范围", place="--port", got=str(port), expected="1 至 65535")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As the server itself does: a port just closed may be taken again.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
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
