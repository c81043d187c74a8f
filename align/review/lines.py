"""Old lines against new ones: which are the same, which were reworded, which are new."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from align.records import Certificate, Competency, Course, Unit

Key = tuple[str, str]  # (course id, unit id) or (certificate id, item id)
#: (owner, [(id, line to compare, printed text)]) of each course or certificate.
Owners = Sequence[tuple[str, Sequence[tuple[str, str, str]]]]

# At or above this ratio (difflib) a line without its like is taken for a new wording of the old
# one; below, for another line.  Chosen by hand: half the text stays in most rewordings.
REWORDED = 0.5


@dataclass(frozen=True)
class Lines:
    """Old lines against new ones, of one side.

    ``same`` maps an old line to its unchanged like; ``reworded`` to the line that seems to be
    its new wording; ``added`` are the new lines without a like; ``texts`` and ``new_texts`` the
    printed words.
    """

    same: Mapping[Key, Key]
    reworded: Mapping[Key, Key]
    added: tuple[Key, ...]
    texts: Mapping[Key, str]
    new_texts: Mapping[Key, str]

    @classmethod
    def of_units(cls, old: Sequence[Course], new: Sequence[Course]) -> Lines:
        """The rows of courses."""
        return cls.of(_units(old), _units(new))

    @classmethod
    def of_items(cls, old: Sequence[Certificate], new: Sequence[Certificate]) -> Lines:
        """The requirements of certificates."""
        return cls.of(_items(old), _items(new))

    @classmethod
    def of(cls, old: Owners, new: Owners) -> Lines:
        """From (owner, [(id, line to compare, printed)]) of each course or certificate."""
        before, after = dict(old), dict(new)
        same: dict[Key, Key] = {}
        reworded: dict[Key, Key] = {}
        added: list[Key] = []
        for owner, lines in new:
            olds = {i: line for i, line, _ in before.get(owner, ())}
            news = {i: line for i, line, _ in lines}
            pairs = _alike(olds, news)
            same |= {(owner, a): (owner, b) for a, b in pairs.items()}
            left = {i: line for i, line in news.items() if i not in pairs.values()}
            added += [(owner, i) for i in left]
            for a in (i for i in olds if i not in pairs):
                if (b := _nearest(a, olds[a], left)) is not None:
                    reworded[owner, a] = (owner, b)
        return cls(
            same,
            reworded,
            tuple(added),
            {(o, i): text for o, lines in before.items() for i, _, text in lines},
            {(o, i): text for o, lines in after.items() for i, _, text in lines},
        )


def _alike(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """Old id -> new id of equal lines, each used once.

    A line that occurs more than once keeps its number where it can; the others are joined in
    order if equally many are left on both sides, else they are too doubtful to be joined.
    """
    places: dict[str, tuple[list[str], list[str]]] = {}
    for i, line in old.items():
        places.setdefault(line, ([], []))[0].append(i)
    for i, line in new.items():
        places.setdefault(line, ([], []))[1].append(i)
    found: dict[str, str] = {}
    for before, after in places.values():
        if len(before) == len(after):
            found.update(zip(before, after, strict=True))
        else:
            found.update({i: i for i in before if i in after})
    return found


def _nearest(number: str, line: str, left: Mapping[str, str]) -> str | None:
    """The new line that is most like this one, at or above :data:`REWORDED`; its own on a tie."""
    best, chosen = 0.0, None
    for i, other in left.items():
        matcher = difflib.SequenceMatcher(None, line, other, autojunk=False)
        if matcher.real_quick_ratio() < REWORDED or matcher.quick_ratio() < REWORDED:
            continue
        ratio = matcher.ratio()
        if ratio >= REWORDED and (ratio > best or (ratio == best and i == number)):
            best, chosen = ratio, i
    return chosen


def _units(courses: Sequence[Course]) -> Owners:
    return [
        (c.id, [(u.id, _unit_line(u), u.printed or u.content) for u in c.units]) for c in courses
    ]


def _items(certificates: Sequence[Certificate]) -> Owners:
    return [
        (c.id, [(i.id, _item_line(i), i.printed or i.text) for i in c.competencies])
        for c in certificates
    ]


def _unit_line(unit: Unit) -> str:
    return _normal(unit.printed or unit.content)


def _item_line(item: Competency) -> str:
    return f"{item.level}|{_normal(item.printed or item.text)}"


def _normal(text: str) -> str:
    """The text without what typing and printing add: width, spaces, full stops at the end."""
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip("。.;；")
