"""A change of a proposal as ``align tune`` says it: names of courses and requirements, no ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from align.records import ACTION_ZH, Action, Proposal

if TYPE_CHECKING:
    from align.gather import Gathered
    from align.tune import Change

#: As on the screen of thresholds.
_KIND_ZH = {
    "appears": "新出现", "vanishes": "消失", "action": "改换措施", "content": "内容变化",
}  # fmt: skip


class Names:
    """What the ids of one programme's standards stand for."""

    def __init__(self, gathered: Gathered) -> None:
        self._courses = {c.id: c.name for c in gathered.courses}
        self._units = {
            (c.id, u.id): u.task or u.content[:30] for c in gathered.courses for u in c.units
        }
        self._items = {
            (c.id, i.id): f"{i.level} {i.number or i.id} {i.text}"
            for c in gathered.certificates
            for i in c.competencies
        }

    def line(self, c: Change) -> str:
        """One change: its kind, what it is about, before and after."""
        shown = c.after or c.before
        assert shown is not None  # a change has at least one side
        before, after = (ACTION_ZH[p.action] if p else "（无）" for p in (c.before, c.after))
        if c.kind != "content" or c.before is None or c.after is None:
            return f"{_KIND_ZH[c.kind]} {self._subject(shown)}：{before} → {after}"
        return (
            f"{_KIND_ZH[c.kind]} {self._subject(shown)}：{after}，{self._inside(c.before, c.after)}"
        )

    def _course(self, course_id: str) -> str:
        return f"《{self._courses.get(course_id, course_id)}》" if course_id else "（无课程）"

    def _subject(self, p: Proposal) -> str:
        if p.rule == "exempt-course":
            return f"{self._course(p.course_id)}（整门课程）"
        if p.action is Action.EXEMPT:
            return f"{self._course(p.course_id)}" + "、".join(
                self._units.get(u, u[1]) for u in p.units
            )
        return "、".join(self._items.get((p.certificate_id, i), i) for i in p.item_ids)

    def _inside(self, old: Proposal, new: Proposal) -> str:
        """What differs where the action is the same."""
        told = []
        if old.course_id != new.course_id:
            told.append(f"课程 {self._course(old.course_id)} → {self._course(new.course_id)}")
        more, less = set(new.units) - set(old.units), set(old.units) - set(new.units)
        if more or less:
            told.append(f"关联的内容行 +{len(more)} −{len(less)}")
        had, has = set(old.item_ids), set(new.item_ids)
        if had != has:
            told.append(f"职业技能要求 +{len(has - had)} −{len(had - has)}")
        for name, was, now in (
            ("学时", old.hours, new.hours), ("学分", old.credits, new.credits),
        ):  # fmt: skip
            if was != now:
                told.append(f"{name} {_number(was)} → {_number(now)}")
        if old.unsure != new.unsure:
            told.append("改为存疑" if new.unsure else "不再存疑")
        return "，".join(told) or "依据的规则不同"


def _number(value: float | None) -> str:
    return "无" if value is None else f"{value:g}"
