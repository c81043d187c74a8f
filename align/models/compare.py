"""Several models on the same labelled programme, side by side with speed and size."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from align.embed import CachedEmbedder, Embedder, Side, Vectors, on_side
from align.judge import judge
from align.models import find_model, load_model

if TYPE_CHECKING:
    from align.gather import Progress
    from align.match import MatcherModel
    from align.settings import Settings

#: The figures of `align evaluate` that the table shows; --json gives all.
SHOWN = ("hit@1", "hit@5", "map", "average_precision", "best_f1", "ece")


def compare(
    names: Sequence[str],
    courses: Path,
    certificates: Path,
    links: Path,
    actions: Path | None,
    matcher: MatcherModel,
    settings: Settings,
    device: str | None,
    progress: Progress,
) -> list[dict[str, float | str]]:
    """Judge each model as ``align evaluate`` does, with an empty vector cache.

    Returns
    -------
    list of dict
        For each model, in the order given: ``model``, ``identity``, all figures of
        :func:`align.judge.judge`, ``megabytes`` (its folder), ``sentences_per_second`` (the
        texts of this programme, once loaded; what a cache saves is not counted) and
        ``seconds`` (reading, loading, embedding and judging, first run).
    """
    rows = []
    for name in names:
        entry = find_model(name)
        timed = _Timed(load_model(entry, device=device))
        start = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="align-compare-") as folder:
            figures = judge(
                courses,
                certificates,
                links,
                actions,
                CachedEmbedder(timed, Path(folder)),
                matcher,
                settings,
                _told(progress, name),
            )
        row: dict[str, float | str] = {"model": entry.name, "identity": timed.identity}
        row |= figures
        row["megabytes"] = entry.megabytes
        row["sentences_per_second"] = timed.clock.rate()
        row["seconds"] = time.perf_counter() - start
        rows.append(row)
    return rows


def _told(progress: Progress, name: str) -> Progress:
    """Progress with the model's name before each step."""
    return lambda step, done, total: progress(f"{name}：{step}", done, total)


class _Clock:
    """Texts and seconds, without the call that loads the weights."""

    def __init__(self) -> None:
        self.texts = 0
        self.seconds = 0.0
        self.loaded = False

    def rate(self) -> float:
        return self.texts / self.seconds if self.seconds else float("nan")


class _Timed:
    """An embedder that counts what it is asked, on both sides together."""

    def __init__(self, inner: Embedder, clock: _Clock | None = None) -> None:
        self.inner = inner
        self.clock = clock or _Clock()

    @property
    def identity(self) -> str:
        return self.inner.identity

    def on_side(self, side: Side) -> Embedder:
        inner = on_side(self.inner, side)
        return self if inner is self.inner else _Timed(inner, self.clock)

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not self.clock.loaded and texts:
            self.inner.embed(texts[:1])
            self.clock.loaded = True
        start = time.perf_counter()
        vectors = self.inner.embed(texts)
        self.clock.seconds += time.perf_counter() - start
        self.clock.texts += len(texts)
        return vectors
