"""A run as bytes, and back."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import gzip
import json
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from align import errors, pipeline
from align.decisions import Correction
from align.errors import AlignError, ReadError
from align.gather import FileReading, Gathered
from align.programmes import Programme
from align.records import Certificate, Course, Match, Problem, Reading, Run, Unit
from align.records_json import from_plain, to_plain
from align.settings import BY_NAME, Settings
from align.snapshot.kept import STEPS, Key, Snapshot
from align.text import scope_parts

if TYPE_CHECKING:
    from align.match import Compared

VERSION = 1


def dump(result: pipeline.Result) -> bytes:
    """A run as bytes (gzip of JSON): equal runs give equal bytes.

    The run's own model is asked once more, for what the requirements list.
    """
    from align.match import Matching

    gathered = result.gathered
    # What people said is kept where they said it; here stands what the machine found.
    candidates = [dataclasses.replace(m, grade=None) for m in result.candidates]
    unit_parts: dict[Key, dict[Key, tuple[float, ...]]] = {}
    for matching in result.matchings:
        unit_parts |= _unit_parts(matching, candidates)
    table = {
        certificate.id: _steps(matching.probability)
        for certificate, matching in zip(
            gathered.certificates, result.matchings, strict=bool(result.matchings)
        )
        if isinstance(matching, Matching)  # very large comparisons never score every pair
    }
    parts = {key: tuple(found) for key, found in result.parts.items()}
    return dump_again(
        Snapshot(
            gathered, tuple(candidates), parts, unit_parts, table, result.run,
            result.settings,
        )
    )  # fmt: skip


def dump_again(snapshot: Snapshot) -> bytes:
    """A kept run as bytes: what :func:`load` read gives the same bytes again."""
    gathered = snapshot.gathered
    data = {
        "snapshot": VERSION,
        "programme": to_plain(_without_paths(gathered.programme)),
        "files": [_file(f) for f in gathered.files],
        "courses": to_plain(gathered.courses),
        "certificates": to_plain(gathered.certificates),
        "problems": to_plain(gathered.problems),
        "corrections": to_plain(gathered.corrections),
        "candidates": to_plain(snapshot.candidates),
        "parts": [[*key, to_plain(found)] for key, found in snapshot.parts.items()],
        "unit_parts": [
            [*key, [[*unit, list(figures)] for unit, figures in units.items()]]
            for key, units in snapshot.unit_parts.items()
        ],
        "table": {key: _packed(steps) for key, steps in snapshot.table.items()},
        "run": to_plain(snapshot.run),
        "settings": dict(snapshot.settings.values),
    }
    # ASCII: lone surrogates can come out of damaged files.
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)


def load(data: bytes) -> Snapshot:
    """What :func:`dump` wrote.

    Raises
    ------
    ReadError
        When the bytes are damaged, no snapshot, or of a newer program.
    """
    try:
        d = json.loads(gzip.decompress(data))
        version = d["snapshot"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise _damaged(error) from error
    if version != VERSION:
        raise ReadError(
            "这次对照由较新的程序保存", place="对照快照", got=f"第 {version} 版",
            expected=f"第 {VERSION} 版", remedy="请升级程序，或重新运行一次对照。",
        )  # fmt: skip
    try:
        return _loaded(d)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> ReadError:
    return ReadError(
        "保存的对照读不出来", place="对照快照", got=f"{type(error).__name__} {error}",
        remedy="请重新运行一次对照；已作的决定仍在。",
    )  # fmt: skip


def _unit_parts(
    matching: Compared, candidates: Iterable[Match]
) -> dict[Key, dict[Key, tuple[float, ...]]]:
    """For each candidate alone, how well its unit shows what the item lists."""
    from align.match.evidence import found_parts

    units = {(u.course_id, u.id): u for u in matching.units}
    near: dict[Key, list[Unit]] = {}
    for m in candidates:
        near.setdefault((m.certificate_id, m.item_id), []).append(units[m.course_id, m.unit_id])
    # One call for all texts: the model is slow to ask, quick to answer.
    listed = {(i.certificate_id, i.id): scope_parts(i.text) for i in matching.items}
    matching.vectors.embed(
        [
            text
            for key, parts in listed.items()
            if parts
            for text in (*parts, *(p for u in near.get(key, ()) for p in (*u.points, u.task) if p))
        ]
    )
    return {
        (i.certificate_id, i.id): {
            (u.course_id, u.id): tuple(
                figure for _, figure in found_parts(i, [u], matching.vectors.embed)
            )
            for u in near.get((i.certificate_id, i.id), ())
        }
        for i in matching.items
        if listed[i.certificate_id, i.id]
    }


def _steps(probability: Any) -> Any:
    return np.rint(np.asarray(probability, np.float64) * STEPS).astype("<u2")


def _packed(steps: Any) -> str:
    return base64.b64encode(np.asarray(steps, "<u2").tobytes()).decode("ascii")


def _unpacked(text: str, rows: int, columns: int) -> Any:
    return np.frombuffer(base64.b64decode(text), "<u2").reshape(rows, columns)


def _without_paths(programme: Programme) -> Programme:
    return dataclasses.replace(programme, files=tuple(Path(p.name) for p in programme.files))


def _file(f: FileReading) -> dict[str, Any]:
    """A file by its name: what was found in it, without the rows, or why it was not read."""
    data: dict[str, Any] = {"name": f.path.name}
    if f.reading is not None:
        r = f.reading
        light = dataclasses.replace(
            r,
            source=dataclasses.replace(r.source, path=f.path.name),
            courses=tuple(dataclasses.replace(c, units=()) for c in r.courses),
            certificates=tuple(dataclasses.replace(c, competencies=()) for c in r.certificates),
            plan=None,
        )
        data["reading"] = to_plain(light)
    if f.error is not None:
        e = f.error
        name = f.path.name if e.file == str(f.path) else e.file
        data["error"] = [type(e).__name__, e.what, name, e.place, e.got, e.expected, e.remedy]
    return data


def _loaded_file(d: dict[str, Any]) -> FileReading:
    error = None
    if "error" in d:
        kind, what, file, place, got, expected, remedy = d["error"]
        known = getattr(errors, kind, AlignError)
        error = known(what, file=file, place=place, got=got, expected=expected, remedy=remedy)
    reading = from_plain(Reading, d["reading"]) if "reading" in d else None
    return FileReading(Path(d["name"]), reading, error)


def _loaded(d: dict[str, Any]) -> Snapshot:
    courses = from_plain(tuple[Course, ...], d["courses"])
    certificates = from_plain(tuple[Certificate, ...], d["certificates"])
    columns = sum(len(c.units) for c in courses)
    rows = {c.id: len(c.competencies) for c in certificates}
    return Snapshot(
        Gathered(
            from_plain(Programme, d["programme"]),
            tuple(_loaded_file(f) for f in d["files"]),
            courses,
            certificates,
            from_plain(tuple[Problem, ...], d["problems"]),
            from_plain(tuple[Correction, ...], d["corrections"]),
        ),
        from_plain(tuple[Match, ...], d["candidates"]),
        {(c, i): tuple((p, s) for p, s in found) for c, i, found in d["parts"]},
        {
            (c, i): {(course, unit): tuple(figures) for course, unit, figures in units}
            for c, i, units in d["unit_parts"]
        },
        {key: _unpacked(text, rows[key], columns) for key, text in d["table"].items()},
        from_plain(Run, d["run"]),
        # A setting that there is no more must not lock the run away.
        Settings({name: value for name, value in d["settings"].items() if name in BY_NAME}),
    )
