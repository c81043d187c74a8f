"""学分转换: signing conversions step by step, as the college's approval chain asks."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.access import LOCAL, allowed
from align.credit import RuleSet, Step
from align.learner import Signature, signers_of
from align.store import ConversionVersion
from align.ui import wiring
from align.ui.components import html
from align.ui.said import Said
from align.ui.words import clock, language, level_name, t
from align.ui.words.rules_en import SIGNERS_EN


def newest(made: Sequence[ConversionVersion]) -> list[ConversionVersion]:
    """The last version of each conversion, those withdrawn left out."""
    latest = {(v.rule.entry_id, v.rule.level, v.rule.course_id): v for v in made}
    return [v for v in latest.values() if not v.withdrawn]


def under_way(made: Sequence[ConversionVersion]) -> list[ConversionVersion]:
    """Those that some step has still to sign."""
    return [v for v in newest(made) if not v.signing.complete]


def chain(
    said: Said, rules: RuleSet, made: Sequence[ConversionVersion], names: dict[str, str]
) -> None:
    """Who has signed and whose turn it is; signing, and taking one's signature back."""
    found = [v for v in newest(made) if v.signing.steps]
    if not rules.chain and not found:
        return
    html.section(t("chain.title"), t("chain.note"))
    if said.workspace.college_id == LOCAL:
        html.show(f'<div class="al-draft">{html.esc(t("chain.laptop"))}</div>')
    if rules.chain and any(v.in_force and not v.signing.steps for v in made):
        html.show(f'<p class="al-note">{html.esc(t("chain.older"))}</p>')
    if not found:
        told = t("chain.none", chain=" → ".join(map(_named, rules.chain)))
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
        return
    rows = [
        [
            html.esc(_what(v, names)), str(v.rule.version), _steps(v),
            html.tag(t("chain.whole"), kind="al-full") if v.signing.complete
            else html.tag(t("chain.open")),
        ]
        for v in sorted(found, key=lambda v: v.signing.complete)
    ]  # fmt: skip
    heads = [t("chain.what"), t("version.number"), t("chain.steps"), t("centre.col_state")]
    html.show(html.table(heads, rows, (1, 3)))
    if allowed(said.person, "sign", said.workspace.college_id):
        n = sum(len(v.signing.words) for v in made)
        _sign(said, [v for v in found if v.signing.open_to(said.person)], names, n)
        own = [v for v in found if any(s.by == said.person.id for s in v.signing.standing)]
        _take_back(own, names, n)
    _history(found, names)


def _what(v: ConversionVersion, names: dict[str, str]) -> str:
    entry = names.get(v.rule.entry_id, v.rule.entry_id)
    return f"{entry} {level_name(v.rule.level)}".strip() + f" → 《{v.rule.course}》"


def _named(step: Step) -> str:
    words = signers_of(step)
    if language() == "en":
        words = tuple(SIGNERS_EN.get(x, x) for x in words)
    told = t("comma").join(words)
    return step.name if told == step.name else t("chain.step", name=step.name, who=told)


def _steps(v: ConversionVersion) -> str:
    """Each step in its order: signed by whom and when, whose turn it is, or still to come."""
    lines = []
    for k, step in enumerate(v.signing.steps):
        if k < len(v.signing.standing):
            s = v.signing.standing[k]
            told = f"✓ {html.esc(step.name)} {_by(s)}"
            told += f" · {html.esc(s.note)}" if s.note else ""
        elif step is v.signing.turn:
            told = f"<b>{html.esc(t('chain.turn', step=_named(step)))}</b>"
        else:
            told = f"<small>{html.esc(_named(step))}</small>"
        lines.append(f"{k + 1}. {told}")
    return "<br>".join(lines)


def _by(s: Signature) -> str:
    return f"{html.esc(s.by_name or t('decide.erased'))} {clock(s.time, day=True)}"


def _sign(said: Said, mine: list[ConversionVersion], names: dict[str, str], n: int) -> None:
    if not mine:
        told = t("chain.not_your_turn")
        html.show(f'<p class="al-note">{html.esc(told)}</p>')
        return
    by_id = {v.rule.id: v for v in mine}
    chosen = st.multiselect(
        t("chain.which"), list(by_id), default=list(by_id),
        key=f"chain.which.{said.workspace.id}.{n}.{language()}",
        format_func=lambda k: _what(by_id[k], names) if k in by_id else k,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(t("chain.remark"), key=f"chain.note.{n}", max_chars=1000)
        pressed = st.button(t("chain.do"), key="chain.do", type="primary", disabled=not chosen)
    if pressed:
        steps = [(k, len(by_id[k].signing.standing)) for k in chosen]
        wiring.store().sign_conversions(wiring.who(), steps, (note or "").strip())
        st.session_state["credit.told"] = t("chain.done", n=len(steps))
        st.rerun()


def _take_back(own: list[ConversionVersion], names: dict[str, str], n: int) -> None:
    if not own:
        return
    by_id = {v.rule.id: v for v in own}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("chain.back_which"), list(by_id), key=f"chain.back.{n}.{language()}", width=360,
            format_func=lambda k: _what(by_id[k], names) if k in by_id else k,
        )  # fmt: skip
        reason = st.text_input(t("tune.reason"), key=f"chain.back.reason.{n}", max_chars=1000)
        pressed = st.button(t("chain.back"), key="chain.back")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed and chosen:
        wiring.store().withdraw_signature(wiring.who(), chosen, (reason or "").strip())
        st.session_state["credit.told"] = t("chain.taken_back")
        st.rerun()


def _history(found: list[ConversionVersion], names: dict[str, str]) -> None:
    every = [(s, v) for v in found for s in v.signing.words]
    if not every:
        return
    items = "".join(
        f"<li>{clock(s.time, day=True)} {html.esc(s.by_name or t('decide.erased'))} "
        + html.esc(t("chain.was_signed" if s.signed else "chain.was_taken_back",
                     step=v.signing.steps[s.step].name, what=_what(v, names)))
        + (f" · {html.esc(s.note)}" if s.note else "") + "</li>"
        for s, v in sorted(every, key=lambda x: x[0].time, reverse=True)
    )  # fmt: skip
    html.show(
        f"<details><summary>{html.esc(t('chain.history', n=len(every)))}</summary>"
        f'<ul class="al-history">{items}</ul></details>'
    )


__all__ = ["chain", "newest", "under_way"]
