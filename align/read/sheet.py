"""Delimited text and workbooks: every sheet one table, every row with its line or sheet row."""

from __future__ import annotations

import csv
import io

from align.errors import ReadError
from align.read.detect import damaged
from align.read.encoding import decode, delimiter_of
from align.read.limits import Limits
from align.read.normalise import normalise
from align.records import Block, Cell, Place, Problem, Row, Table

_FIELD_BYTES = 1_000_000  # one cell; a lost closing quote would swallow the rest of the file


def too_many_rows(name: str, place: Place | None, got: int, limits: Limits) -> ReadError:
    """The one line for a table beyond the row limit."""
    return ReadError(
        "表格行数超过上限",
        file=name,
        place=place,
        got=f"{got} 行以上" if got > limits.rows else f"{got} 行",
        expected=f"不超过 {limits.rows} 行",
        remedy="请删去与标准无关的行，或拆分成几个文件再导入",
    )


def read_delimited(
    data: bytes, name: str, kind: str, limits: Limits
) -> tuple[list[Block], list[Problem]]:
    """Blocks and problems of a csv or tsv file.

    Parameters
    ----------
    kind : {"csv", "tsv"}
        Only which delimiter wins when counting does not decide.

    Raises
    ------
    ReadError
        Not text, broken quoting, or more rows than allowed.
    """
    decoded = decode(data)
    if decoded is None:
        raise damaged(name, "文本编码无法识别（既不是 UTF-8、GBK，也不是 UTF-16）")
    text, encoding = decoded
    prefer = "\t" if kind == "tsv" else ","
    delimiter = delimiter_of(text, prefer) or prefer
    problems: list[Problem] = []
    if encoding == "gb18030":
        problems.append(Problem("info", "encoding", "文件按 GBK（GB 18030）编码读取", name))
    rows: list[tuple[int, list[str]]] = []
    csv.field_size_limit(_FIELD_BYTES)
    # Strict: a quote that is never closed would silently swallow the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    cells = 0
    line = 1
    try:
        for record in reader:
            if any(field.strip() for field in record):
                rows.append((line, record))
                cells += len(record)
                if len(rows) > limits.rows:
                    raise too_many_rows(name, Place(line=line), len(rows), limits)
                if cells > limits.cells:
                    raise damaged(name, "表格单元格过多，分隔符可能有误")
            line = reader.line_num + 1
    except csv.Error as e:
        place = Place(line=line)
        raise ReadError(
            "表格解析失败，从这一行开始引号没有成对", file=name, place=place,
            remedy="请检查这一行的引号，或用表格软件另存为 .xlsx",
        ) from e  # fmt: skip
    if not rows:
        raise ReadError("表格没有内容", file=name, remedy="请确认导出时选对了工作表")
    _report_ragged(rows, name, problems)
    width = max(len(r) for _, r in rows)
    out = []
    for i, (line, record) in enumerate(rows):
        padded = record + [""] * (width - len(record))
        cells_ = tuple(Cell(x, normalise(x), (i, c)) for c, x in enumerate(padded))
        out.append(Row(Place(line=line), cells_))
    return [Table(Place(table=1), tuple(out))], problems


def _report_ragged(rows: list[tuple[int, list[str]]], name: str, problems: list[Problem]) -> None:
    expected = len(rows[0][1])
    odd = [(line, len(r)) for line, r in rows if any(x.strip() for x in r[expected:])]
    if odd:
        line, got = odd[0]
        problems.append(Problem(
            "warning", "ragged-rows",
            f"有 {len(odd)} 行的列数多于表头"
            f"（此行 {got} 列，表头 {expected} 列），请检查分隔符和引号",
            name, Place(line=line),
        ))  # fmt: skip
