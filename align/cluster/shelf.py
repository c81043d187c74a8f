"""What lies between the steps, on the shared disk: readings, the catalogue, prepared programmes.

All of it is JSON, never a pickle: whoever may write into the folder can spoil results, not run
programs.  Names are hashes of content, so nothing here is ever out of date.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import align
from align import errors
from align.cluster.blocks import digest
from align.errors import AlignError, ReadError
from align.export.files import atomic_write
from align.gather import FileReading, read_files
from align.records import Kind, Reading
from align.records_json import from_plain, to_plain


def save(path: Path, data: Any) -> None:
    """Keep plain data under a name that its content decides."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    atomic_write(path, gzip.compress(text.encode("ascii"), compresslevel=1, mtime=0))


def load(path: Path) -> Any:
    """What :func:`save` kept.

    Raises
    ------
    ReadError
        It is gone or damaged: the work folder was changed while a batch was running.
    """
    try:
        return json.loads(gzip.decompress(path.read_bytes()))
    except (OSError, EOFError, ValueError) as error:
        raise ReadError(
            "中间结果读不出来", file=path, got=f"{type(error).__name__}: {error}",
            remedy="请删去结果文件夹中的 _work，再运行一次；已完成的块仍然沿用。",
        ) from error  # fmt: skip


def error_plain(error: AlignError) -> list[str | None]:
    """An error as data."""
    kind = type(error).__name__
    return [kind, error.what, error.file, error.place, error.got, error.expected, error.remedy]


def error_of(data: Sequence[str | None]) -> AlignError:
    """What :func:`error_plain` was given."""
    kind, what, file, place, got, expected, remedy = data
    known = getattr(errors, kind or "", AlignError)
    found: AlignError = known(
        what or "", file=file, place=place, got=got, expected=expected, remedy=remedy
    )
    return found


def reading_path(work: Path, path: Path, sha256: str, kind: Kind | None) -> Path:
    """Where a file's reading is kept: by its bytes, its name, what it was read as, the program."""
    return work / "readings" / f"{digest(align.__version__, str(path), sha256, kind)}.json.gz"


def read_kept(
    work: Path, paths: Sequence[Path], kind: Kind | None
) -> list[tuple[FileReading, Path | None]]:
    """Read files, each once ever: the reading (or the error) and where it is kept.

    An error is not kept: the file may be readable the next time (rights, a lock).
    """
    places: dict[Path, Path] = {}
    found: dict[Path, FileReading] = {}
    for path in paths:
        try:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            continue  # reading it below says why
        places[path] = reading_path(work, path, sha256, kind)
        if places[path].exists():
            found[path] = FileReading(path, from_plain(Reading, load(places[path])))
    new = [p for p in paths if p not in found]
    for file in read_files(new, kind) if new else ():
        found[file.path] = file
        if file.reading is not None and (place := places.get(file.path)):
            save(place, to_plain(file.reading))
    return [(found[p], places.get(p) if found[p].reading else None) for p in paths]


def light(reading: Reading) -> Reading:
    """A certificate file's reading without its lines: what choosing certificates needs."""
    certificates = tuple(dataclasses.replace(c, competencies=()) for c in reading.certificates)
    return dataclasses.replace(reading, certificates=certificates)


@dataclasses.dataclass(frozen=True, slots=True)
class Listed:
    """A certificate file as all programmes see it.

    ``items[k]`` counts the requirements of each level of its certificate ``k``.
    """

    file: FileReading
    reading: str
    items: tuple[dict[str, int], ...] = ()

    def plain(self) -> dict[str, Any]:
        """As data."""
        f = self.file
        return {
            "path": str(f.path), "kept": self.reading, "items": list(self.items),
            "reading": to_plain(f.reading) if f.reading else None,
            "error": error_plain(f.error) if f.error else None,
        }  # fmt: skip


@lru_cache(maxsize=2)
def catalogue(path: Path) -> tuple[Listed, ...]:
    """The certificate files of a batch, in their order."""
    found = []
    for d in load(path):
        reading = from_plain(Reading, d["reading"]) if d["reading"] is not None else None
        error = error_of(d["error"]) if d["error"] is not None else None
        file = FileReading(Path(d["path"]), reading, error)
        found.append(Listed(file, d["kept"], tuple(d["items"])))
    return tuple(found)


@lru_cache(maxsize=32)
def kept_reading(path: Path) -> Reading:
    """A reading that was kept; some stay at hand, as neighbouring blocks share certificates."""
    return from_plain(Reading, load(path))
