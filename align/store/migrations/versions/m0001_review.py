"""The review: people, sources, workspaces, runs, decisions, ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0001_review"
down_revision = None


def upgrade() -> None:
    """The review: people, sources, workspaces, runs, decisions, ledger."""
    op.create_table(
        "colleges",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_colleges"),
    )
    op.create_table(
        "entries",
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("college_id", "seq", name="pk_entries"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_entries_college_id"),
    )
    op.create_index("ix_entries_college_id_subject", "entries", ["college_id", "subject"])
    op.create_index(
        "ix_entries_college_id_workspace_id_seq", "entries", ["college_id", "workspace_id", "seq"]
    )
    op.create_table(
        "heads",
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("college_id", name="pk_heads"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_heads_college_id"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_people_college_id"),
        sa.UniqueConstraint("actor", name="uq_people_actor"),
        sa.UniqueConstraint("login", name="uq_people_login"),
    )
    op.create_table(
        "workspaces",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("major", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("levels", sa.Text(), nullable=False),
        sa.Column("leave_out", sa.Text(), nullable=False),
        sa.Column("corrections", sa.Text(), nullable=False),
        sa.Column("reviewers", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_workspaces_college_id"),
    )
    op.create_index("ix_workspaces_college_id", "workspaces", ["college_id"])
    op.create_table(
        "approvals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_approvals_by"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_approvals_workspace_id"
        ),
    )
    op.create_index("ix_approvals_workspace_id_seq", "approvals", ["workspace_id", "seq"])
    op.create_table(
        "assignments",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("courses", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_assignments"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_assignments_person_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_assignments_workspace_id"
        ),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("credits", sa.Double(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=False),
        sa.Column("carried_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(["reviewer"], ["people.id"], name="fk_decisions_reviewer"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_decisions_workspace_id"
        ),
    )
    op.create_index("ix_decisions_workspace_id_seq", "decisions", ["workspace_id", "seq"])
    op.create_index(
        "ix_decisions_workspace_id_subject_seq", "decisions", ["workspace_id", "subject", "seq"]
    )
    op.create_table(
        "link_decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("grade", sa.Integer(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=True),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.Text(), nullable=False),
        sa.Column("carried_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link_decisions"),
        sa.ForeignKeyConstraint(["reviewer"], ["people.id"], name="fk_link_decisions_reviewer"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_link_decisions_workspace_id"
        ),
    )
    op.create_index(
        "ix_link_decisions_pair", "link_decisions", ["workspace_id", "item_id", "unit_id", "seq"]
    )
    op.create_index("ix_link_decisions_workspace_id_seq", "link_decisions", ["workspace_id", "seq"])
    op.create_table(
        "runs",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("results", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_runs"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_runs_by"),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspaces.id"], name="fk_runs_workspace_id"),
    )
    op.create_table(
        "settings_versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_settings_versions"),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_settings_versions_author"),
        sa.ForeignKeyConstraint(
            ["college_id"], ["colleges.id"], name="fk_settings_versions_college_id"
        ),
    )
    op.create_index(
        "ix_settings_versions_college_id_workspace_id_seq",
        "settings_versions",
        ["college_id", "workspace_id", "seq"],
    )
    op.create_table(
        "sources",
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("college_id", "id", name="pk_sources"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_sources_by"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_sources_college_id"),
    )
    op.create_table(
        "matches",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "n", name="pk_matches"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name="fk_matches_workspace_id_run_id",
        ),
    )
    op.create_table(
        "proposals",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("credits", sa.Double(), nullable=True),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "id", name="pk_proposals"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name="fk_proposals_workspace_id_run_id",
        ),
    )
    op.create_table(
        "snapshots",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", name="pk_snapshots"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name="fk_snapshots_workspace_id_run_id",
        ),
    )
    op.create_table(
        "source_files",
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("college_id", "source_id", name="pk_source_files"),
        sa.ForeignKeyConstraint(
            ["college_id", "source_id"],
            ["sources.college_id", "sources.id"],
            name="fk_source_files_college_id_source_id",
        ),
    )
    # The server itself: people of the centre, and a chain of its own.
    op.execute("INSERT INTO colleges (id, name) VALUES ('', '')")
    op.execute(f"INSERT INTO heads (college_id, seq, hash) VALUES ('', 0, '{'0' * 64}')")
