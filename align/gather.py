"""From two folders to what is compared: files read, segmented, joined per programme.

One failing file never stops the others: it is listed with its error, and the rest goes on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from align.bounds import (
    LEVEL_MISSING,
    levels_in,
    unique_certificates,
    unique_courses,
    unused_names,
)
from align.bounds import within_levels as within_levels
from align.decisions import Correction
from align.errors import AlignError, UsageError
from align.programmes import CERTIFICATE, Programme, documents, find_programmes
from align.records import Certificate, Course, Kind, Problem, Reading

Progress = Callable[[str, int, int], None]


def quiet(step: str, done: int, total: int) -> None:
    """A progress callback that says nothing."""


@dataclass(frozen=True, slots=True)
class FileReading:
    """One file with what was understood of it, or why it could not be read."""

    path: Path
    reading: Reading | None
    error: AlignError | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """What one programme compares."""

    programme: Programme
    files: tuple[FileReading, ...]
    courses: tuple[Course, ...]
    certificates: tuple[Certificate, ...]
    problems: tuple[Problem, ...]
    corrections: tuple[Correction, ...] = ()  # what people put right before matching


def read_files(
    paths: Sequence[Path], kind: Kind | None = None, progress: Progress = quiet
) -> tuple[FileReading, ...]:
    """Read and segment files; each gives a reading or an error, in the order given.

    Parameters
    ----------
    paths : sequence of Path
        Files to read.
    kind : {"course", "certificate", "programme"} or None
        What the files are expected to be; None lets their content decide.
    progress : callable
        Called as ``progress(step, done, total)``.
    """
    from align.read import read_many
    from align.segment import segment

    def said(done: int, total: int, path: Path) -> None:
        progress(f"读取 {path.name}", done, total)

    found = []
    for path, document in read_many(paths, progress=said):
        if isinstance(document, AlignError):
            found.append(FileReading(path, None, document))
        else:
            found.append(FileReading(path, segment(document, kind=kind)))
    return tuple(found)


def gather(
    courses_folder: Path,
    certificates_folder: Path,
    *,
    levels: Sequence[str] = (),
    programme: str | None = None,
    progress: Progress = quiet,
) -> tuple[Gathered, ...]:
    """All programmes with their courses and the certificates each is matched against.

    Parameters
    ----------
    courses_folder, certificates_folder : Path
        Folders (or single files) with course and certificate standards.
    levels : sequence of str
        Levels that override each programme's own range; see :func:`within_levels`.
    programme : str, optional
        Only the programme of this folder name or name.

    Raises
    ------
    UsageError
        When a folder is missing, no programme is left, or no certificate could be read at all.
    """
    programmes = find_programmes(courses_folder)
    if programme is not None:
        chosen = tuple(p for p in programmes if programme in {p.id, p.name})
        if not chosen:
            raise UsageError(
                "没有这个专业", place="--programme", got=programme,
                expected="、".join(p.id for p in programmes),
            )  # fmt: skip
        programmes = chosen
    if not certificates_folder.exists():
        raise UsageError(
            "找不到证书标准文件夹", file=certificates_folder, remedy="请检查 --certs 的路径。"
        )
    if courses_folder.is_dir() and certificates_folder.resolve().is_relative_to(
        courses_folder.resolve()
    ):
        raise UsageError(
            "课程标准文件夹把证书标准文件夹也包在里面了",
            place="--courses、--certs",
            got=f"{courses_folder.resolve()}、{certificates_folder.resolve()}",
            expected="两个分开的文件夹",
        )
    certificate_files = read_files(documents(certificates_folder), "certificate", progress)
    if not any(f.reading and f.reading.certificates for f in certificate_files):
        errors = [f.error.line() for f in certificate_files if f.error]
        raise UsageError(
            "没有读到任何证书标准" + (f"（{errors[0]}）" if errors else ""),
            file=certificates_folder,
            remedy="用 align read 文件 查看每个文件读成了什么。",
        )
    found = tuple(
        assemble(p, read_files(p.files, None, progress), certificate_files, levels)
        for p in programmes
    )
    if not any(g.courses for g in found):
        errors = [f.error.line() for g in found for f in g.files if f.error]
        raise UsageError(
            "没有读到任何课程" + (f"（{errors[0]}）" if errors else ""),
            file=courses_folder,
            remedy="用 align read 文件 查看每个文件读成了什么。",
        )
    if all(any(p.code == LEVEL_MISSING for p in g.problems) for g in found):
        # Of one programme alone, or of all: a slip in the call.
        raise UsageError(
            "证书没有所选的等级", place="--level", got="、".join(levels),
            expected="、".join(levels_in(f for g in found for f in g.files)),
        )  # fmt: skip
    return found


def assemble(
    programme: Programme,
    course_files: Sequence[FileReading],
    certificate_files: Sequence[FileReading],
    levels: Sequence[str] = (),
    corrections: Sequence[Correction] = (),
) -> Gathered:
    """What one programme compares, from files that are read already.

    Shared by :func:`gather` and by workspaces, whose files lie in the store.

    Parameters
    ----------
    programme : Programme
        Its range and depth; ``files`` are not opened.
    course_files, certificate_files : sequences of FileReading
        In the order to be kept; a programme plan stands among the courses.
    levels : sequence of str
        Levels that override the programme's own; see :func:`within_levels`.
    corrections : sequence of Correction
        What people put right in the reading; made before the range is cut, so that an item read
        into a wrong level comes into it.

    Raises
    ------
    UsageError
        When there is no certificate.
    """
    from align.corrections import apply
    from align.segment import merge_plans

    merged = iter(merge_plans([f.reading for f in course_files if f.reading]))
    course_files = tuple(
        dataclasses.replace(f, reading=next(merged)) if f.reading else f for f in course_files
    )
    problems: list[Problem] = []
    courses: list[Course] = []
    for f in course_files:
        if f.reading:
            problems += f.reading.problems
            courses += [c for c in f.reading.courses if programme.takes_course(f.path, c.name)]
            if f.reading.certificates:
                problems.append(
                    Problem(
                        "warning",
                        "certificate-among-courses",
                        "这是证书标准，没有当作课程；请放到证书标准文件夹（--certs）。",
                        source=f.path.name,
                    )
                )
    chosen = levels or programme.levels
    certificates: list[Certificate] = []
    used: list[FileReading] = []
    for f in certificate_files:
        if f.reading is None:
            used.append(f)
            continue
        mine = [
            c for c in f.reading.certificates if programme.takes_certificate(f.path, c.code, c.name)
        ]
        if mine:
            used.append(f)
            problems += f.reading.problems
            certificates += mine
    read = [c for f in certificate_files if f.reading for c in f.reading.certificates]
    left = {CERTIFICATE + x for c in read for x in (c.code, c.name)} & set(programme.leave_out)
    if left and not certificates:
        raise UsageError(
            "范围中没有留下任何证书标准", got="、".join(sorted(left)),
            remedy="请在范围中至少选一个证书。",
        )  # fmt: skip
    if not certificates and not programme.certificates:
        raise UsageError("没有读到任何证书标准", remedy="请检查所选的证书标准文件。")
    if not certificates:
        raise UsageError(
            f"专业“{programme.name}”所列的证书一个也没有读到",
            place="programme.toml 的 certificates",
            got="、".join(programme.certificates),
            expected="证书标准文件夹中的文件名、标准代码或证书名称",
        )
    if not courses:
        problems.append(
            Problem(
                "error",
                "no-courses",
                f"专业“{programme.name}”没有读到任何课程，技能要求因此全部列为补充；"
                "请用 align read 查看各文件读成了什么。",
            )
        )
    misspelt = unused_names(programme, course_files, used, certificates, levels, left)
    problems += misspelt
    if any(p.code == LEVEL_MISSING for p in misspelt):
        chosen = programme.levels
    unique, doubled = unique_courses(courses)
    unique, whole, unused = apply(unique, unique_certificates(certificates), corrections)
    return Gathered(
        programme,
        tuple(course_files) + tuple(used),
        unique,
        tuple(within_levels(c, chosen) for c in whole),
        tuple(problems) + doubled + unused,
        tuple(corrections),
    )
