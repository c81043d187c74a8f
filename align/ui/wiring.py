"""The one place that builds real objects for the screens, and says what they work on.

Where things lie comes from the environment: ``ALIGN_DB`` and ``ALIGN_DATA`` (the store),
``ALIGN_COURSES`` and ``ALIGN_CERTS`` (folders offered as new workspaces), ``ALIGN_MODEL`` and
``ALIGN_SETTINGS``.  Without the folders' variables they are those of the command line, below
the working folder; where these are missing, the samples beside the program.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from align.access import SERVER, allowed
from align.decisions import Person, Workspace
from align.errors import UsageError
from align.places import app_script
from align.programmes import FILE_NAME, Programme, find_programmes
from align.settings import Settings, load_settings
from align.store import Store, open_store
from align.ui import session
from align.ui.look import Look
from align.ui.said import Heard, Said
from align.ui.workbench import Workbench

if TYPE_CHECKING:
    # Loaded where they are used: the server answers before numpy and the plan are there.
    from align.papers import Papers
    from align.snapshot import Snapshot

COURSES_VARIABLE, CERTS_VARIABLE = "ALIGN_COURSES", "ALIGN_CERTS"
MODEL_VARIABLE, SETTINGS_VARIABLE = "ALIGN_MODEL", "ALIGN_SETTINGS"
STORE_VARIABLES = ("ALIGN_DB", "ALIGN_DATA")
#: How the choice in the sidebar names a programme that has no workspace yet.
NEW = "new:"

_stores: dict[tuple[str, ...], Store] = {}
_opening = threading.Lock()


@dataclass(frozen=True, slots=True)
class Folders:
    """Where documents lie that can be taken in; the samples where nothing else is named."""

    courses: Path
    certs: Path

    @property
    def samples(self) -> bool:
        """Whether these are the project's own samples."""
        return self.courses.resolve() == app_script().parent / "course_standards"


@st.cache_resource(show_spinner=False)
def bench() -> Workbench:
    """The server's one workbench."""
    return Workbench()


def store() -> Store:
    """The server's one store; opened (and its schema upgraded) at the first call."""
    key = (*(os.environ.get(name, "") for name in STORE_VARIABLES), str(Path.cwd()))
    with _opening:
        if key not in _stores:
            _stores[key] = open_store()
        return _stores[key]


# --- who ---------------------------------------------------------------------------------------


def enter() -> Person | None:
    """Find out who sits here, once for this turn of the page."""
    found = session.find(store())
    st.session_state["person"] = found
    return found


def who() -> Person:
    """The person at this screen.

    Raises
    ------
    UsageError
        Nobody has signed in.
    """
    found = st.session_state.get("person")
    if not isinstance(found, Person):
        raise UsageError("尚未登录", remedy="请先登录。")
    return found


# --- what is worked on --------------------------------------------------------------------------


def folders() -> Folders:
    """The two folders of standards that are offered as new workspaces."""
    return Folders(
        _folder(COURSES_VARIABLE, "course_standards"), _folder(CERTS_VARIABLE, "cert_standards")
    )


def _folder(variable: str, name: str) -> Path:
    named = os.environ.get(variable, "").strip()
    if named:
        return Path(named).expanduser()
    here = Path(name)
    beside = app_script().parent / name
    return beside if not here.exists() and beside.is_dir() else here


def workspaces() -> tuple[Workspace, ...]:
    """The workspaces this person may see, in the order of their names."""
    return tuple(sorted(store().workspaces(who()), key=lambda w: (w.name, w.id)))


def workspace_names(found: Sequence[Workspace]) -> dict[str, str]:
    """What the sidebar calls each workspace, by its id, in the order in which it lists them.

    Two colleges may well have a workspace of one name, so whoever sees several colleges' reads
    the college before it.
    """
    if who().college_id != SERVER:
        return {w.id: w.name for w in found}
    colleges = {c.id: c.name for c in store().colleges()}
    names = {w.id: f"{colleges.get(w.college_id, w.college_id)} · {w.name}" for w in found}
    return dict(sorted(names.items(), key=lambda pair: (pair[1], pair[0])))


def offers(found: Sequence[Workspace]) -> dict[str, Programme]:
    """Programmes in the folders that have no workspace yet, by their name in the sidebar.

    Parameters
    ----------
    found : sequence of Workspace
        From :func:`workspaces`.

    Raises
    ------
    AlignError
        The folders are missing or hold nothing.
    """
    if not allowed(who(), "arrange", who().college_id):
        return {}
    known = {w.programme for w in found}
    return {f"{NEW}{p.id}": p for p in _programmes(folders().courses) if p.name not in known}


def _programmes(courses: Path) -> tuple[Programme, ...]:
    """The programmes of a folder; looked for again only when what lies in it has changed."""
    lies: list[tuple[object, ...]] = [(str(courses.absolute()),)]
    for at, folders_, names in os.walk(courses):
        told = Path(at) / FILE_NAME if FILE_NAME in names else None
        stat = told.stat() if told is not None else None
        lies.append((at, *sorted(folders_), "", *sorted(names),
                     *((stat.st_mtime_ns, stat.st_size) if stat else ())))  # fmt: skip
    return bench().once(("programmes", tuple(lies)), lambda: find_programmes(courses))


def chosen() -> str:
    """What the sidebar names: a workspace's id, or one of :func:`offers`; "" for nothing."""
    return str(st.session_state.get("workspace") or "")


def workspace() -> Workspace | None:
    """The workspace chosen in the sidebar; None where an offer, or nothing, is chosen."""
    name = chosen()
    return store().workspace(who(), name) if name and not name.startswith(NEW) else None


def job_key(name: str) -> str:
    """Names a piece of work among those of all colleges on this server."""
    return f"{store().address}|{who().college_id}|{name}"


def open_workspace(identity: str) -> None:
    """Turn to a workspace (or an offer) with the next turn of the page."""
    st.session_state["workspace.next"] = identity


def model() -> str | None:
    """The embedding model to use; None takes the default."""
    return os.environ.get(MODEL_VARIABLE, "").strip() or None


def settings(found: Workspace | None) -> Settings:
    """The settings for the next run: the settings file's, with the store's over them.

    Raises
    ------
    SettingsError
        A value is unknown or out of its range.
    """
    if found is None:  # a new workspace begins with the college's own
        return college_settings(who().college_id)
    base, values = base_settings(), store().settings_in_force(who(), found.id)
    return Settings({**base.values, **values}) if values else base


def base_settings() -> Settings:
    """The settings file's, or else the defaults: what a college's own stand over."""
    named = os.environ.get(SETTINGS_VARIABLE, "").strip()
    return load_settings(Path(named).expanduser() if named else None)


def college_settings(college_id: str) -> Settings:
    """What a college has set, over the settings file's."""
    versions = store().settings_versions(who(), college_id)
    base = base_settings()
    return Settings({**base.values, **versions[-1].values}) if versions else base


def calibration(found: Workspace | None) -> tuple[float, float]:
    """Slope and intercept for the next run, on the log-odds of the matcher's probabilities."""
    if found is not None:
        return store().calibration_in_force(who(), found.id)
    return college_calibration(who().college_id)


def college_calibration(college_id: str) -> tuple[float, float]:
    """What a college has set; the shipped calibration where it has not."""
    from align.snapshot import AS_SHIPPED

    versions = store().calibration_versions(who(), college_id)
    return (versions[-1].calibration if versions else None) or AS_SHIPPED


# --- results ------------------------------------------------------------------------------------


def said(found: Workspace) -> Said:
    """What people have decided in a workspace, as far as the person here may see it."""
    keeper, person = store(), who()
    version = keeper.decisions_version(found.id)
    # With two reviewers each sees something else until both have decided.
    eyes = (keeper.address, found.id, version, person.id if found.reviewers == 2 else "")
    known = bench().once(
        ("said", eyes),
        lambda: Heard(
            keeper.link_decisions(person, found.id), keeper.decisions(person, found.id), eyes
        ),
    )
    return Said(found, person, known)


def papers(seen: Look, people: Said) -> Papers:
    """What the store adds to a plan at this moment: approval, conversions, template, ledger."""
    from align.papers import papers_of

    return papers_of(store(), who(), people.workspace, seen.result, people.links_in_force)


def file(seen: Look, name: str, found: Papers) -> bytes:
    """One file of a workspace's results with these papers, in the college's own template."""
    template = None
    if found.template is not None and name in {"plan.docx", "plan.pdf"}:
        version = found.template
        data = bench().once(
            ("template", store().address, version.id),
            lambda: store().template_bytes(who(), version.id),
        )
        template = version.name, data
    return bench().file(seen.result, name, seen.version, found, template)


def kept(found: Workspace, person: Person | None = None) -> Snapshot:
    """The run that is reviewed in a workspace, as it was kept; read as whoever sits here."""
    from align.snapshot import load

    run_id, reader = found.run_id, person or who()
    return bench().once(
        ("snapshot", store().address, found.id, run_id),
        lambda: load(store().snapshot(reader, run_id)),
    )


def look(found: Workspace | None = None) -> Look | None:
    """The results of a workspace's run with the decisions in force; None before its first run.

    Nothing is matched again: the run's snapshot is loaded, and what follows from the links is
    recomputed when a decision has changed them.
    """
    found = found or workspace()
    if found is None or not found.run_id:
        return None
    loaded, people = kept(found), said(found)

    def made() -> Look:
        from align.snapshot import result as of_run

        result = of_run(loaded, people.grades, people.words)
        return Look(result, "-".join(map(str, people.eyes)), bench().last("look", found.run_id))

    return bench().once(("look", found.run_id, people.eyes), made)
