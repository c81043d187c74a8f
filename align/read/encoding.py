"""Bytes of a text file become text; the delimiter of a table is found by counting."""

from __future__ import annotations

import codecs
import csv
import io
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes) -> tuple[str, str] | None:
    """Text and the name of its encoding, or None if `data` is no text.

    A byte order mark decides; else strict UTF-8, strict GB 18030 (GBK and GB 2312 are parts
    of it), and UTF-16 without a mark.  Guessing by letter statistics is wrong on short
    Chinese tables, so there is none.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strict(data, name)
    if b"\x00" in data:
        # UTF-16 without a mark: every line end and Latin letter has its zero byte on one side.
        even, odd = data[0::2].count(0), data[1::2].count(0)
        return _strict(data, "utf-16-le" if odd >= even else "utf-16-be")
    return _strict(data, "utf-8") or _strict(data, "gb18030")


def _strict(data: bytes, name: str) -> tuple[str, str] | None:
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return None
    return None if _NOT_TEXT.search(text) else (text, name)


def delimiter_of(text: str, prefer: str = ",") -> str | None:
    """The delimiter under which most records have the same number (2 or more) of fields.

    Returns None when fewer than 8 of 10 records agree for every delimiter, or there is only
    one record without any; `prefer` wins ties.
    """
    best: tuple[float, int, bool, str] | None = None
    sample = text[:200_000]
    for delimiter in ",\t;|，":
        try:
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = [len(r) for _, r in zip(range(200), rows, strict=False) if any(r)]
        except csv.Error:
            continue
        if not widths:
            continue
        common = max(set(widths), key=lambda w: (widths.count(w), w))
        share = widths.count(common) / len(widths)
        if common < 2 or share < 0.8:
            continue
        key = (share, common, delimiter == prefer, delimiter)
        if best is None or key > best:
            best = key
    return best[3] if best else None
