"""学分转换: one learner's account: converted, shown, given out as the learner's file, erased."""

from __future__ import annotations

from functools import partial

import streamlit as st

from align.credit import RuleSet
from align.errors import AlignError
from align.export.learner_file import learner_docx, learner_file, learner_xlsx
from align.learner import STATE_ZH, Conversion, Entry, LearningResult, ResultState, state_on
from align.plan.word import today
from align.store import LearnerConversion
from align.store.ledger import canonical
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import receipt_button
from align.ui.components.credit_outcome import converted, outcome
from align.ui.words import clock, language, number, t

_OFFICE = "application/vnd.openxmlformats-officedocument."


def account(rules: RuleSet, directory: list[Entry], total: float | None) -> None:
    store, who = wiring.store(), wiring.who()
    known = store.learners(who)
    html.section(t("learn.account"))
    if not known:
        html.show(f'<p class="al-note">{html.esc(t("learn.nobody"))}</p>')
        return
    last = st.session_state.get("learn.who")
    learner = st.selectbox(
        t("learn.number"), known, index=known.index(last) if last in known else 0,
        key=f"learn.pick.{len(known)}", width=320,
    )  # fmt: skip
    mine = store.results(who, learner)
    names, entries = {e.id: e.name for e in directory}, {e.id: e for e in directory}
    day = today()
    table = [
        [
            html.esc(r.name), html.esc(r.level), html.esc(r.issued.isoformat() if r.issued else ""),
            html.esc(names.get(r.entry_id, t("learn.no_entry"))), html.esc(number(r.hours)),
            html.esc(r.evidence), html.esc(_state(state_on(r, entries.get(r.entry_id), day))),
        ]
        for r in mine
    ]  # fmt: skip
    heads = [t("learn.name"), t("pick.level"), t("learn.issued"), t("learn.entry"),
             t("dir.hours"), t("learn.evidence"), t("centre.col_state")]  # fmt: skip
    html.show(html.table(heads, table, (1, 2, 4, 6)))
    _convert(learner, mine, rules, directory, total)
    _earlier(learner)
    _file(learner, directory)
    _erase(learner)


def _convert(
    learner: str,
    mine: list[LearningResult],
    rules: RuleSet,
    directory: list[Entry],
    total: float | None,
) -> None:
    """What the rules make of the account today; one of several choices; and entering it."""
    store, who = wiring.store(), wiring.who()
    earlier = store.learner_conversions(who, learner)
    html.section(t("learn.convert"), t("learn.convert_note"))
    done = converted(mine, rules, directory, total, earlier)
    reason = ""
    if done.choices:
        pick, reason = _pick(learner, done, len(earlier))
        done = converted(mine, rules, directory, total, earlier, pick)
    outcome([done], mine, rules, alone=True)
    if not done.exempted:
        html.show(f'<p class="al-note">{html.esc(t("learn.nothing"))}</p>')
    if st.button(t("learn.record"), key="learn.record", type="primary",
                 disabled=not done.exempted):  # fmt: skip
        if done.choices and not reason:
            st.error(t("tune.reason_missing"))
            return
        _, receipt = store.record_conversion(
            who, learner, done.exempted, done.refused, choices=max(1, len(done.choices)),
            reason=reason,
        )  # fmt: skip
        st.session_state["learn.receipt"] = (learner, receipt)
        st.session_state["credit.told"] = t("learn.recorded")
        st.rerun()


def _pick(learner: str, done: Conversion, n: int) -> tuple[int, str]:
    """Several choices give as many credits: one is picked, with the reason."""
    told = t("cand.more_ties" if done.more_choices else "cand.ties", n=len(done.choices))
    html.show(f'<div class="al-draft">{html.esc(told)}</div>')
    courses = {r.course_id: r.course for r in wiring.store().conversions(wiring.who())}

    def label(k: int) -> str:
        names = [courses.get(key[2], key[2]) for key in done.choices[k].taken]
        return f"{k + 1}. {t('comma').join(names)}"

    picked = st.radio(
        t("cand.pick"), list(range(len(done.choices))), format_func=label,
        key=f"learn.choice.{learner}.{n}.{language()}",
    )  # fmt: skip
    reason = st.text_input(
        t("learn.why_choice"), key=f"learn.choice.why.{learner}.{n}", max_chars=1000
    )
    return picked or 0, (reason or "").strip()


def _earlier(learner: str) -> None:
    made = wiring.store().learner_conversions(wiring.who(), learner)
    kept = st.session_state.get("learn.receipt")
    if isinstance(kept, tuple) and kept[0] == learner:
        receipt_button(kept[1], f"回执-{kept[1]['seq']}.json", "learn.receipt.down")
    if not made:
        return
    html.section(t("learn.earlier"))
    table = [
        [
            clock(c.time, day=True), html.esc(c.by_name or t("decide.erased")),
            html.esc(t("comma").join(f"《{e.rule.course}》" for e in c.exempted))
            or html.esc(t("learn.no")),
            f"{c.credits:g}", _ground(c),
        ]
        for c in reversed(made)
    ]  # fmt: skip
    heads = [t("version.time"), t("version.author"), t("rule.courses"), t("cand.credits"),
             t("learn.ground")]  # fmt: skip
    html.show(html.table(heads, table, (0, 1, 3)))


def _ground(c: LearnerConversion) -> str:
    """Under the rules or singly; which of how many choices, and why; who had agreed."""
    parts = [t("learn.singly") if c.single else t("learn.by_rules")]
    if c.choices > 1:
        parts.append(t("learn.one_of", n=c.choices))
    parts += [c.reason] if c.reason else []
    parts += ["→".join(c.steps)] if c.steps else []
    return html.esc(" · ".join(parts))


def _file(learner: str, directory: list[Entry]) -> None:
    """The learner's file, made on demand: its making is entered in the ledger."""
    html.section(t("learn.file"), t("learn.file_note"))
    if st.button(t("learn.make_file"), key="learn.export"):
        st.session_state["learn.exported"] = (
            learner, *wiring.store().export_learner(wiring.who(), learner)
        )  # fmt: skip
    kept = st.session_state.get("learn.exported")
    if not isinstance(kept, tuple) or kept[0] != learner:
        return
    data = canonical(kept[1]).encode()  # the very bytes whose SHA-256 the receipt holds
    names = {c.id: c.name for c in wiring.store().colleges()}
    college = names.get(wiring.who().college_id, wiring.who().college_id)
    file = learner_file(kept[1], kept[2], college=college, directory=directory)
    with st.container(horizontal=True):
        for label, kind, mime, content in (
            (t("learn.as_docx"), "docx", _OFFICE + "wordprocessingml.document",
             partial(learner_docx, file)),
            (t("learn.as_xlsx"), "xlsx", _OFFICE + "spreadsheetml.sheet",
             partial(learner_xlsx, file)),
            (t("learn.as_json"), "json", "application/json", data),
        ):  # fmt: skip
            st.download_button(
                label, content, file_name=f"终身档案-{learner}.{kind}", mime=mime,
                key=f"learn.export.{kind}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        receipt_button(kept[2], f"终身档案-{learner}-回执.json", "learn.export.receipt")


def _erase(learner: str) -> None:
    html.section(t("learn.erase"), t("learn.erase_note"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.text_input(t("learn.erase_confirm"), key=f"learn.erase.{learner}", width=320)
        pressed = st.button(t("learn.do_erase"), key="learn.erase.do")
    if not pressed:
        return
    if (typed or "").strip() != learner:
        st.error(t("learn.erase_wrong"))
        return
    told = t("learn.erased")
    for key in ("learn.exported", "learn.receipt", "learn.who"):
        st.session_state.pop(key, None)
    try:
        wiring.store().erase_learner(wiring.who(), learner)
    except AlignError as error:
        told = error.line()  # erased all the same, or refused: the line says which
    st.session_state["credit.told"] = told
    st.rerun()


def _state(state: ResultState) -> str:
    return STATE_ZH[state] if language() == "zh" else t(f"result.{state}")
