"""学分转换: learners' results deposited one by one or as a class; only for who may see them."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from align.access import allowed
from align.credit import RuleSet
from align.export.learners import table_csv
from align.learner import Entry, LearningResult
from align.learner.tables import RESULT_HEAD, by_learner, read_results
from align.plan.word import today
from align.ui import wiring
from align.ui.components import html
from align.ui.components.credit_account import account
from align.ui.components.credit_files import read_table
from align.ui.components.credit_outcome import converted, outcome
from align.ui.components.credit_single import single
from align.ui.look import Look
from align.ui.words import language, t


def learners(
    look: Look, college_id: str, rules: RuleSet, directory: list[Entry], total: float | None
) -> None:
    """Only the committee and the admin of the college get here."""
    who = wiring.who()
    if not allowed(who, "learners", college_id) or who.college_id != college_id:
        st.info(t("learn.not_you"))
        return
    html.show(f'<p class="al-note">{html.esc(t("learn.private"))}</p>')
    ways = ("one", "class", "account", "single")
    kept = st.session_state.get("learn.way.kept", "one")
    way = st.segmented_control(
        t("learn.title"), ways, default=kept, format_func=lambda x: t(f"learn.way_{x}"),
        key=f"learn.way.{language()}", required=True, label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    st.session_state["learn.way.kept"] = way or "one"  # another language has another control
    if way == "class":
        _class(rules, directory, total)
    elif way == "account":
        account(rules, directory, total)
    elif way == "single":
        single(look, college_id, directory)
    else:
        _form(directory)


# --- depositing ---------------------------------------------------------------------------------


def _form(directory: list[Entry]) -> None:
    html.section(t("learn.deposit"), t("learn.deposit_note"))
    by_id = {e.id: e for e in directory}
    n = st.session_state.setdefault("learn.n", 0)
    entry_id = st.selectbox(
        t("learn.entry"), ["", *by_id], key=f"learn.entry.{n}.{language()}",
        format_func=lambda k: by_id[k].name if k in by_id else t("learn.no_entry"),
    ) or ""  # fmt: skip
    entry = by_id.get(entry_id)
    with st.form(f"learn.form.{n}", border=True):
        left, right = st.columns(2)
        learner = left.text_input(t("learn.number"), key=f"learn.number.{n}", max_chars=60)
        name = right.text_input(
            t("learn.name"), value=entry.name if entry else "", key=f"learn.name.{n}.{entry_id}",
            max_chars=200,
        )  # fmt: skip
        levels = entry.levels if entry else ()
        if levels:
            level = left.selectbox(t("pick.level"), levels, key=f"learn.level.{n}.{entry_id}")
        else:
            level = left.text_input(t("pick.level"), key=f"learn.level.{n}.{entry_id}")
        issued = right.date_input(
            t("learn.issued"), value=None, key=f"learn.issued.{n}", format="YYYY-MM-DD",
            min_value=date(1980, 1, 1), max_value=today(),
        )  # fmt: skip
        hours = left.number_input(
            t("dir.hours"), 0.0, 10_000.0, None, 1.0, key=f"learn.hours.{n}", format="%g"
        )  # fmt: skip
        evidence = right.text_input(t("learn.evidence"), key=f"learn.evidence.{n}", max_chars=300)
        pressed = st.form_submit_button(t("learn.do_deposit"), type="primary", key="learn.deposit")
    if not pressed:
        return
    if not (learner or "").strip() or not (name or "").strip():
        st.error(t("learn.missing"))
        return
    result = LearningResult(
        "", learner.strip(), name.strip(), (level or "").strip(), issued, entry_id, hours,
        (evidence or "").strip(),
    )  # fmt: skip
    wiring.store().add_results(wiring.who(), [result])
    st.session_state["learn.n"] = n + 1
    st.session_state["learn.who"] = result.learner
    st.session_state["credit.told"] = t("learn.deposited", name=result.name)
    st.rerun()


def _class(rules: RuleSet, directory: list[Entry], total: float | None) -> None:
    """A table of results: what the rules make of it, before and after it is deposited."""
    html.section(t("learn.class"), t("learn.class_note", columns=t("comma").join(RESULT_HEAD)))
    st.download_button(
        t("dir.form"), table_csv(RESULT_HEAD, []), file_name="学习成果.csv",
        mime="text/csv", key="learn.empty", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    n = st.session_state.setdefault("learn.files", 0)
    found = read_table(
        t("dir.upload"), f"learn.file.{n}", partial(read_results, directory=directory)
    )
    if not found:
        return
    known = wiring.store().accounts(wiring.who())
    done = [
        converted(mine, rules, directory, total, known.get(learner, ([], []))[1])
        for learner, mine in by_learner(found).items()
    ]
    outcome(done, found, rules)
    if st.button(t("learn.deposit_class", n=len(found)), key="learn.deposit.class",
                 type="primary"):  # fmt: skip
        kept = wiring.store().add_results(wiring.who(), found)
        st.session_state["learn.files"] = n + 1
        st.session_state["credit.told"] = t("learn.deposited_class", n=len(kept))
        st.rerun()
