"""Many reviewers at once on one server: how long each waits, and whether anything is lost.

A server is started as ``align app --sign-in`` starts it; each reviewer signs in and has a
session of their own (see :mod:`benchmarks.browserless`), opens 对照 at their own place and
decides pair after pair.  Two of them stand at the same place, so that their words meet.  What
was confirmed on a screen is then looked for in the store, and the ledger is verified.

The first reviewer works alone before the others come: what counts is the ratio to that.  The
sessions run on the same machine as the server and take their share of it.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from align import pipeline, snapshot
from align.access import COMMAND_LINE
from align.decisions import Person, Role
from align.gather import gather
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.settings import load_settings
from align.store import Store, open_store
from benchmarks.browserless import Refused, Session, cookie, key_of
from benchmarks.cache import sample_texts
from benchmarks.report import keep, show

COURSES, UNITS, ITEMS = 25, 20, 139  # a whole programme against a whole certificate
PASSWORD = "a-long-Passw0rd-7"
ALONE = "r000"


class NothingLeft(Exception):
    """Others have judged all that was to be judged here: no fault of the program."""


@dataclass
class Seen:
    """What the reviewers saw of their work."""

    opened: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    tried: int = 0
    unsure: int = 0
    met: int = 0
    idle: int = 0
    errors: Counter[str] = field(default_factory=Counter)


def main() -> None:
    """Measure and print; the exit status is 1 when a decision was lost or the chain is broken."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reviewers", type=int, nargs="+", default=[10])
    options.add_argument("--decisions", type=int, default=12, help="by each reviewer")
    options.add_argument("--think", type=float, default=5.0, help="mean seconds between decisions")
    options.add_argument("--blind", action="store_true", help="two independent words on a pair")
    options.add_argument("--json", type=Path, help="where the figures go")
    given = options.parse_args()
    result = _compared()
    whole, found = True, []
    for number in given.reviewers:
        with tempfile.TemporaryDirectory(prefix="align-") as name:
            figures = _measure(Path(name), result, number, given)
        found.append(figures)
        whole &= bool(figures["whole"]) and not figures["lost"]
    keep(given.json, found)
    if not whole:
        sys.exit("a decision was lost, or the ledger is broken")


def _measure(
    data: Path, result: pipeline.Result, number: int, given: argparse.Namespace
) -> dict[str, object]:
    decisions, think = given.decisions, given.think
    store = open_store(data=data)
    space = _filled(store, result, number, 2 if given.blind else 1)
    store.close()
    entries = [f"{c.id}|{i.id}" for c in result.gathered.certificates for i in c.competencies]
    alone, together = Seen(), Seen()
    with _served(data) as (server, process):
        before = os.getloadavg()[0]
        # Where nobody else comes to: the last entries, as many as this person gets through.
        me = [(ALONE, entries[-decisions // 3 - 2])]
        for seen in (Seen(), alone, alone, alone):  # the first opening of all fills the memory
            asyncio.run(_work(server, space, me, 0, 0, seen))
        spent = _spent(process)
        asyncio.run(_work(server, space, me, decisions, think, alone))
        each = (_spent(process) - spent) / max(len(alone.confirmed), 1)
        quiet, spent = _memory(process, "VmRSS"), _spent(process)
        places = _places(entries, number, given.blind)
        asyncio.run(_work(server, space, places, decisions, think, together))
        each_of_many = (_spent(process) - spent) / max(len(together.confirmed), 1)
        during = os.getloadavg()[0]
        peak = _memory(process, "VmHWM")
    store = open_store(data=data)
    found = store.verify()
    # Everybody's own words as they see them: the second reviewer's are hidden from others.
    written: Counter[str] = Counter()
    for login, _ in [*me, *places]:
        person = store.sign_in(login, PASSWORD)
        mine = [d for d in store.link_decisions(person, space) if d.reviewer == person.id]
        written.update(d.note for d in mine)
    store.close()
    confirmed = alone.confirmed | together.confirmed
    lost = [note for note in confirmed if written[note] != 1]
    rows = [
        (what, *_figures(a), *_figures(b), _at(b, 0.5) / _at(a, 0.5), _at(b, 0.95) / _at(a, 0.95))
        for what, a, b in (
            ("打开“对照”", alone.opened, together.opened),
            ("保存一个判断", alone.decided, together.decided),
        )
    ]
    show(
        f"{number} 人同时审核：每人 {decisions} 个判断，平均间隔 {think:g} 秒；"
        f"{COURSES} 门课程 {COURSES * UNITS} 行 × {ITEMS} 条要求；"
        f"{'双人独立审核' if given.blind else '一人审核'}；"
        f"负载 {before:.1f} → {during:.1f}",
        ("", "独自 p50 秒", "p95", f"{number} 人 p50 秒", "p95", "p50 之比", "p95 之比"),
        rows,
    )
    print(
        f"\n按下 {alone.tried + together.tried} 次：屏幕确认 {len(confirmed)}，"
        f"遇到他人先判断 {together.met}，未得确认 {alone.unsure + together.unsure}，"
        f"出错 {sum(alone.errors.values()) + sum(together.errors.values())}；"
        f"无可再判断的 {together.idle} 人；"
        f"已确认而丢失 {len(lost)}，库中共 {sum(written.values())}；"
        f"账本{'完整' if found.whole else '不完整'}（{found.checked} 条）；"
        f"服务器内存 {quiet:.0f} → 最高 {peak:.0f} MB；"
        f"每个判断用处理器 {each:.2f} → {each_of_many:.2f} 秒"
    )
    for told, times in (alone.errors + together.errors).most_common(5):
        print(f"  {times} × {told}", file=sys.stderr)
    return {
        "reviewers": number, "rows": rows, "tried": alone.tried + together.tried,
        "confirmed": len(confirmed), "think": think, "lost": len(lost), "whole": found.whole,
        "errors": sum((alone.errors + together.errors).values()),
        "memory": [quiet, peak], "processor": [each, each_of_many], "load": [before, during],
    }  # fmt: skip


def _places(entries: Sequence[str], number: int, blind: bool) -> list[tuple[str, str]]:
    """(login, entry) of each: spread over the standard.

    With one word on a pair the last two stand at the same place, so that their words meet; with
    two words everybody shares theirs with one other.
    """
    at = [(k - k % 2 if blind else k) * len(entries) // number for k in range(number)]
    if number > 1:
        at[-1] = at[-2]
    return [(f"r{k + 1:03}", entries[i]) for k, i in enumerate(at)]


# --- the reviewers -------------------------------------------------------------------------------


async def _work(
    server: str, space: str, places: list[tuple[str, str]], decisions: int, think: float, seen: Seen
) -> None:
    await asyncio.gather(
        *(_one(server, space, login, at, decisions, think, seen) for login, at in places)
    )


async def _one(
    server: str, space: str, login: str, entry: str, decisions: int, think: float, seen: Seen
) -> None:
    """One person's work; whatever goes wrong is counted, and ends it."""
    chance = random.Random(login)
    await asyncio.sleep(chance.uniform(0, think))
    session = Session(server, await asyncio.to_thread(cookie, server, login, PASSWORD))
    try:
        seen.opened.append(await session.open("compare", ws=space, entry=entry))
        for k in range(decisions):
            await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
            await _decide(session, f"{login}-{k}", seen)
    except NothingLeft:
        seen.idle += 1
    except Exception as error:  # counted and told: the others go on, as people would
        seen.errors[f"{type(error).__name__}: {error}"] += 1
    finally:
        await session.close()


async def _decide(session: Session, note: str, seen: Seen) -> None:
    """Judge the first pair that is open: in part, then twice not at all, then the next entry."""
    pair = _first_open(session)
    if pair is None:  # others have done all of it meanwhile
        await session.act(session.find("button", "compare.next"))
        pair = _first_open(session)
    if pair is None and not session.errors():
        raise NothingLeft
    if pair is None:
        raise Refused(f"nothing open at {session.asked('entry')}: {session.errors()}")
    at = session.asked("entry")
    grade = "none" if session.ids("button", "undo.") else "part"
    field_ = session.find("text_input", f"note.{pair}.")
    seen.tried += 1
    seconds = await session.act(session.find("button", f"grade.{grade}.{pair}"), {field_: note})
    seen.errors.update(session.errors())
    if theirs := session.find("button", "clash.theirs"):
        seen.met += 1
        await session.act(theirs)
    elif note in session.words() or (
        session.asked("entry") != at and 'class="al-saved"' in session.words()
    ):
        seen.decided.append(seconds)
        seen.confirmed.add(note)
    else:
        seen.unsure += 1


def _first_open(session: Session) -> str | None:
    """The first pair with a button to judge it and none to take that back."""
    done = {key_of(i).removeprefix("undo.") for i in session.ids("button", "undo.")}
    pairs = [key_of(i).removeprefix("grade.part.") for i in session.ids("button", "grade.part.")]
    return next((p for p in pairs if p not in done), None)


# --- server and store ----------------------------------------------------------------------------


def _compared() -> pipeline.Result:
    """A programme of real size, made of the samples' words, compared with the default model."""
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        folder = Path(name)
        _write(folder)
        (gathered,) = gather(folder / "courses", folder / "certs")
        matcher = load_matcher(models_folder() / "matcher.json")
        return pipeline.run(gathered, load_embedder(), matcher, load_settings(None))


def _write(folder: Path, courses: int = COURSES, units: int = UNITS, items: int = ITEMS) -> None:
    texts, chance = sample_texts(), random.Random(5)

    def mixed() -> str:
        left, right = chance.choice(texts), chance.choice(texts)
        return (left[: len(left) // 2 + 1] + right[len(right) // 2 :])[:60]

    heads: tuple[str, ...] = ("课程", "单元", "任务", "教学内容", "学时")
    for c in range(courses):
        rows = [
            (f"课程{c + 1}", f"单元{k // 5 + 1}", mixed()[:20], f"{mixed()}；{mixed()}", 4)
            for k in range(units)
        ]
        _table(folder / "courses" / f"课程{c + 1}.csv", heads, rows)
    required = [
        ("证书", "中级", f"{k // 25 + 1} 领域", f"{k // 25 + 1}.{k // 5 % 5 + 1} 任务",
         f"{k // 25 + 1}.{k // 5 % 5 + 1}.{k % 5 + 1}", "能" + mixed())
        for k in range(items)
    ]  # fmt: skip
    heads = ("证书", "等级", "工作领域", "工作任务", "编号", "职业技能要求")
    _table(folder / "certs" / "证书.csv", heads, required)


def _table(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])


def _filled(store: Store, result: pipeline.Result, number: int, words: int) -> str:
    """A college with its people and the workspace; the workspace's id."""
    college = store.add_college("物流学院").id

    def person(login: str, role: Role) -> Person:
        return store.add_person(COMMAND_LINE, college, f"{login}老师", role, login, PASSWORD)

    person("chair", Role.COMMITTEE)
    for k in range(number + 1):
        person(f"r{k:03}", Role.FACULTY)
    chair = store.sign_in("chair", PASSWORD)
    space = store.create_workspace(chair, "快递 2026 级", "快递运营", reviewers=words)
    kept = snapshot.dump(result)
    store.save_run(chair, space.id, result.run, result.matches, result.proposals, kept)
    return space.id


@contextmanager
def _served(data: Path) -> Iterator[tuple[str, int]]:
    """The server as its own process; its address and process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = data / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "align", "app", "--sign-in", "--port", str(port)],
            env={k: v for k, v in os.environ.items() if "DISPLAY" not in k}
            | {"ALIGN_DATA": str(data)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    server = f"http://127.0.0.1:{port}"
    try:
        while not _answers(f"{server}/_stcore/health"):
            if process.poll() is not None:
                sys.exit(log.read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield server, process.pid
    finally:
        process.terminate()
        process.wait(60)
        told = log.read_text(encoding="utf-8", errors="replace")
        if "Traceback" in told:
            print(told, file=sys.stderr)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def _memory(process: int, what: str) -> float:
    """MB that a process holds (VmRSS) or ever held (VmHWM); 0 where the system does not tell."""
    status = Path(f"/proc/{process}/status")
    if not status.is_file():
        return 0.0
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(x.split()[1]) / 1e3 for x in lines if x.startswith(what)), 0.0)


def _spent(process: int) -> float:
    """Processor seconds a process has used; 0 where the system does not tell."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.is_file():
        return 0.0
    user, system = stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _figures(seconds: Sequence[float]) -> tuple[float, float]:
    return _at(seconds, 0.5), _at(seconds, 0.95)


def _at(seconds: Sequence[float], share: float) -> float:
    """A quantile; of few values the nearest one."""
    if len(seconds) < 2:
        return seconds[0] if seconds else float("nan")
    return statistics.quantiles(seconds, n=100, method="inclusive")[round(share * 100) - 1]


if __name__ == "__main__":
    main()
