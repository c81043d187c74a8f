"""English vectors of the translations, the teacher of distillation; made once and kept.

    python models/training/teacher.py --corpus DIR --work DIR --teacher FOLDER

The teacher (all-MiniLM-L6-v2, Apache-2.0) never sees Chinese: it embeds the English side of
Tatoeba sentences and CC-CEDICT glosses.  Writes ``teacher.npz``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import data
import numpy as np


def main() -> None:
    """Embed and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="folder of its model")
    options = parser.parse_args()
    from sentence_transformers import SentenceTransformer

    pairs = data.translations(options.corpus)
    english = list(dict.fromkeys(e for _, e in pairs))
    model = SentenceTransformer(str(options.teacher), device="cpu", local_files_only=True)
    vectors = model.encode(english, batch_size=256, normalize_embeddings=True)
    index = {e: i for i, e in enumerate(english)}
    np.savez(
        options.work / "teacher.npz",
        chinese=np.array([z for z, _ in pairs]),
        row=np.array([index[e] for _, e in pairs]),
        vectors=vectors.astype(np.float16),
    )
    print(len(pairs), "translations,", len(english), "English texts")


if __name__ == "__main__":
    main()
