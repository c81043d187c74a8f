"""学分转换: what each certificate could replace, the exact choice, and the committee's list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from align.access import allowed
from align.credit import BY_NAME, Block, Candidate, RuleSet
from align.learner import Entry
from align.ui import credit, wiring
from align.ui.components import html
from align.ui.components.credit_agreed import agreement
from align.ui.components.credit_list import conversions
from align.ui.components.credit_versions import name_of
from align.ui.components.pager import paged, pager
from align.ui.credit import Judged
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, level_name, number, percent, t

_PAGE = 12


def candidates(
    look: Look, said: Said, rules: RuleSet, directory: list[Entry], total: float | None
) -> None:
    """The committee's agreement, the choice under the caps, and every candidate."""
    approved = agreement(look, said)
    judged = credit.judge(look, rules, approved, directory, total)
    _choice(said, judged, approved, directory)
    _list(judged)
    conversions(said, directory)


def _choice(
    said: Said,
    judged: Judged,
    approved: Mapping[tuple[str, str], str],
    directory: list[Entry],
) -> None:
    html.section(t("cand.choice"), t("cand.choice_note"))
    by_key = {c.key: c for c in judged.found}
    choices = judged.choices
    if not choices[0].taken:
        html.show(f'<p class="al-note">{html.esc(t("cand.nothing"))}</p>')
        return
    picked = 0
    if len(choices) > 1:
        told = t("cand.more_ties" if judged.chosen.more_ties else "cand.ties", n=len(choices))
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')
        options = list(range(len(choices)))
        picked = st.radio(
            t("cand.pick"), options, key=f"cand.pick.{said.workspace.id}.{language()}",
            format_func=lambda k: _label(k, [by_key[x] for x in choices[k].taken]),
        ) or 0  # fmt: skip
    best = choices[picked]
    rows = [
        [
            html.esc(c.certificate), html.esc(level_name(c.level)), html.esc(f"《{c.course}》"),
            html.esc(_credits(c)), html.esc(number(c.grade)), percent(c.share),
        ]
        for c in (by_key[k] for k in best.taken)
    ]  # fmt: skip
    heads = [t("pick.certificate"), t("pick.level"), t("pick.course"), t("cand.credits"),
             t("cand.grade"), t("cand.share")]  # fmt: skip
    html.show(html.table(heads, rows, (1, 3, 4, 5)))
    told = t("cand.total", n=len(best.taken), credits=f"{best.credits:g}")
    html.show(f'<p class="al-saved">{html.esc(told)}</p>')
    made = credit.rules_of(judged, best, approved, directory)
    if len(made) < len(best.taken):
        missing = dict.fromkeys(
            by_key[k].certificate for k in best.taken
            if credit.entry_of(by_key[k].certificate, directory) is None
        )  # fmt: skip
        words = t("cand.no_entry", names=t("comma").join(missing))
        html.show(f'<div class="al-draft">{html.esc(words)}</div>')
    if not allowed(said.person, "convert", said.workspace.college_id):
        st.info(t("cand.not_you"))
        return
    listed = wiring.store().conversions(said.person, workspace_id=said.workspace.id)
    known = {replace(r, id="", version=1, approved="") for r in listed}
    if made and set(made) <= known:
        html.show(f'<p class="al-note">{html.esc(t("cand.listed"))}</p>')
        return
    if st.button(t("cand.approve"), key="cand.approve", type="primary", disabled=not made):
        kept = wiring.store().approve_conversions(wiring.who(), said.workspace.id, made)
        st.session_state["credit.told"] = t("cand.approved", n=len(kept))
        st.rerun()


def _label(k: int, taken: list[Candidate]) -> str:
    """A choice in words, never equal to another's: the browser tells options by their words."""
    several = len({c.certificate_id for c in taken}) > 1
    names = (f"{c.course}（{c.certificate + ' ' if several else ''}{c.level}）" for c in taken)
    return f"{k + 1}. {t('comma').join(names)}"


def _list(judged: Judged) -> None:
    html.section(t("cand.title"), t("cand.title_note"))
    taken = set(judged.chosen.best.taken)
    rows = []
    for c in paged(judged.found, "cand.list", _PAGE, len(judged.found)):
        blocks = judged.chosen.refused.get(c.key, ())
        state = html.tag(t("cand.taken"), kind="al-full") if c.key in taken else ""
        rows.append(
            [
                f"{html.esc(level_name(c.level))} → {html.esc(f'《{c.course}》')}"
                + f"<br><small>{html.esc(' · '.join(x for x in (c.nature, c.category) if x))}"
                "</small>",
                html.probability(c.share),
                percent(c.unit_share),
                html.esc(_credits(c)),
                _open(c),
                state + "<br>".join(map(_block, blocks)),
            ]
        )  # fmt: skip
    heads = [t("cand.what"), t("cand.by_hours"), t("cand.by_units"),
             t("cand.credits"), t("cand.open"), t("cand.blocks")]  # fmt: skip
    html.show(html.table(heads, rows, (1, 2, 3)))
    if len(judged.found) > _PAGE:
        pager(judged.found, "cand.list", _PAGE)


def _open(c: Candidate) -> str:
    if not c.open_units:
        return html.esc(t("cand.all_covered"))
    lines = "".join(f"<li>{html.esc(u.task or u.content[:40])}</li>" for u in c.open_units)
    return f"<details><summary>{t('cand.open_n', n=len(c.open_units))}</summary>" \
           f'<ul class="al-history">{lines}</ul></details>'  # fmt: skip


def _block(b: Block) -> str:
    """Which rule, and by how much; the rules' sentences stay in the language of the plan."""
    if language() == "zh":
        return html.esc(b.words)
    known = BY_NAME.get(b.rule)
    told = name_of(known) if known else t(f"block.{b.rule}")
    if b.got is not None and b.limit is not None:
        shares = b.rule == "candidate-share"
        told += f" ({b.got:.1%} / {b.limit:.0%})" if shares else f" ({b.got:.4g} / {b.limit:.4g})"
    return html.esc(told)


def _credits(c: Candidate) -> str:
    return number(c.credits) + (f" {t('cand.derived')}" if c.derived else "")
