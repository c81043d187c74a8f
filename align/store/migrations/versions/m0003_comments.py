"""Comments on subjects, and readings kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0003_comments"
down_revision = "m0002_sign_in"


def upgrade() -> None:
    """Comments on subjects, and readings kept."""
    op.create_table(
        "comments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_comments_author"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_comments_workspace_id"
        ),
    )
    op.create_index(
        "ix_comments_workspace_id_subject_seq", "comments", ["workspace_id", "subject", "seq"]
    )
    op.create_table(
        "readings",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("reader_version", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", "reader_version", name="pk_readings"),
    )
