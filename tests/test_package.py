"""What travels: an installed `align` works outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from align import places
from align.errors import ModelError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel unpacked in it, as pip would do."""
    made = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(made), ROOT],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = made.glob("*.whl")
    folder = made / "site"
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(code: str, site: Path, **variables: str) -> str:
    """Runs code that imports the installed package, far from the checkout."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=site.parent,
        env={**os.environ, "PYTHONPATH": str(site), "PYTHONUTF8": "1", **variables},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_carries_models_screens_and_fonts(installed: Path) -> None:
    data = installed / "align" / "_data"
    assert (data / "models" / "matcher.json").is_file()
    assert any((data / "models" / "knowledge").rglob("*.tsv"))
    assert (data / "models" / "default").is_dir() == (ROOT / "models" / "default").is_dir()
    assert (data / "app.py").is_file()
    assert (data / ".streamlit" / "config.toml").is_file()
    assert any((installed / "align" / "export" / "fonts").glob("*.otf"))
    assert not any(installed.rglob("tests"))
    # What 阈值 shows where a college has reviewed too few pairs of its own.
    assert len(list((data / "labels").glob("*_left_out.tsv"))) == 3


def test_an_installed_package_finds_its_own_models(installed: Path) -> None:
    found = run("from align.places import models_folder; print(models_folder())", installed)
    assert Path(found) == installed / "align" / "_data" / "models"
    found = run("from align.places import app_script; print(app_script())", installed)
    assert Path(found) == installed / "align" / "_data" / "app.py"


def test_an_installed_package_answers(installed: Path) -> None:
    code = "import sys; sys.argv = ['align', '--version']; from align.cli import main; main()"
    assert run(code, installed).startswith("align ")


def test_a_named_models_folder_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(places.MODELS_VARIABLE, str(tmp_path))
    assert places.models_folder() == tmp_path.resolve()


def test_a_named_models_folder_that_is_not_there_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(places.MODELS_VARIABLE, str(tmp_path / "无此文件夹"))
    with pytest.raises(ModelError, match=r"模型文件夹不存在.*ALIGN_MODELS"):
        places.models_folder()


def test_in_the_checkout_its_own_models_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(places.MODELS_VARIABLE, raising=False)
    assert places.models_folder() == ROOT / "models"
