"""人员: the accounts of a college, for its admin; an admin of the server chooses the college."""

from __future__ import annotations

import streamlit as st

from align.access import LOCAL, SERVER, allowed
from align.decisions import Person
from align.ui import wiring
from align.ui.components import accounts, html
from align.ui.components.pager import paged, pager
from align.ui.words import t

_PAGE = 20


def page() -> None:
    """The whole page."""
    html.header(t("people.title"), t("people.lead"))
    who = wiring.who()
    if who.college_id == LOCAL or not allowed(who, "people", who.college_id):
        st.info(t("people.not_you"))
        return
    college = _college(who)
    accounts.told()
    found = wiring.store().people(who, college)
    _list(found, college)
    accounts.add(who, college)
    if found:
        accounts.change(who, college, found)
    html.show(f'<p class="al-note">{html.esc(t("people.ledger"))}</p>')


def _college(who: Person) -> str:
    """Whose people are meant; an admin of the server also sets up colleges here."""
    if who.college_id != SERVER:
        return who.college_id
    names = {SERVER: t("people.server")}
    names |= {c.id: c.name for c in wiring.store().colleges() if c.id != LOCAL}
    asked = st.session_state.pop("people.college.next", None)
    if asked in names:
        st.session_state["people.college"] = asked
    chosen: str = st.selectbox(
        t("people.college"), list(names), format_func=lambda k: names[k], key="people.college"
    )
    accounts.add_college(who)
    return chosen


def _list(found: list[Person], college: str) -> None:
    html.section(t("people.list"), t("people.count", n=len(found)))
    if not found:
        html.show(f'<p class="al-note">{html.esc(t("people.none"))}</p>')
        return
    rows = [
        [
            html.esc(p.name),
            html.esc(p.login or "—"),
            html.esc(t(f"role.{p.role}")),
            html.esc(t("people.active" if p.active else "people.stopped")),
        ]
        for p in paged(found, "people", _PAGE, college)
    ]
    heads = ["people.name", "people.login", "people.role", "people.state"]
    html.show(html.table([t(h) for h in heads], rows))
    if len(found) > _PAGE:
        pager(found, "people", _PAGE)


if __name__ == "__main__":
    page()
