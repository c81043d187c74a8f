"""The files of an import: what each was read as, the parts that were misread, new editions."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence

import streamlit as st

from align.corrections import apply
from align.decisions import Correction, Workspace
from align.gather import FileReading
from align.records import Kind, Reading
from align.ui import wiring
from align.ui.components import correcting, html, reading_view, readings
from align.ui.intake import Given
from align.ui.words import language, step_words, t

_KINDS: tuple[Kind, ...] = ("course", "certificate", "unknown")


def uploads(key: str) -> list[Given]:
    """The files a person gives, each with what it was read as; its kind can be changed."""
    given = st.file_uploader(
        t("reading.upload_label"),
        accept_multiple_files=True,
        key=key,
        label_visibility="collapsed",
    )
    if not given:
        return []
    files = [(f.name, f.getvalue()) for f in given]
    bar = st.progress(0.0, text=t("intake.busy"))

    def said(step: str, done: int, total: int) -> None:
        bar.progress(min(done / max(total, 1), 1.0), text=step_words(step))

    found = wiring.bench().read(files, None, said)
    bar.empty()
    rows = []
    for k, ((name, data), f) in enumerate(zip(files, found, strict=True)):
        rows.append(_row(f"{key}.{k}.{hashlib.sha256(data).hexdigest()[:12]}", name, data, f))
    return rows


def _row(key: str, name: str, data: bytes, f: FileReading) -> Given:
    """One file: what it was read as, and what it is to be used as."""
    detected = detected_kind(f)
    # "None" would stand here as if it were part of the file's name.
    marks = readings.troubles(f) if f.reading is None or f.reading.problems else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        html.show(
            f'<div class="al-file"><strong>{html.esc(f.path.name)}</strong> '
            f"{marks}<br>"
            f'<span class="al-note">{html.esc(readings.found(f))}</span></div>'
        )
        kind = st.selectbox(
            t("read.col_kind"),
            _KINDS,
            index=_KINDS.index(detected),
            format_func=lambda k: t(f"use.{k}"),
            key=f"{key}.{language()}",
            label_visibility="collapsed",
            width=170,
            disabled=f.reading is None,
        )
    kind = kind or "unknown"
    if kind not in {"unknown", detected}:
        (f,) = wiring.bench().read([(name, data)], kind)
    return Given(f.path.name, data, kind, f)


def detected_kind(f: FileReading) -> Kind:
    """``course`` or ``certificate`` by what was found in the file; ``unknown`` for neither."""
    r = f.reading
    if r is None:
        return "unknown"
    if r.certificates and not r.courses:
        return "certificate"
    return "course" if r.courses or r.plan else "unknown"


def in_use(files: Sequence[Given]) -> list[Given]:
    """The files that are to be compared."""
    return [f for f in files if f.kind != "unknown" and f.file.reading is not None]


def shown_files(files: Sequence[Given]) -> None:
    """The files of a workspace in a table."""
    html.show(readings.files_table([f.file for f in files]))


def revised(
    files: Sequence[Given], found: Workspace
) -> tuple[tuple[tuple[str, Given | None], ...], tuple[Given, ...]]:
    """New editions of files that are there, and files to be added or taken away."""
    replaced: dict[str, Given | None] = {}
    added: list[Given] = []
    names = {"": t("revise.added")} | {
        identity: f.name for f, (identity, _) in zip(files, found.sources, strict=True)
    }
    with st.expander(t("revise.title")):
        html.show(f'<p class="al-note">{t("revise.note")}</p>')
        for f in uploads(f"revised.{found.id}.{found.version}"):
            if f.file.reading is None or f.kind == "unknown":
                continue
            old = st.selectbox(
                t("revise.of", name=f.name),
                list(names),
                index=_likely(f, files),
                format_func=lambda k: names.get(k, k),
                key=f"revise.{f.name}.{language()}",
            )
            if old:
                replaced[old] = f
            else:
                added.append(f)
        gone = st.multiselect(
            t("revise.gone"), [k for k in names if k], format_func=lambda k: names.get(k, k),
            key=f"revise.gone.{language()}.{found.version}", placeholder=t("intake.none"),
        )  # fmt: skip
        replaced |= {identity: None for identity in gone if identity not in replaced}
    return tuple(replaced.items()), tuple(added)


def _likely(f: Given, files: Sequence[Given]) -> int:
    """The file that a new edition most likely takes the place of; 0 for none."""
    mine = _titles(f.file.reading)
    for k, other in enumerate(files, start=1):
        if other.kind == f.kind and (other.name == f.name or mine & _titles(other.file.reading)):
            return k
    return 0


def _titles(r: Reading | None) -> set[str]:
    if r is None:
        return set()
    return {c.name for c in r.courses} | {c.name for c in r.certificates}


def correct(
    files: Sequence[Given], name: str, before: tuple[Correction, ...]
) -> tuple[Correction, ...]:
    """Look into one file, corrected as far as that is asked for; all corrections so far."""
    key = f"corrections.{name}"
    given: tuple[Correction, ...] = st.session_state.get(key, before)
    readable = [f for f in files if f.file.reading is not None]
    if not readable:
        return given
    chosen = st.selectbox(
        t("reading.choose"), range(len(readable)),
        format_func=lambda k: readable[k].name if k < len(readable) else "",
        key=f"intake_file_{name}",
    )  # fmt: skip
    f = readable[min(chosen or 0, len(readable) - 1)]
    reading = f.file.reading
    assert reading is not None
    new = _ask(reading, f"correct.{name}.{f.name}")
    taken_back = correcting.listed(given, f"correct.{name}.undo")
    if new is not None:
        st.session_state[key] = (*given, new)
        st.rerun()
    if taken_back is not None:
        st.session_state[key] = tuple(c for c in given if c is not taken_back)
        st.rerun()
    with st.expander(t("intake.preview"), expanded=True):
        # Corrections of other files find no line in this one; that is no problem here.
        courses, certificates, _ = apply(reading.courses, reading.certificates, given)
        corrected = dataclasses.replace(reading, courses=courses, certificates=certificates)
        reading_view.reading(corrected, f"{name}.{f.name}")
    return given


def _ask(r: Reading, name: str) -> Correction | None:
    if r.certificates:
        found = r.certificates[0]
        if len(r.certificates) > 1:
            picked = st.selectbox(
                t("reading.certificates"), range(len(r.certificates)),
                format_func=lambda k: r.certificates[k].name if k < len(r.certificates) else "",
                key=f"{name}.certificate",
            )  # fmt: skip
            found = r.certificates[picked or 0]
            name = f"{name}.{found.id}"
        return correcting.certificate(found, name)
    if not r.courses:
        return None
    course = r.courses[0]
    if len(r.courses) > 1:
        chosen = st.selectbox(
            t("reading.courses"), range(len(r.courses)),
            format_func=lambda k: r.courses[k].name if k < len(r.courses) else "",
            key=f"{name}.course",
        )  # fmt: skip
        course = r.courses[chosen or 0]
    return correcting.course(course, f"{name}.{course.id}")
