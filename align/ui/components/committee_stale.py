"""委员会: verdicts on what is proposed differently now, or no more."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.decisions import Decision
from align.records import Proposal
from align.ui.components import deciding, html, proposal_card
from align.ui.components.pager import paged, pager
from align.ui.ledger_words import Words
from align.ui.look import Look
from align.ui.words import t

_PAGE = 20


def stale(look: Look, found: Sequence[tuple[str, Proposal | None, Decision]]) -> None:
    """What was decided, and what is proposed now; the verdict itself is given on 建议."""
    html.section(t("committee.stale"), t("committee.stale_note"))
    if not found:
        st.info(t("committee.none_stale"))
        return
    rows = []
    for subject, p, word in paged(found, "stale", _PAGE, look.version):
        known = Words({}, {}, look, {})
        strong, where, text = proposal_card.what(look, p) if p else (known.thing(subject), "", "")
        now = html.action_tag(p.action) if p else html.esc(t("committee.no_more"))
        rows.append(
            [
                f"<strong>{html.esc(strong)}</strong> {html.esc(where)}<br>{html.esc(text)}",
                html.action_tag(word.proposed),
                html.esc(deciding.said_line(word)),
                now,
            ]
        )
    heads = ["subject", "was", "word", "now"]
    html.show(html.table([t(f"committee.col_{h}") for h in heads], rows, numbers=(1, 3)))
    if len(found) > _PAGE:
        pager(found, "stale", _PAGE)
    st.page_link(
        "align/ui/pages/proposals.py", label=t("committee.to_proposals"),
        icon=":material/checklist:",
    )  # fmt: skip
