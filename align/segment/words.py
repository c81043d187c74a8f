"""Small helpers on the text of cells and lines; nothing here knows of courses or standards."""

from __future__ import annotations

import re

from align.records import Cell, Row

_CJK = "\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef\u2018-\u201d\u2014\u2026"
_NEAR_CJK = re.compile(rf"(?<=[{_CJK}])[ \t]+(?=[{_CJK}])")
_ANY_NEAR_CJK = re.compile(rf"(?<=[{_CJK}])\s+|\s+(?=[{_CJK}])")
_SPACES = re.compile(r"\s+")
_BRACKETS = re.compile(r"[（(【\[][^（()）】\]]*[)）】\]]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DIGITS = {d: i for i, d in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_CHINESE = r"(?:[一二两三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两三四五六七八九])"
_CHINESE_HOURS = re.compile(
    rf"{_CHINESE}个?(?:学时|课时|节)?(?:[/+＋（(]{_CHINESE}个?(?:学时|课时|节)?[）)]?)?"
)

# What teachers write where there is nothing to write.
BLANKS = frozenset({"", "-", "--", "---", "—", "——", "–", "/", "\\", "无", "略", "×", "N/A"})


def bare(text: str) -> str:
    """The text without any white space: for comparing headers and names."""
    return _SPACES.sub("", text)


def plain(text: str) -> str:
    """A header's own words: no white space, nothing in brackets (unless all of it is)."""
    whole = bare(text).strip("：:*※")
    return _BRACKETS.sub("", whole) or whole


def line(text: str) -> str:
    """One line, spaces between Chinese characters removed, single spaces elsewhere.

    A line break beside a Chinese character is a wrap of the page and leaves no space; a
    break between Latin words leaves one.
    """
    joined = re.sub(rf"(?<=[{_CJK}])\s*\n\s*|\s*\n\s*(?=[{_CJK}])", "", text.strip())
    return _NEAR_CJK.sub("", _SPACES.sub(" ", joined))


def title(text: str) -> str:
    """A heading in one line, without spaces beside Chinese characters (justified lines)."""
    return _ANY_NEAR_CJK.sub("", _SPACES.sub(" ", text.strip()))


def heading(text: str) -> str:
    """A title of a unit or task in one line; words on lines of their own stay apart."""
    return _SPACES.sub(" ", text.strip())


def han(text: str) -> str:
    """The Han characters of a text alone, in order."""
    return "".join(_HAN.findall(text))


def is_blank(text: str) -> bool:
    """Whether a cell says nothing (empty, or a dash)."""
    return bare(text) in BLANKS


def family_key(name: str) -> str:
    """The name key without the part of a course in several terms: ``体育（Ⅱ）`` → ``体育``."""
    return re.sub(
        r"[(]?(?:[ⅰⅱⅲⅳⅴ]|i{1,3}|iv|v)[)]?$|[(](?:[ⅰⅱⅲⅳⅴ]|i{1,3}|iv|v)[)]", "", name_key(name)
    )


def first_number(text: str) -> float | None:
    """The first number of a text, or None."""
    found = _NUMBER.search(text)
    return float(found.group()) if found else None


def distinct(row: Row) -> list[tuple[int, Cell]]:
    """The cells of a row, each merged region once, with its first column."""
    seen: set[tuple[int, int]] = set()
    cells = []
    for column, cell in enumerate(row.cells):
        if cell.origin not in seen:
            seen.add(cell.origin)
            cells.append((column, cell))
    return cells


def row_text(row: Row) -> str:
    """A row in one line, as a person would quote it."""
    return " | ".join(line(c.text) for _, c in distinct(row) if c.text.strip())


def row_printed(row: Row) -> str:
    """A row's own cells exactly as printed, tab between them."""
    return "\t".join(c.printed for _, c in distinct(row))


def chinese_number(text: str) -> int | None:
    """``十二`` → 12, ``3`` → 3; None where it is no number up to 99."""
    if text.isdigit():
        return int(text)
    if not text or any(c not in _DIGITS for c in text):
        return None
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    value = 0
    for digit in text:
        value = value * 10 + _DIGITS[digit]
    return value


def arabic(text: str) -> str:
    """Hours in Chinese numerals (一 to 九十九) as digits, without white space.

    >>> arabic("十二学时"), arabic("四（二）"), arabic("统一安排")
    ('12学时', '4（2）', '统一安排')
    """
    own = bare(text)
    if not _CHINESE_HOURS.fullmatch(own):
        return own
    return re.sub(_CHINESE, lambda m: str(chinese_number(m.group())), own)


def same_name(left: str, right: str) -> bool:
    """Whether two names of courses mean one course: spaces, brackets, 《》 and case aside."""
    return name_key(left) == name_key(right)


def name_key(name: str) -> str:
    """What is compared of a course's name."""
    return re.sub(r"[《》“”\"'\s*※★●▲]", "", name).translate(_WIDTH).lower()


_WIDTH = str.maketrans("（）：，＋－", "():,+-")
