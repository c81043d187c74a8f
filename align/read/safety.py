"""What a docx or xlsx is made of is checked before any part of it is read.

Everything is counted while it is unpacked in small pieces: the sizes that a zip file
claims are only claims.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.parsers import expat

from align.errors import HostileFileError, ReadError
from align.read.detect import UNLOCK, ZIP_ERRORS, damaged
from align.read.limits import Limits

_PIECE = 64 * 1024
_RATIO_FROM = 2**20  # small entries may pack to almost nothing without harm
_XML = (".xml", ".rels", ".vml")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RESAVE = "请用 WPS 或 Word/Excel 打开确认，另存为新文件后再导入"


def check_package(data: bytes, name: str, limits: Limits) -> None:
    """Refuses packages that would harm: bombs, entities, deep XML, foreign paths, macros.

    Raises
    ------
    HostileFileError
        With the reason and the limit that was crossed.
    ReadError
        The package is damaged or encrypted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            entries = z.infolist()
            if len(entries) > limits.zip_entries:
                raise _refuse(name, "压缩包内条目过多", str(len(entries)), str(limits.zip_entries))
            total = 0
            for entry in entries:
                _check_name(entry, name)
                total += _check_entry(z, entry, name, limits, total)
    except ZIP_ERRORS as e:
        raise damaged(name, "文件不完整或已损坏，无法解开") from e


def _check_name(entry: zipfile.ZipInfo, name: str) -> None:
    path = entry.filename.replace("\\", "/")
    if ".." in path.split("/") or path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise HostileFileError(
            "压缩包内有指向文件夹之外的路径，拒绝读取",
            file=name,
            got=entry.filename,
            remedy=_RESAVE,
        )
    if path.lower().endswith("vbaproject.bin"):
        raise HostileFileError(
            "文件带有宏，拒绝读取", file=name, remedy="请另存为不带宏的 .docx 或 .xlsx，再导入"
        )
    if entry.flag_bits & 1:
        raise ReadError("文件已加密", file=name, remedy=UNLOCK)


def _check_entry(
    z: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: Limits, before: int
) -> int:
    """Unpacks one entry piece by piece; returns its true size in bytes."""
    is_xml = entry.filename.lower().endswith(_XML)
    scan = _XmlScan(name, entry.filename, limits) if is_xml else None
    size = 0
    with z.open(entry) as part:
        while piece := part.read(_PIECE):
            size += len(piece)
            if before + size > limits.zip_bytes:
                raise _refuse(name, "解压后过大，疑似压缩炸弹", f"{(before + size) >> 20} MB 以上",
                              f"{limits.zip_bytes >> 20} MB")  # fmt: skip
            if size > _RATIO_FROM and size > limits.zip_ratio * max(1, entry.compress_size):
                raise _refuse(name, "压缩比异常，疑似压缩炸弹",
                              f"{size // max(1, entry.compress_size)} 倍以上",
                              f"{limits.zip_ratio} 倍")  # fmt: skip
            if scan is not None:
                if size > limits.xml_bytes:
                    raise _refuse(name, f"其中的 {entry.filename} 过大", f"{size >> 20} MB 以上",
                                  f"{limits.xml_bytes >> 20} MB")  # fmt: skip
                scan.feed(piece)
    if scan is not None:
        scan.close()
    return size


class _XmlScan:
    """Looks through one XML part for a document type and for depth."""

    def __init__(self, name: str, part: str, limits: Limits) -> None:
        self.name = name
        self.part = part
        self.limit = limits.xml_depth
        self.depth = 0
        self.lenient = part.lower().endswith(".vml")  # Office writes these not well-formed
        self.broken = False
        self.tail = b""
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        if hasattr(self.parser, "SetReparseDeferralEnabled"):
            self.parser.SetReparseDeferralEnabled(False)

    def _doctype(self, *_: object) -> None:
        raise HostileFileError(
            "其中的 XML 含有 DTD 或实体定义，拒绝读取",
            file=self.name,
            got=self.part,
            remedy=_RESAVE,
        )

    def _start(self, *_: object) -> None:
        self.depth += 1
        if self.depth > self.limit:
            raise _refuse(self.name, f"其中的 {self.part} 嵌套过深", f"{self.depth} 层以上",
                          f"{self.limit} 层")  # fmt: skip

    def _end(self, _: object) -> None:
        self.depth -= 1

    def feed(self, piece: bytes) -> None:
        if self.broken:
            # The lenient kind after its first fault: only the words are looked for.
            if _DOCTYPE.search(self.tail + piece):
                self._doctype()
            self.tail = piece[-16:]
            return
        self._parse(piece, last=False)

    def close(self) -> None:
        if not self.broken:
            self._parse(b"", last=True)

    def _parse(self, piece: bytes, *, last: bool) -> None:
        try:
            self.parser.Parse(piece, last)
        except (expat.ExpatError, LookupError, ValueError) as e:
            # Not well-formed, or in an encoding that nobody knows or expat cannot read.
            if not self.lenient:
                raise damaged(self.name, f"文件已损坏，其中的 {self.part} 不是完整的 XML") from e
            self.broken = True
            self.feed(piece)


def _refuse(name: str, what: str, got: str, limit: str) -> HostileFileError:
    return HostileFileError(what, file=name, got=got, expected=f"不超过 {limit}", remedy=_RESAVE)
