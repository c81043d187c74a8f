"""The only lines that know Dask: connecting safely, and keeping its workers busy.

Dask's scheduler and workers hand each other pickles, so whoever reaches their ports can run
programs as their user.  They are therefore spoken to on this machine's own address, or over TLS
with certificates on both sides, and not otherwise.
"""

from __future__ import annotations

import ipaddress
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from align.errors import AlignError, UsageError

TLS_CA, TLS_CERT, TLS_KEY = "ALIGN_TLS_CA", "ALIGN_TLS_CERT", "ALIGN_TLS_KEY"
LOCAL = "local"
_HERE = "127.0.0.1"
_CONNECT_SECONDS = 20
#: How often workers are started or asked anew when one dies of it: the next may have more room.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of the encrypted connection: who is trusted, who we are, and our key."""

    ca: Path
    cert: Path
    key: Path

    @classmethod
    def of(cls, ca: Path | None, cert: Path | None, key: Path | None) -> Tls | None:
        """From options, else from the environment; None when nothing is given.

        Raises
        ------
        UsageError
            Only some of the three are given, or a file is missing.
        """
        given = [
            path
            or (Path(named).expanduser() if (named := os.environ.get(name, "").strip()) else None)
            for path, name in ((ca, TLS_CA), (cert, TLS_CERT), (key, TLS_KEY))
        ]
        if not any(given):
            return None
        found = [p for p in given if p is not None]
        if len(found) < 3:
            raise UsageError(
                "TLS 的三个文件没有给全", expected="--tls-ca、--tls-cert、--tls-key（或环境变量 "
                f"{TLS_CA}、{TLS_CERT}、{TLS_KEY}）",
            )  # fmt: skip
        for path in found:
            if not path.is_file():
                raise UsageError("找不到 TLS 文件", file=path, remedy="请检查路径。")
        return cls(*found)


def check_installed() -> None:
    """Refuse before anything else is done where Dask is missing.

    Raises
    ------
    UsageError
        With the command that installs it.
    """
    try:
        import dask  # noqa: F401
        import distributed  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "没有安装分布式计算的程序库",
            remedy="请运行 pip install 'shuzheng-align[cluster]'"
            "（源码文件夹里：.venv/bin/pip install -e '.[cluster]'）。",
        ) from error


def check_address(scheduler: str, tls: Tls | None) -> None:
    """Refuse an address on which anybody could hand our workers a program.

    Raises
    ------
    UsageError
        It is neither ``local``, nor on this machine, nor ``tls://`` with its three files.
    """
    if scheduler == LOCAL:
        return
    try:
        parts = urlsplit(scheduler)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in {"tcp", "tls"} or not host or port is None:
        raise UsageError(
            "调度程序的地址不对", place="--scheduler", got=scheduler,
            expected="local、tls://主机:端口，或本机的 tcp://127.0.0.1:端口",
        )  # fmt: skip
    if parts.scheme == "tls" and tls is None:
        raise UsageError(
            "tls:// 地址还需要证书", place="--scheduler", got=scheduler,
            expected="--tls-ca、--tls-cert、--tls-key",
        )  # fmt: skip
    if parts.scheme == "tcp" and not _here(host):
        raise UsageError(
            "拒绝未加密的连接：调度程序之间传递的是可执行的内容，网络上的任何人都可能借此运行程序",
            place="--scheduler", got=scheduler, expected="tls:// 地址，或本机的 127.0.0.1",
            remedy="请让调度程序与工作进程启用 TLS，见 docs/commands.md。",
        )  # fmt: skip


def _here(host: str) -> bool:
    """Whether a host is this machine's own loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def connect(
    scheduler: str, *, tls: Tls | None = None, workers: int | None = None, memory: str | None = None
) -> Iterator[Any]:
    """A client of a scheduler; ``local`` starts worker processes on this machine.

    Parameters
    ----------
    scheduler : str
        ``local``, or an address that :func:`check_address` takes.
    workers : int, optional
        With ``local``: processes, each with one thread; by default one for each core.
    memory : str, optional
        With ``local``: the most memory of each, such as ``4GB``; one that needs more is started
        anew.

    Raises
    ------
    UsageError
        Dask is not installed, the address is refused, or nobody answers.
    """
    check_address(scheduler, tls)
    check_installed()
    import distributed
    from dask.utils import parse_bytes

    with ExitStack() as stack:
        if scheduler == LOCAL:
            try:
                limit = parse_bytes(memory) if memory else "auto"
            except (ValueError, TypeError) as error:
                raise UsageError(
                    "内存写得不对", place="--memory", got=memory, expected="如 4GB、800MB"
                ) from error
            scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="align-batch-"))
            cluster = stack.enter_context(_local(workers or _cores(), limit, scratch))
            yield stack.enter_context(distributed.Client(cluster, set_as_default=False))
            return
        security = None
        if scheduler.startswith("tls:"):
            assert tls is not None
            security = distributed.Security(
                tls_ca_file=str(tls.ca), tls_client_cert=str(tls.cert), tls_client_key=str(tls.key),
                require_encryption=True,
            )  # fmt: skip
        try:
            client = distributed.Client(
                scheduler, security=security, timeout=_CONNECT_SECONDS, set_as_default=False
            )
        except (OSError, TimeoutError) as error:
            raise UsageError(
                "连不上调度程序", place="--scheduler", got=f"{scheduler}（{error}）",
                remedy="请确认调度程序已启动、端口可达、证书相符。",
            ) from error  # fmt: skip
        yield stack.enter_context(client)


def _local(workers: int, memory: Any, scratch: str) -> Any:
    """Worker processes on this machine, started anew when one of them dies while it starts.

    Raises
    ------
    AlignError
        None stays alive.
    """
    from distributed import LocalCluster

    for tried in range(1, _TRIES + 1):
        try:
            return LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host=_HERE,
                dashboard_address=f"{_HERE}:0",  # never on the network
                worker_dashboard_address=f"{_HERE}:0",
                memory_limit=memory,
                local_directory=scratch,
                silence_logs=50,
            )
        except RuntimeError as error:  # "Nanny failed to start"
            if tried == _TRIES:
                raise AlignError(
                    "工作进程没有启动成功，多半是内存不够", got=str(error),
                    remedy="请减少 --workers 或关闭别的程序，再运行一次；已完成的块沿用。",
                ) from error  # fmt: skip
    raise AssertionError("unreachable")


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_workers(client: Any, function: Callable[..., str], *args: Any) -> int:
    """Ask every worker whether it can take part; how many threads they have.

    A worker that dies while it is asked is passed over, and those there are asked again.

    Raises
    ------
    UsageError
        There is none, one listens unencrypted on a network, or one cannot take part.
    AlignError
        They die again and again; or what the function raised.
    """
    for _ in range(_TRIES):
        found = _workers(client)
        said = client.run(function, *args, on_error="return")
        gone = [why for why in said.values() if isinstance(why, OSError)]
        if said and not gone:
            break
    else:
        raise AlignError(
            "工作进程一再中止，多半是内存不够", got=str(gone[0]) if gone else None,
            remedy="请减少 --workers、加大 --memory，再运行一次；已完成的块沿用。",
        )  # fmt: skip
    for address, why in said.items():
        if isinstance(why, Exception):
            raise why
        if why:
            raise UsageError(
                "工作进程看不到结果文件夹", got=f"{address}：{why}",
                remedy="课程、证书与结果文件夹须在所有机器上以同一路径可见（共享盘）。",
            )  # fmt: skip
    return sum(w["nthreads"] for w in found.values())


def _workers(client: Any) -> dict[str, Any]:
    """The workers there are, by their addresses; one at least, none within a stranger's reach."""
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS * 3)
    except TimeoutError as error:
        raise UsageError(
            "调度程序没有工作进程", got=f"等了 {_CONNECT_SECONDS * 3} 秒",
            remedy="请先在各台机器上启动工作进程（dask worker），见 docs/commands.md。",
        ) from error  # fmt: skip
    found: dict[str, Any] = client.scheduler_info(n_workers=-1)["workers"]
    for address in found:
        parts = urlsplit(address)
        if parts.scheme != "tls" and not _here(parts.hostname or ""):
            raise UsageError(
                "有工作进程在网络上未加密地监听", got=address, expected="tls:// 地址，或本机",
                remedy="请以 TLS 启动工作进程。",
            )  # fmt: skip
    return found


@dataclass(frozen=True)
class Job:
    """A task, and what follows from its result or its failure.

    ``then`` may give more jobs; they are done before new ones are begun.
    """

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    then: Callable[[Any], Sequence[Job]]
    failed: Callable[[AlignError], None]


def drive(client: Any, jobs: Iterable[Job], at_once: int) -> None:
    """Do jobs, at most some at a time: neither the scheduler nor this process holds them all.

    Raises
    ------
    AlignError
        The scheduler is gone, or a task failed in a way that is nobody's file.
    """
    import distributed

    waiting: deque[Job] = deque()
    coming = iter(jobs)
    running: dict[Any, Job] = {}
    done = distributed.as_completed(loop=client.loop)

    def begin() -> bool:
        job = waiting.popleft() if waiting else next(coming, None)
        if job is None:
            return False
        future = client.submit(job.function, *job.args, pure=False, key=None, retries=0)
        running[future] = job
        done.add(future)
        return True

    while True:
        while len(running) < at_once and begin():
            pass
        if not running:
            return
        future = next(done)
        job = running.pop(future)
        if future.status == "finished":
            waiting.extendleft(reversed(list(job.then(future.result()))))
        else:
            job.failed(_said(future, job.name))
        future.release()


def _said(future: Any, name: str) -> AlignError:
    """Why a task failed, as an error a person can act on; faults of the program are raised."""
    import distributed

    error = future.exception()
    if isinstance(error, AlignError):
        return error
    if isinstance(error, distributed.KilledWorker):
        return AlignError(
            "工作进程一再中止，多半是内存不够", place=name,
            remedy="请减小 --block，或减少 --workers、加大 --memory，再运行一次；已完成的块沿用。",
        )  # fmt: skip
    if future.status in {"cancelled", "lost"}:
        raise AlignError(
            "与调度程序的连接断了", place=name, remedy="请再运行一次；已完成的块沿用。"
        )
    raise error
