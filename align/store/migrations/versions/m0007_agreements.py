"""Exemptions the committee agrees to beside the verdicts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0007_agreements"
down_revision = "m0006_presence"


def upgrade() -> None:
    """Exemptions the committee agrees to beside the verdicts."""
    op.create_table(
        "agreements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Text(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_agreements_workspace_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_agreements_by"),
    )
    op.create_index("ix_agreements_workspace_id_seq", "agreements", ["workspace_id", "seq"])
