"""导出: what is still open is said; then every file, entered in the ledger with its receipt."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from align import pipeline
from align.access import allowed
from align.ui import wiring
from align.ui.components import html
from align.ui.components.committee_approval import left_open, receipt_button, unfinished
from align.ui.components.gate import need_review
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import t
from align.ui.words.zh import ZH

#: Where a format stands on the page; one that is not named here comes last.
GROUPS: dict[str, tuple[str, ...]] = {
    "plan": ("docx", "pdf", "xlsx"),
    "data": ("csv", "json"),
    "graph": ("graphml",),
    "exchange": ("sssom", "case", "parquet"),
}
_MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "graphml": "application/xml",
}
_FILES_LAST = ("graph.json",)  # the graph stands with the graph, whatever its format


@dataclass(frozen=True, slots=True)
class Offer:
    """One file that can be made: what it is, and how."""

    label: str
    about: str
    file_name: str
    make: Callable[[], bytes]
    key: str


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("export.title"), t("export.lead"))
    _state(look, said)
    may = allowed(said.person, "export", said.workspace.college_id)
    if not may:
        st.info(t("export.not_you"))
    else:
        html.show(f'<p class="al-note">{t("export.recorded")}</p>')
    for group, offers in _offers(look, said).items():
        html.section(t(f"export.{group}"))
        for offer in offers:
            _row(look, said, offer, may)


def _state(look: Look, said: Said) -> None:
    """Whether this is a plan yet, before anybody takes it for one."""
    if said.workspace.state == "approved":
        made = wiring.store().approvals(said.person, said.workspace.id)[-1]
        names = t("comma").join(n or t("decide.erased") for n in made.names)
        st.success(t("export.approved", names=names, note=made.note))
        return
    if not said.decisions and not said.links:
        html.show(f'<div class="al-draft">{t("export.notice")}</div>')
        return
    left = unfinished(look, said)
    if left:
        html.show(left_open(t("export.left"), left))
    else:
        html.show(f'<div class="al-draft">{html.esc(t("export.not_approved"))}</div>')


def _offers(look: Look, said: Said) -> dict[str, list[Offer]]:
    """Every file of every format, and the pictures of each certificate."""
    bench, result, name = wiring.bench(), look.result, said.workspace.name
    of_format = {f: group for group, formats in GROUPS.items() for f in formats}
    found: dict[str, list[Offer]] = {group: [] for group in (*GROUPS, "other")}
    for format_, files in pipeline.FORMAT_FILES.items():
        for file in files:
            group = "graph" if file in _FILES_LAST else of_format.get(format_, "other")
            make = partial(bench.file, result, file, look.version, said.links_in_force)
            found[group].append(Offer(file, _about(file), f"{name}-{file}", make, file))
    order = {f: k for k, f in enumerate(of_format)}
    for offers in found.values():
        offers.sort(key=lambda o: order.get(o.label.rpartition(".")[2], len(order)))
    for c in look.certificates.values():
        for what, view, suffix in (
            ("heatmap", "heatmap", "png"), ("heatmap_svg", "heatmap", "svg"),
            ("page", "bipartite", "html"),
        ):  # fmt: skip
            make = partial(bench.picture, result, c.id, view, suffix, look.version)
            found["graph"].append(
                Offer(
                    f"{'graph' if what == 'page' else 'heatmap'}.{suffix}",
                    t(f"export.{what}", name=c.name),
                    f"{name}-{c.name}-{view}.{suffix}",
                    make,
                    f"{what}.{c.id}",
                )
            )
    return {group: offers for group, offers in found.items() if offers}


def _about(file: str) -> str:
    """What a file is; one without words of its own is named by its kind."""
    known = f"export.{file}" in ZH
    return t(f"export.{file}") if known else t("export.unnamed", kind=file.rpartition(".")[2])


def _row(look: Look, said: Said, offer: Offer, may: bool) -> None:
    kept: dict[Any, Any] = st.session_state.setdefault("exported", {})
    done = (said.workspace.id, said.workspace.state, look.version, look.result.run.id, offer.key)
    with st.container(border=True):
        words, buttons = st.columns([6, 4], vertical_alignment="center")
        with words:
            html.show(f"<strong>{html.esc(offer.label)}</strong><br>"
                      f'<span class="al-note">{html.esc(offer.about)}</span>')  # fmt: skip
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if done in kept:
                _downloads(offer, kept[done])
            elif st.button(t("export.make"), key=f"export.{offer.key}", disabled=not may):
                with st.spinner(t("export.making"), show_time=False):
                    data = offer.make()
                    receipt = wiring.store().record_export(
                        wiring.who(), said.workspace.id, offer.file_name,
                        hashlib.sha256(data).hexdigest(),
                    )  # fmt: skip
                kept[done] = receipt
                st.rerun()


def _downloads(offer: Offer, receipt: dict[str, Any]) -> None:
    suffix = offer.file_name.rpartition(".")[2]
    receipt_button(receipt, f"{offer.file_name}-回执.json", f"receipt.{offer.key}")
    st.download_button(
        t("export.download"),
        offer.make,
        file_name=offer.file_name,
        mime=_MIME.get(suffix) or mimetypes.guess_type(offer.file_name)[0]
        or "application/octet-stream",
        key=f"download.{offer.key}",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )  # fmt: skip


if __name__ == "__main__":
    page()
