"""What a page shows before there are results: what would be compared, and the button to do it."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from align.errors import AlignError
from align.gather import Gathered
from align.programmes import documents
from align.ui import wiring
from align.ui.components import html
from align.ui.look import Look
from align.ui.words import step_words, t
from align.ui.workbench import Stage, Task


def need_look() -> Look:
    """The results of the chosen programme; without them the page ends with the way to get them."""
    task = wiring.task()
    found = wiring.bench().look(task)
    return found if found is not None else _ask(task, "run")


def need_gathered() -> Gathered:
    """What was read of the chosen programme; without it the page ends with the way to get it."""
    task = wiring.task()
    found = wiring.bench().gathered(task)
    if found is not None:
        return found
    run = wiring.bench().job(task, "run")
    return _ask(task, "run" if run is not None and run.running else "read")


def error_line(error: Exception) -> str:
    """An error as one line a person can act upon."""
    return error.line() if isinstance(error, AlignError) else t("app.fault", what=_kind(error))


def _kind(error: Exception) -> str:
    return type(error).__name__


def _ask(task: Task, stage: Stage) -> NoReturn:
    job = wiring.bench().job(task, stage)
    if job is not None and job.running:
        _progress(task, stage)
        st.stop()
    _describe(task, stage)
    failed = job is not None and job.error is not None
    if job is not None and job.error is not None:
        st.error(error_line(job.error))
    label = t("gate.again") if failed else t("gate.run" if stage == "run" else "gate.read")
    if st.button(label, type="primary", key=f"start.{stage}"):
        wiring.bench().start(task, stage)
        st.rerun()
    st.stop()


def _describe(task: Task, stage: Stage) -> None:
    chosen = wiring.programme()
    about = t("gate.about") if stage == "run" else t("gate.about_read")
    rows = [
        (
            t("gate.courses"),
            f"{html.esc(str(task.courses / task.programme))} · "
            f"{t('gate.files', n=len(chosen.files))}",
        ),
        (
            t("gate.certs"),
            html.esc("、".join(chosen.certificates))
            or f"{html.esc(str(task.certs))} · {t('gate.files', n=len(documents(task.certs)))}",
        ),
        (t("gate.model"), html.esc(task.model or t("gate.model_default"))),
    ]
    html.show(
        f'<div class="al-item"><h3>{html.esc(chosen.name)}</h3><p>{about}</p>'
        f"{html.facts(rows)}</div>"
    )


@st.fragment(run_every=0.6)
def _progress(task: Task, stage: Stage) -> None:
    job = wiring.bench().job(task, stage)
    if job is None or not job.running:
        st.rerun()
    share = job.done / job.total if job.total else 0.0
    words = step_words(job.step) if job.step else t("gate.waiting")
    if job.total > 1:
        words = t("gate.step", step=words, done=job.done, total=job.total)
    st.progress(min(share, 1.0), text=words)
    if st.button(t("gate.cancel"), key=f"cancel.{stage}"):
        job.cancel()
