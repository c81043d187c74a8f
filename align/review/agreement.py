"""How far reviewers agree beyond chance: Cohen's kappa and Krippendorff's alpha.

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46.

Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from align.decisions import Decision, LinkDecision

Why = Literal["", "nothing", "one-category"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """A coefficient of agreement, and on how much it rests.

    Parameters
    ----------
    value : float or None
        1: full agreement, 0: as chance would have it, below: worse.  None where it is undefined;
        ``why`` says for which reason.
    n : int
        Things that at least two people have judged.
    observed : float or None
        Share (0..1) of pairs of judgements that are equal.
    categories : int
        Different judgements that occur.
    why : {"", "nothing", "one-category"}
        ``nothing``: nobody has judged the same thing; ``one-category``: everybody always said
        the same, which chance alone would give as well: agreement cannot be told from it.
    """

    value: float | None
    n: int
    observed: float | None
    categories: int
    why: Why = ""

    @property
    def wanted(self) -> int:
        """How many things should have been judged by two: 2 k² for k categories.

        Cicchetti, D. V. (1981). Testing the normal approximation and minimal sample size
        requirements of weighted kappa when the number of categories is large. Applied
        Psychological Measurement 5(1), 101-104.
        """
        return 2 * max(self.categories, 2) ** 2

    @property
    def enough(self) -> bool:
        """Whether the figure rests on enough to be quoted."""
        return self.value is not None and self.n >= self.wanted


def cohen_kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement:
    """Cohen's kappa of two people's judgements of the same things: ``(po - pe) / (1 - pe)``.

    ``po`` is the share of equal judgements, ``pe`` the share that would be equal if both had
    judged as often as they did, but without looking (Cohen 1960, formula 1).

    Parameters
    ----------
    pairs : iterable of (judgement, judgement)
        First and second person's, one pair for each thing.
    """
    known = list(pairs)
    n = len(known)
    if not n:
        return Agreement(None, 0, None, 0, "nothing")
    first, second = Counter(a for a, _ in known), Counter(b for _, b in known)
    categories = len(set(first) | set(second))
    observed = sum(a == b for a, b in known) / n
    if categories == 1:
        return Agreement(None, n, observed, 1, "one-category")
    expected = sum(first[c] * second[c] for c in first) / n**2
    return Agreement((observed - expected) / (1 - expected), n, observed, categories)


def krippendorff_alpha(
    units: Iterable[Sequence[Any]], level: Literal["nominal", "ordinal"] = "nominal"
) -> Agreement:
    """Krippendorff's alpha: ``1 - Do / De``, for any number of people, with gaps.

    Computed from the coincidence matrix (Krippendorff 2011, section D): a thing with ``m``
    judgements adds ``1 / (m - 1)`` for each ordered pair of them.  The difference of two
    categories is 1 (nominal), or ``(sum of n_g from c to k - (n_c + n_k) / 2)²`` (ordinal).

    Parameters
    ----------
    units : iterable of sequences
        The judgements of each thing, whoever they are by; a thing with fewer than two is left
        out.
    level : {"nominal", "ordinal"}
        Ordinal judgements are sorted by their own order (grades 0, 1, 2).
    """
    known = [list(u) for u in units if len(u) >= 2]
    if not known:
        return Agreement(None, 0, None, 0, "nothing")
    coincidences: dict[tuple[Any, Any], float] = defaultdict(float)
    equal = judged = 0
    for unit in known:
        for i, a in enumerate(unit):
            for j, b in enumerate(unit):
                if i != j:
                    coincidences[a, b] += 1 / (len(unit) - 1)
                    equal += a == b
                    judged += 1
    totals = Counter[Any]()
    for unit in known:
        totals.update(unit)
    values = sorted(totals) if level == "ordinal" else list(totals)
    n = sum(totals.values())
    observed = equal / judged
    if len(values) == 1:
        return Agreement(None, len(known), observed, 1, "one-category")

    def difference(i: int, k: int) -> float:
        if level == "nominal":
            return float(i != k)
        low, high = min(i, k), max(i, k)
        between = sum(totals[values[g]] for g in range(low, high + 1))
        return (between - (totals[values[low]] + totals[values[high]]) / 2) ** 2

    seen = by_chance = 0.0
    for i, k in combinations(range(len(values)), 2):
        a, b = values[i], values[k]
        seen += coincidences.get((a, b), 0.0) * difference(i, k)
        by_chance += totals[a] * totals[b] * difference(i, k)
    return Agreement(1 - (n - 1) * seen / by_chance, len(known), observed, len(values))


def labels(
    words: Mapping[Any, Mapping[str, LinkDecision | Decision]],
) -> dict[Any, dict[str, int | str]]:
    """Judgements to compare, by thing and reviewer, of :func:`align.review.blind_words`.

    A link's is its grade (0, 1, 2), a proposal's the action that the person wants, ``reject``
    for none.
    """
    return {key: {who: _label(d) for who, d in own.items()} for key, own in words.items()}


def _label(d: LinkDecision | Decision) -> int | str:
    if isinstance(d, LinkDecision):
        return -1 if d.grade is None else d.grade  # a withdrawn word is none: never in blind words
    return "reject" if d.action is None else str(d.action)


def kappas(
    judgements: Mapping[Any, Mapping[str, int | str]],
) -> dict[tuple[str, str], Agreement]:
    """Cohen's kappa of every two reviewers who have judged the same things, by their ids."""
    pairs: dict[tuple[str, str], list[tuple[int | str, int | str]]] = defaultdict(list)
    for own in judgements.values():
        for a, b in combinations(sorted(own), 2):
            pairs[a, b].append((own[a], own[b]))
    return {who: cohen_kappa(pairs[who]) for who in sorted(pairs)}
