"""Vectors kept on disk, so that a second run loads no model."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from align.embed.seam import Embedder, Side, Vectors, on_side
from align.errors import ModelError

#: Bytes of the check that stands behind each vector; one wrong in 2^64 would pass.
_CHECK = 8


class CachedEmbedder:
    """Vectors kept on disk by model identity and text hash.

    One SQLite file per model identity: rows are written in one transaction, so a killed
    process leaves a whole cache behind, and two processes may use one cache.  Each vector is kept
    with a check over its text's hash and its bytes: one that was changed, or stands at another
    text's place, is never matched with.

    Parameters
    ----------
    inner : Embedder
        Asked only for texts that are not in the cache.
    folder : Path
        Where the cache lies; made when missing.
    progress : callable, optional
        Called with (done, total) texts while new ones are embedded.
    """

    BATCH = 2048

    def __init__(
        self,
        inner: Embedder,
        folder: Path,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.inner = inner
        self.folder = folder
        self.progress = progress
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in inner.identity)
        self.path = folder / f"{name}.sqlite"

    @property
    def identity(self) -> str:
        """The inner model's identity."""
        return self.inner.identity

    def on_side(self, side: Side) -> Embedder:
        """The inner model's embedder of that side, with its own cache; itself where equal."""
        inner = on_side(self.inner, side)
        if inner is self.inner:
            return self
        return CachedEmbedder(inner, self.folder, self.progress)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`Embedder`; each distinct text is embedded once.

        Raises
        ------
        ModelError
            The cache is damaged: a vector is not the one that was kept; or it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._embed(texts)
        except (sqlite3.OperationalError, FileExistsError, PermissionError) as error:
            raise ModelError(
                "向量缓存不能使用",
                file=self.path,
                got=str(error),
                remedy="请检查磁盘空间与文件夹权限，或用环境变量 ALIGN_CACHE 换一个文件夹。",
            ) from error
        except sqlite3.DatabaseError as error:
            raise _damaged(self.path, str(error)) from error

    def _embed(self, texts: Sequence[str]) -> Vectors:
        keys = [hashlib.sha256(t.encode()).digest() for t in texts]
        first = {k: i for i, k in reversed(list(enumerate(keys)))}
        with closing(sqlite3.connect(self.path, timeout=60)) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS checked (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
                " WITHOUT ROWID"
            )
            if not texts:
                any_row = db.execute("SELECT value FROM checked LIMIT 1").fetchone()
                if any_row:  # the number of columns is known without loading the model
                    return np.zeros((0, (len(any_row[0]) - _CHECK) // 4), np.float32)
            known = _lookup(db, first)
            for key, value in known.items():
                if not isinstance(value, bytes) or value != _kept(key, value[:-_CHECK]):
                    raise _damaged(self.path, "向量与校验值不符")
            new = sorted((i for k, i in first.items() if k not in known))
            for start in range(0, len(new), self.BATCH):
                batch = new[start : start + self.BATCH]
                vectors = self.inner.embed([texts[i] for i in batch])
                rows = [
                    (keys[i], _kept(keys[i], v.tobytes()))
                    for i, v in zip(batch, vectors, strict=True)
                ]
                with db:
                    db.executemany("INSERT OR REPLACE INTO checked VALUES (?, ?)", rows)
                known.update(rows)
                if self.progress:
                    self.progress(min(start + self.BATCH, len(new)), len(new))
        if not texts:
            return self.inner.embed([])
        return np.stack([np.frombuffer(known[k][:-_CHECK], np.float32) for k in keys])


def _lookup(db: sqlite3.Connection, keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """The cached values of these keys."""
    found: dict[bytes, bytes] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 500):  # SQLite's default limit on variables is 999
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        found.update(db.execute(f"SELECT key, value FROM checked WHERE key IN ({marks})", part))
    return found


def _kept(key: bytes, vector: bytes) -> bytes:
    """A vector as it lies in the cache: its bytes and their check."""
    return vector + hashlib.blake2b(key + vector, digest_size=_CHECK).digest()


def _damaged(path: Path, got: str) -> ModelError:
    return ModelError(
        "向量缓存已损坏，没有用来对照",
        file=path,
        got=got,
        remedy="请删去这个文件，再运行一次，向量会重新计算；已有的审核不受影响。",
    )
