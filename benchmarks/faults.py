"""The table of faults: real processes killed at random moments, and the tests of every fault.

    python -m benchmarks.faults                      the long trials and the tests, as one table
    python -m benchmarks.faults --only saving --db postgresql://…/an_empty_database
    python -m benchmarks.faults --kept FOLDER        goes on where it stopped; the table at the end

Saving (on SQLite and on a PostgreSQL server of its own), exporting and `align batch` are killed
(SIGKILL) at random moments, and saving meets a disk that is full after a random number of bytes;
after each trial everything that was confirmed is looked for.  Of `align batch` by turns everything,
the client alone and one worker alone is killed.  docs/reliability.md keeps the last table.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from align import pipeline, snapshot
from align.access import COMMAND_LINE
from align.decisions import Person, Role
from align.gather import gather
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.records import Run
from align.settings import Settings
from align.store import open_store
from benchmarks.colleges import Size, write
from benchmarks.faults_table import print_table
from benchmarks.report import keep

#: Killed so often at least, each.
TRIALS = 30
SMALL = Size(programmes=2, courses=4, units=4, certificates=3, items=5)


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a fault.

    Parameters
    ----------
    tried : int
        How often.
    confirmed : int
        What had been confirmed by then: decisions, results written, blocks.
    lost : int
        How much of that was not there afterwards, or was damaged.
    said : str
        What else was seen, in Chinese, for the table.
    """

    tried: int
    confirmed: int
    lost: int
    said: str = ""


_SAVER = """
import dataclasses, sys
from pathlib import Path
from align.errors import StoreError
from align.store import COMMAND_LINE, open_store
address, data, college, space, start, room = sys.argv[1:]
store = open_store(address, data=Path(data))
me = dataclasses.replace(store.people(COMMAND_LINE, college)[0], signed_in=True)
if room:
    import resource
    full = Path(address).stat().st_size + int(room)
    resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
print("ready", flush=True)
try:
    for k in range(int(start), int(start) + 10_000):
        pair = ("证", "项", "课甲", f"课甲#{k}")
        made = store.decide_link(me, space, pair, k % 3, seen="", note="注" * 400)
        print(made.id, flush=True)
except StoreError as error:
    print(error.line(), file=sys.stderr)
    sys.exit(error.exit_code)
"""


def _reviewer(address: str, data: Path) -> tuple[Person, str]:
    """A college with one teacher and a workspace that has a run."""
    with open_store(address, data=data) as store:
        college = store.add_college("物流学院")
        made = store.add_person(COMMAND_LINE, college.id, "教师", Role.FACULTY)
        me = dataclasses.replace(made, signed_in=True)
        source = store.add_source(me, "课程标准.csv", "课程甲".encode(), "course")
        space = store.create_workspace(
            me, "2026 级", "现代物流管理", sources=[(source.id, "course")], levels=["初级"]
        )
        run = Run("r-1", "现代物流管理", "0", "m", "s", (("课程标准.csv", "ab"),), ("初级",), ())
        store.save_run(me, space.id, run, [], [], b"snapshot")
        return me, space.id


def of_saving(
    address: str, data: Path, *, times: int = TRIALS, seed: int = 0, full: bool = False
) -> Trial:
    """Kill a program that saves decisions, or let its disk be full; look for what it confirmed.

    Parameters
    ----------
    address : str
        An empty database; with ``full`` an SQLite file.
    full : bool
        Instead of killing it, let its files grow by a random number of bytes and no further.
    """
    chance = random.Random(seed)
    me, space = _reviewer(address, data)
    confirmed: list[str] = []
    lost = 0
    for k in range(times):
        room = str(chance.randint(1, 150_000)) if full else ""
        command = [sys.executable, "-c", _SAVER, address, str(data), me.college_id, space,
                   str(k * 10_000), room]  # fmt: skip
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as saver:
            assert saver.stdout is not None and saver.stderr is not None
            started = saver.stdout.readline()
            if not full:
                for _ in range(chance.randint(0, 6)):
                    confirmed.append(saver.stdout.readline().strip())
                time.sleep(chance.random() * 0.03)  # somewhere within a save
                saver.kill()
            confirmed += saver.stdout.read().split()
            said = saver.stderr.read()
        told = "Traceback" not in said and (saver.returncode == 9) is full and "没有保存" in said
        if not started or (full and not told):
            raise SystemExit(f"trial {k}: {said or saver.returncode}")
        with open_store(address, data=data) as store:
            kept = {d.id for d in store.link_decisions(me, space)}
            lost += len(set(confirmed) - kept) + (not store.verify().whole)
            lost += max(0, len(kept - set(confirmed)) - (k + 1))  # one on its way each time
    return Trial(times, len(confirmed), lost, "账本每次都完整")


_WRITER = """
import sys
from pathlib import Path
from align import pipeline, snapshot
kinds = [snapshot.result(snapshot.load(Path(p).read_bytes())) for p in sys.argv[2:]]
print("ready", flush=True)
for k in range(10_000):
    pipeline.write(kinds[k % 2], Path(sys.argv[1]))
    print(k, flush=True)
"""


def of_export(folder: Path, *, times: int = TRIALS, seed: int = 0) -> Trial:
    """Kill a program that writes two results into one folder by turns; every file must be whole."""
    chance = random.Random(seed)
    write(folder / "many", 1, SMALL)
    college = next((folder / "many" / "colleges").iterdir())
    snaps, known = [], []
    embedder = load_embedder("hashing", cache=False)
    matcher = load_matcher(models_folder() / "matcher.json")
    for k, gathered in enumerate(gather(college, folder / "many" / "certs")):
        found = pipeline.run(gathered, embedder, matcher, Settings())
        file = folder / f"{k}.snapshot"
        file.write_bytes(snapshot.dump(found))
        snaps.append(str(file))
        pipeline.write(snapshot.result(snapshot.load(file.read_bytes())), folder / f"whole{k}")
        known.append(_hashes(folder / f"whole{k}"))
    out = folder / "out"
    confirmed = lost = mixed = litter = 0
    for _ in range(times):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(out), *snaps], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            for _ in range(chance.randint(0, 2)):
                confirmed += bool(writer.stdout.readline())
            time.sleep(chance.random() * 0.6)
            writer.kill()
            confirmed += len(writer.stdout.read().split())
        now = _hashes(out) if out.exists() else {}
        lost += sum(digest not in {k.get(name) for k in known} for name, digest in now.items())
        lost += bool(now) and set(now) != set(known[0])
        mixed += bool(now) and now not in known
        litter += len(list(out.glob(".align-writing-*"))) if out.exists() else 0
        for left in out.glob(".align-writing-*"):
            shutil.rmtree(left)
    pipeline.write(snapshot.result(snapshot.load(Path(snaps[0]).read_bytes())), out)
    lost += _hashes(out) != known[0]
    said = f"每个文件或新或旧，都完整；新旧并存 {mixed} 次，留下临时文件夹 {litter} 个"
    return Trial(times, confirmed, lost, said)


def of_batch(folder: Path, *, times: int = TRIALS, seed: int = 0) -> Trial:
    """Kill ``align batch``, its client or one worker again and again; the end must be the same.

    A killed worker alone must not end the run; whatever was killed, what is found in the end must
    be byte-identical to an undisturbed run.
    """
    import psutil  # type: ignore[import-untyped, unused-ignore]

    chance = random.Random(seed)
    write(folder / "many", 2, SMALL)
    where = {**os.environ, "ALIGN_CACHE": str(folder / "cache")}

    def start(out: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "align", "batch", "--model", "hashing", "--workers", "2",
                   "--colleges", str(folder / "many" / "colleges"), "--block", "130",
                   "--certs", str(folder / "many" / "certs"), "--out", str(out)]  # fmt: skip
        with (folder / "said.log").open("wb") as said:
            return subprocess.Popen(
                command, env=where, start_new_session=True, stdout=said, stderr=said
            )

    def wrong(code: int) -> list[str]:
        """What an end that should be whole says for itself; nothing where it is."""
        found = _hashes(out)
        if code == 0 and found == whole:
            return []
        told = (folder / "said.log").read_text(encoding="utf-8", errors="replace").splitlines()
        other = sorted(n for n in whole.keys() | found.keys() if found.get(n) != whole.get(n))
        return [f"退出码 {code}，{len(other)} 个文件不同 {other[:2]}：{' / '.join(told[-3:])}"]

    began = time.monotonic()
    if start(folder / "whole").wait():
        raise SystemExit("the undisturbed batch failed")
    usual = time.monotonic() - began
    whole = _hashes(folder / "whole")
    tried = blocks = finished = 0
    lost: list[str] = []
    out = folder / "out"
    kinds = dict.fromkeys(("全部", "只有主进程", "一个工作进程"), 0)
    while tried < times:
        fresh, began = not out.exists(), time.monotonic()
        process = start(out)
        try:
            code = process.wait(usual * (0.3 + 0.8 * chance.random()))
            if fresh:  # the first may have run on a busy machine: too late a moment kills nobody
                usual = min(usual, time.monotonic() - began)
        except subprocess.TimeoutExpired:
            kind = list(kinds)[tried % len(kinds)]
            workers = [
                p for p in psutil.Process(process.pid).children(recursive=True)
                if any("spawn_main" in part for part in p.cmdline())
            ]  # fmt: skip
            if kind == "一个工作进程" and not workers:
                kind = "全部"
            kinds[kind] += 1
            tried += 1
            if kind == "一个工作进程":
                chance.choice(workers).kill()
                code = process.wait()
            else:
                process.kill()
                process.wait()
                if kind == "只有主进程":
                    psutil.wait_procs(workers, timeout=usual)  # they find nobody to work for
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                continue
        lost += wrong(code)
        finished += 1
        blocks += len(list((out / "_blocks").glob("*.json")))
        shutil.rmtree(out)
    lost += wrong(start(out).wait())
    blocks += len(list((out / "_blocks").glob("*.json")))
    killed = "，".join(f"{kind} {n}" for kind, n in kinds.items())
    ends = f"做完 {finished + 1} 次，结果逐字节相同" if not lost else "；".join(lost)
    return Trial(tried, blocks, len(lost), f"{killed}；{ends}")


def _hashes(folder: Path) -> dict[str, str]:
    """Every file that is a result, with its hash."""
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
        and not any(x == "_work" or x.startswith(".") for x in p.relative_to(folder).parts)
    }


def of_postgres(data: Path, *, times: int = TRIALS) -> Trial:
    """:func:`of_saving` on a PostgreSQL server started for it."""
    server = importlib.import_module("tests.postgres_kit").Postgres()
    try:
        return of_saving(server.new_database(), data, times=times)
    finally:
        server.close()


NAMES = ("saving", "postgres", "full", "export", "batch")


def trials(only: Sequence[str], times: int, db: str, kept: Path | None = None) -> dict[str, Trial]:
    """Run the long trials, each in a folder of its own; those in ``kept`` are not run again."""
    with tempfile.TemporaryDirectory(prefix="align-faults-") as made:
        here = Path(made)
        for name in NAMES:
            (here / name).mkdir()
        kinds: dict[str, Callable[[], Trial]] = {
            "saving": lambda: of_saving(
                db or str(here / "saving" / "align.db"), here / "saving", times=times
            ),
            "postgres": lambda: of_postgres(here / "postgres", times=times),
            "full": lambda: of_saving(
                str(here / "full" / "align.db"), here / "full", times=times, full=True
            ),
            "export": lambda: of_export(here / "export", times=times),
            "batch": lambda: of_batch(here / "batch", times=times),
        }
        found = {}
        for name in only or kinds:
            file = kept / f"{name}.json" if kept is not None else None
            if file is not None and file.is_file():
                found[name] = Trial(**json.loads(file.read_bytes())["found"])
                continue
            found[name] = kinds[name]()
            keep(file, dataclasses.asdict(found[name]))
            print(name, found[name], file=sys.stderr, flush=True)
        return found


def main() -> None:
    """Run what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=NAMES)
    parser.add_argument("--times", type=int, default=TRIALS)
    parser.add_argument("--db", default="", help="an empty PostgreSQL database for `saving`")
    parser.add_argument("--kept", type=Path, help="folder with the result of each trial")
    parser.add_argument("--no-tests", action="store_true", help="the trials only")
    given = parser.parse_args()
    found = trials(given.only or (), given.times, given.db, given.kept)
    print_table({n: (t.tried, t.confirmed, t.lost, t.said) for n, t in found.items()},
                tests=not given.no_tests)  # fmt: skip


if __name__ == "__main__":
    main()
