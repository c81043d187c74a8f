"""One file that can be exported: made, entered in the ledger, given with its receipt."""

from __future__ import annotations

import dataclasses
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from align.papers import Papers
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import receipt_button
from align.ui.said import Said
from align.ui.words import t

_MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "graphml": "application/xml",
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One file that can be made: what it is, and how.

    ``make`` is given the papers as they were when the file was first made: what is downloaded
    later has the bytes that stand in the ledger.
    """

    label: str
    about: str
    file_name: str
    make: Callable[[Papers], bytes]
    key: str


def export_row(
    said: Said, offer: Offer, papers: Papers, state: tuple[object, ...], may: bool
) -> None:
    """What the file is, and the button that makes it; then the file and its receipt.

    Parameters
    ----------
    state : tuple
        Names what the file rests on: another state makes another file.
    """
    kept: dict[Any, Any] = st.session_state.setdefault("exported", {})
    timeless = dataclasses.replace(papers, ledger="").key  # the export itself moves the head
    done = (said.workspace.id, said.workspace.state, *state, timeless, offer.key)
    with st.container(border=True):
        words, buttons = st.columns([6, 4], vertical_alignment="center")
        with words:
            html.show(f"<strong>{html.esc(offer.label)}</strong><br>"
                      f'<span class="al-note">{html.esc(offer.about)}</span>')  # fmt: skip
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if done in kept:
                _downloads(offer, *kept[done])
            elif st.button(t("export.make"), key=f"export.{offer.key}", disabled=not may):
                with st.spinner(t("export.making"), show_time=False):
                    data = offer.make(papers)
                    receipt = wiring.store().record_export(
                        wiring.who(), said.workspace.id, offer.file_name,
                        hashlib.sha256(data).hexdigest(),
                    )  # fmt: skip
                kept[done] = receipt, papers
                st.rerun()


def _downloads(offer: Offer, receipt: dict[str, Any], papers: Papers) -> None:
    suffix = offer.file_name.rpartition(".")[2]
    receipt_button(receipt, f"{offer.file_name}-回执.json", f"receipt.{offer.key}")
    st.download_button(
        t("export.download"),
        lambda: offer.make(papers),
        file_name=offer.file_name,
        mime=_MIME.get(suffix) or mimetypes.guess_type(offer.file_name)[0]
        or "application/octet-stream",
        key=f"download.{offer.key}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )  # fmt: skip
