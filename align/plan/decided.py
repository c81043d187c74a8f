"""审核记录: who decided what and when, of everything that is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from align.decisions import Decision, LinkDecision
from align.plan.analysis import unit_title
from align.plan.nouns import DecidedRow, Word, local_time
from align.records import Action, Certificate, Course, Proposal

_GRADES = {0: "没有教到", 1: "教了一部分", 2: "全部教到"}


def decided_rows(
    proposals: Sequence[Proposal],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    said: Mapping[str, Decision],
    links: Iterable[LinkDecision] = (),
) -> tuple[DecidedRow, ...]:
    """One row per decision in force, in order of time.

    Parameters
    ----------
    said : mapping of str to Decision
        By the proposal's id.
    links : iterable of LinkDecision
        The words in force on links; those that only take an earlier word back are left out.
    """
    items = {(c.id, i.id): i.text for c in certificates for i in c.competencies}
    names = {c.id: c.name for c in courses}
    titles = {(c.id, u.id): unit_title(u) for c in courses for u in c.units}
    known = {p.id: p for p in proposals}
    found = []
    for subject, d in said.items():
        word = Word.of(d)
        proposal = known.get(subject)
        what = _subject(proposal, items, names, titles) if proposal else subject
        figures = "，".join(
            words
            for words in (
                f"{d.hours:g} 学时" if d.hours is not None else "",
                f"{d.credits:g} 学分" if d.credits is not None else "",
                f"课程《{names.get(d.course_id, d.course_id)}》" if d.course_id else "",
            )
            if words
        )
        verdict = word.verdict + (f"（{figures}）" if figures else "")
        kind = "委员会裁定" if d.stage == "settle" else "建议"
        found.append((d.time, DecidedRow(word.when, word.who, kind, what, verdict, d.note)))
    for link in links:
        if link.grade is None:
            continue
        certificate_id, item_id, course_id, unit_id = link.pair
        text = items.get((certificate_id, item_id), "")
        what = f"{item_id}　{text} — 《{names.get(course_id, course_id)}》"
        what += titles.get((course_id, unit_id), unit_id)
        row = DecidedRow(
            local_time(link.time), link.reviewer_name, "关联", what, _GRADES[link.grade], link.note
        )
        found.append((link.time, row))
    return tuple(row for _, row in sorted(found, key=lambda e: (e[0], e[1].subject)))


def _subject(
    p: Proposal,
    items: Mapping[tuple[str, str], str],
    names: Mapping[str, str],
    titles: Mapping[tuple[str, str], str],
) -> str:
    if p.action is Action.EXEMPT:
        whole = p.id.startswith("course:")
        units = "" if whole else "、".join(titles.get(key, key[1]) for key in p.units)
        return f"免修《{names.get(p.course_id, p.course_id)}》{units}"
    return "；".join(f"{i}　{items.get((p.certificate_id, i), '')}" for i in p.item_ids)
