"""Signing a conversion step by step, as the college's approval chain asks.

Every step is signed by somebody else, who is signed in and holds the right to that step; the
order is kept, and a signature is taken back by a new entry, never by changing the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import ROLE_ZH, Person
from align.errors import AccessError, ConflictError, UsageError
from align.learner import Signing, signers_of
from align.store.core import new_id, text
from align.store.listing import Listing, last_conversion, signatures_of, signing_of
from align.store.states import state_of

_MOST = 500


class Signatures(Listing):
    """The part of the store that keeps the signatures under conversions."""

    def sign_conversions(
        self, who: Person, steps: Sequence[tuple[str, int]], note: str = ""
    ) -> None:
        """Sign a step of one conversion or of several; all or none.

        Parameters
        ----------
        steps : sequence of (conversion id, step)
            The step each has come to, counted from 0, as the signer saw it.

        Raises
        ------
        AccessError
            Not signed in, not whom the step names, or having signed another step of it.
        ConflictError
            The conversion has a newer version, or has come to another step meanwhile.
        UsageError
            Nothing given, or a conversion without a chain.
        """
        note = text(note, "备注")
        if not 0 < len(steps) <= _MOST:
            raise UsageError("没有指明转换规则", expected=f"1 至 {_MOST} 条")
        with self._write() as c:
            for rule_id, step in dict.fromkeys(steps):
                person, row, stands = self._at_step(c, who, rule_id)
                turn = stands.turn
                if turn is None or step != len(stands.standing):
                    raise ConflictError(
                        "审批已到另一步，没有签署", place=_course(row),
                        got=f"第 {step + 1} 步",
                        expected="已全部签署" if turn is None
                        else f"第 {len(stands.standing) + 1} 步 {turn.name}",
                        remedy="请看过现在的审批情况，再签署。", mine=step, theirs=stands,
                    )  # fmt: skip
                if not person.signed_in:
                    raise AccessError(
                        "审批流程须登录后签署", place=_course(row),
                        remedy="请在启用登录的服务器上使用，或由教务管理员关闭这条规则。",
                    )  # fmt: skip
                if person.id in {s.by for s in stands.standing}:
                    raise AccessError(
                        "每一步须由不同的人签署", place=_course(row), got=person.name,
                        expected=f"另一位{'、'.join(signers_of(turn))}",
                    )  # fmt: skip
                if not stands.open_to(person):
                    raise AccessError(
                        f"这一步不由您签署：{turn.name}", place=_course(row),
                        got=ROLE_ZH[person.role], expected="、".join(signers_of(turn)),
                    )  # fmt: skip
                self._say(c, person, row, step, turn.name, note, signed=True)

    def withdraw_signature(self, who: Person, rule_id: str, reason: str) -> None:
        """Take one's own signature back; the steps after it have to sign anew.

        Raises
        ------
        AccessError
            One's signature does not stand there.
        ConflictError
            The conversion has a newer version, or was withdrawn.
        """
        reason = text(reason, "理由", needed=True)
        with self._write() as c:
            person, row, stands = self._at_step(c, who, rule_id)
            own = next((s for s in stands.standing if s.by == person.id), None)
            if own is None:
                raise AccessError("这里没有您的签署", place=_course(row))
            name = stands.steps[own.step].name
            self._say(c, person, row, own.step, name, reason, signed=False)

    def _at_step(self, c: sa.Connection, who: Person, rule_id: str) -> tuple[Person, Any, Signing]:
        query = sa.select(t.conversions).where(t.conversions.c.id == rule_id)
        row = c.execute(query).one_or_none()
        if row is None:
            self._person(c, who)
            raise AccessError("没有这条转换规则，或它属于别的学院")
        person, now = self._ask_workspace(c, who, "sign", row.workspace_id, writes=True)
        last = last_conversion(c, now.id, row.entry_id, row.level, row.course_id)
        if last is None or last.id != rule_id or last.withdrawn:
            raise ConflictError(
                "这条转换规则已有新的版本或已撤回，没有保存", place=_course(row),
                remedy="请看过现在的规则，再决定一次。", mine=rule_id,
            )  # fmt: skip
        if not row.chain:
            raise UsageError("这条转换规则不经过审批流程，不必签署", place=_course(row))
        return person, row, signing_of(row, signatures_of(c, row.college_id))

    def _say(
        self, c: sa.Connection, person: Person, row: Any, step: int, party: str, note: str, *,
        signed: bool,
    ) -> None:  # fmt: skip
        id, time = new_id("q"), self._now()
        c.execute(
            t.signatures.insert().values(
                id=id, seq=self._next_seq(c, row.college_id), college_id=row.college_id,
                conversion_id=row.id, step=step, party=party, signed=signed, note=note,
                by=person.id, time=time,
            )
        )  # fmt: skip
        # The conversion stands on both sides, unchanged, so that the entry says what was signed.
        about = {"conversion": state_of(c, "conversion", t.conversions.c.id == row.id)}
        after = {**about, "signature": state_of(c, "signature", t.signatures.c.id == id)}
        self._log(
            c, person, "conversion.signed" if signed else "conversion.unsigned", row.college_id,
            workspace_id=row.workspace_id, subject=row.id, before=about, after=after, time=time,
        )  # fmt: skip


def _course(row: Any) -> str:
    return " ".join(x for x in (row.level, row.course_id) if x)


__all__ = ["Signatures"]
