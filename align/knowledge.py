"""The thesaurus of vocational competencies: which words in a text name which concept.

``models/knowledge/concepts/*.tsv`` holds what the project wrote; a college adds its own
concepts in one file of the same columns (``--concepts`` or the environment variable
``ALIGN_CONCEPTS``) and matching uses them at once.  Columns: term, alt, broader, related,
distinct, field; lists are joined by ``|``.  ``distinct`` names false friends: terms that look
alike and are another thing (Java语言 / JavaScript).
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from align.errors import ReadError

CONCEPTS_VARIABLE = "ALIGN_CONCEPTS"
COLUMNS = ("term", "alt", "broader", "related", "distinct", "field")
# A single Han character names too much to be evidence.
SHORTEST = 2
#: Texts whose concepts are kept at hand; then all are forgotten.
MOST_SEEN = 65_536


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept of one field."""

    term: str
    alt: tuple[str, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    distinct: tuple[str, ...]
    field: str


@dataclass(frozen=True)
class Thesaurus:
    """Concepts and the wordings they go by.

    Parameters
    ----------
    concepts : tuple of Concept
        A wording may stand under concepts of several fields; all of them are found.
    identity : str
        ``k-`` and a hash of all files: part of a run's identity.
    """

    concepts: tuple[Concept, ...]
    identity: str
    _wordings: dict[str, tuple[int, ...]]
    _terms: dict[str, tuple[int, ...]]
    _longest: int
    #: Texts looked through already: a course is compared with many certificates.
    _seen: dict[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, concepts: Sequence[Concept], identity: str) -> Thesaurus:
        """Index the concepts by their wordings."""
        wordings: dict[str, list[int]] = {}
        terms: dict[str, list[int]] = {}
        for k, concept in enumerate(concepts):
            terms.setdefault(concept.term.lower(), []).append(k)
            for wording in dict.fromkeys((concept.term, *concept.alt)):
                if len(wording) >= SHORTEST:
                    wordings.setdefault(wording.lower(), []).append(k)
        return cls(
            tuple(concepts),
            identity,
            {w: tuple(ks) for w, ks in wordings.items()},
            {t: tuple(ks) for t, ks in terms.items()},
            max(map(len, wordings), default=0),
        )

    def find(self, text: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """(wording, concept numbers) found in a text, the longest at each place, in order.

        A Latin wording counts only as a whole word: ``Java`` is not found in ``JavaScript``.
        """
        low = text.lower()
        at = 0
        while at < len(low):
            for end in range(min(len(low), at + self._longest), at + SHORTEST - 1, -1):
                piece = low[at:end]
                if piece in self._wordings and _whole(low, at, end):
                    yield piece, self._wordings[piece]
                    at = end
                    break
            else:
                at += 1

    def concepts_in(self, text: str) -> tuple[int, ...]:
        """Numbers of the concepts that :meth:`find` finds in a text, each once."""
        found = self._seen.get(text)
        if found is None:
            found = tuple(dict.fromkeys(k for _, numbers in self.find(text) for k in numbers))
            if len(self._seen) >= MOST_SEEN:
                self._seen.clear()
            self._seen[text] = found
        return found

    def named(self, terms: Iterable[str]) -> Iterator[int]:
        """Numbers of the concepts that have one of these as their term."""
        for term in terms:
            yield from self._terms.get(term.lower(), ())

    def numbers(self, wording: str) -> tuple[int, ...]:
        """Numbers of the concepts that go by this wording."""
        return self._wordings.get(wording.lower(), ())

    def same(self, a: str, b: str) -> bool:
        """Whether two wordings go by one concept."""
        return bool(set(self.numbers(a)) & set(self.numbers(b)))


EMPTY = Thesaurus.of((), "k-empty")


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a piece does not cut a Latin word or number in two."""

    def latin(c: str) -> bool:
        return c.isascii() and c.isalnum()

    before = start > 0 and latin(text[start]) and latin(text[start - 1])
    after = end < len(text) and latin(text[end - 1]) and latin(text[end])
    return not before and not after


def read_concepts(path: Path) -> tuple[Concept, ...]:
    """The concepts of one TSV file.

    Raises
    ------
    ReadError
        When the file is missing, not UTF-8, or its columns are not :data:`COLUMNS` (a college's
        own file needs ``term`` and may leave the others out).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ReadError(
            "找不到概念文件", file=path, remedy="请检查路径（--concepts 或 ALIGN_CONCEPTS）。"
        ) from error
    except UnicodeDecodeError as error:
        raise ReadError("概念文件不是 UTF-8 编码", file=path, remedy="请另存为 UTF-8。") from error
    except OSError as error:  # a folder, or a file that may not be read
        raise ReadError("概念文件打不开", file=path, got=error.strerror) from error
    # Not splitlines(): it also cuts at signs that may stand inside a text (U+2028, U+0085).
    reader = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    names = reader.fieldnames or []
    if "term" not in names or not set(names) <= set(COLUMNS):
        raise ReadError(
            "概念文件的列不对",
            file=path,
            place="第1行",
            got="、".join(names) or "空文件",
            expected="制表符分隔的 " + "、".join(COLUMNS) + "（term 必有）",
        )
    found = []
    for row in reader:
        cells = {c: (row.get(c) or "").strip() for c in COLUMNS}
        if not cells["term"]:
            raise ReadError("这一行没有 term", file=path, place=f"第{reader.line_num}行")
        lists = {c: tuple(y for x in cells[c].split("|") if (y := x.strip())) for c in COLUMNS[1:5]}
        found.append(Concept(term=cells["term"], field=cells["field"], **lists))
    return tuple(found)


def shipped_thesaurus(folder: Path) -> Thesaurus:
    """The concepts of ``folder`` alone, whatever ``ALIGN_CONCEPTS`` names."""
    return _stamped(sorted((folder / "concepts").glob("*.tsv")))


def load_thesaurus(folder: Path, own: Path | None = None) -> Thesaurus:
    """The shipped concepts of ``folder`` and, after them, the college's own file.

    Parameters
    ----------
    folder : Path
        ``models/knowledge``.
    own : Path, optional
        The college's file; by default the one ``ALIGN_CONCEPTS`` names, if any.
    """
    named = os.environ.get(CONCEPTS_VARIABLE, "").strip()
    if own is None and named:
        own = Path(named).expanduser()
    return _stamped(sorted((folder / "concepts").glob("*.tsv")) + ([own] if own else []))


def _stamped(paths: Sequence[Path]) -> Thesaurus:
    stamps = tuple((str(p), p.stat().st_mtime_ns if p.is_file() else 0) for p in paths)
    return _load(tuple(paths), stamps)


@lru_cache(maxsize=4)
def _load(paths: tuple[Path, ...], stamps: tuple[tuple[str, int], ...]) -> Thesaurus:
    """Read once per state of the files (``stamps`` is part of the key)."""
    digest = hashlib.sha256()
    concepts: list[Concept] = []
    for path in paths:
        concepts += read_concepts(path)
        digest.update(path.read_bytes())
    return Thesaurus.of(concepts, "k-" + digest.hexdigest()[:12])
