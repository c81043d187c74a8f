"""Versions of the conversion rules and of the calibration, and the samples drawn for review.

All are immutable: going back is one more version.  The store keeps rules as plain data and
knows nothing of their meaning; whoever saves them passes what checks them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Pair, Person
from align.errors import AccessError, SettingsError, UsageError
from align.store.core import new_id, text
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces

#: Rules as plain data: rule name to its values; a rule that is not in it is off.
RuleValues = dict[str, dict[str, Any]]
#: Slope and intercept that change nothing: the probabilities are the matcher's own.
AS_SHIPPED = (1.0, 0.0)
# Far outside what a fit gives; they only keep slips of the pen out.
_STEEPEST, _FARTHEST = 50.0, 50.0
_LARGEST_SAMPLE = 2000
_Kind = Literal["rules", "calibration"]


@dataclass(frozen=True, slots=True)
class RulesVersion:
    """The conversion rules as somebody set them.

    Parameters
    ----------
    workspace_id : str
        "" for the college's own; a workspace's take their place.
    values : dict or None
        The whole set; None follows the college again (in a workspace only).
    """

    id: str
    college_id: str
    workspace_id: str
    values: RuleValues | None
    author: str
    author_name: str
    reason: str
    time: datetime


@dataclass(frozen=True, slots=True)
class CalibrationVersion:
    """A calibration as somebody set it.

    Parameters
    ----------
    calibration : (float, float) or None
        Slope and intercept on the log-odds of the matcher's own probabilities; None takes an
        earlier one back (a workspace follows its college again, a college the matcher).
    figures : dict of str to float
        What was reported of it, before and after, such as ``ece_before`` and ``ece_after``.
    """

    id: str
    college_id: str
    workspace_id: str
    calibration: tuple[float, float] | None
    figures: dict[str, float]
    author: str
    author_name: str
    reason: str
    time: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """Pairs drawn by lot for review, as entered before any of them was reviewed.

    Parameters
    ----------
    seed : str
        With the same pool it gives the same pairs.
    pool_size : int
        From how many pairs was drawn.
    drawn : tuple of (Pair, float)
        Each pair with the probability (0..1] it was drawn with.
    """

    id: str
    workspace_id: str
    run_id: str
    seed: str
    pool_size: int
    drawn: tuple[tuple[Pair, float], ...]
    by: str
    time: datetime


class Rules(Workspaces):
    """The part of the store that keeps rules, calibrations and samples."""

    def save_rules(
        self,
        who: Person,
        college_id: str,
        workspace_id: str | None,
        values: Mapping[str, Mapping[str, Any]] | None,
        reason: str,
        *,
        check: Callable[[RuleValues], object],
    ) -> RulesVersion:
        """Make a new version of the conversion rules.

        Parameters
        ----------
        workspace_id : str or None
            None for the college's own.
        values : mapping or None
            The whole set: rule name to its values.  A workspace's set takes the place of the
            college's; None lets a workspace follow the college again.
        check : callable
            Raises for values that may not be, such as :class:`align.credit.RuleSet`.

        Raises
        ------
        AccessError
            Only the college's admin may.
        """
        kept = None if values is None else plain(canonical({k: dict(v) for k, v in values.items()}))
        if kept is None and not workspace_id:
            raise UsageError("学院的规则不能为空", remedy="要关闭全部规则，请保存一份空的规则。")
        if kept is not None:
            check(kept)
        row = self._save(who, college_id, workspace_id or "", "rules", kept, reason)
        return _rules(row)

    def rules_in_force(self, who: Person, workspace_id: str) -> RuleValues:
        """The rules that hold for a workspace: its own, or else the college's; {}: all off."""
        found: RuleValues | None = self._in_force(who, workspace_id, "rules")
        return found or {}

    def rules_versions(
        self, who: Person, college_id: str, workspace_id: str | None = None
    ) -> list[RulesVersion]:
        """All versions of a college (None) or of a workspace, oldest first."""
        return [_rules(row) for row in self._all(who, college_id, workspace_id or "", "rules")]

    def save_calibration(
        self,
        who: Person,
        college_id: str,
        workspace_id: str | None,
        calibration: tuple[float, float] | None,
        figures: Mapping[str, float],
        reason: str,
    ) -> CalibrationVersion:
        """Make a new version of the calibration; None takes the one in force back.

        Raises
        ------
        SettingsError
            A slope not above 0, or a number out of all range.
        AccessError
            Only the college's admin may.
        """
        if calibration is not None:
            slope, intercept = calibration = (float(calibration[0]), float(calibration[1]))
            if not 0 < slope <= _STEEPEST:  # also refuses NaN
                raise SettingsError("校准的斜率不对", got=f"{slope:g}", expected="大于 0")
            if not abs(intercept) <= _FARTHEST:
                raise SettingsError("校准的截距不对", got=f"{intercept:g}", expected="-50 至 50")
        # NaN (an interval of nothing) has no JSON.
        told = {str(k): float(v) for k, v in figures.items() if math.isfinite(v)}
        kept = {"calibration": calibration, "figures": told}
        row = self._save(who, college_id, workspace_id or "", "calibration", kept, reason)
        return _calibration(row)

    def calibration_in_force(self, who: Person, workspace_id: str) -> tuple[float, float]:
        """Slope and intercept for a workspace: its own, the college's, or :data:`AS_SHIPPED`."""
        found = self._in_force(who, workspace_id, "calibration")
        return (float(found[0]), float(found[1])) if found else AS_SHIPPED

    def calibration_versions(
        self, who: Person, college_id: str, workspace_id: str | None = None
    ) -> list[CalibrationVersion]:
        """All versions of a college (None) or of a workspace, oldest first."""
        rows = self._all(who, college_id, workspace_id or "", "calibration")
        return [_calibration(row) for row in rows]

    def _save(
        self, who: Person, college_id: str, workspace_id: str, kind: _Kind, values: Any,
        reason: str,
    ) -> Any:  # fmt: skip
        reason, id = text(reason, "理由", needed=True), new_id("v")
        with self._write() as c:
            person = self._ask(c, who, "settings", college_id, writes=True)
            if workspace_id:
                _, found = self._ask_workspace(c, who, "settings", workspace_id, writes=True)
                if found.college_id != college_id:
                    raise AccessError("这个工作区属于别的学院")
            old = _rows(c, college_id, workspace_id, kind)[-1:]
            row = dict(
                id=id, seq=self._next_seq(c, college_id), college_id=college_id, kind=kind,
                workspace_id=workspace_id, values=canonical(values), author=person.id,
                reason=reason, time=self._now(),
            )  # fmt: skip
            c.execute(t.versions.insert().values(row))
            ids = t.versions.c.id
            before = {"version": state_of(c, "version", ids == old[0].id)} if old else {}
            after = {"version": state_of(c, "version", ids == id)}
            self._log(
                c, person, f"{kind}.changed", college_id, workspace_id=workspace_id, subject=id,
                before=before, after=after,
            )  # fmt: skip
            return _rows(c, college_id, workspace_id, kind)[-1]

    def _in_force(self, who: Person, workspace_id: str, kind: _Kind) -> Any:
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            return _holding(c, now.college_id, now.id, kind)

    def _all(self, who: Person, college_id: str, workspace_id: str, kind: _Kind) -> list[Any]:
        with self._read() as c:
            self._ask(c, who, "read", college_id, writes=False)
            return _rows(c, college_id, workspace_id, kind)

    def save_sample(
        self,
        who: Person,
        workspace_id: str,
        run_id: str,
        seed: str,
        pool_size: int,
        drawn: Sequence[tuple[Pair, float]],
    ) -> Sample:
        """Enter pairs drawn by lot, before any of them is reviewed.

        Parameters
        ----------
        drawn : sequence of (Pair, float)
            Each pair with the probability (0..1] it was drawn with.

        Raises
        ------
        UsageError
            Nothing was drawn, more than the pool holds, a pair twice or drawn before, a pair
            somebody has already decided on, a probability that is none, or an unknown run.
        """
        pairs = [tuple(pair) for pair, _ in drawn]
        if not 0 < len(pairs) <= min(pool_size, _LARGEST_SAMPLE):
            raise UsageError(
                "抽样的个数不对", got=str(len(pairs)),
                expected=f"1 至 {min(pool_size, _LARGEST_SAMPLE)}",
            )  # fmt: skip
        if len(set(pairs)) < len(pairs) or any(len(p) != 4 or not all(p) for p in pairs):
            raise UsageError("抽样的配对重复或不完整")
        if any(not 0 < share <= 1 for _, share in drawn):
            raise UsageError("抽样概率不对", expected="大于 0，不大于 1")
        id = new_id("x")
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "run", workspace_id, writes=True)
            run = sa.select(t.runs.c.id).where(
                t.runs.c.workspace_id == now.id, t.runs.c.id == run_id
            )
            if c.execute(run).one_or_none() is None:
                raise UsageError("这个工作区没有这次运行", got=run_id)
            known = _decided(c, now.id) | {
                pair for s in _samples(c, now.id) if s.run_id == run_id for pair, _ in s.drawn
            }
            if taken := [p for p in pairs if p in known]:
                raise UsageError(
                    "有的配对已经审核或抽取过，不能再算作抽样", place="|".join(taken[0]),
                    remedy="请先把已审核和已抽取的配对去掉，再抽。",
                )  # fmt: skip
            row = dict(
                id=id, seq=self._next_seq(c, now.college_id), workspace_id=now.id, run_id=run_id,
                seed=text(seed, "种子", 200, needed=True), pool_size=int(pool_size),
                drawn=canonical([[list(p), float(x)] for p, x in drawn]), by=person.id,
                time=self._now(),
            )  # fmt: skip
            c.execute(t.samples.insert().values(row))
            after = {"sample": state_of(c, "sample", t.samples.c.id == id)}
            self._log(
                c, person, "sample.drawn", now.college_id, workspace_id=now.id, subject=id,
                after=after,
            )  # fmt: skip
            return _samples(c, now.id)[-1]

    def samples(self, who: Person, workspace_id: str) -> list[Sample]:
        """Every sample drawn in a workspace, oldest first."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            return _samples(c, now.id)


def rules_holding(c: sa.Connection, college_id: str, workspace_id: str) -> RuleValues:
    """The rules that hold for a workspace, within a transaction."""
    found: RuleValues | None = _holding(c, college_id, workspace_id, "rules")
    return found or {}


def _holding(c: sa.Connection, college_id: str, workspace_id: str, kind: _Kind) -> Any:
    for place in (workspace_id, ""):
        for row in _rows(c, college_id, place, kind)[-1:]:
            values = plain(row.values)
            found = values if kind == "rules" else values["calibration"]
            if found is not None:
                return found
    return None


def _rows(c: sa.Connection, college_id: str, workspace_id: str, kind: _Kind) -> list[Any]:
    v = t.versions.c
    query = (
        sa.select(t.versions, t.people.c.name.label("author_name"))
        .join(t.people, t.people.c.id == v.author)
        .where(v.college_id == college_id, v.workspace_id == workspace_id, v.kind == kind)
        .order_by(v.seq)
    )
    return list(c.execute(query))


def _rules(row: Any) -> RulesVersion:
    return RulesVersion(
        row.id, row.college_id, row.workspace_id, plain(row.values), row.author, row.author_name,
        row.reason, moment(row.time),
    )  # fmt: skip


def _calibration(row: Any) -> CalibrationVersion:
    values = plain(row.values)
    found = values["calibration"]
    return CalibrationVersion(
        row.id, row.college_id, row.workspace_id,
        None if found is None else (float(found[0]), float(found[1])), values["figures"],
        row.author, row.author_name, row.reason, moment(row.time),
    )  # fmt: skip


def _decided(c: sa.Connection, workspace_id: str) -> set[tuple[str, ...]]:
    d = t.link_decisions.c
    query = sa.select(d.certificate_id, d.item_id, d.course_id, d.unit_id)
    return {tuple(row) for row in c.execute(query.where(d.workspace_id == workspace_id))}


def _samples(c: sa.Connection, workspace_id: str) -> list[Sample]:
    query = sa.select(t.samples).where(t.samples.c.workspace_id == workspace_id)
    return [
        Sample(
            row.id, row.workspace_id, row.run_id, row.seed, row.pool_size,
            tuple(((p[0], p[1], p[2], p[3]), float(x)) for p, x in plain(row.drawn)),
            row.by, moment(row.time),
        )
        for row in c.execute(query.order_by(t.samples.c.seq))
    ]  # fmt: skip


__all__ = ["AS_SHIPPED", "CalibrationVersion", "RuleValues", "Rules", "RulesVersion", "Sample"]
