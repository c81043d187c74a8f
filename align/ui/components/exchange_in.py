"""交换: decisions from another system's file, shown row by row, saved only after a click."""

from __future__ import annotations

import hashlib

import streamlit as st

from align import imports
from align.access import allowed
from align.errors import AlignError
from align.export.exchange import PairRow
from align.imports import Incoming, Preview, State
from align.ui import wiring
from align.ui.components import deciding, html
from align.ui.components.gate import error_line
from align.ui.components.pager import paged, pager
from align.ui.ledger_words import Words
from align.ui.look import LINKS, Look
from align.ui.said import Said
from align.ui.words import t
from align.ui.workbench import plain_name

_ROWS = 20
_PROBLEMS = 8
_KIND: dict[State, str] = {
    "new": "al-full",
    "same": "al-none",
    "conflict": "al-part",
    "unknown": "al-none",
    "illegal": "al-unsure",
}


def section(look: Look, said: Said) -> None:
    """The whole section; a person who may not decide reads why there is nothing to click."""
    html.section(t("taken.title"), t("taken.about"))
    done = st.session_state.pop("taken.done", None)
    if done:
        st.success(done)
    if not allowed(said.person, "decide", said.workspace.college_id):
        html.show(f'<p class="al-note">{t("decide.read_only")}</p>')
        return
    if said.workspace.state == "approved":
        html.show(f'<p class="al-note">{t("decide.approved")}</p>')
        return
    turn = st.session_state.setdefault("taken.turn", 0)
    given = st.file_uploader(
        t("taken.upload"), type=["tsv", "csv", "zip", "json"], key=f"taken.file.{turn}"
    )
    if given is None:
        return
    try:
        found = _preview(given.getvalue(), plain_name(given.name), said)
    except AlignError as error:
        st.error(error.line())
        return
    _head(found)
    _list(found, look)
    _save(found, said)


def _preview(data: bytes, name: str, said: Said) -> Preview:
    """Read and compared once for as long as nothing changes."""
    space, person = said.workspace, said.person
    digest = hashlib.sha256(data).hexdigest()

    def make() -> Preview:
        kept = wiring.kept(space)
        ground = imports.ground_of(wiring.store(), person, space, kept)
        return imports.compare(imports.read_words(data, name), ground)

    key = ("taken", space.id, space.run_id, person.id, said.eyes, digest, name)
    return wiring.bench().once(key, make)


def _head(found: Preview) -> None:
    offered = found.offered
    line = t(
        "taken.read", format=imports.FORMAT_ZH[offered.format], n=len(found.rows),
        machine=offered.machine,
    )  # fmt: skip
    tags = "".join(
        html.tag(f"{t(f'taken.{state}')} {n}", kind=_KIND[state])
        for state, n in found.counts.items()
        if n
    )
    html.show(f'<p class="al-note">{html.esc(line)}</p><div class="al-tags">{tags}</div>')
    problems = offered.problems
    if problems:
        lines = [" ".join(filter(None, (str(p.place or ""), p.message))) for p in problems]
        more = len(lines) - _PROBLEMS
        tail = [t("taken.more", n=more)] if more > 0 else []
        inner = "".join(f"<li>{html.esc(x)}</li>" for x in [*lines[:_PROBLEMS], *tail])
        html.show(f'<ol class="al-history">{inner}</ol>')


def _list(found: Preview, look: Look) -> None:
    states = [s for s, n in found.counts.items() if n]
    if not states:
        return
    chosen = st.segmented_control(
        t("taken.show"), ["all", *states], default="all", key="taken.state",
        format_func=lambda s: t("all") if s == "all" else t(f"taken.{s}"),
        label_visibility="collapsed",
    )  # fmt: skip
    rows = [r for r in found.rows if chosen in (None, "all", r.state)]
    words = Words({}, {}, look, {})
    shown = paged(rows, "taken", _ROWS, (found.offered.sha256, chosen))
    html.show(
        html.table(
            [t("taken.col_state"), t("taken.col_what"), t("taken.col_says"), t("taken.col_now")],
            [
                [html.tag(t(f"taken.{r.state}"), kind=_KIND[r.state]),
                 html.esc(words.thing(r.subject)), _says(r), _now(r)]
                for r in shown
            ],
            numbers=[0],
        )
    )  # fmt: skip
    if len(rows) > _ROWS:
        pager(rows, "taken", _ROWS)


def _says(row: Incoming) -> str:
    """What the file says, by whom."""
    said = row.said
    if isinstance(said, PairRow):
        words = "" if said.grade is None else t(f"grade.{LINKS[said.grade]}")
    elif said.verdict == "change" and said.action is not None:
        words = t("verdict.changed_to", action=t(f"action.{said.action}"))
    else:
        words = t(f"verdict.{said.verdict}")
    by = said.reviewer_name or said.reviewer
    small = " · ".join(filter(None, (by, said.note)))
    return html.esc(words) + (
        f'<br><span class="al-note">{html.esc(small)}</span>' if small else ""
    )


def _now(row: Incoming) -> str:
    """What stands, and why the row is not simply taken."""
    why = t(f"taken.why.{row.why}") if row.why else ""
    stands = deciding.said_line(row.theirs) if row.theirs and row.state != "new" else ""
    parts = [html.esc(x) for x in (why, row.detail, stands) if x]
    return "<br>".join(parts)


def _save(found: Preview, said: Said) -> None:
    differing = sum(r.choice is not None for r in found.rows if r.state == "conflict")
    overwrite = differing > 0 and st.toggle(
        t("taken.overwrite", n=differing), key="taken.overwrite"
    )
    chosen = found.chosen(overwrite)
    html.show(f'<p class="al-note">{t("taken.yours", name=html.esc(said.person.name))}</p>')
    if st.button(
        t("taken.save", n=len(chosen)), key="taken.save", type="primary", disabled=not chosen
    ):
        try:
            with st.spinner(t("taken.saving"), show_time=False):
                made = imports.save(
                    wiring.store(), wiring.who(), said.workspace, found, overwrite=overwrite
                )
        except AlignError as error:
            st.error(error_line(error))
            return
        st.session_state["taken.done"] = t("taken.done", n=len(made), name=found.offered.name)
        st.session_state["taken.turn"] += 1  # an empty uploader again
        st.rerun()
