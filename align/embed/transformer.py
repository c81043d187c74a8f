"""A sentence-transformers model from a local folder, behind the seam."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from align.embed.folder import check_folder, digest_of, file_hashes, verify_files
from align.embed.seam import Embedder, Side, Vectors
from align.errors import ModelError

Dtype = Literal["float32", "bfloat16", "float16"]

#: Above this share of unknown pieces, in the Chinese and in the English probe, a tokenizer is
#: not the model's own: measured 0.8 and 0.0 on an English model, 0.0 on Chinese ones.
MOST_UNKNOWN = 0.5
#: Unrelated sentences at or above this cosine: all vectors are (nearly) the same.
MOST_ALIKE = 0.98


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """What a model's authors ask for, and what fits the machine.

    Parameters
    ----------
    query, passage : str
        Put before a text that is looked for (a requirement), and before one that is looked
        in (course content), when the two sides are compared.
    plain : str
        Put before texts that are compared among themselves.
    max_length : int or None
        Tokens a text is cut at, never above the model's own; None keeps the model's own.
    dtype : {"float32", "bfloat16", "float16"}
        Number format of the weights while computing; the vectors are float32 in any case.
    batch_size : int
        Texts per batch; changes speed and memory only.
    """

    query: str = ""
    passage: str = ""
    plain: str = ""
    max_length: int | None = None
    dtype: Dtype = "float32"
    batch_size: int = 64


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a local folder, loaded at its first use.

    Code of a model's authors is never run (``trust_remote_code`` stays off), and only
    safetensors weights are read.

    Parameters
    ----------
    folder : Path
        A folder in sentence-transformers format (``modules.json`` …).
    name : str
        The name it goes by in settings and results.
    settings : ModelSettings
        Prompts, length, number format, batch size.
    device : str or None
        ``cpu``, ``cuda``, ``mps``; None takes a GPU when there is one.
    hashes : mapping, optional
        SHA-256 by file, made when the model was added.  They are compared with the files
        before the weights are loaded, and spare reading gigabytes for a run whose vectors
        are all cached.
    """

    def __init__(
        self,
        folder: Path,
        name: str | None = None,
        *,
        settings: ModelSettings | None = None,
        device: str | None = None,
        hashes: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.name = name or folder.name
        self.settings = settings or ModelSettings()
        self.prompt = self.settings.plain
        self._weights = _Weights(folder, self.settings, device, hashes)
        said = asdict(self.settings)
        del said["batch_size"]  # changes no vector but by rounding
        digest = digest_of(hashes if hashes is not None else file_hashes(folder))
        self._digest = hashlib.sha256(digest.encode() + json.dumps(said).encode()).hexdigest()

    @property
    def identity(self) -> str:
        """Name and hash of every file of the folder, the prompts, the length and the format.

        The device is not part of it: a GPU's vectors differ from the processor's in the last
        digits only, and a cache filled by one serves the other.
        """
        if self.prompt == self.settings.plain:
            return f"{self.name}@{self._digest[:12]}"
        own = hashlib.sha256(f"{self._digest}\0{self.prompt}".encode()).hexdigest()
        return f"{self.name}@{own[:12]}"

    def on_side(self, side: Side) -> Embedder:
        """The same weights with the prompt of one side (:func:`align.embed.on_side`)."""
        prompt = self.settings.query if side == "item" else self.settings.passage
        if prompt == self.prompt:
            return self
        other = copy.copy(self)  # shares the weights
        other.prompt = prompt
        return other

    def embed(self, texts: Sequence[str]) -> Vectors:
        """See :class:`align.embed.Embedder`."""
        model = self._weights.model()
        vectors = model.encode(
            list(texts) or [""],  # of no text the number of columns is still wanted
            # Both given explicitly: a model's own default prompt must not slip in before ours.
            prompt=self.prompt,
            batch_size=self.settings.batch_size,
            convert_to_numpy=True,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        found = np.array(vectors, np.float32)[: len(texts)]
        found[[i for i, t in enumerate(texts) if not t.strip()]] = 0.0
        return found

    def check(self) -> None:
        """Load the model now and run its self-test.

        Raises
        ------
        ModelError
            When the files are damaged, cannot be loaded or fail the self-test.
        """
        self._weights.model()


class _Weights:
    """The loaded model, shared by the embedders of its sides."""

    def __init__(
        self,
        folder: Path,
        settings: ModelSettings,
        device: str | None,
        hashes: Mapping[str, str] | None,
    ) -> None:
        self.folder = folder
        self.settings = settings
        self.device = device
        self.hashes = hashes
        self._model: Any = None

    def model(self) -> Any:
        """The model, verified, loaded and tested at the first call."""
        if self._model is None:
            check_folder(self.folder)
            if self.hashes is not None:
                verify_files(self.folder, self.hashes)
            model = self._load()
            own = model.max_seq_length
            if self.settings.max_length is not None:
                model.max_seq_length = min(self.settings.max_length, own or 2**31)
            self._test(model)
            self._model = model
        return self._model

    def _load(self) -> Any:
        # About six seconds and 480 MB: only now, when vectors are really needed.
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # it overwrites ours
        try:
            return SentenceTransformer(
                str(self.folder),
                device=self.device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={
                    "dtype": getattr(torch, self.settings.dtype),
                    "use_safetensors": True,
                },
            )
        # What the libraries raise on broken folders is of any kind; a person can only re-copy.
        except Exception as error:
            raise ModelError(
                "模型无法加载",
                file=self.folder,
                place=f"设备 {self.device}" if self.device else None,
                got=f"{type(error).__name__}: {error}"[:300],
                expected="sentence-transformers 格式的完整文件夹",
                remedy="请重新复制模型，或用 --model 另选一个；指定了设备时请确认它存在。",
            ) from error

    def _test(self, model: Any) -> None:
        """Refuse a model that cannot tell texts apart.

        A tokenizer that knows no character silently makes all vectors equal (seen with
        transformers 5); unrelated texts must not look the same, nor related ones vanish.
        """
        probe = ["静脉输液操作", "数据库表的创建", "静脉输液操作流程"]
        english = ["intravenous infusion", "create a database table"]
        unknown = min(_unknown_share(model, probe), _unknown_share(model, english))
        rows, pieces = _vocabulary(model)
        v = np.asarray(model.encode(probe, prompt="", normalize_embeddings=True), np.float32)
        same, other = float(v[0] @ v[2]), float(v[0] @ v[1])
        if unknown >= MOST_UNKNOWN:
            got, expected = f"{unknown:.0%} 的字不认识", f"低于 {MOST_UNKNOWN:.0%}"
        elif pieces > rows:
            got, expected = f"分词器有 {pieces} 个词，模型只有 {rows} 个", "词表与模型相配"
        elif not np.isfinite(v).all() or same <= other or other >= MOST_ALIKE:
            got = f"相近的句子 {same:.2f}，无关的句子 {other:.2f}"
            expected = f"相近的相似度高于无关的，且无关的低于 {MOST_ALIKE}"
        else:
            return
        raise ModelError(
            "模型自检不合格：权重或分词器已损坏，或不是同一个模型的",
            file=self.folder,
            got=got,
            expected=expected,
            remedy="请重新复制模型；已有的审核不受影响。",
        )


def _unknown_share(model: Any, texts: Sequence[str]) -> float:
    """Share of pieces that a tokenizer does not know; 0 where it cannot be asked."""
    unknown = getattr(model.tokenizer, "unk_token_id", None)
    if unknown is None:
        return 0.0
    pieces: list[int] = [
        i for t in texts for i in model.tokenizer(t, add_special_tokens=False)["input_ids"]
    ]
    return float(sum(i == unknown for i in pieces) / max(len(pieces), 1))


def _vocabulary(model: Any) -> tuple[int, int]:
    """Rows of the embedding table and pieces of the tokenizer; (1, 0) where there is no table.

    A tokenizer of another model asks for rows that are not there.
    """
    inner = getattr(model[0], "auto_model", None)
    table = inner.get_input_embeddings() if inner is not None else None
    rows = getattr(table, "num_embeddings", None)
    try:
        return (int(rows), len(model.tokenizer)) if rows else (1, 0)
    except TypeError:
        return 1, 0
