"""From features to a probability: a small, monotone, calibrated model that ships as data.

``models/matcher.json`` holds one non-negative weight per named feature, the two numbers of a
logistic calibration, the fields they were fitted on and the calibration curve measured on
fields left out (docs/matching.md).  Weights are not negative, so a feature can only speak
for a pair: that keeps the explanation readable and generalised better to fields left out
than free weights did.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from align.errors import ModelError
from align.knowledge import EMPTY, Thesaurus, load_thesaurus
from align.match.features import FEATURE_ZH, Matrix, Usual, siblings, standardised, unhubbed
from align.records import Competency, Unit

#: Features that enter as they are: 0 for nearly all pairs, so there is no scale to take.
RAW = frozenset({"distinct", "siblings"})


@dataclass(frozen=True)
class MatcherModel:
    """Weights and calibration.

    Parameters
    ----------
    weights : mapping of str to float
        Weight (0 or above) of each feature; those of :data:`RAW` enter as they are, the others
        standardised.  Features left out count nothing.
    hub : float
        Share (0..1) of the standardisation that is done per unit instead of over the whole.
    usual : mapping of str to Usual
        Figures of each standardised feature, and of the score before ``siblings``.
    slope, intercept : float
        ``probability = 1 / (1 + exp(-(slope * score + intercept)))``, fitted by maximum
        likelihood (Platt 1999) on labelled pairs.
    version : str
        Names the numbers and the concepts by their content.
    thesaurus : Thesaurus
        The shipped concepts and the college's own.
    """

    weights: Mapping[str, float]
    hub: float
    usual: Mapping[str, Usual]
    slope: float
    intercept: float
    version: str
    thesaurus: Thesaurus = EMPTY

    def combine(
        self, found: Mapping[str, Matrix], items: Sequence[Competency], units: Sequence[Unit]
    ) -> tuple[Matrix, dict[str, Matrix]]:
        """The score and what each feature gave to it, matrices of one shape.

        The score is the weighted mean of the features, so that weights may be read as shares;
        its unit is a feature's standard deviation among the candidates, not a log-odds.
        ``siblings`` is taken from the score of all the others.
        """

        def on_scale(name: str, matrix: Matrix) -> Matrix:
            usual = self.usual[name]
            value = (1 - self.hub) * standardised(matrix, usual)
            return np.asarray(value + self.hub * unhubbed(matrix, usual))

        return self.combined(
            found, on_scale, lambda score: siblings(score, items, units, self.usual["siblings"])
        )

    def combined(
        self,
        found: Mapping[str, Matrix],
        on_scale: Callable[[str, Matrix], Matrix],
        vote: Callable[[Matrix], Matrix],
    ) -> tuple[Matrix, dict[str, Matrix]]:
        """The same for values of any shape.

        ``on_scale`` puts a named feature on its scale, ``vote`` gives ``siblings`` for the score
        of all the others.
        """
        total = sum(self.weights.values())
        given: dict[str, Matrix] = {}
        for name, weight in self.weights.items():
            if weight and name not in RAW:
                value = on_scale(name, found[name])
                given[name] = np.asarray(value * (weight / total), np.float32)
        if weight := self.weights.get("distinct", 0.0):
            given["distinct"] = np.asarray(found["distinct"] * (weight / total), np.float32)
        score = np.sum(np.stack(list(given.values())), axis=0)
        if weight := self.weights.get("siblings", 0.0):
            given["siblings"] = np.asarray(vote(score) * (weight / total), np.float32)
            score = score + given["siblings"]
        return np.asarray(score, np.float32), given

    def probability(self, score: Matrix) -> Matrix:
        """Calibrated probability of each score."""
        z = np.clip(self.slope * score + self.intercept, -30, 30)
        return np.asarray(1.0 / (1.0 + np.exp(-z)), np.float32)


def load_matcher(path: Path, concepts: Path | None = None) -> MatcherModel:
    """The model from its JSON file, with the concepts of ``knowledge/`` beside it.

    Parameters
    ----------
    path : Path
        ``matcher.json``.
    concepts : Path, optional
        The college's own concepts, see :func:`align.knowledge.load_thesaurus`.

    Raises
    ------
    ModelError
        When the file is missing or damaged, names an unknown feature, or holds a number that
        is not finite.
    """
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        weights = {str(k): float(v) for k, v in data["weights"].items()}
        hub, slope, intercept = (float(data[k]) for k in ("hub", "slope", "intercept"))
        usual = {str(k): Usual(*map(float, v)) for k, v in data["usual"].items()}
        needed = {"siblings", *(k for k, w in weights.items() if w and k not in RAW)}
        if missing := sorted(needed - set(usual)):
            raise KeyError(*missing)
    except FileNotFoundError as error:
        raise ModelError("找不到匹配模型", file=path, remedy="请重新安装 align。") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "匹配模型文件已损坏", file=path, got=f"{type(error).__name__}: {error}",
            remedy="请重新安装 align，或撤回上一次的重新拟合。",
        ) from error  # fmt: skip
    unknown = sorted(set(weights) - set(FEATURE_ZH))
    figures = [x for u in usual.values() for x in astuple(u)]
    sound = all(map(math.isfinite, (hub, slope, intercept, *weights.values(), *figures)))
    # "siblings" is taken from the score of the others: alone it has nothing to stand on.
    some = any(w for name, w in weights.items() if name not in RAW)
    if unknown or not sound or not some or min(weights.values()) < 0:
        raise ModelError(
            "匹配模型与程序版本不符", file=path,
            got="、".join(unknown) or "权重全为零、为负或不是有限数",
            expected="、".join(FEATURE_ZH),
        )  # fmt: skip
    thesaurus = load_thesaurus(path.parent / "knowledge", concepts)
    version = f"m-{hashlib.sha256(raw).hexdigest()[:12]} + {thesaurus.identity}"
    return MatcherModel(weights, hub, usual, slope, intercept, version, thesaurus)
