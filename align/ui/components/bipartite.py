"""Two columns of names joined by lines: which are drawn, and in which order they cross least.

The barycentre method orders each side in turn by the mean place of its neighbours on the other.

Sugiyama, K., Tagawa, S., Toda, M. (1981). Methods for visual understanding of hierarchical
system structures. IEEE Transactions on Systems, Man, and Cybernetics 11(2), 109-125.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from align.records import Match
from align.ui.look import Key, Look

#: Names that one picture still shows legibly, on each side.
LIMIT = 100
# Sweeps after which hardly any order changes any more.
_SWEEPS = 8

Node = tuple[Key, Hashable]  # a thing and the group it stands in
Edge = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a picture shows of the links that fit the filters, and what it leaves out.

    Parameters
    ----------
    matches : tuple of Match
        The links drawn.
    units, items : int
        How many content rows and requirements have a link that fits.
    units_left, items_left, links_left : int
        How many of them are left out, because one picture cannot show more.
    """

    matches: tuple[Match, ...]
    units: int
    items: int
    units_left: int = 0
    items_left: int = 0
    links_left: int = 0


def drawn(look: Look, matches: Iterable[Match], limit: int = LIMIT) -> Drawn:
    """The links to draw: all, or those of the most strongly linked things on each side."""
    found = sorted(matches, key=lambda m: (-_weight(look, m), _item(m), _unit(m)))
    items = list(dict.fromkeys(_item(m) for m in found))
    units = list(dict.fromkeys(_unit(m) for m in found))
    kept_items = set(items[:limit])
    kept = [m for m in found if _item(m) in kept_items]
    kept_units = set(list(dict.fromkeys(_unit(m) for m in kept))[:limit])
    kept = [m for m in kept if _unit(m) in kept_units]
    # A requirement whose only units went is drawn no more either.
    shown = {_item(m) for m in kept}
    return Drawn(
        tuple(kept),
        len(units),
        len(items),
        len(units) - len({_unit(m) for m in kept}),
        len(items) - len(shown),
        len(found) - len(kept),
    )


def _weight(look: Look, m: Match) -> float:
    """How strong a link is, for choosing: a person's word above every probability."""
    return {"full": 2.0, "part": 1.0, "none": 0.0}[look.link(m)] + (
        1.0 if m.grade is not None else m.probability
    )


def _item(m: Match) -> Key:
    return m.certificate_id, m.item_id


def _unit(m: Match) -> Key:
    return m.course_id, m.unit_id


def crossings(left: Sequence[Key], right: Sequence[Key], edges: Iterable[Edge]) -> int:
    """How many pairs of lines cross, with the two sides in these orders."""
    at_left = {key: k for k, key in enumerate(left)}
    at_right = {key: k for k, key in enumerate(right)}
    # Lines of one left name share a point and cannot cross: their right ends rise.
    ends = sorted((at_left[a], at_right[b]) for a, b in edges)
    # Inversions of the right ends, counted with a Fenwick tree.
    tree = [0] * (len(right) + 1)
    count = 0
    for seen, (_, end) in enumerate(ends):
        k, before = end + 1, 0
        while k > 0:
            before += tree[k]
            k -= k & -k
        count += seen - before
        k = end + 1
        while k <= len(right):
            tree[k] += 1
            k += k & -k
    return count


def arranged(
    left: Sequence[Node], right: Sequence[Node], edges: Sequence[Edge]
) -> tuple[list[Key], list[Key]]:
    """An order of both sides with few crossings; the things of a group stay together.

    Parameters
    ----------
    left, right : sequences of (key, group)
        In their own order, which also decides between equals.
    edges : sequence of (left key, right key)

    Returns
    -------
    list, list
        Never with more crossings than the order given.
    """
    orders = [[key for key, _ in left], [key for key, _ in right]]
    best = (orders[0], orders[1])
    fewest = crossings(*best, edges)
    joined: list[dict[Key, list[Key]]] = [defaultdict(list), defaultdict(list)]
    for a, b in edges:
        joined[0][a].append(b)
        joined[1][b].append(a)
    for sweep in range(_SWEEPS):
        side = sweep % 2
        orders[side] = _ordered((left, right)[side], orders[1 - side], joined[side])
        count = crossings(orders[0], orders[1], edges)
        if count < fewest:
            fewest, best = count, (list(orders[0]), list(orders[1]))
    return best


def _ordered(
    nodes: Sequence[Node], other: Sequence[Key], joined: Mapping[Key, Sequence[Key]]
) -> list[Key]:
    place = {key: float(k) for k, key in enumerate(other)}

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values) if values else float(len(other))

    centre = {key: mean([place[x] for x in joined.get(key, ())]) for key, _ in nodes}
    groups: dict[Hashable, list[Key]] = defaultdict(list)
    for key, group in nodes:
        groups[group].append(key)
    out: list[Key] = []
    for group in sorted(groups, key=lambda g: mean([centre[k] for k in groups[g]])):
        out += sorted(groups[group], key=centre.__getitem__)
    return out
