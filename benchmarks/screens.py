"""What each screen costs the server: processor seconds per rerun, against an empty page's.

    python -m benchmarks.screens                        25 courses × 139, about five minutes
    python -m benchmarks.screens --sizes real large proposals --kept FOLDER --json FILE

A server is started as ``align app --sign-in`` starts it, and one session (see
:mod:`benchmarks.browserless`) opens every page, draws it again and saves decisions.  What counts
is the processor time of the server: waiting for other programs is not in it.  The same session
draws an empty Streamlit page as well, which is what the machine cannot go below.

``--kept`` is a folder for the compared programmes, so that a second run need not compare again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from align import pipeline, snapshot
from align.gather import gather
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.settings import load_settings
from align.store import open_store
from benchmarks import reviewers
from benchmarks.browserless import Refused, Session, cookie, key_of
from benchmarks.report import keep, show

PAGES = ("overview", "intake", "compare", "graph", "proposals", "committee", "thresholds",
         "credit", "export", "audit")  # fmt: skip
#: Processor seconds a rerun of the real size may take.
AIM = 0.15
#: Seconds from the server's start to the first page.
FIRST = 2.0
#: What is waited for from the server's start, in the order it comes.
FIRSTS = {"empty": "空白的 Streamlit 页", "door": "登录页", "results": "登录后有结果的工作台"}


@dataclass(frozen=True, slots=True)
class World:
    """How much one workspace holds: ``courses`` of ``units`` rows each, and ``items``."""

    name: str
    courses: int
    units: int
    items: int


WORLDS = {
    "real": World("25 门课程 500 行 × 139 条要求", 25, 20, 139),
    "large": World("100 门课程 2000 行 × 500 条要求", 100, 20, 500),
    "proposals": World("2 门课程 10 行 × 10000 条要求", 2, 5, 10_000),
}


def measure(world: World, kept: Path, reruns: int, saves: int) -> dict[str, object]:
    """Every page of one workspace; what came of it, as it goes into the JSON file."""
    result = _result(world, kept)
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        data = Path(name)
        with open_store(data=data) as store:
            space = reviewers._filled(store, result, 1, 1)
        entries = [f"{c.id}|{i.id}" for c in result.gathered.certificates for i in c.competencies]
        begun = time.perf_counter()
        with _bare(data) as (server, process):
            asyncio.run(_page(server, process, "", 0, {}))
            least = time.perf_counter() - begun, reviewers._spent(process)
            empty = asyncio.run(_page(server, process, "", reruns, {}))
        begun = time.perf_counter()
        with reviewers._served(data) as (server, process):
            # What a person sees first is the page to sign in on; then the results.
            asyncio.run(_page(server, process, "overview", 0, {}))
            door = time.perf_counter() - begun, reviewers._spent(process)
            ticket = cookie(server, "chair", reviewers.PASSWORD)
            asyncio.run(_page(server, process, "overview", 0, {"ws": space}, ticket))
            first = time.perf_counter() - begun, reviewers._spent(process)
            pages = {
                page: asyncio.run(_page(server, process, page, reruns, {"ws": space}, ticket))
                for page in PAGES
            }
            acts = {
                "对照：保存判断": asyncio.run(
                    _judging(server, process, ticket, saves, space, entries[3])
                ),
                "建议：保存同意": asyncio.run(_accepting(server, process, ticket, saves, space)),
            }
            memory = reviewers._memory(process, "VmHWM")
    return {
        "world": world.name,
        "proposals": len(result.proposals),
        "load": os.getloadavg()[0],
        "first": {
            name: {"seconds": found[0], "processor": found[1]}
            for name, found in {"empty": least, "door": door, "results": first}.items()
        },
        "empty": empty,
        "pages": pages,
        "acts": acts,
        "memory": memory,
    }


def table(found: dict[str, object]) -> None:
    """Print one world's table."""
    empty = found["empty"]
    assert isinstance(empty, dict)
    rows: list[tuple[object, ...]] = [
        ("空白页（Streamlit 本身）", empty["opened"], empty["rerun"], 1.0, empty["wall"])
    ]
    for group in ("pages", "acts"):
        cases = found[group]
        assert isinstance(cases, dict)
        rows += [
            (name, x.get("opened", ""), x["rerun"], x["rerun"] / empty["rerun"], x["wall"])
            for name, x in cases.items()
        ]
    first = found["first"]
    assert isinstance(first, dict)
    started = "、".join(
        f"{FIRSTS[name]} {x['seconds']:.1f}（{x['processor']:.1f}）" for name, x in first.items()
    )
    show(
        f"{found['world']}，{found['proposals']} 条建议；负载 {found['load']:.1f}；"
        f"从启动服务器起，秒（处理器）：{started}；"
        f"内存最高 {found['memory']:.0f} MB",
        ("页", "第一次打开，处理器秒", "重画或保存，处理器秒", "对空白页", "重画，秒（中位数）"),
        rows,
    )


# --- the session ---------------------------------------------------------------------------------


async def _page(
    server: str, process: int, page: str, reruns: int, query: dict[str, str], ticket: str = ""
) -> dict[str, float]:
    """Open a page and draw it again."""
    session = Session(server, ticket)
    spent = reviewers._spent(process)
    try:
        await session.open(page, **query)
        opened = reviewers._spent(process) - spent
        if wrong := session.errors():
            raise Refused(f"{page}: {wrong}")
        spent = reviewers._spent(process)
        walls = sorted([await session.act() for _ in range(reruns)])
        each = (reviewers._spent(process) - spent) / max(reruns, 1)
    finally:
        await session.close()
    wall = walls[len(walls) // 2] if walls else 0.0
    return {"opened": opened, "rerun": each, "wall": wall}


async def _judging(
    server: str, process: int, ticket: str, saves: int, space: str, entry: str
) -> dict[str, float]:
    """Judge pair after pair on 对照, as the reviewers of :mod:`benchmarks.reviewers` do."""
    session, seen = Session(server, ticket), reviewers.Seen()
    try:
        await session.open("compare", ws=space, entry=entry)
        spent = reviewers._spent(process)
        for k in range(saves):
            await reviewers._decide(session, f"判断-{k}", seen)
        each = (reviewers._spent(process) - spent) / max(len(seen.confirmed), 1)
    finally:
        await session.close()
    if seen.errors or len(seen.confirmed) != saves:
        raise Refused(f"{len(seen.confirmed)} of {saves} saved; {dict(seen.errors)}")
    return {"rerun": each, "wall": reviewers._at(seen.decided, 0.5)}


async def _accepting(
    server: str, process: int, ticket: str, saves: int, space: str
) -> dict[str, float]:
    """Accept proposal after proposal on 建议."""
    session = Session(server, ticket)
    walls, done = [], 0
    try:
        await session.open("proposals", ws=space)
        spent = reviewers._spent(process)
        for _ in range(saves):
            said = {key_of(i).removeprefix("undo.") for i in session.ids("button", "undo.")}
            open_ = [
                i for i in session.ids("button", "accept.")
                if key_of(i).removeprefix("accept.") not in said
            ]  # fmt: skip
            if not open_:
                raise Refused("no open proposal is left on the page: ask for fewer --saves")
            walls.append(await session.act(open_[0]))
            if wrong := session.errors():
                raise Refused(str(wrong))
            done += 'class="al-saved"' in session.words()
        each = (reviewers._spent(process) - spent) / saves
    finally:
        await session.close()
    if done != saves:
        raise Refused(f"{done} of {saves} accepted")
    return {"rerun": each, "wall": reviewers._at(walls, 0.5)}


@contextmanager
def _bare(folder: Path) -> Iterator[tuple[str, int]]:
    """An empty Streamlit page on its own server: what every rerun costs at least."""
    script = folder / "bare.py"
    script.write_text("import streamlit as st\nst.write('')\n", encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true",
         "--server.port", str(port), "--server.address", "127.0.0.1",
         "--browser.gatherUsageStats", "false"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    server = f"http://127.0.0.1:{port}"
    try:
        while not reviewers._answers(f"{server}/_stcore/health"):
            if process.poll() is not None:
                raise Refused("the bare server ended")
            time.sleep(0.1)
        yield server, process.pid
    finally:
        process.terminate()
        process.wait(60)


def _result(world: World, kept: Path) -> pipeline.Result:
    """The compared programme, made once."""
    file = kept / f"{world.courses}-{world.units}-{world.items}.snapshot"
    if file.is_file():
        return snapshot.result(snapshot.load(file.read_bytes()))
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        folder = Path(name)
        reviewers._write(folder, world.courses, world.units, world.items)
        (gathered,) = gather(folder / "courses", folder / "certs")
        matcher = load_matcher(models_folder() / "matcher.json")
        result = pipeline.run(gathered, load_embedder(), matcher, load_settings(None))
    kept.mkdir(parents=True, exist_ok=True)
    file.write_bytes(snapshot.dump(result))
    return result


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", nargs="+", choices=sorted(WORLDS), default=["real"])
    options.add_argument("--reruns", type=int, default=10)
    options.add_argument("--saves", type=int, default=8)
    options.add_argument("--kept", type=Path, help="folder for the compared programmes")
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        found = {
            size: measure(WORLDS[size], given.kept or Path(name), given.reruns, given.saves)
            for size in given.sizes
        }
    for each in found.values():
        table(each)
    keep(given.json, found)


if __name__ == "__main__":
    main()
