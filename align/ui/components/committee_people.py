"""委员会: how many people review, and who reviews which courses."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from align.access import LOCAL, allowed
from align.decisions import Person, Role, Workspace
from align.errors import ConflictError
from align.ui import wiring
from align.ui.components import html
from align.ui.components.pager import paged, pager
from align.ui.look import Look
from align.ui.words import language, t

_PAGE = 10


def reviewers(space: Workspace) -> None:
    """One reviewer or two, and what follows from it."""
    html.section(t("committee.reviewers"))
    for n in (1, 2):
        mark = "✓ " if space.reviewers == n else ""
        html.show(
            f'<p class="al-note"><strong>{mark}{html.esc(t(f"range.reviewers_{n}"))}</strong>'
            f"{t('colon')}{html.esc(t(f'committee.means_reviewers_{n}'))}</p>"
        )
    if not allowed(wiring.who(), "assign", space.college_id) or space.state == "approved":
        return
    if space.college_id == LOCAL and space.reviewers == 1:
        html.show(f'<p class="al-note">{html.esc(t("committee.local_two"))}</p>')
        return
    other = 1 if space.reviewers == 2 else 2
    sure = st.checkbox(t(f"committee.sure_{other}"), key=f"reviewers.sure.{other}")
    if st.button(
        t(f"committee.make_{other}"), key=f"reviewers.{other}", disabled=not sure
    ) and sure:  # fmt: skip
        try:
            wiring.store().change_workspace(wiring.who(), space.id, space.version, reviewers=other)
        except ConflictError as error:
            st.error(error.line())
            return
        st.rerun()


def assignment(look: Look, space: Workspace, people: list[Person]) -> None:
    """The faculty, each with the courses they decide on; on a laptop there is nobody to choose."""
    if space.college_id == LOCAL:
        return
    html.section(t("committee.assign"), t("committee.assign_note"))
    store = wiring.store()
    given = store.assignments(space.id)
    faculty = [p for p in people if p.active and (p.role == Role.FACULTY or p.id in given)]
    if not faculty:
        html.show(f'<p class="al-note">{html.esc(t("committee.no_faculty"))}</p>')
        return
    _uncovered(look, space, given)
    may = allowed(wiring.who(), "assign", space.college_id) and space.state == "open"
    if not may:
        rows = [
            [html.esc(p.name), html.esc(_named(look, given.get(p.id, frozenset())))]
            for p in faculty
        ]
        html.show(html.table([t("committee.col_person"), t("committee.courses")], rows, (0,)))
        return
    told = st.session_state.pop("assignment.told", "")
    if told:
        html.show(f'<p class="al-saved" role="status">✓ {html.esc(told)}</p>')
    for p in paged(faculty, "assign", _PAGE, space.id):
        _one(look, space, p, given.get(p.id, frozenset()))
    if len(faculty) > _PAGE:
        pager(faculty, "assign", _PAGE)


def _one(look: Look, space: Workspace, p: Person, given: frozenset[str]) -> None:
    """One person's courses; another's change meanwhile makes this a new field."""
    field, button = st.columns([7, 1.2], vertical_alignment="bottom")
    with field:
        chosen = st.multiselect(
            p.name,
            list(look.courses),
            default=[c for c in look.courses if c in given],
            format_func=lambda c: look.courses[c].name if c in look.courses else c,
            key=f"assign.{space.id}.{p.id}.{abs(hash(given))}.{language()}",
            placeholder=t("committee.assign_none"),
        )
    with button:
        changed = frozenset(chosen) != {c for c in given if c in look.courses}
        if st.button(t("committee.assign_save"), key=f"assign.save.{p.id}", disabled=not changed):
            wiring.store().assign(wiring.who(), space.id, p.id, chosen)
            st.session_state["assignment.told"] = t("committee.assigned", name=p.name)
            st.rerun()


def _uncovered(look: Look, space: Workspace, given: Mapping[str, frozenset[str]]) -> None:
    """Courses that too few people would decide on."""
    if not given:
        html.show(f'<p class="al-note">{html.esc(t("committee.assign_all"))}</p>')
        return
    few = [
        c.name
        for c in look.courses.values()
        if sum(c.id in courses for courses in given.values()) < space.reviewers
    ]
    if few:
        told = t("committee.uncovered", n=space.reviewers, names=t("comma").join(few))
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')


def _named(look: Look, courses: frozenset[str]) -> str:
    names = [c.name for c in look.courses.values() if c.id in courses]
    return t("comma").join(names) or t("committee.assign_none")
