"""The tables, as the newest migration leaves them (a test compares the two).

Times are text (``2026-01-31T08:00:00.000000Z``): they sort, and are equal on every database.
Plain data is canonical JSON text (:func:`align.store.ledger.canonical`).
"""

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
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


def _of_person(name: str) -> Column[str]:
    return Column(name, Text, ForeignKey("people.id"), nullable=False)


def _of_workspace(*, key: bool = False) -> Column[str]:
    return Column(
        "workspace_id", Text, ForeignKey("workspaces.id"), primary_key=key, nullable=False
    )


def _run_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"])


colleges = Table("colleges", metadata, _text("id", key=True), _text("name"))

people = Table(
    "people",
    metadata,
    _text("id", key=True),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    _text("name"),
    Column("login", Text, nullable=True, unique=True),
    _text("role"),
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
    _text("id", key=True),
    _text("name"),
    _text("kind"),
    _text("format"),
    _text("title"),
    _text("version"),
    _text("sha256"),
    _whole("size"),
    _text("time"),
    _of_person("by"),
)

# The bytes apart from what describes them: a list of sources must not drag the files along.
source_files = Table(
    "source_files",
    metadata,
    _text("college_id", key=True),
    _text("source_id", key=True),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["college_id", "source_id"], ["sources.college_id", "sources.id"]),
)

workspaces = Table(
    "workspaces",
    metadata,
    _text("id", key=True),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False, index=True),
    _text("name"),
    _text("programme"),
    _text("major"),
    _text("sources"),
    _text("levels"),
    _text("leave_out"),
    _text("corrections"),
    _whole("reviewers"),
    _text("state"),
    _text("run_id"),
    _whole("version"),
)

assignments = Table(
    "assignments",
    metadata,
    _of_workspace(key=True),
    Column("person_id", Text, ForeignKey("people.id"), primary_key=True, nullable=False),
    _text("courses"),
)

runs = Table(
    "runs",
    metadata,
    _of_workspace(key=True),
    _text("id", key=True),
    _whole("seq"),
    _text("data"),
    _text("snapshot"),  # SHA-256 of the snapshot's bytes
    _text("results"),  # SHA-256 over the rows of matches and proposals
    _text("time"),
    _of_person("by"),
)

snapshots = Table(
    "snapshots",
    metadata,
    _text("workspace_id", key=True),
    _text("run_id", key=True),
    Column("data", LargeBinary, nullable=False),
    _run_key(),
)

matches = Table(
    "matches",
    metadata,
    _text("workspace_id", key=True),
    _text("run_id", key=True),
    _whole("n", key=True),
    _text("certificate_id"),
    _text("item_id"),
    _text("course_id"),
    _text("unit_id"),
    Column("score", Double, nullable=False),
    Column("probability", Double, nullable=False),
    _text("data"),
    _run_key(),
)

proposals = Table(
    "proposals",
    metadata,
    _text("workspace_id", key=True),
    _text("run_id", key=True),
    _text("id", key=True),
    _whole("n"),
    _text("action"),
    _text("rule"),
    _text("certificate_id"),
    _text("course_id"),
    Column("probability", Double, nullable=False),
    Column("hours", Double, nullable=True),
    Column("credits", Double, nullable=True),
    Column("unsure", Boolean, nullable=False),
    _text("data"),
    _run_key(),
)

link_decisions = Table(
    "link_decisions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    _of_workspace(),
    _text("run_id"),
    _text("certificate_id"),
    _text("item_id"),
    _text("course_id"),
    _text("unit_id"),
    Column("grade", Integer, nullable=True),
    Column("probability", Double, nullable=True),
    _of_person("reviewer"),
    _text("stage"),
    _text("note"),
    _text("time"),
    _text("supersedes"),
    _text("carried_from"),
    Index(None, "workspace_id", "seq"),
    Index("ix_link_decisions_pair", "workspace_id", "item_id", "unit_id", "seq"),
)

decisions = Table(
    "decisions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    _of_workspace(),
    _text("run_id"),
    _text("subject"),
    _text("proposed"),
    _text("verdict"),
    Column("action", Text, nullable=True),
    _text("course_id"),
    Column("hours", Double, nullable=True),
    Column("credits", Double, nullable=True),
    _of_person("reviewer"),
    _text("stage"),
    _text("note"),
    _text("time"),
    _text("supersedes"),
    _text("carried_from"),
    Index(None, "workspace_id", "seq"),
    Index(None, "workspace_id", "subject", "seq"),
)

approvals = Table(
    "approvals",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    _of_workspace(),
    _text("run_id"),
    _text("digest"),
    _text("names"),  # [{"name": …, "key": …}]: each signature under a key of its own
    _text("note"),
    _of_person("by"),
    _text("time"),
    Index(None, "workspace_id", "seq"),
)

settings_versions = Table(
    "settings_versions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    _text("workspace_id"),
    _text("values"),
    _of_person("author"),
    _text("reason"),
    _text("time"),
    Index(None, "college_id", "workspace_id", "seq"),
)

entries = Table(
    "entries",
    metadata,
    Column("college_id", Text, ForeignKey("colleges.id"), primary_key=True, nullable=False),
    _whole("seq", key=True),
    _text("time"),
    _text("actor"),
    _text("kind"),
    _text("workspace_id"),
    _text("subject"),
    _text("before"),
    _text("after"),
    _text("previous"),
    _text("hash"),
    Index(None, "college_id", "workspace_id", "seq"),
    Index(None, "college_id", "subject"),
)

#: One row per college: the end of its chain. Locked first by every writer of that college.
heads = Table(
    "heads",
    metadata,
    Column("college_id", Text, ForeignKey("colleges.id"), primary_key=True, nullable=False),
    _whole("seq"),
    _text("hash"),
)

# --- second migration: sign-in ---

sessions = Table(
    "sessions",
    metadata,
    _text("token", key=True),  # SHA-256 of the token, never the token
    Column("person_id", Text, ForeignKey("people.id"), nullable=False, index=True),
    _text("created"),
    _text("expires"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    _text("id", key=True),
    _text("login"),  # SHA-256 of what was typed
    _text("time"),
    Index(None, "login", "time"),
)

# --- third migration: comments, and what reading a file gave ---

comments = Table(
    "comments",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    _of_workspace(),
    _text("subject"),
    _of_person("author"),
    _text("text"),
    _text("time"),
    Index(None, "workspace_id", "subject", "seq"),
)

readings = Table(
    "readings",
    metadata,
    _text("source_id", key=True),
    _text("reader_version", key=True),
    Column("data", LargeBinary, nullable=False),
)

# --- fourth migration: rules, calibration, drawn samples; directory, conversions, learners ---

#: Versions of rules and of the calibration (``kind``), as settings have theirs.
versions = Table(
    "versions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    _text("kind"),
    _text("workspace_id"),
    _text("values"),
    _of_person("author"),
    _text("reason"),
    _text("time"),
    Index(None, "college_id", "kind", "workspace_id", "seq"),
)

samples = Table(
    "samples",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    _of_workspace(),
    _text("run_id"),
    _text("seed"),
    _whole("pool_size"),
    _text("drawn"),  # [[pair, probability], …]
    _of_person("by"),
    _text("time"),
    _run_key(),
    Index(None, "workspace_id", "seq"),
)

directory = Table(
    "directory",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    _text("entry_id"),
    _whole("version"),
    _text("data"),
    _of_person("by"),
    _text("time"),
    Index(None, "college_id", "entry_id", "seq"),
)

conversions = Table(
    "conversions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    _of_workspace(),
    _text("entry_id"),
    _text("level"),
    _text("course_id"),
    _whole("version"),
    _text("data"),
    Column("withdrawn", Boolean, nullable=False),
    _text("reason"),
    _of_person("by"),
    _text("time"),
    Index(None, "college_id", "seq"),
)

learners = Table(
    "learners",
    metadata,
    _text("id", key=True),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("number", Text, nullable=True),
    Column("key", LargeBinary, nullable=True),  # destroyed when the learner is erased
    Column("mark", Text, nullable=False, unique=True),
    Column("erased", Boolean, nullable=False),
    UniqueConstraint("college_id", "number"),
)

learning_results = Table(
    "learning_results",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("learners.id"), nullable=False),
    _text("data"),
    _text("state"),
    _of_person("by"),
    _text("time"),
    Index(None, "learner_id", "seq"),
)

learner_conversions = Table(
    "learner_conversions",
    metadata,
    _text("id", key=True),
    _whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("learners.id"), nullable=False),
    _text("data"),
    _of_person("by"),
    _text("time"),
    Index(None, "learner_id", "seq"),
)
