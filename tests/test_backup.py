"""``align backup`` and ``align restore``: while people work, from either database to either."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import threading
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

import align.store.tables as t
from align.errors import AlignError, OutputError, StoreError, UsageError
from align.store import COMMAND_LINE, SERVER, Store
from align.store.archive import opened
from align.store.backup import LEFT_OUT, backup, part_of
from align.store.migrate import names
from align.store.restore import restore
from tests import cli_kit
from tests.postgres_kit import Postgres
from tests.store_kit import PAIR, Home, Ready, World
from tests.test_ledger import filled

ROOT = Path(__file__).resolve().parent.parent


def align(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ALIGN_")}
    return cli_kit.command(arguments, ROOT, {**kept, "ALIGN_DATA": str(data)})


def contents(store: Store) -> dict[str, list[str]]:
    """Every row that a backup holds, but for what a restore adds to the server's chain."""
    found = {}
    with store._read() as c:
        for table in t.metadata.sorted_tables:
            if table.name not in LEFT_OUT:
                rows = c.execute(sa.select(table).order_by(*table.primary_key.columns))
                found[table.name] = [
                    repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
                    for row in rows
                    if row._mapping.get("kind") != "database.restored"
                    and (table.name != "heads" or row.college_id)
                ]
    return found


def other(home: Home, tmp_path: Path, postgres: Postgres) -> Home:
    """An empty database of the other kind."""
    away = tmp_path / "elsewhere"
    if home.kind == "sqlite":
        return Home("postgresql", postgres.new_database(), away, postgres)
    return Home("sqlite", str(away / "align.db"), away)


def test_a_backup_goes_into_the_other_kind_of_database_and_back(
    home: Home, ready: Ready, tmp_path: Path, postgres: Postgres
) -> None:
    world = ready(filled)
    with world.store as store:
        store.open_session(world.faculty)
        before, public = contents(store), store.keys.public()
        head = store.head(world.college.id)
    file, there = tmp_path / "备份.zip", other(home, tmp_path, postgres)
    done = align(home.data, "backup", str(file), "--db", home.address)
    assert done.returncode == 0, done.stderr
    assert "已读回核对" in done.stdout and "请另存一处" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    assert "ledger.key" not in zipfile.ZipFile(file).namelist()
    assert "备份完好" in align(home.data, "restore", str(file), "--check").stdout
    done = align(there.data, "restore", str(file), "--db", there.address)
    assert done.returncode == 0, done.stderr
    assert "账本完整：核对" in done.stdout and "签名密钥不在" in done.stderr
    assert f"另写入：{there.data / 'heads.jsonl'}（签名的链头）" in done.stdout
    assert f"{there.data / 'ledger.pub'}（公钥）" in done.stdout
    for database in (x for x in (home, there) if x.kind == "sqlite"):
        # In a folder that others may read, as the data folder may be: it holds names and hashes.
        assert Path(database.address).stat().st_mode & 0o777 == 0o600
    again = tmp_path / "again.zip"
    with there.open() as store:
        assert contents(store) == before and store.head(world.college.id) == head
        assert store.verify().heads_checked == 3 and store.verify().whole
        with store._read() as c:
            assert c.execute(sa.select(t.sessions)).all() == []
        # The private key, kept elsewhere, is put back: signing goes on with it.
        (there.data / "ledger.key").write_bytes((home.data / "ledger.key").read_bytes())
        assert store.receipt(world.committee)["public_key"] == public
        backup(store, again)
    back = Home(home.kind, "", tmp_path / "back", home.server)
    if home.kind == "sqlite":
        back = Home("sqlite", str(tmp_path / "back" / "align.db"), tmp_path / "back")
    assert restore(again, back.address, data=back.data).verification.whole
    with back.open() as store:
        assert contents(store) == before
    for made in (there, back):
        made.close()


def test_a_backup_while_people_decide_is_one_moment_of_the_work(home: Home, tmp_path: Path) -> None:
    """Writers go on all the while; each backup holds what was confirmed before it began."""
    stop, errors = threading.Event(), []
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
        done: list[str] = []

        def work(k: int) -> None:
            try:
                for n in range(100_000):
                    if stop.is_set():
                        return
                    pair = (*PAIR[:3], f"课甲#{k}-{n}")
                    done.append(store.decide_link(world.faculty, world.id, pair, 1, seen="").id)
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(k,)) for k in range(2)]
        for thread in threads:
            thread.start()
        known = []
        for k in range(3):
            while len(done) < (k + 1) * 12:
                stop.wait(0.01)
            before = set(done)
            backup(store, tmp_path / f"{k}.zip")
            known.append((before, len(done)))
        stop.set()
        for thread in threads:
            thread.join()
        assert errors == []
    for k, (before, _) in enumerate(known):
        data = tmp_path / f"restored{k}"
        there = Home("sqlite", str(data / "align.db"), data)
        found = restore(tmp_path / f"{k}.zip", there.address, data=data).verification
        assert found.whole, found.problems
        with there.open() as store:
            kept = {d.id for d in store.link_decisions(world.faculty, world.id)}
        assert before <= kept <= set(done)


def test_what_is_there_is_replaced_only_by_word_and_kept(home: Home, tmp_path: Path) -> None:
    file, db = tmp_path / "b.zip", ("--db", home.address)
    with home.open() as store:
        world = World(store)
        first = world.link(world.faculty, 2)
        store.receipt(world.committee)
        backup(store, file)
        later = world.link(world.second, 1, first.id)
        store.receipt(world.committee)
        last = store.head(world.college.id)[0]
    refused = align(home.data, "restore", str(file), *db)
    assert refused.returncode == 2 and "不是空的" in refused.stderr
    with home.open() as store:
        assert len(store.link_decisions(world.faculty, world.id)) == 2
    done = align(home.data, "restore", str(file), *db, "--replace")
    assert done.returncode == 0, done.stderr
    assert f"账本第 {last}–{last} 条" in done.stderr and "账本完整" in done.stdout
    with home.open() as store:
        assert store.link_decisions(world.faculty, world.id) == [first]
        assert store.verify().whole
        (entry,) = store.entries(COMMAND_LINE, kind="database.restored", college_id=SERVER)
        assert entry.after["restored"]["lost"] == {world.college.id: [last, last]}
        world.store = store
        world.link(world.faculty, 0, first.id)
    # What was there is a backup itself, and its signed heads lie beside it.
    (stand,) = home.data.glob("replaced-*.zip")
    assert (home.data / "heads.jsonl.replaced").read_bytes().count(b"\n") == 2
    done = align(home.data, "restore", str(stand), *db, "--replace")
    assert done.returncode == 0, done.stderr
    with home.open() as store:
        assert store.link_decisions(world.faculty, world.id) == [first, later]
        assert store.verify().whole and store.head(world.college.id)[0] == last


def test_a_damaged_database_is_put_aside(tmp_path: Path) -> None:
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        world = World(store)
        made = world.link(world.faculty, 2)
        backup(store, tmp_path / "b.zip")
    database = Path(home.address)
    for k, damage in enumerate((b"no database" * 999, database.read_bytes()[: 4096 * 9])):
        database.write_bytes(damage)
        refused = align(tmp_path, "restore", str(tmp_path / "b.zip"))
        assert refused.returncode == 2 and "--replace" in refused.stderr, refused.stderr
        assert database.read_bytes() == damage
        done = align(tmp_path, "restore", str(tmp_path / "b.zip"), "--replace")
        assert done.returncode == 0, done.stderr
        with home.open() as store:
            assert store.link_decisions(world.faculty, world.id) == [made]
        assert len(list(tmp_path.glob("align.db*.damaged*"))) == k + 1


def test_the_private_key_goes_along_only_by_word(tmp_path: Path) -> None:
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
    done = align(tmp_path, "backup", str(tmp_path / "k.zip"), "--with-key")
    assert done.returncode == 0 and "签名私钥" in done.stderr and "加密保存" in done.stderr
    away = tmp_path / "away"
    done = align(away, "restore", str(tmp_path / "k.zip"))
    assert done.returncode == 0 and done.stderr == ""
    assert (away / "ledger.key").read_bytes() == (tmp_path / "ledger.key").read_bytes()
    assert (away / "ledger.key").stat().st_mode & 0o777 == 0o600
    # Where another key signs, the backup's heads would all look forged: refused, nothing done.
    stranger = tmp_path / "stranger"
    with Home("sqlite", str(stranger / "align.db"), stranger).open() as store:
        store.keys.ready()
    done = align(stranger, "restore", str(tmp_path / "k.zip"))
    assert done.returncode == 9 and "不是备份所属的那一把" in done.stderr


def test_what_is_no_whole_backup_is_refused_and_nothing_changes(tmp_path: Path) -> None:
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        World(store)
        good = backup(store, tmp_path).path
    raw = good.read_bytes()
    cases = {"缺.zip": b"", "文本.zip": b"not a zip", "截.zip": raw[: len(raw) // 2]}
    middle = bytearray(raw)
    middle[len(raw) // 3] ^= 0xFF
    cases["坏.zip"] = bytes(middle)
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
    with zipfile.ZipFile(good) as zip_:
        parts = {n: zip_.read(n) for n in zip_.namelist()}
    entries, manifest = part_of("entries"), json.loads(parts["manifest.json"])
    newer = json.dumps({**manifest, "schema": "m9999_future"}).encode()
    forged = {
        "改.zip": {**parts, entries: parts[entries].replace(b"college.added", b"college.forgd")},
        "多.zip": {**parts, "../../etc/passwd": b"x"},
        "少.zip": {n: d for n, d in parts.items() if n != entries},
        "别.zip": {"manifest.json": b"[1]"},
        "新.zip": {**parts, "manifest.json": newer},
    }
    for name, inside in forged.items():
        with zipfile.ZipFile(tmp_path / name, "w") as zip_:
            for n, d in inside.items():
                zip_.writestr(n, d)
    away = tmp_path / "away"
    for name in (*cases, *forged, "没有.zip"):
        with pytest.raises(StoreError) as caught:
            restore(tmp_path / name, str(away / "align.db"), data=away)
        assert str(tmp_path / name) in caught.value.line()
    assert not away.exists()
    done = align(tmp_path, "restore", str(tmp_path / "改.zip"), "--check")
    assert done.returncode == 9 and "与清单不符" in done.stderr


def test_a_backup_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    home = Home("sqlite", str(tmp_path / "data" / "align.db"), tmp_path / "data")
    there = tmp_path / "backups"
    there.mkdir()
    with home.open() as store:
        world = World(store)
        (there / "b.zip").write_bytes(b"older")
        with pytest.raises(OutputError, match="已经存在"):
            backup(store, there / "b.zip")
        assert (there / "b.zip").read_bytes() == b"older"
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # as a full disk refuses
        try:
            with pytest.raises(AlignError, match=r"磁盘|没有写成"):
                backup(store, there / "full.zip")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [p.name for p in there.iterdir()] == ["b.zip"]
        (there / "file").write_bytes(b"")
        with pytest.raises(AlignError):
            backup(store, there / "file" / "b.zip")
        world.link(world.faculty, 2)
        assert store.verify().whole


def test_a_restore_that_fails_leaves_what_was_there(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
        backup(store, tmp_path / "b.zip")
        world.link(world.faculty, 2)
        store.receipt(world.committee)
        before, heads = contents(store), (home.data / "heads.jsonl").read_bytes()

    def fails(*_: object) -> None:
        raise StoreError("停电")

    monkeypatch.setattr("align.store.restore._log", fails)
    with pytest.raises(StoreError, match="停电"):
        restore(tmp_path / "b.zip", home.address, data=home.data, replace=True)
    with home.open() as store:
        assert contents(store) == before and store.verify().whole
    assert (home.data / "heads.jsonl").read_bytes() == heads


def test_signed_heads_of_a_lost_database_are_not_thrown_away(tmp_path: Path) -> None:
    """The database is gone, its folder is not: the heads say what the backup lacks."""
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        world = World(store)
        backup(store, tmp_path / "b.zip")
        world.link(world.faculty, 2)
        store.receipt(world.committee)
    Path(home.address).unlink()
    with pytest.raises(UsageError, match="没有的签名链头"):
        restore(tmp_path / "b.zip", home.address, data=tmp_path)
    done = restore(tmp_path / "b.zip", home.address, data=tmp_path, replace=True)
    assert world.college.id in done.lost and done.verification.whole
    assert (tmp_path / "heads.jsonl.replaced").exists()


@pytest.mark.parametrize("schema", [names()[0], names()[3]])
def test_an_older_backup_is_upgraded(home: Home, tmp_path: Path, schema: str) -> None:
    """A backup made before an upgrade is filled in as it was, then upgraded."""
    with home.open() as store:
        world = World(store)
        words = [world.link(world.faculty, 2), world.decide(world.second, "reject")]
        new = backup(store, tmp_path / "new.zip").path
    later = {"m0001_review": names()[1:], names()[3]: names()[4:]}[schema]
    with opened(new) as archive:
        parts = dict(archive.manifest.parts)
    # What a program of that time would have written: the tables it had, with nothing in the rest.
    from align.store import open_store

    old_file = tmp_path / "old.db"
    with open_store(str(old_file), revision=schema) as old, old._read() as c:
        tables = {part_of(x) for x in sa.inspect(c).get_table_names()}
    with zipfile.ZipFile(new) as zip_, zipfile.ZipFile(tmp_path / "old.zip", "w") as older:
        manifest = json.loads(zip_.read("manifest.json"))
        manifest["schema"] = schema
        for name in parts:
            if name.startswith("tables/") and name not in tables:
                assert parts[name].lines == 0
                del manifest["parts"][name]
            else:
                older.writestr(name, zip_.read(name))
        older.writestr("manifest.json", json.dumps(manifest))
    done = restore(tmp_path / "old.zip", home.address, data=home.data, replace=True)
    assert done.upgraded == tuple(later) and done.verification.whole
    with home.open() as store:
        kept = store.link_decisions(world.faculty, world.id)
        assert [*kept, *store.decisions(world.faculty, world.id)] == words
        with suppress(IndexError):
            store.comment(world.committee, world.id, "item:证:初级-1.1.1", "新表可用")
        assert store.verify().whole
