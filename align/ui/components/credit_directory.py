"""学分转换: the directory of recognised results (学习成果名录): import, list, download."""

from __future__ import annotations

import streamlit as st

from align.access import allowed
from align.export.learners import table_csv
from align.learner import KIND_ZH, Entry
from align.learner.tables import DIRECTORY_HEAD, directory_rows, read_directory
from align.ui import wiring
from align.ui.components import html
from align.ui.components.credit_files import read_table
from align.ui.components.pager import paged, pager
from align.ui.words import language, number, t

_PAGE = 20


def directory(college_id: str, entries: list[Entry]) -> None:
    """The list in force, and the way to take a file in."""
    may = allowed(wiring.who(), "directory", college_id)
    html.section(t("dir.title"), t("dir.note"))
    if not entries:
        told = t("dir.none") + (t("dir.none_do") if may else t("dir.none_ask"))
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')
    else:
        _list(entries)
    st.download_button(
        t("dir.download" if entries else "dir.form"),
        table_csv(DIRECTORY_HEAD, directory_rows(entries)),
        file_name="学习成果名录.csv", mime="text/csv", key="dir.download", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip
    if not may:
        return
    count = len(wiring.store().directory_versions(wiring.who(), college_id))
    html.section(t("dir.import"), t("dir.import_note", columns=t("comma").join(DIRECTORY_HEAD)))
    found = read_table(t("dir.upload"), f"dir.file.{count}", read_directory)
    if found is None:
        return
    known = {e.id: e for e in entries}
    new = sum(e.id not in known for e in found)
    changed = sum(e.id in known and known[e.id] != e for e in found)
    told = t("dir.found", n=len(found), new=new, changed=changed)
    html.show(f'<p class="al-note">{html.esc(told)}</p>')
    if st.button(t("dir.take"), key="dir.take", type="primary", disabled=not new + changed):
        made = wiring.store().import_entries(wiring.who(), college_id, found)
        st.session_state["credit.told"] = t("dir.taken", n=len(made))
        st.rerun()


def _list(entries: list[Entry]) -> None:
    rows = [
        [
            html.esc(e.id),
            html.esc(e.name) + (f"<br><small>{html.esc(t('comma').join(e.aliases))}</small>"
                                if e.aliases else ""),
            html.esc(kind_name(e)), html.esc(e.issuer), html.whole(e.levels),
            html.esc(number(e.hours)), html.esc(str(e.months) if e.months else t("dir.ever")),
            html.whole(f"{level} {x:g}".strip() for level, x in e.credits),
        ]
        for e in paged(entries, "dir", _PAGE, len(entries))
    ]  # fmt: skip
    names = ("id", "name", "kind", "issuer", "levels", "hours", "months", "credits")
    html.show(html.table([t(f"dir.{x}") for x in names], rows, (0, 2, 5, 6)))
    if len(entries) > _PAGE:
        pager(entries, "dir", _PAGE)


def kind_name(e: Entry) -> str:
    """The entry's kind in the language of the screens."""
    return KIND_ZH[e.kind] if language() == "zh" else t(f"result.{e.kind}")
