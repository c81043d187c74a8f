"""Labelled files: links (item_id, unit_id, grade) and actions (item_id, action)."""

from __future__ import annotations

import csv
import io
from collections.abc import Container, Iterator
from pathlib import Path

from align.errors import ReadError
from align.records import Action

ITEM_ACTIONS = tuple(str(a) for a in Action if a is not Action.EXEMPT)


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises
    ------
    ReadError
        When the file is missing, cannot be opened or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ReadError("找不到文件", file=path, remedy="请检查路径。") from error
    except UnicodeDecodeError as error:
        raise ReadError("文件不是 UTF-8 编码", file=path, remedy="请另存为 UTF-8。") from error
    except OSError as error:  # a folder, or a file that may not be read
        raise ReadError("文件打不开", file=path, got=error.strerror) from error


def table_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line number, row) of a tab-separated (or, by suffix, comma-separated) file.

    Raises
    ------
    ReadError
        When the file cannot be read (see :func:`read_text`) or lacks one of the columns.
    """
    text = read_text(path)
    comma = path.suffix.lower() == ".csv"
    reader = csv.DictReader(
        # Not splitlines(): it also cuts at signs that may stand inside a text (U+2028, U+0085).
        io.StringIO(text, newline=""),
        delimiter="," if comma else "\t",
        quoting=csv.QUOTE_MINIMAL if comma else csv.QUOTE_NONE,
    )
    missing = [c for c in columns if c not in (reader.fieldnames or [])]
    if missing:
        raise ReadError(
            "缺少列",
            file=path,
            place="第1行",
            got="、".join(reader.fieldnames or []) or "空文件",
            expected="、".join(columns),
        )
    for row in reader:
        yield reader.line_num, {c: (row[c] or "").strip() for c in columns}


def read_links(
    path: Path, items: Container[str], units: Container[str]
) -> dict[tuple[str, str], int]:
    """Grades 1 and 2 by (item_id, unit_id); both ids must be among those compared.

    Raises
    ------
    ReadError
        For an unknown id, a grade other than 0, 1 or 2, or no link at all.
    """
    links: dict[tuple[str, str], int] = {}
    for line, row in table_rows(path, ("item_id", "unit_id", "grade")):
        for name, known in (("item_id", items), ("unit_id", units)):
            if row[name] not in known:
                raise ReadError(
                    "标注里的编号在所给标准中找不到",
                    file=path,
                    place=f"第{line}行 {name}",
                    got=row[name],
                )
        if row["grade"] not in {"0", "1", "2"}:
            raise ReadError(
                "等级不对", file=path, place=f"第{line}行", got=row["grade"], expected="0、1 或 2"
            )
        if row["grade"] != "0":
            links[row["item_id"], row["unit_id"]] = int(row["grade"])
    if not links:
        raise ReadError("标注里没有任何关联", file=path, expected="至少一行 grade 为 1 或 2")
    return links


def read_actions(path: Path, items: Container[str]) -> dict[str, str]:
    """The labelled action of each item.

    Raises
    ------
    ReadError
        For an unknown id or action, or an item that is listed twice.
    """
    actions: dict[str, str] = {}
    for line, row in table_rows(path, ("item_id", "action")):
        place = f"第{line}行"
        if row["item_id"] not in items:
            raise ReadError(
                "标注里的编号在所给标准中找不到", file=path, place=place, got=row["item_id"]
            )
        if row["action"] not in ITEM_ACTIONS:
            raise ReadError(
                "没有这种处理", file=path, place=place, got=row["action"],
                expected="、".join(ITEM_ACTIONS),
            )  # fmt: skip
        if row["item_id"] in actions:
            raise ReadError("同一条要求标注了两次", file=path, place=place, got=row["item_id"])
        actions[row["item_id"]] = row["action"]
    return actions
