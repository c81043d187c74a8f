"""The embedding seam: one shape, cached by model and text, damaged models refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from align.embed import (
    CachedEmbedder,
    HashingEmbedder,
    ModelSettings,
    SentenceTransformerEmbedder,
    Vectors,
)
from align.errors import ModelError
from align.models import load_embedder


class Counting:
    """An embedder that remembers what it was asked."""

    identity = "counting@1"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return np.array([[len(t), ord(t[0]) if t else 0] for t in texts], np.float32).reshape(-1, 2)


def test_hashing_gives_unit_rows_and_nothing_for_nothing() -> None:
    vectors = HashingEmbedder().embed(["收寄验视", "收寄验视操作", "数据库", ""])
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors[:3], axis=1), 1, atol=1e-6)
    assert np.linalg.norm(vectors[3]) == 0
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
    assert HashingEmbedder().embed([]).shape == (0, 1024)


def test_a_text_is_embedded_once_and_comes_back_the_same(tmp_path: Path) -> None:
    inner = Counting()
    first = CachedEmbedder(inner, tmp_path).embed(["甲", "乙丙", "甲"])
    assert inner.asked == ["甲", "乙丙"]
    assert np.array_equal(first[0], first[2])
    again = Counting()
    second = CachedEmbedder(again, tmp_path).embed(["乙丙", "丁", "甲"])
    assert again.asked == ["丁"]
    assert np.array_equal(second[[2, 0]], first[:2])


def test_many_texts_keep_their_order(tmp_path: Path) -> None:
    texts = [f"第{i}条" * (i % 7 + 1) for i in range(5000)]
    cached = CachedEmbedder(Counting(), tmp_path)
    assert np.array_equal(cached.embed(texts), Counting().embed(texts))
    assert np.array_equal(cached.embed(texts[::-1]), Counting().embed(texts[::-1]))


def test_models_do_not_share_vectors(tmp_path: Path) -> None:
    CachedEmbedder(Counting(), tmp_path).embed(["甲"])
    other = Counting()
    other.identity = "counting@2"
    CachedEmbedder(other, tmp_path).embed(["甲"])
    assert other.asked == ["甲"]


def test_progress_counts_new_texts_only(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    cached = CachedEmbedder(Counting(), tmp_path, lambda done, total: seen.append((done, total)))
    cached.embed(["甲", "乙"])
    cached.embed(["甲", "乙"])
    assert seen == [(2, 2)]


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real sentence-transformers model of three dozen characters, made on the spot."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    characters = sorted(set("静脉输液操作流程数据库表的创建收寄验视快件"))
    vocabulary = {"[UNK]": 0} | {c: i + 1 for i, c in enumerate(characters)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    weights = np.random.default_rng(1).normal(size=(len(vocabulary), 16)).astype(np.float32)
    folder = tmp_path_factory.mktemp("models") / "tiny"
    static = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[static, Normalize()], device="cpu").save(str(folder))
    return folder


def test_a_sentence_transformers_folder_goes_through_the_seam(tiny_model: Path) -> None:
    embedder = load_embedder(str(tiny_model), cache=False)
    vectors = embedder.embed(["静脉输液", "静脉输液操作", "数据库表"])
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_the_identity_follows_the_files(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_model, copy)
    before = SentenceTransformerEmbedder(copy).identity
    assert before == SentenceTransformerEmbedder(tiny_model).identity
    assert before.startswith("tiny@")
    assert (
        SentenceTransformerEmbedder(copy, settings=ModelSettings(plain="查询：")).identity != before
    )
    (copy / "README.md").write_text("a card changes no vector", encoding="utf-8")
    assert SentenceTransformerEmbedder(copy).identity == before
    config = copy / "config_sentence_transformers.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "prompts": {"a": "b"}}))
    assert SentenceTransformerEmbedder(copy).identity != before


def test_a_model_whose_tokenizer_knows_nothing_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "blind"
    shutil.copytree(tiny_model, copy)
    path = next(copy.rglob("tokenizer.json"))
    tokenizer = json.loads(path.read_text(encoding="utf-8"))
    tokenizer["model"]["vocab"] = {
        chr(0x10000 + i): v for i, (_, v) in enumerate(tokenizer["model"]["vocab"].items())
    }
    tokenizer["model"]["vocab"]["[UNK]"] = 0
    path.write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(ModelError, match="自检不合格"):
        SentenceTransformerEmbedder(copy).embed(["静脉输液"])


def test_damaged_or_missing_models_say_so(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="没有这个模型"):
        load_embedder("bge-nowhere")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ModelError, match=r"modules\.json"):
        load_embedder(str(empty))
    broken = tmp_path / "broken"
    shutil.copytree(tiny_model, broken)
    weights = next(broken.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelError, match="无法加载"):
        load_embedder(str(broken), cache=False).embed(["甲"])


def test_a_cached_run_imports_neither_torch_nor_sentence_transformers(
    tiny_model: Path, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from align.models import load_embedder\n"
        "v = load_embedder(sys.argv[1]).embed(['静脉输液', '数据库'])\n"
        "print(v.shape, sorted({'torch', 'sentence_transformers'} & set(sys.modules)))\n"
    )
    outputs = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code, str(tiny_model)],
            capture_output=True,
            text=True,
            check=True,
            env={**__import__("os").environ, "ALIGN_CACHE": str(tmp_path)},
        )
        outputs.append(done.stdout.strip().splitlines()[-1])
    assert outputs == ["(2, 16) ['sentence_transformers', 'torch']", "(2, 16) []"]
