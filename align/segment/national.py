"""权重表 of national standards: official shares of the 职业功能 become weights of items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from align.records import Document, Passage, Table
from align.segment.collect import Notes
from align.segment.items import numbered_area
from align.segment.levels import level_in
from align.segment.numbering import Item
from align.segment.words import bare, first_number, is_blank

_TABLE = re.compile(r"权重")
_SKILL = re.compile(r"技能|专业能力|操作")
_THEORY = re.compile(r"理论|知识")


def read_weights(
    document: Document, items: Sequence[Item], notes: Notes
) -> dict[tuple[str, str], float]:
    """Weight of every item, from the skill column of the 权重表.

    Parameters
    ----------
    document : Document
        The whole standard; its weight tables name 权重 in caption, heading or header.
    items : sequence of Item
        The settled items.

    Returns
    -------
    dict
        (level, number) → share of the item in its level's skill examination: the share of its
        职业功能 divided by the number of items of that 职业功能 in the level.  The weights of a
        level sum to 1 where its column sums to 100 %.  Empty where there is no weight table.
    """
    shares = _shares(document)
    if not shares:
        return {}
    counts = Counter((i.level, _key(i.area)) for i in items)
    weights: dict[tuple[str, str], float] = {}
    missing: dict[tuple[str, str], None] = {}
    levels = {level for level, _ in shares}
    for item in items:
        key = (item.level, _key(item.area))
        share = shares.get(key)
        if share is None and item.level in levels:
            missing[key] = None
        elif share is not None:
            weights[item.level, item.number] = share / 100 / counts[key]
    for level, area in missing:
        notes.warn(
            "weight-missing",
            f"权重表中没有找到{level}“{area}”的技能权重，该职业功能的条目不带权重",
            items[0].entry.place,
        )
    for level in sorted(levels):
        total = sum(v for (lv, _), v in shares.items() if lv == level)
        if abs(total - 100) > 0.5:
            notes.warn(
                "weights-sum",
                f"权重表{level}的技能权重合计为 {total:g}%，应为 100%；请核对",
                items[0].entry.place,
            )
    return weights


def _key(area: str) -> str:
    return bare(numbered_area(area)[1])


def _shares(document: Document) -> dict[tuple[str, str], float]:
    """(level, 职业功能) → per cent, from the skill table (the last, where none says so)."""
    skill: dict[tuple[str, str], float] = {}
    unnamed: dict[tuple[str, str], float] = {}
    before: list[str] = []
    for block in document.blocks:
        if isinstance(block, Passage):
            before = [*before[-2:], block.text]
            continue
        names = [block.caption, *block.headings[-1:], *reversed(before)]
        about = next((n for n in names if _TABLE.search(n)), "")
        titles = "".join(c.text for row in block.rows[:2] for c in row.cells)
        if not about and not _TABLE.search(titles):
            continue
        found = _read_table(block, skill_table=bool(_SKILL.search(about)))
        if _SKILL.search(about) or (_SKILL.search(titles) and not _THEORY.search(about)):
            skill.update(found)
        elif not _THEORY.search(about):
            unnamed = found
    return skill or unnamed


def _read_table(table: Table, *, skill_table: bool) -> dict[tuple[str, str], float]:
    """Shares of one weight table: levels across, or one row per level and 职业功能."""
    columns = _level_columns(table)
    if columns:
        return _across(table, columns)
    return _down(table)


def _level_columns(table: Table) -> dict[int, str]:
    """Columns headed by a level; of a level's 理论 and 技能 columns, the skill one."""
    best: dict[str, tuple[int, int]] = {}
    for column in range(table.width):
        texts = [r.cells[column].text for r in table.rows[:3] if r.cells[column].text]
        level = next((lv for t in texts if (lv := level_in(t))), "")
        if not level:
            continue
        own = "".join(t for t in texts if not level_in(t) or len(t) < 12)
        rank = 2 if _SKILL.search(own) else 0 if _THEORY.search(own) else 1
        if level not in best or rank > best[level][0]:
            best[level] = (rank, column)
    return {column: level for level, (_, column) in best.items()}


def _across(table: Table, columns: dict[int, str]) -> dict[tuple[str, str], float]:
    shares: dict[tuple[str, str], float] = {}
    first = min(columns)
    for row in table.rows:
        labels = [c.text for c in row.cells[:first] if not is_blank(c.text)]
        if not labels or re.search(r"合计|总计|基本要求|项目|等级", bare(labels[0])):
            continue
        area = _key(labels[-1])
        for column, level in columns.items():
            value = first_number(row.cells[column].text)
            if value is not None and not is_blank(row.cells[column].text):
                shares[level, area] = value
    return shares


def _down(table: Table) -> dict[tuple[str, str], float]:
    titles = [bare(c.text) for c in table.rows[0].cells]
    level_at = next((i for i, t in enumerate(titles) if re.search(r"等级|级别", t)), None)
    area_at = next((i for i, t in enumerate(titles) if re.search(r"职业功能|领域|项目", t)), None)
    value_at = next((i for i, t in enumerate(titles) if _SKILL.search(t) and "等级" not in t), None)
    if level_at is None or area_at is None or value_at is None:
        return {}
    shares = {}
    for row in table.rows[1:]:
        level, value = level_in(row.cells[level_at].text), first_number(row.cells[value_at].text)
        area = _key(row.cells[area_at].text)
        if level and value is not None and not re.search(r"合计|总计", area):
            shares[level, area] = value
    return shares
