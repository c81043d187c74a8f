"""``align users``, ``align ledger``, ``align db``, as the one at the console uses them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from align.errors import AccessError
from align.store import open_store
from align.store.migrate import names
from tests import cli_kit
from tests.store_kit import Home, World

ROOT = Path(__file__).resolve().parent.parent
WORD = "correct horse battery"


def align(data: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ALIGN_")}
    return cli_kit.command(arguments, ROOT, {**kept, "ALIGN_DATA": str(data)}, typed=typed)


def said(data: Path, *arguments: str, typed: str = "") -> str:
    done = align(data, *arguments, typed=typed)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_admin_and_their_college(tmp_path: Path) -> None:
    out = said(
        tmp_path, "users", "add", "wang", "--name", "王老师", "--role", "admin", "--college",
        "物流学院", "--password-stdin", typed=WORD + "\n",
    )  # fmt: skip
    assert "教务管理员" in out and "物流学院" in out and WORD not in out
    said(
        tmp_path, "users", "add", "li", "--name", "李老师", "--college", "物流学院", "--no-password"
    )
    said(tmp_path, "users", "add", "zx", "--name", "中心", "--role", "centre", "--no-password")
    listed = said(tmp_path, "users", "list")
    assert "共 3 人" in listed and listed.count("物流学院") == 2
    rows = json.loads(said(tmp_path, "users", "list", "--college", "物流学院", "--json"))
    assert [(r["login"], r["role"]) for r in rows] == [("li", "faculty"), ("wang", "admin")]
    said(tmp_path, "users", "role", "li", "committee")
    said(tmp_path, "users", "password", "li", "--password-stdin", typed="another long one\n")
    with open_store(data=tmp_path) as store:
        assert store.sign_in("wang", WORD).name == "王老师"
        assert store.sign_in("li", "another long one").role == "committee"
    assert "已停用" in said(tmp_path, "users", "deactivate", "li")
    assert "（已停用）" in said(tmp_path, "users", "list")
    with open_store(data=tmp_path) as store, pytest.raises(AccessError):
        store.sign_in("li", "another long one")
    assert "已启用" in said(tmp_path, "users", "deactivate", "li", "--undo")


def test_what_is_wrong_is_one_chinese_line(tmp_path: Path) -> None:
    short = align(
        tmp_path, "users", "add", "x", "--name", "甲", "--college", "院", "--password-stdin",
        typed="kurz\n",
    )  # fmt: skip
    unknown = align(tmp_path, "users", "role", "nobody", "admin")
    misfit = align(tmp_path, "users", "add", "x", "--name", "甲", "--no-password")
    college = align(tmp_path, "users", "list", "--college", "没有的")
    for done, code, words in (
        (short, 2, "8 至 128"), (unknown, 2, "没有这个人"), (misfit, 2, "不相配"),
        (college, 2, "没有这个学院"),
    ):  # fmt: skip
        assert done.returncode == code and words in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert "共 0 人" in said(tmp_path, "users", "list")


def test_erasing_asks_first(tmp_path: Path) -> None:
    add = ("users", "add", "li", "--name", "李小红", "--college", "院", "--no-password")
    said(tmp_path, *add)
    kept = align(tmp_path, "users", "erase", "li", typed="n\n")
    assert kept.returncode == 130 and "李小红" in said(tmp_path, "users", "list")
    assert "旧备份" in said(tmp_path, "users", "erase", "li", typed="y\n")
    assert "共 0 人" in said(tmp_path, "users", "list")
    said(tmp_path, *add)
    said(tmp_path, "users", "erase", "li", "--yes")
    assert "李小红".encode() not in (tmp_path / "align.db").read_bytes()
    assert "账本完整" in said(tmp_path, "ledger", "verify")


def test_verify_names_the_first_broken_entry(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        made = world.link(world.faculty, 2)
        at = store.head(world.college.id)[0]
        world.link(world.second, 1, made.id)
    check = ("ledger", "verify", "--db", home.address)
    assert "账本完整：核对" in said(home.data, *check)
    home.sql(f"UPDATE link_decisions SET grade = 1 WHERE id = '{made.id}'")
    done = align(home.data, *check)
    assert done.returncode == 1
    assert f"第一处：物流学院 第 {at} 条（link.decided，20" in done.stderr
    assert made.id in done.stderr and "grade 被改动" in done.stderr
    assert align(home.data, *check, "--college", "物流学院").returncode == 1
    assert "账本完整" in said(home.data, *check, "--college", "家政学院")


def test_receipts(home: Home, tmp_path: Path) -> None:
    with home.open() as store:
        World(store)
    file = tmp_path / "回执.json"
    db = ("--db", home.address)
    many = align(home.data, "ledger", "receipt", *db)
    assert many.returncode == 2 and "--college" in many.stderr
    said(home.data, "ledger", "receipt", *db, "--college", "物流学院", "--out", str(file))
    out = said(
        home.data, "ledger", "verify", "--receipt", str(file), *db,
        "--key", str(home.data / "ledger.pub"),
    )  # fmt: skip
    assert "签名成立" in out and "内容一致" in out and "公钥（" not in out
    receipt = json.loads(file.read_text(encoding="utf-8"))
    receipt["entry"]["kind"] = "plan.approved"
    file.write_text(json.dumps(receipt), encoding="utf-8")
    forged = align(home.data, "ledger", "verify", "--receipt", str(file), *db)
    assert forged.returncode == 1 and "回执不成立" in forged.stderr
    for text, words in (("not json", "不是 JSON"), ("{}", "不是账本回执")):
        file.write_text(text, encoding="utf-8")
        done = align(home.data, "ledger", "verify", "--receipt", str(file))
        assert done.returncode == 2 and words in done.stderr
    gone = align(home.data, "ledger", "verify", "--receipt", str(tmp_path / "none.json"))
    assert gone.returncode == 2 and "打不开" in gone.stderr


def test_the_database_itself(home: Home) -> None:
    db = ("--db", home.address)
    home.open(revision="m0001_review").close()
    assert "m0002_sign_in" in said(home.data, "db", "upgrade", *db)
    assert "已是最新" in said(home.data, "db", "upgrade", *db)
    with home.open() as store:
        World(store)
    told = said(home.data, "db", "info", *db)
    assert "学院：2" in told and "工作区：1" in told and f"{names()[-1]}（程序：" in told
    assert "已整理" in said(home.data, "db", "compact", *db)
    assert "账本完整" in said(home.data, "ledger", "verify", *db)


def test_looking_makes_no_database(tmp_path: Path) -> None:
    for command in (("db", "info"), ("ledger", "verify"), ("ledger", "receipt")):
        done = align(tmp_path, *command)
        assert done.returncode == 9 and "没有这个数据库" in done.stderr
    assert list(tmp_path.iterdir()) == []
    said(tmp_path, "db", "upgrade")
    with closing(sqlite3.connect(tmp_path / "align.db")) as connection:
        assert connection.execute("SELECT count(*) FROM heads").fetchone() == (1,)


def test_help_loads_no_database_library() -> None:
    code = (
        "import sys, align.cli\n"
        "print(','.join(sorted({'sqlalchemy', 'alembic', 'argon2', 'cryptography', 'psycopg'}"
        " & set(sys.modules))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == ""
