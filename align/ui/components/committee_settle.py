"""委员会: what two people see differently, with both words, to be settled one by one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.decisions import Decision, Grade, LinkDecision, Pair, Verdict
from align.links import pair_of
from align.records import Action, Match, Proposal
from align.ui import wiring
from align.ui.committee import Differing, last_settled
from align.ui.components import deciding, html, proposal_card
from align.ui.components.candidates import cite
from align.ui.components.pager import paged, pager
from align.ui.look import LINKS, Look
from align.ui.reasons import reason
from align.ui.said import Said
from align.ui.words import clock, language, level_name, place_words, t

_PAGE = 8
# Two short words stand side by side on narrow screens, too.
_SIDES = "grid-template-columns:1fr 1fr"
_GRADES: tuple[Grade, ...] = (2, 1, 0)


def settle(look: Look, said: Said, found: Sequence[Differing], may: bool) -> None:
    """The list, what is open first or what was settled; each with its buttons."""
    still = [d for d in found if d.settled is None]
    done = [d for d in found if d.settled is not None]
    html.section(t("committee.differ"), t("committee.differ_note"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        names = {
            "open": t("committee.to_settle", n=len(still)),
            "done": t("committee.settled", n=len(done)),
        }
        way = st.segmented_control(
            t("committee.differ"), list(names), default="open",
            format_func=lambda k: names.get(k, k), key=f"committee_settle_{language()}",
            required=True, label_visibility="collapsed",
        )  # fmt: skip
        deciding.status()
    shown = done if way == "done" else _still(found)
    if not shown:
        st.info(t("committee.none_settled" if way == "done" else "committee.none_differ"))
        return
    visible = paged(shown, "settle", _PAGE, (said.workspace.id, way))
    st.session_state["settle.shown"] = {d.key for d in visible} if way != "done" else set()
    for d in visible:
        with st.container(border=True, key=f"card-settle-{d.key}"):
            (_link if d.pair else _proposal)(look, said, d, may)
    pager(shown, "settle", _PAGE)


def _still(found: Sequence[Differing]) -> list[Differing]:
    """What is open; and what somebody else has settled while it stood on this screen.

    That stays, for a button pressed on it must meet the other's word and not vanish.
    """
    shown = st.session_state.get("settle.shown", set())
    return [d for d in found if d.settled is None or d.key in shown]


def _saved(key: str) -> None:
    """The committee's word is stored: it may leave the list."""
    st.session_state.get("settle.shown", set()).discard(key)
    st.rerun()


# --- links --------------------------------------------------------------------------------------


def _link(look: Look, said: Said, d: Differing, may: bool) -> None:
    pair = d.pair
    assert pair is not None
    html.show(_pair(look, pair) + _words(said, d))
    deciding.clash(d.key)
    if not may:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note = deciding.note(f"settle.{d.key}", len(said.link_history(pair)))
        seen = deciding.seen(f"settle.{d.key}", last_settled(said, d), said.person.id)
        standing = d.settled.grade if isinstance(d.settled, LinkDecision) else None
        for grade in _GRADES:
            if st.button(
                t(f"grade.{LINKS[grade]}"),
                key=f"settle.{LINKS[grade]}.{d.key}",
                type="primary" if grade == standing else "secondary",
            ):
                _save_link(look, said, d, pair, grade, note, seen)
        if d.settled is not None and st.button(
            t("decide.undo"), key=f"settle.undo.{d.key}", icon=":material/undo:", type="tertiary"
        ):
            _save_link(look, said, d, pair, None, note, seen)


def _pair(look: Look, pair: Pair) -> str:
    """Both texts; either may be gone when the standards were read again."""
    unit, item = look.units.get(pair[2:]), look.items.get(pair[:2])
    match = _match(look, pair)
    told = html.probability(match.probability) if match else html.tag(t("committee.not_listed"))
    title = " / ".join(
        x for x in (level_name(item.level), item.number, item.task) if x
    ) if item else pair[1]  # fmt: skip
    head = (
        f'<div class="al-candidate"><div class="al-head">{html.tag(t("committee.a_link"))}'
        f'<strong class="al-who">{html.esc(title)}</strong>'
        f'<span class="al-end">{told}</span></div><div class="al-two">'
    )
    ours = html.quote(
        t("compare.unit_text"),
        html.esc(unit.content or unit.task) if unit else html.esc(t("committee.gone")),
        f"《{unit.course}》{unit.task} · {cite(look, unit.source_id, place_words(unit.place))}"
        if unit
        else "",
    )
    theirs = html.quote(
        t("compare.item_text"),
        html.esc(item.text) if item else html.esc(t("committee.gone")),
        cite(look, item.source_id, place_words(item.place)) if item else "",
    )
    return head + ours + theirs + "</div></div>"


def _save_link(
    look: Look, said: Said, d: Differing, pair: Pair, grade: Grade | None, note: str, before: str
) -> None:
    match = _match(look, pair)

    def act(seen: str) -> LinkDecision:
        return wiring.store().decide_link(
            wiring.who(), said.workspace.id, pair, grade, note=note,
            probability=match.probability if match else None, seen=seen, stage="settle",
            run_id=said.workspace.run_id,
        )  # fmt: skip

    mine = t("decide.withdrawn") if grade is None else t(f"grade.{LINKS[grade]}")
    if deciding.save(d.key, act, before, mine):
        _saved(d.key)
    st.rerun()


def _match(look: Look, pair: Pair) -> Match | None:
    matches = look.item_matches.get((pair[0], pair[1]), [])
    return next((m for m in matches if pair_of(m) == pair), None)


# --- proposals ----------------------------------------------------------------------------------


def _proposal(look: Look, said: Said, d: Differing, may: bool) -> None:
    p = d.proposal
    assert p is not None
    strong, where, text = proposal_card.what(look, p)
    html.show(
        f'<div class="al-candidate"><div class="al-head">{html.action_tag(p.action)}'
        f"<strong>{html.esc(strong)}</strong><span>{html.esc(where)}</span>"
        f'<span class="al-end">{html.unsure_tag(p.unsure)}{html.probability(p.probability)}</span>'
        f"</div><p><strong>{html.esc(text)}</strong></p><p>{html.esc(reason(look, p))}</p></div>"
        + _words(said, d)
    )
    deciding.clash(d.key)
    if not may:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        note = deciding.note(f"settle.{p.id}", len(said.history(p.id)))
        seen = deciding.seen(f"settle.{p.id}", last_settled(said, d), said.person.id)
        for k, word in enumerate(d.words):
            name = word.reviewer_name or t("decide.erased")
            if isinstance(word, Decision) and st.button(
                t("committee.as", name=name), key=f"settle.as.{k}.{p.id}"
            ):
                _save(said, p, word.verdict, word, note, seen)
        if st.button(t("do.accept"), key=f"settle.accept.{p.id}"):
            _save(said, p, "accept", None, note, seen)
        if st.button(t("do.reject"), key=f"settle.reject.{p.id}"):
            _save(said, p, "reject", None, note, seen)
        others = [a for a in Action if a != p.action and (a is Action.EXEMPT) == (
            p.action is Action.EXEMPT)]  # fmt: skip
        if others:
            chosen = st.selectbox(
                t("committee.change_to"), others, index=None, width=170,
                format_func=lambda a: t("verdict.changed_to", action=t(f"action.{a}")),
                key=f"settle.change.{language()}.{p.id}.{len(said.history(p.id))}",
                placeholder=t("committee.change_to"), label_visibility="collapsed",
            )  # fmt: skip
            if chosen is not None and st.button(
                t("do.save"), key=f"settle.save.{p.id}", type="primary"
            ):
                _save(said, p, "change", None, note, seen, chosen)
        if d.settled is not None and st.button(
            t("decide.undo"), key=f"settle.undo.{p.id}", icon=":material/undo:", type="tertiary"
        ):
            _save(said, p, "withdraw", None, note, seen)


def _save(
    said: Said,
    p: Proposal,
    verdict: Verdict,
    like: Decision | None,
    note: str,
    before: str,
    action: Action | None = None,
) -> None:
    """Store the committee's word: its own, or that of one of the two with their figures."""

    def act(seen: str) -> Decision:
        return wiring.store().decide(
            wiring.who(), said.workspace.id, p.id, p.action, verdict,
            action=like.action if like else action,
            course_id=like.course_id if like else "",
            hours=like.hours if like else None,
            credits=like.credits if like else None,
            note=note, seen=seen, stage="settle", run_id=said.workspace.run_id,
        )  # fmt: skip

    mine = deciding.verdict_words(like) if like else t(f"verdict.{verdict}")
    if action is not None:
        mine = t("verdict.changed_to", action=t(f"action.{action}"))
    if deciding.save(p.id, act, before, mine):
        _saved(p.id)
    st.rerun()


def _words(said: Said, d: Differing) -> str:
    """Both words side by side, and the committee's below."""
    cells = "".join(
        html.quote(
            w.reviewer_name or t("decide.erased"),
            _word(w) + (f"<br>{html.esc(t('decide.note_said', note=w.note))}" if w.note else ""),
            clock(w.time, day=True),
        )
        for w in d.words
    )
    told = f'<div class="al-candidate"><div class="al-two" style="{_SIDES}">{cells}</div>'
    if d.settled is not None:
        line = html.esc(f"{t('committee.settled_word')} · {deciding.said_line(d.settled)}")
        told += f'<p class="al-word">{line}</p>'
    return told + "</div>"


def _word(word: Decision | LinkDecision) -> str:
    """What somebody said, in its colour."""
    if isinstance(word, LinkDecision):
        kind = LINKS[word.grade] if word.grade is not None else "none"
    else:
        kind = {"accept": "full", "change": "part"}.get(word.verdict, "none")
    return html.tag(deciding.verdict_words(word), kind=f"al-said al-{kind}")
