"""Who else is reviewing this workspace at this moment: names, pages, since when."""

from __future__ import annotations

import streamlit as st

from align.access import LOCAL
from align.decisions import Person, Workspace
from align.store import Here
from align.ui import wiring
from align.ui.components import html
from align.ui.presence import BEAT, Watch
from align.ui.words import clock, t

#: So many are named; further ones stand in what is shown on pointing at the line.
_NAMED = 4


def here(found: Workspace, place: str) -> None:
    """Say who else is there, and that this person is; drawn anew by itself.

    Nobody else can be on a laptop without sign-in; there it is empty, and nothing is written.

    Parameters
    ----------
    place : str
        This page's name in the address.
    """
    if wiring.who().college_id != LOCAL:
        _line(found, place)


@st.cache_resource(show_spinner=False)
def watch(address: str) -> Watch:
    """What this server knows of who is there, one for each database."""
    return Watch()


@st.fragment(run_every=BEAT)
def _line(found: Workspace, place: str) -> None:
    store, who = wiring.store(), wiring.who()
    known = watch(store.address)
    if who.college_id == found.college_id:  # others look, but review nothing
        known.beat(store, who, found.id, place)
    others = known.others(store, who, found.id)
    if others:
        told = html.esc(t("here.now", people=t("here.sep").join(map(_one, others[:_NAMED]))))
        more = [_one(h) for h in others[_NAMED:]]
        if more:
            tip = html.esc(t("here.sep").join(more)).replace('"', "&quot;")
            told += f' <span title="{tip}">{html.esc(t("here.more", n=len(more)))}</span>'
        html.show(f'<p class="al-here" role="status">{told}</p>')


def _one(h: Here) -> str:
    return t("here.one", name=h.name, where=t(f"nav.{h.place}"), time=clock(h.since))


def left(person: Person) -> None:
    """Somebody signs out."""
    store = wiring.store()
    watch(store.address).leave(store, person)
