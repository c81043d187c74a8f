"""Proving the ledger whole, or naming what is broken.

Four things are compared: every entry with its hash and the entry before; the end of the chain
with the head row and with the heads signed outside the database; every guarded row with the last
entry about it; every file, snapshot and result with the fingerprint in its row.  So a change is
found in whichever of them it was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import SERVER
from align.store.keys import Keys, signature_holds
from align.store.ledger import GENESIS, entry_hash, seal, sha256
from align.store.runs import results_digest
from align.store.states import GUARDED, Actors, State


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


@dataclass(frozen=True, slots=True)
class Verification:
    """What verification found.

    Parameters
    ----------
    whole : bool
        Nothing is broken.
    first_broken : Broken or None
        The earliest of ``problems``.
    warnings : tuple of str
        What could not be checked, such as an approval whose signature is missing.
    checked, heads_checked : int
        How many entries, and how many signed heads.
    """

    whole: bool
    first_broken: Broken | None
    problems: tuple[Broken, ...]
    warnings: tuple[str, ...]
    checked: int
    heads_checked: int


def verify(c: sa.Connection, keys: Keys, college_id: str | None = None) -> Verification:
    """Verify one chain, or all (None)."""
    with _readable(c):
        known = list(c.execute(sa.select(t.colleges.c.id)).scalars())
        chains = {
            id: _Chain(c, id) for id in sorted(known) if college_id is None or id == college_id
        }
        problems = [p for chain in chains.values() for p in chain.problems]
        signed, heads_checked, warnings = _against_heads(chains, keys, every=college_id is None)
        problems += signed
        problems += _against_rows(c, chains)
    ordered = tuple(sorted(set(problems), key=lambda p: (p.college_id, p.seq, p.what)))
    return Verification(
        not ordered,
        ordered[0] if ordered else None,
        ordered,
        tuple(warnings),
        sum(len(chain.hashes) for chain in chains.values()),
        heads_checked,
    )


@contextmanager
def _readable(c: sa.Connection) -> Iterator[None]:
    """Let SQLite hand out text that is no UTF-8 any more: it is what we look for."""
    if c.dialect.name != "sqlite":
        yield
        return
    driver: Any = c.connection.driver_connection
    driver.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str


#: What is signed when it happens.
_SIGNED = frozenset({"plan.approved", "export.made", "learner.converted", "learner.exported"})


class _Chain:
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


def _against_heads(
    chains: dict[str, _Chain], keys: Keys, *, every: bool
) -> tuple[list[Broken], int, list[str]]:
    """Compare the chains with the heads signed outside the database."""
    warnings: list[str] = []
    checked, last = 0, dict.fromkeys(chains, 0)
    before = {id: len(chain.problems) for id, chain in chains.items()}
    strangers: list[Broken] = []
    own = keys.known_public()
    heads = keys.heads()
    if heads and own is None:
        warnings.append(f"签名密钥不在 {keys.file}，只能用签名自带的公钥核对")
    for head in heads:
        if head is None:
            warnings.append(f"{keys.heads_file.name} 中有一行读不出")
            continue
        id, seq = str(head.get("college_id")), head.get("seq")
        chain = chains.get(id)
        if chain is None:
            if every:
                strangers.append(Broken(id, 0, "", "", "签名所指的学院不在数据库中"))
            continue
        if not isinstance(seq, int) or not signature_holds(
            head, own or str(head.get("public_key"))
        ):
            chain.broken(seq if isinstance(seq, int) else 0, "链头的签名不对")
            continue
        checked += 1
        last[id] = max(last[id], seq)
        if seq > chain.last:
            chain.broken(chain.last + 1, f"链尾被截去（签名到第 {seq} 条）")
        elif head["hash"] != (chain.hashes.get(seq) if seq else GENESIS):
            chain.broken(seq, "与当时签名的链头不符，链被重写")
    for id, chain in chains.items():
        if chain.last_signed_event > last[id]:
            kind, time = chain.labels[chain.last_signed_event]
            warnings.append(
                f"第 {chain.last_signed_event} 条（{kind}，{time}）之后没有签名的链头；"
                "请核对收到的回执，再用 align ledger receipt 补签"
            )
    new = [p for id, chain in chains.items() for p in chain.problems[before[id] :]]
    return strangers + new, checked, warnings


def _against_rows(c: sa.Connection, chains: dict[str, _Chain]) -> list[Broken]:
    """Compare every guarded row with the last entry about it."""
    actors = Actors(c)
    colleges = dict(c.execute(sa.select(t.workspaces.c.id, t.workspaces.c.college_id)).all())
    found: list[Broken] = []

    def broken(chain: _Chain, seq: int, what: str) -> None:
        kind, time = chain.labels.get(seq, ("", ""))
        found.append(Broken(chain.id, seq, kind, time, what))

    for noun, guarded in GUARDED.items():
        seen: set[tuple[str, str]] = set()
        for row in c.execute(sa.select(guarded.table)).all():
            state = _state(noun, row, actors)
            id = str(state.get("id"))
            home = _home(noun, row, colleges)
            # A row moved to another college is still the row its own chain speaks of.
            owner = next(
                (x.id for x in chains.values() if (noun, id) in x.states and noun != "source"), home
            )
            chain = chains.get(owner)
            if chain is None or state == _THE_SERVER:
                continue
            if (noun, id) not in chain.states:
                broken(chain, chain.last, f"{noun} {id} 没有任何条目：不是由程序写入的")
                continue
            seen.add((owner, id))
            seq, wanted = chain.states[noun, id]
            _forgive(noun, guarded.personal, row, state, wanted, actors, chain.blanked)
            changed = [k for k in {**wanted, **state} if state.get(k) != wanted.get(k)]
            if not changed and (what := _contents(c, noun, row)):
                changed = [what]
            if changed:
                broken(chain, seq, f"{noun} {id} 与条目不符：{'、'.join(sorted(changed))} 被改动")
        for chain in chains.values():
            for (kind, id), (seq, _) in chain.states.items():
                if kind == noun and (chain.id, id) not in seen:
                    broken(chain, seq, f"{noun} {id} 不见了")
    return found


#: The server's own row of ``colleges`` comes with the schema.
_THE_SERVER = {"id": SERVER, "name": ""}


def _state(noun: str, row: Any, actors: Actors) -> State:
    try:
        state = GUARDED[noun].state(row, actors)
        json.dumps(state)
    except (TypeError, ValueError, AttributeError, KeyError, LookupError) as error:
        return {"id": getattr(row, "id", "?"), "unreadable": type(error).__name__}
    return state


def _home(noun: str, row: Any, colleges: dict[str, str]) -> str:
    if noun == "college":
        return SERVER
    if "college_id" in row._mapping:
        return str(row.college_id)
    return str(colleges.get(row.workspace_id, "?"))


def _forgive(
    noun: str, personal: tuple[str, str] | None, row: Any, state: State, wanted: State,
    actors: Actors, blanked: set[str],
) -> None:  # fmt: skip
    """What erasing somebody blanked is as it should be; the entry says what that was."""
    id = str(state.get("id"))
    if noun in {"learning_result", "learner_conversion"}:
        learner = actors.learner(row.learner_id)
        erased = learner is not None and learner.erased
        if erased and row.data == "" and f"{noun}/{row.id}" in blanked:
            state["data"] = wanted.get("data")
    if personal:
        words, author = personal
        writer = actors.row(getattr(row, author))
        erased = writer is not None and writer.erased
        if erased and getattr(row, words) == "" and f"{noun}/{row.id}" in blanked:
            state[words] = wanted.get(words)
    if noun == "approval" and isinstance(state.get("names"), list):
        for k, signature in enumerate(state["names"]):
            if signature == "" and f"approval/{id}/{k}" in blanked:
                state["names"][k] = (wanted.get("names") or [])[k]


def _contents(c: sa.Connection, noun: str, row: Any) -> str:
    """What of a row's larger contents does not fit its fingerprint; "" when all does."""
    if noun == "source":
        files = t.source_files.c
        query = sa.select(files.data).where(
            files.college_id == row.college_id, files.source_id == row.id
        )
        data = c.execute(query).scalar_one_or_none()
        return "" if _fits(data, row.sha256) else "文件内容"
    if noun == "run":
        shots = t.snapshots.c
        query = sa.select(shots.data).where(
            shots.workspace_id == row.workspace_id, shots.run_id == row.id
        )
        data = c.execute(query).scalar_one_or_none()
        if not _fits(data, row.snapshot):
            return "快照"
        return "" if _results(c, row) == row.results else "匹配或建议"
    if noun == "person" and row.key is not None:
        return "" if seal(bytes(row.key), row.id) == row.actor else "身份密钥"
    if noun == "learner" and row.key is not None:
        return "" if seal(bytes(row.key), row.id) == row.mark else "身份密钥"
    if noun == "learner":
        return "学号" if row.number or not row.erased else ""
    if noun == "person" and row.erased:
        return "姓名" if row.name or row.login or row.password else ""
    return ""


def _fits(data: Any, digest: str) -> bool:
    # SQLite keeps whatever it is given: bytes may have become text.
    return isinstance(data, bytes | memoryview) and sha256(bytes(data)) == digest


def _results(c: sa.Connection, row: Any) -> str:
    try:
        return results_digest(c, row.workspace_id, row.id)
    except (TypeError, ValueError):
        return "unreadable"


__all__ = ["Broken", "Verification", "verify"]
