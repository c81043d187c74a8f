"""Automatic numbers of a docx, rebuilt from numbering.xml: 1.1.1, 一、, (1), ①.

A Word list keeps only "level 2 of list 7" in the paragraph; the number a person sees is
counted while the document is read from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from align.read.ooxml import Element, child, children, val

_DIGITS = "零一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "koreanCounting",
    "ideographDigital",
    "japaneseDigitalTenThousand",
    "taiwaneseDigital",
}


@dataclass(slots=True)
class _Level:
    format: str = "decimal"
    pattern: str = ""
    start: int = 1
    restart: int | None = None  # restart after this level (1-based); 0: never
    legal: bool = False


@dataclass(slots=True)
class _Num:
    abstract: str
    overrides: dict[int, int] = field(default_factory=dict)
    levels: dict[int, _Level] = field(default_factory=dict)


class Numbering:
    """Counters over all lists of one document."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._by_style: dict[str, tuple[str, int]] = {}  # style id → (abstract id, level)
        self._nums: dict[str, _Num] = {}
        self._counters: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        if root is not None:
            self._load(root)

    def _load(self, root: Element) -> None:
        links: dict[str, str] = {}  # abstract id → name of the list style it borrows
        named: dict[str, str] = {}  # name of a list style → abstract id
        for a in children(root, "abstractNum"):
            key = val(a, attribute="abstractNumId")
            self._levels[key] = {}
            for lvl in children(a, "lvl"):
                i = _int(val(lvl, attribute="ilvl"), 0)
                self._levels[key][i] = _level(lvl)
                style = val(child(lvl, "pStyle"))
                if style:
                    self._by_style[style] = (key, i)
            if style := val(child(a, "styleLink")):
                named[style] = key
            if style := val(child(a, "numStyleLink")):
                links[key] = style
        for key, style in links.items():
            if style in named:
                self._levels[key] = self._levels[named[style]]
        for n in children(root, "num"):
            num = _Num(val(child(n, "abstractNumId")))
            for o in children(n, "lvlOverride"):
                i = _int(val(o, attribute="ilvl"), 0)
                start = val(child(o, "startOverride"))
                if start:
                    num.overrides[i] = _int(start, 1)
                lvl = child(o, "lvl")
                if lvl is not None:
                    num.levels[i] = _level(lvl)
            self._nums[val(n, attribute="numId")] = num

    def level_of_style(self, num_id: str, style: str) -> int:
        """The list level that a paragraph style stands for, 0 when it names none."""
        num = self._nums.get(num_id)
        found = self._by_style.get(style)
        return found[1] if num and found and found[0] == num.abstract else 0

    def next(self, num_id: str, ilvl: int) -> str:
        """Counts one paragraph of list `num_id` and gives its number.

        Returns
        -------
        str
            As printed, such as ``1.1.1`` or ``（一）``; empty for bullets and unknown lists.
        """
        num = self._nums.get(num_id)
        if num is None or num_id == "0":
            return ""
        levels = self._levels.get(num.abstract, {})
        level = num.levels.get(ilvl) or levels.get(ilvl)
        if level is None:
            return ""
        counter = self._counters.setdefault(num.abstract, {})
        if ilvl in num.overrides and (num_id, ilvl) not in self._started:
            counter[ilvl] = num.overrides[ilvl] - 1
        self._started.add((num_id, ilvl))
        counter[ilvl] = counter.get(ilvl, level.start - 1) + 1
        for deeper in [i for i in counter if i > ilvl]:
            other = num.levels.get(deeper) or levels.get(deeper)
            restart = other.restart if other else None
            if restart is None or (restart > 0 and ilvl < restart):
                del counter[deeper]
        if level.format in ("bullet", "none"):
            return ""
        text = level.pattern
        for i in range(9):
            if f"%{i + 1}" in text:
                other = num.levels.get(i) or levels.get(i) or _Level()
                value = counter.get(i, other.start)
                style = "decimal" if level.legal else other.format
                text = text.replace(f"%{i + 1}", to_words(value, style))
        return text.strip()


def _level(e: Element) -> _Level:
    restart = val(child(e, "lvlRestart"))
    return _Level(
        format=val(child(e, "numFmt")) or "decimal",
        pattern=val(child(e, "lvlText")),
        start=_int(val(child(e, "start")), 1),
        restart=_int(restart, 0) if restart else None,
        legal=child(e, "isLgl") is not None,
    )


def to_words(n: int, style: str) -> str:
    """The number `n` (1 and above) in one of Word's number formats; decimal when unknown.

    >>> to_words(12, "chineseCounting"), to_words(3, "decimalEnclosedCircle")
    ('十二', '③')
    """
    if style in _CHINESE:
        return _chinese(n, _DIGITS)
    if style in ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"):
        return _chinese(n, _LEGAL).replace("十", "拾").replace("百", "佰")
    if style in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= n <= 20:
        return chr(0x245F + n)
    if style == "decimalEnclosedParen" and 1 <= n <= 20:
        return chr(0x2473 + n)
    if style == "decimalEnclosedFullstop" and 1 <= n <= 20:
        return chr(0x2487 + n)
    if style in ("upperLetter", "lowerLetter"):
        letter = chr(65 + (n - 1) % 26) * ((n - 1) // 26 + 1)
        return letter if style == "upperLetter" else letter.lower()
    if style in ("upperRoman", "lowerRoman"):
        return _roman(n) if style == "upperRoman" else _roman(n).lower()
    if style == "ideographTraditional":
        return _STEMS[(n - 1) % 10]
    if style == "ideographZodiac":
        return _BRANCHES[(n - 1) % 12]
    return f"{n:02d}" if style == "decimalZero" else str(n)


def _chinese(n: int, digits: str) -> str:
    if not 0 <= n < 1000:
        return str(n)
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    out = digits[hundreds] + "百" if hundreds else ""
    if tens:
        out += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        out += digits[0]
    return out + (digits[ones] if ones or not n else "")


def _roman(n: int) -> str:
    out = ""
    for value, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        while 0 < value <= n < 4000:
            out += sign
            n -= value
    return out


def _int(text: str, default: int) -> int:
    """Word numbers beyond 32 bit or not numbers at all count as not given."""
    return int(text) if text.lstrip("-").isdigit() and len(text) < 10 else default
