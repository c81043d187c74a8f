"""The house of docs/architecture.md: who may import whom, and what importing may not load."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "align"
FILES = sorted(PACKAGE.rglob("*.py")) + [f for f in [ROOT / "app.py"] if f.exists()]

# From the ground up. Helpers have no side: they know text, places or settings, no step.
GROUND = {
    "records",
    "decisions",
    "access",
    "errors",
    "settings",
    "text",
    "depth",
    "knowledge",
    "places",
    "durable",
    "labels",
    "links",
    "homes",
    "memo",
    "records_json",
}
STEPS = {
    "read",
    "segment",
    "embed",
    "match",
    "graph",
    "propose",
    "exempt",
    "credit",
    "learner",
    "review",
    "evaluate",
    "tune",
    "plan",
    "export",
}
STORES = {"store"}
STORY = {
    "models",
    "programmes",
    "gather",
    "bounds",
    "pipeline",
    "judge",
    "cluster",
    "corrections",
    "snapshot",
    "tuning",
    "labelled",
    "imports",
    "papers",
}
FRONTS = {"present", "cli", "ui"}

# Steps hand each other records and arrays; these few know each other by name.
ALLOWED_BETWEEN_STEPS = {
    ("match", "embed"),  # the seam's type; the embedder itself is passed in
    ("propose", "graph"),
    ("propose", "exempt"),
    ("exempt", "graph"),
    ("export", "plan"),
    ("export", "read"),  # what comes back is checked like everything that comes in
    ("plan", "credit"),
    ("learner", "credit"),
    ("learner", "read"),  # results, directory and conversions come in as files
    ("export", "learner"),
    ("tune", "match"),
    ("tune", "graph"),
    ("tune", "propose"),
}

HEAVY = {
    "dask",
    "distributed",
    "docx",
    "matplotlib",
    "openpyxl",
    "pandas",
    "pdfminer",
    "pdfplumber",
    "pyarrow",
    "scipy",
    "sentence_transformers",
    "sklearn",
    "streamlit",
    "torch",
    "transformers",
    "typst",
    "xlsxwriter",
}
# Names a distribution carries on PyPI where it differs from what one imports.
DISTRIBUTION = {
    "docx": "python-docx",
    "sklearn": "scikit-learn",
    "sentence_transformers": "sentence-transformers",
    "PIL": "pillow",
    "pdfminer": "pdfminer.six",
    "fontTools": "fonttools",
    "sparse_dot_topn": "sparse-dot-topn",
    "argon2": "argon2-cffi",
    "yaml": "pyyaml",
}


def name_of(file: Path) -> str:
    """``align/read/pdf.py`` is ``align.read.pdf``; ``app.py`` is ``app``."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def place_of(module: str) -> str:
    """The place in the house: ``align.read.pdf`` is in ``read``, ``__main__`` in ``cli``."""
    parts = module.split(".")
    if parts[0] == "app":
        return "ui"
    if parts[1:] == ["__main__"]:
        return "cli"
    place = parts[1] if len(parts) > 1 else ""
    return "cli" if place.startswith("cli_") else place  # one module per larger command


def imports(file: Path, *, top_level_only: bool = False) -> Iterator[tuple[str, int]]:
    """Every module a file imports, absolute, with the line.

    ``from align import graph`` counts as ``align.graph``.  Imports for the type checker only
    (under ``if TYPE_CHECKING:``) are promises about names, not loads: they count for the
    layers, not for ``top_level_only``.
    """
    package = name_of(file) if file.name == "__init__.py" else name_of(file).rpartition(".")[0]

    def walk(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and top_level_only:
                continue
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                if not top_level_only:
                    yield from walk(node.body)
                yield from walk(node.orelse)
                continue
            yield node
            for field in ("body", "orelse", "finalbody"):
                yield from walk(getattr(node, field, []) or [])
            for handler in getattr(node, "handlers", []) or []:
                yield from walk(handler.body)
            for case in getattr(node, "cases", []) or []:
                yield from walk(case.body)

    for node in walk(ast.parse(file.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            if base == "align":
                for alias in node.names:
                    yield f"align.{alias.name}", node.lineno
            else:
                yield base, node.lineno


def where(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"


def allowed(importer: str, imported: str) -> bool:
    """May a module standing in one place import one standing in the other?"""
    if importer == imported or imported in GROUND | {"__version__", ""}:
        # The ground itself stays flat: records and errors know nothing else of the package.
        return importer not in {"records", "errors"} or importer == imported
    if importer in GROUND:
        return False
    if importer in STEPS:
        return (importer, imported) in ALLOWED_BETWEEN_STEPS
    if importer in STORES:
        # Of the learner's nouns it keeps rows; what the rules mean stays with their step.
        return imported in {"review", "learner"}
    if importer in STORY:
        return imported in STEPS | STORES | STORY
    if importer in FRONTS:
        return imported in STEPS | STORES | STORY or (importer, imported) in {
            ("cli", "present"),
            ("cli", "ui"),  # to start the screens
        }
    return False


def test_every_module_has_a_place_in_the_house() -> None:
    known = GROUND | STEPS | STORES | STORY | FRONTS | {""}
    strangers = {name_of(f) for f in FILES if place_of(name_of(f)) not in known}
    assert not strangers, f"名称不在 docs/architecture.md 的分层之中：{sorted(strangers)}"


def test_imports_point_down_only() -> None:
    wrong = [
        f"{where(file, line)} imports {module}"
        for file in FILES
        for module, line in imports(file)
        if module.split(".")[0] in {"align", "app"}
        and not allowed(place_of(name_of(file)), place_of(module))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("library", "home"), [("streamlit", {"ui"}), ("sqlalchemy", {"store"}), ("alembic", {"store"})]
)
def test_a_library_stays_in_its_home(library: str, home: set[str]) -> None:
    wrong = [
        where(file, line)
        for file in FILES
        for module, line in imports(file)
        if module.split(".")[0] == library and place_of(name_of(file)) not in home
    ]
    assert not wrong, f"{library} outside {home}: {wrong}"


def test_heavy_libraries_are_imported_only_when_needed() -> None:
    wrong = [
        f"{where(file, line)} imports {module} at import time"
        for file in FILES
        for module, line in imports(file, top_level_only=True)
        if module.split(".")[0] in HEAVY
        and not (module.split(".")[0] == "streamlit" and place_of(name_of(file)) == "ui")
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_circle_between_modules() -> None:
    names = {name_of(f) for f in FILES}
    edges: dict[str, set[str]] = {}
    for file in FILES:
        edges[name_of(file)] = {
            m for m, _ in imports(file, top_level_only=True) if m in names and m != name_of(file)
        }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, "circle: " + " → ".join([*path[path.index(name) :], name])
        if name in done:
            return
        for other in sorted(edges[name]):
            visit(other, (*path, name))
        done.add(name)

    for name in sorted(names):
        visit(name, ())


def test_loading_the_command_line_loads_no_model_library() -> None:
    code = (
        "import sys, align.cli\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'streamlit', 'sklearn',"
        " 'pandas', 'matplotlib', 'scipy'}\n"
        "print(','.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_server_answers_before_numpy_and_the_plan_are_loaded() -> None:
    """They follow in the background (align/ui/ready.py), as does the run under review."""
    code = (
        "import sys, align.ui.doors, align.ui.shield, align.ui.launch\n"
        "later = {'numpy', 'networkx', 'pandas', 'align.papers', 'align.snapshot'}\n"
        "print(','.join(sorted(later & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_every_third_party_import_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for name, extra in project["optional-dependencies"].items():
        if name != "dev":
            wanted += extra
    declared = {
        "".join(c if c.isalnum() or c in "-_." else " " for c in line).split()[0].lower()
        for line in wanted
    }
    missing = sorted(
        {
            f"{module.split('.')[0]} ({where(file, line)})"
            for file in FILES
            for module, line in imports(file)
            if (top := module.split(".")[0]) not in sys.stdlib_module_names
            and top not in {"align", "app", "__future__"}
            and DISTRIBUTION.get(top, top).lower() not in declared
        }
    )
    assert not missing, f"imported but not in pyproject.toml: {missing}"
