"""导出: an edited plan comes back, the college's template, the comparison of two runs."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from streamlit.testing.v1 import AppTest

from align.decisions import Role
from align.records import Action
from align.ui.words.zh import ZH
from tests import app_kit
from tests.app_kit import bodies, english, me, opened, shown, sign_in, space, store
from tests.test_papers import an_item, edited, form, words

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def view(name: str) -> AppTest:
    """The export page at one of its views."""
    at = opened("export")
    at.segmented_control(key="export_view_zh").set_value(ZH[f"export.view_{name}"]).run()
    assert not at.exception
    return at


def test_a_filled_in_plan_is_shown_and_taken_after_a_click() -> None:
    p = an_item()
    data = edited(p.id, 裁定="采纳", 裁定学时=3, 备注="<b>春季</b>")
    at = view("back")
    at.file_uploader(key="back.file.0").upload("plan.xlsx", data, _XLSX).run()
    assert not at.error, at.error
    text = shown(at)
    assert ZH["verdict.accept"] in text and "&lt;b&gt;春季&lt;/b&gt;" in text
    assert store().decisions(me(), space().id) == []
    at.button(key="back.take").click().run()
    (made,) = store().decisions(me(), space().id)
    assert (made.subject, made.hours, made.note) == (p.id, 3.0, "<b>春季</b>")
    assert [s.value for s in at.success] == [ZH["back.done"].format(n=1, name="plan.xlsx")]
    # The same file once more is out of date: told with the sheet and row, nothing to take.
    at.file_uploader(key="back.file.1").upload("plan.xlsx", data, _XLSX).run()
    assert ZH["back.conflicts"] in shown(at) and at.button(key="back.take").disabled
    assert "融通内容分析表" in shown(at)


def test_who_may_not_decide_and_what_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    at = view("back")
    at.file_uploader(key="back.file.0").upload("plan.xlsx", b"PK no", _XLSX).run()
    assert len(at.error) == 1 and "plan.xlsx" in at.error[0].value
    tokens = app_kit.college(monkeypatch)
    sign_in(monkeypatch, tokens[Role.VIEWER])
    assert not view("back").file_uploader
    assert ZH["template.not_you"] in shown(view("template"))


def test_a_template_is_checked_used_for_export_and_taken_away() -> None:
    at = view("template")
    assert ZH["template.none"] in shown(at)
    bad, good = form("{{ 校长 }}"), form("本校版式：{{ 专业 }}")
    at.file_uploader(key="template.file.0").upload("坏.docx", bad, _DOCX).run()
    assert "校长" in at.error[0].value
    assert "template.take" not in [b.key for b in at.button]
    at.file_uploader(key="template.file.0").upload("本校.docx", good, _DOCX).run()
    at.button(key="template.take").click().run()
    assert ZH["template.taken"].format(name="本校.docx") in shown(at)
    at.segmented_control(key="export_view_zh").set_value(ZH["export.view_files"]).run()
    at.button(key="export.plan.docx").click().run()
    assert not at.error
    assert ZH["export.in_template"].format(name="本校.docx") in shown(at)
    from align.ui import wiring

    kept = at.session_state["exported"]
    (_, papers) = next(iter(kept.values()))
    look = app_kit.look_of()
    data = wiring.bench().file(look.result, "plan.docx", "x", papers, ("本校.docx", good))
    assert words(data).startswith("本校版式：")
    at.segmented_control(key="export_view_zh").set_value(ZH["export.view_template"]).run()
    at.button(key="template.remove").click().run()
    names = [v.name for v in store().template_versions(me(), space().college_id)]
    assert names == ["本校.docx", ""] and ZH["template.none"] in shown(at)
    assert docx.Document(io.BytesIO(good)).paragraphs  # the version can still be got back


def test_a_decision_shows_in_the_comparison_with_its_cause(tmp_path: Path) -> None:
    p = an_item()
    store().decide(me(), space().id, p.id, p.action, "reject", note="校企课已讲", seen="")
    at = view("diff")
    text = shown(at)
    assert ZH["diff.only_decisions"] in text and "校企课已讲" in text
    assert ZH["diff.cause_decision"] in text
    at.button(key="export.diff.docx").click().run()
    assert not at.error
    assert [e.subject for e in store().entries(me(), kind="export.")] == [
        f"{space().name}-{ZH['diff.file']}.docx"
    ]
    assert p.action is Action.SUPPLEMENT


def test_the_views_speak_english() -> None:
    at = english(opened("export"))
    for k in range(1, 4):
        control = at.segmented_control(key="export_view_en")
        control.set_value(control.options[k]).run()
        assert not at.exception
        page = [b for b in bodies(at) if "al-lead" in b or "al-section" in b]
        assert not any(app_kit.CHINESE.search(b) for b in page), page
