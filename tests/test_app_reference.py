"""The reference case through the pages: from the shipped documents to the learner's file.

邮政速递业务员 stands for three courses of 现代物流管理, eight credits together, and for none of the
others, because of what they cover and what the committee approved; names decide nothing.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from align.learner.tables import DIRECTORY_HEAD
from align.store import verify_receipt
from align.store.ledger import canonical, sha256
from align.ui.words import ZH
from tests import app_kit
from tests.app_kit import me, shown, store
from tests.kit import ROOT

WANTED = {"速递生产与运作": 3.0, "速递业务与经营": 3.0, "邮政快递揽投作业规范": 2.0}
PROGRAMME, NUMBER = "现代物流管理", "20240001"
NOTE = "其余内容由岗位实训补修"


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped sample programme alone, with the shipped model."""
    shutil.copytree(ROOT / "course_standards" / PROGRAMME, tmp_path / "course_standards/物流")
    (tmp_path / "cert_standards").mkdir()
    (certificate,) = (ROOT / "cert_standards").glob("邮政速递业务员*")
    shutil.copy(certificate, tmp_path / "cert_standards")
    app_kit.stand(monkeypatch, tmp_path)
    monkeypatch.delenv("ALIGN_MODEL")
    store().local_person("孙主任")


@pytest.mark.usefixtures("laptop")
def test_the_reference_case_goes_through_the_pages() -> None:
    at = app_kit.ready("credit")
    (space,) = store().workspaces(me())
    look = app_kit.look_of(space.name)
    (certificate,) = look.certificates.values()
    assert len(look.courses) > len(WANTED)

    # The college's rule: eight tenths of a course's hours.
    next(x for x in at.toggle if x.key and x.key.startswith("rule.candidate-share.")).set_value(
        True
    ).run()
    next(x for x in at.text_input if x.key and x.key.startswith("rule.reason")).set_value("八成")
    at.button(key="rule.save").click().run()

    # The directory names the certificate.
    at.segmented_control(key="credit_view_zh").set_value("directory").run()
    out = io.StringIO()
    levels = "、".join(certificate.levels)
    line = ["E1", certificate.name, "资格证书", "", "", levels, "", "36", "", ""]
    csv.writer(out).writerows([DIRECTORY_HEAD, line])
    data = out.getvalue().encode("utf-8-sig")
    at.get("file_uploader")[0].set_value(("名录.csv", data, "text/csv")).run()
    at.button(key="dir.take").click().run()

    # The committee agrees to every course there is: coverage alone lets three of them pass.
    at.segmented_control(key="credit_view_zh").set_value("candidates").run()
    assert ZH["cand.nothing"] in shown(at)
    every = [(certificate.id, c) for c in look.courses]
    next(m for m in at.multiselect if m.key and m.key.startswith("cand.add")).set_value(every).run()
    next(x for x in at.text_input if x.key and x.key.startswith("cand.note")).set_value(NOTE)
    at.button(key="cand.agree").click().run()
    at.button(key="cand.approve").click().run()
    approved = store().conversions(me())
    assert {r.course: r.credits for r in approved} == WANTED
    assert {r.note for r in approved} == {NOTE}

    # A learner's certificate, by the form; converted, and given out as the learner's file.
    at.segmented_control(key="credit_view_zh").set_value("learners").run()
    n = at.session_state["learn.n"]
    at.selectbox(key=f"learn.entry.{n}.zh").set_value("E1").run()
    at.text_input(key=f"learn.number.{n}").set_value(NUMBER)
    at.selectbox(key=f"learn.level.{n}.E1").set_value(certificate.levels[-1])
    at.date_input(key=f"learn.issued.{n}").set_value("today")
    at.button(key="learn.deposit").click().run()
    at.segmented_control(key="learn.way.zh").set_value("account").run()
    text = shown(at)
    assert "共 1 人，8 学分" in text and all(f"→ {course}" in text for course in WANTED)
    at.button(key="learn.record").click().run()
    (made,) = store().learner_conversions(me(), NUMBER)
    assert {e.rule.course: e.credits for e in made.exempted} == WANTED
    at.button(key="learn.export").click().run()
    _, data_out, receipt = at.session_state["learn.exported"]
    check = verify_receipt(receipt)
    assert check.genuine and check.digest == sha256(canonical(data_out))
    assert data_out["conversions"][0]["credits"] == 8.0
    entries = store().entries(me(), limit=200)
    assert {"exemption.agreed", "conversion.approved", "learner.converted", "learner.exported"} <= {
        e.kind for e in entries
    }
    assert NUMBER not in str(entries)
    assert store().verify("local").whole
