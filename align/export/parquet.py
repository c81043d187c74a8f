"""Matches, coverage and proposals for data programs, with numbers as numbers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from align.export.tables import coverage_order, match_order, proposal_order
from align.export.words import clean
from align.records import Certificate, Course, Coverage, Match, Proposal


def matches_parquet(
    matches: Iterable[Match], courses: Sequence[Course], certificates: Sequence[Certificate]
) -> bytes:
    """The columns of ``matches.csv`` with their types, and ``decided``; texts stay as they are.

    Returns
    -------
    bytes
        Parquet; ``score``, ``probability`` and ``similarity`` are float64 and not rounded,
        ``shared_words`` a list of (course, certificate), ``features`` a list of (name, value),
        ``decided`` int8 or null.  Equal matches give equal bytes with one version of pyarrow.
    """
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    shared = pa.list_(pa.struct([("course", text), ("certificate", text)]))
    features = pa.list_(pa.struct([("name", text), ("value", real)]))
    schema = pa.schema(
        [(c, text) for c in ("certificate_id", "item_id", "course_id", "unit_id")]
        + [("score", real), ("probability", real), ("rank", pa.int32())]
        + [(c, text) for c in ("certificate", "level", "area", "task", "item", "course",
                               "section", "unit_task", "item_quote", "item_place", "unit_quote",
                               "unit_place")]
        + [("similarity", real), ("shared_words", shared), ("features", features),
           ("decided", pa.int8())]
    )  # fmt: skip
    return _bytes(list(_rows(matches, courses, certificates)), schema)


def coverage_parquet(coverage: Iterable[Coverage]) -> bytes:
    """The columns of ``coverage.csv`` with their types; ``share`` is not rounded."""
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    schema = pa.schema(
        [("scope", text), ("id", text), ("name", text), ("share", real), ("state", text),
         ("count", pa.int32()), ("hours", real)]
    )  # fmt: skip
    rows = [
        {"scope": c.scope, "id": clean(c.id), "name": clean(c.name), "share": c.share,
         "state": str(c.state), "count": c.count, "hours": c.hours}
        for c in sorted(coverage, key=coverage_order)
    ]  # fmt: skip
    return _bytes(rows, schema)


def proposals_parquet(
    proposals: Iterable[Proposal], courses: Sequence[Course], certificates: Sequence[Certificate]
) -> bytes:
    """The columns of ``proposals.csv`` that say what is proposed and why, with their types.

    Lists stay lists; the settings are those of the run and stand with it.
    """
    import pyarrow as pa

    text, real, flag = pa.string(), pa.float64(), pa.bool_()
    schema = pa.schema(
        [("proposal_id", text), ("action", text), ("rule", text), ("certificate_id", text),
         ("item_ids", pa.list_(text)), ("course_id", text), ("unit_ids", pa.list_(text)),
         ("probability", real), ("unsure", flag), ("hours", real), ("credits", real),
         ("certificate", text), ("course", text), ("reason", text), ("missing", pa.list_(text)),
         ("item_quote", text), ("item_place", text), ("unit_quote", text), ("unit_place", text)]
    )  # fmt: skip
    course_names = {c.id: c.name for c in courses}
    certificate_names = {c.id: c.name for c in certificates}
    rows: list[dict[str, Any]] = []
    for p in sorted(proposals, key=proposal_order):
        row: dict[str, Any] = {
            "proposal_id": p.id, "action": str(p.action), "rule": p.rule,
            "certificate_id": p.certificate_id, "item_ids": list(p.item_ids),
            "course_id": p.course_id, "unit_ids": list(p.unit_ids),
            "probability": p.probability, "unsure": p.unsure, "hours": p.hours,
            "credits": p.credits, "certificate": certificate_names.get(p.certificate_id, ""),
            "course": course_names.get(p.course_id, ""), "reason": p.reason,
            "missing": list(p.missing),
        }  # fmt: skip
        if p.evidence:
            e = p.evidence[0]
            row |= {"item_quote": e.competency_text, "item_place": str(e.competency_place),
                    "unit_quote": e.unit_text, "unit_place": str(e.unit_place)}  # fmt: skip
        rows.append({k: clean(v) if isinstance(v, str) else v for k, v in row.items()})
    return _bytes(rows, schema)


def _bytes(rows: list[dict[str, Any]], schema: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), out, compression="zstd")
    return out.getvalue()


def _rows(
    matches: Iterable[Match], courses: Sequence[Course], certificates: Sequence[Certificate]
) -> Iterable[dict[str, Any]]:
    items = {(c.id, i.id): (c.name, i) for c in certificates for i in c.competencies}
    units = {(c.id, u.id): u for c in courses for u in c.units}
    last, rank = ("", ""), 0
    for m in sorted(matches, key=match_order):
        key = (m.certificate_id, m.item_id)
        rank = rank + 1 if key == last else 1
        last = key
        row: dict[str, Any] = {
            "certificate_id": m.certificate_id, "item_id": m.item_id, "course_id": m.course_id,
            "unit_id": m.unit_id, "score": m.score, "probability": m.probability, "rank": rank,
            "features": [{"name": n, "value": v} for n, v in m.features], "decided": m.grade,
        }  # fmt: skip
        if (found := items.get(key)) is not None:
            name, i = found
            row |= {"certificate": name, "level": i.level, "area": i.area, "task": i.task,
                    "item": i.text}  # fmt: skip
        if (u := units.get((m.course_id, m.unit_id))) is not None:
            row |= {"course": u.course, "section": u.section, "unit_task": u.task}
        if m.evidence:
            e = m.evidence[0]
            row |= {
                "item_quote": e.competency_text, "item_place": str(e.competency_place),
                "unit_quote": e.unit_text, "unit_place": str(e.unit_place),
                "similarity": e.similarity,
                "shared_words": [{"course": a, "certificate": b} for a, b in e.shared],
            }  # fmt: skip
        yield {k: clean(v) if isinstance(v, str) else v for k, v in row.items()}
