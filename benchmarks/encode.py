"""Sentences a second of a model, by batch size; texts of the project's samples.

What the machine cannot go below, for a model of token vectors alone: the same rows of the same
table gathered and summed by numpy, without any tokenizing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from align.embed import SentenceTransformerEmbedder
from align.models import find_model
from benchmarks.cache import sample_texts
from benchmarks.report import keep, show


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", default="default")
    options.add_argument("--device")
    options.add_argument("--batches", type=int, nargs="+", default=[64, 256, 1024, 2048, 4096])
    options.add_argument("--texts", type=int, default=4000)
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    entry = find_model(given.model)
    if entry.folder is None:
        options.error("hashing has no batches")
    texts = sample_texts()[: given.texts]
    limit = _limit(entry.folder, texts)
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
        rows.append((batch, len(texts) / best, best / limit if limit else "", loaded))
    show(
        f"{entry.name}：{len(texts)} 条样例文字（平均 {sum(map(len, texts)) / len(texts):.0f} 字）",
        ("每批条数", "句/秒（三次中最快）", "对只取行相加", "载入 秒"),
        rows,
    )
    if limit:
        print(f"\n只取出同样的行并相加（numpy）：{len(texts) / limit:,.0f} 句/秒")
    keep(given.json, {"model": entry.name, "texts": len(texts), "rows": rows,
                      "limit": len(texts) / limit if limit else None})  # fmt: skip


def _limit(folder: Path, texts: list[str]) -> float:
    """Seconds to gather and sum the rows that the texts' tokens name; 0 where there is no table."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    held = load_file(folder / "model.safetensors")
    named = folder / "tokenizer.json"
    rows, weights = held.get("embeddings"), held.get("weights")
    if rows is None or set(held) - {"embeddings", "weights"} or not named.is_file():
        return 0.0
    tokens = [e.ids for e in Tokenizer.from_file(str(named)).encode_batch(texts)]
    flat = np.concatenate([np.asarray(t, np.int64) for t in tokens])
    starts = np.cumsum([0, *(len(t) for t in tokens[:-1])])
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        taken = rows[flat].astype(np.float32)
        if weights is not None:
            taken *= weights[flat][:, None]
        np.add.reduceat(taken, starts, axis=0)
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
