"""Writing results so that a failure leaves what was there before untouched.

Bytes go to a temporary file on the same file system, are forced to the disk and are then moved
onto the final name, which is one step for the operating system: a reader sees the old file or
the new one, never half of one, and a full disk costs no earlier result.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from align.durable import sync_folder
from align.errors import OutputError

_STAGING_PREFIX = ".align-writing-"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.ETXTBSY}
_NOT_A_FOLDER = {errno.ENOTDIR, errno.EEXIST}
_SHARING_VIOLATIONS = {5, 32, 33}  # Windows: access denied, in use, locked


def atomic_write(path: Path | str, data: bytes) -> None:
    """Write one file whole, or leave what was there.

    Parameters
    ----------
    path : Path or str
        Final name; its folder is made when missing.
    data : bytes
        The file's content.

    Raises
    ------
    OutputError
        The disk is full, the folder is read-only, or another program holds the file open.
    """
    target = Path(path)
    with output_folder(target.parent) as folder:
        folder.write(target.name, data)


class OutputFolder:
    """A folder being filled; see :func:`output_folder`."""

    def __init__(self, target: Path, staging: Path) -> None:
        self.path = target
        self._staging = staging
        self._names: list[str] = []

    def write(self, name: str, data: bytes) -> None:
        """Stage one file under its final name.

        Raises
        ------
        ValueError
            ``name`` is not a plain file name (a fault of the caller, not of the user).
        OutputError
            It cannot be written.
        """
        if name != Path(name).name or name in {"", ".", ".."} or "\\" in name:
            raise ValueError(f"not a plain file name: {name!r}")
        try:
            with (self._staging / name).open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            raise _as_output_error(error, self.path / name) from error
        if name not in self._names:
            self._names.append(name)

    def _commit(self) -> None:
        """Move everything into place, or nothing."""
        kept = self._staging / ".kept"
        moved: list[str] = []
        try:
            kept.mkdir()
            for name in self._names:
                _keep(self.path / name, kept / name)
            for name in self._names:
                try:
                    os.replace(self._staging / name, self.path / name)
                except OSError as error:
                    raise _as_output_error(error, self.path / name) from error
                moved.append(name)
            sync_folder(self.path)
        except BaseException as error:
            for name in moved:
                if (kept / name).exists():
                    os.replace(kept / name, self.path / name)
                else:
                    (self.path / name).unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise _as_output_error(error, self.path) from error
            raise


@contextmanager
def output_folder(path: Path | str) -> Iterator[OutputFolder]:
    """Fill a folder with several files that appear together, or not at all.

    Files of the folder that are not written this time stay as they are.

    Parameters
    ----------
    path : Path or str
        The folder; made when missing, and removed again if nothing could be written.

    Yields
    ------
    OutputFolder
        Call its ``write(name, data)`` for every file.  They are moved into place when the block
        ends; when it ends with an exception nothing is moved.

    Raises
    ------
    OutputError
        The folder cannot be made or written, the disk is full, or another program holds one of
        the files open.
    """
    target = Path(path)
    made = _missing_folders(target)
    staging: Path | None = None
    done = False
    try:
        try:
            target.mkdir(parents=True, exist_ok=True)
            _sweep(target)
            # Inside the folder, not beside it: the move must stay on one file system, and the
            # folder may be a mount whose parent is read-only.
            staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=target))
        except OSError as error:
            raise _as_output_error(error, target) from error
        folder = OutputFolder(target, staging)
        yield folder
        folder._commit()
        done = True
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        if not done:
            for empty in made:
                _remove_if_empty(empty)


def _sweep(target: Path) -> None:
    """Remove what programs that were killed have left; nobody writes for an hour."""
    for left in target.glob(f"{_STAGING_PREFIX}*"):
        try:
            old = time.time() - left.stat().st_mtime > 3600
        except FileNotFoundError:  # another program has just finished with it
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)


def _missing_folders(target: Path) -> list[Path]:
    """The folders that would have to be made, innermost first."""
    missing = []
    for folder in (target, *target.parents):
        if os.path.lexists(folder):
            break
        missing.append(folder)
    return missing


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _keep(current: Path, kept: Path) -> None:
    """A second name (or a copy) of the present file, to go back to."""
    if not os.path.lexists(current):
        return
    if current.is_dir():
        raise OutputError(
            "应写文件的位置是一个文件夹", file=current, remedy="请改名或移走该文件夹，再运行一次。"
        )
    try:
        try:
            os.link(current, kept)
        except OSError:  # FAT, some network shares: no hard links
            shutil.copy2(current, kept)
    except OSError as error:
        raise _as_output_error(error, current) from error


def _as_output_error(error: OSError, path: Path) -> OutputError:
    """One clear line for what the operating system said."""
    again = "原有结果未改动。"
    if error.errno in _FULL:
        return OutputError(
            "磁盘空间已满，结果没有写入",
            file=path,
            remedy=again + "请清理磁盘，或用 --out 换一个输出文件夹，再运行一次。",
        )
    windows_code = getattr(error, "winerror", None)
    in_use = windows_code in _SHARING_VIOLATIONS or error.errno in {errno.EBUSY, errno.ETXTBSY}
    if path.is_file() and (in_use or (error.errno in _DENIED and os.access(path.parent, os.W_OK))):
        return OutputError(
            "文件正被其他程序使用，无法替换",
            file=path,
            remedy=again + f"请先关闭正在打开 {path.name} 的程序（如 Word、Excel），再运行一次。",
        )
    if error.errno in _DENIED:
        return OutputError(
            "没有写入权限，或文件夹只读",
            file=path,
            remedy=again + "请改正文件夹权限，或用 --out 换一个输出文件夹。",
        )
    if error.errno in _NOT_A_FOLDER:
        return OutputError(
            "输出位置不是文件夹",
            file=path,
            expected="一个文件夹（不存在时会自动新建）",
            remedy=again + "请改名或移走同名文件，或用 --out 换一个输出文件夹。",
        )
    return OutputError(
        "结果没有写入",
        file=path,
        got=error.strerror or str(error),
        remedy=again + "请检查输出文件夹，或用 --out 换一个输出文件夹。",
    )
