"""学分转换: learners' results deposited, converted under the approved rules, shown and erased."""

from __future__ import annotations

import json
from datetime import date
from functools import partial

import streamlit as st

from align.access import allowed
from align.credit import BY_NAME, RuleSet
from align.errors import AlignError
from align.export.learners import HEAD, rows, table_csv, table_xlsx
from align.learner import (
    STATE_ZH,
    Conversion,
    Entry,
    Exempted,
    LearningResult,
    Refused,
    ResultState,
    convert,
)
from align.learner.tables import RESULT_HEAD, by_learner, read_results
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import receipt_button
from align.ui.components.credit_files import read_table
from align.ui.components.credit_rules import name_of
from align.ui.words import clock, language, number, t

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def learners(college_id: str, rules: RuleSet, directory: list[Entry], total: float | None) -> None:
    """Only the committee and the admin of the college get here."""
    who = wiring.who()
    if not allowed(who, "learners", college_id) or who.college_id != college_id:
        st.info(t("learn.not_you"))
        return
    html.show(f'<p class="al-note">{html.esc(t("learn.private"))}</p>')
    ways = ("one", "class", "account")
    way = st.segmented_control(
        t("learn.title"), ways, default="one", format_func=lambda x: t(f"learn.way_{x}"),
        key=f"learn.way.{language()}", required=True, label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    if way == "class":
        _class(rules, directory, total)
    elif way == "account":
        _account(rules, directory, total)
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
            min_value=date(1980, 1, 1), max_value="today",
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
    done = [_converted(mine, rules, directory, total) for mine in by_learner(found).values()]
    _outcome(done, found, rules)
    if st.button(t("learn.deposit_class", n=len(found)), key="learn.deposit.class",
                 type="primary"):  # fmt: skip
        kept = wiring.store().add_results(wiring.who(), found)
        st.session_state["learn.files"] = n + 1
        st.session_state["credit.told"] = t("learn.deposited_class", n=len(kept))
        st.rerun()


def _converted(
    mine: list[LearningResult], rules: RuleSet, directory: list[Entry], total: float | None
) -> Conversion:
    return convert(
        mine,
        wiring.store().conversions(wiring.who()),
        {e.id: e for e in directory},
        rules,
        today=date.today(),
        programme_credits=total,
        taken=_taken(mine[0].learner) if mine else (),
    )


def _taken(learner: str) -> list[str]:
    """Courses the learner has been exempted from already."""
    store, who = wiring.store(), wiring.who()
    if learner not in store.learners(who):
        return []
    made = store.learner_conversions(who, learner)
    return [e.rule.course_id for c in made for e in c.exempted]


def _outcome(done: list[Conversion], held: list[LearningResult], rules: RuleSet) -> None:
    """Exempted courses with their rule, or the reason why not; as a table and as files."""
    lines = rows(done, held)
    shown = [[number(x) if isinstance(x, float) else str(x or "") for x in line] for line in lines]
    if language() == "en":
        _in_english(shown, done)
    for line in shown:  # a screen is narrower than a sheet: what belongs together in one cell
        level, rule, why, to_committee = line[6:]
        line[5:] = [
            f"{line[5]} {level}".strip(),
            " · ".join(x for x in (rule, why, t("learn.head_9") if to_committee else "") if x),
        ]
    heads = [t(f"learn.head_{k}") for k in (*range(6), 8)]
    html.show(html.table(heads, [[html.esc(x) for x in line] for line in shown], (0, 1, 3, 4)))
    credits = sum(c.credits for c in done)
    told = t("learn.total", n=len(done), credits=f"{credits:g}")
    html.show(f'<p class="al-saved">{html.esc(told)}</p>')
    ties = sum(len(c.ties) for c in done)
    if ties:
        html.show(f'<p class="al-note">{html.esc(t("learn.ties", n=ties))}</p>')
    mark = f"{date.today().isoformat()}；规则版本 {rules.version}"
    with st.container(horizontal=True):
        st.download_button(
            "csv", table_csv(HEAD, lines), file_name="转换结果.csv", mime="text/csv",
            key="learn.csv", on_click="ignore", icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            "xlsx", table_xlsx("学习成果转换结果", mark, HEAD, lines), file_name="转换结果.xlsx",
            mime=_XLSX, key="learn.xlsx", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _in_english(shown: list[list[str]], done: list[Conversion]) -> None:
    """The verdict and the reason of each line, in the order in which the lines were made."""
    told: list[Exempted | Refused] = []
    for c in done:
        told += [*c.exempted, *c.refused]
    for line, one in zip(shown, told, strict=True):
        line[1] = t("learn.yes" if isinstance(one, Exempted) else "learn.no")
        if isinstance(one, Exempted):
            line[7] = t("learn.rule", version=one.rule.version, approved=one.rule.approved)
            line[8] = line[8].replace("依据：", "")
        else:
            known = BY_NAME.get(one.reason)
            line[8] = name_of(known) if known else t(f"why.{one.reason}")
            line[9] = t("learn.to_committee") if one.to_committee else ""


# --- one account --------------------------------------------------------------------------------


def _account(rules: RuleSet, directory: list[Entry], total: float | None) -> None:
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
    names = {e.id: e.name for e in directory}
    table = [
        [
            html.esc(r.name), html.esc(r.level), html.esc(r.issued.isoformat() if r.issued else ""),
            html.esc(names.get(r.entry_id, t("learn.no_entry"))), html.esc(number(r.hours)),
            html.esc(r.evidence), html.esc(_state(r.state)),
        ]
        for r in mine
    ]  # fmt: skip
    heads = [t("learn.name"), t("pick.level"), t("learn.issued"), t("learn.entry"),
             t("dir.hours"), t("learn.evidence"), t("centre.col_state")]  # fmt: skip
    html.show(html.table(heads, table, (1, 2, 4, 6)))
    html.section(t("learn.convert"), t("learn.convert_note"))
    done = _converted(mine, rules, directory, total)
    _outcome([done], mine, rules)
    if st.button(t("learn.record"), key="learn.record", type="primary",
                 disabled=not done.exempted):  # fmt: skip
        _, receipt = store.record_conversion(who, learner, done.exempted, done.refused)
        st.session_state["learn.receipt"] = (learner, receipt)
        st.session_state["credit.told"] = t("learn.recorded")
        st.rerun()
    _earlier(learner)
    _file(learner)
    _erase(learner)


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
            html.esc(t("comma").join(f"《{e.rule.course}》" for e in c.exempted)),
            f"{c.credits:g}",
        ]
        for c in reversed(made)
    ]  # fmt: skip
    heads = [t("version.time"), t("version.author"), t("rule.courses"), t("cand.credits")]
    html.show(html.table(heads, table, (0, 1, 3)))


def _file(learner: str) -> None:
    """The learner's file, made on demand: its making is entered in the ledger."""
    html.section(t("learn.file"), t("learn.file_note"))
    if st.button(t("learn.make_file"), key="learn.export"):
        st.session_state["learn.exported"] = (
            learner, *wiring.store().export_learner(wiring.who(), learner)
        )  # fmt: skip
    kept = st.session_state.get("learn.exported")
    if not isinstance(kept, tuple) or kept[0] != learner:
        return
    data = json.dumps(kept[1], ensure_ascii=False, indent=1).encode()
    with st.container(horizontal=True):
        st.download_button(
            t("export.download"), data, file_name=f"终身档案-{learner}.json",
            mime="application/json", key="learn.export.down", on_click="ignore",
            icon=":material/download:",
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
