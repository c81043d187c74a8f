"""Write trained vectors as a sentence-transformers model.

    python models/training/export.py --work WORK --out models/default [--columns 256]

A ``StaticEmbedding`` (one row per piece, int8 with a float32 scale per row) and ``Normalize``:
sentence-transformers loads the folder like any other model.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

Floats = NDArray[np.float32]
MODULE = "sentence_transformers.sentence_transformer.modules."
MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": MODULE + "StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": MODULE + "Normalize"},
]
CONFIG: dict[str, Any] = {
    "prompts": {},
    "default_prompt_name": None,
    "similarity_fn_name": "cosine",
}


def averaged(paths: list[Path]) -> Floats:
    """Mean of several runs' vectors, each brought to the same mean length first."""
    runs = [np.load(path) for path in paths]
    runs = [run / np.linalg.norm(run[2:], axis=1).mean() for run in runs]
    mean: Floats = np.mean(runs, axis=0, dtype=np.float32)
    return mean


def narrowed(rows: Floats, columns: int, weight: NDArray[np.float64]) -> Floats:
    """Fewer columns by an uncentred principal component rotation, which keeps dot products."""
    if columns >= rows.shape[1]:
        return rows
    _, axes = np.linalg.eigh((rows * weight[:, None]).T @ rows)
    narrow: Floats = (rows @ axes[:, ::-1][:, :columns]).astype(np.float32)
    return narrow


def quantised(rows: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Rows as int8, and the scale that each is multiplied by when read."""
    scale = np.abs(rows).max(axis=1) / 127
    scale[scale == 0] = 1e-9
    return np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8), scale


def main() -> None:
    """Average, narrow, quantise and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--trained", nargs="+", default=["trained.npy"], help="averaged if several")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--columns", type=int, default=256)
    options = parser.parse_args()
    rows = averaged([options.work / name for name in options.trained])
    vocabulary = json.loads((options.work / "tokenizer.json").read_text())["model"]["vocab"]
    frequency = json.loads((options.work / "frequency.json").read_text())
    weight = np.array([min(frequency.get(piece, 0.0), 1e-3) for piece, _ in vocabulary])
    embeddings, scale = quantised(narrowed(rows, options.columns, weight))
    (options.out / "1_Normalize").mkdir(parents=True, exist_ok=True)
    weights = options.out / "model.safetensors"
    save_file({"embeddings": embeddings, "weights": scale}, weights)
    weights.chmod(0o644)
    shutil.copyfile(options.work / "tokenizer.json", options.out / "tokenizer.json")
    (options.out / "modules.json").write_text(json.dumps(MODULES, indent=1) + "\n")
    config = options.out / "config_sentence_transformers.json"
    config.write_text(json.dumps(CONFIG, indent=1) + "\n")
    # Git keeps no empty folder, and sentence-transformers looks for this one.
    (options.out / "1_Normalize" / "config.json").write_text("{}\n")
    size = sum(p.stat().st_size for p in options.out.rglob("*") if p.is_file())
    print(f"{embeddings.shape[0]} x {embeddings.shape[1]}, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
