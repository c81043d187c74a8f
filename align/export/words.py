"""How numbers, places and quotations are worded in everything that is handed out."""

from __future__ import annotations

import re
import unicodedata

#: The rules of :mod:`align.propose` and :mod:`align.exempt` by name, as a committee reads them.
_RULE_ZH = {
    "covered": "达到覆盖份额",
    "supplement": "未达关联阈值",
    "extend": "只讲到一部分",
    "strengthen-practice": "实践学时不足",
    "strengthen-depth": "教学深度不足",
    "exempt-unit": "单元由证书覆盖",
    "exempt-course": "课程由证书覆盖",
}
# Control characters, lone surrogates and the two non-characters are refused by XML 1.0; bidi
# controls could make a quotation read differently from what it says.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)
_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BROKEN = re.compile(f"(?<=[{_HAN}])[ \t]*\n\\s*(?=[{_HAN}])")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def clean(text: str) -> str:
    """The text without characters that XML forbids or that reverse its reading order."""
    return _ILLEGAL.sub("", text)


def guard(text: str) -> str:
    """Text that a spreadsheet takes as text: a leading ``=``, ``+``, ``-``, ``@`` … gets a ``'``.

    Spreadsheets skip leading blanks before a formula, so the first visible character counts.
    A ``'`` that such a text has of its own gets another one, so that :func:`unguard` is exact.
    """
    text = clean(text)
    return "'" + text if _like_formula(text.lstrip("'")) else text


def unguard(text: str) -> str:
    """What :func:`guard` was given (but for what :func:`clean` takes out)."""
    return text[1:] if text[:1] == "'" and _like_formula(text.lstrip("'")) else text


def _like_formula(text: str) -> bool:
    return text.lstrip(" \u3000\u00a0\ufeff\u200b").startswith(_FORMULA_STARTS)


def rule_words(rule: str) -> str:
    """The name of a rule in Chinese; a rule of another program keeps its own."""
    return _RULE_ZH.get(rule, rule)


def percent(share: float) -> str:
    """``0.856`` → ``86%``; a share that is not whole is never rounded to 0% or 100%."""
    rounded = round(share * 100)
    if share > 0 and rounded == 0:
        return "<1%"
    if share < 1 and rounded == 100:
        return ">99%"
    return f"{rounded}%"


def threshold(share: float) -> str:
    """A setting as a percentage, never rounded: ``0.225`` → ``22.5%``."""
    return f"{share * 100:.10g}%"


def number(value: float | None, blank: str = "") -> str:
    """``4.0`` → ``4``, ``2.5`` → ``2.5``; ``blank`` for None."""
    if value is None:
        return blank
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one ``…`` when something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str) -> str:
    """Line breaks and tabs as single spaces."""
    return " ".join(clean(text).split())


def joined(text: str) -> str:
    """One line; a line break between two Chinese characters is none in what was written."""
    return one_line(_BROKEN.sub("", clean(text)))


def width(text: str) -> int:
    """Columns the text takes in a fixed-pitch font: a Han or full-width character counts 2."""
    return sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in text)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts ``1.2`` before ``1.10`` and ``课程#2`` before ``课程#10``."""
    parts = re.split(r"([0-9]+)", text)
    return tuple((0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts if p)
