"""What a pair of a course unit and a competency is measured by: few features, each with a name.

Every feature is a matrix (n competencies, m units) for one certificate and one programme:
adding another certificate changes nothing for the first.  Larger always means "more alike".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from align.knowledge import Thesaurus
from align.match.concepts import concept_features
from align.records import Competency, Unit
from align.text import content_text, cut_words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Matrix = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Matrix]

#: name -> what a teacher is told when the feature speaks for a pair.
FEATURE_ZH: dict[str, str] = {
    "words": "连同课程、单元、任务标题一起看，用词相近",
    "meaning": "含义相近",
    "meaning_headings": "连同标题一起看，含义相近",
    "point": "其中一个教学要点与此项相近",
    "terms": "此项的用词在课程内容中有相同或相近的词",
    "concepts": "两边提到同一概念或其上位、相关概念（能力词表）",
    "distinct": "课程说的是易混淆的另一概念（能力词表）",
    "siblings": "同一工作任务的其他要求也落在这一单元",
}

#: Candidates per item that give a feature its scale: more than are shown, fewer than a list of
#: courses has.
CANDIDATES = 30
#: Pairs, and items, whose own mean and deviation weigh as much as the usual ones.
ENOUGH = 500
FEW_ITEMS = 10
#: The siblings' count: where a pair begins to count, how abruptly, and where more adds nothing.
#: Set by hand; models/training/fit_matcher.py searches the feature's weight, not these.
LIKELY, STEEP, MOST_SIBLINGS = 1.0, 3.0, 1.5

_NUMBER = re.compile(r"^\s*\d+(?:[.．]\d+)*\s*")


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts compared, made once for a certificate and a programme's units.

    ``points[j]`` are the content points of unit ``j``.
    """

    items: list[str]
    items_headed: list[str]
    units: list[str]
    units_headed: list[str]
    points: list[tuple[str, ...]]

    @classmethod
    def of(cls, items: Sequence[Competency], units: Sequence[Unit]) -> Texts:
        """Texts with and without the headings around them; numbers of headings say nothing."""
        return cls(
            [i.text for i in items],
            [" ".join([_bare(i.area), _bare(i.task), i.text]) for i in items],
            [u.content or u.task for u in units],
            [" ".join([u.course, _bare(u.section), _bare(u.task), u.content]) for u in units],
            [u.points or (u.task,) for u in units],
        )


def _bare(heading: str) -> str:
    """A heading without its leading number."""
    return _NUMBER.sub("", heading)


@dataclass(frozen=True, slots=True)
class Sides:
    """The embedders of one comparison: of requirements, of course content, of single words.

    Some models want another prompt for what is looked for than for what is looked in.
    """

    item: Embed
    unit: Embed
    word: Embed

    @classmethod
    def alike(cls, embed: Embed) -> Sides:
        """One embedder for all, as nearly every model needs."""
        return cls(embed, embed, embed)


def measure(texts: Texts, sides: Sides, thesaurus: Thesaurus) -> dict[str, Matrix]:
    """All features by name; float32 matrices of shape (n items, m units)."""
    item, headed = embed_once(sides.item, texts.items, texts.items_headed)
    unit, unit_headed = embed_once(sides.unit, texts.units, texts.units_headed)
    return {
        "words": words(texts.items_headed, texts.units_headed),
        "meaning": item @ unit.T,
        "meaning_headings": headed @ unit_headed.T,
        "point": _best_point(item, texts.points, sides.unit),
        "terms": terms(texts.items, texts.units_headed, sides.word),
        **concept_features(texts.items, texts.units_headed, thesaurus),
    }


def embed_once(embed: Embed, *lists: list[str]) -> list[Matrix]:
    """Vectors of several lists by one call."""
    vectors = embed([t for texts in lists for t in texts])
    ends = np.cumsum([len(texts) for texts in lists])[:-1]
    return list(np.split(vectors, ends))


def words(a: Sequence[str], b: Sequence[str]) -> Matrix:
    """Cosine of TF-IDF over character 1- to 3-grams, shape (len(a), len(b)).

    The document frequencies are those of the two documents themselves: a word that every
    line of this certificate or these courses has (数据, 快件) separates nothing here,
    however rare it is elsewhere; measured better than a large corpus' (docs/matching.md).
    Frame words (能够, 掌握 …) are left out first.
    """
    rows = word_rows(a, b)
    if rows is None:
        return np.zeros((len(a), len(b)), np.float32)
    return np.asarray((rows[0] @ rows[1].T).toarray(), np.float32)


def word_rows(a: Sequence[str], b: Sequence[str]) -> tuple[csr_matrix, csr_matrix] | None:
    """The unit-length rows of both sides that :func:`words` multiplies; None without words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    left, right = [content_text(t) for t in a], [content_text(t) for t in b]
    if not any(left) or not any(right):
        return None
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    both = vectorizer.fit_transform(left + right)
    return both[: len(left)], both[len(left) :]


def _best_point(item: Matrix, points: Sequence[tuple[str, ...]], embed: Embed) -> Matrix:
    """Best cosine of an item with one content point of each unit.

    A row of a content table holds several points; an item asks for one of them, and the
    mean over the whole row would hide it.
    """
    owner = np.repeat(np.arange(len(points)), [len(p) for p in points])
    vectors = embed([p for unit in points for p in unit])
    similarity = item @ vectors.T
    best = np.full((len(item), len(points)), -1.0, np.float32)
    np.maximum.at(best.T, owner, similarity.T)
    return best


def terms(items: Sequence[str], units: Sequence[str], embed: Embed) -> Matrix:
    """How well each word of an item is found in the unit, by its most similar word there.

    The mean over the item's words of the squared cosine with the closest word of the unit's
    text, weighted by how rare the word is in the two documents.  One way only, item in unit: a
    unit teaches more than one item.  After BERTScore's greedy matching (Zhang et al. 2020), with
    single words instead of tokens in context.
    """
    left, right = [cut_words(t) for t in items], [cut_words(t) for t in units]
    index, rarity = word_rarity(left, right)
    if not index:
        return np.zeros((len(items), len(units)), np.float32)
    vectors = embed(list(index))
    likeness = np.clip(vectors @ vectors.T, 0, 1) ** 2
    np.fill_diagonal(likeness, 1.0)  # a word without a vector still equals itself
    closest = np.zeros((len(units), len(index)), np.float32)
    for j, text in enumerate(right):
        if text:  # whole rows, which lie together in memory: likeness is the same both ways
            closest[j] = likeness[[index[w] for w in text]].max(axis=0)
    weight = np.zeros((len(items), len(index)), np.float32)
    for i, text in enumerate(left):
        np.add.at(weight[i], [index[w] for w in text], rarity[[index[w] for w in text]])
    total = np.maximum(weight.sum(axis=1, keepdims=True), 1e-6)
    return np.asarray(weight / total @ closest.T, np.float32)


def word_rarity(
    left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]
) -> tuple[dict[str, int], Matrix]:
    """A number for each word of the two documents, and how rare it is in them."""
    index = {w: k for k, w in enumerate(dict.fromkeys(w for t in (*left, *right) for w in t))}
    seen = np.zeros(len(index), np.float32)
    for text in (*left, *right):
        seen[[index[w] for w in set(text)]] += 1
    return index, np.log((len(left) + len(right) + 1) / (seen + 0.5))


def siblings(
    score: Matrix,
    items: Sequence[Competency],
    units: Sequence[Unit],
    usual: Usual,
) -> Matrix:
    """Soft count of pairs of another item of the task and a unit of the section, at most 1.5.

    The items of a task tend to be taught in one section of a course.  ``score`` is the score
    without this feature, ``usual`` that score's figures in the labelled fields; an item does
    not count for itself.  A pair counts one half where its score is ``LIKELY`` deviations above
    a middling candidate, and soon 0 below and 1 above.
    """
    likely = likelihood(standardised(score, usual))
    task = _groups([(i.level, i.area, i.task) for i in items])
    section = _groups([(u.course_id, u.section) for u in units])
    others = task @ (task.T @ likely) - likely
    return np.asarray(np.minimum((others @ section) @ section.T, MOST_SIBLINGS), np.float32)


def likelihood(standardised_score: Matrix) -> Matrix:
    """What a pair counts for its siblings (0..1)."""
    steep = np.clip(STEEP * (standardised_score - LIKELY), -30, 30)
    return np.asarray(1.0 / (1.0 + np.exp(-steep)))


def _groups(keys: Sequence[object]) -> Matrix:
    """Membership matrix (n, number of groups)."""
    index = {k: i for i, k in enumerate(dict.fromkeys(keys))}
    member = np.zeros((len(keys), len(index)), np.float32)
    member[np.arange(len(keys)), [index[k] for k in keys]] = 1.0
    return member


@dataclass(frozen=True, slots=True)
class Usual:
    """A feature's figures in the labelled fields, what small documents lean on.

    Mean and deviation over each item's best candidates; the mean over the units of the mean and
    the deviation over all items.
    """

    mean: float
    deviation: float
    unit_mean: float
    unit_deviation: float

    @classmethod
    def of(cls, matrix: Matrix) -> Usual:
        """The figures of one matrix.

        Over the candidates, not over all pairs: a programme's courses that have nothing to do
        with the certificate (体育, 党史) then change no score, and probabilities carry over
        from one programme to another (docs/matching.md).
        """
        best = np.sort(matrix, axis=1)[:, -CANDIDATES:]
        return cls(
            float(best.mean()),
            float(best.std()),
            float(matrix.mean()),
            float(matrix.std(axis=0).mean()),
        )


def standardised(matrix: Matrix, usual: Usual) -> Matrix:
    """A feature on one scale: 0 for a middling candidate, 1 a deviation above it.

    Two small documents have too few pairs for figures of their own: ``ENOUGH`` candidates weigh
    as much as the usual ones.
    """
    mine = Usual.of(matrix)
    own = matrix.shape[0] * min(matrix.shape[1], CANDIDATES) / ENOUGH
    return scaled(matrix, own, (mine.mean, mine.deviation), (usual.mean, usual.deviation))


def unhubbed(matrix: Matrix, usual: Usual) -> Matrix:
    """The same with each unit's own mean and deviation over the items.

    Some units (课程导论, 综合实训) are a little alike to everything.  Without this they crowd
    every list of candidates ("hubs", Radovanovic et al. 2010).  With few items a unit's own
    figures are drawn towards the usual ones.
    """
    own = matrix.shape[0] / FEW_ITEMS
    mine = matrix.mean(axis=0, keepdims=True), matrix.std(axis=0, keepdims=True)
    return scaled(matrix, own, mine, (usual.unit_mean, usual.unit_deviation))


def scaled(
    values: Matrix,
    own: float,
    mine: tuple[Matrix | float, Matrix | float],
    usual: tuple[float, float],
) -> Matrix:
    """Values less a mean over a deviation: ``own`` parts of these documents' to one of the usual.

    ``mine`` and ``usual`` are (mean, deviation); arrays in ``mine`` broadcast over the values.
    """
    mean, deviation = ((own * a + b) / (own + 1) for a, b in zip(mine, usual, strict=True))
    # Not numpy's maximum of two plain numbers: its double would lift the values out of float32.
    floor = max(deviation, 1e-6) if isinstance(deviation, float) else np.maximum(deviation, 1e-6)
    return np.asarray((values - mean) / floor, np.float32)
