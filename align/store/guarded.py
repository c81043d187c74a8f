"""Comparing every guarded row with the last entry about it, and contents with fingerprints."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.access import SERVER
from align.store.chain import Broken, Chain
from align.store.ledger import seal, sha256
from align.store.runs import results_digest
from align.store.states import GUARDED, Actors, State


def against_rows(c: sa.Connection, chains: dict[str, Chain]) -> list[Broken]:
    """Compare every guarded row with the last entry about it."""
    actors = Actors(c)
    colleges = dict(c.execute(sa.select(t.workspaces.c.id, t.workspaces.c.college_id)).all())
    found: list[Broken] = []

    def broken(chain: Chain, seq: int, what: str) -> None:
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
    if noun == "template" and row.sha256:
        query = sa.select(t.template_files.c.data).where(t.template_files.c.template_id == row.id)
        data = c.execute(query).scalar_one_or_none()
        return "" if _fits(data, row.sha256) else "文件内容"
    if noun == "approved_file":
        query = sa.select(t.approved_bytes.c.data).where(t.approved_bytes.c.id == row.id)
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
