"""Sentences a second of a model, by batch size; texts of the project's samples."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from align.embed import SentenceTransformerEmbedder
from align.models import find_model
from benchmarks.cache import sample_texts
from benchmarks.report import show


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", default="default")
    options.add_argument("--device")
    options.add_argument("--batches", type=int, nargs="+", default=[64, 256, 1024, 2048, 4096])
    options.add_argument("--texts", type=int, default=4000)
    given = options.parse_args()
    entry = find_model(given.model)
    if entry.folder is None:
        options.error("hashing has no batches")
    texts = sample_texts()[: given.texts]
    rows = []
    for batch in given.batches:
        embedder = SentenceTransformerEmbedder(
            entry.folder,
            entry.name,
            settings=replace(entry.settings, batch_size=batch),
            device=given.device,
        )
        start = time.perf_counter()
        embedder.embed(texts[:1])
        loaded = time.perf_counter() - start
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            embedder.embed(texts)
            best = min(best, time.perf_counter() - start)
        rows.append((batch, len(texts) / best, loaded))
    show(
        f"{entry.name}：{len(texts)} 条样例文字（平均 {sum(map(len, texts)) / len(texts):.0f} 字）",
        ("每批条数", "句/秒（三次中最快）", "载入 秒"),
        rows,
    )


if __name__ == "__main__":
    main()
