"""SSSOM/TSV read back: ours whole, another program's as far as it speaks of our pairs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from align.decisions import Grade, Pair
from align.errors import ReadError
from align.export.exchange import PairRow, PairsFile, check_size, decoded, number_or_none
from align.export.sssom import COLUMNS, CONDENSED, PREFIXES
from align.export.words import unguard
from align.records import Place, Problem

#: What a predicate says of a competency and a unit.
GRADES: dict[str, Grade] = {
    "skos:exactMatch": 2,
    "skos:closeMatch": 2,
    "skos:relatedMatch": 1,
    "skos:broadMatch": 1,
    "skos:narrowMatch": 1,
}
#: Justifications that are a person's word.
BY_PERSON = frozenset({"semapv:ManualMappingCuration", "semapv:MappingReview"})

_REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_TAKEN = frozenset(
    {
        *_REQUIRED, "predicate_modifier", "subject_label", "object_label", "reviewer_id",
        "reviewer_label", "confidence", "match_string", "similarity_score", "other", "comment",
    }
)  # fmt: skip
_GUARDED = ("subject_label", "object_label", "reviewer_label", "match_string", "comment",
            "subject_category", "object_category", "subject_source_version")  # fmt: skip
# Ours takes 1 KB, one with a thousand prefixes 60 KB; nested brackets cost the YAML reader
# a second per thousand.
_HEADER_LIMIT, _BRACKETS = 64 * 1024, 500


def read_sssom(data: bytes, name: str = "mapping.sssom.tsv") -> PairsFile:
    """What an SSSOM/TSV file says of our pairs.

    Parameters
    ----------
    data : bytes
        The file; metadata in its first lines, each after ``#``.
    name : str
        Its name, for problems and errors.

    Returns
    -------
    PairsFile
        ``about`` holds the metadata.  A row that says nothing we can use (other identifiers, an
        unknown predicate, a machine's "Not") is left out and is a problem.

    Raises
    ------
    ReadError
        When it is no SSSOM/TSV at all: not UTF-8, no readable metadata, a column missing.
    """
    check_size(data, name)
    try:
        text = data.decode("utf-8-sig")  # a mark is forbidden, but spreadsheets write one
    except UnicodeDecodeError as error:
        raise ReadError(
            "文件不是 UTF-8 编码", file=name, remedy="请以 UTF-8 另存后再导入。"
        ) from error
    head, body, first = _split(text)
    about = _metadata(head, name)
    reader = _Reader(about, name)
    table = csv.reader(io.StringIO(body, newline=""), delimiter="\t")
    columns: list[str] | None = None
    propagated: dict[str, str] = {}
    rows: list[tuple[int, dict[str, str]]] = []
    for line, cells in _lines(table, first, name):
        if columns is None:
            columns = [c.strip() for c in cells]
            missing = [c for c in _REQUIRED if c not in columns]
            if missing:
                raise ReadError(
                    "不是 SSSOM 对照表：缺少列", file=name, place=f"第{line}行",
                    got="、".join(filter(None, columns))[:200] or "空行",
                    expected="、".join(missing),
                )  # fmt: skip
        elif any(cells):
            rows.append((line, dict(zip(columns, cells, strict=False))))
    if columns is None:
        raise ReadError("文件里没有对照表", file=name, expected="SSSOM/TSV")
    for slot in CONDENSED:
        if slot in about and not any(r.get(slot) for _, r in rows):
            propagated[slot] = str(about[slot])
    found = [reader.row(line, propagated | {k: v for k, v in r.items() if v}) for line, r in rows]
    plain = tuple((k, str(v)) for k, v in about.items() if k != "curie_map")
    return PairsFile(tuple(r for r in found if r), tuple(reader.problems), plain)


def _split(text: str) -> tuple[str, str, int]:
    """(YAML of the metadata, mappings block, line the block begins on)."""
    head, position, line = [], 0, 1
    while text.startswith("#", position):
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        head.append(text[position + 1 : end].rstrip("\r"))
        position, line = end + 1, line + 1
    return "\n".join(head), text[position:], line


def _metadata(head: str, name: str) -> dict[str, Any]:
    import yaml

    if len(head) > _HEADER_LIMIT:
        raise ReadError("文件头太长", file=name, expected=f"不超过 {_HEADER_LIMIT} 个字符")
    if head.count("[") + head.count("{") > _BRACKETS:
        raise ReadError("文件头读不懂", file=name, expected=f"不超过 {_BRACKETS} 个括号")
    try:
        # Every scalar as text: a version "1.10" is no number. No tag of any kind is obeyed.
        found = yaml.load(head, Loader=yaml.BaseLoader) if head.strip() else {}
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ReadError(
            "文件头读不懂", file=name, place=f"第{mark.line + 1}行" if mark else None,
            expected="# 之后的 YAML",
        ) from error  # fmt: skip
    if not isinstance(found, dict):
        raise ReadError("文件头读不懂", file=name, expected="# 之后的 YAML（名称: 值）")
    return found


def _lines(table: Any, first: int, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line the row begins on, its cells)."""
    while True:
        line = first + table.line_num
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            raise ReadError("表格读不懂", file=name, place=f"第{line}行", got=str(error)) from error
        yield line, cells


class _Reader:
    """Turns rows into pairs; collects the problems."""

    def __init__(self, about: Mapping[str, Any], name: str) -> None:
        prefixes = about.get("curie_map")
        self._prefixes: dict[str, str] = {}
        if isinstance(prefixes, dict):
            self._prefixes = {str(k): v for k, v in prefixes.items() if isinstance(v, str)}
        self._name = name
        self.problems: list[Problem] = []

    def row(self, line: int, cells: dict[str, str]) -> PairRow | None:
        """One row, or None where it cannot be taken."""
        pair = self._pair(cells)
        if pair is None:
            got = f"{cells.get('subject_id', '')} → {cells.get('object_id', '')}"
            self._left_out(line, "foreign-identifier", f"编号不是本程序给出的（{got[:120]}）")
            return None
        grade = GRADES.get(cells.get("predicate_id", ""))
        if grade is None:
            got = cells.get("predicate_id") or "空"
            self._left_out(line, "unknown-predicate", f"不认识的关系“{got[:60]}”")
            return None
        denied = cells.get("predicate_modifier") == "Not"
        person = cells.get("mapping_justification") in BY_PERSON
        if denied and not person:
            self._left_out(line, "machine-not", "不是人工给出的“不相关”，不能当作决定")
            return None
        for column in _GUARDED:
            if column in cells:
                cells[column] = unguard(cells[column])
        more = _other(cells.get("other", ""))
        stated = more.pop("grade", "")
        grade = 0 if denied else grade
        if person and stated and stated != str(grade):
            self._say(
                line, "grade-differs", f"other 中的等级 {stated} 与关系不符，按关系取 {grade}"
            )
        confidence = cells.get("confidence", "")
        return PairRow(
            pair=pair,
            probability=self._number(line, more.pop("probability", "") if person else confidence),
            grade=grade if person else None,
            reviewer=self._person(cells.get("reviewer_id", "")),
            reviewer_name=more.pop("reviewer", cells.get("reviewer_label", "")),
            note=cells.get("comment", ""),
            time=self._time(line, more.pop("time", ""), cells if person else {}),
            stage="settle" if more.pop("stage", "") == "settle" else "review",
            score=self._number(line, more.pop("score", ""), -1e9, 1e9),
            similarity=self._number(line, cells.get("similarity_score", "")),
            item=cells.get("subject_label", ""),
            unit=cells.get("object_label", ""),
            words=tuple(w for w in cells.get("match_string", "").split("|") if w),
            other=(
                *((c, v) for c, v in cells.items() if c in COLUMNS and c not in _TAKEN),
                *((c, v) for c, v in cells.items() if c not in COLUMNS),
                *more.items(),
            ),
            line=line,
        )

    def _pair(self, cells: Mapping[str, str]) -> Pair | None:
        item = self._local(cells.get("subject_id", ""), "item", 2)
        unit = self._local(cells.get("object_id", ""), "unit", 2)
        return None if item is None or unit is None else (item[0], item[1], unit[0], unit[1])

    def _person(self, name: str) -> str:
        """A reviewer: our identifier, or another program's as it is (such as an ORCID)."""
        found = self._local(name, "person", 1)
        return found[0] if found else name

    def _local(self, name: str, kind: str, parts: int) -> tuple[str, ...] | None:
        """The identifiers in a name of ours: as CURIE under any prefix, or written out."""
        prefix, colon, local = name.partition(":")
        uri = self._prefixes[prefix] + local if colon and prefix in self._prefixes else name
        head, *found = uri.rsplit("/", parts)
        # From the right: the base may hold any word, an identifier holds no "/".
        mark = PREFIXES[kind].rstrip("/")
        if len(found) != parts or not head.endswith(tuple(sign + mark for sign in ":/#")):
            return None
        return decoded("/".join(found))

    def _number(self, line: int, text: str, low: float = 0.0, high: float = 1.0) -> float | None:
        def wrong(got: str) -> None:
            self._say(line, "no-number", f"“{got[:40]}”不是 {low:g} 到 {high:g} 之间的数，已略去")

        return number_or_none(text, wrong, low, high)

    def _time(self, line: int, text: str, cells: Mapping[str, str]) -> datetime | None:
        text = text or cells.get("mapping_date", "")
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self._say(line, "no-date", f"“{text[:40]}”不是日期，已略去")
            return None
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def _left_out(self, line: int, code: str, message: str) -> None:
        self.problems.append(
            Problem("error", code, f"{message}，这一行没有导入。", self._name, Place(line=line))
        )

    def _say(self, line: int, code: str, message: str) -> None:
        self.problems.append(Problem("warning", code, message + "。", self._name, Place(line=line)))


def _other(text: str) -> dict[str, str]:
    found = {}
    for part in text.split("|"):
        key, equals, value = part.partition("=")
        if equals:
            found[key] = value.replace("%7C", "|").replace("%25", "%")
    return found
