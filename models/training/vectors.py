"""Word vectors of the tokenizer's pieces, the start of training.

    python models/training/vectors.py --corpus DIR --work DIR

word2vec CBOW (Mikolov et al. 2013) over the corpus cut by ``tokenizer.json``: 256 columns,
window 10.  Writes ``vectors.npy`` (n pieces, 256), mean removed and scaled by the SIF weight
``a / (a + p)`` with a = 1e-3 (Arora et al. 2017), so that the mean of a sentence's rows is
already a usable sentence vector.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Set
from pathlib import Path

import data
import numpy as np
from gensim.models import Word2Vec  # type: ignore[import-untyped]
from tokenizers import Tokenizer

SIF = 1e-3


def cut(tokenizer: Tokenizer, corpus: Path, knowledge: Path, held_out: Set[str], out: Path) -> None:
    """Write the corpus as pieces, one sentence a line; the knowledge's own lines five times."""
    own = [row[c] for row in data.knowledge_pairs(knowledge, "train") for c in ("course", "cert")]
    own += [
        "，".join(c["term"] + c["alt"] + c["broader"] + c["related"])
        for c in data.concepts(knowledge)
    ]
    source = itertools.chain(data.sentences(corpus, held_out), own * 5)
    pieces = [tokenizer.id_to_token(i) or "" for i in range(tokenizer.get_vocab_size())]
    with out.open("w", encoding="utf-8") as file:
        while batch := list(itertools.islice(source, 20_000)):
            for encoding in tokenizer.encode_batch_fast(batch):
                file.write(" ".join(pieces[i] for i in encoding.ids if i > 1) + "\n")


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path, default=Path("models/knowledge"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--dim", type=int, default=256)
    parser.add_argument("--window", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tests", type=Path, nargs="*", default=[], help="kept out of training")
    options = parser.parse_args()
    held_out = data.held_out(options.corpus, options.knowledge, options.tests)
    tokenizer = Tokenizer.from_file(str(options.work / "tokenizer.json"))
    frequency = json.loads((options.work / "frequency.json").read_text())
    text = options.work / "corpus.pieces.txt"
    cut(tokenizer, options.corpus, options.knowledge, held_out, text)
    # Several workers make word2vec's order of updates, and so its numbers, vary a little; one
    # worker repeats exactly and takes twice as long.
    model = Word2Vec(
        corpus_file=str(text),
        vector_size=options.dim,
        window=options.window,
        epochs=options.epochs,
        workers=options.workers,
        sg=0,
        negative=8,
        alpha=0.05,
        sample=1e-4,
        min_count=3,
        seed=1,
    )
    vectors = model.wv.get_normed_vectors()
    mean = vectors[:20_000].mean(axis=0)
    rng = np.random.default_rng(0)
    found = 0
    rows = np.zeros((tokenizer.get_vocab_size(), options.dim), np.float32)
    for i in range(2, len(rows)):
        piece = tokenizer.id_to_token(i)
        weight = SIF / (SIF + frequency.get(piece, 1e-7))
        if piece in model.wv:
            row = vectors[model.wv.key_to_index[piece]] - mean
            rows[i] = row / np.linalg.norm(row) * weight
            found += 1
        else:
            rows[i] = rng.normal(0, 0.2 / np.sqrt(options.dim), options.dim) * weight
    np.save(options.work / "vectors.npy", rows)
    print(found, "of", len(rows), "pieces have a vector")
    for word in ("快件", "验视", "护理", "数据库", "servlet", "焊接"):
        if word in model.wv:
            print(word, [w for w, _ in model.wv.most_similar(word, topn=8)])


if __name__ == "__main__":
    main()
