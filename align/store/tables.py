"""The tables, as the newest migration leaves them (a test compares the two).

Times are text (``2026-01-31T08:00:00.000000Z``): they sort, and are equal on every database.
Plain data is canonical JSON text (:func:`align.store.ledger.canonical`).
"""

from __future__ import annotations

from align.store.tables_kit import metadata
from align.store.tables_more import (
    agreements,
    conversions,
    directory,
    learner_conversions,
    learners,
    learning_results,
    presence,
    samples,
    template_files,
    templates,
    versions,
)
from align.store.tables_review import (
    approvals,
    assignments,
    colleges,
    comments,
    decisions,
    entries,
    heads,
    link_decisions,
    matches,
    people,
    proposals,
    readings,
    runs,
    sessions,
    settings_versions,
    sign_in_failures,
    snapshots,
    source_files,
    sources,
    workspaces,
)

__all__ = [
    "agreements",
    "approvals",
    "assignments",
    "colleges",
    "comments",
    "conversions",
    "decisions",
    "directory",
    "entries",
    "heads",
    "learner_conversions",
    "learners",
    "learning_results",
    "link_decisions",
    "matches",
    "metadata",
    "people",
    "presence",
    "proposals",
    "readings",
    "runs",
    "samples",
    "sessions",
    "settings_versions",
    "sign_in_failures",
    "snapshots",
    "source_files",
    "sources",
    "template_files",
    "templates",
    "versions",
    "workspaces",
]
