"""The crosswalk of a CASE export: links between the frameworks, and what is proposed for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from align.decisions import Decision, LinkDecision, Pair
from align.export.case_parts import (
    COURSES,
    DENIED,
    EXT,
    FULL,
    OURS,
    PART,
    Node,
    Parts,
    label,
    stamp,
)
from align.export.exchange import in_force, utc
from align.export.tables import match_order
from align.links import link_strength, pair_of
from align.records import Action, Match, Proposal
from align.records_json import to_plain
from align.settings import Settings

UNCONFIRMED = "机器建议，未经教师确认。"


class Crosswalk:
    """Collects associations and, for each proposal, the group its associations belong to."""

    def __init__(self, parts: Parts, settings: Settings) -> None:
        self._parts, self._settings = parts, settings
        self.associations: list[dict[str, Any]] = []
        self.groupings: list[dict[str, Any]] = []
        self.times: list[datetime] = []

    def pairs(self, matches: Iterable[Match], decisions: tuple[LinkDecision, ...]) -> None:
        """Links found by the machine, and all that people decided."""
        decided = in_force(decisions)
        for m in sorted(matches, key=match_order):
            said = decided.pop(pair_of(m), [])
            for d in said:
                self._decision(d, m)
            if not said:
                self._match(m)
        for left in decided.values():
            for d in left:
                self._decision(d, None)

    def _match(self, m: Match) -> None:
        if m.grade is not None:
            kind, notes = (DENIED, PART, FULL)[m.grade], ""
        else:
            strength = link_strength(m.probability, self._settings)
            if strength == 0:
                return
            kind, notes = FULL if strength == 1 else PART, UNCONFIRMED
        about = _machine(m) | ({} if m.grade is None else {"grade": m.grade})
        self._pair(kind, pair_of(m), stamp(self._parts.origin.date), notes, about)

    def _decision(self, d: LinkDecision, m: Match | None) -> None:
        assert d.grade is not None
        self.times.append(d.time)
        about: dict[str, Any] = _machine(m) if m else {}
        if d.probability is not None:
            about["probability"] = d.probability
        about |= {
            "grade": d.grade, "reviewer": d.reviewer, "reviewer_name": d.reviewer_name,
            "time": utc(d.time).isoformat(), "stage": d.stage,
        }  # fmt: skip
        kind = (DENIED, PART, FULL)[d.grade]
        self._pair(kind, d.pair, stamp(d.time), d.note, about, (d.stage, d.reviewer, d.id))

    def _pair(
        self, kind: str, pair: Pair, time: str, notes: str, about: dict[str, Any],
        key: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.associations.append(
            self._parts.association(
                kind, self._item(pair[0], pair[1]), self._unit(pair[2], pair[3]), time,
                notes=notes, key=key, extensions={"pair": list(pair), **about},
            )
        )  # fmt: skip

    def proposals(self, proposals: Iterable[Proposal], verdicts: Mapping[str, Decision]) -> None:
        """Proposals as people left them: what was rejected has its group and no association."""
        for p in proposals:
            d = verdicts.get(p.id)
            if p.action is not Action.COVERED or d is not None:
                self._proposal(p, d)

    def _proposal(self, p: Proposal, d: Decision | None) -> None:
        action = d.action if d else p.action
        time = stamp(d.time) if d else stamp(self._parts.origin.date)
        about: dict[str, Any] = {"proposal": to_plain(p)}
        if d is not None:
            self.times.append(d.time)
            about["verdict"] = _verdict(d)
        named = self._parts.named(("proposal", p.id), "CFAssociationGrouping")
        title = label(action or p.action, p.item_ids or p.unit_ids)
        grouping = {
            **named, "title": title, "description": p.reason, "lastChangeDateTime": time,
            "extensions": {OURS: about},
        }  # fmt: skip
        self.groupings.append({k: v for k, v in grouping.items() if v})
        if action is None or action not in EXT:
            return
        notes = (d.note if d else "") or p.reason
        for origin, destination in self._ends(p, action, d.course_id if d else ""):
            self.associations.append(
                self._parts.association(
                    EXT[action], origin, destination, time, notes=notes, key=(p.id,),
                    grouping=Node(named["identifier"], named["uri"], title),
                )
            )  # fmt: skip

    def _ends(self, p: Proposal, action: Action, course: str) -> list[tuple[Node, Node]]:
        """From what is to be done to where: competency → unit or course; exempt the other way."""
        items = [self._item(p.certificate_id, i) for i in p.item_ids]
        units = [self._unit(c, u) for c, u in p.units]
        at = course or p.course_id
        whole = self._course(at) if at else self._parts.target(COURSES, "课程", "CFDocument")
        if action is Action.EXEMPT:
            origins = [whole] if p.id.startswith("course:") or not units else units
            key = self._parts.certificate_key(p.certificate_id)
            by = items or [self._parts.target(key, p.certificate_id, "CFDocument")]
            return [(o, i) for o in origins for i in by]
        places = [whole] if course or action is Action.SUPPLEMENT or not units else units
        return [(i, place) for i in items for place in places]

    def _item(self, certificate: str, item: str) -> Node:
        return self._parts.target(self._parts.item_key(certificate, item), item)

    def _unit(self, course: str, unit: str) -> Node:
        return self._parts.target(self._parts.unit_key(course, unit), unit)

    def _course(self, course: str) -> Node:
        return self._parts.target(self._parts.course_key(course), course)


def _machine(m: Match) -> dict[str, Any]:
    found: dict[str, Any] = {"probability": m.probability, "score": m.score}
    if m.evidence:
        found["similarity"] = m.evidence[0].similarity
        found["words"] = [a if a == b else f"{a}={b}" for a, b in m.evidence[0].shared]
    return found


def _verdict(d: Decision) -> dict[str, Any]:
    return {
        "proposed": str(d.proposed), "verdict": d.verdict,
        "action": str(d.action) if d.action else None, "reviewer": d.reviewer,
        "reviewer_name": d.reviewer_name, "note": d.note, "time": utc(d.time).isoformat(),
        "course_id": d.course_id, "hours": d.hours, "credits": d.credits, "stage": d.stage,
    }  # fmt: skip
