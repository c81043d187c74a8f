"""A standard is revised and read again: what was decided on unchanged lines holds on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align import pipeline, review, snapshot
from align.decisions import Decision, LinkDecision, Pair
from align.embed import HashingEmbedder
from align.gather import gather
from align.records import Action
from align.review import Carried, carry
from align.review.lines import Lines
from align.snapshot import Snapshot
from tests.kit import COURIER, FILES, MATCHER, PARCELS, SETTINGS, course, unit, write_files
from tests.review_kit import graded, said

COURSE = "快件收派实务"
CERT = "900101"


def kept(folder: Path, **changed: str) -> Snapshot:
    """The run of the set with these files' text."""
    names = {
        "parcels": f"course_standards/快递/{COURSE}.csv",
        "courier": "cert_standards/快件处理员.csv",
    }
    write_files(folder, FILES | {names[k]: text for k, text in changed.items()})
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    return snapshot.load(snapshot.dump(pipeline.run(found, HashingEmbedder(), MATCHER, SETTINGS)))


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return kept(tmp_path_factory.mktemp("old"))


def pair(item: str, n: int) -> Pair:
    return CERT, item, COURSE, f"{COURSE}#{n}"


def decided(
    old: Snapshot, *pairs: tuple[str, int], verdicts: tuple[str, ...] = ()
) -> tuple[list[LinkDecision], list[Decision]]:
    links = [
        graded(n, 2, pair=pair(*p), run_id=old.run.id, note="教研室看过")
        for n, p in enumerate(pairs, 1)
    ]
    words = [
        said(n, f"item:{CERT}:{i}", Action.SUPPLEMENT, run_id=old.run.id)
        for n, i in enumerate(verdicts, 1)
    ]
    return links, words


def line(text: str, beginning: str) -> str:
    return next(row for row in text.splitlines(keepends=True) if beginning in row)


def test_everything_holds_on_when_only_the_settings_changed(old: Snapshot) -> None:
    new = replace(old, run=replace(old.run, id="r-new"))
    links, words = decided(old, ("初级-1.1.1", 1), ("中级-1.1.2", 4), verdicts=("中级-2.1.2",))
    found = carry(old, new, links, words)
    assert not found.changed and not found.gone and not found.new_units and not found.new_items
    assert len(found.kept) == 3
    for before, after in zip([*links, *words], found.kept, strict=True):
        assert (after.id, after.run_id, after.carried_from) == ("", "r-new", before.id)
        assert (after.reviewer, after.reviewer_name, after.note) == (
            before.reviewer, before.reviewer_name, before.note,
        )  # fmt: skip
    link = found.kept[0]
    assert isinstance(link, LinkDecision) and link.pair == links[0].pair
    assert link.probability == new.probability(link.pair), "what the machine says now"


def test_a_row_put_in_before_moves_the_numbers_and_takes_the_decisions_along(
    old: Snapshot, tmp_path: Path
) -> None:
    head, rest = PARCELS.split("\n", 1)
    row = f"{COURSE},K01,必修,2,收寄,班前准备,能检查电动三轮车的车况；会穿戴反光背心,2,0,2"
    new = kept(tmp_path, parcels=f"{head}\n{row}\n{rest}")
    links, words = decided(old, ("初级-1.1.1", 1), ("中级-1.1.2", 4), verdicts=("初级-1.1.1",))
    found = carry(old, new, links, words)
    assert [d.pair for d in found.kept if isinstance(d, LinkDecision)] == [
        pair("初级-1.1.1", 2), pair("中级-1.1.2", 5),
    ]  # fmt: skip
    assert found.new_units == ((COURSE, f"{COURSE}#1"),)
    assert not found.changed and not found.gone
    grades = review.in_force(
        links + [d for d in found.kept if isinstance(d, LinkDecision)], 1, new.run.id
    )
    assert grades == {pair("初级-1.1.1", 2): 2, pair("中级-1.1.2", 5): 2}
    assert pair("初级-1.1.1", 1) not in grades, "the new first row has another text"


def test_a_reworded_line_comes_back_with_both_texts(old: Snapshot, tmp_path: Path) -> None:
    new = kept(
        tmp_path,
        parcels=PARCELS.replace("会检查寄递物品是否违禁", "会用安检机检查寄递物品是否违禁"),
    )
    links, words = decided(old, ("初级-1.1.1", 1), ("初级-1.2.1", 2), verdicts=("初级-1.1.1",))
    found = carry(old, new, links, words)
    assert [d.carried_from for d in found.kept] == ["l002", "d001"]
    (change,) = found.changed
    assert change.decision == links[0]
    assert change.old_text == "能核对寄件人身份并登记；会检查寄递物品是否违禁"
    assert change.new_text == "能核对寄件人身份并登记；会用安检机检查寄递物品是否违禁"
    assert change.about == pair("初级-1.1.1", 1)
    assert found.new_units == ((COURSE, f"{COURSE}#1"),)


def test_spaces_widths_and_full_stops_are_no_change(old: Snapshot, tmp_path: Path) -> None:
    courier = COURIER.replace("能受理客户投诉并完成回访", "能受理 客户投诉并完成回访。")
    new = kept(tmp_path, courier=courier)
    found = carry(old, new, *decided(old, ("中级-2.1.1", 4), verdicts=("中级-2.1.1",)))
    assert len(found.kept) == 2 and not found.changed and not found.gone


def test_a_line_taken_out_is_gone_and_says_what_it_was(old: Snapshot, tmp_path: Path) -> None:
    new = kept(tmp_path, courier=COURIER.replace(line(COURIER, "无人机"), ""))
    links, words = decided(old, ("中级-2.1.2", 3), verdicts=("中级-2.1.2",))
    found = carry(old, new, links, words)
    assert not found.kept and not found.changed
    assert [(g.decision, g.new_text) for g in found.gone] == [(links[0], ""), (words[0], "")]
    assert all("无人机" in g.old_text for g in found.gone)


def test_the_same_words_in_another_level_are_another_line(old: Snapshot, tmp_path: Path) -> None:
    new = kept(
        tmp_path,
        courier=COURIER.replace(",中级,2 客户,2.1 投诉,2.1.2", ",高级,2 客户,2.1 投诉,2.1.2"),
    )
    found = carry(old, new, *decided(old, verdicts=("中级-2.1.2",)))
    assert not found.kept
    assert (CERT, "高级-2.1.2") in found.new_items


def test_an_exemption_holds_on_only_while_all_it_rests_on_is_unchanged(
    old: Snapshot, tmp_path: Path
) -> None:
    """The row is the same, but a requirement that covered it is not: decide again."""
    row = f"{COURSE}#2"
    links, _ = decided(old, ("初级-1.2.1", 2))
    exempt = said(1, f"unit:{CERT}:{COURSE}:{row}", Action.EXEMPT, run_id=old.run.id)
    whole = said(2, f"course:{CERT}:{COURSE}", Action.EXEMPT, run_id=old.run.id)
    same = carry(old, replace(old, run=replace(old.run, id="r-new")), links, [exempt, whole])
    assert [d.carried_from for d in same.kept] == ["l001", "d001", "d002"]
    reworded = COURIER.replace(
        "能按物品选择包装材料并封装快件", "能按物品选择绿色包装材料并封装快件"
    )
    found = carry(old, kept(tmp_path, courier=reworded), links, [exempt, whole])
    assert not found.kept
    assert {c.decision.id for c in found.changed} == {"l001", "d001", "d002"}
    assert all("绿色包装" in c.new_text for c in found.changed)


def test_a_course_with_one_more_row_has_to_be_looked_at_again(
    old: Snapshot, tmp_path: Path
) -> None:
    whole = said(1, f"course:{CERT}:{COURSE}", Action.EXEMPT, run_id=old.run.id)
    row = f"{COURSE},K01,必修,2,投递,智能柜,能操作智能快件箱,2,0,2\n"
    found = carry(old, kept(tmp_path, parcels=PARCELS + row), [], [whole])
    assert [c.decision for c in found.changed] == [whole]


def test_only_standing_words_of_the_reviewed_run_are_carried(old: Snapshot) -> None:
    new = replace(old, run=replace(old.run, id="r-new"))
    links = [
        graded(1, 2, pair=pair("初级-1.1.1", 1), run_id=old.run.id),
        graded(2, 0, "乙", pair=pair("初级-1.1.1", 1), run_id=old.run.id, supersedes="l001"),
        graded(3, 2, pair=pair("初级-1.1.2", 1), run_id=old.run.id),
        graded(4, None, "乙", pair=pair("初级-1.1.2", 1), run_id=old.run.id, supersedes="l003"),
        graded(5, 1, pair=pair("初级-1.2.1", 2), run_id="r-before"),
    ]
    found = carry(old, new, links, [])
    assert [d.carried_from for d in found.kept] == ["l002"]


def test_both_reviewers_words_and_the_committees_go_along(old: Snapshot) -> None:
    new = replace(old, run=replace(old.run, id="r-new"))
    p = pair("初级-1.1.1", 1)
    links = [
        graded(1, 2, "甲", pair=p, run_id=old.run.id),
        graded(2, 1, "乙", pair=p, run_id=old.run.id),
        graded(3, 1, "委", pair=p, run_id=old.run.id, stage="settle"),
    ]
    found = carry(old, new, links, [])
    assert [(d.carried_from, d.reviewer, d.stage) for d in found.kept] == [
        ("l001", "甲", "review"), ("l002", "乙", "review"), ("l003", "委", "settle"),
    ]  # fmt: skip


def test_going_back_to_a_run_does_not_revive_what_was_taken_back_since(old: Snapshot) -> None:
    """r-old is reviewed, r-new takes its place, a word is withdrawn there, r-old comes back."""
    new = replace(old, run=replace(old.run, id="r-new"))
    p = pair("初级-1.1.1", 1)
    history = [
        graded(1, 2, pair=p, run_id=old.run.id),
        graded(2, 2, pair=p, run_id="r-new", carried_from="l001", supersedes="l001"),
        graded(3, None, pair=p, run_id="r-new", supersedes="l002"),
    ]
    found = carry(new, old, history, [])
    (back,) = found.kept
    assert isinstance(back, LinkDecision) and (back.grade, back.run_id) == (None, old.run.id)
    after = [*history, replace(back, id="l004", time=history[-1].time, supersedes="l003")]
    assert review.in_force(after, 1, old.run.id) == {}


def test_a_measure_in_a_course_that_is_gone_has_to_be_placed_again(old: Snapshot) -> None:
    new = replace(
        old,
        run=replace(old.run, id="r-new"),
        gathered=replace(old.gathered, courses=old.courses[:1]),
    )
    there, away = (c.id for c in old.courses)
    words = [
        said(n, f"item:{CERT}:初级-1.1.{n}", Action.SUPPLEMENT, "change", action=Action.SUPPLEMENT,
             run_id=old.run.id, course_id=c)
        for n, c in ((1, there), (2, away))
    ]  # fmt: skip
    found = carry(old, new, [], words)
    assert [d.carried_from for d in found.kept] == ["d001"]
    assert [c.decision for c in found.changed] == [words[1]]


def test_lines_that_occur_twice_are_joined_only_where_it_is_plain_which_is_which() -> None:
    def rows(*texts: str):  # type: ignore[no-untyped-def]
        return [course(*(unit(n, t) for n, t in enumerate(texts, 1)))]

    both = Lines.of_units(
        rows("复习", "甲内容", "复习"), rows("新增一行", "复习", "甲内容", "复习")
    )
    assert both.same == {("课", "课#1"): ("课", "课#2"), ("课", "课#2"): ("课", "课#3"),
                         ("课", "课#3"): ("课", "课#4")}  # fmt: skip
    fewer = Lines.of_units(rows("复习", "甲内容", "复习"), rows("复习", "甲内容"))
    assert fewer.same == {("课", "课#1"): ("课", "课#1"), ("课", "课#2"): ("课", "课#2")}


TEXTS = st.lists(
    st.sampled_from(["复习", "装车作业", "装车作业与码放", "温度记录", "盘点"]), max_size=7
)


@given(TEXTS, TEXTS)
def test_each_old_line_has_one_like_of_the_same_words_and_none_is_used_twice(
    before: list[str], after: list[str]
) -> None:
    old, new = (
        [course(*(unit(n, t) for n, t in enumerate(texts, 1)))] for texts in (before, after)
    )
    found = Lines.of_units(old, new)
    assert len(set(found.same.values())) == len(found.same)
    for a, b in found.same.items():
        assert found.texts[a] == found.new_texts[b]
    assert set(found.added) == {("课", u.id) for u in new[0].units} - set(found.same.values())
    assert not set(found.same) & set(found.reworded)
    assert set(found.reworded.values()) <= set(found.added)
    if before == after:
        assert all(a == b for a, b in found.same.items()) and len(found.same) == len(before)


def test_nothing_decided_gives_nothing_to_carry(old: Snapshot) -> None:
    assert carry(old, old, [], []) == Carried()
