"""导回: an edited plan.xlsx, shown row by row; its rows become decisions only after a click."""

from __future__ import annotations

import hashlib

import streamlit as st

from align import papers
from align.access import allowed
from align.decisions import Verdict
from align.errors import AlignError
from align.export.plan_back import Change, Conflict
from align.papers import Returned, Row, Standing
from align.records import Action
from align.store import LARGEST_FILE
from align.ui import wiring
from align.ui.components import deciding, html
from align.ui.components.gate import error_line
from align.ui.components.pager import paged, pager
from align.ui.ledger_words import Words
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, number, t
from align.ui.workbench import plain_name

_ROWS = 20


def returned_plan(look: Look, said: Said) -> None:
    """The whole view."""
    html.section(t("back.title"), t("back.about"))
    done = st.session_state.pop("back.done", None)
    if done:
        st.success(done)
    if not allowed(said.person, "decide", said.workspace.college_id):
        st.info(t("decide.read_only"))
        return
    if said.workspace.state == "approved":
        st.info(t("decide.approved"))
        return
    turn = st.session_state.setdefault("back.turn", 0)
    given = st.file_uploader(t("back.upload"), type=["xlsx"], key=f"back.file.{turn}")
    if given is None:
        return
    name = plain_name(given.name)
    if given.size > LARGEST_FILE:
        st.error(f"{name}：> {LARGEST_FILE // 2**20} MB")
        return
    try:
        found = _preview(look, said, given.getvalue(), name)
    except AlignError as error:
        st.error(error.line())
        return
    _head(found)
    _rows(found, look)
    _conflicts(found, look)
    _take(found, said)


def _preview(look: Look, said: Said, data: bytes, name: str) -> Returned:
    """Read and held against the workspace once for as long as nothing changes there."""
    space = said.workspace
    now = Standing(space, look.result, said.links_in_force, said.decisions)
    key = ("returned", space.id, space.run_id, said.person.id, said.eyes,
           hashlib.sha256(data).hexdigest(), name)  # fmt: skip
    return wiring.bench().once(
        key, lambda: papers.returned(wiring.store(), said.person, now, data, name)
    )


def _head(found: Returned) -> None:
    line = t(
        "back.read", name=found.name, rows=len(found.rows), conflicts=len(found.conflicts),
        same=found.unchanged,
    )  # fmt: skip
    if found.stage == "settle":
        line += t("back.settles")
    html.show(f'<p class="al-note">{html.esc(line)}</p>')


def _rows(found: Returned, look: Look) -> None:
    if not found.rows:
        html.show(f'<p class="al-note">{html.esc(t("back.nothing"))}</p>')
        return
    words = Words({}, {}, look, {})
    html.show(
        html.table(
            [t("back.where"), t("back.what"), t("back.now"), t("back.new")],
            [
                [_where(row.change), html.esc(words.thing(row.change.subject)), _now(row),
                 _new(row.change)]
                for row in paged(found.rows, "back.rows", _ROWS, found.sha256)
            ],
        )
    )  # fmt: skip
    if len(found.rows) > _ROWS:
        pager(found.rows, "back.rows", _ROWS)


def _where(x: Change | Conflict) -> str:
    return f"{html.esc(x.sheet)}<br><small>{html.esc(t('back.row', row=x.row))}</small>"


def _now(row: Row) -> str:
    """The machine's proposal, and the word that the new one takes the place of."""
    p = row.proposal
    told = t(f"action.{p.action}") + (f" · {number(p.hours)} {t('back.hours')}" if p.hours else "")
    lines = [html.esc(t("back.proposed", what=told))]
    if row.before is not None:
        lines.append(html.esc(deciding.said_line(row.before)))
    return "<br>".join(lines)


def _new(c: Change) -> str:
    figures = [
        f"{number(c.hours)} {t('back.hours')}" if c.hours is not None else "",
        f"{number(c.credits)} {t('back.credits')}" if c.credits is not None else "",
    ]
    head = " · ".join(x for x in (_verdict(c.verdict, c.action), *figures) if x)
    note = f"<br><small>{html.esc(c.note)}</small>" if c.note else ""
    return f"<strong>{html.esc(head)}</strong>{note}"


def _verdict(verdict: Verdict, action: Action | None) -> str:
    if verdict == "change" and action is not None:
        return t("verdict.changed_to", action=t(f"action.{action}"))
    return t(f"verdict.{verdict}")


def _conflicts(found: Returned, look: Look) -> None:
    if not found.conflicts:
        return
    html.section(t("back.conflicts"), t("back.conflicts_note"))
    words = Words({}, {}, look, {})
    html.show(
        html.table(
            [t("back.where"), t("back.what"), t("back.filled"), t("back.why")],
            [
                [_where(c), html.esc(words.thing(c.subject) if c.subject else "—"),
                 html.esc(c.filled or "—"), _why(c)]
                for c in paged(found.conflicts, "back.conflicts", _ROWS, found.sha256)
            ],
        )
    )  # fmt: skip
    if len(found.conflicts) > _ROWS:
        pager(found.conflicts, "back.conflicts", _ROWS)


def _why(c: Conflict) -> str:
    """The reason; the sentences of the reader are in the language of the plan."""
    told = c.words if language() == "zh" else t(f"back.why.{c.why}")
    theirs = f"<br><small>{html.esc(deciding.said_line(c.theirs))}</small>" if c.theirs else ""
    return html.esc(told) + theirs


def _take(found: Returned, said: Said) -> None:
    html.show(f'<p class="al-note">{html.esc(t("back.yours", name=said.person.name))}</p>')
    if not st.button(
        t("back.take", n=len(found.rows)), key="back.take", type="primary",
        disabled=not found.rows,
    ):  # fmt: skip
        return
    try:
        with st.spinner(t("taken.saving"), show_time=False):
            made = papers.take(wiring.store(), wiring.who(), said.workspace.id, found)
    except AlignError as error:
        st.error(error_line(error))
        return
    st.session_state["back.done"] = t("back.done", n=len(made), name=found.name)
    st.session_state["back.turn"] += 1  # an empty uploader again
    st.rerun()
