"""Comments, approval and export: what people say beside deciding, and what is signed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import REOPENED, Approval, Comment, Person, Workspace
from align.errors import AccessError, UsageError
from align.store.audit import Audit
from align.store.core import name, new_id, text
from align.store.ledger import canonical, moment
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces, open_only


class Committee(Workspaces, Audit):
    """The part of the store that keeps comments, approvals and exports."""

    def comment(self, who: Person, workspace_id: str, subject: str, words: str) -> Comment:
        """Say something about a subject without deciding."""
        words = text(words, "评论", needed=True)
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "comment", workspace_id, writes=True)
            return self._comment(c, person, now, subject, words)

    def _comment(
        self, c: sa.Connection, person: Person, now: Workspace, subject: str, words: str
    ) -> Comment:
        id, time = new_id("m"), self._now()
        row = dict(
            id=id, seq=self._next_seq(c, now.college_id), workspace_id=now.id,
            subject=text(subject, "编号", 1200, needed=True), author=person.id, text=words,
            time=time,
        )  # fmt: skip
        c.execute(t.comments.insert().values(row))
        after = {"comment": state_of(c, "comment", t.comments.c.id == id)}
        self._log(
            c, person, "comment.made", now.college_id, workspace_id=now.id, subject=subject,
            after=after, time=time,
        )  # fmt: skip
        return Comment(id, now.id, subject, person.id, person.name, words, moment(time))

    def comments(self, who: Person, workspace_id: str, subject: str | None = None) -> list[Comment]:
        """Comments of a workspace, or on one subject of it, in order of time."""
        query = (
            sa.select(t.comments, t.people.c.name)
            .join(t.people, t.people.c.id == t.comments.c.author)
            .where(t.comments.c.workspace_id == workspace_id)
            .order_by(t.comments.c.seq)
        )
        if subject is not None:
            query = query.where(t.comments.c.subject == subject)
        with self._read() as c:
            self._ask_workspace(c, who, "read", workspace_id, writes=False)
            return [
                Comment(r.id, r.workspace_id, r.subject, r.author, r.name, r.text, moment(r.time))
                for r in c.execute(query)
            ]

    def approve(
        self, who: Person, workspace_id: str, digest: str, names: Sequence[str], note: str = ""
    ) -> tuple[Approval, dict[str, Any]]:
        """Approve the plan as it stands, and sign the chain.

        Parameters
        ----------
        digest : str
            SHA-256 of the plan as approved.
        names : sequence of str
            The signatures as typed.

        Returns
        -------
        Approval, dict
            And the receipt to keep.

        Raises
        ------
        AccessError
            Not of the committee; or two reviewers decided and nobody vouches for this person.
        """
        self.keys.ready()
        signatures = [
            {"name": name(n, "签名"), "key": secrets.token_hex(32)} for n in names if n.strip()
        ]
        if not signatures:
            raise UsageError("缺少签名", remedy="请至少填写一位签名人的姓名。")
        id = new_id("a")
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "approve", workspace_id, writes=True)
            open_only(now)
            if now.reviewers == 2 and not person.signed_in:
                raise AccessError(
                    "双人审核的方案须登录后批准",
                    remedy="请在启用登录的服务器上批准，或把审核人数改为一人。",
                )
            seq = self._next_seq(c, now.college_id)
            row = dict(
                id=id, seq=seq, workspace_id=now.id,
                run_id=now.run_id, digest=text(digest, "指纹", 128, needed=True),
                names=canonical(signatures), note=text(note, "备注"), by=person.id,
                time=self._now(),
            )  # fmt: skip
            c.execute(t.approvals.insert().values(row))
            state = state_of(c, "approval", t.approvals.c.id == id)
            self._set(c, person, now, "plan.approved", {"state": "approved"}, approval=state)
            made = _approval(c.execute(sa.select(t.approvals).where(t.approvals.c.id == id)).one())
        return made, self._sign(now.college_id, seq, "plan.approved")

    def approvals(self, who: Person, workspace_id: str) -> list[Approval]:
        """All approvals of a workspace, oldest first."""
        with self._read() as c:
            self._ask_workspace(c, who, "read", workspace_id, writes=False)
            query = sa.select(t.approvals).where(t.approvals.c.workspace_id == workspace_id)
            return [_approval(row) for row in c.execute(query.order_by(t.approvals.c.seq))]

    def reopen(self, who: Person, workspace_id: str, note: str = "") -> None:
        """Take decisions again in an approved workspace; the approval stays in the history.

        The reason is kept as a comment on :data:`REOPENED`: the ledger has only its keyed hash.
        """
        note = text(note, "备注")
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "approve", workspace_id, writes=True)
            if now.state != "approved":
                raise UsageError("工作区没有批准，不必重新打开", place=now.name)
            sealed = self._sealed(c, person, note)
            self._set(c, person, now, "plan.reopened", {"state": "open"}, note=sealed)
            if note:
                self._comment(c, person, now, REOPENED, note)

    def record_export(
        self, who: Person, workspace_id: str, file_name: str, digest: str
    ) -> dict[str, Any]:
        """Enter that a file was written, and sign the chain; returns the receipt."""
        self.keys.ready()
        called = name(file_name, "文件名")
        with self._write() as c:
            person, now = self._ask_workspace(c, who, "export", workspace_id, writes=True)
            after = {"export": {"name": called, "digest": text(digest, "指纹", 128, needed=True),
                                "run_id": now.run_id, "state": now.state}}  # fmt: skip
            seq = self._log(
                c, person, "export.made", now.college_id, workspace_id=now.id, subject=called,
                after=after,
            )  # fmt: skip
        return self._sign(now.college_id, seq, "export.made")


def _approval(row: Any) -> Approval:
    names = tuple(signature["name"] for signature in plain(row.names))
    return Approval(
        row.id, row.workspace_id, row.run_id, row.digest, names, row.note, row.by, moment(row.time)
    )
