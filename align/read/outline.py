"""Which lines are headings, how deep, and the heading path over every block.

Two sources are mixed in real documents: levels that the file states (styles, outline
levels) and numbers that the writer typed (一、 （一） 1. 1.1).  A stated level holds
absolutely.  A typed number only holds relative to the others: 一、 stands under whatever
unnumbered title came last, wherever that title's own level lies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CN = "[一二三四五六七八九十百零〇]"
# Rank of a typed number: a lower rank contains the higher ones.
_KINDS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第 ?(?:{_CN}+|\d+) ?[章篇编部](?:分)?(?=[ ：:、]|[^分门]|$)")),
    (
        1,
        re.compile(
            r"(?:附件|附录|附表) ?(?:[0-9A-Z一二三四五六七八九十]+)?(?=[ ：:、.]|$|[^的中所])"
        ),
    ),
    (1, re.compile(r"(?:前 ?言|目 ?[次录]|引 ?言|参考文献|参考资料)$")),
    (2, re.compile(rf"{_CN}{{1,4}} ?[、.．](?!\d)")),
    (3, re.compile(rf"[（(] ?{_CN}{{1,4}} ?[)）]")),
    (6, re.compile(r"\d{1,2}[.．]\d{1,2}[.．]\d{1,3}(?![\d.．])")),
    (5, re.compile(r"\d{1,2}[.．]\d{1,2}(?![\d.．%％])[.．]?")),
    (4, re.compile(r"\d{1,2} ?[.．、](?!\d)|\d{1,2} +(?=[\u4e00-\u9fff])")),
)
_DEEP = (
    (7, re.compile(r"[（(] ?\d{1,2} ?[)）]")),
    (8, re.compile(r"\d{1,2} ?[)）]")),
    (9, re.compile("[①-⑳⑴-⒛㈠-㈩]")),
)
_ALONE = re.compile(r"(?:前 ?言|目 ?[次录]|引 ?言|参考文献|参考资料)$")
_LOOSE = re.compile(r"\d{1,2}(?=[\u4e00-\u9fff])(?!\d?[年月日个项门次名条周学课页])")
# Lines of a cover that are set like titles but head nothing.
_COVER = re.compile(
    r"\d{4} ?年|[〇○零一二]{4} ?年|发 ?布$|编 ?制|制 ?定|执笔|代码 ?[：:]|^[\d\W]+$|版[）)]?$"
)
_SENTENCE = re.compile(r"[。；;，,、！？…]$|：.*。|。.")
_CAPTION = re.compile(r"(?:续?[表图] ?[0-9一二三四五六七八九十A-Z][0-9.\-—]*|续 ?表)(?!格)")
_TITLE_LENGTH = 40
_NUMBERED_LENGTH = 36
_LEAF = 10


@dataclass(slots=True)
class _Entry:
    level: int
    rank: int  # 0: without a number; 10: heads nothing numbered (前言, 参考文献)
    stated: bool
    text: str


def number_rank(text: str, *, loose: bool = False) -> int:
    """1..9 for a typed number at the start of `text` (1 = 第一章 … 9 = ①), else 0.

    `loose` also takes ``6职业技能要求``, where the space was lost; only sensible for a line
    that is known to be a heading.
    """
    for rank, pattern in (*_KINDS, *_DEEP):
        if pattern.match(text):
            return rank
    return 4 if loose and _LOOSE.match(text) else 0


def _width(text: str) -> float:
    """Length in Chinese characters; Latin letters are half as wide."""
    return sum(0.5 if c < "\x80" else 1.0 for c in text)


def is_caption(text: str) -> bool:
    """Whether `text` names a table or a figure (表2 …, 续表)."""
    return bool(_CAPTION.match(text)) and _width(text) <= 60


def is_heading(text: str, *, bold: bool = False, numbered: bool = False) -> bool:
    """Whether a body line is a heading by its wording.

    Parameters
    ----------
    text : str
        Normalised text, with its number.
    bold : bool
        Bold or larger than the text around it.
    numbered : bool
        The number is an automatic one.  Lists are numbered so too: then only bold counts.
    """
    if not text or "\n" in text or is_caption(text) or _SENTENCE.search(text):
        return False
    rank = number_rank(text, loose=bold)
    if rank == 0 or _width(text) > _NUMBERED_LENGTH:
        return False
    return bold or (rank <= 6 and not numbered)


def is_title(text: str, *, centred: bool, large: bool, bold: bool) -> bool:
    """Whether an unnumbered line is set as a title: centred, and bold or large."""
    return (
        centred
        and (large or bold)
        and 1 < _width(text) <= _TITLE_LENGTH
        and "\n" not in text
        and not _COVER.search(text)
        and not is_caption(text)
        and not _SENTENCE.search(text)
    )


class Outline:
    """The heading path at the present point of a document."""

    def __init__(self) -> None:
        self._stack: list[_Entry] = []

    @property
    def path(self) -> tuple[str, ...]:
        """Headings above the present point, outermost first."""
        return tuple(e.text for e in self._stack)

    def enter(self, text: str, level: int | None = None) -> int:
        """Takes a heading up; returns its level (1..9).

        Parameters
        ----------
        text : str
            The heading with its number.
        level : int, optional
            The level that the file states (1..9); None for a heading told by its wording.
        """
        rank = number_rank(text, loose=True)
        stack = self._stack
        if level is not None:
            while stack and stack[-1].level >= level:
                stack.pop()
        elif rank == 0:
            while stack and not stack[-1].stated:
                stack.pop()
        else:
            while stack and stack[-1].rank >= rank:
                stack.pop()
        if level is None:
            level = min(9, stack[-1].level + 1 if stack else 1)
            stated = False
        else:
            stated = True
        stack.append(_Entry(level, _LEAF if _ALONE.match(text) else rank, stated, text))
        return level
