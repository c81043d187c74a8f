"""记录: the entries of one page, each with what changed in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import streamlit as st

from align.decisions import AuditEntry
from align.plan.word import BEIJING
from align.ui.components import html
from align.ui.ledger_words import Change, Words
from align.ui.words import t


def midnight(days_ago: int) -> datetime:
    """The beginning of a day in Beijing."""
    now = datetime.now(UTC).astimezone(BEIJING)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def entries(found: Sequence[AuditEntry], words: Words, *, linked: bool, placed: bool) -> None:
    """A table of entries.

    Parameters
    ----------
    linked : bool
        Add to each thing the way to all that happened to it.
    placed : bool
        Say in which workspace it happened.
    """
    rows = [
        [
            str(e.seq),
            e.time.astimezone(BEIJING).strftime("%Y-%m-%d<br>%H:%M:%S"),
            html.esc(words.actor(e)),
            html.tag(words.event(e)),
            _subject(e, words, linked, placed),
            _changes(words.changes(e)) + _technical(e),
        ]
        for e in found
    ]
    heads = ["seq", "time", "who", "event", "subject", "change"]
    html.show(html.table([t(f"audit.col_{h}") for h in heads], rows, numbers=(0, 1, 2, 3)))


def _subject(e: AuditEntry, words: Words, linked: bool, placed: bool) -> str:
    told = html.esc(words.subject(e))
    place = words.workspace(e)
    if placed and place and place != words.subject(e):
        told += f'<br><span class="al-note">{html.esc(place)}</span>'
    if linked and e.subject:
        # A link keeps what else stands in the address (workspace, language).
        kept = {k: v for k, v in st.query_params.items() if k in {"ws", "lang"}}
        address = html.esc("?" + urlencode({**kept, "subject": e.subject}))
        told += f'<br><a class="al-note" href="{address}">{t("audit.whole_history")}</a>'
    return told


def _changes(changes: Sequence[Change]) -> str:
    """First what was different before, one under the other; then what is new, in one line."""
    changed = [c for c in changes if c.before]
    new = [c for c in changes if not c.before]
    lines = "".join(f"<div>{_change(c)}</div>" for c in changed)
    return lines + (f"<div>{' · '.join(map(_change, new))}</div>" if new else "")


def _change(c: Change) -> str:
    if not c.before and not c.after:
        return f'<span class="al-note">{html.esc(c.field)}</span>'
    field = f'<span class="al-note">{html.esc(c.field)}{t("colon")}</span>'
    after = html.esc(c.after) if c.after else t("audit.none")
    if not c.before:
        return field + after
    return f"{field}<del>{html.esc(c.before)}</del> → <mark>{after}</mark>"


def _technical(e: AuditEntry) -> str:
    """What proves the entry, for whoever wants to check by hand."""
    return (
        f'<details><summary class="al-note">{t("audit.technical")}</summary>'
        + html.facts(
            [
                (t("audit.hash"), f"<code>{html.esc(e.hash)}</code>"),
                (t("audit.previous"), f"<code>{html.esc(e.previous)}</code>"),
                (t("audit.id"), f"<code>{html.esc(e.subject)}</code>"),
            ]
        )
        + "</details>"
    )
