"""What the screens compute, once for everyone: readings, runs and files, kept in memory.

Long work goes on in a thread of its own, so that a page can be left or reloaded meanwhile and
finds it again.  Everything is keyed by :class:`Task`, which names the bytes of every source,
the model and the settings: changed documents are another task, never a stale answer.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from align.errors import AlignError, UsageError
from align.gather import FileReading, Gathered, Progress
from align.pipeline import Result
from align.ui.look import Look

if TYPE_CHECKING:
    from align.embed import Embedder

K = TypeVar("K")
V = TypeVar("V")

Stage = Literal["read", "run"]
# A run of a whole college's programme is a few tens of megabytes.
KEPT_RUNS = 8
KEPT_FILES = 64


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be read and compared, and under what; equal tasks give equal results."""

    courses: Path
    certs: Path
    programme: str
    model: str | None
    settings_file: Path | None
    fingerprint: str


class Cancelled(Exception):
    """A person stopped the work; nothing was kept of it."""


class Job:
    """One piece of long work in its own thread."""

    def __init__(self, work: Callable[[Progress], None]) -> None:
        self.step, self.done, self.total = "", 0, 0
        self.error: Exception | None = None
        self._stopped = threading.Event()
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True, name="align-job")
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the work still goes on."""
        return self._thread.is_alive()

    def cancel(self) -> None:
        """Stop at the next step; earlier results stay."""
        self._stopped.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end; True when it came within ``seconds``."""
        self._thread.join(seconds)
        return not self.running

    def _said(self, step: str, done: int, total: int) -> None:
        if self._stopped.is_set():
            raise Cancelled
        self.step, self.done, self.total = step, done, total

    def _run(self) -> None:
        try:
            self._work(self._said)
        except Cancelled:
            return
        except AlignError as error:
            self.error = error  # shown on the page, in one line
        except Exception as error:
            logging.getLogger(__name__).exception("a job failed")
            self.error = error


class Workbench:
    """Readings, runs and files of all sessions of this server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the tables below
        self._turn = threading.Lock()  # one piece of long work at a time
        self._read: OrderedDict[Task, Gathered] = OrderedDict()
        self._runs: OrderedDict[Task, Look] = OrderedDict()
        self._files: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._previews: OrderedDict[str, FileReading] = OrderedDict()
        self._jobs: dict[tuple[Task, Stage], Job] = {}
        self._embedders: dict[str | None, Embedder] = {}
        self._said: Progress = lambda step, done, total: None

    def gathered(self, task: Task) -> Gathered | None:
        """What was read, if it was."""
        with self._lock:
            return self._read.get(task)

    def look(self, task: Task) -> Look | None:
        """The run's results, if there are any."""
        with self._lock:
            return self._runs.get(task)

    def job(self, task: Task, stage: Stage) -> Job | None:
        """The work under way (or failed) for a task."""
        with self._lock:
            return self._jobs.get((task, stage))

    def start(self, task: Task, stage: Stage) -> Job:
        """Begin reading or running a task, unless that is already under way."""
        work = self._work_read if stage == "read" else self._work_run
        with self._lock:
            job = self._jobs.get((task, stage))
            if job is None or not job.running:
                job = self._jobs[task, stage] = Job(lambda said: work(task, said))
            return job

    def _work_read(self, task: Task, said: Progress) -> None:
        with self._turn:
            self._gather(task, said)

    def _work_run(self, task: Task, said: Progress) -> None:
        from align import pipeline
        from align.match import load_matcher
        from align.places import models_folder
        from align.settings import load_settings

        with self._turn:
            settings = load_settings(task.settings_file)
            gathered = self._gather(task, said)
            self._said = said
            result = pipeline.run(
                gathered,
                self._embedder(task.model),
                load_matcher(models_folder() / "matcher.json"),
                settings,
                said,
            )
            self._keep(self._runs, task, Look(result), KEPT_RUNS)

    def _gather(self, task: Task, said: Progress) -> Gathered:
        from align.gather import gather

        found = self.gathered(task)
        if found is None:
            (found,) = gather(task.courses, task.certs, programme=task.programme, progress=said)
            self._keep(self._read, task, found, KEPT_RUNS)
        return found

    def _embedder(self, name: str | None) -> Embedder:
        from align.models import load_embedder

        if name not in self._embedders:
            # The embedder outlives the job that loaded it, so it asks who listens now.
            self._embedders[name] = load_embedder(
                name, progress=lambda done, total: self._said("计算向量", done, total)
            )
        return self._embedders[name]

    def file(self, result: Result, name: str) -> bytes:
        """One file of a run, by its name in :data:`align.pipeline.FORMAT_FILES`."""
        from align import pipeline

        (format_,) = (f for f, names in pipeline.FORMAT_FILES.items() if name in names)

        def make() -> dict[str, bytes]:
            with tempfile.TemporaryDirectory(prefix="align-") as folder:
                paths = pipeline.write(result, Path(folder) / "out", formats=[format_])
                return {p.name: p.read_bytes() for p in paths}

        return self._made((result.run.id, name), lambda: make()[name])

    def picture(self, result: Result, certificate_id: str, view: str, suffix: str) -> bytes:
        """One picture of a certificate; see :func:`align.export.draw.draw`."""
        from align.export.draw import draw

        (certificate,) = (c for c in result.gathered.certificates if c.id == certificate_id)
        return self._made(
            (result.run.id, certificate_id, view, suffix),
            lambda: draw(
                view, suffix, result.gathered.courses, certificate, result.matches, result.settings
            ),
        )

    def _made(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        with self._lock:
            found = self._files.get(key)
        if found is None:
            with self._turn:  # the drawing library is not made for two threads
                found = make()
            self._keep(self._files, key, found, KEPT_FILES)
        return found

    def preview(self, files: Sequence[tuple[str, bytes]]) -> tuple[FileReading, ...]:
        """Read uploaded files in a guarded child process; nothing of them is kept on disk.

        Parameters
        ----------
        files : sequence of (str, bytes)
            Name as uploaded (any folder in it is dropped) and content.
        """
        from align.gather import read_files

        names = [Path(name.replace("\\", "/")).name or "file" for name, _ in files]
        keys = [
            hashlib.sha256(data).hexdigest() + name
            for name, (_, data) in zip(names, files, strict=True)
        ]
        with self._lock:
            found = {key: self._previews[key] for key in keys if key in self._previews}
        new = [k for k, key in enumerate(keys) if key not in found]
        if new:
            with tempfile.TemporaryDirectory(prefix="align-") as folder:
                paths = []
                for k in new:
                    path = Path(folder) / str(k) / names[k]
                    path.parent.mkdir()
                    path.write_bytes(files[k][1])
                    paths.append(path)
                for k, f in zip(new, read_files(paths), strict=True):
                    kept = FileReading(Path(names[k]), f.reading, _named(f.error, names[k]))
                    found[keys[k]] = kept
                    self._keep(self._previews, keys[k], kept, KEPT_FILES)
        return tuple(found[key] for key in keys)

    def _keep(self, table: OrderedDict[K, V], key: K, value: V, limit: int) -> None:
        with self._lock:
            table[key] = value
            while len(table) > limit:
                table.popitem(last=False)


def _named(error: AlignError | None, name: str) -> AlignError | None:
    """The same error, naming the file as its owner knows it and not the temporary copy."""
    if error is None:
        return None
    return type(error)(
        error.what, file=name, place=error.place, got=error.got, expected=error.expected,
        remedy=error.remedy,
    )  # fmt: skip


def fingerprint(paths: Sequence[Path]) -> str:
    """SHA-256 over the names and bytes of files.

    Raises
    ------
    UsageError
        A file cannot be opened.
    """
    digest = hashlib.sha256()
    for path in sorted(paths):
        try:
            stat = path.stat()
            digest.update(f"{path}\0{_hash(path, stat.st_mtime_ns, stat.st_size)}\0".encode())
        except OSError as error:
            raise UsageError(
                "无法打开文件", file=path, got=str(error.strerror), remedy="请检查文件与权限。"
            ) from error
    return digest.hexdigest()


@lru_cache(maxsize=4096)
def _hash(path: Path, changed: int, size: int) -> str:
    # Time and size only save reading the file again on every click.
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
