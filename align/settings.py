"""Every tunable number: its name, default, range, meaning and where it comes from.

A :class:`Settings` is an immutable set of values; :attr:`Settings.version` names it by its
content, so two runs under equal settings carry the same version.  A settings file is TOML::

    [settings]
    link_threshold = 0.35
    exempt_course_share = 0.8

No published source fixes an overlap percentage as a regulation (docs/rules.md); every share
below is therefore the college's own figure, and is shown as such.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from align.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Setting:
    """One tunable number; ``low`` and ``high`` are allowed values themselves."""

    name: str
    zh: str
    en: str
    default: float
    low: float
    high: float
    unit: str
    meaning: str
    source: str
    whole: bool = False


_COLLEGE = "学校自定；没有公开规定"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "candidates",
        "候选数",
        "candidates per item",
        10,
        3,
        100,
        "个",
        "每条职业技能要求保留的候选课程内容个数；每个课程单元同样反向保留。",
        "教师一次能比较的个数；评价指标中的概率误差也在前 10 个候选上计算",
        whole=True,
    ),
    Setting(
        "link_threshold",
        "关联阈值",
        "link threshold",
        0.225,
        0.05,
        0.95,
        "概率",
        "概率不低于此值的课程单元与技能要求视为有关联（至少部分重合）。",
        "在示例与其他专业的人工标注上选取",
    ),
    Setting(
        "full_threshold",
        "完全关联阈值",
        "full-link threshold",
        0.6,
        0.05,
        0.99,
        "概率",
        "概率不低于此值的关联视为相同或相近；低于此值、不低于关联阈值的视为部分重合。",
        "在示例与其他专业的人工标注上选取；不得低于关联阈值",
    ),
    Setting(
        "unsure_low",
        "存疑下限",
        "unsure band, lower end",
        0.10,
        0.0,
        0.95,
        "概率",
        "最佳候选的概率落在存疑区间内的建议标为“存疑”，请教师先审。",
        _COLLEGE,
    ),
    Setting(
        "unsure_high",
        "存疑上限",
        "unsure band, upper end",
        0.50,
        0.05,
        1.0,
        "概率",
        "存疑区间的上限；不得低于下限。",
        _COLLEGE,
    ),
    Setting(
        "covered_share",
        "已覆盖份额",
        "covered share",
        0.9,
        0.3,
        1.0,
        "份额",
        "一条技能要求（或一个课程单元）的覆盖份额不低于此值时为“已覆盖”。"
        "完全关联计 1，部分关联按“部分关联份额”计，多个关联合并为 1−∏(1−份额)。",
        _COLLEGE,
    ),
    Setting(
        "part_credit",
        "部分关联份额",
        "share of a partial link",
        0.5,
        0.1,
        0.9,
        "份额",
        "一个部分关联所计的覆盖份额。",
        _COLLEGE,
    ),
    Setting(
        "missing_similarity",
        "要点缺失阈值",
        "missing-part threshold",
        0.30,
        0.05,
        0.9,
        "相似度",
        "技能要求中的一个对象或步骤，与所关联课程内容的相似度低于此值时视为课程缺失。",
        "在示例与其他专业的人工标注上选取",
    ),
    Setting(
        "depth_gap",
        "深度差",
        "depth gap",
        2,
        1,
        3,
        "级",
        "技能要求的深度比课程内容的深度至少高出这么多级时，建议“强化”。",
        "深度分四级：了解、理解、掌握、独立设计与管理",
        whole=True,
    ),
    Setting(
        "practice_share",
        "实践学时份额",
        "practice share",
        0.25,
        0.0,
        1.0,
        "份额",
        "技能要求需要动手完成，而所关联课程单元的实践学时份额低于此值时，建议“强化”。",
        _COLLEGE,
    ),
    Setting(
        "exempt_course_share",
        "课程免修份额",
        "course exemption share",
        0.80,
        0.5,
        1.0,
        "份额",
        "课程学时被证书覆盖的份额不低于此值时，列为免修候选。",
        "一所高校公布的“内容相关度 ≥ 80%”；学校自定",
    ),
    Setting(
        "hours_per_credit",
        "每学分学时",
        "hours per credit",
        16,
        8,
        36,
        "学时",
        "课程标准与人才培养方案都未写学分时，用学时折算。",
        "公布的方案中多为 16，也有 18",
    ),
)

BY_NAME: dict[str, Setting] = {s.name: s for s in SETTINGS}


@dataclass(frozen=True)
class Settings:
    """An immutable set of values for every setting.

    Read a value as an attribute: ``settings.link_threshold``.

    Parameters
    ----------
    values : mapping of str to float
        Values that differ from the defaults.

    Raises
    ------
    SettingsError
        For an unknown name, a value out of range, or values that contradict each other.
    """

    values: Mapping[str, float]

    def __init__(self, values: Mapping[str, float] | None = None) -> None:
        given = dict(values or {})
        full: dict[str, float] = {}
        for name in given:
            if name not in BY_NAME:
                raise SettingsError(
                    "没有这项设置",
                    place=name,
                    expected="、".join(BY_NAME),
                )
        for s in SETTINGS:
            full[s.name] = _checked(s, given.get(s.name, s.default))
        _check_order(full, "link_threshold", "full_threshold")
        _check_order(full, "unsure_low", "unsure_high")
        object.__setattr__(self, "values", full)
        for name, value in full.items():  # read in the innermost loops
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> float:
        # Only reached for names that are no setting: these are real attributes.
        raise AttributeError(name)

    @cached_property
    def pairs(self) -> tuple[tuple[str, float], ...]:
        """Names and values, by name; as runs and proposals carry them."""
        return tuple(sorted(self.values.items()))

    @cached_property
    def version(self) -> str:
        """``s-`` and 12 hexadecimal digits of the values' SHA-256."""
        text = json.dumps(self.values, sort_keys=True)
        return "s-" + hashlib.sha256(text.encode()).hexdigest()[:12]

    def with_values(self, **changes: float) -> Settings:
        """A new set with these values changed."""
        return Settings({**self.values, **changes})


def _checked(s: Setting, value: object) -> float:
    """The value as a number inside its range, or an error that names the range."""
    expected = f"{s.low:g} 至 {s.high:g}（{s.unit}）"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(
            "设置不是数", place=f"{s.name}（{s.zh}）", got=repr(value), expected=expected
        )
    if not s.low <= value <= s.high:  # also refuses NaN
        raise SettingsError(
            "设置超出范围", place=f"{s.name}（{s.zh}）", got=f"{value:g}", expected=expected
        )
    if s.whole and value != int(value):
        raise SettingsError(
            "设置应为整数", place=f"{s.name}（{s.zh}）", got=f"{value:g}", expected=expected
        )
    return float(value)


def _check_order(values: Mapping[str, float], low: str, high: str) -> None:
    """Refuse ``low`` above ``high``."""
    if values[low] > values[high]:
        raise SettingsError(
            f"设置互相矛盾：{BY_NAME[low].zh} 高于 {BY_NAME[high].zh}",
            place=f"{low}、{high}",
            got=f"{values[low]:g} > {values[high]:g}",
            expected=f"{low} 不高于 {high}",
        )


def load_settings(path: Path | None) -> Settings:
    """Settings from a TOML file's ``[settings]`` table; the defaults when ``path`` is None.

    Raises
    ------
    SettingsError
        When the file is missing or cannot be opened, is no TOML, or holds a wrong value.
    """
    if path is None:
        return Settings()
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise SettingsError(
            "找不到设置文件", file=path, remedy="请检查 --settings 的路径。"
        ) from error
    except OSError as error:  # a folder, or a file that may not be read
        raise SettingsError("设置文件打不开", file=path, got=error.strerror) from error
    except (ValueError, RecursionError) as error:  # also numbers and brackets beyond reason
        raise SettingsError(
            "设置文件不是有效的 TOML",
            file=path,
            got=str(error),
            expected="[settings] 下的 名称 = 数值",
        ) from error
    if unknown := sorted(set(data) - {"settings"}):
        raise SettingsError(
            "有不认识的项", file=path, place="、".join(unknown), expected="写在 [settings] 下面"
        )
    table = data.get("settings", {})
    if not isinstance(table, dict):
        raise SettingsError("设置文件的 settings 不是一张表", file=path, expected="[settings]")
    try:
        return Settings(table)
    except SettingsError as error:
        raise SettingsError(
            error.what, file=path, place=error.place, got=error.got, expected=error.expected
        ) from error
