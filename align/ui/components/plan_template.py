"""学校模板: the college's own Word template for the plan, its versions, and a sample to begin."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.errors import AlignError
from align.export.docx_template import sample_template
from align.export.template_rules import check
from align.store import LARGEST_FILE, TemplateVersion
from align.ui import wiring
from align.ui.components import html
from align.ui.said import Said
from align.ui.words import clock, t
from align.ui.workbench import plain_name

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def templates(said: Said) -> None:
    """The whole view."""
    college = said.workspace.college_id
    versions = wiring.store().template_versions(said.person, college)
    may = allowed(said.person, "export", college)
    html.section(t("template.title"), t("template.about"))
    told = st.session_state.pop("template.told", "")
    if told:
        st.success(told)
    now = versions[-1] if versions and versions[-1].sha256 else None
    _now(now)
    st.download_button(
        t("template.sample"), sample_template, file_name=t("template.sample_name"), mime=_DOCX,
        key="template.sample", icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    if may:
        _upload(college)
        if now is not None:
            _remove(college)
    else:
        st.info(t("template.not_you"))
    _versions(versions)


def _now(now: TemplateVersion | None) -> None:
    if now is None:
        html.show(f'<p class="al-note">{html.esc(t("template.none"))}</p>')
        return
    who = now.author_name or t("decide.erased")
    html.show(
        '<div class="al-item">'
        + html.facts(
            [
                (t("template.file"), html.esc(now.name)),
                (t("template.by"), html.esc(f"{who} · {clock(now.time, day=True)}")),
                (t("decide.note"), html.esc(now.reason)),
                ("SHA-256", f"<code>{html.esc(now.sha256)}</code>"),
            ]
        )
        + "</div>"
    )


def _upload(college: str) -> None:
    turn = st.session_state.setdefault("template.turn", 0)
    given = st.file_uploader(t("template.upload"), type=["docx"], key=f"template.file.{turn}")
    if given is None:
        return
    name = plain_name(given.name)
    if given.size > LARGEST_FILE:
        st.error(f"{name}：> {LARGEST_FILE // 2**20} MB")
        return
    data = given.getvalue()
    try:
        check(data, name)
    except AlignError as error:
        st.error(error.line())
        return
    html.show(f'<p class="al-saved">✓ {html.esc(t("template.fits"))}</p>')
    reason = st.text_input(t("decide.note"), key=f"template.reason.{turn}", max_chars=1000,
                           placeholder=t("decide.note_hint"))  # fmt: skip
    if st.button(t("template.take"), key="template.take", type="primary"):
        try:
            wiring.store().save_template(
                wiring.who(), college, name, data, reason or "", check=check
            )
        except AlignError as error:
            st.error(error.line())
            return
        _done(t("template.taken", name=name))


def _remove(college: str) -> None:
    if st.button(t("template.remove"), key="template.remove", type="tertiary",
                 icon=":material/undo:"):  # fmt: skip
        wiring.store().remove_template(wiring.who(), college)
        _done(t("template.removed"))


def _done(words: str) -> None:
    st.session_state["template.told"] = words
    st.session_state["template.turn"] = st.session_state.get("template.turn", 0) + 1
    st.rerun()


def _versions(versions: list[TemplateVersion]) -> None:
    if not versions:
        return
    html.section(t("template.versions"))
    rows = [
        [
            clock(v.time, day=True),
            html.esc(v.author_name or t("decide.erased")),
            html.esc(v.name or t("template.own_layout")),
            html.esc(v.reason),
            f"<code>{html.esc(v.sha256[:16])}…</code>" if v.sha256 else "—",
        ]
        for v in reversed(versions)
    ]
    heads = [t("approve.when"), t("template.who"), t("template.file"), t("decide.note"), "SHA-256"]
    html.show(html.table(heads, rows, numbers=(0, 4)))
    files = {v.id: v for v in reversed(versions) if v.sha256}
    if not files:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("template.which"), list(files), key=f"template.which.{len(versions)}", width=420,
            format_func=lambda k: f"{files[k].name} · {clock(files[k].time, day=True)}",
        )  # fmt: skip
        if chosen:
            st.download_button(
                t("export.download"),
                lambda: wiring.store().template_bytes(wiring.who(), chosen),
                file_name=files[chosen].name, mime=_DOCX, key="template.old", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
