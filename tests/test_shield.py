"""What stands before every answer of the server, asked as a browser and a stranger would."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.web.server.server_util import AUTH_COOKIE_NAME
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from align.access import COMMAND_LINE
from align.decisions import Role
from align.ui import doors, session, shield
from tests import app_kit
from tests.app_kit import PASSWORD, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


async def _through(request: Request) -> PlainTextResponse:
    answer = PlainTextResponse("through")
    answer.set_cookie("_streamlit_xsrf", "1")
    return answer


@pytest.fixture
def client() -> TestClient:
    """A browser before the shield; behind it everything answers."""
    every = Route("/{path:path}", _through, methods=["GET", "PUT", "DELETE"])
    app = Starlette(routes=[*doors.routes(), every], middleware=[Middleware(shield.Shield)])
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False)


def test_every_answer_says_what_a_browser_may_do_with_it(client: TestClient) -> None:
    for path in ("/", "/compare", "/_stcore/health", "/_stcore/metrics", "/sign-in"):
        answer = client.get(path)
        for name, value in shield.HEADERS.items():
            assert answer.headers[name] == value, path
    policy = dict(part.split(" ", 1) for part in shield.POLICY.split("; "))
    assert policy["frame-ancestors"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == policy["base-uri"] == policy["default-src"] == "'self'"
    assert "http" not in shield.POLICY and "*" not in shield.POLICY


def test_a_name_the_server_does_not_go_by_gets_nothing(client: TestClient) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", ""):
        answer = client.get("/", headers={"host": host})
        assert (answer.status_code, answer.text) == (400, ""), host
    for host in ("127.0.0.1:8501", "LOCALHOST", "[::1]:8501"):
        assert client.get("/", headers={"host": host}).text == "through", host


@pytest.mark.parametrize(
    "path", ["/_stcore/metrics", "/_stcore/agent/mcp", "/_stcore/script-health-check"]
)
def test_counters_and_interfaces_for_programs_are_closed(client: TestClient, path: str) -> None:
    assert (client.get(path).status_code, client.get(path).text) == (404, "")


FILES = ("/_stcore/upload_file/s/f", "/media/0123.docx")


def test_files_are_for_those_who_signed_in(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in FILES:
        assert client.put(path).text == "through"  # on one's own computer
    tokens = app_kit.college(monkeypatch)
    for path in FILES:
        assert client.put(path).status_code == 403
        assert client.put(path, headers={"cookie": f"{session.COOKIE}=x"}).status_code == 403
        for name in (session.COOKIE, session.COOKIE_TLS):
            mine = {"cookie": f"{name}={tokens[Role.FACULTY]}"}
            assert client.put(path, headers=mine).text == "through"
    assert client.get("/media.html").text == "through"  # only what lies below
    store().close_session(tokens[Role.FACULTY])
    assert client.put(FILES[0], headers=mine).status_code == 403


def test_files_are_for_those_whom_the_colleges_sign_in_vouches_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_kit.college(monkeypatch)
    (college,) = (c for c in store().colleges() if c.name == "物流学院")
    store().add_person(COMMAND_LINE, college.id, "吴老师", Role.FACULTY, "wu@college.example")
    monkeypatch.setattr(session, "has_oidc", lambda: True)
    name = AUTH_COOKIE_NAME

    def asked(claims: dict[str, Any], secret: str) -> int:
        value = create_signed_value(secret, name, json.dumps(claims)).decode()
        return client.put(FILES[0], headers={"cookie": f"{name}={value}"}).status_code

    secret = "of-this-server" * 4
    monkeypatch.setattr(
        "streamlit.web.server.starlette.starlette_websocket.get_cookie_secret", lambda: secret
    )
    known = {"email": "wu@college.example", "is_logged_in": True}
    assert asked(known, secret) == 200
    assert asked(known, "somebody else's" * 4) == 403
    assert asked({**known, "email": "stranger@college.example"}, secret) == 403
    assert asked({**known, "iat": 1}, secret) == 403
    assert client.put(FILES[0], headers={"cookie": f"{name}=1"}).status_code == 403


def test_behind_tls_no_cookie_travels_in_the_clear(client: TestClient) -> None:
    assert "secure" not in client.get("/").headers["set-cookie"].lower()
    client.base_url = client.base_url.copy_with(scheme="https")
    assert client.get("/").headers["set-cookie"].endswith("; Secure")


def test_nothing_of_a_person_is_in_the_log(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        app_kit.college(monkeypatch)
        for password in ("a guessed password", PASSWORD):
            client.post("/sign-in", data={"login": "u0", "password": password})
        token = client.cookies[session.COOKIE]
        client.put(FILES[0], headers={"cookie": f"{session.COOKIE}={token}"})
        assert store().change_password(
            store().sign_in("u0", PASSWORD), PASSWORD, "another long password"
        )
    written = "\n".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    for secret in (PASSWORD, "a guessed password", "another long password", token, "赵老师"):
        assert secret not in written
