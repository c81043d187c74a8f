"""How deep a text asks a learner to go, read from its verbs.

The ladder has four rungs, the lowest three as Chinese vocational course standards name their
demands (了解 / 理解、熟悉 / 掌握、会、能), the fourth as standards word the higher levels:

===== ============================ =======================================================
depth meaning                      leading verbs
===== ============================ =======================================================
0     the text is silent           (noun phrases such as ``索引的存储结构``)
1     to know of it                了解 认识 知道
2     to understand and explain    理解 熟悉 说明 区分 识别 描述
3     to do it                     掌握 会 能 运用 完成 操作, and any verb of doing
4     on one's own, to shape       独立 设计 制定 优化 管理 指导 评价
===== ============================ =======================================================

Source: the revised Bloom taxonomy (Anderson & Krathwohl 2001: remember, understand, apply,
then analyse/evaluate/create taken together), and the level descriptions of the 国家职业技能标准
编制技术规程, where higher levels add 独立处理, 指导, 管理 and 技术革新.  The ladder is a reading
aid: it compares two texts, it does not measure a learner.
"""

from __future__ import annotations

import re
from functools import lru_cache

LADDER: dict[int, tuple[str, ...]] = {
    1: ("了解", "认识", "认知", "知道", "知晓", "识记", "记住"),
    2: (
        "理解", "熟悉", "说明", "解释", "描述", "阐述", "阐明", "区分", "区别", "辨别", "识别",
        "辨识", "明确", "列举", "说出", "领会", "概述", "归纳", "比较",
    ),
    3: (
        "掌握", "学会", "运用", "应用", "使用", "利用", "完成", "操作", "实现", "具备", "进行",
        "安装", "配置", "搭建", "部署", "编写", "制作", "处理", "实施", "执行", "检查", "填写",
        "收集", "采集", "计算", "测试", "绘制", "调试", "维护", "办理", "开展", "创建", "调用",
        "修改", "添加", "删除", "查询", "读取", "开发", "分析", "撰写", "整理", "登记", "核对",
        "清洁", "照护", "护理", "遵守", "协助", "参与", "构建",
    ),
    4: (
        "独立", "设计", "制定", "制订", "优化", "管理", "指导", "评价", "评估", "规划", "策划",
        "改进", "创新", "培训", "统筹", "诊断", "决策", "审核", "编制", "拟定", "拟订", "研发",
        "重构", "革新", "督导",
    ),
}  # fmt: skip
_DEPTH = {verb: depth for depth, verbs in LADDER.items() for verb in verbs}
_VERB = "|".join(sorted(_DEPTH, key=len, reverse=True))
# A verb counts where a clause begins, after a word that introduces what is to be done, or
# joined to such a verb (设计和优化); elsewhere it is part of a noun (网页设计, 数据管理).
_LEAD = (
    r"(?:^|[，,；;。：:\n（(]|[）)]\s*|\d\s*[.、．)）]?\s*|(?<![性功技智职可])能(?:够)?|会|"
    r"可以?|并|且|"
    r"要求|学生|初步|基本|全面|深入|正确|准确|熟练|灵活|独立|学习|进一步|较好地?|负责|地|来|后|再)"
)
_AT_LEAD = re.compile(
    rf"{_LEAD}\s*(?P<verb>{_VERB})(?P<joined>(?:\s*(?:和|与|及|或|并|、|以及)\s*(?:{_VERB}))*)"
)
_ONE_VERB = re.compile(_VERB)
# …进行架构设计, 完成方案的制定: the deed stands at the end of the clause.
_AT_END = re.compile(
    r"(?:进行|完成|实施|开展|承担|负责)[^，,；;。]*?(设计|优化|评价|评估|规划|策划|制定|制订|编制)$"
)
_CAN = re.compile(
    r"(?:^|[，,；;。、：:\s）)\d.．并且])(?:能够|能(?![力源量耗效级动])|会(?![议计员话展场务]))"
)
_SKILLED = re.compile(r"独立(?!性|思考)")
_CLAUSE = re.compile(r"[，,；;。\n]+")
# Verbs after which "设计", "管理" and the like are objects: 掌握设计原则, 使用管理工具.
_OBJECT = re.compile(
    r"^(?:设计|管理|评价|优化|规划|培训|指导)(?:模式|原则|方法|工具|系统|理念|思想|规范|流程|"
    r"制度|软件|平台|概念|意识|基础|标准|原理|思路|要点|知识|理论|技术|的)"
)


@lru_cache(maxsize=65536)
def depth_of(text: str) -> int:
    """The highest rung of the ladder that the text's own verbs ask for.

    Parameters
    ----------
    text : str
        A content point, a requirement, or several of them.

    Returns
    -------
    int
        0 (silent), 1, 2, 3 or 4; see the table at the top of the module.

    Notes
    -----
    ``能够理解…`` asks for understanding: 能 in front of a verb of knowing adds nothing, in front
    of any other words it asks for doing.  A verb inside a noun (``网页设计``) does not count.

    Examples
    --------
    >>> depth_of("了解HTML的历史"), depth_of("能够理解继承"), depth_of("能独立制定采集方案")
    (1, 2, 4)
    >>> depth_of("索引的存储结构")
    0
    """
    return max((_clause_depth(c.strip()) for c in _CLAUSE.split(text) if c.strip()), default=0)


def _clause_depth(clause: str) -> int:
    found = []
    for m in _AT_LEAD.finditer(clause):
        if not (_DEPTH[m.group("verb")] == 4 and _OBJECT.match(clause[m.start("verb") :])):
            found.append(_DEPTH[m.group("verb")])
        found += [_DEPTH[verb] for verb in _ONE_VERB.findall(m.group("joined"))]
    if _AT_END.search(clause) or _SKILLED.search(clause):
        found.append(4)
    if found:
        return max(found)
    return 3 if _CAN.search(clause) else 0
