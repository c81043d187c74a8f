"""A workspace's plan with all the store knows; edited plans come back; runs are compared."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from align import papers
from align.decisions import Approval, Person, Role, Workspace
from align.errors import AccessError, ConflictError, HostileFileError, ReadError, UsageError
from align.export.docx_template import fill, sample_template
from align.export.template_rules import check
from align.export.template_words import FIELDS, PICTURES, words_of
from align.learner import ConversionRule, Entry, ResultKind
from align.links import pair_of
from align.papers import Standing
from align.plan import Plan
from align.plan.compare import compare
from align.records import Action
from align.store import Store, verify_receipt
from tests import app_kit
from tests import plan_records as given
from tests.app_kit import me, space, store
from tests.hostile_files import macro_docx, zip_bomb
from tests.kit import align

place = app_kit.place
ITEMS = "融通内容分析表"


def now(who: Person | None = None, found: Workspace | None = None) -> Standing:
    return papers.standing(store(), who or me(), found or space())


def plan(standing: Standing | None = None) -> Plan:
    s = standing or now()
    return papers.plan_with(s.result, papers.papers_of(store(), me(), s.space, s.result, s.links))


def words(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


# --- what the plan knows -------------------------------------------------------------------------


def test_the_plan_tells_who_decided_what_and_where_the_ledger_stands(place: Path) -> None:
    from align.export.docx import docx_bytes

    first = now()
    p, m = first.result.proposals[0], first.result.matches[0]
    store().decide(me(), space().id, p.id, p.action, "accept", note="院务会同意", seen="")
    store().decide_link(me(), space().id, pair_of(m), 2, note="已核对教案", seen="")
    seq, digest = store().head(space().college_id)
    made = plan()
    assert made.ledger == f"第 {seq} 条 {digest}"
    told = words(docx_bytes(made))
    for part in (digest, "院务会同意", "已核对教案", "全部教到", app_kit.NAME):
        assert part in told
    assert made.approval is None and "批准意见" not in told


def test_an_approved_plan_says_who_signed_and_when(place: Path) -> None:
    from align.export.docx import docx_bytes
    from align.export.xlsx import xlsx_bytes

    store().approve(me(), space().id, "ab" * 32, ["王建国", "李敏"], "2026-03-01；同意")
    made = plan()
    assert made.mark.startswith("已批准（") and "未经教师审核" in made.mark
    told = words(docx_bytes(made))
    for part in ("王建国、李敏", "批准日期：2026-03-01。批准意见：同意", "ab" * 32):
        assert part in told
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(made)))
    cells = [str(c) for row in book["设置"].iter_rows(values_only=True) for c in row if c]
    assert any("王建国" in c for c in cells) and any("ab" * 32 in c for c in cells)


def test_the_file_approved_says_what_a_later_export_says(place: Path) -> None:
    from align.export.docx import docx_bytes

    s = now()
    known = papers.papers_of(store(), me(), s.space, s.result, s.links)
    made, _ = store().approve(
        me(), space().id,
        lambda a: docx_bytes(papers.plan_with(s.result, papers.as_approved(known, a))),
        ["王建国", "李敏"], "2026-03-01；同意",
    )  # fmt: skip
    kept, later = (
        docx.Document(io.BytesIO(data))
        for data in (store().approved_bytes(me(), made.id), docx_bytes(plan()))
    )
    marks = [{x.header.paragraphs[0].text for x in d.sections} for d in (kept, later)]
    assert marks[0] == marks[1] == {plan().mark}
    # The one line that differs: where to find the fingerprint, and the fingerprint.
    (differs,) = [
        (a.text, b.text)
        for a, b in zip(kept.paragraphs, later.paragraphs, strict=True)
        if a.text != b.text
    ]
    assert "方案指纹" in differs[0] and "align ledger" in differs[0] and made.digest in differs[1]
    cells = [[c.text for t in d.tables for c in t._cells] for d in (kept, later)]
    (changed,) = [(a, b) for a, b in zip(*cells, strict=True) if a != b]
    assert changed == ("见批准时的回执", plan().ledger)
    assert "草案" not in words(store().approved_bytes(me(), made.id))


def test_a_template_of_the_college_names_the_signers_in_the_file_approved(place: Path) -> None:
    s = now()
    made: list[dict[str, Any]] = []

    def build(a: Approval) -> bytes:
        found = papers.plan_with(s.result, papers.as_approved(papers.Papers(), a))
        made.append(words_of(found))
        return b"PK"

    store().approve(me(), space().id, build, ["王建国", "李敏"], "2026-03-01；同意")
    (signed,) = made[0]["批准"]
    assert made[0]["标记"].startswith("已批准（")
    assert (signed["签名"], signed["校验值"]) == ("王建国、李敏", "见批准时的回执")


def test_conversions_the_committee_approved_stand_in_the_plan(place: Path) -> None:
    s = now()
    certificate, course = s.result.gathered.certificates[0], s.result.gathered.courses[0]
    entry = Entry("c-1", certificate.name, ResultKind.SKILL_LEVEL, levels=certificate.levels)
    store().import_entries(me(), space().college_id, [entry])
    rule = ConversionRule(
        "", "c-1", certificate.levels[0], course.id, course.name, course.nature, "", 2.0, 80.0
    )
    store().approve_conversions(me(), space().id, [rule])
    rows = {r.course_id: r for r in plan().credits}
    row = rows[course.id]
    assert (row.taken, row.credits, row.grade) == (True, 2.0, "80 分")
    assert row.status.startswith("已批准转换（") and app_kit.NAME in row.status
    assert all(not r.stands for r in rows.values() if r.course_id != course.id)
    assert plan().credit_total == 2.0


def test_a_conversion_approved_without_linked_content_is_listed_and_says_so(place: Path) -> None:
    result = now().result
    certificate, course = result.gathered.certificates[0], result.gathered.courses[0]
    for unit in course.units:
        for item in certificate.competencies:
            pair = (certificate.id, item.id, course.id, unit.id)
            if any((m.certificate_id, m.item_id, m.course_id, m.unit_id) == pair
                   for m in result.matches):  # fmt: skip
                store().decide_link(me(), space().id, pair, 0, seen="", probability=0.5)
    store().import_entries(
        me(), space().college_id,
        [Entry("c-1", certificate.name, ResultKind.SKILL_LEVEL, levels=certificate.levels)],
    )  # fmt: skip
    rule = ConversionRule(
        "", "c-1", certificate.levels[0], course.id, course.name, course.nature, "", 2.0
    )
    store().approve_conversions(me(), space().id, [rule])
    (row,) = (r for r in plan().credits if r.course_id == course.id)
    assert (row.taken, row.credits, row.level) == (True, 2.0, certificate.levels[0])
    assert row.reason.startswith("无已确认的关联内容；") and row.status.startswith("已批准转换（")


# --- edited plans come back ----------------------------------------------------------------------


def edited(subject: str, sheet: str = ITEMS, made: Plan | None = None, **cells: Any) -> bytes:
    """The workbook of the plan as it stands, with one row filled in."""
    from align.export.xlsx import xlsx_bytes

    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(made or plan())))
    page = book[sheet]
    heads = {c.value: c.column for c in page[3]}
    row = next(
        r for r in range(4, page.max_row + 1)
        if page.cell(r, heads["建议编号"]).value == subject
    )  # fmt: skip
    for title, value in cells.items():
        page.cell(row, heads[title]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def an_item() -> Any:
    return next(p for p in now().result.proposals if p.action is Action.SUPPLEMENT)


def test_an_edited_plan_becomes_decisions_with_the_file_in_the_ledger(place: Path) -> None:
    p = an_item()
    data = edited(p.id, 裁定="采纳", 裁定学时=3, 备注='=HYPERLINK("x")'.lstrip("="))
    before = store().decisions_version(space().id)
    found = papers.returned(store(), me(), now(), data, "plan.xlsx")
    assert store().decisions_version(space().id) == before
    (row,) = found.rows
    assert (row.change.verdict, row.change.hours, row.before) == ("accept", 3.0, None)
    (made,) = papers.take(store(), me(), space().id, found)
    assert (made.hours, made.reviewer_name, made.verdict) == (3.0, app_kit.NAME, "accept")
    (entry,) = store().entries(me(), kind="proposal.decided")
    digest = hashlib.sha256(data).hexdigest()
    assert entry.after["origin"] == {"origin_file": "plan.xlsx", "sha256": digest}
    assert store().verify().whole
    # The file has had its effect: taken again it is out of date, and so is a second click.
    again = papers.returned(store(), me(), now(), data, "plan.xlsx")
    assert not again.rows
    assert [c.why for c in again.conflicts] == ["decided-meanwhile"]
    with pytest.raises(ConflictError):
        papers.take(store(), me(), space().id, found)


def test_a_verdict_taken_back_can_be_given_again_by_file(place: Path) -> None:
    p = an_item()
    first = store().decide(me(), space().id, p.id, p.action, "accept", seen="")
    store().decide(me(), space().id, p.id, p.action, "withdraw", seen=first.id)
    found = papers.returned(store(), me(), now(), edited(p.id, 裁定="不采纳"), "plan.xlsx")
    (row,) = found.rows
    assert row.before is None
    (made,) = papers.take(store(), me(), space().id, found)
    assert made.verdict == "reject"


def test_a_file_of_another_run_or_another_kind_is_told_row_by_row(
    place: Path, tmp_path: Path
) -> None:
    p = an_item()
    for cells, why in (
        ({"运行编号": "r-other"}, "other-run"), ({"建议编号": "item:x:y"}, "unknown"),
        ({"裁定学时": "=1+1"}, "formula"), ({"裁定": "好"}, "impossible"),
    ):  # fmt: skip
        data = edited(p.id, **{"裁定": "采纳", **cells})
        found = papers.returned(store(), me(), now(), data, "plan.xlsx")
        (c,) = found.conflicts
        assert (c.why, c.sheet, c.row > 3, found.rows) == (why, ITEMS, True, ())
    with pytest.raises(ReadError):
        papers.returned(store(), me(), now(), b"%PDF", "plan.xlsx")
    with pytest.raises(HostileFileError):
        papers.returned(store(), me(), now(), zip_bomb(tmp_path).read_bytes(), "plan.xlsx")


def test_with_two_reviewers_the_committee_settles_and_teachers_speak_for_themselves(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = app_kit.college(monkeypatch, reviewers=2)
    people = {k: store().session(t) for k, t in tokens.items()}
    first, second, chair = (people[k] for k in (str(Role.FACULTY), "second", str(Role.COMMITTEE)))
    assert first and second and chair
    found = app_kit.their_space(tokens)
    p = next(x for x in now(first, found).result.proposals if x.action is Action.SUPPLEMENT)
    blank = papers.plan_with(now(first, found).result, papers.Papers())
    data = edited(p.id, 裁定="不采纳", made=blank)
    early = papers.returned(store(), chair, now(chair, found), data, "plan.xlsx")
    assert early.stage == "settle" and not early.rows
    assert "两位教师" in early.conflicts[0].words
    mine = papers.returned(store(), first, now(first, found), data, "plan.xlsx")
    assert (mine.stage, papers.take(store(), first, found.id, mine)[0].stage) == ("review",) * 2
    store().decide(second, found.id, p.id, p.action, "accept", seen="")
    late = papers.returned(store(), chair, now(chair, found), data, "plan.xlsx")
    (made,) = papers.take(store(), chair, found.id, late)
    assert (made.stage, made.verdict) == ("settle", "reject")


# --- templates -----------------------------------------------------------------------------------


def form(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_every_name_of_a_template_is_known_to_the_check() -> None:
    known = words_of(given.plan())
    assert set(FIELDS) == {*known, *PICTURES}
    for name, (kind, fields) in FIELDS.items():
        value = known.get(name, [])
        assert isinstance(value, {"text": str, "record": dict}.get(kind, list)), name
        if kind in {"rows", "record"} and value:
            assert set(value if kind == "record" else value[0]) == set(fields), name


def test_unknown_names_are_all_listed_even_in_tables_that_are_empty_today() -> None:
    assert check(sample_template(), "样例.docx") == sample_template()
    broken = form(
        "{{ 校长 }}", "{%p for 行 in 批准 %}", "{{ 行.公章 }}", "{%p endfor %}", "{{ 运行.首部 }}",
        "{%p for 行 in 名单 %}", "{{ 行.甲 }}", "{%p endfor %}",
    )  # fmt: skip
    with pytest.raises(UsageError) as caught:
        check(broken, "坏.docx")
    assert str(caught.value.got) == "校长、批准.公章、运行.首部、名单"


@pytest.mark.parametrize(
    "words",
    [
        "{{ 专业.__class__ }}", "{{ 'a' * 9 }}", "{{ 2 ** 9 }}", "{{ 专业.upper() }}",
        "{{ '%09999999d' | format(1) }}", "{{ 专业 | center(99999999) }}", "{{ range(9) }}",
        "{%p include '/etc/passwd' %}",
    ],
)  # fmt: skip
def test_a_template_cannot_do_more_than_fill_in(words: str) -> None:
    with pytest.raises(UsageError):
        check(form(words), "坏.docx")


def test_templates_are_versions_of_the_college(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper: Store = store()
    tokens = app_kit.college(monkeypatch)
    people = {k: keeper.session(t) for k, t in tokens.items()}
    chair, admin, teacher = (people[str(r)] for r in (Role.COMMITTEE, Role.ADMIN, Role.FACULTY))
    assert chair and admin and teacher
    college, one, two = chair.college_id, form("{{ 专业 }}"), form("{{ 学校 }}")
    made = keeper.save_template(chair, college, "甲.docx", one, "新版式", check=check)
    keeper.save_template(admin, college, "乙.docx", two, check=check)
    with pytest.raises(UsageError, match="现在用的就是它"):
        keeper.save_template(admin, college, "丙.docx", two, check=check)
    gone = keeper.remove_template(admin, college)
    versions = keeper.template_versions(teacher, college)
    assert [v.name for v in versions] == ["甲.docx", "乙.docx", ""] and gone.sha256 == ""
    assert (versions[0].author_name, versions[0].reason) == (chair.name, "新版式")
    assert keeper.template_bytes(teacher, made.id) == one
    with pytest.raises(AccessError):
        keeper.save_template(teacher, college, "丁.docx", one, check=check)
    with pytest.raises(AccessError):
        keeper.template_bytes(me(), made.id)
    for bad in (macro_docx(tmp_path).read_bytes(), form("{{ 校长 }}"), b"PK"):
        with pytest.raises((HostileFileError, UsageError, ReadError)):
            keeper.save_template(chair, college, "坏.docx", bad, check=check)
    assert len(keeper.template_versions(chair, college)) == 3
    assert [e.kind for e in keeper.entries(chair, kind="template.")] == ["template.changed"] * 3
    assert keeper.verify().whole
    import sqlite3

    with sqlite3.connect(app_kit.data_file()) as c:
        c.execute("UPDATE template_files SET data = ?", (b"PK other",))
    assert not keeper.verify().whole


def test_an_approval_can_be_printed_by_a_template() -> None:
    from dataclasses import replace

    from align.plan import ApprovalRow

    made = replace(
        given.plan(), approval=ApprovalRow("2026-03-01 16:00", ("甲", "乙"), "", "ab", "r")
    )
    page = form("{%p for 批 in 批准 %}", "{{ 批.签名 }} {{ 批.时间 }}", "{%p endfor %}")
    assert words(fill(page, made)).strip() == "甲、乙 2026-03-01 16:00"


# --- comparing runs ------------------------------------------------------------------------------


def test_a_run_is_compared_with_what_people_made_of_it(place: Path) -> None:
    p = an_item()
    assert [e.decided for e in papers.editions(store(), me(), space())] == [False]
    store().decide(me(), space().id, p.id, p.action, "reject", note="已在校企课讲授", seen="")
    after, before = papers.editions(store(), me(), space())
    assert (after.decided, after.words, before.decided) == (True, 1, False)
    assert after.made is not None and after.key != before.key
    old, new = (papers.side(store(), me(), space(), e, "x") for e in (before, after))
    (change,) = compare(old, new).changes
    assert change.subject == p.id and [c.kind for c in change.causes] == ["decision"]


def test_a_results_folder_of_ones_own_can_be_the_other_side(place: Path, tmp_path: Path) -> None:
    from align import pipeline

    s = now()
    pipeline.write(s.result, tmp_path / "旧", formats=["json", "csv"])
    files = {p.name: p.read_bytes() for p in (tmp_path / "旧").iterdir()}
    old = papers.side_of_files(files, "旧")
    (edition,) = papers.editions(store(), me(), space())
    assert not compare(old, papers.side(store(), me(), space(), edition, "新")).changes
    with pytest.raises(UsageError, match="缺少文件"):
        papers.side_of_files({"run.json": b"{}"}, "旧")


# --- the same by command -------------------------------------------------------------------------


def test_a_workspace_is_exported_and_comes_back_by_command(place: Path, tmp_path: Path) -> None:
    p = an_item()
    store().decide(me(), space().id, p.id, p.action, "accept", note="会议第三项", seen="")
    store().save_template(
        me(), space().college_id, "本校.docx",
        form("{{ 专业 }}", "{%p for 行 in 审核记录 %}", "{{ 行.说明 }}", "{%p endfor %}"),
        check=check,
    )  # fmt: skip
    done = align("export", "--workspace", "快递运营", "--format", "docx", "--format", "xlsx",
                 "--format", "sssom", "--out", "出", at=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "出").iterdir()
    assert words((folder / "plan.docx").read_bytes()).strip().endswith("会议第三项")
    assert sorted(e.subject for e in store().entries(me(), kind="export.")) == [
        "mapping.sssom.tsv", "plan.docx", "plan.xlsx",
    ]  # fmt: skip
    receipt = json.loads((folder / "plan.docx-回执.json").read_text("utf-8"))
    told = verify_receipt(receipt, store().keys.public())
    assert told.genuine
    assert told.digest == hashlib.sha256((folder / "plan.docx").read_bytes()).hexdigest()

    other = next(x for x in now().result.proposals if x.action is Action.EXTEND)
    (tmp_path / "填好.xlsx").write_bytes(edited(other.id, 裁定="修改", 改为="强化", 裁定学时=2))
    ask = ("import", "填好.xlsx", "--workspace", "快递运营")
    done = align(*ask, at=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"{other.id}：建议拓展，未审核 → 改为强化，2 学时" in done.stdout
    assert "加 --apply 将采用 1 行" in done.stdout
    done = align(*ask, "--apply", "--json", at=tmp_path)
    assert json.loads(done.stdout)["saved"] == 1
    assert store().decisions(me(), space().id)[-1].action is Action.STRENGTHEN
    done = align(*ask, "--apply", at=tmp_path)
    assert "不能采用 融通内容分析表 第" in done.stdout and "没有可以采用的" in done.stdout
    done = align("export", "--workspace", "没有", "--format", "docx", at=tmp_path)
    assert done.returncode == 2 and "没有这个工作区" in done.stderr
