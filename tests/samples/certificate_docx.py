"""A 1+X certificate standard in Word whose numbers are made by Word itself.

工作领域, 工作任务 and 职业技能要求 hold no typed number: a multi-level list numbers them 1,
1.1, 1.1.1 and starts again in every level, as the issuers' own files do.
"""

from __future__ import annotations

from pathlib import Path

from docx.document import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph

from tests.samples import certificate_words as words
from tests.samples import word
from tests.samples.source import SampleCertificate

_ABSTRACT = 90


def write(certificate: SampleCertificate, path: Path) -> None:
    head = certificate.head
    document = word.new()
    _cover(document, certificate)
    word.page_break(document)
    word.title(document, "目　　次", size=16)
    for text in _contents(certificate):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.tab_stops.add_tab_stop(Cm(15.2), alignment=2, leader=1)
        word.run(paragraph, text, size=11)
    word.page_break(document)
    word.title(document, "前　　言", size=16)
    for text in words.PREFACE:
        word.body(document, text.format(issuer=head["issuer"]))
    word.page_break(document)
    word.title(document, certificate.name, size=16)
    word.heading(document, "1 范围")
    word.body(document, head["scope"])
    word.heading(document, "2 规范性引用文件")
    word.body(document, words.REFERENCE_LEAD)
    for text in words.REFERENCES[certificate.name]:
        word.body(document, text)
    word.heading(document, "3 术语和定义")
    word.body(document, words.SUBJECTS[0])
    for number, (term, meaning) in enumerate(head["terms"], start=1):
        word.heading(document, f"3.{number} {term}", 2)
        word.body(document, meaning)
    word.heading(document, "4 适用院校专业")
    for text in head["majors"]:
        word.body(document, f"{text}。")
    word.heading(document, "5 面向职业岗位（群）")
    for job in head["jobs"]:
        word.body(
            document,
            f"【{certificate.name.removesuffix('标准')}】（{job['level']}）：{job['text']}",
        )
    word.heading(document, "6 职业技能要求")
    word.heading(document, "6.1 职业技能等级划分", 2)
    name = certificate.name.removesuffix("标准")
    word.body(document, words.LEVEL_LEAD.format(name=name))
    for level, note in head["level_notes"].items():
        word.body(document, f"【{name}】（{level}）：{note}")
    word.heading(document, "6.2 职业技能等级要求描述", 2)
    _define_numbering(document, len(certificate.levels))
    for index, level in enumerate(certificate.levels):
        word.caption(document, f"表{index + 1} {name}要求（{level}）")
        _level(document, certificate, level, _ABSTRACT + index)
        document.add_paragraph()
    word.heading(document, "参考文献")
    for number, text in enumerate(words.LITERATURE, start=1):
        word.body(document, f"[{number}] {text}")
    word.save(document, path, certificate.name)


def _cover(document: Document, certificate: SampleCertificate) -> None:
    head = certificate.head
    first = document.add_paragraph()
    word.run(first, f"标准代码：{head['code']}", size=14)
    for _ in range(6):
        document.add_paragraph()
    word.title(document, certificate.name, size=26, after=18)
    word.line(document, f"（{head['date']} {head['version']}版）", size=16)
    for _ in range(12):
        document.add_paragraph()
    word.line(document, f"{head['issuer']}　制定", size=16, font=word.HEI)
    word.line(document, f"{head['date']}　发布", size=14)


def _contents(certificate: SampleCertificate) -> list[str]:
    parts = [
        ("前言", 3), ("1 范围", 4), ("2 规范性引用文件", 4), ("3 术语和定义", 4),
        ("4 适用院校专业", 5), ("5 面向职业岗位（群）", 5), ("6 职业技能要求", 5),
        ("参考文献", 10),
    ]  # fmt: skip
    return [f"{name}\t{page}" for name, page in parts]


def _level(document: Document, certificate: SampleCertificate, level: str, number: int) -> None:
    """One level's table: a task's items are numbered paragraphs of one cell."""
    rows: list[list[word.Text]] = []
    merges: list[word.Merge] = []
    for area, tasks in certificate.areas(level):
        first = len(rows) + 1
        if len(tasks) > 1:
            merges.append((first, 0, first + len(tasks) - 1, 0))
        for task, items in tasks:
            rows.append([_unnumbered(area), _unnumbered(task), [f"{i.text}。" for i in items]])
    header = [["工作领域", "工作任务", "职业技能要求"]]
    made = word.table(document, header, rows, [2.8, 3.4, 9.4], merges=merges)
    seen: set[object] = set()
    for row in list(made.rows)[1:]:
        for depth, cell in enumerate(row.cells):
            if cell._tc in seen:  # a merged area cell is numbered once
                continue
            seen.add(cell._tc)
            for paragraph in cell.paragraphs:
                _number(paragraph, number, depth)


def _unnumbered(title: str) -> str:
    """``1.1 清洁准备`` without the number that Word will write."""
    return title.partition(" ")[2]


def _number(paragraph: Paragraph, number: int, depth: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    mark = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", depth), ("w:numId", number)):
        part = OxmlElement(name)
        part.set(qn("w:val"), str(value))
        mark.append(part)
    properties.insert(0, mark)
    paragraph.paragraph_format.first_line_indent = Pt(0)
    paragraph.paragraph_format.left_indent = Pt(0)


def _define_numbering(document: Document, levels: int) -> None:
    """One multi-level list (1, 1.1, 1.1.1), and a restarted instance of it per level."""
    root = document.part.numbering_part.element
    patterns = ["%1", "%1.%2", "%1.%2.%3"]
    formats = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{pattern}"/>'
        f'<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for depth, pattern in enumerate(patterns)
    )
    abstract = parse_xml(
        f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{_ABSTRACT}">'
        f'<w:multiLevelType w:val="multilevel"/>{formats}</w:abstractNum>'
    )
    first = root.find(qn("w:num"))
    if first is None:
        root.append(abstract)
    else:
        first.addprevious(abstract)
    for index in range(levels):
        restarts = "".join(
            f'<w:lvlOverride w:ilvl="{depth}"><w:startOverride w:val="1"/></w:lvlOverride>'
            for depth in range(3)
        )
        root.append(
            parse_xml(
                f'<w:num {nsdecls("w")} w:numId="{_ABSTRACT + index}">'
                f'<w:abstractNumId w:val="{_ABSTRACT}"/>{restarts}</w:num>'
            )
        )
