"""人员: adding an account, and what an admin changes about one; every step is in the ledger."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import streamlit as st

from align.access import SERVER
from align.decisions import Person, Role
from align.errors import AlignError
from align.ui import session, wiring
from align.ui.components import html
from align.ui.words import t

#: Letters and figures that nobody takes for one another when reading them out.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_TOLD, _SECRET, _TURN = "people.told", "people.secret", "people.turn"


def new_password() -> str:
    """A first password: 16 signs by lot, some 79 bits, in groups of four."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))


def told() -> None:
    """What has just been done, and a new password until the admin has put it away."""
    done = st.session_state.pop(_TOLD, "")
    if done:
        html.show(f'<p class="al-saved" role="status">✓ {html.esc(done)}</p>')
    secret = st.session_state.get(_SECRET)
    if secret is None:
        return
    name, login, password = secret
    with st.container(border=True):
        html.show(f"<p><strong>{html.esc(t('people.secret', name=name, login=login))}</strong></p>")
        st.code(password, language=None)
        html.show(f'<p class="al-note">{html.esc(t("people.secret_note"))}</p>')
        if st.button(t("people.secret_done"), key="people.secret.done"):
            del st.session_state[_SECRET]
            st.rerun()


def add(who: Person, college: str) -> None:
    """The form for somebody new."""
    vouched = session.mode() == "oidc"
    html.section(t("people.add"), t("people.add_oidc" if vouched else "people.add_note"))
    # A new form after each: what was typed for one person is not left for the next.
    turn = st.session_state.setdefault(_TURN, 0)
    with st.form(f"people.add.{turn}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(t("people.name"), key=f"people.name.{turn}", max_chars=100)
            login = st.text_input(t("people.login"), key=f"people.login.{turn}", max_chars=100)
            role = st.selectbox(
                t("people.role"), _roles(college), format_func=lambda r: t(f"role.{r}"),
                key=f"people.role.{turn}", index=None, placeholder=t("people.choose_role"),
            )  # fmt: skip
        if not st.form_submit_button(t("people.add_button"), type="primary"):
            return
    # No role stands there from the start: a viewer made a teacher by oversight would review.
    if not name.strip() or not login.strip() or role is None:
        st.error(t("people.missing"))
        return
    password = None if vouched else new_password()

    def work() -> str:
        made = wiring.store().add_person(who, college, name, role, login, password)
        if password is not None:
            st.session_state[_SECRET] = (made.name, made.login, password)
        st.session_state[_TURN] = turn + 1
        return t("people.added", name=made.name, role=t(f"role.{made.role}"))

    _done(work)


def change(who: Person, college: str, people: list[Person]) -> None:
    """One account: role, new password, stop or let in again, erase."""
    html.section(t("people.change"), t("people.change_note"))
    by_id = {p.id: p for p in people}
    chosen = st.selectbox(
        t("people.whom"), list(by_id), key=f"people.whom.{college}", index=None,
        format_func=lambda k: f"{by_id[k].name}（{by_id[k].login or '—'}）" if k in by_id else "",
        placeholder=t("people.choose"),
    )  # fmt: skip
    if chosen is None or chosen not in by_id:
        return
    p = by_id[chosen]
    if p.id == who.id:
        html.show(f'<p class="al-note">{html.esc(t("people.self"))}</p>')
        return
    _role(who, p, college)
    with st.container(horizontal=True):
        if session.mode() == "accounts" and st.button(t("people.reset"), key="people.reset"):
            _done(lambda: _reset(who, p))
        if st.button(t("people.stop" if p.active else "people.restart"), key="people.stop"):
            _done(lambda: _active(who, p))
    sure = st.checkbox(t("people.erase_sure", name=p.name), key=f"people.sure.{p.id}")
    if st.button(t("people.erase"), key="people.erase", disabled=not sure) and sure:
        _done(lambda: _erase(who, p))


def add_college(who: Person) -> None:
    """A new college, by an admin of the server."""
    with st.expander(t("people.college_add")):
        turn = st.session_state.setdefault(_TURN, 0)
        name = st.text_input(t("people.college_name"), key=f"college.name.{turn}", max_chars=100)
        if not st.button(t("people.college_button"), key="college.add", disabled=not name.strip()):
            return

    def work() -> str:
        made = wiring.store().add_college(name, by=who)
        st.session_state["people.college.next"] = made.id
        st.session_state[_TURN] = turn + 1
        return t("people.college_added", name=made.name)

    _done(work)


def _role(who: Person, p: Person, college: str) -> None:
    roles = _roles(college)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        role = st.selectbox(
            t("people.new_role"), roles, index=roles.index(p.role), key=f"people.to.{p.id}",
            format_func=lambda r: t(f"role.{r}"),
        )  # fmt: skip
        changed = role != p.role
        if st.button(t("people.save_role"), key="people.save_role", disabled=not changed):
            _done(lambda: _to(who, p, role))


def _to(who: Person, p: Person, role: Role) -> str:
    wiring.store().set_role(who, p.id, role)
    return t("people.role_set", name=p.name, role=t(f"role.{role}"))


def _reset(who: Person, p: Person) -> str:
    password = new_password()
    wiring.store().set_password(who, p.id, password)
    st.session_state[_SECRET] = (p.name, p.login, password)
    return t("people.password_set", name=p.name)


def _active(who: Person, p: Person) -> str:
    wiring.store().set_active(who, p.id, not p.active)
    return t("people.was_stopped" if p.active else "people.was_restarted", name=p.name)


def _erase(who: Person, p: Person) -> str:
    wiring.store().erase_person(who, p.id)
    return t("people.erased", name=p.name)


def _roles(college: str) -> list[Role]:
    """Who can belong there; the first is the most usual."""
    if college == SERVER:
        return [Role.CENTRE, Role.ADMIN]
    return [Role.FACULTY, Role.COMMITTEE, Role.ADMIN, Role.VIEWER]


def _done(work: Callable[[], str]) -> None:
    """Do it and say so above; what is refused stands here in one line."""
    try:
        st.session_state[_TOLD] = work()
    except AlignError as error:
        st.error(error.line())
        return
    st.rerun()
