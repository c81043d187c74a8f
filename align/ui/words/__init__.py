"""Every word on the screens, in two languages with equal keys.

Documents stay in the language they are written in; so do the sentences made from them for the
plan (:mod:`align.ui.reasons` says the same in English).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import streamlit as st

from align.access import LOCAL
from align.decisions import Person
from align.plan.word import local_time
from align.records import Place
from align.ui.words.en import EN, FEATURES_EN, LEVELS_EN, STEPS_EN
from align.ui.words.zh import ZH

Language = Literal["zh", "en"]
LANGUAGES: dict[str, Language] = {"中文": "zh", "English": "en"}
TABLES: dict[Language, dict[str, str]] = {"zh": ZH, "en": EN}


def language() -> Language:
    """The language chosen in the sidebar."""
    # The address speaks until the switch itself has been drawn.
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return LANGUAGES.get(chosen or "", "zh")


def t(key: str, **values: object) -> str:
    """The words of a key, with values filled in; an unknown key is a fault of the program."""
    words = TABLES[language()][key]
    return words.format(**values) if values else words


def level_name(level: str) -> str:
    """``初级`` as it stands, in English with its meaning in front."""
    english = LEVELS_EN.get(level)
    return f"{english} {level}" if language() == "en" and english else level


def place_words(place: Place) -> str:
    """A place in a file, as a person would look for it."""
    if language() == "zh":
        return str(place)
    parts = []
    if place.page is not None:
        parts.append(f"page {place.page}")
    if place.sheet is not None:
        parts.append(f"sheet “{place.sheet}”")
    if place.table is not None:
        parts.append(f"table {place.table}")
    if place.row is not None:
        parts.append(f"row {place.row}")
    if place.paragraph is not None:
        parts.append(f"paragraph {place.paragraph}")
    if place.line is not None:
        parts.append(f"line {place.line}")
    return ", ".join(parts) or "whole file"


def feature_name(name: str) -> str:
    """What a feature of the matcher looks at."""
    from align.match import FEATURE_ZH  # the first screen needs no matcher

    return (FEATURE_ZH if language() == "zh" else FEATURES_EN).get(name, name)


def step_words(step: str) -> str:
    """A step that the pipeline reports (in Chinese)."""
    if language() == "en":
        for pattern, english in STEPS_EN:
            if found := re.fullmatch(pattern, step):
                return english.format(*found.groups())
    return step


def role_words(person: Person) -> str:
    """What a person is here: their role, or on a laptop, where one person does everything, that."""
    return t("role.local" if person.college_id == LOCAL else f"role.{person.role}")


def percent(share: float) -> str:
    """``0.856`` → ``86%``; what is not whole is never rounded to 0% or 100%."""
    rounded = round(share * 100)
    if share > 0 and rounded == 0:
        return "<1%"
    return ">99%" if share < 1 and rounded == 100 else f"{rounded}%"


def number(value: float | None) -> str:
    """``4.0`` → ``4``; ``—`` for None."""
    return "—" if value is None else f"{value:g}"


def clock(time: datetime, *, day: bool = False) -> str:
    """A time in Beijing, as the plan writes it: ``14:03`` (of today), or ``2026-11-22 14:03``.

    The same for every reader, whatever zone their browser names: a decision has one time.
    """
    return local_time(time) if day else local_time(time)[-5:]
