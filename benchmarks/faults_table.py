"""Every fault, what a person sees of it and what is kept; and the tests that prove it, counted."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchmarks.report import show

ROOT = Path(__file__).resolve().parent.parent

#: fault, what a person sees, what is kept, long trial ("" without) and tests ``file::test``.
FAULTS: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    (
        "保存判断时程序被强制结束（kill -9）", "没有“已保存”的，再按一次", "已确认的全部，账本完整",
        "saving",
        ("test_store_faults.py::test_killed_at_any_moment_of_saving_nothing_confirmed_is_lost",),
    ),
    (
        "保存判断时程序被强制结束，PostgreSQL", "没有“已保存”的，再按一次",
        "已确认的全部，账本完整", "postgres",
        ("test_store_faults.py::test_killed_at_any_moment_of_saving_nothing_confirmed_is_lost",),
    ),
    (
        "`align batch` 连同工作进程、只有主进程、一个工作进程被强制结束",
        "再运行一次，接着做；少一个工作进程照常做完",
        "做完的块；最后结果逐字节相同", "batch",
        ("test_batch.py::test_a_killed_client_is_resumed_with_the_same_bytes",
         "test_batch.py::test_a_killed_worker_costs_nothing"),
    ),
    (
        "导出时程序被强制结束", "再导出一次", "每个文件或是旧的或是新的，没有半个",
        "export",
        ("test_export_files.py::test_an_error_while_writing_leaves_earlier_results_untouched",),
    ),
    (
        "保存时磁盘已满", "一行：磁盘已满，这一次没有保存", "已确认的全部；清理后接着用",
        "full", ("test_store_faults.py::test_a_full_disk_costs_nothing_that_was_confirmed",),
    ),
    (
        "导出或备份时磁盘已满", "一行：磁盘空间已满", "原有的文件；不留半个备份", "",
        ("test_export_files.py::test_a_full_disk_is_one_clear_line_and_costs_nothing",
         "test_backup.py::test_a_backup_that_cannot_be_written_leaves_nothing"),
    ),
    (
        "文件夹只读", "一行：数据库只读，或没有写入权限", "照常查看；原有的文件", "",
        ("test_faults.py::test_a_read_only_folder_is_one_line_and_reading_goes_on",
         "test_export_files.py::test_a_read_only_folder_is_named"),
    ),
    (
        "PostgreSQL 停了又开（审核途中）", "一行：连不上数据库；恢复后接着审，程序不用重启",
        "已确认的全部", "",
        ("test_faults.py::test_a_page_outlives_its_database_server",
         "test_store_faults.py::test_a_restarted_postgres_is_found_again"),
    ),
    (
        "签名写不下", "一行：已经保存，但签名没有写下", "批准本身；补签", "",
        ("test_store_faults.py::"
         "test_an_approval_whose_signature_found_no_room_is_told_and_can_be_signed_again",),
    ),
    (
        "数据库文件损坏", "一行：已损坏，请从备份恢复", "损坏的文件改名留存；备份中的全部", "",
        ("test_store_faults.py::test_a_file_that_is_no_database_is_refused_in_one_line",
         "test_backup.py::test_a_damaged_database_is_put_aside"),
    ),
    (
        "模型损坏、缺分词器", "对照不开始，一行：哪个模型、怎么办", "审核照常进行", "",
        ("test_faults.py::test_a_damaged_model_ends_the_comparison_and_the_review_goes_on",
         "test_embed.py::test_a_model_whose_tokenizer_knows_nothing_is_refused",
         "test_embed.py::test_damaged_or_missing_models_say_so"),
    ),
    (
        "向量缓存中的向量不对", "对照不开始，一行：删去哪个文件", "审核照常进行", "",
        ("test_faults.py::test_vectors_changed_in_the_cache_are_never_matched_with",),
    ),
    (
        "服务器时钟倒拨", "没有提示；次序照号码", "全部，账本完整", "",
        ("test_faults.py::test_a_clock_set_back_changes_no_order",),
    ),
    (
        "两个程序用一个数据库", "后按的人先看到别人的判断", "两边的全部", "",
        ("test_faults.py::test_two_servers_show_each_other_what_was_decided",
         "test_store_faults.py::test_two_servers_on_one_database",
         "test_store.py::test_writers_in_several_processes_lose_nothing"),
    ),
    (
        "阈值改后重新计算，别人的页面还是旧的", "不保存，写明原因和自己要保存的", "现有的判断", "",
        ("test_faults.py::test_a_page_older_than_the_recalculation_is_refused_and_told_why",
         "test_store.py::test_a_page_of_an_earlier_run_is_refused"),
    ),
    (
        "备份时有人在工作", "没有提示；照常保存", "备份是某一时刻的全部，账本完整", "",
        ("test_backup.py::test_a_backup_while_people_decide_is_one_moment_of_the_work",),
    ),
    (
        "备份被截断、改动、不是备份", "一行，什么也不写", "现有的数据库", "",
        ("test_backup.py::test_what_is_no_whole_backup_is_refused_and_nothing_changes",),
    ),
    (
        "恢复或升级中途失败", "一行", "原来的数据库，逐行相同", "",
        ("test_backup.py::test_a_restore_that_fails_leaves_what_was_there",
         "test_store_faults.py::test_a_migration_that_fails_leaves_the_database_as_it_was"),
    ),
)  # fmt: skip


def print_table(found: Mapping[str, tuple[int, int, int, str]], *, tests: bool = True) -> None:
    """Print the table in Markdown, with the results of the trials and of the tests.

    Parameters
    ----------
    found : mapping
        By trial: how often tried, what was confirmed, how much of it was lost, what else.
    tests : bool
        Run the tests too and count their cases.
    """
    passed, failed = _tests() if tests else (Counter[str](), Counter[str]())
    rows = []
    for fault, seen, kept, trial, names in FAULTS:
        results = []
        if trial in found:
            tried, confirmed, lost, said = found[trial]
            more = f"；{said}" if said else ""
            results.append(f"{tried} 次，确认 {confirmed}，丢失 {lost}{more}")
        if tests:
            good, bad = sum(passed[n] for n in names), sum(failed[n] for n in names)
            results.append(f"测试 {good} 例通过" + (f"，**{bad} 例失败**" if bad else ""))
        where = [f"`--only {trial}`"] if trial else []
        where += [f"`{name.replace('::', ' ')}`" for name in names]
        rows.append((fault, seen, kept, "；".join(results) or "见测试", "<br>".join(where)))
    show("故障", ("故障", "用户看到", "保留了什么", "试了几次，结果", "命令或测试"), rows)


def _tests() -> tuple[Counter[str], Counter[str]]:
    """Run the tests of the table; how many cases of each passed, and did not."""
    names = sorted({name for *_, tests in FAULTS for name in tests})
    with tempfile.TemporaryDirectory() as made:
        report = Path(made) / "report.xml"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider",
             f"--junitxml={report}", *(f"tests/{name}" for name in names)],
            cwd=ROOT, check=False, stdout=sys.stderr,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        cases = list(ET.parse(report).getroot().iter("testcase"))
    passed, failed = Counter[str](), Counter[str]()
    for case in cases:
        file = case.get("classname", "").rpartition(".")[2]
        name = f"{file}.py::{case.get('name', '').partition('[')[0]}"
        (failed if len(case) else passed)[name] += 1
    return passed, failed
