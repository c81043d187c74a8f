"""One cell of a content table becomes points, one competency-sized phrase each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from align.segment.words import bare, han, is_blank, line

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳❶❷❸❹❺❻❼❽❾❿"
_BULLETS = "•●○◆◇■□▪▫★☆►▶➢➤✓✔·∙⚫\uf06c\uf0b7\uf0d8\uf0fc*"
# "1." is a marker only where no digit follows (1.5 小时, 3.7 版 are not), "1、" always.
_MARK = (
    rf"(?:[{_CIRCLED}]|[（(]\s*\d{{1,2}}\s*[）)]|\d{{1,2}}\s*(?:[、．]|\.(?!\d)|[）)])"
    r"|[（(][一二三四五六七八九十]{1,3}[）)]|[一二三四五六七八九十]{1,3}、|"
    r"第[一二三四五六七八九十]{1,2}，)"
)
_LEADING = re.compile(rf"^\s*(?:{_MARK}|[{_BULLETS}]|[-–—]\s+)\s*")
# "1.1 …" is a number; "1.5吨" may be a measure: without a space it counts as a number only where
# another line of the cell starts with the same first part.
_OUTLINE = re.compile(r"^\s*(\d{1,2})(?:\.\d{1,2}){1,3}(?![\d.%])(\s*)")
# Inside a line a marker is one only after a break in the sentence, or when it is circled.
_INLINE = re.compile(rf"(?:(?<=[；;。：:）)\s])|(?=[{_CIRCLED}]))(?={_MARK})")
_ENDS = re.compile(r"(?<=[；;。])")
_LABEL = re.compile(
    r"^(?:【|\[)?(?:知识|技能|能力|素质|教学|学习|实训|实践|理论|课程|考核)?"
    r"(?:点|要点|目标|要求|内容|重点|难点|重难点|知识点|技能点|素质点|思政点)(?:】|\])?[：:]?$"
)
_LABEL_AHEAD = re.compile(
    r"^(?:【|\[)?((?:知识|技能|能力|素质|教学|学习|实训|课程|思政)(?:点|要点|目标|要求|内容|"
    r"重点|难点)"
    r"|重点|难点|思政元素|课程思政|思政)(?:】|\]|[：:])\s*(?=\S)"
)
# What every course writes for 课程思政 matches every standard; attitude words, no trade in them.
_ATTITUDE = re.compile(
    r"思政|工匠精神|劳模精神|劳动精神|家国情怀|爱国(?:主义|情怀|热情)|社会主义核心价值观|"
    r"(?:民族|文化|制度|道路|理论)自信|理想信念|职业道德|立德树人|奉献(?:精神|意识)|"
    r"(?:严谨|认真|敬业|细致|求实|务实)[^；。]{0,8}(?:态度|作风|精神)|精益求精|"
    r"(?:团队|合作|协作|创新|责任|诚信|服务|安全|环保|规范|大局|集体|奋斗)[^；。]{0,4}(?:精神|"
    r"意识|素养)|社会责任感"
)
_TRADE = re.compile(r"[A-Za-z]{2,}|方法|流程|步骤|操作|技术|设备|工具|编写|安装|计算|配置")


@dataclass(frozen=True, slots=True)
class Points:
    """What a cell says, sorted; nothing of it is lost.

    ``points`` are what is matched; ``aside`` are 课程思政 phrases, kept out because they match
    everything; ``labels`` are words such as 知识点 that only name what follows.
    """

    points: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


def split_points(text: str, *, keep_attitude: bool = False) -> Points:
    """The points of one cell.

    Parameters
    ----------
    text : str
        The cell's text; line breaks, ①②③, （1）, 1. 2. and ；。 separate points.
    keep_attitude : bool
        True where the course itself is about attitudes (ideology, labour): nothing is set
        aside.

    Returns
    -------
    Points
        Every Han character of ``text`` other than those of list markers (``一、``) stands in
        exactly one of its fields.

    Examples
    --------
    >>> split_points("知识点\\n1.理解盒模型；2.掌握浮动\\n培养工匠精神").points
    ('理解盒模型', '掌握浮动')
    """
    points: list[str] = []
    aside: list[str] = []
    labels: list[str] = []
    for piece in _pieces(text):
        ahead = _LABEL_AHEAD.match(piece)
        if ahead:
            labels.append(ahead.group(1))
            piece = piece[ahead.end() :]
            if "思政" in ahead.group(1) and not keep_attitude:
                aside.append(_clean(piece))
                continue
        cleaned = _clean(piece)
        if _LABEL.match(bare(cleaned)):
            labels.append(cleaned)
        elif is_blank(cleaned) or not re.search(r"\w", cleaned):
            continue
        elif not keep_attitude and is_attitude(cleaned):
            aside.append(cleaned)
        else:
            points.append(cleaned)
    return Points(tuple(points), tuple(a for a in aside if a), tuple(labels))


def is_attitude(text: str) -> bool:
    """Whether a phrase is about attitudes alone: 课程思政, no content of the trade."""
    return bool(_ATTITUDE.search(text)) and not _TRADE.search(text)


def _pieces(text: str) -> list[str]:
    lines = text.splitlines()
    majors = Counter(m.group(1) for raw in lines if (m := _OUTLINE.match(raw)))
    pieces = []
    for raw in lines:
        for part in _INLINE.split(raw):
            for piece in _ENDS.split(part):
                outline = _OUTLINE.match(piece)
                if outline and (outline.group(2) or majors[outline.group(1)] > 1):
                    stripped = piece[outline.end() :]
                else:
                    stripped = _LEADING.sub("", piece, count=1)
                # A marker with nothing behind it ("1、" on a line of its own) names nothing.
                if stripped.strip():
                    pieces.append(stripped.strip())
    return pieces


def _clean(piece: str) -> str:
    return line(piece).strip(" ；;。，,、").strip() or (piece if han(piece) else "")
