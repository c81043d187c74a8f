"""The tables that came later: versions, samples, directory, learners, templates, presence."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from align.store.tables_kit import metadata, of_person, of_workspace, run_key, text, whole

# --- fourth migration: rules, calibration, drawn samples; directory, conversions, learners ---

#: Versions of rules and of the calibration (``kind``), as settings have theirs.
versions = Table(
    "versions",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    text("kind"),
    text("workspace_id"),
    text("values"),
    of_person("author"),
    text("reason"),
    text("time"),
    Index(None, "college_id", "kind", "workspace_id", "seq"),
)

samples = Table(
    "samples",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("run_id"),
    text("seed"),
    whole("pool_size"),
    text("drawn"),  # [[pair, probability], …]
    of_person("by"),
    text("time"),
    run_key(),
    Index(None, "workspace_id", "seq"),
)

directory = Table(
    "directory",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    text("entry_id"),
    whole("version"),
    text("data"),
    of_person("by"),
    text("time"),
    Index(None, "college_id", "entry_id", "seq"),
)

conversions = Table(
    "conversions",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    of_workspace(),
    text("entry_id"),
    text("level"),
    text("course_id"),
    whole("version"),
    text("data"),
    Column("withdrawn", Boolean, nullable=False),
    text("reason"),
    of_person("by"),
    text("time"),
    Column("chain", Text, nullable=True),  # ["step=signers", …]; none where no chain was asked
    Index(None, "college_id", "seq"),
)

learners = Table(
    "learners",
    metadata,
    text("id", key=True),
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
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("learners.id"), nullable=False),
    text("data"),
    text("state"),
    of_person("by"),
    text("time"),
    Index(None, "learner_id", "seq"),
)

learner_conversions = Table(
    "learner_conversions",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("learner_id", Text, ForeignKey("learners.id"), nullable=False),
    text("data"),
    of_person("by"),
    text("time"),
    Index(None, "learner_id", "seq"),
)

# --- fifth migration: a college's own templates ---

templates = Table(
    "templates",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    text("name"),
    text("sha256"),
    whole("size"),
    of_person("author"),
    text("reason"),
    text("time"),
    Index(None, "college_id", "seq"),
)

template_files = Table(
    "template_files",
    metadata,
    Column("template_id", Text, ForeignKey("templates.id"), primary_key=True, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# --- sixth migration: who looks at a workspace at this moment; no history, never in the ledger ---

presence = Table(
    "presence",
    metadata,
    of_workspace(key=True),
    Column("person_id", Text, ForeignKey("people.id"), primary_key=True, nullable=False),
    text("place"),
    text("since"),
    text("seen"),
)

# --- seventh migration: exemptions the committee agrees to ---

agreements = Table(
    "agreements",
    metadata,
    text("id", key=True),
    whole("seq"),
    of_workspace(),
    text("certificate_id"),
    text("course_id"),
    Column("agreed", Boolean, nullable=False),
    text("note"),
    of_person("by"),
    text("time"),
    Index(None, "workspace_id", "seq"),
)

# --- ninth migration: the file that was approved ---

#: ``id`` is the approval's; approvals of before this migration have none.
approved_files = Table(
    "approved_files",
    metadata,
    Column("id", Text, ForeignKey("approvals.id"), primary_key=True, nullable=False),
    of_workspace(),
    text("name"),
    text("sha256"),
    whole("size"),
)

approved_bytes = Table(
    "approved_bytes",
    metadata,
    Column("id", Text, ForeignKey("approved_files.id"), primary_key=True, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# --- tenth migration: signatures of the approval chain under conversions ---

signatures = Table(
    "signatures",
    metadata,
    text("id", key=True),
    whole("seq"),
    Column("college_id", Text, ForeignKey("colleges.id"), nullable=False),
    Column("conversion_id", Text, ForeignKey("conversions.id"), nullable=False),
    whole("step"),
    text("party"),
    Column("signed", Boolean, nullable=False),
    text("note"),
    of_person("by"),
    text("time"),
    Index(None, "college_id", "seq"),
)
