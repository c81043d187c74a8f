"""学分转换: which whole courses people agreed to exempt, and the committee's own word on it."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.papers.agreed import agreed
from align.store import Agreement
from align.store.agreements import in_force
from align.ui import wiring
from align.ui.components import html
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import clock, language, t

Pair = tuple[str, str]  # certificate id, course id


def agreement(look: Look, said: Said) -> dict[Pair, str]:
    """Courses agreed to, with their notes: by verdict, or by the committee here."""
    words = wiring.store().agreements(said.person, said.workspace.id)
    found = agreed(look.result, words)
    html.section(t("cand.agreed"), t("cand.agreed_note"))
    if found:
        _table(look, found, in_force(words))
    else:
        html.show(f'<p class="al-note">{html.esc(t("cand.none_agreed"))}</p>')
    if allowed(said.person, "convert", said.workspace.college_id):
        _agree(look, said, len(words))
        _take_back(look, said, list(in_force(words).values()), len(words))
    _history(look, words)
    return found


def _name(look: Look, pair: Pair) -> str:
    course = look.courses[pair[1]].name if pair[1] in look.courses else pair[1]
    if len(look.certificates) < 2:
        return f"《{course}》"
    certificate = look.certificates.get(pair[0])
    return f"{certificate.name if certificate else pair[0]} → 《{course}》"


def _table(look: Look, found: dict[Pair, str], own: dict[Pair, Agreement]) -> None:
    words = {
        (p.certificate_id, p.course_id): look.result.verdicts.get(p.id)
        for p in look.result.proposals
        if p.rule == "exempt-course"
    }
    rows = []
    for pair, note in found.items():
        a, d = own.get(pair), words.get(pair)
        by = ""
        if a is not None:
            by = f"{a.by_name or t('decide.erased')} {clock(a.time, day=True)}"
        elif d is not None:
            by = f"{d.reviewer_name or t('decide.erased')} {clock(d.time, day=True)}"
        source = t("cand.by_committee" if a is not None else "cand.by_verdict")
        rows.append([html.esc(_name(look, pair)), html.esc(source), html.esc(note), html.esc(by)])
    heads = [t("pick.course"), t("cand.source"), t("cand.note"), t("cand.who")]
    html.show(html.table(heads, rows, (1, 3)))


def _agree(look: Look, said: Said, n: int) -> None:
    """The committee agrees to further courses, or writes its note on one agreed already."""
    every = [(c.id, k.id) for c in look.certificates.values() for k in look.courses.values()]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            t("cand.add"), every, format_func=lambda pair: _name(look, pair),
            key=f"cand.add.{said.workspace.id}.{n}.{language()}", placeholder=t("cand.add_hint"),
        )  # fmt: skip
        note = st.text_input(
            t("cand.note"), key=f"cand.note.{said.workspace.id}.{n}", max_chars=1000,
            placeholder=t("cand.note_hint"),
        )  # fmt: skip
        pressed = st.button(t("cand.agree"), key="cand.agree")
    if pressed and not chosen:
        st.error(t("cand.agree_missing"))
    elif pressed:
        made = wiring.store().agree(wiring.who(), said.workspace.id, chosen, (note or "").strip())
        st.session_state["credit.told"] = t("cand.agreed_now", n=len(made))
        st.rerun()


def _take_back(look: Look, said: Said, own: list[Agreement], n: int) -> None:
    if not own:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("cand.take_back_which"), [a.pair for a in own],
            format_func=lambda pair: _name(look, pair), key=f"cand.back.{n}.{language()}",
            width=320,
        )  # fmt: skip
        reason = st.text_input(t("tune.reason"), key=f"cand.back.reason.{n}", max_chars=1000)
        pressed = st.button(t("cand.take_back"), key="cand.back")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed and chosen:
        wiring.store().agree(
            wiring.who(), said.workspace.id, [chosen], (reason or "").strip(), agreed=False
        )
        st.session_state["credit.told"] = t("cand.taken_back")
        st.rerun()


def _history(look: Look, words: list[Agreement]) -> None:
    if not words:
        return
    items = "".join(
        f"<li>{clock(a.time, day=True)} {html.esc(a.by_name or t('decide.erased'))} "
        + html.esc(t("cand.was_agreed" if a.agreed else "cand.was_taken_back",
                     what=_name(look, a.pair)))
        + (f" · {html.esc(a.note)}" if a.note else "") + "</li>"
        for a in reversed(words)
    )  # fmt: skip
    html.show(
        f"<details><summary>{html.esc(t('cand.history', n=len(words)))}</summary>"
        f'<ul class="al-history">{items}</ul></details>'
    )
