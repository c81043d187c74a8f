"""Which documents belong together: one programme, its courses, its certificates and levels.

Each subfolder of ``course_standards/`` is a programme.  Its ``programme.toml`` may say::

    name = "现代物流管理"
    certificates = ["邮政速递业务员职业技能标准.pdf"]  # files, codes or names
    levels = ["初级", "中级"]              # range of the integration; all when left out
    leave_out = ["军事理论.docx", "体育", "证书：快件处理员"]  # course files, courses, certificates
    signatures = ["制订人", "专业带头人"]  # who signs the plan; the usual six when left out

Files lying directly in the folder are one programme by themselves; a folder that has the file
itself, and below it only subfolders without one, is one programme as a whole.  Without the
file a programme is matched against every given certificate.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from align.errors import UsageError

FILE_NAME = "programme.toml"
#: What Windows and macOS leave in folders; and how hidden, locked and unpacked-archive names begin.
_SYSTEM = {"thumbs.db", "desktop.ini"}
_HIDDEN = (".", "~$", "__MACOSX")
#: How ``leave_out`` marks the name (or code) of a certificate: a course may bear the same name.
CERTIFICATE = "证书："
_KEYS = {"name", "major", "college", "certificates", "levels", "leave_out", "signatures"}


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme as its folder and ``programme.toml`` describe it."""

    id: str
    name: str
    files: tuple[Path, ...]
    certificates: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    college: str = ""
    major: str = ""
    signatures: tuple[str, ...] = ()

    def takes_certificate(self, path: Path, code: str, name: str) -> bool:
        """Whether a certificate (its file, code or name) is one that the programme integrates."""
        if not {CERTIFICATE + code, CERTIFICATE + name}.isdisjoint(self.leave_out):
            return False
        return not self.certificates or not {path.name, path.stem, code, name}.isdisjoint(
            self.certificates
        )

    def takes_course(self, path: Path, name: str) -> bool:
        """Whether a course (its file or name) is inside the programme's range."""
        return {path.name, path.stem, name}.isdisjoint(self.leave_out)


def find_programmes(folder: Path) -> tuple[Programme, ...]:
    """The programmes under a folder of course standards, in the order of their names.

    Raises
    ------
    UsageError
        When the folder is missing or holds no file, or a ``programme.toml`` is wrong.
    """
    if folder.is_file():
        return (Programme(folder.stem, folder.stem, (folder,)),)
    if not folder.is_dir():
        raise UsageError(
            "找不到课程标准文件夹",
            file=folder,
            remedy="请检查 --courses 的路径，或先放入课程标准文件。",
        )
    found = []
    own = documents(folder, deep=False)
    tables = [p for p in folder.glob(f"*/{FILE_NAME}") if p.is_file()]
    if (folder / FILE_NAME).is_file() and not own and not tables and documents(folder):
        # The folder itself is the programme; what lies below it only sorts its courses.
        return (_programme(folder),)
    for sub in sorted(p for p in folder.iterdir() if p.is_dir()):
        # A folder with a run.json is an earlier result, not a programme.
        result = (sub / "run.json").is_file()
        if not sub.name.startswith(_HIDDEN) and not result and documents(sub):
            found.append(_programme(sub))
    if own:
        found.append(_programme(folder, own))
    if not found:
        raise UsageError(
            "文件夹里没有课程标准", file=folder, expected="docx、pdf、xlsx、csv、tsv 或 md 文件"
        )
    return tuple(found)


def documents(folder: Path, *, deep: bool = True) -> tuple[Path, ...]:
    """All files of a folder that may be standards, sorted.

    Settings, notes, locks, hidden files and what systems leave behind are not.

    A file with an unknown suffix is still listed: reading it says why it cannot be used.
    """
    if folder.is_file():
        return (folder,)
    paths = folder.rglob("*") if deep else folder.glob("*")
    return tuple(
        sorted(
            p
            for p in paths
            if p.is_file()
            and p.suffix.lower() != ".toml"
            and p.stem.lower() != "readme"
            and p.name.lower() not in _SYSTEM
            and not any(part.startswith(_HIDDEN) for part in p.relative_to(folder).parts)
        )
    )


def _programme(folder: Path, files: Sequence[Path] | None = None) -> Programme:
    """A programme from its folder; ``files`` where only some of the folder's belong to it."""
    path = folder / FILE_NAME
    # "." and ".." are no names, and results go to output/<name>/.
    name = folder.name if folder.name not in {"", ".."} else folder.resolve().name
    chosen = tuple(files) if files is not None else documents(folder)
    if not path.is_file():
        return Programme(name, name, chosen)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:  # also numbers and brackets beyond reason
        raise UsageError("不是有效的 TOML", file=path, got=str(error)) from error
    except OSError as error:
        raise UsageError("文件打不开", file=path, got=error.strerror) from error
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        raise UsageError(
            "有不认识的项", file=path, got="、".join(unknown), expected="、".join(sorted(_KEYS))
        )
    for key in ("certificates", "levels", "leave_out", "signatures"):
        if not isinstance(data.get(key, []), list):
            raise UsageError("应写成列表", file=path, place=key, expected='["…", "…"]')
    return Programme(
        name,
        str(data.get("name", name)),
        chosen,
        tuple(map(str, data.get("certificates", ()))),
        tuple(map(str, data.get("levels", ()))),
        tuple(map(str, data.get("leave_out", ()))),
        str(data.get("college", "")),
        str(data.get("major", "")),
        tuple(map(str, data.get("signatures", ()))),
    )
