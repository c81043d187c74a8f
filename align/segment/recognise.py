"""What a document is, and where each course standard in it begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from align.records import Block, Document, Kind, Passage, Table
from align.segment.course_tables import content_header
from align.segment.header import CERTIFICATE_WORDS, find_header
from align.segment.words import bare, title

_NUMBERING = r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)]?[、.．\s]*)?"
_CODED = r"(?:[（(\[]\s*(?:课程)?(?:代码|编码|编号)[：:].{0,60}?[）)\]])?"
_WORD = r"(?:课程)?(?:教学)?(?:标准|大纲)"
_COURSE_TITLE = re.compile(
    rf"^{_NUMBERING}《(?P<name>[^》]+)》{_CODED}(?:课程|"
    rf"教学){_WORD}{_CODED}[（(]?[^，。；]{{0,12}}$"
    rf"|^{_NUMBERING}《(?P<whole>[^》]+?)(?:课程标准|课程教学标准|课程教学大纲|教学大纲)》{_CODED}$"
    rf"|^{_NUMBERING}[“\"](?P<quoted>[^”\"]+)[”\"]{_CODED}课程(?:教学)?标准{_CODED}$"
)
_BARE_TITLE = re.compile(
    rf"^{_NUMBERING}(?P<name>[^，。；：《》]{{2,30}}?)课程(?:教学)?标准{_CODED}$"
)
_END = re.compile(r"^(?:附件|附录|附表)\s*[一二三四五六七八九十\d]*|调研报告$|^参考文献$")
_PLAN = re.compile(r"人才培养方案|专业教学计划|教学进程")
_TOC_LINE = re.compile(r"(?:\t|\.{4,}|…{2,}|·{4,}|\s)\s*\d+\s*$")
_STANDARD_NAME = re.compile(
    r"(?:国家)?职业(?:技能)?(?:等级)?标准|职业技能等级证书|[（(]\d{4}年?[）)]?版?|^\d+[.、_\-\s]+"
)


@dataclass(frozen=True, slots=True)
class Span:
    """The blocks of one course standard, with its title line."""

    name: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """A document taken apart: its course standards, and everything around them."""

    spans: tuple[Span, ...]
    rest: tuple[Block, ...]


def label(passage: Passage) -> str:
    """A passage with the automatic number a reader sees before it."""
    return f"{passage.number} {passage.text}".strip() if passage.number else passage.text


def stem(document: Document) -> str:
    """The file's name without its ending."""
    return PurePath(document.source.path.replace("\\", "/")).stem


def certificate_name(text: str) -> str:
    """A certificate's name without 职业技能等级标准, year and list number.

    >>> certificate_name("301.快递运营管理职业技能等级标准")
    '快递运营管理'
    """
    name = title(text)
    while (shorter := _STANDARD_NAME.sub("", name).strip(" _-")) != name:
        name = shorter
    return name.removeprefix("《").removesuffix("》")


def course_title(text: str) -> str | None:
    """The course's name if the line is the title of a course standard, else None."""
    if _TOC_LINE.search(text) and not text.rstrip().endswith(("）", ")")):
        return None
    flat = bare(text)
    if len(flat) > 120 or not (found := _COURSE_TITLE.match(flat)):
        return None
    # The name keeps the spaces it is printed with inside its brackets.
    printed = re.search(r"[《“\"]([^》”\"]+)[》”\"]", text)
    name = printed.group(1) if printed else next(g for g in found.groups() if g)
    return re.sub(r"\s*(?:课程标准|课程教学标准|课程教学大纲|教学大纲)$", "", title(name))


def take_apart(document: Document) -> Parts:
    """Splits a document at the titles of its course standards.

    An annex heading ends the last one, so a plan's survey report is no course.  A title that
    comes again with nothing but text between (cover page, then page one) is one standard.
    """
    spans: list[Span] = []
    rest: list[Block] = []
    name, heading, blocks = "", "", rest
    bare_titles = not any(course_title(p.text) for p in document.passages)
    for block in document.blocks:
        if isinstance(block, Passage):
            found = course_title(block.text) or (_bare_title(block) if bare_titles else None)
            if found is not None:
                if found == name and not any(_is_content(b) for b in blocks):
                    continue
                if name:
                    spans.append(Span(name, heading, tuple(blocks)))
                name, heading, blocks = found, block.text, []
                continue
            if name and _ends(block):
                spans.append(Span(name, heading, tuple(blocks)))
                name, blocks = "", rest
        blocks.append(block)
    if name:
        spans.append(Span(name, heading, tuple(blocks)))
    return Parts(tuple(spans), tuple(rest))


def recognise(document: Document, kind: Kind | None) -> Kind:
    """What the document is: course, certificate, programme or unknown.

    A hint from the folder decides only what the content leaves open: a certificate standard
    in the folder of courses is still read as what it is.
    """
    if any(is_certificate_table(t) for t in document.tables):
        return "certificate"
    head = "".join(bare(p.text) for p in document.passages[:60])
    if re.search(r"职业技能等级标准|国家职业(?:技能)?标准", head) and re.search(
        r"工作领域|职业功能|职业技能要求", "".join(bare(p.text) for p in document.passages)
    ):
        return "certificate"
    plan = any(
        _PLAN.search(bare(p.text)) and len(p.text) < 40 for p in document.passages[:80]
    ) or bool(re.search(r"人才培养方案|人培", stem(document)))
    if plan:
        return "programme"
    if any(content_header(t) for t in document.tables) or take_apart(document).spans:
        return "course"
    return kind or "unknown"


def is_certificate_table(table: Table) -> bool:
    """Whether a table lists requirements of a certificate standard."""
    header = find_header(table, CERTIFICATE_WORDS)
    if header is None or not header.has("text"):
        return False
    if header.any("certificate", "area") or header.has("level", "task"):
        return True
    return header.has("task") and any("工作任务" in t or "工作内容" in t for t in header.titles)


def _bare_title(passage: Passage) -> str | None:
    """``快递实务课程标准`` as a title: a heading, or a line at the very front."""
    flat = bare(passage.text)
    front = passage.place.paragraph is None or passage.place.paragraph <= 12
    if not (passage.heading_level or front):
        return None
    found = _BARE_TITLE.match(flat)
    if not found or re.match(
        r"附件|附录|本|该|各|相关|制[定订]|专业|核心|关于", found.group("name")
    ):
        return None
    return title(found.group("name"))


def _is_content(block: Block) -> bool:
    return isinstance(block, Table) and content_header(block) is not None


def _ends(passage: Passage) -> bool:
    text = bare(passage.text)
    return len(text) < 40 and bool(_END.search(text)) and not re.search(r"[：:，。]", text)


def tables_of(blocks: Sequence[Block]) -> list[Table]:
    """The tables among blocks."""
    return [b for b in blocks if isinstance(b, Table)]
