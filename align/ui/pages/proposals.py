"""建议: every proposal with its reason, rule and quotations, and what a person says of it."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from align.access import allowed
from align.records import Action, Proposal
from align.ui.components import deciding, html, proposal_batch, proposal_card
from align.ui.components.filters import Filter, filter_bar, first_in_address, in_address, switches
from align.ui.components.gate import need_review
from align.ui.components.here import here
from align.ui.components.pager import paged, pager
from align.ui.ledger_words import Words
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import t

_PAGE = 10
_ORDERS = ("standard", "unsure", "probability")
# 拓展、补充、强化、免修 are decided; 已覆盖 comes last, for it asks for nothing.
_TABS = (Action.SUPPLEMENT, Action.EXTEND, Action.STRENGTHEN, Action.EXEMPT, Action.COVERED)


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("proposals.title"), t("proposals.lead"))
    here(said.workspace, "proposals")
    may = allowed(said.person, "decide", said.workspace.college_id)
    deciding.notices(said, may)
    action = _tabs(look)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        way = _choice("way", ("one", "many"))
        order = _choice("order", _ORDERS)
        on = switches("proposals")
        deciding.status()
    wanted = filter_bar(look, "proposals", on, actions=False)
    mine = [p for p in look.result.proposals if not action or p.action == action]
    done = sum(not said.is_open(p) for p in mine)
    if mine:
        st.progress(done / len(mine), text=t("proposals.done", done=done, total=len(mine)))
    found = [p for p in mine if _fits(look, said, p, wanted)]
    if order == "unsure":
        found.sort(key=lambda p: not p.unsure)
    elif order == "probability":
        found.sort(key=lambda p: p.probability)
    if not found:
        st.info(t("proposals.all_reviewed" if wanted.open else "empty.filtered"))
    elif way == "many":
        proposal_batch.batch(look, said, found, may and said.workspace.state == "open")
    else:
        _cards(look, said, found, (look.result.run.id, action, wanted, order), may)
    _gone(look)


def _tabs(look: Look) -> str:
    """The actions with how many proposals there are of each."""
    counts = Counter(p.action for p in look.result.proposals)
    names = {"": f"{t('all')} {len(look.result.proposals)}"}
    names |= {str(a): f"{t(f'action.{a}')} {counts[a]}" for a in _TABS}
    given = first_in_address("proposals_action")
    chosen = st.segmented_control(
        t("pick.action"),
        list(names),
        default=given if given in names else "",
        format_func=lambda k: names.get(k, k),
        key="proposals_action",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    in_address("proposals_action", chosen or "")
    return chosen or ""


def _choice(name: str, options: tuple[str, ...]) -> str:
    chosen = st.segmented_control(
        t(f"proposals.{name}"),
        options,
        default=options[0],
        format_func=lambda x: t(f"proposals.{name}_{x}"),
        key=f"proposals_{name}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or options[0]


def _fits(look: Look, said: Said, p: Proposal, f: Filter) -> bool:
    items = [look.items[p.certificate_id, i] for i in p.item_ids]
    units = [u for key in p.units if (u := look.units.get(key))]
    return (
        f.certificate in {"", p.certificate_id}
        and (not f.level or any(i.level == f.level for i in items))
        and f.course in {"", p.course_id}
        and (p.unsure or not f.unsure)
        and (said.is_open(p) or not f.open)
        and f.finds(p.reason, *(i.id for i in items), *(i.text for i in items),
                    *(u.content for u in units))
    )  # fmt: skip


def _cards(
    look: Look, said: Said, found: list[Proposal], context: tuple[object, ...], may: bool
) -> None:
    editable = may and said.workspace.state == "open"
    shown = paged(found, "proposals", _PAGE, context)
    # The keys A and X answer the first proposal on the page that is still open.
    first = next((p.id for p in shown if said.is_open(p)), "")
    # Hidden until its buttons are there (see the style): what can be read answers to the keys.
    with st.container(key="answerable" if editable else "readable"):
        for p in shown:
            with st.container(border=True, key=f"proposal-{p.id}"):
                html.show(proposal_card.card(look, said, p))
                deciding.clash(p.id)
                if editable:
                    proposal_card.buttons(look, said, p, keys=p.id == first)
    pager(found, "proposals", _PAGE)


def _gone(look: Look) -> None:
    """Verdicts on what is proposed no more: nothing said is hidden."""
    known = {p.id for p in look.result.proposals}
    gone = [d for subject, d in look.result.stale.items() if subject not in known]
    if gone:
        words = Words({}, {}, look, {})
        with st.expander(t("proposals.gone", n=len(gone))):
            rows = [
                [
                    html.esc(words.thing(d.subject)),
                    html.action_tag(d.proposed),
                    html.esc(deciding.said_line(d)),
                ]
                for d in gone
            ]
            heads = [t("proposals.subject"), t("pick.action"), t("proposals.word")]
            html.show(html.table(heads, rows, numbers=(1,)))


if __name__ == "__main__":
    page()
