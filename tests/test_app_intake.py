"""导入: files in, corrected, bounded and compared; and a standard that is revised later."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from align import snapshot
from align.decisions import Correction
from align.links import pair_of
from align.ui.words import ZH
from tests import app_kit
from tests.app_kit import bodies, finish, go, look_of, me, opened, shown, space, store
from tests.kit import COURIER, CUSTOMERS, PARCELS

place = app_kit.place
pytestmark = pytest.mark.usefixtures("place")

Upload = tuple[str, bytes, str]


def upload(name: str, text: str) -> Upload:
    return (name, text.encode(), "text/csv")


def given(*files: Upload) -> AppTest:
    """The import page with uploaded files for a new workspace."""
    at = opened("intake")
    at.segmented_control(key="intake_way_zh").set_value("new").run()
    at.file_uploader(key="uploads").set_value(list(files)).run()
    return at


def run(at: AppTest) -> AppTest:
    at.button(key="intake.run").click().run()
    finish(at)
    return at


def test_what_was_read_is_shown_with_units_points_hours_and_requirements() -> None:
    at = opened("intake")
    text = shown(at)
    for words in ("收寄", "上门收件", "能核对寄件人身份并登记", "是否违禁", "2 学分", "K01"):
        assert words in text
    at.selectbox(key=f"intake_file_{space().id}").set_value(2).run()
    text = shown(at)
    assert "封装" in text
    assert "能操作无人机完成山区投递" in text
    first = next(e.label for e in at.expander if e.label.startswith("初级"))
    assert first.startswith("初级 · 1 个工作领域 · 2 个工作任务 · 4")


def test_files_are_told_apart_and_nothing_is_stored_before_comparing(tmp_path: Path) -> None:
    before = store().head("local")
    at = given(
        upload("../../外来.csv", PARCELS.replace("快件收派实务", "外来课程")),
        upload("证书.csv", COURIER),
        upload("空.docx", ""),
    )
    text = shown(at)
    assert not at.exception
    assert "外来课程" in text
    assert "空.docx：" in text
    assert "/tmp" not in text
    assert ".." not in text.replace("…", "")
    kinds = [s.value for s in at.selectbox if s.options == list(map(ZH.get, USES))]
    assert kinds == ["course", "certificate", "unknown"]
    assert at.button(key="intake.run").disabled  # it has no name yet
    assert ZH["intake.not_ready"].format(what=ZH["intake.lacks_name"]) in text
    assert store().head("local") == before
    assert not list(tmp_path.rglob("*外来*"))


USES = ("use.course", "use.certificate", "use.unknown")


def test_uploaded_files_are_corrected_bounded_compared_and_kept() -> None:
    at = given(upload("课.csv", PARCELS), upload("客户.md", CUSTOMERS), upload("证.csv", COURIER))
    at.text_input(key="range.name.new").set_value("快递 2027 级").run()
    name = "correct.new.课.csv.快件收派实务"
    at.selectbox(key=f"{name}.unit.zh").set_value("快件收派实务#2").run()
    at.text_input(key=f"{name}.value").set_value("包装与称重").run()
    at.button(key=f"{name}.add").click().run()
    assert "包装与称重" in "".join(b for b in bodies(at) if "al-table" in b)
    at.selectbox(key=f"{name}.kind.zh").set_value("drop-unit").run()
    at.selectbox(key=f"{name}.unit.zh").set_value("快件收派实务#4").run()
    at.button(key=f"{name}.add").click().run()
    assert "签收与异常" not in "".join(b for b in bodies(at) if "al-table" in b)
    at.button(key="correct.new.undo.1").click().run()
    assert "签收与异常" in "".join(b for b in bodies(at) if "al-table" in b)
    at.multiselect(key="range.levels.new.zh").set_value(["初级"]).run()
    at.multiselect(key="range.leave_out.new.zh").set_value(["快递客户服务"]).run()
    at.radio(key="range.reviewers.new").set_value(2).run()
    run(at)
    assert ZH["intake.done"] in shown(at)
    found = space("快递 2027 级")
    # The page has gone on to it, and the form is empty for the next one.
    assert at.selectbox(key="workspace").value == found.id
    assert at.segmented_control(key="intake_way_zh").value == "current"
    at.segmented_control(key="intake_way_zh").set_value("new").run()
    assert not at.file_uploader(key="uploads").value
    at.segmented_control(key="intake_way_zh").set_value("current").run()
    assert (found.levels, found.leave_out, found.reviewers) == (("初级",), ("快递客户服务",), 2)
    assert found.corrections == (
        Correction("rename-unit", ("快件收派实务", "快件收派实务#2"), "包装与称重"),
    )
    assert [kind for _, kind in found.sources] == ["course", "course", "certificate"]
    assert store().source_bytes(me(), found.sources[0][0]) == PARCELS.encode()
    kept = snapshot.load(store().snapshot(me(), found.run_id, found.id))
    assert [c.name for c in kept.courses] == ["快件收派实务"]
    assert [c.levels for c in kept.certificates] == [("初级",)]
    assert kept.courses[0].units[1].task == "包装与称重"
    at.button(key="outcome.open").click().run()
    assert at.selectbox(key="workspace").value == found.id
    assert at.title[0].value == ZH["compare.title"]


def test_a_file_of_the_wrong_kind_can_be_left_out() -> None:
    at = given(upload("课.csv", PARCELS), upload("证.csv", COURIER), upload("又一.csv", COURIER))
    last = [s for s in at.selectbox if s.options == list(map(ZH.get, USES))][2]
    last.set_value("unknown").run()
    at.text_input(key="range.name.new").set_value("一份证书").run()
    run(at)
    assert len(space("一份证书").sources) == 2


def test_files_without_a_certificate_cannot_be_compared() -> None:
    at = given(upload("课.csv", PARCELS))
    at.text_input(key="range.name.new").set_value("只有课程").run()
    assert at.button(key="intake.run").disabled
    assert ZH["intake.not_ready"].format(what=ZH["intake.lacks_certificate"]) in shown(at)


def test_a_revised_standard_keeps_decisions_on_lines_that_did_not_change() -> None:
    look, found = look_of(), space()
    kept_pair, changed_pair, gone_pair = (
        pair_of(look.item_matches["900101", key][0])
        for key in ("初级-1.1.1", "初级-1.2.2", "中级-2.1.2")
    )
    for pair, grade in ((kept_pair, 1), (changed_pair, 2), (gone_pair, 0)):
        store().decide_link(me(), found.id, pair, 1 if grade == 1 else 2 if grade else 0, seen="")
    p = look.of_item["900101", "初级-1.1.2"]
    store().decide(me(), found.id, p.id, p.action, "accept", action=p.action, seen="")
    revised = COURIER.replace("能使用电子秤称重并计算资费", "能使用电子秤称重、量方并报价")
    revised = "\n".join(line for line in revised.splitlines() if "无人机" not in line) + "\n"
    at = opened("intake")
    assert at.button(key="intake.run").disabled  # nothing is changed yet
    at.file_uploader(key=f"revised.{found.id}.{found.version}").set_value(
        [upload("快件处理员 新版.csv", revised)]
    ).run()
    (of,) = (s for s in at.selectbox if s.key == "revise.快件处理员 新版.csv.zh")
    assert of.value == found.sources[2][0]  # it is the one of the same certificate
    run(at)
    text = shown(at)
    assert ZH["carried.done"].format(kept=2, changed=1, gone=1) in text
    assert "<mark>" in text
    assert "<del>" in text
    now = space()
    assert now.sources[:2] == found.sources[:2]
    assert store().source_bytes(me(), now.sources[2][0]) == revised.encode()
    assert store().source_bytes(me(), found.sources[2][0]) == COURIER.encode()  # for ever
    carried = [d for d in store().link_decisions(me(), now.id) if d.carried_from]
    assert [(d.pair, d.grade) for d in carried] == [(kept_pair, 1)]
    (word,) = (d for d in store().decisions(me(), now.id) if d.carried_from)
    assert word.subject == p.id
    # What changed waits again, with what had been said of it.
    at.button(key="outcome.close").click().run()
    go(at, "compare")
    at.text_input(key="compare_text").set_value("量方").run()
    assert not at.radio[0].options[0].startswith("✓")
    assert "王老师 · " in shown(at)


#: One file with two certificate standards.
BOTH = COURIER + "网页制作员,900102,1.0,初级,1 页面,1.1 结构,1.1.1,能使用HTML标签搭建页面结构\n"


def test_one_of_several_certificates_in_a_file_is_chosen_and_others_come_back() -> None:
    at = given(upload("课.csv", PARCELS), upload("两证.csv", BOTH))
    at.text_input(key="range.name.new").set_value("只用一证").run()
    at.multiselect(key="range.certificates.new.zh").set_value(["快件处理员"]).run()
    run(at)
    found = space("只用一证")
    assert found.leave_out == ("证书：网页制作员",)
    look = look_of("只用一证")
    assert [c.name for c in look.certificates.values()] == ["快件处理员"]
    assert {m.certificate_id for m in look.result.matches} == {"900101"}
    assert {p.certificate_id for p in look.result.proposals} == {"900101"}
    # Opened again it stands as chosen, and nothing has to be compared; the other comes in.
    at.button(key="outcome.close").click().run()
    assert at.multiselect(key=f"range.certificates.{found.id}.zh").value == ["快件处理员"]
    assert at.button(key="intake.run").disabled
    at.multiselect(key=f"range.certificates.{found.id}.zh").set_value([]).run()
    run(at)
    assert space("只用一证").leave_out == ()
    assert len(look_of("只用一证").certificates) == 2


def test_every_certificate_of_a_file_can_be_corrected() -> None:
    at = given(upload("课.csv", PARCELS), upload("两证.csv", BOTH))
    at.selectbox(key="intake_file_new").set_value(1).run()
    at.selectbox(key="correct.new.两证.csv.certificate").set_value(1).run()
    assert any("900102" in str(w.key) for w in (*at.selectbox, *at.button))


def test_a_programme_that_names_one_certificate_of_a_file_takes_only_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app_kit.fresh(monkeypatch, tmp_path)
    (tmp_path / "cert_standards/快件处理员.csv").write_text(BOTH, encoding="utf-8")
    toml = tmp_path / "course_standards/快递/programme.toml"  # a file's name would mean all of it
    toml.write_text('name = "快递运营"\ncertificates = ["900101"]\n', encoding="utf-8")
    app_kit.ready()
    assert [c.name for c in look_of().certificates.values()] == ["快件处理员"]
