"""The conversion rules that colleges publish: each with its parameters, meaning and origin.

Published rules contradict each other (one college's "one course, one certificate" would forbid
another's reference case), so every rule is off until a college switches it on.  Each names the
place it was seen at; every percentage is the college's own, no regulation fixes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a parameter holds: a number; a number or words per level; the ordered steps of a chain;
#: groups of names that mean the same.
Kind = Literal["number", "level-number", "level-words", "steps", "groups"]
Value = (
    float
    | dict[str, float]
    | dict[str, tuple[str, ...]]
    | tuple[str, ...]
    | tuple[tuple[str, ...], ...]
)


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
        "同一证书的多个等级，或内容相同的多个证书，只按最高等级计一次，即使较低的等级能免修更多学分。",
        "广东职业技术学院",
        (
            Parameter(
                "same",
                "内容相同的学习成果",
                "results of the same content",
                "groups",
                (),
            ),
        ),
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
        "转换规则须由所列各步依次签署才生效，每一步由不同的人登录后签署。",
        f"{_ARTS}（学生申请、学院审核、教务审批、培训评价组织审核、学分银行认定）；步骤由学校自定",
        (
            Parameter(
                "steps",
                "步骤与签署人",
                "steps and who signs",
                "steps",
                ("专业=教师", "教学系=委员会", "教务处=教务管理员"),
            ),
        ),
    ),
)

BY_NAME: dict[str, Rule] = {r.name: r for r in RULES}
