"""Two runs (or one run before and after decisions) held side by side: what changed, and why.

A change is put down to what was seen to differ on its own row (the words of a document, a
person's verdict, the range) and else to what differs between the runs as a whole (documents,
settings, model, program).  Where several of these differ, each is named as possible.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from align.records import ACTION_ZH, Action
from align.settings import BY_NAME

CauseKind = Literal["document", "settings", "model", "program", "range", "decision"]
CAUSE_ZH: dict[CauseKind, str] = {
    "document": "文件",
    "settings": "设置",
    "model": "模型",
    "program": "程序版本",
    "range": "融通范围",
    "decision": "审核",
}
ChangeKind = Literal["added", "removed", "changed"]
CHANGE_ZH: dict[ChangeKind, str] = {"added": "新增", "removed": "取消", "changed": "改变"}

#: A probability that moved less, without any other change, is not counted as moved.
MOVED = 0.05


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposal of a run, as ``proposals.csv`` tells it.

    ``action`` is the rules' own; ``holds`` what is in force (None: rejected by a person).
    """

    id: str
    action: Action
    holds: Action | None
    certificate: str
    item_ids: tuple[str, ...]
    course: str
    units: tuple[str, ...]
    probability: float
    hours: str
    credits: str
    reason: str
    item_text: str
    unit_text: str
    settings: tuple[tuple[str, str], ...] = ()
    word: str = ""  # verdict, who, when and note in one line; "" where nobody has decided

    @property
    def level(self) -> str:
        """The level of its (first) item; "" for exemptions."""
        exempt = self.action is Action.EXEMPT or not self.item_ids
        return "" if exempt else self.item_ids[0].rpartition("-")[0]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a run with its proposals."""

    label: str
    run_id: str
    model: str
    settings_version: str
    tool_version: str
    sources: tuple[tuple[str, str], ...]
    levels: tuple[str, ...]
    parameters: tuple[tuple[str, float], ...]
    rows: tuple[ProposalRow, ...] = field(repr=False, default=())


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that differs between the runs as a whole."""

    kind: CauseKind
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a row changed; ``sure`` is False where other causes are as possible."""

    kind: CauseKind
    words: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class PlanChange:
    """One proposal that is new, gone, or says something else.

    ``fields`` lists (what, before, after).
    """

    kind: ChangeKind
    subject: str
    text: str
    course: str
    fields: tuple[tuple[str, str, str], ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two runs; ``same`` and ``moved`` count rows that say the same.

    ``moved`` of them have a probability that moved by :data:`MOVED` or more.
    """

    old: Side
    new: Side
    differences: tuple[Difference, ...]
    changes: tuple[PlanChange, ...]
    same: int
    moved: int


def compare(old: Side, new: Side) -> Comparison:
    """Hold two sides together.

    A row of one side is that of the other when it is about the same requirement: by its text
    first, wherever its number has moved, then by its number.
    """
    differences = tuple(_differences(old, new))
    pairs, removed, added = _paired(old.rows, new.rows)
    changes: list[PlanChange] = []
    same = moved = 0
    for before, after in pairs:
        fields = _fields(before, after)
        if not fields:
            same += 1
            moved += abs(before.probability - after.probability) >= MOVED
            continue
        causes = _causes(before, after, fields, differences, old.run_id == new.run_id)
        text = after.item_text or before.item_text
        changes.append(PlanChange("changed", after.id, text, after.course, fields, causes))
    for row in removed:
        causes = _one_sided(row, new.levels, differences)
        gone = (("关系", _said(row), ""),)
        changes.append(PlanChange("removed", row.id, row.item_text, row.course, gone, causes))
    for row in added:
        causes = _one_sided(row, old.levels, differences)
        come = (("关系", "", _said(row)),)
        changes.append(PlanChange("added", row.id, row.item_text, row.course, come, causes))
    return Comparison(old, new, differences, tuple(changes), same, moved)


def _differences(old: Side, new: Side) -> Iterable[Difference]:
    before, after = dict(old.sources), dict(new.sources)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield Difference("document", name, _digest(before.get(name)), _digest(after.get(name)))
    was, now = dict(old.parameters), dict(new.parameters)
    for name in sorted({*was, *now}):
        if was.get(name) != now.get(name):
            title = f"{BY_NAME[name].zh}（{name}）" if name in BY_NAME else name
            yield Difference("settings", title, _figure(was.get(name)), _figure(now.get(name)))
    if old.model != new.model:
        yield Difference("model", "语义模型与匹配模型", old.model, new.model)
    if old.tool_version != new.tool_version:
        yield Difference("program", "程序版本", old.tool_version, new.tool_version)
    if old.levels != new.levels:
        yield Difference("range", "等级", "、".join(old.levels), "、".join(new.levels))


def _digest(value: str | None) -> str:
    return "没有此文件" if value is None else f"校验值 {value[:12]}…"


def _figure(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _key(row: ProposalRow) -> tuple[str, ...]:
    """What a row is about, whatever its number: kind, certificate, requirement or unit."""
    kind = row.id.partition(":")[0]
    text = re.sub(r"^[\d.．、\s]+|\s+", "", row.item_text)
    if kind == "item" and text:
        return (kind, row.certificate, row.level, text)
    return ("id", row.id)


def _paired(
    old: Sequence[ProposalRow], new: Sequence[ProposalRow]
) -> tuple[list[tuple[ProposalRow, ProposalRow]], list[ProposalRow], list[ProposalRow]]:
    """(pairs in the new order, rows only in the old, rows only in the new)."""
    mates: dict[str, ProposalRow] = {}
    taken: set[str] = set()
    by_id = {r.id: r for r in old}
    by_text: dict[tuple[str, ...], list[ProposalRow]] = {}
    for r in old:
        by_text.setdefault(_key(r), []).append(r)

    def take(row: ProposalRow, mate: ProposalRow | None) -> None:
        if mate is not None and mate.id not in taken and row.id not in mates:
            mates[row.id] = mate
            taken.add(mate.id)

    for row in new:  # the same number and the same words
        mate = by_id.get(row.id)
        take(row, mate if mate is not None and _key(mate) == _key(row) else None)
    for row in new:  # the same words under another number
        take(row, next((r for r in by_text.get(_key(row), ()) if r.id not in taken), None))
    for row in new:  # the same number with other words
        take(row, by_id.get(row.id))
    pairs = [(mates[r.id], r) for r in new if r.id in mates]
    return pairs, [r for r in old if r.id not in taken], [r for r in new if r.id not in mates]


def _said(row: ProposalRow) -> str:
    if row.holds is None:
        return f"{ACTION_ZH[row.action]}（不采纳）"
    if row.holds != row.action:
        return f"{ACTION_ZH[row.holds]}（原建议{ACTION_ZH[row.action]}）"
    return ACTION_ZH[row.holds]


def _fields(before: ProposalRow, after: ProposalRow) -> tuple[tuple[str, str, str], ...]:
    rows = (
        ("关系", _said(before), _said(after)),
        ("课程", before.course, after.course),
        ("单元", "、".join(before.units), "、".join(after.units)),
        ("学时", before.hours, after.hours),
        ("学分", before.credits, after.credits),
        ("审核", before.word, after.word),
        ("证书原文", before.item_text, after.item_text),
    )
    return tuple((what, a, b) for what, a, b in rows if a != b)


def _causes(
    before: ProposalRow,
    after: ProposalRow,
    fields: Sequence[tuple[str, str, str]],
    differences: Sequence[Difference],
    same_run: bool,
) -> tuple[Cause, ...]:
    causes: list[Cause] = []
    changed = {what for what, _, _ in fields}
    if before.word != after.word:
        causes.append(Cause("decision", "经人审核" if after.word else "审核已撤回"))
    if before.item_text != after.item_text:
        causes.append(Cause("document", "证书标准中的这一条改了"))
    by_machine = before.action != after.action or bool(changed & {"课程", "单元"})
    if "学时" in changed or "学分" in changed:
        by_machine = by_machine or before.word == after.word
    if not by_machine:
        return tuple(causes)
    if same_run:
        return (*causes, Cause("decision", "有关的关联经人判断"))
    if before.unit_text != after.unit_text and _documents(differences):
        causes.append(Cause("document", "课程标准中的对应内容改了"))
    return (*causes, *_general(before, after, differences, bool(causes)))


def _documents(differences: Sequence[Difference]) -> bool:
    return any(d.kind == "document" for d in differences)


def _general(
    before: ProposalRow | None,
    after: ProposalRow | None,
    differences: Sequence[Difference],
    explained: bool,
) -> tuple[Cause, ...]:
    """What differs as a whole and may be behind a change that its own row does not explain."""
    found: dict[CauseKind, list[str]] = {}
    for d in differences:
        if d.kind == "document" and explained:
            continue
        if d.kind != "range":
            found.setdefault(d.kind, []).append(_in_words(d))
    if before is not None and after is not None and before.probability == after.probability:
        found.pop("model", None)  # the model gave the very same figure
    if not found and not explained:
        return (Cause("decision", "有关的关联经人判断"),)
    sure = len(found) == 1 and not explained
    return tuple(Cause(kind, "；".join(words[:3]) + (" 等" if len(words) > 3 else ""), sure)
                 for kind, words in found.items())  # fmt: skip


def _in_words(d: Difference) -> str:
    if d.kind == "document":
        if d.before == "没有此文件":
            return f"新增文件 {d.what}"
        return f"去掉文件 {d.what}" if d.after == "没有此文件" else f"文件 {d.what} 改了"
    return f"{d.what} {d.before} → {d.after}"


def _one_sided(
    row: ProposalRow, other_levels: Sequence[str], differences: Sequence[Difference]
) -> tuple[Cause, ...]:
    """Why a row stands on one side only."""
    ranged = any(d.kind == "range" for d in differences)
    if row.level and ranged and row.level not in other_levels:
        return (Cause("range", f"{row.level}只在其中一次的范围之内"),)
    item = row.action is not Action.EXEMPT
    if item and _documents(differences):  # items come and go with their document alone
        words = [_in_words(d) for d in differences if d.kind == "document"]
        return (Cause("document", "；".join(words[:3]) + (" 等" if len(words) > 3 else "")),)
    return _general(None, None, differences, False)


def counts(comparison: Comparison) -> Mapping[str, int]:
    """How many changes have each cause (a change with several counts for each)."""
    found = dict.fromkeys(CAUSE_ZH.values(), 0)
    for change in comparison.changes:
        for kind in {c.kind for c in change.causes}:
            found[CAUSE_ZH[kind]] += 1
    return {k: n for k, n in found.items() if n}
