"""What a page shows before there are results: what would be compared, and the button to do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import streamlit as st

from align.access import allowed
from align.decisions import Workspace
from align.errors import AlignError
from align.gather import Progress
from align.programmes import Programme, documents
from align.ui import intake, turn, wiring
from align.ui.components import html
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import step_words, t

#: Where the frame says which page it runs.
PAGE = "page.name"


def need_workspace() -> Workspace:
    """The workspace chosen; where none is, the page ends with the way to get one."""
    found = wiring.workspace()
    if found is not None:
        return found
    _attend(wiring.job_key(wiring.chosen()))
    offer = wiring.offers(wiring.workspaces()).get(wiring.chosen())
    if offer is not None:
        _ask_offer(offer)
    _title()
    may = allowed(wiring.who(), "arrange", wiring.who().college_id)
    html.show(f'<p class="al-note">{t("gate.none" if may else "gate.none_to_see")}</p>')
    if may:
        st.page_link(
            "align/ui/pages/intake.py", label=t("gate.to_intake"), icon=":material/upload:"
        )
    st.stop()


def need_look() -> Look:
    """The results of the chosen workspace; without them the page ends with the way to them."""
    return need_review()[0]


def need_review() -> tuple[Look, Said]:
    """The results of the chosen workspace, and what people have decided on them."""
    found = need_workspace()
    look = wiring.look(found)
    if look is None:
        _ask_run(found)
    turn.stands_on(found)
    return look, wiring.said(found)


def error_line(error: Exception) -> str:
    """An error as one line a person can act upon."""
    return error.line() if isinstance(error, AlignError) else t("app.fault", what=_kind(error))


def _kind(error: Exception) -> str:
    return type(error).__name__


def _ask_offer(offer: Programme) -> NoReturn:
    where = wiring.folders()
    # Folders by their own names: where they lie on a server is nobody's business.
    certificates = "、".join(offer.certificates) or f"{where.certs.name} · " + t(
        "gate.files", n=len(documents(where.certs)) if where.certs.exists() else 0
    )
    _describe(
        offer.name,
        [
            (t("gate.courses"),
             f"{where.courses.name}/{offer.id} · {t('gate.files', n=len(offer.files))}"),
            (t("gate.certs"), certificates),
        ],
    )  # fmt: skip
    _button(wiring.job_key(wiring.chosen()), intake.from_folders(offer, where.certs))


def _ask_run(found: Workspace) -> NoReturn:
    key = intake.run_key(found)
    _attend(key)
    kinds = [kind for _, kind in found.sources]
    _describe(
        found.name,
        [
            (t("gate.courses"), t("gate.files", n=kinds.count("course"))),
            (t("gate.certs"), t("gate.files", n=kinds.count("certificate"))),
        ],
    )
    if not allowed(wiring.who(), "run", found.college_id):
        st.info(t("decide.read_only"))
        st.stop()
    _button(key, intake.run(found))


def _attend(key: str) -> None:
    """Wait for work under way; turn to the workspace that it has made."""
    job = wiring.bench().job(key)
    if job is not None and job.running:
        progress(key)
        st.stop()
    if job is not None and isinstance(job.outcome, intake.Outcome):
        wiring.bench().forget(key)
        wiring.open_workspace(job.outcome.workspace_id)
        st.rerun()


def _button(key: str, work: Callable[[Progress], Any]) -> NoReturn:
    job = wiring.bench().job(key)
    if job is not None and job.error is not None:
        st.error(error_line(job.error))
    label = t("gate.again" if job is not None and job.error is not None else "gate.run")
    if st.button(label, type="primary", key="start.run"):
        wiring.bench().start(key, work)
        st.rerun()
    st.stop()


def _describe(name: str, rows: list[tuple[str, str]]) -> None:
    _title()
    rows = [*rows, (t("gate.model"), wiring.model() or t("gate.model_default"))]
    facts = html.facts((label, html.esc(value)) for label, value in rows)
    html.show(
        f'<div class="al-item"><h3>{html.esc(name)}</h3><p>{t("gate.about")}</p>{facts}</div>'
    )


def _title() -> None:
    """The page's name: it says where one is, whatever is still missing."""
    name = str(st.session_state.get(PAGE, ""))
    if name and name != "overview":  # 工作台 begins with the workspace's own name
        st.title(t(f"nav.{name}"), anchor=False)


@st.fragment(run_every=0.6)
def progress(key: str) -> None:
    """How far a piece of work is, with the way to stop it; the page comes again at its end."""
    job = wiring.bench().job(key)
    if job is None or not job.running:
        st.rerun()
    share = job.done / job.total if job.total else 0.0
    words = step_words(job.step) if job.step else t("gate.waiting")
    if job.total > 1:
        words = t("gate.step", step=words, done=job.done, total=job.total)
    st.progress(min(share, 1.0), text=words)
    if st.button(t("gate.cancel"), key="cancel.run"):
        job.cancel()
