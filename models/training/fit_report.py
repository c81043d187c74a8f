"""What a model makes of a labelled field, in figures: the tables of fit_matcher.py."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from align import evaluate, graph, propose
from align.match import Matching
from align.match.model import MatcherModel
from align.records import Action, Certificate, Competency, Course, Unit
from align.settings import Settings

ORDER = tuple(str(a) for a in Action if a is not Action.EXEMPT)


class Labelled(Protocol):
    """The parts of fit_matcher.Field that figures need."""

    items: tuple[Competency, ...]
    units: tuple[Unit, ...]
    found: dict[str, np.ndarray]
    grades: np.ndarray
    courses: tuple[Course, ...]
    certificate: Certificate
    vectors: object


def proposed(field: Labelled, model: MatcherModel, link: float, full: float) -> list[str]:
    """The action that ``align run`` proposes for each item, under these thresholds."""
    settings = Settings({"link_threshold": link, "full_threshold": full})
    score, given = model.combine(field.found, field.items, field.units)
    matching = Matching(
        field.items, field.units, score, model.probability(score), given, field.vectors
    )
    matches = [matching.pair(i, j) for i, j in matching.candidates(settings)]
    bipartite = graph.build(field.courses, [field.certificate], matches, settings)
    found = propose.propose(
        bipartite, field.courses, [field.certificate], matches, matching.parts(settings), settings
    )
    by_item = {p.item_ids[0]: str(p.action) for p in found if p.action is not Action.EXEMPT}
    return [by_item[i.id] for i in field.items]


def action_line(name: str, said: Sequence[str], labelled: Sequence[str]) -> str:
    """One row: accuracy, macro F1 with its interval, and the confusion by labelled action."""
    f = evaluate.action_figures(said, labelled)
    counts = evaluate.confusion(said, labelled)
    rows = " | ".join(
        f"{y[:4]}: " + " ".join(str(counts.get((y, p), 0)) for p in ORDER) for y in ORDER
    )
    return (
        f"{name:<22}{f['action_accuracy']:7.3f} {f['action_macro_f1']:6.3f} "
        f"[{f['action_macro_f1_low']:.3f}, {f['action_macro_f1_high']:.3f}]  {rows}"
    )


def report(field: Labelled, p: np.ndarray, link: float) -> dict[str, float]:
    """The figures of one field."""
    figures = evaluate.ranking_figures(p, field.grades)
    figures |= evaluate.pair_figures(p, field.grades, link)
    figures |= evaluate.calibration_figures(p, field.grades)
    return figures


SHOWN = ("hit@1", "hit@5", "map", "average_precision", "best_f1", "f1_at_threshold",
         "recall@5%", "recall@20%", "ece", "brier_skill")  # fmt: skip


def line(name: str, figures: dict[str, float]) -> str:
    """One row of the table."""
    return f"{name:<22}" + " ".join(f"{figures[k]:7.3f}" for k in SHOWN)


def mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Figure by figure mean."""
    return {k: float(np.mean([r[k] for r in rows])) for k in SHOWN}
