"""Conversion rules as data: what colleges publish, each switched on by the college that wants it.

Published rules contradict each other (one college's "one course, one certificate" would forbid
another's reference case), so every rule is off until a college switches it on.  Each names the
place it was seen at; every percentage is the college's own, no regulation fixes one.

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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from align.errors import SettingsError

#: What a parameter holds: a number; a number or words per level; an ordered list of words.
Kind = Literal["number", "level-number", "level-words", "words"]
Value = float | dict[str, float] | dict[str, tuple[str, ...]] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value of a rule; ``low`` and ``high`` bound its numbers and are allowed themselves."""

    name: str
    zh: str
    en: str
    kind: Kind
    default: Value
    unit: str = ""
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule a college may switch on.

    Parameters
    ----------
    name : str
        Stands in the rules file, with every candidate it blocks and in the ledger.
    meaning : str
        What it asks, in one Chinese sentence a committee would sign.
    origin : str
        Where such a rule was seen published.
    """

    name: str
    zh: str
    en: str
    meaning: str
    origin: str
    parameters: tuple[Parameter, ...] = ()


_ARTS = "一所艺术类高职的学分转换办法"
_SHANDONG = "山东艺术设计职业学院 2022"
_MUTUAL = "一份学分互认办法"

RULES: tuple[Rule, ...] = (
    Rule(
        "one-to-one",
        "一证一课",
        "one course, one certificate",
        "一个证书只免修一门课程，一门课程只由一个证书免修，各用一次。",
        f"{_ARTS}；{_SHANDONG}",
    ),
    Rule(
        "certificate-cap",
        "每证学分上限",
        "credit cap per certificate",
        "一个证书免修的学分合计不超过此数。",
        _ARTS,
        (Parameter("credits", "学分", "credits", "number", 8.0, "学分", 0.5, 60.0),),
    ),
    Rule(
        "bank-cap",
        "不超过学分银行",
        "never above the credit bank",
        "一个证书免修的学分合计不超过学分银行为它认定的学分（见学习成果名录）。",
        _ARTS,
    ),
    Rule(
        "level-category",
        "等级对应课程类别",
        "level to course category",
        "各等级只免修所列类别的课程。",
        _ARTS,
        (
            Parameter(
                "categories",
                "类别",
                "categories",
                "level-words",
                {
                    "初级": ("专业基础课",),
                    "中级": ("专业核心课",),
                    "高级": ("专业基础课", "专业核心课"),
                },
            ),
        ),
    ),
    Rule(
        "compulsory-only",
        "只免必修",
        "compulsory courses only",
        "只免修必修课程。",
        f"{_SHANDONG}；{_MUTUAL}",
    ),
    Rule(
        "no-practice-block",
        "集中实践不免修",
        "no practice blocks",
        "集中实践（实训周、顶岗实习、毕业设计等）不得免修。",
        f"{_SHANDONG}；{_MUTUAL}",
    ),
    Rule(
        "elective-not-compulsory",
        "选修不换必修",
        "electives never replace compulsory courses",
        "名录中性质为选修的学习成果不得转换为必修课程。",
        f"{_SHANDONG}；{_MUTUAL}",
    ),
    Rule(
        "credit-difference",
        "学分差",
        "credit difference",
        "成果所得学分（见学习成果名录）与所替代课程的学分合计相差不超过此数。",
        _MUTUAL,
        (Parameter("credits", "学分", "credits", "number", 2.0, "学分", 0.0, 20.0),),
    ),
    Rule(
        "programme-share",
        "专业总学分份额",
        "share of the programme's credits",
        "转换的学分合计不超过专业总学分的此份额。",
        "广东职业技术学院（50%）；学校自定",
        (Parameter("share", "份额", "share", "number", 0.5, "份额", 0.01, 1.0),),
    ),
    Rule(
        "once-at-highest",
        "同内容取最高一次",
        "same content counts once, at the highest level",
        "同一证书的多个等级，或内容相同的多个证书，只按最高等级计一次。",
        "广东职业技术学院",
    ),
    Rule(
        "grade",
        "成绩记法",
        "grade given",
        "免修课程按证书等级记为此分数。",
        "一份软考成绩认定办法",
        (
            Parameter(
                "grades",
                "分数",
                "grades",
                "level-number",
                {"初级": 60.0, "中级": 80.0, "高级": 80.0},
                "分",
                0.0,
                100.0,
            ),
        ),
    ),
    Rule(
        "candidate-share",
        "覆盖学时份额",
        "covered share of hours",
        "课程学时被该等级（含其以下各级）覆盖的份额不低于此值，才可免修。",
        "一所高校公布的“内容相关度 ≥ 80%”；学校自定",
        (Parameter("share", "份额", "share", "number", 0.8, "份额", 0.05, 1.0),),
    ),
    Rule(
        "knowledge-whole",
        "知识须完整",
        "the programme's knowledge stays whole",
        "免修课程中未被覆盖的单元，须在委员会意见中写明如何补修。",
        "华农珠江学院 2025",
    ),
    Rule(
        "approval-chain",
        "审批流程",
        "approval chain",
        "转换须依次经过所列各方。",
        _ARTS,
        (
            Parameter(
                "steps",
                "步骤",
                "steps",
                "words",
                ("学生申请", "学院审核", "教务审批", "培训评价组织审核", "学分银行认定"),
            ),
        ),
    ),
)

BY_NAME: dict[str, Rule] = {r.name: r for r in RULES}


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

    def words(self, rule: str, parameter: str) -> tuple[str, ...]:
        """An ordered list of words of a rule that is on."""
        value = self.values[rule][parameter]
        assert isinstance(value, tuple)
        return value

    @cached_property
    def version(self) -> str:
        """``c-`` and 12 hexadecimal digits of the values' SHA-256."""
        text = json.dumps(self.values, sort_keys=True, ensure_ascii=False)
        return "c-" + hashlib.sha256(text.encode()).hexdigest()[:12]


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
    if p.kind == "words":
        return _words(value, place)
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


def parse_rules(text: str, file: str = "") -> RuleSet:
    """The rules of a TOML text; see the module's head for its form.

    Raises
    ------
    SettingsError
        Names the file, and the rule and parameter where something is wrong.
    """
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
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


def _toml(value: Value | float | tuple[str, ...]) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False)
    pairs = (f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
    return "{ " + ", ".join(pairs) + " }"
