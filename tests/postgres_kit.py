"""A real PostgreSQL server of the tests' own: a new cluster in a temporary folder.

It listens on a free port of the loopback address only and is gone when the tests end.  Started
by root it runs as the system's user ``postgres``, for the server refuses to run as root.
"""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg


def pg_ctl() -> str:
    """The program, from PATH or where Debian puts it (the newest).

    Raises
    ------
    FileNotFoundError
        PostgreSQL is not installed; ``.ci/system-packages test`` does that.
    """
    found = shutil.which("pg_ctl")
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"))
    if not found and not installed:
        raise FileNotFoundError("pg_ctl: run .ci/system-packages test")
    return found or installed[-1]


class Postgres:
    """A running server; ``new_database()`` gives the address of an empty database."""

    def __init__(self) -> None:
        self._bin = Path(pg_ctl()).resolve().parent
        self.folder = Path(tempfile.mkdtemp(prefix="align-pg-"))
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self._user = {"user": "postgres", "group": "postgres"}
        self._count = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._run("initdb", "-D", str(self._data), "-U", "tester", "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
            " -c fsync=off -c max_connections=200 -c shared_buffers=32MB"
        )
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", str(self.folder / "log"),
                  "-o", options, "start")  # fmt: skip

    def stop(self) -> None:
        """Stop at once, as a crash would: open connections are cut."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", "immediate", "stop")

    def close(self) -> None:
        """Stop and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder)

    def new_database(self, like: str = "template0") -> str:
        """Make an empty database, or a copy of one nobody is connected to."""
        self._count += 1
        name = f"align_{self._count}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")  # type: ignore[arg-type]
        return self.address(name)

    def drop(self, address: str) -> None:
        """Drop a database, whoever is still connected: each takes 8 MB of the disk."""
        name = address.rpartition("/")[2]
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]

    def address(self, database: str) -> str:
        """The address a person would give to ``--db``."""
        return f"postgresql://tester@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        # Its own session and no inherited pipes: a server must not keep the tests waiting.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=self.folder,
                start_new_session=True, check=False, **self._user,
            )  # fmt: skip
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program}: {said.read().decode(errors='replace')}")
