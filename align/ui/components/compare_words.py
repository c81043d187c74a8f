"""What a comparison of two runs says, on an English screen.

:mod:`align.plan.compare` writes its words for documents, which are Chinese; here the same is said
again.  What is quoted (names of files and courses, notes, a standard's own words) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from align.plan.compare import Cause, Difference
from align.records import ACTION_ZH
from align.ui.words import language, level_name, t

_ACTIONS = {zh: action for action, zh in ACTION_ZH.items()}
_ACTION = "|".join(_ACTIONS)
_WHOLE = {
    "经人审核": "diff.was_decided",
    "审核已撤回": "diff.was_withdrawn",
    "有关的关联经人判断": "diff.links_decided",
    "证书标准中的这一条改了": "diff.item_rewritten",
    "课程标准中的对应内容改了": "diff.unit_rewritten",
    "没有此文件": "diff.no_file",
    "语义模型与匹配模型": "diff.cause_model",
    "程序版本": "diff.cause_program",
    "等级": "diff.levels",
}


def _action(zh: str) -> str:
    return t(f"action.{_ACTIONS[zh]}")


_PARTS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"^新增文件 (.+)$", re.S), lambda m: t("diff.file_added", name=m[1])),
    (re.compile(r"^去掉文件 (.+)$", re.S), lambda m: t("diff.file_gone", name=m[1])),
    (re.compile(r"^文件 (.+) 改了$", re.S), lambda m: t("diff.file_changed", name=m[1])),
    (re.compile(r"^校验值 (.+)$"), lambda m: f"SHA-256 {m[1]}"),
    (re.compile(r"^(.+)只在其中一次的范围之内$"),
     lambda m: t("diff.one_range", level=level_name(m[1]))),
    # A setting is known by its name in a settings file; its Chinese title stands before it.
    (re.compile(r"^[^（→]+（([a-z_]+)）(.*)$"), lambda m: m[1].replace("_", " ") + m[2]),
    (re.compile(r"^(语义模型与匹配模型|程序版本) (.+ → .+)$", re.S),
     lambda m: f"{t(_WHOLE[m[1]])} {m[2]}"),
    (re.compile(rf"^({_ACTION})（不采纳）$"),
     lambda m: t("diff.not_taken", action=_action(m[1]))),
    (re.compile(rf"^({_ACTION})（原建议({_ACTION})）$"),
     lambda m: t("diff.instead", action=_action(m[1]), proposed=_action(m[2]))),
    (re.compile(rf"^({_ACTION})$"), lambda m: _action(m[1])),
)  # fmt: skip
_WORD = re.compile(rf"^(不采纳|采纳|改为)({_ACTION})?（(.*)）$", re.S)
_VERDICTS = {"不采纳": "reject", "采纳": "accept", "改为": "change"}


def cause_words(cause: Cause) -> str:
    """Why a row changed."""
    if language() == "zh":
        return cause.words
    words = cause.words.removesuffix(" 等")
    more = "…" if words != cause.words else ""
    return "; ".join(map(_said, words.split("；"))) + more


def ground(d: Difference) -> tuple[str, str, str]:
    """What differs between the runs as a whole: what, before, after."""
    if language() == "zh":
        return d.what, d.before, d.after
    if d.kind == "range":
        before, after = (
            ", ".join(map(level_name, words.split("、"))) for words in (d.before, d.after)
        )
        return _said(d.what), before, after
    # Names of files and models are what they are.
    what = d.what if d.kind == "document" else _said(d.what)
    return what, _said(d.before), _said(d.after)


def value(what: str, words: str) -> str:
    """The value of a row's field."""
    if language() == "zh":
        return words
    if what == "关系":
        return _said(words)
    if what == "审核" and (found := _WORD.match(words)):
        verdict = t(f"verdict.{_VERDICTS[found[1]]}")
        action = f": {_action(found[2])}" if found[2] else ""
        who, _, rest = found[3].partition("，")
        when, _, note = rest.partition("；")
        return f"{verdict}{action} ({who}, {when}{f'; {note}' if note else ''})"
    return words


def _said(words: str) -> str:
    if words in _WHOLE:
        return t(_WHOLE[words])
    for pattern, say in _PARTS:
        if found := pattern.match(words):
            return say(found)
    return words
