"""The store's contract, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from align.decisions import Approval, Correction, LinkDecision, Role
from align.errors import (
    AccessError,
    AlignError,
    ConflictError,
    SettingsError,
    StoreError,
    UsageError,
)
from align.records import Action
from align.store import COMMAND_LINE, LOCAL, Choice, LinkChoice, open_store
from align.store.migrate import names
from tests.store_kit import ITEM, OTHER, PAIR, UNIT, UNPLACED, Clock, Home, World, result


def test_what_was_put_in_comes_out_after_a_restart(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        corrections = (Correction("level", ("证", "初级-1.1.1"), "中级"),)
        space = store.change_workspace(
            world.faculty, world.id, world.now().version, corrections=corrections, major="物流"
        )
        link = world.link(world.faculty, 2, note="两处都有")
        verdict = world.decide(world.faculty, "change", action=Action.SUPPLEMENT, hours=2)
        remark = store.comment(world.committee, world.id, ITEM, "请再看")
        store.save_reading(world.faculty, world.source.id, "reader-1", b"{}")
        approval, _ = store.approve(world.committee, world.id, b"PK plan\x00", ["甲", "乙"], "同意")
    with home.open() as store:
        now = store.workspace(world.faculty, world.id)
        assert now == dataclasses.replace(
            space, state="approved", run_id="r-1", version=space.version + 1
        )
        assert now.corrections == corrections and now.sources == ((world.source.id, "course"),)
        assert store.link_decisions(world.faculty, world.id) == [link]
        assert store.decisions(world.faculty, world.id) == [verdict]
        assert verdict.action == Action.SUPPLEMENT and verdict.proposed == Action.EXTEND
        assert (link.probability, link.reviewer_name) == (0.5, "faculty甲")
        assert store.comments(world.faculty, world.id) == [remark]
        assert store.approvals(world.faculty, world.id) == [approval]
        assert store.approved_files(world.faculty, world.id) == {approval.id: "plan.docx"}
        plan = store.approved_bytes(world.people[Role.VIEWER], approval.id)
        assert plan == b"PK plan\x00" and hashlib.sha256(plan).hexdigest() == approval.digest
        assert store.source_bytes(world.faculty, world.source.id) == "课程甲".encode()
        assert store.sources(world.faculty) == [world.source]
        assert store.reading(world.people[Role.VIEWER], world.source.id, "reader-1") == b"{}"
        assert store.reading(world.people[Role.VIEWER], world.source.id, "reader-2") is None
        assert store.runs(world.faculty, world.id) == [result()[0]]
        assert store.snapshot(world.faculty, "r-1") == b"snapshot of r-1"
        assert store.verify().whole


def test_the_file_approved_is_built_with_its_own_approval(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        seen: list[Approval] = []

        def build(made: Approval, act: Callable[[], object] = lambda: None) -> bytes:
            seen.append(made)
            act()
            return f"{made.names} {made.time} {made.run_id}".encode()

        # Whatever is decided or changed while it is built stops it, and nothing is kept.
        for act in (
            lambda: world.link(world.faculty, 2),
            lambda: world.decide(world.faculty, "accept"),
            lambda: store.change_workspace(
                world.admin, world.id, world.now().version, major="别的"
            ),
        ):
            with pytest.raises(ConflictError, match="没有批准"):
                store.approve(world.committee, world.id, partial(build, act=act), ["主任"])
        assert store.approvals(world.faculty, world.id) == [] and world.now().state == "open"
        with pytest.raises(AccessError):
            store.approve(world.faculty, world.id, build, ["主任"])
        assert len(seen) == 3, "nothing is built for who may not approve"
        # One moment for the file and the record, which only adds the file's fingerprint.
        made, _ = store.approve(world.committee, world.id, build, [" 王 主任 ", "李"], "同意")
        plan = store.approved_bytes(world.faculty, made.id)
        assert plan == f"('王 主任', '李') {made.time} r-1".encode()
        assert made == dataclasses.replace(seen[-1], digest=hashlib.sha256(plan).hexdigest())
        assert store.approvals(world.faculty, world.id) == [made]
        assert store.verify().whole


def test_an_approved_file_is_handed_out_unchanged_or_not_at_all(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        with pytest.raises(UsageError, match="空的"):
            store.approve(world.committee, world.id, b"", ["主任"])
        by_digest, _ = store.approve(world.committee, world.id, "ab" * 32, ["主任"])
        store.reopen(world.committee, world.id, "改")
        kept, _ = store.approve(world.committee, world.id, b"PK second", ["主任"])
        assert store.approved_files(world.faculty, world.id) == {kept.id: "plan.docx"}
        with pytest.raises(AccessError, match="没有这份"):
            store.approved_bytes(world.faculty, by_digest.id)
        store.reopen(world.committee, world.id, "再改")
        assert store.approved_bytes(world.faculty, kept.id) == b"PK second"
        home.sql("UPDATE approved_bytes SET data = data || data")
        with pytest.raises(StoreError, match="已被改动"):
            store.approved_bytes(world.faculty, kept.id)


def test_the_same_file_is_kept_once_per_college(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        again = store.add_source(world.second, r"C:\别名.csv", "课程甲".encode(), "course")
        assert again == world.source and len(store.sources(world.second)) == 1
        theirs = store.add_source(
            world.strangers[Role.FACULTY], "自己的.csv", "课程甲".encode(), "course"
        )
        assert (theirs.id, theirs.path) == (world.source.id, "自己的.csv")


def test_the_same_run_again_keeps_nothing_twice(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        entries = store.head(world.college.id)
        world.run()
        assert store.head(world.college.id) == entries
        world.run("r-2")
        assert [r.id for r in store.runs(world.faculty, world.id)] == ["r-1", "r-2"]
        world.run("r-1")  # back to the first: a choice, and an entry
        assert world.now().run_id == "r-1"
        run, matches, proposals, _ = result()
        with pytest.raises(UsageError, match="不同的结果"):
            store.save_run(world.faculty, world.id, run, matches, proposals, b"another")
        rows = home.sql(
            "SELECT course_id, probability FROM matches WHERE run_id = 'r-1' ORDER BY n"
        )
        assert [tuple(r) for r in rows] == [("课甲", 0.1 + 0.2), ("课乙", 0.1 + 0.2)]


def test_a_later_word_supersedes_and_undo_is_one_more(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        assert store.decisions_version(world.id) == 0
        first = world.link(world.faculty, 2)
        version = store.decisions_version(world.id)
        second = world.link(world.second, 1, first.id)
        undone = world.link(world.second, None, second.id)
        assert [second.supersedes, undone.supersedes] == [first.id, second.id]
        assert store.link_decisions(world.faculty, world.id) == [first, second, undone]
        assert store.decisions_version(world.id) > version
        kept = world.decide(world.faculty, "accept")
        back = world.decide(world.faculty, "withdraw", kept.id)
        assert (kept.action, back.action) == (Action.EXTEND, None)
        assert store.decisions(world.faculty, world.id) == [kept, back]


def test_who_did_not_see_the_last_word_is_told_and_loses_nothing(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        theirs = world.link(world.faculty, 2, note="完全")
        with pytest.raises(ConflictError) as caught:
            world.link(world.second, 0, note="没有")
        assert caught.value.theirs == theirs
        assert caught.value.mine == LinkChoice(PAIR, 0, "没有", 0.5, "")
        again = world.link(world.second, 0, theirs.id, note="没有")
        assert again.supersedes == theirs.id
        space = world.now()
        store.change_workspace(world.faculty, world.id, space.version, name="新名")
        with pytest.raises(ConflictError) as clash:
            store.change_workspace(world.second, world.id, space.version, major="物流")
        assert clash.value.mine == {"major": "物流"}
        assert clash.value.theirs == world.now() and world.now().name == "新名"


def test_a_page_of_an_earlier_run_is_refused(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        world.run("r-2")
        with pytest.raises(ConflictError, match="重新计算"):
            world.link(world.faculty, 2, run_id="r-1")
        assert world.link(world.faculty, 2, run_id="r-2").run_id == "r-2"
        world.run("r-3")  # the word on the earlier run need not have been shown
        assert world.link(world.second, 1).supersedes


def test_many_at_once_all_or_none(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        both = [LinkChoice(PAIR, 2), LinkChoice(OTHER, 1), Choice(ITEM, Action.EXTEND, "accept")]
        assert len(store.decide_many(world.faculty, world.id, both)) == 3
        before = store.head(world.college.id)
        third = ("证", "初级-1.1.3", "课甲", "课甲#1")
        with pytest.raises(ConflictError):
            store.decide_many(world.faculty, world.id, [LinkChoice(third, 2), LinkChoice(PAIR, 0)])
        with pytest.raises(UsageError):
            store.decide_many(world.faculty, world.id, [LinkChoice(third, 2), LinkChoice(third, 3)])  # type: ignore[arg-type]
        assert store.head(world.college.id) == before
        assert len(store.link_decisions(world.faculty, world.id)) == 2


def test_two_people_at_the_very_same_time(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        people, pairs = (world.faculty, world.second), [(*PAIR[:3], f"课甲#{k}") for k in range(12)]
        gate = threading.Barrier(2)
        won: list[str] = []
        lost: list[ConflictError] = []

        def reviewer(k: int) -> None:
            for pair in pairs:
                gate.wait()
                try:
                    won.append(world.link(people[k], k, pair=pair).id)
                except ConflictError as error:
                    lost.append(error)

        threads = [threading.Thread(target=reviewer, args=(k,)) for k in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        kept = store.link_decisions(world.faculty, world.id)
        assert len(won) == len(lost) == len(pairs)
        assert {d.id for d in kept} == set(won)
        assert {error.theirs.pair for error in lost} == set(pairs)  # type: ignore[attr-defined]
        assert store.verify().whole


WRITER = """
import dataclasses, sys
from pathlib import Path
from align.errors import ConflictError
from align.store import COMMAND_LINE, open_store
address, data, college, login, space = sys.argv[1:]
store = open_store(address, data=Path(data))
me = next(p for p in store.people(COMMAND_LINE, college) if p.name == login)
me = dataclasses.replace(me, signed_in=True)
for k in range(15):
    pair, seen = ("证", "初级-1.1.1", "课甲", f"课甲#{k}"), ""
    while True:
        try:
            print(store.decide_link(me, space, pair, k % 3, seen=seen).id, flush=True)
            break
        except ConflictError as error:
            seen = error.theirs.id
"""


def test_writers_in_several_processes_lose_nothing(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        names = (world.faculty.name, world.second.name, world.third.name)
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, home.address, str(home.data), world.college.id, name,
                 world.id],
                stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
            )
            for name in names
        ]  # fmt: skip
        said = [writer.communicate()[0].split() for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0, 0]
        assert [len(ids) for ids in said] == [15, 15, 15]
        kept = store.link_decisions(world.faculty, world.id)
        assert {d.id for d in kept} == {id for ids in said for id in ids}
        for unit in {d.pair for d in kept}:  # one unbroken line of words on every pair
            line = [d for d in kept if d.pair == unit]
            assert [d.supersedes for d in line] == ["", *(d.id for d in line[:-1])]
        assert store.verify().whole


def test_two_reviewers_decide_blind(home: Home) -> None:
    with home.open() as store:
        world = World(store, reviewers=2)

        def seen_by(who: str) -> list[int | None]:
            person = {"一": world.faculty, "二": world.second, "三": world.third,
                      "委": world.committee, "管": world.admin}[who]  # fmt: skip
            return [d.grade for d in store.link_decisions(person, world.id)]

        def told(who: str) -> str:
            person = world.second if who == "二" else world.committee
            return str([e.after for e in store.entries(person, kind="link.decided", text="grade")])

        one = world.link(world.faculty, 2)
        assert [seen_by(x) for x in "一二三委管"] == [[2], [], [], [], []]
        assert store.decided(world.second, world.id) == {"|".join(PAIR): 1}
        assert "'grade': 2" not in told("二") + told("委")
        assert store.entries(world.second, kind="link.decided")[0].after.keys() == {"hidden"}
        two = world.link(world.second, 0)  # no conflict: a stream of their own
        assert two.supersedes == ""
        assert [seen_by(x) for x in "一二三委管"] == [[2, 0], [2, 0], [], [2, 0], [2, 0]]
        assert "'grade': 2" in told("二") and "'grade': 2" in told("委")
        with pytest.raises(UsageError, match="已有两位"):
            world.link(world.third, 1)
        settled = world.link(world.committee, 1, stage="settle")
        assert seen_by("三") == [2, 0, 1]
        with pytest.raises(ConflictError):
            world.link(world.committee, 2, stage="settle")
        assert world.link(world.committee, 2, settled.id, stage="settle").supersedes == settled.id
        assert world.link(world.faculty, 1, one.id).supersedes == one.id


def test_taking_back_makes_blind_again_and_nothing_is_settled_too_early(home: Home) -> None:
    with home.open() as store:
        world = World(store, reviewers=2)
        first = world.decide(world.faculty, "accept")
        with pytest.raises(UsageError, match="不能裁定"):
            world.decide(world.committee, "reject", stage="settle")
        world.decide(world.faculty, "withdraw", first.id)
        world.decide(world.second, "reject")
        mine = store.decisions(world.faculty, world.id)
        assert {d.reviewer for d in mine} == {world.faculty.id}
        assert len(store.decisions(world.committee, world.id)) == 0
        assert len(store.carryable(world.faculty, world.id)[1]) == 3


def test_assigned_courses_bind_the_faculty(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        world.link(world.second, 2)  # nobody is assigned: everybody decides
        store.assign(world.committee, world.id, world.faculty.id, ["课乙"])
        assert store.assignments(world.id) == {world.faculty.id: frozenset({"课乙"})}
        world.link(world.faculty, 1, pair=OTHER)
        for act in (
            lambda: world.link(world.faculty, 1, pair=(*PAIR[:3], "课甲#2")),
            lambda: world.link(world.second, 1, pair=(*OTHER[:3], "课乙#2")),
            lambda: world.decide(world.faculty, "accept"),
            lambda: world.decide(world.second, "accept", subject=UNIT),
        ):
            with pytest.raises(AccessError, match="没有分配给您"):
                act()
        world.decide(world.faculty, "accept", subject=UNIT)
        world.decide(world.second, "accept", subject=UNPLACED)  # of no course yet
        world.decide(world.committee, "accept")
        store.assign(world.committee, world.id, world.faculty.id, [])
        assert store.assignments(world.id) == {}
        assert store.verify().whole


def test_words_are_carried_to_unchanged_lines_and_cannot_be_made_up(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        old = world.link(world.faculty, 2, note="第一版")
        verdict = world.decide(world.second, "accept", note="好")
        world.run("r-2")
        moved = dataclasses.replace(
            old, id="", run_id="r-2", pair=(*PAIR[:3], "课甲#4"), carried_from=old.id
        )
        again = dataclasses.replace(verdict, run_id="r-2", carried_from=verdict.id)
        made = store.carry(world.admin, world.id, [moved, again])
        assert [d.reviewer for d in made] == [world.faculty.id, world.second.id]
        assert [d.run_id for d in made] == ["r-2", "r-2"]
        assert [d.time for d in made] == [old.time, verdict.time]
        assert made[0].pair[3] == "课甲#4" and made[0].note == "第一版"  # type: ignore[union-attr]
        assert made[1].supersedes == verdict.id
        assert store.carry(world.admin, world.id, [moved, again]) == []
        for forged in (
            dataclasses.replace(moved, grade=0),
            dataclasses.replace(moved, reviewer=world.third.id),
            dataclasses.replace(moved, carried_from=""),
            dataclasses.replace(again, verdict="reject", action=None),
        ):
            with pytest.raises(UsageError, match="不一致"):
                store.carry(world.faculty, world.id, [forged])
        kinds = [e.kind for e in store.entries(world.admin, limit=2)]
        assert kinds == ["proposal.carried", "link.carried"]
        assert store.verify().whole


def test_a_run_takes_the_place_of_another_with_its_words_or_not_at_all(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        old = world.link(world.faculty, 2)
        seen, place_of = store.decisions_version(world.id), world.now().run_id
        moved = dataclasses.replace(
            old, id="", run_id="r-2", pair=(*PAIR[:3], "课甲#4"), carried_from=old.id
        )

        def replace(word: LinkDecision, seen: int = seen, place_of: str = place_of) -> object:
            return store.replace_run(
                world.admin, world.id, *result("r-2"), [word], place_of=place_of, seen=seen
            )

        with pytest.raises(UsageError, match="不一致"):
            replace(dataclasses.replace(moved, grade=0))
        with pytest.raises(ConflictError, match="换了运行结果"):
            replace(moved, place_of="r-0")
        world.link(world.second, 1, pair=OTHER)
        with pytest.raises(ConflictError, match="新的判断"):
            replace(moved)
        assert (world.now().run_id, len(store.runs(world.admin, world.id))) == (place_of, 1)
        replace(moved, seen=store.decisions_version(world.id))
        (now,) = (d for d in store.link_decisions(world.admin, world.id) if d.run_id == "r-2")
        assert (now.reviewer, now.grade) == (world.faculty.id, 2)
        assert world.now().run_id == "r-2"
        assert store.verify().whole


def test_an_approved_workspace_takes_nothing_until_it_is_reopened(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        store.approve(world.committee, world.id, "ab" * 32, ["主任"])
        space = world.now()
        for act in (
            lambda: world.link(world.faculty, 2),
            lambda: world.decide(world.faculty, "accept"),
            lambda: world.run("r-2"),
            lambda: store.carry(world.faculty, world.id, []),
            lambda: store.change_workspace(world.admin, world.id, space.version, name="x"),
            lambda: store.approve(world.committee, world.id, "cd" * 32, ["主任"]),
        ):
            with pytest.raises(UsageError, match="已批准"):
                act()
        store.reopen(world.committee, world.id, "补一门课")
        world.link(world.faculty, 2)
        assert [a.names for a in store.approvals(world.people[Role.VIEWER], world.id)] == [
            ("主任",)
        ]


def test_settings_are_versions_and_a_workspace_overrides_its_college(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        assert store.settings_in_force(world.faculty, world.id) == {}
        of_college = {"link_threshold": 0.3, "full_threshold": 0.6}
        first = store.save_settings(world.admin, world.college.id, None, of_college, "示例")
        store.save_settings(world.admin, world.college.id, world.id, {"link_threshold": 0.4}, "严")
        now = store.settings_in_force(world.faculty, world.id)
        assert now == {"link_threshold": 0.4, "full_threshold": 0.6}
        for wrong, why in (
            ({"link_threshold": 0.7}, "矛盾"),  # above the college's full threshold
            ({"link_threshold": 7}, "超出范围"),
            ({"nonsense": 1}, "没有这项设置"),
        ):
            with pytest.raises(SettingsError, match=why):
                store.save_settings(world.admin, world.college.id, world.id, wrong, "试")
        with pytest.raises(UsageError, match="理由"):
            store.save_settings(world.admin, world.college.id, None, {}, " ")
        versions = store.settings_versions(world.faculty, world.college.id)
        assert versions == [first] and first.author_name == world.admin.name
        last = store.save_settings(world.admin, world.college.id, None, {}, "退回")
        assert store.settings_versions(world.faculty, world.college.id) == [first, last]
        assert store.settings_in_force(world.faculty, world.id) == {"link_threshold": 0.4}


def test_a_laptop_needs_no_sign_in(home: Home) -> None:
    with home.open() as store:
        me = store.local_person(" 王 老师 ")
        assert store.local_person("王 老师") == me
        assert (me.college_id, me.role, me.signed_in) == (LOCAL, Role.COMMITTEE, False)
        space = store.create_workspace(me, "试", "物流", reviewers=2)
        store.save_run(me, space.id, *result())
        store.decide_link(me, space.id, PAIR, 2, seen="")
        store.save_settings(me, LOCAL, None, {"link_threshold": 0.3}, "试")
        with pytest.raises(AccessError, match="登录后批准"):
            store.approve(me, space.id, "ab" * 32, ["王老师"])
        store.change_workspace(me, space.id, store.workspace(me, space.id).version, reviewers=1)
        store.approve(me, space.id, "ab" * 32, ["王老师"])
        token = store.open_session(me, timedelta(hours=1))
        assert store.session(token) == me
        with pytest.raises(AccessError):
            store.sign_in("", "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grade", 3), ("grade", True), ("probability", 1.5), ("probability", float("nan")),
        ("note", "长" * 4001), ("pair", ("证", "", "课", "课#1")), ("stage", "final"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(home: Home, field: str, value: object) -> None:
    with home.open() as store:
        world = World(store)
        given: dict[str, object] = {"pair": PAIR, "grade": 2, "seen": "", field: value}
        before = store.head(world.college.id)
        with pytest.raises(UsageError):
            store.decide_link(world.faculty, world.id, **given)  # type: ignore[arg-type]
        assert store.head(world.college.id) == before


def test_odd_texts_are_kept_or_cleaned(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        note = "'; DROP TABLE people;-- \\ \" 𠮷 ①\n第二行"
        assert world.link(world.faculty, 2, note=note).note == note
        assert world.link(world.faculty, 2, note="a\x00b\ud800", pair=OTHER).note == "ab?"
        assert store.verify().whole


def test_a_workspace_holds_only_the_colleges_own_sources(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        foreign = store.add_source(world.strangers[Role.FACULTY], "x.csv", b"x", "course")
        with pytest.raises(UsageError, match="没有这些文件"):
            store.create_workspace(world.faculty, "偷看", "p", sources=[(foreign.id, "course")])
        with pytest.raises(UsageError, match="类别"):
            store.create_workspace(world.faculty, "x", "p", sources=[(world.source.id, "plan")])
        with pytest.raises(UsageError, match="没有这一项"):
            store.change_workspace(world.faculty, world.id, 1, state="approved")


def test_the_latest_schema_is_what_the_code_speaks_of(home: Home) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from align.store.tables import metadata

    with home.open() as store, store._read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_of_the_first_schema_is_upgraded_with_its_decisions(home: Home) -> None:
    with home.open(revision="m0001_review") as old:
        world = World(old)
        words = [world.link(world.faculty, 2, note="旧"), world.decide(world.second, "reject")]
        head = old.head(world.college.id)
    with home.open() as store:
        assert store.upgraded == tuple(names()[1:])
        assert [
            *store.link_decisions(world.faculty, world.id),
            *store.decisions(world.faculty, world.id),
        ] == words
        assert store.head(world.college.id) == head
        store.comment(world.faculty, world.id, ITEM, "新表可用")
        world.store = store
        world.link(world.faculty, 1, words[0].id)
        assert store.verify().whole
    with home.open() as store:
        assert store.upgraded == ()


def test_a_newer_database_is_left_alone(home: Home) -> None:
    home.open().close()
    home.sql("UPDATE alembic_version SET version_num = 'm9999_future'")
    with pytest.raises(AlignError, match="数据库比程序新") as caught:
        home.open()
    assert caught.value.exit_code == 9
    assert home.sql("SELECT version_num FROM alembic_version")[0][0] == "m9999_future"


def test_programs_starting_together_upgrade_once(home: Home) -> None:
    errors: list[BaseException] = []
    opened = []
    gate = threading.Barrier(4)

    def start() -> None:
        gate.wait()
        try:
            opened.append(home.open())
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sum(len(store.upgraded) for store in opened) == len(names())
    for store in opened:
        store.close()


def test_where_the_database_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("ALIGN_DB", "ALIGN_DATA"):
        monkeypatch.delenv(variable, raising=False)
    open_store().close()
    assert (tmp_path / ".align" / "align.db").exists()
    monkeypatch.setenv("ALIGN_DATA", str(tmp_path / "数据"))
    open_store().close()
    assert (tmp_path / "数据" / "align.db").exists()
    monkeypatch.setenv("ALIGN_DB", f"sqlite:///{tmp_path}/别处/库.db")
    with open_store() as store:
        assert store.keys.file == tmp_path / "数据" / "ledger.key"
        store.add_person(None, "", "管理员", Role.ADMIN)
        assert store.people(COMMAND_LINE, "")[0].name == "管理员"
    assert (tmp_path / "别处" / "库.db").exists()
    for wrong in ("mysql://x/y", "sqlite://", "nonsense://"):
        with pytest.raises(UsageError):
            open_store(wrong)


def test_people_with_an_audit_of_their_own_and_times(home: Home) -> None:
    clock = Clock()
    with home.open(clock=clock) as store:
        world = World(store)
        clock.forward(hours=1)
        link = world.link(world.faculty, 2)
        assert link.time == clock.now
        clock.forward(hours=-3)  # a clock set back does not change the order
        later = world.link(world.faculty, 1, link.id)
        assert later.time < link.time
        assert store.link_decisions(world.faculty, world.id) == [link, later]
        mine = store.entries(world.admin, person=world.faculty.id)
        assert {e.actor_name for e in mine} == {world.faculty.name}
        assert mine[0].time == later.time and mine[0].after["link_decision"]["grade"] == 1
        assert mine[0].before["link_decision"]["grade"] == 2
        page = store.entries(world.admin, limit=3)
        rest = store.entries(world.admin, limit=100, before_seq=page[-1].seq)
        assert [e.seq for e in [*page, *rest]] == list(
            range(store.head(world.college.id)[0], 0, -1)
        )
        assert [e.kind for e in store.entries(world.admin, text=world.source.sha256)] == [
            "source.imported"
        ]
        assert {e.workspace_id for e in store.entries(world.admin, workspace_id=world.id)} == {
            world.id
        }
        about = store.entries(world.admin, subject="|".join(PAIR), kind="link.")
        assert [e.seq for e in about] == [mine[0].seq, mine[1].seq]
