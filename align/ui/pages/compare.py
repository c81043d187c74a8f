"""对照: one requirement or one content row, its candidates, and both texts side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from align.records import Action
from align.ui.components import html
from align.ui.components.candidates import candidates, cite
from align.ui.components.filters import Filter, filter_bar
from align.ui.components.gate import need_look
from align.ui.components.pager import paged, pager
from align.ui.look import Key, Look
from align.ui.reasons import reason
from align.ui.words import level_name, number, place_words, t

_PAGE = 12


def page() -> None:
    """The whole page."""
    html.header(t("compare.title"), t("compare.lead"))
    look = need_look()
    html.draft()
    by = st.segmented_control(
        t("compare.by"),
        ["item", "unit"],
        default="item",
        format_func=lambda x: t(f"compare.by_{x}"),
        key="compare_by",
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    wanted = filter_bar(look, "compare")
    keys = _items(look, wanted) if by == "item" else _units(look, wanted)
    if not keys:
        st.info(t("empty.filtered"))
        return
    left, right = st.columns([5, 10], gap="medium")
    with left:
        label, caption = (_item_label, _item_caption) if by == "item" else (_unit_label, _caption)
        chosen = _pick(look, keys, f"compare_{by}", wanted, label, caption)
    with right:
        if by == "item":
            _item(look, chosen)
            matches = look.item_matches.get(chosen, [])
        else:
            _unit(look, chosen)
            matches = look.unit_matches.get(chosen, [])
        candidates(look, matches, by == "item")


def _items(look: Look, f: Filter) -> list[Key]:
    found = []
    for key, item in look.items.items():
        p = look.of_item[key]
        courses = {p.course_id} | {
            m.course_id
            for m in look.item_matches.get(key, [])
            if look.link(m.probability) != "none"
        }
        if (
            f.certificate in {"", key[0]}
            and f.level in {"", item.level}
            and (not f.course or f.course in courses)
            and f.action in {"", str(p.action)}
            and (p.unsure or not f.unsure)
            and f.finds(item.id, item.text, item.task, item.area)
        ):
            found.append(key)
    return found


def _units(look: Look, f: Filter) -> list[Key]:
    found = []
    for key, unit in look.units.items():
        linked = [m for m in look.unit_matches.get(key, []) if look.link(m.probability) != "none"]
        items = [(m.certificate_id, m.item_id) for m in linked]
        proposals = [look.of_item[k] for k in items] + look.of_unit.get(key, [])
        if (
            f.course in {"", key[0]}
            and (not f.certificate or any(k[0] == f.certificate for k in items))
            and (not f.level or any(look.items[k].level == f.level for k in items))
            and (not f.action or any(p.action == f.action for p in proposals))
            and (not f.unsure or any(p.unsure for p in proposals))
            and f.finds(unit.id, unit.task, unit.section, unit.content)
        ):
            found.append(key)
    return found


def _pick(
    look: Look,
    keys: Sequence[Key],
    name: str,
    wanted: Filter,
    label: Callable[[Look, Key], str],
    caption: Callable[[Look, Key], str],
) -> Key:
    """The list on the left, in pages; the entry chosen in it."""
    run = look.result.run.id
    shown = paged(keys, name, _PAGE, (run, wanted))
    with st.container(key="picker"):
        chosen = st.radio(
            t("compare.list"),
            range(len(shown)),
            format_func=lambda k: label(look, shown[k]) if k < len(shown) else "",
            captions=[caption(look, key) for key in shown],
            # Another page or filter is another list: it begins at its first entry.
            key=f"{name}_{hash((run, wanted, shown[0]))}",
            label_visibility="collapsed",
        )
    pager(keys, name, _PAGE)
    return shown[chosen or 0]


def _item_label(look: Look, key: Key) -> str:
    item = look.items[key]
    return _plain(f"{item.number or item.id} {item.text}", 34)


def _item_caption(look: Look, key: Key) -> str:
    p = look.of_item[key]
    unsure = f" · {t('unsure')}" if p.unsure else ""
    return f"{level_name(look.items[key].level)} · {t(f'action.{p.action}')}{unsure}"


def _unit_label(look: Look, key: Key) -> str:
    unit = look.units[key]
    return _plain(unit.task or unit.content, 34)


def _caption(look: Look, key: Key) -> str:
    unit = look.units[key]
    return _plain(f"{unit.course} · {unit.section}" if unit.section else unit.course, 40)


def _plain(text: str, limit: int) -> str:
    """One short line; signs that markdown would take for its own stand as themselves."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= limit else flat[: limit - 1] + "…"
    return "".join(f"\\{c}" if c in "\\`*_[]<>#$~:|{}" else c for c in flat)


def _item(look: Look, key: Key) -> None:
    item, p = look.items[key], look.of_item[key]
    where = " / ".join(x for x in (level_name(item.level), item.area, item.task) if x)
    facts = [
        (t("compare.proposal"), f"{html.action_tag(p.action)} {html.unsure_tag(p.unsure)}"),
        ("", html.esc(reason(look, p))),
        (t("compare.depth"), t(f"depth.{item.depth}") if item.depth else ""),
        (t("place"), html.esc(cite(look, item.source_id, place_words(item.place)))),
    ]
    html.show(
        f'<div class="al-item"><div class="al-head"><strong>{html.esc(item.id)}</strong>'
        f"<span>{html.esc(where)}</span></div><p><strong>{html.esc(item.text)}</strong></p>"
        f"{html.facts(facts)}</div>"
    )


def _unit(look: Look, key: Key) -> None:
    unit = look.units[key]
    exempt = look.of_unit.get(key, [])
    where = " / ".join(x for x in (unit.course, unit.section) if x)
    hours = t("hours", n=number(unit.hours)) if unit.hours is not None else ""
    facts = [
        (
            t("compare.proposal"),
            f"{html.action_tag(Action.EXEMPT)} {t('compare.exemption')}"
            if exempt
            else t("compare.no_exemption"),
        ),
        *(("", html.esc(reason(look, p))) for p in exempt),
        (t("place"), html.esc(cite(look, unit.source_id, place_words(unit.place)))),
    ]
    html.show(
        f'<div class="al-item"><div class="al-head"><strong>{html.esc(unit.id)}</strong>'
        f"<span>{html.esc(where)}</span><span>{hours}</span></div>"
        f"<p><strong>{html.esc(unit.task or unit.section)}</strong></p>"
        f"<p>{html.esc(unit.content)}</p>{html.facts(facts)}</div>"
    )


if __name__ == "__main__":
    page()
