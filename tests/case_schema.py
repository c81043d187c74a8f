"""The JSON schema of a CASE 1.1 CFPackage, transcribed as far as required fields and types go.

Source: 1EdTech CASE 1.1, final release of 24 January 2025,
https://purl.imsglobal.org/spec/case/v1p1/schema/json/case_v1p1_cfpackage-jsonschema1.json and the
OpenAPI binding https://purl.imsglobal.org/spec/case/v1p1/schema/openapi/ (which adds the pattern
of a UUID and ``format: uri``).  Names of properties, ``required``, enumerations, patterns and
``additionalProperties`` are theirs; descriptions, rubrics and the definitions that nothing here
writes (concepts, subjects, licences, item types) are left out.
"""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
# NormalizedString: no line ends and no tabs.  The published schema says so in a comment only.
LINE = {"type": "string", "pattern": r"^[^\r\n\t]*$"}
UUID = {
    "type": "string",
    "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[8-9a-b]{1}[0-9a-f]{3}-[0-9a-f]{12}$",
}
URI = {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+$"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
ANY = {"type": "object", "additionalProperties": True}
OWN = {"type": "string", "pattern": r"^(ext:)[a-zA-Z0-9\.\-_]+$"}


def lines(of: dict[str, Any]) -> dict[str, Any]:
    """An array."""
    return {"type": "array", "items": of}


def class_(required: str, **properties: Any) -> dict[str, Any]:
    """A class of the model: nothing beside its properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


LINK = class_("title identifier uri", title=LINE, identifier=UUID, uri=URI)
NODE = class_(
    "title identifier uri", title=LINE, identifier=LINE, uri=URI,
    targetType={"oneOf": [{"enum": ["CASE"]}, OWN]},
)  # fmt: skip
DOCUMENT = class_(
    "identifier uri creator title lastChangeDateTime",
    identifier=UUID, uri=URI, frameworkType=LINE, caseVersion={"enum": ["1.1"]}, creator=LINE,
    title=LINE, lastChangeDateTime=TIME, officialSourceURL=URI, publisher=LINE, description=TEXT,
    subject=lines(LINE), subjectURI=lines(LINK), language=LINE, version=LINE, adoptionStatus=LINE,
    statusStartDate=DAY, statusEndDate=DAY, licenseURI=LINK, notes=TEXT, extensions=ANY,
)  # fmt: skip
ITEM = class_(
    "identifier fullStatement uri lastChangeDateTime",
    identifier=UUID, fullStatement=TEXT, alternativeLabel=LINE, CFItemType=LINE, uri=URI,
    humanCodingScheme=LINE, listEnumeration=LINE, abbreviatedStatement=LINE,
    conceptKeywords=lines(LINE), conceptKeywordsURI=LINK, notes=TEXT, subject=lines(LINE),
    subjectURI=lines(LINK), language=LINE, educationLevel=lines(LINE), CFItemTypeURI=LINK,
    licenseURI=LINK, statusStartDate=DAY, statusEndDate=DAY, lastChangeDateTime=TIME,
    extensions=ANY,
)  # fmt: skip
TYPES = [
    "isChildOf", "isPeerOf", "isPartOf", "exactMatchOf", "precedes", "isRelatedTo", "replacedBy",
    "exemplar", "hasSkillLevel", "isTranslationOf",
]  # fmt: skip
ASSOCIATION = class_(
    "identifier associationType uri originNodeURI destinationNodeURI lastChangeDateTime",
    identifier=UUID, associationType={"oneOf": [{"enum": TYPES}, OWN]},
    sequenceNumber={"type": "integer"}, uri=URI, originNodeURI=NODE, destinationNodeURI=NODE,
    CFAssociationGroupingURI=LINK, lastChangeDateTime=TIME, notes=TEXT, extensions=ANY,
)  # fmt: skip
GROUPING = class_(
    "identifier uri title lastChangeDateTime",
    identifier=UUID, uri=URI, title=LINE, description=TEXT, lastChangeDateTime=TIME,
    extensions=ANY,
)  # fmt: skip
PACKAGE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **class_(
        "CFDocument",
        CFDocument=DOCUMENT,
        CFItems=lines(ITEM),
        CFAssociations=lines(ASSOCIATION),
        CFDefinitions=class_("", CFAssociationGroupings=lines(GROUPING), extensions=ANY),
        extensions=ANY,
    ),
}
