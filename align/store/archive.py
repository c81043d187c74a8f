"""One backup as one file: a zip of tables as lines of JSON, signed heads and a manifest.

The same archive goes into SQLite and into PostgreSQL.  The manifest names the schema, and for
every part its number of lines and its SHA-256; an archive is read only after all of them hold.
Nothing is ever unpacked to a path that stands in the archive.
"""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from align.durable import sync_folder
from align.errors import OutputError, StoreError

FORMAT = "align-backup-1"
MANIFEST = "manifest.json"
#: A manifest is a few kB; whatever is longer is none.
_LONGEST_MANIFEST = 1_000_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the archive as the manifest has it."""

    lines: int
    sha256: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    Parameters
    ----------
    made : str
        When (UTC), as the ledger writes times.
    program, schema : str
        The version of the program and the last migration of the database.
    public_key : str
        Of the key that signed the heads; "" where nothing was signed yet.
    parts : dict of str to Part
        By file name.
    """

    made: str
    program: str
    schema: str
    public_key: str
    parts: dict[str, Part] = field(default_factory=dict)


class Writer:
    """An archive being written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self.parts: dict[str, Part] = {}

    def lines(self, name: str, lines: Iterable[bytes], columns: Iterable[str] = ()) -> None:
        """Add one file, line by line (each ends with a line break)."""
        digest, count = hashlib.sha256(), 0
        with self._zip.open(_entry(name), "w", force_zip64=True) as out:
            for line in lines:
                out.write(line)
                digest.update(line)
                count += 1
        self.parts[name] = Part(count, digest.hexdigest(), tuple(columns))

    def close(self, manifest: Manifest) -> None:
        """Add the manifest and end."""
        data = {
            "format": FORMAT, "made": manifest.made, "program": manifest.program,
            "schema": manifest.schema, "public_key": manifest.public_key,
            "parts": {
                name: {"lines": p.lines, "sha256": p.sha256, "columns": list(p.columns)}
                for name, p in self.parts.items()
            },
        }  # fmt: skip
        text = json.dumps(data, ensure_ascii=False, indent=1)
        self._zip.writestr(_entry(MANIFEST), text.encode("utf-8"))
        self._zip.close()


def _entry(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)  # the time is in the manifest
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o600 << 16
    return found


class Reader:
    """An archive that was checked; made by :func:`opened`."""

    def __init__(self, path: Path, zip_: zipfile.ZipFile) -> None:
        self.path, self._zip = path, zip_
        self.manifest = self._manifest()

    def _manifest(self) -> Manifest:
        try:
            with self._zip.open(MANIFEST) as file:
                data = json.loads(file.read(_LONGEST_MANIFEST))
            if data["format"] != FORMAT:
                raise ValueError(data["format"])
            parts = {
                str(name): Part(int(p["lines"]), str(p["sha256"]), tuple(map(str, p["columns"])))
                for name, p in data["parts"].items()
            }
            made, program, schema, public = (
                str(data[k]) for k in ("made", "program", "schema", "public_key")
            )
            return Manifest(made, program, schema, public, parts)
        except (
            KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError
        ) as error:  # fmt: skip
            raise _not_ours(self.path) from error

    def check(self) -> None:
        """Read everything once and compare it with the manifest.

        Raises
        ------
        StoreError
            A part is missing, is there unannounced, or is not what it was.
        """
        there = sorted(self._zip.namelist())
        if there != sorted([*self.manifest.parts, MANIFEST]):
            raise _damaged(self.path, "其中的文件与清单不符")
        for name, part in self.manifest.parts.items():
            digest, count = hashlib.sha256(), 0
            with self._zip.open(name) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    count += piece.count(b"\n")
            if (count, digest.hexdigest()) != (part.lines, part.sha256):
                raise _damaged(self.path, f"{name} 与清单不符")

    def text(self, name: str) -> bytes:
        """A small part whole; empty where the archive has none."""
        if name not in self.manifest.parts:
            return b""
        with self._zip.open(name) as file:
            return file.read()

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The rows of a table's part."""
        columns = self.manifest.parts[name].columns
        with self._zip.open(name) as file, io.BufferedReader(file) as lines:  # type: ignore[type-var]
            for line in lines:
                yield dict(zip(columns, map(_value, json.loads(line)), strict=True))


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """Open an archive and check the whole of it.

    Raises
    ------
    StoreError
        It is not there, is no backup, or is damaged.
    """
    with ExitStack() as until:
        try:
            reader = Reader(path, until.enter_context(zipfile.ZipFile(path)))
            reader.check()
        except FileNotFoundError as error:
            raise StoreError("没有这个备份文件", file=path, remedy="请检查路径。") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise _damaged(path, str(error) or type(error).__name__) from error
        except OSError as error:
            raise StoreError(
                "备份文件读不出", file=path, got=error.strerror, remedy="请检查权限与磁盘。"
            ) from error
        yield reader


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """A new file, private, that appears under its name only when it is whole and on the disk.

    Yields
    ------
    file
        To write to; when the block ends it is forced to the disk, checked as an archive and
        given its name.  On any error nothing stays.

    Raises
    ------
    OutputError
        The file is there already, or it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(path):
            raise OutputError("文件已经存在", file=path, remedy="请换一个名称；备份从不覆盖文件。")
        handle = os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "w+b") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            with opened(temporary):
                pass  # read back whole: what has a name can be restored
            os.replace(temporary, path)
            sync_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        raise OutputError(
            "磁盘空间已满，备份没有写成" if full else "备份没有写成",
            file=path,
            got=None if full else error.strerror or str(error),
            remedy="数据库没有改动。请清理磁盘或改正权限，或换一个地方，再运行一次。",
        ) from error


def line_of(values: Iterable[Any]) -> bytes:
    """A row as a line; bytes as ``{"b64": …}``."""
    plain = [
        {"b64": base64.b64encode(v).decode("ascii")} if isinstance(v, bytes | memoryview) else v
        for v in values
    ]
    return json.dumps(plain, separators=(",", ":")).encode("ascii") + b"\n"


def _value(data: Any) -> Any:
    return base64.b64decode(data["b64"]) if isinstance(data, dict) else data


def _not_ours(path: Path) -> StoreError:
    return StoreError("这不是 align backup 写出的备份", file=path, expected=FORMAT)


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError("备份文件已损坏", file=path, got=what, remedy="请换用另一份备份。")
