"""A comparison of two runs as a Word document and as a table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

from align.export.docx_grid import Content, Line, TableRow, table
from align.export.docx_parts import SMALL, document_bytes, heading, new_document, new_section, text
from align.export.words import guard, one_line, shorten
from align.plan.compare import CAUSE_ZH, CHANGE_ZH, Comparison, PlanChange, Side, counts

if TYPE_CHECKING:
    from docx.document import Document as Docx

_GREY = "595959"
#: Where a line of the standard was broken inside a sentence.
_TORN = re.compile("(?<=[\u4e00-\u9fff，、；：]) (?=[\u4e00-\u9fff])")
COLUMNS = (
    "kind", "kind_zh", "subject", "text", "course", "what", "before", "after", "causes", "reasons",
)  # fmt: skip
_KINDS = ("changed", "added", "removed")


def summary(c: Comparison) -> str:
    """The comparison in a sentence."""
    found = Counter(x.kind for x in c.changes)
    if not c.changes:
        words = "没有建议发生变化"
    else:
        words = f"{len(c.changes)} 条建议有变化（" + "，".join(
            f"{CHANGE_ZH[k]} {found[k]}" for k in CHANGE_ZH if found[k]
        ) + "）"  # fmt: skip
    moved = f"，其中 {c.moved} 条的概率变动较大" if c.moved else ""
    return f"{words}；{c.same} 条不变{moved}。"


def causes_in_words(change: PlanChange) -> str:
    """Why, in one line; what is only possible says so."""
    return "；".join(
        ("" if x.sure else "可能：") + f"{CAUSE_ZH[x.kind]}（{x.words}）" for x in change.causes
    )


def comparison_csv(c: Comparison) -> bytes:
    """One row per changed field, UTF-8 with a mark; columns as in :data:`COLUMNS`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for x in c.changes:
        kinds = "; ".join(dict.fromkeys(cause.kind for cause in x.causes))
        for what, before, after in x.fields:
            cells = (x.kind, CHANGE_ZH[x.kind], x.subject, x.text, x.course, what, before, after,
                     kinds, causes_in_words(x))  # fmt: skip
            writer.writerow([guard(one_line(cell)) for cell in cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def comparison_docx(c: Comparison, title: str = "两次结果的比较") -> bytes:
    """The comparison for a meeting: what differs as a whole, then every change with its cause.

    Returns
    -------
    bytes
        A docx file; the same for the same comparison.
    """
    document = new_document(title, f"{c.old.label} → {c.new.label}")
    text(document, title, "Title")
    text(document, "", "AlignCaption")
    heading(document, "一、比较的两次结果", 1)
    table(
        document,
        ("", "前", "后"),
        [
            TableRow([[Line(what, SMALL)], [Line(a, SMALL)], [Line(b, SMALL)]])
            for what, a, b in _heads(c.old, c.new)
        ],
        (32, 62, 62),
        centred=(0,),
    )
    heading(document, "二、变化的概况", 1)
    text(document, summary(c))
    if found := counts(c):
        words = "，".join(f"{kind} {n} 条" for kind, n in found.items())
        text(document, f"按原因计：{words}（一条变化可以有几个原因）。")
    heading(document, "三、前提的不同", 1)
    if c.differences:
        table(
            document,
            ("类别", "项目", "前", "后"),
            [
                TableRow(
                    [
                        [Line(CAUSE_ZH[d.kind], SMALL)],
                        [Line(d.what, SMALL)],
                        [Line(d.before, SMALL)],
                        [Line(d.after, SMALL)],
                    ]
                )
                for d in c.differences
            ],
            (20, 56, 40, 40),
            title="文件、设置与模型的不同",
            centred=(0,),
        )
    else:
        text(document, "文件、设置、模型与范围都相同；变化只来自审核。")
    new_section(document, landscape=True)
    heading(document, "四、逐条变化", 1)
    if not c.changes:
        text(document, "没有变化。")
    else:
        _changes(document, c)
    return document_bytes(document)


def _heads(old: Side, new: Side) -> list[tuple[str, str, str]]:
    return [
        ("名称", old.label, new.label),
        ("运行编号", old.run_id, new.run_id),
        ("语义模型", old.model, new.model),
        ("设置版本", old.settings_version, new.settings_version),
        ("程序版本", old.tool_version, new.tool_version),
        ("等级", "、".join(old.levels), "、".join(new.levels)),
        ("文件", f"{len(old.sources)} 份", f"{len(new.sources)} 份"),
    ]


def _changes(document: Docx, c: Comparison) -> None:
    rows: list[TableRow] = []
    for kind in _KINDS:
        mine = [x for x in c.changes if x.kind == kind]
        if mine:
            head = f"{CHANGE_ZH[mine[0].kind]}（{len(mine)} 条）"
            rows.append(TableRow([Line(head, bold=True)], "D9E2F3", keep=True))
            rows += [_row(x) for x in mine]
    table(
        document,
        ("对象", "课程", "变化", "原因"),
        rows,
        (62, 30, 68, 67),
        title="逐条变化",
    )


def _named(subject: str) -> str:
    """A proposal's id as a committee knows it; the csv has it in full."""
    kind, _, rest = subject.partition(":")
    last = rest.rpartition(":")[2]
    return {"item": last, "unit": f"免修 {last}", "course": f"整门免修 {last}"}.get(kind, subject)


def _units(before: str, after: str, course: str) -> str:
    """Which content rows went and which came; those of the row's own course by number alone."""
    old, new = ([u for u in words.split("、") if u] for words in (before, after))
    gone = [u.removeprefix(course) for u in old if u not in new]
    come = [u.removeprefix(course) for u in new if u not in old]
    told = [
        f"{what} {shorten('、'.join(units), 120)}"
        for what, units in (("减", gone), ("增", come))
        if units
    ]
    return "；".join(told) or "次序不同"


def _value(words: str) -> str:
    return shorten(one_line(words), 120) or "（无）"


def _row(x: PlanChange) -> TableRow:
    about = [Line(shorten(_TORN.sub("", one_line(x.text)), 200), SMALL)] if x.text else []
    about.append(Line(_named(x.subject), SMALL, colour=_GREY))
    fields = [
        Line(
            f"{what}：{_units(a, b, x.course)}"
            if what == "单元"
            else f"{what}：{_value(a)} → {_value(b)}",
            SMALL,
        )
        for what, a, b in x.fields
    ]
    cells: list[Content] = [
        about,
        [Line(x.course, SMALL)],
        fields,
        [Line(words, SMALL) for words in causes_in_words(x).split("；")] or [Line("—", SMALL)],
    ]
    return TableRow(cells)
