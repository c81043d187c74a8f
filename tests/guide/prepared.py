"""Data folders for the pictures: a college at work on a sample and on a programme of real size.

Everything is made from the project's own samples, and the clock is the folder's own, so that
the same program gives the same pictures.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from align import pipeline, snapshot
from align.access import COMMAND_LINE, SERVER
from align.credit import RuleSet
from align.decisions import Grade, Person, Role, Verdict, Workspace
from align.gather import gather
from align.learner import ConversionRule, Entry, LearningResult, ResultKind
from align.links import strength
from align.match import load_matcher
from align.models import load_embedder
from align.places import models_folder
from align.records import Action, Kind, Match, Proposal
from align.settings import load_settings
from align.store import Choice, LinkChoice, Store, open_store
from tests.samples.source import PROGRAMMES, SampleItem, SampleUnit, load

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "a-long-Passw0rd-7"
COLLEGE = "物流学院"
#: Login of whoever sits at the screen in a picture: name and role.
PEOPLE = {
    "zhao": ("赵老师", Role.FACULTY),
    "qian": ("钱老师", Role.FACULTY),
    "feng": ("冯老师", Role.FACULTY),
    "sun": ("孙主任", Role.COMMITTEE),
    "li": ("李管理", Role.ADMIN),
    "zhou": ("周老师", Role.VIEWER),
}
CENTRE, NEWCOMER, GUEST = "zhong", "xin", "he"
SMALL, LARGE = "快递运营 2026 级", "商贸服务专业群 2026 级"
COURSES, ITEMS = 25, 139
#: Courses of the large programme beside the samples' own, taught with rows of several of them.
MORE = ("岗位综合实训", "专业导论", "顶岗实习指导", "门店运营实务", "客户服务实务", "创新创业实践",
        "职业安全与健康", "数字化运营基础")  # fmt: skip
NOTES = ("", "", "", "实训课上练过", "与企业导师商量过", "教材第 4 章有", "学时不够，只做演示")


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the pictures are taken of: ids of the two workspaces."""

    small: str
    large: str


def prepare(folder: Path) -> Prepared:
    """Fill ``folder/data`` with a college at work, and with others for the centre to see.

    Parameters
    ----------
    folder : Path
        An empty folder; the standards of the large programme are written into it as well.
    """
    small = _compared(ROOT / "course_standards", ROOT / "cert_standards", "现代物流管理")
    write_large(folder / "large")
    large = _compared(folder / "large" / "courses", folder / "large" / "certs", "")
    with open_store(data=folder / "data", clock=_clock().__next__) as store:
        college = store.add_college(COLLEGE).id
        for login, (name, role) in PEOPLE.items():
            store.add_person(COMMAND_LINE, college, name, role, login, PASSWORD)
        store.add_person(COMMAND_LINE, SERVER, "学分银行中心", Role.CENTRE, CENTRE, PASSWORD)
        of = {login: store.sign_in(login, PASSWORD) for login in PEOPLE}
        one = _workspace(store, of["sun"], SMALL, small, 1)
        two = _workspace(store, of["sun"], LARGE, large, 2)
        _thresholds(store, of["li"], college)
        _review_alone(store, of, one, small.result)
        _review_blind(store, of, two, large.result)
        _credit_bank(store, of, college, one, small.result)
        store.receipt(of["sun"], college)
        _others(store, small, large)
    return Prepared(one.id, two.id)


def _clock() -> Iterator[datetime]:
    """The college's time: three minutes pass between one thing and the next."""
    time = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    while True:
        yield time
        time += timedelta(seconds=170)


# --- what is compared ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compared:
    result: pipeline.Result
    files: tuple[tuple[Path, Kind], ...]


def _compared(courses: Path, certs: Path, programme: str) -> _Compared:
    (gathered,) = (
        g for g in gather(courses, certs) if not programme or g.programme.name == programme
    )
    matcher = load_matcher(models_folder() / "matcher.json")
    result = pipeline.run(gathered, load_embedder(), matcher, load_settings(None))
    folder = courses / programme
    texts: list[tuple[Path, Kind]] = [
        (path, "course") for path in sorted(folder.iterdir()) if path.suffix != ".toml"
    ]
    wanted = {Path(path).name for path, _ in result.run.sources}
    texts += [(path, "certificate") for path in sorted(certs.iterdir()) if path.name in wanted]
    return _Compared(result, tuple(texts))


def write_large(folder: Path) -> None:
    """A programme of real size, 25 courses and 139 requirements, in the samples' words."""
    samples = [load(name) for name in PROGRAMMES]
    courses = [(c.name, list(c.units)) for s in samples for c in s.courses]
    rows = [unit for _, units in courses for unit in units]
    chance = random.Random(5)
    courses += [(name, chance.sample(rows, 12)) for name in MORE]
    for name, units in courses[:COURSES]:
        _write_course(folder / "courses" / f"{name}课程标准.csv", name, units)
    items = [item for s in samples for item in s.certificate.items]
    _write_certificate(folder / "certs" / "商贸服务职业技能等级标准.csv", items)


def _write_course(path: Path, name: str, units: Sequence[SampleUnit]) -> None:
    _table(
        path,
        ("课程", "课程性质", "学分", "单元", "任务", "教学内容", "学时", "理论学时", "实践学时"),
        [(name, "必修", 3, u.section, u.task, "；".join(u.points), u.hours, u.theory, u.practice)
         for u in units],
    )  # fmt: skip


def _write_certificate(path: Path, items: Sequence[SampleItem]) -> None:
    """The first requirements of each level, numbered anew level by level."""
    kept = [
        item
        for level, most in (("初级", 57), ("中级", 50), ("高级", 32))
        for item in [i for i in items if i.level == level][:most]
    ]
    rows: list[Sequence[object]] = []
    areas: dict[tuple[str, str], int] = {}
    tasks: dict[tuple[str, str, str], int] = {}
    for item in kept[:ITEMS]:
        area, task = item.area.split(maxsplit=1)[-1], item.task.split(maxsplit=1)[-1]
        a = areas.setdefault((item.level, area), 1 + sum(k[0] == item.level for k in areas))
        below = sum(k[:2] == (item.level, area) for k in tasks)
        b = tasks.setdefault((item.level, area, task), below + 1)
        n = 1 + sum(str(r[4]).startswith(f"{a}.{b}.") and r[1] == item.level for r in rows)
        rows.append(
            ("商贸服务", item.level, f"{a} {area}", f"{a}.{b} {task}", f"{a}.{b}.{n}", item.text)
        )
    _table(path, ("证书", "等级", "工作领域", "工作任务", "编号", "职业技能要求"), rows)


def _table(path: Path, heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heads, *rows])


# --- what people did -----------------------------------------------------------------------------


def _workspace(
    store: Store, who: Person, name: str, compared: _Compared, reviewers: int
) -> Workspace:
    sources = [
        (store.add_source(who, path.name, path.read_bytes(), kind).id, str(kind))
        for path, kind in compared.files
    ]
    space = store.create_workspace(who, name, name.split()[0], sources=sources, reviewers=reviewers)
    r = compared.result
    store.save_run(who, space.id, r.run, r.matches, r.proposals, snapshot.dump(r))
    return store.workspace(who, space.id)


def _thresholds(store: Store, admin: Person, college: str) -> None:
    store.save_settings(admin, college, None, {"unsure_low": 0.3}, "委员会第 1 次会议：存疑从宽")


def _link(chance: random.Random, m: Match) -> LinkChoice:
    pair = (m.certificate_id, m.item_id, m.course_id, m.unit_id)
    strong = strength(m, load_settings(None))
    weights = (1, 3, 12) if strong >= 1 else (2, 8, 3) if strong > 0 else (10, 3, 0)
    grades: tuple[Grade, ...] = (0, 1, 2)
    (grade,) = chance.choices(grades, weights)
    return LinkChoice(pair, grade, chance.choice(NOTES), m.probability)


def _word(chance: random.Random, p: Proposal, seed: object) -> Choice:
    """A person's word; people of one ``seed`` mostly think alike."""
    alike = random.Random(f"{p.id}{seed}" if chance.random() < 0.2 else p.id)
    (verdict,) = alike.choices(("accept", "change", "reject"), (14, 2, 4))
    kind: Verdict = "accept" if verdict == "accept" else "reject"
    if verdict == "change" and p.action in {Action.SUPPLEMENT, Action.EXTEND}:
        to = Action.EXTEND if p.action == Action.SUPPLEMENT else Action.STRENGTHEN
        return Choice(p.id, p.action, "change", to, note="内容已部分讲授，只需加深")
    return Choice(p.id, p.action, kind, note=chance.choice(NOTES))


def _review_alone(
    store: Store, of: dict[str, Person], space: Workspace, result: pipeline.Result
) -> None:
    chance = random.Random(7)
    open_ = [p for p in result.proposals if p.action != Action.COVERED]
    store.decide_many(of["zhao"], space.id, [_word(chance, p, 1) for p in open_[:14]])
    best = sorted(result.matches, key=lambda m: -m.probability)
    links = [_link(chance, m) for m in chance.sample(best[: len(best) // 3], 60)]
    store.decide_many(of["zhao"], space.id, links[:35])
    store.decide_many(of["qian"], space.id, links[35:])


def _review_blind(
    store: Store, of: dict[str, Person], space: Workspace, result: pipeline.Result
) -> None:
    """Two teachers most of the way, a third on a few things; the committee settled some."""
    for login, courses in _shares(result).items():
        store.assign(of["sun"], space.id, of[login].id, courses)
    open_ = [p for p in result.proposals if p.action != Action.COVERED]
    best = sorted(result.matches, key=lambda m: (-m.probability, m.item_id, m.unit_id))[:260]
    for seed, login in enumerate(("zhao", "qian")):
        chance = random.Random(f"{login}")
        mine = set(_shares(result)[login])
        links = [_link(chance, m) for m in best if m.course_id in mine]
        words = [_word(chance, p, seed) for p in open_ if not p.course_id or p.course_id in mine]
        store.decide_many(of[login], space.id, links[: len(links) * 4 // 5])
        store.decide_many(of[login], space.id, words[: len(words) * 3 // 5])
    both: dict[str, list[str]] = {}
    for d in store.decisions(of["sun"], space.id):
        both.setdefault(d.subject, []).append(d.verdict)
    differing = [s for s, words in both.items() if len(words) == 2 and len(set(words)) == 2]
    proposed = {p.id: p for p in result.proposals}
    for subject in differing[: len(differing) // 3]:
        choice = Choice(subject, proposed[subject].action, "accept", note="按实训条件，同意采纳")
        store.decide_many(of["sun"], space.id, [choice], stage="settle")


def _shares(result: pipeline.Result) -> dict[str, list[str]]:
    ids = [c.id for c in result.gathered.courses]
    return {"zhao": ids[:19], "qian": ids[:15] + ids[19:], "feng": ids[15:]}


def _credit_bank(
    store: Store, of: dict[str, Person], college: str, space: Workspace, result: pipeline.Result
) -> None:
    name = result.gathered.certificates[0].name
    entries = [
        Entry("JG-0101", name, ResultKind.QUALIFICATION, "邮政行业职业技能鉴定指导中心",
              levels=("初级", "中级", "高级"), months=36,
              credits=(("初级", 4.0), ("中级", 8.0), ("高级", 12.0))),
        Entry("X-2201", "物流管理职业技能等级证书", ResultKind.SKILL_LEVEL, "某物流培训评价组织",
              aliases=("物流管理 1+X",), levels=("初级", "中级"), months=60,
              credits=(("初级", 3.0), ("中级", 6.0))),
        Entry("P-0007", "快递企业跟岗培训", ResultKind.TRAINING, hours=64, credits=(("", 2.0),)),
        Entry("C-0012", "职业院校技能大赛（智慧物流）", ResultKind.COMPETITION,
              credits=(("", 2.0),)),
    ]  # fmt: skip
    store.import_entries(of["sun"], college, entries)
    rules = {"certificate-cap": {"credits": 12.0}, "compulsory-only": {}}
    store.save_rules(of["li"], college, None, rules, "学术委员会 2026 年第 2 次会议", check=RuleSet)
    wanted = [c for c in result.gathered.courses if c.name.startswith(("速递生产", "速递业务"))]
    store.approve_conversions(
        of["sun"],
        space.id,
        [
            ConversionRule("", "JG-0101", "中级", c.id, c.name, c.nature or "必修",
                           "专业核心课", c.credits or 3.0, 80.0, date(2026, 3, 1),
                           date(2029, 2, 28))
            for c in wanted
        ],
    )  # fmt: skip
    store.add_results(
        of["sun"],
        [
            LearningResult("", "20260417", name, "中级", date(2026, 1, 5), "JG-0101",
                           evidence="YZ2026-00417"),
            LearningResult("", "20260417", "快递企业跟岗培训", "", date(2025, 12, 20), "P-0007",
                           40.0, "培训证明 114 号"),
            LearningResult("", "20260422", name, "初级", date(2025, 11, 2), "JG-0101",
                           evidence="YZ2025-01822"),
        ],
    )  # fmt: skip


def _others(store: Store, small: _Compared, large: _Compared) -> None:
    """Colleges for the centre to see: one at the beginning, one without anything."""
    college = store.add_college("现代服务学院").id
    store.add_person(COMMAND_LINE, college, "吴主任", Role.COMMITTEE, "wu", PASSWORD)
    who = store.sign_in("wu", PASSWORD)
    space = _workspace(store, who, "商贸服务 2025 级", large, 1)
    chance = random.Random(11)
    open_ = [p for p in large.result.proposals if p.action != Action.COVERED]
    store.decide_many(who, space.id, [_word(chance, p, 2) for p in open_])
    store.approve(who, space.id, "0" * 64, ["吴建国", "陈敏"])
    store.create_workspace(who, "现代物流 2026 级", "现代物流管理")
    college = store.add_college("信息工程学院").id
    store.add_person(COMMAND_LINE, college, "郑老师", Role.FACULTY, NEWCOMER, PASSWORD)
    store.add_person(COMMAND_LINE, college, "何老师", Role.VIEWER, GUEST, PASSWORD)
