"""The story: read → segment → embed → match → graph → propose → plan → export.

:func:`run` takes what :mod:`align.gather` found for one programme through the steps;
:func:`write` puts the results into a folder, whole or not at all.  Equal documents, settings
and models give byte-identical files: nothing here looks at the clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import align
from align.gather import Gathered, Progress, quiet
from align.records import Coverage, Match, Proposal, Run, as_data
from align.settings import Settings

if TYPE_CHECKING:
    import networkx as nx

    from align.embed import Embedder
    from align.match import MatcherModel, Matching
    from align.plan import Plan


@dataclass(frozen=True)
class Result:
    """Everything one run found for one programme."""

    gathered: Gathered
    matchings: tuple[Matching, ...]
    matches: tuple[Match, ...]
    graph: nx.Graph[Any]
    coverage: tuple[Coverage, ...]
    proposals: tuple[Proposal, ...]
    plan: Plan
    run: Run
    settings: Settings


def run(
    gathered: Gathered,
    embedder: Embedder,
    matcher: MatcherModel,
    settings: Settings,
    progress: Progress = quiet,
    *,
    all_pairs: bool = False,
) -> Result:
    """Take one programme through every step.

    Parameters
    ----------
    gathered : Gathered
        Courses and certificates of the programme.
    embedder : Embedder
        The seam to the embedding model.
    matcher : MatcherModel
        Weights and calibration.
    settings : Settings
        Thresholds; see :mod:`align.settings`.
    all_pairs : bool
        Keep every pair in ``Result.matches``, not the candidates alone; nothing else changes.
    """
    from align import graph, plan, propose
    from align.match import match

    name = gathered.programme.name
    matchings = []
    matches: list[Match] = []
    rest: list[Match] = []  # the pairs that are no candidates: listed, looked at by no rule
    parts: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    for k, certificate in enumerate(gathered.certificates):
        progress(f"{name}：对照《{certificate.name}》", k, len(gathered.certificates))
        matching = match(gathered.courses, certificate, embedder, matcher)
        matchings.append(matching)
        chosen = matching.candidates(settings)
        matches += [matching.pair(i, j) for i, j in chosen]
        if all_pairs:
            shown = set(chosen)
            rest += [
                matching.pair(i, j, evidence=False)
                for i in range(len(matching.items))
                for j in range(len(matching.units))
                if (i, j) not in shown
            ]
        parts |= matching.parts(settings)
    progress(f"{name}：建立能力图谱与建议", len(gathered.certificates), len(gathered.certificates))
    bipartite = graph.build(gathered.courses, gathered.certificates, matches, settings)
    coverage = graph.coverage(bipartite, gathered.courses, gathered.certificates, settings)
    proposals = propose.propose(
        bipartite, gathered.courses, gathered.certificates, matches, parts, settings
    )
    made = _identify(gathered, embedder.identity, matcher.version, settings)
    drawn = plan.make_plan(
        name,
        gathered.courses,
        gathered.certificates,
        matches,
        coverage,
        proposals,
        made,
        settings,
        problems=gathered.problems,
        major=gathered.programme.major,
        college=gathered.programme.college,
        left_out=gathered.programme.leave_out,
    )
    return Result(
        gathered, tuple(matchings), (*matches, *rest), bipartite, coverage, proposals, drawn,
        made, settings,
    )  # fmt: skip


def _identify(gathered: Gathered, model: str, matcher: str, settings: Settings) -> Run:
    """The run's record; its id is a hash of everything that decides the result."""
    sources = tuple(
        sorted((f.path.name, f.reading.source.sha256) for f in gathered.files if f.reading)
    )
    levels = tuple(dict.fromkeys(level for c in gathered.certificates for level in c.levels))
    parts = [
        gathered.programme.id, align.__version__, model, matcher, settings.version,
        [list(s) for s in sources], list(levels), list(gathered.programme.leave_out),
    ]  # fmt: skip
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
    return Run(
        id="r-" + digest[:16],
        programme=gathered.programme.id,
        tool_version=align.__version__,
        model=f"{model} + {matcher}",
        settings_version=settings.version,
        sources=sources,
        levels=levels,
        parameters=tuple(sorted(settings.values.items())),
    )


#: What each format of ``align export`` writes.
FORMAT_FILES: dict[str, tuple[str, ...]] = {
    "csv": ("matches.csv", "coverage.csv", "proposals.csv"),
    "graphml": ("graph.graphml",),
    "json": ("run.json", "graph.json"),
    "docx": ("plan.docx",),
    "xlsx": ("plan.xlsx",),
}
#: What ``align run`` writes.
RUN_FILES = (
    "matches.csv",
    "coverage.csv",
    "proposals.csv",
    "graph.graphml",
    "run.json",
    "plan.docx",
    "plan.xlsx",
)


def write(result: Result, folder: Path, formats: Sequence[str] | None = None) -> list[Path]:
    """Write the run's files into a folder, all of them or none.

    Parameters
    ----------
    formats : sequence of str, optional
        Keys of :data:`FORMAT_FILES`; None writes :data:`RUN_FILES`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        When the folder cannot be written; what lay there before is untouched.
    """
    from align.export import graphml, tables
    from align.export.docx import docx_bytes
    from align.export.files import output_folder
    from align.export.xlsx import xlsx_bytes

    courses, certificates = result.gathered.courses, result.gathered.certificates
    makers: dict[str, Callable[[], bytes]] = {
        "matches.csv": lambda: tables.matches_csv(result.matches, courses, certificates),
        "coverage.csv": lambda: tables.coverage_csv(result.coverage),
        "proposals.csv": lambda: tables.proposals_csv(result.proposals, courses, certificates),
        "graph.graphml": lambda: graphml.graphml_bytes(result.graph),
        "graph.json": lambda: graphml.node_link_json(result.graph),
        "run.json": lambda: run_json(result),
        "plan.docx": lambda: docx_bytes(result.plan),
        "plan.xlsx": lambda: xlsx_bytes(result.plan),
    }
    names = RUN_FILES if formats is None else [n for f in formats for n in FORMAT_FILES[f]]
    with output_folder(folder) as out:
        for name in names:
            out.write(name, makers[name]())
    return [folder / name for name in names]


def run_json(result: Result) -> bytes:
    """``run.json``: what made the results, what was read, and what went wrong on the way."""
    data = {
        "run": as_data(result.run),
        "files": [
            {
                "name": f.path.name,
                "sha256": f.reading.source.sha256 if f.reading else None,
                "courses": [c.name for c in f.reading.courses] if f.reading else [],
                "certificates": [c.name for c in f.reading.certificates] if f.reading else [],
                # Without the path it was called by: equal inputs give equal bytes.
                "error": f.error.line().replace(str(f.path), f.path.name) if f.error else None,
            }
            for f in result.gathered.files
        ],
        "problems": as_data(result.gathered.problems),
        "counts": {
            "courses": len(result.gathered.courses),
            "units": sum(len(c.units) for c in result.gathered.courses),
            "certificates": len(result.gathered.certificates),
            "competencies": sum(len(c.competencies) for c in result.gathered.certificates),
            "candidates": result.graph.number_of_edges(),
            "proposals": len(result.proposals),
        },
    }
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
