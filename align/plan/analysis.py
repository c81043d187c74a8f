"""融通内容分析表: what the courses must do about each certificate item, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from align.decisions import Decision
from align.plan.nouns import AnalysisRow, Quotation, Word
from align.records import Action, Certificate, Competency, Course, Proposal, Unit

#: A colleague reads the open ends first; what is covered needs no measure.
ACTION_ORDER = (Action.SUPPLEMENT, Action.EXTEND, Action.STRENGTHEN, Action.COVERED)


_ORDER = {action: n for n, action in enumerate(ACTION_ORDER)}


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
    proposals: Sequence[Proposal],
    verdicts: Mapping[str, Decision] | None = None,
) -> tuple[AnalysisRow, ...]:
    """One row per item with a proposal, in the order of the standards, open ends first.

    Parameters
    ----------
    units : dict
        Every unit by (course id, unit id).
    verdicts : mapping of str to Decision
        What people have said, by the proposal's id.
    """
    names = {c.id: c.name for c in courses}
    found = {
        (p.certificate_id, item_id): p
        for p in proposals
        if p.action is not Action.EXEMPT
        for item_id in p.item_ids
    }
    rows: list[AnalysisRow] = []
    for certificate in certificates:
        tasks: dict[tuple[str, str, str], list[AnalysisRow]] = {}
        for item in certificate.competencies:
            proposal = found.get((certificate.id, item.id))
            if proposal is None:
                continue
            near = _units_of(proposal, units)
            row = _analysis_row(certificate, item, proposal, near, names)
            if decision := (verdicts or {}).get(proposal.id):
                row = _decided(row, proposal, decision, names)
            tasks.setdefault((item.level, item.area, item.task), []).append(row)
        for group in tasks.values():
            rows += sorted(group, key=lambda r: _ORDER.get(r.action, len(_ORDER)))
    return tuple(rows)


def _decided(
    row: AnalysisRow, proposal: Proposal, decision: Decision, names: Mapping[str, str]
) -> AnalysisRow:
    """The row as a person left it: their action, course and hours; the reason stays the rule's."""
    word = Word.of(decision)
    if decision.action is None:
        return replace(row, word=word, measure="不采取措施。")
    course_id = decision.course_id or row.course_id
    return replace(
        row,
        word=word,
        action=decision.action,
        measure=_measure(replace(proposal, action=decision.action)),
        course_id=course_id,
        course=names.get(course_id, ""),
        hours=row.hours if decision.hours is None else decision.hours,
    )


def _units_of(proposal: Proposal, units: dict[tuple[str, str], Unit]) -> list[Unit]:
    """The proposal's units; they may belong to several courses."""
    return [units[key] for key in dict.fromkeys(proposal.units) if key in units]


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
        proposal_id=proposal.id,
        proposed=proposal.action,
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
