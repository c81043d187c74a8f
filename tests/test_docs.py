"""The documentation names everything there is to set, to call and to give.

``python -m tests.test_docs`` prints the table of settings for docs/formats.md.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from align.cli import app
from align.knowledge import COLUMNS, read_concepts
from align.labels import ITEM_ACTIONS, read_actions, read_links
from align.settings import SETTINGS, load_settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"(?<![A-Za-z_])ALIGN_[A-Z]+(?:_[A-Z]+)*")


def settings_table() -> str:
    """Every setting as a row of a table in docs/formats.md."""
    return "\n".join(
        f"| `{s.name}` | {s.zh} | {s.default:g} | {s.low:g}–{s.high:g} | {s.unit} "
        f"| {s.meaning} | {s.source} |"
        for s in SETTINGS
    )


def section(title: str) -> str:
    """The text of one section of docs/formats.md."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", FORMATS, re.S | re.M)
    assert found, title
    return found[1]


def block(text: str, kind: str) -> str:
    """The first code block of a kind; ``→`` stands for a tabulator."""
    found = re.search(rf"```{kind}\n(.*?)```", text, re.S)
    assert found, kind
    return found[1].replace("→", "\t")


def walk(command: Any, path: tuple[str, ...] = ("align",)) -> list[tuple[str, Any]]:
    """(name, command) of a command and all below it."""
    found = [(" ".join(path), command)]
    for name, below in getattr(command, "commands", {}).items():
        found += walk(below, (*path, name))
    return found


def test_every_setting_stands_in_the_table_as_it_is() -> None:
    assert settings_table() in section("输入：设置文件")


def test_every_command_is_described() -> None:
    # A group that does nothing by itself is described by its commands.
    real = {
        name
        for name, command in walk(get_command(app))[1:]
        if not hasattr(command, "commands") or command.invoke_without_command
    }
    assert real == set(re.findall(r"^\| `(align [a-z ]+)`", COMMANDS, re.M))


def test_every_option_is_described_for_its_command() -> None:
    real = {
        (name, option)
        for name, command in walk(get_command(app))
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--") and option != "--help"
    }
    told = {
        (name, option)
        for options, names in re.findall(r"^\| (`--[^|]+) \| (`align[^|]*) \|", COMMANDS, re.M)
        for option in re.findall(r"`(--[a-z0-9-]+)`", options)
        for name in re.findall(r"`(align[a-z ]*)`", names)
    }
    assert real == told


def test_every_environment_variable_is_described() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "align").rglob("*.py")))
    used = set(VARIABLE.findall(code))
    assert {"ALIGN_MODELS", "ALIGN_CACHE"} <= used
    assert used == set(VARIABLE.findall(COMMANDS))


def errors() -> dict[str, int]:
    """Every error that reaches a person, anywhere in the package, with its exit code."""
    found: dict[str, tuple[list[str], int | None]] = {"AlignError": ([], 1)}
    for file in sorted((ROOT / "align").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(b).rpartition(".")[2] for b in node.bases]
                codes = [
                    int(ast.literal_eval(x.value))
                    for x in node.body
                    if isinstance(x, ast.Assign) and ast.unparse(x.targets[0]) == "exit_code"
                ]
                found.setdefault(node.name, (bases, codes[0] if codes else None))

    def code(name: str) -> int | None:
        bases, own = found.get(name, ([], None))
        # Its own, else that of the error it is a kind of; None where it is no error of ours.
        ours = [c for c in map(code, bases) if c is not None]
        return own if own is not None and (ours or name == "AlignError") else next(iter(ours), None)

    return {name: c for name in found if (c := code(name)) is not None}


def test_every_error_stands_in_the_table_with_its_exit_code() -> None:
    told = {
        name: int(code)
        for name, code in re.findall(r"^\| `(\w+)` \| (\d+) \| [^|]", FORMATS, re.M)
        if name.endswith("Error")
    }
    assert told == errors()
    assert {"ConflictError", "TooFewError", "HostileFileError"} <= told.keys()


def test_every_exit_code_is_described() -> None:
    table = section("错误与退出码").partition("### 退出码")[2]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.M)}
    main = (ROOT / "align" / "cli.py").read_text(encoding="utf-8")
    written = {int(code) for code in re.findall(r"SystemExit\((\d+)\)", main)}
    assert told == written | set(errors().values()) | {0}


@pytest.mark.parametrize("name", ["README.zh-CN.md", "README.md", "docs/architecture.md"])
def test_every_folder_named_is_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"^([a-z_]+)/ {2,}", text, re.M)
    if name == "docs/architecture.md":
        named = re.findall(r"`([a-z_]+)/`", text.split("\n## ")[0])
        table = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
        parts = [part for cell in table for part in re.findall(r"`([^`]+)`", cell)]
        named += [f"align/{part}" for part in parts if part.endswith(("/", ".py"))]
    assert len(named) >= 6
    assert [n for n in named if not (ROOT / n).exists()] == []


@pytest.mark.parametrize("path", [*sorted(DOCS.glob("*.md")), *sorted(ROOT.glob("*.md"))])
def test_every_link_between_the_documents_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if "://" not in target:
            name, _, mark = target.partition("#")
            aim = path.parent / name if name else path
            assert aim.exists(), target
            heads = re.findall(r"^#+ (.+)$", aim.read_text(encoding="utf-8"), re.M) if mark else []
            assert not mark or mark in [re.sub(r"[^\w -]", "", h).replace(" ", "-") for h in heads]


def test_the_examples_can_be_read(tmp_path: Path) -> None:
    words = section("输入：概念词表")
    assert all(f"`{column}`" in words for column in COLUMNS)
    (tmp_path / "词表.tsv").write_text(block(words, "text"), encoding="utf-8")
    concepts = read_concepts(tmp_path / "词表.tsv")
    assert concepts[0].alt and concepts[0].distinct
    labels = section("输入：人工标注")
    links, actions = re.findall(r"```text\n(.*?)```", labels, re.S)
    (tmp_path / "关联.tsv").write_text(links.replace("→", "\t"), encoding="utf-8")
    (tmp_path / "处理.tsv").write_text(actions.replace("→", "\t"), encoding="utf-8")
    items = {"初级-1.1.1", "初级-1.1.2"}
    assert len(read_links(tmp_path / "关联.tsv", items, {"仓储作业#1", "仓储作业#2"})) == 2
    assert set(read_actions(tmp_path / "处理.tsv", items)) == items
    assert all(f"`{action}`" in labels for action in ITEM_ACTIONS)
    (tmp_path / "设置.toml").write_text(block(section("输入：设置文件"), "toml"), encoding="utf-8")
    assert load_settings(tmp_path / "设置.toml").values != load_settings(None).values


if __name__ == "__main__":
    print(settings_table())
