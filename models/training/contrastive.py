"""Train the piece vectors on pairs and on an English teacher; keep the mean of late checkpoints.

    python models/training/contrastive.py --corpus CORPUS --work WORK [--steps 1600]

Every step draws one batch of one source and one batch of translations:

- corpus pairs: symmetric InfoNCE over the batch;
- the project's knowledge, a share ``--own`` of the steps: pairs with their written hard
  negative; a concept's term with its other wordings, its ``distinct`` terms as negatives;
- translations: the cosines among the batch's Chinese texts follow those of the teacher among
  their English sides, and a throw-away linear map finds the teacher's vector.

Seeds are fixed.  Writes ``trained.npy`` (n pieces, d) into ``--work``.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import data
import losses
import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from student import Floats, Student
from tokenizers import Tokenizer

# Classes make false negatives of most of a batch.  Neighbouring clauses are the weakest pairs;
# their removal was tried only together with other changes (see models/default/README.md).
WITHOUT = ["csl_title-category", "csl_abstract-discipline", "neighbour_law", "neighbour_csl"]
# The result is the mean of a checkpoint every EVERY steps of the last part of the run.
AVERAGED_FROM = 0.7
EVERY = 100
# Texts among which a batch's near neighbours are looked for.
POOL = 4_096


@dataclass(frozen=True)
class Teacher:
    """Texts of one kind with the unit vectors of their translations, shape (n, d)."""

    texts: list[str]
    vectors: Floats

    def batch(self, size: int, rng: np.random.Generator) -> tuple[list[str], torch.Tensor]:
        """Half at random, half near neighbours of a few: far and near cosines both occur."""
        chosen = rng.integers(0, len(self.texts), size // 2)
        # Neighbours of a sixteenth, found among a slice (the texts lie in random order).
        start = int(rng.integers(0, max(len(self.texts) - POOL, 0) + 1))
        pool = self.vectors[start : start + POOL]
        cosines = torch.from_numpy(self.vectors[chosen[: max(size // 16, 1)]] @ pool.T)
        neighbours = cosines.topk(min(9, len(pool)), dim=1).indices[:, 1:].numpy() + start
        rows = np.unique(np.concatenate([chosen, neighbours.ravel()]))
        return [self.texts[i] for i in rows], torch.from_numpy(self.vectors[rows])


def teachers(work: Path, out: set[str], rng: np.random.Generator) -> list[Teacher]:
    """Sentences and words of ``teacher.npz``, those of ``out`` left out; empty without file."""
    path = work / "teacher.npz"
    if not path.is_file():
        return []
    file = np.load(path)
    chinese: list[str] = file["chinese"].tolist()
    vectors = file["vectors"].astype(np.float32)[file["row"]]
    found = []
    for sentence in (True, False):
        keep = [
            i
            for i, z in enumerate(chinese)
            if data.is_sentence(z) == sentence and data.bare(z) not in out
        ]
        order = rng.permutation(np.array(keep, np.int64))
        found.append(Teacher([chinese[i] for i in order], vectors[order]))
    return found


def distilled(
    mine: torch.Tensor, theirs: torch.Tensor, mapping: torch.nn.Module, weights: Sequence[float]
) -> torch.Tensor:
    """The three ways to follow the teacher, weighted: cosines, neighbours, mapped vector."""
    loss = torch.zeros(())
    cosines = mine @ mine.T, theirs @ theirs.T
    if weights[0]:
        loss = loss + weights[0] * 20 * losses.relation(*cosines)
    if weights[1]:
        loss = loss + weights[1] * losses.listwise(*cosines)
    if weights[2]:
        mapped = functional.normalize(mapping(mine), dim=1)
        loss = loss + weights[2] * (
            losses.info_nce(mapped, theirs) + (1 - (mapped * theirs).sum(1)).mean()
        )
    return loss


def endless(
    rows: Sequence[Sequence[str]], size: int, rng: np.random.Generator
) -> Iterator[list[Sequence[str]]]:
    """Batches for ever, shuffled anew each round."""
    size = min(size, len(rows))
    while True:
        order = rng.permutation(len(rows))
        for start in range(0, len(rows) - size + 1, size):
            yield [rows[i] for i in order[start : start + size]]


def concept_rows(knowledge: Path) -> list[tuple[str, str, str]]:
    """(term, other wording or broader term, a ``distinct`` term or "") of every concept."""
    found = []
    for c in data.concepts(knowledge):
        term = c["term"][0]
        distinct = c["distinct"] or [""]
        for k, other in enumerate(c["alt"]):
            found.append((term, other, distinct[k % len(distinct)]))
        for other in c["broader"][:1]:
            found.append((term, other, distinct[0]))
    return found


def own_pairs(knowledge: Path, share: float, seed: int) -> list[tuple[str, str, str]]:
    """(course, certificate, hard negative) of a share of the training occupations."""
    rows = data.knowledge_pairs(knowledge, "train")
    names = sorted({r["occupation"] for r in rows})
    order = np.random.default_rng(seed).permutation(len(names))
    kept = {names[i] for i in order[: round(share * len(names))]}
    return [(r["course"], r["cert"], r["negative"]) for r in rows if r["occupation"] in kept]


def schedule(step: int, steps: int, rate: float) -> float:
    """Fifty steps up, then a cosine down to a fiftieth."""
    warm = min(1.0, (step + 1) / 50)
    return rate * warm * max(0.02, 0.5 * (1 + math.cos(math.pi * step / steps)))


@dataclass(frozen=True)
class Supply:
    """Where batches of pairs come from: the corpus' sources by chance, the project's knowledge."""

    streams: dict[str, Iterator[list[Sequence[str]]]]
    chance: NDArray[np.float64]
    own: list[Iterator[list[Sequence[str]]]]

    def groups(self, share: float, rng: np.random.Generator) -> list[list[str]]:
        """Texts in threes (left, right, hard negatives) of one step's pairs."""
        if self.own and rng.random() < share:
            batches = [next(stream) for stream in self.own]
        else:
            name = list(self.streams)[int(rng.choice(len(self.streams), p=self.chance))]
            batches = [next(self.streams[name])]
        return [
            [row[k] for row in batch if len(row) > k and row[k]]
            for batch in batches
            for k in range(3)
        ]


def supply(options: argparse.Namespace, out: set[str], rng: np.random.Generator) -> Supply:
    """The sources without the texts of ``out``."""
    streams, weights = {}, []
    for name, pairs in sorted(data.corpus_pairs(options.corpus, options.seed).items()):
        clean = [p for p in pairs if data.bare(p[0]) not in out and data.bare(p[1]) not in out]
        if clean and name not in options.without:
            streams[name] = endless(clean, options.batch, rng)
            weights.append(len(clean) ** 0.5)
    written: list[Sequence[str]] = [*own_pairs(options.knowledge, options.share, options.seed)]
    concepts: list[Sequence[str]] = [
        row
        for row in concept_rows(options.knowledge)
        if data.bare(row[0]) not in out and data.bare(row[1]) not in out
    ]
    own = [endless(rows, options.batch // 2, rng) for rows in (written, concepts) if rows]
    chance = np.array(weights) / sum(weights)
    print(len(written), "own pairs,", len(concepts), "concept rows; shares of the corpus pairs:")
    print({n: round(float(c), 3) for n, c in zip(streams, chance, strict=True)}, flush=True)
    return Supply(streams, chance, own)


def train(options: argparse.Namespace) -> Floats:
    """Run the steps; the mean of the checkpoints after ``AVERAGED_FROM``, folded."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    rng = np.random.default_rng(options.seed)
    tokenizer = Tokenizer.from_file(str(options.work / "tokenizer.json"))
    student = Student(tokenizer, np.load(options.work / options.start))
    out = data.held_out(options.corpus, options.knowledge, options.tests)
    pairs = supply(options, out, rng)
    teaching = teachers(options.work, out, rng) if any(options.distil) else []
    theirs_width = teaching[0].vectors.shape[1] if teaching else 1
    mapping = torch.nn.Linear(student.rows.shape[1], theirs_width, bias=False)
    map_optimiser = torch.optim.Adam(mapping.parameters(), lr=2e-3)

    started = time.time()
    checkpoints: list[Floats] = []
    recent: list[float] = []
    for step in range(options.steps):
        groups = pairs.groups(options.own, rng)
        taught = len(groups)
        targets = []
        for teacher in teaching:
            batch, vectors = teacher.batch(options.teacher_batch, rng)
            groups.append(batch)
            targets.append(vectors)
        # Words are dropped from the pairs only: the teacher saw the whole sentence.
        texts = [t for g in groups for t in g]
        thinned = sum(map(len, groups[:taught]))
        everything = student.forward(texts, options.drop, rng, thinned)
        parts = torch.split(everything, [len(g) for g in groups])
        loss = torch.zeros(())
        for k in range(0, taught, 3):
            negative = parts[k + 2] if len(parts[k + 2]) else None
            loss = loss + losses.info_nce(parts[k], parts[k + 1], negative, options.scale)
        for mine, theirs in zip(parts[taught:], targets, strict=True):
            loss = loss + distilled(mine, theirs, mapping, options.distil)
        map_optimiser.zero_grad()
        torch.autograd.backward(loss)
        student.update(schedule(step, options.steps, options.rate))
        map_optimiser.step()
        recent.append(loss.item())
        if step >= AVERAGED_FROM * options.steps and (options.steps - 1 - step) % EVERY == 0:
            checkpoints.append(student.folded())
        if step % 200 == 199:
            seconds = time.time() - started
            print(f"{step + 1} {np.mean(recent[-200:]):.3f} {seconds:.0f} s", flush=True)
    mean: Floats = np.mean(checkpoints, axis=0, dtype=np.float32)
    return mean


def parser() -> argparse.ArgumentParser:
    """The options, with the recipe of the shipped model as defaults."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("--corpus", type=Path, required=True)
    made.add_argument("--knowledge", type=Path, default=Path("models/knowledge"))
    made.add_argument("--work", type=Path, required=True)
    made.add_argument("--tests", type=Path, nargs="*", default=[], help="kept out of training")
    made.add_argument("--start", default="vectors.npy")
    made.add_argument("--steps", type=int, default=1600)
    made.add_argument("--batch", type=int, default=1024)
    made.add_argument("--rate", type=float, default=3e-3)
    made.add_argument("--drop", type=float, default=0.25)
    made.add_argument("--scale", type=float, default=12.0, help="of the pairs' softmax")
    made.add_argument("--own", type=float, default=0.6, help="share of steps on the knowledge")
    made.add_argument("--share", type=float, default=1.0, help="share of the project's pairs used")
    made.add_argument("--without", nargs="*", default=WITHOUT, help="corpus sources left out")
    made.add_argument(
        "--distil", type=float, nargs=3, default=[0.5, 0.5, 0.5],
        help="weights of the teacher's cosines, neighbours, vector; 0 0 0: no teacher",
    )  # fmt: skip
    made.add_argument("--teacher-batch", type=int, default=384)
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--threads", type=int, default=1)
    made.add_argument("--out", default="trained.npy")
    return made


if __name__ == "__main__":
    given = parser().parse_args()
    np.save(given.work / given.out, train(given))
