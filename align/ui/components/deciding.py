"""Saving a decision at once, and what a person sees of it: saved when, or changed meanwhile.

Every save is one call to the store.  When somebody else decided in between, nothing is
written: both words are shown, and the person decides again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from align.decisions import Decision, LinkDecision
from align.errors import ConflictError
from align.ui import turn
from align.ui.components import html
from align.ui.components.gate import PAGE
from align.ui.look import LINKS
from align.ui.said import Said
from align.ui.words import clock, t

#: Seconds that another's new word must have been shown before a click counts as after it.
READING = 2.0

Word = Decision | LinkDecision
#: Writes the decision, given the id of the one it takes the place of.
Act = Callable[[str], Word]


@dataclass(frozen=True, slots=True)
class Clash:
    """A decision that was not saved, because another had come first."""

    key: str
    act: Act
    mine: str
    theirs: Word | None
    line: str


def notices(said: Said, may: bool) -> None:
    """What holds for everything that could be decided on this page."""
    if said.workspace.state == "approved":
        st.info(t("decide.approved"))
    elif not may:
        st.info(t("decide.read_only"))
    elif said.workspace.reviewers == 2:
        html.show(f'<p class="al-note">{t("decide.blind")}</p>')


@dataclass(slots=True)
class _Sight:
    """What stands beside a button, and since when something else does."""

    seen: str
    now: str
    since: float


def seen(key: str, now: Word | None, person: str) -> str:
    """The id of the word that the person has before their eyes; "" for none.

    Called where the buttons are drawn.  A page is drawn anew with what stands in the store at
    that moment; but who clicks has seen the page before.  Another's word therefore counts as
    seen only after it has been shown for the time it takes to read it.
    """
    sights = st.session_state.setdefault("sights", {})
    identity, clock_now = now.id if now else "", time.monotonic()
    sight = sights.get(key)
    if sight is None or identity == sight.seen or (now is not None and now.reviewer == person):
        sights[key] = _Sight(identity, identity, clock_now)
    elif identity != sight.now:
        sight.now, sight.since = identity, clock_now
    elif clock_now - sight.since >= READING:
        sights[key] = _Sight(identity, identity, clock_now)
    return str(sights[key].seen)


def _looked_at(key: str, identity: str) -> None:
    st.session_state.setdefault("sights", {})[key] = _Sight(identity, identity, time.monotonic())


def save(key: str, act: Act, seen: str, mine: str) -> bool:
    """Write a decision; True when it is stored.

    Parameters
    ----------
    key : str
        Names what is decided, so that a clash is shown there.
    act : callable
        Writes it; called with the id of the decision the person had before them.
    seen : str
        The id of the decision the person had before them; "" for none.
    mine : str
        What the person wanted, in words, for the case of a clash.
    """
    older = turn.outdated()
    if older:
        st.session_state["clash"] = Clash(key, act, mine, None, older)
        st.session_state.pop("saved", None)
        return False
    try:
        made = act(seen)
    except ConflictError as error:
        theirs = error.theirs if isinstance(error.theirs, Decision | LinkDecision) else None
        st.session_state["clash"] = Clash(key, act, mine, theirs, error.line())
        st.session_state.pop("saved", None)
        return False
    st.session_state.pop("clash", None)
    saved(made)
    return True


def saved(made: Word) -> None:
    """Keep what ``status`` tells: the last word stored, on this page and in this workspace."""
    st.session_state["saved"] = (_here(), made.time, "")


def also(changes: str) -> None:
    """Add to the word just saved what has changed with it, in words."""
    place, when, _ = st.session_state["saved"]
    st.session_state["saved"] = (place, when, changes)


def status() -> None:
    """When this person's last decision was stored here.

    What was stored on another page or in another workspace is not told again: it would stand
    beside buttons that nobody has pressed yet, and look like their answer.
    """
    place, time_saved, changes = st.session_state.get("saved", (None, "", ""))
    if place == _here():
        words = t("decide.saved", time=clock(time_saved))
        if changes:
            words += f" · {t('decide.changed', changes=changes)}"
        html.show(f'<p class="al-saved" role="status">✓ {html.esc(words)}</p>')


def _here() -> tuple[object, object]:
    return st.session_state.get(PAGE), st.session_state.get("workspace")


def clash(key: str) -> None:
    """Where a decision met another: both words, and the choice between them."""
    found = st.session_state.get("clash")
    if not isinstance(found, Clash) or found.key != key:
        return
    theirs = found.theirs
    with st.container(border=True, key="clash"):
        told = t("decide.clash") if theirs else found.line
        html.show(
            f'<div class="al-draft">{html.esc(told)}</div>'
            + html.facts(
                [
                    (t("decide.theirs"), html.esc(said_line(theirs)) if theirs else ""),
                    (t("decide.mine"), html.esc(found.mine)),
                ]
            )
        )
        with st.container(horizontal=True):
            if st.button(t("decide.keep_theirs"), key="clash.theirs"):
                st.session_state.pop("clash", None)
                _looked_at(key, theirs.id if theirs else "")
                st.rerun()
            if st.button(t("decide.save_mine"), key="clash.mine", type="primary"):
                save(key, found.act, theirs.id if theirs else "", found.mine)
                st.rerun()


def note(key: str, said_before: int) -> str:
    """The note that goes with the next decision; empty again once that is stored.

    Parameters
    ----------
    said_before : int
        How many words there are already: a new one makes this a new field.
    """
    given = st.text_input(
        t("decide.note"),
        key=f"note.{key}.{said_before}",
        placeholder=t("decide.note_hint"),
        label_visibility="collapsed",
        width="stretch",
    )
    return given or ""


def verdict_words(d: Word) -> str:
    """What was decided, in words."""
    if isinstance(d, LinkDecision):
        return t("decide.withdrawn") if d.grade is None else t(f"grade.{LINKS[d.grade]}")
    if d.verdict == "change" and d.action is not None:
        return t("verdict.changed_to", action=t(f"action.{d.action}"))
    return t(f"verdict.{d.verdict}")


def said_line(d: Word) -> str:
    """Who said what and when, in one line."""
    parts = [d.reviewer_name or t("decide.erased"), clock(d.time, day=True), verdict_words(d)]
    if d.note:
        parts.append(t("decide.note_said", note=d.note))
    return " · ".join(parts)


def history(words: tuple[Word, ...]) -> str:
    """All earlier words, newest first, folded away."""
    if not words:
        return ""
    lines = "".join(f"<li>{html.esc(said_line(d))}</li>" for d in reversed(words))
    return (
        f"<details><summary>{t('decide.history', n=len(words))}</summary>"
        f'<ol class="al-history" reversed>{lines}</ol></details>'
    )
