"""Judging the tool on labelled files: one programme, one certificate, its labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from align import evaluate
from align.decisions import Grade, Pair
from align.errors import ReadError, UsageError
from align.gather import FileReading, Gathered, Progress, quiet, read_files
from align.labels import read_actions, read_links, read_text, table_rows
from align.programmes import Programme, documents
from align.records import Action, Certificate, Course
from align.settings import Settings

if TYPE_CHECKING:
    from align import pipeline
    from align.embed import Embedder
    from align.match import MatcherModel, Matching


def judge(
    courses_path: Path,
    certificates_path: Path,
    links_path: Path,
    actions_path: Path | None,
    embedder: Embedder,
    matcher: MatcherModel,
    settings: Settings,
    progress: Progress = quiet,
) -> dict[str, float]:
    """Run the tool on one labelled programme and compare (``align evaluate``).

    Returns
    -------
    dict
        Flat figures, see :mod:`align.evaluate`; ``n_items``, ``n_units``, ``n_links``, and
        with ``actions_path`` also ``action_accuracy`` and ``action_macro_f1`` with its
        bootstrap interval (``_low``, ``_high``).

    Raises
    ------
    UsageError
        When the paths hold no course, or not exactly one certificate.
    """
    result, matching, links, actions = _run(
        courses_path, certificates_path, links_path, actions_path, embedder, matcher, settings,
        progress,
    )  # fmt: skip
    items = [i.id for i in result.gathered.certificates[0].competencies]
    units = sorted(u.id for c in result.gathered.courses for u in c.units)
    order = sorted(range(len(matching.units)), key=lambda j: matching.units[j].id)
    grades = evaluate.grade_matrix(links, items, units)
    scores = matching.score[:, order].astype(np.float64)
    probabilities = matching.probability[:, order].astype(np.float64)
    figures = evaluate.ranking_figures(scores, grades)
    figures |= evaluate.pair_figures(probabilities, grades, settings.link_threshold)
    figures |= evaluate.calibration_figures(probabilities, grades)
    if actions:
        proposed = {
            p.item_ids[0]: str(p.action) for p in result.proposals if p.action is not Action.EXEMPT
        }
        known = [i for i in items if i in actions]
        figures |= evaluate.action_figures(
            [proposed[i] for i in known], [actions[i] for i in known]
        )
    return figures | {
        "n_items": len(items),
        "n_units": len(units),
        "n_links": len(links),
    }


def labelled(
    courses_path: Path,
    certificates_path: Path,
    links_path: Path,
    embedder: Embedder,
    matcher: MatcherModel,
    settings: Settings,
    progress: Progress = quiet,
) -> tuple[pipeline.Result, list[tuple[Pair, float, Grade]]]:
    """The tool's run on one labelled programme, and every pair's probability and label.

    The labels are complete: a pair they do not name is none (grade 0).

    Raises
    ------
    ReadError, UsageError
        As :func:`judge`.
    """
    result, matching, links, _ = _run(
        courses_path, certificates_path, links_path, None, embedder, matcher, settings, progress
    )
    pairs: list[tuple[Pair, float, Grade]] = []
    for i, item in enumerate(matching.items):
        for j, unit in enumerate(matching.units):
            grade = links.get((item.id, unit.id), 0)
            pair = (item.certificate_id, item.id, unit.course_id, unit.id)
            pairs.append((pair, float(matching.probability[i, j]), cast(Grade, grade)))
    return result, pairs


def _run(
    courses_path: Path,
    certificates_path: Path,
    links_path: Path,
    actions_path: Path | None,
    embedder: Embedder,
    matcher: MatcherModel,
    settings: Settings,
    progress: Progress,
) -> tuple[pipeline.Result, Matching, dict[tuple[str, str], int], dict[str, str]]:
    """The run over all pairs, its matching, the labelled links and the labelled actions."""
    from align import pipeline
    from align.match import Matching

    gathered = _gathered(courses_path, certificates_path, progress)
    # Labels first: a slip in them should not wait for the whole run.
    items = [i.id for i in gathered.certificates[0].competencies]
    units = sorted(u.id for c in gathered.courses for u in c.units)
    if twice := sorted({u for u, v in pairwise(units) if u == v}):
        raise UsageError(
            "两门课程用了同样的编号，标注无法区分", file=courses_path, got="、".join(twice[:5])
        )
    links = read_links(links_path, set(items), set(units))
    actions = read_actions(actions_path, set(items)) if actions_path is not None else {}
    # Figures over all pairs need all pairs, however many.
    result = pipeline.run(gathered, embedder, matcher, settings, progress, all_pairs=True)
    matching = result.matchings[0]
    assert isinstance(matching, Matching)
    return result, matching, links, actions


def _gathered(courses_path: Path, certificates_path: Path, progress: Progress) -> Gathered:
    """Courses and the one certificate of two paths; errors of reading are raised, not listed."""
    course_files = _read(courses_path, progress)
    certificate_files = _read(certificates_path, progress)
    courses: list[Course] = [c for f in course_files if f.reading for c in f.reading.courses]
    certificates: list[Certificate] = [
        c for f in certificate_files if f.reading for c in f.reading.certificates
    ]
    if not courses:
        raise UsageError("没有读到课程", file=courses_path)
    if len(certificates) != 1:
        raise UsageError(
            "评测一次只对照一个证书", file=certificates_path,
            got=f"{len(certificates)} 个", expected="1 个",
        )  # fmt: skip
    return Gathered(
        Programme(courses_path.stem, courses_path.stem, tuple(f.path for f in course_files)),
        (*course_files, *certificate_files),
        tuple(courses),
        tuple(certificates),
        (),
    )


def _read(path: Path, progress: Progress) -> Sequence[FileReading]:
    if not path.exists():
        raise UsageError("找不到文件", file=path, remedy="请检查路径。")
    files = read_files(documents(path), progress=progress)
    for f in files:
        if f.error:
            raise f.error
    return files


def judge_sts(path: Path, embedder: Embedder) -> dict[str, float]:
    """Spearman correlation (× 100) of cosine and score over sentence pairs.

    Parameters
    ----------
    path : Path
        Tab-separated, no header: sentence, sentence, score; empty lines do not count.

    Raises
    ------
    ReadError
        When the file cannot be read, or holds fewer than two pairs.
    UsageError
        For a line that is not two sentences and a number.
    """
    from scipy.stats import spearmanr

    a, b, scores = [], [], []
    # Not splitlines(): it also cuts at signs that may stand inside a text (U+2028, U+0085).
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != 3 or not _is_number(cells[2]):
            raise UsageError(
                "行的格式不对", file=path, place=f"第{number}行", expected="句子、句子、分数三列"
            )
        a.append(cells[0])
        b.append(cells[1])
        scores.append(float(cells[2]))
    if len(a) < 2:
        raise ReadError("句对太少，算不出相关", file=path, got=f"{len(a)} 行", expected="至少 2 行")
    vectors = embedder.embed(a + b)
    cosines = (vectors[: len(a)] * vectors[len(a) :]).sum(axis=1)
    return {"spearman": float(spearmanr(cosines, scores).statistic) * 100, "n_pairs": len(a)}


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def judge_pairs(path: Path, embedder: Embedder) -> dict[str, float]:
    """R@1 and MRR (× 100) of finding each row's other side among all rows, both ways' mean.

    Parameters
    ----------
    path : Path
        Tab-separated with a header that holds ``course`` and ``cert``.

    Returns
    -------
    dict
        ``r@1``, ``mrr`` for the model, and ``tfidf_r@1``, ``tfidf_mrr`` for character TF-IDF
        (the better of 1-grams and 1- to 3-grams) on the same rows, for comparison.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = [row for _, row in table_rows(path, ("course", "cert"))]
    if not rows:
        raise ReadError("表里一行也没有", file=path, expected="至少一行 course、cert")
    a, b = [r["course"] for r in rows], [r["cert"] for r in rows]
    vectors = embedder.embed(a + b)
    figures = _retrieval(vectors[: len(a)] @ vectors[len(a) :].T)
    plain: list[dict[str, float]] = []
    for width in (1, 3):
        tfidf = TfidfVectorizer(analyzer="char", ngram_range=(1, width), sublinear_tf=True)
        both = tfidf.fit_transform(a + b)
        plain.append(_retrieval((both[: len(a)] @ both[len(a) :].T).toarray()))
    best = max(plain, key=lambda f: f["r@1"])
    return figures | {f"tfidf_{k}": v for k, v in best.items()} | {"n_pairs": len(rows)}


def _retrieval(similarity: np.ndarray) -> dict[str, float]:
    """R@1 and MRR, mean of rows and columns; a tie counts against."""
    found: dict[str, list[float]] = {"r@1": [], "mrr": []}
    for matrix in (similarity, similarity.T):
        own = np.diag(matrix)[:, None]
        rank = (matrix >= own - 1e-9).sum(axis=1)
        found["r@1"].append(float((rank == 1).mean()) * 100)
        found["mrr"].append(float((1 / rank).mean()) * 100)
    return {k: sum(v) / 2 for k, v in found.items()}
