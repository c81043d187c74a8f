"""The ledger: any change to an old row, by whatever tool, is found and named."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align.credit import RuleSet
from align.decisions import Role
from align.errors import StoreError, UsageError
from align.records import Action
from align.store import COMMAND_LINE, Store, Verification, verify_receipt
from align.store.signing import SIGN_EVERY
from tests import cli_kit
from tests.credit_kit import LEARNER, deposit, entry, exempted, rule
from tests.store_kit import ITEM, OTHER, PAIR, Home, Ready, World, result


def filled(store: Store) -> World:
    """A world in which something of everything has happened."""
    world = World(store)
    first = world.link(world.faculty, 2, note="完全一致")
    world.link(world.faculty, 1, first.id)
    world.decide(world.second, "change", note="改", hours=3.5, action=Action.SUPPLEMENT)
    store.comment(world.committee, world.id, ITEM, "请看")
    store.assign(world.committee, world.id, world.third.id, ["课乙"])
    store.save_settings(world.admin, world.college.id, None, {"link_threshold": 0.3}, "试")
    store.save_rules(world.admin, world.college.id, None, {"grade": {}}, "试", check=RuleSet)
    store.save_calibration(world.admin, world.college.id, world.id, (1.1, -0.2), {}, "试")
    store.save_sample(world.faculty, world.id, "r-1", "种", 40, [((*PAIR[:3], "课甲#7"), 0.05)])
    store.import_entries(world.committee, world.college.id, [entry()])
    (first_rule,) = store.approve_conversions(world.committee, world.id, [rule()])
    store.approve_conversions(world.committee, world.id, [rule("课乙")])
    store.record_conversion(world.committee, LEARNER, exempted(world, deposit(world)))
    store.withdraw_conversion(world.committee, first_rule.id, "撤回的理由")
    store.approve(world.committee, world.id, b"PK plan", ["王主任", "李老师"], "同意")
    store.record_export(world.committee, world.id, "plan.docx", "cd" * 32)
    return world


def found(home: Home) -> Verification:
    with home.open() as store:
        return store.verify()


#: One change each, as somebody with the database's own tools would make it, and the kind of
#: entry that must be named.
CHANGES = {
    "UPDATE link_decisions SET grade = 0 WHERE grade = 2": "link.decided",
    "UPDATE link_decisions SET note = '完全一到'": "link.decided",
    "UPDATE link_decisions SET probability = probability + 0.001": "link.decided",
    "UPDATE link_decisions SET time = '2020-01-01T00:00:00.000000Z'": "link.decided",
    "UPDATE link_decisions SET supersedes = ''": "link.decided",
    "UPDATE link_decisions SET seq = seq + 100": "link.decided",
    "DELETE FROM link_decisions WHERE grade = 2": "link.decided",
    "UPDATE decisions SET verdict = 'reject'": "proposal.decided",
    "UPDATE decisions SET hours = 3.0": "proposal.decided",
    "UPDATE decisions SET reviewer = (SELECT id FROM people WHERE name = '教师丁')": (
        "proposal.decided"
    ),
    "UPDATE comments SET text = text || '！'": "comment.made",
    "UPDATE approvals SET digest = 'ef'": "plan.approved",
    "UPDATE approvals SET names = replace(names, '李老师', '李老帅')": "plan.approved",
    "UPDATE approved_files SET name = 'plan2.docx'": "plan.approved",
    "UPDATE approved_bytes SET data = data || data": "plan.approved",
    "DELETE FROM approved_bytes": "plan.approved",
    'UPDATE settings_versions SET "values" = \'{"link_threshold":0.5}\'': "settings.changed",
    "UPDATE versions SET \"values\" = '{}' WHERE kind = 'rules'": "rules.changed",
    "UPDATE versions SET reason = '另' WHERE kind = 'rules'": "rules.changed",
    "UPDATE versions SET \"values\" = replace(\"values\", '1.1', '1.2')": "calibration.changed",
    "UPDATE samples SET drawn = replace(drawn, '0.05', '0.5')": "sample.drawn",
    "DELETE FROM samples": "sample.drawn",
    "UPDATE directory SET data = replace(data, '36', '63')": "directory.changed",
    "UPDATE conversions SET data = replace(data, '3.0', '4.0')": "conversion.approved",
    "UPDATE conversions SET withdrawn = (1 = 0)": "conversion.withdrawn",
    "UPDATE conversions SET course_id = '课丙' WHERE course_id = '课乙'": "conversion.approved",
    "UPDATE learners SET number = '20260418'": "learner.added",
    "UPDATE learners SET key = (SELECT key FROM people WHERE name = '中心')": "learner.added",
    "UPDATE learning_results SET data = replace(data, '中级', '高级')": "result.state",
    "UPDATE learning_results SET state = 'deposited'": "result.state",
    "UPDATE learner_conversions SET data = replace(data, '3.0', '4.0')": "learner.converted",
    "DELETE FROM learner_conversions": "learner.converted",
    "UPDATE workspaces SET reviewers = 2": "plan.approved",
    "UPDATE workspaces SET state = 'open'": "plan.approved",
    "UPDATE sources SET name = '另一份.csv'": "source.imported",
    "UPDATE source_files SET data = data || data": "source.imported",
    "UPDATE snapshots SET data = data || data": "run.made",
    "UPDATE matches SET probability = 0.99 WHERE n = 1": "run.made",
    "DELETE FROM proposals WHERE n = 1": "run.made",
    "UPDATE runs SET data = replace(data, '0.1', '0.2')": "run.made",
    "UPDATE assignments SET courses = '[]'": "courses.assigned",
    "UPDATE people SET role = 'admin' WHERE name = '教师丁'": "person.added",
    "UPDATE people SET name = '教师戊' WHERE name = '教师丁'": "person.added",
    "UPDATE people SET active = (1 = 0) WHERE name = '教师丁'": "person.added",
    "UPDATE people SET password = 'x' WHERE name = '教师丁'": "person.added",
    "UPDATE people SET key = (SELECT key FROM people WHERE name = '中心') WHERE name = '教师丁'": (
        "person.added"
    ),
    "UPDATE colleges SET name = '别的学院' WHERE name = '物流学院'": "college.added",
    "UPDATE entries SET time = '2020-01-01T00:00:00.000000Z' WHERE seq = 9": "*",
    "UPDATE entries SET actor = 'someone' WHERE kind = 'link.decided'": "link.decided",
    "UPDATE entries SET after = replace(after, '\"grade\":2', '\"grade\":0')": "link.decided",
    "UPDATE entries SET after = replace(after, ',', ', ') WHERE kind = 'run.made'": "run.made",
    "UPDATE entries SET hash = previous WHERE kind = 'comment.made'": "comment.made",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_the_databases_own_tools_is_found_and_named(
    home: Home, ready: Ready, change: str
) -> None:
    with ready(filled).store as store:
        assert store.verify().whole
        home.sql(change)
        after = store.verify()
    assert not after.whole and after.first_broken == after.problems[0]
    kind = CHANGES[change]
    assert kind == "*" or kind in {p.kind for p in after.problems}, after.problems
    assert str(after.first_broken).startswith(f"第 {after.first_broken.seq} 条（")  # type: ignore[union-attr]


def test_each_byte_of_a_row_counts_even_where_it_is_no_text_any_more(tmp_path: Path) -> None:
    """One byte flipped in the file itself, inside Chinese text: no longer UTF-8."""
    home = Home("sqlite", str(tmp_path / "align.db"), tmp_path)
    with home.open() as store:
        filled(store)
    data = bytearray(Path(home.address).read_bytes())
    places = [i for i in range(len(data)) if data.startswith("完全一致".encode(), i)]
    assert places
    for place in places:
        data[place + 1] ^= 0x40
    Path(home.address).write_bytes(data)
    after = found(home)
    assert after.first_broken is not None and after.first_broken.kind == "link.decided"


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("INSERT INTO link_decisions SELECT 'l-forged', seq, workspace_id, run_id, certificate_id,"
         " item_id, course_id, 'x', grade, probability, reviewer, stage, note, time, supersedes,"
         " carried_from FROM link_decisions WHERE grade = 2", "没有任何条目"),
        ("DELETE FROM entries WHERE seq = 8 AND college_id <> ''", "条目缺失"),
        ("DELETE FROM entries WHERE kind = 'export.made'", "链尾被截去"),
        ("UPDATE heads SET seq = seq - 1 WHERE college_id <> ''", "链头记录"),
        ("DELETE FROM heads WHERE college_id = ''", "链头记录缺失"),
    ],
)  # fmt: skip
def test_rows_put_in_or_taken_out_are_found(home: Home, row: str, what: str) -> None:
    with home.open() as store:
        filled(store)
    home.sql(row)
    assert any(what in p.what for p in found(home).problems)


def test_a_tail_cut_with_all_its_traces_is_found_by_the_signed_head(home: Home) -> None:
    with home.open() as store:
        world = filled(store)
        college, (last, _) = world.college.id, store.head(world.college.id)
    kept = home.sql(
        f"SELECT seq, hash FROM entries WHERE college_id = '{college}' AND seq = {last - 1}"
    )[0]
    home.sql(f"DELETE FROM entries WHERE college_id = '{college}' AND seq = {last}")
    home.sql(f"UPDATE heads SET seq = {kept[0]}, hash = '{kept[1]}' WHERE college_id = '{college}'")
    after = found(home)
    assert [(p.seq, p.what) for p in after.problems] == [
        (last, f"链尾被截去（签名到第 {last} 条）")
    ]
    (home.data / "heads.jsonl").unlink()  # against somebody who owns the data folder too …
    assert found(home).whole
    assert found(home).warnings  # … it still says that signatures are missing


def cut(home: Home, college: str, last: int) -> None:
    """Take the end of a chain away with all its traces, as the database's owner could."""
    (kept,) = home.sql(f"SELECT hash FROM entries WHERE college_id = '{college}' AND seq = {last}")
    for table in ("comments", "entries"):
        where = "" if table == "comments" else f"college_id = '{college}' AND "
        home.sql(f"DELETE FROM {table} WHERE {where}seq > {last}")
    home.sql(f"UPDATE heads SET seq = {last}, hash = '{kept[0]}' WHERE college_id = '{college}'")


def test_a_tail_cut_between_receipts_is_found_as_entries_are_signed_now_and_then(
    home: Home,
) -> None:
    with home.open() as store, home.open() as second:
        world = World(store)
        college, (before, _) = world.college.id, store.head(world.college.id)
        assert not store.keys.heads()  # little has happened yet
        for k in range(2 * SIGN_EVERY + 5 - before):  # by two servers, in turn
            (store, second)[k % 2].comment(world.committee, world.id, ITEM, f"第 {k} 条")
        seqs = [head["seq"] for head in store.keys.heads() if head]
        assert seqs == [SIGN_EVERY, 2 * SIGN_EVERY]
        assert {head["why"] for head in store.keys.heads() if head} == {"entries"}
        assert store.verify().whole and not store.verify().warnings
    cut(home, college, 2 * SIGN_EVERY)  # what came after the last signature: cut unseen
    assert found(home).whole
    cut(home, college, 2 * SIGN_EVERY - 1)
    assert [p.what for p in found(home).problems] == [f"链尾被截去（签名到第 {2 * SIGN_EVERY} 条）"]


def test_signing_out_signs_what_was_done_that_day(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        college = world.college.id
        world.person(college, "吴", Role.FACULTY, login="wu", password="a-long-Passw0rd")
        token = store.open_session(store.sign_in("wu", "a-long-Passw0rd"))
        store.close_session(token)
        last, _ = store.head(college)
        assert [h and (h["seq"], h["why"]) for h in store.keys.heads()] == [(last, "sign-out")]
        store.close_session(token)  # nothing has happened since: nothing to sign
        store.close_session(store.open_session(store.sign_in("wu", "a-long-Passw0rd")))
        assert len(store.keys.heads()) == 1
        store.comment(world.committee, world.id, ITEM, "再看")
        store.close_session(store.open_session(store.sign_in("wu", "a-long-Passw0rd")))
        assert len(store.keys.heads()) == 2
    cut(home, college, last)
    assert [p.seq for p in found(home).problems] == [last + 1]


def test_a_signature_that_cannot_be_written_holds_nobody_up_and_is_made_good(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        college, (before, _) = world.college.id, store.head(world.college.id)
        store.keys.heads_file.mkdir()  # as a folder without rights, or a full disk, would refuse
        for k in range(2 * SIGN_EVERY - before):
            store.comment(world.committee, world.id, ITEM, f"第 {k} 条")
        assert store.head(college)[0] == 2 * SIGN_EVERY
        store.keys.heads_file.rmdir()
        (warning,) = store.verify().warnings
        assert f"最后 {2 * SIGN_EVERY} 条之后没有签名的链头" in warning
        store.comment(world.committee, world.id, ITEM, "磁盘已清理")
        assert [h and h["seq"] for h in store.keys.heads()] == [2 * SIGN_EVERY + 1]
        assert not store.verify().warnings


def rewritten(home: Home, college: str, change: Callable[[dict[str, Any]], None]) -> None:
    """What somebody who owns the database and this program could do: every hash anew."""
    from align.store.ledger import GENESIS, entry_hash

    names = ("college_id", "seq", "time", "actor", "kind", "workspace_id", "subject", "before",
             "after", "previous", "hash")  # fmt: skip
    rows = home.sql(
        f"SELECT {', '.join(names)} FROM entries WHERE college_id = '{college}' ORDER BY seq"
    )
    previous = GENESIS
    for row in rows:
        fields = dict(zip(names, row, strict=True))
        change(fields)
        fields["previous"] = previous
        previous = entry_hash(fields)
        home.sql(
            f"UPDATE entries SET after = '{fields['after']}', previous = '{fields['previous']}',"
            f" hash = '{previous}' WHERE college_id = '{college}' AND seq = {fields['seq']}"
        )
    home.sql(f"UPDATE heads SET hash = '{previous}' WHERE college_id = '{college}'")


def test_a_chain_written_anew_is_found_by_signed_heads_and_by_a_receipt(home: Home) -> None:
    with home.open() as store:
        world = filled(store)
        receipt = store.receipt(world.committee)

    def kinder(fields: dict[str, Any]) -> None:
        fields["after"] = fields["after"].replace('"grade":2', '"grade":0')

    home.sql("UPDATE link_decisions SET grade = 0 WHERE grade = 2")
    rewritten(home, world.college.id, kinder)
    after = found(home)
    assert {p.what for p in after.problems} == {"与当时签名的链头不符，链被重写"}
    (home.data / "heads.jsonl").unlink()
    assert found(home).whole  # nothing in the database tells …
    file = home.data / "receipt.json"
    file.write_text(json.dumps(receipt), encoding="utf-8")
    done = align("ledger", "verify", "--receipt", str(file), "--db", home.address)
    assert done.returncode == 1 and "不是回执上的那一条" in done.stderr  # … but the receipt does


def align(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return cli_kit.command(arguments, Path(__file__).parent.parent, {**os.environ, **environment})


def test_a_receipt_is_checked_elsewhere_with_nothing_but_the_public_key(
    home: Home, tmp_path: Path
) -> None:
    plan = b"the plan as approved"
    with home.open() as store:
        world = World(store)
        digest = hashlib.sha256(plan).hexdigest()
        _, receipt = store.approve(world.committee, world.id, digest, ["王主任"])
        public = store.keys.public()
    away = tmp_path / "elsewhere"
    away.mkdir()
    (away / "receipt.json").write_text(json.dumps(receipt, ensure_ascii=False), encoding="utf-8")
    check = ("ledger", "verify", "--receipt", str(away / "receipt.json"))
    done = align(*check, "--key", public, ALIGN_DATA=str(away), ALIGN_DB="")
    assert done.returncode == 0, done.stderr
    assert digest in done.stdout and "plan.approved" in done.stdout
    assert "只核对了签名" in done.stdout
    assert not [p for p in away.iterdir() if p.name != "receipt.json"], "checking writes nothing"
    wrong = align(*check, "--key", "00" * 32, ALIGN_DATA=str(away), ALIGN_DB="")
    assert wrong.returncode == 1 and "不是用这把密钥" in wrong.stderr
    assert "王主任" not in json.dumps(receipt, ensure_ascii=False)


@pytest.mark.parametrize(
    "change",
    [
        {"seq": 3}, {"hash": "0" * 64}, {"time": "2020-01-01T00:00:00.000000Z"},
        {"college_id": "c-other"}, {"signature": "00" * 64}, {"signature": "no hex"},
        {"entry": None}, {"entry": {}}, {"entry": {"seq": 1}}, {"public_key": "ab"},
    ],
)  # fmt: skip
def test_a_receipt_changed_in_any_part_is_refused(home: Home, change: dict[str, Any]) -> None:
    with home.open() as store:
        world = World(store)
        receipt = store.record_export(world.committee, world.id, "plan.docx", "ab")
        assert verify_receipt(receipt).genuine
        assert verify_receipt(receipt).kind == "export.made"
        assert not verify_receipt({**receipt, **change}).genuine
        entry = {**receipt["entry"], "after": {"export": {"digest": "other"}}}
        assert not verify_receipt({**receipt, "entry": entry}).genuine
    for nonsense in ({}, {"format": "other"}, []):
        with pytest.raises(UsageError, match="不是账本回执"):
            verify_receipt(nonsense)  # type: ignore[arg-type]


def test_each_college_has_its_own_chain(home: Home) -> None:
    with home.open() as store:
        world = filled(store)
        there = store.head(world.elsewhere.id)
        world.store.comment(world.faculty, world.id, ITEM, "这里")
        assert store.head(world.elsewhere.id) == there
        home.sql("UPDATE comments SET text = 'x'")
        assert store.verify(world.elsewhere.id).whole
        assert not store.verify(world.college.id).whole
        assert store.verify().first_broken.college_id == world.college.id  # type: ignore[union-attr]


def test_no_personal_data_stands_in_the_ledger(home: Home) -> None:
    with home.open() as store:
        world = filled(store)
        store.reopen(world.committee, world.id, "理由")
        store.set_password(COMMAND_LINE, world.third.id, "a long password")
    kept = str(home.sql("SELECT * FROM entries")) + (home.data / "heads.jsonl").read_text("utf-8")
    people = [
        "faculty甲",
        "教师丙",
        "教师丁",
        "王主任",
        "李老师",
        "完全一致",
        "同意",
        "请看",
        "理由",
        LEARNER,
        "证 0",
    ]
    assert [word for word in people if word in kept] == []
    assert world.faculty.id not in kept and "课程标准.csv" in kept


def test_the_key_is_private_and_a_lost_one_is_not_replaced_in_silence(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
        key = home.data / "ledger.key"
        assert key.stat().st_mode & 0o777 == 0o600
        public = store.keys.public()
        assert (home.data / "ledger.pub").read_text().strip() == public
        key.rename(home.data / "away")
        before = store.head(world.college.id)
        for act in (
            lambda: store.receipt(world.committee),
            lambda: store.approve(world.committee, world.id, "ab", ["王"]),
            lambda: store.record_export(world.committee, world.id, "x", "ab"),
        ):
            with pytest.raises(StoreError, match="密钥不见了"):
                act()
        assert store.head(world.college.id) == before, "nothing is approved that cannot be signed"
        assert store.verify().whole and "密钥不在" in store.verify().warnings[0]
        (home.data / "away").rename(key)
        assert store.receipt(world.committee)["public_key"] == public
        key.write_text("not a key")
        with pytest.raises(StoreError, match="读不出"):
            store.receipt(world.committee)


def test_the_key_may_lie_elsewhere(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = home.data / "usb" / "key.pem"
    monkeypatch.setenv("ALIGN_LEDGER_KEY", str(elsewhere))
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
        assert elsewhere.exists() and not (home.data / "ledger.key").exists()
        assert store.verify().heads_checked == 1


def test_heads_signed_by_a_stranger_or_torn_are_seen(home: Home) -> None:
    heads = home.data / "heads.jsonl"
    with home.open() as store:
        world = World(store)
        store.receipt(world.committee)
        with heads.open("ab") as torn:
            torn.write(b'{"college_id": "c-')
        store.receipt(world.committee)  # goes on a line of its own
        after = store.verify()
        assert after.whole and after.heads_checked == 2
        assert "读不出" in after.warnings[0]
        own = home.data / "ledger.key"
        shutil.move(own, home.data / "mine")
        shutil.move(heads, home.data / "my heads")
        forged = store.receipt(world.committee)
        shutil.move(home.data / "mine", own)
        with (home.data / "my heads").open("ab") as out:
            del forged["entry"], forged["format"]
            out.write(json.dumps(forged).encode() + b"\n")
        shutil.move(home.data / "my heads", heads)
        assert [p.what for p in store.verify().problems] == ["链头的签名不对"]


def test_the_history_of_a_thing_tells_before_and_after(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        first = world.link(world.faculty, 2)
        world.link(world.second, 0, first.id)
        last, earlier = store.entries(world.faculty, subject="|".join(PAIR))
        assert (last.before["link_decision"]["grade"], last.after["link_decision"]["grade"]) == (
            2,
            0,
        )
        assert (last.actor_name, earlier.actor_name) == (world.second.name, world.faculty.name)
        assert earlier.before == {} and last.previous == earlier.hash
        assert store.entries(world.faculty, text=world.second.name)[0] == last
        assert store.entries(world.faculty, subject="|".join(OTHER)) == []
        whole = store.entries(world.admin, limit=1000)
        kinds = {e.kind for e in whole}
        assert kinds == {"person.added", "source.imported", "workspace.made", "run.made",
                         "link.decided"}  # fmt: skip
        assert dataclasses.is_dataclass(whole[0]) and whole[-1].seq == 1


def test_a_run_of_another_workspace_with_the_same_id_is_its_own(home: Home) -> None:
    with home.open() as store:
        world = World(store)
        other = store.create_workspace(world.faculty, "另一个", "p")
        run, matches, proposals, _ = result()
        store.save_run(world.faculty, other.id, run, matches[:1], proposals, b"other")
        assert store.snapshot(world.faculty, run.id, other.id) == b"other"
        assert store.snapshot(world.faculty, run.id, world.id) == b"snapshot of r-1"
        assert store.verify().whole
