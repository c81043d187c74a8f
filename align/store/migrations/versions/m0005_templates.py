"""Versions of a college's own Word template for the plan."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0005_templates"
down_revision = "m0004_credit"


def upgrade() -> None:
    """Versions of a college's own Word template for the plan."""
    op.create_table(
        "templates",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("college_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.ForeignKeyConstraint(["college_id"], ["colleges.id"], name="fk_templates_college_id"),
        sa.ForeignKeyConstraint(["author"], ["people.id"], name="fk_templates_author"),
    )
    op.create_index("ix_templates_college_id_seq", "templates", ["college_id", "seq"])
    op.create_table(
        "template_files",
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("template_id", name="pk_template_files"),
        sa.ForeignKeyConstraint(
            ["template_id"], ["templates.id"], name="fk_template_files_template_id"
        ),
    )
