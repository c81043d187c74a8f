"""What was understood of one file: its courses or certificates, what was left, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.records import Certificate, Course, Passage, ProgrammePlan, Reading
from align.ui.components import html, readings
from align.ui.words import level_name, number, place_words, t


def reading(r: Reading, key: str) -> None:
    """Everything that was understood of one file."""
    for certificate in r.certificates:
        _certificate(certificate)
    if r.plan:
        _plan(r.plan)
    if r.courses:
        course = r.courses[0]
        if len(r.courses) > 1:
            chosen = st.selectbox(
                t("reading.courses"),
                range(len(r.courses)),
                format_func=lambda k: r.courses[k].name if k < len(r.courses) else "",
                key=f"reading_{key}_course",
            )
            course = r.courses[chosen or 0]
        _course(course)
    if not (r.courses or r.certificates or r.plan):
        st.warning(t("read.found_nothing"))
    _passages("unplaced", r.unplaced)
    _passages("aside", r.aside)
    html.section(t("reading.problems"))
    if r.problems:
        readings.problems_note()
        html.show(readings.problems_table(r.problems))
    else:
        html.show(f'<p class="al-note">{t("overview.no_problems")}</p>')


def _passages(name: str, found: Sequence[Passage]) -> None:
    """Lines of the file that are not compared, with their places."""
    if not found:
        return
    html.section(t(f"reading.{name}", n=len(found)), t(f"reading.{name}_note"))
    rows = [[html.esc(place_words(p.place)), html.esc(p.text)] for p in found]
    html.show(html.table([t("place"), t("read.col_found")], rows, numbers=(0,)))


def _course(c: Course) -> None:
    facts = [x for x in (c.code, c.category, c.nature) if x]
    if c.credits is not None:
        facts.append(t("credits", n=number(c.credits)))
    if c.hours is not None:
        split = ""
        if c.theory_hours is not None and c.practice_hours is not None:
            split = t(
                "reading.split", theory=number(c.theory_hours), practice=number(c.practice_hours)
            )
        facts.append(t("hours", n=number(c.hours)) + split)
    facts.append(
        t(
            "reading.sections",
            sections=len({u.section for u in c.units}),
            units=len(c.units),
            points=sum(len(u.points) for u in c.units),
        )
    )
    html.section(t("reading.course", name=c.name), " · ".join(facts))
    rows, last = [], None
    for u in c.units:
        section = u.section or t("reading.no_section")
        rows.append(
            [
                html.esc(u.id.rpartition("#")[2] or u.id),
                html.esc(section) if section != last else "",
                html.esc(u.task),
                html.esc("\n".join(u.points)),
                *(number(h) for h in (u.hours, u.theory_hours, u.practice_hours)),
                html.esc(place_words(u.place)),
            ]
        )
        last = section
    heads = ["id", "section", "task", "points", "hours", "theory", "practice"]
    html.show(
        html.table(
            [*(t(f"reading.col_{h}") for h in heads), t("place")], rows, numbers=(0, 4, 5, 6, 7)
        )
    )


def _certificate(c: Certificate) -> None:
    facts = [x for x in (c.code, c.version, c.issuer, c.date) if x]
    html.section(t("reading.certificate", name=c.name), " · ".join(facts))
    for level in c.levels:
        mine = [i for i in c.competencies if i.level == level]
        line = t(
            "reading.level_line",
            areas=len({i.area for i in mine}),
            tasks=len({(i.area, i.task) for i in mine}),
            items=len(mine),
        )
        with st.expander(f"{level_name(level)} · {line}", expanded=level == c.levels[0]):
            weighted = any(i.weight is not None for i in mine)
            rows, last = [], ("", "")
            for i in mine:
                rows.append(
                    [
                        html.esc(i.area) if i.area != last[0] else "",
                        html.esc(i.task) if (i.area, i.task) != last else "",
                        html.esc(i.number or i.id),
                        html.esc(i.text),
                        *([number(i.weight)] if weighted else []),
                        html.esc(place_words(i.place)),
                    ]
                )
                last = (i.area, i.task)
            heads = ["area", "work", "id", "text", *(["weight"] if weighted else [])]
            html.show(
                html.table([*(t(f"reading.col_{h}") for h in heads), t("place")], rows,
                           numbers=(2, len(heads)))
            )  # fmt: skip


def _plan(plan: ProgrammePlan) -> None:
    html.section(t("reading.plan_certificates"))
    heads = ["name", "level", "semester", "courses"]
    html.show(
        html.table(
            [t(f"reading.col_{h}") for h in heads],
            [
                [html.esc(x) for x in (c.name, c.level, c.semester, "、".join(c.courses))]
                for c in plan.certificates
            ],
        )
    )
    html.section(t("reading.plan_schedule"))
    heads = ["name", "nature", "credits", "hours", "semester"]
    html.show(
        html.table(
            [t(f"reading.col_{h}") for h in heads],
            [
                [html.esc(c.name), html.esc(c.nature or c.category), number(c.credits),
                 number(c.hours), html.esc(c.semester)]
                for c in plan.schedule
            ],
            numbers=(2, 3, 4),
        )
    )  # fmt: skip
