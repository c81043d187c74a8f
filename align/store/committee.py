"""Comments, approval and export: what people say beside deciding, and what is signed."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

import align.store.tables as t
from align.decisions import REOPENED, Approval, Comment, Person, Workspace
from align.errors import AccessError, ConflictError, StoreError, UsageError
from align.store.audit import Audit
from align.store.core import name, new_id, text
from align.store.heard import newest
from align.store.ledger import canonical, moment, sha256
from align.store.states import plain, state_of
from align.store.workspaces import Workspaces, open_only

#: A plan of more bytes than this holds more than a committee approves; real ones take about 1 MB.
LARGEST_PLAN = 50 * 2**20


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
        self,
        who: Person,
        workspace_id: str,
        plan: bytes | str | Callable[[Approval], bytes],
        names: Sequence[str],
        note: str = "",
        *,
        file_name: str = "plan.docx",
    ) -> tuple[Approval, dict[str, Any]]:
        """Approve the plan as it stands, and sign the chain.

        Parameters
        ----------
        plan : bytes, str or callable
            The plan's file, which is kept as it is for ever; or its SHA-256 alone, where the
            file lies somewhere else; or what builds the file from the approval as it is about
            to be recorded, so that the file can say by whom and when (its ``digest`` is "",
            since no file can hold its own).  Nobody waits for the building.
        names : sequence of str
            The signatures as typed.
        file_name : str
            What the kept file is called.

        Returns
        -------
        Approval, dict
            And the receipt to keep.

        Raises
        ------
        AccessError
            Not of the committee; or two reviewers decided and nobody vouches for this person.
        ConflictError
            Somebody decided or changed the workspace while the file was built.
        """
        self.keys.ready()
        signatures = [
            {"name": name(n, "签名"), "key": secrets.token_hex(32)} for n in names if n.strip()
        ]
        if not signatures:
            raise UsageError("缺少签名", remedy="请至少填写一位签名人的姓名。")
        id, note, called = new_id("a"), text(note, "备注"), name(file_name, "文件名")
        built_on: tuple[int, int, str] | None = None
        time = ""
        if callable(plan):
            with self._read() as c:
                person, now = self._approver(c, who, workspace_id, writes=False)
                built_on = (now.version, newest(c, now.id), now.run_id)
            time = self._now()
            known = tuple(s["name"] for s in signatures)
            plan = plan(Approval(id, now.id, now.run_id, "", known, note, person.id, moment(time)))
        if isinstance(plan, bytes) and not 0 < len(plan) <= LARGEST_PLAN:
            raise UsageError(
                "方案文件太大" if plan else "方案文件是空的", file=file_name,
                got=f"{len(plan) / 2**20:.0f} MB", expected=f"不超过 {LARGEST_PLAN // 2**20} MB",
            )  # fmt: skip
        digest = sha256(plan) if isinstance(plan, bytes) else text(plan, "指纹", 128, needed=True)
        with self._write() as c:
            person, now = self._approver(c, who, workspace_id, writes=True)
            if built_on not in (None, (now.version, newest(c, now.id), now.run_id)):
                raise ConflictError(
                    "生成方案时又有新的判断或改动，没有批准", place=now.name,
                    remedy="请看过现在的情况，再批准一次。", theirs=now,
                )  # fmt: skip
            seq = self._next_seq(c, now.college_id)
            row = dict(
                id=id, seq=seq, workspace_id=now.id,
                run_id=now.run_id, digest=digest, names=canonical(signatures),
                note=note, by=person.id, time=time or self._now(),
            )  # fmt: skip
            c.execute(t.approvals.insert().values(row))
            also = {"approval": state_of(c, "approval", t.approvals.c.id == id)}
            if isinstance(plan, bytes):
                file = dict(id=id, workspace_id=now.id, name=called, sha256=digest, size=len(plan))
                c.execute(t.approved_files.insert().values(file))
                c.execute(t.approved_bytes.insert().values(id=id, data=plan))
                also["approved_file"] = state_of(c, "approved_file", t.approved_files.c.id == id)
            self._set(c, person, now, "plan.approved", {"state": "approved"}, **also)
            made = _approval(c.execute(sa.select(t.approvals).where(t.approvals.c.id == id)).one())
        return made, self._sign(now.college_id, seq, "plan.approved")

    def _approver(
        self, c: sa.Connection, who: Person, workspace_id: str, *, writes: bool
    ) -> tuple[Person, Workspace]:
        """Whoever may approve this workspace, which is still open."""
        person, now = self._ask_workspace(c, who, "approve", workspace_id, writes=writes)
        open_only(now)
        if now.reviewers == 2 and not person.signed_in:
            raise AccessError(
                "双人审核的方案须登录后批准",
                remedy="请在启用登录的服务器上批准，或把审核人数改为一人。",
            )
        return person, now

    def approvals(self, who: Person, workspace_id: str) -> list[Approval]:
        """All approvals of a workspace, oldest first."""
        with self._read() as c:
            self._ask_workspace(c, who, "read", workspace_id, writes=False)
            query = sa.select(t.approvals).where(t.approvals.c.workspace_id == workspace_id)
            return [_approval(row) for row in c.execute(query.order_by(t.approvals.c.seq))]

    def approved_files(self, who: Person, workspace_id: str) -> dict[str, str]:
        """Names of the approved files that are kept, by the approval's id."""
        files = t.approved_files.c
        with self._read() as c:
            self._ask_workspace(c, who, "read", workspace_id, writes=False)
            query = sa.select(files.id, files.name).where(files.workspace_id == workspace_id)
            return {row.id: row.name for row in c.execute(query.order_by(files.id))}

    def approved_bytes(self, who: Person, approval_id: str) -> bytes:
        """The file of one approval, byte for byte as the committee approved it.

        Raises
        ------
        AccessError
            There is none of this id in a workspace the person may see.
        StoreError
            What is kept is no longer what was approved.
        """
        query = sa.select(
            t.approved_files.c.workspace_id, t.approved_files.c.sha256, t.approved_bytes.c.data
        ).join(t.approved_bytes, t.approved_bytes.c.id == t.approved_files.c.id)
        with self._read() as c:
            row = c.execute(query.where(t.approved_files.c.id == approval_id)).one_or_none()
            if row is None:
                raise AccessError("没有这份批准的方案，或它属于别的学院", got=approval_id)
            self._ask_workspace(c, who, "read", row.workspace_id, writes=False)
        # Nobody is handed a file that was tampered with; SQLite may have made text of the bytes.
        data = bytes(row.data) if isinstance(row.data, bytes | memoryview) else b""
        if sha256(data) != row.sha256:
            raise StoreError(
                "保存的批准文件已被改动", got=sha256(data), expected=row.sha256,
                remedy="请在“记录”页验证账本，并从备份恢复。",
            )  # fmt: skip
        return data

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
