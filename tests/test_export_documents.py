"""The draft plan for Word and Excel, opened again as a reader's program does."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import docx
import openpyxl
import pdfplumber
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.table import Table

from align.credit import RuleSet
from align.export.docx import CHAPTERS, docx_bytes, heat_parts
from align.export.pdf import pdf_bytes
from align.export.xlsx import xlsx_bytes
from align.export.xlsx_sheets import shown
from align.plan import DRAFT_MARK, Conversion, Plan, Quotation, course_matrix
from align.records import Action, Certificate, Competency, Course, Place
from tests import plan_records as given
from tests.review_kit import graded, said


@pytest.fixture(scope="module")
def plan() -> Plan:
    return given.plan()


@pytest.fixture(scope="module")
def word_file(plan: Plan) -> bytes:
    return docx_bytes(plan)


@pytest.fixture(scope="module")
def word(word_file: bytes) -> Any:
    return docx.Document(io.BytesIO(word_file))


@pytest.fixture(scope="module")
def excel(plan: Plan) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(plan)))


def lists_of(word: Any, second: str) -> list[Table]:
    """The tables of the annexes by the heading of their second column."""
    return [t for t in word.tables if len(t.columns) > 1 and t.cell(0, 1).text == second]


def table_with(word: Any, heading: str) -> Table:
    return next(t for t in word.tables if t.cell(0, 0).text == heading)


def test_word_page_is_that_of_an_official_document(word: Any) -> None:
    standing, lying, middle, lists, last = word.sections
    for section in (standing, middle, last):
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
        margins = (
            section.top_margin,
            section.bottom_margin,
            section.left_margin,
            section.right_margin,
        )
        assert [round(m.mm) for m in margins] == [37, 35, 28, 26]
    for section in (lying, lists):
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    firsts = [s.different_first_page_header_footer for s in word.sections]
    assert firsts == [True, False, False, False, False]  # the cover alone has no page number


@pytest.mark.parametrize(
    ("style", "font", "size", "pitch"),
    [("Normal", "仿宋", 16, 28), ("Title", "方正小标宋简体", 22, 36), ("Heading 1", "黑体", 16, 28),
     ("Heading 2", "楷体", 16, 28), ("AlignTable", "仿宋", 10.5, 14)],
)  # fmt: skip
def test_word_styles_name_chinese_fonts(
    word: Any, style: str, font: str, size: float, pitch: float
) -> None:
    found = word.styles[style]
    fonts = found.element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == font
    assert not [a for a in fonts.attrib if a.endswith("Theme")]
    assert (found.font.size.pt, found.paragraph_format.line_spacing.pt) == (size, pitch)


def test_word_chapters_stand_in_order_and_the_contents_lead_to_them(word: Any) -> None:
    headings = [p for p in word.paragraphs if p.style.name == "Heading 1"]
    assert [h.text for h in headings] == [words for words, _ in CHAPTERS]
    bookmarks = [h._p.find(qn("w:bookmarkStart")).get(qn("w:name")) for h in headings]
    assert bookmarks == [name for _, name in CHAPTERS]
    codes = [e.text.split() for e in word.element.body.iter(qn("w:instrText"))]
    assert codes[0] == ["TOC", "\\o", '"1-2"', "\\h", "\\z", "\\u"]
    every = [p for p in word.paragraphs if p.style.name in {"Heading 1", "Heading 2"}]
    marks = [p._p.find(qn("w:bookmarkStart")).get(qn("w:name")) for p in every]
    assert [code[1] for code in codes[1:]] == marks and len(marks) > len(bookmarks)
    assert "PAGE" in word.sections[0].footer.paragraphs[0]._p.xml


def test_word_is_marked_as_a_draft_on_every_page_and_on_its_cover(word: Any) -> None:
    assert DRAFT_MARK == "草案（机器建议，未经教师审核）"
    assert word.sections[0].header.paragraphs[0].text == DRAFT_MARK
    assert all(s.header.is_linked_to_previous for s in word.sections[1:])
    assert DRAFT_MARK in [p.text for p in word.paragraphs]


def test_word_tables_repeat_their_heading_and_split_no_row(word: Any) -> None:
    headed = [t for t in word.tables if t.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None]
    assert len(headed) >= 9
    for table in word.tables:
        for row in table.rows:
            assert row._tr.trPr.find(qn("w:cantSplit")) is not None
    sizes = {e.get(qn("w:type")) for t in word.tables for e in t._tbl.iter(qn("w:tblLayout"))}
    assert sizes == {"fixed"}


def test_no_word_table_is_wider_than_its_page(word: Any) -> None:
    wide = {t._tbl for t in word.tables if t.cell(0, 0).text in {"证书的技能要求", "课程单元"}}
    assert len(wide) == 3  # the one certificate with open ends, and the lists of two annexes
    for table in word.tables:
        mm = sum(int(c.get(qn("w:w"))) for c in table._tbl.tblGrid) * 25.4 / 1440
        assert mm <= (227.5 if table._tbl in wide else 156.5)


def test_word_analysis_groups_by_task_and_leaves_covered_items_to_the_annex(
    word: Any, plan: Plan
) -> None:
    rows = [[c.text for c in r.cells] for r in table_with(word, "证书的技能要求").rows]
    groups = [r[0] for r in rows[1:] if len(set(r)) == 1]
    assert groups[0] == "初级 ／ 1 到货验收 ／ 1.1 车辆与货品查验（共 5 条：已覆盖 3，拓展 2）"
    items = [r for r in rows[1:] if len(set(r)) > 1]
    assert len(items) == sum(r.action != "covered" for r in plan.analysis)
    supplement = next(r for r in items if r[0].startswith("初级-1.2.5"))
    assert "补充" in supplement[1] and "未映射，待确认" in supplement[1]
    assert "建议补入" in supplement[2] and "（由专业填写）" in supplement[3]
    assert "规则：未达关联阈值" in supplement[4] and "最接近的课程原文：“" in supplement[4]
    extend = next(r for r in items if r[0].startswith("初级-1.1.3"))
    assert "概率 44%" in extend[1] and "存疑" in extend[1] and "未确认" in extend[1]
    assert "（第6页 表2 第3行）" in extend[0] and "（表2 第2行）" in extend[4]
    covered = [[c.text for c in r.cells] for r in lists_of(word, "概率与审核")[0].rows]
    shown = [r for r in covered[1:] if len(set(r)) > 1]
    assert len(shown) == sum(r.action == "covered" for r in plan.analysis)
    assert all("课程原文：“" in r[3] and "不低于 0.75" in r[3] for r in shown)
    assert all("未审核" in r[1] for r in shown)


def test_word_credit_table_is_up_to_the_committee(word: Any) -> None:
    rows = [[c.text for c in r.cells] for r in table_with(word, "证书及\n等级").rows]
    assert len(rows) == 3
    assert rows[1][0] == "冷链物流管理\n中级" and rows[1][3:5] == ["4", "81%"]
    assert rows[1][-1] == "待委员会同意"
    assert (rows[2][0], rows[2][3]) == ("学分合计", "4")
    assert "合计只是候选之和，须按学校的学分上限确定" in rows[2]
    said = [p.text for p in word.paragraphs]
    assert any("免修针对持证学生" in p and "两者不矛盾" in p for p in said)


def test_credits_add_up_once_a_course_and_doubtful_ones_say_so(plan: Plan) -> None:
    (row,) = plan.credits
    rows = (
        row, replace(row, certificate_id="other", unsure=True),
        replace(row, course_id="x", credits=2.5), replace(row, course_id="y", credits=None),
    )  # fmt: skip
    several = replace(plan, credits=rows)
    word = docx.Document(io.BytesIO(docx_bytes(several)))
    table = [[c.text for c in r.cells] for r in table_with(word, "证书及\n等级").rows]
    assert [r[4] for r in table[1:]] == ["81%", "81%\n存疑", "81%", "81%", ""]
    assert table[-1][3] == "6.5"
    assert "同一门课程只计一次" in table[-1][6] and "1 门课程没有写明学分" in table[-1][6]
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(several)))["学分转换表"]
    assert "学分合计 6.5：合计只是候选之和，须按学校的学分上限确定" in sheet["A2"].value
    head = [c.value for c in sheet[3]]
    assert [sheet.cell(r, head.index("存疑") + 1).value for r in (4, 5)] == [None, "存疑"]


def test_word_says_so_when_no_course_is_exempt(plan: Plan) -> None:
    empty = replace(plan, credits=(), exempt_units=(), problems=())
    words = [p.text for p in docx.Document(io.BytesIO(docx_bytes(empty))).paragraphs]
    assert any("不建议转换学分" in w and "80%" in w for w in words)
    assert "没有发现问题。" in words


def test_word_has_signatures_settings_problems_and_the_runs_identity(word: Any, plan: Plan) -> None:
    cells = {c.text for t in word.tables for r in t.rows for c in r.cells}
    assert set(plan.signatures) <= cells
    assert {s.title for s in plan.settings} <= cells
    with_parameters = replace(plan.run, parameters=(("link_threshold", 0.2),))
    assert "关联阈值（link_threshold）" in {
        c.text
        for t in docx.Document(io.BytesIO(docx_bytes(replace(plan, run=with_parameters)))).tables
        for c in t.columns[0].cells
    }
    assert {plan.run.id, plan.run.model, plan.run.settings_version} <= cells
    assert {digest for _, digest in plan.run.sources} <= cells
    assert any("单元学时之和 62" in c for c in cells)
    assert any("没有国家统一规定" in p.text for p in word.paragraphs)


def test_word_pictures_have_words_and_are_not_cut_to_one_line(word: Any) -> None:
    assert len(word.inline_shapes) == 4
    for shape in word.inline_shapes:
        assert shape._inline.docPr.get("descr")
    pictures = [p for p in word.paragraphs if p._p.findall(".//" + qn("w:drawing"))]
    assert all(p.style.paragraph_format.line_spacing == 1.0 for p in pictures)


def test_word_and_excel_are_the_same_bytes_each_time(plan: Plan, word_file: bytes) -> None:
    assert docx_bytes(given.plan()) == word_file
    assert xlsx_bytes(plan) == xlsx_bytes(given.plan())
    for data in (word_file, xlsx_bytes(plan)):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            assert package.testzip() is None
            assert len({info.date_time for info in package.infolist()}) == 1


def test_strange_characters_in_the_documents_break_nothing(plan: Plan) -> None:
    odd = "能\x0b用<w:t>&\x00=1+1\u202e逆\ufffe"
    quote = replace(plan.analysis[0].item_quote, text=odd)
    row = replace(plan.analysis[0], item=odd, item_quote=quote, measure=odd, reason=odd)
    strange = replace(plan, analysis=(row, *plan.analysis[1:]), major="＝冷链<&>")
    reopened = docx.Document(io.BytesIO(docx_bytes(strange)))
    assert any(
        "能用<w:t>&=1+1逆" in c.text
        for c in table_with(reopened, "证书的技能要求").columns[0].cells
    )
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(strange)))
    assert book["融通内容分析表"].cell(4, 6).value == "能用<w:t>&=1+1逆"


def test_an_empty_programme_still_gives_both_files(plan: Plan) -> None:
    nothing = Plan("空", "空", "", (), (), (), (), (), (), (), (), (), (), plan.settings, plan.run)
    assert docx.Document(io.BytesIO(docx_bytes(nothing))).paragraphs
    assert openpyxl.load_workbook(io.BytesIO(xlsx_bytes(nothing))).sheetnames


def test_a_large_certificate_is_drawn_in_parts_that_fit_a_page() -> None:
    items = tuple(
        Competency(f"{level}-{t}", "c", level, "1 领域", f"{t} 任务", f"{t}", "能", "能", Place())
        for level in ("初级", "中级", "高级")
        for t in range(48)
    )
    courses = tuple(Course(str(n), f"课程{n}", ()) for n in range(30))
    certificate = Certificate("c", "大证书", ("初级", "中级", "高级"), items)
    parts = heat_parts(course_matrix(courses, certificate, (), 0.3))
    assert {len({c.level for c in p.columns}) for p in parts} == {1}
    assert max(len(p.columns) for p in parts) <= 36 and max(len(p.courses) for p in parts) <= 26
    assert sum(len(p.columns) * len(p.courses) for p in parts) == 144 * 30


def test_excel_has_all_sheets_with_frozen_headings_filters_and_the_mark(excel: Any) -> None:
    assert excel.sheetnames == [
        "课程与证书对照表", "融通内容分析表", "学分转换表", "免修单元", "覆盖度矩阵", "证据",
        "问题", "设置",
    ]  # fmt: skip
    for sheet in excel:
        assert DRAFT_MARK in sheet["A2"].value
        assert sheet.freeze_panes
        if sheet.title != "覆盖度矩阵":
            assert sheet.auto_filter.ref
            assert sheet["A4"].alignment.wrap_text


def test_excel_lists_every_row_with_real_numbers_and_no_formula(excel: Any, plan: Plan) -> None:
    sheet = excel["融通内容分析表"]
    header = [c.value for c in sheet[3]]
    rows = [
        dict(zip(header, [c.value for c in r], strict=True)) for r in sheet.iter_rows(min_row=4)
    ]
    assert len(rows) == len(plan.analysis)
    row = next(r for r in rows if r["编号"] == "初级-1.1.3")
    assert row["概率"] == pytest.approx(0.44) and row["现有学时"] == 16
    assert (row["关系"], row["存疑"], row["规则"]) == ("拓展", "存疑", "只讲到一部分")
    assert row["证书原文位置"] == "第6页 表2 第3行" and row["单元标识"].startswith("冷库运营实务#1")
    assert sheet.conditional_formatting
    assert all(c.data_type != "f" for s in excel for r in s.iter_rows() for c in r)
    assert len(list(excel["证据"].iter_rows(min_row=4))) == len(plan.evidence)


def test_excel_probabilities_are_numbers_of_three_decimals(plan: Plan) -> None:
    row = replace(plan.analysis[0], probability=0.123456)
    unit = replace(plan.exempt_units[0], probability=0.98765)
    run = replace(plan.run, parameters=(("link_threshold", 0.2),))
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes(replace(plan, analysis=(row,), exempt_units=(unit,), run=run)))
    )
    for name, value in (("融通内容分析表", 0.123), ("免修单元", 0.988), ("证据", None)):
        sheet = book[name]
        column = [c.value for c in sheet[3]].index("概率") + 1
        cell = sheet.cell(4, column)
        assert cell.data_type == "n" and cell.number_format == "0.000"
        assert cell.value == round(cell.value, 3)
        assert value is None or cell.value == value
    assert "关联阈值（link_threshold）" in [c.value for c in book["设置"]["B"]]


def test_excel_takes_dangerous_text_as_text(plan: Plan) -> None:
    evil = '=HYPERLINK("http://x",1)'
    row = replace(plan.analysis[0], item=evil, reason="http://example.org/" + "长" * 40_000)
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes(replace(plan, analysis=(row, *plan.analysis[1:]))))
    )
    sheet = book["融通内容分析表"]
    assert (sheet.cell(4, 6).value, sheet.cell(4, 6).data_type) == (evil, "s")
    long = sheet.cell(4, [c.value for c in sheet[3]].index("理由") + 1)
    assert long.hyperlink is None and long.value.endswith("……（过长，全文见原文件）")
    assert len(shown("长" * 40_000)) <= 32_767


def test_excel_columns_fit_their_text_and_wrapped_rows_their_lines(excel: Any) -> None:
    sheet = excel["课程与证书对照表"]
    assert sheet.column_dimensions["A"].width >= 14  # 客户服务管理员 is 14 columns wide
    assert max(d.width for s in excel for d in s.column_dimensions.values()) <= 75
    assert sheet.row_dimensions[5].height > 30  # several tasks, one a line


def test_excel_matrix_has_one_coloured_block_per_certificate(excel: Any, plan: Plan) -> None:
    sheet = excel["覆盖度矩阵"]
    assert len(sheet.conditional_formatting) == 2
    assert sheet.cell(6, 2).value == plan.matrices[0].columns[0].label
    assert sheet.cell(8, 2).value == pytest.approx(plan.matrices[0].values[1][0])
    assert sheet.cell(7, 2).value is None  # nothing linked is blank, not zero


def test_excel_settings_say_whose_they_are(excel: Any) -> None:
    sheet = excel["设置"]
    assert "均为本校设置" in sheet["A2"].value
    found = {r[6].value: r[2].value for r in sheet.iter_rows(min_row=4)}
    assert found["exempt_course_share"] == 0.8 and found["id"] == "r-0123456789abcdef"


# --- contents, grounds, decisions, rules ---------------------------------------------------------


def contents_of(data: bytes) -> dict[str, str]:
    """Page by heading, as the contents show it before any program renews them."""
    found = {}
    for p in docx.Document(io.BytesIO(data)).paragraphs:
        if p.style.name.startswith("toc "):
            words = "".join(t.text for t in p._p.iter(qn("w:t")))
            found[words.rstrip("0123456789")] = words[len(words.rstrip("0123456789")) :]
    return found


def test_word_contents_are_filled_in_before_anybody_renews_them(word_file: bytes) -> None:
    shown = contents_of(word_file)
    titles = [words for words, _ in CHAPTERS]
    assert [k for k in shown if k in titles] == titles
    assert "（一）学分转换表" in shown and "（二）可免修的课程单元" in shown
    pages = [int(n) for n in shown.values()]
    assert pages == sorted(pages) and pages[0] == 3


def test_word_contents_name_the_pages_that_a_word_processor_makes(plan: Plan) -> None:
    pdf = pdf_bytes(docx_bytes(plan, contents_field=False))
    with pdfplumber.open(io.BytesIO(pdf)) as pages:
        texts = ["".join((p.extract_text() or "").split()) for p in pages.pages]
    told = contents_of(docx_bytes(plan))
    for title, page in told.items():
        words = title.replace(" ", "")
        real = [n for n, text in enumerate(texts, 1) if words in text and n != 2]
        assert real, title
        assert min(abs(int(page) - n) for n in real) <= 1, (title, page, real)
    # The PDF's own contents are LibreOffice's, to the page.
    listed = texts[1]
    for words, _ in CHAPTERS:
        told_there = re.search(re.escape(words.replace(" ", "")) + r"\.+(\d+)", listed)
        assert told_there, words
        assert words.replace(" ", "") in texts[int(told_there[1]) - 1]


def test_word_grounds_of_exemption_quote_both_sides(plan: Plan) -> None:
    quoted = replace(
        plan.exempt_units[0],
        quotes=((Quotation("能核对\n温度。", "第6页 表2"), Quotation("会测温", "表1 第2行")),),
    )
    word = docx.Document(
        io.BytesIO(docx_bytes(replace(plan, exempt_units=(quoted, *plan.exempt_units[1:]))))
    )
    rows = [[c.text for c in r.cells] for r in lists_of(word, "概率与审核")[1].rows]
    assert len([r for r in rows[1:] if len(set(r)) > 1]) == len(plan.exempt_units)
    assert "证书原文：“能核对温度。”（第6页 表2）" in rows[2][3]
    assert "课程原文：“会测温”（表1 第2行）" in rows[2][3]


def decided_plan(**more: Any) -> Plan:
    """A plan after three decisions: one taken, one changed, one refused, one on a course."""
    words = {p.id: p for p in given.proposals()}
    supplement = next(p for p in words.values() if p.action == "supplement")
    extend = next(p for p in words.values() if p.action == "extend")
    course = words["course:coldchain:冷库运营实务"]
    verdicts = {
        d.subject: d
        for d in (
            said(1, supplement.id, supplement.action, hours=2.0),
            said(2, extend.id, extend.action, "change", action=Action.STRENGTHEN, note="=并入实训"),
            said(3, course.id, course.action, note="按规定"),
        )
    }
    return given.plan(verdicts=verdicts, **more)


def test_word_says_who_decided_what_and_when_and_what_nobody_has() -> None:
    plan = decided_plan(links=[graded(0, 2, pair=("coldchain", "初级-1.1.1", "冷库运营实务", "x"))])
    word = docx.Document(io.BytesIO(docx_bytes(plan)))
    rows = [[c.text for c in r.cells] for r in table_with(word, "时间").rows][1:]
    assert [(r[0], r[1], r[2]) for r in rows] == [
        ("2025-03-01 16:00", "甲老师", "关联"),
        ("2025-03-01 16:01", "甲老师", "建议"),
        ("2025-03-01 16:02", "甲老师", "建议"),
        ("2025-03-01 16:03", "甲老师", "建议"),
    ]
    assert rows[1][4] == "采纳补充（2 学时）" and rows[2][4] == "由拓展改为强化\n=并入实训"
    assert "免修《冷库运营实务》" in rows[3][3]
    open_rows = len(plan.analysis) + len(plan.exempt_units) + len(plan.credits) - 3
    assert any(f"另有 {open_rows} 项建议未审核" in p.text for p in word.paragraphs)
    cells = "\n".join(c.text for t in word.tables for r in t.rows for c in r.cells)
    assert "采纳补充\n甲老师\n2025-03-01 16:01" in cells and "未审核" in cells


def test_word_ends_with_the_run_and_the_head_of_the_ledger(plan: Plan) -> None:
    for ledger, shown_there in (
        ("第 12 条 3f9a", "第 12 条 3f9a"),
        ("", "无（本次结果未记入账本）"),
    ):
        word = docx.Document(io.BytesIO(docx_bytes(replace(plan, ledger=ledger))))
        rows = {r.cells[0].text: r.cells[1].text for r in table_with(word, "运行编号").rows}
        assert rows["运行编号"] == plan.run.id and rows["账本首部"] == shown_there


def test_signature_fields_are_the_colleges_own() -> None:
    word = docx.Document(io.BytesIO(docx_bytes(given.plan(signatures=("企业专家", "教务处")))))
    (table,) = (t for t in word.tables if len(t.columns) == 4 and t.cell(0, 1).text == "意见")
    assert [r.cells[0].text for r in table.rows][1:] == ["企业专家", "教务处"]
    assert given.plan(signatures=()).signatures == given.plan().signatures


def test_conversion_rules_choose_and_say_why_not() -> None:
    rules = RuleSet({"certificate-cap": {"credits": 3.0}, "grade": {"grades": {"高级": 85}}})
    refused = given.plan(conversion=Conversion(rules)).credits
    assert [(r.taken, r.status) for r in refused] == [(False, "待委员会同意")]
    assert refused[0].against == ("须经委员会同意：委员会尚未同意免修这门课程",)
    capped = decided_plan(conversion=Conversion(rules))
    (row,) = capped.credits
    assert row.taken is False and row.status.startswith("按转换规则不转换；采纳免修（甲老师")
    assert row.against == ("每证学分上限：《冷链物流管理》免修学分合计不超过 3",)
    assert row.grade == "85 分" and capped.credit_total == 0
    free = decided_plan(conversion=Conversion(RuleSet({"certificate-cap": {"credits": 8.0}})))
    assert free.credits[0].taken and free.credit_total == 4.0
    word = docx.Document(io.BytesIO(docx_bytes(free)))
    rows = [[c.text for c in r.cells] for r in table_with(word, "证书及\n等级").rows]
    assert rows[1][-1].startswith("按转换规则选定\n采纳免修\n甲老师")
    rules_table = [[c.text for c in r.cells] for r in table_with(word, "规则").rows]
    assert rules_table[1][:2] == ["每证学分上限", "学分 8 学分"]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(free)))
    assert "每证学分上限" in [c.value for c in book["设置"]["B"]]
    head = [c.value for c in book["学分转换表"][3]]
    assert book["学分转换表"].cell(4, head.index("转换规则") + 1).value == "选定"


def test_an_approved_course_that_nobody_proposed_is_weighed_too() -> None:
    approved = {("coldchain", "冷藏运输管理"): "企业考核合格"}
    plan = given.plan(conversion=Conversion(RuleSet({}), approved=approved))
    rows = {r.course: r for r in plan.credits}
    assert rows["冷藏运输管理"].taken and "企业考核合格" in rows["冷藏运输管理"].reason
    assert rows["冷库运营实务"].taken is False  # proposed, but not among the approved
    word = docx.Document(io.BytesIO(docx_bytes(plan)))
    assert any("学校没有启用任何学分转换规则" in p.text for p in word.paragraphs)


def test_nothing_linked_gives_words_in_place_of_empty_pictures() -> None:
    plan = given.plan()
    bare = replace(
        plan,
        matrices=tuple(
            replace(m, values=tuple((0.0,) * len(m.columns) for _ in m.courses))
            for m in plan.matrices
        ),
    )
    word = docx.Document(io.BytesIO(docx_bytes(bare)))
    assert len(word.inline_shapes) == 0
    assert any("不画热力图" in p.text for p in word.paragraphs)


def test_excel_invites_the_committee_with_lists_and_keeps_its_keys_out_of_sight() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(decided_plan())))
    for name, choices in (
        ("融通内容分析表", '"采纳,修改,不采纳,撤回"'), ("学分转换表", '"采纳,不采纳,撤回"'),
        ("免修单元", '"采纳,不采纳,撤回"'),
    ):  # fmt: skip
        sheet = book[name]
        head = {c.value: c.column for c in sheet[3]}
        dimensions = [d for d in sheet.column_dimensions.values() if d.hidden]
        hidden = {n for d in dimensions for n in range(d.min, d.max + 1)}
        lists = {v.formula1 for v in sheet.data_validations.dataValidation if v.type == "list"}
        assert choices in lists
        numbers = [v for v in sheet.data_validations.dataValidation if v.type == "decimal"]
        assert numbers
        for title in ("建议编号", "运行编号", "原建议", "当时审定", "导出时"):
            assert head[title] in hidden, (name, title)
        assert head["裁定"] not in hidden and len(hidden) == 5
        assert sheet.cell(4, head["运行编号"]).value == given.run().id
    sheet = book["融通内容分析表"]
    head = {c.value: c.column for c in sheet[3]}
    filled = [
        tuple(sheet.cell(r, head[t]).value for t in ("裁定", "改为", "裁定学时", "备注"))
        for r in range(4, sheet.max_row + 1)
        if sheet.cell(r, head["裁定"]).value
    ]
    assert sorted(filled, key=str) == [
        ("修改", "强化", None, "=并入实训"),
        ("采纳", None, 2, None),
    ]
    assert all(c.data_type != "f" for r in sheet.iter_rows() for c in r)


def test_the_heatmap_leaves_out_courses_that_nothing_links_and_says_how_many(plan: Plan) -> None:
    (matrix, *_) = plan.matrices
    idle = tuple(0.0 for _ in matrix.columns)
    wide = replace(
        matrix,
        courses=(*matrix.courses, ("x", "体育"), ("y", "心理")),
        values=(*matrix.values, idle, idle),
        counts=(*matrix.counts, tuple(0 for _ in idle), tuple(0 for _ in idle)),
    )
    kept = wide.linked()
    assert kept.courses == matrix.linked().courses and kept.values == matrix.linked().values
    left = len(wide.courses) - len(kept.courses)
    data = docx_bytes(replace(plan, matrices=(wide, *plan.matrices[1:])))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert f"（未列没有关联的课程 {left} 门）" in file.read("word/document.xml").decode()
