"""Content tables of course standards (templates A and B, and plainer ones): rows to units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from align.depth import depth_of
from align.records import Row, Table, Unit
from align.segment.collect import Notes
from align.segment.footer import is_footer, is_sum
from align.segment.header import COURSE_WORDS, Header, find_header, is_assessment, is_number
from align.segment.hours import Hours, is_range, read_hours
from align.segment.points import split_points
from align.segment.remarks import (
    CONTENT,
    lacks_content,
    say_carried,
    say_no_content,
    say_unreadable_hours,
)
from align.segment.words import bare, heading, is_blank, row_text

_UNUSED = ("focus",)


@dataclass(frozen=True, slots=True)
class ContentTable:
    """A table that was recognised as a course's content table."""

    table: Table
    header: Header


@dataclass(frozen=True, slots=True)
class RowsRead:
    """What one or more content tables gave: units, and the hours of rows that are none."""

    units: tuple[Unit, ...]
    other_hours: float = 0.0


def content_header(table: Table) -> Header | None:
    """The header of a content table, or None where the table is about something else.

    A content table names content, a task, or a unit with its hours; a table about goals or
    marks is none, unless it gives hours.
    """
    header = find_header(table, COURSE_WORDS)
    if header is None or is_assessment(header) or header.any("course", "semester", "credits"):
        return None
    if header.any("task", *CONTENT) and header.any(
        "section", "hours", "theory", "practice", "index", "id"
    ):
        return header
    if header.any("task", "section") and header.any(*CONTENT):
        return header
    if header.has("section") and header.any("hours", "theory", "practice"):
        return header
    return None


def content_tables(tables: Sequence[Table], notes: Notes) -> list[ContentTable]:
    """The content tables among the tables of one course.

    Where any of them gives hours, those without are lists of resources (an online course's
    outline, say): they are left out, and that is said.
    """
    found = [ContentTable(t, h) for t in tables if (h := content_header(t)) is not None]
    timed = [c for c in found if c.header.any("hours", "theory", "practice")]
    if timed and len(timed) < len(found):
        for other in found:
            if other not in timed:
                notes.info(
                    "table-without-hours",
                    "该表没有学时列，而本课程另有带学时的内容表；按资源清单处理，"
                    f"未计为教学内容（{len(other.table.rows) - 1} 行）。"
                    "如应计入，请补学时列",
                    other.table.place,
                )
        return timed
    return found


def read_rows(
    tables: Sequence[ContentTable],
    *,
    course_id: str,
    course: str,
    source_id: str,
    stated_hours: float | None,
    keep_attitude: bool,
    notes: Notes,
) -> RowsRead:
    """The units of one course from its content tables, ``课程#n`` counted over all of them."""
    units: list[Unit] = []
    other = 0.0
    for found in tables:
        read = _TableReader(found, course_id, course, source_id, keep_attitude, notes)
        other += read.run(units, stated_hours)
    return RowsRead(tuple(units), other)


class _TableReader:
    """Reads one table; keeps what its rows share (a merged unit title, merged hours)."""

    def __init__(
        self,
        found: ContentTable,
        course_id: str,
        course: str,
        source_id: str,
        keep_attitude: bool,
        notes: Notes,
    ) -> None:
        self.table, self.header = found.table, found.header
        self.course_id, self.course, self.source_id = course_id, course, source_id
        self.keep_attitude, self.notes = keep_attitude, notes
        self.aside = 0
        self.index = {id(row): i for i, row in enumerate(self.table.rows)}

    def run(self, units: list[Unit], stated: float | None) -> float:
        """Appends the table's units; returns the hours of its footer rows."""
        rows = [
            r
            for r in self.table.rows[self.header.after :]
            if not self.header.repeats(r) and row_text(r)
        ]
        if lacks_content(self.header):
            say_no_content(self.table, self.header, self.notes)
        hours = self._hours(rows, stated)
        numbered = self._numbers_rows(rows)
        other, section, origin, carried = 0.0, "", None, 0
        closing: list[Row] = []
        for row, own in zip(rows, hours, strict=True):
            # A unit title that stands only in its first row holds on (tables without merging).
            cells = self.header.cells(row, "section")
            named = any(not is_blank(c.text) for c in cells)
            if named:
                section, origin = self._join(row, "section"), cells[0].origin
            elif cells and not numbered and self._index_changes(row, origin):
                section = ""
            if self._is_footer(row):
                if not is_sum(row):
                    other += own.total or 0.0
                closing.append(row)
                continue
            if self._continues(row):
                continue
            before = len(units)
            self._add(units, row, own, section)
            carried += bool(cells and section and not named and len(units) > before)
        say_carried(carried, self.course, self.table.place, self.notes)
        if closing:
            said = "”“".join(map(row_text, closing))
            self.notes.info(
                "footer-rows",
                f"《{self.course}》内容表的“{said}”不是教学内容，未计为教学单元",
                closing[0].place,
            )
        if self.aside:
            self.notes.info(
                "ideology-set-aside",
                f"《{self.course}》有 {self.aside} 处课程思政、"
                "素养语句未计入教学要点（与任何证书都会相似），原文另列",
                self.table.place,
            )
        self._say_unused()
        return other

    def _add(self, units: list[Unit], row: Row, own: Hours, section: str) -> None:
        task = self._join(row, "task")
        points = self._points(row)
        if not section and not task and not points:
            self.notes.keep_row(row, self.table.headings)
            self.notes.warn(
                "row-without-content",
                f"《{self.course}》内容表的这一行没有任务和教学内容，未计为教学单元；请核对",
                row.place,
            )
            return
        if not task and not points and self.header.any("task", *CONTENT):
            self.notes.keep_row(row, self.table.headings)
            self.notes.warn(
                "row-without-content",
                f"《{self.course}》内容表的这一行只有“{section}”，没有任务和教学内容，"
                "未计为教学单元；请补充或核对",
                row.place,
            )
            return
        if not points:
            points = (task or section,)
        printed = "\n".join(
            c.printed for c in self.header.cells(row, *CONTENT) if c.printed.strip()
        )
        units.append(
            Unit(
                id=f"{self.course}#{len(units) + 1}",
                course_id=self.course_id,
                course=self.course,
                section=section,
                task=task or ("" if section else points[0]),
                points=points,
                printed=printed or task or section,
                place=row.place,
                source_id=self.source_id,
                hours=own.total,
                theory_hours=own.theory,
                practice_hours=own.practice,
                depth=max((depth_of(p) for p in points), default=0) or depth_of(task),
            )
        )

    def _points(self, row: Row) -> tuple[str, ...]:
        points: list[str] = []
        aside: list[str] = []
        for cell in self.header.cells(row, *CONTENT):
            got = split_points(cell.text, keep_attitude=self.keep_attitude)
            points += got.points
            aside += got.aside
        if not points and aside:  # a row about attitudes alone is still what is taught there
            points, aside = aside, []
        for cell in self.header.cells(row, *_UNUSED):
            known = bare("".join(points))
            got = split_points(cell.text, keep_attitude=self.keep_attitude)
            points += [p for p in got.points if bare(p) not in known]
        for cell in self.header.cells(row, "quality"):
            if not is_blank(cell.text) and cell.origin[0] >= self.index[id(row)]:
                aside.append(cell.text)
        for text in aside:
            self.notes.set_aside(text, row.place, self.table.headings)
        self.aside += len(aside)
        return tuple(dict.fromkeys(points))

    def _hours(self, rows: Sequence[Row], stated: float | None) -> list[Hours]:
        """Hours per row; hours merged over several content rows are shared by them."""
        columns = {role: self._numeric(rows, role) for role in ("hours", "theory", "practice")}
        used = [c for c in columns.values() if c is not None]
        # A column titled 学时 whose cells are mostly no numbers is not read, but is said.
        said = (
            used
            if columns["hours"] is not None
            else [*used, *self.header.roles.get("hours", ())[:1]]
        )
        # A footer row may say 机动 or 考试周 there.
        taught = [r for r in rows if not self._is_footer(r)]
        say_unreadable_hours(taught, sorted(set(said)), self.header, self.notes)
        if not used:
            return [Hours()] * len(rows)
        column = columns["hours"]
        read = read_hours(
            [r.cells[column].text for r in rows] if column is not None else (),
            self._texts(rows, columns["theory"]),
            self._texts(rows, columns["practice"]),
            title=self.header.titles[column] if column is not None else "",
            stated=stated,
        )
        key = used[0]
        content = [r for r in rows if not self._is_footer(r) and not self._continues(r)]
        sharing = Counter(r.cells[key].origin for r in content)
        shared = [o for o, n in sharing.items() if n > 1 and o[0] >= self.header.after]
        if shared:
            self.notes.info(
                "hours-shared",
                f"《{self.course}》有 {len(shared)} 处学时为多行合并单元格，按行平均分摊",
                self.table.place,
            )
        return [
            h.over(sharing.get(r.cells[key].origin, 1)) for h, r in zip(read, rows, strict=True)
        ]

    def _numeric(self, rows: Sequence[Row], role: str) -> int | None:
        """The column of a role if it really holds numbers (实践 may name activities)."""
        for column in self.header.roles.get(role, ()):
            texts = [r.cells[column].text for r in rows if not is_blank(r.cells[column].text)]
            if texts and sum(is_number(t) or is_range(t) for t in texts) * 2 >= len(texts):
                return column
        return None

    @staticmethod
    def _texts(rows: Sequence[Row], column: int | None) -> list[str]:
        return [] if column is None else [r.cells[column].text for r in rows]

    def _join(self, row: Row, role: str) -> str:
        cells = self.header.cells(row, role)
        return " ".join(dict.fromkeys(heading(c.text) for c in cells if not is_blank(c.text)))

    def _continues(self, row: Row) -> bool:
        """Whether all that the row says of content is merged down from a row above."""
        own = self.header.cells(row, "task", *CONTENT) or self.header.cells(row, "section")
        said = [c for c in own if c.text.strip()]
        index = self.index[id(row)]
        return bool(said) and all(self.header.after <= c.origin[0] < index for c in said)

    def _numbers_rows(self, rows: Sequence[Row]) -> bool:
        """Whether 序号 counts the rows (each has its own), and not the units."""
        return all(
            any(
                not is_blank(c.text) and c.origin[0] == self.index[id(r)]
                for c in self.header.cells(r, "index")
            )
            for r in rows
            if not self._is_footer(r)
        )

    def _index_changes(self, row: Row, origin: tuple[int, int] | None) -> bool:
        """Whether a new 序号 stands beside an empty unit title: the title above ends."""
        cells = [c for c in self.header.cells(row, "index") if not is_blank(c.text)]
        return bool(cells) and origin is not None and cells[0].origin[0] > origin[0]

    def _is_footer(self, row: Row) -> bool:
        texts = [
            c.text
            for c in self.header.cells(row, "index", "id", "section", "task", *CONTENT)
            if not is_blank(c.text) and not is_number(c.text)
        ]
        return bool(texts) and all(is_footer(t) for t in texts)

    def _say_unused(self) -> None:
        used = {c for role in self.header.roles for c in self.header.roles[role]}
        unused = [t for i, t in enumerate(self.header.titles) if i not in used and t]
        for name in unused:
            self.notes.unused.setdefault(name, []).append(self.table.place)
