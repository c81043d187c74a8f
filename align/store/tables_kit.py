"""What every table is made of: naming, and the columns that come again and again."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def text(name: str, *, key: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=False)


def whole(name: str, *, key: bool = False) -> Column[int]:
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


def of_person(name: str) -> Column[str]:
    return Column(name, Text, ForeignKey("people.id"), nullable=False)


def of_workspace(*, key: bool = False) -> Column[str]:
    return Column(
        "workspace_id", Text, ForeignKey("workspaces.id"), primary_key=key, nullable=False
    )


def run_key() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"])
