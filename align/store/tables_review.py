"""The tables of the review: people, files, runs, decisions, the ledger, sign-in, comments."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from align.store.tables_kit import metadata, of_person, of_workspace, run_key, text, whole

colleges = Table("colleges", metadata, text("id", key=True), text("name"))

people = Table(
    "people",
    metadata,
    text("id", key=True),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    text("name"),
    Column("login", Text, nullable=True, unique=True),
    text("role"),
    Column("active", Boolean, nullable=False),
    Column("erased", Boolean, nullable=False),
    Column("password", Text, nullable=True),  # argon2id, with its salt and parameters
    Column("key", LargeBinary, nullable=True),  # destroyed when the person is erased
    Column("actor", Text, nullable=False, unique=True),
)

sources = Table(
    "sources",
    metadata,
    Column("college_id", Text, ForeignKey("colleges.id"), primary_key=True, nullable=False),
    text("id", key=True),
    text("name"),
    text("kind"),
    text("format"),
    text("title"),
    text("version"),
    text("sha256"),
    whole("size"),
    text("time"),
    of_person("by"),
)

# The bytes apart from what describes them: a list of sources must not drag the files along.
source_files = Table(
    "source_files",
    metadata,
    text("college_id", key=True),
    text("source_id", key=True),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["college_id", "source_id"], ["sources.college_id", "sources.id"]),
)

workspaces = Table(
    "workspaces",
    metadata,
    text("id", key=True),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False, index=True),
    text("name"),
    text("programme"),
    text("major"),
    text("sources"),
    text("levels"),
    text("leave_out"),
    text("corrections"),
    whole("reviewers"),
    text("state"),
    text("run_id"),
    whole("version"),
)

assignments = Table(
    "assignments",
    metadata,
    of_workspace(key=True),
    Column("person_id", Text, ForeignKey("people.id"), primary_key=True, nullable=False),
    text("courses"),
)

runs = Table(
    "runs",
    metadata,
    of_workspace(key=True),
    text("id", key=True),
    whole("seq"),
    text("data"),
    text("snapshot"),  # SHA-256 of the snapshot's bytes
    text("results"),  # SHA-256 over the rows of matches and proposals
    text("time"),
    of_person("by"),
)

snapshots = Table(
    "snapshots",
    metadata,
    text("workspace_id", key=True),
    text("run_id", key=True),
    Column("data", LargeBinary, nullable=False),
    run_key(),
)

matches = Table(
    "matches",
    metadata,
    text("workspace_id", key=True),
    text("run_id", key=True),
    whole("n", key=True),
    text("certificate_id"),
    text("item_id"),
    text("course_id"),
    text("unit_id"),
    Column("score", Double, nullable=False),
    Column("probability", Double, nullable=False),
    text("data"),
    run_key(),
)

proposals = Table(
    "proposals",
    metadata,
    text("workspace_id", key=True),
    text("run_id", key=True),
    text("id", key=True),
    whole("n"),
    text("action"),
    text("rule"),
    text("certificate_id"),
    text("course_id"),
    Column("probability", Double, nullable=False),
    Column("hours", Double, nullable=True),
    Column("credits", Double, nullable=True),
    Column("unsure", Boolean, nullable=False),
    text("data"),
    run_key(),
)

link_decisions = Table(
    "link_decisions",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("run_id"),
    text("certificate_id"),
    text("item_id"),
    text("course_id"),
    text("unit_id"),
    Column("grade", Integer, nullable=True),
    Column("probability", Double, nullable=True),
    of_person("reviewer"),
    text("stage"),
    text("note"),
    text("time"),
    text("supersedes"),
    text("carried_from"),
    Index(None, "workspace_id", "seq"),
    Index("ix_link_decisions_pair", "workspace_id", "item_id", "unit_id", "seq"),
)

decisions = Table(
    "decisions",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("run_id"),
    text("subject"),
    text("proposed"),
    text("verdict"),
    Column("action", Text, nullable=True),
    text("course_id"),
    Column("hours", Double, nullable=True),
    Column("credits", Double, nullable=True),
    of_person("reviewer"),
    text("stage"),
    text("note"),
    text("time"),
    text("supersedes"),
    text("carried_from"),
    Index(None, "workspace_id", "seq"),
    Index(None, "workspace_id", "subject", "seq"),
)

approvals = Table(
    "approvals",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("run_id"),
    text("digest"),
    text("names"),  # [{"name": …, "key": …}]: each signature under a key of its own
    text("note"),
    of_person("by"),
    text("time"),
    Index(None, "workspace_id", "seq"),
)

settings_versions = Table(
    "settings_versions",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    text("workspace_id"),
    text("values"),
    of_person("author"),
    text("reason"),
    text("time"),
    Index(None, "college_id", "workspace_id", "seq"),
)

entries = Table(
    "entries",
    metadata,
    Column("college_id", Text, ForeignKey("colleges.id"), primary_key=True, nullable=False),
    whole("seq", key=True),
    text("time"),
    text("actor"),
    text("kind"),
    text("workspace_id"),
    text("subject"),
    text("before"),
    text("after"),
    text("previous"),
    text("hash"),
    Index(None, "college_id", "workspace_id", "seq"),
    Index(None, "college_id", "subject"),
)

#: One row per college: the end of its chain. Locked first by every writer of that college.
heads = Table(
    "heads",
    metadata,
    Column("college_id", Text, ForeignKey("colleges.id"), primary_key=True, nullable=False),
    whole("seq"),
    text("hash"),
)

# --- second migration: sign-in ---

sessions = Table(
    "sessions",
    metadata,
    text("token", key=True),  # SHA-256 of the token, never the token
    Column("person_id", Text, ForeignKey("people.id"), nullable=False, index=True),
    text("created"),
    text("expires"),
    Column("seen", Text),  # when somebody last asked for it, to a few minutes
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    text("id", key=True),
    text("login"),  # SHA-256 of what was typed
    text("time"),
    Index(None, "login", "time"),
)

# --- third migration: comments, and what reading a file gave ---

comments = Table(
    "comments",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("subject"),
    of_person("author"),
    text("text"),
    text("time"),
    Index(None, "workspace_id", "subject", "seq"),
)

readings = Table(
    "readings",
    metadata,
    text("source_id", key=True),
    text("reader_version", key=True),
    Column("data", LargeBinary, nullable=False),
)
