"""A college with enough reviewed pairs to say something of thresholds."""

from __future__ import annotations

from pathlib import Path

import pytest

from align.decisions import Grade
from align.links import pair_of
from align.store import LinkChoice
from tests import app_kit
from tests.kit import write_files

_OBJECTS = (
    "轴承", "齿轮", "液压泵", "传感器", "电机", "变频器", "控制柜", "传送带", "机械手", "夹具",
    "刀具", "主轴", "导轨", "丝杠", "阀门", "管路", "仪表", "电缆", "继电器", "编码器",
)  # fmt: skip
#: Of these, the row on the other deed is graded a part.
_HALF = _OBJECTS[::2]
_DEEDS = (("安装", "调平"), ("检修", "更换"))


def files() -> dict[str, str]:
    """Forty content rows in four courses, forty competencies; each has one row that teaches it."""
    rows, items = [], ["证书,标准代码,版本,等级,工作领域,工作任务,编号,职业技能要求"]
    for k, thing in enumerate(_OBJECTS):
        for d, (first, second) in enumerate(_DEEDS):
            course = f"{'装配' if d == 0 else '维修'}实务{'上' if k < 10 else '下'}"
            rows.append(
                (course, f"{course},必修,4,{thing},{first}{thing},"
                 f"能{first}{thing}；会{second}{thing}并记录,4,1,3")
            )  # fmt: skip
            level = "初级" if d == 0 else "中级"
            items.append(
                f"设备维护员,900777,1.0,{level},{k // 5 + 1} 设备,{k // 5 + 1}.{k % 5 + 1} {thing},"
                f"{k // 5 + 1}.{k % 5 + 1}.1,能{first}{thing}，{second}后按规程记录"
            )  # fmt: skip
    head = "课程,课程性质,学分,单元,任务,教学内容,学时,理论学时,实践学时\n"
    found = {
        f"course_standards/设备/{name}.csv": head + "\n".join(r for c, r in rows if c == name)
        for name in dict.fromkeys(c for c, _ in rows)
    }
    found["course_standards/设备/programme.toml"] = 'certificates = ["设备维护员.csv"]\n'
    found["cert_standards/设备维护员.csv"] = "\n".join(items)
    return found


def compared(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workspace, compared by the screens."""
    write_files(folder, files())
    app_kit.stand(monkeypatch, folder)
    app_kit.store().local_person(app_kit.NAME)
    app_kit.ready()


def review(best: int = 6) -> int:
    """Grade the best candidates of every competency by what the files were made of."""
    found = app_kit.space("设备")
    look = app_kit.look_of("设备")
    choices = []
    for key, matches in look.item_matches.items():
        item = look.items[key]
        for m in matches[:best]:
            unit = look.units[m.course_id, m.unit_id]
            grade: Grade = 2 if item.text.startswith(f"能{unit.task}") else 0
            if not grade and unit.section in _HALF and f"{unit.section}，" in item.text:
                grade = 1
            choices.append(LinkChoice(pair_of(m), grade, probability=m.probability))
    app_kit.store().decide_many(app_kit.me(), found.id, choices)
    return len(choices)


_filled: list[Path] = []


@pytest.fixture
def reviewed(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A store of the test's own with the workspace compared and its best pairs graded."""
    if not _filled:
        folder = tmp_path_factory.mktemp("tune")
        patch = pytest.MonkeyPatch()
        with patch.context() as m:
            compared(folder, m)
            review()
            app_kit.store().close()
        _filled.append(folder)
    data = app_kit.copied(_filled[0] / "new", tmp_path / "kept")
    app_kit.stand(monkeypatch, _filled[0], data)
    return data
