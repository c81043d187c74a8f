"""Why something is proposed, in the language of the screens.

The Chinese sentence is the rule's own (:mod:`align.propose`) and is what the plan prints; the
English one says the same from the same figures.
"""

from __future__ import annotations

from align.exempt import QUOTED
from align.records import Action, Proposal, Unit
from align.ui.look import Look
from align.ui.words import language, percent

_GRADE_SAID = {
    None: "",
    0: "",
    1: " (a teacher has confirmed: in part)",
    2: " (a teacher has confirmed: in full)",
}


def reason(look: Look, p: Proposal) -> str:
    """One sentence on why, from the rule's figures."""
    return p.reason if language() == "zh" else _english(look, p)


def _english(look: Look, p: Proposal) -> str:
    s = look.result.settings
    course = look.courses[p.course_id].name if p.course_id in look.courses else ""
    if p.rule == "exempt-unit":
        said = _confirmed(look, p)
        return (
            f"Covered by {len(p.item_ids)} of the certificate's requirements{said}, to at least "
            f"the set share of {percent(s.covered_share)}."
        )
    if p.rule == "exempt-course":
        return (
            f"At least {percent(s.exempt_course_share)} of the hours of {course} is covered by "
            "the certificate; the committee decides."
        )
    if p.action is Action.SUPPLEMENT:
        return _supplement(look, p, course)
    share = look.share("competency", f"{p.certificate_id}|{p.item_ids[0]}") or 0.0
    linked = _titles(look, p)
    verb = "teaches" if len(p.unit_ids[:QUOTED]) == 1 else "teach"
    if p.action is Action.EXTEND:
        treats = "treats" if verb == "teaches" else "treat"
        what = f"still missing: {'、'.join(p.missing)}" if p.missing else "but only in part"
        return (
            f"{linked} {treats} this; {what} (covered share {share:.2f}, below "
            f"{s.covered_share:.2f})."
        )
    if p.rule == "strengthen-depth":
        return f"{linked} {verb} this, but at a lower depth than the certificate asks."
    if p.rule == "strengthen-practice":
        return (
            f"{linked} {verb} this, but the share of practice hours is below the set "
            f"{percent(s.practice_share)}, while the certificate asks for doing."
        )
    return f"{linked} {verb} this: covered share {share:.2f}, at or above {s.covered_share:.2f}."


def _supplement(look: Look, p: Proposal, course: str) -> str:
    """No link: what a teacher has denied, and what comes closest of the rest."""
    ranked = look.item_matches.get((p.certificate_id, p.item_ids[0]), [])
    denied = [look.units[m.course_id, m.unit_id] for m in ranked if m.grade == 0]
    rest = next((m for m in ranked if m.grade is None), None)
    said = ""
    if denied:
        rows = ", ".join(map(_title, denied[:QUOTED]))
        more = f" and {len(denied) - QUOTED} more" if len(denied) > QUOTED else ""
        said = f"A teacher has confirmed that this is not taught in {rows}{more}. "
    if rest is not None:
        closest = "closest other content" if denied else "closest content"
        limit = look.result.settings.link_threshold
        why = (
            f"The {closest} has a probability of {rest.probability:.2f}, below the link "
            f"threshold of {limit:.2f} (unmapped)."
        )
    else:
        why = f"No {'other ' if denied else ''}candidate content was found."
    where = f" It would fit best into {course}." if course else ""
    return f"{said}{why}{where} A teacher must confirm that it is not taught."


def _titles(look: Look, p: Proposal) -> str:
    """The strongest linked units, and what a teacher has said of each."""
    grades = {
        (m.course_id, m.unit_id): m.grade
        for m in look.item_matches.get((p.certificate_id, p.item_ids[0]), [])
    }
    return ", ".join(
        _title(look.units[key]) + _GRADE_SAID[grades.get(key)] for key in p.units[:QUOTED]
    )


def _title(unit: Unit) -> str:
    return f"《{unit.course}》“{unit.task or unit.content[:20]}”"


def _confirmed(look: Look, p: Proposal) -> str:
    """On how many of the links that exempt a unit a teacher has agreed."""
    n = sum(
        bool(m.grade)
        for item_id in p.item_ids
        for m in look.item_matches.get((p.certificate_id, item_id), [])
        if (m.course_id, m.unit_id) in p.units
    )
    return f" (a teacher has confirmed {n} of these links)" if n else ""
