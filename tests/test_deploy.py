"""What is shipped for a college's server, tried: nginx with TLS, the units, PostgreSQL."""

from __future__ import annotations

import contextlib
import http.client
import re
import shlex
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from typer.main import get_command
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from align.access import COMMAND_LINE
from align.cli import app
from align.decisions import Role
from align.store import open_store
from align.ui import session, shield
from tests.kit import ROOT
from tests.postgres_kit import Postgres
from tests.store_kit import postgres
from tests.test_app_browser import free_port, served
from tests.tls_kit import certificate

__all__ = ["postgres"]
DEPLOY = ROOT / "docs" / "deploy"
NAME, PASSWORD = "align.college.example", "a-long-Passw0rd"


@contextlib.contextmanager
def proxied(folder: Path, behind: int) -> Iterator[int]:
    """The shipped settings, with ports and places of the test's own."""
    certificate(NAME, folder / "fullchain.pem", folder / "privkey.pem")
    port, plain = free_port(), free_port()
    told = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    told = re.sub(r"\n    listen \[::\][^\n]*", "", told)
    for ours, theirs in (
        ("/etc/ssl/align", str(folder)), ("/var/log/nginx", str(folder)),
        ("listen 443", f"listen 127.0.0.1:{port}"), ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("127.0.0.1:8501", f"127.0.0.1:{behind}"),
    ):  # fmt: skip
        assert ours in told
        told = told.replace(ours, theirs)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/main.log;\n"
        f"events {{}}\nhttp {{\n{places}{told}}}\n",
        encoding="utf-8",
    )
    program = next(
        (p for p in ("/usr/sbin/nginx", "/usr/local/sbin/nginx") if Path(p).exists()), "nginx"
    )
    log = (folder / "main.log").open("wb")
    process = subprocess.Popen([program, "-c", str(conf), "-e", str(folder / "main.log")],
                               stdout=log, stderr=subprocess.STDOUT)  # fmt: skip
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None, (folder / "main.log").read_text()
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(30)
        log.close()


class _Here(http.client.HTTPSConnection):
    """To the name of the certificate, on this computer."""

    def __init__(self, port: int, trusted: ssl.SSLContext) -> None:
        super().__init__(NAME, port, context=trusted)
        self.trusted = trusted

    def connect(self) -> None:
        bare = socket.create_connection(("127.0.0.1", self.port), 60)
        self.sock = self.trusted.wrap_socket(bare, server_hostname=NAME)


def test_behind_nginx_with_tls(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with open_store(data=data) as store:
        college = store.add_college("物流学院")
        store.add_person(COMMAND_LINE, college.id, "赵老师", Role.FACULTY, "zhao", PASSWORD)
    behind = free_port()
    with (
        served(tmp_path, "--sign-in", "--name", "127.0.0.1", "--name", NAME, port=behind),
        proxied(tmp_path, behind) as port,
    ):
        trusted = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
        home = f"https://{NAME}:{port}"

        def ask(
            path: str, method: str = "GET", body: bytes | None = None, **headers: str
        ) -> http.client.HTTPResponse:
            line = _Here(port, trusted)
            line.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
            answer = line.getresponse()
            answer.read()
            line.close()
            return answer

        page = ask("/")
        assert page.status == 200
        assert {k: page.headers[k] for k in shield.HEADERS} == shield.HEADERS
        assert page.headers.get_all("x-frame-options") == ["DENY"]
        assert page.headers["server"] == "nginx"
        with pytest.raises(http.client.RemoteDisconnected):
            ask("/", host="evil.example")
        for closed in ("/_stcore/metrics", "/_stcore/agent/mcp"):
            assert ask(closed).status == 404
        assert ask("/media/0123.docx").status == 403
        form = {"content_type": "application/x-www-form-urlencoded"}
        body = urlencode({"login": "zhao", "password": PASSWORD}).encode()
        for origin in ("https://evil.example", "null"):
            assert ask("/sign-in", "POST", body, origin=origin, **form).status == 403
        # What a client says of its own protocol is not believed.
        into = ask("/sign-in", "POST", body, origin=home, x_forwarded_proto="http", **form)
        assert (into.status, into.headers["location"]) == (303, "/")
        cookie = (into.headers.get_all("set-cookie") or [""])[0]
        assert cookie.startswith(f"{session.COOKIE_TLS}=") and cookie.endswith("; Secure")
        mine = cookie.partition(";")[0]
        assert ask("/media/0123.docx", cookie=mine).status == 404

        # Two bodies too large: one for a name and a password, one for a document.
        assert ask("/sign-in", "POST", b"x" * 9000, origin=home, **form).status == 413
        length = {"content_length": str(70 * 2**20), "cookie": mine}
        assert ask("/_stcore/upload_file/s/f", "PUT", None, **length).status == 413

        def socket_to(origin: str) -> bool:
            with (
                socket.create_connection(("127.0.0.1", port), 60) as bare,
                connect(f"wss://{NAME}:{port}/_stcore/stream", sock=bare, ssl=trusted,
                        server_hostname=NAME, origin=Origin(origin),
                        subprotocols=[Subprotocol("streamlit")],
                        additional_headers={"Cookie": mine}) as line,
            ):  # fmt: skip
                return line.response is not None and line.response.status_code == 101

        assert socket_to(home)
        with pytest.raises(InvalidStatus):
            socket_to("https://evil.example")

        slow = {ask("/sign-in", "POST", b"", origin=home, **form).status for _ in range(40)}
        assert 429 in slow
    log = (tmp_path / "align.access.log").read_text(encoding="utf-8")
    assert '"GET /" 200' in log and PASSWORD not in log and "zhao" not in log


def _unit(name: str, key: str) -> list[str]:
    """What stands in a unit for a key, as often as it is given."""
    lines = (DEPLOY / name).read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


@pytest.mark.parametrize("name", ["align.service", "align-backup.service"])
def test_the_units_call_commands_that_exist(name: str) -> None:
    assert (_unit(name, "User"), _unit(name, "UMask")) == (["align"], ["0077"])
    assert _unit(name, "EnvironmentFile") == ["/etc/align.env"]
    lines = [shlex.split(line) for line in _unit(name, "ExecStart")]
    ours = [words[1:] for words in lines if words[0] == "/opt/align/bin/align"]
    assert ours
    for words in ours:
        command = get_command(app)
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        context = command.make_context(name, list(words))  # complains of what it does not know
        assert context.params


def test_the_variables_are_those_of_the_program() -> None:
    told = (DEPLOY / "align.env").read_text(encoding="utf-8")
    commands = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = re.findall(r"^(ALIGN_[A-Z_]+)=", told, re.M)
    assert named and all(f"`{name}`" in commands for name in named)


def test_the_database_of_the_shipped_script(postgres: Postgres, tmp_path: Path) -> None:
    told = (DEPLOY / "postgresql.sql").read_text(encoding="utf-8")
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as connection:
        for line in re.sub(r"^--.*$", "", told, flags=re.M).split(";"):
            if line.strip():
                connection.execute(line)
        rows = connection.execute(
            "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname='align'"
        )
        assert rows.fetchall() == [(False, False)]
        allowed = connection.execute("SELECT datacl::text FROM pg_database WHERE datname='align'")
        assert "{=" not in str(allowed.fetchone())  # nothing for everybody
    address = f"postgresql://align@/align?host={postgres.folder}&port={postgres.port}"
    with open_store(address, data=tmp_path) as store:
        store.add_college("物流学院")
        assert store.verify().whole
    postgres.drop(postgres.address("align"))
