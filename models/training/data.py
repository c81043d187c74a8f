"""What the default model learns from: the corpus' sentences and pairs, the project's knowledge.

Everything is read by path: ``corpus`` is a folder laid out as models/default/README.md lists
(xz-compressed text and TSV), ``knowledge`` is ``models/knowledge``.  Nothing here reads a test
set; :func:`held_out` only keeps their sentences, and the vocational dev and test occupations,
out of training.
"""

from __future__ import annotations

import csv
import hashlib
import lzma
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from pathlib import Path

Pair = tuple[str, str]
_LETTERS = re.compile(r"[^\w]+")


def bare(text: str) -> str:
    """Letters and digits alone, lower case: equal for sentences that differ in punctuation."""
    return _LETTERS.sub("", text.lower())


def lines(path: Path) -> Iterator[str]:
    """Lines of an xz-compressed or plain text file."""
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield line.rstrip("\n")


def table(path: Path) -> Iterator[list[str]]:
    """Rows of a tab-separated file without quoting."""
    for line in lines(path):
        yield line.split("\t")


def sentences(corpus: Path, out: Set[str] = frozenset()) -> Iterator[str]:
    """Every sentence of the corpus but those of ``out`` (bare), for counts and word vectors."""
    return (s for s in _sentences(corpus) if not out or bare(s) not in out)


def _sentences(corpus: Path) -> Iterator[str]:
    for name in ("laws.txt.xz", "csl.txt.xz"):
        yield from lines(corpus / name)
    for path in sorted((corpus / "docs").glob("*.txt.xz")):
        yield from lines(path)
    for row in table(corpus / "tatoeba.tsv.xz"):
        yield row[0]
    for row in table(corpus / "laws_definitions.tsv.xz"):
        yield "，是指".join(row[:2])
    for row in table(corpus / "dadian.tsv.xz"):
        yield from (cell for cell in row[:4] if cell)


# --- the project's knowledge -----------------------------------------------------------------


def split_of(occupation: str) -> str:
    """``train``, ``dev`` or ``test`` (80 / 10 / 10 %) by a hash of the occupation's name.

    An occupation is wholly in one part, so dev and test ask about trades never trained on.
    """
    number = int(hashlib.sha256(occupation.encode()).hexdigest(), 16) % 10
    return "test" if number == 0 else "dev" if number == 1 else "train"


def knowledge_pairs(knowledge: Path, part: str | None) -> list[dict[str, str]]:
    """Rows of ``pairs/*.tsv`` of one part (None: all), with the field from the file's name."""
    found = []
    for path in sorted((knowledge / "pairs").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if part is None or split_of(row["occupation"]) == part:
                    found.append({**row, "field": path.stem})
    return found


def concepts(knowledge: Path) -> list[dict[str, list[str]]]:
    """Rows of ``concepts/*.tsv``; every column as a list of wordings."""
    found = []
    for path in sorted((knowledge / "concepts").glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                found.append({k: [x for x in v.split("|") if x] for k, v in row.items()})
    return found


# --- pairs that mean nearly the same ---------------------------------------------------------


def corpus_pairs(corpus: Path, seed: int = 0) -> dict[str, list[Pair]]:
    """Positive pairs by source."""
    rng = random.Random(seed)
    found: dict[str, list[Pair]] = defaultdict(list)
    for row in table(corpus / "csl_pairs.tsv.xz"):
        if len(row) >= 3:
            found["csl_" + row[2]].append((row[0], row[1]))
    for row in table(corpus / "docs_heading_pairs.tsv.xz"):
        found["docs"].append((row[0], row[1]))
    for row in table(corpus / "laws_definitions.tsv.xz"):
        found["definition"].append((row[0], row[1]))
    for row in table(corpus / "cow_synonyms.tsv.xz"):
        found["synonym"].append((row[0], row[1]))
    found["occupation"] = _occupations(corpus)
    found["gloss"] = _same_gloss(corpus, rng)
    found["translation"] = _same_translation(corpus)
    for name in ("laws.txt.xz", "csl.txt.xz"):
        found["neighbour_" + name[:3]] = _clauses(corpus / name, rng, 40_000)
    kept = {
        name: list(dict.fromkeys((a[:160], b[:160]) for a, b in rows if a and b and a != b))
        for name, rows in found.items()
    }
    return kept | {"itself": _itself(corpus, rng)}


def _itself(corpus: Path, rng: random.Random, limit: int = 60_000) -> list[Pair]:
    """A sentence with itself: training drops other words of each side (Gao et al. 2021).

    Tatoeba's everyday sentences, and as many of the corpus as fill ``limit``.
    """
    everyday = [row[0] for row in table(corpus / "tatoeba.tsv.xz")]
    others = [s for s in sentences(corpus) if 8 <= len(s) <= 60 and rng.random() < 0.2]
    chosen = everyday + rng.sample(others, min(len(others), max(limit - len(everyday), 0)))
    return [(s, s) for s in dict.fromkeys(chosen)]


def _occupations(corpus: Path) -> list[Pair]:
    """Name, definition and tasks of an occupation belong together."""
    found: list[Pair] = []
    for row in table(corpus / "dadian.tsv.xz"):
        name, definition, tasks, trades = (row + [""] * 4)[:4]
        found.append((name, definition))
        for task in filter(None, tasks.split(";")):
            found += [(task, definition), (task, name)]
        for trade in filter(None, trades.split(";")):
            found.append((trade, f"{name}：{definition}"))
    return found


def _same_gloss(corpus: Path, rng: random.Random) -> list[Pair]:
    """Chinese words that share a dictionary's English gloss (CC-CEDICT)."""
    by_gloss: dict[str, list[str]] = defaultdict(list)
    for row in table(corpus / "cedict_gloss.tsv.xz"):
        for gloss in row[1].split(";") if len(row) == 2 else row[1:]:
            gloss = re.sub(r"^to |^an? |^the ", "", gloss.strip().lower())
            if 3 <= len(gloss) <= 40:
                by_gloss[gloss].append(row[0])
    found = []
    for words in by_gloss.values():
        if 2 <= len(words) <= 12:
            for word in words:
                other = rng.choice([w for w in words if w != word] or [word])
                if len(word) > 1 and len(other) > 1:
                    found.append((word, other))
    return found


def _same_translation(corpus: Path) -> list[Pair]:
    """Chinese sentences with the same English translation (Tatoeba)."""
    by_english: dict[str, list[str]] = defaultdict(list)
    for row in table(corpus / "tatoeba.tsv.xz"):
        by_english[bare(row[1])].append(row[0])
    return [
        (a, b)
        for group in by_english.values()
        for i, a in enumerate(group)
        for b in group[i + 1 : i + 3]
    ]


def _clauses(path: Path, rng: random.Random, limit: int) -> list[Pair]:
    """Two neighbouring clauses of one passage: weak, but in plenty."""
    found = []
    for line in lines(path):
        parts = [p for p in re.split("[。；;：]", line) if len(p) >= 10]
        if len(parts) >= 2:
            i = rng.randrange(len(parts) - 1)
            found.append((parts[i], parts[i + 1]))
    rng.shuffle(found)
    return found[:limit]


def translations(corpus: Path) -> list[Pair]:
    """(Chinese, English) of Tatoeba sentences and CC-CEDICT words, for distillation."""
    found = [(row[0], row[1]) for row in table(corpus / "tatoeba.tsv.xz")]
    for row in table(corpus / "cedict_gloss.tsv.xz"):
        if 1 <= len(row[0]) <= 6:
            found.append((row[0], "; ".join(row[1:])[:120]))
    return found


def is_sentence(text: str) -> bool:
    """Whether a Chinese text of the translations is a sentence rather than a word."""
    return len(text) > 6 or text[-1:] in "。？！?!"


def graded(corpus: Path) -> list[Pair]:
    """Tatoeba sentences (Chinese, English) kept for development: one in twelve, by a hash.

    All translations of an English sentence are kept out together.
    """
    return [
        (row[0], row[1])
        for row in table(corpus / "tatoeba.tsv.xz")
        if is_sentence(row[0])
        and int(hashlib.sha256(bare(row[1]).encode()).hexdigest(), 16) % 12 == 0
    ]


def held_out(corpus: Path, knowledge: Path, tests: Iterable[Path] = ()) -> set[str]:
    """Bare texts that training must not see.

    The public test sets, the dev and test occupations, the graded development sentences.
    """
    found = {bare(chinese) for chinese, _ in graded(corpus)}
    for path in tests:
        for row in table(path):
            found.update(bare(cell) for cell in row[:2])
    for part in ("dev", "test"):
        for line in knowledge_pairs(knowledge, part):
            found.update(bare(line[c]) for c in ("course", "cert", "negative"))
    return found
