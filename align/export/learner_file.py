"""The learner's file (终身档案) as a document and a workbook, with the receipt that proves it.

Both are written from the very data whose SHA-256 the receipt holds, and both carry the receipt
itself, word for word, so that ``align ledger verify --receipt`` can be given the file alone.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from align.export.docx_grid import Line, TableRow, table
from align.export.docx_parts import (
    LANDSCAPE_MM,
    PORTRAIT_MM,
    SMALL,
    document_bytes,
    heading,
    new_document,
    new_section,
    text,
)
from align.export.words import number
from align.export.xlsx_sheets import Column, Sheets, Value, new_book
from align.learner import KIND_ZH, STATE_ZH, Entry, Exempted, LearningResult, Refused
from align.plan.word import local_time
from align.records_json import from_plain

TITLE = "学习者终身档案"
RESULTS = ("学习成果", "类别", "等级", "发证日期", "学时", "证明", "状态", "认定意见")
CONVERSIONS = ("日期", "免修课程", "课程性质", "学分", "成绩", "学习成果", "依据")
REFUSALS = ("日期", "学习成果", "课程", "理由")
RECEIPT = ("项目", "内容")
_NONE = "没有。"

Row = tuple[Value, ...]


@dataclass(frozen=True)
class LearnerFile:
    """A learner's file in tables.

    Parameters
    ----------
    number, college : str
        The learner's number in the college, and the college's name.
    made : str
        Day and time in Beijing when it was entered in the ledger.
    results, conversions, refusals : tuple of rows
        Under :data:`RESULTS`, :data:`CONVERSIONS` and :data:`REFUSALS`.
    receipt : tuple of (str, str)
        What the receipt says, line by line; ``raw`` is the receipt itself.
    """

    number: str
    college: str
    made: str
    credits: float
    results: tuple[Row, ...]
    conversions: tuple[Row, ...]
    refusals: tuple[Row, ...]
    receipt: tuple[tuple[str, str], ...]
    raw: str

    @property
    def overview(self) -> tuple[tuple[str, str], ...]:
        """Who, where, when and how much."""
        return (
            ("学号", self.number), ("学院", self.college), ("成文时间", f"{self.made}（北京时间）"),
            ("学习成果", f"{len(self.results)} 项"),
            ("免修课程", f"{len(self.conversions)} 门，合计 {number(self.credits, '0')} 学分"),
        )  # fmt: skip


def learner_file(
    data: Mapping[str, Any],
    receipt: Mapping[str, Any],
    *,
    college: str,
    directory: Sequence[Entry] = (),
) -> LearnerFile:
    """The file of what :meth:`align.store.Store.export_learner` gave.

    Parameters
    ----------
    data, receipt : mapping
        As exported.
    college : str
        The college's name.
    directory : sequence of Entry
        To say which kind a result is of.
    """
    entries = {e.id: e for e in directory}
    held = {r["id"]: from_plain(LearningResult, r) for r in data["results"]}
    exempted: list[Row] = []
    refused: list[Row] = []
    for made in data["conversions"]:
        day = _time(made["time"])[:10]
        for e in made["exempted"]:
            exempted.append(_exempted(day, from_plain(Exempted, e), made, held))
        for plain in made["refused"]:
            r = from_plain(Refused, plain)
            words = r.words + (f"：{made['reason']}" if made["single"] else "")
            name = held[r.result].name if r.result in held else ""
            refused.append((day, name, r.course, words))
    return LearnerFile(
        data["learner"],
        college,
        _time(receipt["time"]),
        sum(c["credits"] for c in data["conversions"]),
        tuple(_result(r, entries.get(r.entry_id)) for r in held.values()),
        tuple(exempted),
        tuple(refused),
        _receipt(receipt),
        json.dumps(receipt, ensure_ascii=True, sort_keys=True, separators=(",", ":")),
    )


def _time(stamp: str) -> str:
    return local_time(datetime.fromisoformat(stamp.replace("Z", "+00:00")))


def _result(r: LearningResult, entry: Entry | None) -> Row:
    return (
        r.name, KIND_ZH[entry.kind] if entry else "名录中没有", r.level,
        r.issued.isoformat() if r.issued else "", r.hours, r.evidence, STATE_ZH[r.state], r.note,
    )  # fmt: skip


def _exempted(
    day: str, e: Exempted, made: Mapping[str, Any], held: Mapping[str, LearningResult]
) -> Row:
    rule = e.rule
    names = "、".join(held[id].evidence or held[id].name for id in e.results if id in held)
    if made["single"]:
        ground = [f"委员会单独认定（{rule.approved}）", made["reason"]]
    else:
        ground = [f"转换规则第 {rule.version} 版（{rule.approved}）"]
        if made["choices"] > 1:
            ground.append(f"{made['choices']} 种选法之一，理由：{made['reason']}")
    ground.append(f"依据：{names}")
    return (
        day, rule.course, rule.nature, rule.credits, rule.grade,
        f"{e.entry} {rule.level}".strip(), "；".join(x for x in ground if x),
    )  # fmt: skip


def _receipt(receipt: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    export = ((receipt.get("entry") or {}).get("after") or {}).get("export") or {}
    return (
        ("账本条目", f"第 {receipt['seq']} 条（学院 {receipt['college_id']}）"),
        ("账本首部（条目的哈希）", str(receipt["hash"])),
        ("签名时间", f"{_time(receipt['time'])}（北京时间）"),
        ("档案数据的 SHA-256", str(export.get("digest", ""))),
        ("签名（Ed25519）", str(receipt["signature"])),
        ("公钥", str(receipt["public_key"])),
    )


HOW_TO_CHECK = (
    "核对账本与签名：align ledger verify --receipt 本文件（或回执.json） --key 学院公布的公钥。"
    "公钥须与学院公布的一致；没有学院的数据库也可以核对签名，有数据库时还核对账本中有这一条。",
    "核对内容：终身档案.json 的 SHA-256 应与上表“档案数据的 SHA-256”相同；本文件由该数据写成，"
    "两者不同时以 JSON 为准。",
)


def learner_docx(file: LearnerFile) -> bytes:
    """The file for printing, in the layout of an official document."""
    mark = f"{file.college}　{TITLE}　第 {file.receipt[0][1].split()[1]} 条"
    document = new_document(TITLE, mark)
    text(document, TITLE, "Title")
    text(document, "", "AlignCaption")
    heading(document, "一、概况", 1)
    rows = [TableRow([name, value]) for name, value in file.overview]
    table(document, (), rows, (34, PORTRAIT_MM - 34))
    heading(document, "二、账本回执与核对", 1)
    lines = [TableRow([Line(name, SMALL), Line(value, SMALL)]) for name, value in file.receipt]
    table(document, RECEIPT, lines, (40, PORTRAIT_MM - 40), title="账本回执")
    for k, words in enumerate(HOW_TO_CHECK, 1):
        text(document, f"{k}. {words}", "AlignNote")
    text(document, "", "AlignNote")
    third = PORTRAIT_MM / 3
    empty = TableRow(["", "", ""], height_mm=18)
    table(document, ("经办人", "学院（盖章）", "日期"), [empty], (third, third, third))
    new_section(document, landscape=True)
    for title, head, found, widths, centred in (
        ("三、学习成果", RESULTS, file.results, (48, 26, 18, 23, 14, 36, 16, 46), (2, 3, 4, 6)),
        ("四、学分转换", CONVERSIONS, file.conversions, (22, 36, 18, 13, 13, 36, 89), (0, 2, 3, 4)),
        ("五、不予免修与理由", REFUSALS, file.refusals, (23, 56, 48, 100), (0,)),
    ):
        heading(document, title, 1)
        if not found:
            text(document, _NONE)
            continue
        total = sum(widths) / LANDSCAPE_MM
        table(
            document, head, [TableRow([Line(_words(x), SMALL) for x in row]) for row in found],
            [w / total for w in widths], title=title.partition("、")[2], centred=centred,
        )  # fmt: skip
    heading(document, "附：回执原文", 1)
    text(document, file.raw, SMALL, indent=False)
    return document_bytes(document)


def learner_xlsx(file: LearnerFile) -> bytes:
    """The same as a workbook; the same for the same file."""
    out = io.BytesIO()
    mark = f"{file.college}；学号 {file.number}；{file.made}（北京时间）"
    book = new_book(out, TITLE, mark)
    sheets = Sheets(book, mark)
    for name, head, rows in (
        ("概况", RECEIPT, file.overview),
        ("学习成果", RESULTS, file.results),
        ("学分转换", CONVERSIONS, file.conversions),
        ("不予免修", REFUSALS, file.refusals),
    ):
        sheets.table(name, f"{TITLE}：{name}", [Column(h, 60) for h in head], rows)
    proof: list[Row] = [*file.receipt, ("回执原文", file.raw)]
    proof += [(f"怎样核对 {k}", words) for k, words in enumerate(HOW_TO_CHECK, 1)]
    sheets.table("回执", f"{TITLE}：回执", [Column(RECEIPT[0]), Column(RECEIPT[1], 100)], proof)
    book.close()
    return out.getvalue()


def _words(value: Value) -> str:
    return number(value) if isinstance(value, float) else str(value or "")


__all__ = ["TITLE", "LearnerFile", "learner_docx", "learner_file", "learner_xlsx"]
