"""Bad days of the store: killed in the middle of saving, full disk, no rights, servers gone."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from align.errors import AlignError, StoreError
from align.store import Store, open_store, verify_receipt
from align.store.engine import wal_is_safe
from tests.postgres_kit import Postgres
from tests.store_kit import PAIR, Home, World

ROOT = Path(__file__).resolve().parent.parent

#: Saves words one after the other and prints each as the screen would confirm it.
SAVER = """
import dataclasses, sys
from pathlib import Path
from align.store import COMMAND_LINE, open_store
address, data, college, space, start = sys.argv[1:]
store = open_store(address, data=Path(data))
me = next(p for p in store.people(COMMAND_LINE, college) if p.name == "faculty甲")
me = dataclasses.replace(me, signed_in=True)
for k in range(int(start), int(start) + 10_000):
    pair = ("证", "项", "课甲", f"课甲#{k}")
    made = store.decide_link(me, space, pair, k % 3, seen="", note="注" * 50)
    print(made.id, flush=True)
"""


def test_killed_at_any_moment_of_saving_nothing_confirmed_is_lost(home: Home) -> None:
    rolls = random.Random(5)
    confirmed: list[str] = []
    with home.open() as store:
        world = World(store)
    for round_ in range(6):
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER, home.address, str(home.data), world.college.id, world.id,
             str(round_ * 10_000)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert saver.stdout is not None
        for _ in range(rolls.randint(1, 12)):
            confirmed.append(saver.stdout.readline().strip())
        threading.Event().wait(rolls.random() * 0.02)  # somewhere within the next save
        saver.kill()
        confirmed += saver.stdout.read().split()
        saver.wait()
        saver.stdout.close()
        with home.open() as store:
            kept = [d.id for d in store.link_decisions(world.faculty, world.id)]
            assert set(confirmed) <= set(kept)
            assert len(kept) <= len(confirmed) + round_ + 1  # at most one unconfirmed each time
            assert store.verify().whole
    with home.open() as store:  # and it goes on
        world.store = store
        world.link(world.faculty, 2)
        assert store.verify().whole


FILLER = """
import dataclasses, resource, sys
from pathlib import Path
from align.errors import StoreError
from align.store import COMMAND_LINE, open_store
address, data, college, space, room = sys.argv[1:]
store = open_store(address, data=Path(data))
me = next(p for p in store.people(COMMAND_LINE, college) if p.name == "faculty甲")
me = dataclasses.replace(me, signed_in=True)
full = Path(address).stat().st_size + int(room)
resource.setrlimit(resource.RLIMIT_FSIZE, (full, full))
try:
    for k in range(10_000):
        pair = ("证", "项", "课", f"课#{k}")
        made = store.decide_link(me, space, pair, 1, seen="", note="注" * 900)
        print(made.id, flush=True)
except StoreError as error:
    print(error.line(), file=sys.stderr)
    print(len(store.link_decisions(me, space)), "still readable", file=sys.stderr)
    sys.exit(error.exit_code)
"""


@pytest.mark.parametrize("room", [1, 20_000, 100_000])
def test_a_full_disk_costs_nothing_that_was_confirmed(tmp_path: Path, room: int) -> None:
    """The file may not grow any more: the operating system refuses as a full disk does."""
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        world = World(store)
    done = subprocess.run(
        [sys.executable, "-c", FILLER, home.address, str(home.data), world.college.id, world.id,
         str(room)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    assert "没有保存" in done.stderr and "磁盘" in done.stderr and "Traceback" not in done.stderr
    confirmed = done.stdout.split()
    assert f"{len(confirmed)} still readable" in done.stderr
    with home.open() as store:  # the disk has room again
        assert [d.id for d in store.link_decisions(world.faculty, world.id)] == confirmed
        world.store = store
        world.link(world.faculty, 2)
        assert store.verify().whole


def test_an_approval_whose_signature_found_no_room_is_told_and_can_be_signed_again(
    home: Home,
) -> None:
    with home.open() as store:
        world = World(store)
        store.keys.ready()
        (home.data / "heads.jsonl").mkdir()  # whatever keeps the line from being written
        with pytest.raises(StoreError, match="签名没有写下") as caught:
            store.approve(world.committee, world.id, "ab", ["主任"])
        assert "align ledger receipt" in str(caught.value)
        (home.data / "heads.jsonl").rmdir()
        assert store.workspace(world.faculty, world.id).state == "approved"
        after = store.verify()
        assert after.whole and "补签" in after.warnings[0]
        store.receipt(world.committee)
        assert store.verify().warnings == ()


def test_two_servers_on_one_database(home: Home) -> None:
    with home.open() as one, home.open() as two:
        world = World(one)
        done: list[str] = []

        def work(store: Store, k: int) -> None:
            for n in range(8):
                pair = (*PAIR[:3], f"课甲#{k}-{n}")
                done.append(store.decide_link(world.faculty, world.id, pair, 1, seen="").id)

        threads = [threading.Thread(target=work, args=(s, k)) for k, s in enumerate([one, two] * 3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(done) == 48
        assert {d.id for d in two.link_decisions(world.faculty, world.id)} == set(done)
        assert one.decisions_version(world.id) == two.decisions_version(world.id)
        assert one.verify().whole


def test_a_restarted_postgres_is_found_again(tmp_path: Path) -> None:
    server = Postgres()
    try:
        home = Home("postgresql", server.new_database(), tmp_path)
        with home.open() as store:
            world = World(store)
            first = world.link(world.faculty, 2)
            server.stop()
            for act in (
                lambda: world.link(world.faculty, 1, first.id),
                lambda: store.link_decisions(world.faculty, world.id),
            ):
                with pytest.raises(StoreError, match="连不上数据库"):
                    act()
            server.start()
            second = world.link(world.faculty, 1, first.id)
            assert store.link_decisions(world.faculty, world.id) == [first, second]
            assert store.verify().whole
    finally:
        server.close()


def test_an_unreachable_server_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:geheim@127.0.0.1:1/x", data=tmp_path)
    assert "连不上数据库" in caught.value.line() and "geheim" not in caught.value.line()


@pytest.mark.parametrize("what", ["garbage", "cut", "folder"])
def test_a_file_that_is_no_database_is_refused_in_one_line(tmp_path: Path, what: str) -> None:
    file = tmp_path / "align.db"
    if what == "folder":
        file.mkdir()
    elif what == "garbage":
        file.write_bytes(b"this is not a database at all" * 100)
    else:
        Home("sqlite", str(file), tmp_path).open().close()
        file.write_bytes(file.read_bytes()[: 4096 * 3 + 100])
    with pytest.raises(AlignError) as caught:
        open_store(str(file), data=tmp_path).verify()
    assert caught.value.exit_code == 9 and str(file) in caught.value.line()
    if what == "garbage":
        assert file.read_bytes().startswith(b"this is not")


def test_a_writer_that_never_ends_is_waited_for_and_then_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("align.store.engine.BUSY_SECONDS", 0)
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        world = World(store)
        with closing(sqlite3.connect(home.address)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="正忙"):
                world.link(world.faculty, 2)
            assert store.link_decisions(world.faculty, world.id) == []  # reading goes on
            other.rollback()
        world.link(world.faculty, 2)


def test_sqlite_is_set_to_keep_what_it_confirmed(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "align.db")) as store, store._read() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "journal_mode", "synchronous", "secure_delete")
        }
    wal = wal_is_safe(sqlite3.sqlite_version_info)
    assert said == {
        "foreign_keys": 1,
        "journal_mode": "wal" if wal else "delete",
        "synchronous": 2 if wal else 3,
        "secure_delete": 1,
    }


@pytest.mark.parametrize(
    ("version", "safe"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False),
     ((3, 50, 6), False), ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True),
     ((4, 0, 0), True)],
)  # fmt: skip
def test_wal_only_without_the_reset_bug(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from align.store import migrate

    copy = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "m9999_broken.py").write_text(
        '"""Broken."""\n'
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision = "m9999_broken"\ndown_revision = "{migrate.names()[-1]}"\n'
        "def upgrade():\n"
        '    op.create_table("half", sa.Column("id", sa.Text()))\n'
        '    op.execute("DELETE FROM link_decisions")\n'
        '    op.execute("SELECT * FROM nowhere")\n',
        encoding="utf-8",
    )
    with home.open() as store:
        world = World(store)
        made = world.link(world.faculty, 2)
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "FOLDER", copy)
        with pytest.raises(StoreError, match="nowhere"):
            home.open()
    with home.open() as store:
        assert store.link_decisions(world.faculty, world.id) == [made]
        assert store.verify().whole
    with pytest.raises(Exception, match=re.compile("half")):
        home.sql("SELECT * FROM half")


def test_a_full_database_of_the_first_schema_keeps_every_row_through_each_migration(
    home: Home,
) -> None:
    """What was decided, settled, approved and exported with the first release."""
    from align.store.migrate import names

    with home.open(revision=names()[0]) as old:
        world = World(old, reviewers=2)
        first = world.link(world.faculty, 2, note="完全一致")
        world.link(world.faculty, 1, first.id)
        world.link(world.second, 0)
        for who, verdict in ((world.faculty, "accept"), (world.second, "reject")):
            world.decide(who, verdict, note="备注")
        old.assign(world.committee, world.id, world.third.id, ["课乙"])
        old.save_settings(world.admin, world.college.id, None, {"link_threshold": 0.3}, "试")
        world.decide(world.committee, "accept", note="裁定", stage="settle")
        _, receipt = old.approve(world.committee, world.id, "ab" * 32, ["王主任", "李老师"], "同意")
        old.record_export(world.committee, world.id, "plan.docx", "cd" * 32)
        head = old.head(world.college.id)
        with old._read() as c:
            tables = {
                table: [x["name"] for x in sa.inspect(c).get_columns(table)]
                for table in sa.inspect(c).get_table_names()
                if table != "alembic_version"
            }

    def rows() -> dict[str, list[str]]:
        return {
            table: sorted(
                map(repr, home.sql(f"SELECT {', '.join(map(quoted, columns))} FROM {table}"))
            )
            for table, columns in tables.items()
        }

    before = rows()
    assert sum(map(len, before.values())) > 40 and all(before[t] for t in ("approvals", "entries"))
    for name in names()[1:]:
        with home.open(revision=name) as store:
            assert store.upgraded == (name,)
        assert rows() == before, name
    with home.open() as store:
        assert store.head(world.college.id) == head
        assert store.verify().whole and store.verify().warnings == ()
        found = store.link_decisions(world.committee, world.id)
        assert [d.grade for d in found] == [2, 1, 0]
        assert store.workspace(world.committee, world.id).state == "approved"
        assert verify_receipt(receipt, store.keys.public()).genuine


def quoted(name: str) -> str:
    """A column whose name may be a word of SQL."""
    return f'"{name}"'


def test_migrations_are_ordered_named_and_packaged() -> None:
    from alembic.script import ScriptDirectory

    from align.store.migrate import FOLDER, names

    chain = [script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()]
    assert names() == chain[::-1]
    assert names()[0] == "m0001_review"
