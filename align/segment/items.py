"""Cells of a certificate table become numbered items; titles lose and keep their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from unicodedata import normalize

from align.records import Place
from align.segment.words import bare, chinese_number, line, title

Number = tuple[int, ...]

_SEP = r"\s*[.．。·]\s*"
_THREE = re.compile(
    rf"(?<![\d.])(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})"
    r"(?![ \t\u3000]*[.．]?\d)\s*[、.．:：]?\s*"
)
_SMALL = re.compile(
    r"(?:^|(?<=[；;。\n]))\s*(?:[（(]\s*(\d{1,2})\s*[）)]|([①-⑳])|(\d{1,2})\s*(?:[、．）)]|"
    r"\.(?!\d)))\s*"
)
_DEED = re.compile(r"^(?:能|会|掌握|了解|熟悉|理解|具备|可|熟练|独立|根据|按照|运用|使用)")
_UNFINISHED = re.compile(r"(?:并|和|及|与|或|的|在|对|、|，|,|（|\(|等级|如|：|:|进行|能够|能)$")
_PAGE_NUMBER = re.compile(r"\n\s*[-—–]?\s*\d{1,3}\s*[-—–]?\s*(?=\n|$)")
_CONTINUED = re.compile(
    r"\s*(?:续表|表)\s*\d*\s*[（(]?续[）)]?\s*(?:职业功能|工作领域)?\s*(?:工作内容|"
    r"工作任务)?\s*(?:职业技能要求|技能要求|专业能力要求)?\s*(?:相关知识要求)?"
    r"|\s*续表\s*\d*\s*(?:职业功能|工作领域)?\s*(?:工作内容|工作任务)?\s*(?:职业技能要求|"
    r"技能要求|专业能力要求)?\s*(?:相关知识要求)?"
)
_WEIGHTS_LEAK = re.compile(
    r"\s*(?:\d+(?:\.\d+)?[.、\s]*)?(?:理论知识|相关知识|技能要求|技能|专业能力(?:要求)?|"
    r"操作技能)?权重表.*$",
    re.DOTALL,
)
_AREA = re.compile(
    r"^\s*(?:工作领域|职业功能|领域|功能)?\s*[（(]?(\d{1,2}|"
    r"[一二三四五六七八九十]{1,3}(?=[、.．]))[）)]?\s*(?:[、.．:：]\s*|\s+|(?=[^\d.\s]))(?!\d)"
)
_TASK = re.compile(rf"^\s*(\d{{1,2}}){_SEP}(\d{{1,2}})(?!\s*[.．]?\d)\s*[、.．:：]?\s*")


@dataclass(slots=True)
class Entry:
    """One requirement as a row gives it, before numbering is settled."""

    level: str
    area: str
    task: str
    number: Number
    text: str
    printed: str
    place: Place
    knowledge: tuple[str, ...] = ()
    weight: float | None = None
    table: int = 0
    notes: list[str] = field(default_factory=list)


def numbered_area(text: str) -> tuple[Number, str]:
    """Number and title of a 工作领域 cell: ``1.网店运营`` → ``(1,)``, ``网店运营``."""
    found = _AREA.match(text)
    if not found:
        return (), title(text)
    number = chinese_number(found.group(1))
    return ((number,) if number else ()), title(text[found.end() :])


def numbered_task(text: str) -> tuple[Number, str]:
    """Number and title of a 工作任务 cell: ``1.2Web 应用`` → ``(1, 2)``, ``Web应用``."""
    found = _TASK.match(text)
    if not found:
        return (), title(text)
    return (int(found.group(1)), int(found.group(2))), title(text[found.end() :])


def clean_cell(text: str) -> tuple[str, list[str]]:
    """A cell without what a page break or the next chapter left in it, and what was taken out."""
    removed = []
    for pattern, why in (
        (_PAGE_NUMBER, "页码"),
        (_CONTINUED, "续表"),
        (_WEIGHTS_LEAK, "权重表文字"),
    ):
        shorter = pattern.sub("\n" if why == "页码" else "", text)
        if shorter != text:
            removed.append(why)
            text = shorter
    return text.strip(), removed


def split_items(text: str, task: Number) -> list[tuple[Number, str]]:
    """Numbered items of one cell.

    Parameters
    ----------
    text : str
        The cell; ``1.1.1 …`` may follow each other on lines or without any break.
    task : tuple of int
        The number of the row's task, or empty; a number in the middle of a line starts an
        item only when it belongs to this task and follows the one before it.

    Returns
    -------
    list of (number, text)
        The number is empty where the cell gives none; text before the first number comes
        first, with an empty number (it continues the item before).
    """
    cuts: list[tuple[int, int, Number]] = []
    for m in _THREE.finditer(text):
        number = (int(m.group(1)), int(m.group(2)), int(m.group(3)))
        before = text[: m.start()].rstrip(" \t")
        opens = not before or before[-1] in "\n。；;"
        last = cuts[-1][2] if cuts else ()
        follows = bool(last) and number == (*last[:2], last[2] + 1)
        at_task = not cuts and number[:2] == task and number[2] >= 1 and bool(before)
        if opens or follows or (at_task and _DEED.match(text[m.end() :])):
            cuts.append((m.start(), m.end(), number))
    if not cuts:
        return [((), part) for part in _unnumbered(text)]
    items: list[tuple[Number, str]] = []
    if head := line(text[: cuts[0][0]]):
        items.append(((), head))
    for i, (_, end, own) in enumerate(cuts):
        stop = cuts[i + 1][0] if i + 1 < len(cuts) else len(text)
        items.append((own, line(text[end:stop])))
    return items


def printed_parts(printed: str, parts: Sequence[str]) -> list[str]:
    """What of a printed cell belongs to each of its parts, with the number in front.

    Parts are found in the print by their characters, however it is spaced; where one is not
    found (a page break cut it), each has the whole cell.
    """
    signs = [(c, k) for k, sign in enumerate(printed) for c in normalize("NFKC", sign) if c.strip()]
    text = "".join(c for c, _ in signs)
    cuts, at = [0], 0
    for part in parts:
        wanted = "".join(normalize("NFKC", part).split())
        start = text.find(wanted, at)
        if start < 0 or not wanted:
            return [printed] * len(parts)
        at = start + len(wanted)
        end = signs[at - 1][1] + 1
        cuts.append(end + len(printed[end:]) - len(printed[end:].lstrip(" ；;。.，,")))
    cuts[-1] = len(printed)
    return [printed[a:b].strip() for a, b in pairwise(cuts)]


def continues(before: str, text: str) -> bool:
    """Whether a text without a number is the rest of the item before it."""
    return bool(_UNFINISHED.search(before)) or not _DEED.match(text)


def _unnumbered(text: str) -> list[str]:
    """Items without 1.1.1: (1) (2), or lines that each begin with a deed."""
    marks = list(_SMALL.finditer(text))
    if len(marks) > 1 or (marks and marks[0].start() == 0):
        stops = [m.start() for m in marks[1:]] + [len(text)]
        head = line(text[: marks[0].start()])
        parts = [line(text[m.end() : stop]) for m, stop in zip(marks, stops, strict=True)]
        return [p for p in ([head, *parts] if head else parts) if p]
    lines = [p.strip() for p in text.splitlines() if p.strip()]
    if len(lines) > 1 and all(_DEED.match(part) for part in lines):
        return [line(part) for part in lines]
    return [joined] if (joined := line(text)) else []


def dotted(number: Number) -> str:
    """``(1, 2, 3)`` → ``1.2.3``."""
    return ".".join(map(str, number))


def named(number: Number, name: str) -> str:
    """Number and title as shown: ``1.2 面向对象开发``."""
    return f"{dotted(number)} {name}".strip() if number else name


def knowledge_lines(text: str) -> tuple[str, ...]:
    """相关知识要求 of a cell, one each, without their numbers."""
    text, _ = clean_cell(text)
    parts = []
    for _, part in split_items(text, ()):
        shorter = part.strip(" ；;。")
        if bare(shorter):
            parts.append(shorter)
    return tuple(dict.fromkeys(parts))
