"""``align convert`` as an academic office uses it, and the reference case out of the sample."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from align import pipeline, review, snapshot
from align.credit import RuleSet, candidates
from align.decisions import Role
from align.errors import ReadError
from align.export.learners import table_csv
from align.gather import gather
from align.learner import ConversionRule, Entry, LearningResult, ResultKind, convert
from align.learner.tables import (
    CONVERSION_HEAD,
    DIRECTORY_HEAD,
    RESULT_HEAD,
    conversion_rows,
    directory_rows,
    read_conversions,
    read_directory,
    read_results,
    result_rows,
)
from align.links import linked, pair_of, strength
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.records import Action
from align.settings import Settings
from align.store import COMMAND_LINE, open_store
from tests.cli_kit import command
from tests.credit_kit import LEARNER, TODAY, deposit, entry, rule
from tests.kit import ROOT, align
from tests.store_kit import Home, World

DIRECTORY = """编号,名称,类别,颁发机构,别名,等级,学时,有效月数,学分,性质
E1,邮政速递业务员,职业技能等级证书,邮政,速递业务员、快递业务员,初级、中级、高级,,36,初级=4；中级=8,
E2,安检培训,培训,,,,48,,2,选修
"""
CONVERSIONS = """学习成果编号,等级,课程名称,课程性质,课程类别,学分,成绩,生效日期,失效日期
E1,中级,速递生产与运作,必修,专业核心课,3,80,2026-01-01,
E1,中级,速递业务与经营,必修,专业核心课,3,80,,
E1,中级,邮政快递揽投作业规范,必修,专业核心课,2,,,2027/12/31
"""
RESULTS = """学号,学习成果名称,等级,发证日期,学时,证明
20240001,速递业务员,高级,2025-01-31,,证 1
20240002,邮政速递业务员,中级,2020年5月1日,,=证 2
20240003,安检培训,,20250301,40,证 3
20240004,驾驶证,,,,
"""
RULES = "[certificate-cap]\ncredits = 6\n"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    for name, text in (
        ("名录.csv", DIRECTORY), ("规则.csv", CONVERSIONS), ("成果.csv", RESULTS),
        ("学分.toml", RULES),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def call(here: Path, *more: str, results: str = "成果.csv") -> tuple[int, str, str]:
    done = align(
        "convert", results, "--conversions", "规则.csv", "--directory", "名录.csv",
        "--date", "2026-06-01", *more, at=here,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_a_class_gets_courses_with_the_rule_or_the_reason_why_not(here: Path) -> None:
    code, out, err = call(here)
    assert code == 0, err
    assert "20240001：免修 3 门，8 学分" in out
    assert "免修《邮政快递揽投作业规范》2 学分：邮政速递业务员 中级" in out
    assert "20240002：免修 0 门，0 学分" in out and "有效期至 2023-05-01，已过期" in out
    assert "还差 8 学时" in out
    assert "转委员会单独认定" in out
    assert "共 4 人，8 学分" in out


def test_caps_of_the_college_hold(here: Path) -> None:
    code, out, err = call(here, "--rules", "学分.toml")
    assert code == 0, err
    assert "20240001：免修 2 门，6 学分" in out and "不予免修《邮政快递揽投作业规范》" in out


def test_the_same_table_as_csv_xlsx_docx_and_json(here: Path) -> None:
    for name in ("结果.csv", "结果.xlsx", "结果.docx"):
        code, out, err = call(here, "--out", name)
        assert code == 0 and out.endswith(f"{name}\n"), err
        first = (here / name).read_bytes()
        call(here, "--out", name)
        assert (here / name).read_bytes() == first, "equal input, equal bytes"
    text = (here / "结果.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [r["学号"] for r in rows if r["结论"] == "免修"] == ["20240001"] * 3
    assert sum(float(r["学分"]) for r in rows if r["学分"]) == 8
    assert [r["学号"] for r in rows if r["转委员会"]] == ["20240004"]
    assert not [cell for r in rows for cell in r.values() if cell.startswith("=")]
    sheet = openpyxl.load_workbook(here / "结果.xlsx").active
    assert sheet is not None
    cells = [[c.value for c in row] for row in sheet.iter_rows(min_row=4)]
    assert sum(c[3] or 0 for c in cells) == 8 and len(cells) == len(rows)
    words = "\n".join(
        cell.text
        for table in docx.Document(str(here / "结果.docx")).tables
        for row in table.rows
        for cell in row.cells
    )
    assert "速递业务与经营" in words and "已过期" in words
    code, out, _ = call(here, "--json")
    assert code == 0 and len(json.loads(out)) == len(rows)


def test_a_workbook_is_read_as_a_csv_is(here: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["学号", "学习成果名称", "等级", "发证日期"])
    sheet.append([20240001, "邮政速递业务员", "中级", date(2025, 1, 31)])
    book.save(here / "成果.xlsx")
    code, out, err = call(here, results="成果.xlsx")
    assert code == 0, err
    assert "20240001：免修 3 门，8 学分" in out


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("成果.csv", "学号", "学生", "学号"),
        ("成果.csv", "2025-01-31", "一月", "发证日期"),
        ("成果.csv", "2025-01-31", "2025-02-31", "发证日期"),
        ("名录.csv", "职业技能等级证书", "执照", "类别"),
        ("名录.csv", "中级=8", "特级=8", "学分"),
        ("名录.csv", "E2,安检", "E1,安检", "编号重复"),
        ("规则.csv", "必修,专业核心课,3,80,2026", "必修,专业核心课,三,80,2026", "学分"),
        ("规则.csv", "E1,中级,速递生产", "E9,中级,速递生产", "不在名录中"),
        ("学分.toml", "credits = 6", "credits = 600", "超出范围"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(
    here: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (here / file).read_text(encoding="utf-8")
    assert old in text
    (here / file).write_text(text.replace(old, new), encoding="utf-8")
    code, _, err = call(here, "--rules", "学分.toml", "--out", "结果.csv")
    assert code != 0 and code != 70 and said in err and file.partition(".")[0] in err
    assert "Traceback" not in err and not (here / "结果.csv").exists()


def test_wrong_options_are_told_before_any_work(here: Path) -> None:
    for more, said in (
        (("--out", "结果.pdf"), ".docx"),
        (("--programme-credits", "0"), "专业总学分"),
        (("--date", "昨天"), "日期"),
    ):
        code, _, err = call(here, *more)
        assert code == 2 and said in err


def test_tables_go_out_and_come_back_the_same(tmp_path: Path) -> None:
    entries = [
        Entry("E1", "速递", ResultKind.QUALIFICATION, "邮政", ("甲", "乙"), ("初级", "中级"), None,
              36, (("初级", 4.0), ("中级", 8.5)), "必修"),
        Entry("E2", "培训", ResultKind.TRAINING, hours=48.0, credits=(("", 2.0),)),
    ]  # fmt: skip
    rules = [
        ConversionRule("E1-1", "E1", "中级", "课-1", "课", "必修", "核心", 3.5, 80.0,
                       date(2026, 1, 1), date(2027, 1, 1), 2, "主任 2026-01-01"),
    ]  # fmt: skip
    held = [LearningResult("1", "001", "速递", "中级", date(2026, 1, 2), "E1", 8.0, "证")]
    for name, head, rows, back in (
        ("名录", DIRECTORY_HEAD, directory_rows(entries), (read_directory, entries)),
        ("规则", CONVERSION_HEAD, conversion_rows(rules), (read_conversions, rules)),
        ("成果", RESULT_HEAD, result_rows(held), (read_results, held)),
    ):
        path = tmp_path / f"{name}.csv"
        path.write_bytes(table_csv(head, rows))
        read, wanted = back
        assert read(path) == wanted  # type: ignore[operator]


def test_a_name_two_entries_bear_is_given_to_neither(tmp_path: Path) -> None:
    path = tmp_path / "成果.csv"
    path.write_text("学号,学习成果名称\n1,速递 业务员\n", encoding="utf-8")
    one = Entry("E1", "速递业务员", ResultKind.QUALIFICATION)
    other = Entry("E2", "邮递", ResultKind.QUALIFICATION, aliases=("速递业务员",))
    assert [r.entry_id for r in read_results(path, [one])] == ["E1"]
    assert [r.entry_id for r in read_results(path, [one, other])] == [""]
    with pytest.raises(ReadError, match="缺少需要的列"):
        read_directory(path)


# --- the reference case ---

WANTED = {"速递生产与运作": 3.0, "速递业务与经营": 3.0, "邮政快递揽投作业规范": 2.0}


@pytest.fixture(scope="module")
def sample() -> Iterator[pipeline.Result]:
    """The shipped sample 现代物流管理, run with the shipped model and matcher."""
    (gathered,) = gather(
        ROOT / "course_standards", ROOT / "cert_standards", programme="现代物流管理"
    )
    matcher = load_matcher(models_folder() / "matcher.json", None)
    yield pipeline.run(gathered, load_embedder(None, device="cpu"), matcher, Settings())


def test_the_reference_case_comes_out_of_the_sample(
    sample: pipeline.Result, tmp_path: Path
) -> None:
    """Run, accept as the committee, form rules from coverage and approval, apply to a learner."""
    kept = snapshot.dump(sample)
    with open_store(str(tmp_path / "align.db"), data=tmp_path) as store:
        me = store.local_person("主任")
        space = store.create_workspace(me, "2026 级", "现代物流管理")
        store.save_run(me, space.id, sample.run, sample.candidates, sample.proposals, kept)
        for p in sample.proposals:
            if p.rule == "exempt-course":
                store.decide(me, space.id, p.id, Action.EXEMPT, "accept", seen="", note="同意")
        certificate = sample.gathered.certificates[0]
        store.import_entries(
            me, me.college_id,
            [Entry(certificate.id, certificate.name, ResultKind.QUALIFICATION,
                   levels=certificate.levels)],
        )  # fmt: skip

        words = review.words_in_force(store.decisions(me, space.id), 1)
        approved = {
            (p.certificate_id, p.course_id): words[p.id].note
            for p in sample.proposals
            if p.rule == "exempt-course" and p.id in words
        }
        settings = sample.settings
        strengths = {
            pair_of(m): strength(m, settings)
            for m in sample.matches
            if linked(m, settings.link_threshold)
        }
        rules = RuleSet({"candidate-share": {"share": 0.8}})
        found = candidates(
            sample.gathered.courses, sample.gathered.certificates, strengths, rules,
            approved=approved, covered_share=settings.covered_share,
        )  # fmt: skip
        free = [c for c in found if not c.blocks]
        store.approve_conversions(
            me, space.id,
            [ConversionRule("", c.certificate_id, c.level, c.course_id, c.course, c.nature,
                            c.category, c.credits or 0.0, c.grade) for c in free],
        )  # fmt: skip
        top = certificate.levels[-1]
        store.add_results(
            me, [LearningResult("", "20240001", certificate.name, top, entry_id=certificate.id)]
        )
        done = convert(
            store.results(me, "20240001"),
            store.conversions(me, workspace_id=space.id),
            {e.id: e for e in store.directory(me)},
            RuleSet(store.rules_in_force(me, space.id)),
            today=date(2026, 6, 1),
        )
        assert {e.rule.course: e.credits for e in done.exempted} == WANTED
        assert (done.credits, done.refused, done.choices) == (8.0, (), ())
        recorded, _ = store.record_conversion(me, "20240001", done.exempted)
        assert recorded.credits == 8.0 and store.verify().whole

        # The same on the command line, from the lists as the store gives them out.
        directory, approved_list = store.directory(me), store.conversions(me)
    (tmp_path / "名录.csv").write_bytes(table_csv(DIRECTORY_HEAD, directory_rows(directory)))
    (tmp_path / "规则.csv").write_bytes(table_csv(CONVERSION_HEAD, conversion_rows(approved_list)))
    (tmp_path / "成果.csv").write_text(
        f"学号,学习成果名称,等级\n20240001,{certificate.name},{top}\n", encoding="utf-8"
    )
    code, out, err = call(tmp_path)
    assert code == 0, err
    assert "20240001：免修 3 门，8 学分" in out
    assert all(f"免修《{course}》" in out for course in WANTED)

    # And from the database itself: a class in a table, then the accounts, for who may see them.
    def stored(*more: str) -> tuple[int, str, str]:
        done = align("convert", *more, "--db", "align.db", "--date", "2026-06-01", at=tmp_path)
        return done.returncode, done.stdout, done.stderr

    (tmp_path / "一班.csv").write_text(
        f"学号,学习成果名称,等级\n20240009,{certificate.name},{top}\n", encoding="utf-8"
    )
    code, out, err = stored("一班.csv", "--out", "一班.docx")
    assert code == 0, err
    assert "20240009：免修 3 门，8 学分" in out and "20240001" not in out
    assert (tmp_path / "一班.docx").stat().st_size > 5000
    code, out, err = stored("--as", "主任", "--workspace", "2026 级", "--out", "账户.xlsx")
    assert code == 0, err
    assert "20240001：免修 0 门，0 学分" in out and "已经转换过" in out
    code, _, err = stored("--as", "路人")
    assert code == 2 and "本机没有这位使用者" in err
    code, _, err = stored("一班.csv", "--directory", "名录.csv")
    assert code == 2 and "--conversions" in err


def test_the_accounts_of_a_college_are_for_its_committee_and_admin(home: Home) -> None:
    w = World(home.open())
    store = w.store
    login, secret = "u-teacher", "a-long-Passw0rd"
    store.add_person(COMMAND_LINE, w.college.id, "赵老师", Role.FACULTY, login, secret)
    store.add_person(COMMAND_LINE, w.college.id, "孙主任", Role.COMMITTEE, "u-head", secret)
    store.import_entries(w.committee, w.college.id, [entry()])
    store.approve_conversions(w.committee, w.id, [rule("课甲"), rule("课乙", 2.0)])
    deposit(w)
    cap = {"certificate-cap": {"credits": 3.0}}
    store.save_rules(w.admin, w.college.id, None, cap, "委员会", check=RuleSet)
    store.close()
    options = ("convert", "--db", home.address, "--college", "物流学院", "--date", "2026-06-01",
               "--password-stdin")  # fmt: skip

    def asked(who: str) -> tuple[int, str, str]:
        variables = {**os.environ, "ALIGN_DATA": str(home.data)}
        done = command([*options, "--as", who], ROOT, variables, typed=f"{secret}\n")
        return done.returncode, done.stdout, done.stderr

    code, out, err = asked("u-head")
    assert code == 0, err
    assert f"{LEARNER}：免修 1 门，3 学分" in out and "学分合计不超过 3" in out
    code, out, err = asked(login)
    assert code == 7 and LEARNER not in out + err
    code, _, err = asked("")
    assert code == 2 and "由谁" in err


def test_a_learners_file_is_written_and_proves_itself(tmp_path: Path) -> None:
    secret, db = "a-long-Passw0rd", str(tmp_path / "align.db")
    with open_store(db, data=tmp_path) as store:
        w = World(store)
        store.add_person(COMMAND_LINE, w.college.id, "孙主任", Role.COMMITTEE, "u-head", secret)
        store.add_person(COMMAND_LINE, w.college.id, "赵老师", Role.FACULTY, "u-1", secret)
        store.import_entries(w.committee, w.college.id, [entry()])
        store.approve_conversions(w.committee, w.id, [rule("课甲", grade=80.0)])
        held = deposit(w, "证书 0417")
        low = deposit(w, "证书 0003", level="初级")
        done = convert(
            [held, low], store.conversions(w.committee),
            {e.id: e for e in store.directory(w.committee)}, RuleSet(), today=TODAY,
        )  # fmt: skip
        store.record_conversion(w.committee, LEARNER, done.exempted, done.refused)

    def asked(*options: str, typed: str = "") -> tuple[int, str, str]:
        variables = {**os.environ, "ALIGN_DATA": str(tmp_path)}
        ran = command([*options, "--db", db], ROOT, variables, typed=typed)
        return ran.returncode, ran.stdout, ran.stderr

    out = tmp_path / "档案"
    options = ("learner", LEARNER, "--out", str(out), "--college", "物流学院", "--password-stdin")
    code, told, err = asked(*options, "--as", "u-1", typed=f"{secret}\n")
    assert code == 7 and not out.exists() and "没有权限" in err
    code, told, err = asked(*options, "--as", "u-head", typed=f"{secret}\n")
    assert code == 0, err
    names = [f"终身档案-{LEARNER}{x}" for x in (".json", ".docx", ".xlsx", "-回执.json")]
    assert [Path(x).name for x in told.split()] == names
    data, word, sheet, receipt = (out / n for n in names)
    digest = hashlib.sha256(data.read_bytes()).hexdigest()
    for file in (word, sheet, receipt):
        code, told, err = asked("ledger", "verify", "--receipt", str(file))
        assert code == 0 and "签名成立" in told and digest in told, err
        assert "账本中有这一条" in told
    document = docx.Document(str(word))
    cells = {c.text for t in document.tables for row in t.rows for c in row.cells}
    assert {LEARNER, "物流学院", "课甲", "80", digest, "证书 0417"} <= cells
    assert any("按中级转换，初级已包含在内" in c for c in cells)
    book = openpyxl.load_workbook(sheet)
    assert book.sheetnames == ["概况", "学习成果", "学分转换", "不予免修", "回执"]
    (made,) = book["学分转换"].iter_rows(min_row=4, values_only=True)
    assert made[1:5] == ("课甲", "必修", 3, 80)
    forged = tmp_path / "改过.docx"
    last = document.paragraphs[-1]
    last.text = last.text.replace(digest, "0" * 64)
    document.save(str(forged))
    code, _, err = asked("ledger", "verify", "--receipt", str(forged))
    assert code == 1 and "条目与签名的哈希不符" in err
    code, _, err = asked("learner", LEARNER, "--out", str(out))
    assert code == 2 and "--college" in err


def test_without_the_committees_word_nothing_is_exempted(sample: pipeline.Result) -> None:
    """Names decide nothing: not approved, none; and what is not covered, none though approved."""
    settings = sample.settings
    strengths = {
        pair_of(m): strength(m, settings)
        for m in sample.matches
        if linked(m, settings.link_threshold)
    }
    gathered = sample.gathered
    rules = RuleSet({"candidate-share": {"share": 0.8}})

    def free(approved: dict[tuple[str, str], str]) -> set[str]:
        found = candidates(
            gathered.courses, gathered.certificates, strengths, rules, approved=approved,
            covered_share=settings.covered_share,
        )  # fmt: skip
        return {c.course for c in found if not c.blocks}

    assert free({}) == set()
    every = {(gathered.certificates[0].id, c.id): "同意" for c in gathered.courses}
    assert free(every) == set(WANTED)
