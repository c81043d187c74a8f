"""What is taken over from one decision to the next is what a new start would give."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from align import pipeline, snapshot
from align.decisions import Grade, Pair
from align.embed import HashingEmbedder
from align.gather import gather
from align.memo import Memo
from align.ui import wiring
from align.ui.look import Look
from tests.kit import MATCHER, SETTINGS, write_files

#: So few candidates that people add others.
FEW = SETTINGS.with_values(candidates=3)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = write_files(tmp_path_factory.mktemp("memo"))
    (found,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    return snapshot.dump(pipeline.run(found, HashingEmbedder(), MATCHER, FEW))


def test_a_value_is_made_again_only_when_its_ground_differs() -> None:
    memo, made = Memo(), []

    def make() -> int:
        made.append(1)
        return len(made)

    assert [memo.again("a", (1, "x"), make) for _ in range(3)] == [1, 1, 1]
    assert memo.again("a", (2, "x"), make) == 2
    assert memo.again("b", (2, "x"), make) == 3
    assert memo.again("a", (1, "x"), make) == 4  # only the last is kept


def test_decision_after_decision_gives_what_a_new_start_gives(kept: bytes) -> None:
    """Grades come, change and go, of listed pairs and of such as the machine had not listed."""
    chance, again = random.Random(3), snapshot.load(kept)
    everything = [(*key, *unit) for key in again.rows for unit in again.columns]
    unlisted = [p for p in everything if p not in again.positions]
    assert unlisted
    grades: dict[Pair, Grade] = {}
    look = Look(snapshot.result(again))
    for turn in range(40):
        pair: Pair = chance.choice([*again.positions, *unlisted[:5]])
        if turn % 5 == 4 and grades:
            del grades[chance.choice(sorted(grades))]
        else:
            grades[pair] = chance.choice((0, 1, 2))
        now = snapshot.result(again, grades)
        fresh = snapshot.result(snapshot.load(kept), grades)
        assert now.proposals == fresh.proposals
        assert now.coverage == fresh.coverage
        look, anew = Look(now, before=look), Look(fresh)
        assert list(look.item_matches.items()) == list(anew.item_matches.items())
        assert look.unit_matches == anew.unit_matches
        assert (look.units, look.items, look.sources) == (anew.units, anew.items, anew.sources)
        assert look.of_item == anew.of_item and look.item_courses == anew.item_courses
        assert look.unit_titles == anew.unit_titles


def test_other_probabilities_are_put_in_order_anew(kept: bytes) -> None:
    """A calibration changes what is likelier than what; nothing of the order is taken over."""
    snap = snapshot.load(kept)
    before = Look(snapshot.result(snap))
    other = snapshot.recalculated(snap, FEW, (1.4, -0.3))
    made = snapshot.result(other)
    look, anew = Look(made, before=before), Look(made)
    assert look.item_matches == anew.item_matches
    assert look.item_matches != before.item_matches


def test_a_programme_that_is_put_into_the_folder_is_offered_at_once(tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    courses = folder / "course_standards"
    names = {p.name for p in wiring._programmes(courses)}
    assert names == {p.name for p in wiring._programmes(courses)} and names
    new = courses / "新专业"
    new.mkdir()
    (new / "课.csv").write_text("课程,任务,教学内容\n课,甲,乙\n", encoding="utf-8")
    assert {p.name for p in wiring._programmes(courses)} == names | {"新专业"}
    (new / "programme.toml").write_text('name = "另一个名称"\n', encoding="utf-8")
    assert {p.name for p in wiring._programmes(courses)} == names | {"另一个名称"}
