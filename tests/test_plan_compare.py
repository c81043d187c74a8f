"""Two runs side by side: what changed, and what it is put down to."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from align.decisions import Decision
from align.errors import ReadError
from align.export.compare_docx import (
    COLUMNS,
    causes_in_words,
    comparison_csv,
    comparison_docx,
    summary,
)
from align.export.compare_read import read_folder, read_side
from align.export.tables import proposals_csv
from align.match import FEATURE_ZH
from align.plan.compare import Comparison, PlanChange, Side, compare
from align.records import Action, Proposal, Run, as_data
from tests import plan_records as given
from tests.kit import USUAL, align, write_files
from tests.review_kit import said

PROPOSALS = given.proposals()
ITEM = next(p for p in PROPOSALS if p.action is Action.SUPPLEMENT)


def side(
    proposals: tuple[Proposal, ...] = PROPOSALS,
    label: str = "一",
    verdicts: Mapping[str, Decision] | None = None,
    **run: object,
) -> Side:
    """A side as ``align run`` would have written it."""
    record: Run = replace(given.run(), **run)  # type: ignore[arg-type]
    table = proposals_csv(proposals, given.courses(), given.certificates(), verdicts)
    return read_side(json.dumps({"run": as_data(record)}).encode(), table, label=label)


def changed(proposal: Proposal, **fields: object) -> tuple[Proposal, ...]:
    new = replace(proposal, **fields)  # type: ignore[arg-type]
    return tuple(new if p.id == proposal.id else p for p in PROPOSALS)


def only(comparison: Comparison) -> PlanChange:
    (change,) = comparison.changes
    return change


def kinds(change: PlanChange) -> list[tuple[str, bool]]:
    return [(c.kind, c.sure) for c in change.causes]


def test_an_english_screen_says_all_but_quotations_in_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the comparison says of its own: premises, causes, relations, verdicts."""
    from align.ui import words
    from align.ui.components import compare_words

    for module in (words, compare_words):
        monkeypatch.setattr(module, "language", lambda: "en")
    sources = given.run().sources
    other = changed(ITEM, action=Action.EXTEND)
    sides = [
        side(other, id="r-2", sources=(*sources[:-1], ("new.docx", "f" * 64)), levels=("高级",)),
        side(
            other, id="r-3", parameters=(("link_threshold", 0.4),), model="other", tool_version="9"
        ),
        side(other),
    ]
    for verdict, action in (("accept", None), ("reject", None), ("change", Action.EXTEND)):
        word = said(1, ITEM.id, ITEM.action, verdict, "Lee", action=action)  # type: ignore[arg-type]
        sides.append(side(verdicts={ITEM.id: word}))
    first = replace(PROPOSALS[0].evidence[0], competency_text="1.1.1 anew", unit_text="anew")
    sides.append(side(changed(PROPOSALS[0], evidence=(first,), action=Action.SUPPLEMENT), id="r-4",
                      sources=(*sources[:-1], (sources[-1][0], "e" * 64))))  # fmt: skip
    said_, names = [], {name for name, _ in sources}
    for a, b in [(side(), s) for s in sides] + [(s, side()) for s in sides]:
        c = compare(a, b)
        assert c.differences or c.changes
        for d in c.differences:
            said_ += [x for x in compare_words.ground(d) if x not in names]
        for x in c.changes:
            said_ += [compare_words.cause_words(cause) for cause in x.causes]
            said_ += [
                compare_words.value(what, v)
                for what, *both in x.fields if what in {"关系", "审核"} for v in both
            ]  # fmt: skip
    told = "\n".join(dict.fromkeys(said_))
    for name in names:
        told = told.replace(name, "")
    left = re.sub("初级|中级|高级|老师", "", told)
    assert not re.search("[\u4e00-\u9fff]", left), left
    for wanted in ("Supplement (not taken)", "Extend (proposed: Supplement)", "Rejected (Lee",
                   "link threshold", "new.docx added", "no such file"):  # fmt: skip
        assert wanted in told, told


def test_a_run_compared_with_itself_has_no_change() -> None:
    found = compare(side(), side(label="二"))
    assert (found.changes, found.differences, found.same) == ((), (), len(PROPOSALS))
    assert summary(found) == f"没有建议发生变化；{len(PROPOSALS)} 条不变。"
    assert docx.Document(io.BytesIO(comparison_docx(found))).paragraphs


def test_a_decision_is_the_reason_of_what_it_changed() -> None:
    verdict = said(1, ITEM.id, ITEM.action, "change", action=Action.EXTEND, note="并入", hours=2.0)
    found = only(compare(side(), side(verdicts={ITEM.id: verdict})))
    fields = {what: (a, b) for what, a, b in found.fields}
    assert fields["关系"] == ("补充", "拓展（原建议补充）") and fields["学时"] == ("", "2")
    assert fields["审核"] == ("", "改为拓展（甲老师，2025-03-01 16:01；并入）")
    assert kinds(found) == [("decision", True)]
    back = only(compare(side(verdicts={ITEM.id: verdict}), side()))
    assert "已撤回" in causes_in_words(back)


def test_links_that_people_graded_explain_what_changed_within_one_run() -> None:
    now = changed(ITEM, action=Action.EXTEND, rule="extend")
    assert kinds(only(compare(side(), side(now)))) == [("decision", True)]


def test_a_setting_alone_is_named_with_both_values() -> None:
    now = side(
        changed(ITEM, action=Action.EXTEND), id="r-2", settings_version="s-2",
        parameters=(("link_threshold", 0.2),),
    )  # fmt: skip
    found = compare(side(parameters=(("link_threshold", 0.3),)), now)
    assert kinds(only(found)) == [("settings", True)]
    assert "关联阈值（link_threshold） 0.3 → 0.2" in causes_in_words(only(found))
    assert [d.kind for d in found.differences] == ["settings"]


def test_several_possible_reasons_are_each_called_possible() -> None:
    now = side(
        changed(ITEM, action=Action.EXTEND, probability=0.4), id="r-2", model="other",
        parameters=(("link_threshold", 0.2),),
    )  # fmt: skip
    change = only(compare(side(), now))
    assert kinds(change) == [("settings", False), ("model", False)]
    assert causes_in_words(change).count("可能：") == 2


def test_the_same_figure_from_another_model_is_not_the_models_doing() -> None:
    now = side(
        changed(ITEM, action=Action.EXTEND), id="r-2", model="other",
        parameters=(("link_threshold", 0.2),),
    )  # fmt: skip
    assert kinds(only(compare(side(), now))) == [("settings", True)]


def with_text(words: str, **more: object) -> tuple[Proposal, ...]:
    evidence = replace(ITEM.evidence[0], competency_text=words)
    return changed(ITEM, evidence=(evidence,), **more)


def test_a_changed_line_of_the_standard_is_the_documents_doing() -> None:
    sources = (("冷库运营实务.docx", "a3" * 32), ("冷链物流管理职业技能等级标准.pdf", "00" * 32))
    now = side(with_text("能按新规定拒收"), id="r-2", sources=sources)
    found = compare(side(), now)
    assert kinds(only(found)) == [("document", True)]
    assert found.differences[0].what == "冷链物流管理职业技能等级标准.pdf"


def test_a_line_whose_number_moved_is_the_same_line() -> None:
    moved = replace(ITEM, id=ITEM.id + "9", item_ids=(ITEM.item_ids[0] + "9",))
    now = tuple(moved if p.id == ITEM.id else p for p in PROPOSALS)
    assert compare(side(), side(now, id="r-2")).changes == ()


def test_what_is_new_or_gone_is_put_down_to_range_or_document() -> None:
    low = tuple(p for p in PROPOSALS if not p.item_ids[0].startswith("高级"))
    found = compare(side(), side(low, id="r-2", levels=("初级", "中级")))
    gone = [c for c in found.changes if c.kind == "removed"]
    assert len(gone) == 20
    assert {tuple(kinds(c)) for c in gone} == {(("range", True),)}
    fewer = tuple(p for p in PROPOSALS if p.id != ITEM.id)
    found = compare(side(fewer), side(id="r-2", sources=(("新.pdf", "11" * 32),)))
    assert (only(found).kind, kinds(only(found))) == ("added", [("document", True)])
    assert only(found).fields == (("关系", "", "补充"),)


def test_probabilities_that_moved_without_effect_are_counted_only() -> None:
    found = compare(side(), side(changed(ITEM, probability=0.2), id="r-2", model="other"))
    assert (found.changes, found.moved) == ((), 1)
    assert "其中 1 条的概率变动较大" in summary(found)


def test_the_table_and_the_document_list_every_change_and_are_the_same_each_time() -> None:
    verdict = said(1, ITEM.id, ITEM.action, "reject", note="=1+1")
    found = compare(side(), side(verdicts={ITEM.id: verdict}, id="r-2", model="新模型"))
    rows = list(csv.reader(io.StringIO(comparison_csv(found).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert {r[5] for r in rows[1:]} == {"关系", "审核"}
    assert comparison_csv(found) == comparison_csv(found)
    data = comparison_docx(found)
    assert data == comparison_docx(found)
    tables = docx.Document(io.BytesIO(data)).tables
    cells = "\n".join(c.text for t in tables for r in t.rows for c in r.cells)
    assert "补充（不采纳）" in cells and "新模型" in cells and "经人审核" in cells


# --- from the command line ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same small programme, run under two settings."""
    here = write_files(tmp_path_factory.mktemp("diff"))
    (here / "宽.toml").write_text("[settings]\nlink_threshold = 0.06\nunsure_low = 0.05\n", "utf-8")
    matcher = {
        "weights": dict.fromkeys(FEATURE_ZH, 1.0), "hub": 0.3, "usual": USUAL, "slope": 3.0,
        "intercept": -3.0,
    }  # fmt: skip
    models = here / "models"
    models.mkdir()
    (models / "matcher.json").write_text(json.dumps(matcher), "utf-8")
    for out, more in (("旧", ()), ("新", ("--settings", "宽.toml"))):
        done = align(
            "run", "--model", "hashing", "--programme", "快递", "--out", out, *more, at=here,
            ALIGN_MODELS=str(models),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return here


def test_two_folders_are_compared_on_the_screen_and_in_files(two_runs: Path) -> None:
    done = align("diff", "旧/快递", "新/快递", at=two_runs)
    assert done.returncode == 0, done.stderr
    assert "条建议有变化" in done.stdout and "关联阈值（link_threshold）" in done.stdout
    assert "原因：设置（" in done.stdout
    for name in ("比较.docx", "比较.csv"):
        done = align("diff", "旧/快递", "新/快递", "--out", name, at=two_runs)
        assert done.returncode == 0 and (two_runs / name).stat().st_size > 200
    done = align("diff", "旧/快递", "旧/快递", at=two_runs)
    assert done.stdout.startswith("没有建议发生变化")


def test_a_wrong_folder_or_format_is_one_line(two_runs: Path) -> None:
    done = align("diff", "旧", "新/快递", at=two_runs)
    assert done.returncode == 3 and "不是结果文件夹" in done.stderr
    done = align("diff", "旧/快递", "新/快递", "--out", "x.pdf", at=two_runs)
    assert done.returncode == 2 and ".docx 或 .csv" in done.stderr


def test_a_damaged_result_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"run": {}}', "utf-8")
    (tmp_path / "proposals.csv").write_text("x", "utf-8")
    with pytest.raises(ReadError, match="结果文件读不懂"):
        read_folder(tmp_path)


def test_a_template_is_written_and_used(two_runs: Path) -> None:
    done = align("template", "--out", "模板.docx", at=two_runs)
    assert done.returncode == 0
    done = align(
        "export", "--format", "docx", "--template", "模板.docx", "--model", "hashing",
        "--programme", "快递", "--out", "用模板", at=two_runs,
        ALIGN_MODELS=str(two_runs / "models"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (table, *_) = docx.Document(str(two_runs / "用模板" / "快递" / "plan.docx")).tables
    assert [r.cells[0].text for r in table.rows][1:] == ["快件收派实务", "快递客户服务"]
    done = align("export", "--format", "docx", "--template", "没有.docx", at=two_runs)
    assert done.returncode == 2 and "模板打不开" in done.stderr
