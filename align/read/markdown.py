"""Markdown and plain text: headings, paragraphs and pipe tables, with their lines."""

from __future__ import annotations

import re

from align.read.detect import damaged
from align.read.encoding import decode
from align.read.limits import Limits
from align.read.normalise import join_wrapped, normalise
from align.read.outline import Outline, is_caption, is_heading
from align.read.sheet import too_many_rows
from align.records import Block, Cell, Passage, Place, Problem, Row, Table

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_LIST = re.compile(r"\s*(?:[-*+]|(\d{1,3}[.)、]|[（(]\d{1,3}[)）]))\s+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_INLINE = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_BREAK = re.compile(r"<br ?/?>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def read_markdown(data: bytes, name: str, limits: Limits) -> tuple[list[Block], list[Problem]]:
    """Blocks and problems of a Markdown or plain text file.

    HTML comments are left out.  Numbered short lines (一、…) count as headings, as they do in
    the other formats.
    """
    decoded = decode(data)
    if decoded is None:
        raise damaged(name, "文本编码无法识别（既不是 UTF-8、GBK，也不是 UTF-16）")
    text = decoded[0].replace("\r\n", "\n").replace("\r", "\n")
    # Comments keep their line breaks, so that line numbers stay true.
    text = _COMMENT.sub(lambda m: "\n" * m.group(0).count("\n"), text)
    reader = _Reader(name, limits)
    reader.read(text.split("\n"))
    if not reader.blocks:
        raise damaged(name, "文件里没有任何内容")
    return reader.blocks, []


class _Reader:
    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self.blocks: list[Block] = []
        self.outline = Outline()
        self.pending: list[tuple[int, str]] = []
        self.tables = 0

    def read(self, lines: list[str]) -> None:
        i, fenced = 0, False
        while i < len(lines):
            line = lines[i]
            if _FENCE.match(line):
                self.flush()
                fenced = not fenced
            elif fenced:
                self.pending.append((i + 1, line))
                self.flush()
            elif heading := _HEADING.match(line):
                self.flush()
                self.heading(i + 1, line, heading.group(2), len(heading.group(1)))
            elif "|" in line and i + 1 < len(lines) and _is_rule(lines[i + 1], line):
                self.flush()
                i = self.table(lines, i)
                continue
            elif not line.strip():
                self.flush()
            else:
                if _LIST.match(line) or is_heading(normalise(line)):
                    self.flush()
                self.pending.append((i + 1, line))
                if is_heading(normalise(line)) or line.endswith("  "):
                    self.flush()
            i += 1
        self.flush()

    def heading(self, number: int, printed: str, text: str, level: int) -> None:
        text = plain(text)
        if text:
            self.outline.enter(text, level)
            place = Place(line=number)
            self.blocks.append(Passage(place, printed, text, self.outline.path[:-1], level))

    def flush(self) -> None:
        lines, self.pending = self.pending, []
        if not lines:
            return
        printed = "\n".join(x for _, x in lines)
        joined = ""
        for _, x in lines:
            joined = join_wrapped(joined, x.strip())
        bullet = _LIST.match(joined)
        if bullet and bullet.group(1) is None:
            joined = joined[bullet.end() :]
        text = plain(joined)
        if not text:
            return
        path, level = self.outline.path, 0
        if is_heading(text):
            level = self.outline.enter(text)
            path = self.outline.path[:-1]
        self.blocks.append(Passage(Place(line=lines[0][0]), printed, text, path, level))

    def table(self, lines: list[str], start: int) -> int:
        """Reads the pipe table whose header is at `start`; returns the index behind it."""
        end = start + 2
        while end < len(lines) and "|" in lines[end] and lines[end].strip():
            end += 1
        numbers = [start, *range(start + 2, end)]
        if len(numbers) > self.limits.rows:
            raise too_many_rows(self.name, Place(line=start + 1), len(numbers), self.limits)
        records = [(n, split_row(lines[n])) for n in numbers]
        width = max(len(r) for _, r in records)
        self.tables += 1
        rows = []
        for i, (n, record) in enumerate(records):
            cells = record + [""] * (width - len(record))
            row = tuple(Cell(x, plain(_BREAK.sub("\n", x)), (i, c)) for c, x in enumerate(cells))
            rows.append(Row(Place(table=self.tables, line=n + 1), row))
        last = self.blocks[-1] if self.blocks else None
        caption = ""
        if isinstance(last, Passage) and (last.heading_level == 0 or is_caption(last.text)):
            caption = last.text if len(last.text) <= 80 else ""
        place = Place(table=self.tables, line=start + 1)
        self.blocks.append(Table(place, tuple(rows), self.outline.path, caption))
        return end


def _is_rule(line: str, header: str) -> bool:
    return (
        "-" in line and bool(_RULE.match(line)) and len(split_row(line)) == len(split_row(header))
    )


def split_row(line: str) -> list[str]:
    r"""Fields of a pipe table row; ``\|`` is no border.

    >>> split_row(r"| a | b \| c |")
    ['a', 'b | c']
    """
    line = line.strip().removeprefix("|")
    if line.endswith("|") and not line.endswith("\\|"):
        line = line[:-1]
    return [x.strip().replace("\\|", "|") for x in re.split(r"(?<!\\)\|", line)]


def plain(text: str) -> str:
    """Text without Markdown's marks for bold, code and links, normalised."""
    for _ in range(2):
        text = _INLINE.sub(r"\2", text)
    return normalise(_LINK.sub(r"\1", text))
