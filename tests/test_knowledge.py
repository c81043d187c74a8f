"""The thesaurus: sound as shipped, found in texts, extended by a college's own file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from rdflib import SKOS, Graph, Literal

from align.errors import ReadError
from align.knowledge import Concept, Thesaurus, load_thesaurus, read_concepts, shipped_thesaurus
from align.match.concepts import concept_features
from align.places import models_folder

KNOWLEDGE = models_folder() / "knowledge"


def concept(term: str, *alt: str, broader: str = "", distinct: str = "") -> Concept:
    return Concept(
        term, alt, (broader,) if broader else (), (), (distinct,) if distinct else (), "试"
    )


SMALL = Thesaurus.of(
    (
        concept("Java语言", "Java", distinct="JavaScript"),
        concept("JavaScript", "JS"),
        concept("MySQL", broader="关系数据库"),
        concept("关系数据库"),
        concept("收寄验视", "开拆验视"),
        concept("验视"),
    ),
    "k-small",
)


def names(text: str) -> list[str]:
    return [wording for wording, _ in SMALL.find(text)]


def test_the_shipped_knowledge_passes_its_own_check() -> None:
    done = subprocess.run(
        [sys.executable, str(KNOWLEDGE / "check.py")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:]


def test_the_longest_wording_counts_and_latin_words_are_whole() -> None:
    assert names("掌握收寄验视流程") == ["收寄验视"]
    assert names("掌握验视流程") == ["验视"]
    assert names("会用JavaScript与JS脚本") == ["javascript", "js"]
    assert names("使用 Java 与MySQL8") == ["java"], "MySQL8 is another word"
    assert names("MySQL数据库") == ["mysql"]


def test_two_wordings_of_one_concept_are_the_same() -> None:
    assert SMALL.same("收寄验视", "开拆验视")
    assert SMALL.same("Java", "java语言")
    assert not SMALL.same("Java", "JavaScript")
    assert not SMALL.same("无此词", "无此词")


def test_concepts_speak_for_a_pair_and_false_friends_against_it() -> None:
    items = ["能使用Java编写程序", "能使用MySQL建表", "能开拆验视"]
    units = ["Java语言基础", "JavaScript基础", "关系数据库建表", "收寄验视"]
    found = concept_features(items, units, SMALL)
    together, against = found["concepts"], found["distinct"]
    assert together.argmax(axis=1).tolist() == [0, 2, 3]
    assert together[1, 2] > 0, "by its broader term"
    assert together[0, 1] == 0
    assert against[0].tolist() == [0, -1, 0, 0]
    assert not np.any(against[1:])


def test_a_college_adds_its_own_concepts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "我校.tsv"
    own.write_text("term\talt\n校本快运平台\t快运系统\n", encoding="utf-8")
    before, after = load_thesaurus(KNOWLEDGE), load_thesaurus(KNOWLEDGE, own)
    assert not before.same("校本快运平台", "快运系统")
    assert after.same("校本快运平台", "快运系统")
    assert before.identity != after.identity
    monkeypatch.setenv("ALIGN_CONCEPTS", str(own))
    assert load_thesaurus(KNOWLEDGE).identity == after.identity
    own.write_text("term\talt\n校本快运平台\t快运台\n", encoding="utf-8")
    changed = load_thesaurus(KNOWLEDGE)
    assert changed.same("校本快运平台", "快运台"), "an edited file is read again"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name\talt\n", "列不对"),
        (b"", "空文件"),
        (b"term\talt\n\tx\n", "第2行"),
        ("term\n快件\n".encode("gb18030"), "UTF-8"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "坏.tsv"
    path.write_bytes(data)
    with pytest.raises(ReadError) as caught:
        read_concepts(path)
    assert words in caught.value.line()
    assert "坏.tsv" in caught.value.line()
    with pytest.raises(ReadError, match="找不到"):
        read_concepts(tmp_path / "无.tsv")


def test_blanks_around_the_wordings_of_a_list_do_not_count(tmp_path: Path) -> None:
    own = tmp_path / "我校.tsv"
    own.write_text("term\talt\n校本快运平台\t快运系统 | 快运\u2028台\n", encoding="utf-8")
    (concept,) = read_concepts(own)
    assert concept.alt == ("快运系统", "快运\u2028台")
    with pytest.raises(ReadError, match="打不开"):
        read_concepts(tmp_path)


def test_skos_carries_every_concept(tmp_path: Path) -> None:
    # N-Triples: a line a statement, so that 120,000 of them need no parser of half a minute.
    out = tmp_path / "t.nt"
    own = tmp_path / "own.tsv"
    own.write_text(
        "term\talt\tbroader\trelated\tdistinct\tfield\n甲法\t乙法\t丙类\t\t丁法\t试\n丙类\t\t\t\t\t试\n丁法\t\t丙类\t\t\t试\n",
        encoding="utf-8",
    )
    subprocess.run(
        [sys.executable, str(KNOWLEDGE / "skos.py"), "--out", str(out), "--own", str(own)],
        check=True, capture_output=True,
    )  # fmt: skip
    lines = out.read_text(encoding="utf-8").splitlines()
    concepts = {line.split(" ", 1)[0] for line in lines if f" {SKOS.inScheme.n3()} " in line}
    assert len(concepts) == len(load_thesaurus(KNOWLEDGE, own).concepts)
    ours = [line for line in lines if f"concept:{quote('试')}" in line.split(" ", 1)[0]]
    graph = Graph().parse(data="\n".join(ours), format="nt")
    (mine,) = graph.subjects(SKOS.prefLabel, Literal("甲法", lang="zh"))
    assert (mine, SKOS.altLabel, Literal("乙法", lang="zh")) in graph
    (broader,) = graph.objects(mine, SKOS.broader)
    assert (broader, SKOS.prefLabel, Literal("丙类", lang="zh")) in graph


def test_a_refit_reads_the_shipped_concepts_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.tsv"
    own.write_text("term\talt\n返单作业\t回单作业\n", encoding="utf-8")
    shipped = shipped_thesaurus(KNOWLEDGE)
    monkeypatch.setenv("ALIGN_CONCEPTS", str(own))
    assert load_thesaurus(KNOWLEDGE).identity != shipped.identity
    assert shipped_thesaurus(KNOWLEDGE) is shipped
    fitting = Path(__file__).resolve().parents[1] / "models/training/fit_matcher.py"
    assert "load_thesaurus" not in fitting.read_text(encoding="utf-8")
