"""What a file is, told by its bytes; its name is only a claim."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import PurePath
from typing import Literal

from align.errors import HostileFileError, ReadError
from align.read.encoding import decode, delimiter_of

Format = Literal["docx", "xlsx", "pdf", "csv", "tsv", "md"]

SUFFIXES: dict[str, Format] = {
    ".docx": "docx",
    ".xlsx": "xlsx",
    ".pdf": "pdf",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "md",
    ".markdown": "md",
    ".txt": "md",
}
SAVE_AS = "请用 WPS 或 Word 打开后另存为 .docx（表格另存为 .xlsx），再导入"
UNLOCK = "请先去除密码，再导入"
SUPPORTED = "docx、pdf、xlsx、csv、tsv、md"

# What Python's zip reader raises on damaged files, as seen with bytes changed at random.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,  # includes NotImplementedError: unknown packing methods
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def supported_suffixes() -> tuple[str, ...]:
    """The file name endings that a folder is searched for, lower case, with the dot."""
    return tuple(SUFFIXES)


def detect(data: bytes, name: str) -> Format:
    """The format of `data`.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its path; only used in messages and to tell csv, tsv and md apart.

    Raises
    ------
    ReadError
        Empty, encrypted, an old Office file, an image, or nothing this program reads.
    HostileFileError
        A workbook or document type with macros.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise ReadError(
            "文件是空的（0 字节或只有空白）", file=name, remedy="请重新导出或重新复制该文件"
        )
    if data.startswith(b"PK"):
        return _office(data, name)
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(_OLE):
        raise _old_office(data, name)
    if data.startswith(b"{\\rtf"):
        raise ReadError("这是 RTF 文件，不能直接读取", file=name, remedy=SAVE_AS)
    if data.startswith(_IMAGES) or data[8:12] == b"WEBP":
        raise ReadError(
            "这是图片，没有文字层", file=name, remedy="请先 OCR（文字识别），存为 docx 或 pdf"
        )
    if data.startswith(_ARCHIVES):
        raise ReadError("这是压缩包", file=name, remedy="请先解压，再导入其中的文件")
    return _text(data, name)


def _office(data: bytes, name: str) -> Format:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            names = set(z.namelist())
            if any(i.flag_bits & 1 for i in z.infolist()):
                raise ReadError("文件已加密", file=name, remedy=UNLOCK)
            # A few kilobytes in real files; a bomb here must not unpack.
            with z.open("[Content_Types].xml") as part:
                types = part.read(2**20)
    except KeyError:
        raise _other_zip(data, name) from None
    except ZIP_ERRORS as e:
        raise damaged(name, "文件不完整或已损坏，无法解开") from e
    if b"macroEnabled" in types or any(n.lower().endswith("vbaproject.bin") for n in names):
        raise HostileFileError(
            "文件带有宏，拒绝读取", file=name, remedy="请另存为不带宏的 .docx 或 .xlsx，再导入"
        )
    if b"wordprocessingml.document.main+xml" in types or b"wordprocessingml.template" in types:
        return "docx"
    if b"spreadsheetml.sheet.main+xml" in types or b"spreadsheetml.template" in types:
        return "xlsx"
    if b"presentationml" in types:
        raise _unsupported(name, "演示文稿（pptx）")
    if b"ms-excel.sheet.binary" in types:
        raise ReadError("这是二进制工作簿（xlsb），不能读取", file=name, remedy=SAVE_AS)
    raise _unsupported(name, "未知的 Office 文件")


def _other_zip(data: bytes, name: str) -> ReadError:
    if b"application/vnd.oasis.opendocument" in data[:200]:
        return ReadError("这是 OpenDocument 文件，不能直接读取", file=name, remedy=SAVE_AS)
    return ReadError("这是压缩包，不是文档", file=name, remedy="请先解压，再导入其中的文件")


def _old_office(data: bytes, name: str) -> ReadError:
    """OLE2 holds the old formats and, when a password is set, the new ones too."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        return ReadError("文件设有打开密码（已加密）", file=name, remedy=UNLOCK)
    if holds("WordDocument"):
        return ReadError("这是旧版 Word 文件（.doc），不能直接读取", file=name, remedy=SAVE_AS)
    if holds("Workbook") or holds("Book"):
        return ReadError("这是旧版 Excel 文件（.xls），不能直接读取", file=name, remedy=SAVE_AS)
    return ReadError("这是旧版 Office 或 WPS 文件，不能直接读取", file=name, remedy=SAVE_AS)


def _text(data: bytes, name: str) -> Format:
    suffix = PurePath(name).suffix.lower()
    claimed = SUFFIXES.get(suffix)
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"mime-version:")):
        raise ReadError("这是网页（HTML）文件，不是文档", file=name, remedy=SAVE_AS)
    if head.startswith(b"<?xml"):
        raise ReadError("这是 XML 文件，不是文档", file=name, remedy=SAVE_AS)
    decoded = decode(data)
    if decoded is None:
        raise _unsupported(name, "无法识别的二进制内容")
    if claimed == "md":
        return "md"
    delimiter = delimiter_of(decoded[0], prefer="\t" if claimed == "tsv" else ",")
    if claimed in ("csv", "tsv"):
        return "tsv" if delimiter == "\t" else "csv"
    if delimiter is None:
        if claimed:
            raise ReadError(
                f"扩展名是 {suffix}，内容是纯文本",
                file=name,
                expected="与内容相符的扩展名（纯文本为 .txt 或 .md）",
                remedy="请确认文件没有损坏、没有改错名字",
            )
        raise ReadError(
            "内容是纯文本，不知道按什么格式读",
            file=name,
            got=f"扩展名 {suffix}" if suffix else "无扩展名",
            expected=SUPPORTED,
            remedy="请确认文件没有损坏、没有改错名字",
        )
    return "tsv" if delimiter == "\t" else "csv"


def _unsupported(name: str, got: str) -> ReadError:
    return ReadError("不支持的文件类型", file=name, got=got, expected=SUPPORTED, remedy=SAVE_AS)


def damaged(name: str, what: str, got: str | None = None) -> ReadError:
    """The error for a file whose bytes do not hold together."""
    return ReadError(what, file=name, got=got, remedy="请用原软件打开确认内容，重新保存后再导入")
