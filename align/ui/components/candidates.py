"""Candidates of one entry: how probable, both texts with what they share, and where they stand.

A teacher's decision will stand in each candidate's card, once decisions are stored.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.records import Match
from align.ui.components import html
from align.ui.look import Look
from align.ui.words import feature_name, level_name, place_words, t

_SHOWN = (3, 5, 10)


def cite(look: Look, source_id: str, place: str) -> str:
    """A place with the name of its file."""
    name = look.sources.get(source_id, "")
    return f"{name} · {place}" if name else place


def candidates(look: Look, matches: Sequence[Match], by_item: bool) -> None:
    """The most probable matches of one requirement or content row.

    Parameters
    ----------
    matches : sequence of Match
        Most probable first.
    by_item : bool
        Whether a requirement was chosen, so that the candidates are content rows.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("compare.candidates"), anchor=False)
        shown = st.segmented_control(
            t("compare.show"), _SHOWN, default=_SHOWN[0], key="compare_shown", required=True,
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    if not matches:
        html.show(f'<p class="al-note">{t("compare.no_candidates")}</p>')
    for rank, m in enumerate(matches[: shown or _SHOWN[0]], start=1):
        html.show(_card(look, m, rank, by_item))


def _card(look: Look, m: Match, rank: int, by_item: bool) -> str:
    """One candidate: who, how probable, both texts with what they share."""
    unit = look.units[m.course_id, m.unit_id]
    item = look.items[m.certificate_id, m.item_id]
    pairs = html.shared_words(m.evidence)
    if by_item:
        title = " / ".join(x for x in (f"《{unit.course}》", unit.section, unit.task) if x)
    else:
        title = " / ".join(x for x in (f"{level_name(item.level)} {item.number}", item.task) if x)
    words = " · ".join(a if a == b else f"{a} ≈ {b}" for a, b in pairs)
    told = (
        f"{t('compare.shared')}{t('colon')}{html.esc(words)}" if words else t("compare.no_shared")
    )
    given = " · ".join(f"{name} {value:+.2f}" for name, value in _features(m))
    return (
        f'<div class="al-item"><div class="al-head"><strong class="al-who">{rank}. '
        f'{html.esc(title)}</strong><span class="al-end">'
        f"{html.tag(t(f'link.{look.link(m.probability)}'))}"
        f"{html.probability(m.probability)}</span></div>"
        '<div class="al-two">'
        + html.quote(
            t("compare.unit_text"),
            html.marked("；".join(unit.points) or unit.task, (a for a, _ in pairs)),
            cite(look, unit.source_id, place_words(unit.place)),
        )
        + html.quote(
            t("compare.item_text"),
            html.marked(item.text, (b for _, b in pairs)),
            cite(look, item.source_id, place_words(item.place)),
        )
        + f'</div><p class="al-note">{told}</p>'
        + f"<details><summary>{t('compare.why')}</summary>"
        f'<p class="al-note">{t("feature.note")}{t("colon")}{html.esc(given)}</p></details></div>'
    )


def _features(m: Match) -> list[tuple[str, float]]:
    """What each feature added, most first."""
    ranked = sorted(m.features, key=lambda f: -abs(f[1]))
    return [(feature_name(name), value) for name, value in ranked]
