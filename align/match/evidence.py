"""Why a pair was matched: the passages that carry it and the words both sides share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from align.knowledge import Thesaurus
from align.match.features import Embed
from align.records import Competency, Evidence, Unit
from align.text import bigrams, content_text, cut_words, scope_parts

# Below this cosine, words of one trade that only go together (快件, 客户) would pass as equal.
EQUIVALENT = 0.65
# A static vector is partly made of its characters, so words that share one look alike without
# meaning the same (扎袋, 袋牌); of 63 pairs read one by one, those above this do mean the same.
LOOK_ALIKE = 0.72

_RUN = re.compile(r"[a-z][a-z0-9.+#\-]*|[\u3400-\u9fff]+|\d+(?:\.\d+)*")


def shared_words(a: str, b: str) -> tuple[tuple[str, str], ...]:
    """Longest pieces (2+ Han characters or a Latin term) that both texts hold, in a's order.

    Frame words are no evidence and are left out on both sides.
    """
    right = content_text(b)
    right_terms = set(_RUN.findall(right))
    found: dict[str, None] = {}
    for run in _RUN.findall(content_text(a)):
        if run[0].isascii():
            if run in right_terms:
                found[run] = None
            continue
        start = 0
        while start < len(run) - 1:
            if run[start : start + 2] not in right:  # no longer piece from here is there either
                start += 1
                continue
            end = len(run)
            while run[start:end] not in right:
                end -= 1
            found[run[start:end]] = None
            start = end
    return tuple((piece, piece) for piece in found)


def equivalent_words(
    a: str, b: str, embed: Embed, thesaurus: Thesaurus
) -> tuple[tuple[str, str], ...]:
    """(word of a, word of b) that mean the same without being written the same, in b's order.

    Each word of ``b`` that ``a`` does not hold is aligned with its closest word of ``a``: one that
    goes by the same concept, or whose cosine is at or above :data:`EQUIVALENT`
    (:data:`LOOK_ALIKE` where they share a Han character).
    """
    low_a, low_b = a.lower(), b.lower()
    left = tuple(dict.fromkeys(w for w in cut_words(a) if w not in low_b))
    right = tuple(dict.fromkeys(w for w in cut_words(b) if w not in low_a))
    if not left or not right:
        return ()
    vectors = embed([*left, *right])
    likeness = vectors[len(left) :] @ vectors[: len(left)].T
    first: dict[int, str] = {}  # concept -> the first word of a that goes by it
    for word in left:
        for concept in thesaurus.numbers(word):
            first.setdefault(concept, word)
    order = {w: k for k, w in enumerate(left)}
    # Few words of a text are near to any of the other: only these are looked at one by one.
    near = np.max(likeness, axis=1) >= min(EQUIVALENT, LOOK_ALIKE)
    found = []
    for i, word in enumerate(right):
        same = [first[k] for k in thesaurus.numbers(word) if k in first]
        if same:
            found.append((min(same, key=order.__getitem__), word))
        elif near[i]:
            bars = np.array([LOOK_ALIKE if _alike(word, v) else EQUIVALENT for v in left])
            above = likeness[i] - bars
            best = int(np.argmax(above))
            if above[best] >= 0:
                found.append((left[best], word))
    return tuple(found)


def _alike(a: str, b: str) -> bool:
    """Whether two words share a Han character."""
    return any(c in b and not c.isascii() for c in a)


@lru_cache(maxsize=65536)
def _pieces(text: str) -> frozenset[str]:
    """The bigrams of a text's content words; a point is compared with many requirements."""
    return bigrams(content_text(text))


def evidence_for(
    unit: Unit, item: Competency, embed: Embed, thesaurus: Thesaurus, limit: int = 2
) -> tuple[Evidence, ...]:
    """The unit's points that carry the match, best first, each with the words that tie them.

    A point's similarity is the mean of its cosine in meaning and its share of common words;
    points without any similarity are no evidence, but for the best one.
    """
    points = unit.points or (unit.task,)
    vectors = embed([item.text, *points])
    meaning = vectors[1:] @ vectors[0]
    common = np.array([_overlap(item.text, p) for p in points], np.float32)
    similarity = (meaning + common) / 2
    order = np.argsort(-similarity, kind="stable")[:limit]
    return tuple(
        Evidence(
            unit_text=points[k],
            unit_place=unit.place,
            competency_text=item.printed or item.text,
            competency_place=item.place,
            similarity=round(float(similarity[k]), 4),
            shared=shared_words(points[k], item.text)
            + equivalent_words(points[k], item.text, embed, thesaurus),
        )
        for k in order
        if similarity[k] > 0 or k == order[0]
    )


def _overlap(a: str, b: str) -> float:
    """Share of the smaller text's bigrams that the other has (0..1)."""
    left, right = _pieces(a), _pieces(b)
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def found_parts(
    item: Competency, units: Sequence[Unit], embed: Embed
) -> tuple[tuple[str, float], ...]:
    """What the requirement lists, each with its best similarity to the units' points.

    Parameters
    ----------
    units : sequence of Unit
        The units linked to the item.

    Returns
    -------
    tuple of (part, similarity)
        Similarity (0..1) is the larger of cosine in meaning and shared words.
    """
    parts = scope_parts(item.text)
    if not parts:
        return ()
    points = list(dict.fromkeys(p for u in units for p in (*u.points, u.task) if p))
    if not points:
        return tuple((p, 0.0) for p in parts)
    vectors = embed([*parts, *points])
    meaning = vectors[: len(parts)] @ vectors[len(parts) :].T
    found = []
    for k, part in enumerate(parts):
        common = max(_held(part, p) for p in points)
        found.append((part, round(float(max(meaning[k].max(), common, 0.0)), 4)))
    return tuple(found)


def _held(part: str, point: str) -> float:
    """Share of the part's bigrams that the point has (0..1)."""
    wanted = _pieces(part)
    return len(wanted & _pieces(point)) / len(wanted) if wanted else 0.0
