"""What became of the decisions when a standard was revised and compared again."""

from __future__ import annotations

import streamlit as st

from align.review import Carried
from align.ui.components import deciding, html
from align.ui.words import t


def show(found: Carried) -> None:
    """Kept, changed (with the old decision and the difference) and gone."""
    st.success(
        t("carried.done", kept=len(found.kept), changed=len(found.changed), gone=len(found.gone))
    )
    if found.changed:
        html.section(t("carried.changed"), t("carried.changed_note"))
        rows = [
            [
                html.esc(deciding.said_line(c.decision)),
                html.esc(c.old_text),
                html.difference(c.old_text, c.new_text),
            ]
            for c in found.changed
        ]
        heads = [t("carried.old"), t("carried.before"), t("carried.now")]
        html.show(html.table(heads, rows))
    if found.gone:
        html.section(t("carried.gone"))
        rows = [
            [html.esc(deciding.said_line(c.decision)), html.esc(c.old_text)] for c in found.gone
        ]
        html.show(html.table([t("carried.old"), t("carried.before")], rows))
