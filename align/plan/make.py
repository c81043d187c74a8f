"""The draft plan: what was found and proposed, laid out as an integration plan's tables.

Nothing is decided here.  Every row keeps its rule, its reason and both quotations, says who has
decided what on it and when, or that nobody has, and every percentage is listed as the college's
own setting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from align.decisions import Approval, Decision, LinkDecision
from align.links import linked as is_linked
from align.plan.analysis import analysis_rows
from align.plan.credits import Conversion, converted, credit_rows, exempt_units, rule_rows
from align.plan.decided import decided_rows
from align.plan.matrix import course_matrix
from align.plan.nouns import (
    DRAFT_MARK,
    SIGNATURES,
    ApprovalRow,
    CourseRow,
    EvidenceRow,
    Plan,
    ScopeRow,
    SettingRow,
    SummaryRow,
    local_time,
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
)
from align.settings import SETTINGS, Settings


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
    verdicts: Mapping[str, Decision] | None = None,
    links: Iterable[LinkDecision] = (),
    conversion: Conversion | None = None,
    ledger: str = "",
    approval: Approval | None = None,
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
    verdicts : mapping of str to Decision
        What people have said, by the proposal's id; such as hold now (none of them stale).
    links : iterable of LinkDecision
        The words in force on links, for 审核记录; their grades stand in the matches.
    conversion : Conversion, optional
        The college's conversion rules; without them 学分转换表 lists candidates by content.
    ledger : str
        Head of the ledger (entry number and hash), printed at the end.
    approval : Approval, optional
        The committee's approval, while it stands.

    Returns
    -------
    Plan
        In the order of the standards; per task supplements first, then extensions,
        strengthenings, covered items.
    """
    linked = [m for m in matches if is_linked(m, settings.link_threshold)]
    said = verdicts or {}
    reviewed = bool(said) or any(m.grade is not None for m in matches)
    units = {(c.id, u.id): u for c in courses for u in c.units}
    credits, choices = credit_rows(certificates, courses, proposals, said), 0
    if conversion is not None:
        credits, choices = converted(credits, certificates, courses, matches, settings, conversion)
    return Plan(
        programme=programme,
        major=major or programme,
        college=college,
        scope=tuple(row for c in certificates for row in _scope(c)),
        left_out=tuple(left_out),
        summary=tuple(row for c in certificates for row in _summary(c, coverage, proposals, said)),
        courses=tuple(
            _course_row(course, certificate, linked)
            for certificate in certificates
            for course in courses
        ),
        analysis=analysis_rows(certificates, courses, units, proposals, said),
        exempt_units=exempt_units(certificates, courses, units, proposals, said),
        credits=credits,
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
        signatures=tuple(signatures) or SIGNATURES,
        mark=_mark(proposals, said, approval) if reviewed or approval else DRAFT_MARK,
        reviewed=reviewed,
        rules=None if conversion is None else rule_rows(conversion.rules),
        rules_version="" if conversion is None else conversion.rules.version,
        credit_choices=choices,
        decided=decided_rows(proposals, courses, certificates, said, links),
        ledger=ledger,
        approval=None if approval is None else _approval(approval),
    )


def _mark(
    proposals: Sequence[Proposal], said: Mapping[str, Decision], approval: Approval | None
) -> str:
    """How much of the plan people have looked at, and whether it is approved."""
    done = sum(p.id in said or p.confirmed for p in proposals)
    left = len(proposals) - done
    if approval is not None:
        day = local_time(approval.time)[:10]
        rest = f"；{left} 项建议未经教师审核" if left else ""
        return f"已批准（{day}，专业建设委员会{rest}）"
    if not left:
        return f"草案（{done} 项建议均经教师审核，待批准）"
    return f"草案（已经教师审核 {done} 项；其余 {left} 项为机器建议，未经教师审核）"


def _approval(a: Approval) -> ApprovalRow:
    # Whoever has been erased since signed all the same.
    names = tuple(name or "（已删除的人员）" for name in a.names)
    return ApprovalRow(local_time(a.time), names, a.remark, a.digest, a.run_id, a.day)


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
    certificate: Certificate,
    coverage: Sequence[Coverage],
    proposals: Sequence[Proposal],
    said: Mapping[str, Decision],
) -> list[SummaryRow]:
    actions = {
        item_id: said[p.id].action if p.id in said else p.action
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
                counts[None],
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
            m.grade,
        )
        for m in known
        for e in m.evidence
    )
