"""Getting a model from the Hugging Face hub, a mirror of it, or ModelScope, by plain HTTP.

The hubs' own client libraries are not used: theirs retry for a minute when there is no
network, fetch from further hosts that a mirror does not cover, and cache below the home
folder.  Two requests are all it takes: the list of files, and each file.

Only what sentence-transformers needs is fetched: safetensors weights, tokenizer,
configuration.  Pickled weights and the authors' code never are.  Each file's size, and its
SHA-256 where the hub tells it, are compared; a large file that broke off is taken up again.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import align
from align.errors import ModelError, OutputError, UsageError

HUB = "https://huggingface.co"
MODELSCOPE = "https://www.modelscope.cn"
ENDPOINT_VARIABLE = "HF_ENDPOINT"

#: Seconds for the list of files, names resolved and all: offline is said within this time.
LIST_SECONDS = 8.0
#: Seconds without a single byte before a download is given up.
STALL_SECONDS = 30.0
_LARGEST = 40 * 2**30
_WANTED = {".json", ".safetensors", ".model", ".jinja"}
_WORDS = {"vocab.txt", "merges.txt"}
_OTHER_FORMATS = {"onnx", "openvino", "coreml", "gguf", "imgs"}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a model on a hub; ``sha256`` is empty where the hub does not tell it."""

    path: str
    size: int
    sha256: str
    address: str


def fetch(model: str, revision: str, mirror: str | None, folder: Path, progress: Progress) -> str:
    """Download a model into a folder.

    Parameters
    ----------
    model : str
        ``owner/name`` on the hub.
    revision : str
        Branch, tag, commit or ``refs/pr/N``; ModelScope's ``master`` stands for ``main``.
    mirror : str or None
        ``hf``, ``modelscope``, or the address of a mirror of the Hugging Face hub.  None
        takes ``HF_ENDPOINT``, else the hub itself.
    folder : Path
        Where the files go; what an earlier try left there is taken up again.
    progress : callable
        Called with (file, done, total) in MB.

    Returns
    -------
    str
        The address of the model, for the record.

    Raises
    ------
    ModelError
        Offline, no such model, no safetensors weights, or damaged on the way: one line.
    OutputError
        The folder cannot be written.
    """
    if model.count("/") != 1 or not all(model.split("/")) or ".." in model:
        raise UsageError("模型编号不对", got=model, expected="所有者/名称，例如 BAAI/bge-m3")
    base = _base(mirror)
    if mirror == "modelscope":
        found = _within(lambda: _modelscope_files(base, model), base)
    else:
        found = _within(lambda: _hub_files(base, model, revision), base)
    wanted = [f for f in found if _is_wanted(f.path)]
    _check_list(model, base, found, wanted)
    for file in wanted:
        try:
            _download(file, folder, progress)
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError) as error:
            raise _unreachable(base, error, broken=file.path) from error
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise _unreachable(base, error, broken=file.path) from error
            raise OutputError("下载的文件没有存成", file=folder, got=str(error)) from error
    return f"{base}/{model}"


def _base(mirror: str | None) -> str:
    """The address to ask."""
    if mirror == "modelscope":
        return os.environ.get("MODELSCOPE_ENDPOINT", "").strip().rstrip("/") or MODELSCOPE
    if mirror == "hf":
        return HUB
    address = mirror or os.environ.get(ENDPOINT_VARIABLE, "").strip() or HUB
    if urllib.parse.urlsplit(address).scheme not in {"http", "https"}:
        raise UsageError(
            "镜像地址不对", place="--mirror" if mirror else f"环境变量 {ENDPOINT_VARIABLE}",
            got=address, expected="hf、modelscope，或以 https:// 开头的地址",
        )  # fmt: skip
    return address.rstrip("/")


def _within(ask: Callable[[], list[RemoteFile]], base: str) -> list[RemoteFile]:
    """The answer, or an error after ``LIST_SECONDS``.

    A socket's timeout does not cover the look-up of a name, which may take half a minute
    where there is no network; a thread that may be left behind does.
    """
    answer: queue.SimpleQueue[list[RemoteFile] | Exception] = queue.SimpleQueue()

    def work() -> None:
        try:
            answer.put(ask())
        except Exception as error:  # raised again below, in the caller's thread
            answer.put(error)

    threading.Thread(target=work, daemon=True).start()
    try:
        found = answer.get(timeout=LIST_SECONDS)
    except queue.Empty:
        raise _unreachable(base, f"{LIST_SECONDS:.0f} 秒内没有回应") from None
    if isinstance(found, urllib.error.HTTPError):
        if found.code in {401, 403, 404}:
            raise ModelError(
                "模型站上没有这个模型，或不公开", file=base, got=f"HTTP {found.code}",
                remedy="请检查名称；align models list 列出了已知的模型。",
            ) from found  # fmt: skip
        raise _unreachable(base, found) from found
    if isinstance(found, OSError | http.client.HTTPException):
        raise _unreachable(base, found) from found
    if isinstance(found, ValueError | KeyError | TypeError | AttributeError):
        raise ModelError(
            "模型站的回答看不懂", file=base, got=f"{type(found).__name__}: {found}",
            remedy="请检查 --mirror 或 HF_ENDPOINT 的地址。",
        ) from found  # fmt: skip
    if isinstance(found, Exception):
        raise found
    return found


def _unreachable(base: str, error: object, broken: str = "") -> ModelError:
    reason = getattr(error, "reason", error)
    return ModelError(
        f"下载中断：{broken}" if broken else "连不上模型站，没有下载",
        file=base,
        got=str(reason) or type(error).__name__,
        remedy=(
            "请再运行一次，已下载的部分会接着用。"
            if broken
            else "请检查网络，或用 --mirror modelscope、环境变量 HF_ENDPOINT 换一个站；"
            "也可在别处下载后用 align models add 添加。"
        ),
    )


def _open(address: str, seconds: float, start: int = 0) -> Any:
    headers = {"User-Agent": f"shuzheng-align/{align.__version__}"}
    if start:
        headers["Range"] = f"bytes={start}-"
    asked = urllib.request.Request(address, headers=headers)
    try:
        return urllib.request.urlopen(asked, timeout=seconds)
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection; only its status is looked at
        raise


def _hub_files(base: str, model: str, revision: str) -> list[RemoteFile]:
    quoted = urllib.parse.quote(revision, safe="")
    address = f"{base}/api/models/{model}/revision/{quoted}?blobs=true"
    with _open(address, LIST_SECONDS) as answer:
        data = json.load(answer)
    commit = urllib.parse.quote(str(data.get("sha") or revision), safe="")
    return [
        RemoteFile(
            s["rfilename"],
            int((s.get("lfs") or s).get("size") or 0),
            str((s.get("lfs") or {}).get("sha256") or ""),
            f"{base}/{model}/resolve/{commit}/{urllib.parse.quote(s['rfilename'])}",
        )
        for s in data["siblings"]
    ]


def _modelscope_files(base: str, model: str) -> list[RemoteFile]:
    root = f"{base}/api/v1/models/{model}/repo"
    with _open(f"{root}/files?Revision=master&Recursive=true", LIST_SECONDS) as answer:
        data = json.load(answer)
    return [
        RemoteFile(
            f["Path"],
            int(f.get("Size") or 0),
            str(f.get("Sha256") or ""),
            f"{root}?Revision=master&FilePath={urllib.parse.quote(f['Path'])}",
        )
        for f in data["Data"]["Files"]
        if f.get("Type") != "tree"
    ]


def _is_wanted(name: str) -> bool:
    path = PurePosixPath(name)
    plain = not path.is_absolute() and "\\" not in name and ":" not in name
    hidden = any(part.startswith(".") for part in path.parts)
    if not plain or hidden or path.parts[0] in _OTHER_FORMATS:
        return False
    return path.suffix in _WANTED or path.name in _WORDS


def _check_list(model: str, base: str, found: list[RemoteFile], wanted: list[RemoteFile]) -> None:
    """Refuse before the first byte what could not be used after the last."""
    names = {f.path for f in wanted}
    if "modules.json" not in names:
        raise ModelError(
            "这不是 sentence-transformers 格式的模型", file=f"{base}/{model}",
            expected="含 modules.json",
        )  # fmt: skip
    if not any(n.endswith(".safetensors") for n in names):
        pickled = [f.path for f in found if f.path.endswith((".bin", ".pt"))]
        raise ModelError(
            "这里只有 pickle 格式的权重（打开它等于运行里面的程序），不予下载",
            file=f"{base}/{model}", got="、".join(sorted(pickled)[:3]) or None,
            expected="model.safetensors",
            remedy="请换一个站，或按 docs/models.md 转换后用 align models add 添加。",
        )  # fmt: skip
    if sum(f.size for f in wanted) > _LARGEST:
        raise ModelError("模型过大", file=f"{base}/{model}", expected="不超过 40 GB")


def _download(file: RemoteFile, folder: Path, progress: Progress) -> None:
    """Fetch one file; sizes and, where known, SHA-256 must be as announced."""
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_file() and file.sha256 and _sha256(target) == file.sha256:
        return
    part = target.with_name(target.name + ".part")
    # Without a SHA-256 there is no knowing whether a part still fits its rest.
    start = part.stat().st_size if file.sha256 and part.is_file() else 0
    if start < (file.size or start + 1):
        with _open(file.address, STALL_SECONDS, start) as answer:
            resumed = answer.status == http.client.PARTIAL_CONTENT
            done = start if resumed else 0
            with part.open("ab" if resumed else "wb") as out:
                while block := answer.read(2**20):
                    out.write(block)
                    done += len(block)
                    progress(file.path, done // 10**6, file.size // 10**6)
                out.flush()
                os.fsync(out.fileno())
    size = part.stat().st_size
    if file.size and size < file.size:
        raise http.client.IncompleteRead(b"", file.size - size)
    if (file.size and size != file.size) or (file.sha256 and _sha256(part) != file.sha256):
        part.unlink()
        raise ModelError(
            "下载的文件与模型站公布的不符，已删去", file=file.address, got=f"{size} 字节",
            expected=f"{file.size} 字节，SHA-256 {file.sha256[:12] or '未公布'}",
            remedy="请再试一次，或换一个站。",
        )  # fmt: skip
    part.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
