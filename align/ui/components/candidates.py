"""Candidates of one entry: how probable, both texts with what they share, and a person's word.

The machine's probability stays beside what a person decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from align.decisions import Grade, LinkDecision, Pair
from align.links import pair_of
from align.records import Match
from align.ui.components import deciding, html
from align.ui.look import LINKS, Look
from align.ui.said import Said
from align.ui.words import feature_name, level_name, place_words, t

SHOWN = (3, 5, 10)
#: Called with the pair, the grade (None takes the earlier one back), the note, and the id of
#: the word that the person had before them.
Decide = Callable[[Pair, Grade | None, str, str], None]
_GRADES: tuple[Grade, ...] = (2, 1, 0)


def cite(look: Look, source_id: str, place: str) -> str:
    """A place with the name of its file."""
    name = look.sources.get(source_id, "")
    return f"{name} · {place}" if name else place


def heading() -> int:
    """The heading above the candidates; how many are to be shown."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(t("compare.candidates"), anchor=False)
        shown = st.segmented_control(
            t("compare.show"), SHOWN, default=SHOWN[0], key="compare_shown", required=True,
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    return shown or SHOWN[0]


def to_show(matches: Sequence[Match], said: Said, n: int) -> list[Match]:
    """The ``n`` most probable, and further down whatever a person has said something about."""
    return [m for k, m in enumerate(matches) if k < n or said.link_history(pair_of(m))]


def candidates(
    look: Look,
    said: Said,
    matches: Sequence[Match],
    by_item: bool,
    decide: Decide | None,
) -> None:
    """Cards of matches, each with the buttons to decide on it.

    Parameters
    ----------
    matches : sequence of Match
        Most probable first.
    by_item : bool
        Whether a requirement was chosen, so that the candidates are content rows.
    decide : callable or None
        Saves a decision; None where the person may not decide.
    """
    if not matches:
        html.show(f'<p class="al-note">{t("compare.no_candidates")}</p>')
    # The keys 1, 2 and 3 answer the first candidate that is still open.
    first = next((m for m in matches if said.grade(pair_of(m)) is None), None)
    for rank, m in enumerate(matches, start=1):
        pair = pair_of(m)
        name = "|".join(pair)
        with st.container(border=True, key=f"card-{rank}"):
            html.show(_card(look, said, m, rank, by_item))
            deciding.clash(name)
            if decide is not None:
                _buttons(said, pair, name, decide, keys=m is first)


def _buttons(said: Said, pair: Pair, name: str, decide: Decide, keys: bool) -> None:
    standing = said.grade(pair)
    seen = deciding.seen(name, said.my_link(pair), said.person.id)
    pressed: list[Grade | None] = []
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for k, grade in enumerate(_GRADES, start=1):
            if st.button(
                t(f"grade.{LINKS[grade]}"),
                key=f"grade.{LINKS[grade]}.{name}",
                type="primary" if standing == grade else "secondary",
                shortcut=str(k) if keys else None,
            ):
                pressed.append(grade)
        if standing is not None and st.button(
            t("decide.undo"), key=f"undo.{name}", icon=":material/undo:", type="tertiary"
        ):
            pressed.append(None)
        note = deciding.note(name, len(said.link_history(pair)))
    for word in pressed:
        decide(pair, word, note, seen)


def _card(look: Look, said: Said, m: Match, rank: int, by_item: bool) -> str:
    """One candidate: who, how probable, both texts with what they share, who said what."""
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
    why = (
        f"<details><summary>{t('compare.why')}</summary>"
        f'<p class="al-note">{t("feature.note")}{t("colon")}{html.esc(given)}</p></details>'
        if given
        else ""
    )
    return (
        f'<div class="al-candidate"><div class="al-head"><strong class="al-who">{rank}. '
        f'{html.esc(title)}</strong><span class="al-end">{_state(look, said, m)}'
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
        + f'</div><p class="al-note">{told}</p>{_said(said, pair_of(m))}{why}</div>'
    )


def _state(look: Look, said: Said, m: Match) -> str:
    """A person's word, or what the machine's probability means."""
    mine = said.grade(pair_of(m))
    if mine is not None:
        return html.tag(t(f"grade.{LINKS[mine]}"), kind=f"al-said al-{LINKS[mine]}")
    return html.tag(t(f"link.{look.link(m)}"))


def _said(said: Said, pair: Pair) -> str:
    history: tuple[LinkDecision, ...] = said.link_history(pair)
    if not history:
        return ""
    last = html.esc(deciding.said_line(history[-1]))
    return f'<p class="al-word">{last}</p>{deciding.history(history[:-1])}'


def _features(m: Match) -> list[tuple[str, float]]:
    """What each feature added, most first."""
    ranked = sorted(m.features, key=lambda f: -abs(f[1]))
    return [(feature_name(name), value) for name, value in ranked]
