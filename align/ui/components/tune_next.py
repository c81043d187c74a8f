"""阈值: what to review next, and the sample of low-ranked pairs that keeps the figures honest."""

from __future__ import annotations

from functools import partial

import streamlit as st

from align import tune, tuning
from align.access import allowed
from align.decisions import Grade, LinkDecision, Pair
from align.ui import wiring
from align.ui.components import deciding, html
from align.ui.components.pager import paged, pager
from align.ui.components.tune_charts import effort_curve
from align.ui.look import LINKS, Look
from align.ui.said import Said
from align.ui.tuning import Own, drawn_pairs
from align.ui.words import language, level_name, percent, place_words, t

_PAGE = 5
_MOST = 200
_GRADES: tuple[Grade, ...] = (2, 1, 0)


def review_next(look: Look, said: Said, found: Own) -> None:
    """How much of the work pays, the order of the queue, and the drawn sample."""
    html.section(t("next.effort"), t("next.effort_note"))
    points = tune.effort(found.table)
    if points:
        half = next(p for p in points if p.found >= 0.9)
        told = t("next.reached", reviewed=percent(half.reviewed), n=len(found.table))
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
        effort_curve(points, f"next.effort.{language()}")
    else:
        html.show(f'<p class="al-note">{html.esc(t("next.no_effort"))}</p>')
    html.section(t("next.queue"), t("next.queue_note"))
    st.page_link("align/ui/pages/compare.py", label=t("next.to_compare"),
                 icon=":material/compare_arrows:")  # fmt: skip
    _sample(look, said)


# --- the sample ---------------------------------------------------------------------------------


def _sample(look: Look, said: Said) -> None:
    space = said.workspace
    html.section(t("next.sample"), t("next.sample_note"))
    lots = drawn_pairs(space)
    still = [d.pair for d in lots if said.grade(d.pair) is None]
    told = t("next.drawn", n=len(lots), open=len(still))
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if allowed(said.person, "run", space.college_id) and space.state == "open":
        with st.container(horizontal=True, vertical_alignment="bottom"):
            count = st.number_input(
                t("next.count"), 1, _MOST, 30, 1, key="next.count", width=160
            )  # fmt: skip
            if st.button(t("next.draw"), key="next.draw", icon=":material/casino:"):
                _draw(said, int(count))
    may = allowed(said.person, "decide", space.college_id) and space.state == "open"
    if still and not may:
        st.info(t("decide.read_only"))
    deciding.status()
    for pair in paged(still, "next.open", _PAGE, space.id):
        _card(look, said, pair, may)
    if len(still) > _PAGE:
        pager(still, "next.open", _PAGE)


def _draw(said: Said, count: int) -> None:
    space = said.workspace
    found = tuning.draw_sample(wiring.store(), said.person, space, wiring.kept(space), count)
    if found is None:
        st.warning(t("next.empty_pool"))
        return
    st.session_state["tune.told"] = t("next.drew", n=len(found.drawn), pool=found.pool_size)
    st.rerun()


def _card(look: Look, said: Said, pair: Pair, may: bool) -> None:
    item, unit = look.items.get((pair[0], pair[1])), look.units.get((pair[2], pair[3]))
    if item is None or unit is None:
        return
    name = "|".join(pair)
    head = " / ".join(x for x in (f"《{unit.course}》", unit.section, unit.task) if x)
    with st.container(border=True, key=f"card-drawn-{abs(hash(pair))}"):
        html.show(
            '<div class="al-two">'
            + html.quote(f"{level_name(item.level)} {item.number}",
                         html.esc(item.printed or item.text), place_words(item.place))
            + html.quote(head, html.esc(unit.content), place_words(unit.place))
            + "</div>"
        )  # fmt: skip
        deciding.clash(name)
        if not may:
            return
        seen = deciding.seen(name, said.my_link(pair), said.person.id)
        with st.container(horizontal=True):
            for grade in _GRADES:
                label = t(f"grade.{LINKS[grade]}")
                if st.button(label, key=f"drawn.{LINKS[grade]}.{name}"):
                    _decide(said, pair, grade, seen)


def _decide(said: Said, pair: Pair, grade: Grade, seen: str) -> None:
    def act(probability: float | None, before: str) -> LinkDecision:
        return wiring.store().decide_link(
            wiring.who(), said.workspace.id, pair, grade, probability=probability, seen=before,
            run_id=said.workspace.run_id,
        )  # fmt: skip

    probability = wiring.kept(said.workspace).probability(pair)
    deciding.save("|".join(pair), partial(act, probability), seen, t(f"grade.{LINKS[grade]}"))
    st.rerun()
