"""The one table of the benchmarks: made of what each part left behind, and gone on with."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import all as everything
from benchmarks import faults
from benchmarks.all import Part


def part(folder: Path, name: str, found: object) -> None:
    kept = {"machine": "一台机器", "load": 0.5, "found": found}
    (folder / f"{name}.json").write_text(json.dumps(kept), encoding="utf-8")


def table(folder: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    monkeypatch.setattr(sys, "argv", ["all", str(folder), *more])
    everything.main()


def test_each_part_stands_in_the_table_with_what_it_is_held_against(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"opened": 0.2, "rerun": 0.06, "wall": 0.07}
    figures = {"hit@1": 0.9, "hit@5": 1.0, "map": 0.85, "ndcg@10": 0.9, "seconds": 2.0}
    run = {"seconds": 30.0, "cpu": 20.0, "peak_mb": 900.0, "pairs": 10_800}
    part(tmp_path, "reading", [{"format": "pdf", "files": 2, "bare": 6.0, "ours": 4.0}])
    part(tmp_path, "encode", {"model": "m", "texts": 9, "rows": [[64, 500, 2, 1]], "limit": 1000})
    part(tmp_path, "neighbours", {
        "align": figures, "TF-IDF": figures | {"seconds": 1.0}, "Harmony": {"error": "没有网络"},
    })  # fmt: skip
    part(tmp_path, "topk", {
        "shape": [4000, 5000, 256],
        "rows": [["裸乘积", "8", 1.0, 1.0, 1.0], ["align.match.topk", "12", 1.5, 1.5, 1.5]],
    })  # fmt: skip
    part(tmp_path, "screens", {"real": {
        "world": "25 × 139", "proposals": 244, "empty": page | {"rerun": 0.02},
        "first": {name: {"seconds": n, "processor": n} for n, name in enumerate(
            ("empty", "door", "results"), 1)}, "pages": {"compare": page},
        "acts": {"保存": page | {"rerun": 0.1}},
    }})  # fmt: skip
    part(tmp_path, "reviewers-10", [{
        "reviewers": 10, "think": 5.0, "rows": [["打开", 0.1, 0.2, 0.3, 0.4, 3.0, 2.0]],
        "confirmed": 5, "lost": 0, "errors": 0, "memory": [200.0, 400.0],
    }])  # fmt: skip
    part(tmp_path, "colleges", {
        "counts": [1, 10], "runs": [run, run | {"cpu": 100.0}], "courses": 30, "growth": [0.9, 0.7],
    })  # fmt: skip
    part(tmp_path, "colleges-country", {
        "counts": [1], "runs": [run | {"pairs": 9_000_000}], "courses": 30, "growth": [],
    })  # fmt: skip
    table(tmp_path, monkeypatch, "--table")
    shown = capsys.readouterr().out
    for said in (
        "| 读 pdf，2 个样例文件 | 4 页/秒 | 只用 pdfplumber 打开：6 页/秒 | 1.5 | 0.5 |",
        "500 句/秒 | 只取出同样的行并相加：1,000 句/秒 | 2 |",
        "Harmony：没有测成（没有网络）",
        "12 秒 | 裸乘积：8 秒 | 1.5 |",
        "到登录页 | 2.0 秒，处理器 2.0 秒（目标 2） | 空白的 Streamlit 页：1.0 秒 | 2 |",
        "最慢的页 compare 重画 | 处理器 60 毫秒（目标 150） | 空白的 Streamlit 页：20 毫秒 | 3 |",
        "确认 5，丢失 0，出错 0",
        "10 所学院，各 30 门课程，10,800 对，从文件到结果 | 30 秒，处理器 100 秒，工作进程",
        "处理器 200 秒 | 0.5 |",
        "1 所学院，各 30 门课程，9,000,000 对，从文件到结果",
        "秒 0.90，处理器秒 0.70",
    ):
        assert said in shown


def test_a_part_that_is_there_is_not_run_again_and_one_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    part(tmp_path, "reading", [])
    known = {"reading": Part("none_such", (), 1, 1), "encode": Part("none_such", (), 1, 1)}
    monkeypatch.setattr(everything, "parts", lambda _: known)
    with pytest.raises(SystemExit):
        table(tmp_path, monkeypatch)
    shown = capsys.readouterr().out
    assert "encode | 没有测成" in shown and "none_such" in shown
    assert "reading | 没有测成" not in shown


def test_a_trial_of_faults_that_is_kept_is_not_run_again(tmp_path: Path) -> None:
    found = {"tried": 30, "confirmed": 99, "lost": 0, "said": "账本每次都完整"}
    part(tmp_path, "postgres", found)
    kept = faults.trials(["postgres"], 30, "", tmp_path)
    assert kept == {"postgres": faults.Trial(30, 99, 0, "账本每次都完整")}
