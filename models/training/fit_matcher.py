"""Fit the matcher's weights, calibration and thresholds on labelled fields.

    python models/training/fit_matcher.py --fields FIELDS.tsv [--out models/matcher.json]

``FIELDS.tsv`` lists the labelled fields, one a line, tab-separated, no header: name, courses
(file or folder), certificate (file), links, actions.  Prints, for each field *left out* of
fitting, the figures of ``align evaluate``; then fits on all fields and, with ``--out``, writes
the model.  When a field is left out, courses that it shares with other fields are left out of
those too.  Only numbers leave this program: no text of a field.

With ``--left-out FOLDER`` what was said of a field left out is written to
``FOLDER/<name>_left_out.tsv`` for every field whose labels lie there: the samples that travel
with the program (``tests/gold``), whose figures must not be of a fit on themselves.

The search is small on purpose: non-negative weights from a grid by coordinate ascent on mean
average precision + hit@1, then Platt's two numbers on each item's 20 best candidates, fields
weighing the same, then the thresholds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np
from fit_report import SHOWN, action_line, line, mean, proposed, report

from align import evaluate
from align.embed import on_side
from align.gather import read_files
from align.knowledge import shipped_thesaurus
from align.labels import read_actions, read_links
from align.match import Remembered
from align.match.features import Sides, Texts, Usual, measure
from align.match.model import RAW, MatcherModel
from align.models import load_embedder
from align.programmes import documents
from align.records import Certificate, Competency, Course, Unit

GRID = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
HUBS = (0.3, 0.5)
NAMES = (
    "words", "meaning", "meaning_headings", "point", "terms", "concepts", "distinct", "siblings",
)  # fmt: skip
START = dict(zip(NAMES, (1.0, 1.0, 2.0, 1.5, 2.0, 1.0, 1.0, 2.0), strict=True))
CANDIDATES = 20
KNOWLEDGE = Path(__file__).resolve().parent.parent / "knowledge"
# What a weight must add to mean average precision + hit@1 before it leaves its start: with a
# lower bar the search followed the fields it saw and lost on those left out.
EARNS = 0.02


@dataclass
class Field:
    """One labelled field: its features by name and its grades, (n items, m units)."""

    name: str
    items: tuple[Competency, ...]
    units: tuple[Unit, ...]
    found: dict[str, np.ndarray]
    grades: np.ndarray
    actions: list[str]
    courses: tuple[Course, ...]
    certificate: Certificate
    vectors: Remembered

    def without(self, courses: set[str]) -> Field:
        """The field without the units of some courses."""
        keep = [j for j, u in enumerate(self.units) if u.course not in courses]
        return replace(
            self,
            units=tuple(self.units[j] for j in keep),
            found={k: v[:, keep] for k, v in self.found.items()},
            grades=self.grades[:, keep],
            courses=tuple(c for c in self.courses if c.name not in courses),
        )


def load(line: str, model: str | None) -> Field:
    """Read a line of FIELDS.tsv and measure its pairs."""
    name, courses, certificate, links, actions = line.rstrip("\n").split("\t")
    readings = [f.reading for f in read_files(documents(Path(courses))) if f.reading]
    taught = tuple(c for r in readings for c in r.courses)
    # Columns in the order of the ids, as `align evaluate` has them for ties.
    units = tuple(sorted((u for c in taught for u in c.units), key=lambda u: u.id))
    found = read_files([Path(certificate)], "certificate")[0].reading
    assert found is not None
    standard = found.certificates[0]
    items = standard.competencies
    labels = read_links(Path(links), {i.id for i in items}, {u.id for u in units})
    grades = evaluate.grade_matrix(labels, [i.id for i in items], [u.id for u in units])
    acts = read_actions(Path(actions), {i.id for i in items})
    embedder = load_embedder(model)
    # As a run embeds: a model with prompts has one for each side.
    sides = Sides(on_side(embedder, "item").embed, on_side(embedder, "unit").embed, embedder.embed)
    measured = measure(Texts.of(items, units), sides, shipped_thesaurus(KNOWLEDGE))
    return Field(
        name, items, units, measured, grades, [acts[i.id] for i in items], taught, standard,
        Remembered(embedder),
    )  # fmt: skip


def usual_of(fields: Sequence[Field], weights: dict[str, float], hub: float) -> dict[str, Usual]:
    """Mean figures of each feature over the fields, then those of the score before siblings."""

    def averaged(matrices: Sequence[np.ndarray]) -> Usual:
        rows = [Usual.of(m) for m in matrices]
        names = ("mean", "deviation", "unit_mean", "unit_deviation")
        return Usual(*(round(float(np.mean([getattr(r, n) for r in rows])), 5) for n in names))

    usual = {n: averaged([f.found[n] for f in fields]) for n in NAMES if n not in RAW}
    alone = MatcherModel({**weights, "siblings": 0.0}, hub, usual, 1.0, 0.0, "")
    # The score's scale is that of all weights together, siblings' included.
    share = 1 - weights["siblings"] / sum(weights.values())
    scores = [alone.combine(f.found, f.items, f.units)[0] * share for f in fields]
    return usual | {"siblings": averaged(scores)}


def score(field: Field, model: MatcherModel) -> np.ndarray:
    """The model's score of all pairs."""
    return model.combine(field.found, field.items, field.units)[0].astype(float)


def unfitted(fields: Sequence[Field], weights: dict[str, float], hub: float) -> MatcherModel:
    """A model that scores, with no calibration yet."""
    return MatcherModel(weights, hub, usual_of(fields, weights, hub), 1.0, 0.0, "")


def goal(fields: Sequence[Field], weights: dict[str, float], hub: float) -> float:
    """Mean over the fields of average precision + hit@1."""
    model = unfitted(fields, weights, hub)
    values = []
    for f in fields:
        s = score(f, model)
        values.append(
            evaluate.pair_figures(s, f.grades, 0.0)["average_precision"]
            + evaluate.ranking_figures(s, f.grades)["hit@1"]
        )
    return float(np.mean(values))


def search(
    fields: Sequence[Field], start: dict[str, float] = START
) -> tuple[dict[str, float], float]:
    """Coordinate ascent from the start weights; a change must earn ``EARNS`` to be taken."""
    best, best_hub = dict(start), HUBS[0]
    value = goal(fields, best, best_hub)
    for _ in range(2):
        for name in best:
            for w in GRID:
                tried = {**best, name: w}
                if w != best[name] and any(v for k, v in tried.items() if k not in RAW):
                    got = goal(fields, tried, best_hub)
                    if got > value + EARNS:
                        best, value = tried, got
        for hub in HUBS:
            got = goal(fields, best, hub)
            if got > value + EARNS:
                best_hub, value = hub, got
    return best, best_hub


def fitted(fields: Sequence[Field], weights: dict[str, float], hub: float) -> MatcherModel:
    """The model with slope and intercept by logistic regression on each item's best."""
    from sklearn.linear_model import LogisticRegression

    model = unfitted(fields, weights, hub)
    x, y, w = [], [], []
    for f in fields:
        p, links = evaluate.shown(score(f, model), f.grades, CANDIDATES)
        x.append(p)
        y.append(links)
        w.append(np.full(len(p), 1000.0 / len(p)))
    logistic = LogisticRegression(C=1e6, max_iter=1000)
    logistic.fit(np.concatenate(x)[:, None], np.concatenate(y), np.concatenate(w))
    slope, intercept = float(logistic.coef_[0, 0]), float(logistic.intercept_[0])
    return replace(model, slope=round(slope, 4), intercept=round(intercept, 4))


def probabilities(field: Field, model: MatcherModel) -> np.ndarray:
    """Calibrated probabilities of all pairs."""
    return model.probability(score(field, model)).astype(float)


def thresholds(fields: Sequence[Field], probabilities: Sequence[np.ndarray]) -> tuple[float, float]:
    """The link threshold by mean F1, and the full threshold by how well actions come out.

    Of the actions only the ladder supplement / extend / covered is judged here; strengthen
    needs depth and hours, which these arrays do not hold.
    """
    grid = np.arange(0.10, 0.80, 0.025)

    def f1(t: float) -> float:
        values = [
            evaluate.pair_figures(p, f.grades, t)["f1_at_threshold"]
            for f, p in zip(fields, probabilities, strict=True)
        ]
        return float(np.mean(values))

    def ladder(link: float, full: float) -> float:
        right = []
        for f, p in zip(fields, probabilities, strict=True):
            best = p.max(axis=1)
            said = np.where(best >= full, "covered", np.where(best >= link, "extend", "supplement"))
            right.append(np.mean([s == a for s, a in zip(said, f.actions, strict=True)]))
        return float(np.mean(right))

    link = max(grid, key=f1)
    full = max((t for t in grid if t >= link), key=lambda t: ladder(link, t))
    return float(round(link, 3)), float(round(full, 3))


def main() -> None:
    """Leave one out, then fit on all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", type=Path, required=True)
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--left-out", type=Path, help="folder of the samples that travel")
    parser.add_argument("--goal", nargs="*", default=[], help="names whose mean is shown apart")
    parser.add_argument("--ablate", action="store_true")
    options = parser.parse_args()
    fields = [
        load(row, options.model)
        for row in options.fields.read_text(encoding="utf-8").splitlines()
        if row
    ]
    print(f"{'left out':<22}" + " ".join(f"{k[:7]:>7}" for k in SHOWN))
    rows: dict[str, dict[str, float]] = {}
    said: dict[str, list[str]] = {}
    for left in fields:
        own = {u.course for u in left.units}
        others = [f.without(own) for f in fields if f.name != left.name]
        others = [f for f in others if (f.grades > 0).any() and len(f.units)]
        weights, hub = search(others)
        model = fitted(others, weights, hub)
        link, full = thresholds(others, [probabilities(f, model) for f in others])
        p = probabilities(left, model)
        rows[left.name] = report(left, p, link)
        said[left.name] = proposed(left, model, link, full)
        if options.left_out and (options.left_out / f"{left.name}_links.tsv").is_file():
            write_left_out(options.left_out / f"{left.name}_left_out.tsv", left, p, said[left.name])
        print(line(left.name, rows[left.name]), list(weights.values()), hub, link, full, flush=True)
    print(line("mean", mean(list(rows.values()))))
    if options.goal:
        print(
            line(
                "mean " + "+".join(n[:4] for n in options.goal),
                mean([rows[n] for n in options.goal]),
            )
        )
    print("\nactions, left out: accuracy, macro F1 [95 %], labelled: covered strengthen extend …")
    labelled = {f.name: f.actions for f in fields}
    named = options.goal or list(said)
    said["pooled " + "+".join(n[:4] for n in named)] = [a for n in named for a in said[n]]
    labelled[list(said)[-1]] = [a for n in named for a in labelled[n]]
    for name in said:
        print(action_line(name, said[name], labelled[name]))
    acted = {n: evaluate.action_figures(said[n], labelled[n]) for n in said}
    if options.ablate:
        ablate(fields, options.goal or [f.name for f in fields])
    weights, hub = search(fields)
    model = fitted(fields, weights, hub)
    every = [probabilities(f, model) for f in fields]
    link, full = thresholds(fields, every)
    print("fitted on all:", weights, hub, model.slope, model.intercept, link, full)
    if options.out:
        curves = [evaluate.shown(p, f.grades) for p, f in zip(every, fields, strict=True)]
        curve = evaluate.calibration_curve(*(np.concatenate(c) for c in zip(*curves, strict=True)))
        data = {
            "weights": weights, "hub": hub, "slope": model.slope, "intercept": model.intercept,
            "usual": {k: list(astuple(u)) for k, u in model.usual.items()},
            "thresholds": {"link": link, "full": full},
            "fitted_on": [f"{f.name}: {f.grades.shape[0]} items, {f.grades.shape[1]} units, "
                          f"{int((f.grades > 0).sum())} links" for f in fields],
            "left_out_figures": {
                n: {k: round(v, 4) for k, v in r.items()} for n, r in rows.items()
            },
            "left_out_actions": {
                n: {k: round(v, 4) for k, v in figures.items()} for n, figures in acted.items()
            },
            "calibration_curve": [[round(a, 4), round(b, 4), n] for a, b, n in curve],
        }  # fmt: skip
        options.out.write_text(
            json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )


def write_left_out(
    path: Path, field: Field, probabilities: np.ndarray, actions: Sequence[str]
) -> None:
    """A row for each item: its id, the action proposed, and the probability of each unit."""
    rows = ["\t".join(["item_id", "proposed", *(u.id for u in field.units)])]
    for item, action, own in zip(field.items, actions, probabilities, strict=True):
        rows.append("\t".join([item.id, action, *(f"{p:.5f}" for p in own)]))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def ablate(fields: Sequence[Field], names: Sequence[str]) -> None:
    """Start weights with one feature left out, or alone; nothing is fitted."""
    chosen = [f for f in fields if f.name in names]

    def show(label: str, weights: dict[str, float], hub: float = 0.5) -> None:
        model = fitted(fields, weights, hub)
        print(line(label, mean([report(f, probabilities(f, model), 0.2) for f in chosen])))

    show("all, equal shares", START)
    show("all, no hub", START, 0.0)
    for name in NAMES:
        show("without " + name, {**START, name: 0.0})
    words_only = {k: 1.0 if k in {"words", "siblings"} else 0.0 for k in NAMES}
    show("words + siblings", words_only)
    for name in (n for n in NAMES if n not in RAW):
        show("only " + name, {n: float(n == name) for n in NAMES}, 0.0)


if __name__ == "__main__":
    main()
