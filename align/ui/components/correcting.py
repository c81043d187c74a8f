"""Putting right what was read, before it is compared; each correction can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast

import streamlit as st

from align.decisions import Correction
from align.records import Certificate, Course
from align.ui.components import html
from align.ui.words import language, level_name, t

Kind = Literal["rename-unit", "merge-units", "level", "drop-unit", "drop-item"]
_OF_COURSE = ("rename-unit", "merge-units", "drop-unit")
_OF_CERTIFICATE = ("level", "drop-item")


def course(found: Course, name: str) -> Correction | None:
    """Ask for a correction of a course; None until one is given."""
    units = {u.id: " / ".join(x for x in (u.section, u.task or u.content) if x)[:60]
             for u in found.units}  # fmt: skip
    if not units:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = _pick("correct.unit", units, f"{name}.unit", 300)
        kind = _kind(_OF_COURSE, f"{name}.kind")
        value = ""
        if kind == "rename-unit":
            value = st.text_input(t("correct.name"), key=f"{name}.value", width=240) or ""
        elif kind == "merge-units":
            others = {k: v for k, v in units.items() if k != unit}
            value = _pick("correct.into", others, f"{name}.into", 300) if others else ""
        ready = bool(value.strip()) or kind == "drop-unit"
        if st.button(t("correct.add"), key=f"{name}.add", disabled=not ready):
            return Correction(cast(Kind, kind), (found.id, unit), value.strip())
    return None


def certificate(found: Certificate, name: str) -> Correction | None:
    """Ask for a correction of a certificate; None until one is given."""
    items = {i.id: f"{level_name(i.level)} {i.number} {i.text}"[:60] for i in found.competencies}
    if not items:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        item = _pick("correct.item", items, f"{name}.item", 300)
        kind = _kind(_OF_CERTIFICATE, f"{name}.kind")
        value = ""
        if kind == "level":
            value = _pick("pick.level", {x: level_name(x) for x in found.levels},
                          f"{name}.level", 160)  # fmt: skip
        if st.button(t("correct.add"), key=f"{name}.add"):
            return Correction(cast(Kind, kind), (found.id, item), value)
    return None


def _pick(label: str, options: dict[str, str], key: str, width: int) -> str:
    chosen = st.selectbox(
        t(label), list(options), format_func=lambda k: options.get(k, k),
        key=f"{key}.{language()}", width=width,
    )  # fmt: skip
    return chosen or ""


def _kind(kinds: Sequence[str], key: str) -> str:
    return _pick("correct.kind", {k: t(f"correct.{k}") for k in kinds}, key, 170)


def listed(given: Sequence[Correction], key: str) -> Correction | None:
    """The corrections so far; the one to be taken back, when a person asks for that."""
    for k, c in enumerate(given):
        with st.container(horizontal=True, vertical_alignment="center"):
            value = f" → {c.value}" if c.value else ""
            words = f"{t(f'correct.{c.kind}')}{t('colon')}{c.target[0]} · {c.target[1]}{value}"
            html.show(f'<span class="al-word">{html.esc(words)}</span>')
            if st.button(t("decide.undo"), key=f"{key}.{k}", type="tertiary",
                         icon=":material/undo:"):  # fmt: skip
                return c
    return None
