"""Small builders for the tests of the steps in the middle, and a small set of real files.

Records are made by hand, so that a test says in one line what it is about; files are written
as a teacher would save them (csv, md), in two programmes that share words and nothing else.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from align import graph as g
from align.match import FEATURE_ZH, MatcherModel
from align.match.features import Usual
from align.propose import Parts, propose
from align.records import (
    Certificate,
    Competency,
    Course,
    Coverage,
    Evidence,
    Match,
    Place,
    Proposal,
    Unit,
)
from align.settings import Settings
from tests.cli_kit import command

ROOT = Path(__file__).resolve().parent.parent

#: Every threshold the tests below rely on, whatever the defaults become.
SETTINGS = Settings(
    {
        "candidates": 10,
        "link_threshold": 0.3,
        "full_threshold": 0.6,
        "unsure_low": 0.2,
        "unsure_high": 0.5,
        "covered_share": 0.75,
        "part_credit": 0.5,
        "missing_similarity": 0.4,
        "depth_gap": 1,
        "practice_share": 0.25,
        "exempt_course_share": 0.8,
        "hours_per_credit": 16,
    }
)

#: Equal weights: what the tests say of ranking must not hang on one lucky coefficient.
USUAL = dict.fromkeys(FEATURE_ZH, (0.15, 0.12, 0.1, 0.1)) | {"siblings": (0.0, 0.5, -0.5, 0.5)}
MATCHER = MatcherModel(
    dict.fromkeys(FEATURE_ZH, 1.0), 0.3, {k: Usual(*v) for k, v in USUAL.items()}, 1.5, -3.0,
    "m-test",
)  # fmt: skip


def unit(
    n: int,
    content: str = "教学内容",
    *,
    course: str = "课",
    section: str = "单元一",
    task: str = "",
    **more: Any,
) -> Unit:
    """Unit ``课#n`` of a course; its content is split into points at ``；``."""
    points = tuple(p for p in content.split("；") if p)
    place = Place(table=2, row=n + 1)
    return Unit(
        f"{course}#{n}", course, course, section, task or f"任务{n}", points, content, place, **more
    )


def course(*units: Unit, name: str = "课", **more: Any) -> Course:
    """A course of these units; they are made its own."""
    return Course(name, name, units, **more)


def item(
    number: str,
    text: str = "能完成某事",
    *,
    level: str = "初级",
    area: str = "领域一",
    task: str = "任务一",
    certificate: str = "证",
    **more: Any,
) -> Competency:
    """Competency ``初级-1.1.1``; its printed text ends with a full stop."""
    k = int(number.rpartition(".")[2])
    return Competency(
        f"{level}-{number}", certificate, level, area, task, number, text, text + "。",
        Place(page=7, table=3, row=k), **more,
    )  # fmt: skip


def certificate(
    *items: Competency, levels: Sequence[str] = ("初级",), name: str = "证"
) -> Certificate:
    """A certificate of these items."""
    return Certificate(name, name, tuple(levels), items)


def link(c: Competency, u: Unit, probability: float) -> Match:
    """A match of the two with one quotation from each side."""
    quoted = Evidence(u.points[0] if u.points else u.task, u.place, c.printed, c.place, probability)
    return Match(
        c.certificate_id, c.id, u.course_id, u.id, probability * 8 - 4, probability, (quoted,)
    )


def covered(
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    matches: Sequence[Match],
    settings: Settings = SETTINGS,
) -> dict[tuple[str, str], Coverage]:
    """Coverage by (scope, id)."""
    graph = g.build(courses, certificates, matches, settings)
    found = g.coverage(graph, courses, certificates, settings)
    assert len({(c.scope, c.id) for c in found}) == len(found), "one coverage per thing"
    return {(c.scope, c.id): c for c in found}


def proposed(
    courses: Sequence[Course],
    certificates: Sequence[Certificate],
    matches: Sequence[Match],
    parts: Parts | None = None,
    settings: Settings = SETTINGS,
) -> dict[str, Proposal]:
    """Proposals by id."""
    graph = g.build(courses, certificates, matches, settings)
    found = propose(graph, courses, certificates, matches, parts or {}, settings)
    assert len({p.id for p in found}) == len(found), "one proposal per id"
    return {p.id: p for p in found}


# --- files ----------------------------------------------------------------------------------

PARCELS = """课程,课程代码,课程性质,学分,单元,任务,教学内容,学时,理论学时,实践学时
快件收派实务,K01,必修,2,收寄,上门收件,能核对寄件人身份并登记；会检查寄递物品是否违禁,4,1,3
快件收派实务,K01,必修,2,收寄,包装称重,能选择包装材料并封装快件；能称重并计算资费,6,2,4
快件收派实务,K01,必修,2,投递,派送路线,能规划派送路线；掌握电子地图的使用,6,2,4
快件收派实务,K01,必修,2,投递,签收与异常,能办理签收；会处理无人接收与拒收的快件,4,1,3
"""
CUSTOMERS = """# 《快递客户服务》课程标准

课程代码：K02，课程性质：选修，学分：1，学时：16

## 教学内容

| 单元 | 任务 | 教学内容 | 学时 |
|---|---|---|---|
| 沟通 | 接待礼仪 | 了解接待客户的礼貌用语 | 4 |
| 沟通 | 电话查询 | 理解快件查询的答复步骤 | 4 |
| 投诉 | 投诉受理 | 熟悉投诉登记、核实与回访的过程 | 8 |
"""
COURIER = """证书,标准代码,版本,等级,工作领域,工作任务,编号,职业技能要求
快件处理员,900101,1.0,初级,1 收件,1.1 验视,1.1.1,能核对寄件人身份信息并登记
快件处理员,900101,1.0,初级,1 收件,1.1 验视,1.1.2,能检查寄递物品，识别违禁物品
快件处理员,900101,1.0,初级,1 收件,1.2 封装,1.2.1,能按物品选择包装材料并封装快件
快件处理员,900101,1.0,初级,1 收件,1.2 封装,1.2.2,能使用电子秤称重并计算资费
快件处理员,900101,1.0,中级,1 派件,1.1 派送,1.1.1,能规划派送路线并使用电子地图导航
快件处理员,900101,1.0,中级,1 派件,1.1 派送,1.1.2,能处理无人接收、拒收、破损的快件
快件处理员,900101,1.0,中级,2 客户,2.1 投诉,2.1.1,能受理客户投诉并完成回访
快件处理员,900101,1.0,中级,2 客户,2.1 投诉,2.1.2,能操作无人机完成山区投递
"""
PAGES = """课程,单元,任务,教学内容,学时
网页设计,结构,标签与表单,能用HTML标签编写网页结构；会制作表单,8
网页设计,样式,选择器与布局,掌握CSS选择器；能用弹性布局排版,8
网页设计,脚本,变量与函数,理解JavaScript变量与函数；能编写事件处理程序,8
网页设计,脚本,数据类型,掌握JavaScript的数据类型与转换,4
"""
WEB = """证书,等级,工作领域,工作任务,编号,职业技能要求
网页制作,初级,1 页面,1.1 结构,1.1.1,能使用HTML标签搭建页面结构和表单
网页制作,初级,1 页面,1.1 结构,1.1.2,能使用CSS选择器与弹性布局美化页面
网页制作,初级,2 交互,2.1 脚本,2.1.1,能使用JavaScript函数处理页面事件
网页制作,初级,2 交互,2.1 脚本,2.1.2,能配置Linux服务器的防火墙
"""
PROGRAMME = 'name = "快递运营"\ncertificates = ["快件处理员"]\n'

#: path below the set's folder -> text
FILES = {
    "course_standards/快递/快件收派实务.csv": PARCELS,
    "course_standards/快递/快递客户服务.md": CUSTOMERS,
    "course_standards/快递/programme.toml": PROGRAMME,
    "course_standards/网站/网页设计.csv": PAGES,
    "course_standards/网站/programme.toml": 'certificates = ["网页制作.csv"]\n',
    "cert_standards/快件处理员.csv": COURIER,
    "cert_standards/网页制作.csv": WEB,
}


def write_files(folder: Path, files: dict[str, str] = FILES) -> Path:
    """Write the set; gives the folder back."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def align(*arguments: str | Path, at: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process in a folder; a traceback is always a failure.

    It starts from nothing where a variable is given that Python itself reads at its start.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **variables}
    cold = any(name.startswith("PYTHON") for name in variables)
    done = command(list(map(str, arguments)), at, environment, from_nothing=cold)
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done
