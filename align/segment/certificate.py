"""1+X and national standards: tables of requirements become competencies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from align.depth import depth_of
from align.records import Certificate, Competency, Document, Passage, Table
from align.segment.certificate_meta import CertificateMeta, read_certificate_meta
from align.segment.certificate_prose import prose_entries
from align.segment.collect import Notes
from align.segment.header import CERTIFICATE_WORDS, Header, find_header
from align.segment.items import (
    Entry,
    Number,
    clean_cell,
    continues,
    dotted,
    knowledge_lines,
    numbered_task,
    printed_parts,
    split_items,
)
from align.segment.levels import level_in, order
from align.segment.national import read_weights
from align.segment.numbering import settle
from align.segment.recognise import is_certificate_table
from align.segment.words import bare, is_blank, row_text

_WORD = re.compile(r"[^\W\d_]")


def read_certificate(document: Document, notes: Notes) -> tuple[Certificate, ...]:
    """The certificate standard a document holds, with all its levels; empty if it holds none.

    Levels come from the caption or heading before each table, or from numbers that start again.
    """
    meta = read_certificate_meta(document)
    entries = _entries(document, notes) or prose_entries(document, notes)
    if not entries:
        notes.say(
            "error",
            "certificate-without-items",
            "没有读出职业技能要求：没有认出“工作领域｜工作任务｜职业技能要求”"
            "或“职业功能｜工作内容｜技能要求”的表，"
            "正文中也没有 1.1.1 形式的条目；请核对文件，或改用“证书、等级、工作领域、工作任务、"
            "编号、职业技能要求”的简表",
            document.blocks[0].place if document.blocks else meta.place,
        )
        return ()
    settled = settle(entries, notes)
    weights = read_weights(document, settled, notes)
    certificate_id = meta.code or meta.name
    competencies = tuple(
        Competency(
            id=f"{item.level}-{item.number}" if item.level else item.number,
            certificate_id=certificate_id,
            level=item.level,
            area=item.area,
            task=item.task,
            number=item.number,
            text=item.entry.text,
            printed=item.entry.printed,
            place=item.entry.place,
            source_id=document.source.id,
            depth=depth_of(item.entry.text),
            weight=weights.get((item.level, item.number)),
            knowledge=item.knowledge,
        )
        for item in settled
    )
    return (certificate_of(meta, competencies, document.source.id),)


def certificate_of(
    meta: CertificateMeta, competencies: Sequence[Competency], source_id: str
) -> Certificate:
    """A certificate with its levels in order."""
    return Certificate(
        id=meta.code or meta.name,
        name=meta.name,
        levels=order(c.level for c in competencies if c.level),
        competencies=tuple(competencies),
        code=meta.code,
        issuer=meta.issuer,
        version=meta.version,
        date=meta.date,
        source_id=source_id,
        place=meta.place,
    )


def _entries(document: Document, notes: Notes) -> list[Entry]:
    """All requirements of the document's tables, in reading order, levels as captions say."""
    entries: list[Entry] = []
    heading = ""
    index = 0
    for block in document.blocks:
        if isinstance(block, Passage):
            if len(block.text) < 45 and (level := level_in(block.text)):
                heading = level
            continue
        if not is_certificate_table(block):
            continue
        header = find_header(block, CERTIFICATE_WORDS)
        if header is None:
            continue
        level = level_in(block.caption) or _of_headings(block) or heading
        index += 1
        entries += _table_entries(block, header, level, index, entries, notes)
    return _with_words(entries, notes)


def _with_words(entries: Sequence[Entry], notes: Notes) -> list[Entry]:
    """Without those of which only the number is there, and nothing on a later page went on."""
    found = []
    for entry in entries:
        if _WORD.search(entry.text):
            found.append(entry)
            continue
        notes.warn(
            "row-without-item",
            f"编号 {dotted(entry.number) or entry.text} 之后没有文字，未计入；请核对原文",
            entry.place,
        )
    return found


def _of_headings(table: Table) -> str:
    return next((found for h in reversed(table.headings) if (found := level_in(h))), "")


def _table_entries(
    table: Table,
    header: Header,
    level: str,
    index: int,
    earlier: Sequence[Entry],
    notes: Notes,
) -> list[Entry]:
    found: list[Entry] = []
    numbered = any(
        number for row in table.rows for number, _ in split_items(header.text(row, "text"), ())
    )
    read: set[tuple[int, int]] = set()
    known: dict[Number, list[str]] = {}
    for row in table.rows[header.after :]:
        if header.repeats(row) or not row_text(row):
            continue
        area, task = header.text(row, "area"), header.text(row, "task")
        row_level = level_in(header.text(row, "level")) or level
        cells = [c for c in header.cells(row, "text") if c.origin not in read]
        read |= {c.origin for c in cells}
        text, removed = clean_cell("\n".join(c.text for c in cells))
        if removed:
            notes.info("leak-removed", f"已从这一行中去掉混入的{'、'.join(removed)}", row.place)
        if _is_weights_row(area, task, text):
            notes.info("weights-row", "这一行是混入的权重表内容，未计为技能要求", row.place)
            notes.keep_row(row, table.headings)
            continue
        task_number = numbered_task(task)[0]
        split = split_items(text, task_number)
        if is_blank(text) or not any(_WORD.search(part) for _, part in split):
            if cells and header.cells(row, "text")[0].origin[0] >= header.after:
                notes.keep_row(row, table.headings)
                notes.warn(
                    "row-without-item", "这一行没有职业技能要求，未计入；请核对原文", row.place
                )
            continue
        printed = "\n".join(c.printed for c in cells)
        knowledge = knowledge_lines(header.text(row, "knowledge"))
        known.setdefault(task_number, []).extend(knowledge)
        own = printed_parts(printed, [part for _, part in split]) if len(split) > 1 else [printed]
        for (number, part), quoted in zip(split, own, strict=True):
            before = found[-1] if found else (earlier[-1] if earlier else None)
            if numbered and not number and before is not None and continues(before.text, part):
                _glue(before, part, quoted)
                notes.info(
                    "continuation-glued", f"已把跨页续行并回上一条：“{part[:20]}…”", row.place
                )
                continue
            entry = Entry(row_level, area, task, number, part, quoted, row.place, knowledge)
            entry.table = index
            found.append(entry)
    return found


def _glue(before: Entry, part: str, printed: str) -> None:
    latin = before.text[-1:].isascii() and part[:1].isascii()
    before.text = f"{before.text}{' ' if latin else ''}{part}"
    before.printed = f"{before.printed}\n{printed}"


def _is_weights_row(area: str, task: str, text: str) -> bool:
    whole = bare(area + task + text)
    return "权重表" in bare(area + task) or (
        whole.startswith(("合计", "权重表")) and len(whole) < 30
    )
