"""学分转换: the rules switched on and off, what that does today, versions, and the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from align.access import LOCAL, allowed
from align.credit import RULES, Rule, RuleSet, parse_rules, rules_text, step_of
from align.credit.rules import Parameter, Value
from align.decisions import Workspace
from align.errors import SettingsError
from align.learner import Entry, may_sign
from align.papers.agreed import agreed
from align.ui import credit, wiring
from align.ui.components import html
from align.ui.components.credit_versions import against, name_of, versions
from align.ui.look import Look
from align.ui.said import Said
from align.ui.words import language, t
from align.ui.words.rules_en import RULE_UNITS_EN, RULES_EN

_HELP = {"steps": "rule.steps", "groups": "rule.groups"}
_LARGEST = 200_000  # a rules file is a few kilobytes


@dataclass(slots=True)
class Draft:
    """The switches of this session: what they began with, and which generation they are."""

    of: tuple[str, str, str]
    rules: RuleSet
    generation: int


def in_force(space: Workspace) -> RuleSet:
    """The rules that hold for a workspace."""
    return RuleSet(wiring.store().rules_in_force(wiring.who(), space.id))


def rules(look: Look, said: Said, directory: list[Entry], total: float | None) -> None:
    """Every rule, the effect of the change, saving, the file and the versions."""
    space = said.workspace
    now = in_force(space)
    own = wiring.store().rules_versions(said.person, space.college_id, space.id)
    scope = _scope(space, bool(own and own[-1].values is not None))
    of_scope = _of_scope(space, scope) if scope else _of_scope(space, "")
    draft = _draft(space, scope, of_scope)
    may = allowed(said.person, "settings", space.college_id)
    html.section(t("rule.title"), t("rule.note"))
    given: dict[str, Mapping[str, object]] = {}
    try:
        columns: Sequence[DeltaGenerator] = ()
        for k, rule in enumerate(RULES):
            if k % 2 == 0:  # row by row, so that who reads by ear hears them in their order
                columns = st.columns(2, gap="small")
            with (
                columns[k % 2],
                st.container(border=True, key=f"rule-{rule.name}", height="stretch"),
            ):
                values = _one(rule, draft, may)
                if values is not None:
                    _strangers(look, directory, rule, values)
                    _nobody(said, rule, values)
                if values is not None:
                    given[rule.name] = values
        wanted = RuleSet(given)
    except SettingsError as error:
        st.error(error.line())
        return
    _effect(look, said, directory, total, now, wanted)
    if may:
        _save(space, scope, of_scope, wanted)
        _file(draft, wanted)
    else:
        st.info(t("tune.not_you"))
        _download(wanted)
    versions(space, scope, may)


def _scope(space: Workspace, has_own: bool) -> str:
    names = {"": t("tune.scope_college"), space.id: t("tune.scope_workspace", name=space.name)}
    chosen = st.segmented_control(
        t("tune.scope"), list(names), default=space.id if has_own else "",
        format_func=lambda k: names.get(k, k), key=f"rule.scope.{space.id}.{language()}",
        required=True, persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    if has_own and not chosen:
        html.show(f'<p class="al-note">{html.esc(t("rule.own"))}</p>')
    return chosen or ""


def _of_scope(space: Workspace, scope: str) -> RuleSet:
    """What the newest version of a scope says; a workspace without one follows the college."""
    versions = wiring.store().rules_versions(wiring.who(), space.college_id, scope or None)
    if versions and versions[-1].values is not None:
        return RuleSet(versions[-1].values)
    return _of_scope(space, "") if scope else RuleSet()


def _draft(space: Workspace, scope: str, now: RuleSet) -> Draft:
    kept = st.session_state.get("rule.draft")
    of = (space.college_id, scope, now.version)
    if isinstance(kept, Draft) and kept.of == of:
        return kept
    made = Draft(of, now, kept.generation + 1 if isinstance(kept, Draft) else 0)
    st.session_state["rule.draft"] = made
    return made


# --- one rule -----------------------------------------------------------------------------------


def _one(rule: Rule, draft: Draft, may: bool) -> dict[str, object] | None:
    """Its switch, values, meaning and origin; the values when it is on."""
    zh = language() == "zh"
    meaning, origin = (rule.meaning, rule.origin) if zh else RULES_EN[rule.name]
    on = st.toggle(
        name_of(rule), value=draft.rules.on(rule.name), key=f"rule.{rule.name}.{draft.generation}",
        disabled=not may, persist_state="session",
    )  # fmt: skip
    told = t("rule.origin", origin=origin)
    if any(p.unit == "份额" for p in rule.parameters):
        told += " · " + t("rule.percent")
    html.show(f'<p class="al-note">{html.esc(meaning)}</p><p class="al-side">{html.esc(told)}</p>')
    if not on:
        return None
    known = draft.rules.values.get(rule.name, {})
    return {p.name: _value(rule, p, known.get(p.name, p.default), draft, may)
            for p in rule.parameters}  # fmt: skip


def _value(rule: Rule, p: Parameter, value: Value, draft: Draft, may: bool) -> object:
    zh = language() == "zh"
    unit = p.unit if zh else RULE_UNITS_EN.get(p.unit, p.unit)
    name = p.zh if zh else p.en
    label = name + (f" ({unit})" if unit and unit.lower() != name.lower() else "")
    key = f"rule.{rule.name}.{p.name}.{draft.generation}"
    if isinstance(value, float):
        found = st.number_input(
            label, p.low, p.high, value, 0.05 if p.unit == "份额" else 0.5, format="%g", key=key,
            disabled=not may, width=180, persist_state="session",
        )  # fmt: skip
        return float(found)
    text = st.text_input(
        label, value=credit.typed(value), key=key, disabled=not may, persist_state="session",
        help=t(_HELP.get(p.kind, "rule.typed")), max_chars=2000 if p.kind == "groups" else 500,
    )  # fmt: skip
    return credit.parsed(p, text or "")


def _strangers(
    look: Look, directory: list[Entry], rule: Rule, values: Mapping[str, object]
) -> None:
    """Names in a group that neither the directory nor the workspace has: they do nothing."""
    known = {x for e in directory for x in (e.id, e.name, *e.aliases)}
    known |= {c.name for c in look.certificates.values()}
    bare = {"".join(x.split()) for x in known}
    for p in rule.parameters:
        groups = values.get(p.name)
        if p.kind == "groups" and isinstance(groups, list):
            unknown = [x for g in groups for x in g if "".join(x.split()) not in bare]
            if unknown:
                told = t("rule.strangers", names=t("comma").join(unknown))
                html.show(f'<div class="al-draft">{html.esc(told)}</div>')


def _nobody(said: Said, rule: Rule, values: Mapping[str, object]) -> None:
    """Steps of the chain that nobody in the college may sign: they would hold up everything."""
    steps = values.get("steps")
    if rule.name != "approval-chain" or not isinstance(steps, list):
        return
    if said.workspace.college_id == LOCAL:
        html.show(f'<div class="al-draft">{html.esc(t("chain.laptop"))}</div>')
        return
    people = wiring.store().people(said.person, said.workspace.college_id)
    found = [s for text in steps if (s := step_of(text)) is not None]
    empty = [s.name for s in found if not any(p.active and may_sign(p, s) for p in people)]
    if empty:
        told = t("rule.no_signer", names=t("comma").join(empty))
        html.show(f'<div class="al-draft">{html.esc(told)}</div>')


# --- what it does -------------------------------------------------------------------------------


def _effect(
    look: Look, said: Said, directory: list[Entry], total: float | None, now: RuleSet,
    wanted: RuleSet,
) -> None:  # fmt: skip
    html.section(t("tune.effect"), t("rule.effect_note", name=said.workspace.name))
    if now.version == wanted.version:
        html.show(f'<p class="al-note">{html.esc(t("tune.nothing_changed"))}</p>')
        return
    people = agreed(look.result, wiring.store().agreements(said.person, said.workspace.id))
    before = credit.judge(look, now, people, directory, total)
    after = credit.judge(look, wanted, people, directory, total)
    old, new = set(before.chosen.best.taken), set(after.chosen.best.taken)
    html.show(
        html.cards(
            [
                (t("rule.courses"), f"{len(old)} → {len(new)}", "", ""),
                (t("effect.credits"),
                 f"{before.chosen.best.credits:g} → {after.chosen.best.credits:g}", "", ""),
            ]
        )
    )  # fmt: skip
    names = {c.key: c for c in (*before.found, *after.found)}
    rows = [
        [
            html.esc(t("effect.vanishes" if key in old else "effect.appears")),
            html.esc(f"{names[key].certificate} {names[key].level}"),
            html.esc(f"《{names[key].course}》"),
            "<br>".join(html.esc(against(b)) for b in after.chosen.refused.get(key, ())),
        ]
        for key in sorted(old ^ new)
    ]
    if rows:
        heads = [t("effect.kind"), t("pick.certificate"), t("pick.course"), t("cand.blocks")]
        html.show(html.table(heads, rows, (0,)))
    else:
        html.show(f'<p class="al-note">{html.esc(t("rule.no_effect"))}</p>')


# --- saving -------------------------------------------------------------------------------------


def _save(space: Workspace, scope: str, now: RuleSet, wanted: RuleSet) -> None:
    html.section(t("tune.save"), t("tune.save_note"))
    store = wiring.store()
    count = len(store.rules_versions(wiring.who(), space.college_id, scope or None))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(
            t("tune.reason"), key=f"rule.reason.{scope}.{count}", max_chars=1000,
            placeholder=t("rule.reason_hint"),
        )  # fmt: skip
        pressed = st.button(
            t("tune.do_save"), key="rule.save", type="primary",
            disabled=now.version == wanted.version,
        )  # fmt: skip
    if pressed and not (reason or "").strip():
        st.error(t("tune.reason_missing"))
    elif pressed:
        _keep(space, scope, wanted, reason or "")


def _keep(space: Workspace, scope: str, wanted: RuleSet, reason: str) -> None:
    wiring.store().save_rules(
        wiring.who(), space.college_id, scope or None, wanted.values, reason.strip(),
        check=RuleSet,
    )  # fmt: skip
    st.session_state["credit.told"] = t("rule.saved")
    st.rerun()


def _download(wanted: RuleSet) -> None:
    st.download_button(
        t("rule.download"), rules_text(wanted).encode(), file_name="credit-rules.toml",
        mime="application/toml", key="rule.download", on_click="ignore",
        icon=":material/download:",
    )  # fmt: skip


def _file(draft: Draft, wanted: RuleSet) -> None:
    """The rules as a file, and a file as the switches' new state: nothing is saved by it."""
    html.section(t("rule.file"), t("rule.file_note"))
    _download(wanted)
    given = st.file_uploader(t("rule.upload"), type=["toml"], key=f"rule.file.{draft.generation}")
    if given is None:
        return
    data = given.getvalue()
    try:
        if len(data) > _LARGEST:
            raise SettingsError("规则文件太大", file=given.name)
        found = parse_rules(data.decode("utf-8-sig"), given.name)
    except UnicodeDecodeError:
        st.error(SettingsError("规则文件不是 UTF-8 编码", file=given.name).line())
        return
    except SettingsError as error:
        st.error(error.line())
        return
    st.session_state["rule.draft"] = Draft(draft.of, found, draft.generation + 1)
    st.session_state["credit.told"] = t("rule.taken_in")
    st.rerun()
