"""管理中心: every college's progress and coverage side by side; nothing here changes anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import streamlit as st

from align.decisions import Role, Workspace
from align.plan.word import BEIJING
from align.records import Action
from align.ui import colleges, wiring
from align.ui.colleges import Figures
from align.ui.components import html
from align.ui.words import percent, t

_ACTIONS = (Action.COVERED, Action.STRENGTHEN, Action.EXTEND, Action.SUPPLEMENT, Action.EXEMPT)
Row = tuple[Workspace, Figures | None]


def page() -> None:
    """The whole page."""
    html.header(t("centre.title"), t("centre.lead"))
    if wiring.who().role != Role.CENTRE:
        st.info(t("centre.not_you"))
        return
    names = {c.id: c.name for c in wiring.store().colleges()}
    spaces: dict[str, list[Row]] = defaultdict(list)
    with st.spinner(t("centre.counting")):
        for space in wiring.workspaces():
            spaces[space.college_id].append((space, colleges.figures(space)))
    if not names:
        st.info(t("centre.none"))
        return
    html.show(_side_by_side(names, spaces))
    html.section(t("centre.workspaces"), t("centre.workspaces_note"))
    rows = [_row(names[c], space, f) for c in names for space, f in spaces[c]]
    if not rows:
        html.show(f'<p class="al-note">{t("centre.no_workspace")}</p>')
        return
    heads = ["workspace", "progress", "coverage", "actions", "last"]
    html.show(html.table([t(f"centre.col_{h}") for h in heads], rows, numbers=(1, 2, 4)))


def _side_by_side(names: dict[str, str], spaces: dict[str, list[Row]]) -> str:
    cards = []
    for college, name in names.items():
        found = [f for _, f in spaces[college] if f is not None]
        approved = sum(space.state == "approved" for space, _ in spaces[college])
        if found:
            inner = (
                html.bar(t("centre.progress"), _progress(found))
                + html.bar(t("centre.coverage"), _covered(found))
                + f'<p class="al-tags" style="margin-top:10px">{_tags(found)}</p>'
            )
        else:
            inner = f'<p class="al-note">{t("centre.nothing_yet")}</p>'
        told = t("centre.counts", n=len(spaces[college]), approved=approved)
        cards.append(
            f'<div class="al-card"><strong>{html.esc(name)}</strong><br>'
            f"<small>{html.esc(told)}</small>{inner}</div>"
        )
    columns = "grid-template-columns:repeat(auto-fill,minmax(310px,1fr))"
    return f'<div class="al-cards" style="{columns}">{"".join(cards)}</div>'


def _progress(found: Sequence[Figures]) -> float:
    total = sum(f.total for f in found)
    return sum(f.reviewed for f in found) / total if total else 0.0


def _covered(found: Sequence[Figures]) -> float:
    items = sum(f.items for f in found)
    return sum(f.covered * f.items for f in found) / items if items else 0.0


def _tags(found: Sequence[Figures]) -> str:
    counts = {a: sum(f.actions.get(str(a), 0) for f in found) for a in _ACTIONS}
    return " ".join(html.action_tag(a, n) for a, n in counts.items())


def _row(college: str, space: Workspace, f: Figures | None) -> list[str]:
    state = t("audit.state_approved" if space.state == "approved" else "audit.state_open")
    last = colleges.last_event(wiring.store(), space)
    when = last.astimezone(BEIJING).strftime("%Y-%m-%d") if last else "—"
    reviewers = t(f"centre.reviewers_{space.reviewers}")
    name = (
        f'<div style="min-width:9rem"><small>{html.esc(college)}</small><br>'
        f"<b>{html.esc(space.name)}</b> {html.tag(state)}</div>"
    )
    what = f'{name}<span class="al-note">{html.esc(reviewers)}'
    if f is None:
        return [what + "</span>", t("centre.no_run"), "", "", when]
    size = t("centre.size", courses=f.courses, items=f.items)
    waiting = f'<br><span class="al-note">{t("centre.waiting", n=f.waiting)}</span>'
    return [
        f"{what} · {html.esc(size)}</span>",
        html.probability(f.progress) + f'<br><span class="al-note">{f.reviewed} / {f.total}</span>'
        + (waiting if f.waiting else ""),
        html.probability(f.covered) if f.covered else percent(0.0),
        f'<span class="al-tags" style="min-width:12.6rem">{_tags([f])}</span>',
        when,
    ]  # fmt: skip


if __name__ == "__main__":
    page()
