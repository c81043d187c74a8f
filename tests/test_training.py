"""The training of the default model, whole, on a small invented corpus."""

from __future__ import annotations

import csv
import itertools
import json
import lzma
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

SCRIPTS = Path(__file__).resolve().parents[1] / "models" / "training"
sys.path.insert(0, str(SCRIPTS))
import data  # noqa: E402
import losses  # noqa: E402
import torch  # noqa: E402

# Three trades that share no word; within a trade everything occurs with everything.
TRADES = {
    "快递": (
        "收寄快件 验视包裹 分拣邮件 投递包裹 封装快件 称重邮件",
        "包裹 快件 邮件 面单 网点 车辆",
    ),
    "护理": (
        "翻身拍背 测量体温 协助服药 擦浴更衣 记录体征 预防压疮",
        "老人 患者 床单 体温 药品 皮肤",
    ),
    "焊接": (
        "调节电流 清理焊缝 装配工件 打磨坡口 检验焊缝 选用焊条",
        "焊缝 工件 焊条 坡口 电流 钢板",
    ),
}
ENGLISH = {"快递": "parcel courier", "护理": "nurse patient", "焊接": "weld steel"}


def sentences(trade: str) -> list[str]:
    verbs, nouns = (words.split() for words in TRADES[trade])
    return [
        f"{a}时检查{n}，{b}后整理{m}。"
        for (a, b), (n, m) in zip(
            itertools.permutations(verbs, 2), itertools.permutations(nouns, 2), strict=True
        )
    ]


def write(path: Path, rows: list[tuple[str, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(path, "wt", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in rows)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder laid out as models/training/README.md says."""
    folder = tmp_path_factory.mktemp("corpus")
    lines = [(s,) for trade in TRADES for s in sentences(trade)]
    for name in ("laws.txt.xz", "csl.txt.xz", "docs/handbook.txt.xz"):
        write(folder / name, lines)
    pairs, words, translated, jobs = [], [], [], []
    for trade, (verbs, _) in TRADES.items():
        lines_of = sentences(trade)
        pairs += list(zip(lines_of, reversed(lines_of), strict=True))
        words += [(v, f"to {ENGLISH[trade]} {v!a}", "") for v in verbs.split()]
        translated += [(s, f"{ENGLISH[trade]} {k % 9}") for k, s in enumerate(lines_of)]
        jobs.append((f"{trade}员", lines_of[0], ";".join(verbs.split()), "", "6-01"))
    write(folder / "csl_pairs.tsv.xz", [(*p, "title-abstract") for p in pairs])
    write(folder / "docs_heading_pairs.tsv.xz", [(*p, "docs") for p in pairs])
    write(folder / "cow_synonyms.tsv.xz", [("包裹", "邮件", "1-n"), ("焊缝", "坡口", "2-n")])
    write(folder / "cedict_gloss.tsv.xz", [w[:2] for w in words])
    write(folder / "laws_definitions.tsv.xz", [("快件", "交付投递的邮件")])
    write(folder / "tatoeba.tsv.xz", translated)
    write(folder / "dadian.tsv.xz", jobs)
    write(folder / "thuocl_terms.tsv.xz", [("压疮", "medical", "9")])
    return folder


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Concepts, and pairs of thirty occupations that name themselves in their lines."""
    folder = tmp_path_factory.mktemp("knowledge")
    tables = {
        "concepts": [["term", "alt", "broader", "related", "distinct", "field"]],
        "pairs": [["course", "cert", "negative", "occupation"]],
    }
    for trade, (verbs, _) in TRADES.items():
        a, b, c, d, *_ = verbs.split()
        tables["concepts"].append([a, f"{b}|{c}", d, "", "", trade])
        for k in range(10):
            s = sentences(trade)
            row = [
                f"{trade}第{k}课：{s[k]}",
                f"{trade}第{k}项：{s[-k - 1]}",
                s[k + 10],
                f"{trade}{k}",
            ]
            tables["pairs"].append(row)
    for name, rows in tables.items():
        (folder / name).mkdir()
        with (folder / name / "01.tsv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter="\t", lineterminator="\n").writerows(rows)
    return folder


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An English model of eight words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", *" ".join(ENGLISH.values()).split()]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    weights = np.eye(len(words), 16, dtype=np.float32)
    folder = tmp_path_factory.mktemp("teacher")
    SentenceTransformer(
        modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu"
    ).save(str(folder))
    return folder


def train(work: Path, corpus: Path, knowledge: Path, *more: str) -> Path:
    """Run the driver as a user does; the model's folder."""
    command = f"--words 300 --columns 32 --steps 60 --workers 1 --out {work / 'model'}"
    paths = f"--corpus {corpus} --knowledge {knowledge} --work {work}"
    driver = [sys.executable, str(SCRIPTS / "train.py")]
    subprocess.run([*driver, *command.split(), *paths.split(), *more], check=True)
    return work / "model"


@pytest.fixture(scope="module")
def model(
    tmp_path_factory: pytest.TempPathFactory, corpus: Path, knowledge: Path, teacher: Path
) -> Path:
    work = tmp_path_factory.mktemp("work")
    return train(work, corpus, knowledge, "--teacher", str(teacher), "--seeds", "0", "1")


def embed(model: Path, texts: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    loaded = SentenceTransformer(str(model), device="cpu", local_files_only=True)
    return np.asarray(loaded.encode(texts))


def test_trained_model_is_one_that_sentence_transformers_loads(model: Path) -> None:
    vectors = embed(model, [s for trade in TRADES for s in sentences(trade)[:10]])
    assert vectors.shape == (30, 32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)


def test_related_sentences_are_closer_than_unrelated_ones(model: Path) -> None:
    # No word of a pair is shared: only what the corpus taught brings them together.
    left = embed(model, ["收寄快件", "翻身拍背", "调节电流"])
    right = embed(model, ["称重邮件", "记录体征", "打磨坡口"])
    cosines = left @ right.T
    assert (cosines.argmax(axis=1) == np.arange(3)).all()
    assert np.diag(cosines).min() > cosines[~np.eye(3, dtype=bool)].max()


def test_words_are_pieces_without_a_segmenter(model: Path) -> None:
    vocabulary = json.loads((model / "tokenizer.json").read_text())["model"]["vocab"]
    assert {"压疮", "包裹", "焊缝"} <= {piece for piece, _ in vocabulary}


def test_same_seed_gives_the_same_file(
    model: Path, tmp_path: Path, corpus: Path, knowledge: Path
) -> None:
    # The teacher's vectors are made once and kept; all else is trained anew.
    shutil.copyfile(model.parent / "teacher.npz", tmp_path / "teacher.npz")
    again = train(tmp_path, corpus, knowledge, "--seeds", "0")
    for name in ("tokenizer.json", "frequency.json", "vectors.npy", "trained0.npy"):
        assert (again.parent / name).read_bytes() == (model.parent / name).read_bytes(), name
    other = np.load(model.parent / "trained1.npy")
    assert not np.array_equal(other, np.load(model.parent / "trained0.npy"))


def test_rows_are_eight_bits_with_a_scale_each(model: Path) -> None:
    tensors = load_file(model / "model.safetensors")
    assert tensors["embeddings"].dtype == np.int8
    assert tensors["weights"].shape == (len(tensors["embeddings"]),)
    assert np.abs(tensors["embeddings"]).max() == 127


def test_occupations_of_dev_and_test_are_kept_out(knowledge: Path, corpus: Path) -> None:
    import contrastive

    parts = {p: data.knowledge_pairs(knowledge, p) for p in ("train", "dev", "test")}
    named = {p: {row["occupation"] for row in rows} for p, rows in parts.items()}
    assert all(named.values())
    assert not named["train"] & (named["dev"] | named["test"]) and not named["dev"] & named["test"]
    out = data.held_out(corpus, knowledge)
    learned = {text for row in contrastive.own_pairs(knowledge, 1.0, 0) for text in row[:2]}
    assert len(learned) == 2 * len(parts["train"])
    for part in ("dev", "test"):
        for row in parts[part]:
            assert row["course"] not in learned and row["cert"] not in learned
            assert data.bare(row["course"]) in out and data.bare(row["cert"]) in out


def test_public_test_sentences_are_kept_out(tmp_path: Path, corpus: Path, knowledge: Path) -> None:
    import contrastive

    line = sentences("快递")[3]
    file = tmp_path / "public.tsv"
    file.write_text(f"{line.replace('，', ',')}\t另一句\t1\n", encoding="utf-8")
    given = ["--corpus", str(corpus), "--knowledge", str(knowledge), "--work", str(tmp_path)]
    options = contrastive.parser().parse_args([*given, "--batch", "8"])
    for tests, expected in ([], True), ([file], False):
        rng = np.random.default_rng(0)
        supply = contrastive.supply(options, data.held_out(corpus, knowledge, tests), rng)
        seen = {t for _ in range(300) for group in supply.groups(0.0, rng) for t in group}
        assert (line in seen) is expected
        # Word counts and word vectors read the raw sentences: they leave it out as well.
        out = data.held_out(corpus, knowledge, tests)
        assert (line in data.sentences(corpus, out)) is expected


def test_half_of_the_pairs_are_whole_occupations(knowledge: Path) -> None:
    import contrastive

    every = contrastive.own_pairs(knowledge, 1.0, 0)
    half = contrastive.own_pairs(knowledge, 0.5, 0)
    assert set(half) < set(every)
    assert abs(len(half) - len(every) / 2) <= 1


def test_losses_by_hand() -> None:
    unit = torch.eye(3)
    shifted = unit[[1, 2, 0]]
    assert losses.info_nce(unit, unit) < 1e-6 < losses.info_nce(unit, shifted)
    # A hard negative equal to the positive: two equal candidates one way, one the other.
    assert losses.info_nce(unit, unit, unit).item() == pytest.approx(np.log(2) / 2, abs=1e-6)
    cosines = torch.tensor([[1.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 1.0]])
    assert losses.relation(cosines, cosines) == 0 and losses.listwise(cosines, cosines) < 1e-7
    assert losses.relation(torch.eye(3), cosines).item() == pytest.approx(2 * 0.29 / 9)
    assert losses.listwise(torch.eye(3), cosines) > 0.1
