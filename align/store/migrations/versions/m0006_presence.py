"""Who looks at a workspace at this moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0006_presence"
down_revision = "m0005_templates"


def upgrade() -> None:
    """Who looks at a workspace at this moment."""
    op.create_table(
        "presence",
        sa.Column("workspace_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "person_id", name="pk_presence"),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name="fk_presence_workspace_id"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_presence_person_id"),
    )
