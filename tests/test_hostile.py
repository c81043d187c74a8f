"""Hostile files as people meet them: on the command line, on the screen, at every other door.

What the reader itself answers stands in ``test_read_hostile``; here it is seen that the answer
arrives as one line, that nothing of the file is kept, and that the files beside it go on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from align.errors import AlignError, SettingsError, UsageError
from align.programmes import find_programmes
from align.settings import load_settings
from align.ui.words import ZH
from tests import app_kit
from tests import hostile_files as files
from tests.app_kit import bodies, me, shown, space, store
from tests.hostile_doors import DOORS, TAKEN
from tests.kit import COURIER, PARCELS, ROOT, align, write_files
from tests.test_app_intake import given, run, upload

place = app_kit.place
#: Told of their refusal on one line each; a reader that is slow or large is among them.
REFUSED = list(files.REFUSED.items())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[files.Maker, Path]:
    return files.make_all(tmp_path_factory.mktemp("hostile"))


def lines_of(text: str, path: Path) -> list[str]:
    """The lines that say something of a file, or of a place in it."""
    return [x for x in text.splitlines() if path.name + "：" in x or path.name + "（" in x]


def test_the_command_line_says_one_line_for_each_and_goes_on(
    made: dict[files.Maker, Path], tmp_path: Path
) -> None:
    write_files(tmp_path)
    (folder,) = (p.parent for p in (tmp_path / "course_standards").rglob("快件收派实务.csv"))
    for maker, _ in REFUSED:
        (folder / made[maker].name).write_bytes(made[maker].read_bytes())
    done = align("run", "--model", "hashing", "--out", "out", at=tmp_path)
    assert done.returncode == 3
    for maker, words in REFUSED:
        said = lines_of(done.stderr, made[maker])
        assert len(said) == 1 and words in said[0], (maker.__name__, said)
    for folder in (p for p in (tmp_path / "out").iterdir() if p.is_dir()):
        compared = json.loads((folder / "run.json").read_bytes())["run"]["sources"]
        assert compared and not any(p.name in str(compared) for p in made.values())
        assert (folder / "plan.docx").stat().st_size
    assert "TOP-SECRET" not in done.stdout + done.stderr
    assert not list(tmp_path.rglob("evil.txt"))


@pytest.mark.usefixtures("place")
def test_the_screen_says_one_line_for_each_and_keeps_none(
    made: dict[files.Maker, Path],
) -> None:
    hostile = {m: made[m] for m, _ in REFUSED}
    at = given(
        upload("课.csv", PARCELS),
        *((p.name, p.read_bytes(), "application/octet-stream") for p in hostile.values()),
        upload("证.csv", COURIER),
    )
    assert not at.exception
    text = "\n".join(b for b in bodies(at) if "al-file" in b)
    for maker, path in hostile.items():
        assert len(lines_of(text, path)) == 1, path.name
        assert files.REFUSED[maker] in text
    assert "TOP-SECRET" not in shown(at) and "Traceback" not in shown(at)
    assert "/tmp" not in shown(at)
    before = {s.sha256 for s in store().sources(me())}
    at.text_input(key="range.name.new").set_value("旁边的照常").run()
    run(at)
    assert ZH["intake.done"] in shown(at)
    assert [kind for _, kind in space("旁边的照常").sources] == ["course", "certificate"]
    kept = {s.path for s in store().sources(me()) if s.sha256 not in before}
    assert not kept & {p.name for p in hostile.values()}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], dict[str, Any]]:
    """Every file at every other door, in one process that may not grow without bounds."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile_doors", str(tmp_path_factory.mktemp("doors"))],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = map(json.loads, done.stdout.splitlines())
    return {(one["door"], one["maker"]): one for one in found}


@pytest.mark.parametrize("door", DOORS)
def test_every_other_door_refuses_in_one_line(
    door: str, tried: dict[tuple[str, str], dict[str, Any]]
) -> None:
    makers = (*files.REFUSED, *files.READABLE, *files.TEXTS)
    taken = {m.__name__ for m in makers if "taken" in tried[door, m.__name__]}
    assert taken == {m.__name__ for m in TAKEN.get(door, ())}
    for maker in makers:
        line = tried[door, maker.__name__].get("line", "")
        assert "\n" not in line and "Error" not in line, line
        assert bool(line) != (maker.__name__ in taken)


def test_a_package_at_any_door_is_named_for_what_it_is(
    tried: dict[tuple[str, str], dict[str, Any]],
) -> None:
    for door in ("template", "returned plan"):
        for maker in (files.encrypted_docx, files.old_doc, files.macro_docx, files.zip_bomb):
            assert files.REFUSED[maker] in tried[door, maker.__name__]["line"]


@pytest.mark.parametrize("maker", [files.deep_toml, files.huge_number_toml])
def test_a_settings_or_programme_file_beyond_reason_is_one_line(
    maker: files.Maker, tmp_path: Path
) -> None:
    path = maker(tmp_path)
    with pytest.raises(SettingsError, match="TOML"):
        load_settings(path)
    folder = write_files(tmp_path / "set") / "course_standards"
    (next(p for p in folder.iterdir() if p.is_dir()) / "programme.toml").write_bytes(
        path.read_bytes()
    )
    with pytest.raises(AlignError, match="TOML"):
        find_programmes(folder)


def test_a_receipt_beyond_reason_is_one_line(tmp_path: Path) -> None:
    done = align("ledger", "verify", "--receipt", files.deep_json(tmp_path), at=tmp_path)
    assert done.returncode == UsageError.exit_code
    assert "不是 JSON" in done.stderr
