"""A Word document in reading order: headings, paragraphs and tables with their places."""

from __future__ import annotations

import re
from collections import Counter

from align.errors import ReadError
from align.read.continued import continues
from align.read.detect import damaged
from align.read.docx_table import Grid, read_grid
from align.read.docx_text import Line, Style, Styles, num_properties, read_line
from align.read.limits import Limits
from align.read.normalise import normalise
from align.read.numbering import Numbering
from align.read.ooxml import Element, Package, child, local, val
from align.read.outline import Outline, is_caption, is_heading, is_title
from align.records import Block, Passage, Place, Problem, Row, Table

_HEADING_STYLE = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
_TOC_LINE = re.compile(r"(?:[.．…·]{4,}|\t) ?\d{1,4}$")
_WRAPPERS = {"sdtContent", "customXml", "smartTag", "ins", "moveTo"}


def read_docx(data: bytes, name: str, limits: Limits) -> tuple[list[Block], list[Problem]]:
    """Blocks and problems of a docx.

    Parameters
    ----------
    data : bytes
        The file, already checked by `align.read.safety`.
    name : str
        Its path, for messages.
    limits : Limits
        ``cells`` bounds the table cells.

    Raises
    ------
    ReadError
        The file is damaged, or holds more cells than allowed.
    """
    package = Package(data, name)
    main = package.related("", "officeDocument") or "word/document.xml"
    root = package.root(main)
    body = child(root, "body")
    if body is None:
        raise damaged(name, "文件已损坏，找不到正文")
    styles = package.related(main, "styles")
    numbering = package.related(main, "numbering")
    reader = _Reader(
        name,
        limits,
        Styles(package.root(styles) if styles else None),
        Numbering(package.root(numbering) if numbering else None),
    )
    reader.body(body)
    return reader.blocks, reader.problems()


class _Reader:
    def __init__(self, name: str, limits: Limits, styles: Styles, numbering: Numbering) -> None:
        self.name = name
        self.limits = limits
        self.styles = styles
        self.numbering = numbering
        self.outline = Outline()
        self.blocks: list[Block] = []
        self.seen: Counter[str] = Counter()
        self.paragraphs = 0
        self.tables = 0
        self.cells = 0

    def body(self, container: Element) -> None:
        for e in container.iterchildren():
            name = local(e)
            if name == "p":
                self.paragraph(e)
            elif name == "tbl":
                self.table(read_grid(e, self))
            elif name == "sdt":
                gallery = val(e.find(".//{*}docPartObj/{*}docPartGallery"))
                if gallery == "Table of Contents":
                    self.seen["toc"] += sum(1 for _ in e.iter("{*}p"))
                else:
                    self.body(e)
            elif name in _WRAPPERS:
                self.body(e)
            elif name == "altChunk":
                self.seen["chunks"] += 1
            elif name == "AlternateContent":
                for option in e.iterchildren():
                    self.body(option)
                    break

    def line(self, p: Element) -> tuple[Line, str, Style]:
        """A paragraph's text, its automatic number and its style."""
        key, style = self.styles.of(p)
        line = read_line(p, self.seen)
        num = num_properties(child(p, "pPr")) or style.num
        number = ""
        if num and num[0]:
            level = num[1]
            if level is None:
                level = self.numbering.level_of_style(num[0], key)
            number = self.numbering.next(num[0], level)
        return line, number, style

    def paragraph(self, p: Element) -> None:
        line, number, style = self.line(p)
        if line.text:
            self.paragraphs += 1
            if style.name.lower().startswith("toc ") or _TOC_LINE.search(line.text):
                self.seen["toc"] += 1
            else:
                self.passage(p, line, normalise(number), style)
        for box in line.boxes:
            self.body(box)

    def passage(self, p: Element, line: Line, number: str, style: Style) -> None:
        full = with_number(number, line.text)
        level = self._stated_level(p, style)
        bold = line.bold if line.bold is not None else bool(style.bold)
        size = line.size or style.size or self.styles.default_size
        jc = val(child(child(p, "pPr"), "jc"))
        centred = jc == "center" if jc else bool(style.centred)
        heading = 0
        path = self.outline.path
        if level is not None and len(full) <= 120:
            heading = self.outline.enter(full, level)
        elif is_heading(full, bold=bold, numbered=bool(number)) or is_title(
            full, centred=centred, large=size >= 32, bold=bold and size >= 28
        ):
            heading = self.outline.enter(full)
        if heading:
            path = self.outline.path[:-1]
        place = Place(paragraph=self.paragraphs)
        self.blocks.append(Passage(place, line.printed, line.text, path, heading, number))

    def _stated_level(self, p: Element, style: Style) -> int | None:
        outline = val(child(child(p, "pPr"), "outlineLvl"))
        if outline.isdigit():
            return int(outline) + 1 if int(outline) < 9 else None
        named = _HEADING_STYLE.match(style.name)
        if named:
            return int(named.group(1))
        if style.outline is not None:
            return style.outline + 1 if style.outline < 9 else None
        return 1 if style.name.lower() == "title" else None

    def table(self, grid: Grid) -> None:
        self.cells += sum(len(r) for r in grid.rows)
        if self.cells > self.limits.cells:
            raise ReadError(
                "文件中的表格单元格过多",
                file=self.name,
                got=f"{self.cells} 个以上",
                expected=f"不超过 {self.limits.cells} 个",
                remedy="请拆分成几个文件再导入",
            )
        if any(cell.text for row in grid.rows for cell in row):
            caption = self._caption()
            previous = self._previous_table()
            number = self.tables + 1
            rows = tuple(
                Row(Place(table=number, row=i), cells) for i, cells in enumerate(grid.rows, 1)
            )
            table = Table(Place(table=number), rows, self.outline.path, caption)
            joined = None
            if previous is not None and caption.replace(" ", "").startswith("续"):
                joined = continues(previous, table)
            self.tables = number
            if joined is not None:
                self.blocks[self.blocks.index(previous)] = joined  # type: ignore[arg-type]
                self.seen["joined"] += 1
            else:
                self.blocks.append(table)
        for nested in grid.nested:
            self.table(nested)

    def _caption(self) -> str:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Passage) and (last.heading_level == 0 or is_caption(last.text)):
            text = with_number(last.number, last.text)
            return text if len(text) <= 80 else ""
        return ""

    def _previous_table(self) -> Table | None:
        """The table before the paragraph that now stands last."""
        before = self.blocks[-2] if len(self.blocks) > 1 else None
        return before if isinstance(before, Table) else None

    def problems(self) -> list[Problem]:
        told = {
            "toc": ("toc-left-out", "目录行 {n} 行未读入正文"),
            "deleted": ("deletions-left-out", "修订标记为删除的内容 {n} 处已略去"),
            "inserted": ("insertions-kept", "修订标记为插入的内容 {n} 处已读入"),
            "hidden": ("hidden-text", "隐藏文字 {n} 处未读入"),
            "footnotes": ("footnotes-left-out", "脚注或尾注 {n} 条未读入"),
            "images": ("images-left-out", "图片 {n} 张未读入；图片中的文字需人工录入"),
            "joined": ("tables-joined", "续表 {n} 处已与前表合并"),
        }
        out = [
            Problem("info", code, text.format(n=self.seen[key]), self.name)
            for key, (code, text) in told.items()
            if self.seen[key]
        ]
        if self.seen["chunks"]:
            text = f"嵌入的外部文档 {self.seen['chunks']} 个未能读入，请复制为正文后重新导入"
            out.append(Problem("error", "chunks-left-out", text, self.name))
        return out


def with_number(number: str, text: str) -> str:
    """An automatic number before its text, as it is seen: ``1.1 范围``, ``一、概述``."""
    if not number:
        return text
    glue = "" if not text or number[-1] in "、）．：】》" else " "
    return number + glue + text
