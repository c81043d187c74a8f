"""Finished blocks: one small file each, written after its results and never before.

``_blocks/<key>.json`` lists a block's files with their SHA-256.  The key is a hash of all that
decides them (inputs, settings, model, program), so a block that is there and whole needs not be
made again, and one that was made under anything else is not taken for it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from align.export.files import atomic_write

TABLES = ("matches", "coverage", "proposals")
#: Beside what a path cannot hold, what the partition's own spelling needs.
_KEPT = "".join(chr(c) for c in range(0x20, 0x7F) if chr(c) not in '/\\:*?"<>|%=')
#: Raised when the tables change, so that older blocks are made anew.
FORMAT = 1


def digest(*parts: Any) -> str:
    """A name for what these parts say (plain data): 32 hexadecimal digits."""
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def partition(table: str, college: str, programme: str) -> Path:
    """``matches/college=…/programme=…``, as Parquet readers understand it."""
    return Path(table) / f"college={_segment(college)}" / f"programme={_segment(programme)}"


def _segment(name: str) -> str:
    return "".join(c if c in _KEPT or ord(c) > 0x7F else quote(c, safe="") for c in name)


def finish(
    out: Path, key: str, files: Mapping[Path, bytes], counts: Mapping[str, int]
) -> dict[str, Any]:
    """Write a block's files (paths within ``out``), then say that it is finished.

    Raises
    ------
    OutputError
        The folder cannot be written or is full; the block counts as not made.
    """
    for path, data in files.items():
        atomic_write(out / path, data)
    record = {
        "files": [
            {"path": p.as_posix(), "sha256": hashlib.sha256(d).hexdigest()}
            for p, d in files.items()
        ],
        "counts": dict(counts),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    atomic_write(_record(out, key), text.encode())
    return record


def whole(out: Path, key: str) -> dict[str, Any] | None:
    """The record of a finished block whose files are all there, byte for byte; else None."""
    try:
        record: dict[str, Any] = json.loads(_record(out, key).read_bytes())
        for file in record["files"]:
            data = (out / file["path"]).read_bytes()
            if hashlib.sha256(data).hexdigest() != file["sha256"]:
                return None
    except (FileNotFoundError, ValueError, KeyError):
        return None  # not finished, damaged or taken away: to be made again
    return record


def _record(out: Path, key: str) -> Path:
    return out / "_blocks" / f"{key}.json"


def tidy(out: Path, keys: Collection[str]) -> None:
    """Take away what blocks of other settings or files left, and half-written files.

    Only called when all blocks of ``keys`` are finished, so there is no moment without results.
    """
    kept: set[Path] = set()
    for key in keys:
        if (record := whole(out, key)) is not None:
            kept |= {out / f["path"] for f in record["files"]}
    for path in sorted((out / "_blocks").glob("*.json")):
        if path.stem not in keys:
            path.unlink()
    for table in TABLES:
        for path in sorted((out / table).rglob("*")):
            if path.is_dir() and path.name.startswith(".align-writing-"):
                shutil.rmtree(path)
        for path in sorted((out / table).rglob("*.parquet")):
            if path not in kept:
                path.unlink()
        folders = (p for p in (out / table).rglob("*") if p.is_dir())
        for path in sorted(folders, key=lambda p: len(p.parts), reverse=True):
            if not any(path.iterdir()):
                path.rmdir()
