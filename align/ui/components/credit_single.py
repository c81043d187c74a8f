"""学分转换: results that no rule speaks of, decided by the committee one by one (单独认定)."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.learner import ConversionRule, Entry, LearningResult, ResultState, pending
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import receipt_button
from align.ui.components.pager import paged, pager
from align.ui.look import Look
from align.ui.words import language, number, t

_PAGE = 20
_WAYS = ("entry", "course", "refuse")


def single(look: Look, college_id: str, directory: list[Entry]) -> None:
    """The queue, and the committee's decision on one result of it."""
    store, who = wiring.store(), wiring.who()
    html.section(t("single.title"), t("single.note"))
    kept = st.session_state.get("single.receipt")
    if kept is not None:
        receipt_button(kept, f"单独认定-回执-{kept['seq']}.json", "single.receipt.down")
    known = store.accounts(who)
    refused = {r.result for _, made in known.values() for c in made if c.single for r in c.refused}
    every = pending(
        [r for results, _ in known.values() for r in results],
        store.conversions(who),
        {e.id: e for e in directory},
    )
    queue = [r for r in every if r.id not in refused]
    if len(every) > len(queue):
        told = t("single.refused", n=len(every) - len(queue))
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if not queue:
        html.show(f'<p class="al-note">{html.esc(t("single.none"))}</p>')
        return
    _table(queue, directory)
    if not allowed(who, "convert", college_id):
        st.info(t("single.not_you"))
        return
    by_id = {r.id: r for r in queue}
    chosen = st.selectbox(
        t("single.which"), list(by_id), key=f"single.which.{len(every)}.{len(refused)}",
        format_func=lambda k: f"{by_id[k].learner} · {by_id[k].name} {by_id[k].level}".strip()
        if k in by_id else k,
    )  # fmt: skip
    if chosen:
        _decide(look, by_id[chosen], directory)


def _table(queue: list[LearningResult], directory: list[Entry]) -> None:
    names = {e.id: e.name for e in directory}
    rows = [
        [
            html.esc(r.learner), html.whole([f"{r.name} {r.level}".strip()]),
            html.esc(r.issued.isoformat() if r.issued else ""),
            html.esc(names.get(r.entry_id, t("learn.no_entry"))), html.esc(number(r.hours)),
            html.esc(r.evidence),
        ]
        for r in paged(queue, "single", _PAGE, len(queue))
    ]  # fmt: skip
    heads = [t("learn.number"), t("learn.name"), t("learn.issued"), t("learn.entry"),
             t("dir.hours"), t("learn.evidence")]  # fmt: skip
    html.show(html.table(heads, rows, (0, 2, 4)))
    if len(queue) > _PAGE:
        pager(queue, "single", _PAGE)


def _decide(look: Look, result: LearningResult, directory: list[Entry]) -> None:
    way = st.segmented_control(
        t("single.way"), _WAYS,
        default="entry" if directory and result.entry_id not in {e.id for e in directory}
        else "course",
        format_func=lambda x: t(f"single.way_{x}"), key=f"single.way.{result.id}.{language()}",
        required=True, label_visibility="collapsed",
    ) or "entry"  # fmt: skip
    html.show(f'<p class="al-note">{html.esc(t(f"single.way_{way}_note"))}</p>')
    entry = level = exempt = None
    if way == "entry":
        entry, level = _entry(result, directory)
    elif way == "course":
        exempt = _course(look, result)
    reason = st.text_input(
        t("single.reason"), key=f"single.reason.{result.id}", max_chars=1000,
        placeholder=t("single.reason_hint"),
    )  # fmt: skip
    words = (reason or "").strip()
    if not st.button(t("single.do"), key="single.do", type="primary"):
        return
    if not words:
        st.error(t("tune.reason_missing"))
    elif way == "entry" and entry is None:
        st.error(t("single.no_entry"))
    elif way == "course" and exempt is None:
        st.error(t("single.no_course"))
    elif way == "entry":
        wiring.store().set_state(
            wiring.who(), result.id, ResultState.RECOGNISED, entry_id=entry, level=level,
            note=words,
        )  # fmt: skip
        _done(t("single.recognised", name=result.name))
    else:
        _, receipt = wiring.store().decide_single(wiring.who(), result.id, words, exempt)
        st.session_state["single.receipt"] = receipt
        _done(t("single.decided" if exempt else "single.refused_now", name=result.name))


def _done(told: str) -> None:
    st.session_state["credit.told"] = told
    st.rerun()


def _entry(result: LearningResult, directory: list[Entry]) -> tuple[str | None, str]:
    by_id = {e.id: e for e in directory}
    left, right = st.columns(2)
    chosen = left.selectbox(
        t("learn.entry"), list(by_id), format_func=lambda k: by_id[k].name if k in by_id else k,
        key=f"single.entry.{result.id}",
        index=list(by_id).index(result.entry_id) if result.entry_id in by_id else None,
        placeholder=t("single.pick_entry"),
    )  # fmt: skip
    if not chosen:
        return None, ""
    levels = by_id[chosen].levels
    if not levels:
        return chosen, ""
    level = right.selectbox(
        t("pick.level"), levels, key=f"single.level.{result.id}.{chosen}",
        index=levels.index(result.level) if result.level in levels else 0,
    )  # fmt: skip
    return chosen, level or ""


def _course(look: Look, result: LearningResult) -> ConversionRule | None:
    """A course of the workspace, with its own credits unless the committee gives fewer."""
    left, middle, right = st.columns([2, 1, 1])
    chosen = left.selectbox(
        t("pick.course"), list(look.courses), key=f"single.course.{result.id}", index=None,
        format_func=lambda k: look.courses[k].name if k in look.courses else k,
        placeholder=t("cand.add_hint"),
    )  # fmt: skip
    course = look.courses.get(chosen or "")
    credits = middle.number_input(
        t("cand.credits"), 0.0, 60.0, (course.credits or 0.0) if course else 0.0, 0.5,
        key=f"single.credits.{result.id}.{chosen}", format="%g",
    )  # fmt: skip
    grade = right.number_input(
        t("cand.grade"), 0.0, 100.0, None, 1.0, key=f"single.grade.{result.id}", format="%g"
    )  # fmt: skip
    if course is None or not credits:
        return None
    return ConversionRule(
        "", "", "", course.id, course.name, course.nature, course.category, float(credits), grade
    )
