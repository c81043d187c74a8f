"""Files that can be exported: made, entered in the ledger, given with its receipt."""

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


@dataclass(frozen=True, slots=True)
class Desk:
    """Where files are given out: of what workspace and papers, and whether the person may.

    ``state`` names what the files rest on: another state makes another file.
    """

    said: Said
    papers: Papers
    state: tuple[object, ...]
    may: bool


def main_files(here: Desk, offers: Sequence[Offer]) -> None:
    """The files one comes for: cards beside each other, each with a strong button."""
    for place, offer in zip(st.columns(len(offers), gap="small"), offers, strict=True):
        with place, st.container(border=True, height="stretch", key=f"offer-{offer.key}"):
            _told(offer)
            with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
                _give(here, offer, strong=True)


def more_files(here: Desk, offers: Sequence[Offer], name: str) -> None:
    """Further files as the rows of a table: what for, the file's name, a quiet button."""
    with st.container(gap=None, key=f"offers-{name}"):
        for offer in offers:
            words, buttons = st.columns([7, 4], vertical_alignment="center", gap="small")
            with words:
                _told(offer)
            with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
                _give(here, offer, strong=False)


def _told(offer: Offer) -> None:
    html.show(
        f'<div class="al-offer"><strong>{html.esc(offer.label)}</strong>'
        f"<code>{html.esc(offer.shown)}</code>"
        f'<p class="al-note">{html.esc(offer.about)}</p></div>'
    )


def _give(here: Desk, offer: Offer, strong: bool) -> None:
    """The button that makes the file; then the file and its receipt."""
    kept: dict[Any, Any] = st.session_state.setdefault("exported", {})
    said = here.said
    timeless = dataclasses.replace(here.papers, ledger="").key  # the export itself moves the head
    done = (said.workspace.id, said.workspace.state, *here.state, timeless, offer.key)
    if done in kept:
        _downloads(offer, *kept[done])
    elif st.button(
        t("export.make"), key=f"export.{offer.key}", disabled=not here.may,
        type="primary" if strong else "secondary",
    ):  # fmt: skip
        with st.spinner(t("export.making"), show_time=False):
            data = offer.make(here.papers)
            receipt = wiring.store().record_export(
                wiring.who(), said.workspace.id, offer.file_name,
                hashlib.sha256(data).hexdigest(),
            )  # fmt: skip
        kept[done] = receipt, here.papers
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
