"""What the screens compute, once for everyone: readings, runs, looks and files, kept in memory.

Long work goes on in a thread of its own, so that a page can be left or reloaded meanwhile and
finds it again.  Nothing here is the only copy of anything: what lasts lies in the store.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from align.errors import AlignError
from align.gather import FileReading, Progress, quiet
from align.pipeline import Result
from align.records import Kind

if TYPE_CHECKING:
    from align.embed import Embedder
    from align.papers import Papers

K = TypeVar("K")
V = TypeVar("V")

# Of each kind: a run of a whole college's programme is a few tens of megabytes.
KEPT_RUNS = 12
KEPT_FILES = 64
KEPT_READINGS = 400


class Cancelled(Exception):
    """A person stopped the work; nothing was kept of it."""


class Job:
    """One piece of long work in its own thread; ``outcome`` is what it gave back."""

    def __init__(self, work: Callable[[Progress], Any]) -> None:
        self.step, self.done, self.total = "", 0, 0
        self.error: Exception | None = None
        self.outcome: Any = None
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
            self.outcome = self._work(self._said)
        except Cancelled:
            return
        except AlignError as error:
            self.error = error  # shown on the page, in one line
        except Exception as error:
            logging.getLogger(__name__).exception("a job failed")
            self.error = error


class Workbench:
    """Readings, looks and files of all sessions of this server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # the tables below
        self._turn = threading.Lock()  # one piece of long work at a time
        self._drawing = threading.Lock()  # the drawing library is not made for two threads
        self._making: dict[Any, threading.Lock] = {}
        # By kind: looks change with every decision and must not push out other runs' snapshots.
        self._kept: dict[Any, OrderedDict[Any, Any]] = defaultdict(OrderedDict)
        self._files: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._readings: OrderedDict[str, FileReading] = OrderedDict()
        self._jobs: dict[str, Job] = {}
        self._embedders: dict[str | None, Embedder] = {}
        self._said: Progress = quiet

    # --- long work --------------------------------------------------------------------------

    def job(self, key: str) -> Job | None:
        """The work under way, failed or done under this name."""
        with self._lock:
            return self._jobs.get(key)

    def start(self, key: str, work: Callable[[Progress], Any]) -> Job:
        """Begin a piece of work, unless it is already under way; one goes on at a time."""

        def in_turn(said: Progress) -> Any:
            with self._turn:
                self._said = said
                said("正在准备", 0, 0)  # stopped while it waited
                return work(said)

        with self._lock:
            job = self._jobs.get(key)
            if job is None or not job.running:
                job = self._jobs[key] = Job(in_turn)
            return job

    def forget(self, key: str) -> None:
        """Drop a finished piece of work: its outcome has been seen."""
        with self._lock:
            job = self._jobs.get(key)
            if job is not None and not job.running:
                del self._jobs[key]

    def embedder(self, name: str | None) -> Embedder:
        """The embedding model, loaded once; it tells its progress to the job under way."""
        from align.models import load_embedder

        if name not in self._embedders:
            # The embedder outlives the job that loaded it, so it asks who listens now.
            self._embedders[name] = load_embedder(
                name, progress=lambda done, total: self._said("计算向量", done, total)
            )
        return self._embedders[name]

    # --- what is made once ------------------------------------------------------------------

    def once(self, key: tuple[Any, ...], make: Callable[[], V]) -> V:
        """A value by its key, which begins with its kind; of several that ask, one makes it."""
        with self._lock:
            kept = self._kept[key[0]]
            if key in kept:
                kept.move_to_end(key)
                found: V = kept[key]
                return found
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in kept:
                    found = kept[key]
                    return found
            made = make()
            self._keep(kept, key, made, KEPT_RUNS)
        with self._lock:
            self._making.pop(key, None)
        return made

    def last(self, kind: str, name: Any) -> Any:
        """The value of a kind kept last whose key goes on with this name; None for none."""
        with self._lock:
            kept = self._kept[kind]
            return next((kept[key] for key in reversed(kept) if key[1] == name), None)

    def file(
        self,
        result: Result,
        name: str,
        version: str = "",
        papers: Papers | None = None,
        template: tuple[str, bytes] | None = None,
    ) -> bytes:
        """One file of a run, by its name in :data:`align.pipeline.FORMAT_FILES`.

        Parameters
        ----------
        version : str
            Tells results of one run apart that rest on different decisions.
        papers : Papers, optional
            What the store adds: approval, conversions, who decided which link.
        template : (str, bytes), optional
            The college's own, that the papers name.
        """
        from align import pipeline
        from align.papers import Papers, plan_with

        known = papers or Papers()

        (format_,) = (f for f, names in pipeline.FORMAT_FILES.items() if name in names)
        of_plan = name.startswith("plan.")

        def make() -> bytes:
            with tempfile.TemporaryDirectory(prefix="align-") as folder:
                paths = pipeline.write(
                    result, Path(folder) / "out", formats=[format_], decisions=known.links,
                    plan=plan_with(result, known) if of_plan else None, template=template,
                )  # fmt: skip
                return {p.name: p.read_bytes() for p in paths}[name]

        # Only the plan shows the papers: the other files are the same whatever they say.
        return self._made((result.run.id, version, name, known.key if of_plan else ""), make)

    def picture(
        self, result: Result, certificate_id: str, view: str, suffix: str, version: str = ""
    ) -> bytes:
        """One picture of a certificate; see :func:`align.export.draw.draw`."""
        from align.export.draw import draw

        (certificate,) = (c for c in result.gathered.certificates if c.id == certificate_id)
        return self._made(
            (result.run.id, version, certificate_id, view, suffix),
            lambda: draw(
                view, suffix, result.gathered.courses, certificate, result.matches, result.settings
            ),
        )

    def _made(self, key: tuple[str, ...], make: Callable[[], bytes]) -> bytes:
        with self._lock:
            found = self._files.get(key)
        if found is None:
            with self._drawing:
                found = make()
            self._keep(self._files, key, found, KEPT_FILES)
        return found

    # --- reading ----------------------------------------------------------------------------

    def read(
        self,
        files: Sequence[tuple[str, bytes]],
        kind: Kind | None = None,
        progress: Progress = quiet,
    ) -> tuple[FileReading, ...]:
        """Read files in a guarded child process; nothing of them is kept on disk.

        Parameters
        ----------
        files : sequence of (str, bytes)
            Name as given (any folder in it is dropped) and content.
        kind : {"course", "certificate"} or None
            What a person says they are; None lets their content decide.
        """
        from align.gather import read_files

        names = [plain_name(name) for name, _ in files]
        keys = [
            f"{kind}\0{hashlib.sha256(data).hexdigest()}\0{name}"
            for name, (_, data) in zip(names, files, strict=True)
        ]
        with self._lock:
            found = {key: self._readings[key] for key in keys if key in self._readings}
        new = [k for k, key in enumerate(keys) if key not in found]
        if new:
            with tempfile.TemporaryDirectory(prefix="align-") as folder:
                paths = []
                for k in new:
                    path = Path(folder) / str(k) / names[k]
                    path.parent.mkdir()
                    path.write_bytes(files[k][1])
                    paths.append(path)
                for k, f in zip(new, read_files(paths, kind, progress), strict=True):
                    kept = FileReading(Path(names[k]), f.reading, _named(f.error, names[k]))
                    found[keys[k]] = kept
                    self._keep(self._readings, keys[k], kept, KEPT_READINGS)
        return tuple(found[key] for key in keys)

    def _keep(self, table: OrderedDict[K, V], key: K, value: V, limit: int) -> None:
        with self._lock:
            table[key] = value
            while len(table) > limit:
                table.popitem(last=False)


def plain_name(name: str) -> str:
    """A file's name without any folder in it."""
    return Path(name.replace("\\", "/")).name or "file"


def _named(error: AlignError | None, name: str) -> AlignError | None:
    """The same error, naming the file as its owner knows it and not the temporary copy."""
    if error is None:
        return None
    return type(error)(
        error.what, file=name, place=error.place, got=error.got, expected=error.expected,
        remedy=error.remedy,
    )  # fmt: skip
