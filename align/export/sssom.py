"""The comparison as SSSOM/TSV, for programs that exchange mappings.

Follows the Simple Standard for Sharing Ontological Mappings 1.0
(https://mapping-commons.github.io/sssom/spec/), SSSOM/TSV with embedded metadata.  Subject is
the competency, object the unit.

One row per pair.  Where nobody has decided, the row is the machine's: ``CompositeMatching``
(meaning, words and place together) with the probability as ``confidence``.  Where a person has,
the row is theirs: ``ManualMappingCuration``, one per decision, ``Not`` where they denied the
pair.  Such a row has no ``confidence``: readers of SSSOM filter on it, and a link that a teacher
made against the machine would fall out, or a denied one read as a near-certain "Not" because the
machine had been sure of the opposite.  The machine's probability stands in ``other``.

Predicates: the unit teaches all of the competency: ``skos:closeMatch`` (not ``exactMatch``: the
unit may teach more, and exactMatch is transitive); a part of it: ``skos:relatedMatch`` (broader
and narrower would claim that one side holds the other whole, which nobody looked at).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

from align.decisions import LinkDecision
from align.export.exchange import TOOL, Origin, encoded, in_force, owner, utc
from align.export.tables import match_order
from align.export.words import clean, guard, one_line
from align.links import link_strength, pair_of
from align.records import Certificate, Competency, Course, Match, Run, Unit
from align.settings import Settings

FULL, PART = "skos:closeMatch", "skos:relatedMatch"
MACHINE, PERSON = "semapv:CompositeMatching", "semapv:ManualMappingCuration"
MEASURE = "cosine similarity of the closest pair of phrases"

# In the order of the Mapping class of the specification.
COLUMNS = (
    "subject_id", "subject_label", "subject_category", "predicate_id", "predicate_modifier",
    "object_id", "object_label", "object_category", "mapping_justification", "reviewer_id",
    "reviewer_label", "subject_source", "subject_source_version", "object_source",
    "mapping_tool", "mapping_tool_version", "mapping_date", "confidence", "match_string",
    "similarity_score", "similarity_measure", "other", "comment",
)  # fmt: skip
# Slots that version 1.0 lets a set hold for all of its mappings.
CONDENSED = (
    "subject_source", "subject_source_version", "object_source", "mapping_tool",
    "mapping_tool_version", "mapping_date",
)  # fmt: skip

_REFERENCES = ("subject_id", "object_id", "reviewer_id", "subject_source", "object_source")
PREFIXES = {
    "cert": "certificate/",
    "course": "course/",
    "item": "competency/",
    "person": "person/",
    "unit": "unit/",
}

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@+\-]*")


def sssom_tsv(
    matches: Iterable[Match],
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    settings: Settings,
    run: Run,
    origin: Origin | None = None,
    decisions: Iterable[LinkDecision] = (),
) -> bytes:
    """``mapping.sssom.tsv``: one row per candidate that nobody decided, and per decision.

    Parameters
    ----------
    matches : iterable of Match
        The candidates.  One with a grade but without a decision among ``decisions`` gives a
        person's row without a name.
    settings : Settings
        ``full_threshold`` decides between the two predicates.
    origin : Origin, optional
        Base of the names, day, licence.
    decisions : iterable of LinkDecision
        Those in force; several people may have decided on one pair.

    Returns
    -------
    bytes
        UTF-8 without a byte-order mark (the specification forbids one), LF line ends.
    """
    origin = origin or Origin()
    writer = _Rows(courses, certificates, settings, run, origin)
    decided = in_force(tuple(decisions))
    rows: list[dict[str, str]] = []
    for m in sorted(matches, key=match_order):
        said = decided.pop(pair_of(m), [])
        rows += [writer.person(d, m) for d in said] or [writer.match(m)]
    for said in decided.values():
        rows += [writer.person(d, None) for d in said]
    return _file(rows, run, origin, any(r["mapping_justification"] == PERSON for r in rows))


class _Rows:
    """Makes the rows; knows the texts of both sides."""

    def __init__(
        self,
        courses: Sequence[Course],
        certificates: Sequence[Certificate],
        settings: Settings,
        run: Run,
        origin: Origin,
    ) -> None:
        self._items = {(c.id, i.id): (c, i) for c in certificates for i in c.competencies}
        self._units = {(c.id, u.id): u for c in courses for u in c.units}
        self._settings, self._run, self._origin = settings, run, origin

    def match(self, m: Match) -> dict[str, str]:
        """The machine's row, or that of a grade of which only the grade is known."""
        row = self._both(*pair_of(m)) | _evidence(m)
        if m.grade is not None:
            other = [("grade", str(m.grade)), ("probability", number(m.probability)),
                     ("score", number(m.score))]  # fmt: skip
            return row | _predicate(m.grade) | {
                "mapping_justification": PERSON,
                "other": _other(other),
            }  # fmt: skip
        full = link_strength(m.probability, self._settings) == 1.0
        day = self._origin.date
        return row | {
            "predicate_id": FULL if full else PART,
            "mapping_justification": MACHINE,
            "mapping_tool": TOOL,
            "mapping_tool_version": self._run.tool_version,
            "mapping_date": day.isoformat() if day else "",
            "confidence": number(m.probability),
            "other": _other([("score", number(m.score))]),
        }

    def person(self, d: LinkDecision, m: Match | None) -> dict[str, str]:
        """A decision's row; the match, where there is one, gives what the machine saw."""
        assert d.grade is not None
        probability = d.probability
        if probability is None and m is not None:
            probability = m.probability
        label = _single(d.reviewer_name)
        other = [("grade", str(d.grade))]
        if probability is not None:
            other.append(("probability", number(probability)))
        if m is not None:
            other.append(("score", number(m.score)))
        other += [("time", utc(d.time).isoformat()), ("stage", d.stage)]
        if label != clean(d.reviewer_name):
            other.append(("reviewer", clean(d.reviewer_name)))
        return (
            self._both(*d.pair)
            | (_evidence(m) if m else {})
            | _predicate(d.grade)
            | {
                "mapping_justification": PERSON,
                "reviewer_id": "person:" + encoded(d.reviewer) if d.reviewer else "",
                "reviewer_label": guard(label),
                "mapping_date": utc(d.time).date().isoformat(),
                "other": _other(other),
                "comment": guard(d.note),
            }
        )

    def _both(self, certificate: str, item: str, course: str, unit: str) -> dict[str, str]:
        of, i = self._items.get((certificate, item), (None, None))
        u = self._units.get((course, unit))
        return {
            "subject_id": "item:" + encoded(certificate, item),
            "subject_label": guard(i.text if i else item),
            "subject_category": guard(_place_of(i)) if i else "",
            "subject_source": "cert:" + encoded(certificate),
            "subject_source_version": guard(one_line(of.version)) if of else "",
            "object_id": "unit:" + encoded(course, unit),
            "object_label": guard(u.content or u.printed) if u else guard(unit),
            "object_category": guard(_place_of(u)) if u else "",
            "object_source": "course:" + encoded(course),
        }


def _place_of(thing: Competency | Unit) -> str:
    """Where it stands: level, area and task, or course, section and task."""
    if isinstance(thing, Competency):
        parts = (thing.level, thing.area, thing.task)
    else:
        parts = (thing.course, thing.section, thing.task)
    return " / ".join(one_line(p) for p in parts if p)


def _predicate(grade: int) -> dict[str, str]:
    # What is denied is that the two are related at all, so "Not" goes with the weaker one.
    return {
        "predicate_id": FULL if grade == 2 else PART,
        "predicate_modifier": "" if grade else "Not",
    }


def _evidence(m: Match) -> dict[str, str]:
    if not m.evidence:
        return {}
    first = m.evidence[0]
    words = [_single(a if a == b else f"{a}={b}") for a, b in first.shared]
    return {
        "match_string": guard("|".join(w for w in words if w)),
        # A cosine may fall out of 0..1, the slot may not.
        "similarity_score": number(min(1.0, max(0.0, first.similarity))),
        "similarity_measure": MEASURE,
    }


def _single(text: str) -> str:
    """One value of a slot that takes several: these have no way to write a ``|``."""
    return one_line(text).replace("|", "｜")


def _other(pairs: Iterable[tuple[str, str]]) -> str:
    """``key=value`` pairs with ``|`` between."""
    coded = ((k, v.replace("%", "%25").replace("|", "%7C")) for k, v in pairs)
    return "|".join(f"{k}={v}" for k, v in coded)


def number(value: float) -> str:
    """As in matches.csv: four decimals; here without the zeros at the end."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _file(rows: Sequence[Mapping[str, str]], run: Run, origin: Origin, reviewed: bool) -> bytes:
    common: dict[str, str] = {}
    if not rows and origin.date:
        common["mapping_date"] = origin.date.isoformat()
    for slot in CONDENSED:
        values = {r.get(slot, "") for r in rows}
        if len(values) == 1 and (value := values.pop()):
            common[slot] = value
    columns = [c for c in COLUMNS if c not in common and any(r.get(c) for r in rows)]
    if not rows:
        columns = [c for c in COLUMNS if c in {"subject_id", "predicate_id", "object_id",
                                               "mapping_justification"}]  # fmt: skip
    lines = ["\t".join(columns)]
    lines += ["\t".join(_cell(r.get(c, "")) for c in columns) for r in rows]
    body = "\n".join(lines) + "\n"
    version = run.id
    if reviewed:  # decisions change the set while the run stays the same
        version += "." + hashlib.sha256(body.encode()).hexdigest()[:8]
    college, programme = owner(origin, run)
    title = f"{programme}：职业技能要求与课程内容对照"
    about = f"{college} {title}".strip() + "（书证融通）；模型 " + run.model
    head = {
        "mapping_set_id": f"{origin.root}mapping/{encoded(college, programme, run.id)}",
        "mapping_set_version": version,
        "mapping_set_title": title,
        "mapping_set_description": about,
        "license": origin.license,
        **common,
        "other": _other([("run", run.id), ("settings", run.settings_version)]),
    }
    used = {r.get(slot, "").partition(":")[0] for r in rows for slot in _REFERENCES}
    yaml = ["curie_map:"] if rows else []
    yaml += [f"  {p}: {_scalar(origin.root + PREFIXES[p])}" for p in PREFIXES if p in used]
    yaml += [f"{slot}: {_scalar(value)}" for slot, value in head.items()]
    return ("".join(f"#{line}\n" for line in yaml) + body).encode("utf-8")


def _cell(text: str) -> str:
    """Quoted where the specification says so (and where a lone CR would end the line)."""
    if any(c in text for c in '\t"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def _scalar(text: str) -> str:
    """A YAML scalar: plain where it cannot be taken for anything else, double-quoted otherwise."""
    text = clean(text)
    if _PLAIN.fullmatch(text) and text.lower() not in {"true", "false", "yes", "no", "on", "off",
                                                       "null", "y", "n"}:  # fmt: skip
        return text
    return '"' + "".join(_yaml_character(c) for c in text) + '"'


def _yaml_character(c: str) -> str:
    if c in '"\\':
        return "\\" + c
    if c == " " or (c.isprintable() and c != "\ufeff"):
        return c
    return f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}"
