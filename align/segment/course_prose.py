"""Course standards without a content table (template C): numbered units in running text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from align.depth import depth_of
from align.records import Block, Passage, Table, Unit
from align.segment.collect import Notes
from align.segment.footer import is_footer
from align.segment.hours import Hours, read_hours
from align.segment.points import split_points
from align.segment.recognise import label
from align.segment.words import bare, heading

_N = r"[一二三四五六七八九十百\d]{1,3}"
_START = re.compile(
    r"(?:课程|教学|主要|学习)?内容(?:与|和|及)?(?:设计|要求|安排|标准|组织|教学要求|学时分配|"
    r"要点)?$|内容(?:与|和|及)(?:教学)?要求|教学单元(?:设计|安排)?$"
)
_STOP = re.compile(
    r"实施(?:建议|要求|保障)|教学(?:条件|方法|资源|团队|评价|建议)|课程(?:资源|考核|评价|团队)|"
    r"考核|评价|成绩|教材|师资|资源建设|参考(?:资料|文献)|编写说明"
)
_CHAPTER = re.compile(r"^[一二三四五六七八九十]{1,3}、|^第[一二三四五六七八九十\d]+部分")
_UNIT = re.compile(
    rf"^(?:(?:学习|教学)?(?:项目|模块|单元|情境|情景|专题|主题|领域|案例)\s*(?:{_N}|"
    rf"[A-Z])(?![、，]?[个门项])|第\s*{_N}\s*(?:章|单元|部分|讲|编|篇|专题|模块))"
)
_TASK = re.compile(
    rf"^(?:(?:学习|教学|工作|实训)?(?:任务|子项目|子模块|课题|活动)\s*{_N}(?:[-.]\d+)*|"
    rf"第\s*{_N}\s*节|实训\s*{_N})"
)
_HOURS = re.compile(
    r"[（(【]?\s*(?:参考|建议|计划|共)?\s*(?:学时|"
    r"课时)?[：:]?\s*(?P<h>\d+(?:\.\d+)?(?:\s*/\s*\d+(?:\.\d+)?|"
    r"\s*[（(]\d+(?:\.\d+)?[）)])?)\s*(?:个)?(?:学时|课时)?"
    r"(?:[，,；;]\s*(?:其中)?(?P<split>[^（()）]*\d[^（()）]*))?\s*[）)】]?\s*$"
)
_OUTLINE = re.compile(
    r"^(?P<mark>[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十]{1,3}[）)]|"
    r"\d{1,2}(?:\.\d{1,2})+|\d{1,2}[.、．]|[（(]\d{1,2}[）)]|\d{1,2}[）)])\s*"
)


@dataclass(slots=True)
class _Block:
    """A heading of the content part, with the lines that stand below it."""

    heading: Passage
    text: str
    rank: int
    hours: Hours
    body: list[Passage] = field(default_factory=list)
    children: bool = False


def prose_units(
    blocks: Sequence[Block],
    *,
    course_id: str,
    course: str,
    source_id: str,
    keep_attitude: bool,
    notes: Notes,
) -> tuple[Unit, ...]:
    """Units from the content part of a standard that has no content table.

    A unit starts at a line such as ``项目一 …``, ``专题三：…``, ``任务2 …`` or any outline heading
    with ``（8学时）``; the lines below it are its points.  A heading with further headings below
    it is the section of those.
    """
    found = _outline(_content_part(blocks))
    units: list[Unit] = []
    sections: list[tuple[int, str]] = []
    aside = 0
    for i, block in enumerate(found):
        sections = [(rank, text) for rank, text in sections if rank < block.rank]
        block.children = i + 1 < len(found) and found[i + 1].rank > block.rank
        if is_footer(block.text):
            notes.keep(block.heading)
            continue
        if block.children:
            sections.append((block.rank, block.text))
            for line in block.body:
                notes.keep(line)
            continue
        points: list[str] = []
        for line in block.body:
            got = split_points(label(line), keep_attitude=keep_attitude)
            points += got.points
            aside += len(got.aside)
            for text in got.aside:
                notes.set_aside(text, line.place, line.headings)
        section = sections[-1][1] if sections else block.text
        units.append(
            Unit(
                id=f"{course}#{len(units) + 1}",
                course_id=course_id,
                course=course,
                section=section,
                task=block.text if sections else "",
                points=tuple(dict.fromkeys(points)) or (_without_mark(block.text),),
                printed="\n".join(p.printed for p in block.body) or block.heading.printed,
                place=block.heading.place,
                source_id=source_id,
                hours=block.hours.total,
                theory_hours=block.hours.theory,
                practice_hours=block.hours.practice,
                depth=max((depth_of(p) for p in points), default=0),
            )
        )
    if aside:
        notes.info(
            "ideology-set-aside",
            f"《{course}》有 {aside} 处课程思政、素养语句未计入教学要点（与任何证书都会相似），"
            "原文另列",
            units[0].place,
        )
    return tuple(units)


def _content_part(blocks: Sequence[Block]) -> list[Passage]:
    """The passages under 课程内容…, up to the next chapter about something else."""
    part: list[Passage] = []
    inside = False
    level, chapter = 0, False
    for block in blocks:
        if isinstance(block, Table):
            continue
        text = bare(label(block))
        core = _OUTLINE.sub("", text, count=1)
        if len(core) < 25 and not _UNIT.match(core) and not _TASK.match(core):
            if _START.search(core):
                inside = True
                level, chapter = block.heading_level, bool(_CHAPTER.match(text))
                continue
            heading = block.heading_level or _OUTLINE.match(text)
            over = 0 < block.heading_level <= level or (chapter and _CHAPTER.match(text))
            if inside and (over or ((heading or len(core) < 12) and _STOP.search(core))):
                inside = False
        if inside:
            part.append(block)
    if part:
        return part
    # No heading names the content: the unit lines themselves show where it is.
    passages = [b for b in blocks if isinstance(b, Passage)]
    starts = [
        i for i, p in enumerate(passages) if _UNIT.match(bare(p.text)) and _HOURS.search(p.text)
    ]
    if len(starts) < 2:
        return []
    end = next(
        (
            i
            for i in range(starts[-1] + 1, len(passages))
            if _CHAPTER.match(bare(label(passages[i]))) and _STOP.search(bare(passages[i].text))
        ),
        len(passages),
    )
    return passages[starts[0] : end]


def _outline(passages: Sequence[Passage]) -> list[_Block]:
    """Headings of units and tasks with what stands below them."""
    blocks: list[_Block] = []
    marks: list[str] = []
    for passage in passages:
        text = label(passage)
        flat = heading(text)
        core = _OUTLINE.sub("", flat, count=1)
        hours = _HOURS.search(flat) if re.search(r"学时|课时", flat[-20:]) else None
        named = _UNIT.match(core) or _TASK.match(core)
        mark = _OUTLINE.match(flat)
        if named or (hours and (mark or passage.heading_level) and len(flat) < 80):
            name = (flat[: hours.start()] if hours else flat).strip(" ：:（(")
            rank = _rank(core, mark.group("mark") if mark else "", passage, marks)
            blocks.append(_Block(passage, name, rank, _hours_of(hours)))
        elif blocks:
            blocks[-1].body.append(passage)
    return blocks


def _rank(core: str, mark: str, passage: Passage, marks: list[str]) -> int:
    """How deep a heading stands: 项目 above 任务, else by the kind of its numbering."""
    if _UNIT.match(core):
        return 10
    if _TASK.match(core):
        return 20
    kind = f"h{passage.heading_level}" if passage.heading_level else re.sub(rf"{_N}", "N", mark)
    kind += str(mark.count(".")) if re.match(r"\d", mark) else ""
    if kind not in marks:
        marks.append(kind)
    return 11 + marks.index(kind)


def _hours_of(found: re.Match[str] | None) -> Hours:
    if found is None:
        return Hours()
    own = read_hours([found.group("h")])[0]
    split = found.group("split") or ""
    theory = re.search(r"(?:理论|讲授)\D{0,4}(\d+(?:\.\d+)?)", split)
    practice = re.search(r"(?:实践|实训|实验|上机)\D{0,4}(\d+(?:\.\d+)?)", split)
    if theory:
        own = replace(own, theory=float(theory.group(1)))
    if practice:
        own = replace(own, practice=float(practice.group(1)))
    return own


def _without_mark(text: str) -> str:
    """``专题一：宪法的地位`` → ``宪法的地位``."""
    core = _OUTLINE.sub("", text, count=1)
    named = _UNIT.match(core) or _TASK.match(core)
    rest = core[named.end() :].strip(" ：:、.．—-") if named else core
    return rest or text
