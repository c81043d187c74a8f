"""The table of hostile files in docs/reliability.md.

``python -m benchmarks.hostile`` makes every file, gives it to the library alone (in a process
that may take 2 GB and 20 s) and to our reader, and prints both answers side by side.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from align.errors import AlignError
from align.read import Limits
from align.read.worker import Worker
from benchmarks.report import show
from tests import hostile_files as files

_SECONDS = 20
_MEMORY_MB = 2_048

#: The library as one would call it: everything of the file, once.
_PLAIN = """
import json, resource, sys, time
size = int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (size, size))
path, text = sys.argv[1], 0
if path.endswith((".docx", ".doc")):
    import docx
    d = docx.Document(path)
    text += sum(len(p.text) for p in d.paragraphs)
    text += sum(len(c.text) for t in d.tables for r in t.rows for c in r.cells)
elif path.endswith((".xlsx", ".xls")):
    import openpyxl
    for sheet in openpyxl.load_workbook(path, data_only=True):
        text += sum(len(str(v)) for row in sheet.iter_rows(values_only=True) for v in row if v)
elif path.endswith(".pdf"):
    import pdfplumber
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            text += len(page.extract_text() or "") + len(page.extract_tables())
else:
    import csv
    with open(path, encoding="utf-8") as f:
        text += sum(len(c) for row in csv.reader(f) for c in row)
print(json.dumps([text, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""


def main() -> None:
    """Make, try, print."""
    rows = []
    with tempfile.TemporaryDirectory() as name, Worker(Limits()) as worker:
        makers = (*files.REFUSED, files.endless_pdf, *files.READABLE)
        for maker in makers:
            path = maker(Path(name))
            start = time.monotonic()
            result = worker.read(path)
            seconds = time.monotonic() - start
            if isinstance(result, AlignError):
                ours = result.line().replace(f"{name}/", "")
            else:
                told = "；".join(p.message.replace(f"{name}/", "") for p in result.problems)
                ours = "读入" + (f"，并说明：{told}" if told else "")
            size = _size(path.stat().st_size)
            rows.append((path.name, size, _plain(path), ours.replace("|", "/"), seconds))
            path.unlink()
    heads = (
        "文件",
        "大小",
        f"只用程序库（{_MEMORY_MB >> 10} GB、{_SECONDS} 秒内）",
        "本程序",
        "秒",
    )
    show("恶意与损坏的文件", heads, rows)


def _size(size: int) -> str:
    return f"{size} B" if size < 1_000 else f"{size / 1000:.0f} KB"


def _plain(path: Path) -> str:
    """What becomes of a process that opens the file with the library."""
    command = [sys.executable, "-c", _PLAIN, str(path), str(_MEMORY_MB)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{_SECONDS} 秒后仍未结束"
    if done.returncode < 0:
        return f"进程被信号 {-done.returncode} 结束"
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        what = (
            lines[-1].partition(":")[0].partition("(")[0].rpartition(".")[2]
            if lines
            else str(done.returncode)
        )
        return "内存超过上限" if what == "MemoryError" else f"异常 {what}"
    letters, memory = json.loads(done.stdout)
    return f"不报错，读出 {letters} 字" + (f"，内存 {memory} MB" if memory > 300 else "")


if __name__ == "__main__":
    main()
