"""Looking through the ledger: filters, and pages that begin where the last one ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from align.decisions import AuditEntry, Person
from align.store import Store
from align.ui.ledger_words import Words

#: What a person may look for, by the beginnings of the kinds it stands for.
GROUPS: dict[str, tuple[str, ...]] = {
    "decided": ("link.", "proposal."),
    "files": ("source.", "run."),
    "workspaces": ("workspace.", "courses."),
    "plan": ("plan.",),
    "export": ("export.",),
    "settings": ("settings.", "template."),
    "people": ("person.", "college."),
    "comment": ("comment.",),
}
_CHUNK = 200
_SCANNED = 4000  # entries looked through for one page; the next page goes on from there


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to look for; an empty value lets everything through."""

    college: str
    workspace: str = ""
    subject: str = ""
    group: str = ""
    person: str = ""
    text: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first; ``older`` is where the next page begins, None at the end."""

    entries: tuple[AuditEntry, ...]
    older: int | None


def find(
    store: Store, who: Person, wanted: Wanted, before: int | None, size: int, words: Words
) -> Page:
    """One page of the entries that fit; the text is looked for in what the screen shows."""
    found: list[AuditEntry] = []
    for scanned, entry in enumerate(_entries(store, who, wanted, before)):
        if len(found) == size or scanned >= _SCANNED:
            return Page(tuple(found), (found[-1].seq if len(found) == size else entry.seq + 1))
        if _fits(entry, wanted, words):
            found.append(entry)
    return Page(tuple(found), None)


def _entries(store: Store, who: Person, wanted: Wanted, before: int | None) -> Iterator[AuditEntry]:
    kinds = GROUPS.get(wanted.group, ())
    while True:
        chunk = store.entries(
            who,
            college_id=wanted.college,
            workspace_id=wanted.workspace or None,
            subject=wanted.subject or None,
            kind=kinds[0] if len(kinds) == 1 else None,
            person=wanted.person or None,
            since=wanted.since,
            until=wanted.until,
            limit=_CHUNK,
            before_seq=before,
        )
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        before = chunk[-1].seq


def _fits(entry: AuditEntry, wanted: Wanted, words: Words) -> bool:
    if wanted.group and not entry.kind.startswith(GROUPS[wanted.group]):
        return False
    text = wanted.text.strip().casefold()
    return not text or text in words.everything(entry).casefold()
