"""How long `align --help` takes, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

from benchmarks.report import show

TIMES = 9
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "align --help": ["-m", "align", "--help"],
    "align models --help": ["-m", "align", "models", "--help"],
    "align --version": ["-m", "align", "--version"],
}


def main() -> None:
    """Measure in turn and print."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(TIMES + 1):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], capture_output=True, check=True)
            seconds[name].append(time.perf_counter() - start)
    # The first of each read the files from disk.
    rows = [(n, median(s[1:]), min(s[1:])) for n, s in seconds.items()]
    show(f"启动（{TIMES} 次）", ("命令", "中位数 秒", "最快 秒"), rows)


if __name__ == "__main__":
    main()
