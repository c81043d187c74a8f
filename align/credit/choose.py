"""Which courses to exempt under the caps: solved exactly, with every equally good answer shown.

The choice is a small integer programme (each candidate taken or not), solved by HiGHS through
:func:`scipy.optimize.milp`; greedy picking would waste credits under a cap (credits 3, 3 and 4
under a cap of 6: taking the 4 first leaves 2 unused).  The most credits win.  Of several
choices with the most credits the one with the larger covered share stands first; all of them
are returned, for the committee to pick.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from align.credit.candidates import Bank, Block, Candidate
from align.credit.rules import RuleSet

if TYPE_CHECKING:
    import numpy as np

# Credits are halves and tenths at the finest; far below that lies only rounding.
_TOLERANCE = 1e-6
#: More equally good choices than this are not listed, only said.
MOST_TIES = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to exempt: keys of the candidates taken, their credits and summed share."""

    taken: tuple[tuple[str, str, str], ...]
    credits: float
    share: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best choice, those as good, and why each candidate not taken was not.

    Parameters
    ----------
    ties : tuple of Choice
        Other choices with as many credits, at most :data:`MOST_TIES`; ``more_ties`` when there
        are still more.
    refused : mapping
        Candidate key to what stood against it (its own blocks, or the cap it ran into).
    """

    best: Choice
    ties: tuple[Choice, ...] = ()
    more_ties: bool = False
    refused: Mapping[tuple[str, str, str], tuple[Block, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Constraint:
    """``low <= sum of weight over members <= high``, from which rule, in which words.

    Members 0 .. n-1 are the candidates, those after them the switches (:func:`_switches`).
    ``cap`` is the figure a person knows the limit by; constraints without words only tie
    switches to candidates.
    """

    rule: str
    words: str
    weights: Mapping[int, float]
    low: float
    high: float
    cap: float | None = None


def choose(
    found: Sequence[Candidate],
    rules: RuleSet,
    *,
    bank: Mapping[tuple[str, str], Bank] | None = None,
    programme_credits: float | None = None,
    same_content: Sequence[frozenset[str]] = (),
    most_ties: int = MOST_TIES,
) -> Chosen:
    """Choose the courses to exempt, exactly.

    Parameters
    ----------
    found : sequence of Candidate
        For one holder: the levels they hold (or, for a college's plan, the levels integrated).
        Blocked candidates are never taken.
    bank : mapping of (certificate id, level) to Bank, optional
        The credit bank's figures, for ``bank-cap`` and ``credit-difference``.
    programme_credits : float, optional
        The programme's total, for ``programme-share``; without it that rule says so for all.
    same_content : sequence of frozenset of str
        Certificates (ids) the college declares to be of the same content, for
        ``once-at-highest``; the levels of one certificate always are.
    most_ties : int
        How many equally good choices to list.

    Returns
    -------
    Chosen
    """
    refused: dict[tuple[str, str, str], tuple[Block, ...]] = {
        c.key: c.blocks for c in found if c.blocks
    }
    free = [c for c in found if not c.blocks]
    if rules.on("programme-share") and programme_credits is None:
        lack = (Block("programme-share", "没有写明专业总学分，无法判断份额"),)
        return Chosen(Choice((), 0.0, 0.0), refused=refused | {c.key: lack for c in free})
    limits = _constraints(free, rules, bank or {}, programme_credits, same_content)
    choices, more = _solve(free, limits, most_ties)
    best = choices[0]
    taken = set(best.taken)
    for k, c in enumerate(free):
        if c.key not in taken:
            refused[c.key] = _why_not(k, free, taken, limits)
    return Chosen(best, tuple(choices[1:]), more, refused)


def _constraints(
    free: Sequence[Candidate],
    rules: RuleSet,
    bank: Mapping[tuple[str, str], Bank],
    programme_credits: float | None,
    same_content: Sequence[frozenset[str]],
) -> list[_Constraint]:
    of_course: dict[str, list[int]] = defaultdict(list)
    of_level: dict[tuple[str, str], list[int]] = defaultdict(list)
    of_certificate: dict[str, list[int]] = defaultdict(list)
    for k, c in enumerate(free):
        of_course[c.course_id].append(k)
        of_level[c.certificate_id, c.level].append(k)
        of_certificate[c.certificate_id].append(k)
    credits = {k: c.credits or 0.0 for k, c in enumerate(free)}
    found = [
        _Constraint("course-once", "同一门课程只能免修一次", dict.fromkeys(ks, 1.0), 0.0, 1.0)
        for ks in of_course.values()
    ]
    one = rules.on("one-to-one")
    for certificate_id, ks in of_certificate.items():
        name = free[ks[0]].certificate
        if one:
            found.append(
                _Constraint("one-to-one", f"《{name}》只能免修一门课程",
                            dict.fromkeys(ks, 1.0), 0.0, 1.0, 1.0)
            )  # fmt: skip
        caps = []
        if rules.on("certificate-cap"):
            caps.append(("certificate-cap", rules.number("certificate-cap", "credits")))
        if rules.on("bank-cap"):
            # Levels include one another: the highest figure among the levels held counts.
            figures = [bank[key].credits for key in of_level if key[0] == certificate_id
                       and key in bank]  # fmt: skip
            known = [f for f in figures if f is not None]
            caps.append(("bank-cap", max(known, default=0.0)))
        for rule, cap in caps:
            found.append(
                _Constraint(rule, f"《{name}》免修学分合计不超过 {cap:g}",
                            {k: credits[k] for k in ks}, 0.0, cap, cap)
            )  # fmt: skip
    if rules.on("programme-share") and programme_credits is not None:
        cap = rules.number("programme-share", "share") * programme_credits
        found.append(
            _Constraint("programme-share", f"转换学分合计不超过 {cap:g}", credits, 0.0, cap, cap)
        )
    return found + _exclusive(free, of_level, rules, bank, same_content)


def _switches(free: Sequence[Candidate]) -> dict[tuple[str, str], int]:
    """Per (certificate id, level) the number of its switch: a variable, 1 when it is used."""
    keys = dict.fromkeys((c.certificate_id, c.level) for c in free)
    return {key: len(free) + k for k, key in enumerate(keys)}


def _exclusive(
    free: Sequence[Candidate],
    of_level: Mapping[tuple[str, str], list[int]],
    rules: RuleSet,
    bank: Mapping[tuple[str, str], Bank],
    same_content: Sequence[frozenset[str]],
) -> list[_Constraint]:
    """Constraints on whether a level is used at all."""
    found: list[_Constraint] = []
    switch = _switches(free)
    for key, ks in of_level.items():  # on exactly when one of its candidates is taken
        found += [_Constraint("", "", {k: 1.0, switch[key]: -1.0}, -1.0, 0.0) for k in ks]
        found.append(
            _Constraint("", "", {switch[key]: 1.0, **dict.fromkeys(ks, -1.0)}, -float(len(ks)), 0.0)
        )
        if rules.on("credit-difference"):
            found += _difference(free, ks, switch[key], rules, bank.get(key, Bank()).credits)
    if rules.on("once-at-highest"):
        groups = [frozenset({c}) for c in dict.fromkeys(key[0] for key in of_level)]
        for group in [*groups, *same_content]:
            weights = {switch[key]: 1.0 for key in of_level if key[0] in group}
            if len(weights) > 1:
                found.append(
                    _Constraint(
                        "once-at-highest", "同一内容只按一个等级计一次", weights, 0.0, 1.0, 1.0
                    )
                )
    return found


def _difference(
    free: Sequence[Candidate],
    ks: Sequence[int],
    switch: int,
    rules: RuleSet,
    earned: float | None,
) -> list[_Constraint]:
    """Credits replaced within ``earned`` ± the college's figure, when the level is used."""
    rule = "credit-difference"
    if earned is None:
        words = "学习成果名录没有写此证书等级的学分"
        return [_Constraint(rule, words, dict.fromkeys(ks, 1.0), 0.0, 0.0)]
    limit = rules.number(rule, "credits")
    low, high = max(0.0, earned - limit), earned + limit
    words = f"替代学分合计须在 {low:g} 至 {high:g} 之间"
    weights = {k: free[k].credits or 0.0 for k in ks}
    infinity = float("inf")
    return [
        _Constraint(rule, words, weights | {switch: -high}, -infinity, 0.0, high),
        _Constraint(rule, words, weights | {switch: -low}, 0.0, infinity, low),
    ]


def _solve(
    free: Sequence[Candidate], limits: Sequence[_Constraint], most: int
) -> tuple[list[Choice], bool]:
    """The choices with the most credits, larger covered share first, and whether there are more.

    First the most credits are found; then, with these as a floor, one choice after the other by
    covered share, each cut off once found.
    """
    if not free:
        return [Choice((), 0.0, 0.0)], False
    import numpy as np

    n, width = len(free), len(free) + len(_switches(free))
    credits, shares = np.zeros(width), np.zeros(width)
    credits[:n] = [c.credits or 0.0 for c in free]
    shares[:n] = [c.share for c in free]
    rows = [_row(limit.weights, width) for limit in limits]
    low, high = [c.low for c in limits], [c.high for c in limits]
    first = _milp(credits, rows, low, high)
    if first is None:  # the empty choice always passes: the solver itself failed
        raise RuntimeError("the choice of courses has no solution")
    rows, low, high = [*rows, credits], [*low, float(credits @ first)], [*high, float("inf")]
    found: list[Choice] = []
    while len(found) <= most + 1:
        x = _milp(shares, rows, low, high)
        if x is None:
            break
        taken = [k for k in range(n) if x[k] > 0.5]
        found.append(
            Choice(
                tuple(free[k].key for k in taken),
                float(credits @ x),
                sum(free[k].share for k in taken),
            )
        )
        # At least one candidate must differ from this choice.
        rows.append(_row({k: -1.0 if k in taken else 1.0 for k in range(n)}, width))
        low.append(1.0 - len(taken))
        high.append(float("inf"))
    return found[: most + 1], len(found) > most + 1


def _row(weights: Mapping[int, float], width: int) -> np.ndarray[Any, Any]:
    import numpy as np

    row = np.zeros(width)
    for k, weight in weights.items():
        row[k] = weight
    return row


def _milp(
    value: np.ndarray[Any, Any],
    rows: Sequence[np.ndarray[Any, Any]],
    low: Sequence[float],
    high: Sequence[float],
) -> np.ndarray[Any, Any] | None:
    """The 0/1 vector of the greatest value within the constraints; None when there is none."""
    import numpy as np
    from scipy.optimize import Bounds, LinearConstraint, milp

    done = milp(
        -value,
        constraints=LinearConstraint(
            np.array(rows), np.array(low) - _TOLERANCE, np.array(high) + _TOLERANCE
        ),
        integrality=np.ones(len(value), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return None if done.x is None else np.round(done.x)


def _why_not(
    k: int,
    free: Sequence[Candidate],
    taken: set[tuple[str, str, str]],
    limits: Sequence[_Constraint],
) -> tuple[Block, ...]:
    """The caps a candidate would run into beside what was taken."""
    switches = _switches(free)
    on = {i for i, c in enumerate(free) if i == k or c.key in taken}
    on |= {switches[free[i].certificate_id, free[i].level] for i in on}
    mine = {k, switches[free[k].certificate_id, free[k].level]}
    found = []
    for limit in limits:
        if not limit.words or not mine & set(limit.weights):
            continue
        total = sum(w for i, w in limit.weights.items() if i in on)
        if limit.low - _TOLERANCE <= total <= limit.high + _TOLERANCE:
            continue
        got = sum(w for i, w in limit.weights.items() if i in on and i < len(free))
        found.append(Block(limit.rule, limit.words, got, limit.cap))
    # Nothing in its way alone: a choice without it has as many credits, or more.
    return tuple(found) or (Block("fewer-credits", "选它则免修的总学分不会更多"),)
