"""记录: everything that happened, searchable; the proof that nothing was changed since."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import streamlit as st

from align.access import SERVER
from align.decisions import Workspace
from align.plan.word import BEIJING
from align.ui import wiring
from align.ui.components import html
from align.ui.components.audit_list import entries, midnight
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.proof import prove, receipts
from align.ui.history import GROUPS, Wanted, find
from align.ui.ledger_words import Words
from align.ui.words import language, t

_PAGE = 25
_SPANS = {"": None, "today": 0, "week": 6, "month": 29, "own": None}


def page() -> None:
    """The whole page."""
    html.header(t("audit.title"), t("audit.lead"))
    space = wiring.workspace()
    college = _college(space)
    view = _view()
    if view == "proof":
        prove(college)
        receipts(college)
        return
    wanted = _filters(college, space)
    words = _words(college, space)
    if wanted.subject:
        _one_thing(wanted, words)
    stack = _stack(wanted)
    found = find(wiring.store(), wiring.who(), wanted, stack[-1], _PAGE, words)
    if not found.entries:
        st.info(t("audit.empty" if found.older is None else "audit.empty_so_far"))
    else:
        entries(found.entries, words, linked=not wanted.subject, placed=not wanted.workspace)
    _turn(stack, found.older)


def _college(space: Workspace | None) -> str:
    """Whose chain; whoever belongs to the server chooses."""
    who = wiring.who()
    if who.college_id != SERVER:
        return who.college_id
    names = {c.id: c.name for c in wiring.store().colleges()} | {SERVER: t("audit.server")}
    options = list(names)
    here = space.college_id if space else options[0]
    chosen = st.selectbox(
        t("audit.college"), options, index=options.index(here) if here in options else 0,
        format_func=lambda k: names.get(k, k), key=f"audit_college_{language()}", width=320,
    )  # fmt: skip
    return chosen if chosen is not None else options[0]


def _view() -> str:
    kept = st.session_state.get("audit_view.kept", first_in_address("audit_view"))
    chosen = st.segmented_control(
        t("audit.title"),
        ("list", "proof"),
        default="proof" if kept == "proof" else "list",
        format_func=lambda x: t(f"audit.view_{x}"),
        key=f"audit_view_{language()}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = chosen or "list"
    st.session_state["audit_view.kept"] = found
    in_address("audit_view", "proof" if found == "proof" else "")
    return found


# --- filters ------------------------------------------------------------------------------------


def _filters(college: str, space: Workspace | None) -> Wanted:
    store, who = wiring.store(), wiring.who()
    here = space is not None and space.college_id == college
    people = {p.id: p.name for p in store.people(who, college)}
    with st.container(horizontal=True, vertical_alignment="bottom", key="audit-filters"):
        scopes = {"": t("audit.everywhere")}
        if here and space is not None:
            scopes = {"here": t("audit.here", name=space.name), **scopes}
        scope = _choice("audit.scope", scopes, "scope", 280)
        group = _choice(
            "audit.kind", {"": t("audit.any_kind"), **{g: t(f"audit.group_{g}") for g in GROUPS}},
            "group", 150,
        )  # fmt: skip
        person = _choice("audit.person", {"": t("audit.anybody"), **people}, "person", 130)
        span = _choice(
            "audit.span", {s: t(f"audit.span_{s or 'all'}") for s in _SPANS}, "span", 140
        )
        text = st.text_input(
            t("pick.search"), value=first_in_address("audit_text"), key="audit_text",
            placeholder=t("audit.search_hint"), persist_state="session", width=180,
        )  # fmt: skip
        in_address("audit_text", text or "")
    since, until = _span(span)
    return Wanted(
        college,
        space.id if scope == "here" and space is not None else "",
        st.query_params.get("subject", ""),
        group,
        person,
        text or "",
        since,
        until,
    )


def _span(name: str) -> tuple[datetime | None, datetime | None]:
    if name != "own":
        days = _SPANS.get(name)
        return (None if days is None else midnight(days)), None
    with st.container(horizontal=True):
        first = st.date_input(t("audit.from"), value=midnight(29).date(), key="audit_from",
                              format="YYYY-MM-DD", width=170)  # fmt: skip
        last = st.date_input(t("audit.to"), value=midnight(0).date(), key="audit_to",
                             format="YYYY-MM-DD", width=170)  # fmt: skip
    begin = datetime.combine(first, time(), BEIJING).astimezone()
    end = datetime.combine(last + timedelta(days=1), time(), BEIJING).astimezone()
    return begin, end


def _choice(label: str, options: dict[str, str], name: str, width: int) -> str:
    """One drop-down; its value outlives a change of page, of language or of the options."""
    key, keys = f"audit_{name}", list(options)
    before = st.session_state.get(f"{key}.kept", st.query_params.get(key, keys[0]))
    chosen = st.selectbox(
        t(label), keys, index=keys.index(before) if before in options else 0,
        format_func=lambda k: options.get(k, k), key=f"{key}_{language()}_{abs(hash(tuple(keys)))}",
        placeholder=t("pick.none"), width=width,
    )  # fmt: skip
    found = chosen if chosen is not None else keys[0]
    st.session_state[f"{key}.kept"] = found
    in_address(key, "" if found == keys[0] else found)
    return found


# --- words and pages ----------------------------------------------------------------------------


def _words(college: str, space: Workspace | None) -> Words:
    store, who = wiring.store(), wiring.who()
    look, notes = None, {}
    if space is not None and space.college_id == college and space.run_id:
        look, said = wiring.look(space), wiring.said(space)
        notes = {d.id: d.note for d in said.links} | {d.id: d.note for d in said.decisions}
        notes |= {a.id: a.note for a in store.agreements(who, space.id)}
    names = {w.id: w.name for w in store.workspaces(who)}
    return Words(store.names(who, college), names, look, notes)


def _one_thing(wanted: Wanted, words: Words) -> None:
    """Says that only one thing's history is shown, with the way back to all."""
    told = t("audit.only", what=words.thing(wanted.subject))
    html.show(f'<div class="al-draft">{html.esc(told)}</div>')
    if st.button(t("audit.show_all"), key="audit.all", icon=":material/arrow_back:"):
        del st.query_params["subject"]
        st.rerun()


def _stack(wanted: Wanted) -> list[int | None]:
    """Where the pages seen so far began; other filters begin at the newest entry."""
    kept = st.session_state.get("audit.stack")
    if not isinstance(kept, tuple) or kept[0] != wanted:
        kept = (wanted, [None])
        st.session_state["audit.stack"] = kept
    stack: list[int | None] = kept[1]
    return stack


def _turn(stack: list[int | None], older: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="audit-pager"):
        if st.button(t("audit.newer"), key="audit.newer", disabled=len(stack) == 1):
            stack.pop()
            st.rerun()
        if st.button(t("audit.older"), key="audit.older", disabled=older is None):
            stack.append(older)
            st.rerun()
        st.caption(t("audit.page", page=len(stack)), width="content")


if __name__ == "__main__":
    page()
