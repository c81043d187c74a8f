"""What is known of common models: ``models/registry.toml`` as records."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from align.embed import ModelSettings
from align.embed.folder import own_prompts
from align.errors import ModelError
from align.places import models_folder

REGISTRY = "registry.toml"
_DTYPES = ("float32", "bfloat16", "float16")
#: Names under which models keep their prompts, in the order they are looked for.
_QUERY = ("query", "search_query", "retrieval.query")
_PASSAGE = ("passage", "document", "corpus", "search_document", "retrieval.passage")


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of the registry; ``hub`` is empty for the shipped one."""

    name: str
    settings: ModelSettings
    hub: str = ""
    modelscope: str = ""
    revision: str = "main"
    megabytes: float = 0.0
    licence: str = ""
    languages: str = ""
    note: str = ""


def known_models() -> dict[str, KnownModel]:
    """The registry by name (lower case), in its own order; empty where there is no file.

    Raises
    ------
    ModelError
        When the file is damaged, or holds a key or value nobody knows.
    """
    path = models_folder() / REGISTRY
    if not path.is_file():
        return {}
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(
            "模型登记表已损坏", file=path, got=str(error), expected="TOML",
            remedy="请重新安装 align，或改正此文件。",
        ) from error  # fmt: skip
    return {name.lower(): _known(path, name, table) for name, table in data.items()}


def _known(path: Path, name: str, table: Any) -> KnownModel:
    if not isinstance(table, dict):
        raise ModelError("模型登记表有误", file=path, place=name, expected="一个 [名称] 表")
    of_settings = {f.name for f in fields(ModelSettings)}
    about = {k: v for k, v in table.items() if k not in of_settings}
    unknown = set(about) - {f.name for f in fields(KnownModel)}
    if unknown:
        raise ModelError(
            "模型登记表有不认识的键", file=path, place=name, got="、".join(sorted(unknown)),
        )  # fmt: skip
    settings = make_settings(
        {k: v for k, v in table.items() if k in of_settings}, file=path, place=name
    )
    return KnownModel(name, settings, **about)


def make_settings(data: dict[str, Any], *, file: Path | None, place: str) -> ModelSettings:
    """Settings from plain data, each value checked.

    Raises
    ------
    ModelError
        Names the value that is of the wrong kind or out of range.
    """
    rules: dict[str, tuple[str, Any]] = {
        "query": ("文字", lambda v: isinstance(v, str)),
        "passage": ("文字", lambda v: isinstance(v, str)),
        "plain": ("文字", lambda v: isinstance(v, str)),
        "max_length": ("8 到 32768 的整数", lambda v: v is None or _within(v, 8, 32768)),
        "dtype": ("、".join(_DTYPES), lambda v: v in _DTYPES),
        "batch_size": ("1 到 8192 的整数", lambda v: _within(v, 1, 8192)),
    }
    for key, value in data.items():
        expected, holds = rules.get(key, ("、".join(rules), lambda _: False))
        if not holds(value):
            raise ModelError(
                "模型设置有误", file=file, place=f"{place}.{key}", got=repr(value),
                expected=expected,
            )  # fmt: skip
    return ModelSettings(**data)


def _within(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def settings_for(name: str, folder: Path | None) -> ModelSettings:
    """Settings of a model: the registry's, else the prompts it brings along itself.

    Parameters
    ----------
    name : str
        As the model is called, or its id on a hub; upper and lower case are the same.
    folder : Path, optional
        Where it lies.
    """
    known = known_models()
    model = known.get(name.lower()) or next(
        (m for m in known.values() if name.lower() in {m.hub.lower(), m.modelscope.lower()}), None
    )
    if model:
        return model.settings
    prompts = own_prompts(folder) if folder and folder.is_dir() else {}
    return ModelSettings(
        query=next((prompts[k] for k in _QUERY if prompts.get(k)), ""),
        passage=next((prompts[k] for k in _PASSAGE if prompts.get(k)), ""),
    )
