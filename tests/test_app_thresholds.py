"""阈值: nothing changes before it is saved; what is saved, recalculated and taken back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from align import snapshot, tuning
from align.decisions import Role, Workspace
from align.settings import SETTINGS, Settings
from align.tune import scores
from align.ui.words import EN, ZH
from tests import app_kit, tune_kit
from tests.app_kit import CHINESE, bodies, english, finish, me, opened, shown, store
from tests.kit import align

place, reviewed = app_kit.place, tune_kit.reviewed


def view(at: AppTest, name: str) -> AppTest:
    at.segmented_control(key="tune_view_zh").set_value(name).run()
    return at


def equipment() -> Workspace:
    return app_kit.space("设备")


def slide(at: AppTest, name: str, value: float) -> AppTest:
    found = [s for s in at.slider if s.key and s.key.startswith(f"set.{name}.")]
    found[0].set_value(value).run()
    return at


def value(at: AppTest, name: str) -> float:
    (found,) = (s for s in at.slider if s.key and s.key.startswith(f"set.{name}."))
    return float(found.value)


def keys(at: AppTest) -> set[str]:
    return {b.key for b in at.button if b.key}


def save(at: AppTest, reason: str, button: str = "tune.save", field: str = "tune.reason") -> None:
    (box,) = (x for x in at.text_input if x.key and x.key.startswith(field))
    box.set_value(reason)
    at.button(key=button).click().run()


def again(at: AppTest) -> None:
    """Recalculate, and see what came of it."""
    at.button(key="again.do").click().run()
    finish(at)
    assert "again.do" not in keys(at)
    if at.segmented_control(key="tune_view_zh").value == "set":
        assert "tune.save" in keys(at), "the page is whole again right after the recalculation"
    at.button(key="again.close").click().run()


def settings_now() -> Settings:
    return Settings(store().settings_in_force(me(), equipment().id))


# --- sliders and versions -----------------------------------------------------------------------


@pytest.mark.usefixtures("reviewed")
def test_every_setting_is_shown_with_its_default_range_meaning_and_source() -> None:
    at = opened("thresholds")
    text = shown(at)
    # In their order, too: the keyboard goes row by row.
    assert [s.label for s in at.slider] == [s.zh for s in SETTINGS]
    for s, slider in ((s, x) for s in SETTINGS for x in at.slider if x.label == s.zh):
        assert (slider.min, slider.max, slider.value) == (s.low, s.high, s.default)
        assert s.meaning in text
        assert s.source in text
    assert ZH["effect.none"] in text
    assert at.button(key="tune.save").disabled


@pytest.mark.usefixtures("reviewed")
def test_the_effect_is_shown_before_anything_is_saved_and_the_run_then_agrees_with_it() -> None:
    first = equipment().run_id
    bytes_of_first = store().snapshot(me(), first)
    at = slide(opened("thresholds"), "practice_share", 0.9)
    before = app_kit.look_of("设备").result.proposals
    text = shown(at)
    assert ZH["effect.none"] not in text
    assert store().settings_versions(me(), "local") == []
    assert equipment().run_id == first
    save(at, "  ")
    assert [e.value for e in at.error] == [ZH["tune.reason_missing"]]
    assert store().settings_versions(me(), "local") == []
    save(at, "委员会要求从严")
    (version,) = store().settings_versions(me(), "local")
    assert (version.values, version.reason) == ({"practice_share": 0.9}, "委员会要求从严")
    assert equipment().run_id == first, "saving does not touch the results"
    assert ZH["again.outdated"] in shown(at)
    words = len(store().link_decisions(me(), equipment().id))
    again(at)
    now = equipment()
    assert now.run_id != first
    (run,) = (r for r in store().runs(me(), now.id) if r.id == now.run_id)
    assert run.settings_version == settings_now().version
    after = app_kit.look_of("设备").result.proposals
    assert [p.id for p in after] != [p.id for p in before] or after != before
    carried = [d for d in store().link_decisions(me(), now.id) if d.run_id == now.run_id]
    assert len(carried) == words
    assert ZH["again.outdated"] not in shown(at)
    # Going back is one more version; the first run is taken up again, byte for byte.
    view(at, "versions")
    assert "实践学时份额 0.25 → 0.9" in shown(at)
    save(at, "漏得太多", "version.back", "version.reason")
    assert [v.values for v in store().settings_versions(me(), "local")][-1] == {}
    again(at)
    assert equipment().run_id == first
    assert store().snapshot(me(), first) == bytes_of_first
    assert app_kit.look_of("设备").result.proposals == before
    assert store().verify("local").whole


@pytest.mark.usefixtures("reviewed")
def test_what_contradicts_itself_cannot_be_saved() -> None:
    at = slide(opened("thresholds"), "link_threshold", 0.7)
    assert any("高于" in e.value for e in at.error)
    assert "tune.save" not in keys(at)


@pytest.mark.usefixtures("reviewed")
def test_a_workspaces_own_values_stand_over_the_colleges() -> None:
    at = opened("thresholds")
    at.segmented_control(key=f"tune.scope.{equipment().id}.zh").set_value(equipment().id).run()
    save(slide(at, "covered_share", 0.7), "本专业另定")
    assert store().settings_versions(me(), "local") == []
    (own,) = store().settings_versions(me(), "local", equipment().id)
    assert own.values == {"covered_share": 0.7}
    at.segmented_control(key=f"tune.scope.{equipment().id}.zh").set_value("").run()
    assert value(at, "covered_share") == 0.9
    slide(at, "covered_share", 0.5)
    assert "已覆盖份额" in "".join(b for b in bodies(at) if "另有自己的设置" in b)
    save(at, "全院")
    assert settings_now().covered_share == 0.7


@pytest.mark.usefixtures("reviewed")
def test_settings_that_the_kept_run_cannot_answer_for_are_compared_again() -> None:
    first = equipment().run_id
    kept = snapshot.load(store().snapshot(me(), first))
    at = slide(opened("thresholds"), "candidates", 3)
    assert ZH["tune.by_model"] in shown(at)
    save(at, "少看几个")
    assert ZH["again.by_model"] in shown(at)
    again(at)
    made = snapshot.load(store().snapshot(me(), equipment().run_id))
    assert made.run.id != first
    assert len(made.candidates) < len(kept.candidates)


# --- grounds and goals --------------------------------------------------------------------------


@pytest.mark.usefixtures("reviewed")
def test_figures_stand_with_their_interval_and_number_of_pairs() -> None:
    at = view(opened("thresholds"), "figures")
    text = shown(at)
    assert "已审核的配对 240 对，其中有关联 60 对" in text
    assert ZH["tune.flatters"] in text
    assert text.count("· 240 对") == 4
    assert "随附的标注样例" not in text
    assert ZH["tune.no_verdicts"] in text
    found = app_kit.look_of("设备")
    p = found.result.proposals[0]
    store().decide(me(), equipment().id, p.id, p.action, "accept", action=p.action, seen="")
    other = next(x for x in found.result.proposals if x.id != p.id)
    store().decide(me(), equipment().id, other.id, other.action, "reject", seen="")
    at.run()
    assert "共 1 条；不采纳 1 条" in shown(at)


@pytest.mark.usefixtures("place")
def test_too_few_pairs_are_said_plainly_and_the_labelled_samples_stand_in_named_as_such() -> None:
    at = view(opened("thresholds"), "figures")
    text = shown(at)
    assert "已审核的配对太少" in text
    assert "以下是随附的标注样例（现代家政服务与管理、现代物流管理、软件技术，共 27,027 对" in text
    assert "不是本学院的" in text
    assert text.count("· 27,027 对") == 3, "precision, recall and F1 of every labelled pair"
    assert text.count("· 2,750 对") == 1, "calibration of the ten best of each competency"
    assert ZH["tune.confusion_samples"] in text
    view(at, "goal")
    assert any("已审核的配对太少" in w.value for w in at.warning)
    assert "只供参考" in shown(at)
    assert "goal.use.link_threshold" not in keys(at), "the samples' threshold is not taken over"
    view(at, "refit")
    assert any("已审核的配对太少" in w.value for w in at.warning)
    assert "refit.save" not in keys(at)


@pytest.mark.usefixtures("reviewed")
def test_a_goal_gives_a_threshold_with_its_cost_or_is_refused() -> None:
    at = view(opened("thresholds"), "goal")
    assert ZH["goal.linked"] in shown(at)
    at.number_input(key="goal.level.recall").set_value(0.99).run()
    assert any("至少 300" in w.value for w in at.warning)
    assert "goal.use.link_threshold" not in keys(at)
    at.number_input(key="goal.level.recall").set_value(0.95).run()
    at.button(key="goal.use.link_threshold").click().run()
    assert at.segmented_control(key="tune_view_zh").value == "set"
    threshold = value(at, "link_threshold")
    assert threshold != 0.225
    assert store().settings_versions(me(), "local") == []
    graded = [
        (d.probability or 0.0) >= threshold
        for d in store().link_decisions(me(), equipment().id)
        if d.grade
    ]
    assert sum(graded) / len(graded) >= 0.95


@pytest.mark.usefixtures("reviewed")
def test_exemption_only_when_sure_says_how_many_decisions_are_lacking() -> None:
    at = view(opened("thresholds"), "goal")
    at.segmented_control(key="goal.aim.zh").set_value("exempt").run()
    assert len([w for w in at.warning if "已决定的免修建议太少" in w.value]) == 2
    assert "已决定 0 条" in shown(at)
    assert not {k for k in keys(at) if k.startswith("goal.use.")}


@pytest.mark.usefixtures("reviewed")
def test_exemption_only_when_sure_takes_a_stricter_threshold_and_names_what_vanishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decisions as a college makes them: the weaker half of the units' exemptions rejected."""
    monkeypatch.setattr("align.tune.goals.FEWEST", 1)
    space, look = equipment(), app_kit.look_of("设备")
    known = scores(
        (kept := snapshot.load(store().snapshot(me(), space.run_id))).graph, kept.courses,
        kept.certificates, kept.settings,
    )  # fmt: skip
    units = sorted(
        (p for p in look.result.proposals if p.rule == "exempt-unit" and p.id in known),
        key=lambda p: known[p.id],
    )
    assert len(units) >= 8
    for k, p in enumerate(units):
        right = k >= len(units) // 2
        store().decide(
            me(), space.id, p.id, p.action, "accept" if right else "reject",
            action=p.action if right else None, seen="",
        )  # fmt: skip
    at = view(opened("thresholds"), "goal")
    at.segmented_control(key="goal.aim.zh").set_value("exempt").run()
    at.number_input(key="goal.level.exempt").set_value(0.8).run()
    assert f"已决定 {len(units)} 条" in shown(at)
    assert "“设备”今天" in shown(at), "which exemptions it would cost"
    assert store().settings_versions(me(), "local") == []
    at.button(key="goal.use.full_threshold").click().run()
    assert at.segmented_control(key="tune_view_zh").value == "set"
    threshold = value(at, "full_threshold")
    left = [k for k, p in enumerate(units) if known[p.id] >= threshold]
    assert sum(k >= len(units) // 2 for k in left) / len(left) >= 0.8
    assert store().settings_versions(me(), "local") == []


# --- calibration --------------------------------------------------------------------------------


@pytest.mark.usefixtures("reviewed")
def test_a_refit_is_kept_only_by_word_and_can_be_taken_back() -> None:
    first = equipment().run_id
    store().save_calibration(me(), "local", None, (0.5, -1.0), {}, "试用，明显偏低")
    at = view(opened("thresholds"), "refit")
    assert "240 对" in shown(at)
    assert "refit.save" in keys(at), "the one in force says far too little"
    assert len(store().calibration_versions(me(), "local")) == 1
    save(at, "本院已审 240 对", "refit.save", "refit.reason.")
    _, version = store().calibration_versions(me(), "local")
    assert version.calibration is not None
    assert version.figures["brier_after"] < version.figures["brier_before"]
    assert version.figures["pairs"] == 240
    again(at)
    made = snapshot.load(store().snapshot(me(), equipment().run_id))
    assert snapshot.calibration_of(made.run.model) == version.calibration
    old = snapshot.load(store().snapshot(me(), first))
    assert [m.probability for m in made.candidates] != [m.probability for m in old.candidates]
    # The same pairs under the new calibration: a second fit finds nothing better.
    assert "refit.save" not in keys(at)
    assert ZH["refit.worse"] in shown(at)
    save(at, "先不用", "refit.back", "refit.back.reason")
    assert store().calibration_in_force(me(), equipment().id) == snapshot.AS_SHIPPED
    again(at)
    assert equipment().run_id == first


def tuned(*arguments: str) -> str:
    """``align tune`` on the college of the screens, by the command."""
    done = align(
        "tune", "--college", "local", *arguments, "--as", app_kit.NAME,
        at=app_kit.data_file().parent,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("reviewed")
def test_the_command_keeps_a_refit_and_takes_it_back_and_the_run_is_the_same_again() -> None:
    first = equipment().run_id
    before = store().snapshot(me(), first)
    store().save_calibration(me(), "local", None, (0.5, -1.0), {}, "试用，明显偏低")
    assert "已采用新的校准" in tuned("--refit", "--save", "--reason", "本院已审 240 对")
    _, version = store().calibration_versions(me(), "local")
    assert version.calibration is not None and version.reason == "本院已审 240 对"
    assert version.author == me().id and version.figures["pairs"] == 240
    assert version.figures["brier_after"] < version.figures["brier_before"]
    at = opened("thresholds")
    again(at)
    made = snapshot.load(store().snapshot(me(), equipment().run_id))
    assert snapshot.calibration_of(made.run.model) == version.calibration
    assert "已撤回校准" in tuned("--take-back", "--reason", "先不用")
    assert store().calibration_in_force(me(), equipment().id) == snapshot.AS_SHIPPED
    assert equipment().run_id != first, "nothing is recalculated unasked"
    again(at.run())
    assert equipment().run_id == first
    assert store().snapshot(me(), first) == before
    assert store().verify().whole


# --- what to review next ------------------------------------------------------------------------


@pytest.mark.usefixtures("reviewed")
def test_a_sample_of_low_ranked_pairs_is_drawn_logged_and_reviewed() -> None:
    at = view(opened("thresholds"), "next")
    at.number_input(key="next.count").set_value(12)
    at.button(key="next.draw").click().run()
    (sample,) = store().samples(me(), equipment().id)
    kept = snapshot.load(store().snapshot(me(), equipment().run_id))
    assert len(sample.drawn) == 12
    assert not {pair for pair, _ in sample.drawn} & set(kept.positions)
    assert all(share == pytest.approx(12 / sample.pool_size) for _, share in sample.drawn)
    (entry,) = store().entries(me(), kind="sample.drawn", limit=5)
    assert entry.subject == sample.id
    assert "已抽取 12 对，待审 12 对" in shown(at)
    buttons = [b for b in at.button if b.key and b.key.startswith("drawn.none.")]
    assert len(buttons) == 5
    buttons[0].click().run()
    pair = tuple(str(buttons[0].key).removeprefix("drawn.none.").split("|"))
    word = store().link_decisions(me(), equipment().id)[-1]
    assert (word.pair, word.grade) == (pair, 0)
    assert word.probability == kept.probability(word.pair)
    assert "已抽取 12 对，待审 11 对" in shown(at)
    assert "抽样审核 1 对" in shown(at)
    assert ZH["tune.flatters"] not in shown(at)
    at.button(key="next.draw").click().run()
    assert len(store().samples(me(), equipment().id)) == 2
    view(at, "figures")
    assert "已审核的配对 241 对" in shown(at)


@pytest.mark.usefixtures("reviewed")
def test_a_pair_that_another_has_judged_unseen_is_not_drawn() -> None:
    store().change_workspace(me(), equipment().id, equipment().version, reviewers=2)
    kept = snapshot.load(store().snapshot(me(), equipment().run_id))
    free = tuning.pool(kept, (), ())
    other = store().local_person("李老师")
    store().decide_link(other, equipment().id, free[0], 1, seen="")
    assert free[0] not in {d.pair for d in store().link_decisions(me(), equipment().id)}
    made = tuning.draw_sample(store(), me(), equipment(), kept, len(free))
    assert made is not None
    assert {pair for pair, _ in made.drawn} == set(free[1:])


# --- who may, and in which language -------------------------------------------------------------


@pytest.mark.usefixtures("place")
def test_only_the_admin_saves_and_the_others_look(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = app_kit.college(monkeypatch)
    space = app_kit.their_space(tokens)
    app_kit.sign_in(monkeypatch, tokens[Role.FACULTY])
    at = opened("thresholds")
    assert ZH["tune.not_you"] in shown(at)
    assert all(s.disabled for s in at.slider)
    assert "tune.save" not in keys(at)
    app_kit.sign_in(monkeypatch, tokens[Role.ADMIN])
    at = opened("thresholds")
    save(slide(at, "covered_share", 0.7), "全院从宽")
    admin = store().session(tokens[Role.ADMIN])
    assert admin is not None
    (version,) = store().settings_versions(admin, space.college_id)
    assert version.author == admin.id
    app_kit.sign_in(monkeypatch, tokens[Role.VIEWER])
    at = opened("thresholds")
    assert ZH["again.outdated"] in shown(at)
    assert "again.do" not in keys(at)


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize("name", ["set", "figures", "goal", "refit", "next", "versions"])
def test_in_english_no_chinese_is_left_but_the_documents_own(name: str) -> None:
    at = english(opened("thresholds"))
    view_of = at.segmented_control(key="tune_view_en")
    view_of.set_value(EN[f"tune.view_{name}"]).run()
    assert at.segmented_control(key="tune_view_en").value == name
    assert not at.exception
    assert EN["tune.title"] in shown(at)
    own = ("设备", "王老师", "中文")
    text = shown(at)
    for word in own:
        text = text.replace(word, "")
    assert not CHINESE.findall(text)
