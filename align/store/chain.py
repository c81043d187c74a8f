"""One chain as it is read: where its entries do not hold, and what it says of the rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.store.ledger import GENESIS, entry_hash
from align.store.states import GUARDED, State


@dataclass(frozen=True, slots=True, order=True)
class Broken:
    """One thing that does not hold, at an entry of a chain.

    Parameters
    ----------
    seq : int
        The entry it was found at; for a missing end the first one that is missing.
    kind, time : str
        The entry's, where there is one.
    what : str
        One Chinese clause.
    """

    college_id: str
    seq: int
    kind: str
    time: str
    what: str

    def __str__(self) -> str:
        named = "，".join(x for x in (self.kind, self.time) if x)
        return f"第 {self.seq} 条" + (f"（{named}）" if named else "") + f"：{self.what}"


#: What is signed when it happens.
_SIGNED = frozenset(
    {"plan.approved", "export.made", "learner.converted", "learner.exported", "learner.single"}
)


class Chain:
    """One chain as read: its own problems, and what it says of the rows."""

    def __init__(self, c: sa.Connection, college_id: str) -> None:
        self.id = college_id
        self.problems: list[Broken] = []
        self.hashes: dict[int, str] = {}
        self.labels: dict[int, tuple[str, str]] = {}
        #: (noun, id) → (seq of the last entry about it, state)
        self.states: dict[tuple[str, str], tuple[int, State]] = {}
        self.blanked: set[str] = set()
        self.last_signed_event = 0
        previous, seq = GENESIS, 0
        query = sa.select(t.entries).where(t.entries.c.college_id == college_id)
        for row in c.execute(query.order_by(t.entries.c.seq)):
            fields = dict(row._mapping)
            self.labels[row.seq] = (str(row.kind), str(row.time))
            if row.seq != seq + 1:
                self.broken(seq + 1, f"条目缺失（其后是第 {row.seq} 条）")
            elif row.previous != previous:
                self.broken(row.seq, "与前一条接不上")
            if _hash(fields) != row.hash:
                self.broken(row.seq, "条目内容被改动")
            seq, previous = row.seq, row.hash
            self.hashes[seq] = row.hash
            self._take(row)
        self.last = seq
        head = c.execute(sa.select(t.heads).where(t.heads.c.college_id == college_id)).one_or_none()
        if head is None:
            self.broken(seq, "链头记录缺失")
        elif head.seq > seq:
            self.broken(seq + 1, f"链尾被截去（应到第 {head.seq} 条）")
        elif (head.seq, head.hash) != (seq, previous):
            self.broken(seq, "链头记录与最后一条不符")

    def broken(self, seq: int, what: str) -> None:
        kind, time = self.labels.get(seq, ("", ""))
        self.problems.append(Broken(self.id, seq, kind, time, what))

    def _take(self, row: Any) -> None:
        try:
            after = json.loads(row.after)
        except (ValueError, TypeError):
            return  # its hash has told already
        if not isinstance(after, dict):
            return
        for noun, state in after.items():
            if noun in GUARDED and isinstance(state, dict) and "id" in state:
                self.states[noun, str(state["id"])] = (row.seq, state)
        if row.kind in {"person.erased", "learner.erased"}:
            self.blanked |= {str(x) for x in after.get("blanked", [])}
        if row.kind in _SIGNED:
            self.last_signed_event = row.seq


def _hash(fields: dict[str, Any]) -> str:
    try:
        return entry_hash(fields)
    except (TypeError, ValueError):
        return "unreadable"
