"""The chapters a college fills in itself, and the annexes of the draft plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from align.export import docx_lists
from align.export.docx_grid import Line, TableRow, table
from align.export.docx_parts import SMALL, heading, text
from align.export.words import one_line, shorten
from align.plan.nouns import ApprovalRow, Plan
from align.records import Action, Severity
from align.settings import BY_NAME

if TYPE_CHECKING:
    from docx.document import Document as Docx

SEVERITY_ZH: dict[Severity, str] = {"error": "错误", "warning": "提醒", "info": "说明"}
# More lines than a committee reads; plan.xlsx lists every one.
_PROBLEMS_SHOWN = 60


def procedure(document: Docx, plan: Plan, titles: Mapping[str, str]) -> None:
    """Chapters six to nine: common wording to start from, blanks, and the signatures."""
    heading(document, titles["liu"], 1, "liu")
    # A proposal that was not taken asks for nothing.
    counts = Counter(r.action for r in plan.analysis if r.word is None or r.word.action)
    text(
        document,
        f"1. 补充（{counts[Action.SUPPLEMENT]} 条）：由课程负责人确认确未讲授后，"
        "写入课程标准并安排学时；"
        f"拓展（{counts[Action.EXTEND]} 条）：在原单元内补足对象、工具或步骤；"
        f"强化（{counts[Action.STRENGTHEN]} 条）：提高教学深度或增加实训。",
    )
    text(document, "2. 教学场地、师资与实训设备的安排：（由专业填写）。")
    text(document, "3. 课程考核与证书考核的衔接办法：（由专业填写）。")
    heading(document, titles["qi"], 1, "qi")
    text(
        document,
        "参考流程：学生申请 → 二级学院审核 → 教务处审批 → 培训评价组织审核 → 学分银行认定。"
        "各环节的时限与材料：（由学校填写）。",
    )
    heading(document, titles["ba"], 1, "ba")
    text(document, "1. 本方案有效期：（由学校填写）。")
    text(document, "2. 证书标准换版、课程标准或人才培养方案修订后，应重新比对并复核受影响的条目。")
    heading(document, titles["jiu"], 1, "jiu")
    if plan.approval is not None:
        _approval(document, plan.approval)
    table(
        document,
        ("", "意见", "签字（盖章）", "日期"),
        [TableRow([name, "", "", "　年　月　日"], height_mm=11.5) for name in plan.signatures],
        (32, 56, 38, 30),
        centred=(0, 3),
    )


def _approval(document: Docx, a: ApprovalRow) -> None:
    """That the committee approved it, above the lines for the pens."""
    text(
        document,
        f"本方案已由专业建设委员会批准（{a.when}，北京时间），签名：{'、'.join(a.names)}。"
        + (f"批准日期：{a.day}。" if a.day else "")
        + (f"批准意见：{one_line(a.note).rstrip('。')}。" if a.note else ""),
    )
    if a.digest:
        text(document, f"所批准文件的校验值（SHA-256）：{a.digest}", "AlignNote")
        return
    text(  # no file can hold its own fingerprint
        document,
        "本文件即所批准的方案；它自身的校验值（SHA-256）和批准的账本条目无法写在其中，"
        "请与“委员会”页的方案指纹、批准时的回执或此后导出的方案第九章核对，"
        "并用 align ledger verify 验证账本。",
        "AlignNote",
    )


def annexes(document: Docx, plan: Plan, titles: Mapping[str, str]) -> None:
    """The college's settings and rules, problems of the documents, decisions, the run."""
    _settings(document, plan, titles["fu3"])
    _problems(document, plan, titles["fu4"])
    docx_lists.decided(document, plan, titles["fu5"])
    _run(document, plan, titles["fu6"])


def _settings(document: Docx, plan: Plan, title: str) -> None:
    heading(document, title, 1, "fu3")
    heading(document, "（一）学校设置", 2)
    text(
        document,
        "下列数值都是本校的设置，没有国家统一规定；改变设置后应重新运行，并比较建议的变化。",
    )
    table(
        document,
        ("设置", "数值", "含义", "来源"),
        [
            TableRow(
                [
                    [Line(s.title, SMALL)],
                    [Line(s.shown, SMALL)],
                    [Line(s.meaning, SMALL)],
                    [Line(s.source, SMALL)],
                ]
            )
            for s in plan.settings
        ],
        (28, 18, 66, 44),
        title="学校设置",
        centred=(0, 1),
    )
    heading(document, "（二）学分转换规则", 2)
    if plan.rules is None:
        text(document, "本方案没有应用学分转换规则；学分转换表只列出内容上的候选。")
    elif not plan.rules:
        text(document, "学校没有启用任何学分转换规则。")
    else:
        table(
            document,
            ("规则", "数值", "含义", "出处"),
            [
                TableRow(
                    [[Line(words, SMALL)] for words in (r.title, r.value, r.meaning, r.origin)]
                )
                for r in plan.rules
            ],
            (28, 34, 58, 36),
            title=f"启用的学分转换规则（版本 {plan.rules_version}）",
            centred=(0,),
        )


def _problems(document: Docx, plan: Plan, title: str) -> None:
    heading(document, title, 1, "fu4")
    counts = Counter(p.severity for p in plan.problems)
    if not plan.problems:
        text(document, "没有发现问题。")
        return
    words = "，".join(f"{SEVERITY_ZH[s]} {counts[s]} 项" for s in SEVERITY_ZH if counts[s])
    serious = [p for p in plan.problems if p.severity != "info"]
    shown = sorted(serious, key=lambda p: p.severity != "error")[:_PROBLEMS_SHOWN]
    rest = "全部列于 plan.xlsx 的“问题”表。" if len(shown) < len(plan.problems) else ""
    text(document, f"共有{words}。{rest}")
    if shown:
        table(
            document,
            ("程度", "文件与位置", "问题"),
            [
                TableRow(
                    [
                        [Line(SEVERITY_ZH[p.severity], SMALL)],
                        [Line(one_line(f"{p.source} {p.place}").strip(), SMALL)],
                        [Line(shorten(one_line(p.message), 160), SMALL)],
                    ]
                )
                for p in shown
            ],
            (16, 50, 90),
            title="需要核对的问题",
            centred=(0,),
        )


def parameter_title(name: str) -> str:
    """A run's parameter as a teacher knows it, the name in a settings file behind it."""
    return f"{BY_NAME[name].zh}（{name}）" if name in BY_NAME else name


def _run(document: Docx, plan: Plan, title: str) -> None:
    heading(document, title, 1, "fu6")
    run = plan.run
    rows = [
        ("运行编号", run.id),
        ("程序版本", run.tool_version),
        ("语义模型", run.model),
        ("设置版本", run.settings_version),
        ("规则版本", plan.rules_version or "未应用"),
        ("账本首部", plan.ledger or "无（本次结果未记入账本）"),
        *((parameter_title(name), f"{value:.10g}") for name, value in run.parameters),
    ]
    table(
        document,
        (),
        [TableRow([[Line(a, SMALL)], [Line(b or "—", SMALL)]]) for a, b in rows],
        (66, 90),
    )
    table(
        document,
        ("文件", "SHA-256"),
        [TableRow([[Line(path, SMALL)], [Line(digest, SMALL)]]) for path, digest in run.sources],
        (46, 110),
        title="所比对的文件（校验值可用来核对文件未被改动）",
    )
