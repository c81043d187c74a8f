"""Who sits there: the laptop's one reviewer, accounts with a cookie, a college's own sign-in."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from align.access import COMMAND_LINE
from align.decisions import Role
from align.errors import UsageError
from align.ui import doors, session
from align.ui import launch as launching
from align.ui.words import ZH
from tests import app_kit
from tests.app_kit import PASSWORD, bodies, me, opened, shown, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A browser before the doors, with a college's accounts behind them."""
    app_kit.college(monkeypatch)
    return TestClient(
        Starlette(routes=doors.routes()), base_url="http://127.0.0.1", follow_redirects=False
    )


def knock(client: TestClient, login: str, password: str, **headers: str) -> Any:
    return client.post("/sign-in", data={"login": login, "password": password}, headers=headers)


def test_the_right_password_opens_with_a_cookie_no_script_can_read(client: TestClient) -> None:
    answer = knock(client, "u0", PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Secure" not in cookie  # plain http on this computer
    token = client.cookies[session.COOKIE]
    person = store().session(token)
    assert person is not None
    assert (person.name, person.signed_in) == ("赵老师", True)
    assert token.encode() not in (app_kit.data_file().read_bytes())
    # Signing out makes the token worthless, wherever it was copied to.
    assert client.post("/sign-out").status_code == 303
    assert store().session(token) is None


def test_over_https_the_cookie_is_secure(client: TestClient) -> None:
    client.base_url = client.base_url.copy_with(scheme="https")
    cookie = knock(client, "u0", PASSWORD).headers["set-cookie"]
    assert cookie.startswith(f"{session.COOKIE_TLS}=")
    assert session.COOKIE_TLS.startswith("__Host-")
    assert "; Secure" in cookie and "; Path=/" in cookie and "Domain" not in cookie
    token = client.cookies[session.COOKIE_TLS]
    assert store().session(token) is not None
    client.post("/sign-out")
    assert store().session(token) is None
    assert session.COOKIE_TLS not in client.cookies


def test_behind_a_proxy_that_forgot_to_say_so_the_browser_says_it(client: TestClient) -> None:
    answer = knock(client, "u0", PASSWORD, origin="https://127.0.0.1")
    assert "; Secure" in answer.headers["set-cookie"]


def test_signing_in_again_ends_the_session_before(client: TestClient) -> None:
    knock(client, "u0", PASSWORD)
    first = client.cookies[session.COOKIE]
    knock(client, "u2", "wrong")
    assert store().session(first) is not None  # a wrong try ends nothing
    knock(client, "u2", PASSWORD)
    second = client.cookies[session.COOKIE]
    assert second != first and store().session(first) is None
    person = store().session(second)
    assert person is not None and person.name == "孙主任"


def test_wrong_and_unknown_are_answered_alike_and_guessing_is_stopped(client: TestClient) -> None:
    wrong, unknown = knock(client, "u1", "x"), knock(client, "nobody", "x")
    assert wrong.headers["location"] == unknown.headers["location"] == "/?refused=wrong"
    for _ in range(4):
        knock(client, "u1", "x")
    answer = knock(client, "u1", PASSWORD)
    assert answer.headers["location"] == "/?refused=locked"
    assert session.COOKIE not in client.cookies


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"host": "evil.example"},
        {"host": "evil@127.0.0.1"},
        {"content-length": "9999"},
    ],
)
def test_a_form_from_elsewhere_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    assert knock(client, "u0", PASSWORD, **headers).status_code == 403
    assert session.COOKIE not in client.cookies


def test_without_a_session_nothing_but_the_sign_in_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app_kit.college(monkeypatch)
    monkeypatch.setattr(session, "has_doors", lambda: True)
    app_kit.sign_in(monkeypatch, "not-a-token")
    at = opened()
    assert at.title[0].value == ZH["sign.title"]
    assert [b.key for b in at.button] == []
    assert 'action="/sign-in"' in "".join(bodies(at))
    assert "快递" not in shown(at)
    at.query_params["refused"] = "locked"
    at.run()
    assert [e.value for e in at.error] == [ZH["sign.locked"]]


def test_one_college_does_not_see_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    strangers = store().add_college("艺术学院")
    store().add_person(COMMAND_LINE, strangers.id, "外人", Role.COMMITTEE, "x", PASSWORD)
    app_kit.sign_in(monkeypatch, store().open_session(store().sign_in("x", PASSWORD)))
    at = opened()
    assert at.selectbox(key="workspace").options == ["文件夹：快递运营", "文件夹：网站"]
    at = app_kit.app()
    at.query_params["ws"] = app_kit.their_space(tokens).id
    at.run()
    assert "上门收件" not in shown(at)


def test_the_role_is_shown_and_signing_out_ends_the_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    token = tokens[Role.COMMITTEE]
    app_kit.sign_in(monkeypatch, token)
    at = opened()
    assert "<b>孙主任</b> · 委员会" in shown(at)
    at.button(key="sign.out").click().run()
    assert at.title[0].value == ZH["sign.title"]
    assert store().session(token) is None


def test_a_person_changes_their_own_password(monkeypatch: pytest.MonkeyPatch) -> None:
    token = app_kit.college(monkeypatch)[Role.FACULTY]
    app_kit.sign_in(monkeypatch, token)
    at = opened()
    fresh = "三个不相干的词语"

    def change(old: str, new: str, again: str) -> None:
        for name, value in (("old", old), ("new", new), ("again", again)):
            at.text_input(key=f"own.{name}").set_value(value)
        next(b for b in at.button if b.label == ZH["own.save"]).click().run()

    assert not at.text_input
    at.button(key="own.change").click().run()
    change(PASSWORD, fresh, "另外几个不同的词")
    assert [e.value for e in at.error] == [ZH["own.differ"]]
    change("not the old one", fresh, fresh)
    assert "登录名或密码不对" in at.error[0].value
    assert store().session(token) is not None
    change(PASSWORD, fresh, fresh)
    assert at.title[0].value == ZH["sign.title"]
    assert [s.value for s in at.success] == [ZH["own.changed"]]
    assert store().session(token) is None
    assert store().sign_in("u0", fresh).name == "赵老师"


def test_a_stopped_account_is_out_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened()
    assert "赵老师" in shown(at)
    person = store().session(tokens[Role.FACULTY])
    assert person is not None
    store().set_active(COMMAND_LINE, person.id, False)
    at.run()
    assert at.title[0].value == ZH["sign.title"]


def test_off_the_loopback_address_nobody_works_without_signing_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert me().name in shown(opened())
    before = st.get_option

    def elsewhere(name: str) -> Any:
        return "0.0.0.0" if name == "server.address" else before(name)

    monkeypatch.setattr(st, "get_option", elsewhere)
    at = opened()
    assert at.title[0].value == ZH["sign.title"]
    with pytest.raises(UsageError, match="不登录时只能在本机使用"):
        launching.launch(8501, address="0.0.0.0")


class _User(dict[str, Any]):
    is_logged_in = True


def test_the_colleges_own_sign_in_vouches_for_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    app_kit.college(monkeypatch)
    (college,) = (c for c in store().colleges() if c.name == "物流学院")
    store().add_person(COMMAND_LINE, college.id, "吴老师", Role.FACULTY, "wu@college.example")
    monkeypatch.setattr(session, "has_oidc", lambda: True)
    user = _User(email="wu@college.example", email_verified=True)
    monkeypatch.setattr(st, "user", user)
    assert "<b>吴老师</b> · 教师" in shown(opened())
    user["email_verified"] = False
    assert opened().title[0].value == ZH["sign.title"]
    user.update(email_verified=True, iat=time.time() - 11 * 3600)
    assert "<b>吴老师</b>" in shown(opened())
    user["iat"] -= 2 * 3600  # a working day is over; the cookie itself would hold for a month
    at = opened()
    assert at.title[0].value == ZH["sign.title"]
    assert at.button(key="sign.oidc").label == ZH["sign.oidc"]
    del user["iat"]
    user.update(email="stranger@college.example", email_verified=True)
    at = opened()
    told = ZH["sign.unknown"].format(address="stranger@college.example")
    assert [w.value for w in at.warning] == [told]


def test_a_port_in_use_or_out_of_range_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="端口不能使用") as caught:
            launching.launch(port)
        assert str(port) in caught.value.line()
    with pytest.raises(UsageError, match="端口超出范围"):
        launching.launch(70000)
