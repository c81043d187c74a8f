"""Who else is reviewing: between servers on one database, and on the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from align.access import COMMAND_LINE
from align.decisions import Role
from align.errors import AccessError
from align.ui.components.here import watch
from align.ui.presence import FRESH, Watch
from align.ui.words import ZH
from tests import app_kit
from tests.store_kit import Clock, Home, World

place = app_kit.place


def test_two_servers_on_one_database_see_each_others_people(home: Home) -> None:
    clock = Clock()
    with home.open(clock=clock) as store, home.open(clock=clock) as second:
        world, here, there = World(store), Watch(), Watch()
        head = store.head(world.college.id)
        here.beat(store, world.faculty, world.id, "compare", clock.now)
        there.beat(second, world.second, world.id, "proposals", clock.now)
        here.settle(), there.settle()
        (seen,) = here.others(store, world.faculty, world.id, clock.now)
        assert (seen.name, seen.place, seen.since) == ("教师丙", "proposals", clock.now)
        (seen,) = there.others(second, world.second, world.id, clock.now)
        assert (seen.name, seen.place) == ("faculty甲", "compare")
        # The centre sees who is there; looking on, it is not among them.
        names = [h.name for h in store.here(world.people[Role.CENTRE], world.id, clock.now)]
        assert names == ["faculty甲", "教师丙"]
        store.be_here(world.people[Role.CENTRE], world.id, "compare", clock.now)
        assert len(store.here(world.faculty, world.id, clock.now)) == 2
        # It is no event: nothing of it stands in the ledger, and the ledger stays whole.
        assert store.head(world.college.id) == head and store.verify().whole


def test_another_college_neither_sees_nor_is_seen(home: Home) -> None:
    with home.open() as store:
        world, stranger = World(store), Watch()
        outsider = world.strangers[Role.FACULTY]
        store.be_here(world.faculty, world.id, "compare", datetime.now(UTC))
        with pytest.raises(AccessError, match="没有这个工作区"):
            store.be_here(outsider, world.id, "compare", datetime.now(UTC))
        with pytest.raises(AccessError, match="没有这个工作区"):
            stranger.others(store, outsider, world.id)
        assert len(store.here(world.second, world.id, datetime.now(UTC) - FRESH)) == 1


def test_a_page_writes_once_a_minute_and_is_forgotten_when_silent(home: Home) -> None:
    clock = Clock()
    start = clock.now
    with home.open(clock=clock) as store:
        world, known = World(store), Watch()
        for seconds in range(0, 50, 10):  # pages turned quickly: shown at once, written once
            known.beat(store, world.faculty, world.id, "compare", clock.now)
            known.settle()
            clock.now = start + timedelta(seconds=seconds)
            known.beat(store, world.faculty, world.id, "proposals", clock.now)
        known.settle()
        (row,) = home.sql("SELECT place, seen FROM presence")
        assert row[0] == "compare" and row[1].startswith("2026-03-01T08:00:00")
        (seen,) = known.others(store, world.second, world.id, clock.now)
        assert (seen.place, seen.since, seen.seen) == ("proposals", start, clock.now)
        assert known.others(store, world.second, world.id, clock.now + FRESH) == []


def test_who_signed_out_or_was_stopped_is_seen_no_more(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        college = world.college.id
        store.add_person(COMMAND_LINE, college, "吴", Role.FACULTY, "teacher", "a-long-Passw0rd")
        person = store.sign_in("teacher", "a-long-Passw0rd")
        token = store.open_session(person)
        now = datetime.now(UTC)
        for who in (person, world.second):
            store.be_here(who, world.id, "compare", now)
        store.close_session(token)
        names = [h.name for h in store.here(world.faculty, world.id, now - FRESH)]
        assert names == ["教师丙"]
        # Whom the college's own server vouches for has no such session: the page says they go.
        known = Watch()
        known.beat(store, world.faculty, world.id, "compare", now)
        known.leave(store, world.faculty)
        known.settle()
        assert [h.name for h in store.here(world.second, world.id, now - FRESH)] == ["教师丙"]
        store.set_active(COMMAND_LINE, world.second.id, False)
        assert home.sql("SELECT * FROM presence") == []


def test_a_page_names_the_others_and_nothing_of_their_words(
    place: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("align.ui.presence.FRESH", timedelta(hours=1))  # however slow we are
    tokens = app_kit.college(monkeypatch, reviewers=2)
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    mine = app_kit.opened("compare")
    assert "al-here" not in "".join(app_kit.bodies(mine))
    mine.button(key=next(b.key for b in mine.button if str(b.key).startswith("grade.none"))).click()
    mine.run()
    app_kit.sign_in(monkeypatch, tokens["second"])
    at = app_kit.opened("proposals")
    (told,) = [b for b in app_kit.bodies(at) if "al-here" in b]
    assert "赵老师 正在看“对照”" in told and "钱老师" not in told
    assert ZH["grade.none"] not in told
    # Another of the college, on the committee's page, in English.
    app_kit.sign_in(monkeypatch, tokens[Role.COMMITTEE])
    at = app_kit.english(app_kit.opened("committee"))
    (told,) = [b for b in app_kit.bodies(at) if "al-here" in b]
    assert "赵老师 on “Compare”" in told and "钱老师 on “Proposals”" in told
    # Signed out by the button: gone from the others' pages with their next turn.
    app_kit.sign_in(monkeypatch, tokens["second"])
    app_kit.opened("proposals").button(key="sign.out").click().run()
    app_kit.sign_in(monkeypatch, tokens[Role.COMMITTEE])
    at.run()
    (told,) = [b for b in app_kit.bodies(at) if "al-here" in b]
    assert "钱老师" not in told and "赵老师" in told
    watch(app_kit.store().address).settle()


def test_alone_on_a_laptop_nothing_is_written(place: object) -> None:
    at = app_kit.opened("compare")
    assert "al-here" not in "".join(app_kit.bodies(at))
    watch(app_kit.store().address).settle()
    with app_kit.store()._read() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM presence").scalar_one() == 0
