"""Bad days as people meet them: the page says one line, nothing is lost, and it goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from align.decisions import Role
from align.embed.cache import CachedEmbedder
from align.errors import ModelError
from align.export.files import atomic_write
from align.models import load_embedder
from align.store.backup import backup
from align.store.ledger import moment
from align.store.restore import restore
from align.ui import wiring
from align.ui.words import ZH
from benchmarks.faults import TRIALS, of_export, of_saving
from tests import app_kit
from tests.app_kit import me, opened, shown, space, store
from tests.model_kit import tiny_bert
from tests.postgres_kit import Postgres
from tests.store_kit import ITEM, Clock, Home, World
from tests.test_app_compare import pairs_of, press

place = app_kit.place


@pytest.fixture
def own_server(place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Postgres]:
    """The screens' store in a PostgreSQL server that this test may stop."""
    server = Postgres()
    address = server.new_database()
    archive = backup(store(), tmp_path / "b.zip").path
    restore(archive, address, data=place, replace=True)
    monkeypatch.setenv("ALIGN_DB", address)
    yield server
    store().close()
    server.close()


def no(at: AppTest) -> None:
    """Say of the first candidate on the page that it does not cover the requirement."""
    next(b for b in at.button if b.key and b.key.startswith("grade.none.")).click().run()


def test_a_page_outlives_its_database_server(own_server: Postgres) -> None:
    """In the middle of a review the server stops; nobody restarts the program."""
    at = opened("compare")
    press(at, "full", pairs_of()[0])
    (kept,) = store().link_decisions(me(), space().id)
    identity = space().id
    own_server.stop()
    no(at)
    assert not at.exception
    (line,) = [e.value for e in at.error]
    assert "连不上数据库" in line and "\n" not in line
    for page in ("overview", "proposals"):
        (error,) = app_kit.opened(page).error
        assert "连不上数据库" in error.value
    own_server.start()
    at.run()
    assert not at.error and not at.exception
    no(at)
    words = store().link_decisions(me(), identity)
    assert words[0] == kept and [w.grade for w in words] == [2, 0]
    assert store().verify().whole


@pytest.mark.usefixtures("place")
def test_a_page_older_than_the_recalculation_is_refused_and_told_why() -> None:
    at = opened("compare")
    pair = pairs_of()[0]
    store().save_settings(me(), "local", None, {"practice_share": 0.9}, "从严")
    other = opened("thresholds")
    other.button(key="again.do").click().run()
    app_kit.finish(other)
    now = space()
    press(at, "full", pair)
    assert not at.exception
    assert store().link_decisions(me(), now.id) == []
    text = shown(at)
    assert "实践学时份额 0.25 → 0.9" in text and "没有保存" in text  # why
    assert ZH["decide.mine"] in text and ZH["grade.full"] in text  # and what was about to be
    press(at, "full", pair)  # the new results have been seen
    (made,) = store().link_decisions(me(), now.id)
    assert made.run_id == now.run_id


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("damage", ["weights", "tokenizer"])
def test_a_damaged_model_ends_the_comparison_and_the_review_goes_on(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_bert(tmp_path / "model")
    for path in model.rglob("*.safetensors" if damage == "weights" else "tokenizer*.json"):
        if damage == "weights":
            path.write_bytes(path.read_bytes()[:200])
        else:
            path.unlink()
    monkeypatch.setenv("ALIGN_MODEL", str(model))
    monkeypatch.setenv("ALIGN_CACHE", str(tmp_path / "cache"))
    with pytest.raises(ModelError) as caught:
        load_embedder(str(model)).embed(["静脉输液"])
    assert str(model) in caught.value.line() and "\n" not in caught.value.line()
    at = opened("compare")
    press(at, "full", pairs_of()[0])
    assert not at.error and not at.exception
    (made,) = store().link_decisions(me(), space().id)
    assert made.grade == 2


def test_vectors_changed_in_the_cache_are_never_matched_with(tmp_path: Path) -> None:
    class Counting:
        identity = "数"
        asked = 0

        def embed(self, texts: list[str]) -> object:
            Counting.asked += len(texts)
            return load_embedder("hashing", cache=False).embed(texts)

    texts = ["装卸货物", "盘点库存"]
    cached = CachedEmbedder(Counting(), tmp_path)  # type: ignore[arg-type]
    good = cached.embed(texts)
    assert (cached.embed(texts) == good).all() and Counting.asked == 2
    whole = cached.path.read_bytes()
    damages = (
        "UPDATE checked SET value = (SELECT value FROM checked AS o WHERE o.key <> checked.key)",
        "UPDATE checked SET value = zeroblob(length(value))",
        "UPDATE checked SET value = substr(value, 1, 40)",
        "UPDATE checked SET value = 'text'",
        None,
    )
    for damage in damages:
        if damage is None:
            cached.path.write_bytes(whole[:5000])
        else:
            with closing(sqlite3.connect(cached.path)) as db, db:
                db.execute(damage)
        with pytest.raises(ModelError, match="向量缓存已损坏") as caught:
            cached.embed(texts)
        assert str(cached.path) in caught.value.line() and caught.value.exit_code == 5
        cached.path.write_bytes(whole)
    cached.path.unlink()  # as the line says
    assert (cached.embed(texts) == good).all()
    shutil.rmtree(tmp_path)
    tmp_path.write_bytes(b"")  # in place of the folder
    with pytest.raises(ModelError, match="ALIGN_CACHE"):
        cached.embed(texts)


def test_a_clock_set_back_changes_no_order(home: Home) -> None:
    clock = Clock()
    with home.open(clock=clock) as store:
        world = World(store)
        first = world.link(world.faculty, 2)
        token = store.open_session(world.faculty)
        clock.forward(days=-400)
        second = world.link(world.faculty, 1, first.id)
        comment = store.comment(world.committee, world.id, ITEM, "钟慢了")
        assert comment.time < first.time and second.time < first.time
        words = store.link_decisions(world.faculty, world.id)
        assert [w.id for w in words] == [first.id, second.id]
        entries = store.entries(world.admin)
        numbers = [e.seq for e in entries]
        assert numbers == sorted(numbers, reverse=True) and entries[0].kind == "comment.made"
        assert moment("2026-03-01T08:00:00.000000Z") > entries[0].time
        assert store.session(token) is not None
        receipt = store.receipt(world.committee)
        assert receipt["seq"] == numbers[0]
        clock.forward(days=800)
        world.link(world.faculty, 0, second.id)
        assert store.session(token) is None
        assert store.verify().whole and store.verify().warnings == ()


def test_a_read_only_folder_is_one_line_and_reading_goes_on(tmp_path: Path) -> None:
    """SQLite is asked as a process without rights; root, whom no folder stops, by the driver."""
    home = Home("sqlite", str(tmp_path / "data" / "align.db"), tmp_path / "data")
    with home.open() as store:
        world = World(store)
        made = world.link(world.faculty, 2)
        with store._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
    with home.open() as store:
        from sqlalchemy import event

        @event.listens_for(store._engine, "connect")
        def _read_only(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA query_only=ON")

        store._engine.dispose()
        world.store = store
        with pytest.raises(Exception, match="数据库只读") as caught:
            world.link(world.faculty, 1, made.id)
        assert "没有保存" in str(caught.value)
        assert store.link_decisions(world.faculty, world.id) == [made]


def test_two_servers_show_each_other_what_was_decided(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs on one database: what one saves the other shows at its next turn."""
    tokens = app_kit.college(monkeypatch)
    found = app_kit.their_space(tokens)
    first = store()
    other = first.session(tokens["second"])
    assert other is not None
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    here = opened("compare")
    pair = pairs_of()[0]
    programs = wiring._stores
    monkeypatch.setattr(wiring, "_stores", {})  # another program
    app_kit.sign_in(monkeypatch, tokens["second"])
    there = opened("compare")
    assert wiring.store() is not first
    press(there, "full", pair)
    store().close()
    monkeypatch.setattr(wiring, "_stores", programs)
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    assert wiring.store() is first
    (made,) = first.link_decisions(other, found.id)
    press(here, "none", pair)  # who has not seen it is asked first
    assert first.link_decisions(other, found.id) == [made]
    text = shown(here)
    assert ZH["decide.clash"] in text and "钱老师" in text
    assert first.verify().whole


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_command_for_the_long_faults_finds_nothing_lost(kind: str, tmp_path: Path) -> None:
    """A few of the trials that ``python -m benchmarks.faults`` makes in numbers."""
    saved = of_saving(str(tmp_path / "align.db"), tmp_path, times=2, seed=1)
    assert saved.tried == 2 and saved.lost == 0 and saved.confirmed > 0
    written = of_export(tmp_path / "out", times=2, seed=1)
    assert written.tried == 2 and written.lost == 0
    assert TRIALS >= 25


def test_what_a_killed_export_left_is_swept_away_later(tmp_path: Path) -> None:
    for name, age in ((".align-writing-old", 7200), (".align-writing-new", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan.docx").write_bytes(b"half")
        then = time.time() - age
        os.utime(tmp_path / name, (then, then))
    atomic_write(tmp_path / "plan.docx", b"whole")
    # The younger one may be that of a program which is writing at this moment.
    assert {p.name for p in tmp_path.iterdir()} == {".align-writing-new", "plan.docx"}
