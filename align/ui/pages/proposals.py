"""建议: every proposal with its reason, its rule and both quotations."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from align.plan import unit_title
from align.records import Action, Proposal
from align.ui.components import html
from align.ui.components.filters import Filter, filter_bar
from align.ui.components.gate import need_look
from align.ui.components.pager import paged, pager
from align.ui.look import Look
from align.ui.reasons import reason
from align.ui.words import level_name, number, place_words, t

_PAGE = 15
_ORDERS = ("standard", "unsure", "probability")
_NAMED = 6  # requirements of an exemption that are named; the rest is counted


def page() -> None:
    """The whole page."""
    html.header(t("proposals.title"), t("proposals.lead"))
    look = need_look()
    html.draft()
    wanted = filter_bar(look, "proposals")
    order = st.segmented_control(
        t("proposals.order"),
        _ORDERS,
        default=_ORDERS[0],
        format_func=lambda x: t(f"proposals.order_{x}"),
        key="proposals_order",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = [p for p in look.result.proposals if _fits(look, p, wanted)]
    if order == "unsure":
        found.sort(key=lambda p: not p.unsure)
    elif order == "probability":
        found.sort(key=lambda p: p.probability)
    if not found:
        st.info(t("empty.filtered"))
        return
    counts = Counter(p.action for p in found)
    html.show(
        '<div class="al-tags">'
        + "".join(html.action_tag(a, counts[a]) for a in Action if counts[a])
        + "</div>"
    )
    context = (look.result.run.id, wanted, order)
    for p in paged(found, "proposals", _PAGE, context):
        html.show(_card(look, p))
    pager(found, "proposals", _PAGE)


def _fits(look: Look, p: Proposal, f: Filter) -> bool:
    items = [look.items[p.certificate_id, i] for i in p.item_ids]
    units = [u for i in p.unit_ids if (u := look.units.get((p.course_id, i)))]
    return (
        f.certificate in {"", p.certificate_id}
        and (not f.level or any(i.level == f.level for i in items))
        and f.course in {"", p.course_id}
        and f.action in {"", str(p.action)}
        and (p.unsure or not f.unsure)
        and f.finds(p.reason, *(i.id for i in items), *(i.text for i in items),
                    *(u.content for u in units))
    )  # fmt: skip


def _card(look: Look, p: Proposal) -> str:
    exempt = p.action is Action.EXEMPT
    course = look.courses[p.course_id].name if p.course_id in look.courses else ""
    if exempt:
        unit = look.units.get((p.course_id, p.unit_ids[0])) if p.rule == "exempt-unit" else None
        strong = f"《{course}》"
        where = unit_title(unit) if unit else t("proposals.whole_course")
        text = unit.content if unit else ""
    else:
        item = look.items[p.certificate_id, p.item_ids[0]]
        strong = item.number or item.id
        where = " / ".join(x for x in (level_name(item.level), item.area, item.task) if x)
        text = item.text
    return (
        f'<div class="al-item"><div class="al-head">{html.action_tag(p.action)}'
        f"<strong>{html.esc(strong)}</strong><span>{html.esc(where)}</span>"
        f'<span class="al-end">{html.unsure_tag(p.unsure)}'
        f"{html.probability(p.probability)}</span></div>"
        + (f"<p><strong>{html.esc(text)}</strong></p>" if text else "")
        + f"<p>{html.esc(reason(look, p))}</p>"
        + html.facts(_facts(look, p, course))
        + f"<details><summary>{t('proposals.quotes')}</summary>{_quotes(look, p)}</details></div>"
    )


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
        more = f" … {len(named)}" if len(named) > _NAMED else ""
        return [
            (t("proposals.items"), html.esc("、".join(named[:_NAMED]) + more)),
            ("", html.esc(" · ".join(amounts))),
        ]
    linked = [
        look.units[m.course_id, m.unit_id]
        for m in look.item_matches.get((p.certificate_id, p.item_ids[0]), [])
        if m.unit_id in p.unit_ids
    ]
    named = [
        unit_title(u) if u.course_id == p.course_id else f"《{u.course}》{unit_title(u)}"
        for u in linked
    ]
    more = f" … {len(named)}" if len(named) > 3 else ""
    return [
        (t("proposals.course"), html.esc(f"《{course}》" if course else "")),
        (t("proposals.units"), html.esc("；".join(named[:3]) + more)),
        ("", html.esc(" · ".join(amounts))),
    ]


def _quotes(look: Look, p: Proposal) -> str:
    rule = (
        f"{html.esc(t(f'rule.{p.rule}'))} <span class='al-tag al-plain'>{html.esc(p.rule)}</span>"
    )
    out = []
    for e in p.evidence:
        pairs = html.shared_words([e])
        out.append(
            '<div class="al-two">'
            + html.quote(
                t("proposals.unit_quote"),
                html.marked(e.unit_text, (a for a, _ in pairs)),
                place_words(e.unit_place),
            )
            + html.quote(
                t("proposals.item_quote"),
                html.marked(e.competency_text, (b for _, b in pairs)),
                place_words(e.competency_place),
            )
            + "</div>"
        )
    if not out:
        out.append(f'<p class="al-note">{t("proposals.no_quote")}</p>')
    return html.facts([(t("proposals.rule"), rule)]) + "".join(out)


if __name__ == "__main__":
    page()
