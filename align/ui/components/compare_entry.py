"""The requirement or content row that is compared, and whether it is still open."""

from __future__ import annotations

from align.links import pair_of
from align.records import Action
from align.ui.components import html
from align.ui.components.candidates import SHOWN, cite
from align.ui.components.deciding import verdict_words
from align.ui.look import Key, Look
from align.ui.reasons import reason
from align.ui.said import Said
from align.ui.words import level_name, number, place_words, t


def is_open(look: Look, said: Said, key: Key, by_item: bool) -> bool:
    """Whether this person still has a word to say here.

    An entry is done when one of its candidates is taught in full, or when each of the first
    three (all, where there are fewer) has a grade.
    """
    return bool(_open(look, said, key, by_item))


def _open(look: Look, said: Said, key: Key, by_item: bool) -> int:
    """How many candidates keep the entry open."""
    if by_item and key in said.full_items:
        return 0
    matches = (look.item_matches if by_item else look.unit_matches).get(key, [])
    return sum(said.grade(pair_of(m)) is None for m in matches[: SHOWN[0]])


def left(look: Look, said: Said, key: Key, by_item: bool) -> str:
    """What is still to be judged before the entry is done, in words."""
    n = _open(look, said, key, by_item)
    if not n:
        return t("compare.nothing_left")
    return t("compare.left_item" if by_item else "compare.left_unit", n=n)


def item(look: Look, said: Said, key: Key) -> None:
    """A requirement with what is proposed for it."""
    found, p = look.items[key], look.of_item[key]
    where = " / ".join(x for x in (level_name(found.level), found.area, found.task) if x)
    word = said.word(p.id)
    told = html.tag(verdict_words(word), kind="al-said al-full") if word else ""
    facts = [
        (t("compare.proposal"), f"{html.action_tag(p.action)} {html.unsure_tag(p.unsure)} {told}"),
        ("", html.esc(reason(look, p))),
        (t("compare.depth"), t(f"depth.{found.depth}") if found.depth else ""),
        (t("place"), html.esc(cite(look, found.source_id, place_words(found.place)))),
    ]
    html.show(
        f'<div class="al-item"><div class="al-head"><strong>{html.esc(found.id)}</strong>'
        f"<span>{html.esc(where)}</span></div><p><strong>{html.esc(found.text)}</strong></p>"
        f"{html.facts(facts)}</div>"
    )


def unit(look: Look, said: Said, key: Key) -> None:
    """A content row with the exemption it is part of."""
    found = look.units[key]
    exempt = look.of_unit.get(key, [])
    where = " / ".join(x for x in (found.course, found.section) if x)
    hours = t("hours", n=number(found.hours)) if found.hours is not None else ""
    facts = [
        (
            t("compare.proposal"),
            f"{html.action_tag(Action.EXEMPT)} {t('compare.exemption')}"
            if exempt
            else t("compare.no_exemption"),
        ),
        *(("", html.esc(reason(look, p))) for p in exempt),
        (t("place"), html.esc(cite(look, found.source_id, place_words(found.place)))),
    ]
    html.show(
        f'<div class="al-item"><div class="al-head"><strong>{html.esc(found.id)}</strong>'
        f"<span>{html.esc(where)}</span><span>{hours}</span></div>"
        f"<p><strong>{html.esc(found.task or found.section)}</strong></p>"
        f"<p>{html.esc(found.content)}</p>{html.facts(facts)}</div>"
    )
