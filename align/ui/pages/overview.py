"""工作台: what was read, how far the review is, what is covered, what is proposed."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from align.plan.matrix import Matrix
from align.records import Action, Certificate
from align.ui import wiring
from align.ui.components import html, readings, review_progress
from align.ui.components.filters import pick_certificate
from align.ui.components.gate import need_review, need_workspace
from align.ui.components.heat import heat, linked_only
from align.ui.look import Look
from align.ui.theme import ACTIONS
from align.ui.words import level_name, percent, t

_WIDE = 14  # more tasks than this in one picture, and it starts at one level


def page() -> None:
    """The whole page."""
    known = wiring.workspace()
    st.title(known.name if known else t("nav.overview"), anchor=False)
    need_workspace()
    look, said = need_review()
    certificates = list(look.certificates.values())
    lead = t(
        "overview.lead",
        certificates="》《".join(c.name for c in certificates),
        levels=t("comma").join(
            dict.fromkeys(level_name(x) for c in certificates for x in c.levels)
        ),
    )
    html.show(f'<p class="al-lead">{html.esc(lead)}</p>')
    review_progress.draft(look, said)
    if "hashing" in look.result.run.model:
        html.show(f'<p class="al-note">{t("overview.hashing")}</p>')
    html.show(_figures(look))
    html.section(t("progress.title"))
    review_progress.show(look, said)
    html.section(t("overview.actions"), t("overview.actions_note"))
    html.show(_actions(look))
    html.section(t("overview.coverage"), t("overview.coverage_note"))
    certificate = pick_certificate(look)
    html.show(_coverage(look, certificate))
    threshold = f"{100 * look.result.settings.link_threshold:g}%"
    html.section(t("overview.heat"), t("overview.heat_note", threshold=threshold))
    _heat(look, certificate)
    html.section(t("overview.read"))
    html.show(readings.files_table(look.result.gathered.files, look.result.gathered))
    html.section(t("overview.problems"))
    if look.result.gathered.problems:
        readings.problems_note()
        html.show(readings.problems_table(look.result.gathered.problems))
    else:
        html.show(f'<p class="al-note">{t("overview.no_problems")}</p>')
    _run_facts(look)


def _figures(look: Look) -> str:
    proposals = look.of_item.values()
    shares = [
        (look.share("certificate", c.id) or 0.0, len(c.competencies))
        for c in look.certificates.values()
    ]
    items = sum(n for _, n in shares)
    overall = sum(share * n for share, n in shares) / items if items else 0.0
    return html.cards(
        [
            (t("overview.courses"), str(len(look.courses)),
             t("overview.units", n=len(look.units)), ""),
            (t("overview.items"), str(items),
             t("overview.certificates", n=len(look.certificates)), ""),
            (t("overview.share"), percent(overall), t("overview.share_help"), ""),
            (t("overview.unsure"), str(sum(p.unsure for p in proposals)),
             t("overview.unsure_help"), ""),
        ]
    )  # fmt: skip


def _actions(look: Look) -> str:
    counts = Counter(p.action for p in look.of_item.values())
    entries = [
        (t(f"action.{a}"), str(counts[a]), t("overview.items_unit"), ACTIONS[a][0])
        for a in (Action.COVERED, Action.STRENGTHEN, Action.EXTEND, Action.SUPPLEMENT)
    ]
    rules = Counter(p.rule for p in look.result.proposals)
    whole = t("overview.exempt_courses", n=rules["exempt-course"])
    entries.append(
        (t("action.exempt"), str(rules["exempt-unit"]),
         f"{t('overview.exempt_units')} · {whole}", ACTIONS[Action.EXEMPT][0])
    )  # fmt: skip
    return html.cards(entries)


def _coverage(look: Look, certificate: Certificate) -> str:
    cards = []
    for level in certificate.levels:
        whole = look.coverage.get(("level", f"{certificate.id}|{level}"))
        if whole is None:
            continue
        bars = "".join(html.bar(a.name, a.share) for a in look.areas(certificate.id, level))
        cards.append(
            f'<div class="al-card"><span>{html.esc(level_name(level))}</span>'
            f"<b>{percent(whole.share)}</b>"
            f"<small>{t('overview.level_items', n=whole.count)}</small>{bars}</div>"
        )
    return f'<div class="al-levels">{"".join(cards)}</div>'


def _heat(look: Look, certificate: Certificate) -> None:
    (matrix,) = (m for m in look.result.plan.matrices if m.certificate_id == certificate.id)
    level = ""
    if len(certificate.levels) > 1:
        options = ["", *certificate.levels]
        level = (
            st.segmented_control(
                t("pick.level"),
                options,
                default=certificate.levels[0] if len(matrix.columns) > _WIDE else "",
                format_func=lambda x: level_name(x) if x else t("all"),
                key=f"heat_level_{certificate.id}",
                required=True,
                label_visibility="collapsed",
                persist_state="session",
            )
            or ""
        )
    shown = matrix.only([k for k, c in enumerate(matrix.columns) if level in {"", c.level}])
    if not any(any(row) for row in shown.values):
        st.info(t("overview.heat_empty"))
        return
    shown, left = linked_only(shown)
    if left:
        names = t("comma").join(left)
        html.show(f'<p class="al-note">{html.esc(t("overview.heat_left", names=names))}</p>')
    cell = heat(shown, f"heat_{look.result.run.id}_{certificate.id}_{level}")
    if cell is None:
        html.show(f'<p class="al-note">{t("overview.cell_hint")}</p>')
    else:
        _cell(look, shown, *cell)


def _cell(look: Look, matrix: Matrix, row: int, column: int) -> None:
    course_id, course = matrix.courses[row]
    what = matrix.columns[column]
    found = look.cell(matrix.certificate_id, course_id, what)
    title = t(
        "overview.cell",
        course=course,
        level=what.level,
        task=what.label,
        n=len(found),
        items=what.items,
    )
    html.show(f'<div class="al-section"><h3>{html.esc(title)}</h3></div>')
    rows = []
    for entry in found:
        unit = look.units[course_id, entry.best.unit_id]
        proposal = look.of_item[matrix.certificate_id, entry.item.id]
        rows.append(
            [
                html.esc(entry.item.number or entry.item.id),
                html.esc(entry.item.text),
                html.esc(unit.task or unit.content),
                html.probability(entry.best.probability),
                html.action_tag(proposal.action),
            ]
        )
    html.show(
        html.table(
            [t("overview.col_id"), t("overview.col_item"), t("overview.col_unit"),
             t("probability"), t("pick.action")],
            rows,
            numbers=(0, 3, 4),
        )
    )  # fmt: skip


def _run_facts(look: Look) -> None:
    run = look.result.run
    with st.expander(t("overview.run")):
        html.show(
            html.facts(
                [
                    (t("overview.run_id"), html.esc(run.id)),
                    (t("overview.run_model"), html.esc(run.model)),
                    (t("overview.run_settings"), html.esc(run.settings_version)),
                    (t("overview.run_tool"), html.esc(run.tool_version)),
                ]
            )
        )


if __name__ == "__main__":
    page()
