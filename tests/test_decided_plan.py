"""The plan once people have decided: who, when, what and why; what is open is marked."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from docx import Document
from openpyxl import load_workbook

from align import pipeline
from align.export.docx import docx_bytes
from align.export.tables import matches_csv, proposals_csv
from align.export.views import matrix_picture
from align.export.xlsx import xlsx_bytes
from align.gather import Gathered
from align.plan import DRAFT_MARK, PENDING, UNREVIEWED
from align.programmes import Programme
from align.records import Action, Run
from tests.kit import SETTINGS, certificate, course, item, link, unit
from tests.review_kit import said

UNITS = [unit(n, f"能完成作业{n}", hours=4.0) for n in range(1, 4)]
ITEMS = [item(f"1.1.{n}", f"能完成作业{n}") for n in range(1, 5)]
COURSE = course(*UNITS, credits=3.0)
OTHER = course(unit(1, "别的内容", course="别课"), name="别课")
MATCHES = [link(ITEMS[k], UNITS[k], p) for k, p in enumerate((0.9, 0.9, 0.4))]
MATCHES.append(link(ITEMS[3], UNITS[0], 0.25))
GATHERED = Gathered(
    Programme("p", "快递运营", ()), (), (COURSE, OTHER), (certificate(*ITEMS),), ()
)  # fmt: skip
RUN = Run("r-1", "p", "0", "m", "s", ())
SUBJECT = "item:证:初级-1.1.{}"
NIGHT = datetime(2025, 3, 1, 18, 30, tzinfo=UTC)  # already the next day in Beijing


def result(*words: object, grades: object = None) -> pipeline.Result:
    verdicts = {w.subject: w for w in words}  # type: ignore[attr-defined]
    return pipeline.apply(GATHERED, MATCHES, {}, RUN, SETTINGS, grades, verdicts)  # type: ignore[arg-type]


ACCEPTED = said(1, SUBJECT.format(4), Action.SUPPLEMENT, note="实训室没有设备", who="王")
MOVED = said(2, SUBJECT.format(3), Action.EXTEND, "change", "李", action=Action.SUPPLEMENT,
             course_id="别课", hours=6.0)  # fmt: skip
REJECTED = said(3, SUBJECT.format(3), Action.EXTEND, "reject", "赵", note="已另行安排")


def rows(found: pipeline.Result) -> dict[str, object]:
    return {r.item_id.rpartition(".")[2]: r for r in found.plan.analysis}


def test_without_a_decision_the_plan_is_the_draft_it_was() -> None:
    plan = result().plan
    assert plan.mark == DRAFT_MARK and not plan.reviewed
    assert all(r.word is None for r in (*plan.analysis, *plan.exempt_units, *plan.credits))
    book = load_workbook(io.BytesIO(xlsx_bytes(plan)))
    assert "审核人" not in [c.value for c in book["融通内容分析表"][3]]
    header = proposals_csv(result().proposals, [COURSE], GATHERED.certificates).splitlines()[0]
    assert b"verdict" not in header


def test_a_row_says_who_decided_what_when_and_why() -> None:
    word = replace(ACCEPTED, time=NIGHT)
    row = rows(result(word))["4"]
    assert row.word.verdict == "采纳补充"  # type: ignore[attr-defined]
    assert row.word.line == "采纳补充（王老师，2025-03-02 02:30；实训室没有设备）"  # type: ignore[attr-defined]
    naive = replace(ACCEPTED, time=NIGHT.replace(tzinfo=None))
    assert rows(result(naive))["4"].word == row.word, "a time without a zone is UTC"  # type: ignore[attr-defined]


def test_a_changed_proposal_stands_as_the_person_wants_it() -> None:
    row = rows(result(MOVED))["3"]
    assert (row.action, row.course_id, row.hours) == (Action.SUPPLEMENT, "别课", 6.0)  # type: ignore[attr-defined]
    assert row.word.verdict == "由拓展改为补充"  # type: ignore[attr-defined]
    assert "增设" in row.measure and "涉及此项" in row.reason, "the rule's reason stays"  # type: ignore[attr-defined]
    (level,) = result(MOVED).plan.summary
    assert (level.covered, level.extend, level.supplement, level.rejected) == (2, 0, 2, 0)


def test_a_rejected_proposal_asks_for_no_measure_and_counts_nowhere() -> None:
    found = result(REJECTED)
    row = rows(found)["3"]
    assert row.word.verdict == "不采纳拓展" and row.measure == "不采取措施。"  # type: ignore[attr-defined]
    (level,) = found.plan.summary
    assert (level.covered, level.extend, level.supplement, level.rejected) == (2, 0, 1, 1)
    assert "1 条要求的建议经审核未采纳" in words_of(found)


def words_of(found: pipeline.Result) -> str:
    """All the text of the Word file."""
    document = Document(io.BytesIO(docx_bytes(found.plan)))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    header = document.sections[0].header.paragraphs[0].text
    return "\n".join([header, *(p.text for p in document.paragraphs), *cells])


def test_credits_count_only_what_still_stands() -> None:
    subject = "course:证:课"
    low = SETTINGS.with_values(exempt_course_share=0.5)

    def with_word(*words: object) -> pipeline.Result:
        verdicts = {w.subject: w for w in words}  # type: ignore[attr-defined]
        return pipeline.apply(GATHERED, MATCHES, {}, RUN, low, None, verdicts)  # type: ignore[arg-type]

    (row,) = with_word().plan.credits
    assert (row.status, with_word().plan.credit_total) == (PENDING, 3.0)
    agreed = with_word(said(1, subject, Action.EXEMPT, who="主任", stage="settle", credits=2.0))
    (row,) = agreed.plan.credits
    assert (row.credits, agreed.plan.credit_total) == (2.0, 2.0)
    assert row.status.startswith("采纳免修（主任老师，2025-03-01")
    no = with_word(said(1, subject, Action.EXEMPT, "reject"))
    (row,) = no.plan.credits
    assert row.status.startswith("不采纳免修") and no.plan.credit_total == 0


def test_word_and_excel_show_decided_and_undecided_side_by_side() -> None:
    found = result(ACCEPTED)
    text = words_of(found)
    left = len(found.proposals) - 1
    assert f"草案（已经教师审核 1 项；其余 {left} 项为机器建议，未经教师审核）" in text
    assert UNREVIEWED in text
    assert DRAFT_MARK not in text
    for said_by in ("采纳补充", "王老师", "2025-03-01 16:01", "实训室没有设备"):
        assert said_by in text
    book = load_workbook(io.BytesIO(xlsx_bytes(found.plan)))
    sheet = book["融通内容分析表"]
    head = [c.value for c in sheet[3]]
    at = {name: head.index(name) for name in ("编号", "审核结论", "审核人", "审核时间", "审核说明")}
    told = {
        row[at["编号"]].value: [row[at[n]].value for n in list(at)[1:]]
        for row in sheet.iter_rows(min_row=4)
    }
    assert told["初级-1.1.4"] == ["采纳补充", "王老师", "2025-03-01 16:01", "实训室没有设备"]
    assert told["初级-1.1.3"] == [UNREVIEWED, None, None, None]


def test_all_reviewed_is_said_to_be_so() -> None:
    everything = [
        said(n, p.id, p.action) for n, p in enumerate(result().proposals, 1)
    ]  # fmt: skip
    assert result(*everything).plan.mark == f"草案（{len(everything)} 项建议均经教师审核，待批准）"


def test_the_heatmap_counts_a_confirmed_link_as_certain_and_a_denied_one_not_at_all() -> None:
    pair = ("证", ITEMS[2].id, "课", UNITS[2].id)
    for grade, value in ((None, 0.4), (2, 1.0), (1, 1.0), (0, 0.0)):
        found = result(grades={} if grade is None else {pair: grade})
        (matrix,) = found.plan.matrices
        assert matrix.values[0][0] == pytest.approx((0.9 + 0.9 + value) / 4)
        assert matrix.reviewed == (grade is not None)
        linked = {r.item_id for r in found.plan.evidence}
        assert (ITEMS[2].id in linked) == (grade != 0)
        picture = matrix_picture(matrix, SETTINGS.link_threshold).svg()
        assert ("经教师确认的关联计 100%" in picture) == (grade is not None)
        assert ("未经教师审核" in picture) == (grade is None)


def test_csv_files_tell_the_decisions() -> None:
    pair = ("证", ITEMS[2].id, "课", UNITS[2].id)
    found = result(ACCEPTED, grades={pair: 2})

    def table(data: bytes) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))

    matches = table(matches_csv(found.matches, [COURSE], GATHERED.certificates))
    assert {r["item_id"]: r["decided"] for r in matches}[ITEMS[2].id] == "2"
    assert {r["item_id"]: r["probability"] for r in matches}[ITEMS[2].id] == "0.4000"
    proposals = table(
        proposals_csv(found.proposals, [COURSE], GATHERED.certificates, found.verdicts)
    )
    said_on = {r["proposal_id"]: r for r in proposals}
    row = said_on[SUBJECT.format(4)]
    assert (row["action"], row["verdict"], row["decided_action"], row["decided_by"]) == (
        "supplement", "accept", "supplement", "王老师",
    )  # fmt: skip
    assert said_on[SUBJECT.format(1)]["verdict"] == ""
