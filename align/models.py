"""Which embedding model stands behind the seam, found by name or folder.

``models/`` holds one folder per model in sentence-transformers format; ``models/default`` is
the one the tool ships with.  ``hashing`` names the built-in embedder that knows characters
only; it also stands in, and says so, where no default model is installed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from align.embed import (
    CachedEmbedder,
    Embedder,
    HashingEmbedder,
    SentenceTransformerEmbedder,
)
from align.errors import ModelError
from align.places import models_folder

CACHE_VARIABLE = "ALIGN_CACHE"
DEFAULT = "default"
HASHING = "hashing"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model that can be used by name."""

    name: str
    folder: Path | None  # None: built in
    megabytes: float


def cache_folder() -> Path:
    """Where vectors are kept: ``ALIGN_CACHE``, or the user's own cache folder."""
    named = os.environ.get(CACHE_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "shuzheng-align" / "vectors"


def installed_models() -> tuple[ModelEntry, ...]:
    """The models under ``models/``, by name, and the built-in one last."""
    found = []
    for folder in sorted(p for p in models_folder().iterdir() if (p / "modules.json").is_file()):
        size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
        found.append(ModelEntry(folder.name, folder, size / 1e6))
    return (*found, ModelEntry(HASHING, None, 0.0))


def load_embedder(
    name: str | None = None,
    *,
    cache: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Embedder:
    """The embedder of a model, with the vector cache in front of it.

    Parameters
    ----------
    name : str, optional
        A name of :func:`installed_models`, or the path of a model folder.  None takes the
        shipped default, and the built-in embedder where that is not installed.
    cache : bool
        Keep vectors on disk.
    progress : callable, optional
        Called with (done, total) new texts.

    Raises
    ------
    ModelError
        When no model goes by that name and no folder is there.
    """
    inner = _inner(name)
    # Hashing is quicker than reading its own vectors back.
    if not cache or isinstance(inner, HashingEmbedder):
        return inner
    return CachedEmbedder(inner, cache_folder(), progress)


def _inner(name: str | None) -> Embedder:
    folders = {m.name: m.folder for m in installed_models() if m.folder}
    if name is None:
        return (
            SentenceTransformerEmbedder(folders[DEFAULT])
            if DEFAULT in folders
            else HashingEmbedder()
        )
    if name == HASHING:
        return HashingEmbedder()
    if name in folders:
        return SentenceTransformerEmbedder(folders[name])
    if Path(name).is_dir():
        return SentenceTransformerEmbedder(Path(name))
    raise ModelError(
        "没有这个模型",
        place="--model",
        got=name,
        expected="、".join([*folders, HASHING]) + "，或一个模型文件夹的路径",
        remedy="用 align models list 查看可用的模型。",
    )
