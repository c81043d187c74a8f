"""The directory of recognised results (学习成果名录) asked for a certificate's entry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from align.credit import Bank
from align.learner.nouns import Entry
from align.records import Certificate


def bears(entry: Entry, name: str) -> bool:
    """Whether an entry bears a certificate's name or alias, letter by letter."""
    bare = "".join(name.split())
    return bare in {"".join(x.split()) for x in (entry.name, *entry.aliases)}


def entry_of(name: str, directory: Sequence[Entry]) -> Entry | None:
    """The one entry that bears a certificate's name or alias; None where none or two do."""
    found = [e for e in directory if bears(e, name)]
    return found[0] if len(found) == 1 else None


def bank_of(
    certificates: Iterable[Certificate], directory: Sequence[Entry]
) -> dict[tuple[str, str], Bank]:
    """What the directory says of each level, by (certificate id, level)."""
    found = {}
    for c in certificates:
        entry = entry_of(c.name, directory)
        if entry is not None:
            for level in c.levels:
                found[c.id, level] = Bank(entry.credits_of(level), entry.nature)
    return found
