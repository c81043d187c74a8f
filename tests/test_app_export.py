"""导出: what is open is said, every export stands in the ledger, only who may exports."""

from __future__ import annotations

import hashlib

import pytest
from streamlit.testing.v1 import AppTest

from align import pipeline
from align.decisions import Role
from align.links import pair_of
from align.store import verify_receipt
from align.ui.words.zh import ZH
from align.ui.workbench import Workbench
from tests import app_kit
from tests.app_kit import look_of, me, opened, shown, sign_in, space, store

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")


def exports() -> list[str]:
    """File names of the exports in the ledger, newest first."""
    return [e.subject for e in store().entries(me(), kind="export.")]


def downloads(at: AppTest) -> list[str]:
    return [d.proto.label for d in at.get("download_button")]


def test_a_file_is_entered_in_the_ledger_with_the_fingerprint_of_its_bytes() -> None:
    at = opened("export")
    assert not at.exception
    buttons = [b for b in at.button if b.key and b.key.startswith("export.")]
    strong = [str(b.key) for b in buttons if b.proto.type == "primary"]
    assert strong == ["export.plan.docx", "export.plan.xlsx", "export.plan.pdf"]
    assert [str(b.key) for b in buttons[:3]] == strong and len(buttons) > 10
    assert downloads(at) == []
    assert exports() == []
    at.button(key="export.plan.xlsx").click().run()
    assert not at.error
    name = f"{space().name}-plan.xlsx"
    assert exports() == [name]
    (entry,) = store().entries(me(), kind="export.made")
    ((receipt, papers),) = at.session_state["exported"].values()
    # What is downloaded names the head of the ledger as it was when the file was made.
    assert papers.ledger == f"第 {entry.seq - 1} 条 {entry.previous}"
    data = Workbench().file(look_of().result, "plan.xlsx", papers=papers)
    assert entry.after["export"]["digest"] == hashlib.sha256(data).hexdigest()
    assert downloads(at) == [ZH["receipt.download"], ZH["export.download"]]
    found = verify_receipt(receipt, store().keys.public())
    assert (found.genuine, found.known_key, found.kind) == (True, True, "export.made")
    assert found.digest == entry.after["export"]["digest"]
    # Looking again enters nothing; a new decision makes it another file.
    at.run()
    assert exports() == [name]
    m = look_of().result.matches[0]
    store().decide_link(me(), space().id, pair_of(m), 2, seen="")
    at.run()
    assert downloads(at) == []
    assert "export.plan.xlsx" in [b.key for b in at.button]


def test_what_is_still_open_is_said_before_any_export() -> None:
    at = opened("export")
    assert ZH["export.notice"] in shown(at)
    proposals = look_of().result.proposals
    p = proposals[0]
    store().decide(me(), space().id, p.id, p.action, "accept", seen="")
    text = shown(at.run())
    assert ZH["export.notice"] not in text
    assert ZH["left.unreviewed"].format(n=len(proposals) - 1) in text
    for p in proposals[1:]:
        store().decide(me(), space().id, p.id, p.action, "accept", seen="")
    assert ZH["export.not_approved"] in shown(at.run())
    store().approve(me(), space().id, "0" * 64, ["王建国"], "2026-03-01")
    assert [s.value for s in at.run().success] == [
        ZH["export.approved"].format(who="王建国 · 2026-03-01")
    ]


def test_faculty_see_the_files_and_cannot_export(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    for role in (Role.FACULTY, Role.VIEWER):
        sign_in(monkeypatch, tokens[role])
        at = opened("export")
        assert ZH["export.not_you"] in shown(at)
        buttons = [b for b in at.button if str(b.key).startswith("export.")]
        assert buttons
        assert all(b.disabled for b in buttons), role
    for role in (Role.COMMITTEE, Role.ADMIN):
        sign_in(monkeypatch, tokens[role])
        assert not opened("export").button(key="export.plan.docx").disabled


def test_a_format_without_words_of_its_own_is_listed_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(pipeline.FORMAT_FILES, "odf", ("plan.odf",))
    text = shown(opened("export"))
    assert "<code>plan.odf</code>" in text
    assert ZH["export.unnamed"].format(kind="odf") in text
    for names in pipeline.FORMAT_FILES.values():
        for name in names:
            assert f"<code>{name}</code>" in text


def test_pictures_of_every_certificate_can_be_exported() -> None:
    at = opened("export")
    at.button(key="export.heatmap.900101").click().run()
    at.button(key="export.page.900101").click().run()
    assert not at.error
    assert [name.rpartition(".")[2] for name in exports()] == ["html", "png"]
