"""One file that can be exported: made, entered in the ledger, given with its receipt."""

from __future__ import annotations

import dataclasses
import hashlib
import mimetypes
from collections.abc import Callable, Sequence
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

    ``label`` says what it is for, ``about`` what is in it, ``shown`` is its short file name.
    ``make`` is given the papers as they were when the file was first made: what is downloaded
    later has the bytes that stand in the ledger.
    """

    label: str
    about: str
    shown: str
    file_name: str
    make: Callable[[Papers], bytes]
    key: str


def export_rows(
    said: Said, offers: Sequence[Offer], papers: Papers, state: tuple[object, ...], may: bool
) -> None:
    """The files of one group, two beside each other."""
    for k in range(0, len(offers), 2):
        for place, offer in zip(st.columns(2, gap="small"), offers[k : k + 2], strict=False):
            with place:
                export_row(said, offer, papers, state, may)


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
    with st.container(border=True, height="stretch"):
        sizes = [5, 5] if done in kept else [8, 3]
        words, buttons = st.columns(sizes, vertical_alignment="center", gap="small")
        with words:
            html.show(
                f'<div class="al-offer"><strong>{html.esc(offer.label)}</strong>'
                f"<code>{html.esc(offer.shown)}</code>"
                f'<p class="al-note">{html.esc(offer.about)}</p></div>'
            )
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
