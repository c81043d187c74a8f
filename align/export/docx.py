"""The draft plan as a Word document, in the form of an official Chinese document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from align.export import docx_annex, docx_credits, docx_lists, docx_tables
from align.export.docx_contents import contents
from align.export.docx_pages import pages_of
from align.export.docx_parts import (
    LANDSCAPE_HEIGHT_MM,
    LANDSCAPE_MM,
    PORTRAIT_MM,
    document_bytes,
    heading,
    new_document,
    new_section,
    picture,
    text,
)
from align.export.views import matrix_picture, task_picture
from align.plan.nouns import Plan

if TYPE_CHECKING:
    from docx.document import Document as Docx

    from align.plan.matrix import Matrix

# A lying A4 page takes this many columns at a legible size (docs: 25 courses × 33 tasks).
HEAT_COLUMNS = 36
HEAT_ROWS = 26

CHAPTERS = (
    ("一、编制依据", "yi"),
    ("二、专业与证书", "er"),
    ("三、课程与证书对照表", "san"),
    ("四、融通内容分析表", "si"),
    ("五、免修与学分转换表", "wu"),
    ("六、教学组织与考核", "liu"),
    ("七、申请与审批流程", "qi"),
    ("八、有效期与复核", "ba"),
    ("九、签署", "jiu"),
    ("附件1 已覆盖的技能要求", "fu1"),
    ("附件2 可免修单元的依据", "fu2"),
    ("附件3 学校的设置与规则", "fu3"),
    ("附件4 文件中发现的问题", "fu4"),
    ("附件5 审核记录", "fu5"),
    ("附件6 本次运行", "fu6"),
)
_TITLES = {bookmark: words for words, bookmark in CHAPTERS}


def docx_bytes(plan: Plan, *, contents_field: bool = True) -> bytes:
    """The whole draft plan.

    Parameters
    ----------
    plan : Plan
        From :func:`align.plan.make_plan`.
    contents_field : bool
        Whether the contents are a field that Word can renew; without it they are single page
        references, which LibreOffice works out by itself on the way to a PDF.

    Returns
    -------
    bytes
        A docx file; the same for the same plan.
    """
    document = new_document(f"{plan.major}专业书证融通实施方案", plan.mark)
    document.sections[0].different_first_page_header_footer = True  # a cover has no page number
    _cover(document, plan)
    first = _basis(document, plan)
    _scope(document, plan)
    _courses(document, plan)
    new_section(document, landscape=True)
    _analysis(document, plan)
    new_section(document, landscape=False)
    docx_credits.credits(document, plan, _TITLES["wu"])
    docx_annex.procedure(document, plan, _TITLES)
    new_section(document, landscape=True)
    docx_lists.covered(document, plan, _TITLES["fu1"])
    docx_lists.exempt_grounds(document, plan, _TITLES["fu2"])
    new_section(document, landscape=False)
    docx_annex.annexes(document, plan, _TITLES)
    contents(document, first, pages_of(document), as_field=contents_field)
    return document_bytes(document)


def _cover(document: Docx, plan: Plan) -> None:
    """The cover, and the heading of the contents on the next page."""
    for _ in range(4):
        text(document, "", "AlignCaption")
    text(document, f"{plan.major}专业", "Title")
    text(document, "书证融通实施方案", "Title")
    text(document, "", "AlignCaption")
    mark = text(document, plan.mark, "AlignCaption")
    mark.runs[0].bold = True
    for _ in range(5):
        text(document, "", "AlignCaption")
    names = {r.certificate_id: r.certificate for r in plan.scope}
    certificates = [f"{name}（{_levels(plan, key)}）" for key, name in names.items()]
    rows = [
        ("学　　校", plan.college or "（由学校填写）"),
        ("专　　业", plan.major),
        ("证　　书", "；".join(certificates) or "（无）"),
        ("编制日期", "　　　　年　　月　　日"),
    ]
    docx_tables.form(document, rows)
    title = text(document, "目　录", "AlignContentsTitle")
    title.paragraph_format.page_break_before = True


def _link_threshold(plan: Plan) -> float:
    return next((s.value for s in plan.settings if s.name == "link_threshold"), 0.0)


def _levels(plan: Plan, certificate_id: str) -> str:
    return "、".join(r.level for r in plan.scope if r.certificate_id == certificate_id)


def _basis(document: Docx, plan: Plan) -> Any:
    """Chapter one; gives its heading, which the contents stand in front of."""
    first = heading(document, _TITLES["yi"], 1, "yi")
    first.paragraph_format.page_break_before = True
    basis = [
        "《国家职业教育改革实施方案》（国发〔2019〕4号）；",
        "《关于在院校实施“学历证书＋若干职业技能等级证书”制度试点方案》（教职成〔2019〕6号）；",
    ]
    for row in {r.certificate_id: r for r in plan.scope}.values():
        known = "，".join(
            words
            for words in (
                f"标准代码 {row.code}" if row.code else "",
                f"版本 {row.version}" if row.version else "",
                row.issuer,
            )
            if words
        )
        basis.append(f"《{row.certificate}》标准" + (f"（{known}）；" if known else "；"))
    basis += [
        f"{plan.major}专业人才培养方案与课程标准（所比对的文件见附件6）；",
        "本校学分认定与转换的有关规定（由学校填写）。",
    ]
    for i, words in enumerate(basis, 1):
        text(document, f"{i}. {words}")
    text(
        document,
        _standing(plan) + "所有阈值和百分比都是本校的设置（见附件3），没有国家统一规定。",
    )
    return first


def _standing(plan: Plan) -> str:
    """How far what follows has been decided by people."""
    if plan.approval is None:
        return (
            "本草案由软件逐条比对课程标准与证书标准后生成，供教师审核时使用。"
            "表中的关系、措施与概率都是建议，未经教师确认不生效；"
        )
    return (
        "本方案由软件逐条比对课程标准与证书标准，经教师审核、专业建设委员会批准（见第九章）。"
        "审核的结果与时间见各表与附件5；注明“未审核”的各项仍是机器建议，未经教师确认不生效；"
    )


def _scope(document: Docx, plan: Plan) -> None:
    heading(document, _TITLES["er"], 1, "er")
    heading(document, "（一）融通的范围和深度", 2)
    docx_tables.scope(document, plan)
    if plan.left_out:
        text(document, "学校确定不纳入本方案的内容：").paragraph_format.keep_with_next = True
        for i, words in enumerate(plan.left_out, 1):
            text(document, f"{i}. {words}")
    heading(document, "（二）覆盖情况", 2)
    docx_tables.summary(document, plan)


def _courses(document: Docx, plan: Plan) -> None:
    heading(document, _TITLES["san"], 1, "san")
    for matrix in plan.matrices:
        docx_tables.courses(document, plan, matrix)
        if not any(map(any, matrix.values)):
            text(document, f"没有课程与《{matrix.certificate}》关联，不画关联图。", "AlignNote")
            continue
        graph = task_picture(matrix, _link_threshold(plan))
        # The whole of a standing page but for the header's and a caption's height.
        picture(document, graph.png(), (graph.width, graph.height), (PORTRAIT_MM, 215), graph.title)


def _analysis(document: Docx, plan: Plan) -> None:
    heading(document, _TITLES["si"], 1, "si")
    heading(document, "（一）课程与工作任务覆盖度", 2)
    # Courses without any link would only make the rest smaller; 表3 names them.
    linked = [m.linked() for m in plan.matrices]
    pictures = [(m, part) for m in linked if m.courses for part in heat_parts(m)]
    whole = {m.certificate_id: len(m.courses) for m in plan.matrices}
    if not pictures:
        text(document, "没有课程达到关联阈值，不画热力图。")
    for i, (matrix, part) in enumerate(pictures):
        title = f"课程 × 工作任务覆盖度：{matrix.certificate}"
        levels = "、".join(dict.fromkeys(c.level for c in part.columns))
        if part.columns != matrix.columns:
            title += f"（{levels}）"
        if left := whole[matrix.certificate_id] - len(matrix.courses):
            title += f"（未列没有关联的课程 {left} 门）"
        canvas = matrix_picture(part, _link_threshold(plan), title)
        # The first shares its page with two headings.
        room = LANDSCAPE_HEIGHT_MM - (24 if i == 0 else 4)
        picture(document, canvas.png(), (canvas.width, canvas.height), (LANDSCAPE_MM, room), title)
    heading(document, "（二）需补充、拓展、强化的内容", 2)
    text(
        document,
        "按证书、等级、工作任务排列；任务之内先补充，再拓展，再强化。已覆盖的要求不需措施，列于附件1。"
        "“未映射”指软件没有找到对应内容，须教师确认确未讲授。",
        "AlignNote",
    )
    docx_tables.analysis(document, plan)


def heat_parts(matrix: Matrix) -> list[Matrix]:
    """The matrix in parts that each fit a page: by level, then by number of columns and rows."""
    columns = list(range(len(matrix.columns)))
    if len(columns) <= HEAT_COLUMNS:
        runs = [columns]
    else:
        levels = list(dict.fromkeys(c.level for c in matrix.columns))
        runs = [
            mine[start : start + HEAT_COLUMNS]
            for level in levels
            for mine in [[i for i in columns if matrix.columns[i].level == level]]
            for start in range(0, len(mine), HEAT_COLUMNS)
        ]
    return [
        part
        for run in runs
        for wide in [matrix.only(run)]
        for start in range(0, max(1, len(wide.courses)), HEAT_ROWS)
        for part in [wide.rows(start, start + HEAT_ROWS)]
    ]
