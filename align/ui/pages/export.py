"""导出: the run's files, made when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from align.ui import wiring
from align.ui.components import html
from align.ui.components.gate import need_look
from align.ui.words import t

GROUPS: dict[str, tuple[str, ...]] = {
    "plan": ("plan.docx", "plan.xlsx"),
    "data": ("matches.csv", "coverage.csv", "proposals.csv", "run.json"),
    "graph": ("graph.graphml", "graph.json"),
}
_MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
    "graphml": "application/xml",
    "png": "image/png",
    "svg": "image/svg+xml",
    "html": "text/html",
}


def page() -> None:
    """The whole page."""
    html.header(t("export.title"), t("export.lead"))
    look = need_look()
    result, bench = look.result, wiring.bench()
    html.show(f'<div class="al-draft">{t("export.notice")}</div>')
    name = result.gathered.programme.name
    for group, files in GROUPS.items():
        html.section(t(f"export.{group}"))
        for file in files:
            _row(file, t(f"export.{file}"), f"{name}-{file}", partial(bench.file, result, file))
        if group == "graph":
            for c in look.certificates.values():
                for what, view, suffix in (
                    ("heatmap", "heatmap", "png"),
                    ("page", "bipartite", "html"),
                ):
                    _row(
                        f"{'graph' if what == 'page' else what}.{suffix}",
                        t(f"export.{what}", name=c.name),
                        f"{name}-{c.name}-{view}.{suffix}",
                        partial(bench.picture, result, c.id, view, suffix),
                        key=f"{what}.{c.id}",
                    )


def _row(label: str, about: str, file_name: str, make: Callable[[], bytes], key: str = "") -> None:
    with st.container(border=True):
        words, button = st.columns([6, 1.4], vertical_alignment="center")
        with words:
            html.show(f"<strong>{html.esc(label)}</strong><br>"
                      f'<span class="al-note">{html.esc(about)}</span>')  # fmt: skip
        with button:
            st.download_button(
                t("export.download"),
                make,
                file_name=file_name,
                mime=_MIME[label.rpartition(".")[2]],
                key=f"download.{key or label}",
                on_click="ignore",
                width="stretch",
            )


if __name__ == "__main__":
    page()
