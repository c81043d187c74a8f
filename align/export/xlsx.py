"""The draft plan as a workbook: every row of every table, to filter, sort and count.

Text is never taken for a formula or a link; a number is a number.  Nothing carries the time of
writing, so equal plans give equal files.
"""

from __future__ import annotations

import io

from align.export.docx_annex import SEVERITY_ZH, parameter_title
from align.export.docx_credits import EXEMPTION_NOTE, credit_total_notes
from align.export.docx_tables import confirmation
from align.export.words import clean, number, rule_words
from align.export.xlsx_edit import (
    COURSE,
    EDIT_NOTE,
    ITEM,
    UNIT,
    edit_columns,
    edit_values,
    id_columns,
    ids,
)
from align.export.xlsx_matrix import matrices
from align.export.xlsx_sheets import Column, Sheets, Value, new_book
from align.plan.nouns import UNREVIEWED, AnalysisRow, ExemptUnitRow, Plan, Word
from align.records import ACTION_ZH, Action

_T = Column
_SHARE = "percent"
_PROBABILITY = "probability"
_GRADES = {2: "全部教到", 1: "教了一部分", 0: "没有教到"}


def xlsx_bytes(plan: Plan) -> bytes:
    """The workbook of a draft plan.

    Returns
    -------
    bytes
        An xlsx file with the sheets 课程与证书对照表, 融通内容分析表, 学分转换表, 免修单元,
        覆盖度矩阵, 证据, 问题 and 设置; the same for the same plan.
    """
    out = io.BytesIO()
    book = new_book(out, clean(f"{plan.major}专业书证融通实施方案"), plan.mark)
    sheets = Sheets(book, plan.mark)
    _courses(sheets, plan)
    _analysis(sheets, plan)
    _credits(sheets, plan)
    _exempt_units(sheets, plan)
    matrices(sheets, plan)
    _evidence(sheets, plan)
    _problems(sheets, plan)
    _decided(sheets, plan)
    _settings(sheets, plan)
    book.close()
    return out.getvalue()


def _courses(sheets: Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("课程", 30), _T("课程代码"), _T("课程性质"), _T("课程类别"), _T("学时"),
        _T("理论学时"), _T("实践学时"), _T("学分"), _T("学期"), _T("单元数"), _T("关联单元数"),
        _T("关联要求数"), _T("各等级关联要求", 24), _T("涉及的工作任务", 60),
        _T("证书标识"), _T("课程标识"),
    )  # fmt: skip
    sheets.table(
        "课程与证书对照表",
        f"{plan.major}专业课程与证书对照表",
        columns,
        [
            [
                r.certificate, r.course, r.code, r.nature, r.category, r.hours, r.theory_hours,
                r.practice_hours, r.credits, r.semester, r.units, r.linked_units, r.linked_items,
                "；".join(f"{level} {count}" for level, count in r.linked), "\n".join(r.tasks),
                r.certificate_id, r.course_id,
            ]
            for r in plan.courses
        ],
        frozen=2,
        printed=15,
    )  # fmt: skip


def _analysis(sheets: Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 16), _T("等级"), _T("工作领域", 14), _T("工作任务", 18), _T("编号", 14),
        _T("职业技能要求", 42), _T("关系"), _T("概率", number=_PROBABILITY), _T("存疑"),
        _T("确认", 14), *edit_columns(ITEM), _T("课程", 18), _T("课程单元", 36), _T("现有学时"),
        _T("措施", 24),
        _T("建议学时"), _T("缺少的内容", 18), _T("理由", 48), _T("证书原文", 40),
        _T("证书原文位置", 20), _T("课程原文", 40), _T("课程原文位置", 20), _T("规则", 20),
        _T("证书标识"), _T("课程标识"), _T("单元标识", 40), *_word_columns(plan),
        *id_columns(),
    )  # fmt: skip
    sheet = sheets.table(
        "融通内容分析表",
        f"{plan.major}专业融通内容分析表",
        columns,
        [
            [
                r.certificate, r.level, r.area, r.task, r.item_id, r.item, ACTION_ZH[r.action],
                r.probability, "存疑" if r.unsure else "",
                _confirmed(r),
                *edit_values(ITEM, r.word), r.course, "\n".join(r.units), r.unit_hours, r.measure,
                r.hours,
                "、".join(r.missing), r.reason, r.item_quote.text, r.item_quote.place,
                r.unit_quote.text if r.unit_quote else "",
                r.unit_quote.place if r.unit_quote else "", rule_words(r.rule),
                r.certificate_id, r.course_id, "\n".join(r.unit_ids),
                *_word(plan, r.word, r.confirmed),
                *ids(ITEM, r.proposal_id, r.proposed, r.word, plan.run.id),
            ]
            for r in plan.analysis
        ],
        frozen=6,
        printed=21,
        notes=(EDIT_NOTE,),
    )  # fmt: skip
    colours = {
        Action.SUPPLEMENT: ("#F8CBAD", "#7F2A00"),
        Action.EXTEND: ("#DDEBF7", "#1F4E79"),
        Action.STRENGTHEN: ("#E2EFDA", "#375623"),
    }
    if plan.analysis:
        for action, (back, ink) in colours.items():
            sheet.conditional_format(
                3, 6, 2 + len(plan.analysis), 6,
                {"type": "cell", "criteria": "==", "value": f'"{ACTION_ZH[action]}"',
                 "format": sheets.book.add_format({"bg_color": back, "font_color": ink})},
            )  # fmt: skip


def _confirmed(r: AnalysisRow) -> str:
    """In short; who and when have columns of their own."""
    if r.word is not None:
        return r.word.verdict
    return "" if r.action is Action.COVERED and not r.confirmed else confirmation(r)


def _credits(sheets: Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("等级"), _T("课程", 30), _T("课程代码"), _T("课程性质"), _T("学时"),
        _T("学分"), _T("学分说明", 18), _T("成绩记法", 24),
        *edit_columns(COURSE),
        _T("概率", number=_PROBABILITY), _T("存疑"), _T("理由", 60), _T("规则", 20),
        _T("审核", 30), *((_T("转换规则", 40),) if plan.rules is not None else ()),
        _T("证书标识"), _T("课程标识"), *_word_columns(plan), *id_columns(),
    )  # fmt: skip
    total = f"学分合计 {number(plan.credit_total)}：" + "；".join(
        words.rstrip("。") for words in credit_total_notes(plan)
    )
    sheets.table(
        "学分转换表",
        f"{plan.major}专业学分转换表",
        columns,
        [
            [
                r.certificate, r.level, r.course, r.code, r.nature, r.hours, r.credits,
                r.credits_note, r.grade, *edit_values(COURSE, r.word), r.probability,
                "存疑" if r.unsure else "", r.reason, rule_words(r.rule), r.status,
                *(("\n".join(r.against) or "选定",) if plan.rules is not None else ()),
                r.certificate_id, r.course_id, *_word(plan, r.word),
                *ids(COURSE, r.proposal_id, Action.EXEMPT, r.word, plan.run.id),
            ]
            for r in plan.credits
        ],
        # Above the table: a row of its own would be sorted and filtered with the courses.
        notes=(
            "只列内容上的候选，是否转换由委员会决定" if plan.rules is None
            else "按学校启用的转换规则选定，最终由委员会决定",
            *([total] if plan.credits else []),
            EDIT_NOTE,
        ),
    )  # fmt: skip


def _exempt_units(sheets: Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 30), _T("课程", 30), _T("课程单元", 44), _T("学时"), _T("对应的技能要求", 44),
        _T("概率", number=_PROBABILITY), _T("存疑"), _T("确认"), *edit_columns(UNIT),
        _T("理由", 60), _T("证书原文", 40), _T("证书原文位置", 20), _T("课程原文", 40),
        _T("课程原文位置", 20), _T("规则", 20), _T("证书标识"), _T("课程标识"),
        _T("单元标识", 40), *_word_columns(plan), *id_columns(),
    )  # fmt: skip
    sheets.table(
        "免修单元",
        f"{plan.major}专业可免修的课程单元",
        columns,
        [
            [
                r.certificate, r.course, r.unit, r.hours, "、".join(r.item_ids), r.probability,
                "存疑" if r.unsure else "", "教师已确认" if r.confirmed else "未确认",
                *edit_values(UNIT, r.word), r.reason, *_quotes(r), rule_words(r.rule),
                r.certificate_id, r.course_id, r.unit_id, *_word(plan, r.word),
                *ids(UNIT, r.proposal_id, Action.EXEMPT, r.word, plan.run.id),
            ]
            for r in plan.exempt_units
        ],
        frozen=3,
        notes=(EXEMPTION_NOTE.rstrip("。"), EDIT_NOTE),
        printed=12,
    )  # fmt: skip


def _quotes(r: ExemptUnitRow) -> tuple[str, ...]:
    """The first pair of quotations: certificate and place, course and place."""
    return tuple(x for q in r.quotes[0] for x in (q.text, q.place)) if r.quotes else ("",) * 4


def _word_columns(plan: Plan) -> tuple[Column, ...]:
    """Who decided what and when; only once somebody has, so that a draft stays as it is."""
    if not plan.reviewed:
        return ()
    return (_T("审核结论", 20), _T("审核人", 16), _T("审核时间", 18), _T("审核说明", 40))


def _word(plan: Plan, word: Word | None, confirmed: bool = False) -> tuple[str, ...]:
    if not plan.reviewed:
        return ()
    if word is None:
        return ("关联经教师确认" if confirmed else UNREVIEWED, "", "", "")
    return (word.verdict, word.who, word.when, word.note)


def _evidence(sheets: Sheets, plan: Plan) -> None:
    columns = (
        _T("证书", 24), _T("要求编号", 18), _T("课程", 24), _T("单元编号", 24),
        _T("概率", number=_PROBABILITY), _T("证书原文", 48), _T("证书原文位置", 20),
        _T("课程原文", 48), _T("课程原文位置", 20), _T("相似度", number="decimal"),
        _T("相同或相当的词", 40), *((_T("教师判断", 12),) if plan.reviewed else ()),
    )  # fmt: skip
    sheets.table(
        "证据",
        "关联的证据：双方原文",
        columns,
        [
            [
                r.certificate, r.item_id, r.course, r.unit_id, r.probability, r.item_text,
                r.item_place, r.unit_text, r.unit_place, r.similarity, r.shared,
                *(("" if r.grade is None else _GRADES[r.grade],) if plan.reviewed else ()),
            ]
            for r in plan.evidence
        ],
        frozen=2,
    )  # fmt: skip


def _problems(sheets: Sheets, plan: Plan) -> None:
    columns = (_T("程度"), _T("文件", 40), _T("位置", 30), _T("问题", 90), _T("代码", 24))
    sheets.table(
        "问题",
        "文件中发现的问题",
        columns,
        [
            [SEVERITY_ZH[p.severity], p.source, str(p.place), p.message, p.code]
            for p in plan.problems
        ],
    )


def _decided(sheets: Sheets, plan: Plan) -> None:
    """Who decided what and when; no sheet before anybody has."""
    if not plan.decided:
        return
    columns = (_T("时间", 18), _T("审核人", 14), _T("对象"), _T("内容", 80), _T("结论", 24),
               _T("说明", 50))  # fmt: skip
    sheets.table(
        "审核记录",
        f"{plan.major}专业现行有效的审核",
        columns,
        [[d.when, d.who, d.what, d.subject, d.verdict, d.note] for d in plan.decided],
        notes=("按时间排列，北京时间",),
    )


def _settings(sheets: Sheets, plan: Plan) -> None:
    run = plan.run
    rows: list[list[Value]] = [
        ["学校设置", s.title, s.value, s.unit, s.meaning, s.source, s.name] for s in plan.settings
    ]
    rows += [
        ["运行", "运行编号", run.id, "", "", "", "id"],
        ["运行", "程序版本", run.tool_version, "", "", "", "tool_version"],
        ["运行", "语义模型", run.model, "", "", "", "model"],
        ["运行", "设置版本", run.settings_version, "", "", "", "settings_version"],
        ["运行", "账本首部", plan.ledger or "无", "", "", "", "ledger"],
    ]
    if (a := plan.approval) is not None:
        rows += [
            ["批准", "批准时间", a.when, "北京时间", "", "", "approved_at"],
            ["批准", "批准日期", a.day, "", "", "", "approved_on"],
            ["批准", "签名", "、".join(a.names), "", a.note, "", "approved_by"],
            ["批准", "所批准的 plan.docx", a.digest, "SHA-256", "", "", "approved_digest"],
        ]
    if plan.rules is not None:
        rows.append(["转换规则", "规则版本", plan.rules_version, "", "", "", "rules_version"])
        rows += [["转换规则", r.title, r.value, "", r.meaning, r.origin, r.name]
                 for r in plan.rules]  # fmt: skip
    for name, value in run.parameters:
        rows.append(["运行参数", parameter_title(name), value, "", "", "", name])
    for path, digest in run.sources:
        rows.append(["比对文件", path, digest, "SHA-256", "", "", ""])
    columns = (
        _T("类别"), _T("名称", 50), _T("数值", 70), _T("单位"), _T("含义", 60), _T("来源", 40),
        _T("代号", 24),
    )  # fmt: skip
    sheets.table(
        "设置",
        "学校设置与本次运行",
        columns,
        rows,
        frozen=2,
        notes=("数值均为本校设置，没有国家统一规定",),
    )
