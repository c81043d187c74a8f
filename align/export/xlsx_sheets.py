"""One sheet of a workbook: heading, filter, widths, heights, numbers as numbers, text as text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from align.export.words import clean, width

_CELL_LIMIT = 32_767  # Excel's own, in UTF-16 units; XlsxWriter drops a longer text in silence
_CUT = "……（过长，全文见原文件）"
_ROW_LIMIT = 1_048_576 - 10
_NARROW, _WIDE = 6, 46
_A4_COLUMNS = 190  # more half-width columns than a lying A4 page shows at a legible size
_LINE_POINTS, _HEIGHT_LIMIT = 15.5, 409
_EPOCH = datetime(2000, 1, 1)  # no clock in a result: equal runs give equal files

# The digits that mean something: the rest is noise that a clicked cell would show.
_DIGITS = {"percent": 3, "probability": 3, "decimal": 4}

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, the most columns it may take, and how its numbers are shown."""

    title: str
    most: int = _WIDE
    number: str = ""  # "", "percent", "probability" or "decimal"
    edited: bool = False  # for the committee to fill in
    choices: tuple[str, ...] = ()  # what may stand in an edited column
    hidden: bool = False


def new_book(out: io.BytesIO, title: str, mark: str) -> Any:
    """An empty workbook in which a text is a text, whatever it begins with, and never a formula.

    Parameters
    ----------
    title, mark : str
        What the file's properties say of it.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        out,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
         "strings_to_numbers": False, "nan_inf_to_errors": True},
    )  # fmt: skip
    book.set_properties({"title": title, "subject": mark, "author": "align", "created": _EPOCH})
    return book


class Sheets:
    """A workbook with the few formats all sheets share."""

    def __init__(self, book: Any, mark: str) -> None:
        self.book, self.mark = book, mark
        base = {"font_name": "宋体", "font_size": 10.5, "valign": "top", "border": 1,
                "border_color": "#BFBFBF"}  # fmt: skip
        add = book.add_format
        self.head = add({**base, "bold": True, "bg_color": "#D9E2F3", "text_wrap": True,
                         "valign": "vcenter", "align": "center"})  # fmt: skip
        self.title = add({"font_name": "黑体", "font_size": 14})
        self.note = add({"font_name": "宋体", "font_size": 10.5, "font_color": "#C00000"})
        self.turned = add({**base, "bold": True, "bg_color": "#D9E2F3", "rotation": 60,
                           "align": "center", "valign": "bottom"})  # fmt: skip
        self.text = add({**base, "text_wrap": True})
        self.edit_head = add({**base, "bold": True, "bg_color": "#FFE699", "text_wrap": True,
                              "valign": "vcenter", "align": "center"})  # fmt: skip
        self.edit_text = add({**base, "text_wrap": True, "bg_color": "#FFF9E5"})
        self.formats = {
            "": add({**base, "num_format": "General"}),
            "percent": add({**base, "num_format": "0%"}),
            "probability": add({**base, "num_format": "0.000"}),
            "decimal": add({**base, "num_format": "0.0000"}),
        }

    def table(
        self,
        name: str,
        title: str,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Value]],
        *,
        frozen: int = 1,
        printed: int = 0,
        notes: Sequence[str] = (),
    ) -> Any:
        """One sheet: title and mark, then a table with frozen heading, filter and widths."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, shown(title), self.title)
        notes = (self.mark, *notes)
        if len(rows) > _ROW_LIMIT:
            notes = (*notes, f"共 {len(rows)} 行，本表只列前 {_ROW_LIMIT} 行")
            rows = rows[:_ROW_LIMIT]
        sheet.write_string(1, 0, shown("；".join(notes)), self.note)
        top = 2
        widths = []
        for j, column in enumerate(columns):
            head = self.edit_head if column.edited else self.head
            sheet.write_string(top, j, column.title, head)
            needed = [width(column.title) + 4]
            needed += [_widest(row[j], column) for row in rows[:2000]]
            widths.append(min(column.most, max(_NARROW, *needed)))
            sheet.set_column(j, j, widths[-1], None, {"hidden": column.hidden})
            if rows and column.edited:
                self._invite(sheet, top + 1, top + len(rows), j, column)
        for i, row in enumerate(rows, top + 1):
            lines = max(
                _lines(value, widths[j]) for j, value in enumerate(row) if not columns[j].hidden
            )
            if lines > 1:  # not every program finds the height of wrapped text by itself
                sheet.set_row(i, min(_HEIGHT_LIMIT, lines * _LINE_POINTS + 2))
            for j, value in enumerate(row):
                self.write(sheet, i, j, value, columns[j].number, edited=columns[j].edited)
        sheet.freeze_panes(top + 1, frozen)
        if rows:
            sheet.autofilter(top, 0, top + len(rows), len(columns) - 1)
        printed = printed or sum(not c.hidden for c in columns)
        self.print_setup(sheet, top, large=sum(widths[:printed]) > _A4_COLUMNS)
        if printed < len(columns):  # identifiers and repeated quotations are for the screen
            sheet.print_area(0, 0, top + len(rows), printed - 1)
        return sheet

    def _invite(self, sheet: Any, first: int, last: int, column: int, c: Column) -> None:
        """What may be filled into an edited column, checked by the spreadsheet program."""
        if c.choices:
            rule: dict[str, Any] = {
                "validate": "list",
                "source": list(c.choices),
                "error_title": c.title,
                "error_message": "请从列表中选择：" + "、".join(c.choices),
            }
        elif c.number == "decimal":
            rule = {
                "validate": "decimal",
                "criteria": "between",
                "minimum": 0,
                "maximum": 2000,
                "error_title": c.title,
                "error_message": "请填写 0 至 2000 之间的数。",
            }
        else:
            return
        sheet.data_validation(first, column, last, column, rule)

    def write(
        self,
        sheet: Any,
        row: int,
        column: int,
        value: Value,
        number: str = "",
        *,
        edited: bool = False,
    ) -> None:
        """A number as a number, anything else as text."""
        words = self.edit_text if edited else self.text
        if value is None or value == "":
            sheet.write_blank(row, column, None, words)
        elif isinstance(value, str):
            sheet.write_string(row, column, shown(value), words)
        elif edited:
            sheet.write_number(row, column, value, words)
        else:
            rounded = round(value, _DIGITS[number]) if number in _DIGITS else value
            sheet.write_number(row, column, rounded, self.formats[number])

    def print_setup(self, sheet: Any, heading_row: int, *, large: bool = False) -> None:
        """A4 (or A3), lying, as wide as the page, the heading on every page."""
        sheet.set_paper(8 if large else 9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(heading_row)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&C第 &P 页，共 &N 页")


def shown(text: str) -> str:
    """Text as a cell can hold it; a text too long for a cell says that it was cut."""
    text = clean(text)
    if len(text.encode("utf-16-le")) // 2 <= _CELL_LIMIT:
        return text
    kept = text.encode("utf-16-le")[: (_CELL_LIMIT - len(_CUT) - 1) * 2]
    return kept.decode("utf-16-le", errors="ignore") + _CUT


def _widest(value: Value, column: Column) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        # Nothing wider than the most is shown, so nothing longer needs measuring.
        return max((width(line[:200]) for line in value[:2000].split("\n")), default=0) + 2
    return {"percent": 7, "probability": 9, "decimal": 10}.get(column.number, len(f"{value:g}") + 2)


def _lines(value: Value, columns: int) -> int:
    """Lines that a value takes in a column of this width, wrapped."""
    if not isinstance(value, str):
        return 1
    return sum(-(-width(line) // max(1, columns - 1)) or 1 for line in value[:2000].split("\n"))
