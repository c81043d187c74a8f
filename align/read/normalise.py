"""One way to write Chinese text, so that equal content compares equal.

The conventions, fixed here for the whole program:

* letters, digits and symbols are half-width (``Ｊａｖａ　８`` → ``Java 8``);
* ``，；：？！（）`` are full-width behind Chinese, and elsewhere as printed; both
  parentheses of a pair have one width;
* ``。、《》“”【】—…`` stay as they are;
* numbering signs ``①`` ``⑴`` ``⒈`` ``㈠`` ``Ⅰ`` and signs such as ``²`` ``½`` ``℃`` stay: NFKC
  would turn ``①⑩`` into ``110`` and ``10²`` into ``102``;
* box and tick signs (☑ ☐ √ □ ■ £ R) stay for the reader of checkboxes;
* spaces between single Chinese characters go (``软 件 工程``), a space between two Chinese
  words of two and more characters stays (``初级 中级``), as do spaces beside Latin words;
* zero-width, bidirectional and control characters go.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_MARKS = "、。《》〈〉「」『』【】〔〕“”‘’…—，；：？！（）"

# Invisible characters that change what a person sees against what a machine reads.
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")

# Kept although NFKC would rewrite them: enclosed and Roman numerals, superscripts, fractions,
# letterlike signs, squared units, and the full-width punctuation of Chinese text.
_KEPT = re.compile(
    "[\u00a8\u00aa\u00af\u00b2\u00b3\u00b4\u00b8\u00b9\u00ba\u00bc-\u00be\u2026\u2025\u2070-\u209c\u2100-\u218b"
    "\u2460-\u24ff\u2776-\u2793\u3200-\u33ff\U0001f100-\U0001f2ff，；：？！（）]"
)
# Radicals that pdf writers put in place of the character; NFKC leaves these alone.
_RADICALS = dict(
    zip(
        "⺠⺟⺮⻁⻄⻅⻆⻉⻋⻓⻔⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
        "民母竹虎西见角贝车长门青页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
        strict=True,
    )
)
_SIMPLE = {
    "\u3000": " ",
    "\u00a0": " ",
    "\u2010": "-",
    "\u2011": "-",
    "\u2212": "-",
}

_SPACES = re.compile(r"[ \t\u1680\u2000-\u200a\u202f\u205f]+")
_PAREN = re.compile(r"[(（]([^()（）\n]*)[)）]")
_HALF_AFTER_HAN = re.compile(rf"(?<=[{HAN}{_CJK_MARKS}])([,;:?!]+)")  # a run goes as one
_TO_FULL = str.maketrans(",;:?!", "，；：？！")
_HAN_CHAR = re.compile(f"[{HAN}]")
_AROUND_MARK = re.compile(
    rf" *([、。，；：？！]) *(?=[{HAN}])|(?<=[{HAN}]) +(?=[、。，；：？！）》”】])"
    "|(?<=（) +| +(?=）)"
)
_HAN_TOKENS = re.compile(rf"[{HAN}]+(?: [{HAN}]+)+")


def hidden_count(text: str) -> int:
    """Number of zero-width and bidirectional characters in `text`."""
    return len(HIDDEN.findall(text))


def normalise(text: str) -> str:
    """`text` written by the conventions above; line breaks stay as ``\\n``.

    Parameters
    ----------
    text : str
        As printed in a file.

    Returns
    -------
    str
        Without leading, trailing and doubled spaces and without empty lines.  Applying it
        twice changes nothing.

    Examples
    --------
    >>> normalise("能 使 用Ｊａｖａ　开发,①理解；②掌握")
    '能使用Java 开发，①理解；②掌握'
    >>> normalise("１．２  数据库(MySQL)的应用")
    '1.2 数据库（MySQL）的应用'
    """
    text = _LINE_ENDS.sub("\n", text)
    text = HIDDEN.sub("", _CONTROL.sub("", text))
    text = text if text.isascii() else text.translate(_CHARACTERS)
    lines = (_line(line) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


class _Characters(dict[int, str]):
    """What each character is written as; filled while characters are met."""

    def __missing__(self, code: int) -> str:
        c = chr(code)
        if c < "\x80" or _KEPT.match(c) or "\ue000" <= c <= "\uf8ff":
            written = c
        else:
            written = _RADICALS.get(c) or _SIMPLE.get(c) or unicodedata.normalize("NFKC", c)
        self[code] = written
        return written


_CHARACTERS = _Characters()


def _line(line: str) -> str:
    line = _SPACES.sub(" ", line).strip()
    if not _HAN_CHAR.search(line):
        return unicodedata.normalize("NFC", line)
    line = _PAREN.sub(_paren, line)
    line = _HALF_AFTER_HAN.sub(lambda m: m.group(1).translate(_TO_FULL), line)
    line = _HAN_TOKENS.sub(_unjustify, line)
    line = _AROUND_MARK.sub(lambda m: m.group(1) or "", line)
    return unicodedata.normalize("NFC", line).strip()


def _paren(m: re.Match[str]) -> str:
    """Both parentheses in one width: full beside or around Chinese."""
    before = m.string[m.start() - 1] if m.start() else ""
    han = _HAN_CHAR.search(m.group(1)) or _HAN_CHAR.match(before) or before in tuple(_CJK_MARKS)
    full = han or m.group(0)[0] == "（" or m.group(0)[-1] == "）"
    return f"（{m.group(1)}）" if full else f"({m.group(1)})"


def _unjustify(m: re.Match[str]) -> str:
    """Joins the tokens of a run wherever one side is a single character.

    Justified lines put a space after every character; a space that separates two words has
    two and more characters on both sides.
    """
    tokens = m.group(0).split(" ")
    out = tokens[0]
    for before, token in pairwise(tokens):
        out += token if len(before) == 1 or len(token) == 1 else " " + token
    return out


def join_wrapped(first: str, second: str) -> str:
    """Two printed lines of one paragraph as one: a space only between two Latin words.

    >>> join_wrapped("能够掌握变", "量和运算符"), join_wrapped("Apache", "Tomcat")
    ('能够掌握变量和运算符', 'Apache Tomcat')
    """
    first, second = first.rstrip(), second.lstrip()
    if not first or not second:
        return first + second
    a, b = first[-1], second[0]
    latin = a.isascii() and b.isascii() and a not in "-/([" and b not in ",.;:)]"
    return first + (" " if latin else "") + second
