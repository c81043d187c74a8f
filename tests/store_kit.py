"""Where the tests of the store keep their data, and the people and things in it."""

from __future__ import annotations

import copy
import dataclasses
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from align.decisions import Decision, LinkDecision, Person, Role, Workspace
from align.records import Action, Evidence, Match, Place, Proposal, Run
from align.store import COMMAND_LINE, SERVER, Store, open_store
from tests.postgres_kit import Postgres

PAIR = ("证", "初级-1.1.1", "课甲", "课甲#1")
OTHER = ("证", "初级-1.1.2", "课乙", "课乙#1")
ITEM = "item:证:初级-1.1.1"
UNPLACED = "item:证:初级-1.1.9"
UNIT = "unit:证:课乙:课乙#1"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.close()


class Home:
    """A database and its data folder; on a server it is made when it is first asked for."""

    def __init__(self, kind: str, address: str, data: Path, server: Postgres | None = None) -> None:
        self.kind, self.data, self.server = kind, data, server
        self._address = address
        self._making = threading.Lock()  # several threads may ask first

    @property
    def address(self) -> str:
        """The address a person would give to ``--db``."""
        with self._making:
            if not self._address and self.server:
                self._address = self.server.new_database()
        return self._address

    def take_over(self, first: Home) -> None:
        """Become a copy of another, which nobody has open."""
        shutil.copytree(first.data, self.data, dirs_exist_ok=True)
        if self.server:
            self.close()
            self._address = self.server.new_database(first.address.rpartition("/")[2])

    def close(self) -> None:
        """Leave nothing on the server."""
        if self.server and self._address:
            self.server.drop(self._address)
            self._address = ""

    def open(self, **more: Any) -> Store:
        return open_store(self.address, data=self.data, **more)

    def sql(self, statement: str) -> list[Any]:
        """Run one statement by the database's plain driver, as somebody with access would."""
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.address)) as connection, connection:
                return connection.execute(statement).fetchall()
        with psycopg.connect(self.address, autocommit=True) as connection:
            done = connection.execute(statement)  # type: ignore[arg-type]
            return done.fetchall() if done.description else []


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    if request.param == "sqlite":
        yield Home("sqlite", str(tmp_path / "align.db"), tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    here = Home("postgresql", "", tmp_path, server)
    yield here
    here.close()


#: Gives a filled home; see :func:`ready`.
Ready = Callable[[Callable[[Store], "World"]], "World"]
_made: dict[tuple[str, Callable[[Store], World]], tuple[Home, World]] = {}


@pytest.fixture
def ready(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """``ready(make)``: the home filled by ``make`` (made once, then copied), its store open."""

    def fill(make: Callable[[Store], World]) -> World:
        if (home.kind, make) not in _made:
            folder = tmp_path_factory.mktemp("made")
            address = "" if home.server else str(folder / "align.db")
            first = Home(home.kind, address, folder, home.server)
            with first.open() as store:
                _made[home.kind, make] = first, make(store)
        first, world = _made[home.kind, make]
        home.take_over(first)
        world = copy.copy(world)
        world.store = home.open()
        return world

    return fill


class Clock:
    """A clock the test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


class World:
    """Two colleges with people of every role, and a workspace with a run in the first."""

    def __init__(self, store: Store, *, reviewers: int = 1) -> None:
        self.store = store
        self.college, self.elsewhere = store.add_college("物流学院"), store.add_college("家政学院")
        self.people = {
            role: self.person(self.college.id, f"{role}甲", role)
            for role in Role
            if role != Role.CENTRE
        }
        self.strangers = {
            role: self.person(self.elsewhere.id, f"{role}乙", role)
            for role in Role
            if role != Role.CENTRE
        }
        self.people[Role.CENTRE] = self.person(SERVER, "中心", Role.CENTRE)
        self.faculty, self.committee = self.people[Role.FACULTY], self.people[Role.COMMITTEE]
        self.admin = self.people[Role.ADMIN]
        self.second = self.person(self.college.id, "教师丙", Role.FACULTY)
        self.third = self.person(self.college.id, "教师丁", Role.FACULTY)
        self.source = store.add_source(self.faculty, "课程标准.csv", "课程甲".encode(), "course")
        self.space = store.create_workspace(
            self.faculty, "2026 级", "现代物流管理", sources=[(self.source.id, "course")],
            levels=["初级"], reviewers=reviewers,
        )  # fmt: skip
        self.run()

    @property
    def id(self) -> str:
        return self.space.id

    def person(self, college_id: str, name: str, role: Role, **more: Any) -> Person:
        made = self.store.add_person(COMMAND_LINE, college_id, name, role, **more)
        return dataclasses.replace(made, signed_in=True)

    def run(self, id: str = "r-1") -> Run:
        return self.store.save_run(self.faculty, self.id, *result(id))

    def link(self, who: Person, grade: Any, seen: str = "", **more: Any) -> LinkDecision:
        return self.store.decide_link(
            who, self.id, more.pop("pair", PAIR), grade, seen=seen, **{"probability": 0.5, **more}
        )

    def decide(self, who: Person, verdict: Any, seen: str = "", **more: Any) -> Decision:
        subject = more.pop("subject", ITEM)
        return self.store.decide(who, self.id, subject, Action.EXTEND, verdict, seen=seen, **more)

    def now(self) -> Workspace:
        return self.store.workspace(self.admin, self.id)


def result(id: str = "r-1") -> tuple[Run, list[Match], list[Proposal], bytes]:
    """What a run gives, small."""
    run = Run(
        id, "现代物流管理", "0.1", "m", "s-1", (("课程标准.csv", "ab"),), ("初级",), (("k", 1.0),)
    )
    quote = Evidence("装卸作业", Place(table=2, row=3), "能装卸货物。", Place(page=7), 0.7)
    words = (("words", 0.3),)
    matches = [Match(*pair, 1.25, 0.1 + 0.2, (quote,), words) for pair in (PAIR, OTHER)]
    proposals = [
        Proposal(
            ITEM, Action.EXTEND, "r", "证", (PAIR[1],), "课甲", ("课甲#1",), "缺", 0.3, hours=2
        ),
        Proposal(UNPLACED, Action.SUPPLEMENT, "r", "证", ("初级-1.1.9",), "", (), "没有", 0.0),
        Proposal(UNIT, Action.EXEMPT, "r", "证", (OTHER[1],), "课乙", (), "", 0.9),
    ]
    return run, matches, proposals, b"snapshot of " + id.encode()
