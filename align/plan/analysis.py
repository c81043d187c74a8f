"""融通内容分析表: what the courses must do about each certificate item, and why."""

from __future__ import annotations

from collections.abc import Sequence

from align.plan.nouns import AnalysisRow, Quotation
from align.records import Action, Certificate, Competency, Course, Match, Proposal, Unit

#: A colleague reads the open ends first; what is covered needs no measure.
ACTION_ORDER = (Action.SUPPLEMENT, Action.EXTEND, Action.STRENGTHEN, Action.COVERED)


def unit_title(unit: Unit) -> str:
    """``单元 · 任务``, without saying the same twice."""
    section, task = unit.section.strip(), (unit.task or unit.content).strip()
    if not section or section in task:
        return task or unit.id
    return section if not task or task in section else f"{section} · {task}"


def analysis_rows(
    certificates: Sequence[Certificate],
    courses: Sequence[Course],
    units: dict[tuple[str, str], Unit],
    linked: Sequence[Match],
    proposals: Sequence[Proposal],
) -> tuple[AnalysisRow, ...]:
    """One row per item with a proposal, in the order of the standards, open ends first.

    Parameters
    ----------
    units : dict
        Every unit by (course id, unit id).
    linked : sequence of Match
        The matches at or above the link threshold.
    """
    names = {c.id: c.name for c in courses}
    found = {
        (p.certificate_id, item_id): p
        for p in proposals
        if p.action is not Action.EXEMPT
        for item_id in p.item_ids
    }
    of_item: dict[tuple[str, str], list[Match]] = {}
    for m in linked:
        of_item.setdefault((m.certificate_id, m.item_id), []).append(m)
    rows: list[AnalysisRow] = []
    for certificate in certificates:
        tasks: dict[tuple[str, str, str], list[AnalysisRow]] = {}
        for item in certificate.competencies:
            proposal = found.get((certificate.id, item.id))
            if proposal is None:
                continue
            near = _units_of(proposal, of_item.get((certificate.id, item.id), []), units)
            row = _analysis_row(certificate, item, proposal, near, names)
            tasks.setdefault((item.level, item.area, item.task), []).append(row)
        for group in tasks.values():
            rows += sorted(group, key=lambda r: ACTION_ORDER.index(r.action))
    return tuple(rows)


def _units_of(
    proposal: Proposal, matches: Sequence[Match], units: dict[tuple[str, str], Unit]
) -> list[Unit]:
    """The proposal's units; they may belong to several courses, its own course first.

    Two courses may number their rows alike (1, 2, …): of the rows of one number only the linked
    ones are meant.
    """
    found = []
    for unit_id in proposal.unit_ids:
        own = [m.course_id for m in matches if m.unit_id == unit_id]
        for course_id in sorted(own, key=lambda c: c != proposal.course_id):
            unit = units.get((course_id, unit_id))
            if unit is not None and unit not in found:
                found.append(unit)
                break
    return found


def _analysis_row(
    certificate: Certificate,
    item: Competency,
    proposal: Proposal,
    near: Sequence[Unit],
    names: dict[str, str],
) -> AnalysisRow:
    first = proposal.evidence[0] if proposal.evidence else None
    known = [u.hours for u in near if u.hours is not None]
    return AnalysisRow(
        certificate_id=certificate.id,
        certificate=certificate.name,
        level=item.level,
        area=item.area,
        task=item.task,
        item_id=item.id,
        item=item.text,
        action=proposal.action,
        course_id=proposal.course_id,
        course=names.get(proposal.course_id, ""),
        unit_ids=tuple(u.id for u in near),
        units=tuple(
            unit_title(u) if u.course_id == proposal.course_id else f"《{u.course}》{unit_title(u)}"
            for u in near
        ),
        measure=_measure(proposal),
        hours=proposal.hours,
        unit_hours=sum(known) if known and len(known) == len(near) else None,
        item_quote=Quotation(item.printed or item.text, str(item.place)),
        unit_quote=Quotation(first.unit_text, str(first.unit_place)) if first else None,
        reason=proposal.reason,
        rule=proposal.rule,
        probability=proposal.probability,
        missing=proposal.missing,
        unsure=proposal.unsure,
        confirmed=proposal.confirmed,
    )


def _measure(proposal: Proposal) -> str:
    """What to do, in one sentence a teacher can change; the row names course and unit."""
    if proposal.action is Action.SUPPLEMENT:
        return "增设教学内容与训练，讲授本项要求。"
    if proposal.action is Action.EXTEND:
        what = "、".join(proposal.missing)
        return f"补讲：{what}。" if what else "扩充到本项要求的全部对象与步骤。"
    if proposal.action is Action.STRENGTHEN:
        if proposal.rule.endswith("practice"):
            return "增加实训学时，按本项要求考核操作。"
        return "提高教学要求的深度，按本项要求考核。"
    return "保持现有教学内容。"
