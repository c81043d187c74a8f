"""Check the written knowledge: form, duplicates, circles, orphans, occupations.

Usage::

    python models/knowledge/check.py            # everything
    python models/knowledge/check.py 06 11      # only these files (by their number)

Prints one line per finding and a table of counts; ends with 1 when there is a finding.
Within one field (column ``field`` of ``concepts/``):

- a wording (term or alt) stands under one concept only;
- ``broader`` has no circle and, where it names a term of any field, that term exists;
- no concept is an orphan: it has a broader or related term, or is named by another;
- ``distinct`` names existing terms and is symmetric in effect (listing it once is enough).

Within ``pairs/``: no empty cell, no course or certificate line twice, the negative differs
from the certificate line, and the words of course and certificate line overlap little (the
mean share of common character bigrams is printed).
"""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONCEPTS = ["term", "alt", "broader", "related", "distinct", "field"]
PAIRS = ["course", "cert", "negative", "occupation"]


def rows(path: Path, header: list[str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Yield (line number, row); a wrong header or column count is a finding."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        got = next(reader, [])
        if got != header:
            report(path, 1, f"header is {got}, expected {header}")
            return
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(header):
                report(path, number, f"{len(cells)} columns, expected {len(header)}")
            elif any(c != c.strip() for c in cells):
                report(path, number, "blank at the edge of a cell")
            else:
                yield number, dict(zip(header, cells, strict=True))


findings: list[str] = []


def report(path: Path, line: int, message: str) -> None:
    """Keep one finding."""
    findings.append(f"{path.parent.name}/{path.name}:{line}: {message}")


def parts(cell: str) -> list[str]:
    """The wordings of a cell joined by ``|``."""
    return [p for p in cell.split("|") if p]


def bigrams(text: str) -> set[str]:
    """Character bigrams, the crude measure of shared words."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def check_concepts(wanted: list[str]) -> None:
    """Findings over all concept files; only those of the wanted files are kept."""
    everything: list[tuple[Path, int, dict[str, str]]] = []
    for path in sorted((HERE / "concepts").glob("*.tsv")):
        everything += [(path, n, r) for n, r in rows(path, CONCEPTS)]
    terms = {r["term"] for _, _, r in everything}
    named = Counter(
        x for _, _, r in everything for c in ("broader", "related") for x in parts(r[c])
    )
    owner: dict[tuple[str, str], tuple[Path, int, str]] = {}
    up: dict[str, dict[str, list[str]]] = defaultdict(dict)
    field_file: dict[str, Path] = {}
    for path, number, r in everything:
        mine = not wanted or path.name[:2] in wanted
        if not r["term"] or not r["field"]:
            report(path, number, "empty term or field")
            continue
        if field_file.setdefault(r["field"], path) != path and mine:
            report(path, number, f"field {r['field']} stands in two files")
        up[r["field"]][r["term"]] = parts(r["broader"])
        for wording in dict.fromkeys([r["term"], *parts(r["alt"])]):
            key = (r["field"], wording.lower())
            if key in owner and mine:
                report(
                    path, number, f"{wording}: also under {owner[key][2]} (line {owner[key][1]})"
                )
            owner.setdefault(key, (path, number, r["term"]))
        if mine:
            if not r["broader"] and not r["related"] and not named[r["term"]]:
                report(path, number, f"{r['term']}: orphan")
            for other in parts(r["distinct"]):
                if other not in terms:
                    report(path, number, f"{r['term']}: distinct {other} is no term")
    for field, graph in up.items():
        for start in graph:
            seen, stack = set(), [x for x in graph[start] if x in graph]
            while stack:
                x = stack.pop()
                if x == start:
                    path = field_file[field]
                    if not wanted or path.name[:2] in wanted:
                        report(path, 0, f"circle in broader at {start} ({field})")
                    break
                if x not in seen:
                    seen.add(x)
                    stack += [y for y in graph.get(x, []) if y in graph]
    count: dict[str, Counter[str]] = defaultdict(Counter)
    for path, _, r in everything:
        count[path.stem][r["field"]] += 1
    for stem, fields in count.items():
        if not wanted or stem[:2] in wanted:
            print(stem, sum(fields.values()), " ".join(f"{f}:{n}" for f, n in fields.items()))
    print("concepts", len(everything))


def check_pairs(wanted: list[str]) -> None:
    """Findings over all pair files; only those of the wanted files are kept."""
    seen: dict[str, tuple[str, int]] = {}
    homes: dict[str, str] = {}
    total = 0
    for path in sorted((HERE / "pairs").glob("*.tsv")):
        mine = not wanted or path.name[:2] in wanted
        overlaps = []
        number = 1
        for number, r in rows(path, PAIRS):
            total += 1
            a, b = bigrams(r["course"]), bigrams(r["cert"])
            overlaps.append(len(a & b) / max(1, min(len(a), len(b))))
            home = homes.setdefault(r["occupation"], path.name)
            if not mine:
                continue
            if not all(r.values()):
                report(path, number, "empty cell")
            if r["cert"] == r["negative"] or r["course"] == r["cert"]:
                report(path, number, "two cells are the same")
            if home != path.name:
                report(path, number, f"occupation {r['occupation']} also stands in {home}")
            for column in ("course", "cert"):
                key = column + r[column]
                if key in seen:
                    report(path, number, f"{column} line also at {seen[key][0]}:{seen[key][1]}")
                seen.setdefault(key, (path.name, number))
        if mine and overlaps:
            print(path.stem, len(overlaps), f"bigram overlap {sum(overlaps) / len(overlaps):.2f}")
    print("pairs", total)


def main() -> int:
    """Run both checks over the files named on the command line (default: all)."""
    wanted = [a.zfill(2) for a in sys.argv[1:]]
    check_concepts(wanted)
    check_pairs(wanted)
    print(*findings, sep="\n")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
