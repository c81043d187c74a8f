"""Hours as tables write them: ``6``, ``四``, ``2/4``, ``4（2）``, or 理论 | 实践 | 合计."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from align.segment.words import arabic, is_blank

_PAIR = re.compile(r"(\d+(?:\.\d+)?)(?:学时|课时)?([/+＋（(])(\d+(?:\.\d+)?)[）)]?")
_ONE = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:学时|课时)?\s*[-－—–~～至到]+\s*(\d+(?:\.\d+)?)")
_NEGATIVE = re.compile(r"(?<![\d.])[-−－]\d")  # not the range 4-6


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of a row; None where nothing is said."""

    total: float | None = None
    theory: float | None = None
    practice: float | None = None

    def over(self, rows: int) -> Hours:
        """The same hours shared evenly by so many rows."""
        if rows <= 1:
            return self
        return Hours(*(None if v is None else v / rows for v in self.values()))

    def values(self) -> tuple[float | None, float | None, float | None]:
        """Total, theory, practice."""
        return (self.total, self.theory, self.practice)


def read_hours(
    cells: Sequence[str],
    theory: Sequence[str] = (),
    practice: Sequence[str] = (),
    *,
    title: str = "",
    stated: float | None = None,
) -> list[Hours]:
    """The hours of all rows of one table together, since pairs explain each other.

    Parameters
    ----------
    cells, theory, practice : sequence of str
        The rows' cells under 学时, 理论 and 实践; empty where a column is missing.
    title : str
        The title of the hours column; ``（实践）`` or ``理论/实践`` in it settles a pair.
    stated : float, optional
        The hours the standard states for the whole course; the reading whose sum equals it
        is taken where two are possible.

    Returns
    -------
    list of Hours
        One per row.

    Notes
    -----
    ``a/b`` is 理论/实践 (together a+b); ``a（b）`` is a hours, b of them practice.  When b is
    larger than a anywhere in the table, or the sum fits only so, the bracket adds to a.
    """
    count = max(len(cells), len(theory), len(practice))
    rows = [Hours() for _ in range(count)]
    inside = _brackets_inside(cells, title, stated)
    for i in range(count):
        own = _one(cells[i], inside) if i < len(cells) else Hours()
        t = hours_of(theory[i]) if i < len(theory) else None
        p = hours_of(practice[i]) if i < len(practice) else None
        refused = any(is_unreadable(c[i]) for c in (theory, practice) if i < len(c))
        rows[i] = replace(
            own,
            theory=own.theory if t is None else t,
            practice=own.practice if p is None else p,
        )
        if rows[i].total is None and (t is not None or p is not None) and not refused:
            rows[i] = replace(rows[i], total=(t or 0.0) + (p or 0.0))
    return rows


def hours_of(text: str) -> float | None:
    """The hours a cell gives (``4学时``, ``四``); None without a number or below zero.

    Of a range the lower end: what a course is sure to teach.  Hours weigh what is covered and
    exempted, and a figure should not promise more than the standard does.
    """
    own = arabic(text)
    found = None if _NEGATIVE.search(own) else _ONE.search(own)
    return float(found.group()) if found else None


def is_range(text: str) -> bool:
    """Whether a cell gives a range (``4-6``), of which the lower end is taken."""
    found = _RANGE.search(arabic(text))
    return found is not None and float(found[1]) < float(found[2])


def is_unreadable(text: str) -> bool:
    """Whether a cell says something of which no hours can be made (``-3``, ``待定``)."""
    return not is_blank(text) and hours_of(text) is None


def _one(text: str, inside: bool) -> Hours:
    pair = _PAIR.match(arabic(text))
    if not pair or hours_of(text) is None:
        return Hours(total=hours_of(text))
    a, b = float(pair.group(1)), float(pair.group(3))
    if inside and pair.group(2) in "（(":
        return Hours(total=a, theory=a - b, practice=b)
    if inside:  # a/b where the column says 总学时/实践
        return Hours(total=a, theory=a - b, practice=b)
    return Hours(total=a + b, theory=a, practice=b)


def _brackets_inside(cells: Sequence[str], title: str, stated: float | None) -> bool:
    pairs = [m for c in cells if (m := _PAIR.match(arabic(c)))]
    if not pairs:
        return False
    if any(float(m.group(3)) > float(m.group(1)) for m in pairs):
        return False
    if re.search(r"理论.*实践", title):
        return False
    if re.search(r"[（(/](?:其中)?(?:实践|实训)", title):
        return True
    if stated is not None:
        sums = {flag: sum(_one(c, flag).total or 0.0 for c in cells) for flag in (True, False)}
        fitting = [flag for flag, total in sums.items() if abs(total - stated) < 1e-9]
        if len(fitting) == 1:
            return fitting[0]
    return all(m.group(2) in "（(" for m in pairs)
