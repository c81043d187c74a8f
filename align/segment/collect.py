"""What could not be placed or was set aside, gathered while a document is segmented."""

from __future__ import annotations

from dataclasses import dataclass, field

from align.records import Passage, Place, Problem, Row, Severity
from align.segment.words import row_printed, row_text


@dataclass(slots=True)
class Notes:
    """Problems, unplaced passages and those set aside of one document, as they were met."""

    source: str
    problems: list[Problem] = field(default_factory=list)
    unplaced: list[Passage] = field(default_factory=list)
    aside: list[Passage] = field(default_factory=list)
    unused: dict[str, list[Place]] = field(default_factory=dict)  # column title → its tables

    def say(self, severity: Severity, code: str, message: str, place: Place) -> None:
        """Adds a problem."""
        self.problems.append(Problem(severity, code, message, self.source, place))

    def info(self, code: str, message: str, place: Place) -> None:
        """Adds a problem of severity ``info``."""
        self.say("info", code, message, place)

    def warn(self, code: str, message: str, place: Place) -> None:
        """Adds a problem of severity ``warning``."""
        self.say("warning", code, message, place)

    def keep_row(self, row: Row, headings: tuple[str, ...] = ()) -> None:
        """Keeps a table row that gave nothing."""
        self.unplaced.append(Passage(row.place, row_printed(row), row_text(row), headings))

    def keep(self, passage: Passage) -> None:
        """Keeps a line that gave nothing."""
        self.unplaced.append(passage)

    def set_aside(self, text: str, place: Place, headings: tuple[str, ...] = ()) -> None:
        """Keeps what was understood as 课程思政, and is not compared."""
        self.aside.append(Passage(place, text, text, headings))

    def say_unused(self) -> None:
        """One line on the columns of content tables that hold no content."""
        if self.unused:
            names = "、".join(f"{name}（{len(at)} 张表）" for name, at in self.unused.items())
            first = min(place for places in self.unused.values() for place in places[:1])
            self.info("columns-unused", f"内容表中这些列不是教学内容，未参与比对：{names}", first)
