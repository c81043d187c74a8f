"""The same labelled pairs by other means: Harmony, character TF-IDF, the bare model; time, quality.

    python -m benchmarks.neighbours --environment FOLDER

Harmony (harmonydata) pins other versions than this project, so it lives in an environment of its
own: FOLDER, made at the first run (a package index is needed then; torch is not installed, the
vectors are those of this project's default model, handed over; its naming of clusters, which
knows Latin letters only and fails on Chinese, is left out).  Where that cannot be done the
other rows are printed all the same, and why.

Time is of all labelled programmes together, with every vector computed and no cache.  Quality is
over the items with at least one link: ours by the probabilities of models that had *not* seen the
programme (``tests/gold/*_left_out.tsv``), since the shipped one was fitted on these labels.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from align import evaluate
from align.gather import Gathered, gather
from align.labels import read_links, read_text
from align.match import load_matcher, match
from align.models import load_embedder
from align.places import labels_folder, models_folder
from benchmarks.report import keep, show

HARMONY = "harmonydata==1.0.7"
#: What Harmony's matching needs of its pins; torch and transformers only make vectors.
NEEDED = ("numpy==1.26.4", "scikit-learn", "scipy", "pydantic", "pandas", "langdetect", "requests",
          "wget", "huggingface_hub==0.36.2", "tqdm")  # fmt: skip

_CHILD = """
import json, os, sys, time
os.environ |= {"HARMONY_NO_PARSING": "1", "HARMONY_NO_MATCHING": "1"}
import numpy as np
from harmony.matching.matcher import match_instruments_with_function
from harmony.matching import deterministic_clustering
from harmony.schemas.enums.clustering_algorithms import ClusteringAlgorithm
from harmony.schemas.requests.text import Instrument, Question
# Clusters are named by words of Latin letters; without any the naming fails (and is not compared).
deterministic_clustering.generate_cluster_topics = lambda clusters, **_: [[] for _ in clusters]
asked = json.load(open(sys.argv[1], encoding="utf-8"))
known = json.load(open(sys.argv[2], encoding="utf-8")) if sys.argv[2] else None
vectors = np.load(sys.argv[3]) if known is not None else None
places = {text: n for n, text in enumerate(known or [])}
wanted, found, seconds = {}, {}, 0.0
def vectorise(texts):
    texts = [str(t) for t in texts]
    wanted.update(dict.fromkeys(texts))
    if vectors is None:
        return np.ones((len(texts), 4)) + np.arange(len(texts))[:, None] * 1e-3
    return vectors[[places[t] for t in texts]]
for name, (items, units) in asked.items():
    sides = [
        Instrument(questions=[Question(question_no=str(k), question_text=t)
                              for k, t in enumerate(side)])
        for side in (items, units)
    ]
    start = time.process_time()
    made = match_instruments_with_function(
        sides, "", vectorise,
        clustering_algorithm=ClusteringAlgorithm.deterministic)
    seconds += time.process_time() - start
    table = np.asarray(made.similarity_with_polarity if hasattr(made, "similarity_with_polarity")
                       else made[1])
    found[name] = table[: len(items), len(items):].tolist()
json.dump({"wanted": list(wanted), "found": found, "seconds": seconds},
          open(sys.argv[4], "w", encoding="utf-8"))
"""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One programme: texts of both sides, the labels, and our probabilities without them."""

    gathered: Gathered
    items: list[str]
    units: list[str]
    grades: np.ndarray[Any, Any]
    ours: np.ndarray[Any, Any]


def labelled() -> dict[str, Labelled]:
    """The labelled samples, their units in the order of their ids."""
    found = {}
    for gathered in gather(Path("course_standards"), Path("cert_standards")):
        path = labels_folder() / f"{gathered.programme.name}_links.tsv"
        (certificate,) = gathered.certificates
        units = {u.id: f"{u.task} {u.content}" for c in gathered.courses for u in c.units}
        items = {i.id: i.text for i in certificate.competencies}
        order = sorted(units)
        links = read_links(path, set(items), set(units))
        ours = _left_out(path.with_name(f"{gathered.programme.name}_left_out.tsv"), items, order)
        grades = evaluate.grade_matrix(links, list(items), order)
        found[gathered.programme.name] = Labelled(
            gathered, list(items.values()), [units[u] for u in order], grades, ours
        )
    return found


def _left_out(path: Path, items: dict[str, str], units: list[str]) -> np.ndarray[Any, Any]:
    head, *rows = (x.split("\t") for x in read_text(path).rstrip("\n").split("\n"))
    said = {row[0]: dict(zip(head[2:], map(float, row[2:]), strict=True)) for row in rows}
    return np.array([[said[i][u] for u in units] for i in items])


def measure(environment: Path | None) -> dict[str, dict[str, object]]:
    """Seconds of processor time and figures of each way."""
    known = labelled()
    embedder = load_embedder(cache=False)
    embedder.embed(["预热"])
    matcher = load_matcher(models_folder() / "matcher.json")
    found: dict[str, dict[str, object]] = {}

    def timed(name: str, way: Callable[[Labelled], np.ndarray[Any, Any]]) -> None:
        start = time.process_time()
        tables = {k: way(x) for k, x in known.items()}
        found[name] = {"seconds": time.process_time() - start, **_figures(known, tables)}

    def ours(x: Labelled) -> np.ndarray[Any, Any]:
        match(x.gathered.courses, x.gathered.certificates[0], embedder, matcher, every=True)
        return x.ours

    def model(x: Labelled) -> np.ndarray[Any, Any]:
        return np.asarray(embedder.embed(x.items) @ embedder.embed(x.units).T)

    timed("只用默认模型的余弦（下限）", model)
    timed("align（该专业未参与拟合）", ours)
    timed("字符 TF-IDF（1–2 元）", _characters)
    if environment is not None:
        try:
            seconds, tables = _harmony(environment, known, embedder)
        except subprocess.CalledProcessError as error:
            lines = (str(error.stderr) or str(error)).strip().splitlines()
            found["Harmony 1.0.7（同样的向量）"] = {"error": lines[-1] if lines else str(error)}
        else:
            figures = _figures(known, tables)
            found["Harmony 1.0.7（同样的向量）"] = {"seconds": seconds, **figures}
    return found


def _figures(known: dict[str, Labelled], tables: dict[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Means over the programmes."""
    each = [evaluate.ranking_figures(tables[k], x.grades) for k, x in known.items()]
    return {name: float(np.mean([f[name] for f in each])) for name in each[0]}


def _characters(x: Labelled) -> np.ndarray[Any, Any]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    made = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit([*x.items, *x.units])
    return np.asarray((made.transform(x.items) @ made.transform(x.units).T).todense())


def _harmony(
    environment: Path, known: dict[str, Labelled], embedder: Any
) -> tuple[float, dict[str, np.ndarray[Any, Any]]]:
    """Harmony's own matching in its environment, with our model's vectors of what it asks for."""
    python = environment / "bin" / "python"
    if not (environment / "ready").is_file():
        _done([sys.executable, "-m", "venv", str(environment)])
        pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        _done([*pip, *NEEDED])
        _done([*pip, "--no-deps", HARMONY])
        (environment / "ready").touch()
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        here = Path(name)
        asked, texts, vectors, out = (here / x for x in ("a.json", "t.json", "v.npy", "o.json"))
        asked.write_text(json.dumps({k: [x.items, x.units] for k, x in known.items()}), "utf-8")
        child = [str(python), "-c", _CHILD, str(asked)]
        _done([*child, "", "", str(out)])  # once to hear which texts it wants (negations too)
        wanted = json.loads(out.read_text("utf-8"))["wanted"]
        start = time.process_time()
        np.save(vectors, embedder.embed(wanted))
        seconds = time.process_time() - start
        texts.write_text(json.dumps(wanted), "utf-8")
        _done([*child, str(texts), str(vectors), str(out)])
        made = json.loads(out.read_text("utf-8"))
    return seconds + made["seconds"], {k: np.array(v) for k, v in made["found"].items()}


def _done(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def table(found: dict[str, dict[str, Any]]) -> None:
    """Print what was measured."""
    base = next(iter(found.values()))["seconds"]
    rows = [
        (name, x["seconds"], x["seconds"] / base, x["hit@1"], x["hit@5"], x["map"], x["ndcg@10"])
        if "error" not in x else (name, f"没有测成：{x['error']}", "", "", "", "", "")
        for name, x in found.items()
    ]  # fmt: skip
    show(
        "同样的标注配对（随附三个专业，各专业的平均）",
        ("方法", "处理器秒", "对下限", "首位命中", "前五命中", "MAP", "nDCG@10"),
        rows,
    )


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--environment", type=Path, help="folder for Harmony's environment")
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    found = measure(given.environment)
    table(found)
    keep(given.json, found)


if __name__ == "__main__":
    main()
