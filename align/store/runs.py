"""Runs: what the machine found for a workspace, whole, with the snapshot that shows it again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import Person, Workspace
from align.errors import AccessError, UsageError
from align.records import Match, Proposal, Run
from align.store.ledger import canonical, sha256
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces, open_only

#: A run's matches and proposals as rows, each with its table.
Rows = tuple[tuple[sa.Table, list[dict[str, Any]]], ...]


def rows_of(matches: Sequence[Match], proposals: Sequence[Proposal]) -> Rows:
    """What is written of a run's results, made before the database is held."""
    return (
        (t.matches, [_match(n, m) for n, m in enumerate(matches)]),
        (t.proposals, [_proposal(n, p) for n, p in enumerate(proposals)]),
    )


class Runs(Workspaces):
    """The part of the store that keeps runs."""

    def save_run(
        self,
        who: Person,
        workspace_id: str,
        run: Run,
        matches: Sequence[Match],
        proposals: Sequence[Proposal],
        snapshot: bytes,
    ) -> Run:
        """Keep a run with its matches and proposals, and make it the one that is reviewed.

        The same run again (same id, same results) keeps nothing twice.

        Raises
        ------
        UsageError
            The workspace is approved, or a different result came under the same id.
        """
        rows = rows_of(matches, proposals)
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "run", workspace_id, writes=True)
            open_only(now)
            self._keep_run(c, person, now, run, rows, snapshot)
            return run

    def _keep_run(
        self, c: sa.Connection, person: Person, now: Workspace, run: Run, rows: Rows,
        snapshot: bytes,
    ) -> Workspace:  # fmt: skip
        """The run as the one that is reviewed; the workspace as it is then."""
        where = (t.runs.c.workspace_id == now.id, t.runs.c.id == run.id)
        kept = c.execute(sa.select(t.runs).where(*where)).one_or_none()
        if kept is not None:
            if kept.snapshot != sha256(snapshot):
                raise UsageError(
                    "同一编号的运行给出了不同的结果，没有保存",
                    place=run.id,
                    remedy="请报告给维护人员；先新建一个工作区再运行。",
                )
            if now.run_id == run.id:
                return now
            return self._set(c, person, now, "run.chosen", {"run_id": run.id})
        key = {"workspace_id": now.id, "run_id": run.id}
        seq = self._next_seq(c, now.college_id)
        c.execute(
            t.runs.insert().values(
                workspace_id=now.id, id=run.id, seq=seq, data=canonical(run),
                snapshot=sha256(snapshot), results="", time=self._now(), by=person.id,
            )
        )  # fmt: skip
        c.execute(t.snapshots.insert().values(**key, data=snapshot))
        for table, found in rows:
            if found:
                c.execute(table.insert(), [{**key, **row} for row in found])
        digest = results_digest(c, now.id, run.id)
        c.execute(t.runs.update().where(*where).values(results=digest))
        return self._set(
            c, person, now, "run.made", {"run_id": run.id}, run=state_of(c, "run", *where)
        )

    def runs(self, who: Person, workspace_id: str) -> list[Run]:
        """All runs of a workspace, oldest first."""
        with self._read() as c:
            _, now = self._ask_workspace(c, who, "read", workspace_id, writes=False)
            query = sa.select(t.runs.c.data).where(t.runs.c.workspace_id == now.id)
            return [_run(plain(x)) for x in c.execute(query.order_by(t.runs.c.seq)).scalars()]

    def snapshot(self, who: Person, run_id: str, workspace_id: str = "") -> bytes:
        """The snapshot of a run, as saved.

        Parameters
        ----------
        workspace_id : str
            "" takes the first workspace the person may see that has this run: equal runs are
            equal everywhere.

        Raises
        ------
        AccessError
            No workspace this person may see has it.
        """
        query = sa.select(t.snapshots.c.workspace_id).where(t.snapshots.c.run_id == run_id)
        if workspace_id:
            query = query.where(t.snapshots.c.workspace_id == workspace_id)
        mine = {w.id for w in self.workspaces(who)}
        with self._read() as c:
            for id in c.execute(query.order_by(t.snapshots.c.workspace_id)).scalars():
                if id in mine:
                    where = (t.snapshots.c.run_id == run_id, t.snapshots.c.workspace_id == id)
                    return bytes(
                        c.execute(sa.select(t.snapshots.c.data).where(*where)).scalar_one()
                    )
        raise AccessError("没有这次运行，或它属于别的学院", got=run_id)


def results_digest(c: sa.Connection, workspace_id: str, run_id: str) -> str:
    """SHA-256 over all rows of matches and proposals of a run, as the database has them."""

    def rows(table: sa.Table) -> Iterable[dict[str, Any]]:
        query = sa.select(table).where(
            table.c.workspace_id == workspace_id, table.c.run_id == run_id
        )
        return (dict(row._mapping) for row in c.execute(query.order_by(table.c.n)))

    return sha256(
        "\n".join(canonical(row) for table in (t.matches, t.proposals) for row in rows(table))
    )


def _match(n: int, m: Match) -> dict[str, Any]:
    return {
        "n": n,
        "certificate_id": m.certificate_id,
        "item_id": m.item_id,
        "course_id": m.course_id,
        "unit_id": m.unit_id,
        "score": float(m.score),
        "probability": float(m.probability),
        "data": canonical(m),
    }


def _proposal(n: int, p: Proposal) -> dict[str, Any]:
    return {
        "n": n,
        "id": p.id,
        "action": str(p.action),
        "rule": p.rule,
        "certificate_id": p.certificate_id,
        "course_id": p.course_id,
        "probability": float(p.probability),
        "hours": p.hours,
        "credits": p.credits,
        "unsure": p.unsure,
        "data": canonical(p),
    }


def _run(data: dict[str, Any]) -> Run:
    return Run(
        **{
            **data,
            "sources": tuple((path, digest) for path, digest in data["sources"]),
            "levels": tuple(data["levels"]),
            "parameters": tuple((key, value) for key, value in data["parameters"]),
        }
    )
