"""Proving the ledger whole, or naming what is broken.

Four things are compared: every entry with its hash and the entry before; the end of the chain
with the head row and with the heads signed outside the database; every guarded row with the last
entry about it; every file, snapshot and result with the fingerprint in its row.  So a change is
found in whichever of them it was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.store.chain import Broken, Chain
from align.store.guarded import against_rows
from align.store.keys import Keys, signature_holds
from align.store.ledger import GENESIS
from align.store.signing import SIGN_EVERY


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
            id: Chain(c, id) for id in sorted(known) if college_id is None or id == college_id
        }
        problems = [p for chain in chains.values() for p in chain.problems]
        signed, heads_checked, warnings = _against_heads(chains, keys, every=college_id is None)
        problems += signed
        problems += against_rows(c, chains)
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


def _against_heads(
    chains: dict[str, Chain], keys: Keys, *, every: bool
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
        elif chain.last - last[id] >= 2 * SIGN_EVERY:
            warnings.append(
                f"最后 {chain.last - last[id]} 条之后没有签名的链头（应每 {SIGN_EVERY} 条签一次）；"
                "请检查数据文件夹，再用 align ledger receipt 补签"
            )
    new = [p for id, chain in chains.items() for p in chain.problems[before[id] :]]
    return strangers + new, checked, warnings


__all__ = ["Broken", "Verification", "verify"]
