"""One proposal: what, why, by which rule, both quotations, and the buttons to decide."""

from __future__ import annotations

from functools import partial

import streamlit as st

from align.decisions import Decision, Verdict
from align.plan import unit_title
from align.records import Action, Proposal
from align.ui import wiring
from align.ui.components import deciding, html
from align.ui.components.candidates import cite
from align.ui.look import Look
from align.ui.reasons import reason
from align.ui.said import Said
from align.ui.words import language, level_name, number, place_words, t

_NAMED = 6  # requirements of an exemption that are named; the rest is counted


def card(look: Look, said: Said, p: Proposal) -> str:
    """The proposal as HTML, with what people have said of it."""
    strong, where, text = what(look, p)
    course = look.courses[p.course_id].name if p.course_id in look.courses else ""
    return (
        f'<div class="al-candidate"><div class="al-head">{html.action_tag(p.action)}'
        f"<strong>{html.esc(strong)}</strong><span>{html.esc(where)}</span>"
        f'<span class="al-end">{_state(said, p)}{html.unsure_tag(p.unsure)}'
        f"{html.probability(p.probability)}</span></div>"
        + (f"<p><strong>{html.esc(text)}</strong></p>" if text else "")
        + f"<p>{html.esc(reason(look, p))}</p>"
        + html.facts(_facts(look, p, course))
        + _words(look, said, p)
        + f"<details><summary>{t('proposals.quotes')}</summary>{_quotes(look, p)}</details></div>"
    )


def what(look: Look, p: Proposal) -> tuple[str, str, str]:
    """What a proposal is about: its name, where it stands, its text."""
    if p.action is Action.EXEMPT:
        unit = look.units.get((p.course_id, p.unit_ids[0])) if p.rule == "exempt-unit" else None
        course = look.courses[p.course_id].name if p.course_id in look.courses else ""
        where = unit_title(unit) if unit else t("proposals.whole_course")
        return f"《{course}》", where, unit.content if unit else ""
    item = look.items[p.certificate_id, p.item_ids[0]]
    where = " / ".join(x for x in (level_name(item.level), item.area, item.task) if x)
    return item.number or item.id, where, item.text


def _state(said: Said, p: Proposal) -> str:
    word = said.word(p.id)
    if word is None:
        return html.tag(t("proposals.by_links"), kind="al-said al-full") if p.confirmed else ""
    if said.stale(p):
        return html.tag(t("proposals.stale"), kind="al-unsure")
    kind = "al-none" if word.verdict == "reject" else "al-full"
    return html.tag(deciding.verdict_words(word), kind=f"al-said {kind}")


def _words(look: Look, said: Said, p: Proposal) -> str:
    """Who said what, when; and what changed since."""
    history = said.history(p.id)
    out = ""
    if p.confirmed and said.word(p.id) is None:
        out = f'<p class="al-note">{html.esc(t("proposals.by_links_note"))}</p>'
    if not history:
        return out
    word = history[-1]
    if said.stale(p):
        told = t("proposals.stale_note", old=t(f"action.{word.proposed}"),
                 new=t(f"action.{p.action}"))  # fmt: skip
        out += f'<div class="al-draft">{html.esc(told)}</div>'
    more = _own_figures(look, word)
    line = html.esc(deciding.said_line(word)) + (f" · {html.esc(more)}" if more else "")
    return out + f'<p class="al-word">{line}</p>' + deciding.history(history[:-1])


def _own_figures(look: Look, d: Decision) -> str:
    parts = []
    if d.course_id in look.courses:
        parts.append(f"《{look.courses[d.course_id].name}》")
    if d.hours is not None:
        parts.append(t("hours", n=number(d.hours)))
    if d.credits is not None:
        parts.append(t("credits", n=number(d.credits)))
    return " · ".join(parts)


def _facts(look: Look, p: Proposal, course: str) -> list[tuple[str, str]]:
    amounts = []
    if p.hours is not None:
        amounts.append(t("hours", n=number(p.hours)))
    if p.credits is not None:
        amounts.append(t("credits", n=number(p.credits)))
    if p.action is Action.EXEMPT:
        named = [
            f"{i.level} {i.number}".strip() if i.number else i.id
            for i in (look.items[p.certificate_id, k] for k in p.item_ids)
        ]
        more = t("proposals.in_all", n=len(named)) if len(named) > _NAMED else ""
        return [
            (t("proposals.items"), html.esc("、".join(named[:_NAMED]) + more)),
            ("", html.esc(" · ".join(amounts))),
        ]
    linked = [
        look.units[m.course_id, m.unit_id]
        for m in look.item_matches.get((p.certificate_id, p.item_ids[0]), [])
        if (m.course_id, m.unit_id) in p.units
    ]
    named = [
        unit_title(u) if u.course_id == p.course_id else f"《{u.course}》{unit_title(u)}"
        for u in linked
    ]
    more = t("proposals.in_all", n=len(named)) if len(named) > 3 else ""
    where = "proposals.taught_in" if p.action is Action.COVERED else "proposals.course"
    return [
        (t(where), html.esc(f"《{course}》" if course else "")),
        (t("proposals.units"), html.esc("；".join(named[:3]) + more)),
        ("", html.esc(" · ".join(amounts))),
    ]


def _quotes(look: Look, p: Proposal) -> str:
    # The words for people; the name under which the rule is documented on pointing at them.
    rule = f'<span title="{html.esc(p.rule)}">{html.esc(t(f"rule.{p.rule}"))}</span>'
    units = {look.units[key].place: look.units[key] for key in p.units if key in look.units}
    items = [look.items[p.certificate_id, i] for i in p.item_ids]
    out = []
    for e in p.evidence:
        pairs = html.shared_words([e])
        unit = units.get(e.unit_place)
        out.append(
            '<div class="al-two">'
            + html.quote(
                t("proposals.unit_quote"),
                html.marked(e.unit_text, (a for a, _ in pairs)),
                cite(look, unit.source_id if unit else "", place_words(e.unit_place)),
            )
            + html.quote(
                t("proposals.item_quote"),
                html.marked(e.competency_text, (b for _, b in pairs)),
                cite(look, items[0].source_id, place_words(e.competency_place)),
            )
            + "</div>"
        )
    if not out:
        out.append(f'<p class="al-note">{t("proposals.no_quote")}</p>')
    return html.facts([(t("proposals.rule"), rule)]) + "".join(out)


# --- deciding ----------------------------------------------------------------------------------


def buttons(look: Look, said: Said, p: Proposal, keys: bool) -> None:
    """Accept, change or reject with a note; take back what was said."""
    word = said.word(p.id)
    seen = deciding.seen(p.id, said.my_word(p.id), said.person.id)
    standing = word.verdict if word and not said.stale(p) else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        accept = st.button(
            t("do.accept"),
            key=f"accept.{p.id}",
            type="primary" if standing == "accept" else "secondary",
            shortcut="A" if keys else None,
        )
        change = st.button(
            t("do.change"),
            key=f"change.{p.id}",
            type="primary" if standing == "change" else "secondary",
        )
        reject = st.button(
            t("do.reject"),
            key=f"reject.{p.id}",
            type="primary" if standing == "reject" else "secondary",
            shortcut="X" if keys else None,
        )
        undo = word is not None and st.button(
            t("decide.undo"), key=f"undo.{p.id}", icon=":material/undo:", type="tertiary"
        )
        note = deciding.note(p.id, len(said.history(p.id)))
    if accept:
        _decide(said, p, seen, "accept", action=p.action, note=note)
    if reject:
        _decide(said, p, seen, "reject", note=note)
    if undo:
        _decide(said, p, seen, "withdraw", note=note)
    if change:
        st.session_state["proposals.changing"] = p.id
        st.rerun()
    if st.session_state.get("proposals.changing") == p.id:
        _change(look, said, p, seen, note)


def _change(look: Look, said: Said, p: Proposal, seen: str, note: str) -> None:
    """The person's own measure in place of the proposed one."""
    exempt = p.action is Action.EXEMPT
    options = [a for a in Action if (a is Action.EXEMPT) == exempt]
    courses = ["", *look.courses]
    names = {c.id: c.name for c in look.courses.values()} | {"": t("proposals.same_course")}
    with st.form(f"change-{p.id}", border=True):
        action, course = st.columns(2)
        chosen = action.selectbox(
            t("pick.action"), options, index=options.index(p.action),
            format_func=lambda a: t(f"action.{a}"), key=f"change.action.{p.id}.{language()}",
        )  # fmt: skip
        where = course.selectbox(
            t("proposals.course"), courses, format_func=lambda k: names.get(k, k),
            key=f"change.course.{p.id}.{language()}",
        )  # fmt: skip
        left, right = st.columns(2)
        hours = left.number_input(
            t("reading.col_hours"), min_value=0.0, max_value=2000.0, step=1.0, value=None,
            key=f"change.hours.{p.id}",
            placeholder=number(p.hours) if p.hours is not None else t("proposals.as_proposed"),
        )  # fmt: skip
        credits = right.number_input(
            t("reading.col_credits"), min_value=0.0, max_value=100.0, step=0.5, value=None,
            key=f"change.credits.{p.id}",
            placeholder=number(p.credits) if p.credits is not None else t("proposals.as_proposed"),
        )  # fmt: skip
        with st.container(horizontal=True):
            save = st.form_submit_button(t("do.save"), type="primary", key=f"save.{p.id}")
            leave = st.form_submit_button(t("do.leave"), key=f"leave.{p.id}")
    same_course = not where or where == p.course_id
    if save and chosen == p.action and same_course and hours is None and credits is None:
        st.warning(t("proposals.nothing_changed"))
        return
    if leave or save:
        st.session_state.pop("proposals.changing", None)
    if save:
        _decide(said, p, seen, "change", action=chosen, course_id=where or "", hours=hours,
                credits=credits, note=note)  # fmt: skip
    if leave:
        st.rerun()


def _decide(
    said: Said,
    p: Proposal,
    seen: str,
    verdict: Verdict,
    *,
    action: Action | None = None,
    course_id: str = "",
    hours: float | None = None,
    credits: float | None = None,
    note: str = "",
) -> None:
    write = partial(
        wiring.store().decide,
        wiring.who(),
        said.workspace.id,
        p.id,
        p.action,
        verdict,
        action=action,
        course_id=course_id,
        hours=hours,
        credits=credits,
        note=note,
        run_id=said.workspace.run_id,
    )

    def act(before: str) -> Decision:
        return write(seen=before)

    mine = t(f"verdict.{verdict}")
    if verdict == "change" and action is not None:
        mine = t("verdict.changed_to", action=t(f"action.{action}"))
    deciding.save(p.id, act, seen, mine)
    st.rerun()
