"""The notebooks run from a clean kernel, draw what they say, and are kept without outputs."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: Pictures each of them draws.
PICTURES = {"01_pipeline": 8, "02_models": 2, "03_thresholds": 4, "04_own_standards": 2}

# In a process of its own: it starts a kernel, and the kernel's libraries warn of their own age.
EXECUTE = """
import sys
import nbformat
from nbclient import NotebookClient
from traitlets.config import Config
source, target, folder, home = sys.argv[1:]
nb = nbformat.read(source, 4)
# Sockets in a folder of its own: no port is opened.
config = Config({"KernelManager": {"transport": "ipc", "ip": home + "/k"}})
where = {"metadata": {"path": folder}}
NotebookClient(
    nb, config=config, kernel_name="python3", startup_timeout=200, timeout=240, resources=where
).execute()
nbformat.write(nb, target)
"""


def cells(path: Path, kind: str) -> list[str]:
    """The sources of a notebook's cells of one kind."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in data["cells"] if c["cell_type"] == kind]


def test_there_are_the_notebooks_that_the_readme_names() -> None:
    assert [p.stem for p in NOTEBOOKS] == list(PICTURES)
    for readme in ("README.zh-CN.md", "README.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert all(f"notebooks/{p.name}" in text for p in NOTEBOOKS), readme


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    for cell in data["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None), cell["id"]
    assert set(data["metadata"]) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_speaks_chinese_first_and_uses_public_names_only(path: Path) -> None:
    first, *_ = cells(path, "markdown")
    assert first.startswith("# ") and re.search("[\u4e00-\u9fff]", first.split("\n")[0])
    assert "\n*In English: " in first
    for code in cells(path, "code"):
        for node in ast.walk(ast.parse(code)):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom):
                names = [*(node.module or "").split("."), *(a.name for a in node.names)]
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) != "self":
                names = [node.attr]
            assert not [n for n in names if n.startswith("_") and not n.endswith("__")], code


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_from_a_clean_kernel(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    # Short: the kernel's sockets lie below it, and their paths may have some 100 signs only.
    with tempfile.TemporaryDirectory(prefix="nb-") as home:
        # A library drawn with earlier in this process may have left its own way of drawing.
        foreign = ("JUPYTER", "IPYTHON", "MPLBACKEND")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        folders = {k: home for k in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
        done = subprocess.run(
            [sys.executable, "-c", EXECUTE, str(path), str(tmp_path / "out.ipynb"),
             str(path.parent), home],
            env={**kept, **folders, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            capture_output=True, text=True, encoding="utf-8", timeout=500, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    data = json.loads((tmp_path / "out.ipynb").read_text(encoding="utf-8"))
    outputs: list[dict[str, Any]] = [o for c in data["cells"] for o in c.get("outputs", [])]
    # Nothing went to the error stream: no warning, no sign without a glyph in the font.
    assert [o["text"] for o in outputs if o.get("name") == "stderr"] == []
    assert sum("image/png" in o.get("data", {}) for o in outputs) == PICTURES[path.stem]
    assert path.read_bytes() == before
