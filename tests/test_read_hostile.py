"""Broken and hostile files end in one clear line each; the files beside them are still read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from align.errors import AlignError, HostileFileError, ReadError
from align.read import Limits, read, read_many
from align.read.worker import Worker
from align.records import Document
from tests import hostile_files as files

ROOT = Path(__file__).resolve().parent.parent

Results = dict[Path, Document | AlignError]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[files.Maker, Path]:
    return files.make_all(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def results(made: dict[files.Maker, Path]) -> Results:
    return dict(read_many(made.values()))


@pytest.mark.parametrize("maker", files.REFUSED, ids=lambda m: m.__name__)
def test_refused_with_one_clear_line(
    maker: files.Maker, made: dict[files.Maker, Path], results: Results
) -> None:
    path = made[maker]
    error = results[path]
    assert isinstance(error, ReadError)
    line = str(error)
    assert files.REFUSED[maker] in line
    assert str(path) in line
    assert "\n" not in line
    assert error.remedy
    assert "Traceback" not in line


@pytest.mark.parametrize("maker", files.READABLE, ids=lambda m: m.__name__)
def test_odd_files_are_read(
    maker: files.Maker, made: dict[files.Maker, Path], results: Results
) -> None:
    document = results[made[maker]]
    assert isinstance(document, Document), document
    assert document.blocks


def test_good_file_of_the_same_batch(made: dict[files.Maker, Path], results: Results) -> None:
    document = results[made[files.good_docx]]
    assert isinstance(document, Document)
    assert [p.text for p in document.passages] == [files.GOOD_TEXT]
    assert document.problems == ()


def test_order_is_that_of_the_call(made: dict[files.Maker, Path], results: Results) -> None:
    assert list(results) == list(made.values())


def test_external_entity_leaks_nothing(made: dict[files.Maker, Path], results: Results) -> None:
    assert "TOP-SECRET" not in str(results[made[files.external_entity]])


def test_nothing_is_written_outside(made: dict[files.Maker, Path], results: Results) -> None:
    folder = made[files.path_traversal].parent
    assert not list(folder.parent.glob("**/evil.txt"))
    assert not list(folder.parent.parent.glob("evil.txt"))


def test_wrong_name_is_told(made: dict[files.Maker, Path], results: Results) -> None:
    document = results[made[files.pdf_named_docx]]
    assert isinstance(document, Document)
    assert document.source.format == "pdf"
    assert [(p.severity, p.code) for p in document.problems] == [("info", "wrong-suffix")]


def test_hidden_characters_are_told_once(made: dict[files.Maker, Path], results: Results) -> None:
    document = results[made[files.hidden_characters_docx]]
    assert isinstance(document, Document)
    assert document.passages[0].text == "能独立完成收寄"
    assert "\u202e" in document.passages[0].printed
    assert [p.code for p in document.problems] == ["hidden-characters"]
    assert "4 个" in document.problems[0].message


def test_far_corner_is_two_cells(made: dict[files.Maker, Path], results: Results) -> None:
    document = results[made[files.far_corner_xlsx]]
    assert isinstance(document, Document)
    assert made[files.far_corner_xlsx].stat().st_size < 5_000
    rows = document.tables[0].rows
    assert [[c.text for c in r.cells] for r in rows] == [["课程", ""], ["", "末格"]]
    assert rows[1].place.row == 1_048_576


def test_parent_memory_is_unharmed(made: dict[files.Maker, Path]) -> None:
    """The parent that reads all these stays as small as it began (a bomb would be 4 GB)."""
    script = (
        "import json, resource, sys\n"
        "from align.read import read_many\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "found = read_many(json.loads(sys.argv[1]))\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "print(len(found), (after - before) * unit // 2**20)\n"
    )
    chosen = [files.content_bomb_pdf, files.zip_bomb, files.strewn_xlsx, files.billion_laughs]
    paths = json.dumps([str(made[m]) for m in chosen])
    done = subprocess.run(
        [sys.executable, "-c", script, paths],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    count, grown = map(int, done.stdout.split())
    assert count == len(chosen)
    assert grown < 100


def test_a_file_that_never_ends_is_stopped(tmp_path: Path) -> None:
    endless, good = files.endless_pdf(tmp_path), files.good_docx(tmp_path)
    found = read_many([endless, good], limits=Limits(seconds=3))
    assert isinstance(found[0][1], HostileFileError)
    assert "读取超时" in str(found[0][1])
    assert isinstance(found[1][1], Document)


def test_too_little_memory_is_said(tmp_path: Path) -> None:
    good = files.good_docx(tmp_path)
    tight = read_many([good], limits=Limits(memory_mb=16))[0][1]
    assert isinstance(tight, ReadError)
    assert str(good) in str(tight)


def test_child_killed_in_the_middle(tmp_path: Path) -> None:
    """As the system's memory watch does it: the file fails, the next is read."""
    endless, good = files.endless_pdf(tmp_path), files.good_docx(tmp_path)
    with Worker(Limits(seconds=60)) as worker:
        process = worker._start()
        assert process is not None
        killer = threading.Timer(0.5, os.kill, [process.pid, signal.SIGKILL])
        killer.start()
        result = worker.read(endless)
        killer.join()
        assert isinstance(result, HostileFileError)
        assert "崩溃" in str(result)
        assert isinstance(worker.read(good), Document)


def test_a_child_lost_between_files_is_replaced(tmp_path: Path) -> None:
    good = files.good_docx(tmp_path)
    with Worker(Limits()) as worker:
        assert isinstance(worker.read(good), Document)
        assert worker._process is not None
        worker._process.kill()
        worker._process.wait()
        assert isinstance(worker.read(good), Document)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    found = read_many([tmp_path / "没有.docx", tmp_path])
    assert "找不到文件" in str(found[0][1])
    assert "文件夹" in str(found[1][1])


def test_read_raises_what_read_many_returns(tmp_path: Path) -> None:
    path = files.macro_docx(tmp_path)
    with pytest.raises(HostileFileError, match="宏") as caught:
        read(path)
    assert str(caught.value) == str(read_many([path])[0][1])
    with pytest.raises(HostileFileError, match="宏"):
        read(path, in_child=False)


def test_file_size_limit(tmp_path: Path) -> None:
    path = files.good_docx(tmp_path)
    with pytest.raises(ReadError, match="文件过大"):
        read(path, limits=Limits(file_bytes=100), in_child=False)


def test_progress_names_each_file(tmp_path: Path) -> None:
    paths = [files.good_docx(tmp_path), files.zero_bytes(tmp_path)]
    seen: list[tuple[int, int, Path]] = []
    read_many(paths, progress=lambda done, total, path: seen.append((done, total, path)))
    assert seen == [(0, 2, paths[0]), (1, 2, paths[1])]


def test_child_ignores_libraries_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = files.good_docx(tmp_path)
    (tmp_path / "zipfile.py").write_text("raise SystemExit('taken over')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert isinstance(read_many([good])[0][1], Document)


def test_child_and_parent_read_alike(tmp_path: Path) -> None:
    for maker in files.READABLE:
        path = maker(tmp_path)
        assert read(path) == read(path, in_child=False)
