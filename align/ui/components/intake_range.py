"""Range and depth of an integration: which courses and certificates, up to which level.

A file may hold several courses or certificates: each can be taken or left by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from align.access import allowed
from align.decisions import Workspace
from align.programmes import CERTIFICATE
from align.ui import wiring
from align.ui.intake import Given
from align.ui.words import language, level_name, t


@dataclass(frozen=True, slots=True)
class Range:
    """What a person chose."""

    name: str
    programme: str
    levels: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    reviewers: int = 1

    @classmethod
    def of(cls, found: Workspace) -> Range:
        """How a workspace is now."""
        return cls(found.name, found.programme, found.levels, found.leave_out, found.reviewers)


def ask_range(
    files: Sequence[Given],
    key: str,
    *,
    name: str = "",
    before: Range | None = None,
    rename: bool = True,
) -> Range:
    """The form; nothing is written by it."""
    readings = [f.file.reading for f in files if f.file.reading is not None]
    courses = list(dict.fromkeys(c.name for r in readings for c in r.courses))
    levels = list(dict.fromkeys(x for r in readings for c in r.certificates for x in c.levels))
    programme = before.programme if before else ""
    if rename:
        left, right = st.columns(2)
        name = left.text_input(t("range.name"), value=name, key=f"range.name.{key}",
                               placeholder=t("range.name_hint"), max_chars=80) or ""  # fmt: skip
        programme = right.text_input(t("range.programme"), key=f"range.programme.{key}",
                                     placeholder=t("range.programme_hint"),
                                     max_chars=80) or ""  # fmt: skip
    left, right = st.columns(2)
    known = before or Range("", "")
    chosen = left.multiselect(
        t("range.levels"), levels, default=[x for x in known.levels if x in levels],
        format_func=level_name, key=f"range.levels.{key}.{language()}",
        placeholder=t("range.levels_all"), help=t("range.levels_help"),
    )  # fmt: skip
    certificates = list(dict.fromkeys(c.name for r in readings for c in r.certificates))
    without = {CERTIFICATE + name for name in certificates}
    before_out = [x for x in known.leave_out if x not in without]
    others = [x for x in before_out if x not in courses]
    left_out = right.multiselect(
        t("range.leave_out"), [*courses, *others], default=before_out,
        key=f"range.leave_out.{key}.{language()}", placeholder=t("intake.none"),
    )  # fmt: skip
    # Written in the order of the files, as before: the same range is the same workspace.
    left_out = [*left_out, *_certificates_left(certificates, known.leave_out, key)]
    if set(left_out) == set(known.leave_out):
        left_out = list(known.leave_out)
    may = allowed(wiring.who(), "assign", wiring.who().college_id)
    reviewers = st.radio(
        t("range.reviewers"), [1, 2], index=known.reviewers - 1,
        format_func=lambda n: t(f"range.reviewers_{n}"), key=f"range.reviewers.{key}",
        horizontal=True, disabled=not may,
    )  # fmt: skip
    return Range(name.strip(), programme.strip(), tuple(chosen), tuple(left_out), reviewers or 1)


def _certificates_left(names: Sequence[str], before: Sequence[str], key: str) -> list[str]:
    """The certificates that are not to be compared; asked only where there are several."""
    if len(names) < 2:
        return [CERTIFICATE + x for x in names if CERTIFICATE + x in before]
    taken = [x for x in names if CERTIFICATE + x not in before]
    chosen = st.multiselect(
        t("range.certificates"), names, default=taken if len(taken) < len(names) else [],
        key=f"range.certificates.{key}.{language()}", placeholder=t("range.certificates_all"),
        help=t("range.certificates_help"),
    )  # fmt: skip
    return [CERTIFICATE + x for x in names if chosen and x not in chosen]
