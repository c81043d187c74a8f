"""A batch's results in the store: a workspace for each programme, as the screens would make it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing

import align.cluster.tasks as tasks
from align import snapshot
from align.cluster.drive import Batch
from align.cluster.order import Order, Ready
from align.decisions import Person, Role
from align.records import Kind
from align.store import COMMAND_LINE, Store, open_store

#: A workspace is reviewed by people and read whole by a screen: beyond so many requirements a
#: programme has to choose its certificates first.
MOST_ITEMS = 5_000
#: Who saves in each college; has no password, so nobody signs in as it.
KEEPER = "批量对照"


def keep(address: str, batch: Batch, order: Order) -> Iterator[str]:
    """Save every programme that was finished; one line each.

    A programme whose run is there already is left alone, and a workspace that people work in is
    never changed: another result becomes another workspace.

    Raises
    ------
    StoreError
        The database cannot be opened or written.
    """
    failed = {(f.college, f.programme) for f in batch.failed}
    with closing(open_store(address)) as store:
        keepers: dict[str, Person] = {}
        for ready in batch.ready:
            where = f"【{ready.college} {ready.programme.name}】"
            if (items := ready.counts["competencies"]) > MOST_ITEMS:
                yield (
                    f"{where}有 {items:,} 条技能要求，超过 {MOST_ITEMS:,} 条，没有存入数据库；"
                    "请在 programme.toml 的 certificates 中选定证书。"
                )
                continue
            if not _finished(order, ready):
                yield f"{where}没有做完，没有存入数据库。"
                continue
            if ready.college not in keepers:
                keepers[ready.college] = _keeper(store, ready.college)
            note = "（有文件没有读成）" if (ready.college, ready.programme.id) in failed else ""
            yield where + _save(store, keepers[ready.college], order, ready) + note


def _finished(order: Order, ready: Ready) -> bool:
    return all((order.out / tasks.whole_path(b.key)).is_file() for b in ready.blocks)


def _keeper(store: Store, college: str) -> Person:
    """The person in whose name a college's results are saved; made with the college if need be."""
    known = [c for c in store.colleges() if college in {c.id, c.name}]
    college_id = (known[0] if known else store.add_college(college)).id
    login = f"batch-{college_id}"
    for person in store.people(COMMAND_LINE, college_id):
        if person.login == login:
            return dataclasses.replace(person, signed_in=True)
    made = store.add_person(COMMAND_LINE, college_id, KEEPER, Role.FACULTY, login)
    # Whoever runs commands on the server vouches for the account it made (as for align users).
    return dataclasses.replace(made, signed_in=True)


def _save(store: Store, who: Person, order: Order, ready: Ready) -> str:
    spaces = [w for w in store.workspaces(who) if w.programme == ready.programme.name]
    for space in spaces:
        if ready.run_id in {r.id for r in store.runs(who, space.id)}:
            return f"此前已在工作区“{space.name}”"
    whole = merged(order, ready)
    sources: list[tuple[str, Kind]] = []
    for path, kind in ready.files:
        of: Kind = "certificate" if kind == "certificate" else "course"
        sources.append((store.add_source(who, path.name, path.read_bytes(), of).id, of))
    programme = ready.programme
    taken = {w.name for w in spaces}
    called = programme.name if programme.name not in taken else f"{programme.name} {ready.run_id}"
    made = store.create_workspace(
        who, called, programme.name, programme.major, tuple(dict.fromkeys(sources)),
        order.levels or programme.levels, programme.leave_out,
    )  # fmt: skip
    found = snapshot.result(whole)
    kept = snapshot.dump_again(whole)
    store.save_run(who, made.id, found.run, found.matches, found.proposals, kept)
    return f"存入工作区“{called}”"


def merged(order: Order, ready: Ready) -> snapshot.Snapshot:
    """A programme's blocks as the one run they are parts of."""
    whole = tasks.prepared(order.work / "programmes" / ready.prepared)
    parts = [
        snapshot.load((order.out / tasks.whole_path(b.key)).read_bytes()) for b in ready.blocks
    ]
    certificates = tuple(c for p in parts for c in p.certificates)
    return snapshot.Snapshot(
        dataclasses.replace(whole.gathered, certificates=certificates),
        tuple(m for p in parts for m in p.candidates),
        {key: found for p in parts for key, found in p.parts.items()},
        {key: found for p in parts for key, found in p.unit_parts.items()},
        {key: table for p in parts for key, table in p.table.items()},
        whole.run,
        whole.settings,
    )
