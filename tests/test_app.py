"""The frame of the screens, as a teacher uses them: through the real ``app.py``.

Deciding is tested in ``test_app_compare.py`` and ``test_app_proposals.py``, importing in
``test_app_intake.py``, signing in and the way through a browser in their own files.
"""

from __future__ import annotations

import ast
import dataclasses
import io
import re
import string
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import streamlit as st

from align import pipeline
from align.decisions import Person
from align.errors import StoreError
from align.match import FEATURE_ZH
from align.plan.matrix import Column
from align.plan.word import local_time
from align.records import Action, Place
from align.store import Store
from align.ui import ready as made_ready
from align.ui.components import html
from align.ui.components.heat import chosen_cell, linked_only
from align.ui.frame import PAGES
from align.ui.words import EN, LANGUAGES, ZH, clock
from align.ui.words.en import FEATURES_EN
from align.ui.workbench import Workbench
from tests import app_kit
from tests.app_kit import (
    CHINESE,
    SECONDS,
    bodies,
    english,
    finish,
    fresh,
    go,
    labels,
    look_of,
    me,
    opened,
    ready,
    shown,
    space,
    stand,
    store,
)
from tests.kit import FILES, ROOT, write_files

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")
#: Pages that have something to show before the first comparison.
NO_RUN = {"intake", "audit"}


# --- words -----------------------------------------------------------------------------------


def test_both_languages_have_the_same_keys_and_blanks() -> None:
    assert set(ZH) == set(EN)

    def blanks(words: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert {k: blanks(v) for k, v in ZH.items()} == {k: blanks(v) for k, v in EN.items()}
    assert not [k for k, v in EN.items() if CHINESE.search(v)]
    assert set(FEATURE_ZH) <= set(FEATURES_EN)


def test_every_key_that_a_page_asks_for_is_there_and_none_is_left_over() -> None:
    beginnings: set[str] = set()
    for file in (ROOT / "align" / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "t":
                continue
            key = node.args[0]
            if isinstance(key, ast.Constant):
                assert key.value in ZH, f"{file.name}:{node.lineno} asks for {key.value!r}"
            elif isinstance(key, ast.JoinedStr):
                first = key.values[0]
                assert isinstance(first, ast.Constant), f"{file.name}:{node.lineno}"
                beginnings.add(str(first.value))
    for beginning in beginnings:
        assert any(k.startswith(beginning) for k in ZH), beginning
    used = "\n".join(
        f.read_text(encoding="utf-8").replace("'", '"')
        for f in (ROOT / "align" / "ui").rglob("*.py")
        if f.name not in {"zh.py", "en.py"}
    )
    left = {k for k in ZH if f'"{k}"' not in used and not k.startswith(tuple(beginnings))}
    assert not left, f"nobody asks for {sorted(left)}"


def test_every_proposal_rule_has_its_words() -> None:
    source = "".join(
        (ROOT / "align" / name).read_text(encoding="utf-8") for name in ("propose.py", "exempt.py")
    )
    rules = set(re.findall(r'"((?:strengthen|exempt)-[a-z]+|supplement|extend|covered)"', source))
    assert {"supplement", "extend", "covered", "exempt-course"} <= rules
    assert not {f"rule.{r}" for r in rules} - set(ZH)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_its_language_and_shows_no_key(name: str, language: str) -> None:
    at = ready(name)
    at.segmented_control(key="lang").set_value(language).run()
    assert not at.exception
    assert not at.error
    text = shown(at)
    assert len(text) > 200
    raw = [k for k in ZH if "." in k and re.search(rf"(?<![\w.-]){re.escape(k)}(?![\w.-])", text)]
    # The export page names its files; some of the keys are made of these names.
    assert not raw
    other = ZH["app.draft"] if language == "English" else EN["app.draft"]
    assert other not in text
    if language == "English":
        assert not [w for w in labels(at) if CHINESE.search(w) and not re.match("Basic|Inter", w)]


# --- before there are results ----------------------------------------------------------------


def test_the_reviewer_is_asked_their_name_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(monkeypatch, write_files(tmp_path))
    at = opened()
    assert ZH["sign.local"] in shown(at)
    assert [b.label for b in at.button] == [ZH["sign.begin"]]
    at.text_input(key="reviewer.name").set_value("   ")
    at.button[0].click().run()
    assert [e.value for e in at.error] == [ZH["sign.name_missing"]]
    at.text_input(key="reviewer.name").set_value("王老师")
    at.button[0].click().run()
    assert "王老师" in shown(at)
    assert ZH["role.local"] in shown(at) and ZH["role.committee"] not in "".join(bodies(at))
    assert [b.key for b in at.button] == ["start.run"]
    # Another browser, another day: the name stands in the store.
    assert "王老师" in shown(opened())


def test_loading_pages_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh(monkeypatch, tmp_path)
    monkeypatch.chdir(tmp_path)
    store().local_person(app_kit.NAME)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    for page in PAGES:
        at = opened(page)
        assert not at.exception
        assert not at.error
        started = [b.key for b in at.button if b.key and b.key.startswith("start.")]
        assert started == ([] if page in NO_RUN else ["start.run"]), page
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before
    assert store().workspaces(me()) == []


def test_looking_at_results_writes_nothing(place: Path) -> None:
    seq = store().head("local")
    for page in PAGES:
        assert not opened(page).exception
    assert store().head("local") == seq


def test_the_programme_chosen_is_read_compared_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    at = opened()
    assert at.selectbox(key="workspace").options == ["文件夹：快递运营", "文件夹：网站"]
    at.selectbox(key="workspace").set_value("new:网站").run()
    at.button(key="start.run").click().run()
    finish(at)
    assert at.title[0].value == "网站"
    assert "网页设计" in shown(at)
    found = space("网站")
    assert [kind for _, kind in found.sources] == ["course", "certificate"]
    source = tmp_path / "course_standards/网站/网页设计.csv"
    assert store().source_bytes(me(), found.sources[0][0]) == source.read_bytes()
    assert at.selectbox(key="workspace").options == ["网站", "文件夹：快递运营"]
    # The files may change or go: what was compared stays as it was.
    source.write_text("别的", encoding="utf-8")
    assert "网页设计" in shown(opened())


@pytest.mark.parametrize("page", ["compare", "thresholds"])
def test_a_page_without_results_says_which_page_it_is(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    at = opened(page)
    assert [x.value for x in at.title] == [ZH[f"nav.{page}"]]
    assert "course_standards/快递" in shown(at)
    assert str(tmp_path) not in shown(at)


def test_results_outlive_the_server_without_the_model(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = opened("compare")
    before = bodies(at)
    st.cache_resource.clear()  # what a restart forgets
    monkeypatch.setattr("align.models.load_embedder", None)
    monkeypatch.setattr("align.pipeline.run", None)
    monkeypatch.setattr("align.gather.read_files", None)
    again = opened("compare")
    assert not again.error
    assert bodies(again) == before


def test_what_was_made_ready_at_the_start_is_what_the_first_page_shows(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bodies(opened("compare"))
    st.cache_resource.clear()  # what a restart forgets
    made_ready.begin(0).join()
    # Two workspaces: the one somebody decided in last; nobody has, so the first of them.
    first = min(store().workspaces(me()), key=lambda w: (w.college_id, w.name, w.id))
    read: list[str] = []
    real = type(store()).snapshot

    def noted(self: Store, who: Person, run_id: str, workspace_id: str = "") -> bytes:
        read.append(run_id)
        return real(self, who, run_id, workspace_id)

    monkeypatch.setattr(type(store()), "snapshot", noted)
    at = app_kit.app()
    at.query_params["ws"] = first.id
    go(at.run(), "compare")
    assert not at.error
    assert read == []  # nothing is read a second time
    assert bodies(opened("compare")) == before


def test_a_start_whose_run_cannot_be_read_leaves_the_telling_to_the_page(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    st.cache_resource.clear()

    def gone(*_: object, **__: object) -> bytes:
        raise StoreError("数据库不可用")

    monkeypatch.setattr(type(store()), "snapshot", gone)
    made_ready.begin(0).join()
    at = opened("compare")
    assert ["数据库不可用" in e.value for e in at.error] == [True]


def test_a_workspace_is_opened_by_its_address(place: Path) -> None:
    for name in ("快递运营", "网站"):
        at = app_kit.app()
        at.query_params["ws"] = space(name).id
        at.run()
        assert at.title[0].value == name


@pytest.mark.parametrize("name", [p for p in PAGES if p not in NO_RUN])
def test_a_missing_folder_is_one_clear_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    monkeypatch.setenv("ALIGN_COURSES", "没有这个文件夹")
    at = opened(name)
    assert not at.exception
    (error,) = at.error
    assert error.value.startswith("没有这个文件夹：找不到课程标准文件夹")


def test_a_missing_folder_does_not_lock_what_is_in_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALIGN_COURSES", "没有这个文件夹")
    at = opened()
    assert not at.error
    assert at.title[0].value == "快递运营"


def test_a_missing_certificate_folder_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    monkeypatch.setenv("ALIGN_CERTS", "没有证书")
    at = ready()
    (error,) = at.error
    assert "没有证书：找不到证书标准文件夹" in error.value
    assert store().workspaces(me()) == []


def test_wrong_settings_end_the_run_in_one_line_and_can_be_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    settings = tmp_path / "s.toml"
    settings.write_text("[settings]\nlink_threshold = 7\n", encoding="utf-8")
    monkeypatch.setenv("ALIGN_SETTINGS", str(settings))
    at = ready()
    (error,) = at.error
    assert "设置超出范围" in error.value
    settings.write_text("[settings]\nlink_threshold = 0.4\n", encoding="utf-8")
    at.run().button(key="start.run").click().run()
    finish(at)
    assert not at.error
    assert "40%" in shown(at)


def test_a_broken_file_is_listed_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh(monkeypatch, tmp_path)
    (tmp_path / "course_standards/快递/坏.docx").write_bytes(b"PK\x03\x04broken")
    at = ready()
    text = shown(at)
    assert not at.exception
    assert "坏.docx" in text
    assert ZH["read.failed"] in text
    assert "快件收派实务.csv" in text
    assert "坏.docx" not in {s.path for s in store().sources(me())}


def test_a_fault_of_the_program_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("align.ui.wiring.look", fail)
    at = opened("compare")
    assert not at.exception
    (error,) = at.error
    assert error.value == ZH["app.fault"].format(what="RuntimeError")


def test_long_work_can_be_stopped_and_leaves_nothing() -> None:
    bench, begun, go_on = Workbench(), threading.Event(), threading.Event()

    def work(said: Any) -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        said("读取 一", 0, 2)
        raise AssertionError("went on after it was stopped")

    job = bench.start("task", work)
    assert begun.wait(SECONDS)
    assert bench.start("task", work) is job
    job.cancel()
    go_on.set()
    assert job.wait(SECONDS)
    assert job.error is None
    assert job.outcome is None


def test_what_several_ask_for_at_once_is_made_once() -> None:
    bench, made = Workbench(), []
    gate = threading.Barrier(8)

    def make() -> str:
        made.append(1)
        return "made"

    def ask() -> None:
        gate.wait(SECONDS)
        assert bench.once(("key",), make) == "made"

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert made == [1]


# --- pages -----------------------------------------------------------------------------------


def test_the_overview_counts_what_the_pipeline_proposes() -> None:
    at = ready()
    look = look_of()
    counts = Counter(p.action for p in look.of_item.values())
    cards = "".join(h for h in bodies(at) if "al-cards" in h)
    for action in (Action.COVERED, Action.STRENGTHEN, Action.EXTEND, Action.SUPPLEMENT):
        name = ZH[f"action.{action}"]
        assert re.search(rf"<span>{name}</span><b [^>]*>{counts[action]}</b>", cards), action
    text = shown(at)
    for area in ("收件", "派件", "客户"):
        assert area in text
    level = look.share("level", "900101|初级")
    assert level is not None
    assert f"<b>{round(level * 100)}%</b>" in text


def test_a_cell_holds_the_linked_requirements_of_its_task() -> None:
    look = look_of()
    (matrix,) = look.result.plan.matrices
    for r, (course_id, _) in enumerate(matrix.courses):
        for c, column in enumerate(matrix.columns):
            found = look.cell(matrix.certificate_id, course_id, column)
            assert len(found) == matrix.counts[r][c]
            assert {x.best.course_id for x in found} <= {course_id}
    assert sum(map(sum, matrix.counts)) > 3
    assert look.cell(matrix.certificate_id, matrix.courses[0][0], Column("无", "", "", 0)) == []


def test_a_long_list_of_courses_leaves_out_what_is_linked_to_nothing() -> None:
    (matrix,) = look_of().result.plan.matrices
    assert linked_only(matrix) == (matrix, ())
    empty = tuple(0.0 for _ in matrix.columns)
    courses = matrix.courses + tuple((f"空{k}", f"空课{k}") for k in range(12))
    padded = dataclasses.replace(
        matrix,
        courses=courses,
        values=matrix.values + (empty,) * 12,
        counts=matrix.counts + (tuple(0 for _ in matrix.columns),) * 12,
    )
    short, left = linked_only(padded)
    assert set(left) >= {f"空课{k}" for k in range(12)}
    assert all(any(values) for values in short.values)
    assert len(short.courses) + len(left) == len(courses)


def test_a_click_of_an_older_chart_names_no_cell() -> None:
    def event(*indices: int) -> dict[str, Any]:
        return {"selection": {"selected": [{"data_indices": list(indices)}]}}

    cells = [(0, 1), (2, 3)]
    assert chosen_cell(event(1), cells) == (2, 3)
    assert chosen_cell(event(7), cells) is None
    assert chosen_cell({"selection": {"selected": []}}, cells) is None


def test_the_files_offered_are_those_of_the_command_line(tmp_path: Path) -> None:
    at = ready("export")
    result = look_of().result
    names = [n for names in pipeline.FORMAT_FILES.values() for n in names]
    text = shown(at)
    assert ZH["export.notice"] in text
    assert "全部为机器建议，未经教师审核" in text
    written = pipeline.write(result, tmp_path / "out", formats=list(pipeline.FORMAT_FILES))
    bench = Workbench()
    for path in written:
        assert path.name in names
        assert f"<code>{path.name}</code>" in text
        assert bench.file(result, path.name) == path.read_bytes()
    sheet = openpyxl.load_workbook(io.BytesIO(bench.file(result, "plan.xlsx")))
    assert sheet.sheetnames
    page = bench.picture(result, "900101", "bipartite", "html")
    assert page.startswith(b"<!DOCTYPE html>")


# --- pieces ----------------------------------------------------------------------------------


def test_words_of_documents_stay_words() -> None:
    hostile = '<script>alert("1")</script>称重'
    assert html.marked(hostile, ["称重"]) == (
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;<mark>称重</mark>"
    )
    assert html.marked("HTML5 标签", ["html5"]) == "<mark>HTML5</mark> 标签"
    assert html.marked("a.b", [".", ""]) == "a<mark>.</mark>b"
    assert "<" not in html.esc("<b>")


def test_a_hostile_course_name_is_shown_as_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "<img src=x onerror=alert(1)>"
    files = {k: v.replace("快件收派实务", name) for k, v in FILES.items()}
    stand(monkeypatch, write_files(tmp_path, {k: v for k, v in files.items() if "<" not in k}))
    store().local_person(name)
    for_page = write_files(tmp_path, {"course_standards/快递/课.csv": files[next(iter(files))]})
    assert for_page
    at = ready()
    for page in PAGES:
        assert "<img" not in "".join(bodies(go(at, page)))


def test_places_read_naturally_in_both_languages() -> None:
    at = ready("intake")
    assert "第2行" in shown(at)
    assert "line 2" in shown(english(at))
    assert str(Place(page=3, table=1, row=2)) == "第3页 表1 第2行"


def test_times_are_beijings_with_the_year_wherever_the_reader_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    late = datetime(2026, 12, 31, 16, 5, tzinfo=UTC)
    assert clock(late, day=True) == "2027-01-01 00:05" == local_time(late)
    assert clock(late) == "00:05"


def test_importing_a_page_runs_nothing() -> None:
    before = dict(st.session_state)
    for name in PAGES:
        __import__(f"align.ui.pages.{name}")
    assert dict(st.session_state) == before
