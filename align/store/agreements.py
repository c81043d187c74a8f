"""Whole courses that the committee agrees to exempt, beside the verdicts on proposals.

A proposal may be missing (no course reached the share) or accepted without a word on how the
uncovered units are made up: here the committee agrees, with its note, and takes it back.
Nothing is overwritten; the newest word on a certificate and a course holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person
from align.errors import UsageError
from align.store.core import new_id, text
from align.store.ledger import moment
from align.store.states import state_of
from align.store.workspaces import Workspaces

_MOST = 500


@dataclass(frozen=True, slots=True)
class Agreement:
    """One word of the committee on exempting a course by a certificate.

    Parameters
    ----------
    agreed : bool
        False takes it back.
    note : str
        Such as how the units that are not covered are made up; "" once its author is erased.
    """

    id: str
    workspace_id: str
    certificate_id: str
    course_id: str
    agreed: bool
    note: str
    by: str
    by_name: str
    time: datetime

    @property
    def pair(self) -> tuple[str, str]:
        """(certificate id, course id)."""
        return self.certificate_id, self.course_id


class Agreements(Workspaces):
    """The part of the store that keeps what the committee agrees to."""

    def agree(
        self,
        who: Person,
        workspace_id: str,
        pairs: Sequence[tuple[str, str]],
        note: str = "",
        *,
        agreed: bool = True,
    ) -> list[Agreement]:
        """Agree to exempt these courses, or take it back.

        Parameters
        ----------
        pairs : sequence of (certificate id, course id)
        note : str
            The committee's word on all of them; needed to take an agreement back.

        Returns
        -------
        list of Agreement
            What is new: a pair that stands as wanted, with the same note, is passed over.

        Raises
        ------
        AccessError
            Only the committee may.
        UsageError
            No pair, an incomplete one, or no reason to take one back.
        """
        note = text(note, "委员会意见", needed=not agreed)
        wanted = [tuple(text(x, "编号", 1200, needed=True) for x in p) for p in pairs]
        if not 0 < len(wanted) <= _MOST:
            raise UsageError("没有指明课程", expected=f"1 至 {_MOST} 门")
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "convert", workspace_id, writes=True)
            made = []
            for certificate_id, course_id in dict.fromkeys(wanted):
                last = in_force(_agreements(c, now.id), withdrawn=True).get(
                    (certificate_id, course_id)
                )
                stands = last is not None and last.agreed
                if stands == agreed and (not agreed or (last is not None and last.note == note)):
                    continue
                id, time = new_id("g"), self._now()
                row = dict(
                    id=id, seq=self._next_seq(c, now.college_id), workspace_id=now.id,
                    certificate_id=certificate_id, course_id=course_id, agreed=agreed, note=note,
                    by=person.id, time=time,
                )  # fmt: skip
                c.execute(t.agreements.insert().values(row))
                ids = t.agreements.c.id
                before = {}
                if last is not None:
                    before = {"agreement": state_of(c, "agreement", ids == last.id)}
                after = {"agreement": state_of(c, "agreement", ids == id)}
                self._log(
                    c, person, "exemption.agreed" if agreed else "exemption.withdrawn",
                    now.college_id, workspace_id=now.id,
                    subject=f"course:{certificate_id}:{course_id}", before=before, after=after,
                    time=time,
                )  # fmt: skip
                made.append(_agreements(c, now.id)[-1])
            return made

    def agreements(self, who: Person, workspace_id: str) -> list[Agreement]:
        """Every word of the committee in a workspace, oldest first."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            return _agreements(c, now.id)


def in_force(
    words: Iterable[Agreement], *, withdrawn: bool = False
) -> dict[tuple[str, str], Agreement]:
    """The newest word on each pair, by pair; those taken back only where asked for.

    Parameters
    ----------
    words : iterable of Agreement
        In the order of time.
    """
    latest = {a.pair: a for a in words}
    return {pair: a for pair, a in latest.items() if a.agreed or withdrawn}


def _agreements(c: sa.Connection, workspace_id: str) -> list[Agreement]:
    query = (
        sa.select(t.agreements, t.people.c.name.label("by_name"))
        .join(t.people, t.people.c.id == t.agreements.c.by)
        .where(t.agreements.c.workspace_id == workspace_id)
        .order_by(t.agreements.c.seq)
    )
    return [_agreement(row) for row in c.execute(query)]


def _agreement(row: Any) -> Agreement:
    return Agreement(
        row.id, row.workspace_id, row.certificate_id, row.course_id, row.agreed, row.note, row.by,
        row.by_name, moment(row.time),
    )  # fmt: skip


__all__ = ["Agreement", "Agreements", "in_force"]
