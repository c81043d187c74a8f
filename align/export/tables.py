"""The three CSV files of a run: a data contract that other programs may rely on.

UTF-8 with a byte-order mark, so that Excel opens them in Chinese; comma separated, CRLF line
ends, quoted where needed.  The header names are stable English snake_case; new columns are only
ever added at the end.  The identifiers stand first, the Chinese words after them.  Numbers have
a fixed count of decimals; an unknown number is empty.  Text that a spreadsheet would take for a
formula has a leading ``'``.  Rows are in a fixed order, so equal runs give equal files.

``matches.csv``
    certificate_id, item_id, course_id, unit_id, score (raw, 4 decimals), probability
    (0..1, 4 decimals), rank (1 = best unit of the item), certificate, level, area, task, item,
    course, section, unit_task, item_quote, item_place, unit_quote, unit_place, similarity
    (of the first evidence, 4 decimals), shared_words (``a=b; c``), features (``name:value; …``)

``coverage.csv``
    scope (competency | task | area | level | certificate | unit | course), id, name,
    share (0..1, 4 decimals), state (covered | partly | not | unmapped), state_zh, count, hours

``proposals.csv``
    proposal_id, action (covered | strengthen | extend | supplement | exempt), action_zh, rule,
    certificate_id, item_ids (``; `` between), course_id, unit_ids (``; `` between),
    probability (4 decimals), unsure (0 | 1), confirmed (0 | 1), hours, credits, certificate,
    course, reason, missing (``; `` between), item_quote, item_place, unit_quote, unit_place,
    settings (``name=value; …``)

Once people have decided something, ``matches.csv`` has the further column decided (0 | 1 | 2,
empty where nobody has), and ``proposals.csv`` verdict (accept | change | reject), decided_action,
decided_by, decided_at (ISO 8601), decided_note, decided_hours, decided_credits, decided_course_id
(where the measure is to be taken, when the person named another course) and decided_stage
(review | settle).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from align.decisions import Decision
from align.export.words import guard, natural, number, one_line
from align.records import (
    ACTION_ZH,
    COVERAGE_ZH,
    Certificate,
    Competency,
    Course,
    Coverage,
    Evidence,
    Match,
    Proposal,
    Unit,
)

MATCH_COLUMNS = (
    "certificate_id", "item_id", "course_id", "unit_id", "score", "probability", "rank",
    "certificate", "level", "area", "task", "item", "course", "section", "unit_task",
    "item_quote", "item_place", "unit_quote", "unit_place", "similarity", "shared_words",
    "features",
)  # fmt: skip
COVERAGE_COLUMNS = ("scope", "id", "name", "share", "state", "state_zh", "count", "hours")
PROPOSAL_COLUMNS = (
    "proposal_id", "action", "action_zh", "rule", "certificate_id", "item_ids", "course_id",
    "unit_ids", "probability", "unsure", "confirmed", "hours", "credits", "certificate", "course",
    "reason", "missing", "item_quote", "item_place", "unit_quote", "unit_place", "settings",
)  # fmt: skip

DECIDED_COLUMN = "decided"
VERDICT_COLUMNS = (
    "verdict", "decided_action", "decided_by", "decided_at", "decided_note", "decided_hours",
    "decided_credits", "decided_course_id", "decided_stage",
)  # fmt: skip

_SCOPES = ("certificate", "level", "area", "task", "competency", "course", "unit")
_BOM = b"\xef\xbb\xbf"


def matches_csv(
    matches: Iterable[Match], courses: Sequence[Course], certificates: Sequence[Certificate]
) -> bytes:
    """``matches.csv``: one row per match, by certificate and item, best unit first."""
    items = {(c.id, i.id): (c, i) for c in certificates for i in c.competencies}
    units = {(c.id, u.id): u for c in courses for u in c.units}
    ordered = sorted(matches, key=match_order)
    rows = []
    last: tuple[str, str] | None = None
    rank = 0
    for m in ordered:
        key = (m.certificate_id, m.item_id)
        rank = rank + 1 if key == last else 1
        last = key
        rows.append(_match_row(m, rank, items.get(key), units.get((m.course_id, m.unit_id))))
    if all(m.grade is None for m in ordered):
        return _csv(MATCH_COLUMNS, rows)
    for m, row in zip(ordered, rows, strict=True):
        row.append("" if m.grade is None else str(m.grade))
    return _csv((*MATCH_COLUMNS, DECIDED_COLUMN), rows)


def match_order(m: Match) -> tuple[Any, ...]:
    """Sort key: by certificate and item, best unit first."""
    by_item = (m.certificate_id, natural(m.item_id))
    return (*by_item, -m.probability, -m.score, m.course_id, natural(m.unit_id))


def _match_row(
    m: Match, rank: int, found: tuple[Certificate, Competency] | None, unit: Unit | None
) -> list[str]:
    certificate, item = found if found else (None, None)
    return [
        *map(_text, (m.certificate_id, m.item_id, m.course_id, m.unit_id)),
        f"{m.score:.4f}",
        f"{m.probability:.4f}",
        str(rank),
        _text(certificate.name if certificate else ""),
        *map(_text, (item.level, item.area, item.task, item.text) if item else ("",) * 4),
        *map(_text, (unit.course, unit.section, unit.task) if unit else ("",) * 3),
        *_quotes(m.evidence),
        f"{m.evidence[0].similarity:.4f}" if m.evidence else "",
        _text("; ".join(_pair(a, b) for e in m.evidence[:1] for a, b in e.shared)),
        _text("; ".join(f"{name}:{value:.4f}" for name, value in m.features)),
    ]


def coverage_csv(coverage: Iterable[Coverage]) -> bytes:
    """``coverage.csv``: one row per thing covered, certificates first, then courses."""
    ordered = sorted(coverage, key=coverage_order)
    return _csv(
        COVERAGE_COLUMNS,
        [
            [
                _text(c.scope),
                _text(c.id),
                _text(c.name),
                f"{c.share:.4f}",
                str(c.state),
                COVERAGE_ZH[c.state],
                str(c.count),
                number(c.hours),
            ]
            for c in ordered
        ],
    )


def coverage_order(c: Coverage) -> tuple[Any, ...]:
    """Sort key: certificates first, then courses."""
    return (_SCOPES.index(c.scope) if c.scope in _SCOPES else 99, natural(c.id), c.name)


def proposals_csv(
    proposals: Iterable[Proposal],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    verdicts: Mapping[str, Decision] | None = None,
) -> bytes:
    """``proposals.csv``: one row per proposal, by certificate, item and action.

    Parameters
    ----------
    verdicts : mapping of str to Decision
        What people have said, by the proposal's id.
    """
    said = verdicts or {}
    course_names = {c.id: c.name for c in courses}
    certificate_names = {c.id: c.name for c in certificates}
    ordered = sorted(proposals, key=proposal_order)
    return _csv(
        (*PROPOSAL_COLUMNS, *VERDICT_COLUMNS) if said else PROPOSAL_COLUMNS,
        [
            [
                _text(p.id),
                str(p.action),
                ACTION_ZH[p.action],
                _text(p.rule),
                _text(p.certificate_id),
                _text("; ".join(p.item_ids)),
                _text(p.course_id),
                _text("; ".join(p.unit_ids)),
                f"{p.probability:.4f}",
                str(int(p.unsure)),
                str(int(p.confirmed)),
                number(p.hours),
                number(p.credits),
                _text(certificate_names.get(p.certificate_id, "")),
                _text(course_names.get(p.course_id, "")),
                _text(p.reason),
                _text("; ".join(p.missing)),
                *_quotes(p.evidence),
                _text("; ".join(f"{name}={value:g}" for name, value in p.settings)),
                *(_verdict(said.get(p.id)) if said else ()),
            ]
            for p in ordered
        ],
    )


def proposal_order(p: Proposal) -> tuple[Any, ...]:
    """Sort key: by certificate, item and action; exemptions after the items."""
    return (
        p.certificate_id,
        p.action == "exempt",
        natural(p.item_ids[0] if p.item_ids and p.action != "exempt" else ""),
        p.course_id,
        tuple(natural(u) for u in p.unit_ids),
        list(ACTION_ZH).index(p.action),
        p.id,
    )


def _verdict(d: Decision | None) -> list[str]:
    if d is None:
        return [""] * len(VERDICT_COLUMNS)
    action = "" if d.action is None else str(d.action)
    return [
        d.verdict, action, _text(d.reviewer_name), d.time.isoformat(), _text(d.note),
        _figure(d.hours), _figure(d.credits), _text(d.course_id), d.stage,
    ]  # fmt: skip


def _figure(value: float | None) -> str:
    """A person's own figure, not rounded: it comes back (:mod:`align.export.verdicts_read`)."""
    if value is None:
        return ""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _quotes(evidence: Sequence[Evidence]) -> list[str]:
    """Quotation and place of the first evidence: item, then unit."""
    if not evidence:
        return [""] * 4
    first = evidence[0]
    return [
        _text(first.competency_text),
        _text(str(first.competency_place)),
        _text(first.unit_text),
        _text(str(first.unit_place)),
    ]


def _pair(course_word: str, certificate_word: str) -> str:
    return course_word if course_word == certificate_word else f"{course_word}={certificate_word}"


def _text(text: str) -> str:
    return guard(one_line(text))


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return _BOM + out.getvalue().encode("utf-8")
