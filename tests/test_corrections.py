"""What a person puts right in a reading before it is matched."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align import pipeline
from align.corrections import apply
from align.decisions import Correction
from align.embed import HashingEmbedder
from align.errors import UsageError
from align.gather import assemble, gather, read_files
from align.programmes import Programme, documents
from tests.kit import MATCHER, SETTINGS, certificate, course, item, unit, write_files

A = unit(1, "第一点；第二点", hours=4.0, practice_hours=1.0)
B = unit(2, "第三点；第二点", hours=None, depth=3)
D = unit(3, "第四点", hours=2.0, practice_hours=2.0)
COURSE = course(A, B, D)
ITEMS = [item("1.1.1"), item("1.1.2", level="中级"), item("2.1.1", level="中级")]
CERTIFICATE = certificate(*ITEMS, levels=("初级", "中级"))


def made(*corrections: Correction):  # type: ignore[no-untyped-def]
    (found,), (cert,), problems = apply([COURSE], [CERTIFICATE], corrections)
    return found, cert, problems


def test_without_corrections_nothing_is_copied() -> None:
    found, cert, problems = made()
    assert found is COURSE and cert is CERTIFICATE and problems == ()


def test_a_unit_gets_its_right_name_and_keeps_its_number_and_text() -> None:
    found, _, problems = made(Correction("rename-unit", ("课", "课#1"), " 上门收件 "))
    assert (found.units[0].task, found.units[0].id, found.units[0].printed) == (
        "上门收件", "课#1", A.printed,
    )  # fmt: skip
    assert found.units[1:] == COURSE.units[1:] and not problems


def test_of_two_names_the_later_one_holds() -> None:
    one, two = (Correction("rename-unit", ("课", "课#1"), n) for n in ("甲", "乙"))
    assert made(one, two)[0].units[0].task == "乙"
    assert made(two, one)[0].units[0].task == "甲"


def test_a_row_torn_in_two_becomes_one_with_all_of_its_content() -> None:
    found, _, problems = made(Correction("merge-units", ("课", "课#1"), "课#2"))
    first, second = found.units
    assert (first.id, first.task, first.place) == (B.id, B.task, B.place), "the taker's own"
    assert first.points == ("第一点", "第二点", "第三点"), "in the document's order, nothing twice"
    assert first.printed == f"{A.printed}\n{B.printed}"
    assert (first.hours, first.practice_hours, first.depth) == (4.0, 1.0, 3)
    assert second == D and not problems


def test_merges_may_be_chained() -> None:
    found, _, problems = made(
        Correction("merge-units", ("课", "课#1"), "课#2"),
        Correction("merge-units", ("课", "课#2"), "课#3"),
    )
    (one,) = found.units
    assert (one.id, one.hours) == ("课#3", 6.0) and not problems
    assert one.points == ("第一点", "第二点", "第三点", "第四点")


@pytest.mark.parametrize(
    "corrections",
    [
        [Correction("merge-units", ("课", "课#1"), "课#1")],
        [Correction("merge-units", ("课", "课#1"), "课#9")],
        [
            Correction("merge-units", ("课", "课#1"), "课#2"),
            Correction("merge-units", ("课", "课#2"), "课#1"),
        ],
    ],
)
def test_a_merge_that_leads_nowhere_loses_nothing_and_is_said(
    corrections: list[Correction],
) -> None:
    found, _, problems = made(*corrections)
    assert found == COURSE
    assert len(problems) == len(corrections)
    assert {p.code for p in problems} == {"correction-unused"}


def test_what_is_merged_into_a_dropped_row_stays() -> None:
    found, _, problems = made(
        Correction("merge-units", ("课", "课#1"), "课#2"), Correction("drop-unit", ("课", "课#2"))
    )
    assert [u.id for u in found.units] == ["课#1", "课#3"]
    assert found.units[0] == A and len(problems) == 1


def test_dropped_rows_are_gone_and_a_wrong_level_is_put_right() -> None:
    found, cert, problems = made(
        Correction("drop-unit", ("课", "课#3")),
        Correction("drop-item", ("证", "初级-1.1.1")),
        Correction("level", ("证", "中级-2.1.1"), "初级"),
    )
    assert [u.id for u in found.units] == ["课#1", "课#2"]
    assert [(i.id, i.level) for i in cert.competencies] == [
        ("中级-1.1.2", "中级"),
        ("中级-2.1.1", "初级"),
    ]
    assert not problems


@pytest.mark.parametrize(
    ("correction", "why"),
    [
        (Correction("level", ("证", "初级-1.1.1"), "高级"), "没有等级"),
        (Correction("rename-unit", ("课", "课#9"), "甲"), "已不在文件中"),
        (Correction("rename-unit", ("课", "课#1"), "  "), "没有写新的名称"),
        (Correction("drop-item", ("课", "课#1")), "已不在文件中"),
    ],
)
def test_a_correction_without_its_line_is_said_and_changes_nothing(
    correction: Correction, why: str
) -> None:
    found, cert, (problem,) = made(correction)
    assert (found, cert) == (COURSE, CERTIFICATE)
    assert problem.severity == "warning" and why in problem.message


KINDS = st.sampled_from(["rename-unit", "merge-units", "level", "drop-unit", "drop-item"])
TARGETS = st.sampled_from(
    [("课", f"课#{n}") for n in range(1, 5)] + [("证", i.id) for i in ITEMS] + [("别", "x")]
)
VALUES = st.sampled_from(["课#1", "课#2", "课#3", "课#9", "初级", "高级", "", "名称"])


@given(st.lists(st.builds(Correction, KINDS, TARGETS, VALUES), max_size=8))
def test_any_corrections_lose_no_point_that_was_not_dropped(corrections: list[Correction]) -> None:
    found, cert, problems = made(*corrections)
    dropped = {c.target[1] for c in corrections if c.kind == "drop-unit"}
    kept = {p for u in COURSE.units if u.id not in dropped for p in u.points}
    assert {p for u in found.units for p in u.points} == kept
    assert {u.id for u in found.units} <= {u.id for u in COURSE.units}
    gone = {c.target for c in corrections if c.kind == "drop-item"}
    assert [i.id for i in cert.competencies] == [i.id for i in ITEMS if ("证", i.id) not in gone]
    assert len(problems) <= len(corrections)


# --- in the way of a workspace --------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_files(tmp_path_factory.mktemp("set"))


def assembled(folder: Path, *corrections: Correction, levels: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    courses = read_files(documents(folder / "course_standards/快递"), None)
    certs = read_files([folder / "cert_standards/快件处理员.csv"], "certificate")
    return assemble(Programme("快递", "快递运营", ()), courses, certs, levels, corrections)


def test_a_workspace_gathers_what_the_folders_give(folder: Path) -> None:
    (given_,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    found = assembled(folder)
    assert (found.courses, found.certificates) == (given_.courses, given_.certificates)


def test_an_item_read_into_a_wrong_level_comes_into_the_chosen_range(folder: Path) -> None:
    (cert,) = assembled(folder, levels=("初级",)).certificates
    assert {i.level for i in cert.competencies} == {"初级"}
    wrong = Correction("level", (cert.id, "中级-2.1.1"), "初级")
    found = assembled(folder, wrong, levels=("初级",))
    assert "中级-2.1.1" in {i.id for i in found.certificates[0].competencies}
    assert found.corrections == (wrong,)


def test_corrections_make_another_run_and_show_in_the_plan(folder: Path) -> None:
    plain = assembled(folder)
    first = plain.courses[0].units[0]
    fixed = assembled(folder, Correction("rename-unit", (first.course_id, first.id), "上门揽收"))
    one, two = (pipeline.run(g, HashingEmbedder(), MATCHER, SETTINGS) for g in (plain, fixed))
    assert one.run.id != two.run.id
    assert any("上门揽收" in u for row in two.plan.analysis for u in row.units)
    lost = assembled(folder, Correction("drop-unit", ("没有的课", "1")))
    assert any(p.code == "correction-unused" for p in lost.problems)


def test_a_workspace_without_certificates_says_so(folder: Path) -> None:
    courses = read_files([folder / "course_standards/快递/快件收派实务.csv"], None)
    with pytest.raises(UsageError, match="没有读到任何证书标准"):
        assemble(Programme("快递", "快递", ()), courses, [])
