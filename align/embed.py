"""The one seam between text and numbers: ``embed(texts) -> float32 (n, d)``.

Everything that compares meanings takes an :class:`Embedder`.  Behind it stands a
sentence-transformers model from a local folder, or, where there is none, a hashing
embedder that knows characters only and says so in its identity.  :class:`CachedEmbedder`
keeps vectors on disk by model identity and text hash; a run whose texts are all cached
loads no model at all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from align.errors import ModelError

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Texts in, unit-length vectors out."""

    @property
    def identity(self) -> str:
        """Name and content hash: equal identities give equal vectors."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts.

        Parameters
        ----------
        texts : sequence of str
            ``n`` texts; an empty text gives a zero vector.

        Returns
        -------
        float32 array, shape (n, d)
            Rows of length 1 (or 0 for a text without any known piece).
        """
        ...


class HashingEmbedder:
    """Character 1- to 3-grams hashed into a fixed number of columns; knows no meaning.

    It stands behind the seam where no model is installed, so that the tool still works;
    what it finds is shared characters.  Weinberger et al. (2009), feature hashing.
    """

    identity = "hashing-char13-1024"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`Embedder`; ``d`` is 1024."""
        from sklearn.feature_extraction.text import HashingVectorizer

        if not texts:
            return np.zeros((0, 1024), np.float32)
        hasher = HashingVectorizer(
            analyzer="char", ngram_range=(1, 3), n_features=1024, lowercase=True, norm="l2"
        )
        return np.asarray(hasher.transform(list(texts)).toarray(), np.float32)


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a local folder, loaded at its first use.

    Parameters
    ----------
    folder : Path
        A folder in sentence-transformers format (``modules.json`` …).
    name : str
        The name it goes by in settings and results.
    prompt : str
        Put before every text, as the model's authors ask (often empty).
    batch_size : int
        Texts per batch.
    device : str or None
        ``cpu``, ``cuda``; None takes a GPU when there is one.
    max_length : int or None
        Tokens a text is cut at; None keeps the model's own.
    """

    def __init__(
        self,
        folder: Path,
        name: str | None = None,
        *,
        prompt: str = "",
        batch_size: int = 64,
        device: str | None = None,
        max_length: int | None = None,
    ) -> None:
        self.folder = folder
        self.name = name or folder.name
        self.prompt = prompt
        self.batch_size = batch_size
        self.device = device
        self.max_length = max_length
        digest = hashlib.sha256(folder_digest(folder).encode())
        digest.update(json.dumps([prompt, max_length]).encode())
        self._identity = f"{self.name}@{digest.hexdigest()[:12]}"
        self._model: Any = None

    @property
    def identity(self) -> str:
        """Name and hash of every file of the folder, the prompt and the length."""
        return self._identity

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`Embedder`."""
        model = self._load()
        vectors = model.encode(
            [self.prompt + t for t in texts],
            batch_size=self.batch_size,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32).reshape(len(texts), -1)

    def _load(self) -> Any:
        if self._model is None:
            # About six seconds and 480 MB: only now, when vectors are really needed.
            from sentence_transformers import SentenceTransformer

            try:
                model = SentenceTransformer(
                    str(self.folder), device=self.device, local_files_only=True
                )
            except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
                raise ModelError(
                    "模型无法加载",
                    file=self.folder,
                    got=f"{type(error).__name__}: {error}",
                    expected="sentence-transformers 格式的完整文件夹",
                    remedy="请重新复制模型，或用 --model 另选一个。",
                ) from error
            if self.max_length is not None:
                model.max_seq_length = self.max_length
            self._check(model)
            self._model = model
        return self._model

    def _check(self, model: Any) -> None:
        """Refuse a model that cannot tell texts apart.

        A tokenizer that knows no character silently makes all vectors equal (seen with
        transformers 5); unrelated texts must not look the same, nor related ones vanish.
        """
        probe = ["静脉输液操作", "数据库表的创建", "静脉输液操作流程"]
        v = np.asarray(model.encode(probe, normalize_embeddings=True), np.float32)
        same, other = float(v[0] @ v[2]), float(v[0] @ v[1])
        if not np.isfinite(v).all() or same <= other or other > 0.98:
            raise ModelError(
                "模型自检不合格：相近与无关的句子分不开",
                file=self.folder,
                got=f"相近 {same:.2f}，无关 {other:.2f}",
                expected="相近的相似度高于无关的，且无关的低于 0.98",
                remedy="模型或其分词器已损坏，请重新复制；已有的审定不受影响。",
            )


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of a model folder's files.

    Raises
    ------
    ModelError
        When the folder is missing or is no model in sentence-transformers format.
    """
    if not (folder / "modules.json").is_file():
        raise ModelError(
            "这里没有 sentence-transformers 模型",
            file=folder,
            expected="含 modules.json 的文件夹",
            remedy="用 align models list 查看可用的模型。",
        )
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        # A model card beside the model does not change its vectors.
        if path.suffix.lower() in {".md", ".txt"} and path.name != "vocab.txt":
            continue
        digest.update(name.encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


class CachedEmbedder:
    """Vectors kept on disk by model identity and text hash.

    One SQLite file per model identity: rows are written in one transaction, so a killed
    process leaves a whole cache behind, and two processes may use one cache.

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
        self.progress = progress
        name = "".join(c if c.isalnum() or c in "-_." else "_" for c in inner.identity)
        self.path = folder / f"{name}.sqlite"

    @property
    def identity(self) -> str:
        """The inner model's identity."""
        return self.inner.identity

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`Embedder`; each distinct text is embedded once."""
        keys = [hashlib.sha256(t.encode()).digest() for t in texts]
        first = {k: i for i, k in reversed(list(enumerate(keys)))}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=60)) as db, db:
            db.execute(
                "CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
                " WITHOUT ROWID"
            )
            known = _lookup(db, first)
            new = sorted((i for k, i in first.items() if k not in known))
            for start in range(0, len(new), self.BATCH):
                batch = new[start : start + self.BATCH]
                vectors = self.inner.embed([texts[i] for i in batch])
                rows = [(keys[i], v.tobytes()) for i, v in zip(batch, vectors, strict=True)]
                with db:
                    db.executemany("INSERT OR REPLACE INTO vector VALUES (?, ?)", rows)
                known.update(rows)
                if self.progress:
                    self.progress(min(start + self.BATCH, len(new)), len(new))
        if not texts:
            return self.inner.embed([])
        return np.stack([np.frombuffer(known[k], np.float32) for k in keys])


def _lookup(db: sqlite3.Connection, keys: Iterable[bytes]) -> dict[bytes, bytes]:
    """The cached values of these keys."""
    found: dict[bytes, bytes] = {}
    wanted = list(keys)
    for start in range(0, len(wanted), 500):  # SQLite's default limit on variables is 999
        part = wanted[start : start + 500]
        marks = ",".join("?" * len(part))
        found.update(db.execute(f"SELECT key, value FROM vector WHERE key IN ({marks})", part))
    return found
