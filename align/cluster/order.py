"""What is asked for, and what tasks hand each other: small, frozen, safe to send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from align.errors import AlignError, UsageError
from align.programmes import Programme

#: Pairs of a block.  A pair's features take some 40 bytes and one pair in five becomes a
#: candidate with quotations, so a block of this size stays below 500 MB beside the model
#: (docs/performance.md).
BLOCK_PAIRS = 500_000


@dataclass(frozen=True, slots=True)
class College:
    """One college: the name its results go by, and its folder of course standards."""

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Order:
    """What decides the results, and where they go; every task gets it.

    Parameters
    ----------
    out : Path
        Absolute; a folder that all workers see under this path, like the standards themselves.
    levels : tuple of str
        As ``align run --level``.
    model, device, concepts
        As ``align run``; the model is loaded by each worker.
    identity, matcher, version : str
        Of the embedding model, the matcher and the program that ordered it: a worker with others
        refuses.
    settings : tuple of (name, value)
    block_pairs : int
        Most pairs of a block; one certificate at least.
    keep_whole : bool
        Keep what the store needs beside the tables.
    """

    out: Path
    levels: tuple[str, ...]
    model: str | None
    device: str | None
    concepts: Path | None
    identity: str
    matcher: str
    version: str
    settings: tuple[tuple[str, float], ...]
    block_pairs: int = BLOCK_PAIRS
    keep_whole: bool = False

    @property
    def work(self) -> Path:
        """What lies between the steps; may be deleted when all is done."""
        return self.out / "_work"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One certificate of a programme: where it was read, and what it is called there."""

    reading: str
    place: int
    id: str
    levels: tuple[str, ...]
    items: int


@dataclass(frozen=True, slots=True)
class Block:
    """A programme and some certificates.

    ``key`` names everything that decides the result, ``prepared`` the programme's file.
    """

    key: str
    number: int
    college: str
    programme: str
    prepared: str
    certificates: tuple[Chosen, ...]
    pairs: int


@dataclass(frozen=True, slots=True)
class Ready:
    """A programme that was read, with its blocks."""

    college: str
    programme: Programme
    run_id: str
    prepared: str
    blocks: tuple[Block, ...]
    files: tuple[tuple[Path, str], ...]  # (path, kind) of each that was read
    errors: tuple[AlignError, ...]
    problems: int
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Done:
    """A block that is finished: what it counts, and whether it had been finished before."""

    key: str
    kept: bool
    counts: dict[str, int]
    peak_mb: float


def colleges_of(folders: Sequence[Path], parents: Sequence[Path] = ()) -> tuple[College, ...]:
    """The colleges named one by one, and each subfolder of the parents.

    Raises
    ------
    UsageError
        A folder is missing, two colleges have one name, or there is none.
    """
    found = [College(f.resolve().name, f.absolute()) for f in folders]
    for parent in parents:
        if not parent.is_dir():
            raise UsageError("找不到学院的上级文件夹", file=parent, remedy="请检查 --colleges。")
        subs = sorted(p for p in parent.iterdir() if p.is_dir() and not p.name.startswith("."))
        found += [College(p.name, p.absolute()) for p in subs]
    seen: dict[str, Path] = {}
    for college in found:
        if (other := seen.get(college.name)) is not None:
            raise UsageError(
                "两个学院的文件夹同名，结果会混在一起", file=college.folder, got=str(other),
                remedy="请改一个文件夹的名称。",
            )  # fmt: skip
        seen[college.name] = college.folder
    if not found:
        raise UsageError("没有给出学院", expected="--courses 或 --colleges")
    return tuple(found)
