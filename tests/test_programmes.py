"""Folders and ``programme.toml``: what belongs together, how far it goes, what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from align.errors import UsageError
from align.programmes import documents, find_programmes
from tests.kit import write_files


def made(folder: Path, toml: str | None = None, **files: str) -> Path:
    """``course_standards`` with one programme 物流."""
    contents = {f"物流/{name}.csv": text for name, text in (files or {"甲": "课程\n"}).items()}
    if toml is not None:
        contents["物流/programme.toml"] = toml
    return write_files(folder / "course_standards", contents)


def test_each_subfolder_is_a_programme_in_the_order_of_their_names(tmp_path: Path) -> None:
    write_files(
        tmp_path, {"b/一.csv": "x", "a/二.docx": "x", "a/深/三.pdf": "x", ".git/x.csv": "x"}
    )
    found = find_programmes(tmp_path)
    assert [p.id for p in found] == ["a", "b"]
    assert [f.name for f in found[0].files] == ["二.docx", "三.pdf"]


def test_without_a_file_a_programme_takes_every_certificate_level_and_course(
    tmp_path: Path,
) -> None:
    (found,) = find_programmes(made(tmp_path))
    assert (found.id, found.name) == ("物流", "物流")
    assert (found.certificates, found.levels, found.leave_out) == ((), (), ())
    assert found.takes_certificate(Path("任何.pdf"), "123", "任何")
    assert found.takes_course(Path("任何.docx"), "任何")


def test_the_file_names_programme_college_certificates_levels_and_what_is_left_out(
    tmp_path: Path,
) -> None:
    toml = (
        'name = "现代物流管理"\nmajor = "530802"\ncollege = "示例学院"\n'
        'certificates = ["快递.pdf", "900101", "仓储管理"]\nlevels = ["初级", "中级"]\n'
        'leave_out = ["体育.docx", "军事理论", "心理健康"]\n'
    )
    (found,) = find_programmes(made(tmp_path, toml))
    assert (found.id, found.name) == ("物流", "现代物流管理")
    assert (found.major, found.college) == ("530802", "示例学院")
    assert found.levels == ("初级", "中级")
    for path, code, name, taken in (
        ("快递.pdf", "", "某证书", True),  # by file name
        ("a.pdf", "900101", "某证书", True),  # by code
        ("a.pdf", "", "仓储管理", True),  # by name
        ("仓储管理.docx", "", "某证书", True),  # by file name without its ending
        ("b.pdf", "900102", "另一证书", False),
        ("快递二.pdf", "", "仓储管理员", False),  # no part of a name
    ):
        assert found.takes_certificate(Path("x") / path, code, name) is taken
    for path, name, taken in (
        ("体育.docx", "体育与健康", False),
        ("a.csv", "军事理论", False),
        ("心理健康.pdf", "大学生心理", False),
        ("b.csv", "体育史", True),
    ):
        assert found.takes_course(Path("x") / path, name) is taken


def test_a_file_saved_with_a_mark_at_its_start_is_read(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "物流" / "programme.toml").write_text('name = "标"\n', encoding="utf-8-sig")
    assert find_programmes(folder)[0].name == "标"


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("name = \n", "不是有效的 TOML"),
        ('nam = "物流"\n', "nam"),
        ('certificates = "快递.pdf"\n', "certificates"),
        ("levels = 3\n", "levels"),
        ('leave_out = "体育"\n', "leave_out"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, toml: str, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        find_programmes(made(tmp_path, toml))
    line = caught.value.line()
    assert words in line
    assert str(Path("物流") / "programme.toml") in line
    assert "\n" not in line


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (folder / "物流" / "programme.toml").write_bytes('name = "物流"\n'.encode("gbk"))
    with pytest.raises(UsageError, match=r"programme\.toml"):
        find_programmes(folder)


def test_files_lying_in_the_folder_itself_are_one_programme_more(tmp_path: Path) -> None:
    folder = made(tmp_path)
    write_files(folder, {"散.csv": "课程\n", "programme.toml": 'name = "散课"\n'})
    found = find_programmes(folder)
    assert [(p.id, p.name) for p in found] == [("物流", "物流"), ("course_standards", "散课")]
    assert [f.name for f in found[1].files] == ["散.csv"], "a subfolder's files are its own"


def test_one_file_is_a_programme_by_itself(tmp_path: Path) -> None:
    folder = made(tmp_path)
    (found,) = find_programmes(folder / "物流" / "甲.csv")
    assert (found.id, [f.name for f in found.files]) == ("甲", ["甲.csv"])


def test_notes_settings_locks_and_hidden_files_are_no_documents(tmp_path: Path) -> None:
    names = ("一.docx", "二.zip", "README.md", "readme.txt", "programme.toml", "~$一.docx", ".x")
    write_files(tmp_path, dict.fromkeys(names, "x"))
    # An unknown kind of file is still listed: reading it says why it cannot be used.
    assert [p.name for p in documents(tmp_path)] == ["一.docx", "二.zip"]


@pytest.mark.parametrize("files", [{}, {"物流/programme.toml": ""}, {"README.md": "x"}])
def test_a_folder_without_documents_says_what_belongs_there(
    tmp_path: Path, files: dict[str, str]
) -> None:
    folder = tmp_path / "course_standards"
    folder.mkdir()
    with pytest.raises(UsageError, match=r"没有课程标准.*docx"):
        find_programmes(write_files(folder, files))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"无此.*--courses"):
        find_programmes(tmp_path / "无此")


def test_a_folder_given_as_dots_goes_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Results go to output/<id>/: ".." would lead out of it.
    folder = write_files(tmp_path / "散课", {"甲.csv": "课程\n", "深/programme.toml": ""})
    for here, given in ((folder, "."), (folder / "深", "..")):
        monkeypatch.chdir(here)
        (found,) = find_programmes(Path(given))
        assert (found.id, found.name) == ("散课", "散课")


def test_a_folder_with_its_own_file_and_sorted_courses_is_one_programme(tmp_path: Path) -> None:
    toml = 'name = "现代物流"\nleave_out = ["体育"]\n'
    files = {"programme.toml": toml, "核心课/甲.csv": "x", "基础课/乙.csv": "x"}
    (found,) = find_programmes(write_files(tmp_path / "物流", files))
    assert (found.id, found.name, found.leave_out) == ("物流", "现代物流", ("体育",))
    assert [f.name for f in found.files] == ["乙.csv", "甲.csv"]
    # Where a subfolder has a file of its own it is a programme, as ever.
    write_files(tmp_path / "物流", {"核心课/programme.toml": ""})
    assert [p.id for p in find_programmes(tmp_path / "物流")] == ["基础课", "核心课"]


def test_what_systems_leave_in_folders_is_no_document(tmp_path: Path) -> None:
    names = ("一.docx", "Thumbs.db", "desktop.ini", ".git/x.csv", "__MACOSX/一.docx", "深/.y/z.csv")
    write_files(tmp_path, dict.fromkeys(names, "x"))
    assert [p.name for p in documents(tmp_path)] == ["一.docx"]
