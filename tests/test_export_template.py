"""A college's own Word template, as somebody writes one in Word, and as somebody gets it wrong."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from align.errors import AlignError, HostileFileError, ReadError, UsageError
from align.export.docx_template import fill, sample_template
from align.export.template_words import PICTURES, words_of
from align.pipeline import read_template
from align.plan import Plan
from align.records import Action
from tests import plan_records as given
from tests.hostile_files import macro_docx, zip_bomb
from tests.review_kit import said

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def plan() -> Plan:
    return given.plan()


def template(*paragraphs: str, rows: tuple[tuple[str, ...], ...] = ()) -> bytes:
    document = docx.Document()
    for words in paragraphs:
        document.add_paragraph(words)
    if rows:
        table = document.add_table(rows=len(rows), cols=len(rows[0]))
        for i, row in enumerate(rows):
            for j, words in enumerate(row):
                table.cell(i, j).text = words
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def filled(
    plan: Plan, *paragraphs: str, rows: tuple[tuple[str, ...], ...] = ()
) -> docx.document.Document:
    return docx.Document(io.BytesIO(fill(template(*paragraphs, rows=rows), plan)))


def test_names_loops_rows_and_pictures_are_filled(plan: Plan) -> None:
    found = filled(
        plan,
        "{{ 学校 }}{{ 专业 }}专业（{{ 标记 }}）",
        "{%p for 证 in 证书 %}", "{{ 证.名称 }} {{ 证.等级 }} {{ 证.要求数 }}", "{%p endfor %}",
        "{%p for 图 in 热力图 %}", "{{ 图 }}", "{%p endfor %}",
        "{%p if 学分转换 %}", "合计 {{ 学分合计 }}", "{%p endif %}",
        "{{ 运行.编号 }} {{ 运行.账本首部 }} {{ 签署 | join('、') }}",
        rows=(
            ("编号", "关系", "原文"),
            ("{%tr for 行 in 措施 %}", "", ""),
            ("{{ 行.编号 }}", "{{ 行.关系 }}", "{{ 行.证书原文 }}（{{ 行.证书位置 }}）"),
            ("{%tr endfor %}", "", ""),
        ),
    )  # fmt: skip
    words = [p.text for p in found.paragraphs]
    assert words[0] == f"冷链物流技术与管理专业（{plan.mark}）"
    assert "冷链物流管理 初级 20" in words and "合计 4" in words
    assert len(found.inline_shapes) == 2
    assert words[-1].startswith("r-0123456789abcdef 无 制订人、审核人")
    rows = [[c.text for c in r.cells] for r in found.tables[0].rows]
    open_rows = [r for r in plan.analysis if r.action is not Action.COVERED]
    assert len(rows) == 1 + len(open_rows)
    assert rows[1][0] == open_rows[0].item_id and "第6页 表2" in rows[1][2]


def test_text_of_the_documents_stays_text(plan: Plan) -> None:
    odd = "<w:br/>&amp; {{ 专业 }} {% if %} \x0b能"
    strange = replace(plan, college=odd)
    (words, *_) = [p.text for p in filled(strange, "校：{{ 学校 }}").paragraphs]
    assert words == "校：<w:br/>&amp; {{ 专业 }} {% if %} 能"


def test_decisions_reach_the_template() -> None:
    subject = next(p for p in given.proposals() if p.action is Action.SUPPLEMENT)
    plan = given.plan(verdicts={subject.id: said(1, subject.id, subject.action, note="可行")})
    found = filled(
        plan,
        "{%p for 行 in 审核记录 %}", "{{ 行.时间 }} {{ 行.审核人 }} {{ 行.结论 }} {{ 行.说明 }}",
        "{%p endfor %}",
        "{%p for 行 in 措施 if 行.审核人 %}", "{{ 行.编号 }}：{{ 行.审核 }}", "{%p endfor %}",
    )  # fmt: skip
    words = [p.text for p in found.paragraphs if p.text]
    assert words == ["2025-03-01 16:01 甲老师 采纳补充 可行", f"{subject.item_ids[0]}：采纳补充"]


def test_the_same_template_and_plan_give_the_same_bytes(plan: Plan) -> None:
    given_template = template("{{ 专业 }}", "{%p for 图 in 关联图 %}", "{{ 图 }}", "{%p endfor %}")
    assert fill(given_template, plan) == fill(given_template, given.plan())


@pytest.mark.parametrize(
    ("words", "said_there"),
    [
        ("{{ 专业名 }}", "专业名"),
        ("{{ 运行.首部 }}", "首部"),
        ("{{ 专业 ", "模板"),
        ("{%p for 行 in 措施 %}", "标记"),
        ("{% for 行 of 措施 %}", "标记"),
        ("{{ 专业.__class__.__mro__ }}", "模板"),
        ("{{ 专业 | nothing }}", "nothing"),
    ],
)
def test_a_broken_template_is_one_line_that_names_the_fault(
    plan: Plan, words: str, said_there: str
) -> None:
    with pytest.raises(UsageError) as caught:
        fill(template("前言", words, "后记"), plan, name="学院模板.docx")
    line = caught.value.line()
    assert line.startswith("学院模板.docx") and said_there in line and "\n" not in line
    assert "formats.md" in line


def test_a_file_that_is_no_template_is_refused(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / "表.docx").write_bytes(b"%PDF-1.4")
    for path, kind in (
        (tmp_path / "没有.docx", UsageError), (tmp_path / "表.docx", ReadError),
        (zip_bomb(tmp_path), HostileFileError), (macro_docx(tmp_path), HostileFileError),
    ):  # fmt: skip
        with pytest.raises(AlignError) as caught:
            read_template(path)
        assert type(caught.value) is kind
    with pytest.raises(UsageError, match="不是 Word 文档"):
        fill(b"PK\x03\x04", plan)


def test_the_sample_template_fills_with_every_table(plan: Plan) -> None:
    found = docx.Document(io.BytesIO(fill(sample_template(), plan)))
    assert found.sections[0].header.paragraphs[0].text == plan.mark
    assert len(found.tables) == 4 and all(len(t.rows) > 1 for t in found.tables)
    assert "{" not in "".join(p.text for p in found.paragraphs)


def test_every_name_is_documented() -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    section = re.search(r"^## 方案模板\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert section
    rows = dict(re.findall(r"^\| `([^`]+)` \| ([^|]*) \|", section[1], re.M))
    plan = given.plan(
        verdicts={p.id: said(1, p.id, p.action) for p in given.proposals()[:1]},
    )
    words = words_of(plan)
    assert set(rows) == {*words, *PICTURES}
    for name, value in words.items():
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            assert set(re.findall(r"`([^`]+)`", rows[name])) == set(inner), name
