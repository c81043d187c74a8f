"""人员: an admin adds people and changes their accounts; nobody else can."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from align.access import COMMAND_LINE, SERVER
from align.decisions import Person, Role
from align.errors import AccessError
from align.ui.words import ZH
from tests import app_kit
from tests.app_kit import PASSWORD, bodies, go, opened, shown, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


def button(at: AppTest, key: str) -> None:
    at.button(key=key).click().run()


def add(at: AppTest, name: str, login: str, role: Role) -> None:
    fields = {x.label: x for x in (*at.text_input, *at.selectbox)}
    fields[ZH["people.name"]].set_value(name)
    fields[ZH["people.login"]].set_value(login)
    fields[ZH["people.role"]].set_value(role)
    next(b for b in at.button if b.label == ZH["people.add_button"]).click().run()


def everybody() -> list[Person]:
    return [p for c in store().colleges() for p in store().people(COMMAND_LINE, c.id)]


def id_of(login: str) -> str:
    (found,) = (p.id for p in everybody() if p.login == login)
    return found


def choose(at: AppTest, login: str) -> None:
    (box,) = (x for x in at.selectbox if x.label == ZH["people.whom"])
    box.set_value(id_of(login)).run()


def test_an_admin_adds_somebody_who_then_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    app_kit.sign_in(monkeypatch, app_kit.college(monkeypatch)[Role.ADMIN])
    at = go(opened(), "people")
    assert at.title[0].value == ZH["people.title"]
    assert "赵老师" in shown(at)
    add(at, "", "u77", Role.FACULTY)
    assert [e.value for e in at.error] == [ZH["people.missing"]]
    add(at, "吴老师", "u0", Role.FACULTY)
    assert "登录名已被使用" in at.error[0].value
    add(at, "吴老师", "u77", Role.COMMITTEE)
    assert not at.error and "吴老师" in "".join(bodies(at))
    password = at.code[0].value
    assert re.fullmatch("([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    made = store().sign_in("u77", password)
    assert (made.name, made.role) == ("吴老师", Role.COMMITTEE)
    # What was typed is not left for the next; the password is gone once it is put away.
    assert all(not x.value for x in at.text_input)
    button(at, "people.secret.done")
    assert not at.code and password not in shown(at)


def test_an_account_gets_another_role_and_password_is_stopped_and_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.ADMIN])
    at = go(opened(), "people")
    choose(at, "u0")
    at.selectbox(key=f"people.to.{id_of('u0')}").set_value(Role.VIEWER).run()
    button(at, "people.save_role")
    assert store().session(tokens[Role.FACULTY]) is None  # the old role is not worked on with
    assert store().sign_in("u0", PASSWORD).role == Role.VIEWER
    button(at, "people.reset")
    fresh = at.code[0].value
    assert store().sign_in("u0", fresh).name == "赵老师"
    with pytest.raises(AccessError):
        store().sign_in("u0", PASSWORD)
    button(at, "people.stop")
    assert ZH["people.stopped"] in "".join(bodies(at))
    with pytest.raises(AccessError):
        store().sign_in("u0", fresh)
    button(at, "people.stop")
    assert store().sign_in("u0", fresh).active
    assert at.button(key="people.erase").disabled
    at.checkbox(key=f"people.sure.{id_of('u0')}").check().run()
    button(at, "people.erase")
    assert not at.error
    assert "赵老师" not in [p.name for p in everybody()]
    assert store().verify().whole


def test_nobody_stops_themselves_and_nobody_else_has_the_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    app_kit.sign_in(monkeypatch, tokens[Role.ADMIN])
    at = go(opened(), "people")
    (admin,) = (p.login for p in everybody() if p.role == Role.ADMIN)
    choose(at, admin)
    assert ZH["people.self"] in "".join(bodies(at))
    assert "people.stop" not in [b.key for b in at.button]
    for role in (Role.FACULTY, Role.COMMITTEE, Role.VIEWER):
        app_kit.sign_in(monkeypatch, tokens[role])
        at = opened()
        with pytest.raises(Exception, match="people"):
            at.switch_page("align/ui/pages/people.py").run()
            assert at.title[0].value == ZH["people.title"], "people"


def test_an_admin_of_the_server_sets_up_a_college_and_its_first_people(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app_kit.college(monkeypatch)
    store().add_person(COMMAND_LINE, SERVER, "网管", Role.ADMIN, "root", PASSWORD)
    app_kit.sign_in(monkeypatch, store().open_session(store().sign_in("root", PASSWORD)))
    at = go(opened(), "people")
    (typed,) = (x for x in at.text_input if x.label == ZH["people.college_name"])
    typed.set_value("护理学院").run()
    button(at, "college.add")
    (made,) = (c for c in store().colleges() if c.name == "护理学院")
    assert at.selectbox(key="people.college").value == made.id
    add(at, "何主任", "he1", Role.ADMIN)
    (first,) = store().people(COMMAND_LINE, made.id)
    assert (first.name, first.role, first.college_id) == ("何主任", Role.ADMIN, made.id)
    at.selectbox(key="people.college").set_value(SERVER).run()
    add(at, "学分银行中心", "bank", Role.CENTRE)
    assert {p.login for p in store().people(COMMAND_LINE, SERVER)} == {"root", "bank"}
