"""A long list in pages."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import streamlit as st

from align.ui.words import t

T = TypeVar("T")


def paged(rows: Sequence[T], key: str, size: int, context: Hashable = None) -> Sequence[T]:
    """The rows of the current page; :func:`pager` draws the buttons that turn it.

    Parameters
    ----------
    key : str
        Names the list in the session.
    size : int
        Rows on a page.
    context : hashable
        What the list depends on (its filters); another context begins at page 1.
    """
    if st.session_state.get(f"{key}.context") != context:
        st.session_state[f"{key}.context"] = context
        st.session_state[f"{key}.page"] = 0
    page = min(st.session_state.get(f"{key}.page", 0), _pages(rows, size) - 1)
    st.session_state[f"{key}.page"] = page
    return rows[page * size : (page + 1) * size]


def pager(rows: Sequence[T], key: str, size: int) -> None:
    """Buttons to the page before and after, and where one is."""
    pages = _pages(rows, size)
    page = st.session_state.get(f"{key}.page", 0)
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-pager"):
        if st.button(t("page.previous"), key=f"{key}.previous", disabled=page == 0):
            st.session_state[f"{key}.page"] = page - 1
            st.rerun()
        if st.button(t("page.next"), key=f"{key}.next", disabled=page >= pages - 1):
            st.session_state[f"{key}.page"] = page + 1
            st.rerun()
        st.caption(t("page.of", page=page + 1, pages=pages, total=len(rows)), width="content")


def _pages(rows: Sequence[T], size: int) -> int:
    return max(1, -(-len(rows) // size))
