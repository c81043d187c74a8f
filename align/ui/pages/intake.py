"""导入: files in, what was understood of them, corrections, range and depth; then compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from align.access import allowed
from align.decisions import Workspace
from align.gather import Progress
from align.ui import intake, wiring
from align.ui.components import carried, html
from align.ui.components.gate import error_line, progress
from align.ui.components.intake_files import correct, in_use, revised, shown_files, uploads
from align.ui.components.intake_range import Range, ask_range
from align.ui.words import language, t


def page() -> None:
    """The whole page."""
    html.header(t("intake.title"), t("intake.lead"))
    if not allowed(wiring.who(), "arrange", wiring.who().college_id):
        st.info(t("decide.read_only"))
        return
    _go_on()
    found = wiring.workspace()
    if found is None:
        _new()
        return
    ways = {"current": t("intake.current", name=found.name), "new": t("intake.new")}
    way = st.segmented_control(
        t("intake.way"),
        list(ways),
        default="current",
        format_func=lambda k: ways.get(k, k),
        key=f"intake_way_{language()}",
        required=True,
        label_visibility="collapsed",
    )
    if way == "new":
        _new()
    else:
        _current(found)


# --- a new workspace ---------------------------------------------------------------------------

#: Where the page keeps what a new workspace has come to, until its reader has seen it.
_MADE = "intake.made"


def _making() -> str:
    """Names the making of a new workspace by this person."""
    return wiring.job_key(f"create:{wiring.who().id}")


def _go_on() -> None:
    """What has just been made is what is worked on from now on; its form is empty again."""
    made = wiring.bench().job(_making())
    if made is None or not isinstance(made.outcome, intake.Outcome):
        return
    wiring.bench().forget(_making())
    wiring.open_workspace(made.outcome.workspace_id)
    st.session_state[_MADE] = made.outcome
    st.session_state.pop("corrections.new", None)
    st.session_state.pop(f"intake_way_{language()}", None)
    st.rerun()


def _new() -> None:
    key = _making()
    _work_under_way(key)
    html.section(t("intake.step_files"), t("intake.upload_about"))
    files = uploads("uploads")
    if not files:
        return
    html.section(t("intake.step_correct"), t("intake.correct_note"))
    corrections = correct(files, "new", ())
    used = in_use(files)
    html.section(t("intake.step_range"))
    first = next((f.file.reading for f in used if f.file.reading and f.file.reading.plan), None)
    wish = ask_range(used, "new", name=first.plan.name if first and first.plan else "")
    kinds = {f.kind for f in used}
    lacking = [
        words
        for words, there in (
            (t("intake.lacks_course"), "course" in kinds),
            (t("intake.lacks_certificate"), "certificate" in kinds),
            (t("intake.lacks_name"), bool(wish.name)),
        )
        if not there
    ]
    ready = not lacking
    if lacking:
        words = t("intake.not_ready", what=t("comma").join(lacking))
        html.show(f'<p class="al-note">{html.esc(words)}</p>')
    if st.button(t("gate.run"), type="primary", key="intake.run", disabled=not ready):
        made = intake.Wish(
            wish.name, wish.programme or wish.name, "", wish.levels, wish.leave_out, corrections,
            wish.reviewers,
        )  # fmt: skip
        _start(key, intake.create(made, used))


# --- the chosen workspace ----------------------------------------------------------------------


def _current(found: Workspace) -> None:
    key = intake.run_key(found)
    made = st.session_state.get(_MADE)
    if isinstance(made, intake.Outcome) and made.workspace_id == found.id:
        _outcome(key, made)
    else:
        _work_under_way(key)
    if found.state == "approved":
        st.info(t("decide.approved"))
    try_again = st.session_state.pop("intake.note", "")
    if try_again:
        st.success(try_again)
    html.section(t("intake.step_files"), t("intake.files_note"))
    with st.spinner(t("intake.busy")):
        files = intake.sources(wiring.store(), wiring.who(), found, wiring.bench())
    shown_files(files)
    replaced, added = revised(files, found)
    html.section(t("intake.step_correct"), t("intake.correct_note"))
    corrections = correct(files, found.id, found.corrections)
    html.section(t("intake.step_range"))
    wish = ask_range(
        [*files, *added], found.id, name=found.name, before=Range.of(found), rename=False
    )
    changed = bool(
        replaced
        or added
        or corrections != found.corrections
        or (wish.levels, wish.leave_out, wish.reviewers)
        != (found.levels, found.leave_out, found.reviewers)
    )
    html.show(f'<p class="al-note">{t("intake.again_note" if changed else "intake.unchanged")}</p>')
    if st.button(
        t("intake.again" if found.run_id else "gate.run"),
        type="primary",
        key="intake.run",
        disabled=found.state == "approved" or not (changed or not found.run_id),
    ):
        change = intake.Change(
            wish.levels, wish.leave_out, corrections, wish.reviewers, replaced, added
        )
        _start(key, intake.run(found, change))


# --- work --------------------------------------------------------------------------------------


def _start(key: str, work: Callable[[Progress], Any]) -> None:
    wiring.bench().start(key, work)
    st.rerun()


def _work_under_way(key: str) -> None:
    """Progress of work; at its end what came of it."""
    job = wiring.bench().job(key)
    if job is None:
        return
    if job.running:
        progress(key)
        st.stop()
    if job.error is not None:
        st.error(error_line(job.error))
    elif isinstance(job.outcome, intake.Outcome):
        _outcome(key, job.outcome)


def _outcome(key: str, outcome: intake.Outcome) -> None:
    with st.container(border=True, key="outcome"):
        if outcome.carried is None:
            st.success(t("intake.done"))
        else:
            carried.show(outcome.carried)
        with st.container(horizontal=True):
            go = st.button(t("intake.open"), key="outcome.open", type="primary")
            if go or st.button(t("intake.close"), key="outcome.close"):
                wiring.bench().forget(key)
                st.session_state.pop(_MADE, None)
                if go:
                    st.switch_page("align/ui/pages/compare.py")
                st.rerun()


if __name__ == "__main__":
    page()
