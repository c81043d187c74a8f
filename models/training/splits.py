"""Write the files that a model is chosen and reported on.

    python models/training/splits.py --corpus CORPUS --work WORK

``dev.tsv`` and ``test.tsv`` (course, cert, negative): the project's pairs of occupations that
training never sees, for ``align evaluate pairs``.  ``graded.tsv`` (sentence, sentence, score):
Tatoeba sentences kept out of training, scored by the teacher's cosine of their English sides,
as many of every tenth from 0 to 1, for ``align evaluate sts``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import data
import numpy as np

PER_TENTH = 250


def graded(corpus: Path, teacher: Path) -> list[tuple[str, str, float]]:
    """Pairs of held-out sentences with the teacher's cosine."""
    file = np.load(teacher)
    row_of = dict(zip(file["chinese"].tolist(), file["row"].tolist(), strict=True))
    texts = sorted({z for z, _ in data.graded(corpus)} & set(row_of))
    vectors = file["vectors"].astype(np.float32)[[row_of[t] for t in texts]]
    left, right = np.triu_indices(len(texts), 1)
    cosines = (vectors @ vectors.T)[left, right]
    rng = np.random.default_rng(0)
    found = []
    for tenth in range(10):
        among = np.flatnonzero(np.floor(cosines * 10) == tenth)
        for k in rng.permutation(among)[:PER_TENTH]:
            found.append((texts[left[k]], texts[right[k]], float(cosines[k])))
    return found


def main() -> None:
    """Write the three files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path, default=Path("models/knowledge"))
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    for part in ("dev", "test"):
        rows = data.knowledge_pairs(options.knowledge, part)
        with (options.work / f"{part}.tsv").open("w", encoding="utf-8") as file:
            file.write("course\tcert\tnegative\n")
            for row in rows:
                file.write("\t".join(row[c] for c in ("course", "cert", "negative")) + "\n")
        print(part, len(rows), "pairs")
    if (options.work / "teacher.npz").is_file():
        scored = graded(options.corpus, options.work / "teacher.npz")
        with (options.work / "graded.tsv").open("w", encoding="utf-8") as file:
            for a, b, score in scored:
                file.write(f"{a}\t{b}\t{score:.4f}\n")
        print("graded", len(scored), "pairs")


if __name__ == "__main__":
    main()
