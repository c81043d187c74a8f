"""The caps among candidates as constraints of a small integer programme.

Each constraint knows the rule it comes from and says in words what it asks, so that a candidate
left out can be told which cap it ran into, and by how much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from align.credit.candidates import Bank, Block, Candidate
from align.credit.rules import RuleSet

# Credits are halves and tenths at the finest; far below that lies only rounding.
TOLERANCE = 1e-6

# Levels of different certificates are compared by the words of both systems, highest first:
# 1+X (初级, 中级, 高级) and 国家职业技能等级 (五级/初级工 … 一级/高级技师).
_RANKS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("一级", "高级技师"), 5),
    (("二级", "技师"), 4),
    (("三级", "高级"), 3),
    (("四级", "中级"), 2),
    (("五级", "初级"), 1),
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A course converted before: what it used of the caps is gone.

    ``certificate_id`` is "" for a single decision that no certificate stands behind.
    """

    certificate_id: str
    credits: float


@dataclass(frozen=True, slots=True)
class Constraint:
    """``low <= sum of weight over members <= high``, from which rule, in which words.

    Members 0 .. n-1 are the candidates, those after them the switches (:func:`switches`).
    ``cap`` is the figure a person knows the limit by; constraints without words only tie
    switches to candidates.
    """

    rule: str
    words: str
    weights: Mapping[int, float]
    low: float
    high: float
    cap: float | None = None
    figures: tuple[str, ...] = ()


def constraints(
    free: Sequence[Candidate],
    rules: RuleSet,
    bank: Mapping[tuple[str, str], Bank],
    programme_credits: float | None,
    same_content: Sequence[frozenset[str]],
    earlier: Sequence[Earlier] = (),
) -> list[Constraint]:
    """Every cap that is on, for the candidates nothing stands against by itself.

    Parameters
    ----------
    earlier : sequence of Earlier
        What the learner has been exempted from before: it counts under every cap.
    """
    of_course: dict[str, list[int]] = defaultdict(list)
    of_level: dict[tuple[str, str], list[int]] = defaultdict(list)
    of_certificate: dict[str, list[int]] = defaultdict(list)
    for k, c in enumerate(free):
        of_course[c.course_id].append(k)
        of_level[c.certificate_id, c.level].append(k)
        of_certificate[c.certificate_id].append(k)
    credits = {k: c.credits or 0.0 for k, c in enumerate(free)}
    found = [
        Constraint("course-once", "同一门课程只能免修一次", dict.fromkeys(ks, 1.0), 0.0, 1.0)
        for ks in of_course.values()
    ]
    for certificate_id, ks in of_certificate.items():
        name = free[ks[0]].certificate
        used = [e.credits for e in earlier if e.certificate_id == certificate_id]
        if rules.on("one-to-one"):
            words = f"《{name}》" + ("此前已用过一次" if used else "只能免修一门课程")
            most = 0.0 if used else 1.0
            found.append(
                Constraint("one-to-one", words, dict.fromkeys(ks, 1.0), 0.0, most, most)
            )  # fmt: skip
        weights = {k: credits[k] for k in ks}
        if rules.on("certificate-cap"):
            cap = rules.number("certificate-cap", "credits")
            found.append(_cap("certificate-cap", f"《{name}》免修", cap, weights, sum(used)))
        if rules.on("bank-cap"):
            # Levels include one another: the highest figure among the levels held counts.
            figures = [bank[key].credits for key in of_level if key[0] == certificate_id
                       and key in bank]  # fmt: skip
            known = [f for f in figures if f is not None]
            if known:
                found.append(_cap("bank-cap", f"《{name}》免修", max(known), weights, sum(used)))
            else:
                words = f"学习成果名录没有写《{name}》的学分"
                found.append(Constraint("bank-cap", words, dict.fromkeys(ks, 1.0), 0.0, 0.0))
    if rules.on("programme-share") and programme_credits is not None:
        cap = rules.number("programme-share", "share") * programme_credits
        used = [e.credits for e in earlier]
        found.append(_cap("programme-share", "转换", cap, credits, sum(used)))
    return found + _exclusive(free, of_level, rules, bank, same_content, earlier)


def _cap(rule: str, what: str, cap: float, weights: Mapping[int, float], used: float) -> Constraint:
    """Credits summed up to a cap, of which some may be used up already."""
    words = f"{what}学分合计不超过 {cap:g}"
    figures: tuple[str, ...] = (f"{cap:g}",)
    if used:
        words += f"，此前已转换 {used:g}"
        figures += (f"{used:g}",)
    left = max(0.0, cap - used)
    return Constraint(rule, words, weights, 0.0, left, left, figures)


def switches(free: Sequence[Candidate]) -> dict[tuple[str, str], int]:
    """Per (certificate id, level) the number of its switch: a variable, 1 when it is used."""
    keys = dict.fromkeys((c.certificate_id, c.level) for c in free)
    return {key: len(free) + k for k, key in enumerate(keys)}


def _exclusive(
    free: Sequence[Candidate],
    of_level: Mapping[tuple[str, str], list[int]],
    rules: RuleSet,
    bank: Mapping[tuple[str, str], Bank],
    same_content: Sequence[frozenset[str]],
    earlier: Sequence[Earlier],
) -> list[Constraint]:
    """Constraints on whether a level is used at all."""
    found: list[Constraint] = []
    switch = switches(free)
    for key, ks in of_level.items():  # on exactly when one of its candidates is taken
        found += [Constraint("", "", {k: 1.0, switch[key]: -1.0}, -1.0, 0.0) for k in ks]
        found.append(
            Constraint("", "", {switch[key]: 1.0, **dict.fromkeys(ks, -1.0)}, -float(len(ks)), 0.0)
        )
        if rules.on("credit-difference"):
            found += _difference(free, ks, switch[key], rules, bank.get(key, Bank()).credits)
    if rules.on("once-at-highest"):
        groups = [frozenset({c}) for c in dict.fromkeys(key[0] for key in of_level)]
        before = {e.certificate_id for e in earlier}
        names = {c.certificate_id: c.certificate for c in free}
        for group in [*groups, *same_content]:
            keys = [key for key in of_level if key[0] in group]
            found += _once(keys, switch, names, used=bool(before & group))
    return found


def _once(
    keys: Sequence[tuple[str, str]],
    switch: Mapping[tuple[str, str], int],
    names: Mapping[str, str],
    *,
    used: bool,
) -> Iterator[Constraint]:
    """Of levels with the same content the highest alone, and that once."""
    rule = "once-at-highest"
    if used:
        weights = {switch[key]: 1.0 for key in keys}
        yield Constraint(rule, "同一内容此前已转换过一次", weights, 0.0, 0.0)
        return
    top = max((rank_of(level) for _, level in keys), default=0)
    highest = [key for key in keys if rank_of(key[1]) == top]
    lower = {switch[key]: 1.0 for key in keys if rank_of(key[1]) < top}
    counted = "、".join(f"《{names[id]}》{level}" for id, level in highest)
    if lower:
        words = f"同一内容只按最高等级计一次：计{counted}，较低的等级不另计，即使能免修更多学分"
        yield Constraint(rule, words, lower, 0.0, 0.0, None, (counted,))
    if len(highest) > 1:
        weights = {switch[key]: 1.0 for key in highest}
        words = f"同一内容只计一次：{counted}中只计一个"
        yield Constraint(rule, words, weights, 0.0, 1.0, 1.0, (counted, "1"))


def rank_of(level: str) -> int:
    """How high a level stands by its words, from 1; 0 where none is known."""
    return next((rank for words, rank in _RANKS if any(w in level for w in words)), 0)


def _difference(
    free: Sequence[Candidate],
    ks: Sequence[int],
    switch: int,
    rules: RuleSet,
    earned: float | None,
) -> list[Constraint]:
    """Credits replaced within ``earned`` ± the college's figure, when the level is used."""
    rule = "credit-difference"
    if earned is None:
        words = "学习成果名录没有写此证书等级的学分"
        return [Constraint(rule, words, dict.fromkeys(ks, 1.0), 0.0, 0.0)]
    limit = rules.number(rule, "credits")
    low, high = max(0.0, earned - limit), earned + limit
    words = f"替代学分合计须在 {low:g} 至 {high:g} 之间"
    weights = {k: free[k].credits or 0.0 for k in ks}
    infinity, figures = float("inf"), (f"{low:g}", f"{high:g}")
    return [
        Constraint(rule, words, weights | {switch: -high}, -infinity, 0.0, high, figures),
        Constraint(rule, words, weights | {switch: -low}, 0.0, infinity, low, figures),
    ]


def why_not(
    k: int,
    free: Sequence[Candidate],
    taken: set[tuple[str, str, str]],
    limits: Sequence[Constraint],
) -> tuple[Block, ...]:
    """The caps a candidate would run into beside what was taken."""
    switch = switches(free)
    on = {i for i, c in enumerate(free) if i == k or c.key in taken}
    on |= {switch[free[i].certificate_id, free[i].level] for i in on}
    mine = {k, switch[free[k].certificate_id, free[k].level]}
    found = []
    for limit in limits:
        if not limit.words or not mine & set(limit.weights):
            continue
        total = sum(w for i, w in limit.weights.items() if i in on)
        if limit.low - TOLERANCE <= total <= limit.high + TOLERANCE:
            continue
        got = sum(w for i, w in limit.weights.items() if i in on and i < len(free))
        found.append(Block(limit.rule, limit.words, got, limit.cap, limit.figures))
    # Nothing in its way alone: a choice without it has as many credits, or more.
    return tuple(found) or (Block("fewer-credits", "选它则免修的总学分不会更多"),)
