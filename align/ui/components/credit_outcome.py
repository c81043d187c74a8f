"""学分转换: what the approved rules make of accounts, as a table and as files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from align.credit import BY_NAME, RuleSet
from align.export.learners import HEAD, conversion_docx, rows, table_csv, table_xlsx
from align.learner import Conversion, Entry, Exempted, LearningResult, Refused, convert
from align.plan.word import today
from align.store import LearnerConversion
from align.ui import wiring
from align.ui.components import html
from align.ui.components.credit_versions import name_of, values
from align.ui.words import language, number, t

_OFFICE = "application/vnd.openxmlformats-officedocument."
_TITLE = "学习成果转换结果"
_WITH_A_DAY = {"expired", "undated"}  # reasons that may do without


def converted(
    mine: list[LearningResult],
    rules: RuleSet,
    directory: list[Entry],
    total: float | None,
    earlier: Sequence[LearnerConversion],
    pick: int = 0,
) -> Conversion:
    """One learner's results under the approved rules, today."""
    return convert(
        mine,
        wiring.store().conversions(wiring.who()),
        {e.id: e for e in directory},
        rules,
        today=today(),
        programme_credits=total,
        earlier=[e for c in earlier for e in c.exempted],
        pick=pick,
    )


def outcome(
    done: list[Conversion], held: list[LearningResult], rules: RuleSet, *, alone: bool = False
) -> None:
    """Exempted courses with their rule, or the reason why not; as a table and as files.

    Parameters
    ----------
    alone : bool
        In one person's account, where the number stands above the table already.
    """
    lines = rows(done, held)
    shown = [[number(x) if isinstance(x, float) else str(x or "") for x in line] for line in lines]
    if language() == "en":
        _in_english(shown, done)
    for line in shown:  # a screen is narrower than a sheet: what belongs together in one cell
        level, rule, why, to_committee = line[6:]
        line[5:] = [
            f"{line[5]} {level}".strip(),
            " · ".join(x for x in (rule, why, _passed_on(to_committee)) if x),
        ]
    kept = [k for k in (*range(6), 8) if k or not alone]
    heads = [t(f"learn.head_{k}") for k in kept]
    cells = [
        [
            html.whole([x]) if head in {t("learn.head_2"), t("learn.head_5")} else html.esc(x)
            for head, x in zip(heads, line[-len(kept) :], strict=True)
        ]
        for line in shown
    ]
    html.show(html.table(heads, cells, [heads.index(t(f"learn.head_{k}")) for k in (0, 1, 3, 4)
                                        if k in kept]))  # fmt: skip
    credits = sum(c.credits for c in done)
    told = t("learn.total", n=len(done), credits=f"{credits:g}")
    html.show(f'<p class="al-saved">{html.esc(told)}</p>')
    ties = sum(bool(c.choices) for c in done)
    if ties and len(done) > 1:
        html.show(f'<p class="al-note">{html.esc(t("learn.ties", n=ties))}</p>')
    mark = f"{today().isoformat()}；规则版本 {rules.version}"
    with st.container(horizontal=True):
        for kind, mime, make in (
            ("csv", "text/csv", partial(table_csv, HEAD, lines)),
            ("xlsx", _OFFICE + "spreadsheetml.sheet",
             partial(table_xlsx, _TITLE, mark, HEAD, lines)),
            ("docx", _OFFICE + "wordprocessingml.document",
             partial(conversion_docx, done, held, _TITLE, mark)),
        ):  # fmt: skip
            st.download_button(
                t(f"learn.as_{kind}"), make, file_name=f"转换结果.{kind}", mime=mime,
                key=f"learn.{kind}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip


def _why(one: Refused) -> str:
    """The reason with its values, as the Chinese line has them."""
    known = BY_NAME.get(one.reason)
    if known:
        return name_of(known) + values(one.reason, one.figures)
    bare = "_bare" if one.reason in _WITH_A_DAY and not one.figures else ""
    first, second = (*one.figures, "", "")[:2]
    return t(f"why.{one.reason}{bare}", a=first or "…", b=second or "…")


def _passed_on(to_committee: str) -> str:
    """The Chinese reason says already that the committee decides."""
    return t("learn.head_9") if to_committee and language() == "en" else ""


def _in_english(shown: list[list[str]], done: list[Conversion]) -> None:
    """The verdict and the reason of each line, in the order in which the lines were made."""
    told: list[Exempted | Refused] = []
    for c in done:
        told += [*c.exempted, *c.refused]
    for line, one in zip(shown, told, strict=True):
        line[1] = t("learn.yes" if isinstance(one, Exempted) else "learn.no")
        if isinstance(one, Exempted):
            line[7] = t("learn.rule", version=one.rule.version, approved=one.rule.approved)
            line[8] = line[8].replace("依据：", "")
        else:
            line[8] = _why(one)
            line[9] = t("learn.to_committee") if one.to_committee else ""
