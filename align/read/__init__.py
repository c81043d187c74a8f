"""A file becomes a `Document` of located passages and tables; format quirks end here.

>>> from pathlib import Path
>>> from align.read import read, read_many
>>> read(Path("no-such-file.docx"))
Traceback (most recent call last):
    ...
align.errors.ReadError: no-such-file.docx：找不到文件。请检查路径
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from align.errors import AlignError
from align.read.detect import supported_suffixes
from align.read.limits import Limits
from align.read.normalise import normalise
from align.records import Document

__all__ = ["Limits", "normalise", "read", "read_many", "supported_suffixes"]


_DEFAULT = Limits()


def read(path: Path, *, limits: Limits = _DEFAULT, in_child: bool = True) -> Document:
    """Reads one file: docx, pdf (with a text layer), xlsx, csv, tsv, md or plain text.

    The format is told by the content; a wrong file name ending is an ``info`` problem.

    Parameters
    ----------
    path : Path
        The file.
    limits : Limits
        Bounds on size, time and memory.
    in_child : bool
        True: in a process of its own, so that a hostile file cannot harm this one.  False:
        here, faster by a process start; for files that one has made oneself.

    Returns
    -------
    Document
        Blocks in reading order, with every problem that a person should know of.

    Raises
    ------
    ReadError
        The file cannot be read as a document (empty, damaged, encrypted, scanned, unknown).
    HostileFileError
        It was refused because reading it would harm or mislead.
    """
    if not in_child:
        from align.read.reader import read_here

        return read_here(Path(path), limits)
    _, result = read_many([path], limits=limits)[0]
    if isinstance(result, AlignError):
        raise result
    return result


def read_many(
    paths: Iterable[Path],
    *,
    limits: Limits = _DEFAULT,
    progress: Callable[[int, int, Path], None] | None = None,
) -> list[tuple[Path, Document | AlignError]]:
    """Reads files one after the other; one failing file never stops the others.

    Parameters
    ----------
    paths : iterable of Path
        Read in this order, which is also that of the result.
    limits : Limits
        Bounds on each file.
    progress : callable, optional
        Called before each file with (files done, files in all, path).

    Returns
    -------
    list of (Path, Document or AlignError)
        One entry per path.
    """
    from align.read.worker import Worker

    todo = [Path(p) for p in paths]
    out: list[tuple[Path, Document | AlignError]] = []
    with Worker(limits) as worker:
        for i, path in enumerate(todo):
            if progress is not None:
                progress(i, len(todo), path)
            out.append((path, worker.read(path)))
    return out
