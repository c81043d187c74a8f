"""The very file that a committee approved, beside its fingerprint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0009_approved"
down_revision = "m0008_idle"


def upgrade() -> None:
    """The file of an approval; of earlier approvals only the fingerprint is known."""
    op.create_table(
        "approved_files",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approved_files"),
        sa.ForeignKeyConstraint(["id"], ["approvals.id"], name="fk_approved_files_id"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_approved_files_workspace_id"
        ),
    )
    op.create_table(
        "approved_bytes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_approved_bytes"),
        sa.ForeignKeyConstraint(["id"], ["approved_files.id"], name="fk_approved_bytes_id"),
    )
