"""``align batch`` as a centre runs it: real worker processes, killed workers, a killed client.

Small colleges from the project's own generator; the built-in embedder and a matcher of equal
weights.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pyarrow.parquet as pq
import pytest

from align import gather, pipeline
from align.cli_batch import batch
from align.cluster import College, Order, Tls, colleges_of, run_batch
from align.cluster.engine import check_address, check_workers, connect
from align.errors import AlignError, UsageError
from align.export.parquet import coverage_parquet, matches_parquet, proposals_parquet
from align.match import load_matcher
from align.models import load_embedder
from align.settings import Settings
from align.snapshot import dump
from align.store import COMMAND_LINE, open_store
from benchmarks.colleges import Size, write
from tests.kit import ROOT, USUAL
from tests.test_app_browser import free_port
from tests.tls_kit import certificate

SIZE = Size(programmes=2, courses=4, units=4, certificates=3, items=5)
TABLES = ("matches", "coverage", "proposals")
#: Certificates of 15 items against 8 rows: each is a block of its own.
BLOCK = 130


@pytest.fixture(scope="module", autouse=True)
def _models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("models")
    matcher = {
        "weights": dict.fromkeys(("words", "meaning", "point", "siblings"), 1.0), "hub": 0.3,
        "usual": USUAL, "slope": 3.0, "intercept": 0.0,
    }  # fmt: skip
    (folder / "matcher.json").write_text(json.dumps(matcher), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_MODELS", str(folder))
        yield


@pytest.fixture(scope="module")
def scheduler(_models: None) -> Iterator[str]:
    """The address of a cluster of two processes on this machine."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0",
        silence_logs=50,
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def colleges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("colleges")
    write(folder, 2, SIZE)
    return folder


def align(*arguments: str) -> tuple[int, str, str]:
    """A command as a shell would run it: exit code, standard output, errors."""
    answer = subprocess.run(
        [sys.executable, "-m", "align", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "Traceback" not in answer.stderr + answer.stdout, answer.stderr
    return answer.returncode, answer.stdout, answer.stderr


def order(out: Path, block: int = BLOCK, **more: Any) -> Order:
    from align import __version__
    from align.places import models_folder

    matcher = load_matcher(models_folder() / "matcher.json")
    settings = tuple(sorted(Settings().values.items()))
    return Order(
        out, (), "hashing", None, None, load_embedder("hashing").identity, matcher.version,
        __version__, settings, block, **more,
    )  # fmt: skip


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [
        "batch", "--colleges", str(folder / "colleges"), "--certs", str(folder / "certs"),
        "--out", str(out), "--model", "hashing", "--block", str(BLOCK), *more,
    ]  # fmt: skip


def contents(out: Path) -> dict[str, str]:
    """Every result file with its hash; what lies between the steps is no result."""
    return {
        str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(out.rglob("*"))
        if p.is_file() and "_work" not in p.parts
    }


@pytest.fixture(scope="module")
def done(colleges: Path, scheduler: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed batch, with what the store needs."""
    out = tmp_path_factory.mktemp("done") / "out"
    db = out.parent / "align.db"
    code, said, err = align(*command(colleges, out, "--db", str(db), "--scheduler", scheduler))
    assert code == 0, err
    assert "2 所学院 4 个专业：8 门课程 32 个课程单元，1,440 个配对，12 块" in said
    assert said.count("存入工作区") == 4
    return out


def rows(out: Path, table: str, college: str, programme: str) -> list[dict[str, Any]]:
    folder = out / table / f"college={college}" / f"programme={programme}"
    found = []
    for path in sorted(folder.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            found += file.read().to_pylist()
    return found


def of_bytes(data: bytes) -> list[dict[str, Any]]:
    import pyarrow as pa

    found: list[dict[str, Any]] = pq.read_table(pa.BufferReader(data)).to_pylist()
    return found


def ordered(found: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in found)


def test_a_batch_finds_what_the_single_machine_finds(colleges: Path, done: Path) -> None:
    embedder, settings = load_embedder("hashing"), Settings()
    from align.places import models_folder

    matcher = load_matcher(models_folder() / "matcher.json")
    summary = json.loads((done / "batch.json").read_text(encoding="utf-8"))
    seen = 0
    for college in ("学院0001", "学院0002"):
        for g in gather.gather(colleges / "colleges" / college, colleges / "certs"):
            result = pipeline.run(g, embedder, matcher, settings)
            own = {
                "matches": matches_parquet(result.matches, g.courses, g.certificates),
                "coverage": coverage_parquet(result.coverage),
                "proposals": proposals_parquet(result.proposals, g.courses, g.certificates),
            }
            for table, data in own.items():
                made = rows(done, table, college, g.programme.id)
                assert ordered(made) == ordered(of_bytes(data)), (table, college, g.programme.id)
                seen += len(made)
            runs = [p["run"] for p in summary["programmes"] if p["college"] == college]
            assert result.run.id in runs
            assert any(c.share > 0 for c in result.coverage if c.scope == "unit")
    assert seen > 500


def test_the_store_has_the_same_runs(colleges: Path, done: Path) -> None:
    embedder, settings = load_embedder("hashing"), Settings()
    from align.places import models_folder

    matcher = load_matcher(models_folder() / "matcher.json")
    g = gather.gather(colleges / "colleges" / "学院0001", colleges / "certs")[0]
    whole = dump(pipeline.run(g, embedder, matcher, settings))
    with open_store(str(done.parent / "align.db")) as store:
        college = next(c for c in store.colleges() if c.name == "学院0001")
        assert [p.name for p in store.people(COMMAND_LINE, college.id)] == ["批量对照"]
        spaces = {w.programme: w for w in store.workspaces(COMMAND_LINE)
                  if w.college_id == college.id}  # fmt: skip
        space = spaces[g.programme.name]
        assert len(space.sources) == 2 + 3
        assert store.snapshot(COMMAND_LINE, space.run_id, space.id) == whole


def test_again_does_nothing_anew_and_keeps_the_bytes(
    colleges: Path, done: Path, scheduler: str
) -> None:
    before = contents(done)
    times = {p: p.stat().st_mtime_ns for p in done.rglob("*.parquet")}
    db = str(done.parent / "align.db")
    code, said, err = align(*command(colleges, done, "--db", db, "--scheduler", scheduler))
    assert code == 0, err
    assert "12 块，其中 12 块此前已完成" in said
    assert said.count("此前已在工作区") == 4
    assert contents(done) == before
    assert {p: p.stat().st_mtime_ns for p in done.rglob("*.parquet")} == times


def _started(arguments: list[str], errors: Path) -> subprocess.Popen[bytes]:
    with errors.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "align", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL,
            stderr=said, start_new_session=True,
        )  # fmt: skip


def _some_blocks(out: Path, least: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until some blocks, and not all, are finished."""
    deadline = time.monotonic() + 120
    while len(list((out / "_blocks").glob("*.json"))) < least:
        assert process.poll() is None, "it ended before anything could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_killed_client_is_resumed_with_the_same_bytes(
    colleges: Path, done: Path, scheduler: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    alone = command(colleges, out, "--db", str(tmp_path / "x.db"), "--workers", "2")
    process = _started(alone, tmp_path / "err")
    _some_blocks(out, 2, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished = {p.stem for p in (out / "_blocks").glob("*.json")}
    assert not (out / "batch.json").exists()
    found = colleges_of((), [colleges / "colleges"])
    again = run_batch(found, colleges / "certs", order(out, keep_whole=True), scheduler)
    assert 0 < again.kept < again.blocks == 12
    assert finished < {p.stem for p in (out / "_blocks").glob("*.json")}
    assert contents(out) == contents(done)


def test_a_killed_worker_costs_nothing(colleges: Path, done: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    alone = command(colleges, out, "--db", str(tmp_path / "x.db"), "--workers", "2")
    process = _started(alone, tmp_path / "err")
    _some_blocks(out, 1, process)
    workers = [
        p
        for p in psutil.Process(process.pid).children(recursive=True)
        if any("spawn_main" in part for part in p.cmdline())
    ]
    assert len(workers) >= 2
    workers[0].kill()
    assert len(list((out / "_blocks").glob("*.json"))) < 12
    assert process.wait(timeout=120) == 0, (tmp_path / "err").read_text(encoding="utf-8")
    assert contents(out) == contents(done)


@contextmanager
def _encrypted(folder: Path) -> Iterator[str]:
    """A scheduler and a worker started as docs/commands.md says; the scheduler's address."""
    pem = folder / "me.pem", folder / "me.key"
    certificate("align.centre.example", *pem)
    files = [
        "--tls-ca-file", str(pem[0]), "--tls-cert", str(pem[0]), "--tls-key", str(pem[1]),
    ]  # fmt: skip
    address = f"tls://127.0.0.1:{free_port()}"
    host = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    with ExitStack() as stack:
        log = stack.enter_context((folder / "dask.log").open("wb"))
        for part in (
            ["scheduler", "--protocol", "tls", "--port", address.rpartition(":")[2]],
            ["worker", address, "--nthreads", "1", "--nworkers", "1", "--local-directory", "."],
        ):
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *part, *host, *files], cwd=folder,
                env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.terminate)
        yield address


def test_machines_that_show_each_other_certificates_find_the_same(
    colleges: Path, done: Path, tmp_path: Path
) -> None:
    with _encrypted(tmp_path) as address:
        wanted = [
            *command(colleges, tmp_path / "out", "--db", str(tmp_path / "x.db")),
            "--scheduler", address, "--tls-ca", str(tmp_path / "me.pem"),
        ]  # fmt: skip
        mine = ["--tls-cert", str(tmp_path / "me.pem"), "--tls-key", str(tmp_path / "me.key")]
        code, said, err = align(*wanted, *mine)
        assert code == 0, err
        assert "12 块" in said
        assert contents(tmp_path / "out") == contents(done)
        # Somebody whose certificate nobody has signed is not let in.
        certificate("align.centre.example", tmp_path / "x.pem", tmp_path / "x.key")
        other = ["--tls-cert", str(tmp_path / "x.pem"), "--tls-key", str(tmp_path / "x.key")]
        code, said, err = align(*wanted, *other)
        assert (code, said) == (2, "")
        assert "连不上调度程序" in err and "证书相符" in err and err.count("\n") == 1


def test_a_broken_file_and_an_empty_college_stop_nobody(scheduler: str, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    write(folder, 2, SIZE)
    broken = next((folder / "colleges" / "学院0002").rglob("*.csv")).with_name("坏的.docx")
    broken.write_bytes(b"PK\x03\x04 not a document")
    (folder / "colleges" / "空学院").mkdir()
    out = tmp_path / "out"
    code, said, err = align(*command(folder, out, "--scheduler", scheduler))
    assert code != 0
    lines = [x for x in err.splitlines() if x.startswith("没有做成")]
    assert len(lines) == 2
    assert any("学院0002" in x and "坏的.docx" in x for x in lines)
    assert any("空学院" in x and "没有课程标准" in x for x in lines)
    assert "Traceback" not in err
    assert "4 个专业" in said
    summary = json.loads((out / "batch.json").read_text(encoding="utf-8"))
    assert len(summary["failed"]) == 2
    made = [k for k in contents(out) if k.startswith("matches/college=学院0001")]
    assert len(made) == 6


def test_other_settings_make_other_blocks_and_tidy_the_old(
    colleges: Path, scheduler: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    one = [College("甲", colleges / "colleges" / "学院0001")]
    run_batch(one, colleges / "certs", order(out), scheduler)
    before = {p.relative_to(out) for p in out.rglob("*.parquet")}
    torn = out / "matches" / "college=甲" / ".align-writing-x"
    torn.mkdir()
    again = run_batch(one, colleges / "certs", order(out, block=10**6), scheduler)
    assert again.kept == 0 and again.blocks == 2
    after = {p.relative_to(out) for p in out.rglob("*.parquet")}
    assert len(after) == 2 * len(TABLES) + 2
    assert not before & after
    assert not torn.exists()
    damaged = next((out / "matches").rglob("*.parquet"))
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    repaired = run_batch(one, colleges / "certs", order(out, block=10**6), scheduler)
    assert repaired.kept == 1
    assert damaged.read_bytes() == whole


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("tcp://10.0.0.5:8786", "未加密"),
        ("tcp://scheduler.example.cn:8786", "未加密"),
        ("tls://10.0.0.5:8786", "证书"),
        ("http://127.0.0.1:8786", "地址不对"),
        ("10.0.0.5:8786", "地址不对"),
        ("tcp://127.0.0.1", "地址不对"),
    ],
)
def test_an_unsafe_scheduler_is_refused(
    colleges: Path, tmp_path: Path, address: str, word: str
) -> None:
    out = tmp_path / "out"
    one = [College("甲", colleges / "colleges" / "学院0001")]
    with pytest.raises(UsageError, match=word):
        run_batch(one, colleges / "certs", order(out), address)
    assert not out.exists()


def test_a_scheduler_of_this_machine_is_used(tmp_path: Path) -> None:
    check_address("tcp://127.0.0.1:8786", None)
    check_address("tcp://[::1]:8786", None)
    check_address("local", None)
    for name in ("ca", "cert", "key"):
        (tmp_path / name).touch()
    tls = Tls.of(tmp_path / "ca", tmp_path / "cert", tmp_path / "key")
    check_address("tls://10.0.0.5:8786", tls)
    with pytest.raises(UsageError, match="没有给全"):
        Tls.of(tmp_path / "ca", None, None)


def _dies_once(marker: str) -> str:
    """On a worker: it is killed by the first question, as one without memory would be."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return ""


def _dies_always() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def test_a_worker_that_dies_while_it_is_asked_is_asked_again(tmp_path: Path) -> None:
    with connect("local", workers=1) as client:
        assert check_workers(client, _dies_once, str(tmp_path / "asked")) == 1
        with pytest.raises(AlignError, match="工作进程一再中止") as error:
            check_workers(client, _dies_always)
    assert error.value.remedy


def test_without_dask_the_first_thing_said_is_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # as if it were not installed
    with pytest.raises(UsageError, match="没有安装分布式计算的程序库。请运行 pip install") as error:
        batch(courses=[tmp_path / "无此"], out=tmp_path / "out")
    assert error.value.got is None


def test_workers_that_do_not_start_are_tried_again_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import distributed

    started: list[int] = []

    def fails(**given: Any) -> None:
        started.append(given["n_workers"])
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr(distributed, "LocalCluster", fails)
    with pytest.raises(AlignError, match="工作进程没有启动成功"), connect("local", workers=2):
        raise AssertionError("there is no cluster")
    assert started == [2, 2, 2]
