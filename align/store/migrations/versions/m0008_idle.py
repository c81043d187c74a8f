"""Sessions that nobody uses end before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "m0008_idle"
down_revision = "m0007_agreements"


def upgrade() -> None:
    """When a session was last asked for; of an older one it is not known."""
    op.add_column("sessions", sa.Column("seen", sa.Text(), nullable=True))
