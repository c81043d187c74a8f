"""The story: read → segment → embed → match → graph → propose → plan → export.

:func:`run` takes what :mod:`align.gather` found for one programme through the steps;
:func:`apply` takes them again with what people have decided, without any model;
:func:`write` puts the results into a folder, whole or not at all.  Equal documents, settings
and models give byte-identical files: nothing here looks at the clock.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import align
from align.decisions import Approval, Decision, Grade, LinkDecision, Pair
from align.errors import UsageError
from align.gather import Gathered, Progress, quiet
from align.links import with_grades
from align.records import Action, Coverage, Match, Proposal, Run, as_data
from align.settings import Settings

if TYPE_CHECKING:
    import networkx as nx

    from align.embed import Embedder
    from align.export.exchange import Origin
    from align.match import Compared, MatcherModel
    from align.memo import Memo
    from align.plan import Conversion, Plan
    from align.propose import Parts


@dataclass(frozen=True)
class Result:
    """Everything one run found for one programme, and what people have said of it.

    Parameters
    ----------
    matchings : tuple of Matching
        One per certificate; empty where the result was made again without a model.
    candidates : tuple of Match
        The pairs that the rules looked at, with the grades that people gave.
    graph, coverage, proposals
        As of these grades; a proposal's action is always the rules' own.
    parts : mapping
        What each linked item lists, see :data:`align.propose.Parts`.
    rest : tuple of Match
        Pairs that are no candidates, where all were asked for.
    verdicts : mapping of str to Decision
        What holds of which proposal by a person's word; only such as were said of the action
        that is proposed now.
    stale : mapping of str to Decision
        Verdicts on something that is proposed differently now, or no more: to be looked at again.
    """

    gathered: Gathered
    matchings: tuple[Compared, ...]
    candidates: tuple[Match, ...]
    graph: nx.Graph[Any]
    coverage: tuple[Coverage, ...]
    proposals: tuple[Proposal, ...]
    run: Run
    settings: Settings
    parts: Parts = field(default_factory=dict)
    rest: tuple[Match, ...] = ()
    verdicts: Mapping[str, Decision] = field(default_factory=dict)
    stale: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def matches(self) -> tuple[Match, ...]:
        """The candidates, then the rest."""
        return (*self.candidates, *self.rest) if self.rest else self.candidates

    @cached_property
    def plan(self) -> Plan:
        """The draft plan; laid out when it is first asked for."""
        return plan_of(self)


def plan_of(
    result: Result,
    *,
    links: Iterable[LinkDecision] = (),
    conversion: Conversion | None = None,
    ledger: str = "",
    approval: Approval | None = None,
    signatures: Sequence[str] = (),
) -> Plan:
    """The draft plan of a result, with what only its reader knows.

    Parameters
    ----------
    links : iterable of LinkDecision
        The words in force on links, for 审核记录.
    conversion : Conversion, optional
        The college's conversion rules.
    ledger : str
        Head of the college's ledger, such as ``第 12 条 3f9a…``.
    approval : Approval, optional
        The committee's approval, while it stands.
    signatures : sequence of str
        Who signs; the programme's own when empty, then the usual six.
    """
    from align.plan import make_plan

    g = result.gathered
    return make_plan(
        g.programme.name,
        g.courses,
        g.certificates,
        result.candidates,
        result.coverage,
        result.proposals,
        result.run,
        result.settings,
        problems=g.problems,
        major=g.programme.major,
        college=g.programme.college,
        left_out=g.programme.leave_out,
        signatures=signatures or g.programme.signatures,
        verdicts=result.verdicts,
        links=links,
        conversion=conversion,
        ledger=ledger,
        approval=approval,
    )


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
        Keep every pair in ``Result.matches``, not the candidates alone; and compare large
        documents whole, too, where candidates would be searched first.
    """
    from align.match import match

    name = gathered.programme.name
    matchings: list[Compared] = []
    matches: list[Match] = []
    rest: list[Match] = []  # the pairs that are no candidates: listed, looked at by no rule
    parts: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    for k, certificate in enumerate(gathered.certificates):
        progress(f"{name}：对照《{certificate.name}》", k, len(gathered.certificates))
        matching = match(
            gathered.courses, certificate, embedder, matcher, every=all_pairs,
            best=int(settings.candidates),
        )  # fmt: skip
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
    made = identify(gathered, embedder.identity, matcher.version, settings)
    found = apply(gathered, matches, parts, made, settings)
    return replace(found, matchings=tuple(matchings), rest=tuple(rest))


def apply(
    gathered: Gathered,
    candidates: Sequence[Match],
    parts: Parts,
    made: Run,
    settings: Settings,
    grades: Mapping[Pair, Grade] | None = None,
    verdicts: Mapping[str, Decision] | None = None,
    base: nx.Graph[Any] | None = None,
    memo: Memo | None = None,
) -> Result:
    """Graph, coverage and proposals of matches that are at hand, with people's decisions.

    Needs no model, so that a decision shows at once.

    Parameters
    ----------
    grades : mapping of Pair to Grade
        Decided links; a pair that is no candidate is left out here (:mod:`align.snapshot` makes
        a match of it first).
    verdicts : mapping of str to Decision
        The word in force on each proposal, by the proposal's id.  One that was said of another
        action than is proposed now goes to ``Result.stale``.
    base : networkx.Graph, optional
        The graph of these candidates without any grade, where it is at hand.
    memo : Memo, optional
        Of earlier calls with the same documents and settings, so that only what a decision
        touches is made anew.
    """
    from align import graph, propose

    courses, certificates = gathered.courses, gathered.certificates
    matches = with_grades(candidates, grades or {})
    if base is None:
        bipartite = graph.build(courses, certificates, matches, settings)
    else:
        graded = [m for m in matches if m.grade is not None]
        bipartite = graph.regraded(base, graded, settings)
    proposals = propose.propose(bipartite, courses, certificates, matches, parts, settings, memo)
    said = verdicts or {}
    proposed = {p.id: p.action for p in proposals}
    holding = {k: d for k, d in said.items() if proposed.get(k) == d.proposed}
    denied = {
        (p.certificate_id, item_id)
        for p in proposals
        if (d := holding.get(p.id)) is not None
        and p.action is not Action.EXEMPT
        and d.action is Action.SUPPLEMENT
        for item_id in p.item_ids
    }
    return Result(
        gathered,
        (),
        matches,
        bipartite,
        graph.coverage(bipartite, courses, certificates, settings, denied, memo),
        tuple(_heard(p, holding.get(p.id)) for p in proposals) if holding else proposals,
        made,
        settings,
        parts,
        verdicts=holding,
        stale={k: d for k, d in said.items() if k not in holding},
    )


def _heard(proposal: Proposal, verdict: Decision | None) -> Proposal:
    """The proposal as a person left it: no longer unsure, and confirmed unless rejected."""
    if verdict is None:
        return proposal
    return replace(proposal, confirmed=verdict.action is not None, unsure=False)


def identify(gathered: Gathered, model: str, matcher: str, settings: Settings) -> Run:
    """The run's record; its id is a hash of everything that decides the result."""
    sources = tuple(
        sorted((f.path.name, f.reading.source.sha256) for f in gathered.files if f.reading)
    )
    levels = tuple(dict.fromkeys(level for c in gathered.certificates for level in c.levels))
    parts = [
        gathered.programme.id, align.__version__, model, matcher, settings.version,
        [list(s) for s in sources], list(levels), list(gathered.programme.leave_out),
    ]  # fmt: skip
    if gathered.corrections:  # a run without any keeps the id it always had
        parts.append([[c.kind, *c.target, c.value] for c in gathered.corrections])
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
    return Run(
        id="r-" + digest[:16],
        programme=gathered.programme.id,
        tool_version=align.__version__,
        model=f"{model} + {matcher}",
        settings_version=settings.version,
        sources=sources,
        levels=levels,
        parameters=settings.pairs,
    )


#: What each format of ``align export`` writes.
FORMAT_FILES: dict[str, tuple[str, ...]] = {
    "csv": ("matches.csv", "coverage.csv", "proposals.csv"),
    "graphml": ("graph.graphml",),
    "json": ("run.json", "graph.json"),
    "docx": ("plan.docx",),
    "pdf": ("plan.pdf",),
    "xlsx": ("plan.xlsx",),
    "parquet": ("matches.parquet",),
    "sssom": ("mapping.sssom.tsv",),
    "case": ("case.zip",),
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


def write(
    result: Result,
    folder: Path,
    formats: Sequence[str] | None = None,
    *,
    origin: Origin | None = None,
    decisions: Sequence[LinkDecision] = (),
    plan: Plan | None = None,
    template: tuple[str, bytes] | None = None,
) -> list[Path]:
    """Write the run's files into a folder, all of them or none.

    Parameters
    ----------
    formats : sequence of str, optional
        Keys of :data:`FORMAT_FILES`; None writes :data:`RUN_FILES`.
    origin : Origin, optional
        Base of the names, day and licence for SSSOM and CASE; the college and programme are
        always the result's own.
    decisions : sequence of LinkDecision
        Who decided which link, for SSSOM and CASE; without them only the grades are told.
    plan : Plan, optional
        From :func:`plan_of`, where there are conversion rules or a ledger; else the result's own.
    template : (str, bytes), optional
        Name and bytes of the college's own Word template, for plan.docx and plan.pdf; checked
        before (:func:`read_template`).

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        When the folder cannot be written, or LibreOffice is wanted and missing; what lay there
        before is untouched.
    UsageError
        When the template is broken.
    """
    from align.export import graphml, tables
    from align.export.case import case_zip
    from align.export.docx import docx_bytes
    from align.export.docx_template import fill
    from align.export.exchange import Origin
    from align.export.files import output_folder
    from align.export.parquet import matches_parquet
    from align.export.pdf import pdf_bytes
    from align.export.sssom import sssom_tsv
    from align.export.xlsx import xlsx_bytes

    courses, certificates = result.gathered.courses, result.gathered.certificates
    programme = result.gathered.programme
    ours = replace(origin or Origin(), college=programme.college, programme=programme.name)

    def laid_out() -> Plan:
        return plan if plan is not None else result.plan

    def word(contents_field: bool = True) -> bytes:
        if template is not None:
            return fill(template[1], laid_out(), name=template[0])
        return docx_bytes(laid_out(), contents_field=contents_field)

    makers: dict[str, Callable[[], bytes]] = {
        "matches.csv": lambda: tables.matches_csv(result.matches, courses, certificates),
        "coverage.csv": lambda: tables.coverage_csv(result.coverage),
        "proposals.csv": lambda: tables.proposals_csv(
            result.proposals, courses, certificates, result.verdicts
        ),
        "graph.graphml": lambda: graphml.graphml_bytes(result.graph),
        "graph.json": lambda: graphml.node_link_json(result.graph),
        "run.json": lambda: run_json(result),
        "plan.docx": lambda: word(),
        "plan.pdf": lambda: pdf_bytes(word(contents_field=False)),
        "plan.xlsx": lambda: xlsx_bytes(laid_out()),
        "matches.parquet": lambda: matches_parquet(result.matches, courses, certificates),
        "mapping.sssom.tsv": lambda: sssom_tsv(
            result.candidates, courses, certificates, result.settings, result.run, ours, decisions
        ),
        "case.zip": lambda: case_zip(
            result.candidates, courses, certificates, result.proposals, result.settings,
            result.run, ours, decisions, result.verdicts,
        ),
    }  # fmt: skip
    names = RUN_FILES if formats is None else [n for f in formats for n in FORMAT_FILES[f]]
    with output_folder(folder) as out:
        for name in names:
            out.write(name, makers[name]())
    return [folder / name for name in names]


def read_template(path: Path) -> tuple[str, bytes]:
    """A college's Word template: its name and its bytes, checked like every document.

    Raises
    ------
    UsageError
        When there is no such file.
    ReadError
        When it is no docx, damaged or harmful.
    """
    from align.export.template_rules import read_template as checked

    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError("模板打不开", file=path, got="文件不存在") from error
    except OSError as error:
        raise UsageError("模板打不开", file=path, got=error.strerror or str(error)) from error
    return path.name, checked(data, str(path))


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
