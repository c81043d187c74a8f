"""The process that opens files of others: ``python -m align.read.child``.

It reads one JSON request per line from standard input (path and limits) and answers each
with a length (8 bytes, big endian) and a document or an error as JSON.  It limits its own
memory and processor time, so that the worst a file can do is end this process.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import BinaryIO

from align.errors import AlignError, ReadError
from align.read.codec import dump
from align.read.limits import Limits
from align.read.reader import read_here
from align.records import Document


def limit_memory(limits: Limits) -> None:
    """Bounds the address space where the system can (not on Windows, not always on macOS)."""
    if sys.platform == "win32":
        return
    import resource

    size = limits.memory_mb * 2**20
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))
    except (ValueError, OSError) as e:
        # macOS refuses; the checks of `align.read.safety` and the time limit still hold.
        print(f"memory limit not set: {e}", file=sys.stderr)


def limit_time(limits: Limits) -> None:
    """Bounds processor time from now on, should the parent be gone and not end this process."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime + limits.seconds) + 10
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard == resource.RLIM_INFINITY or seconds <= hard:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))


def answer(request: str) -> bytes:
    """One request, one answer."""
    asked = json.loads(request)
    limits = Limits(**asked["limits"])
    path = Path(asked["path"])
    limit_memory(limits)
    limit_time(limits)
    result: Document | AlignError
    retire = False
    try:
        result = read_here(path, limits)
    except AlignError as e:
        result = e
        retire = isinstance(e.__cause__, MemoryError | RecursionError)
    try:
        return dump(result, retire=retire)
    except MemoryError:
        return dump(
            ReadError("内容过多，超过内存上限", file=path, remedy="请拆分后再导入"), retire=True
        )


def main() -> None:
    """Answers until standard input ends."""
    # Libraries may print; only answers may go to the pipe.
    pipe: BinaryIO = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _send(pipe, b"ready")
    for request in sys.stdin:
        _send(pipe, answer(request))


def _send(pipe: BinaryIO, data: bytes) -> None:
    pipe.write(len(data).to_bytes(8, "big") + data)
    pipe.flush()


if __name__ == "__main__":
    main()
