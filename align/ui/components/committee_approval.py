"""委员会: approving the plan with names and date, opening it again, and the signed receipt."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import streamlit as st

from align import review
from align.access import allowed
from align.decisions import REOPENED, Approval
from align.errors import ConflictError
from align.papers import as_approved
from align.plan.word import today
from align.ui import committee, wiring
from align.ui.components import html
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import clock, t

PLAN = "plan.docx"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def approval(look: Look, said: Said) -> None:
    """What holds now, and the way to change it."""
    space = said.workspace
    may = allowed(said.person, "approve", space.college_id)
    _receipt(said)
    if space.state == "approved":
        _approved(said)
        if may:
            _reopen(said)
    else:
        html.section(t("approve.title"), t("approve.note"))
        _unfinished(look, said)
        if not may:
            st.info(t("approve.not_you"))
        elif space.reviewers == 2 and not said.person.signed_in:
            st.info(t("approve.sign_in"))
        else:
            _form(look, said)
    _earlier(said)


def unfinished(look: Look, said: Said) -> list[tuple[str, int]]:
    """(what, how many) of all that people have not looked at or not agreed on."""
    space = said.workspace
    standings = review.standings(
        said.decisions, space.reviewers, look.result.proposals, space.run_id
    )
    found = review.progress(look.result.proposals, standings)
    links = 0
    if space.reviewers == 2:
        links = sum(
            d.pair is not None and d.settled is None for d in committee.differing(look, said)
        )
    counts = [
        ("unreviewed", found.total - found.reviewed - found.stale - found.differing),
        ("unsure", found.unsure),
        ("stale", found.stale),
        ("differing", found.differing),
        ("links", links),
    ]
    return [(name, n) for name, n in counts if n]


def _unfinished(look: Look, said: Said) -> None:
    left = unfinished(look, said)
    if not left:
        html.show(f'<p class="al-saved">✓ {html.esc(t("approve.all_done"))}</p>')
        return
    html.show(left_open(t("approve.left"), left))


def left_open(lead: str, left: list[tuple[str, int]]) -> str:
    """What :func:`unfinished` found, as a box."""
    lines = "".join(f"<div>· {html.esc(t(f'left.{name}', n=n))}</div>" for name, n in left)
    return f'<div class="al-draft">{html.esc(lead)}{lines}</div>'


def _form(look: Look, said: Said) -> None:
    space = said.workspace
    store = wiring.store()
    version = (space.version, store.decisions_version(space.id))
    seen = st.session_state.get("approval.seen", (space.id, version))
    with st.form("approval", border=True):
        names = st.text_area(
            t("approve.names"),
            key="approval.names",
            height=116,
            placeholder=t("approve.names_hint"),
        )
        left, right = st.columns(2)
        day = left.date_input(t("approve.day"), value=today(), key="approval.day",
                              format="YYYY-MM-DD")  # fmt: skip
        sure = right.text_input(
            t("approve.confirm", word=t("approve.word")), key="approval.sure", max_chars=40
        )
        note = st.text_input(t("decide.note"), key="approval.note",
                             placeholder=t("decide.note_hint"))  # fmt: skip
        pressed = st.form_submit_button(t("approve.do"), type="primary", key="approval.do")
    st.session_state["approval.seen"] = (space.id, version)
    if not pressed:
        return
    signatures = [x.strip() for x in re.split(r"[\n、,，;；]", names or "") if x.strip()]
    if not signatures:
        st.error(t("approve.names_missing"))
    elif (sure or "").strip().casefold() != t("approve.word").casefold():
        st.error(t("approve.confirm_missing", word=t("approve.word")))
    elif seen != (space.id, version):
        st.warning(t("approve.changed"))
    else:
        _approve(look, said, signatures, day, note or "")


def _approve(look: Look, said: Said, names: list[str], day: date, note: str) -> None:
    papers = wiring.papers(look, said)

    def plan(made: Approval) -> bytes:
        return wiring.file(look, PLAN, as_approved(papers, made))

    words = "；".join(x for x in (day.isoformat(), note.strip()) if x)
    try:
        with st.spinner(t("approve.working")):
            _, receipt = wiring.store().approve(
                wiring.who(), said.workspace.id, plan, names, words, file_name=PLAN
            )
    except ConflictError:  # somebody decided while the file was built
        st.warning(t("approve.changed"))
        return
    st.session_state[f"receipt.{said.workspace.id}"] = receipt
    st.rerun()


def _approved(said: Said) -> None:
    made = wiring.store().approvals(said.person, said.workspace.id)[-1]
    html.section(t("approve.approved"))
    html.show(
        '<div class="al-item">'
        + html.facts(
            [
                (t("approve.names"), html.esc(t("comma").join(n or t("decide.erased")
                                                              for n in made.names))),
                (t("approve.day"), html.esc(made.day)),
                (t("approve.when"), html.esc(clock(made.time, day=True))),
                (t("decide.note"), html.esc(made.remark)),
                (t("approve.run"), html.esc(made.run_id)),
                (t("approve.digest"), f"<code>{html.esc(made.digest)}</code>"),
            ]
        )
        + "</div>"
    )  # fmt: skip
    html.show(f'<p class="al-note">{html.esc(t("approve.digest_note"))}</p>')
    approved_plan(said, made, "approval.plan")


def approved_plan(said: Said, made: Approval, key: str, label: str = "") -> bool:
    """Offer the very file that was approved; False where only its fingerprint was kept."""
    store = wiring.store()
    kept = store.approved_files(said.person, said.workspace.id)
    if made.id not in kept:
        return False
    st.download_button(
        label or t("approve.plan"),
        lambda: store.approved_bytes(said.person, made.id),
        file_name=f"{said.workspace.name}-{t('approve.word_of_file')}-{made.day}-{kept[made.id]}",
        mime=DOCX,
        icon=":material/task:",
        key=key,
        on_click="ignore",
    )
    return True


def _receipt(said: Said) -> None:
    """The receipt of the approval just given; it is signed once, and to be kept outside."""
    receipt: dict[str, Any] | None = st.session_state.get(f"receipt.{said.workspace.id}")
    if receipt is None or said.workspace.state != "approved":
        return
    with st.container(border=True, key="receipt"):
        html.show(f'<div class="al-saved">✓ {html.esc(t("approve.done"))}</div>'
                  f'<p class="al-note">{html.esc(t("receipt.about"))}</p>')  # fmt: skip
        receipt_button(receipt, f"{said.workspace.name}-批准-回执.json", "receipt.approval")


def receipt_button(receipt: dict[str, Any], name: str, key: str) -> None:
    """Offer a signed receipt as a file."""
    st.download_button(
        t("receipt.download"),
        json.dumps(receipt, ensure_ascii=False, indent=1, sort_keys=True),
        file_name=name,
        mime="application/json",
        icon=":material/verified:",
        key=key,
        on_click="ignore",
    )


def _reopen(said: Said) -> None:
    with st.expander(t("reopen.title")):
        html.show(f'<p class="al-note">{html.esc(t("reopen.note"))}</p>')
        with st.form("reopen", border=False):
            why = st.text_input(t("reopen.why"), key="reopen.why")
            pressed = st.form_submit_button(t("reopen.do"), key="reopen.do")
        if pressed and not (why or "").strip():
            st.error(t("reopen.why_missing"))
        elif pressed:
            wiring.store().reopen(wiring.who(), said.workspace.id, (why or "").strip())
            st.session_state.pop(f"receipt.{said.workspace.id}", None)
            st.rerun()


def _earlier(said: Said) -> None:
    """All approvals there ever were, and why the plan was opened again after them."""
    store, space = wiring.store(), said.workspace
    made = store.approvals(said.person, space.id)
    if not made:
        return
    html.section(t("approve.earlier"))
    rows = [
        (
            a.time,
            html.esc(t("comma").join(n or t("decide.erased") for n in a.names)),
            html.esc(a.day),
            html.esc(a.remark),
            f"<code>{html.esc(a.digest[:16])}…</code>",
        )
        for a in made
    ] + [
        (
            c.time,
            html.esc(c.author_name or t("decide.erased")),
            html.esc(t("reopen.title")),
            html.esc(c.text),
            "",
        )
        for c in store.comments(said.person, space.id, REOPENED)
    ]
    heads = [t("approve.when"), t("approve.names"), t("approve.day"), t("decide.note"),
             t("approve.digest")]  # fmt: skip
    shown = [
        [clock(when, day=True), *cells]
        for when, *cells in sorted(rows, key=lambda r: r[0], reverse=True)
    ]
    html.show(html.table(heads, shown, numbers=(0, 4)))
    before = made[:-1] if space.state == "approved" else made  # the one in force stands above
    if before:
        with st.container(horizontal=True):
            for a in reversed(before):
                label = t("approve.plan_of", when=clock(a.time, day=True))
                approved_plan(said, a, f"approval.plan.{a.id}", label)
