"""One CASE framework as courses or as a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar, cast

from align.export.case_parts import OURS, UNNAMED
from align.export.words import clean, one_line
from align.records import Certificate, Competency, Course, Place, Problem, Unit

T = TypeVar("T")
_DEEPEST = 50  # a framework has a handful of levels; a ring has no end


class Taken:
    """What was taken from all packages together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.problems: list[Problem] = []
        #: CASE identifier → ("item", certificate, item) or ("unit", course, unit)
        self.nodes: dict[str, tuple[str, str, str]] = {}

    def problem(self, code: str, message: str, place: str) -> None:
        """Something was left out."""
        where = self._name if place == self._name else f"{self._name}/{place}"
        self.problems.append(Problem("error", code, message + "。", where))

    def made(self, kind: type[T], fields: Any, place: str) -> T | None:
        """A record of these fields, checked type by type; None and a problem where they lie."""
        from pydantic import ValidationError

        try:
            found: T = _checker(cast(Any, kind)).validate_python(fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(str(part) for part in first["loc"]) or kind.__name__
            self.problem("bad-extension", f"“{field}”的内容不对，这一项没有导入", place)
            return None
        return found


@cache
def _checker(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


class Framework:
    """A CFPackage with its tree put together."""

    def __init__(self, package: dict[str, Any], taken: Taken, place: str) -> None:
        self.place, self._taken = place, taken
        self._document: dict[str, Any] = package["CFDocument"]
        self._package = package
        self._items = {
            str(i["identifier"]): i for i in _dicts(package.get("CFItems")) if "identifier" in i
        }
        self._parent: dict[str, str] = {}
        self._number: dict[str, float] = {}
        for a in _dicts(package.get("CFAssociations")):
            if a.get("associationType") == "isChildOf":
                child, parent = (_end(a, e) for e in ("originNodeURI", "destinationNodeURI"))
                if child in self._items and child not in self._parent:
                    self._parent[child] = parent
                    number = a.get("sequenceNumber")
                    self._number[child] = number if isinstance(number, int) else 0
        self._kind = _text(_ours(self._document), "kind")

    def links(self) -> list[dict[str, Any]]:
        """Associations that are no tree."""
        found = _dicts(self._package.get("CFAssociations"))
        return [a for a in found if a.get("associationType") != "isChildOf"]

    def groupings(self) -> list[dict[str, Any]]:
        """Groups of associations; ours are proposals."""
        definitions = self._package.get("CFDefinitions")
        if not isinstance(definitions, dict):
            return []
        found = _dicts(definitions.get("CFAssociationGroupings"))
        return [g for g in found if "proposal" in _ours(g)]

    # --- certificates --------------------------------------------------------------------------

    def certificate(self) -> Certificate | None:
        """The framework as a certificate; None for courses, and where there are no items."""
        if self._kind == "certificate":
            return self._own_certificate()
        return self._foreign() if self._items and not self._kind else None

    def _own_certificate(self) -> Certificate | None:
        ours = dict(_ours(self._document))
        identifier = _text(ours, "id") or _text(self._document, "identifier")
        found = []
        for key, i in self._sorted("职业技能要求"):
            above = {_text(a, "CFItemType"): _text(a, "fullStatement") for a in self._above(key)}
            text = _text(i, "fullStatement")
            fields = {
                "printed": text, "place": {}, **_ours(i), "certificate_id": identifier,
                "level": above.get("等级", ""), "area": above.get("工作领域", ""),
                "task": above.get("工作任务", ""), "text": text,
                "number": _kept(i, "humanCodingScheme"),
            }  # fmt: skip
            if (item := self._taken.made(Competency, fields, self.place)) is not None:
                self._taken.nodes[key] = ("item", identifier, item.id)
                found.append(item)
        levels = [_text(i, "fullStatement") for _, i in self._sorted("等级")]
        creator = _kept(self._document, "creator")
        if creator == UNNAMED and "creator" not in ours:
            creator = ""
        fields = {
            "levels": levels, **ours, "id": identifier, "name": _kept(self._document, "title"),
            "issuer": creator, "version": _kept(self._document, "version"), "competencies": found,
        }  # fmt: skip
        return self._taken.made(Certificate, fields, self.place)

    def _foreign(self) -> Certificate | None:
        """Another publisher's framework: what has no children is a competency."""
        identifier = _text(self._document, "identifier")
        parents = set(self._parent.values())
        leaves = [(k, i) for k, i in self._sorted("") if k not in parents]
        found: dict[str, Competency] = {}
        for key, i in leaves:
            text = one_line(_text(i, "fullStatement"))
            if not text:
                continue
            headings = [one_line(_text(a, "fullStatement")) for a in self._above(key)][::-1]
            education = i.get("educationLevel")
            level = one_line(str(education[0])) if isinstance(education, list) and education else ""
            number = one_line(_text(i, "humanCodingScheme"))
            name = "-".join(filter(None, (level, number))) or key
            if not number or name in found:
                name = key
            self._taken.nodes[key] = ("item", identifier, name)
            found[name] = Competency(
                name, identifier, level, headings[0] if headings else "",
                headings[-1] if len(headings) > 1 else "", number, text,
                clean(_text(i, "fullStatement")), Place(),
            )  # fmt: skip
        return Certificate(
            id=identifier,
            name=one_line(_text(self._document, "title")),
            levels=tuple(dict.fromkeys(c.level for c in found.values() if c.level)),
            competencies=tuple(found.values()),
            issuer=one_line(_text(self._document, "creator")),
            version=one_line(_text(self._document, "version")),
            date=_text(self._document, "statusStartDate"),
        )

    # --- courses -------------------------------------------------------------------------------

    def courses(self) -> tuple[Course, ...]:
        """The courses of a framework of ours."""
        if self._kind != "courses":
            return ()
        units: dict[str, list[Unit]] = {}
        made = {key: i for key, i in self._sorted("课程")}
        for key, i in self._sorted("课程内容"):
            above = {_text(a, "CFItemType"): (k, a) for k, a in self._above_with_keys(key)}
            course_key, course = above.get("课程", ("", {}))
            if not course:
                self._taken.problem(
                    "no-course", "一项课程内容不在任何课程之下，没有导入", self.place
                )
                continue
            section = above.get("单元", ("", {}))[1]
            fields = self._unit(i) | {
                "course_id": _text(_ours(course), "id") or course_key,
                "course": _text(course, "fullStatement"),
                "section": _text(section, "fullStatement"),
            }
            if (unit := self._taken.made(Unit, fields, self.place)) is not None:
                self._taken.nodes[key] = ("unit", unit.course_id, unit.id)
                units.setdefault(course_key, []).append(unit)
        found = []
        for key, c in made.items():
            fields = {
                "id": key, **_ours(c), "name": _text(c, "fullStatement"),
                "code": _kept(c, "humanCodingScheme"), "units": units.get(key, []),
            }  # fmt: skip
            if (made_course := self._taken.made(Course, fields, self.place)) is not None:
                found.append(made_course)
        return tuple(found)

    def _unit(self, i: dict[str, Any]) -> dict[str, Any]:
        ours, text = _ours(i), _text(i, "fullStatement")
        points = ours.get("points")
        if not isinstance(points, list):
            points = [text]
        elif (said := "；".join(map(str, points))) and said != text:
            points = text.split("；")  # another program changed the text
        return {
            "printed": "；".join(map(str, points)), "place": {}, **ours, "points": points,
            "task": _kept(i, "abbreviatedStatement"),
        }  # fmt: skip

    # --- the tree ------------------------------------------------------------------------------

    def _sorted(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Items of a type (all where it is empty) as they stand in the tree."""
        found = [(k, i) for k, i in self._items.items() if not kind or i.get("CFItemType") == kind]
        if kind:  # ours are numbered through
            return sorted(found, key=lambda pair: self._number.get(pair[0], 0))
        return sorted(found, key=lambda pair: self._path(pair[0]))

    def _path(self, key: str) -> tuple[float, ...]:
        chain = [k for k, _ in self._above_with_keys(key)][::-1]
        return tuple(self._number.get(k, 0) for k in (*chain, key))

    def _above(self, key: str) -> list[dict[str, Any]]:
        return [i for _, i in self._above_with_keys(key)]

    def _above_with_keys(self, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The items above, nearest first."""
        for _ in range(_DEEPEST):
            key = self._parent.get(key, "")
            if key not in self._items:
                return
            yield key, self._items[key]


def _kept(thing: dict[str, Any], field: str) -> str:
    """A text with its line ends, unless another program has changed it since."""
    now, exact = _text(thing, field), _text(_ours(thing), field)
    return exact if exact and one_line(exact) == now else now


def _ours(thing: dict[str, Any]) -> dict[str, Any]:
    extensions = thing.get("extensions")
    found = extensions.get(OURS) if isinstance(extensions, dict) else None
    return found if isinstance(found, dict) else {}


def _text(thing: dict[str, Any], field: str) -> str:
    found = thing.get(field)
    return found if isinstance(found, str) else ""


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _end(association: dict[str, Any], end: str) -> str:
    node = association.get(end)
    return str(node.get("identifier")) if isinstance(node, dict) else ""
