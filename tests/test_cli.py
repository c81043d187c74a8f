"""The command line as a user meets it: files in a folder, words on two streams, an exit code.

What a user's shell would show is run as a process of its own; failures deep inside a run are
simulated in this one.  Both use the built-in embedder and a matcher of equal weights, so that
nothing here depends on which model is installed.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import docx
import networkx as nx
import openpyxl
import pytest

import align as package
from align import cli, pipeline
from align.errors import ReadError
from align.labels import read_actions, read_links
from align.match import FEATURE_ZH
from align.present import Console
from tests.kit import FILES, USUAL, align, write_files

HASHING = ("--model", "hashing")
RESULTS = {
    "matches.csv", "coverage.csv", "proposals.csv", "graph.graphml", "run.json", "plan.docx",
    "plan.xlsx",
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a matcher of equal weights and no embedding model."""
    folder = tmp_path_factory.mktemp("models")
    matcher = {
        "weights": dict.fromkeys(FEATURE_ZH, 1.0), "hub": 0.3, "usual": USUAL, "slope": 3.0,
        "intercept": -3.0,
    }  # fmt: skip
    (folder / "matcher.json").write_text(json.dumps(matcher), encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Answer:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


class Here:
    """The command line in this process, standing in a folder."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self.patch = patch
        self.capture = capture

    def __call__(self, *arguments: str | Path) -> Answer:
        self.patch.setattr(sys, "argv", ["align", *map(str, arguments)])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = self.capture.readouterr()
        assert isinstance(ended.value.code, int)
        assert "Traceback" not in said.err
        return Answer(ended.value.code, said.out, said.err)


@pytest.fixture
def here(
    tmp_path: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Here:
    """The small set, written anew, and the command line in it."""
    write_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIGN_MODELS", str(models))
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / ".cache"))
    monkeypatch.delenv("ALIGN_DEBUG", raising=False)
    return Here(tmp_path, monkeypatch, capsys)


def prints(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def one_line(text: str) -> str:
    """The text, which must be one line."""
    assert text.endswith("\n")
    assert text.count("\n") == 1, text
    return text[:-1]


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


# --- run, whole -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Done:
    """A run as a process: the folder, and what was said."""

    folder: Path
    out: str
    err: str


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Done:
    folder = write_files(tmp_path_factory.mktemp("first"))
    told = align("run", *HASHING, at=folder, ALIGN_MODELS=str(models), PYTHONHASHSEED="1")
    assert told.returncode == 0, told.stderr
    return Done(folder, told.stdout, told.stderr)


def test_each_programme_gets_its_own_folder_with_every_file(done: Done) -> None:
    output = done.folder / "output"
    assert {p.name for p in output.iterdir()} == {"快递", "网站"}
    for folder in output.iterdir():
        assert {p.name for p in folder.iterdir()} == RESULTS
    assert prints(done.folder).keys() - prints(output).keys() >= FILES.keys()


def test_the_summary_says_what_was_compared_and_where_to_look(done: Done) -> None:
    assert "【快递运营】2 门课程 7 个课程单元 × 1 个证书 8 条技能要求" in done.out
    assert "【网站】1 门课程 4 个课程单元 × 1 个证书 4 条技能要求" in done.out
    for words in ("已覆盖", "拓展", "强化", "补充", "免修", "未经教师审核"):
        assert words in done.out
    assert str(Path("output") / "快递") in done.out
    assert done.err == "", "no progress lines where nobody watches"


def test_the_tables_hold_every_item_once_and_no_other_programmes_ids(done: Done) -> None:
    output = done.folder / "output"
    proposals = table(output / "快递" / "proposals.csv")
    items = [p["item_ids"] for p in proposals if p["action"] != "exempt"]
    assert len(items) == len(set(items)) == 8
    assert {p["course_id"] for p in proposals} <= {"快件收派实务", "快递客户服务"}
    matches = table(output / "快递" / "matches.csv")
    assert {m["course"] for m in matches} == {"快件收派实务", "快递客户服务"}
    best = {m["item_id"]: m for m in matches if m["rank"] == "1"}
    assert best["初级-1.1.2"]["unit_id"] == "快件收派实务#1"
    assert best["初级-1.1.2"]["unit_quote"] == "会检查寄递物品是否违禁"
    assert best["初级-1.1.2"]["item_place"] == "第3行"
    assert best["中级-2.1.1"]["unit_id"] == "快递客户服务#3"
    coverage = table(output / "快递" / "coverage.csv")
    assert {c["scope"] for c in coverage} == {
        "certificate", "level", "area", "task", "competency", "course", "unit",
    }  # fmt: skip
    assert "not" not in {c["state"] for c in coverage}, "only a person says so"


def test_graph_record_and_plan_can_be_opened(done: Done) -> None:
    folder = done.folder / "output" / "快递"
    graph = nx.read_graphml(folder / "graph.graphml")
    assert sum(d["bipartite"] == 0 for _, d in graph.nodes(data=True)) == 7
    assert sum(d["bipartite"] == 1 for _, d in graph.nodes(data=True)) == 8
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["run"]["tool_version"] == package.__version__
    assert record["run"]["model"].startswith("hashing")
    assert record["run"]["settings_version"].startswith("s-")
    for name, sha in record["run"]["sources"]:
        (path,) = done.folder.rglob(name)
        assert sha == hashlib.sha256(path.read_bytes()).hexdigest()
    assert str(done.folder) not in (folder / "run.json").read_text(encoding="utf-8")
    plan = docx.Document(str(folder / "plan.docx"))
    words = "\n".join(
        [p.text for p in plan.paragraphs]
        + [c.text for t in plan.tables for row in t.rows for c in row.cells]
    )
    for expected in ("快递运营", "快件处理员", "快件收派实务", "能操作无人机完成山区投递"):
        assert expected in words
    book = openpyxl.load_workbook(folder / "plan.xlsx", read_only=True)
    assert len(book.sheetnames) > 3
    book.close()


def test_a_second_run_elsewhere_gives_the_same_bytes(
    done: Done, tmp_path: Path, models: Path
) -> None:
    folder = write_files(tmp_path / "别处", dict(reversed(list(FILES.items()))))
    for n, path in enumerate(sorted(folder.rglob("*.*"))):
        os.utime(path, (1_500_000_000 + n, 1_500_000_000 + n))
    told = align(
        "run", *HASHING, "--programme", "快递", "--out", "结果", "--courses",
        folder / "course_standards", at=folder, ALIGN_MODELS=str(models), PYTHONHASHSEED="2",
        TZ="Asia/Shanghai",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    first, second = done.folder / "output" / "快递", folder / "结果" / "快递"
    assert prints(second) == prints(first)
    with zipfile.ZipFile(second / "plan.docx") as parts:
        assert len({p.date_time for p in parts.infolist()}) == 1, "fixed dates inside"


# --- broken files ---------------------------------------------------------------------------


def test_broken_files_are_listed_and_the_others_processed(here: Here) -> None:
    broken = {
        "course_standards/快递/空.docx": b"",
        "course_standards/快递/断.xlsx": b"PK\x03\x04" + b"\0" * 40,
        "course_standards/快递/照片.jpg": b"\xff\xd8\xff\xe0" + b"\0" * 64,
        "cert_standards/坏.xlsx": b"not a workbook",
    }
    for name, data in broken.items():
        (here.folder / name).write_bytes(data)
    answer = here("export", "--format", "json", *HASHING)
    assert answer.code == 3, "written, but only in part: a script must not take it for a whole"
    lines = answer.err.splitlines()
    assert len(lines) == 4, "one line for each file, none twice"
    for name in broken:
        (line,) = [x for x in lines if Path(name).name in x]
        assert line.startswith("已跳过：")
    record = json.loads((here.folder / "output/快递/run.json").read_text(encoding="utf-8"))
    assert record["counts"]["courses"] == 2
    errors = {f["name"]: f["error"] for f in record["files"] if f["error"]}
    assert errors.keys() == {Path(name).name for name in broken}


def test_reading_a_broken_file_shows_the_others_and_ends_with_3(here: Here) -> None:
    (here.folder / "空.csv").write_bytes(b"")
    answer = here("read", "空.csv", "cert_standards")
    assert answer.code == 3
    assert "空.csv" in answer.out
    assert "错误：" in answer.out
    assert "证书《快件处理员》" in answer.out


# --- earlier output stays -------------------------------------------------------------------


def full_disk(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(*_: object, **__: object) -> str:
    raise PermissionError(errno.EACCES, "Permission denied")


def faulty(*_: object, **__: object) -> object:
    raise RuntimeError("二\n行")


def interrupted(*_: object, **__: object) -> object:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "failure", "code", "words"),
    [
        ("os.fsync", full_disk, 6, "磁盘空间已满"),
        ("tempfile.mkdtemp", read_only, 6, "没有写入权限"),
        ("align.propose.propose", faulty, 70, "RuntimeError"),
        ("align.graph.coverage", interrupted, 130, "已中止"),
    ],
)
def test_a_run_that_fails_leaves_earlier_results_untouched(
    here: Here, where: str, failure: object, code: int, words: str
) -> None:
    assert here("export", "--format", "csv", *HASHING, "--programme", "网站").code == 0
    before = prints(here.folder / "output")
    assert len(before) == 3
    # Another reading, so that a result would differ.
    (here.folder / "settings.toml").write_text("[settings]\ncandidates = 3\n", encoding="utf-8")
    here.patch.setattr(where, failure)
    answer = here(
        "export", "--format", "csv", *HASHING, "--programme", "网站", "--settings", "settings.toml"
    )
    assert answer.code == code
    assert words in one_line(answer.err)
    assert answer.out == ""
    assert prints(here.folder / "output") == before


def test_bad_settings_end_a_run_before_it_touches_anything(here: Here) -> None:
    output = here.folder / "output" / "快递"
    output.mkdir(parents=True)
    (output / "plan.docx").write_bytes(b"signed")
    before = prints(here.folder / "output")
    (here.folder / "坏.toml").write_text("[settings]\nlink_thresold = 0.3\n", encoding="utf-8")
    answer = here("run", *HASHING, "--settings", "坏.toml")
    assert answer.code == 4
    assert "link_thresold" in one_line(answer.err)
    assert prints(here.folder / "output") == before


def test_nothing_is_written_when_one_programme_fails(here: Here) -> None:
    toml = here.folder / "course_standards/网站/programme.toml"
    toml.write_text('certificates = ["没有.pdf"]\n', encoding="utf-8")
    answer = here("export", "--format", "csv", *HASHING)
    assert answer.code == 2
    line = one_line(answer.err)
    assert "网站" in line
    assert "没有.pdf" in line
    assert not (here.folder / "output").exists()


def test_a_fault_of_the_program_shows_its_trace_only_when_asked(here: Here) -> None:
    here.patch.setattr(pipeline, "run", faulty)
    here.patch.setenv("ALIGN_DEBUG", "1")
    here.patch.setattr(sys, "argv", ["align", "run", *HASHING])
    with pytest.raises(RuntimeError):
        cli.main()


def test_a_missing_or_damaged_matcher_is_said_in_one_line(here: Here, tmp_path: Path) -> None:
    own = tmp_path / "models"
    own.mkdir()
    here.patch.setenv("ALIGN_MODELS", str(own))
    for text, words in ((None, "找不到匹配模型"), ("{", "已损坏")):
        if text is not None:
            (own / "matcher.json").write_text(text, encoding="utf-8")
        answer = here("run", *HASHING)
        assert answer.code == 5
        assert words in one_line(answer.err)
        assert "matcher.json" in answer.err


class Terminal(io.StringIO):
    """An error stream somebody watches."""

    def isatty(self) -> bool:
        """Always."""
        return True


def test_progress_is_shown_to_who_watches_and_wiped_before_a_result(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    with Console() as console:
        console.progress("读取 甲.docx", 3, 9)
        console.progress("计算向量", 1, 1)
        console.say("结果")
    shown = watched.getvalue()
    assert "读取 甲.docx（3/9）…" in shown
    assert "计算向量…" in shown
    assert "\x1b" not in shown, "a Windows console may not know control sequences"
    wiped = shown.rsplit("\r", 2)[1]
    assert not wiped.strip(), "the line is wiped"
    assert len(wiped) >= 2 * len("计算向量…")
    assert "\n" not in shown
    assert capsys.readouterr().out == "结果\n"


# --- wrong calls ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "--courses", "无此"), 2, "无此"),
        (("run", "--certs", "无此"), 2, "无此"),
        (("run", "--courses", "空夹"), 2, "空夹"),
        (("run", "--certs", "空夹"), 2, "空夹"),
        (("run", "--programme", "烹饪"), 2, "烹饪"),
        (("run", "--level", "特级", "--programme", "快递"), 2, "初级、中级"),
        (("run", "--settings", "无.toml"), 4, "无.toml"),
        (("run", "--settings", "坏.toml"), 4, "坏.toml"),
        (("run", "--model", "bge-无"), 5, "bge-无"),
        (("graph", "--out", "图.gif"), 2, ".svg、.png 或 .html"),
        (("graph", "--out", "图"), 2, "无后缀"),
        (("read", "无.csv"), 2, "无.csv"),
        (("read", "空夹"), 2, "文件夹里没有可读的文件"),
        (("evaluate", "--courses", "course_standards"), 2, "--links"),
        (("evaluate", "sts", "无.tsv"), 2, "无.tsv"),
        (("evaluate", "pairs", "空夹"), 2, "空夹"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(
    here: Here, arguments: tuple[str, ...], code: int, words: str
) -> None:
    (here.folder / "空夹").mkdir()
    (here.folder / "坏.toml").write_text("[settings]\nlink_threshold = 9\n", encoding="utf-8")
    given = (
        arguments if "--model" in arguments or arguments[0] == "read" else (*arguments, *HASHING)
    )
    answer = here(*given)
    assert answer.code == code
    line = one_line(answer.err)
    assert line.startswith("错误：")
    assert words in line
    assert answer.out == ""
    assert not (here.folder / "output").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rnu",), "rnu"),
        (("run", "--nope"), "--nope"),
        (("run", "--level"), "--level"),
        (("graph",), "--out"),
        (("read",), "files"),
        (("export", "--format", "doc"), "'doc' 不在可选之列：'docx'"),
        (("export",), "可选：docx"),
        (("app", "--port", "八"), "不是整数"),
        (("run", "--setting", "x"), "可选的选项：--settings"),
        (("run", "--all-pairs=1"), "选项 '--all-pairs' 不带值"),
        (("run", "a", "b"), "多出的参数 (a b)"),
        (("rnu",), "是否想写 'run'"),
    ],
)
def test_a_wrong_call_is_one_line_and_ends_with_2(
    here: Here, arguments: tuple[str, ...], words: str
) -> None:
    answer = here(*arguments)
    assert answer.code == 2
    line = one_line(answer.err)
    assert line.startswith("命令用法有误：")
    assert words in line
    assert "--help" in line
    # What is left in Latin letters is what the user typed, and names of options and commands.
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", line), line


def test_a_wrong_call_of_the_real_program(tmp_path: Path) -> None:
    told = align("run", "--nope", at=tmp_path)
    assert told.returncode == 2
    assert one_line(told.stderr).startswith("命令用法有误：")


# --- help and version -----------------------------------------------------------------------


def test_the_version_is_the_packages_own(tmp_path: Path) -> None:
    told = align("--version", at=tmp_path)
    assert (told.returncode, told.stdout) == (0, f"align {package.__version__}\n")


@pytest.mark.parametrize("command", ["", "run", "read", "graph", "export", "models", "evaluate"])
def test_help_explains_each_option_in_chinese(here: Here, command: str) -> None:
    answer = here(*command.split(), "--help")
    assert answer.code == 0
    assert answer.err == ""
    # An option's words may stand on the lines below it.
    for told in re.split(r"\n(?=  -)", answer.out)[1:]:
        assert "--help" in told or re.search("[\u4e00-\u9fff]", told), told
    if not command:
        for name in ("run", "read", "graph", "export", "models", "evaluate", "app"):
            (line,) = [x for x in answer.out.splitlines() if x.split()[:1] == [name]]
            assert re.search("[\u4e00-\u9fff]", line)


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = (
        "torch", "sentence_transformers", "transformers", "pandas", "matplotlib", "sklearn",
        "scipy", "numpy", "networkx", "docx", "openpyxl", "pdfplumber", "lxml", "streamlit",
    )  # fmt: skip
    told = align("--help", at=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    loaded = {x.rpartition("|")[2].strip().split(".")[0] for x in told.stderr.splitlines()}
    assert "typer" in loaded
    assert not loaded & set(heavy)


# --- read -----------------------------------------------------------------------------------


def test_reading_shows_a_tree_with_counts_hours_and_places(here: Here) -> None:
    answer = here("read", "course_standards/快递", "cert_standards/快件处理员.csv")
    assert (answer.code, answer.err) == (0, "")
    for words in (
        "课程《快件收派实务》（K01，必修，2 学分，20 学时（理论 6，实践 14））",
        "2 个单元，4 个内容行，8 个教学要点",
        "收寄：2 行，10 学时",
        "快件收派实务#3  派送路线",
        "课程《快递客户服务》（K02，选修，1 学分，16 学时）",
        "证书《快件处理员》（900101，1.0）",
        "中级：2 个工作领域，2 个工作任务，4 条要求",
        "2 条（2.1.1–2.1.2）",
    ):
        assert words in answer.out, words
    assert "programme.toml" not in answer.out


def test_reading_as_data_gives_everything_with_places(here: Here) -> None:
    (here.folder / "空.csv").write_bytes(b"")
    answer = here("read", "--json", "course_standards/快递/快件收派实务.csv", "空.csv")
    assert answer.code == 3
    good, bad = json.loads(answer.out)
    assert good["error"] is None
    (course,) = good["reading"]["courses"]
    assert (course["name"], course["credits"], course["hours"]) == ("快件收派实务", 2, 20)
    assert course["units"][1]["points"] == ["能选择包装材料并封装快件", "能称重并计算资费"]
    assert course["units"][1]["place"] == {"line": 3, "words": "第3行"}
    assert bad["reading"] is None
    assert "空.csv" in bad["error"]


def test_data_is_whole_where_the_stream_is_not_utf8(tmp_path: Path) -> None:
    # A pipe on a Chinese Windows is GBK, which has no sign for these.
    text = "课程,单元,任务,教学内容,学时\n网页©😀,结构,标签,能用HTML标签,8\n"
    (tmp_path / "课.csv").write_text(text, encoding="utf-8")
    done = align("read", "--json", "课.csv", at=tmp_path, PYTHONIOENCODING="gbk")
    (data,) = json.loads(done.stdout)
    assert data["reading"]["courses"][0]["name"] == "网页©😀"


def test_what_could_not_be_placed_is_shown(here: Here) -> None:
    text = "# 通知\n\n各系部请于周五前提交材料。\n"
    (here.folder / "通知.md").write_text(text, encoding="utf-8")
    answer = here("read", "通知.md")
    assert "没有读出课程、证书或培养方案" in answer.out


# --- graph and export -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "suffix", "start"),
    [
        ("heatmap", ".svg", b"<"),
        ("heatmap", ".html", b"<!"),
        ("bipartite", ".png", b"\x89PNG\r\n"),
        ("bipartite", ".html", b"<!"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_picture_is_drawn_in_each_format(
    here: Here, view: str, suffix: str, start: bytes
) -> None:
    answer = here(
        "graph", "--out", f"图/图{suffix}", "--view", view, *HASHING, "--programme", "快递"
    )
    assert (answer.code, answer.err) == (0, "")
    data = (here.folder / "图" / f"图{suffix}").read_bytes()
    assert data.lstrip().lower().startswith(start.lower())
    assert f"图{suffix}" in answer.out
    if suffix == ".html":
        assert "快件收派实务" in data.decode()
        assert "https://" not in data.decode().replace("https://www.w3.org", "")


def test_several_certificates_give_several_pictures(here: Here) -> None:
    answer = here("graph", "--out", "图.html", *HASHING)
    assert answer.code == 0
    made = sorted(p.name for p in here.folder.glob("*.html"))
    assert len(made) == 2
    assert all(name in answer.out for name in made)


def test_export_writes_only_the_formats_asked_for_and_keeps_other_files(here: Here) -> None:
    note = here.folder / "output" / "网站" / "我的笔记.txt"
    note.parent.mkdir(parents=True)
    note.write_text("留着", encoding="utf-8")
    answer = here(
        "export", "--format", "csv", "--format", "graphml", *HASHING, "--programme", "网站"
    )
    assert answer.code == 0
    assert {p.name for p in note.parent.iterdir()} == {
        "matches.csv", "coverage.csv", "proposals.csv", "graph.graphml", "我的笔记.txt",
    }  # fmt: skip
    assert len(answer.out.splitlines()) == 4


def test_all_pairs_writes_every_pair(here: Here) -> None:
    here.patch.setattr(pipeline, "RUN_FILES", ("matches.csv",))  # the plan is tested above
    for option, count in (((), 0), (("--all-pairs",), 7 * 8)):
        (here.folder / "s.toml").write_text("[settings]\ncandidates = 3\n", encoding="utf-8")
        answer = here("run", *HASHING, "--programme", "快递", "--settings", "s.toml", *option)
        assert answer.code == 0
        rows = table(here.folder / "output/快递/matches.csv")
        pairs = {(r["item_id"], r["unit_id"]) for r in rows}
        assert len(pairs) == len(rows)
        assert (len(rows) == count) if count else (24 <= len(rows) < 56)


def test_settings_and_levels_decide_and_are_recorded(here: Here) -> None:
    (here.folder / "宽.toml").write_text("[settings]\ncandidates = 4\n", encoding="utf-8")
    base = ("export", "--format", "json", *HASHING, "--programme", "快递")
    assert here(*base, "--out", "a").code == 0
    assert here(*base, "--out", "b", "--settings", "宽.toml", "--level", "初级").code == 0
    one, two = (
        json.loads((here.folder / x / "快递/run.json").read_text(encoding="utf-8")) for x in "ab"
    )
    assert (one["counts"]["competencies"], two["counts"]["competencies"]) == (8, 4)
    assert two["run"]["levels"] == ["初级"]
    assert dict(two["run"]["parameters"])["candidates"] == 4
    assert one["run"]["settings_version"] != two["run"]["settings_version"]
    assert one["run"]["id"] != two["run"]["id"]


def test_models_are_listed_with_the_built_in_one(here: Here) -> None:
    answer = here("models", "list")
    assert answer.code == 0
    assert "hashing" in answer.out


# --- evaluate -------------------------------------------------------------------------------

LINKS = """item_id\tunit_id\tgrade
初级-1.1.1\t快件收派实务#1\t2
初级-1.1.2\t快件收派实务#1\t2
初级-1.2.1\t快件收派实务#2\t2
初级-1.2.2\t快件收派实务#2\t2
中级-1.1.1\t快件收派实务#3\t2
中级-1.1.2\t快件收派实务#4\t1
中级-2.1.1\t快递客户服务#3\t1
中级-2.1.2\t快件收派实务#3\t0
"""
ACTIONS = """item_id\taction
初级-1.1.1\tcovered
初级-1.1.2\tcovered
初级-1.2.1\tcovered
中级-2.1.2\tsupplement
"""


def evaluated(here: Here, links: str = LINKS, actions: str = ACTIONS, *more: str) -> Answer:
    (here.folder / "links.tsv").write_text(links, encoding="utf-8")
    (here.folder / "actions.tsv").write_text(actions, encoding="utf-8")
    return here(
        "evaluate", "--courses", "course_standards/快递", "--certs",
        "cert_standards/快件处理员.csv", "--links", "links.tsv", "--actions", "actions.tsv",
        *HASHING, *more,
    )  # fmt: skip


def test_the_matcher_is_judged_on_labels(here: Here) -> None:
    answer = evaluated(here, LINKS, ACTIONS, "--json")
    assert (answer.code, answer.err) == (0, "")
    figures = json.loads(one_line(answer.out))
    assert set(figures) >= {
        "hit@1", "hit@5", "map", "ndcg@10", "average_precision", "precision_at_threshold",
        "recall_at_threshold", "f1_at_threshold", "best_f1", "best_f1_threshold", "ece",
        "brier_skill", "action_accuracy", "action_macro_f1", "action_macro_f1_low",
        "action_macro_f1_high", "n_items", "n_units", "n_links",
    }  # fmt: skip
    assert (figures["n_items"], figures["n_units"], figures["n_links"]) == (8, 7, 7)
    assert figures["hit@1"] == 1.0
    for name, value in figures.items():
        if not name.startswith("n_") and value is not None:
            assert -1 <= value <= 1, name
    shown = evaluated(here)
    assert [x.split()[0] for x in shown.out.splitlines()] == list(figures)


def test_wrong_labels_are_one_line_that_names_theirs(here: Here) -> None:
    answer = evaluated(here, LINKS.replace("实务#4", "实务#40"))
    assert answer.code == 3
    line = one_line(answer.err)
    assert "links.tsv（第7行" in line
    assert "快件收派实务#40" in line


ITEMS = {line.split("\t")[0] for line in LINKS.splitlines()[1:]}
UNITS = {line.split("\t")[1] for line in LINKS.splitlines()[1:]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(LINKS.replace("1.1.2\t", "9.9.9\t", 1), "第3行.*初级-9.9.9", id="item"),
        pytest.param(LINKS.replace("\t0", "\t3"), "第9行.*0、1 或 2", id="grade"),
        pytest.param(LINKS.replace("grade", "level"), "第1行.*grade", id="column"),
        pytest.param("item_id\tunit_id\tgrade\n", "没有任何关联", id="none"),
        pytest.param("", "空文件", id="empty"),
    ],
)
def test_wrong_links_are_refused_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "links.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=rf"links\.tsv.*{words}"):
        read_links(path, ITEMS, UNITS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(ACTIONS.replace("supplement", "exempt"), "第5行.*exempt", id="no-action"),
        pytest.param(ACTIONS + "中级-2.1.2\tcovered\n", "第6行.*两次|两次.*第6行", id="twice"),
        pytest.param(ACTIONS.replace("1.2.1", "9.9.9"), "初级-9.9.9", id="item"),
    ],
)
def test_wrong_actions_are_refused_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "actions.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=words):
        read_actions(path, ITEMS)


def test_a_folder_in_place_of_labels_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"打不开"):
        read_links(tmp_path, ITEMS, UNITS)


def test_judging_needs_one_certificate(here: Here) -> None:
    (here.folder / "links.tsv").write_text(LINKS, encoding="utf-8")
    answer = here(
        "evaluate", "--courses", "course_standards/快递", "--certs", "cert_standards", "--links",
        "links.tsv", *HASHING,
    )  # fmt: skip
    assert answer.code == 2
    assert "2 个" in one_line(answer.err)


def test_a_model_is_judged_on_sentence_pairs(here: Here) -> None:
    rows = [
        ("静脉输液操作", "静脉输液的操作", 5),
        ("静脉输液操作", "输液", 3),
        ("静脉输液操作", "老人输液", 2),
        ("静脉输液操作", "编写网页", 0),
    ]
    (here.folder / "sts.tsv").write_text(
        # An empty line, and signs inside a sentence that some programs take for line ends.
        "".join(f"{a}\t{b}\x85\u2028\t{s}\n\n" for a, b, s in rows),
        encoding="utf-8",
    )
    answer = here("evaluate", "sts", "sts.tsv", "--json", *HASHING)
    assert answer.code == 0
    assert json.loads(answer.out) == {"spearman": 100.0, "n_pairs": 4}
    (here.folder / "sts.tsv").write_text("甲\t乙\n", encoding="utf-8")
    answer = here("evaluate", "sts", "sts.tsv", *HASHING)
    assert answer.code == 2
    assert "sts.tsv（第1行）" in one_line(answer.err)
    (here.folder / "sts.tsv").write_text("", encoding="utf-8")
    answer = here("evaluate", "sts", "sts.tsv", *HASHING)
    assert answer.code == 3
    assert "至少 2 行" in one_line(answer.err)


def test_a_model_is_judged_on_finding_the_other_side(here: Here) -> None:
    rows = [
        "course\tcert",
        "包装快件\t能封装快件包装",
        "规划路线\t能规划派送路线",
        "接待客户\t能接待来访客户",
    ]
    (here.folder / "pairs.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    answer = here("evaluate", "pairs", "pairs.tsv", "--json", *HASHING)
    assert answer.code == 0
    figures = json.loads(answer.out)
    assert list(figures) == ["r@1", "mrr", "tfidf_r@1", "tfidf_mrr", "n_pairs"]
    assert figures["r@1"] == figures["tfidf_mrr"] == 100.0
    assert figures["n_pairs"] == 3
