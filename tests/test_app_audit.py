"""记录 and 管理中心: history in words, the proof, receipts; colleges side by side."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from align.access import COMMAND_LINE
from align.credit import RuleSet
from align.decisions import Role
from align.learner import Entry, LearningResult, ResultKind
from align.links import pair_of
from align.records import Action
from align.store import SERVER, open_store
from align.ui.components.proof import meaning
from align.ui.ledger_words import KINDS
from align.ui.words.en import EN
from align.ui.words.zh import ZH
from tests import app_kit
from tests.app_kit import (
    PASSWORD,
    app,
    bodies,
    data_file,
    english,
    go,
    look_of,
    me,
    opened,
    shown,
    sign_in,
    space,
    store,
)
from tests.kit import ROOT

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


def table(at: AppTest) -> str:
    """The entries shown."""
    return "".join(h for h in bodies(at) if 'class="al-table"' in h)


def numbers(at: AppTest) -> list[int]:
    """The entries' numbers, as they stand."""
    return [int(n) for n in re.findall(r'<tr><td class="al-n">(\d+)</td>', table(at))]


def decided() -> Any:
    """Grade one pair twice and accept one proposal."""
    m = look_of().result.matches[0]
    first = store().decide_link(me(), space().id, pair_of(m), 2, note="现场看过", seen="")
    store().decide_link(me(), space().id, pair_of(m), 1, seen=first.id)
    p = next(p for p in look_of().result.proposals if p.action is Action.SUPPLEMENT)
    store().decide(me(), space().id, p.id, p.action, "accept", seen="")
    return m


# --- history ----------------------------------------------------------------------------------


def test_what_was_decided_stands_there_in_words_newest_first() -> None:
    m = decided()
    at = opened("audit")
    assert not at.exception
    shown_numbers = numbers(at)
    assert shown_numbers == sorted(shown_numbers, reverse=True)
    told = table(at)
    assert "<del>全部讲到</del> → <mark>部分讲到</mark>" in told
    assert "现场看过" in told
    assert app_kit.NAME in told
    assert look_of().items[m.certificate_id, m.item_id].text[:20] in told
    assert ZH["event.link.decided"] in told
    assert not re.search(r'[{}]|"grade"|link_decision', told), "raw data on the screen"
    text = table(english(at))
    assert "<del>Taught in full</del> → <mark>Taught in part</mark>" in text
    assert EN["event.proposal.decided"] in text


def test_history_is_searched_by_words_kind_person_and_place() -> None:
    m = decided()
    at = opened("audit")
    here = numbers(at)
    assert ZH["event.source.imported"] not in table(at), "files belong to no workspace"
    at.text_input(key="audit_text").set_value(
        look_of().items[m.certificate_id, m.item_id].text[4:10]
    ).run()
    assert set(numbers(at)) < set(here)
    assert len(numbers(at)) == 2
    at.text_input(key="audit_text").set_value("没有这样的字").run()
    assert [i.value for i in at.info] == [ZH["audit.empty"]]
    at.text_input(key="audit_text").set_value("").run()
    pick(at, "audit_group", "decided")
    assert len(numbers(at)) == 3
    pick(at, "audit_scope", "")
    pick(at, "audit_group", "files")
    assert ZH["event.source.imported"] in table(at)
    assert "快件收派实务.csv" in table(at)
    pick(at, "audit_group", "")
    pick(at, "audit_person", me().id)
    assert len(numbers(at)) > len(here)
    pick(at, "audit_span", "today")
    assert numbers(at)


def pick(at: AppTest, name: str, value: str) -> None:
    box = next(s for s in at.selectbox if str(s.key).startswith(f"{name}_zh"))
    box.set_value(value).run()


def test_dates_of_ones_own_bound_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    decided()
    who, now = me(), datetime.now(UTC)
    every = len(store().entries(who, limit=500))
    assert len(store().entries(who, since=now - timedelta(hours=1), limit=500)) == every
    assert store().entries(who, since=now + timedelta(hours=1)) == []
    assert store().entries(who, until=now - timedelta(days=1)) == []
    at = opened("audit")
    pick(at, "audit_span", "own")
    assert numbers(at)
    last = (now - timedelta(days=3)).date()
    at.date_input(key="audit_from").set_value(last - timedelta(days=2)).run()
    at.date_input(key="audit_to").set_value(last).run()
    assert [i.value for i in at.info] == [ZH["audit.empty"]]


def test_one_thing_has_its_own_history_by_a_link() -> None:
    m = decided()
    subject = "|".join(pair_of(m))
    at = app()
    at.query_params["subject"] = subject
    at = go(at.run(), "audit")
    at.query_params["subject"] = subject
    at.run()
    assert len(numbers(at)) == 2
    assert look_of().items[m.certificate_id, m.item_id].text[:20] in shown(at)
    at.button(key="audit.all").click().run()
    assert len(numbers(at)) > 2
    assert f"subject={subject.split('|')[0]}" in table(at).replace("%7C", "|")


def test_a_long_history_is_paged() -> None:
    look = look_of()
    pairs = [pair_of(m) for m in look.result.matches[:30]]
    for pair in pairs:
        store().decide_link(me(), space().id, pair, 1, seen="")
    at = opened("audit")
    first = numbers(at)
    assert len(first) == 25
    assert at.button(key="audit.newer").disabled
    at.button(key="audit.older").click().run()
    second = numbers(at)
    assert max(second) == min(first) - 1 or max(second) < min(first)
    at.button(key="audit.newer").click().run()
    assert numbers(at) == first


def test_every_kind_of_event_has_its_words() -> None:
    source = "".join(f.read_text(encoding="utf-8") for f in (ROOT / "align" / "store").glob("*.py"))
    kinds = set(re.findall(
        r'"((?:link|proposal|plan|run|workspace|source|export|comment|person|college|courses|'
        r'settings|rules|calibration|sample|directory|conversion|result|learner)\.[a-z]+)"', source,
    ))  # fmt: skip
    kinds |= {"link.carried", "proposal.carried", "rules.changed", "calibration.changed"}
    kinds -= {"person.", "plan.", "plan.docx"}  # halves of names, and a file
    assert kinds <= set(KINDS)
    assert {f"event.{k}" for k in KINDS} <= set(ZH)


def test_rules_draws_directory_and_accounts_are_told_in_words() -> None:
    """Nested values, lists and hashes come out as words; a learner's data stays sealed."""
    opened()
    keeper, person, found = store(), me(), space()
    rules = {"certificate-cap": {"credits": 8.0}}
    keeper.save_rules(person, person.college_id, None, rules, "试行", check=RuleSet)
    keeper.save_calibration(person, person.college_id, None, (1.2, -0.1), {}, "复核后")
    entry = Entry("E1", "快递证书", ResultKind.SKILL_LEVEL, levels=("初级",), months=36)
    keeper.import_entries(person, person.college_id, [entry])
    result = LearningResult("", "20240001", "快递证书", "初级", date(2026, 1, 5), "E1")
    keeper.add_results(person, [result])
    m = look_of().result.matches[0]
    keeper.save_sample(person, found.id, found.run_id, "种子甲", 10, [(pair_of(m), 0.1)])
    at = go(app(), "audit")
    pick(at, "audit_scope", "")
    assert not at.exception
    assert not at.error
    text = shown(at)
    words = (
        "更改学分规则", "每证学分上限", "更改概率校准", "斜率", "1.2、-0.1", "更改学习成果名录",
        "快递证书", "职业技能等级证书", "存入学习成果", "抽取低位配对", "种子甲",
    )  # fmt: skip
    for said in words:
        assert said in text, said
    assert "20240001" not in text


def test_with_two_reviewers_the_other_word_stays_hidden_here_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch, 2)
    found = app_kit.their_space(tokens)
    p = look_of().result.proposals[0]
    teacher = store().session(tokens[Role.FACULTY])
    assert teacher is not None
    store().decide(teacher, found.id, p.id, p.action, "reject", note="我的秘密", seen="")
    for role in ("second", Role.COMMITTEE):
        sign_in(monkeypatch, tokens[role])
        at = opened("audit")
        assert ZH["audit.hidden"] in table(at), role
        assert ZH["verdict.reject"] not in table(at), role
        assert "我的秘密" not in shown(at), role
    sign_in(monkeypatch, tokens[Role.FACULTY])
    assert "我的秘密" in table(opened("audit"))


# --- the proof --------------------------------------------------------------------------------


def proof() -> AppTest:
    at = opened("audit")
    return at.segmented_control(key="audit_view_zh").set_value("proof").run()


def test_a_whole_ledger_is_said_to_be_whole() -> None:
    decided()
    at = proof()
    assert not at.success
    at.button(key="audit.verify").click().run()
    head = store().head("local")[0]
    (said,) = at.success
    assert said.value.startswith(f"账本完整：{head} 条")


def test_one_changed_byte_is_found_named_and_explained() -> None:
    decided()
    store().close()
    with closing(sqlite3.connect(data_file())) as c, c:
        c.execute("UPDATE link_decisions SET grade = 0 WHERE grade = 1")
    at = proof()
    at.button(key="audit.verify").click().run()
    (error,) = at.error
    (entry,) = (
        e for e in store().entries(me(), kind="link.decided") if e.before
    )  # the second grade
    assert f"从第 {entry.seq} 条起对不上" in error.value
    assert ZH["broken.row"] in table(at)
    assert ZH["audit.broken_do"] in shown(at)


def test_every_finding_of_the_proof_has_an_explanation() -> None:
    files = [ROOT / "align" / "store" / f"{name}.py" for name in ("verify", "chain", "guarded")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    findings = re.findall(r'broken\([^"]*?f?"([^"]*[\u4e00-\u9fff][^"]*)"', source)
    findings += re.findall(r'Broken\([^"]*"", "", f?"([^"]+)"', source)
    assert len(findings) >= 8
    known = {f: meaning(f) for f in findings}
    assert [f for f, m in known.items() if m == "other"] == []
    assert {f"broken.{m}" for m in known.values()} <= set(ZH)


def test_a_warning_of_the_proof_is_told_in_the_language_of_the_screen() -> None:
    store().record_export(me(), space().id, "plan.docx", "0" * 64)
    seq, keys = store().head("local")[0], store().keys
    store().close()
    keys.heads_file.write_text("{\n", encoding="utf-8")
    at = english(opened("audit"))
    at.segmented_control(key="audit_view_en").set_value(EN["audit.view_proof"]).run()
    at.button(key="audit.verify").click().run()
    text = shown(at)
    assert EN["audit.warning"].format(what=f"No signed head follows entry {seq} (Export") in text
    assert EN["warn.line"].format(file="heads.jsonl") in text
    assert "链头" not in text


# --- receipts ---------------------------------------------------------------------------------


def give(at: AppTest, data: bytes) -> AppTest:
    at.file_uploader(key="receipt.file").set_value([("回执.json", data, "application/json")])
    return at.run()


def test_receipts_are_checked_against_their_signature_and_the_chain(tmp_path: Path) -> None:
    decided()
    at = proof()
    at.button(key="receipt.make").click().run()
    receipt = at.session_state["receipt.made"][1]
    data = json.dumps(receipt, ensure_ascii=False).encode()
    give(at, data)
    assert [s.value for s in at.success] == [ZH["receipt.good"].format(seq=receipt["seq"])]
    # Forged.
    forged = data.replace(receipt["hash"].encode(), b"0" * 64)
    assert [e.value for e in give(proof(), forged).error] == [ZH["receipt.false"]]
    for rubbish in (b"[]", b"{", b"\xff\xfe", b'{"format": 1}'):
        assert "这不是账本回执" in give(proof(), rubbish).error[0].value
    # Genuine, but of a chain that has gone: the same key over another database.
    store().close()
    elsewhere = open_store(data=tmp_path / "other")
    elsewhere.local_person("别人")
    mine = elsewhere.local_person("别人")
    other = json.dumps(elsewhere.receipt(mine)).encode()
    assert give(proof(), other).error, "signed with a key that is not this server's"
    elsewhere.close()
    with closing(sqlite3.connect(data_file())) as c, c:
        c.execute("UPDATE entries SET hash = ? WHERE seq = ?", ("f" * 64, receipt["seq"]))
    at = give(proof(), data)
    assert [e.value for e in at.error] == [ZH["receipt.bad"].format(seq=receipt["seq"])]


# --- colleges side by side ----------------------------------------------------------------------


def test_the_centre_sees_every_college_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tokens = app_kit.college(monkeypatch)
    store().add_college("家政学院")
    found = app_kit.their_space(tokens)
    teacher = store().session(tokens[Role.FACULTY])
    assert teacher is not None
    proposals = look_of().result.proposals
    for p in proposals[:3]:
        store().decide(teacher, found.id, p.id, p.action, "accept", seen="")
    store().add_person(COMMAND_LINE, SERVER, "冯处长", Role.CENTRE, "feng", PASSWORD)
    sign_in(monkeypatch, store().open_session(store().sign_in("feng", PASSWORD)))
    before = [store().head(c.id) for c in store().colleges()]
    at = app().run()
    assert not at.exception
    assert at.title[0].value == ZH["centre.title"]
    text = shown(at)
    for words in ("物流学院", "家政学院", ZH["centre.nothing_yet"], found.name):
        assert words in text
    assert f"3 / {len(proposals)}" in text
    assert not [b.key for b in at.button if b.key not in {"sign.out", "own.change"}]
    # Two colleges may have a workspace of one name: the list tells them apart.
    chooser = at.selectbox(key="workspace")
    theirs = f"物流学院 · {found.name}"
    assert len(chooser.options) == len(set(chooser.options))
    assert theirs in chooser.options
    chooser.select(theirs).run()
    # It reads a college's history by choosing it.
    at = go(at, "audit")
    assert not at.exception
    assert ZH["event.proposal.decided"] in table(at)
    for page in ("compare", "proposals", "committee", "export", "intake"):
        at = go(at, page)
        assert not at.exception
        assert not at.error
    assert [store().head(c.id) for c in store().colleges()] == before


def test_nobody_else_has_the_centre_page(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    sign_in(monkeypatch, tokens[Role.ADMIN])
    at = opened()
    assert at.title[0].value != ZH["centre.title"]
    with pytest.raises(Exception, match="centre"):
        at.switch_page("align/ui/pages/centre.py").run()
        assert at.title[0].value == ZH["centre.title"], "centre"
