"""Versions of rules and calibration, drawn samples, directory, conversions, learners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0004_credit"
down_revision = "m0003_comments"


def upgrade() -> None:
    """Versions of rules and calibration, drawn samples, directory, conversions, learners."""
    op.create_table(
        "versions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_versions_college_id"),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_versions_author"),
    )
    op.create_index(
        "ix_versions_college_id_kind_workspace_id_seq",
        "versions",
        ["college_id", "kind", "workspace_id", "seq"],
    )
    op.create_table(
        "samples",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("pool_size", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_samples"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_samples_workspace_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_samples_by"),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name="fk_samples_workspace_id_run_id",
        ),
    )
    op.create_index("ix_samples_workspace_id_seq", "samples", ["workspace_id", "seq"])
    op.create_table(
        "directory",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_directory"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_directory_college_id"),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_directory_by"),
    )
    op.create_index(
        "ix_directory_college_id_entry_id_seq", "directory", ["college_id", "entry_id", "seq"]
    )
    op.create_table(
        "conversions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversions"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_conversions_college_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_conversions_workspace_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_conversions_by"),
    )
    op.create_index("ix_conversions_college_id_seq", "conversions", ["college_id", "seq"])
    op.create_table(
        "learners",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_learners_college_id"),
        sa.UniqueConstraint("college_id", "number", name="uq_learners_college_id_number"),
        sa.UniqueConstraint("mark", name="uq_learners_mark"),
    )
    op.create_table(
        "learning_results",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_results"),
        sa.ForeignKeyConstraint(
            ["college_id"], ["colleges.id"], name="fk_learning_results_college_id"
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name="fk_learning_results_learner_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_learning_results_by"),
    )
    op.create_index("ix_learning_results_learner_id_seq", "learning_results", ["learner_id", "seq"])
    op.create_table(
        "learner_conversions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learner_conversions"),
        sa.ForeignKeyConstraint(
            ["college_id"], ["colleges.id"], name="fk_learner_conversions_college_id"
        ),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learners.id"], name="fk_learner_conversions_learner_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_learner_conversions_by"),
    )
    op.create_index(
        "ix_learner_conversions_learner_id_seq", "learner_conversions", ["learner_id", "seq"]
    )
