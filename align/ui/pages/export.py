"""导出: every file, entered in the ledger with its receipt; and what comes back of a plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from align import pipeline
from align.access import allowed
from align.papers import Papers
from align.ui import wiring
from align.ui.components import exchange_in, html
from align.ui.components.committee_approval import approved_plan, left_open, unfinished
from align.ui.components.export_row import Desk, Offer, main_files, more_files
from align.ui.components.filters import first_in_address, in_address
from align.ui.components.gate import need_review
from align.ui.components.plan_compare import comparison
from align.ui.components.plan_returned import returned_plan
from align.ui.components.plan_template import templates
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, t
from align.ui.words.zh import ZH

VIEWS = ("files", "back", "template", "diff")
#: Where a format stands on the page; one that is not named here comes last.
GROUPS: dict[str, tuple[str, ...]] = {
    "plan": ("docx", "xlsx", "pdf"),
    "data": ("csv", "json"),
    "graph": ("graphml",),
    "exchange": ("sssom", "case", "parquet"),
}
_FILES_LAST = ("graph.json",)  # the graph stands with the graph, whatever its format


def page() -> None:
    """The whole page."""
    look, said = need_review()
    html.header(t("export.title"), t("export.lead"))
    may = allowed(said.person, "export", said.workspace.college_id)
    view = _view()
    if view == "back":
        returned_plan(look, said)
    elif view == "template":
        templates(said)
    elif view == "diff":
        comparison(look, said, may)
    else:
        _state(look, said)
        _files(look, said, may)


def _view() -> str:
    given = first_in_address("export_view")
    kept = st.session_state.get("export_view.kept", given)
    chosen = st.segmented_control(
        t("export.title"),
        VIEWS,
        default=kept if kept in VIEWS else VIEWS[0],
        format_func=lambda x: t(f"export.view_{x}"),
        key=f"export_view_{language()}",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    found = chosen or VIEWS[0]
    st.session_state["export_view.kept"] = found
    in_address("export_view", "" if found == VIEWS[0] else found)
    return found


def _files(look: Look, said: Said, may: bool) -> None:
    if not may:
        st.info(t("export.not_you"))
    else:
        html.show(f'<p class="al-note">{t("export.recorded")}</p>')
    papers = wiring.papers(look, said)
    if papers.template is not None:
        told = t("export.in_template", name=papers.template.name)
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
    here = Desk(said, papers, (look.version, look.result.run.id), may)
    for group, offers in _offers(look, said).items():
        html.section(t(f"export.{group}"))
        if group == "plan":
            main_files(here, offers)
        else:
            more_files(here, offers, group)
    exchange_in.section(look, said)


def _state(look: Look, said: Said) -> None:
    """Whether this is a plan yet, before anybody takes it for one."""
    if said.workspace.state == "approved":
        made = wiring.store().approvals(said.person, said.workspace.id)[-1]
        names = t("comma").join(n or t("decide.erased") for n in made.names)
        st.success(t("export.approved", who=" · ".join(x for x in (names, made.note) if x)))
        if approved_plan(said, made, "export.approved_plan"):
            html.show(f'<p class="al-note">{html.esc(t("export.approved_plan"))}</p>')
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
            make = partial(wiring.file, look, file)
            found[group].append(Offer(*_about(file), file, f"{name}-{file}", make, file))
    order = {f: k for k, f in enumerate(of_format)}
    for offers in found.values():
        offers.sort(key=lambda o: order.get(o.shown.rpartition(".")[2], len(order)))
    for c in look.certificates.values():
        for what, view, suffix in (
            ("heatmap", "heatmap", "png"), ("heatmap_svg", "heatmap", "svg"),
            ("page", "bipartite", "html"),
        ):  # fmt: skip
            drawn = partial(bench.picture, result, c.id, view, suffix, look.version)
            found["graph"].append(
                Offer(
                    t(f"export.{what}"),
                    t(f"export.{what}.note", name=c.name),
                    f"{'graph' if what == 'page' else 'heatmap'}.{suffix}",
                    f"{name}-{c.name}-{view}.{suffix}",
                    partial(_picture, drawn),
                    f"{what}.{c.id}",
                )
            )
    return {group: offers for group, offers in found.items() if offers}


def _picture(drawn: Callable[[], bytes], papers: Papers) -> bytes:
    """A picture shows nothing of the papers."""
    return drawn()


def _about(file: str) -> tuple[str, str]:
    """What a file is for, and what is in it; one without words of its own is named by its kind."""
    if f"export.{file}" in ZH:
        return t(f"export.{file}"), t(f"export.{file}.note")
    return t("export.unnamed", kind=file.rpartition(".")[2]), ""


if __name__ == "__main__":
    page()
