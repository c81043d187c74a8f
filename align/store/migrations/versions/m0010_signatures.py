"""Signatures of the approval chain under conversions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0010_signatures"
down_revision = "m0009_approved"


def upgrade() -> None:
    """The chain a conversion was submitted to (none before), and each word on one of its steps."""
    op.add_column("conversions", sa.Column("chain", sa.Text(), nullable=True))
    op.create_table(
        "signatures",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("conversion_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signatures"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_signatures_college_id"),
        sa.ForeignKeyConstraint(
            ["conversion_id"], ["conversions.id"], name="fk_signatures_conversion_id"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name="fk_signatures_by"),
    )
    op.create_index("ix_signatures_college_id_seq", "signatures", ["college_id", "seq"])
