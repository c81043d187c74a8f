"""Why something is proposed, in the language of the screens.

The Chinese sentence is the rule's own (:mod:`align.propose`) and is what the plan prints; the
English one says the same from the same figures.
"""

from __future__ import annotations

from align.records import Action, Proposal
from align.ui.look import Look
from align.ui.words import language, percent


def reason(look: Look, p: Proposal) -> str:
    """One sentence on why, from the rule's figures."""
    if language() == "zh":
        return p.reason
    graded = p.action is not Action.EXEMPT and any(
        m.grade is not None
        for item_id in p.item_ids
        for m in look.item_matches.get((p.certificate_id, item_id), [])
    )
    return _english(look, p) + (" A teacher has decided on its links." if graded else "")


def _english(look: Look, p: Proposal) -> str:
    s = look.result.settings
    course = look.courses[p.course_id].name if p.course_id in look.courses else ""
    if p.rule == "exempt-unit":
        return (
            f"Covered by {len(p.item_ids)} of the certificate's requirements, to at least the set "
            f"share of {percent(s.covered_share)}."
        )
    if p.rule == "exempt-course":
        return (
            f"At least {percent(s.exempt_course_share)} of the hours of {course} is covered by "
            "the certificate; the committee decides."
        )
    share = look.share("competency", f"{p.certificate_id}|{p.item_ids[0]}") or 0.0
    if p.action is Action.SUPPLEMENT:
        where = f" It would fit best into {course}." if course else ""
        if not p.probability:
            return (
                f"No candidate content was found.{where} A teacher must confirm it is not taught."
            )
        return (
            f"The closest content has a probability of {p.probability:.2f}, below the link "
            f"threshold of {s.link_threshold:.2f} (unmapped).{where} A teacher must confirm that "
            "it is not taught."
        )
    if p.action is Action.EXTEND:
        if p.missing:
            return f"{course} treats this; still missing: {'、'.join(p.missing)}."
        return (
            f"{course} treats this in part: covered share {share:.2f}, below {s.covered_share:.2f}."
        )
    if p.rule == "strengthen-depth":
        return f"{course} teaches this, but at a lower depth than the certificate asks."
    if p.rule == "strengthen-practice":
        return (
            f"{course} teaches this, but its share of practice hours is below the set "
            f"{percent(s.practice_share)}, while the certificate asks for doing."
        )
    return f"{course} teaches this: covered share {share:.2f}, at or above {s.covered_share:.2f}."
