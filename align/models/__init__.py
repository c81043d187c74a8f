"""Which embedding model stands behind the seam, found by name or folder.

``models/`` holds one folder per model in sentence-transformers format; ``models/default`` is
the one the tool ships with.  A user's own models lie in the user's data folder and are found
beside them (:mod:`align.models.user`); ``models/registry.toml`` knows the settings of common
ones (:mod:`align.models.registry`).  ``hashing`` names the built-in embedder that knows
characters only; it also stands in, and says so, where no default model is installed.

Every model runs on this machine: texts of standards are sent to no service.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from align.embed import (
    CachedEmbedder,
    Embedder,
    HashingEmbedder,
    ModelSettings,
    SentenceTransformerEmbedder,
)
from align.errors import ModelError
from align.models.registry import settings_for
from align.models.user import DEFAULT, HASHING, chosen, read_record, records
from align.places import models_folder

__all__ = [
    "CACHE_VARIABLE",
    "DEFAULT",
    "HASHING",
    "ModelEntry",
    "cache_folder",
    "find_model",
    "installed_models",
    "load_embedder",
    "load_model",
]

CACHE_VARIABLE = "ALIGN_CACHE"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model that can be used by name.

    Parameters
    ----------
    name : str
    folder : Path or None
        None for the built-in one.
    megabytes : float
    settings : ModelSettings
        Prompts, length, number format, batch size.
    hashes : dict or None
        SHA-256 by file, where they were recorded when the model was added.
    own : bool
        True for one the user added.
    """

    name: str
    folder: Path | None
    megabytes: float
    settings: ModelSettings = field(default_factory=ModelSettings)
    hashes: dict[str, str] | None = None
    own: bool = False


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
    """Shipped models by name, then the user's own, and the built-in one last."""
    root = models_folder()
    shipped = [
        _entry(folder.name, folder)
        for folder in sorted(p for p in root.iterdir() if (p / "modules.json").is_file())
    ]
    own = [
        ModelEntry(r.name, r.folder, _megabytes(r.folder), r.settings, r.files, own=True)
        for r in records()
    ]
    return (*shipped, *own, ModelEntry(HASHING, None, 0.0))


def _entry(name: str, folder: Path) -> ModelEntry:
    """A folder without a user's record, with what the registry or the model itself says."""
    beside = folder.with_name(f"{folder.name}.json")
    hashes = read_record(beside).files if beside.is_file() else None
    return ModelEntry(name, folder, _megabytes(folder), settings_for(name, folder), hashes)


def _megabytes(folder: Path) -> float:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def load_embedder(
    name: str | None = None,
    *,
    cache: bool = True,
    device: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Embedder:
    """The embedder of a model, with the vector cache in front of it.

    Parameters
    ----------
    name : str, optional
        A name of :func:`installed_models` (upper and lower case are the same), or the path
        of a model folder.  None takes the one chosen by ``align models use``, else the shipped
        default, else the built-in embedder.
    cache : bool
        Keep vectors on disk.
    device : str, optional
        ``cpu``, ``cuda``, ``mps``.  None takes the one chosen by ``align models use``, else a
        GPU when there is one.
    progress : callable, optional
        Called with (done, total) new texts.

    Raises
    ------
    ModelError
        When no model goes by that name and no folder is there.
    """
    inner = load_model(find_model(name), device=device)
    # Hashing is quicker than reading its own vectors back.
    if not cache or isinstance(inner, HashingEmbedder):
        return inner
    return CachedEmbedder(inner, cache_folder(), progress)


def load_model(entry: ModelEntry, *, device: str | None = None) -> Embedder:
    """The embedder of an entry, without cache; weights are loaded at the first text."""
    if entry.folder is None:
        return HashingEmbedder()
    return SentenceTransformerEmbedder(
        entry.folder,
        entry.name,
        settings=entry.settings,
        device=device or chosen().device,
        hashes=entry.hashes,
    )


def find_model(name: str | None) -> ModelEntry:
    """The model of a name or path; see :func:`load_embedder`.

    Raises
    ------
    ModelError
        When there is none; says which there are.
    """
    entries = installed_models()
    names = {e.name.lower(): e for e in entries}
    choice = chosen().model
    wanted = name or choice
    if wanted is None:
        return names.get(DEFAULT) or names[HASHING]
    if wanted.lower() in names:
        return names[wanted.lower()]
    if Path(wanted).is_dir():
        folder = Path(wanted)
        return _entry(folder.resolve().name, folder)
    raise ModelError(
        "没有这个模型",
        place="--model" if name else "align models use 所选",
        got=wanted,
        expected="、".join(e.name for e in entries) + "，或一个模型文件夹的路径",
        remedy="用 align models list 查看可用的模型"
        + ("。" if name else "，再用 align models use 另选一个。"),
    )
