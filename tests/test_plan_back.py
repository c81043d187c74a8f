"""An edited plan.xlsx comes back as changes and conflicts, whatever was done to the file."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given as every
from hypothesis import settings as how
from hypothesis import strategies as st

from align.decisions import Decision
from align.errors import HostileFileError, ReadError
from align.export.pdf import find_office
from align.export.plan_back import ReadBack, read_back
from align.export.xlsx import xlsx_bytes
from align.export.xlsx_edit import ITEM, VERDICT_ZH, edit_values, written_as
from align.plan.nouns import Word
from align.records import ACTION_ZH, Action
from tests import plan_records as given
from tests.hostile_files import far_corner_xlsx, zip_bomb
from tests.review_kit import said

ITEMS, COURSES, UNITS = "融通内容分析表", "学分转换表", "免修单元"
PROPOSALS = {p.id: p for p in given.proposals()}
SUPPLEMENT = next(p.id for p in PROPOSALS.values() if p.action is Action.SUPPLEMENT)
EXTEND = next(p.id for p in PROPOSALS.values() if p.action is Action.EXTEND)
COURSE = "course:coldchain:冷库运营实务"
UNIT = next(p.id for p in PROPOSALS.values() if p.rule == "exempt-unit")


@cache
def exported() -> bytes:
    """plan.xlsx before anybody has decided anything."""
    return xlsx_bytes(given.plan())


class Edited:
    """The workbook as a committee member has it open."""

    def __init__(self, verdicts: Mapping[str, Decision] | None = None) -> None:
        data = exported() if verdicts is None else xlsx_bytes(given.plan(verdicts=verdicts))
        self.book = openpyxl.load_workbook(io.BytesIO(data))
        for name in self.book.sheetnames:  # what is not read back only takes time here
            if name not in {ITEMS, COURSES, UNITS}:
                del self.book[name]

    def row(self, sheet: str, subject: str) -> int:
        column = self.column(sheet, "建议编号")
        rows = range(4, self.book[sheet].max_row + 1)
        return next(r for r in rows if self.book[sheet].cell(r, column).value == subject)

    def column(self, sheet: str, title: str) -> int:
        return next(int(c.column) for c in self.book[sheet][3] if c.value == title)

    def fill(self, sheet: str, subject: str, **cells: Any) -> Edited:
        for title, value in cells.items():
            self.book[sheet].cell(self.row(sheet, subject), self.column(sheet, title)).value = value
        return self

    def data(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()

    def back(self, verdicts: Mapping[str, Decision] | None = None) -> ReadBack:
        return read_back(self.data(), PROPOSALS.values(), given.run(), verdicts)


def conflict(found: ReadBack) -> str:
    """Why the one conflict is one."""
    assert not found.changes
    (only,) = found.conflicts
    assert only.words.endswith(("。", "？"))
    return only.why


def test_a_file_nobody_touched_changes_nothing() -> None:
    plain = read_back(exported(), PROPOSALS.values(), given.run())
    assert (plain.changes, plain.conflicts) == ((), ())
    assert plain.unchanged == len(PROPOSALS)
    decided = {SUPPLEMENT: said(1, SUPPLEMENT, Action.SUPPLEMENT, hours=1.5, note="=并入\n实训")}
    again = Edited(decided).back(decided)
    assert (again.changes, again.conflicts) == ((), ())


def test_what_was_filled_in_comes_back_with_its_row() -> None:
    edited = Edited()
    edited.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时=2, 备注=" 春季学期\n起开设 ")
    edited.fill(ITEMS, EXTEND, 裁定="修改", 改为="强化")
    edited.fill(COURSES, COURSE, 裁定="采纳", 裁定学分=3.5, 裁定学时="56 学时")
    edited.fill(UNITS, UNIT, 裁定="不采纳", 备注="企业要求在校完成")
    found = edited.back()
    assert not found.conflicts and found.unchanged == len(PROPOSALS) - 4
    changes = {c.subject: c for c in found.changes}
    taken = changes[SUPPLEMENT]
    assert (taken.verdict, taken.action, taken.hours, taken.note, taken.seen) == (
        "accept", Action.SUPPLEMENT, 2.0, "春季学期 起开设", "",
    )  # fmt: skip
    assert (taken.sheet, taken.row) == (ITEMS, edited.row(ITEMS, SUPPLEMENT))
    assert (changes[EXTEND].verdict, changes[EXTEND].action) == ("change", Action.STRENGTHEN)
    assert (changes[COURSE].credits, changes[COURSE].hours) == (3.5, 56.0)
    assert (changes[UNIT].verdict, changes[UNIT].action) == ("reject", None)


def test_a_standing_decision_can_be_changed_and_taken_back() -> None:
    decided = {
        SUPPLEMENT: said(1, SUPPLEMENT, Action.SUPPLEMENT),
        EXTEND: said(2, EXTEND, Action.EXTEND, note="旧"),
    }
    edited = Edited(decided)
    edited.fill(ITEMS, SUPPLEMENT, 裁定="撤回").fill(ITEMS, EXTEND, 备注="新")
    changes = {c.subject: c for c in edited.back(decided).changes}
    assert (changes[SUPPLEMENT].verdict, changes[SUPPLEMENT].seen) == ("withdraw", "d001")
    assert (changes[EXTEND].note, changes[EXTEND].verdict) == ("新", "accept")


def of_other_run(e: Edited) -> Edited:
    return e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 运行编号="r-other")


def of_nobody(e: Edited) -> Edited:
    return e.fill(ITEMS, SUPPLEMENT, 裁定="采纳").fill(ITEMS, SUPPLEMENT, 建议编号="item:x:9")


def of_another_proposal(e: Edited) -> Edited:
    return e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 原建议="extend")


def without_a_key(e: Edited) -> Edited:
    sheet = e.book[ITEMS]
    sheet.cell(sheet.max_row + 1, e.column(ITEMS, "裁定")).value = "采纳"
    return e


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (of_other_run, "other-run"),
        (of_nobody, "unknown"),
        (without_a_key, "unknown"),
        (of_another_proposal, "proposal-changed"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳吧"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 备注="只有备注"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定学时=4), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="修改"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="修改", 改为="补充"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="修改", 改为="免修"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 改为="拓展"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="撤回"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="不采纳", 裁定学时=2), "impossible"),
        (lambda e: e.fill(UNITS, UNIT, 裁定="修改"), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 备注="长" * 2001), "impossible"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时="若干"), "not-a-number"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时=-1), "not-a-number"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时=99999), "not-a-number"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时="=1+1"), "formula"),
        (lambda e: e.fill(ITEMS, SUPPLEMENT, 裁定="采纳", 备注="=1+1"), "formula"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_conflict_with_its_reason(
    edit: Callable[[Edited], Edited], why: str
) -> None:
    assert conflict(edit(Edited()).back()) == why


def test_a_row_decided_meanwhile_is_shown_with_both_sides() -> None:
    theirs = said(7, SUPPLEMENT, Action.SUPPLEMENT, "reject")
    found = Edited().fill(ITEMS, SUPPLEMENT, 裁定="采纳").back({SUPPLEMENT: theirs})
    assert conflict(found) == "decided-meanwhile"
    assert found.conflicts[0].theirs == theirs and found.conflicts[0].filled == "裁定 采纳"
    assert "甲老师" in found.conflicts[0].words
    untouched = Edited().back({SUPPLEMENT: theirs})
    assert not untouched.conflicts and not untouched.changes


def test_clearing_a_verdict_is_not_taking_it_back() -> None:
    decided = {SUPPLEMENT: said(1, SUPPLEMENT, Action.SUPPLEMENT)}
    found = Edited(decided).fill(ITEMS, SUPPLEMENT, 裁定=None).back(decided)
    assert conflict(found) == "impossible" and "撤回" in found.conflicts[0].words


def test_a_proposal_that_links_have_changed_since_is_not_decided_by_an_old_file() -> None:
    data = Edited().fill(ITEMS, SUPPLEMENT, 裁定="采纳").data()
    now = [
        replace(p, action=Action.EXTEND) if p.id == SUPPLEMENT else p for p in PROPOSALS.values()
    ]
    found = read_back(data, now, given.run())
    assert [c.why for c in found.conflicts] == ["proposal-changed"]


def test_a_copied_row_counts_once() -> None:
    edited = Edited().fill(ITEMS, SUPPLEMENT, 裁定="采纳")
    sheet = edited.book[ITEMS]
    sheet.append([c.value for c in sheet[edited.row(ITEMS, SUPPLEMENT)]])
    found = edited.back()
    assert [c.subject for c in found.changes] == [SUPPLEMENT]
    assert [c.why for c in found.conflicts] == ["repeated"]
    assert f"第 {found.changes[0].row} 行" in found.conflicts[0].words


def test_sorted_moved_and_cut_down_tables_are_read_all_the_same() -> None:
    edited = Edited().fill(ITEMS, SUPPLEMENT, 裁定="采纳").fill(ITEMS, EXTEND, 裁定="不采纳")
    sheet = edited.book[ITEMS]
    rows = [[c.value for c in r] for r in sheet.iter_rows(min_row=4)][::-1]
    for r, values in enumerate(rows, 4):
        for c, value in enumerate(values, 1):
            sheet.cell(r, c).value = value
    sheet.delete_cols(2, 4)  # columns that nobody needed
    sheet.insert_rows(1, 2)  # a title of the college's own
    del edited.book[UNITS]
    assert {c.subject for c in edited.back().changes} == {SUPPLEMENT, EXTEND}


def test_a_file_saved_by_another_office_program_comes_back(tmp_path: Path) -> None:
    edited = Edited().fill(ITEMS, SUPPLEMENT, 裁定="采纳", 裁定学时=2, 备注="另存")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plan.xlsx").write_bytes(edited.data())
    office = find_office()
    assert office is not None
    subprocess.run(
        [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path),
         str(tmp_path / "in" / "plan.xlsx")],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    data = (tmp_path / "plan.xlsx").read_bytes()
    found = read_back(data, PROPOSALS.values(), given.run())
    assert [(c.subject, c.hours, c.note) for c in found.changes] == [(SUPPLEMENT, 2.0, "另存")]
    assert not found.conflicts


def other_book() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["裁定", "建议编号"])  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def without_hidden_columns() -> bytes:
    edited = Edited()
    for name in (ITEMS, COURSES, UNITS):
        edited.book[name].delete_cols(edited.column(name, "建议编号"), 5)
    return edited.data()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空的"),
        (b"%PDF-1.4", "不是 xlsx"),
        (b"PK\x03\x04 cut", "损坏"),
        (other_book(), "隐藏列"),
        (without_hidden_columns(), "隐藏列"),
    ],
)
def test_another_file_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ReadError, match=words) as caught:
        read_back(data, PROPOSALS.values(), given.run(), name="方案.xlsx")
    assert "方案.xlsx" in caught.value.line()


def test_a_harmful_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostileFileError):
        read_back(zip_bomb(tmp_path).read_bytes(), PROPOSALS.values(), given.run())
    with pytest.raises(ReadError):
        read_back(far_corner_xlsx(tmp_path).read_bytes(), PROPOSALS.values(), given.run())


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=60
).map(lambda s: " ".join(s.split()))  # fmt: skip


@how(max_examples=20, deadline=None)
@every(
    st.sampled_from(sorted(k for k in PROPOSALS if k.startswith("item:"))),
    st.sampled_from(["accept", "change", "reject"]),
    st.none() | st.floats(0, 2000).map(lambda x: round(x, 2)),
    WORDS,
)
def test_what_is_filled_in_is_what_comes_back(
    subject: str, verdict: str, hours: float | None, note: str
) -> None:
    if note.startswith("=") or note != note.translate({0x202A + n: None for n in range(64)}):
        return
    proposed = PROPOSALS[subject].action
    other = next(a for a in ITEM.actions if a is not proposed)
    hours = None if verdict == "reject" else hours
    filled = {
        "裁定": VERDICT_ZH[verdict],  # type: ignore[index]
        "改为": ACTION_ZH[other] if verdict == "change" else None,
        "裁定学时": hours,
        "备注": note or None,
    }
    found = SHARED.filled(subject, filled)
    assert not found.conflicts
    (change,) = found.changes
    assert (change.subject, change.verdict, change.hours) == (subject, verdict, hours)
    assert change.action == {"accept": proposed, "change": other, "reject": None}[verdict]
    assert change.note == note


class _Shared:
    """One workbook for many examples: only the row in question is filled, then emptied."""

    edited: Edited | None = None

    def filled(self, subject: str, cells: Mapping[str, Any]) -> ReadBack:
        self.edited = self.edited or Edited()
        found = self.edited.fill(ITEMS, subject, **cells).back()
        self.edited.fill(ITEMS, subject, **dict.fromkeys(cells))
        return found


SHARED = _Shared()


def test_a_standing_word_is_written_as_it_will_be_compared() -> None:
    word = Word.of(said(1, "item:x", Action.EXTEND, "change", action=Action.SUPPLEMENT, hours=2.50))
    values = edit_values(ITEM, word)
    assert values == ("修改", "补充", 2.5, None)
    assert written_as(values) == '["修改","补充","2.5",""]'
