"""Which courses to exempt under the caps: solved exactly, with every equally good answer shown.

The choice is a small integer programme (each candidate taken or not), solved by HiGHS through
:func:`scipy.optimize.milp`; greedy picking would waste credits under a cap (credits 3, 3 and 4
under a cap of 6: taking the 4 first leaves 2 unused).  The most credits win.  Of several
choices with the most credits the one with the larger covered share stands first; of those that
exempt from the same courses the one with the lowest levels, for a rule at a higher level shuts
out who holds the lower one, which is enough.  All are returned, for the committee to pick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from align.credit.candidates import Bank, Block, Candidate
from align.credit.limits import (
    TOLERANCE,
    Constraint,
    Earlier,
    constraints,
    rank_of,
    switches,
    why_not,
)
from align.credit.rules import RuleSet

if TYPE_CHECKING:
    import numpy as np

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


def choose(
    found: Sequence[Candidate],
    rules: RuleSet,
    *,
    bank: Mapping[tuple[str, str], Bank] | None = None,
    programme_credits: float | None = None,
    same_content: Sequence[frozenset[str]] = (),
    earlier: Sequence[Earlier] = (),
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
    earlier : sequence of Earlier
        What the learner was exempted from before; it counts under every cap.
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
    limits = constraints(free, rules, bank or {}, programme_credits, same_content, earlier)
    choices, more = _solve(free, limits, most_ties)
    choices = _lowest_first(choices)
    best = choices[0]
    taken = set(best.taken)
    for k, c in enumerate(free):
        if c.key not in taken:
            refused[c.key] = why_not(k, free, taken, limits)
    return Chosen(best, tuple(choices[1:]), more, refused)


def _solve(
    free: Sequence[Candidate], limits: Sequence[Constraint], most: int
) -> tuple[list[Choice], bool]:
    """The choices with the most credits, larger covered share first, and whether there are more.

    First the most credits are found; then, with these as a floor, one choice after the other by
    covered share, each cut off once found.
    """
    if not free:
        return [Choice((), 0.0, 0.0)], False
    import numpy as np

    n, width = len(free), len(free) + len(switches(free))
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


def _lowest_first(choices: Sequence[Choice]) -> list[Choice]:
    """By covered share; within those of the same courses by how low their levels are."""

    def courses(choice: Choice) -> frozenset[str]:
        return frozenset(key[2] for key in choice.taken)

    share: dict[frozenset[str], float] = {}
    for choice in choices:
        share[courses(choice)] = max(choice.share, share.get(courses(choice), 0.0))
    return sorted(
        choices,
        key=lambda c: (-share[courses(c)], sum(rank_of(key[1]) for key in c.taken), -c.share),
    )


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
            np.array(rows), np.array(low) - TOLERANCE, np.array(high) + TOLERANCE
        ),
        integrality=np.ones(len(value), dtype=np.int64),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0.0},
    )
    return None if done.x is None else np.round(done.x)
