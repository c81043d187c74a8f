"""Results appear whole or not at all; what lay there before survives every failure."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from align.errors import OutputError
from align.export.files import atomic_write, output_folder


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_files_appear_together_and_leave_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "output" / "专业"
    with output_folder(target) as out:
        out.write("plan.docx", b"1")
        out.write("run.json", b"2")
        assert not (target / "plan.docx").exists()
    assert names(target) == ["plan.docx", "run.json"]
    assert (target / "run.json").read_bytes() == b"2"


def test_an_error_while_writing_leaves_earlier_results_untouched(tmp_path: Path) -> None:
    target = tmp_path / "专业"
    with output_folder(target) as out:
        out.write("a.csv", b"old a")
        out.write("b.csv", b"old b")
    with pytest.raises(RuntimeError), output_folder(target) as out:
        out.write("a.csv", b"new a")
        raise RuntimeError("step failed")
    assert names(target) == ["a.csv", "b.csv"]
    assert (target / "a.csv").read_bytes() == b"old a"


def test_a_folder_made_for_a_run_that_failed_goes_again(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), output_folder(tmp_path / "output" / "专业"):
        raise RuntimeError("step failed")
    assert not (tmp_path / "output").exists()


def test_a_full_disk_is_one_clear_line_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atomic_write(tmp_path / "plan.docx", b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError) as caught:
        atomic_write(tmp_path / "plan.docx", b"new")
    line = str(caught.value)
    assert "磁盘空间已满" in line and "plan.docx" in line and "\n" not in line
    assert (tmp_path / "plan.docx").read_bytes() == b"old"
    assert names(tmp_path) == ["plan.docx"]


def test_a_file_held_open_by_word_says_to_close_it_and_rolls_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with output_folder(tmp_path) as out:
        out.write("matches.csv", b"old m")
        out.write("plan.docx", b"old p")
    real = os.replace

    def held(source: str | Path, target: str | Path) -> None:
        # Windows refuses to replace a file that another program has open.
        if Path(target).name == "plan.docx" and ".kept" not in Path(source).parts:
            raise PermissionError(errno.EACCES, "Permission denied")
        real(source, target)

    monkeypatch.setattr(os, "replace", held)
    with (
        pytest.raises(OutputError, match=r"请先关闭正在打开 plan\.docx"),
        output_folder(tmp_path) as out,
    ):
        out.write("matches.csv", b"new m")
        out.write("extra.csv", b"new e")
        out.write("plan.docx", b"new p")
    assert (tmp_path / "matches.csv").read_bytes() == b"old m"
    assert (tmp_path / "plan.docx").read_bytes() == b"old p"
    assert names(tmp_path) == ["matches.csv", "plan.docx"]


def test_a_read_only_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> str:
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("tempfile.mkdtemp", refused)
    with pytest.raises(OutputError, match="没有写入权限") as caught, output_folder(tmp_path):
        pass
    assert str(tmp_path) in str(caught.value) and caught.value.exit_code == 6


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(b"mine")
    with pytest.raises(OutputError, match="不是文件夹"), output_folder(tmp_path / "output"):
        pass
    with pytest.raises(OutputError, match="不是文件夹"), output_folder(tmp_path / "output" / "x"):
        pass
    assert (tmp_path / "output").read_bytes() == b"mine"


def test_a_folder_where_a_file_should_be(tmp_path: Path) -> None:
    (tmp_path / "plan.docx").mkdir()
    with pytest.raises(OutputError, match="是一个文件夹"):
        atomic_write(tmp_path / "plan.docx", b"new")
    assert (tmp_path / "plan.docx").is_dir() and names(tmp_path) == ["plan.docx"]


@pytest.mark.parametrize("name", ["../a.csv", "a/b.csv", "", "..", "a\\b.csv"])
def test_a_name_may_not_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="plain file name"), output_folder(tmp_path) as out:
        out.write(name, b"x")


def test_without_hard_links_a_copy_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic_write(tmp_path / "a.csv", b"old")

    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    atomic_write(tmp_path / "a.csv", b"new")
    assert (tmp_path / "a.csv").read_bytes() == b"new" and names(tmp_path) == ["a.csv"]
