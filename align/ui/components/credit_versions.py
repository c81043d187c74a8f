"""学分转换: the versions of the rules, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from align.credit import BY_NAME, RULES, Block, Rule, RuleSet
from align.decisions import Workspace
from align.ui import wiring
from align.ui.components import html
from align.ui.words import clock, language, t


def name_of(rule: Rule) -> str:
    """The rule's name in the language of the screens."""
    return rule.zh if language() == "zh" else rule.en[:1].upper() + rule.en[1:]


def against(b: Block) -> str:
    """Which rule blocks, and by how much; the rules' own sentences are Chinese."""
    if language() == "zh":
        return b.words
    known = BY_NAME.get(b.rule)
    told = name_of(known) if known else t(f"block.{b.rule}")
    if b.got is not None and b.limit is not None:
        shares = b.rule == "candidate-share"
        told += f" ({b.got:.1%} / {b.limit:.0%})" if shares else f" ({b.got:.4g} / {b.limit:.4g})"
    return told + values(b.rule, b.figures)


def values(rule: str, figures: Sequence[str]) -> str:
    """The values of a cap in words; "" where its name says all."""
    if not figures:
        return ""
    first, *more = figures
    if rule == "credit-difference":
        return t("cap.between", low=first, high=more[0])
    if rule == "once-at-highest":
        return t("cap.one_of" if more else "cap.highest", which=first)
    return t("cap.most", most=first) + (t("cap.used", used=more[0]) if more else "")


def versions(space: Workspace, scope: str, may: bool) -> None:
    """Every version of a scope, newest first."""
    found = wiring.store().rules_versions(wiring.who(), space.college_id, scope or None)
    html.section(t("rule.versions"), t("version.note"))
    if not found:
        html.show(f'<p class="al-note">{html.esc(t("rule.none"))}</p>')
        return
    rows = []
    for k, v in reversed(list(enumerate(found))):
        on = [name_of(r) for r in RULES if v.values is not None and r.name in v.values]
        mark = " " + html.tag(t("version.in_force")) if k == len(found) - 1 else ""
        names = t("rule.follows") if v.values is None else t("comma").join(on) or t("rule.all_off")
        rows.append(
            [
                str(k + 1), clock(v.time, day=True), html.esc(v.author_name or t("decide.erased")),
                html.esc(names), html.esc(v.reason) + mark,
            ]
        )  # fmt: skip
    heads = [t(f"version.{x}") for x in ("number", "time", "author")]
    html.show(html.table([*heads, t("rule.on"), t("version.reason")], rows, (0, 1, 2)))
    if not may:
        return
    options = [*range(len(found) - 1, 0, -1), 0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("version.back_to"), options, key=f"rule.back.{scope}.{len(found)}.{language()}",
            format_func=lambda k: t("version.nth", k=k) if k else t("version.before_first"),
            width=220,
        )  # fmt: skip
        reason = st.text_input(
            t("tune.reason"), key=f"rule.back.reason.{scope}.{len(found)}", max_chars=1000,
            placeholder=t("version.reason_hint"),
        )  # fmt: skip
        pressed = st.button(t("version.back"), key="rule.back")
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed:
        values = found[chosen - 1].values if chosen else None if scope else {}
        wiring.store().save_rules(
            wiring.who(), space.college_id, scope or None, values, (reason or "").strip(),
            check=RuleSet,
        )  # fmt: skip
        st.session_state["credit.told"] = t("rule.saved")
        st.rerun()
