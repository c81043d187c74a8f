"""The screens as a teacher uses them: through the real ``app.py``, on files really written.

Most tests click through streamlit's own test harness; one walks the way in a real browser.
"""

from __future__ import annotations

import ast
import dataclasses
import io
import os
import re
import socket
import string
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
import streamlit as st
from playwright.sync_api import Page, Request, expect
from streamlit.testing.v1 import AppTest

from align import pipeline
from align.errors import UsageError
from align.gather import gather
from align.match import FEATURE_ZH, load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.plan.matrix import Column
from align.records import Action, Place
from align.settings import Settings
from align.ui import launch as launching
from align.ui.components import html
from align.ui.components.heat import chosen_cell, linked_only
from align.ui.frame import PAGES
from align.ui.look import Look
from align.ui.words import EN, LANGUAGES, ZH
from align.ui.words.en import FEATURES_EN
from align.ui.workbench import Workbench
from tests.kit import FILES, PARCELS, ROOT, write_files

SECONDS = 60.0
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small programmes, one certificate each; read by all, changed by none."""
    return write_files(tmp_path_factory.mktemp("app"))


@pytest.fixture(autouse=True)
def place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The screens look at the small set, with the model that needs no file."""
    stand(monkeypatch, folder)


def stand(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("ALIGN_COURSES", str(folder / "course_standards"))
    monkeypatch.setenv("ALIGN_CERTS", str(folder / "cert_standards"))
    monkeypatch.setenv("ALIGN_MODEL", "hashing")
    monkeypatch.delenv("ALIGN_SETTINGS", raising=False)


def opened(page: str = "overview") -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    return go(at, page)


def go(at: AppTest, page: str) -> AppTest:
    """Turn to a page as its link in the sidebar does."""
    return at.switch_page(f"align/ui/pages/{page}.py").run() if page != "overview" else at


def ready(page: str = "overview") -> AppTest:
    """A page with its results: the start button pressed where there were none yet."""
    at = opened()
    if any(b.key == "start.run" for b in at.button):
        at.button(key="start.run").click().run()
        finish(at, "run")
    return go(at, page)


def finish(at: AppTest, stage: str) -> None:
    end = time.monotonic() + SECONDS
    while any(b.key == f"cancel.{stage}" for b in at.button):
        assert time.monotonic() < end, "the work does not end"
        time.sleep(0.1)
        at.run()


def english(at: AppTest) -> AppTest:
    at.segmented_control(key="lang").set_value("English").run()
    return at


def shown(at: AppTest) -> str:
    """Everything a person reads on the page."""
    parts = [
        e.value for kind in ("title", "caption", "info", "warning", "error") for e in at.get(kind)
    ]
    parts += bodies(at)
    parts += labels(at)
    return "\n".join(map(str, parts))


def bodies(at: AppTest) -> list[str]:
    """The page's own HTML, without the style sheet."""
    return [h.proto.body for h in at.get("html") if "<style>" not in h.proto.body]


def labels(at: AppTest) -> list[str]:
    """The words of the controls."""
    out = [w.label for w in (*at.button, *at.selectbox, *at.toggle, *at.text_input, *at.tabs)]
    out += [w.label for w in (*at.expander, *at.segmented_control, *at.radio)]
    out += [d.proto.label for d in at.get("download_button")]
    return [x for x in out if x]


def look_of(at: AppTest) -> Look:
    """What the page stands on, made again by the pipeline itself."""
    courses = Path(os.environ["ALIGN_COURSES"])
    (gathered,) = gather(
        courses, Path(os.environ["ALIGN_CERTS"]), programme=at.selectbox(key="programme").value
    )
    matcher = load_matcher(models_folder() / "matcher.json")
    return Look(pipeline.run(gathered, load_embedder("hashing"), matcher, Settings()))


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


def test_loading_pages_starts_nothing_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(monkeypatch, write_files(tmp_path))
    monkeypatch.chdir(tmp_path)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    for page in PAGES:
        at = opened(page)
        assert not at.exception
        wanted = "start.read" if page == "reading" else "start.run"
        assert [b.key for b in at.button if b.key.startswith("start.")] == [wanted]
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")} == before


def test_changed_documents_are_never_answered_with_old_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(monkeypatch, write_files(tmp_path))
    at = ready()
    assert "能核对寄件人身份信息并登记" in shown(go(at, "proposals"))
    path = tmp_path / "course_standards/快递/快件收派实务.csv"
    path.write_text(PARCELS.replace("称重", "量体积"), encoding="utf-8")
    assert [b.key for b in at.run().button] == ["start.run"]


def test_the_programme_chosen_is_the_one_shown() -> None:
    at = ready()
    assert at.title[0].value == "快递运营"
    at.selectbox(key="programme").set_value("网站").run()
    assert at.title[0].value == "网站"
    at.button(key="start.run").click().run()
    finish(at, "run")
    assert "网页设计" in shown(at)
    assert "快件收派实务" not in shown(at)


@pytest.mark.parametrize("name", PAGES)
def test_a_missing_folder_is_one_clear_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_COURSES", "没有这个文件夹")
    at = opened(name)
    assert not at.exception
    (error,) = at.error
    assert error.value.startswith("没有这个文件夹：找不到课程标准文件夹")


def test_a_missing_certificate_folder_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIGN_CERTS", "没有证书")
    (error,) = opened().error
    assert "没有证书：找不到证书标准文件夹" in error.value


def test_wrong_settings_end_the_run_in_one_line_and_can_be_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(monkeypatch, write_files(tmp_path))
    settings = tmp_path / "s.toml"
    settings.write_text("[settings]\nlink_threshold = 7\n", encoding="utf-8")
    monkeypatch.setenv("ALIGN_SETTINGS", str(settings))
    at = ready()
    (error,) = at.error
    assert "设置超出范围" in error.value
    settings.write_text("[settings]\nlink_threshold = 0.4\n", encoding="utf-8")
    at.run().button(key="start.run").click().run()
    finish(at, "run")
    assert not at.error
    assert "40%" in shown(at)


def test_a_broken_file_is_listed_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand(monkeypatch, write_files(tmp_path))
    (tmp_path / "course_standards/快递/坏.docx").write_bytes(b"PK\x03\x04broken")
    at = ready()
    text = shown(at)
    assert not at.exception
    assert "坏.docx" in text
    assert ZH["read.failed"] in text
    assert "快件收派实务.csv" in text


def test_a_fault_of_the_program_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    ready()

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("align.ui.components.gate.need_look", fail)
    monkeypatch.setattr("align.ui.wiring.task", fail)
    at = opened("compare")
    assert not at.exception
    (error,) = at.error
    assert error.value == ZH["app.fault"].format(what="RuntimeError")


def test_long_work_can_be_stopped_and_leaves_nothing() -> None:
    bench, begun, go_on = Workbench(), threading.Event(), threading.Event()

    def work(task: Any, said: Any) -> None:
        begun.set()
        assert go_on.wait(SECONDS)
        said("读取 一", 0, 2)
        raise AssertionError("went on after it was stopped")

    bench._work_run = work  # type: ignore[method-assign]
    job = bench.start("task", "run")  # type: ignore[arg-type]
    assert begun.wait(SECONDS)
    assert bench.start("task", "run") is job  # type: ignore[arg-type]
    job.cancel()
    go_on.set()
    assert job.wait(SECONDS)
    assert job.error is None
    assert bench.look("task") is None  # type: ignore[arg-type]


# --- pages -----------------------------------------------------------------------------------


def test_the_overview_counts_what_the_pipeline_proposes() -> None:
    at = ready()
    look = look_of(at)
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
    look = look_of(ready())
    (matrix,) = look.result.plan.matrices
    for r, (course_id, _) in enumerate(matrix.courses):
        for c, column in enumerate(matrix.columns):
            found = look.cell(matrix.certificate_id, course_id, column)
            assert len(found) == matrix.counts[r][c]
            assert {x.best.course_id for x in found} <= {course_id}
    assert sum(map(sum, matrix.counts)) > 3
    assert look.cell(matrix.certificate_id, matrix.courses[0][0], Column("无", "", "", 0)) == []


def test_a_long_list_of_courses_leaves_out_what_is_linked_to_nothing() -> None:
    (matrix,) = look_of(ready()).result.plan.matrices
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


def test_reading_shows_units_points_hours_and_requirements() -> None:
    at = ready("reading")
    text = shown(at)
    for words in ("收寄", "上门收件", "能核对寄件人身份并登记", "是否违禁", "2 学分", "K01"):
        assert words in text
    files = at.selectbox(key="reading_file")
    files.set_value(2).run()
    text = shown(at)
    assert "封装" in text
    assert "能操作无人机完成山区投递" in text
    first = at.expander[0].label
    assert first.startswith("初级 · 1 个工作领域 · 2 个工作任务 · 4")


def test_an_upload_is_previewed_and_not_kept(tmp_path: Path) -> None:
    at = ready("reading")
    before = set(tmp_path.parent.rglob("*"))
    at.file_uploader(key="uploads").set_value(
        [
            ("../../外来.csv", PARCELS.replace("快件收派实务", "外来课程").encode(), "text/csv"),
            ("空.docx", b"", "application/octet-stream"),
        ]
    ).run()
    text = shown(at)
    assert not at.exception
    assert "外来课程" in text
    assert "空.docx：" in text
    assert "/tmp" not in text
    assert ".." not in text.replace("…", "")
    at.selectbox(key="reading_upload").set_value(1).run()
    assert [e.value for e in at.error if e.value.startswith("空.docx：")]
    assert set(tmp_path.parent.rglob("*")) == before
    assert "外来课程" not in shown(go(at, "compare"))


def test_compare_ranks_candidates_and_marks_shared_words() -> None:
    at = ready("compare")
    look = look_of(at)
    key = list(look.items)[3]
    radio = at.radio[0]
    radio.set_value(3).run()
    cards = [h for h in bodies(at) if "al-two" in h]
    best = look.item_matches[key][:3]
    assert len(cards) == len(best) == 3
    for card, m in zip(cards, best, strict=True):
        assert look.units[m.course_id, m.unit_id].task in card
        assert html.probability(m.probability) in card
    assert "<mark>称重</mark>" in cards[0]
    assert "称重并计算资费" in shown(at)
    assert "快件处理员.csv" in cards[0]
    assert "第5行" in cards[0]


def test_compare_filters_and_looks_from_the_other_side() -> None:
    at = ready("compare")
    look = look_of(at)
    at.selectbox(key="compare_level_zh").set_value("中级").run()
    assert len(at.radio[0].options) == 4
    at.text_input(key="compare_text").set_value("无人机").run()
    assert len(at.radio[0].options) == 1
    at.text_input(key="compare_text").set_value("没有这样的字").run()
    assert [i.value for i in at.info] == [ZH["empty.filtered"]]
    at.text_input(key="compare_text").set_value("")
    at.selectbox(key="compare_level_zh").set_value("")
    at.toggle(key="compare_unsure").set_value(True).run()
    unsure = [p for p in look.of_item.values() if p.unsure]
    assert [len(r.options) for r in at.radio] == ([len(unsure)] if unsure else [])
    at.toggle(key="compare_unsure").set_value(False)
    at.segmented_control(key="compare_by").set_value("unit").run()
    assert len(at.radio[0].options) == len(look.units)
    assert "快件收派实务#1" in shown(at)


def test_filters_outlive_a_change_of_language_and_of_page() -> None:
    at = ready("proposals")
    at.selectbox(key="proposals_level_zh").set_value("中级").run()
    english(at)
    assert at.selectbox(key="proposals_level_en").value == "中级"
    go(at, "export")
    go(at, "proposals")
    assert at.selectbox(key="proposals_level_en").value == "中级"


def test_proposals_by_action_with_reason_rule_and_quotations() -> None:
    at = ready("proposals")
    look = look_of(at)
    at.selectbox(key="proposals_action_zh").set_value("supplement").run()
    cards = [h for h in bodies(at) if '<div class="al-item">' in h]
    wanted = [p for p in look.result.proposals if p.action is Action.SUPPLEMENT]
    assert len(cards) == len(wanted) > 0
    for card, p in zip(cards, wanted, strict=True):
        assert html.esc(p.reason) in card
        assert ZH["rule.supplement"] in card
        for e in p.evidence:
            assert re.sub("<.*?>", "", card).count(e.unit_text.strip())
    english(at)
    text = shown(at)
    assert "A teacher must confirm" in text
    assert EN["rule.supplement"] in text


def test_proposals_are_paged_and_a_filter_begins_at_the_first_page() -> None:
    at = ready("proposals")
    total = len(look_of(at).result.proposals)
    assert total > 8

    def cards() -> list[str]:
        return [h for h in bodies(at) if '<div class="al-item">' in h]

    first = cards()
    if total <= 15:
        assert len(first) == total
        assert at.button(key="proposals.next").disabled
        return
    at.button(key="proposals.next").click().run()
    assert len(first) == 15
    assert not set(cards()) & set(first)
    at.toggle(key="proposals_unsure").set_value(True).run()
    assert at.session_state["proposals.page"] == 0


def test_the_files_offered_are_those_of_the_command_line(tmp_path: Path) -> None:
    at = ready("export")
    result = look_of(at).result
    names = [n for names in pipeline.FORMAT_FILES.values() for n in names]
    text = shown(at)
    assert ZH["export.notice"] in text
    assert "全部为机器建议，未经教师审定" in text
    written = pipeline.write(result, tmp_path / "out", formats=list(pipeline.FORMAT_FILES))
    bench = Workbench()
    for path in written:
        assert path.name in names
        assert f"<strong>{path.name}</strong>" in text
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
    for_page = write_files(tmp_path, {"course_standards/快递/课.csv": files[next(iter(files))]})
    assert for_page
    at = ready()
    for page in PAGES:
        assert "<img" not in "".join(bodies(go(at, page)))


def test_places_read_naturally_in_both_languages() -> None:
    at = ready("reading")
    assert "第2行" in shown(at)
    assert "line 2" in shown(english(at))
    assert str(Place(page=3, table=1, row=2)) == "第3页 表1 第2行"


# --- starting --------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_port_in_use_or_out_of_range_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="端口不能使用") as caught:
            launching.launch(port)
        assert str(port) in caught.value.line()
    with pytest.raises(UsageError, match="端口超出范围"):
        launching.launch(70000)


@pytest.fixture
def server(folder: Path, tmp_path: Path) -> Iterator[str]:
    """The real app, started as ``align app`` starts it, far from the checkout."""
    port = free_port()
    variables = {
        "ALIGN_COURSES": str(folder / "course_standards"),
        "ALIGN_CERTS": str(folder / "cert_standards"),
        "ALIGN_MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "HOME": str(tmp_path),
    }
    log = tmp_path / "server.log"
    environment = {k: v for k, v in os.environ.items() if "DISPLAY" not in k} | variables
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", f"from align.ui.launch import launch; launch({port})"],
            cwd=tmp_path,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + SECONDS
        while not answers(f"{address}/_stcore/health"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        told = log.read_text(encoding="utf-8")
        assert address in told
        assert "只在本机可用" in told
        yield address
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in log.read_text(encoding="utf-8")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def base_url() -> None:
    """No common address: each test starts its own server (the plugin's own fixture is outdated)."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, talking to nobody on its own."""
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": flags.split(),
    }


def test_the_way_a_teacher_goes_in_a_browser(server: str, page: Page, tmp_path: Path) -> None:
    outside: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith((server, server.replace("http", "ws"), "data:", "blob:")):
            outside.append(request.url)

    page.on("request", watch)
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1440, "height": 1800})
    page.goto(server)
    page.get_by_role("button", name=ZH["gate.run"]).click()
    expect(page.get_by_text(ZH["overview.actions"])).to_be_visible(timeout=SECONDS * 1000)

    # The first cell of the heatmap opens its requirements.
    chart = page.locator("canvas").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    hint = page.get_by_text(ZH["overview.cell_hint"])
    expect(hint).to_be_visible()
    opened_by = next(
        (
            share
            for share in (0.2, 0.3, 0.4, 0.5)
            if clicked(page, box["x"] + box["width"] * share, box["y"] + 28)
        ),
        None,
    )
    assert opened_by is not None, "no cell of the first course answers"
    expect(page.get_by_text(re.compile("《快件收派实务》 × .*：关联"))).to_be_visible()

    # Reload: the results are still there.
    page.reload()
    expect(page.get_by_text(ZH["overview.actions"])).to_be_visible()

    page.get_by_role("link", name=ZH["nav.compare"]).click()
    page.get_by_text("1.2.2 能使用电子秤").first.click()
    expect(page.locator("mark", has_text="称重").first).to_be_visible()

    page.get_by_role("link", name=ZH["nav.reading"]).click()
    page.get_by_role("tab", name=ZH["reading.upload"]).click()
    upload = tmp_path / "外来.csv"
    upload.write_text(PARCELS.replace("快件收派实务", "外来课程"), encoding="gb18030")
    page.locator("input[type=file]").set_input_files(str(upload))
    expect(page.get_by_text("课程《外来课程》")).to_be_visible()

    page.get_by_role("link", name=ZH["nav.export"]).click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=ZH["export.download"]).first.click()
    waiting.value.save_as(tmp_path / "plan.docx")
    assert waiting.value.suggested_filename == "快递运营-plan.docx"
    words = "\n".join(p.text for p in docx.Document(str(tmp_path / "plan.docx")).paragraphs)
    assert "未经教师审定" in words

    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    expect(page.get_by_role("heading", name=EN["export.title"])).to_be_visible()
    page.goto(f"{server}/proposals?lang=English")
    expect(page.get_by_role("heading", name=EN["proposals.title"])).to_be_visible()
    expect(page.get_by_text(ZH["app.language"])).to_have_count(0)
    assert "Traceback" not in page.content()
    assert not outside


def clicked(page: Page, x: float, y: float) -> bool:
    """Whether clicking there opens a cell."""
    page.mouse.click(x, y)
    page.wait_for_timeout(1500)
    return page.get_by_text(ZH["overview.cell_hint"]).count() == 0


def test_importing_a_page_runs_nothing() -> None:
    before = dict(st.session_state)
    for name in PAGES:
        __import__(f"align.ui.pages.{name}")
    assert dict(st.session_state) == before
