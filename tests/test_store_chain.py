"""The approval chain of conversions, on both databases: who signs, in which order, what holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from align.credit import RuleSet, step_of
from align.decisions import Role
from align.errors import AccessError, ConflictError, UsageError
from align.learner import ConversionRule, may_sign, signers_of
from tests.credit_kit import LEARNER, deposit, entry, exempted, rule
from tests.store_kit import Home, World

STEPS = ["专业=教师", "教学系=委员会", "教务处=教务管理员"]


def world(home: Home, steps: Sequence[str] = STEPS) -> World:
    w = World(home.open())
    w.store.import_entries(w.committee, w.college.id, [entry()])
    chain(w, steps)
    return w


def chain(w: World, steps: Sequence[str]) -> None:
    """Switch the rule on with these steps, or off with none."""
    values = {"approval-chain": {"steps": list(steps)}} if steps else {}
    w.store.save_rules(w.admin, w.college.id, None, values, "学术委员会", check=RuleSet)


def submit(w: World, *courses: str, credits: float = 3.0) -> list[ConversionRule]:
    return w.store.approve_conversions(w.committee, w.id, [rule(c, credits) for c in courses])


def all_sign(w: World, made: ConversionRule) -> None:
    for step, who in enumerate((w.faculty, w.committee, w.admin)):
        w.store.sign_conversions(who, [(made.id, step)])


def courses(w: World) -> list[str]:
    return [r.course for r in w.store.conversions(w.faculty, workspace_id=w.id)]


def test_a_conversion_holds_once_every_step_has_signed_in_order(home: Home) -> None:
    w = world(home)
    with w.store as store:
        held = deposit(w)
        one, two = submit(w, "课甲", "课乙")
        assert submit(w, "课甲") == [one], "what is under way in the same chain is not doubled"
        head = store.head(w.college.id)
        with pytest.raises(ConflictError, match="第 1 步 专业"):
            store.sign_conversions(w.committee, [(one.id, 1)])
        with pytest.raises(AccessError, match="不由您签署：专业"):
            store.sign_conversions(w.committee, [(one.id, 0)])
        with pytest.raises(AccessError, match="不由您签署：专业"):
            store.sign_conversions(w.admin, [(two.id, 0)])
        assert store.head(w.college.id) == head
        store.sign_conversions(w.faculty, [(one.id, 0), (two.id, 0)], "内容相符")
        with pytest.raises(ConflictError, match="第 2 步 教学系"):
            store.sign_conversions(w.second, [(one.id, 0)])
        store.sign_conversions(w.committee, [(one.id, 1)])
        assert courses(w) == [] and exempted(w, held) == ()
        store.sign_conversions(w.admin, [(one.id, 2)])
        assert courses(w) == ["课甲"]
        (made,) = store.conversions(w.faculty)
        for name in (w.committee.name, w.faculty.name, w.admin.name, *("专业", "教学系", "教务处")):
            assert name in made.approved
        with pytest.raises(ConflictError, match="已全部签署"):
            store.sign_conversions(w.admin, [(one.id, 3)])
        last = store.conversion_versions(w.faculty)
        assert [(v.in_force, v.signing.complete) for v in last] == [(True, True), (False, False)]
        assert last[0].signing.standing[0].note == "内容相符"
        done, _ = store.record_conversion(w.committee, LEARNER, exempted(w, held))
        assert done.steps == ("专业", "教学系", "教务处")
        kinds = [e.kind for e in store.entries(w.admin, kind="conversion.", limit=20)]
        assert kinds.count("conversion.submitted") == 2 and kinds.count("conversion.signed") == 4
        assert "内容相符" not in str(store.entries(w.admin, limit=50))
        assert store.verify().whole


def test_nothing_is_converted_by_a_rule_that_a_step_has_still_to_sign(home: Home) -> None:
    w = world(home)
    with w.store as store:
        (made,) = submit(w, "课甲")
        all_sign(w, made)
        done = exempted(w, deposit(w))
        store.withdraw_signature(w.committee, made.id, "计算有误")
        with pytest.raises(ConflictError, match="规则已变"):
            store.record_conversion(w.committee, LEARNER, done)
        assert store.verify().whole


def test_every_step_is_signed_by_somebody_else_who_is_signed_in(home: Home) -> None:
    w = world(home, ["教学系=委员会/教务管理员", "教务处=委员会/教务管理员"])
    with w.store as store:
        (made,) = submit(w, "课甲")
        away = dataclasses.replace(w.committee, signed_in=False)
        with pytest.raises(AccessError):
            store.sign_conversions(away, [(made.id, 0)])
        store.sign_conversions(w.committee, [(made.id, 0)])
        with pytest.raises(AccessError, match="不同的人"):
            store.sign_conversions(w.committee, [(made.id, 1)])
        store.sign_conversions(w.admin, [(made.id, 1)])
        assert courses(w) == ["课甲"]


def test_a_laptop_without_sign_in_cannot_sign(home: Home) -> None:
    with home.open() as store:
        me = store.local_person("王老师")
        space = store.create_workspace(me, "2026 级", "现代物流管理")
        store.import_entries(me, "local", [entry()])
        values = {"approval-chain": {"steps": ["审核=教师"]}}
        store.save_rules(me, "local", None, values, "试", check=RuleSet)
        (made,) = store.approve_conversions(me, space.id, [rule("课甲")])
        with pytest.raises(AccessError, match="须登录后签署"):
            store.sign_conversions(me, [(made.id, 0)])
        assert store.conversions(me) == []


def test_a_signature_is_taken_back_by_a_new_entry_and_those_after_it_fall(home: Home) -> None:
    w = world(home)
    with w.store as store:
        (made,) = submit(w, "课甲")
        all_sign(w, made)
        with pytest.raises(AccessError, match="没有您的签署"):
            store.withdraw_signature(w.second, made.id, "错")
        with pytest.raises(UsageError, match="缺少理由"):
            store.withdraw_signature(w.committee, made.id, " ")
        store.withdraw_signature(w.committee, made.id, "计算有误")
        assert courses(w) == []
        (now,) = store.conversion_versions(w.faculty)
        assert [s.by for s in now.signing.standing] == [w.faculty.id]
        assert [s.signed for s in now.signing.words] == [True, True, True, False]
        with pytest.raises(AccessError, match="没有您的签署"):
            store.withdraw_signature(w.admin, made.id, "错")
        store.sign_conversions(w.committee, [(made.id, 1)])
        store.sign_conversions(w.admin, [(made.id, 2)])
        assert courses(w) == ["课甲"] and store.verify().whole


def test_a_newer_version_leaves_the_older_in_force_until_it_is_signed(home: Home) -> None:
    w = world(home)
    with w.store as store:
        (old,) = submit(w, "课甲")
        all_sign(w, old)
        (new,) = submit(w, "课甲", credits=4.0)
        assert [r.credits for r in store.conversions(w.faculty)] == [3.0]
        with pytest.raises(ConflictError, match="新的版本"):
            store.withdraw_signature(w.admin, old.id, "错")
        all_sign(w, new)
        assert [r.credits for r in store.conversions(w.faculty)] == [4.0]
        store.withdraw_signature(w.admin, new.id, "学分有误")
        assert courses(w) == [], "the version before does not come back by itself"
        store.withdraw_conversion(w.committee, new.id, "停开")
        with pytest.raises(ConflictError, match="已撤回"):
            store.sign_conversions(w.admin, [(new.id, 2)])
        assert store.verify().whole


def test_the_chain_is_the_one_of_the_day_of_submission(home: Home) -> None:
    w = world(home, [])
    with w.store as store:
        (plain,) = submit(w, "课甲")
        with pytest.raises(UsageError, match="不经过审批流程"):
            store.sign_conversions(w.faculty, [(plain.id, 0)])
        chain(w, STEPS)
        assert courses(w) == ["课甲"] and submit(w, "课甲") == [plain]
        (first,) = submit(w, "课乙")
        chain(w, ["教务处=教务管理员"])
        (again,) = submit(w, "课乙")
        assert again.version == 2 and again.id != first.id
        store.sign_conversions(w.admin, [(again.id, 0)])
        chain(w, [])
        (waiting,) = submit(w, "课丙")
        assert courses(w) == ["课甲", "课乙", "课丙"] and waiting.version == 1


def test_signatures_and_chains_changed_behind_the_program_are_found(home: Home) -> None:
    w = world(home)
    with w.store as store:
        (made,) = submit(w, "课甲")
        store.sign_conversions(w.faculty, [(made.id, 0)], "同意")
        assert store.verify().whole
    for change, undo in (
        ("update conversions set chain = NULL", None),
        ("update conversions set chain = '[\"专业=教师\"]'", None),
        ("update signatures set step = 2", "update signatures set step = 0"),
        ("update signatures set note = '不同意'", "update signatures set note = '同意'"),
    ):
        kept = home.sql("select chain from conversions")[0][0]
        home.sql(change)
        with home.open() as store:
            assert not store.verify().whole, change
        home.sql(undo or f"update conversions set chain = '{kept}'")
    with home.open() as store:
        assert store.verify().whole
        store.erase_person(w.admin, w.faculty.id)
        (now,) = store.conversion_versions(w.admin)
        (signature,) = now.signing.standing
        assert (signature.by_name, signature.note) == ("", "")
        assert store.verify().whole


def test_a_step_is_held_by_roles_or_by_people(home: Home) -> None:
    w = World(home.open())
    with w.store:
        own = w.person(w.college.id, "评价组织", Role.FACULTY, login="pj01")

        def held(text: str) -> list[str]:
            step = step_of(text)
            assert step is not None
            return [p.name for p in (w.faculty, w.committee, w.admin, own) if may_sign(p, step)]

        assert held("教学系=委员会") == [w.committee.name]
        assert held("教学系=committee/教务管理员") == [w.committee.name, w.admin.name]
        assert held("培训评价组织审核=pj01") == [own.name]
        assert held("学院审核") == [w.committee.name, w.admin.name]
        assert held("教师") == [w.faculty.name, own.name]
        nobody = step_of("教务=处长")
        assert nobody is not None and signers_of(nobody) == ("处长",) and held("教务=处长") == []
