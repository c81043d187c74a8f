"""Level words of both systems: 初级/中级/高级 (1+X) and 五级 … 一级 (国家职业技能等级)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from align.segment.words import bare

LADDER: tuple[str, ...] = ("五级", "四级", "三级", "二级", "一级")
GRADES: tuple[str, ...] = ("初级", "中级", "高级")
_WORKERS = {
    "初级工": "五级",
    "中级工": "四级",
    "高级工": "三级",
    "高级技师": "一级",
    "技师": "二级",
}
_LEVEL = re.compile(
    r"(?P<n>[一二三四五]级)(?!指标|标题|目录)|(?P<w>初级工|中级工|高级工|高级技师|技师)|"
    r"(?P<g>初级|中级|高级)"
)
_DIGIT = re.compile(r"^(?:level|l)?\s*([1-5])\s*(?:级)?$", re.IGNORECASE)


def level_in(text: str) -> str:
    """The one level a caption or cell names, or an empty string (none, or several).

    ``五级/初级工`` and ``四级（中级）`` are one level: the numbered word counts.

    >>> level_in("表2 等级要求（中级）"), level_in("3.1 五级/初级工"), level_in("初级、中级")
    ('中级', '五级', '')
    """
    found: list[str] = []
    flat = bare(text)
    for m in _LEVEL.finditer(flat):
        if m.group("n"):
            found.append(m.group("n"))
        elif m.group("w"):
            found.append(_WORKERS[m.group("w")])
        elif not (
            found
            and found[-1] in LADDER
            and flat[m.start() - 1 : m.start()] in ("/", "／", "（", "(")
        ):
            found.append(m.group("g"))
    return found[0] if len(set(found)) == 1 else ""


def level_name(text: str) -> str:
    """A level cell in its usual word; what is no known level stays as it is."""
    return level_in(text) or bare(text)


def order(levels: Iterable[str]) -> tuple[str, ...]:
    """Levels from the lowest to the highest; unknown ones last, as they came."""
    known = {name: i for i, name in enumerate((*LADDER, *GRADES))}
    seen = list(dict.fromkeys(levels))
    return tuple(sorted(seen, key=lambda name: (known.get(name, 99), seen.index(name))))


def following(level: str) -> str:
    """The next higher level of the same system; empty above the highest."""
    for ladder in (LADDER, GRADES):
        if level in ladder and ladder.index(level) + 1 < len(ladder):
            return ladder[ladder.index(level) + 1]
    return ""
