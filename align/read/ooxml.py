"""Small, safe steps in the XML of docx and xlsx files: no entities, no network."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, TypeAlias

from align.read.detect import ZIP_ERRORS, damaged

Element: TypeAlias = Any  # lxml's element; lxml ships no types

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = (
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
)


def parse(data: bytes) -> Element:
    """The root element of an XML part; DTDs are not loaded and entities stay unresolved."""
    from lxml import etree

    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return etree.fromstring(data, parser)


def local(e: Element) -> str:
    """Tag name without its namespace."""
    return str(e.tag).rpartition("}")[2]


def child(e: Element | None, name: str) -> Element | None:
    """First child ``w:name``."""
    return None if e is None else e.find(W + name)


def children(e: Element, name: str) -> Iterator[Element]:
    """All children ``w:name``."""
    return iter(e.iterchildren(W + name))


def val(e: Element | None, default: str = "", attribute: str = "val") -> str:
    """Attribute ``w:val`` (or another), `default` when there is no element or attribute."""
    return default if e is None else str(e.get(W + attribute, default))


def is_on(e: Element | None) -> bool:
    """A toggle property such as ``<w:b/>``: present and not switched off."""
    return e is not None and val(e, "1") not in ("0", "false", "off", "none")


class Package:
    """The parts of a docx or xlsx, found over relationships as Office finds them."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except ZIP_ERRORS as e:
            raise damaged(name, "文件不完整或已损坏，无法解开") from e
        self._names = {n.lower().lstrip("/"): n for n in self._zip.namelist()}

    def bytes(self, part: str) -> bytes | None:
        """A part's bytes, or None if there is no such part."""
        found = self._names.get(part.lower().lstrip("/"))
        if found is None:
            return None
        try:
            return self._zip.read(found)
        except ZIP_ERRORS as e:
            raise damaged(self.name, f"文件已损坏，其中的 {part} 无法解开") from e

    def root(self, part: str) -> Element | None:
        """A part as XML, or None if there is no such part."""
        from lxml import etree

        data = self.bytes(part)
        if data is None:
            return None
        try:
            return parse(data)
        except etree.XMLSyntaxError as e:
            raise damaged(self.name, f"文件已损坏，其中的 {part} 不是完整的 XML") from e

    def related(self, part: str, kind: str) -> str | None:
        """The part that `part` points to by a relationship whose type ends in `kind`."""
        folder, base = posixpath.split(part)
        rels = self.root(posixpath.join(folder, "_rels", base + ".rels"))
        if rels is None:
            return None
        for r in rels:
            if str(r.get("Type", "")).endswith("/" + kind) and r.get("TargetMode") != "External":
                target = str(r.get("Target", ""))
                path = posixpath.normpath(posixpath.join("/", folder, target))
                return path.lstrip("/")
        return None
