"""Fuzzing of every reader, guided by what of our code each input reaches (atheris).

``python -m benchmarks.fuzz --seconds 300`` gives each reader that long, in a process of its own,
and prints a table; inputs that brought a finding lie in the folder of ``--keep``.  Needs the
extra ``[fuzz]`` (Linux).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.fuzz_targets import Fuzzed, finding, targets
from benchmarks.report import keep, show

_SECONDS_EACH = 20  # one input; the reader's own limit for a file is 120
_MEMORY_MB = 1_536  # as the reader's own limit
_LONGEST = 64 * 1024
#: What reads; instrumenting the store and the screens too takes longer than the search.
_OURS = ("align.read", "align.segment", "align.export", "align.credit", "align.imports")


def main() -> None:
    """Every target after the other, then the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=int, default=60, help="for each reader")
    asked.add_argument("--only", action="append", help="a reader; may be given again")
    asked.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    asked.add_argument("--json", type=Path, help="file for the results; readers in it are done")
    asked.add_argument("--one", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        _one(given.one, given.seconds, given.keep)
        return
    done: dict[str, list[object]] = {}
    if given.json is not None and given.json.is_file():
        done = json.loads(given.json.read_bytes())["found"]
    for name in given.only or targets():
        if name not in done:
            done[name] = list(_run(name, given.seconds, given.keep))
            keep(given.json, done)  # after each: one that was ended goes on with the next
    rows = list(done.values())
    show("模糊测试", ("读取", "输入数", "秒", "达到的代码边", "发现"), rows)


def _run(name: str, seconds: int, keep: Path) -> tuple[object, ...]:
    """One target in a process that may hang or be ended for its memory."""
    start = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.fuzz", "--one", name]
    command += ["--seconds", str(seconds), "--keep", str(keep)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    edges = "".join(x for x in done.stderr.splitlines() if " cov: " in x and " ft: " in x)
    covered = edges.rpartition(" cov: ")[2].split(" ")[0]
    found = keep / f"{name}.json"
    state: dict[str, Any] = json.loads(found.read_bytes()) if found.is_file() else {}
    said = list(state.get("findings", {}))
    for word in ("ERROR: libFuzzer: timeout", "ERROR: libFuzzer: out-of-memory", "deadly signal"):
        if word in done.stderr:
            said.append(word)
    if "run" not in state and not said:
        said.append(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "nothing ran")
    elapsed = round(time.monotonic() - start)
    return name, state.get("run", "?"), elapsed, covered or "?", "；".join(said) or "无"


def _one(name: str, seconds: int, keep: Path) -> None:
    """One target in this process; findings are noted and the search goes on."""
    import atheris

    keep.mkdir(parents=True, exist_ok=True)
    with atheris.instrument_imports(include=list(_OURS)):
        chosen = targets()[name]
        for seed in chosen.seeds:
            finding(chosen.enter, seed)  # what is imported late is instrumented too
    state: dict[str, Any] = {"run": 0, "findings": {}}
    note = keep / f"{name}.json"
    end = time.monotonic() + seconds

    def enter(data: bytes) -> None:
        state["run"] += 1
        what = finding(chosen.enter, data)
        if what is not None:
            key = what.split(" ", 3)[:3]
            known = state["findings"].setdefault(" ".join(key), {"what": what, "file": ""})
            if not known["file"]:
                known["file"] = f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
                (keep / known["file"]).write_bytes(data)
        if state["run"] % 50 == 0 or what is not None or time.monotonic() > end - 1:
            note.write_text(json.dumps(state, ensure_ascii=False), encoding="utf-8")

    turn = random.Random(7)

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        turn.seed(seed)
        if turn.random() < 0.5:
            return bytes(atheris.Mutate(data, most))
        return mutated(data, chosen, turn)[:most]

    with tempfile.TemporaryDirectory(prefix="align-fuzz-") as folder:
        for k, seed in enumerate(chosen.seeds):
            (Path(folder) / str(k)).write_bytes(seed)
        arguments = [
            "fuzz", folder, f"-max_total_time={seconds}", f"-timeout={_SECONDS_EACH}",
            f"-rss_limit_mb={_MEMORY_MB}", f"-max_len={_LONGEST}", "-seed=7",
            f"-artifact_prefix={keep}/{name}-",
        ]  # fmt: skip
        atheris.Setup(arguments, enter, custom_mutator=mutate)
        atheris.Fuzz()


def mutated(data: bytes, chosen: Fuzzed, turn: random.Random) -> bytes:
    """A change of whole pieces: cut, doubled, moved, or a word of the trade put in."""
    for _ in range(turn.randint(1, 3)):
        at = turn.randint(0, len(data))
        to = min(len(data), at + turn.choice((1, 4, 30, 300)))
        way = turn.randint(0, 4)
        if way == 0:
            data = data[:at] + data[to:]
        elif way == 1:
            data = data[:to] + data[at:to] * turn.randint(1, 4) + data[to:]
        elif way == 2 and chosen.words:
            data = data[:at] + turn.choice(chosen.words) + data[at:]
        elif way == 3 and chosen.words:
            data = data[:at] + turn.choice(chosen.words) + data[to:]
        else:
            other = turn.choice(chosen.seeds)
            begin = turn.randint(0, len(other))
            data = data[:at] + other[begin : begin + 100] + data[at:]
    return data


if __name__ == "__main__":
    main()
