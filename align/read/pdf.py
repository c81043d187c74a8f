"""A pdf with a text layer: paragraphs, headings and tables put together over its pages."""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import pairwise
from statistics import median

from align.errors import ReadError
from align.read.detect import UNLOCK, damaged
from align.read.limits import Limits
from align.read.normalise import join_wrapped, normalise
from align.read.outline import Outline, is_caption, is_heading, is_title
from align.read.pdf_page import PdfLine, PdfPage, PdfTable, read_page, wraps
from align.read.pdf_table import PdfGrid
from align.records import Block, Passage, Place, Problem

_OCR = "请先 OCR（文字识别），存为带文字层的 pdf 或 docx，再导入"
_PAGE_NUMBER = re.compile(
    r"(?:[-—–~·|]?\s*(?:\d{1,4}|[ivxlcIVXLCⅠ-ⅿ]{1,7})\s*[-—–~·|]?|第?\s*\d{1,4}\s*页.{0,12}"
    r"|\d{1,4}\s*/\s*\d{1,4}|[Pp]age \d+.{0,10})$"
)
_TOC_LINE = re.compile(r"(?:[.．…·•]\s?){4,}\s*[\dIVXivxⅠ-ⅻ（）()-]*\s*$")
_MARGIN = 0.1  # share of the page height at top and bottom where running lines stand
_WIDE_MARGIN = 0.25  # the same for the page's outermost line
_UNMAPPED = 0.2  # share of characters without a way back to text from which reading misleads


def read_pdf(data: bytes, name: str, limits: Limits) -> tuple[list[Block], list[Problem]]:
    """Blocks and problems of a pdf.

    Raises
    ------
    ReadError
        Encrypted, damaged, without a text layer, with fonts that give no text back, or with
        more pages than allowed.
    """
    pages = _pages(data, name, limits)
    problems: list[Problem] = []
    _check_text(pages, name, problems)
    reader = _Reader(name)
    reader.drop_running_lines(pages)
    for page in pages:
        reader.page(page)
    reader.end()
    return reader.blocks, problems + reader.problems()


def _pages(data: bytes, name: str, limits: Limits) -> list[PdfPage]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            count = len(pdf.pages)
            if count > limits.pages:
                raise ReadError(
                    "pdf 页数过多",
                    file=name,
                    got=f"{count} 页",
                    expected=f"不超过 {limits.pages} 页",
                    remedy="请只保留标准正文各页，或拆分成几个文件",
                )
            pages = []
            for i, page in enumerate(pdf.pages, 1):
                pages.append(read_page(page, i))
                page.close()
    except PdfminerException as e:
        cause = e.args[0] if e.args else None
        if isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError):
            raise ReadError("pdf 设有打开密码（已加密）", file=name, remedy=UNLOCK) from e
        if isinstance(cause, MemoryError | RecursionError):
            raise cause from e
        raise damaged(name, "pdf 不完整或已损坏，无法解析") from e
    if not pages:
        raise damaged(name, "pdf 不完整或已损坏，没有任何一页")
    return pages


def _check_text(pages: list[PdfPage], name: str, problems: list[Problem]) -> None:
    total = sum(p.chars for p in pages)
    if total < 2 * len(pages) or total < 10:
        raise ReadError(
            "pdf 无文字层（可能是扫描件）",
            file=name,
            got=f"{len(pages)} 页共 {total} 个字",
            remedy=_OCR,
        )
    unmapped = sum(p.unmapped for p in pages)
    if unmapped > _UNMAPPED * total:
        raise ReadError(
            "pdf 的字体不含文字编码，读出的是乱码",
            file=name,
            got=f"{unmapped}/{total} 个字无法还原",
            remedy="请用原文件重新导出 pdf 或 docx，或先 OCR（文字识别）",
        )
    for p in pages:
        if p.unmapped:
            problems.append(Problem(
                "warning", "unmapped-characters",
                f"本页有 {p.unmapped} 个字无法还原，请对照原文核对", name, Place(page=p.number),
            ))  # fmt: skip
        if p.chars < 5 and p.images:
            problems.append(Problem(
                "warning", "page-without-text", f"本页是图片，无文字层，未读入。{_OCR}",
                name, Place(page=p.number),
            ))  # fmt: skip


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.blocks: list[Block] = []
        self.seen: Counter[str] = Counter()
        self.outline = Outline()
        self.paragraph: list[PdfLine] = []
        self.paragraph_page = 0
        self.paragraphs = 0
        self.tables = 0
        self.grid: PdfGrid | None = None
        self.grid_head: tuple[tuple[str, ...], str] = ((), "")
        self.left = self.right = self.size = 0.0
        self.pitch = 0.0  # usual distance from line to line, points

    def drop_running_lines(self, pages: list[PdfPage]) -> None:
        """Takes page numbers and lines repeated at the margins out of the pages."""
        keys: Counter[str] = Counter()
        for p in pages:
            keys.update({_bare(x.text) for x in p.lines if _at_margin(x, p)})
        often = max(3, len(pages) // 3)
        for p in pages:
            keep = []
            outer = [x for x in p.lines if _at_margin(x, p)]
            for x in p.lines:
                running = x in outer and (
                    _PAGE_NUMBER.match(x.text) or (len(pages) > 2 and keys[_bare(x.text)] >= often)
                )
                if running:
                    self.seen["running"] += 1
                elif _TOC_LINE.search(x.text):
                    self.seen["toc"] += 1
                else:
                    keep.append(x)
            p.lines = keep
        lines = [x for p in pages for x in p.lines]
        self.size = median(x.size for x in lines) if lines else 12.0
        steps = [
            b.top - a.top
            for p in pages
            for a, b in pairwise(p.lines)
            if 0.5 * a.size < b.top - a.top < 4 * a.size
        ]
        self.pitch = median(steps) if steps else 1.5 * self.size
        self.left = _usual([x.x0 for x in lines], low=True)
        self.right = _usual([x.x1 for x in lines if not _hangs(x)], low=False)

    def page(self, page: PdfPage) -> None:
        if len(page.lines) > 8:
            self.left = min(x.x0 for x in page.lines)
            self.right = max((x.x1 for x in page.lines if not _hangs(x)), default=self.right)
        items: list[PdfLine | PdfTable] = [*page.lines, *page.tables]
        for item in sorted(items, key=lambda i: (i.top, i.x0)):
            if isinstance(item, PdfTable):
                self.take_table(item)
            else:
                self.take_line(item, page.number)

    def take_table(self, part: PdfTable) -> None:
        caption = self._pending_caption()
        if (
            self.grid is not None
            and part.page == self.grid.rows[-1][0] + 1
            and self.grid.fits(part)
        ):
            here = [x for x in self.paragraph]
            if not here or self._says_continued(caption):
                self.paragraph = []
                self.seen["joined"] += 1
                self.grid.grow(part)
                return
        self.flush_table()
        self.flush_paragraph()
        last = self.blocks[-1] if self.blocks else None
        caption = ""
        if isinstance(last, Passage) and (last.heading_level == 0 or is_caption(last.text)):
            caption = last.text if len(last.text) <= 80 else ""
        self.grid = PdfGrid(part, self.seen)
        self.grid_head = (self.outline.path, caption)

    def _pending_caption(self) -> str:
        return normalise("".join(x.text for x in self.paragraph)) if self.paragraph else ""

    def _says_continued(self, caption: str) -> bool:
        bare = "".join(caption.split())
        same = bool(bare) and bare == "".join(self.grid_head[1].split())
        return same or (len(bare) < 50 and ("续表" in bare or "（续）" in bare or bare == "续"))

    def take_line(self, line: PdfLine, page: int) -> None:
        if self.paragraph and not self._goes_on(self.paragraph[-1], line, page):
            if self.grid is not None:
                self.flush_table()
            self.flush_paragraph()
        if not self.paragraph:
            self.paragraph_page = page
        self.paragraph.append(line)

    def _goes_on(self, before: PdfLine, line: PdfLine, page: int) -> bool:
        if abs(before.size - line.size) > 0.1 * before.size + 0.3 or before.bold != line.bold:
            return False
        indent = line.x0 - self.left
        if indent > 1.2 * line.size and not abs(line.x0 - before.x0) < 2:
            return False
        if line.top > before.top and line.top - before.top > 1.4 * self.pitch:
            return False
        if len(self.paragraph) == 1 and is_heading(normalise(before.text), bold=before.bold):
            return wraps(before, line, self.left, self.right) and indent > 0.8 * line.size
        if is_caption(normalise(line.text)):
            return False
        return wraps(before, line, self.left, self.right)

    def flush_paragraph(self) -> None:
        lines, self.paragraph = self.paragraph, []
        if not lines:
            return
        printed = "\n".join(x.text for x in lines)
        text = ""
        for x in lines:
            text = join_wrapped(text, x.text)
        text = normalise(text)
        if not text:
            return
        self.paragraphs += 1
        size = max(x.size for x in lines)
        bold = all(x.bold for x in lines)
        large = size > 1.15 * self.size
        middle = (lines[0].x0 + lines[0].x1) / 2
        centred = (
            abs(middle - (self.left + self.right) / 2) < 2 * size
            and lines[0].x0 - self.left > 2 * size
        )
        level, path = 0, self.outline.path
        heading = is_heading(text, bold=bold or large) and len(lines) <= 2
        if heading or is_title(text, centred=centred, large=large, bold=bold):
            level = self.outline.enter(text)
            path = self.outline.path[:-1]
        place = Place(page=self.paragraph_page, paragraph=self.paragraphs)
        self.blocks.append(Passage(place, printed, text, path, level))

    def flush_table(self) -> None:
        if self.grid is None:
            return
        self.tables += 1
        table = self.grid.table(self.tables, *self.grid_head)
        self.grid = None
        if any(c.text for r in table.rows for c in r.cells):
            self.blocks.append(table)
        else:
            self.tables -= 1

    def end(self) -> None:
        self.flush_table()
        self.flush_paragraph()

    def problems(self) -> list[Problem]:
        told = {
            "running": ("running-lines-left-out", "页眉、页脚、页码 {n} 行未读入正文"),
            "toc": ("toc-left-out", "目录行 {n} 行未读入正文"),
            "joined": ("tables-joined", "跨页表格 {n} 处已接成一张表"),
            "headers": ("headers-dropped", "换页重复的表头 {n} 处已略去"),
            "glued": ("rows-glued", "被换页切断的行 {n} 处已接上"),
        }
        return [
            Problem("info", code, text.format(n=self.seen[key]), self.name)
            for key, (code, text) in told.items()
            if self.seen[key]
        ]


def _at_margin(line: PdfLine, page: PdfPage) -> bool:
    """Whether the line stands where running heads and page numbers stand."""
    if line.bottom < _MARGIN * page.height or line.top > (1 - _MARGIN) * page.height:
        return True
    items: list[PdfLine | PdfTable] = [*page.lines, *page.tables]
    first, last = min(x.top for x in items), max(x.bottom for x in items)
    if line.top == first:
        return line.bottom < _WIDE_MARGIN * page.height
    return line.bottom == last and line.top > (1 - _WIDE_MARGIN) * page.height


def _hangs(line: PdfLine) -> bool:
    """Whether the line ends in a mark that may stand beyond the right edge."""
    return line.text[-1] in "，。、；：？！）》”,.;:)"


def _bare(text: str) -> str:
    return re.sub(r"[\d\s]+", "", text)


def _usual(values: list[float], *, low: bool) -> float:
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[len(ordered) // 20] if low else ordered[-1 - len(ordered) // 20]
