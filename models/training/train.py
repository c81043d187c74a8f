"""Train the default model from the corpus and the project's knowledge, all steps in order.

    python models/training/train.py --corpus CORPUS --teacher TEACHER --work WORK \\
        --out models/default [--tests FILE.tsv …]

``CORPUS`` and ``TEACHER`` are folders (see models/training/README.md); results of each step
lie in ``WORK`` and one that is there already is kept, unless ``--anew``.  The defaults are the
recipe of the shipped model.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def run(script: str, *options: object) -> None:
    """One step, in its own process; its failure ends the training."""
    started = time.time()
    print(f"--- {script} {' '.join(map(str, options))}", flush=True)
    subprocess.run([sys.executable, str(HERE / script), *map(str, options)], check=True)
    print(f"--- {script}: {time.time() - started:.0f} s", flush=True)


def main() -> None:
    """Run the steps whose results are missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--knowledge", type=Path, default=Path("models/knowledge"))
    parser.add_argument("--teacher", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tests", type=Path, nargs="*", default=[], help="kept out of training")
    parser.add_argument("--words", type=int, default=70_000)
    parser.add_argument("--columns", type=int, default=256)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--workers", type=int, default=2, help="1: word vectors repeat exactly")
    parser.add_argument("--anew", action="store_true", help="redo every step but the teacher")
    options = parser.parse_args()
    work = options.work
    work.mkdir(parents=True, exist_ok=True)
    tests = ["--tests", *options.tests] if options.tests else []
    sources = ["--corpus", options.corpus, "--knowledge", options.knowledge, "--work", work]

    if options.anew or not (work / "tokenizer.json").is_file():
        run("tokenizer.py", *sources, *tests, "--words", options.words)
    if options.anew or not (work / "vectors.npy").is_file():
        size = ["--dim", options.columns, "--workers", options.workers]
        run("vectors.py", *sources, *tests, *size)
    if options.teacher is not None and not (work / "teacher.npz").is_file():
        run("teacher.py", "--corpus", options.corpus, "--work", work, "--teacher", options.teacher)
    run("splits.py", *sources)
    trained = [f"trained{seed}.npy" for seed in options.seeds]
    for seed, name in zip(options.seeds, trained, strict=True):
        if options.anew or not (work / name).is_file():
            steps = ["--steps", options.steps] if options.steps else []
            run("contrastive.py", *sources, *tests, *steps, "--seed", seed, "--out", name)
    run("export.py", "--work", work, "--trained", *trained, "--out", options.out)


if __name__ == "__main__":
    main()
