"""Filters above a list; their values stand in the address, so a link keeps them."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from align.records import Action, Certificate
from align.ui.look import Look
from align.ui.words import language, level_name, t


@dataclass(frozen=True, slots=True)
class Filter:
    """What is to be shown; an empty value lets everything through."""

    certificate: str = ""
    level: str = ""
    course: str = ""
    action: str = ""
    unsure: bool = False
    text: str = ""
    open: bool = False

    def finds(self, *texts: str) -> bool:
        """Whether the searched words stand in one of the texts."""
        wanted = self.text.strip().casefold()
        return not wanted or any(wanted in text.casefold() for text in texts)


def pick_certificate(look: Look, key: str = "cert") -> Certificate:
    """The certificate to look at; asked only where there are several."""
    found = list(look.certificates.values())
    if len(found) == 1:
        return found[0]
    names = {c.id: c.name for c in found}
    chosen = st.selectbox(
        t("pick.certificate"), list(names), format_func=names.__getitem__, key=key
    )
    return look.certificates[chosen or found[0].id]


def switches(page: str) -> tuple[bool, bool]:
    """The two switches of a page: only what is unsure, only what is still open."""
    # Together, so that on a narrow screen not one alone falls to the next line.
    with st.container(horizontal=True, width="content", gap="medium"):
        return switch("pick.unsure", f"{page}_unsure"), switch("pick.open", f"{page}_open")


def filter_bar(look: Look, page: str, on: tuple[bool, bool], *, actions: bool = True) -> Filter:
    """The row of filters of a page.

    Parameters
    ----------
    page : str
        Prefix of the filters' names, so that each page keeps its own.
    on : (bool, bool)
        What :func:`switches` gave.
    actions : bool
        Whether to ask for the action; a page with its own way to choose one does not.
    """
    certificate, text = "", ""
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"{page}-filters"):
        if len(look.certificates) > 1:
            certificate = _choice(
                "pick.certificate",
                {"": t("all"), **{c.id: c.name for c in look.certificates.values()}},
                f"{page}_cert",
                260,
            )
        levels = dict.fromkeys(
            level
            for c in look.certificates.values()
            if certificate in {"", c.id}
            for level in c.levels
        )
        level = _choice(
            "pick.level",
            {"": t("any.level"), **{x: level_name(x) for x in levels}},
            f"{page}_level",
            145,
        )
        course = _choice(
            "pick.course",
            {"": t("any.course"), **{c.id: c.name for c in look.courses.values()}},
            f"{page}_course",
            215,
        )
        action = ""
        if actions:
            action = _choice(
                "pick.action",
                {"": t("any.action"), **{str(a): t(f"action.{a}") for a in Action}},
                f"{page}_action",
                135,
            )
        text = st.text_input(
            t("pick.search"),
            value=first_in_address(f"{page}_text"),
            key=f"{page}_text",
            placeholder=t("pick.search_hint"),
            persist_state="session",
            width=150,
        )
        in_address(f"{page}_text", text or "")
    unsure, still_open = on
    return Filter(certificate, level, course, action, unsure, text or "", still_open)


def switch(label: str, key: str) -> bool:
    """A toggle whose state outlives a change of page and stands in the address."""
    on = st.toggle(
        t(label),
        value=first_in_address(key) == "1",
        key=key,
        persist_state="session",
        width="content",
    )
    in_address(key, "1" if on else "")
    return on


def first_in_address(key: str) -> str:
    """What the address said when this session began; later the widget itself knows."""
    return str(st.session_state.setdefault(f"{key}.first", st.query_params.get(key, "")))


def _choice(label: str, options: dict[str, str], key: str, width: int) -> str:
    """One drop-down; its value outlives a change of page, of language or of the options."""
    keys = list(options)
    before = st.session_state.get(f"{key}.kept", st.query_params.get(key, ""))
    chosen = st.selectbox(
        t(label),
        keys,
        index=keys.index(before) if before in options else 0,
        format_func=lambda k: options.get(k, k),
        # The browser keeps the words of an option, so another language is another widget.
        key=f"{key}_{language()}",
        placeholder=t("pick.none"),
        width=width,
    )
    st.session_state[f"{key}.kept"] = chosen or ""
    in_address(key, chosen or "")
    return chosen or ""


def in_address(key: str, value: str) -> None:
    """Let the address keep a value, so that a link or a reload comes back to it."""
    if st.query_params.get(key, "") == value:
        return
    if value:
        st.query_params[key] = value
    else:
        del st.query_params[key]
