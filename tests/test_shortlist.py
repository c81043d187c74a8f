"""Large documents: candidates first.  The limit is lowered, and both ways must agree."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import align.match as matching
from align import pipeline
from align.embed import HashingEmbedder
from align.gather import gather
from align.knowledge import Concept, Thesaurus
from align.match import Matching, Shortlist, match, shortlist
from align.match.topk import sparse_top_k
from align.records import Certificate, Course
from tests.kit import MATCHER, SETTINGS, certificate, course, item, unit, write_files

DEEDS = (
    "核对",
    "封装",
    "称重",
    "派送",
    "登记",
    "清洗",
    "安装",
    "配置",
    "测量",
    "打磨",
    "调试",
    "培训",
)
THINGS = (
    "面单", "快件", "仓库", "床单", "数据库", "服务器", "血压", "焊缝", "电机", "账簿", "网页",
    "食材", "客户", "车辆", "图纸",
)  # fmt: skip
WITH = ("手册", "工具", "规范", "系统", "记录表")
#: Concepts with another wording, and a false friend.
KNOWN = Thesaurus.of(
    (
        Concept("血压", ("血压值",), (), (), (), ""),
        Concept("数据库", ("库表",), (), (), ("服务器",), ""),
        Concept("服务器", (), (), (), (), ""),
    ),
    "k-test",
)
MODEL = matching.MatcherModel(
    MATCHER.weights, MATCHER.hub, MATCHER.usual, MATCHER.slope, MATCHER.intercept, "m", KNOWN
)


def documents() -> tuple[list[Course], Certificate]:
    """75 requirements and 180 rows, each of another deed, thing and aid."""
    rows = list(itertools.product(DEEDS, THINGS))
    courses = []
    for c, deed in enumerate(DEEDS):
        units = [
            unit(
                k + 1,
                f"{deed}{thing}；掌握{WITH[(k + c) % 5]}的填写；了解{THINGS[(k * 7 + c) % 15]}",
                course=deed,
                section=f"单元{k // 4}",
                task=f"{thing}的{deed}",
            )
            for k, thing in enumerate(THINGS)
        ]
        courses.append(course(*units, name=deed))
    chosen = [rows[k * 37 % len(rows)] for k in range(75)]
    items = [
        item(
            f"{k // 15 + 1}.{k // 5 % 3 + 1}.{k % 5 + 1}",
            f"能使用{WITH[k % 5]}{deed}{thing}",
            area=f"领域{k // 15}",
            task=f"任务{k // 5}",
        )
        for k, (deed, thing) in enumerate(chosen)
    ]
    return courses, certificate(*items)


@pytest.fixture(scope="module")
def both() -> tuple[Matching, Shortlist]:
    courses, cert = documents()
    whole = match(courses, cert, HashingEmbedder(), MODEL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "WHOLE_PAIRS", 1000)
        patch.setattr(shortlist, "PER_ITEM", 32)
        patch.setattr(shortlist, "PER_UNIT", 10)
        patch.setattr(shortlist, "_AT_ONCE", 1500)  # twenty units at a time
        short = match(courses, cert, HashingEmbedder(), MODEL, best=10)
    assert isinstance(whole, Matching)
    assert isinstance(short, Shortlist)
    return whole, short


def test_only_a_part_of_the_pairs_is_kept(both: tuple[Matching, Shortlist]) -> None:
    whole, short = both
    assert len(short.rows) < 0.7 * whole.score.size
    keys = short.rows * len(short.units) + short.columns
    assert (np.diff(keys) > 0).all(), "each pair once, in order"


def test_the_top_candidates_are_those_of_the_whole_comparison(
    both: tuple[Matching, Shortlist],
) -> None:
    whole, short = both
    kept = set(zip(short.rows.tolist(), short.columns.tolist(), strict=True))
    best = np.argsort(-whole.score, axis=1, kind="stable")
    hits = [(i, int(j)) in kept for i in range(len(best)) for j in best[i, :10]]
    assert np.mean(hits) >= 0.99
    first = {}
    for i, j in short.candidates(SETTINGS):
        first.setdefault(i, j)
    assert [first[i] for i in range(len(best))] == best[:, 0].tolist()
    one, other = set(whole.candidates(SETTINGS)), set(short.candidates(SETTINGS))
    assert len(one & other) / len(one | other) > 0.97


def test_scores_and_what_each_feature_gave_agree(both: tuple[Matching, Shortlist]) -> None:
    whole, short = both
    at = short.rows, short.columns
    assert short.given.keys() == whole.given.keys()
    for name in short.given:
        atol = 0.05 if name == "siblings" else 1e-4  # pairs that were not kept do not vote
        assert np.allclose(short.given[name], whole.given[name][at], atol=atol), name
    assert (short.given["concepts"] != 0).any() and (short.given["distinct"] < 0).any()
    assert np.allclose(short.probability, whole.probability[at], atol=0.02)
    links = [whole.linked(i, SETTINGS) for i in range(len(whole.items))]
    assert sum(map(len, links)) > 20
    found = [short.linked(i, SETTINGS) for i in range(len(whole.items))]
    assert sum(set(a) != set(b) for a, b in zip(links, found, strict=True)) <= 1


def test_a_pair_has_its_evidence_and_an_unkept_one_is_none(
    both: tuple[Matching, Shortlist],
) -> None:
    whole, short = both
    i, j = short.candidates(SETTINGS)[0]
    one, other = short.pair(i, j), whole.pair(i, j)
    assert (one.item_id, one.unit_id, one.evidence) == (
        other.item_id,
        other.unit_id,
        other.evidence,
    )
    assert one.score == pytest.approx(other.score, abs=0.05)
    kept = set(zip(short.rows.tolist(), short.columns.tolist(), strict=True))
    absent = next(p for p in itertools.product(range(75), range(180)) if p not in kept)
    with pytest.raises(KeyError):
        short.pair(*absent)


@pytest.mark.parametrize("text", ["", "。", "能够", "能封装快件"])
def test_small_and_strange_documents_are_the_same_either_way(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = unit(1, text, task=text)
    courses = [course(odd, unit(2, "会称重；能登记快件"), unit(3, "体育"))]
    cert = certificate(item("1.1.1", text), item("1.1.2", "能称重快件", task="任务二"))
    whole = match(courses, cert, HashingEmbedder(), MODEL)
    monkeypatch.setattr(matching, "WHOLE_PAIRS", 0)
    short = match(courses, cert, HashingEmbedder(), MODEL)
    assert isinstance(whole, Matching) and isinstance(short, Shortlist)
    assert len(short.rows) == 6
    assert np.allclose(short.score, whole.score.ravel(), atol=1e-4)
    assert short.candidates(SETTINGS) == whole.candidates(SETTINGS)
    assert short.parts(SETTINGS) == whole.parts(SETTINGS)
    empty = match([], cert, HashingEmbedder(), MODEL)
    assert empty.candidates(SETTINGS) == [] and empty.parts(SETTINGS) == {}


def test_a_run_goes_through_either_way_and_all_pairs_are_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path)
    (found, _) = gather(tmp_path / "course_standards", tmp_path / "cert_standards")
    ran = pipeline.run(found, HashingEmbedder(), MODEL, SETTINGS)
    monkeypatch.setattr(matching, "WHOLE_PAIRS", 0)
    again = pipeline.run(found, HashingEmbedder(), MODEL, SETTINGS)
    assert isinstance(again.matchings[0], Shortlist)
    assert [p.action for p in again.proposals] == [p.action for p in ran.proposals]
    every = pipeline.run(found, HashingEmbedder(), MODEL, SETTINGS, all_pairs=True)
    assert isinstance(every.matchings[0], Matching)
    assert len(every.matches) == 7 * 8
    assert every.proposals == ran.proposals


def test_sparse_candidates_are_those_of_the_dense_product() -> None:
    from scipy import sparse

    generator = np.random.default_rng(3)
    a = generator.integers(0, 3, (40, 12)) * (generator.random((40, 12)) < 0.3)
    b = generator.integers(0, 3, (70, 12)) * (generator.random((70, 12)) < 0.3)
    product = (a @ b.T).astype(np.float32)
    order = np.argsort(-product, axis=1, kind="stable")[:, :9]
    rows = sparse.csr_matrix(a, dtype=float), sparse.csr_matrix(b, dtype=float)
    for block in (1, 2**20):
        indices, scores = sparse_top_k(*rows, 9, block_bytes=block)
        assert np.array_equal(indices, order)
        assert np.array_equal(scores, np.take_along_axis(product, order, axis=1))
    assert sparse_top_k(*rows, 100)[0].shape == (40, 70)
