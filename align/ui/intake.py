"""The long work behind the screens: take files in, compare, save; or compare a workspace again.

Each function here is called on a page, where it is known who sits there, and gives back the
work for a job's thread.  Nothing is written before the comparison has succeeded: stopped or
failed work leaves the store as it was.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import align
from align import gather, pipeline, snapshot
from align.decisions import Correction, Person, Workspace
from align.errors import UsageError
from align.gather import FileReading, Progress
from align.places import models_folder
from align.programmes import CERTIFICATE, Programme, documents
from align.records import Kind, Reading
from align.records_json import from_plain, to_plain
from align.settings import Settings
from align.store import Store
from align.ui import wiring
from align.ui.keeping import Outcome as Outcome
from align.ui.keeping import Work, keep
from align.ui.recalculate import calibrated
from align.ui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Given:
    """A file to take in, with what was understood of it."""

    name: str
    data: bytes
    kind: Kind  # "course" or "certificate"; "unknown" is not used
    file: FileReading


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new workspace is to be."""

    name: str
    programme: str
    major: str = ""
    levels: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    reviewers: int = 1


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the work needs, found on the page: a job's thread knows no session."""

    store: Store
    who: Person
    bench: Workbench
    model: str | None
    settings: Settings
    calibration: tuple[float, float]


def _kind(kind: str) -> Kind:
    return "certificate" if kind == "certificate" else "course"


def _reader(kind: str) -> str:
    """What a kept reading depends on beside the file's bytes."""
    return f"align-{align.__version__}-{kind}"


def run_key(found: Workspace) -> str:
    """Names the work on a workspace; the same whoever asks."""
    return wiring.job_key(f"run:{found.id}")


def _desk(found: Workspace | None) -> _Desk:
    return _Desk(
        wiring.store(), wiring.who(), wiring.bench(), wiring.model(), wiring.settings(found),
        wiring.calibration(found),
    )  # fmt: skip


# --- new workspaces ----------------------------------------------------------------------------


def from_folders(offer: Programme, certs: Path) -> Work:
    """Take a programme in as it lies in the folders, compare it, and make it a workspace."""
    desk = _desk(None)

    def work(said: Progress) -> Outcome:
        if not certs.exists():
            raise UsageError(
                "找不到证书标准文件夹",
                file=certs,
                remedy=f"请放入证书标准文件，或用环境变量 {wiring.CERTS_VARIABLE} 指明文件夹。",
            )
        courses = _given(desk, offer.files, "course", None, said)
        found = _given(desk, documents(certs), "certificate", "certificate", said)
        taken = [
            g
            for g in found
            if g.file.reading is None
            or any(
                offer.takes_certificate(Path(g.name), c.code, c.name)
                for c in g.file.reading.certificates
            )
        ]
        # A file may hold several certificates, of which the programme names some.
        others = [
            CERTIFICATE + c.name
            for g in taken
            if g.file.reading is not None
            for c in g.file.reading.certificates
            if not offer.takes_certificate(Path(g.name), c.code, c.name)
        ]
        left = tuple(dict.fromkeys([*offer.leave_out, *others]))
        wish = Wish(offer.name, offer.name, offer.major, offer.levels, left)
        return _create(desk, wish, [*courses, *taken], said, offer.college)

    return work


def create(wish: Wish, files: Sequence[Given]) -> Work:
    """Compare uploaded files, and make them a workspace."""
    desk = _desk(None)
    return lambda said: _create(desk, wish, files, said)


def _given(
    desk: _Desk, paths: Sequence[Path], kind: Kind, expected: Kind | None, said: Progress
) -> list[Given]:
    try:
        files = [(p.name, p.read_bytes()) for p in paths]
    except OSError as error:
        raise UsageError(
            "无法打开文件", file=error.filename, got=str(error.strerror),
            remedy="请检查文件与权限。",
        ) from error  # fmt: skip
    readings = desk.bench.read(files, expected, said)
    return [Given(name, data, kind, f) for (name, data), f in zip(files, readings, strict=True)]


def _create(
    desk: _Desk, wish: Wish, files: Sequence[Given], said: Progress, college: str = ""
) -> Outcome:
    programme = _programme(wish.programme, wish.major, wish.levels, wish.leave_out, college)
    result = _compare(desk, programme, files, wish.corrections, said)
    kept = snapshot.dump(result)
    sources = []
    for g in files:
        if g.file.reading is not None:
            sources.append((_keep_source(desk, g), g.kind))
    made = desk.store.create_workspace(
        desk.who,
        wish.name,
        wish.programme,
        wish.major,
        tuple(dict.fromkeys(sources)),
        wish.levels,
        wish.leave_out,
        wish.corrections,
        wish.reviewers,
    )
    desk.store.save_run(desk.who, made.id, result.run, result.matches, result.proposals, kept)
    return Outcome(made.id, result.run.id)


def _keep_source(desk: _Desk, g: Given) -> str:
    identity = str(desk.store.add_source(desk.who, g.name, g.data, g.kind).id)
    if g.file.reading is not None:
        plain = json.dumps(to_plain(g.file.reading), ensure_ascii=True, separators=(",", ":"))
        desk.store.save_reading(desk.who, identity, _reader(g.kind), plain.encode("ascii"))
    return identity


# --- workspaces that are there -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """How a workspace is to be before it is compared again; None leaves a thing as it is."""

    levels: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] | None = None
    corrections: tuple[Correction, ...] | None = None
    reviewers: int | None = None
    #: source id -> the file that takes its place; None takes it away
    replaced: tuple[tuple[str, Given | None], ...] = ()
    added: tuple[Given, ...] = ()


def run(found: Workspace, change: Change | None = None) -> Work:
    """Compare a workspace (again), and carry the decisions over to what did not change."""
    desk = _desk(found)
    return lambda said: _again(desk, found, change or Change(), said)


def _again(desk: _Desk, found: Workspace, change: Change, said: Progress) -> Outcome:
    replaced = dict(change.replaced)
    files: list[tuple[str, Given]] = []
    for g, identity in zip(sources(desk.store, desk.who, found, desk.bench, said),
                           (s for s, _ in found.sources), strict=True):  # fmt: skip
        taken = replaced.get(identity, g)
        if taken is not None:
            files.append((identity if taken is g else "", taken))
    files += [("", g) for g in change.added]
    levels = found.levels if change.levels is None else change.levels
    leave_out = found.leave_out if change.leave_out is None else change.leave_out
    corrections = found.corrections if change.corrections is None else change.corrections
    programme = _programme(found.programme, found.major, levels, leave_out)
    result = _compare(desk, programme, [g for _, g in files], corrections, said)
    kept = snapshot.dump(result)
    new = tuple(dict.fromkeys((identity or _keep_source(desk, g), g.kind) for identity, g in files))
    fields: dict[str, Any] = {
        "levels": levels, "leave_out": leave_out, "corrections": corrections, "sources": new,
    }  # fmt: skip
    if change.reviewers is not None:
        fields["reviewers"] = change.reviewers
    fields = {k: v for k, v in fields.items() if getattr(found, k) != v}
    if fields:
        desk.store.change_workspace(desk.who, found.id, found.version, **fields)
    return keep(desk.store, desk.who, found, result.run, result.matches, result.proposals, kept)


def sources(
    store: Store,
    who: Person,
    found: Workspace,
    bench: Workbench,
    said: Progress = gather.quiet,
) -> list[Given]:
    """The files of a workspace with what was understood of them, in their order.

    A reading that was kept is taken from the store; other files are read again.
    """
    names = {s.id: s.path for s in store.sources(who, found.college_id)}
    given = []
    for k, (identity, kind) in enumerate(found.sources):
        name, of = names[identity], _kind(kind)
        said(f"读取 {name}", k, len(found.sources))
        data = store.source_bytes(who, identity)
        kept = store.reading(who, identity, _reader(of))
        if kept is not None:
            file = FileReading(Path(name), from_plain(Reading, json.loads(kept)))
        else:
            (file,) = bench.read([(name, data)], "certificate" if of == "certificate" else None)
        given.append(Given(name, data, of, file))
    return given


# --- comparing ---------------------------------------------------------------------------------


def _programme(
    name: str,
    major: str,
    levels: tuple[str, ...],
    leave_out: tuple[str, ...],
    college: str = "",
) -> Programme:
    return Programme(
        name, name, (), levels=levels, leave_out=leave_out, college=college, major=major
    )


def _compare(
    desk: _Desk,
    programme: Programme,
    files: Sequence[Given],
    corrections: tuple[Correction, ...],
    said: Progress,
) -> pipeline.Result:
    courses = tuple(g.file for g in files if g.kind == "course")
    certificates = tuple(g.file for g in files if g.kind == "certificate")
    for found, what, kind in (
        (courses, "课程", "courses"),
        (certificates, "证书标准", "certificates"),
    ):
        if not any(f.reading and getattr(f.reading, kind) for f in found):
            errors = [f.error.line() for f in found if f.error]
            raise UsageError(
                f"没有读到任何{what}" + (f"（{errors[0]}）" if errors else ""),
                remedy="请在“导入”页查看每个文件读成了什么。",
            )
    from align.match import load_matcher  # the first screen needs no matcher

    gathered = gather.assemble(programme, courses, certificates, programme.levels, corrections)
    return pipeline.run(
        gathered,
        desk.bench.embedder(desk.model),
        calibrated(load_matcher(models_folder() / "matcher.json"), desk.calibration),
        desk.settings,
        said,
    )
