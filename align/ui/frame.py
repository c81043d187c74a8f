"""The frame around every page: navigation, programme, language, and what an error looks like."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import streamlit as st

from align.errors import AlignError
from align.ui import theme, wiring
from align.ui.components import html
from align.ui.components.gate import error_line
from align.ui.words import LANGUAGES, t

_PAGES = Path(__file__).parent / "pages"
#: File name (and address) of each page with its sign, in the order of the work.
PAGES = {
    "overview": ":material/dashboard:",
    "reading": ":material/menu_book:",
    "compare": ":material/compare_arrows:",
    "proposals": ":material/checklist:",
    "export": ":material/download:",
}


def show() -> None:
    """Draw the frame and run the page that the address names."""
    st.set_page_config(page_title="书证融通", page_icon=theme.icon(), layout="wide")
    _sidebar()
    theme.apply()
    st.logo(theme.logo(t("app.name")), size="large")
    page = st.navigation(
        [
            st.Page(
                _PAGES / f"{name}.py",
                title=t(f"nav.{name}"),
                icon=icon,
                url_path=name,
                default=name == "overview",
            )
            for name, icon in PAGES.items()
        ]
    )
    _run(page)


def _run(page: Any) -> None:
    """Run a page; whatever goes wrong in it is one line, never a traceback."""
    try:
        page.run()
    except AlignError as error:
        st.error(error.line())
    except Exception as error:
        logging.getLogger(__name__).exception("a page failed")
        st.error(error_line(error))


def _sidebar() -> None:
    with st.sidebar:
        try:
            names = {p.id: p.name for p in wiring.programmes()}
        except AlignError:
            names = {}  # the page says why, where the reader looks
        if names:
            st.selectbox(
                t("app.programme"),
                list(names),
                format_func=lambda k: names.get(k, k),
                key="programme",
                bind="query-params",
            )
        st.segmented_control(
            t("app.language"),
            list(LANGUAGES),
            default="中文",
            key="lang",
            bind="query-params",
            required=True,
        )
        told = [t("app.samples")] if names and wiring.folders().samples else []
        html.show(f'<p class="al-side">{"<br>".join([*told, t("app.local")])}</p>')
