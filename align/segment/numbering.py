"""Numbers of a certificate's items: levels that restart, typing errors, numbers left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from align.segment.collect import Notes
from align.segment.items import Entry, Number, dotted, named, numbered_area, numbered_task
from align.segment.levels import GRADES, LADDER, following
from align.segment.words import bare


@dataclass(frozen=True, slots=True)
class Item:
    """An entry with its settled level, number and titles."""

    entry: Entry
    level: str
    area: str
    task: str
    number: str
    knowledge: tuple[str, ...] = ()


def settle(entries: Sequence[Entry], notes: Notes) -> list[Item]:
    """Gives every entry its level, area, task and a number that is unique in its level.

    Numbers as printed are kept wherever they can be; a number that contradicts its task or
    stands twice is replaced by the next free one of the task, and that is reported.  Where an
    item has no number it is numbered by its position.
    """
    items: list[Item] = []
    for level, group in _by_level(list(entries), notes):
        items += _settle_level(level, group, notes)
    _report_twins(items, notes)
    return items


def _by_level(entries: list[Entry], notes: Notes) -> list[tuple[str, list[Entry]]]:
    """Groups of entries, one per level, split where numbers start again at 1.1.1."""
    groups: list[tuple[str, list[Entry]]] = []
    used: set[Number] = set()
    for entry in entries:
        current = groups[-1][0] if groups else None
        restarts = (
            bool(groups)
            and _starts(entry)
            and entry.number in used
            and _last(groups[-1][1]) > (1, 1, 1)
        )
        if current is None or (
            entry.level and entry.level != current and not _carried(entry, groups)
        ):
            groups.append((entry.level, []))
            used = set()
        elif restarts:
            level = following(current) if entry.level in ("", current) else entry.level
            if not level and current:
                level = f"{current}（续）"
            notes.warn(
                "levels-run-together",
                f"编号在这里重新从 1.1.1 开始，按下一等级“{level or '（未标等级）'}”处理；"
                "请核对等级标题",
                entry.place,
            )
            groups.append((level, []))
            used = set()
        groups[-1][1].append(entry)
        if entry.number:
            used.add(entry.number)
    return _named_levels(groups, notes)


def _carried(entry: Entry, groups: list[tuple[str, list[Entry]]]) -> bool:
    """Whether the entry's caption level was already passed by a restart within its table."""
    return (
        entry.table == groups[-1][1][-1].table and len(groups) > 1 and entry.level == groups[-2][0]
    )


def _named_levels(
    groups: list[tuple[str, list[Entry]]], notes: Notes
) -> list[tuple[str, list[Entry]]]:
    """Levels without a name get 初级, 中级, 高级 by their order; equal names are one level."""
    if groups and not any(level for level, _ in groups) and len(groups) <= 5:
        names = GRADES if len(groups) <= 3 else LADDER
        if len(groups) == 1:
            notes.warn(
                "level-missing",
                "没有找到等级（初级/中级/高级），按不分等级处理",
                groups[0][1][0].place,
            )
            return groups
        notes.warn(
            "level-missing",
            f"没有找到等级名称，按先后顺序记为 {'、'.join(names[: len(groups)])}",
            groups[0][1][0].place,
        )
        return [(names[i], group) for i, (_, group) in enumerate(groups)]
    merged: dict[str, list[Entry]] = {}
    for level, group in groups:
        merged.setdefault(level, []).extend(group)
    return list(merged.items())


def _starts(entry: Entry) -> bool:
    return entry.number == (1, 1, 1)


def _last(group: Sequence[Entry]) -> Number:
    return next((e.number for e in reversed(group) if e.number), ())


def _settle_level(level: str, group: Sequence[Entry], notes: Notes) -> list[Item]:
    areas = {n: t for e in group for n, t in [numbered_area(e.area)] if n and t}
    tasks = {n: t for e in group for n, t in [numbered_task(e.task)] if n and t}
    place = _Places(areas, tasks, group)
    used: set[Number] = set()
    highest: dict[Number, int] = {}
    items: list[Item] = []
    missing: list[Entry] = []
    last: Number = ()
    for entry in group:
        area_number, area, task_number, task = place.of(entry)
        number = entry.number
        wanted = (*task_number, highest.get(task_number, 0) + 1)
        if not number:
            number = wanted
            missing.append(entry)
        elif number in used or number[:2] != task_number:
            why = "重复" if number in used else f"与所在工作任务 {dotted(task_number)} 不符"
            notes.warn(
                "number-corrected",
                f"{level}编号 {dotted(number)} {why}，疑为笔误，"
                f"按 {dotted(wanted)} 处理：“{entry.text[:20]}…”",
                entry.place,
            )
            number = wanted
        elif last and number[:2] == last[:2] and number[2] > last[2] + 1:
            notes.warn(
                "number-gap",
                f"{level}编号从 {dotted(last)} 跳到 {dotted(number)}，"
                "中间的条目可能在原文中缺失；请核对",
                entry.place,
            )
        used.add(number)
        highest[number[:2]] = max(highest.get(number[:2], 0), number[2])
        last = number
        items.append(
            Item(entry, level, named(area_number, area), named(task_number, task), dotted(number))
        )
    if missing:
        notes.warn(
            "numbering-missing",
            f"{level or '该标准'}有 {len(missing)} 条职业技能要求没有编号，"
            f"已按先后位置编号（首条：“{missing[0].text[:20]}…”）",
            missing[0].place,
        )
    return _with_knowledge(items)


class _Places:
    """Area and task of every entry: by their own cells, by number, or carried down."""

    def __init__(
        self, areas: dict[Number, str], tasks: dict[Number, str], group: Sequence[Entry]
    ) -> None:
        self.areas, self.tasks = areas, tasks
        self.positions: dict[tuple[Number, str], int] = {}
        self.counts: Counter[Number] = Counter()
        first = next((e.area for e in group if bare(e.area)), "")
        self.area_text, self.task_text = first, next((e.task for e in group if bare(e.task)), "")

    def of(self, entry: Entry) -> tuple[Number, str, Number, str]:
        """Area number, area, task number, task."""
        self.area_text = entry.area if bare(entry.area) else self.area_text
        self.task_text = entry.task if bare(entry.task) else self.task_text
        own_task, task = numbered_task(self.task_text)
        own_area, area = numbered_area(self.area_text)
        if own_task and not bare(entry.task) and entry.number and entry.number[:2] != own_task:
            # The task's title stands only on another page of the merged cell.
            own_task, task = entry.number[:2], self.tasks.get(entry.number[:2], "")
        if not own_task and entry.number:
            own_task = entry.number[:2]
        if not own_task:
            own_area = own_area or (self._position((), bare(area)),)
            own_task = (*own_area, self._position(own_area, bare(task)))
        if own_task[:1] != own_area:
            known = self.areas.get(own_task[:1])
            if known is not None:
                own_area, area = own_task[:1], known
            elif not own_area:
                own_area = own_task[:1]
            elif not bare(entry.area):
                own_area, area = own_task[:1], ""
        return own_area, area, own_task, task or self.tasks.get(own_task, "")

    def _position(self, within: Number, name: str) -> int:
        """Where a title without a number comes among those of its area (of its level)."""
        if (within, name) not in self.positions:
            self.counts[within] += 1
            self.positions[within, name] = self.counts[within]
        return self.positions[within, name]


def _with_knowledge(items: list[Item]) -> list[Item]:
    """相关知识要求 belong to the 工作内容: each of its items gets all of them."""
    known: dict[str, dict[str, None]] = {}
    for item in items:
        known.setdefault(item.task, {}).update(dict.fromkeys(item.entry.knowledge))
    return [replace(item, knowledge=tuple(known[item.task])) for item in items]


def _report_twins(items: Sequence[Item], notes: Notes) -> None:
    seen: dict[tuple[str, str], Item] = {}
    for item in items:
        key = (item.level, bare(item.entry.text))
        if key in seen and seen[key].task != item.task:
            notes.info(
                "item-twice",
                f"{item.level} {seen[key].number} 与 {item.number} 文字相同，分属两个工作任务，"
                "均保留",
                item.entry.place,
            )
        seen.setdefault(key, item)
