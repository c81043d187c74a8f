"""The conversion rules a college has switched on, with their values; and as a file.

A rules file is TOML, one table per rule that is on::

    [certificate-cap]
    credits = 8

    [candidate-share]
    share = 0.8
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from align.credit.catalogue import BY_NAME, RULES, Kind, Parameter, Rule, Value
from align.credit.chain import Step, step_of
from align.errors import SettingsError


@dataclass(frozen=True)
class RuleSet:
    """The rules a college has switched on, with their values; all others are off.

    Parameters
    ----------
    values : mapping of str to mapping
        Rule name to parameter values; a parameter left out has its default.

    Raises
    ------
    SettingsError
        For an unknown rule or parameter, a value of another kind or out of its range.
    """

    values: Mapping[str, Mapping[str, Value]]

    def __init__(self, values: Mapping[str, Mapping[str, object]] | None = None) -> None:
        full: dict[str, Mapping[str, Value]] = {}
        given = dict(values or {})
        for name in given:
            if name not in BY_NAME:
                raise SettingsError("没有这条规则", place=name, expected="、".join(BY_NAME))
        for rule in RULES:  # in one order, whatever the file's
            if rule.name in given:
                full[rule.name] = _checked_rule(rule, given[rule.name])
        object.__setattr__(self, "values", full)

    def on(self, name: str) -> bool:
        """Whether a rule is switched on."""
        return name in self.values

    def number(self, rule: str, parameter: str) -> float:
        """A number of a rule that is on."""
        value = self.values[rule][parameter]
        assert isinstance(value, float)
        return value

    def of_level(self, rule: str, parameter: str, level: str) -> float | tuple[str, ...] | None:
        """What a rule says of a level; None where it names no such level.

        ``四级（中级）`` and ``四级/中级工`` are looked up by the level word they contain.
        """
        table = self.values[rule][parameter]
        assert isinstance(table, dict)
        for key, value in table.items():
            if key == level or key in level:
                return value
        return None

    @property
    def chain(self) -> tuple[Step, ...]:
        """The steps of the approval chain; empty where that rule is off."""
        value = self.values.get("approval-chain", {}).get("steps", ())
        assert isinstance(value, tuple)
        return tuple(s for v in value if (s := step_of(str(v))) is not None)

    def groups(self, rule: str, parameter: str) -> tuple[tuple[str, ...], ...]:
        """Groups of names of a rule that is on."""
        value = self.values[rule][parameter]
        assert isinstance(value, tuple)
        return tuple(tuple(v) for v in value)

    def same_content(self, names: Mapping[str, Iterable[str]]) -> list[frozenset[str]]:
        """Which results the rule ``once-at-highest`` declares to be of the same content.

        Parameters
        ----------
        names : mapping of str to iterable of str
            Per certificate or directory entry (id) what it is called; compared letter by
            letter, blanks aside.

        Returns
        -------
        list of frozenset of str
            Ids; groups of which fewer than two are at hand are left out.
        """
        if not self.on("once-at-highest"):
            return []
        called = {id: {_bare(n) for n in (id, *own)} for id, own in names.items()}
        found = []
        for group in self.groups("once-at-highest", "same"):
            wanted = {_bare(n) for n in group}
            ids = frozenset(id for id, own in called.items() if own & wanted)
            if len(ids) > 1:
                found.append(ids)
        return found

    @cached_property
    def version(self) -> str:
        """``c-`` and 12 hexadecimal digits of the values' SHA-256."""
        text = json.dumps(self.values, sort_keys=True, ensure_ascii=False)
        return "c-" + hashlib.sha256(text.encode()).hexdigest()[:12]


def _bare(name: str) -> str:
    return "".join(name.split())


def _checked_rule(rule: Rule, given: object) -> dict[str, Value]:
    if not isinstance(given, Mapping):
        raise SettingsError(
            "规则应写成一张表", place=rule.name, got=repr(given), expected=f"[{rule.name}]"
        )
    names = {p.name for p in rule.parameters}
    if unknown := sorted(set(map(str, given)) - names):
        raise SettingsError(
            f"规则“{rule.zh}”没有这个参数",
            place=f"{rule.name}.{unknown[0]}",
            expected="、".join(sorted(names)) or "没有参数",
        )
    return {p.name: _checked(rule, p, given.get(p.name, p.default)) for p in rule.parameters}


def _checked(rule: Rule, p: Parameter, value: object) -> Value:
    place = f"{rule.name}.{p.name}（{rule.zh}）"
    if p.kind == "number":
        return _number(value, p, place)
    if p.kind == "steps":
        steps = _words(value, place)
        if wrong := next((s for s in steps if step_of(s) is None), ""):
            raise SettingsError(
                "步骤写得不对", place=place, got=wrong, expected="步骤，或 步骤=角色或登录名"
            )
        return steps
    if p.kind == "groups":
        return _groups(value, place)
    if not isinstance(value, Mapping) or not value:
        raise SettingsError(
            "应按等级分别写出", place=place, got=repr(value), expected="等级 = 值，例如 中级 = …"
        )
    if p.kind == "level-number":
        return {str(k): _number(v, p, f"{place} {k}") for k, v in value.items()}
    return {str(k): _words(v, f"{place} {k}") for k, v in value.items()}


def _number(value: object, p: Parameter, place: str) -> float:
    expected = f"{p.low:g} 至 {p.high:g}（{p.unit}）"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError("不是数", place=place, got=repr(value), expected=expected)
    if not math.isfinite(value) or not p.low <= value <= p.high:
        raise SettingsError("超出范围", place=place, got=f"{value:g}", expected=expected)
    return float(value)


def _words(value: object, place: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list | tuple) or not value:
        raise SettingsError("应是一列词语", place=place, got=repr(value), expected='["…", "…"]')
    words = tuple(str(v).strip() for v in value)
    if not all(words):
        raise SettingsError("有空的词语", place=place, got=repr(value), expected="每个都不为空")
    return words


def _groups(value: object, place: str) -> tuple[tuple[str, ...], ...]:
    expected = '[["甲", "乙"], …]，每组至少两个'
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise SettingsError("应是一组组名称", place=place, got=repr(value), expected=expected)
    groups = tuple(_words(group, place) for group in value)
    for group in groups:
        if len(set(group)) < max(2, len(group)):
            raise SettingsError(
                "一组里至少要有两个不同的名称", place=place, got="、".join(group), expected=expected
            )
    return groups


def parse_rules(text: str, file: str = "") -> RuleSet:
    """The rules of a TOML text; see the module's head for its form.

    Raises
    ------
    SettingsError
        Names the file, and the rule and parameter where something is wrong.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    # ValueError: also a whole number of thousands of digits; brackets may nest too deep.
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            "规则文件不是有效的 TOML", file=file or None, got=str(error),
            expected="[规则名] 下的 参数 = 值",
        ) from error  # fmt: skip
    try:
        return RuleSet(data)
    except SettingsError as error:
        raise SettingsError(
            error.what, file=file or None, place=error.place, got=error.got,
            expected=error.expected,
        ) from error  # fmt: skip


def rules_text(rules: RuleSet) -> str:
    """The rules as a file a person can read and edit: rules that are off stand as comments."""
    lines = ["# 学分转换规则；写有 [规则名] 的为启用，前面加 # 的为未启用。", ""]
    for rule in RULES:
        on = rules.on(rule.name)
        values: Mapping[str, Value] = (
            rules.values[rule.name] if on else {p.name: p.default for p in rule.parameters}
        )
        lines += [f"# {rule.zh}：{rule.meaning}", f"# 出处：{rule.origin}"]
        body = [f"[{rule.name}]"]
        body += [f"{p.name} = {_toml(values[p.name])}" for p in rule.parameters]
        lines += [x if on else f"# {x}" for x in body] + [""]
    return "\n".join(lines)


def _toml(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return json.dumps(value, ensure_ascii=False)
    pairs = (f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
    return "{ " + ", ".join(pairs) + " }"


__all__ = [
    "BY_NAME",
    "RULES",
    "Kind",
    "Parameter",
    "Rule",
    "RuleSet",
    "Value",
    "parse_rules",
    "rules_text",
]
