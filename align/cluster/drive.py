"""The story over many colleges: read certificates → prepare programmes → blocks → join → store."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import align
import align.cluster.blocks as blocks
import align.cluster.shelf as shelf
import align.cluster.tasks as tasks
from align.cluster.engine import Job, Tls, check_workers, connect, drive
from align.cluster.order import Block, College, Done, Order, Ready
from align.errors import AlignError, ModelError, OutputError, UsageError
from align.export.files import atomic_write
from align.programmes import Programme, documents, find_programmes

#: Certificate files read by one task.
_FILES_AT_ONCE = 4
#: Tasks begun for each thread of a worker: one runs, one waits, one travels.
_AHEAD = 3
#: (programmes read, programmes in all, blocks finished, blocks known)
Said = Callable[[int, int, int, int], None]


@dataclass(frozen=True, slots=True)
class Failed:
    """What of a college could not be done, and why."""

    college: str
    programme: str
    error: AlignError


@dataclass
class Batch:
    """What a batch did."""

    colleges: int = 0
    ready: list[Ready] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    blocks: int = 0
    kept: int = 0
    pairs: int = 0
    peak_mb: float = 0.0


def run_batch(
    colleges: Sequence[College],
    certs: Path,
    order: Order,
    scheduler: str = "local",
    *,
    tls: Tls | None = None,
    workers: int | None = None,
    memory: str | None = None,
    said: Said = lambda *_: None,
) -> Batch:
    """Compare every programme of every college with its certificates.

    Results stand in ``order.out`` as ``matches/``, ``coverage/`` and ``proposals/``, each
    partitioned ``college=…/programme=…``, with ``batch.json`` as their summary; it is written
    last.  Called again after anything was killed, only what is not finished is done.

    Raises
    ------
    UsageError
        No certificate could be read, or the scheduler's address is refused.
    OutputError, ModelError
        Results cannot be written, or a worker has no model: nothing else would succeed.
    """
    if not certs.exists():
        raise UsageError("找不到证书标准文件夹", file=certs, remedy="请检查 --certs 的路径。")
    with connect(scheduler, tls=tls, workers=workers, memory=memory) as client:
        batch = Batch(len(colleges))
        token = blocks.digest(align.__version__, order.identity) + "\n"
        atomic_write(order.work / "token", token.encode())
        at_once = _AHEAD * check_workers(client, tasks.sees, order, "_work/token", token)
        catalogue = _read_certificates(client, certs.absolute(), order, batch, at_once)
        (order.out / "batch.json").unlink(missing_ok=True)
        programmes = _programmes(colleges, certs, batch)
        _Story(order, catalogue, batch, programmes, said).run(client, at_once)
    batch.ready.sort(key=lambda r: (r.college, r.programme.id))
    batch.failed.sort(key=lambda f: (f.college, f.programme, f.error.line()))
    if not any(f.programme or f.college for f in batch.failed if _unfinished(f)):
        keys = {b.key for r in batch.ready for b in r.blocks}
        blocks.tidy(order.out, keys | {tasks.join_key(r) for r in batch.ready})
    atomic_write(order.out / "batch.json", _summary(order, batch))
    return batch


def _unfinished(failed: Failed) -> bool:
    """Whether something was begun and not finished, so that nothing should be tidied away."""
    return type(failed.error) is AlignError


def _read_certificates(client: Any, certs: Path, order: Order, batch: Batch, at_once: int) -> Path:
    """Read all certificates; the path of their catalogue."""
    paths = documents(certs)
    entries: dict[int, list[dict[str, Any]]] = {}

    def keep(n: int) -> Callable[[Any], list[Job]]:
        def then(found: list[dict[str, Any]]) -> list[Job]:
            entries[n] = found
            return []

        return then

    def stop(error: AlignError) -> None:
        raise error

    jobs = [
        Job("读取证书标准", tasks.read_certificates, (order, paths[n : n + _FILES_AT_ONCE]),
            keep(n), stop)
        for n in range(0, len(paths), _FILES_AT_ONCE)
    ]  # fmt: skip
    drive(client, jobs, at_once)
    listed = [entry for n in sorted(entries) for entry in entries[n]]
    batch.failed += [
        Failed("证书", "", shelf.error_of(entry["error"])) for entry in listed if entry["error"]
    ]
    if not any(entry["items"] for entry in listed):
        lines = [f.error.line() for f in batch.failed]
        raise UsageError(
            "没有读到任何证书标准" + (f"（{lines[0]}）" if lines else ""), file=certs,
            remedy="用 align read 文件 查看每个文件读成了什么。",
        )  # fmt: skip
    path = order.work / f"catalogue-{blocks.digest(listed)}.json.gz"
    shelf.save(path, listed)
    return path


def _programmes(
    colleges: Sequence[College], certs: Path, batch: Batch
) -> list[tuple[str, Programme]]:
    """Every programme with its college's name; a college without any is listed as failed."""
    found = []
    for college in colleges:
        try:
            if certs.resolve().is_relative_to(college.folder.resolve()):
                raise UsageError(
                    "课程标准文件夹把证书标准文件夹也包在里面了", file=college.folder,
                    expected="两个分开的文件夹",
                )  # fmt: skip
            found += [(college.name, p) for p in find_programmes(college.folder)]
        except UsageError as error:
            batch.failed.append(Failed(college.name, "", error))
    return found


class _Story:
    """One batch on its way: what was said by which task, and what comes next."""

    def __init__(
        self,
        order: Order,
        catalogue: Path,
        batch: Batch,
        programmes: Sequence[tuple[str, Programme]],
        said: Said,
    ) -> None:
        self.order = order
        self.catalogue = catalogue
        self.batch = batch
        self.programmes = programmes
        self.said = said
        self.open: dict[tuple[str, str], int] = {}  # blocks of a programme still to be made
        self.broken: set[tuple[str, str]] = set()
        self.read = 0
        self.known = 0

    def run(self, client: Any, at_once: int) -> None:
        """Until all is done."""
        drive(client, self._begin(), at_once)

    def _begin(self) -> Iterator[Job]:
        for college, programme in self.programmes:
            yield Job(
                f"{college} {programme.name}", tasks.prepare_programme,
                (self.order, college, programme, self.catalogue), self._ready,
                self._unread(college, programme.id),
            )  # fmt: skip

    def _unread(self, college: str, programme: str) -> Callable[[AlignError], None]:
        def failed(error: AlignError) -> None:
            self._failed(college, programme, error)
            self.read += 1
            self._tell()

        return failed

    def _failed(self, college: str, programme: str, error: AlignError) -> None:
        if isinstance(error, OutputError | ModelError):
            raise error  # no other task would fare better
        self.batch.failed.append(Failed(college, programme, error))

    def _ready(self, ready: Ready) -> list[Job]:
        self.batch.failed += [Failed(ready.college, ready.programme.id, e) for e in ready.errors]
        self.batch.ready.append(ready)
        self.batch.counts.update(ready.counts)
        self.open[ready.college, ready.programme.id] = len(ready.blocks)
        self.read += 1
        self.known += len(ready.blocks)
        self._tell()
        return [
            Job(f"{b.college} {b.programme}", tasks.make_block, (self.order, b),
                self._made(ready, b), self._broke(b))
            for b in ready.blocks
        ]  # fmt: skip

    def _broke(self, block: Block) -> Callable[[AlignError], None]:
        def failed(error: AlignError) -> None:
            self._failed(block.college, block.programme, error)
            self.broken.add((block.college, block.programme))

        return failed

    def _made(self, ready: Ready, block: Block) -> Callable[[Done], list[Job]]:
        def then(done: Done) -> list[Job]:
            key = (block.college, block.programme)
            batch = self.batch
            batch.blocks += 1
            batch.kept += done.kept
            batch.pairs += block.pairs
            batch.counts.update(done.counts)
            batch.peak_mb = max(batch.peak_mb, done.peak_mb)
            self.open[key] -= 1
            self._tell()
            if self.open[key] or key in self.broken:
                return []
            return [Job(ready.programme.name, tasks.join_programme, (self.order, ready),
                        lambda _: [], self._broke(block))]  # fmt: skip

        return then

    def _tell(self) -> None:
        self.said(self.read, len(self.programmes), self.batch.blocks, self.known)


def _summary(order: Order, batch: Batch) -> bytes:
    """``batch.json``: what made the results, and what could not be done; no clock, no machine."""
    data = {
        "version": order.version,
        "model": order.identity,
        "matcher": order.matcher,
        "settings": dict(order.settings),
        "levels": list(order.levels),
        "counts": dict(sorted(batch.counts.items())),
        "programmes": [
            {"college": r.college, "programme": r.programme.id, "name": r.programme.name,
             "run": r.run_id, "problems": r.problems, **r.counts,
             "blocks": [b.key for b in r.blocks]}
            for r in batch.ready
        ],
        "failed": [
            {"college": f.college, "programme": f.programme, "error": f.error.line()}
            for f in batch.failed
        ],
    }  # fmt: skip
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
