"""Matching with the built-in embedder: who ranks above whom, what is kept, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from align.embed import HashingEmbedder
from align.errors import ModelError
from align.knowledge import EMPTY, Concept, Thesaurus
from align.match import FEATURE_ZH, Matching, load_matcher, match
from align.match.evidence import equivalent_words, evidence_for, found_parts, shared_words
from align.match.features import Sides, Texts, measure
from align.records import Certificate, Competency, Course, Place
from align.settings import BY_NAME
from align.text import scope_parts
from tests.kit import MATCHER, SETTINGS, USUAL, certificate, course, item, unit

PARCEL = course(
    unit(
        1,
        "能核对寄件人身份并登记；会检查寄递物品是否违禁",
        course="收派",
        section="收寄",
        task="验视",
    ),
    unit(
        2, "能选择包装材料并封装快件；能称重并计算资费", course="收派", section="收寄", task="封装"
    ),
    unit(3, "能规划派送路线；掌握电子地图的使用", course="收派", section="投递", task="派送"),
    unit(4, "能办理签收；会处理无人接收与拒收的快件", course="收派", section="投递", task="签收"),
    name="收派",
)
SERVICE = course(
    unit(1, "了解接待客户的礼貌用语", course="客服", section="沟通", task="礼仪"),
    unit(2, "熟悉投诉登记、核实与回访的过程", course="客服", section="投诉", task="投诉受理"),
    unit(3, "了解行业发展历史", course="客服", section="概况", task="行业"),
    name="客服",
)
COURIER = certificate(
    item("1.1.1", "能核对寄件人身份信息并登记", area="收件", task="验视"),
    item("1.1.2", "能检查寄递物品，识别违禁物品", area="收件", task="验视"),
    item("1.2.1", "能按物品选择包装材料并封装快件", area="收件", task="封装"),
    item("1.2.2", "能使用电子秤称重并计算资费", area="收件", task="封装"),
    item("2.1.1", "能规划派送路线并使用电子地图", area="派件", task="派送"),
    item("2.2.1", "能受理客户投诉并完成回访", area="客户", task="投诉"),
)
RIGHT = ["收派#1", "收派#1", "收派#2", "收派#2", "收派#3", "客服#2"]


class CountingEmbedder:
    """The built-in embedder, and the texts it was asked for."""

    def __init__(self) -> None:
        self.inner = HashingEmbedder()
        self.identity = self.inner.identity
        self.calls: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """See `align.embed.Embedder`."""
        self.calls.append(list(texts))
        return self.inner.embed(texts)


def matched(courses: Sequence[Course], cert: Certificate) -> Matching:
    return match(courses, cert, HashingEmbedder(), MATCHER)


@pytest.fixture(scope="module")
def result() -> Matching:
    return matched([PARCEL, SERVICE], COURIER)


def test_every_feature_is_a_finite_matrix_of_items_by_units() -> None:
    units = (*PARCEL.units, *SERVICE.units)
    items = COURIER.competencies
    found = measure(Texts.of(items, units), Sides.alike(HashingEmbedder().embed), EMPTY)
    assert set(found) <= set(FEATURE_ZH)
    for name, matrix in found.items():
        assert matrix.shape == (6, 7), name
        assert matrix.dtype == np.float32, name
        assert np.isfinite(matrix).all(), name


def test_the_same_matter_in_other_words_ranks_first(result: Matching) -> None:
    assert result.score.shape == result.probability.shape == (6, 7)
    best = [result.units[j].id for j in result.score.argmax(axis=1)]
    assert best == RIGHT
    assert ((result.probability > 0) & (result.probability < 1)).all()


def test_a_higher_score_is_a_higher_probability(result: Matching) -> None:
    order = np.argsort(result.score, axis=None)
    assert (np.diff(result.probability.ravel()[order]) >= 0).all()


@pytest.mark.parametrize(
    ("asked", "friend", "false_friend"),
    [
        (
            "能使用JavaScript数据类型与类型转换",
            ("JavaScript程序设计", "掌握JavaScript的数据类型；能进行类型转换"),
            ("Java程序设计", "掌握Java的基本数据类型；理解引用类型"),
        ),
        (
            "能为老年人测量血压并记录",
            ("老年照护", "能用血压计为老年人测量血压；会填写记录"),
            ("老年照护", "能为老年人测量体温；会消毒体温计"),
        ),
        (
            "能处理快件破损的赔付",
            ("快递实务", "会按规定赔付破损快件"),
            ("快递实务", "会按规定包装易碎快件"),
        ),
    ],
)
def test_a_false_friend_ranks_below_the_true_one(
    asked: str, friend: tuple[str, str], false_friend: tuple[str, str]
) -> None:
    # Filler on both sides: scores are read against the whole of the two documents.
    filler = [
        unit(n, t, course="他") for n, t in enumerate(("了解历史", "编写报告", "体育锻炼"), 1)
    ]
    courses = [
        course(unit(1, friend[1], course=friend[0]), name=friend[0]),
        course(unit(2, false_friend[1], course=false_friend[0]), name=false_friend[0] + "二"),
        course(*filler, name="他"),
    ]
    cert = certificate(item("1.1.1", asked), item("1.1.2", "能撰写总结报告", task="任务二"))
    found = matched(courses, cert)
    assert found.score[0, 0] > found.score[0, 1] > found.score[0, 2:].max()


def test_the_score_is_the_sum_of_what_each_feature_gave(result: Matching) -> None:
    total = sum(m.astype(np.float64) for m in result.given.values())
    assert np.allclose(total, result.score, atol=1e-5)
    told = result.pair(2, 1)
    assert {name for name, _ in told.features} <= set(FEATURE_ZH)
    assert sum(v for _, v in told.features) == pytest.approx(told.score, abs=1e-3)
    assert told.probability == pytest.approx(
        1 / (1 + np.exp(-(MATCHER.slope * told.score + MATCHER.intercept))), abs=1e-6
    )


def test_the_best_pair_is_explained_by_what_speaks_for_it(result: Matching) -> None:
    given = dict(result.pair(2, 1).features)
    assert given["point"] > 0
    assert given["words"] > 0


def test_twice_the_same_is_exactly_the_same(result: Matching) -> None:
    again = matched([PARCEL, SERVICE], COURIER)
    assert np.array_equal(again.score, result.score)
    pairs = [(i, j) for i in range(6) for j in range(7)]
    assert [again.pair(*p) for p in pairs] == [result.pair(*p) for p in pairs]


def test_the_order_of_courses_changes_no_score_beyond_rounding(result: Matching) -> None:
    turned = matched([SERVICE, PARCEL], COURIER)
    ids = [u.id for u in turned.units]
    order = [ids.index(u.id) for u in result.units]
    assert np.allclose(turned.score[:, order], result.score, atol=1e-4)


def test_the_ids_of_things_say_nothing() -> None:
    renamed = replace(
        PARCEL,
        units=tuple(replace(u, id=f"X{9 - k}") for k, u in enumerate(PARCEL.units)),
    )
    assert np.array_equal(
        matched([renamed, SERVICE], COURIER).score, matched([PARCEL, SERVICE], COURIER).score
    )


def test_the_models_are_asked_for_whole_lists_not_for_pairs() -> None:
    asked = CountingEmbedder()
    match([PARCEL, SERVICE], COURIER, asked, MATCHER)
    assert len(asked.calls) < 8, "6 × 7 pairs must not become 42 calls"
    assert all(isinstance(t, str) for texts in asked.calls for t in texts)


# --- candidates -----------------------------------------------------------------------------


def made(probability: Sequence[Sequence[float]]) -> Matching:
    p = np.array(probability, np.float32)
    n, m = p.shape
    items = tuple(item(f"1.1.{k + 1}") for k in range(n))
    units = tuple(unit(k + 1) for k in range(m))
    return Matching(items, units, p * 10, p, {}, HashingEmbedder())


def test_candidates_are_the_best_of_rows_and_columns_and_every_link() -> None:
    row = [0.9, 0.8, 0.7, 0.6, 0.28, 0.1, 0.05]
    weak = [0.01, 0.02, 0.03, 0.04, 0.005, 0.06, 0.07]
    none = [0.0] * 7
    found = made([row, weak, none, none, none])
    settings = SETTINGS.with_values(candidates=3, link_threshold=0.6)
    chosen = found.candidates(settings)
    first = [j for i, j in chosen if i == 0]
    # Four links (0.6 itself is one), and columns 4-6 have this row among their three best.
    assert first == [0, 1, 2, 3, 4, 5, 6]
    assert [j for i, j in chosen if i == 1] == [6, 5, 3, 2, 1, 0, 4]
    for i in range(5):
        assert len([1 for a, _ in chosen if a == i]) >= 3, "every item keeps its three best"
    for j in range(7):
        assert len([1 for _, b in chosen if b == j]) >= 3, "every unit keeps its three best"
    assert len(chosen) == len(set(chosen))


def test_candidates_are_no_more_than_asked_for() -> None:
    rng = np.random.default_rng(7)
    p = rng.permutation(400).reshape(20, 20) / 4000  # all distinct, all below the threshold
    settings = SETTINGS.with_values(candidates=3)
    chosen = made(p).candidates(settings)
    best = {(i, int(j)) for i in range(20) for j in np.argsort(-p[i])[:3]}
    best |= {(int(i), j) for j in range(20) for i in np.argsort(-p[:, j])[:3]}
    assert set(chosen) == best
    assert chosen == sorted(chosen, key=lambda c: (c[0], -p[c], c[1]))


def test_ties_fall_to_the_first_and_a_second_look_gives_the_same() -> None:
    found = made([[0.1] * 6] * 5)
    settings = SETTINGS.with_values(candidates=3)
    chosen = found.candidates(settings)
    assert chosen == sorted(chosen)
    assert {(0, 0), (0, 1), (0, 2), (4, 0), (4, 1), (4, 2)} <= set(chosen)
    assert (4, 5) not in chosen
    assert found.candidates(settings) == chosen


def test_more_candidates_than_there_are_is_all_of_them() -> None:
    assert len(made([[0.1, 0.2], [0.3, 0.4]]).candidates(SETTINGS)) == 4


# --- evidence -------------------------------------------------------------------------------


def test_evidence_quotes_the_point_that_carries_the_match_with_both_places(
    result: Matching,
) -> None:
    first = result.pair(1, 0).evidence[0]
    assert first.unit_text == "会检查寄递物品是否违禁"
    assert first.unit_place == Place(table=2, row=2)
    assert first.competency_text == "能检查寄递物品，识别违禁物品。", "as printed"
    assert first.competency_place == Place(page=7, table=3, row=2)
    shared = {a for a, _ in first.shared}
    assert "寄递物品" in "".join(shared) or {"寄递", "物品"} <= shared
    assert all(a in first.unit_text and b in first.competency_text for a, b in first.shared)


def test_evidence_is_best_first_and_short(result: Matching) -> None:
    for i in range(6):
        for j in range(7):
            found = result.pair(i, j).evidence
            assert 1 <= len(found) <= 2
            similarities = [e.similarity for e in found]
            assert similarities == sorted(similarities, reverse=True)
    assert result.pair(0, 0, evidence=False).evidence == ()


def test_a_unit_without_points_is_quoted_by_its_task() -> None:
    bare = replace(unit(1, "", task="快件封装"), points=())
    (found,) = evidence_for(bare, item("1.1.1", "能封装快件"), HashingEmbedder().embed, EMPTY)
    assert found.unit_text == "快件封装"


@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ("掌握MySQL数据库的备份", "能够备份mysql数据库", {"mysql", "数据库", "备份"}),
        ("能够掌握相关知识", "能够掌握有关知识", set()),  # frame words are no evidence
        ("使用Java语言", "使用JavaScript语言", {"语言"}),  # one Latin word inside another is not
        ("", "能封装快件", set()),
    ],
)
def test_shared_words_are_whole_words_that_both_texts_hold(a: str, b: str, words: set[str]) -> None:
    found = shared_words(a, b)
    assert {x for x, _ in found} == words
    assert all(x == y for x, y in found)


def test_parts_of_a_requirement_are_found_or_missing_one_by_one() -> None:
    listed = item("1.1.1", "能使用电子秤、安检机和热敏打印机")
    there = unit(1, "会使用电子秤称重；能操作热敏打印机")
    found = dict(found_parts(listed, [there], HashingEmbedder().embed))
    missing = next(v for k, v in found.items() if "安检机" in k)
    assert len(found) == 3
    assert all(0 <= v <= 1 for v in found.values())
    assert all(v > missing for k, v in found.items() if "安检机" not in k)


def test_parts_are_asked_only_of_linked_items() -> None:
    found = made([[0.9, 0.1], [0.29, 0.1]])
    assert list(found.parts(SETTINGS)) == [("证", "初级-1.1.1")]


# --- edges ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("courses", "cert", "shape"),
    [
        ([], COURIER, (6, 0)),
        ([course()], COURIER, (6, 0)),
        ([PARCEL], certificate(), (0, 4)),
        ([], certificate(), (0, 0)),
    ],
)
def test_an_empty_side_is_an_empty_result(
    courses: list[Course], cert: Certificate, shape: tuple[int, int]
) -> None:
    found = matched(courses, cert)
    assert found.score.shape == found.probability.shape == shape
    assert found.candidates(SETTINGS) == []
    assert found.parts(SETTINGS) == {}


@pytest.mark.parametrize("text", ["", "。", "能够", "的", "😀", "a" * 5000])
def test_strange_texts_give_numbers_not_failures(text: str) -> None:
    odd = replace(unit(1, text), points=(text,), task=text)
    for units in ([odd], [odd, *PARCEL.units]):
        found = matched([course(*units)], certificate(item("1.1.1", text), item("1.1.2")))
        assert np.isfinite(found.score).all()
        assert np.isfinite(found.probability).all()
        assert found.pair(0, 0).evidence


def test_one_item_and_one_unit_alone_are_compared() -> None:
    found = matched([course(PARCEL.units[0])], certificate(COURIER.competencies[0]))
    assert found.score.shape == (1, 1)
    assert np.isfinite(found.score).all()


# --- matcher.json ---------------------------------------------------------------------------

GOOD: dict[str, object] = {
    "weights": dict.fromkeys(FEATURE_ZH, 1.0), "hub": 0.5, "usual": USUAL, "slope": 2.0,
    "intercept": -4.0,
}  # fmt: skip


def test_a_matcher_file_is_read_and_named_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "matcher.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    one = load_matcher(path)
    assert (one.weights, one.hub, one.slope, one.intercept) == (GOOD["weights"], 0.5, 2.0, -4.0)
    path.write_text(json.dumps({**GOOD, "slope": 2.5}), encoding="utf-8")
    assert load_matcher(path).version != one.version


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "已损坏"),
        ("{", "已损坏"),
        ("[]", "已损坏"),
        ("null", "已损坏"),
        ('{"weights": 3}', "已损坏"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "slope"}), "slope"),
        (json.dumps({**GOOD, "slope": "steep"}), "已损坏"),
        (json.dumps({**GOOD, "usual": {}}), "已损坏"),
        (json.dumps({**GOOD, "slope": None}), "已损坏"),
        (json.dumps({**GOOD, "hub": float("nan")}), "不符"),
        (
            json.dumps({**GOOD, "usual": {**USUAL, "words": (0.1, 0.1, 0.1, float("nan"))}}),
            "不符",
        ),
        (json.dumps({**GOOD, "weights": {"astrology": 1.0}}), "astrology"),
        (json.dumps({**GOOD, "weights": {"words": 0.0}}), "不符"),
        (json.dumps({**GOOD, "weights": {}}), "不符"),
        (json.dumps({**GOOD, "weights": {"siblings": 1.0}}), "不符"),
        (json.dumps({**GOOD, "weights": {"words": 1.0, "point": -0.5}}), "不符"),
        (json.dumps({**GOOD, "weights": {"words": float("nan"), "point": 1.0}}), "不符"),
    ],
)
def test_a_damaged_or_foreign_matcher_is_refused_by_name(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "matcher.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_matcher(path)
    line = caught.value.line()
    assert words in line
    assert str(path) in line
    assert "\n" not in line


def test_a_missing_matcher_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"找不到.*重新安装"):
        load_matcher(tmp_path / "matcher.json")


def test_the_shipped_matcher_is_sound() -> None:
    from align.places import models_folder

    shipped = load_matcher(models_folder() / "matcher.json")
    assert shipped.slope > 0
    # The defaults are those the matcher was fitted with: a refit must move them, too.
    fitted = json.loads((models_folder() / "matcher.json").read_text(encoding="utf-8"))
    defaults = (BY_NAME["link_threshold"].default, BY_NAME["full_threshold"].default)
    assert defaults == (fitted["thresholds"]["link"], fitted["thresholds"]["full"])
    assert 0 <= shipped.hub <= 1
    assert all(w >= 0 for w in shipped.weights.values())
    competencies: tuple[Competency, ...] = COURIER.competencies
    found = match([PARCEL, SERVICE], COURIER, HashingEmbedder(), shipped)
    best = [found.units[j].id for j in found.score.argmax(axis=1)]
    assert sum(a == b for a, b in zip(best, RIGHT, strict=True)) >= len(competencies) - 1


class Fixed:
    """An embedder of a few words with vectors given by hand."""

    def __init__(self, vectors: dict[str, tuple[float, float]]) -> None:
        self.vectors = vectors

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """See `align.embed.Embedder`."""
        return np.array([self.vectors.get(t, (0.0, 0.0)) for t in texts], np.float32)


def test_equivalent_words_are_tied_by_the_thesaurus_and_by_meaning() -> None:
    embed = HashingEmbedder().embed
    one = Thesaurus.of((Concept("返单", ("回单",), (), (), (), ""),), "k-one")
    assert ("回单", "返单") in equivalent_words("回单的办理", "能核对返单", embed, one)
    assert equivalent_words("回单的办理", "能核对返单", embed, EMPTY) == ()
    near = Fixed({"扎袋": (1.0, 0.0), "封袋": (0.8, 0.6), "运输": (0.0, 1.0)})
    assert equivalent_words("扎袋、运输", "封袋", near.embed, EMPTY) == (("扎袋", "封袋"),)
    assert equivalent_words("", "能封装快件", embed, EMPTY) == ()
    # Words that share a character look alike to such vectors: they must be closer to be tied.
    for word in ("封袋", "袋牌"):
        near = Fixed({"扎袋": (1.0, 0.0), word: (0.7, 0.714)})
        assert equivalent_words("扎袋", word, near.embed, EMPTY) == ()
    near = Fixed({"扎袋": (1.0, 0.0), "封口": (0.7, 0.714)})
    assert equivalent_words("扎袋", "封口", near.embed, EMPTY) == (("扎袋", "封口"),)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "能为瓷器、精密仪器和生鲜水果设计防震包装",
            ("瓷器", "精密仪器", "生鲜水果设计防震包装"),
        ),
        ("能使用 MySQL、Oracle 创建表和索引", ("MySQL", "Oracle 创建表", "索引")),
        ("能参与策划或者执行活动", ("参与策划", "执行活动")),
        ("给予温和安慰与陪伴、照护", ("给予温和安慰", "陪伴", "照护")),
        ("普及安全知识及其应用，涉及时间及时段", ("普及安全知识", "应用")),
        ("能处理B/S、C/S架构与TCP/IP、DNS/DHCP", ("处理B/S", "C/S架构", "TCP/IP", "DNS/DHCP")),
        ("会话管理、能力评估和会议纪要", ("会话管理", "能力评估", "会议纪要")),
        # After what the work is done is not what is done; a clause without a list lists nothing.
        ("能按邮路与班次编制格口表，在流向变更时及时更新", ()),
        ("能根据内件重量、形状选用包装箱", ()),
    ],
)
def test_a_requirement_is_taken_apart_into_what_it_lists(text: str, parts: tuple[str, ...]) -> None:
    assert scope_parts(text) == parts
