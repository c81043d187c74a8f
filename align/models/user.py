"""A user's own models and choice, in the user's data folder: the installation stays read-only.

For each model there is a record ``NAME.json`` (where it lies, its settings, the SHA-256 of
every file), and for a copied one the folder ``NAME`` beside it.  ``config.toml`` holds the
choice made by ``align models use``.  A record is written last, to a temporary name and then
moved: what has no record is not a model.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

from align.embed import (
    ModelSettings,
    SentenceTransformerEmbedder,
    check_folder,
    file_hashes,
)
from align.embed.folder import is_pickled
from align.errors import ModelError, OutputError, UsageError
from align.models.registry import make_settings

USER_VARIABLE = "ALIGN_MODELS_USER"
CONFIG = "config.toml"
DEFAULT = "default"
HASHING = "hashing"
#: Safe as a file name on every system, and no path.
_NAME = re.compile(r"[0-9A-Za-z\u3400-\u9fff][0-9A-Za-z._\-\u3400-\u9fff]{0,79}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What ``align models use`` chose; None leaves it to the program."""

    model: str | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One model a user added."""

    name: str
    folder: Path
    settings: ModelSettings
    files: dict[str, str]
    source: str


def user_folder() -> Path:
    """Where a user's models lie: ``ALIGN_MODELS_USER``, or the user's own data folder."""
    named = os.environ.get(USER_VARIABLE, "").strip()
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "shuzheng-align" / "models"


def records() -> tuple[Record, ...]:
    """All models a user added, by name.

    Raises
    ------
    ModelError
        When a record is damaged.
    """
    return tuple(read_record(p) for p in sorted(user_folder().glob("*.json")))


def read_record(path: Path) -> Record:
    """One record from its file.

    Raises
    ------
    ModelError
        When the file is damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = {str(k): str(bytes.fromhex(v).hex()) for k, v in data["files"].items()}
        return Record(
            path.stem,
            path.parent / data["folder"],
            make_settings(data["settings"], file=path, place="settings"),
            files,
            str(data["source"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            "模型的登记文件已损坏", file=path, got=f"{type(error).__name__}: {error}",
            remedy="请删去此文件，再用 align models add 重新登记。",
        ) from error  # fmt: skip


def check_name(name: str) -> str:
    """The name, when it may be given to a user's model.

    Raises
    ------
    UsageError
        When it is no plain name, or taken by a shipped model.
    """
    if not _NAME.fullmatch(name) or name.endswith("."):
        raise UsageError(
            "模型名称不合适", place="--name", got=name,
            expected="字母、数字、汉字、点、横线，不超过 80 个字",
        )  # fmt: skip
    if name.lower() in {DEFAULT, HASHING, "config"}:
        raise UsageError("这个名称已被程序自己使用", place="--name", got=name)
    return name


def add(
    folder: Path,
    name: str,
    settings: ModelSettings,
    *,
    link: bool = False,
    move: bool = False,
    source: str = "",
) -> Record:
    """Make a model folder usable by name.

    The folder's format is checked and the model is loaded once for its self-test before
    anything is written; then it is copied (without pickled weights), and the SHA-256 of
    every file is recorded.  An earlier model of that name is replaced.

    Parameters
    ----------
    folder : Path
        In sentence-transformers format with safetensors weights.
    name : str
        See :func:`check_name`.
    settings : ModelSettings
        Recorded with it.
    link : bool
        Use the folder where it lies instead of copying it.
    move : bool
        Take the folder itself (a download in the user's folder).
    source : str
        Where it came from, for people.

    Raises
    ------
    ModelError
        Wrong format, unsafe weights, damaged, or the self-test fails.
    OutputError
        The user's folder cannot be written.
    """
    check_name(name)
    check_folder(folder)
    SentenceTransformerEmbedder(folder, name, settings=settings).check()
    root = user_folder()
    target = folder.resolve() if link else root / name
    if not link and target.exists() and target.resolve() == folder.resolve():
        raise UsageError("这个文件夹已经登记", file=folder, remedy="不必重复添加。")
    try:
        root.mkdir(parents=True, exist_ok=True)
        if not link:
            with tempfile.TemporaryDirectory(dir=root, prefix=".add-") as work:
                new = Path(work) / name
                if move:
                    folder.replace(new)
                else:
                    shutil.copytree(folder, new, ignore=_left_out)
                (root / f"{name}.json").unlink(missing_ok=True)
                if target.exists():
                    target.replace(Path(work) / "old")
                new.replace(target)
        record = Record(name, target, settings, file_hashes(target), source or str(folder))
        data = {
            "folder": str(target) if link else name,
            "source": record.source,
            "settings": asdict(settings),
            "files": record.files,
        }
        _write(root / f"{name}.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise OutputError(
            "模型没有存成", file=root, got=str(error),
            remedy=f"请检查磁盘空间与权限，或用环境变量 {USER_VARIABLE} 换一个文件夹。",
        ) from error  # fmt: skip
    return record


def _left_out(folder: str, names: list[str]) -> set[str]:
    """What a copy does without: hidden files, pickled weights, other formats' exports."""
    return {n for n in names if n.startswith(".") or is_pickled(n) or n in {"onnx", "openvino"}}


def chosen() -> Choice:
    """The choice stored by :func:`choose`.

    Raises
    ------
    ModelError
        When the file is damaged.
    """
    path = user_folder() / CONFIG
    if not path.is_file():
        return Choice()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        values = {k: str(data[k]) for k in ("model", "device") if k in data}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(
            "模型选择文件已损坏", file=path, got=str(error),
            remedy="请删去此文件，再用 align models use 选择。",
        ) from error  # fmt: skip
    return Choice(**values)


def choose(choice: Choice) -> Path:
    """Store the choice; the file it is in."""
    path = user_folder() / CONFIG
    # A JSON string is a TOML basic string.
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in asdict(choice).items()
        if value is not None
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, "".join(line + "\n" for line in lines))
    except OSError as error:
        raise OutputError(
            "选择没有存成", file=path, got=str(error),
            remedy=f"请检查权限，或用环境变量 {USER_VARIABLE} 换一个文件夹。",
        ) from error  # fmt: skip
    return path


def _write(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
