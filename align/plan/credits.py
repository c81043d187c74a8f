"""免修与学分转换: units and courses that the certificate may stand for, and for how many credits.

Without conversion rules 学分转换表 lists what the contents alone propose.  Where the college has
rules (:mod:`align.credit`), they choose among the courses that the committee has approved, and
every course not chosen says what stands against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from align.credit import (
    BY_NAME,
    Bank,
    Candidate,
    Chosen,
    RuleSet,
    candidates,
    choose,
    rule_name,
)
from align.decisions import Decision
from align.links import linked, pair_of, strength
from align.plan.analysis import unit_title
from align.plan.nouns import PENDING, CreditRow, ExemptUnitRow, Quotation, RuleRow, Word
from align.records import Action, Certificate, Course, Evidence, Match, Proposal, Unit
from align.settings import Settings

COURSE_EXEMPTION = "exempt-course"  # the rule's name in align.exempt
_GRADE = "按学校规定（待定）"
#: Said of a conversion that was approved while nothing of the course is linked.
UNLINKED = "无已确认的关联内容"


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversion that the committee has approved; ``words`` say who and when."""

    level: str
    credits: float
    grade: float | None
    words: str


@dataclass(frozen=True)
class Conversion:
    """The college's conversion rules and what they are applied to.

    Parameters
    ----------
    rules : RuleSet
        The rules that are on.
    approved : mapping of (certificate id, course id) to str, optional
        Exemptions the committee has accepted, each with its note; None takes the verdicts on
        whole courses.
    bank : mapping of (certificate id, level) to Bank
        Figures of the directory of recognised results.
    programme_credits : float, optional
        The programme's total.
    same_content : sequence of frozenset of str
        Certificates (ids) that the college declares to be of the same content.
    listed : mapping of (certificate id, course id) to Listed
        The conversions the committee has approved for this programme: where there are any, they
        and no others are taken, whatever the rules alone would choose.
    """

    rules: RuleSet
    approved: Mapping[tuple[str, str], str] | None = None
    bank: Mapping[tuple[str, str], Bank] = field(default_factory=dict)
    programme_credits: float | None = None
    same_content: Sequence[frozenset[str]] = ()
    listed: Mapping[tuple[str, str], Listed] = field(default_factory=dict)


def word_of(decision: Decision | None) -> Word | None:
    """What a person has said, where somebody has."""
    return None if decision is None else Word.of(decision)


def exempt_units(
    certificates: Sequence[Certificate],
    courses: Sequence[Course],
    units: Mapping[tuple[str, str], Unit],
    proposals: Sequence[Proposal],
    said: Mapping[str, Decision],
) -> tuple[ExemptUnitRow, ...]:
    """One row per unit proposed for exemption, in the order of the proposals."""
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
            _own_hours(said.get(p.id), units[p.course_id, unit_id].hours),
            p.item_ids,
            p.reason,
            p.rule,
            p.probability,
            p.unsure,
            p.confirmed,
            word_of(said.get(p.id)),
            p.id,
            _quotes(p.evidence),
        )
        for p in proposals
        if p.action is Action.EXEMPT and p.rule != COURSE_EXEMPTION
        for unit_id in p.unit_ids
        if (p.course_id, unit_id) in units
    )


def _own_hours(decision: Decision | None, hours: float | None) -> float | None:
    return hours if decision is None or decision.hours is None else decision.hours


def _quotes(evidence: Sequence[Evidence]) -> tuple[tuple[Quotation, Quotation], ...]:
    return tuple(
        (
            Quotation(e.competency_text, str(e.competency_place)),
            Quotation(e.unit_text, str(e.unit_place)),
        )
        for e in evidence
    )


def credit_rows(
    certificates: Sequence[Certificate],
    courses: Sequence[Course],
    proposals: Sequence[Proposal],
    said: Mapping[str, Decision],
) -> tuple[CreditRow, ...]:
    """学分转换表 as the contents alone propose it: one row per course exempted whole."""
    by_certificate = {c.id: c for c in certificates}
    by_course = {c.id: c for c in courses}
    rows = []
    for p in proposals:
        if p.action is not Action.EXEMPT or p.rule != COURSE_EXEMPTION:
            continue
        course, certificate = by_course[p.course_id], by_certificate[p.certificate_id]
        items = set(p.item_ids)
        decision = said.get(p.id)
        own = decision.credits if decision else None
        noted = "按学时折算" if course.credits is None and p.credits else ""
        hours = _own_hours(decision, course.hours if course.hours is not None else p.hours)
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
                credits=p.credits if own is None else own,
                credits_note=noted if own is None else "审核人填写",
                hours=hours,
                grade=_GRADE,
                reason=p.reason,
                rule=p.rule,
                probability=p.probability,
                status=PENDING if decision is None else Word.of(decision).line,
                unsure=p.unsure,
                word=word_of(decision),
                proposal_id=p.id,
            )
        )
    return tuple(rows)


def converted(
    rows: Sequence[CreditRow],
    certificates: Sequence[Certificate],
    courses: Sequence[Course],
    matches: Sequence[Match],
    settings: Settings,
    given: Conversion,
) -> tuple[tuple[CreditRow, ...], int]:
    """学分转换表 under the college's rules, and how many other choices are as good.

    Parameters
    ----------
    rows : sequence of CreditRow
        As the contents propose them.

    Returns
    -------
    tuple of CreditRow
        Every row given, and every further course that was approved; ``taken`` and ``against``
        say what the rules made of it.
    int
        Number of other choices with as many credits.
    """
    approved = given.approved
    if approved is None:
        approved = {
            (r.certificate_id, r.course_id): r.word.note
            for r in rows
            if r.word is not None and r.word.action is Action.EXEMPT
        }
    strengths = {
        pair_of(m): strength(m, settings)
        for m in matches
        if linked(m, settings.link_threshold)
    }  # fmt: skip
    # What a reviewer has set holds for the rules, too.
    own = {r.course_id: r.word.credits for r in rows if r.word and r.word.credits is not None}
    found = candidates(
        [replace(c, credits=own[c.id]) if c.id in own else c for c in courses],
        certificates,
        strengths,
        given.rules,
        approved=approved,
        bank=given.bank,
        covered_share=settings.covered_share,
        hours_per_credit=settings.hours_per_credit,
    )
    chosen = choose(
        found,
        given.rules,
        bank=given.bank,
        programme_credits=given.programme_credits,
        same_content=given.same_content,
    )
    by_pair: dict[tuple[str, str], list[Candidate]] = {}
    for c in found:
        by_pair.setdefault((c.certificate_id, c.course_id), []).append(c)
    proposed = {(r.certificate_id, r.course_id): r for r in rows}
    known = {c.id: c for c in courses}
    of_certificate = {c.id: c for c in certificates}
    out = []
    for pair in dict.fromkeys((*proposed, *approved)):
        if pair in by_pair:
            best = _shown(by_pair[pair], chosen)
            row = proposed.get(pair) or _approved_row(best, known[pair[1]], approved[pair])
            row = _judged(row, best, chosen)
        elif pair in proposed:
            row = replace(proposed[pair], taken=False, against=("没有内容达到关联阈值",))
        elif pair[0] in of_certificate and pair[1] in known:
            row = _unlinked_row(of_certificate[pair[0]], known[pair[1]], approved[pair])
        else:
            continue  # agreed to for a certificate or course that this plan leaves out
        out.append(_of_list(row, given.listed.get(pair)) if given.listed else row)
    # What was approved leaves no choice open.
    return tuple(out), 0 if given.listed else len(chosen.ties)


def _of_list(row: CreditRow, listed: Listed | None) -> CreditRow:
    """The row by the conversions that the committee has approved."""
    if listed is None:
        status = "未列入已批准的转换" + (f"；{row.word.line}" if row.word else "")
        return replace(row, taken=False, status=status)
    return replace(
        row,
        taken=True,
        against=(),
        level=listed.level or row.level,
        credits=listed.credits,
        grade=row.grade if listed.grade is None else f"{listed.grade:g} 分",
        status=listed.words,
    )


def _shown(found: Sequence[Candidate], chosen: Chosen) -> Candidate:
    """The level to speak of: the one taken, else the highest, which covers the most."""
    taken = set(chosen.best.taken)
    return next((c for c in found if c.key in taken), found[-1])


def _judged(row: CreditRow, c: Candidate, chosen: Chosen) -> CreditRow:
    taken = c.key in set(chosen.best.taken)
    blocks = chosen.refused.get(c.key, ())
    # Without anybody's word that is all there is to say; with it the rules' own reasons count.
    waiting = bool(blocks) and all(b.rule == "not-approved" for b in blocks) and row.word is None
    status = row.status
    if taken:
        status = "按转换规则选定" + (f"；{row.word.line}" if row.word else "")
    elif not waiting:
        status = "按转换规则不转换" + (f"；{row.word.line}" if row.word else "")
    return replace(
        row,
        level=c.level,
        credits=c.credits,
        credits_note="按学时折算" if c.derived and not row.credits_note else row.credits_note,
        grade=row.grade if c.grade is None else f"{c.grade:g} 分",
        status=status,
        taken=taken,
        against=tuple(f"{rule_name(b.rule)}：{b.words}" for b in blocks),
    )


def _approved_row(c: Candidate, course: Course, note: str) -> CreditRow:
    """A course the committee approved although its contents did not propose it."""
    return CreditRow(
        certificate_id=c.certificate_id,
        certificate=c.certificate,
        level=c.level,
        course_id=c.course_id,
        course=c.course,
        code=course.code,
        nature=c.nature,
        credits=c.credits,
        credits_note="按学时折算" if c.derived else "",
        hours=c.hours,
        grade=_GRADE,
        reason=f"委员会同意免修；覆盖份额 {c.share:.0%}。" + note,
        rule="approved",
        probability=0.0,
        status="委员会同意",
    )


def _unlinked_row(certificate: Certificate, course: Course, note: str) -> CreditRow:
    """A course the committee approved although no content of it is linked to the certificate."""
    return CreditRow(
        certificate_id=certificate.id,
        certificate=certificate.name,
        level=certificate.levels[-1] if certificate.levels else "",
        course_id=course.id,
        course=course.name,
        code=course.code,
        nature=course.nature,
        credits=course.credits,
        credits_note="",
        hours=course.hours,
        grade=_GRADE,
        reason=f"{UNLINKED}；委员会同意免修。{note}",
        rule="approved",
        probability=0.0,
        status="委员会同意",
        taken=False,
        against=(UNLINKED,),
    )


def rule_rows(rules: RuleSet) -> tuple[RuleRow, ...]:
    """The rules that are on, with their values in words."""
    rows = []
    for name, values in rules.values.items():
        rule = BY_NAME[name]
        parts = [
            f"{p.zh} {_value(values[p.name], p.unit)}" for p in rule.parameters if p.name in values
        ]
        rows.append(RuleRow(name, rule.zh, "；".join(parts) or "启用", rule.meaning, rule.origin))
    return tuple(rows)


def _value(value: object, unit: str) -> str:
    if isinstance(value, Mapping):
        return "，".join(f"{k}：{_value(v, unit)}" for k, v in value.items())
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    if isinstance(value, float) and unit == "份额":
        return f"{value * 100:g}%"
    return f"{value:g} {unit}".strip() if isinstance(value, float) else str(value)
