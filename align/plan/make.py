"""The draft plan: what was found and proposed, laid out as an integration plan's tables.

Nothing is decided here.  Every row keeps its rule, its reason and both quotations, says whether
a person has confirmed it, and every percentage is listed as the college's own setting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from align.plan.analysis import analysis_rows, unit_title
from align.plan.matrix import course_matrix
from align.plan.nouns import (
    SIGNATURES,
    CourseRow,
    CreditRow,
    EvidenceRow,
    ExemptUnitRow,
    Plan,
    ScopeRow,
    SettingRow,
    SummaryRow,
)
from align.records import (
    Action,
    Certificate,
    Course,
    Coverage,
    Match,
    Problem,
    Proposal,
    Run,
    Unit,
)
from align.settings import SETTINGS, Settings

COURSE_EXEMPTION = "exempt-course"  # the rule's name in align.propose
_GRADE = "按学校规定（待定）"


def make_plan(
    programme: str,
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    matches: Sequence[Match],
    coverage: Sequence[Coverage],
    proposals: Sequence[Proposal],
    run: Run,
    settings: Settings,
    *,
    problems: Sequence[Problem] = (),
    major: str = "",
    college: str = "",
    left_out: Iterable[str] = (),
    signatures: Iterable[str] = SIGNATURES,
) -> Plan:
    """Lay out one programme's results as a draft plan.

    Parameters
    ----------
    programme : str
        The programme's name.
    courses, certificates : sequences
        All that was compared; a certificate holds the levels in the range, no others.
    matches, coverage, proposals : sequences
        The results of :mod:`align.match`, :mod:`align.graph` and :mod:`align.propose`.
    run : Run
        What made them; printed at the end of the plan.
    settings : Settings
        The college's figures; ``link_threshold`` also decides which matches are shown as linked.
    problems : sequence of Problem
        What readers of the plan should know about the documents.
    major, college : str
        专业 and 学校; the programme's name and a blank to fill in when empty.
    left_out : iterable of str
        What the college left out of the range, one sentence each.
    signatures : iterable of str
        Who signs, in order.

    Returns
    -------
    Plan
        In the order of the standards; per task supplements first, then extensions,
        strengthenings, covered items.
    """
    linked = [m for m in matches if m.probability >= settings.link_threshold]
    units = {(c.id, u.id): u for c in courses for u in c.units}
    return Plan(
        programme=programme,
        major=major or programme,
        college=college,
        scope=tuple(row for c in certificates for row in _scope(c)),
        left_out=tuple(left_out),
        summary=tuple(row for c in certificates for row in _summary(c, coverage, proposals)),
        courses=tuple(
            _course_row(course, certificate, linked)
            for certificate in certificates
            for course in courses
        ),
        analysis=analysis_rows(certificates, courses, units, linked, proposals),
        exempt_units=_exempt_units(certificates, courses, units, proposals),
        credits=_credits(certificates, courses, proposals),
        matrices=tuple(
            course_matrix(courses, c, matches, settings.link_threshold) for c in certificates
        ),
        evidence=_evidence(certificates, courses, linked),
        problems=tuple(problems),
        settings=tuple(
            SettingRow(s.name, s.zh, settings.values[s.name], s.unit, s.meaning, s.source)
            for s in SETTINGS
        ),
        run=run,
        signatures=tuple(signatures),
    )


def _scope(certificate: Certificate) -> list[ScopeRow]:
    rows = []
    for level in certificate.levels:
        items = [i for i in certificate.competencies if i.level == level]
        if items:
            rows.append(
                ScopeRow(
                    certificate.id,
                    certificate.name,
                    certificate.code,
                    certificate.version,
                    certificate.issuer,
                    level,
                    len({i.area for i in items}),
                    len({(i.area, i.task) for i in items}),
                    len(items),
                )
            )
    return rows


def _summary(
    certificate: Certificate, coverage: Sequence[Coverage], proposals: Sequence[Proposal]
) -> list[SummaryRow]:
    actions = {
        item_id: p.action
        for p in proposals
        if p.certificate_id == certificate.id and p.action is not Action.EXEMPT
        for item_id in p.item_ids
    }
    shares = {c.id: c.share for c in coverage if c.scope == "level"}
    rows = []
    for level in certificate.levels:
        items = [i for i in certificate.competencies if i.level == level]
        if not items:
            continue
        counts = Counter(actions[i.id] for i in items if i.id in actions)
        rows.append(
            SummaryRow(
                certificate.id,
                certificate.name,
                level,
                len(items),
                counts[Action.COVERED],
                counts[Action.STRENGTHEN],
                counts[Action.EXTEND],
                counts[Action.SUPPLEMENT],
                shares.get(f"{certificate.id}|{level}"),
            )
        )
    return rows


def _course_row(course: Course, certificate: Certificate, linked: Sequence[Match]) -> CourseRow:
    mine = [m for m in linked if (m.course_id, m.certificate_id) == (course.id, certificate.id)]
    item_ids = {m.item_id for m in mine}
    items = [i for i in certificate.competencies if i.id in item_ids]
    counts = Counter(i.level for i in items)
    return CourseRow(
        course_id=course.id,
        code=course.code,
        course=course.name,
        nature=course.nature,
        category=course.category,
        hours=course.hours,
        theory_hours=course.theory_hours,
        practice_hours=course.practice_hours,
        credits=course.credits,
        semester=course.semester,
        certificate_id=certificate.id,
        certificate=certificate.name,
        units=len(course.units),
        linked_units=len({m.unit_id for m in mine}),
        linked=tuple((level, counts[level]) for level in certificate.levels if counts[level]),
        tasks=tuple(dict.fromkeys(f"{i.level} {i.task or i.area}" for i in items)),
    )


def _exempt_units(
    certificates: Sequence[Certificate],
    courses: Sequence[Course],
    units: dict[tuple[str, str], Unit],
    proposals: Sequence[Proposal],
) -> tuple[ExemptUnitRow, ...]:
    certificate_names = {c.id: c.name for c in certificates}
    names = {c.id: c.name for c in courses}
    return tuple(
        ExemptUnitRow(
            p.certificate_id,
            certificate_names.get(p.certificate_id, p.certificate_id),
            p.course_id,
            names.get(p.course_id, p.course_id),
            unit_id,
            unit_title(units[p.course_id, unit_id]),
            units[p.course_id, unit_id].hours,
            p.item_ids,
            p.reason,
            p.rule,
            p.probability,
            p.unsure,
            p.confirmed,
        )
        for p in proposals
        if p.action is Action.EXEMPT and p.rule != COURSE_EXEMPTION
        for unit_id in p.unit_ids
        if (p.course_id, unit_id) in units
    )


def _credits(
    certificates: Sequence[Certificate], courses: Sequence[Course], proposals: Sequence[Proposal]
) -> tuple[CreditRow, ...]:
    by_certificate = {c.id: c for c in certificates}
    by_course = {c.id: c for c in courses}
    rows = []
    for p in proposals:
        if p.action is not Action.EXEMPT or p.rule != COURSE_EXEMPTION:
            continue
        course, certificate = by_course[p.course_id], by_certificate[p.certificate_id]
        items = set(p.item_ids)
        held = {i.level for i in certificate.competencies if i.id in items}
        rows.append(
            CreditRow(
                certificate_id=certificate.id,
                certificate=certificate.name,
                # A higher level includes the lower ones, so the highest one needed is the one.
                level=next((level for level in reversed(certificate.levels) if level in held), ""),
                course_id=course.id,
                course=course.name,
                code=course.code,
                nature=course.nature,
                credits=p.credits,
                credits_note="按学时折算" if course.credits is None and p.credits else "",
                hours=course.hours if course.hours is not None else p.hours,
                grade=_GRADE,
                reason=p.reason,
                rule=p.rule,
                probability=p.probability,
                unsure=p.unsure,
            )
        )
    return tuple(rows)


def _evidence(
    certificates: Sequence[Certificate], courses: Sequence[Course], linked: Sequence[Match]
) -> tuple[EvidenceRow, ...]:
    """All quotations behind linked matches, in the order of the standards, best unit first."""
    order = {(c.id, i.id): n for c in certificates for n, i in enumerate(c.competencies)}
    position = {c.id: n for n, c in enumerate(certificates)}
    certificate_names = {c.id: c.name for c in certificates}
    names = {c.id: c.name for c in courses}
    known = [m for m in linked if (m.certificate_id, m.item_id) in order]
    known.sort(
        key=lambda m: (
            position[m.certificate_id],
            order[m.certificate_id, m.item_id],
            -m.probability,
            m.course_id,
            m.unit_id,
        )
    )
    return tuple(
        EvidenceRow(
            certificate_names[m.certificate_id],
            m.item_id,
            names.get(m.course_id, m.course_id),
            m.unit_id,
            m.probability,
            e.competency_text,
            str(e.competency_place),
            e.unit_text,
            str(e.unit_place),
            e.similarity,
            "；".join(a if a == b else f"{a}≈{b}" for a, b in e.shared),
        )
        for m in known
        for e in m.evidence
    )
