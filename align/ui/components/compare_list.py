"""The list beside the comparison: what fits the filters, in which order, and which is chosen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import streamlit as st

from align.ui.components.compare_entry import is_open
from align.ui.components.filters import Filter, in_address
from align.ui.components.pager import paged, pager
from align.ui.look import Key, Look
from align.ui.said import Said
from align.ui.words import level_name, t

PAGE = 12


def entries(look: Look, said: Said, f: Filter, by_item: bool, unsure_first: bool) -> list[Key]:
    """The entries that the filters let through."""
    keys = _items(look, f) if by_item else _units(look, f)
    if f.open:
        # The entry in work stays until the next one comes, though it may be done already.
        keys = [k for k in keys if is_open(look, said, k, by_item)]
    if unsure_first:
        keys.sort(key=lambda k: not _unsure(look, k, by_item))
    return keys


def _unsure(look: Look, key: Key, by_item: bool) -> bool:
    if by_item:
        return look.of_item[key].unsure
    return any(p.unsure for p in look.of_unit.get(key, []))


def _items(look: Look, f: Filter) -> list[Key]:
    found = []
    for key, item in look.items.items():
        p = look.of_item[key]
        if (
            f.certificate in {"", key[0]}
            and f.level in {"", item.level}
            and (not f.course or f.course in look.item_courses[key])
            and f.action in {"", str(p.action)}
            and (p.unsure or not f.unsure)
            and f.finds(item.id, item.text, item.task, item.area)
        ):
            found.append(key)
    return found


def _units(look: Look, f: Filter) -> list[Key]:
    found = []
    for key, unit in look.units.items():
        items = look.unit_links[key]
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


def chosen_entry(
    look: Look, said: Said, keys: Sequence[Key], by_item: bool, wanted: Hashable
) -> Key:
    """Draw the list in pages; the entry chosen in it.

    Where a decision has just finished an entry, the list turns to the next open one by itself.
    """
    name = "compare_item" if by_item else "compare_unit"
    run = look.result.run.id
    context = (run, wanted)
    goto = st.session_state.pop("compare.goto", None)
    if goto is None and "compare.visited" not in st.session_state:
        goto = tuple(st.query_params.get("entry", "").split("|", 1))  # a link, or a reload
    st.session_state["compare.visited"] = True
    at = keys.index(goto) if goto in keys else None
    if at is not None:
        st.session_state[f"{name}.context"] = context
        st.session_state[f"{name}.page"] = at // PAGE
    shown = paged(keys, name, PAGE, context)
    # Another page or filter is another list: it begins at its first entry.
    key = f"{name}_{hash((context, shown[0]))}"
    if at is not None:
        st.session_state[key] = at % PAGE
    label, caption = (_item_label, _item_caption) if by_item else (_unit_label, _unit_caption)
    done = sum(not is_open(look, said, k, by_item) for k in keys)
    st.progress(done / len(keys), text=t("compare.done", done=done, total=len(keys)))
    with st.container(key="picker"):
        chosen = st.radio(
            t("compare.list"),
            range(len(shown)),
            format_func=lambda k: label(look, said, shown[k]) if k < len(shown) else "",
            captions=[caption(look, k) for k in shown],
            key=key,
            label_visibility="collapsed",
        )
    pager(keys, name, PAGE)
    found = shown[min(chosen or 0, len(shown) - 1)]
    in_address("entry", "|".join(found))
    return found


def next_open(look: Look, said: Said, keys: Sequence[Key], key: Key, by_item: bool) -> Key | None:
    """The next entry after this one that is still open, round the end; None when none is."""
    at = keys.index(key) if key in keys else 0
    around = [*keys[at + 1 :], *keys[:at]]
    return next((k for k in around if is_open(look, said, k, by_item)), None)


def _item_label(look: Look, said: Said, key: Key) -> str:
    item = look.items[key]
    return _done(look, said, key, True) + _plain(f"{item.number or item.id} {item.text}", 34)


def _item_caption(look: Look, key: Key) -> str:
    p = look.of_item[key]
    unsure = f" · {t('unsure')}" if p.unsure else ""
    return f"{level_name(look.items[key].level)} · {t(f'action.{p.action}')}{unsure}"


def _unit_label(look: Look, said: Said, key: Key) -> str:
    unit = look.units[key]
    return _done(look, said, key, False) + _plain(unit.task or unit.content, 34)


def _unit_caption(look: Look, key: Key) -> str:
    unit = look.units[key]
    return _plain(f"{unit.course} · {unit.section}" if unit.section else unit.course, 40)


def _done(look: Look, said: Said, key: Key, by_item: bool) -> str:
    return "" if is_open(look, said, key, by_item) else "✓ "


def _plain(text: str, limit: int) -> str:
    """One short line; signs that markdown would take for its own stand as themselves."""
    flat = " ".join(text.split())
    flat = flat if len(flat) <= limit else flat[: limit - 1] + "…"
    return "".join(f"\\{c}" if c in "\\`*_[]<>#$~:|{}" else c for c in flat)
