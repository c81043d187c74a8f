"""What the rules make of a class of learners, as a table, a workbook and a document.

Directory and conversions go out by the same way, so that they can be edited and taken in again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from align.export.docx_grid import Line, TableRow, table
from align.export.docx_parts import SMALL, document_bytes, heading, new_document, page, text
from align.export.words import guard, number, one_line
from align.export.xlsx_sheets import Column, Sheets, Value, new_book
from align.learner import Conversion, LearningResult

HEAD = (
    "学号", "结论", "课程", "学分", "成绩", "学习成果", "等级", "依据的规则", "理由", "转委员会",
)  # fmt: skip


def rows(
    conversions: Iterable[Conversion], results: Iterable[LearningResult]
) -> list[tuple[Value, ...]]:
    """Each exempted course with its rule, then each refusal with its reason, under :data:`HEAD`."""
    known = {(r.learner, r.id): r for r in results}
    found: list[tuple[Value, ...]] = []
    for c in conversions:
        for e in c.exempted:
            rule = e.rule
            said = f"{e.entry} {rule.level}".strip()
            versioned = f"{said} → {rule.course}，第 {rule.version} 版"
            approved = f"（{rule.approved}）" if rule.approved else ""
            names = "、".join(
                known[c.learner, id].evidence or known[c.learner, id].name for id in e.results
            )
            found.append(
                (c.learner, "免修", rule.course, rule.credits, rule.grade, e.entry, rule.level,
                 versioned + approved, f"依据：{names}", "")
            )  # fmt: skip
        for r in c.refused:
            piece = known[r.learner, r.result]
            found.append(
                (r.learner, "不予免修", r.course, None, None, piece.name, piece.level, "",
                 r.words, "是" if r.to_committee else "")
            )  # fmt: skip
    return found


def table_csv(head: Sequence[str], lines: Iterable[Sequence[Value]]) -> bytes:
    """A table as CSV: UTF-8 with a mark, CRLF; text a spreadsheet would run has a ``'`` before."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in line] for line in lines)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def table_xlsx(title: str, mark: str, head: Sequence[str], lines: Sequence[Sequence[Value]],
               notes: Sequence[str] = ()) -> bytes:  # fmt: skip
    """The same as a workbook of one sheet; the same for the same table."""
    out = io.BytesIO()
    book = new_book(out, title, mark)
    sheets = Sheets(book, mark)
    sheets.table(title, title, [Column(h) for h in head], lines, notes=notes)
    book.close()
    return out.getvalue()


def conversion_docx(
    conversions: Sequence[Conversion], results: Sequence[LearningResult], title: str, mark: str
) -> bytes:
    """The same for signing: per learner the exempted courses, then why the others were not."""
    document = new_document(title, mark)
    page(document.sections[0], landscape=True)  # its tables need the width, its words no page
    text(document, title, "Title")
    text(document, "", "AlignCaption")
    heading(document, "一、概况", 1)
    exempted = [c for c in conversions if c.exempted]
    total = sum(c.credits for c in conversions)
    text(
        document,
        f"共 {len(conversions)} 人，其中 {len(exempted)} 人免修课程，合计 {number(total)} 学分。",
    )
    lines = rows(conversions, results)
    for words, wanted, columns, widths in (
        ("二、免修的课程", "免修", (0, 2, 3, 4, 7, 8), (28, 44, 14, 18, 75, 48)),
        ("三、不予免修与理由", "不予免修", (0, 5, 6, 2, 8, 9), (30, 44, 18, 44, 73, 18)),
    ):
        heading(document, words, 1)
        mine = [line for line in lines if line[1] == wanted]
        if not mine:
            text(document, "没有。")
            continue
        table(
            document,
            [HEAD[k] for k in columns],
            [TableRow([[Line(_words(line[k]) or "—", SMALL)] for k in columns]) for line in mine],
            widths,
            title=words.partition("、")[2],
        )
    return document_bytes(document)


def _words(value: Value) -> str:
    return number(value) if isinstance(value, float) else one_line(str(value or ""))


def _cell(value: Value) -> str:
    return guard(_words(value)) if isinstance(value, str) else _words(value)
