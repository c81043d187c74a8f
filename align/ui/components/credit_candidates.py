"""学分转换: what each certificate could replace, the exact choice, and the committee's list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from align.access import allowed
from align.credit import Candidate, RuleSet
from align.learner import ConversionRule, Entry, entry_of
from align.store import ConversionVersion
from align.ui import credit, wiring
from align.ui.components import html
from align.ui.components.credit_agreed import agreement
from align.ui.components.credit_chain import under_way
from align.ui.components.credit_list import conversions
from align.ui.components.credit_versions import against
from align.ui.components.pager import paged, pager
from align.ui.credit import Judged
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, level_name, number, percent, t

_PAGE = 12
_RADIOS = 6  # more choices than these are a list to open
NOT_AGREED = "not-approved"  # the rule of a candidate that the committee has yet to agree to


def candidates(
    look: Look, said: Said, rules: RuleSet, directory: list[Entry], total: float | None
) -> None:
    """The committee's agreement, the choice under the caps, and every candidate."""
    approved = agreement(look, said)
    judged = credit.judge(look, rules, approved, directory, total)
    _choice(said, judged, approved, directory, rules)
    _list(judged)
    conversions(said, directory, rules)


def _choice(
    said: Said,
    judged: Judged,
    approved: Mapping[tuple[str, str], str],
    directory: list[Entry],
    rules: RuleSet,
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
        key = f"cand.pick.{said.workspace.id}.{language()}"

        def label(k: int) -> str:
            return _label(k, [by_key[x] for x in choices[k].taken])

        if len(options) <= _RADIOS:
            picked = st.radio(t("cand.pick"), options, format_func=label, key=key) or 0
        else:
            picked = st.selectbox(t("cand.pick"), options, format_func=label, key=key) or 0
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
            if entry_of(by_key[k].certificate, directory) is None
        )  # fmt: skip
        words = t("cand.no_entry", names=t("comma").join(missing))
        html.show(f'<div class="al-draft">{html.esc(words)}</div>')
    if not allowed(said.person, "convert", said.workspace.college_id):
        st.info(t("cand.not_you"))
        return
    listed = wiring.store().conversion_versions(said.person, workspace_id=said.workspace.id)
    waiting = [v for v in under_way(listed) if v.signing.steps == rules.chain]
    made = _valid(said, made, [v for v in listed if v.in_force] + waiting)
    if made and set(made) <= _bare([v for v in listed if v.in_force] + waiting):
        told = "cand.submitted" if set(made) & _bare(waiting) else "cand.listed"
        html.show(f'<p class="al-note">{html.esc(t(told))}</p>')
        return
    words = t("cand.submit" if rules.chain else "cand.approve")
    if st.button(words, key="cand.approve", type="primary", disabled=not made):
        kept = wiring.store().approve_conversions(wiring.who(), said.workspace.id, made)
        told = "cand.submitted_now" if rules.chain else "cand.approved"
        st.session_state["credit.told"] = t(told, n=len(kept))
        st.rerun()


def _valid(
    said: Said, made: list[ConversionRule], listed: list[ConversionVersion]
) -> list[ConversionRule]:
    """The rules with the days they hold, which the committee may give; as listed at first."""
    if not made:
        return made
    wanted = {(r.entry_id, r.level, r.course_id) for r in made}
    spans = {
        (v.rule.valid_from, v.rule.valid_to) for v in listed
        if (v.rule.entry_id, v.rule.level, v.rule.course_id) in wanted
    }  # fmt: skip
    first, last = spans.pop() if len(spans) == 1 else (None, None)
    with st.container(horizontal=True):
        key = f"{said.workspace.id}.{first}.{last}"
        start = st.date_input(
            t("conv.valid_from"), value=first, key=f"conv.from.{key}", format="YYYY-MM-DD",
            width=220,
        )  # fmt: skip
        end = st.date_input(
            t("conv.valid_to"), value=last, key=f"conv.to.{key}", format="YYYY-MM-DD", width=220
        )
    return [replace(r, valid_from=start, valid_to=end) for r in made]


def _bare(listed: list[ConversionVersion]) -> set[ConversionRule]:
    """Rules without what the store adds, to be compared with a choice."""
    return {replace(v.rule, id="", version=1, approved="") for v in listed}


def _label(k: int, taken: list[Candidate]) -> str:
    """A choice in words, never equal to another's: the browser tells options by their words."""
    several = len({c.certificate_id for c in taken}) > 1
    names = (
        f"{c.course}（{c.certificate + ' ' if several else ''}{c.level} {percent(c.share)}）"
        for c in taken
    )
    return f"{k + 1}. {t('comma').join(names)}"


def _list(judged: Judged) -> None:
    html.section(t("cand.title"), t("cand.title_note"))
    taken, refused = set(judged.chosen.best.taken), judged.chosen.refused
    # What is covered best stands first: that is what the committee will ask about.
    found = sorted(judged.found, key=lambda c: (c.key not in taken, -c.share))
    waiting = [c for c in found if any(b.rule == NOT_AGREED for b in refused.get(c.key, ()))]
    once = len(waiting) > 1  # one reason for many is said once, not row by row
    if once:
        told = t("cand.not_agreed", n=len(waiting), all=len(found))
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
    rows = []
    for c in paged(found, "cand.list", _PAGE, len(found)):
        blocks = [b for b in refused.get(c.key, ()) if not (once and b.rule == NOT_AGREED)]
        state = html.tag(t("cand.taken"), kind="al-full") if c.key in taken else ""
        rows.append(
            [
                f'<div style="min-width:11rem">{html.esc(level_name(c.level))} → '
                + html.esc(f"《{c.course}》 ")
                + f'<small class="al-keep">{html.esc(_kinds(c))}</small>'
                + "</div>",
                html.probability(c.share),
                percent(c.unit_share),
                html.esc(_credits(c)),
                _open(c),
                state + "<br>".join(html.esc(against(b)) for b in blocks),
            ]
        )  # fmt: skip
    heads = [t("cand.what"), t("cand.by_hours"), t("cand.by_units"),
             t("cand.credits"), t("cand.open"),
             t("cand.blocks_more" if once else "cand.blocks")]  # fmt: skip
    if once and not any(row[-1] for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    html.show(html.table(heads, rows, (1, 2, 3)))
    if len(found) > _PAGE:
        pager(found, "cand.list", _PAGE)


def _open(c: Candidate) -> str:
    if not c.open_units:
        return html.esc(t("cand.all_covered"))
    lines = "".join(f"<li>{html.esc(u.task or u.content[:40])}</li>" for u in c.open_units)
    return f"<details><summary>{t('cand.open_n', n=len(c.open_units))}</summary>" \
           f'<ul class="al-history">{lines}</ul></details>'  # fmt: skip


def _credits(c: Candidate) -> str:
    return number(c.credits) + (f" {t('cand.derived')}" if c.derived else "")


def _kinds(c: Candidate) -> str:
    return " · ".join(x for x in (c.nature, c.category) if x)
