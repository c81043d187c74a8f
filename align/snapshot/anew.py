"""A kept run with what people have decided since: graph, coverage and proposals anew."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from align import pipeline
from align.decisions import Decision, Grade, Pair
from align.records import Match, Unit
from align.snapshot.kept import Key, Parts, Snapshot
from align.text import bigrams, content_text, scope_parts


def result(
    snapshot: Snapshot,
    grades: Mapping[Pair, Grade] | None = None,
    verdicts: Mapping[str, Decision] | None = None,
) -> pipeline.Result:
    """The run with what people have decided, without a model.

    Parameters
    ----------
    grades : mapping of Pair to Grade
        Decided links, see :func:`align.review.in_force`; pairs of other runs are passed over.
    verdicts : mapping of str to Decision
        The word in force on each proposal, see :func:`align.review.words_in_force`; what has
        become stale is told apart in the result.

    Returns
    -------
    pipeline.Result
        Graph, coverage and proposals now; its plan when it is asked for.
    """
    given = grades or {}
    matches = list(snapshot.candidates)
    for pair, grade in given.items():
        if (n := snapshot.positions.get(pair)) is not None:
            matches[n] = dataclasses.replace(matches[n], grade=grade)
    matches += _added(snapshot, given)
    return pipeline.apply(
        snapshot.gathered,
        tuple(matches),
        _parts(snapshot, given),
        snapshot.run,
        snapshot.settings,
        verdicts=verdicts,
        base=snapshot.graph,
        memo=snapshot.memo,
    )


def _added(snapshot: Snapshot, grades: Mapping[Pair, Grade]) -> list[Match]:
    """A match for each decided pair that the machine had not listed, in the standards' order."""
    order = {c.id: n for n, c in enumerate(snapshot.certificates)}
    new = sorted(
        (
            p
            for p in grades
            if p not in snapshot.positions and p[:2] in snapshot.rows and p[2:] in snapshot.columns
        ),
        key=lambda p: (order[p[0]], snapshot.rows[p[:2]], snapshot.columns[p[2:]]),
    )
    found = [(snapshot.match(p), grades[p]) for p in new]
    return [dataclasses.replace(m, grade=grade) for m, grade in found if m is not None]


def _parts(snapshot: Snapshot, grades: Mapping[Pair, Grade]) -> Parts:
    """What each linked item lists, anew for the items whose links people changed."""
    changed: dict[Key, dict[Key, Grade]] = {}
    for certificate_id, item_id, course_id, unit_id in grades:
        key, unit = (certificate_id, item_id), (course_id, unit_id)
        if key in snapshot.rows and unit in snapshot.columns:
            changed.setdefault(key, {})[unit] = grades[certificate_id, item_id, course_id, unit_id]
    found = dict(snapshot.parts) if changed else snapshot.parts
    for key, said in changed.items():
        before = snapshot.linked_units.get(key, frozenset())
        after = (before | {u for u, g in said.items() if g}) - {u for u, g in said.items() if not g}
        if after == before:
            continue
        found.pop(key, None)
        parts = scope_parts(snapshot.items[key].text)
        if after and parts:
            own = snapshot.unit_parts.get(key, {})
            shown = [own.get(u) or _shown(parts, snapshot.units[u]) for u in after]
            found[key] = tuple((p, max(f[k] for f in shown)) for k, p in enumerate(parts))
    return found


def _shown(parts: Sequence[str], unit: Unit) -> tuple[float, ...]:
    """How well a unit shows each part, 0..1, by shared letters alone (no model is at hand)."""
    points = [bigrams(content_text(p)) for p in (*unit.points, unit.task) if p]
    found = []
    for part in parts:
        wanted = bigrams(content_text(part))
        best = max((len(wanted & have) / len(wanted) for have in points if wanted), default=0.0)
        found.append(round(best, 4))
    return tuple(found)
