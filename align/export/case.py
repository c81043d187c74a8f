"""The comparison as 1EdTech CASE 1.1 packages: two kinds of framework and a crosswalk.

Competencies and Academic Standards Exchange (CASE) Service 1.1, final release of 24 January
2025, information model and JSON schema of a CFPackage
(https://www.imsglobal.org/sites/default/files/spec/case/v1p1/information_model/
caseservicev1p1_infomodelv1p0.html,
https://purl.imsglobal.org/spec/case/v1p1/schema/json/case_v1p1_cfpackage-jsonschema1.json).
What it requires, nothing unnamed being allowed beside it:

=====================  ====================================================================
CFPackage              CFDocument (exactly one)
CFPckgDocument         identifier, uri, creator, title, lastChangeDateTime
CFPckgItem             identifier, fullStatement, uri, lastChangeDateTime
CFPckgAssociation      identifier, associationType, uri, originNodeURI, destinationNodeURI,
                       lastChangeDateTime
CFAssociationGrouping  identifier, uri, title, lastChangeDateTime
LinkURI, LinkGenURI    title, identifier, uri
associationType        isChildOf, isPeerOf, isPartOf, exactMatchOf, precedes, isRelatedTo,
                       replacedBy, exemplar, hasSkillLevel, isTranslationOf, or
                       ``(ext:)[a-zA-Z0-9.\\-_]+``
=====================  ====================================================================

A package holds one framework, so there is one file for each certificate, one for the courses and
one, the crosswalk, that has associations only.  Identifiers are version 5 UUIDs of the names, so
the same thing has the same identifier in every export.  What CASE has no field for stands in
``extensions``, the attribute that 1.1 added for it; nothing that a CASE field says is repeated
there, so what another program edits is what is read back (:mod:`align.export.case_read`).
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from align.decisions import Decision, LinkDecision
from align.export.case_links import Crosswalk
from align.export.case_parts import COURSES, Node, Parts, newest, stamp
from align.export.exchange import Origin, owner
from align.export.words import clean, one_line
from align.records import Certificate, Course, Match, Proposal, Run
from align.settings import Settings

Package = dict[str, Any]


def case_zip(
    matches: Iterable[Match],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    proposals: Iterable[Proposal],
    settings: Settings,
    run: Run,
    origin: Origin | None = None,
    decisions: Iterable[LinkDecision] = (),
    verdicts: Mapping[str, Decision] | None = None,
) -> bytes:
    """``case.zip``: the packages of :func:`case_packages`, one JSON file each.

    Equal arguments give equal bytes: the times in the archive are fixed.
    """
    packages = case_packages(
        matches, courses, certificates, proposals, settings, run, origin, decisions, verdicts
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, package in packages.items():
            text = json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, text.encode("utf-8"))
    return out.getvalue()


def case_packages(
    matches: Iterable[Match],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    proposals: Iterable[Proposal],
    settings: Settings,
    run: Run,
    origin: Origin | None = None,
    decisions: Iterable[LinkDecision] = (),
    verdicts: Mapping[str, Decision] | None = None,
) -> dict[str, Package]:
    """The CFPackages by file name: ``certificate-1.json`` …, ``courses.json``, ``crosswalk.json``.

    Parameters
    ----------
    matches : iterable of Match
        Only the linked ones, by decision or at or above ``link_threshold``, and the denied ones
        become associations: CASE has no word for a candidate that nobody links.
    proposals : iterable of Proposal
        Those to supplement, extend, strengthen or exempt; covered ones say no more than their
        links do.
    origin : Origin, optional
        ``date`` becomes the ``lastChangeDateTime`` of all that has no date of its own.
    decisions : iterable of LinkDecision
        Links that people decided, in force.
    verdicts : mapping of str to Decision
        Verdicts by the proposal's id; a rejected proposal makes no association.
    """
    origin = origin or Origin()
    parts = Parts(origin, owner(origin, run))
    made: dict[str, Package] = {}
    for k, certificate in enumerate(certificates, 1):
        made[f"certificate-{k}.json"] = _certificate(certificate, parts)
    made["courses.json"] = _courses(courses, parts)
    walk = Crosswalk(parts, settings)
    walk.pairs(matches, tuple(decisions))
    walk.proposals(proposals, verdicts or {})
    college, programme = parts.owner
    document = parts.document(
        ("crosswalk", college, programme, run.id),
        kind="crosswalk",
        creator=college,
        title=f"{programme}：职业技能要求与课程对照",
        time=newest(walk.times) or stamp(origin.date),
        version=run.id,
        description="课程内容与职业技能要求的关联，以及补充、拓展、强化、免修的建议。",
        extensions={"run": run.id, "tool_version": run.tool_version, "model": run.model,
                    "settings_version": run.settings_version},
    )  # fmt: skip
    made["crosswalk.json"] = _tidy(
        {
            "CFDocument": document,
            "CFItems": [],
            "CFAssociations": walk.associations,
            "CFDefinitions": {"CFAssociationGroupings": walk.groupings},
        }
    )
    return made


def _certificate(certificate: Certificate, parts: Parts) -> Package:
    """Level → area → task → competency; an empty heading makes no item of its own."""
    c = certificate
    time = stamp(c.date) if stamp(c.date) != stamp(None) else stamp(parts.origin.date)
    document = parts.document(
        parts.certificate_key(c.id),
        kind="certificate",
        creator=c.issuer,
        title=c.name,
        time=time,
        version=c.version,
        extensions=parts.rest(c, "name", "issuer", "version", "levels", "competencies"),
    )
    root = parts.node(document)
    items: list[dict[str, Any]] = []
    tree: list[dict[str, Any]] = []
    made: dict[tuple[str, ...], Node] = {}

    def heading(path: tuple[str, ...], kind: str, text: str, above: Node, level: str) -> Node:
        if not text:
            return above
        if path not in made:
            item = parts.item(
                (*parts.certificate_key(c.id), *path), "CFItem", text, time, kind, level=level
            )
            items.append(item)
            made[path] = parts.node(item, one_line(text))
            tree.append(parts.child(made[path], above, len(made), time))
        return made[path]

    for level in dict.fromkeys((*c.levels, *(i.level for i in c.competencies))):
        heading(("等级", level), "等级", level, root, level)
    for k, i in enumerate(c.competencies, 1):
        above = heading(("等级", i.level), "等级", i.level, root, i.level)
        above = heading(("领域", i.level, i.area), "工作领域", i.area, above, i.level)
        above = heading(("任务", i.level, i.area, i.task), "工作任务", i.task, above, i.level)
        item = parts.item(
            parts.item_key(c.id, i.id), "CFItem", i.text, time, "职业技能要求",
            code=i.number, level=i.level,
            extensions=parts.rest(i, "certificate_id", "level", "area", "task", "number", "text"),
        )  # fmt: skip
        items.append(item)
        tree.append(parts.child(parts.node(item), above, k, time))
    return _tidy({"CFDocument": document, "CFItems": items, "CFAssociations": tree})


def _courses(courses: Sequence[Course], parts: Parts) -> Package:
    """Course → section → unit."""
    college, programme = parts.owner
    time = stamp(parts.origin.date)
    document = parts.document(
        COURSES, kind="courses", creator=college, title=f"{programme}课程标准", time=time
    )
    root = parts.node(document)
    items: list[dict[str, Any]] = []
    tree: list[dict[str, Any]] = []
    for k, c in enumerate(courses, 1):
        course = parts.item(
            parts.course_key(c.id), "CFItem", c.name, time, "课程", code=c.code,
            extensions=parts.rest(c, "name", "code", "units"),
        )  # fmt: skip
        items.append(course)
        tree.append(parts.child(parts.node(course), root, k, time))
        sections: dict[str, Node] = {"": parts.node(course)}
        for n, u in enumerate(c.units, 1):
            if u.section not in sections:
                key = (*parts.course_key(c.id), "section", u.section)
                section = parts.item(key, "CFItem", u.section, time, "单元")
                items.append(section)
                sections[u.section] = parts.node(section)
                tree.append(parts.child(sections[u.section], sections[""], n, time))
            unit = parts.item(
                parts.unit_key(c.id, u.id), "CFItem", u.content or u.printed or u.task, time,
                "课程内容", short=u.task,
                extensions=parts.rest(u, "course_id", "course", "section", "task"),
            )  # fmt: skip
            items.append(unit)
            # Numbered through the whole course: a section may come up twice.
            tree.append(parts.child(parts.node(unit), sections[u.section], n, time))
    return _tidy({"CFDocument": document, "CFItems": items, "CFAssociations": tree})


def _tidy(package: Package) -> Package:
    """Without the characters that other programs choke on."""
    return {k: _cleaned(v) for k, v in package.items()}


def _cleaned(data: Any) -> Any:
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, dict):
        return {clean(k): _cleaned(v) for k, v in data.items()}
    if isinstance(data, list | tuple):
        return [_cleaned(v) for v in data]
    return data
