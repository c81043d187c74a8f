"""The pieces a CASE package is put together from; names of fields as in the specification."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from align.export.exchange import DEFAULT_BASE, Origin, utc
from align.export.words import clean, one_line
from align.records import ACTION_ZH, Action, Certificate, Competency, Course, Unit
from align.records_json import to_plain

#: Our own part of every ``extensions``.
OURS = "shuzheng"
#: The types of association that CASE 1.1 does not have; ``ext:`` marks them as a vocabulary's own.
EXT: dict[Action, str] = {
    Action.SUPPLEMENT: "ext:supplement",
    Action.EXTEND: "ext:extend",
    Action.STRENGTHEN: "ext:strengthen",
    Action.EXEMPT: "ext:exempt",
}
FULL, PART, DENIED = "exactMatchOf", "isRelatedTo", "ext:noMatch"
#: What stands where the source names nobody; CASE requires a creator.
UNNAMED = "未注明"
#: CASE requires a time of change; this one says that none is known.
UNKNOWN_TIME = "1970-01-01T00:00:00Z"
COURSES = ("courses",)

Key = tuple[str, ...]
_DATE = re.compile(r"(\d{4})\D{1,3}(\d{1,2})(?:\D{1,3}(\d{1,2}))?")


class Node(NamedTuple):
    """One end of an association."""

    identifier: str
    uri: str
    title: str


def stamp(value: str | date | datetime | None) -> str:
    """A day or moment as CASE writes it; a month stands for its first day."""
    if isinstance(value, datetime):
        return utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, str):
        found = _DATE.search(value)
        if not found:
            return UNKNOWN_TIME
        try:
            value = date(int(found[1]), int(found[2]), int(found[3] or 1))
        except ValueError:
            return UNKNOWN_TIME
    return UNKNOWN_TIME if value is None else f"{value.isoformat()}T00:00:00Z"


def newest(times: Iterable[datetime]) -> str:
    """The last of these moments; "" where there is none."""
    last = max((utc(t) for t in times), default=None)
    return stamp(last.astimezone(UTC)) if last else ""


class Parts:
    """Makes the pieces; knows whose they are."""

    def __init__(self, origin: Origin, owner: tuple[str, str]) -> None:
        self.origin, self.owner = origin, owner
        self._space = uuid.uuid5(uuid.NAMESPACE_URL, origin.base)
        self._titles: dict[str, str] = {}

    # --- names: a certificate is everyone's, a course is its college's -------------------------

    def certificate_key(self, certificate_id: str) -> Key:
        """Of the framework of a certificate."""
        return ("certificate", certificate_id)

    def item_key(self, certificate_id: str, item_id: str) -> Key:
        """Of a competency."""
        return ("competency", certificate_id, item_id)

    def course_key(self, course_id: str) -> Key:
        """Of a course."""
        return ("course", *self.owner, course_id)

    def unit_key(self, course_id: str, unit_id: str) -> Key:
        """Of a unit."""
        return ("unit", *self.owner, course_id, unit_id)

    def named(self, key: Key, kind: str) -> dict[str, str]:
        """``identifier`` and ``uri`` of a thing."""
        if key == COURSES:
            key = (*COURSES, *self.owner)
        # As JSON with escapes: any text has UTF-8 bytes then, and no two keys the same name.
        found = str(uuid.uuid5(self._space, json.dumps([kind, *key])))
        urn = self.origin.base == DEFAULT_BASE
        uri = f"urn:uuid:{found}" if urn else f"{self.origin.root}{kind}s/{found}"
        return {"identifier": found, "uri": uri}

    def target(self, key: Key, title: str, kind: str = "CFItem") -> Node:
        """The node of a thing that stands in another package; ``title`` where none is known."""
        named = self.named(key, kind)
        return Node(**named, title=self._titles.get(named["identifier"], title))

    def node(self, thing: Mapping[str, Any], title: str = "") -> Node:
        """The node of a document or item."""
        words = title or thing.get("abbreviatedStatement") or thing.get("title") or ""
        words = words or one_line(thing.get("fullStatement", ""))
        self._titles[thing["identifier"]] = words
        return Node(thing["identifier"], thing["uri"], words)

    # --- things ------------------------------------------------------------------------------

    def document(
        self, key: Key, *, kind: str, creator: str, title: str, time: str, version: str = "",
        description: str = "", extensions: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A CFDocument."""
        exact = {"kind": kind} | _exact(title=title, version=version)
        # A certificate really issued by 未注明 is not to be told from one without an issuer.
        exact |= {"creator": creator} if creator == UNNAMED else _exact(creator=creator)
        return _full(
            {
                **self.named(key, "CFDocument"),
                "caseVersion": "1.1",
                "creator": one_line(creator) or UNNAMED,
                "title": one_line(title) or UNNAMED,
                "lastChangeDateTime": time,
                "description": description,
                "language": "zh",
                "version": one_line(version),
                "adoptionStatus": "Draft" if kind == "crosswalk" else "",
                "extensions": {OURS: exact | dict(extensions or {})},
            }
        )

    def item(
        self, key: Key, kind: str, text: str, time: str, type_: str, *, code: str = "",
        short: str = "", level: str = "", extensions: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A CFItem."""
        ours = _exact(humanCodingScheme=code, abbreviatedStatement=short) | dict(extensions or {})
        return _full(
            {
                **self.named(key, kind),
                "fullStatement": text,
                "abbreviatedStatement": one_line(short),
                "humanCodingScheme": one_line(code),
                "CFItemType": type_,
                "educationLevel": [one_line(level)] if level else None,
                "language": "zh",
                "lastChangeDateTime": time,
                "extensions": {OURS: ours} if ours else None,
            }
        )

    def child(self, child: Node, parent: Node, number: int, time: str) -> dict[str, Any]:
        """An ``isChildOf``; ``number`` orders the children."""
        return self.association("isChildOf", child, parent, time, sequence=number)

    def association(
        self, kind: str, origin: Node, destination: Node, time: str, *, sequence: int | None = None,
        notes: str = "", grouping: Node | None = None, key: Key = (),
        extensions: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """A CFAssociation; ``key`` tells several of one type between the same ends apart."""
        name = ("association", kind, origin.identifier, destination.identifier, *key)
        return _full(
            {
                **self.named(name, "CFAssociation"),
                "associationType": kind,
                "sequenceNumber": sequence,
                "originNodeURI": _link(origin),
                "destinationNodeURI": _link(destination),
                "CFAssociationGroupingURI": grouping._asdict() if grouping else None,
                "lastChangeDateTime": time,
                "notes": notes,
                "extensions": {OURS: dict(extensions)} if extensions else None,
            }
        )

    def rest(self, record: Certificate | Competency | Course | Unit, *said: str) -> dict[str, Any]:
        """The fields of a record that CASE has no field for."""
        plain: dict[str, Any] = to_plain(record)
        if isinstance(record, Competency) and record.printed == record.text:
            del plain["printed"]
        if isinstance(record, Unit):
            # The content is the statement; only how it is divided, or else printed, is left.
            if record.printed == record.content:
                del plain["printed"]
            if len(record.points) == 1 and record.content:
                del plain["points"]
        if isinstance(record, Certificate) and record.levels != (
            tuple(dict.fromkeys((*record.levels, *(i.level for i in record.competencies))))
        ):
            return {k: v for k, v in plain.items() if k not in said or k == "levels"}
        return {k: v for k, v in plain.items() if k not in said}


def _link(node: Node) -> dict[str, str]:
    title = one_line(node.title) or node.identifier
    return {"title": title, "identifier": node.identifier, "uri": node.uri}


def _exact(**fields: str) -> dict[str, str]:
    """Texts that a NormalizedString (no line ends, no tabs) cannot carry as they are."""
    return {k: v for k, v in fields.items() if clean(v) != one_line(v)}


def _full(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without the fields that have nothing to say, but with the one that CASE requires."""
    return {k: v for k, v in fields.items() if v not in ("", None) or k == "fullStatement"}


def label(action: Action, ids: Iterable[str]) -> str:
    """``补充 初级-1.1.1``: what a group of associations is called."""
    return one_line(f"{ACTION_ZH[action]} {'、'.join(ids)}")
