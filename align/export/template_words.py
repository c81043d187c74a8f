"""What a college's own template can name: the plan in Chinese words.

docs/formats.md lists these names; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from align.export.docx_credits import credit_total_notes
from align.export.docx_tables import confirmation
from align.export.words import clean, joined, number, one_line, percent, rule_words
from align.plan.nouns import UNREVIEWED, AnalysisRow, Plan, Quotation, Word
from align.records import ACTION_ZH, Action

#: Lists of pictures; :mod:`align.export.docx_template` puts them in.
PICTURES = ("热力图", "关联图")

_SAID = ("审核", "审核人", "审核时间", "审核说明")
_QUOTED = ("证书原文", "证书位置", "课程原文", "课程位置")
_ITEM = (
    "证书", "等级", "领域", "任务", "编号", "要求", "关系", "课程", "单元", "措施", "学时",
    "现有学时", "概率", "存疑", "理由", "规则", *_QUOTED, *_SAID,
)  # fmt: skip
#: Every name: what it is (text, a list of texts, rows, or one record), and the names inside.
FIELDS: Mapping[str, tuple[Literal["text", "list", "rows", "record"], tuple[str, ...]]] = {
    "专业": ("text", ()),
    "学校": ("text", ()),
    "标记": ("text", ()),
    "不纳入": ("list", ()),
    "签署": ("list", ()),
    "批准": ("rows", ("时间", "签名", "说明", "校验值")),
    "证书": ("rows", ("名称", "代码", "版本", "制定单位", "等级", "领域数", "任务数", "要求数")),
    "覆盖情况": (
        "rows", ("证书", "等级", "要求数", "已覆盖", "强化", "拓展", "补充", "份额"),
    ),
    "课程对照": (
        "rows",
        ("证书", "课程", "代码", "性质", "类别", "学时", "学分", "学期", "单元数", "关联单元数",
         "关联要求数", "各等级", "任务"),
    ),
    "融通内容": ("rows", _ITEM),
    "措施": ("rows", _ITEM),
    "已覆盖": ("rows", _ITEM),
    "免修单元": (
        "rows",
        ("证书", "课程", "单元", "学时", "编号", "概率", "存疑", "理由", "规则", *_QUOTED, *_SAID),
    ),
    "学分转换": (
        "rows",
        ("证书", "等级", "课程", "代码", "性质", "学时", "学分", "学分说明", "成绩记法", "概率",
         "存疑", "理由", "规则", "转换规则", "状态", *_SAID),
    ),
    "学分合计": ("text", ()),
    "学分说明": ("text", ()),
    "设置": ("rows", ("名称", "数值", "含义", "来源")),
    "规则": ("rows", ("名称", "数值", "含义", "出处")),
    "问题": ("rows", ("文件", "位置", "问题")),
    "审核记录": ("rows", ("时间", "审核人", "对象", "内容", "结论", "说明")),
    "文件": ("rows", ("名称", "校验值")),
    "运行": ("record", ("编号", "程序版本", "模型", "设置版本", "规则版本", "账本首部")),
    "热力图": ("list", ()),
    "关联图": ("list", ()),
}  # fmt: skip


def words_of(plan: Plan) -> dict[str, Any]:
    """Every name a template can use, but for the pictures.

    Values are text, numbers as text, or lists of such by name; text is free of what Word files
    cannot hold.
    """
    found = {
        "专业": plan.major,
        "学校": plan.college,
        "标记": plan.mark,
        "不纳入": list(plan.left_out),
        "签署": list(plan.signatures),
        "批准": [
            {"时间": a.when, "日期": a.day, "签名": "、".join(a.names)}
            | {"说明": a.note, "校验值": a.digest or "见批准时的回执"}
            for a in ((plan.approval,) if plan.approval else ())
        ],
        "证书": _scope(plan),
        "覆盖情况": _summary(plan),
        "课程对照": _courses(plan),
        "融通内容": [_analysis(r) for r in plan.analysis],
        "措施": [_analysis(r) for r in plan.analysis if r.action is not Action.COVERED],
        "已覆盖": [_analysis(r) for r in plan.analysis if r.action is Action.COVERED],
        "免修单元": _exempt(plan),
        "学分转换": _credits(plan),
        "学分合计": number(plan.credit_total),
        "学分说明": "".join(words.rstrip("。") + "。" for words in credit_total_notes(plan)),
        "设置": [
            {"名称": s.title, "数值": s.shown, "含义": s.meaning, "来源": s.source}
            for s in plan.settings
        ],
        "规则": [
            {"名称": r.title, "数值": r.value, "含义": r.meaning, "出处": r.origin}
            for r in plan.rules or ()
        ],
        "问题": [
            {"文件": p.source, "位置": str(p.place), "问题": one_line(p.message)}
            for p in plan.problems
            if p.severity != "info"
        ],
        "审核记录": [
            {"时间": d.when, "审核人": d.who, "对象": d.what, "内容": d.subject,
             "结论": d.verdict, "说明": d.note}
            for d in plan.decided
        ],
        "文件": [{"名称": name, "校验值": digest} for name, digest in plan.run.sources],
        "运行": {
            "编号": plan.run.id,
            "程序版本": plan.run.tool_version,
            "模型": plan.run.model,
            "设置版本": plan.run.settings_version,
            "规则版本": plan.rules_version or "未应用",
            "账本首部": plan.ledger or "无",
        },
    }  # fmt: skip
    cleaned = _clean(found)
    assert isinstance(cleaned, dict)
    return cleaned


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {k: _clean(v) for k, v in value.items()}
    return [_clean(v) for v in value]


def _scope(plan: Plan) -> list[dict[str, str]]:
    return [
        {"名称": r.certificate, "代码": r.code, "版本": r.version, "制定单位": r.issuer,
         "等级": r.level, "领域数": str(r.areas), "任务数": str(r.tasks), "要求数": str(r.items)}
        for r in plan.scope
    ]  # fmt: skip


def _summary(plan: Plan) -> list[dict[str, str]]:
    return [
        {"证书": r.certificate, "等级": r.level, "要求数": str(r.items), "已覆盖": str(r.covered),
         "强化": str(r.strengthen), "拓展": str(r.extend), "补充": str(r.supplement),
         "份额": "—" if r.share is None else percent(r.share)}
        for r in plan.summary
    ]  # fmt: skip


def _courses(plan: Plan) -> list[dict[str, str]]:
    return [
        {"证书": r.certificate, "课程": r.course, "代码": r.code, "性质": r.nature,
         "类别": r.category, "学时": number(r.hours), "学分": number(r.credits),
         "学期": r.semester, "单元数": str(r.units), "关联单元数": str(r.linked_units),
         "关联要求数": str(r.linked_items),
         "各等级": "，".join(f"{level} {count}" for level, count in r.linked),
         "任务": "；".join(r.tasks)}
        for r in plan.courses
    ]  # fmt: skip


def _word(word: Word | None, otherwise: str) -> dict[str, str]:
    if word is None:
        return {"审核": otherwise, "审核人": "", "审核时间": "", "审核说明": ""}
    return {
        "审核": word.verdict, "审核人": word.who, "审核时间": word.when, "审核说明": word.note,
    }  # fmt: skip


def _quote(item: Quotation | None, unit: Quotation | None) -> dict[str, str]:
    return {
        "证书原文": joined(item.text) if item else "",
        "证书位置": item.place if item else "",
        "课程原文": joined(unit.text) if unit else "",
        "课程位置": unit.place if unit else "",
    }


def _analysis(r: AnalysisRow) -> dict[str, str]:
    return {
        "证书": r.certificate,
        "等级": r.level,
        "领域": r.area,
        "任务": r.task,
        "编号": r.item_id,
        "要求": one_line(r.item),
        "关系": ACTION_ZH[r.action],
        "课程": r.course,
        "单元": "；".join(r.units),
        "措施": r.measure,
        "学时": number(r.hours),
        "现有学时": number(r.unit_hours),
        "概率": percent(r.probability),
        "存疑": "存疑" if r.unsure else "",
        "理由": one_line(r.reason),
        "规则": rule_words(r.rule),
        **_quote(r.item_quote, r.unit_quote),
        **_word(r.word, confirmation(r) if r.confirmed else UNREVIEWED),
    }


def _exempt(plan: Plan) -> list[dict[str, str]]:
    return [
        {"证书": r.certificate, "课程": r.course, "单元": r.unit, "学时": number(r.hours),
         "编号": "、".join(r.item_ids), "概率": percent(r.probability),
         "存疑": "存疑" if r.unsure else "", "理由": one_line(r.reason), "规则": rule_words(r.rule),
         **_quote(*(r.quotes[0] if r.quotes else (None, None))), **_word(r.word, UNREVIEWED)}
        for r in plan.exempt_units
    ]  # fmt: skip


def _credits(plan: Plan) -> list[dict[str, str]]:
    return [
        {"证书": r.certificate, "等级": r.level, "课程": r.course, "代码": r.code,
         "性质": r.nature, "学时": number(r.hours), "学分": number(r.credits),
         "学分说明": r.credits_note, "成绩记法": r.grade, "概率": percent(r.probability),
         "存疑": "存疑" if r.unsure else "", "理由": one_line(r.reason), "规则": rule_words(r.rule),
         "转换规则": "；".join(r.against), "状态": r.status, **_word(r.word, UNREVIEWED)}
        for r in plan.credits
    ]  # fmt: skip
