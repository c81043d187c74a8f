"""The parent's side of the child process: starts it, waits for it, survives it."""

from __future__ import annotations

import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO

import align
from align.errors import AlignError, HostileFileError, ReadError
from align.read.codec import load
from align.read.limits import Limits
from align.records import Document

_START_SECONDS = 60.0  # a cold start on a slow disk; usually 0.3 s
_ANSWER_BYTES = 2**30  # no document is larger; a child that claims so is not believed
_RESAVE = "请用原软件打开确认内容，另存为新文件后再导入"


class Worker:
    """Reads files one by one in a child process that is reused until a file breaks it.

    A file that fails in a used child by memory or a crash is tried once more in a fresh one,
    so that what was read before it does not decide.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | None] = queue.Queue()
        self._used = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def read(self, path: Path) -> Document | AlignError:
        """The document, or the error that ends in one line."""
        used = self._used
        result, broken = self._try(path)
        if broken:
            self.close()
            if used:
                result, broken = self._try(path)
                if broken:
                    self.close()
        return result

    def _try(self, path: Path) -> tuple[Document | AlignError, bool]:
        """(result, whether the child is spent)."""
        try:
            process = self._start()
        except OSError as e:
            error = ReadError(
                "无法启动读取文件的进程", file=path, got=str(e), remedy="请关闭其他程序后重试"
            )
            return error, False
        if process is None:
            return ReadError(
                "读取文件的进程没有启动成功", file=path, remedy="请检查安装是否完整"
            ), False
        self._used = True
        request = {"path": str(path), "limits": dataclasses.asdict(self.limits)}
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            process.stdin.flush()
            data = self._answers.get(timeout=self.limits.seconds)
        except queue.Empty:
            self.close()
            error = HostileFileError(
                "读取超时，已中止", file=path, expected=f"不超过 {self.limits.seconds:g} 秒",
                remedy=_RESAVE,
            )  # fmt: skip
            return error, False
        except OSError:
            data = None  # the pipe is broken: the child is gone
        if data is None:
            return HostileFileError(
                "读取该文件时解析程序崩溃（已隔离，不影响其他文件）", file=path, remedy=_RESAVE
            ), True
        return load(data)

    def _start(self) -> subprocess.Popen[bytes] | None:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        process = subprocess.Popen(
            # -P: a file of the working folder must not pass for a library.
            [sys.executable, "-P", "-m", "align.read.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._process = process
        self._answers = queue.Queue()
        assert process.stdout is not None
        # A thread, as pipes cannot be waited for with a time limit on every system.
        listen = threading.Thread(
            target=_listen, args=(process.stdout, self._answers), daemon=True
        )  # fmt: skip
        listen.start()
        try:
            ready = self._answers.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = None
        if ready != b"ready":
            self.close()
            return None
        return process

    def close(self) -> None:
        """Ends the child."""
        process, self._process = self._process, None
        self._used = False
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError as e:
        # Unsent bytes for a child that is gone: nothing is lost with them.
        if not isinstance(e, BrokenPipeError):
            raise


def _listen(pipe: IO[bytes], answers: queue.Queue[bytes | None]) -> None:
    """Puts each answer, and None when the child is gone."""
    try:
        while len(head := pipe.read(8)) == 8:
            size = int.from_bytes(head, "big")
            data = pipe.read(size) if size <= _ANSWER_BYTES else b""
            if len(data) < size:
                break
            answers.put(data)
    except (OSError, ValueError) as e:
        # The pipe was closed under this thread when the child was ended.
        del e
    answers.put(None)


def _environment() -> dict[str, str]:
    """The child finds the same `align`; number libraries start no threads in it."""
    root = str(Path(align.__file__ or "").resolve().parent.parent)
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": root + (os.pathsep + path if path else ""),
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
