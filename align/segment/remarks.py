"""What is said of a course table that reads less well than its author thinks."""

from __future__ import annotations

from collections.abc import Sequence

from align.records import Place, Row, Table
from align.segment.collect import Notes
from align.segment.header import Header
from align.segment.hours import hours_of, is_range, is_unreadable
from align.segment.words import line

CONTENT = ("content", "knowledge", "skill")
_NAMING = ("course", "section", "task")
_HOURS = ("hours", "theory", "practice")


def lacks_content(header: Header) -> bool:
    """Whether a course table names courses, units or tasks, but no column of what is taught."""
    return header.any(*_NAMING) and not header.any(*CONTENT)


def say_no_content(table: Table, header: Header, notes: Notes) -> None:
    """Warns of a table without a content column, naming the columns seen and those expected."""
    known = {c for columns in header.roles.values() for c in columns}
    seen = [t for t in header.titles if t]
    strange = [t for i, t in enumerate(header.titles) if t and i not in known]
    taken = "任务名称" if header.any("task") else "单元名称" if header.any("section") else ""
    notes.warn(
        "no-content-column",
        f"没有认出写教学内容的列：看到的列是“{'、'.join(dict.fromkeys(seen))}”"
        + (f"，其中认不出“{'、'.join(dict.fromkeys(strange))}”" if strange else "")
        + "；应有“教学内容”“知识点”“技能点”一类的列。"
        + (f"现在只用{taken}作为要点，比对会很粗；" if taken else "这张表没有用上；")
        + "请把写内容的那一列改名为“教学内容”",
        table.place,
    )


def say_unreadable_hours(
    rows: Sequence[Row], columns: Sequence[int], header: Header, notes: Notes
) -> None:
    """Warns of every cell of the columns that is no number of hours, or a range of them.

    Once per merged region.
    """
    seen: set[tuple[int, int]] = set()
    for row in rows:
        for column in columns:
            cell = row.cells[column]
            if cell.origin in seen or not (is_unreadable(cell.text) or is_range(cell.text)):
                continue
            seen.add(cell.origin)
            if is_range(cell.text):
                notes.warn(
                    "hours-range",
                    f"“{header.titles[column]}”列写的“{line(cell.printed)[:20]}”是一个范围，"
                    f"按较小的 {hours_of(cell.text):g} 学时计；请写明一个数",
                    row.place,
                )
                continue
            notes.warn(
                "hours-unreadable",
                f"“{header.titles[column]}”列写的“{line(cell.printed)[:20]}”不是学时，按没有填写处理；"
                "应为不小于 0 的数，如 4、2/2、4（2）或 四；请改正",
                row.place,
            )


def say_no_hours(table: Table, header: Header, notes: Notes) -> None:
    """Warns of a plain table without any column of hours."""
    if not header.any(*_HOURS, "course_hours"):
        notes.warn(
            "no-hours-column",
            "表中没有学时列，各单元的学时按未知处理，免修与学时份额的判断将不完整；请补一列“学时”",
            table.place,
        )


def say_carried(count: int, course: str, place: Place, notes: Notes) -> None:
    """Says how many rows took the unit title of the row above, their own cell being empty."""
    if count:
        notes.info(
            "section-carried",
            f"《{course}》有 {count} 行的单元格为空，已沿用上面一行的单元；若不属于该单元，请补填",
            place,
        )
