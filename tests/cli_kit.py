"""The command line as processes that are made quickly.

Each command is a process of its own, with its own streams, folder, variables and exit code.
Where the system can, it is forked from one that has the libraries loaded already: loading them
takes longer than nearly every command.  A start from nothing is still proved by those tests
that ask for it.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SECONDS = 300
_LOADED = (
    "tests.cli_kit", "align.cli", "align.present", "align.pipeline", "align.snapshot",
    "align.store", "align.tune", "align.credit", "align.learner", "docxtpl", "openpyxl", "rjieba",
    "scipy.optimize", "sklearn.feature_extraction.text", "sqlalchemy.dialects.sqlite",
)  # fmt: skip
_processes: Any = None  # Windows has no fork
if "forkserver" in multiprocessing.get_all_start_methods():
    _processes = multiprocessing.get_context("forkserver")
    _processes.set_forkserver_preload(list(_LOADED))


def command(
    arguments: Sequence[str],
    at: Path,
    environment: Mapping[str, str],
    *,
    typed: str = "",
    from_nothing: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run ``align`` with these arguments and this input in a folder."""
    if from_nothing or _processes is None:
        return subprocess.run(
            [sys.executable, "-m", "align", *arguments],
            cwd=at, env=environment, input=typed, capture_output=True, text=True,
            encoding="utf-8", timeout=SECONDS, check=False,
        )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="align-cli-") as folder:
        streams = [Path(folder) / name for name in ("typed", "out", "err")]
        for path, text in zip(streams, (typed, "", ""), strict=True):
            path.write_text(text, encoding="utf-8")
        process = _processes.Process(
            target=_command, args=(list(arguments), str(at), dict(environment), streams)
        )
        process.start()
        process.join(SECONDS)
        code = process.exitcode
        if code is None:
            process.kill()
            process.join()
        process.close()
        _, out, err = (path.read_bytes().decode() for path in streams)
    if code is None:
        raise subprocess.TimeoutExpired(arguments, SECONDS, out, err)
    return subprocess.CompletedProcess(arguments, code, out, err)


def _command(
    arguments: list[str], at: str, environment: dict[str, str], streams: list[Path]
) -> None:
    """What happens in the new process."""
    for number, path in enumerate(streams):
        opened = os.open(path, os.O_WRONLY if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    # Still open when the interpreter ends, as these three are.
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(at)
    sys.argv = ["align", *arguments]
    from align.cli import main

    main()
