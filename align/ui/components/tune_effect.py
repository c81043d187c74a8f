"""阈值: what a change would do today, item by item, before anything is saved."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.records import Action, Proposal
from align.tune import Change, Effect
from align.ui.components import html
from align.ui.components.pager import paged, pager
from align.ui.look import Look
from align.ui.words import level_name, number, t

_PAGE = 20
KINDS = ("appears", "vanishes", "action", "content")


def show(look: Look, found: Effect, key: str, decided: frozenset[str]) -> None:
    """Counts of actions before and after, hours and credits, and every change.

    Parameters
    ----------
    key : str
        What the effect is of; another one begins the list at its first page.
    decided : frozenset of str
        Proposals that people have decided on.
    """
    if not found.changes:
        html.show(f'<p class="al-note">{html.esc(t("effect.none"))}</p>')
        return
    html.show(
        html.cards(
            [
                *((t(f"action.{a}"), f"{before} → {after}", _more(after - before), "")
                  for a, before, after in found.actions),
                (t("effect.hours"), signed(found.hours), t("effect.whole"), ""),
                (t("effect.credits"), signed(found.credits), t("effect.whole"), ""),
            ]
        )
    )  # fmt: skip
    kinds = {k: sum(c.kind == k for c in found.changes) for k in KINDS}
    told = t("comma").join(t(f"effect.n_{k}", n=n) for k, n in kinds.items() if n)
    again = sum(c.subject in decided and c.kind in {"vanishes", "action"} for c in found.changes)
    html.show(
        f'<p class="al-note">{html.esc(t("effect.changes", n=len(found.changes), kinds=told))}</p>'
    )
    if again:
        html.show(f'<div class="al-draft">{html.esc(t("effect.decided", n=again))}</div>')
    names = {"": t("all"), **{k: f"{t(f'effect.{k}')} {n}" for k, n in kinds.items() if n}}
    kind = st.segmented_control(
        t("effect.kind"), list(names), default="", format_func=lambda k: names.get(k, k),
        key=f"effect.kind.{abs(hash((key, tuple(names.items()))))}", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
    wanted = [c for c in found.changes if not kind or c.kind == kind]
    rows = [_row(look, c, decided) for c in paged(wanted, "effect", _PAGE, (key, kind))]
    heads = [t("effect.kind"), t("effect.subject"), t("effect.before"), t("effect.after"),
             t("effect.hours_credits")]  # fmt: skip
    if not any(row[-1] for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    html.show(html.table(heads, rows, numbers=(0, 4)))
    if len(wanted) > _PAGE:
        pager(wanted, "effect", _PAGE)


def subject(look: Look, p: Proposal) -> str:
    """What a proposal is about, as a person knows it."""
    course = look.courses.get(p.course_id)
    name = f"《{course.name}》" if course else p.course_id
    if p.rule == "exempt-course":
        return f"{name} {t('effect.whole_course')}"
    if p.action is Action.EXEMPT:
        units = [look.units.get((p.course_id, u)) for u in p.unit_ids]
        return f"{name} " + t("comma").join(u.task or u.content[:30] for u in units if u)
    items = [look.items.get((p.certificate_id, i)) for i in p.item_ids]
    return t("comma").join(f"{level_name(i.level)} {i.number} {i.text}" for i in items if i)


def _row(look: Look, c: Change, decided: frozenset[str]) -> Sequence[str]:
    shown = c.after or c.before
    assert shown is not None
    said = " " + html.tag(t("effect.has_word")) if c.subject in decided else ""
    return [
        html.esc(t(f"effect.{c.kind}")),
        html.esc(subject(look, shown)) + said,
        _state(look, c.before),
        _state(look, c.after) + _inside(c),
        figures_of(c),
    ]


def _state(look: Look, p: Proposal | None) -> str:
    if p is None:
        return "—"
    found = html.action_tag(p.action) + html.unsure_tag(p.unsure)
    course = look.courses.get(p.course_id)
    if p.action is not Action.EXEMPT and course is not None:
        found += f"<br><small>{html.esc(course.name)}</small>"
    return found


def _inside(c: Change) -> str:
    """What differs where the action is the same: rows that are linked now and then."""
    if c.before is None or c.after is None:
        return ""
    old, new = set(c.before.unit_ids), set(c.after.unit_ids)
    if old == new:
        return ""
    told = t("effect.rows", more=len(new - old), less=len(old - new))
    return f"<br><small>{html.esc(told)}</small>"


def figures_of(c: Change) -> str:
    """Hours and credits before and after."""
    old, new = c.before, c.after
    pairs = [
        (old.hours if old else None, new.hours if new else None, "hours"),
        (old.credits if old else None, new.credits if new else None, "credits"),
    ]
    told = []
    for before, after, name in pairs:
        if before != after:
            told.append(t(name, n=f"{number(before)} → {number(after)}"))
        elif after:
            told.append(t(name, n=number(after)))
    return "<br>".join(map(html.esc, told))


def signed(value: float) -> str:
    """A difference: ``+4``, ``-2`` or ``0``."""
    return f"{value:+g}" if value else "0"


def _more(n: int) -> str:
    return t("effect.same") if not n else f"{n:+d}"
