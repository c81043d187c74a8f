"""A model folder on disk: is it in the right format, is it safe, is it still the same?

Weights are taken as safetensors only: a pickled file (``pytorch_model.bin``) can run code
when it is opened.  transformers 5 loads a damaged weight file, and a folder without
tokenizer, without a word; the SHA-256 of every file is what tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from align.errors import ModelError

TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spiece.model")
PICKLED = (".bin", ".pt", ".pth", ".pkl", ".ckpt", ".h5", ".msgpack")
_CARDS = (".md", ".txt")
_WORDS = ("vocab.txt", "merges.txt")


def is_card(name: str) -> bool:
    """True for a file beside the model that changes no vector (README.md, LICENSE.txt)."""
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or (path.suffix.lower() in _CARDS and path.name not in _WORDS)


def is_pickled(name: str) -> bool:
    """True for weights in a format that can run code, or that is not read here."""
    return PurePosixPath(name).suffix.lower() in PICKLED


def file_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that can change a vector, by its path inside the folder.

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
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if not is_card(name) and not is_pickled(name):
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def digest_of(hashes: Mapping[str, str]) -> str:
    """One SHA-256 for all files: the identity of the weights."""
    digest = hashlib.sha256()
    for name in sorted(hashes):
        digest.update(name.encode() + b"\0" + bytes.fromhex(hashes[name]))
    return digest.hexdigest()


def verify_files(folder: Path, hashes: Mapping[str, str]) -> None:
    """Compare a folder with the SHA-256 list made when the model was added.

    Raises
    ------
    ModelError
        Names the first file that is missing, changed or new.
    """
    now = file_hashes(folder)
    for name in sorted(set(hashes) | set(now)):
        if now.get(name) != hashes.get(name):
            what = (
                "缺少文件" if name not in now
                else "多出文件" if name not in hashes
                else "内容与登记的校验值（SHA-256）不符"
            )  # fmt: skip
            raise ModelError(
                "模型文件已损坏或被改动",
                file=folder / name,
                got=what,
                remedy="请用 align models add 或 fetch 重新安装这个模型；已有的审核不受影响。",
            )


def check_folder(folder: Path) -> None:
    """Refuse a folder that is not in sentence-transformers format, or not safe to load.

    Raises
    ------
    ModelError
        No ``modules.json``; weights only pickled, or none; no tokenizer; a module or a
        configuration that needs the authors' own code.
    """
    if not folder.is_dir():
        raise ModelError("没有这个文件夹", file=folder, remedy="请检查路径。")
    hashes = file_hashes(folder)
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    pickled = sorted(n for n in names if is_pickled(n))
    if not any(n.endswith(".safetensors") for n in hashes):
        raise ModelError(
            "拒绝使用 pickle 格式的权重（打开它等于运行里面的程序）" if pickled else "没有权重文件",
            file=folder,
            got="、".join(pickled) or None,
            expected="model.safetensors",
            remedy="请换用带 safetensors 权重的版本，转换方法见 docs/models.md。",
        )
    for module in _json(folder / "modules.json"):
        kind = str(module.get("type", "")) if isinstance(module, dict) else ""
        if not kind.startswith("sentence_transformers."):
            raise _own_code(folder / "modules.json", kind)
    for name in sorted(n for n in names if PurePosixPath(n).name == "config.json"):
        data = _json(folder / name)
        if isinstance(data, dict) and "auto_map" in data:
            raise _own_code(folder / name, "auto_map")
    tokenizer = {PurePosixPath(n).name for n in names} & set(TOKENIZERS)
    if not tokenizer:
        raise ModelError(
            "模型缺少分词器",
            file=folder,
            expected="、".join(TOKENIZERS) + " 之一",
            remedy="请重新复制完整的模型文件夹。",
        )


def own_prompts(folder: Path) -> dict[str, str]:
    """The prompts a model brings along in ``config_sentence_transformers.json``, by name."""
    path = folder / "config_sentence_transformers.json"
    data = _json(path) if path.is_file() else {}
    prompts = data.get("prompts") if isinstance(data, dict) else None
    return {str(k): str(v) for k, v in (prompts or {}).items()}


def _own_code(path: Path, got: str) -> ModelError:
    return ModelError(
        "此模型要运行作者自带的程序，出于安全不予使用",
        file=path,
        got=got,
        remedy="请换用不需要 trust_remote_code 的模型（align models list 列出了已知的）。",
    )


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelError(
            "模型的配置文件已损坏",
            file=path,
            got=f"{type(error).__name__}: {error}",
            expected="JSON",
            remedy="请重新复制模型。",
        ) from error
