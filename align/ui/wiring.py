"""The one place that builds real objects for the screens, and says what they work on.

Folders and settings come from the environment: ``ALIGN_COURSES``, ``ALIGN_CERTS``,
``ALIGN_MODEL`` and ``ALIGN_SETTINGS``.  Without them the folders are those of the command line,
below the working folder; where these are missing, the samples beside the program.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from align.errors import UsageError
from align.gather import Gathered
from align.places import app_script, models_folder
from align.programmes import FILE_NAME, Programme, documents, find_programmes
from align.ui.look import Look
from align.ui.workbench import Task, Workbench, fingerprint

COURSES_VARIABLE, CERTS_VARIABLE = "ALIGN_COURSES", "ALIGN_CERTS"
MODEL_VARIABLE, SETTINGS_VARIABLE = "ALIGN_MODEL", "ALIGN_SETTINGS"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the documents lie; ``samples`` when they are the ones shipped with the program."""

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


def folders() -> Folders:
    """The two folders of standards."""
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


def programmes() -> tuple[Programme, ...]:
    """The programmes that can be chosen; raises `AlignError` where there is none."""
    return find_programmes(folders().courses)


def programme() -> Programme:
    """The programme chosen in the sidebar."""
    found = programmes()
    chosen = st.session_state.get("programme")
    return next((p for p in found if p.id == chosen), found[0])


def model() -> str | None:
    """The embedding model to use; None takes the default."""
    return os.environ.get(MODEL_VARIABLE, "").strip() or None


def task() -> Task:
    """What the chosen programme is to be compared with, as it lies on disk now."""
    where, chosen = folders(), programme()
    if not where.certs.exists():
        raise UsageError(
            "找不到证书标准文件夹",
            file=where.certs,
            remedy=f"请放入证书标准文件，或用环境变量 {CERTS_VARIABLE} 指明文件夹。",
        )
    named = os.environ.get(SETTINGS_VARIABLE, "").strip()
    settings = Path(named).expanduser() if named else None
    paths = [*chosen.files, *documents(where.certs), models_folder() / "matcher.json"]
    paths += [p.parent / FILE_NAME for p in chosen.files[:1]]
    paths += [settings] if settings else []
    return Task(
        where.courses,
        where.certs,
        chosen.id,
        model(),
        settings,
        fingerprint([p for p in paths if p.is_file()]),
    )


def look() -> Look | None:
    """The results for the chosen programme, if it was run since its documents changed."""
    return bench().look(task())


def gathered() -> Gathered | None:
    """What was read of the chosen programme, if it was."""
    return bench().gathered(task())
