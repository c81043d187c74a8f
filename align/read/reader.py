"""One file in this process: bytes → format → checks → blocks → Document."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePath
from typing import get_args

from align.errors import AlignError, ReadError
from align.read.detect import SUFFIXES, Format, damaged, detect
from align.read.limits import Limits
from align.read.normalise import hidden_count
from align.read.safety import check_package
from align.records import Block, Document, Passage, Problem, Source, Table

FORMATS: tuple[str, ...] = get_args(Format)


def read_here(path: Path, limits: Limits) -> Document:
    """Reads a file in the calling process.

    The zip and XML checks run here too, but a file that exhausts memory or hangs a parser
    harms the caller: for files of others use `align.read.read`, which has a child do this.

    Raises
    ------
    ReadError, HostileFileError
        As `align.read.read`.
    """
    name = str(path)
    data = load(path, limits)
    format_: Format | None = None
    try:
        format_ = detect(data, name)
        if format_ in ("docx", "xlsx"):
            check_package(data, name, limits)
        return parse(data, path, format_, limits)
    except AlignError:
        raise
    except (MemoryError, RecursionError) as e:
        raise ReadError(
            "读取所需的内存超过上限，文件可能是恶意构造或已损坏", file=name,
            remedy="请用原软件打开，只保留标准正文，另存后再导入",
        ) from e  # fmt: skip
    except Exception as e:
        # The libraries raise almost anything on damaged input; a person is told which file.
        raise damaged(
            name, f"文件已损坏或不是规范的 {format_} 文件，无法解析", type(e).__name__
        ) from e


def parse(data: bytes, path: Path, format_: Format, limits: Limits) -> Document:
    """A document from bytes that were checked; what a library raises on them passes through."""
    name = str(path)
    blocks, problems = _blocks(data, name, format_, limits)
    digest = hashlib.sha256(data).hexdigest()
    source = Source(id=digest[:16], path=name, sha256=digest, format=format_)
    found = _suffix_problem(path, format_) + problems + _hidden_problem(blocks, path.name)
    named = tuple(
        Problem(p.severity, p.code, p.message, path.name, p.place) for p in found
    )  # fmt: skip
    return Document(source, tuple(blocks), named)


def load(path: Path, limits: Limits) -> bytes:
    """The file's bytes, within the size limit."""
    name = str(path)
    try:
        if not path.is_file():
            what = "这是文件夹，不是文件" if path.is_dir() else "找不到文件"
            raise ReadError(what, file=name, remedy="请检查路径")
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise ReadError(
                "文件过大", file=name, got=f"{size / 2**20:.0f} MB",
                expected=f"不超过 {limits.file_bytes / 2**20:.0f} MB",
                remedy="请删去图片等无关内容，另存后再导入",
            )  # fmt: skip
        return path.read_bytes()
    except OSError as e:
        raise ReadError("文件打不开", file=name, got=e.strerror or type(e).__name__,
                        remedy="请确认有读取权限，且没有被别的程序独占") from e  # fmt: skip


def _blocks(
    data: bytes, name: str, format_: Format, limits: Limits
) -> tuple[list[Block], list[Problem]]:
    if format_ == "docx":
        from align.read.docx import read_docx

        return read_docx(data, name, limits)
    if format_ == "pdf":
        from align.read.pdf import read_pdf

        return read_pdf(data, name, limits)
    if format_ == "xlsx":
        from align.read.xlsx import read_xlsx

        return read_xlsx(data, name, limits)
    if format_ == "md":
        from align.read.markdown import read_markdown

        return read_markdown(data, name, limits)
    from align.read.sheet import read_delimited

    return read_delimited(data, name, format_, limits)


def _suffix_problem(path: Path, format_: Format) -> list[Problem]:
    suffix = PurePath(path).suffix.lower()
    claimed = SUFFIXES.get(suffix)
    if claimed == format_ or {claimed, format_} <= {"csv", "tsv"}:
        return []
    text = f"扩展名是 {suffix or '空'}，内容却是 {format_}，已按内容读取；请改正文件名"
    return [Problem("info", "wrong-suffix", text)]


def _hidden_problem(blocks: list[Block], name: str) -> list[Problem]:
    count = 0
    for b in blocks:
        if isinstance(b, Passage):
            count += hidden_count(b.printed)
        elif isinstance(b, Table):
            count += sum(
                hidden_count(c.printed)
                for i, row in enumerate(b.rows)
                for j, c in enumerate(row.cells)
                if c.origin == (i, j)
            )
    if not count:
        return []
    text = f"已去除看不见的零宽或双向控制字符 {count} 个"
    return [Problem("info", "hidden-characters", text, name)]
