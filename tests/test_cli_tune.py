"""``align tune`` on labels and on a workspace: figures, goals, effects, and nothing written."""

from __future__ import annotations

import json
import re
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from align import pipeline, snapshot
from align.embed import HashingEmbedder
from align.gather import gather
from align.links import pair_of
from align.match import FEATURE_ZH
from align.settings import Settings
from align.store import COMMAND_LINE, Store, open_store
from tests.kit import MATCHER, USUAL, align, write_files

LINKS = """item_id\tunit_id\tgrade
初级-1.1.1\t快件收派实务#1\t2
初级-1.1.2\t快件收派实务#1\t2
初级-1.2.1\t快件收派实务#2\t2
初级-1.2.2\t快件收派实务#2\t2
中级-1.1.1\t快件收派实务#3\t2
中级-1.1.2\t快件收派实务#4\t1
中级-2.1.1\t快递客户服务#3\t1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual files, labels, and a matcher of equal weights."""
    here = write_files(tmp_path_factory.mktemp("tune"))
    matcher = {
        "weights": dict.fromkeys(FEATURE_ZH, 1.0), "hub": 0.3, "usual": USUAL, "slope": 3.0,
        "intercept": -3.0,
    }  # fmt: skip
    (here / "models").mkdir()
    (here / "models" / "matcher.json").write_text(json.dumps(matcher), encoding="utf-8")
    (here / "links.tsv").write_text(LINKS, encoding="utf-8")
    return here


def labelled(folder: Path, *more: str) -> tuple[int, str, str]:
    done = align(
        "tune", "--courses", "course_standards/快递", "--certs", "cert_standards/快件处理员.csv",
        "--links", "links.tsv", "--model", "hashing", *more, at=folder,
        ALIGN_MODELS=str(folder / "models"),
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_figures_of_labels_have_an_interval_and_a_number(folder: Path) -> None:
    code, out, err = labelled(folder)
    assert code == 0, err
    # Seven links allow no conclusion: that stands above every figure.
    assert out.startswith("注意：配对太少，得不出可靠的结论：现有有关联的配对 7；")
    assert "标注的样例，全部 56 对（有关联 7 对）" in out
    assert re.search(r"关联阈值 0\.225：精确率 [01]\.\d{3}（[01]\.\d{3}–[01]\.\d{3}，n=56）", out)
    assert "现用" in out and "校准误差" in out
    code, out, err = labelled(folder, "--json")
    data = json.loads(out)
    assert (data["pairs"], data["links"], data["link_threshold"]) == (56, 7, 0.225)
    assert all(0 <= f["recall"]["value"] <= 1 for f in data["figures"])


def test_a_change_is_shown_item_by_item(folder: Path) -> None:
    code, out, err = labelled(folder, "--set", "link_threshold=0.9", "--set", "full_threshold=0.95")
    assert code == 0, err
    assert "若改为 link_threshold=0.9、full_threshold=0.95" in out
    assert re.search(r"\n  改换措施 [初中高]级 \S+ [^:\n]+：已覆盖 → ", out), out
    assert "item:" not in out and "unit:" not in out  # names, no ids
    code, out, _ = labelled(folder, "--set", "link_threshold=0.225", "--json")
    assert json.loads(out)["effect"]["changes"] == []


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (("--recall", "0.95"), 8, "已审核的配对太少"),
        (("--f1",), 8, "至少 30"),
        (("--recall", "0.3"), 4, "0.5 至 0.99"),
        (("--f1", "--recall", "0.9"), 2, "只给一个"),
        (("--set", "link_threshold"), 2, "名称=数值"),
        (("--set", "link_threshold=3"), 4, "超出范围"),
        (("--set", "nonsense=1"), 4, "没有这项设置"),
        (("--save",), 2, "--reason"),
        (("--workspace", "x"), 2, "只给一种"),
        (("--samples",), 2, "只给一种"),
        (("--exempt", "0.95"), 2, "学院自己的审核"),
        (("--exempt", "0.95", "--f1"), 2, "只给一个"),
        (("--refit",), 2, "学院自己的审核"),
        (("--draw", "5"), 2, "--workspace"),
        (("--back", "0", "--take-back"), 2, "只做一件"),
        (("--take-back",), 2, "--reason"),
    ],
)
def test_what_cannot_be_is_refused(
    folder: Path, more: tuple[str, ...], code: int, said: str
) -> None:
    found, _, err = labelled(folder, *more)
    assert said in err and found != 0 and found != 70, (found, err)
    assert found == code


@pytest.fixture(scope="module")
def made(folder: Path) -> str:
    """A database on a laptop with a workspace, its run and some reviewed pairs."""
    (gathered,) = gather(folder / "course_standards", folder / "cert_standards", programme="快递")
    result = pipeline.run(gathered, HashingEmbedder(), MATCHER, Settings())
    with open_store(str(folder / "align.db"), data=folder) as store:
        me = store.local_person("王老师")
        space = store.create_workspace(me, "2026 级", "快递")
        store.save_run(
            me, space.id, result.run, result.candidates, result.proposals, snapshot.dump(result)
        )
        for k, m in enumerate(result.candidates[:20]):
            store.decide_link(
                me, space.id, pair_of(m), 2 if k % 3 == 0 else 0, seen="",
                probability=m.probability,
            )  # fmt: skip
    return str(folder / "align.db")


def of_workspace(folder: Path, db: str, *more: str) -> tuple[int, str, str]:
    done = align(
        "tune", "--workspace", "2026 级", "--db", db, *more, at=folder, ALIGN_DATA=str(folder)
    )
    return done.returncode, done.stdout, done.stderr


def heads(folder: Path, db: str) -> tuple[object, ...]:
    with open_store(db, data=folder) as store:
        return tuple(store.head(c.id) for c in store.colleges())


def versions(store: Store) -> list[dict[str, float]]:
    (space,) = store.workspaces(COMMAND_LINE)
    found = store.settings_versions(COMMAND_LINE, space.college_id, space.id)
    return [v.values for v in found]


def test_a_workspace_shows_its_own_reviewed_pairs_and_writes_nothing(
    folder: Path, made: str
) -> None:
    before = heads(folder, made)
    code, out, err = of_workspace(folder, made, "--set", "link_threshold=0.5")
    assert code == 0, err
    assert "工作区“2026 级”已审核的 20 对，其中抽样所得 0 对（有关联 7 对）" in out
    assert "若改为 link_threshold=0.5" in out
    code, _, err = of_workspace(folder, made, "--precision", "0.95")
    assert code == 8 and "太少" in err
    assert heads(folder, made) == before
    code, _, err = of_workspace(folder, made, "--save", "--set", "link_threshold=0.5")
    assert code == 2 and heads(folder, made) == before


def test_saving_needs_a_reason_and_somebody_and_makes_a_version(folder: Path, made: str) -> None:
    given = ("--save", "--reason", "委员会 6 月会议", "--as")
    code, _, err = of_workspace(folder, made, "--set", "link_threshold=0.5", *given, "生人")
    assert code == 2 and "没有这位使用者" in err
    code, out, err = of_workspace(folder, made, "--set", "link_threshold=0.5", *given, "王老师")
    assert code == 0 and "已保存" in out and "委员会 6 月会议" in out, err
    code, _, err = of_workspace(folder, made, "--set", "covered_share=0.8", *given, "王老师")
    assert code == 0, err
    with open_store(made, data=folder) as store:
        assert versions(store) == [
            {"link_threshold": 0.5}, {"link_threshold": 0.5, "covered_share": 0.8},
        ]  # fmt: skip
        assert store.verify().whole
    code, out, _ = of_workspace(folder, made)
    assert re.search(r"关联阈值 0\.5：.*← 现用", out)


WORDS = (
    "快件", "收寄", "包装", "称重", "资费", "投递", "路线", "签收", "投诉", "验视", "封发", "中转",
)  # fmt: skip


def test_a_suggestion_is_shown_with_its_cost_and_its_effect(folder: Path) -> None:
    """Enough labelled pairs: a threshold for the goal, judged on pairs left out, and tried."""
    here = folder / "大"
    (here / "models").mkdir(parents=True)
    (here / "models" / "matcher.json").write_bytes(
        (folder / "models" / "matcher.json").read_bytes()
    )
    units = [f"课,单元,任务{w},能办理{w}业务并登记{w}单据,4" for w in WORDS]
    items = [f"证,初级,1 领域,1.1 任务,1.1.{k},能办理{w}业务" for k, w in enumerate(WORDS, 1)]
    (here / "课.csv").write_text(
        "\n".join(["课程,单元,任务,教学内容,学时", *units]), encoding="utf-8"
    )
    (here / "证.csv").write_text(
        "\n".join(["证书,等级,工作领域,工作任务,编号,职业技能要求", *items]), encoding="utf-8"
    )
    near = {(k, (k + step - 1) % 12 + 1) for k in range(1, 13) for step in range(3)}
    labels = [f"初级-1.1.{k}\t课#{u}\t2" for k, u in sorted(near)]
    (here / "links.tsv").write_text(
        "\n".join(["item_id\tunit_id\tgrade", *labels]), encoding="utf-8"
    )
    files = ("--courses", "课.csv", "--certs", "证.csv", "--links", "links.tsv")

    def asked(*more: str) -> str:
        done = align(
            "tune", *files, "--model", "hashing", *more, at=here,
            ALIGN_MODELS=str(here / "models"),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    data = json.loads(asked("--f1", "--json"))
    found = data["suggestion"]
    assert (found["aim"], found["reached"], data["links"]) == ("f1", True, 36)
    assert found["f1"]["n"] == 144 and found["f1"]["low"] <= found["f1"]["value"]
    assert found["spread"][0] <= found["spread"][1]
    shown = asked("--f1")
    assert "注意" not in shown and data["too_few"] == ""
    assert "目标 F1最高：建议关联阈值" in shown and "在留出的配对上" in shown


def test_a_workspace_that_is_not_there_is_named(folder: Path, made: str) -> None:
    done = align("tune", "--workspace", "没有", "--db", made, at=folder, ALIGN_DATA=str(folder))
    assert done.returncode == 2 and "2026 级" in done.stderr


def test_the_samples_that_travel_give_figures_without_any_file(folder: Path) -> None:
    done = align("tune", "--samples", "--recall", "0.9", "--json", at=folder)
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["links"] == 446
    assert data["suggestion"]["recall"]["value"] == pytest.approx(0.9, abs=0.03)
    assert data["ece"]["n"] == 2750
    assert "effect" not in data
    done = align("tune", "--samples", "--set", "link_threshold=0.5", at=folder)
    assert done.returncode == 2 and "没有建议可改" in done.stderr


def of_college(folder: Path, db: str, *more: str) -> tuple[int, str, str]:
    done = align("tune", "--college", "local", "--db", db, *more, at=folder, ALIGN_DATA=str(folder))
    return done.returncode, done.stdout, done.stderr


SIGNED = ("--reason", "委员会 9 月会议", "--as", "王老师")


def test_a_colleges_versions_are_saved_listed_and_gone_back_from(folder: Path, made: str) -> None:
    code, out, err = of_college(folder, made, "--set", "practice_share=0.9", "--save", *SIGNED)
    assert code == 0 and "已保存" in out, err
    assert "学院“local”已审核的 20 对" in out
    code, _, err = of_college(folder, made, "--set", "practice_share=0.5", "--save", *SIGNED)
    assert code == 0, err
    code, out, _ = of_college(folder, made, "--versions")
    with open_store(made, data=folder) as store:
        first = store.settings_versions(COMMAND_LINE, "local", None)[0].time
    beijing = first.astimezone(timezone(timedelta(hours=8)))
    assert f"1  {beijing:%Y-%m-%d %H:%M} 北京时间  王老师" in out and "UTC" not in out
    assert re.search(r"1 .*王老师  practice_share=0\.9  委员会 9 月会议\n", out)
    assert re.search(r"2 .*practice_share=0\.5  .*← 现行", out)
    before = heads(folder, made)
    code, _, err = of_college(folder, made, "--back", "2", *SIGNED)
    assert code == 2 and "0（第 1 版以前）至 1" in err and heads(folder, made) == before
    for number, values in (("1", {"practice_share": 0.9}), ("0", {})):
        code, out, err = of_college(folder, made, "--back", number, *SIGNED)
        assert code == 0 and "已按旧值保存新版本" in out, err
        data = json.loads(of_college(folder, made, "--versions", "--json")[1])
        assert data["settings"][-1]["values"] == values
    assert [v["number"] for v in data["settings"]] == [1, 2, 3, 4]
    assert data["calibration"] == []
    with open_store(made, data=folder) as store:
        assert store.verify().whole


def test_a_colleges_change_does_not_reach_what_a_workspace_has_set_itself(
    folder: Path, tmp_path: Path, made: str
) -> None:
    (tmp_path / "align.db").write_bytes(Path(made).read_bytes())
    db = str(tmp_path / "align.db")
    wanted = ("--set", "practice_share=0.95", "--json")
    reached = json.loads(of_college(folder, db, *wanted)[1])["effect"]
    assert reached["workspace"] == "2026 级"
    assert of_workspace(folder, db, "--set", "practice_share=0.25", "--save", *SIGNED)[0] == 0
    held = json.loads(of_college(folder, db, *wanted)[1])["effect"]
    assert reached["changes"] and held["changes"] == []


def test_a_drawn_sample_is_entered_and_never_drawn_twice(
    folder: Path, tmp_path: Path, made: str
) -> None:
    (tmp_path / "align.db").write_bytes(Path(made).read_bytes())
    db = str(tmp_path / "align.db")
    code, _, err = of_college(folder, db, "--draw", "3", "--as", "王老师")
    assert code == 2 and "指明一个工作区" in err
    code, out, err = of_workspace(folder, db, "--draw", "500", "--as", "王老师")
    with open_store(db, data=folder) as store:
        (space,) = store.workspaces(COMMAND_LINE)
        found = store.samples(COMMAND_LINE, space.id)
        kept = snapshot.load(store.snapshot(COMMAND_LINE, space.run_id))
        unlisted = len(kept.items) * len(kept.units) - len(kept.positions)
    if unlisted:
        (sample,) = found
        assert code == 0 and f"抽取了 {len(sample.drawn)} 对" in out, err
        assert len(sample.drawn) == unlisted
        code, _, err = of_workspace(folder, db, "--draw", "5", "--as", "王老师")
    assert code == 2 and "没有可抽的配对" in err


def test_exemptions_and_a_refit_are_refused_from_too_few(folder: Path, made: str) -> None:
    code, out, err = of_workspace(folder, made, "--exempt", "0.95")
    assert code == 8 and "已决定的免修建议太少" in err and "至少 60" in err
    assert "单元免修：已决定 0 条" in out
    before = heads(folder, made)
    code, _, err = of_workspace(folder, made, "--refit", "--save", *SIGNED)
    assert code == 8 and "已审核的配对太少" in err
    code, _, err = of_workspace(folder, made, "--take-back", *SIGNED)
    assert code == 2 and "没有自己的校准" in err
    assert heads(folder, made) == before
