"""What a workspace brings to the college's conversion rules: agreements, and equal contents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from align.credit import RuleSet
from align.learner import Entry
from align.pipeline import Result
from align.records import Action, Certificate
from align.store import Agreement
from align.store.agreements import in_force


def agreed(result: Result, words: Iterable[Agreement]) -> dict[tuple[str, str], str]:
    """Whole courses that people agreed to exempt, by (certificate id, course id), with the note.

    Parameters
    ----------
    words : iterable of Agreement
        What the committee agreed to beside the verdicts, oldest first; its note is the later
        word where it has one.
    """
    found = {}
    for p in result.proposals:
        word = result.verdicts.get(p.id)
        if p.rule == "exempt-course" and word is not None and word.action is Action.EXEMPT:
            found[p.certificate_id, p.course_id] = word.note
    for pair, word_of in in_force(words).items():
        found[pair] = word_of.note.strip() or found.get(pair, "")
    return found


def same_content(
    rules: RuleSet, certificates: Sequence[Certificate], directory: Sequence[Entry]
) -> list[frozenset[str]]:
    """Which of the certificates the college declares to be of the same content.

    A certificate is known by its own name and by those of the directory's entry that bears it.
    """
    names: dict[str, set[str]] = {c.id: {c.name} for c in certificates}
    bare: Mapping[str, str] = {"".join(c.name.split()): c.id for c in certificates}
    for entry in directory:
        own = {entry.id, entry.name, *entry.aliases}
        for name in own:
            if (id := bare.get("".join(name.split()))) is not None:
                names[id] |= own
    return rules.same_content(names)


__all__ = ["agreed", "same_content"]
