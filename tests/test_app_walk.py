"""Four people, four browsers, one server: from two files to an approved and exported plan.

What they did is then looked for where it has to last: in the store, in the ledger (verified by
a process of its own), and in the plan they downloaded.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import docx
import openpyxl
from playwright.sync_api import Browser, Locator, Page, expect

from align.decisions import Workspace
from align.records import Action
from align.store import Store, open_store
from align.ui.words.zh import ZH
from tests import test_app_browser
from tests.kit import ROOT, align
from tests.test_app_browser import SECONDS, served

base_url = test_app_browser.base_url
browser_type_launch_args = test_app_browser.browser_type_launch_args

PATIENCE = 60_000
PASSWORD = "a-long-Passw0rd-7"
COLLEGE, SPACE = "物流学院", "快递 2026 级"
PEOPLE = {
    "zhao": ("赵老师", "faculty"),
    "qian": ("钱老师", "faculty"),
    "sun": ("孙主任", "committee"),
    "li": ("李管理", "admin"),
}
UNITS = [
    ("收寄", "上门收件", "能核对寄件人身份并登记；会检查寄递物品是否违禁", "8"),
    ("收寄", "包装称重", "能选择包装材料并封装快件；能称重并计算资费", "8"),
    ("投递", "派送路线", "能规划派送路线；掌握电子地图的使用", "16"),
]
REQUIREMENTS = [
    ("1 收件", "1.1 验视", "1.1.1", "能核对寄件人身份信息并登记"),
    ("1 收件", "1.1 验视", "1.1.2", "能检查寄递物品，识别违禁物品"),
    ("1 收件", "1.2 封装", "1.2.1", "能按物品选择包装材料并封装快件"),
    ("2 设备", "2.1 飞行", "2.1.1", "能操作无人机完成山区投递"),
    ("2 设备", "2.1 飞行", "2.1.2", "能保养无人机的电池与旋翼"),
    ("2 设备", "2.2 冷链", "2.2.1", "能操作冷藏箱并记录温度"),
]
DRONE, BATTERY, COLD = (text for _, _, _, text in REQUIREMENTS[3:])
TAUGHT, BOUGHT, NO_FIELD, SETTLED = (
    "实训课上练过",
    "实训中心今年添置设备",
    "学校附近不许飞行",
    "飞行场地由合作企业提供",
)


def test_two_teachers_disagree_the_committee_settles_and_the_plan_says_so(
    browser: Browser, tmp_path: Path
) -> None:
    expect.set_options(timeout=PATIENCE)
    add_people(tmp_path)
    course, certificate = write_course(tmp_path), write_certificate(tmp_path)
    with served(tmp_path, "--sign-in") as server:
        with someone(browser, server, "li") as admin:
            import_and_run(admin, [course, certificate])
        with someone(browser, server, "zhao") as first, someone(browser, server, "qian") as second:
            turn(second, "compare")  # open before anything is decided, and all the while
            expect(second.get_by_text(ZH["decide.blind"])).to_be_visible()
            review(first, drone="do.accept", why=BOUGHT)
            with someone(browser, server, "sun") as chair:
                turn(chair, "committee")
                none = f"{ZH['committee.view_differ']} 0"
                expect(chair.get_by_text(none, exact=True)).to_be_visible()
                unheard(chair, TAUGHT, BOUGHT)
            turn(second, "proposals")
            expect(card(second, DRONE)).to_be_visible()
            unheard(second, BOUGHT)  # that she is here is no secret, what she said is
            review(second, drone="do.reject", why=NO_FIELD)
            expect(card(second, DRONE).get_by_text(BOUGHT)).to_have_count(1)  # both have spoken
            first.reload()
            expect(card(first, DRONE).get_by_text(NO_FIELD)).to_have_count(1)
        with someone(browser, server, "sun") as chair:
            settle(chair)
            approve(chair)
            plan, receipt = export(chair, tmp_path)
    check_store(tmp_path, plan)
    check_ledger(tmp_path, receipt)
    check_plan(plan)


# --- before --------------------------------------------------------------------------------------


def add_people(folder: Path) -> None:
    """As whoever runs the server does it: on the command line."""
    for login, (name, role) in PEOPLE.items():
        done = subprocess.run(
            [sys.executable, "-m", "align", "users", "add", login, "--name", name,
             "--role", role, "--college", COLLEGE, "--password-stdin"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1",
                 "ALIGN_DATA": str(folder / "data")},
            input=PASSWORD + "\n",
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert name in done.stdout


def write_course(folder: Path) -> Path:
    document = docx.Document()
    document.add_heading("《快件收派实务》课程标准", 0)
    document.add_paragraph("课程代码：K01，课程性质：必修，学分：2，学时：32")
    document.add_heading("教学内容", 1)
    fill_table(document, [("单元", "任务", "教学内容", "学时"), *UNITS])
    path = folder / "快件收派实务课程标准.docx"
    document.save(str(path))
    return path


def fill_table(document: docx.document.Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def write_certificate(folder: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        ["证书", "标准代码", "版本", "等级", "工作领域", "工作任务", "编号", "职业技能要求"]
    )
    for row in REQUIREMENTS:
        sheet.append(["快件处理员", "900101", "1.0", "初级", *row])
    path = folder / "快件处理员职业技能等级标准.xlsx"
    book.save(path)
    return path


# --- in the browser ------------------------------------------------------------------------------


@contextmanager
def someone(browser: Browser, server: str, login: str) -> Iterator[Page]:
    """A person at a browser of their own, signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 2200}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server)
    page.locator("input[name=login]").fill(login)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=ZH["sign.in"], exact=True).click()
    expect(page.get_by_text(PEOPLE[login][0])).to_be_visible()
    yield page
    assert page.get_by_test_id("stException").count() == 0
    context.close()


def turn(page: Page, name: str) -> None:
    """To another page by its link in the sidebar."""
    page.get_by_role("link", name=ZH[f"nav.{name}"], exact=True).click()
    expect(page.get_by_role("heading", name=ZH[f"{name}.title"], exact=True)).to_be_visible()
    at_rest(page)


def at_rest(page: Page) -> None:
    state = page.get_by_test_id("stApp")
    expect(state).to_have_attribute("data-test-script-state", "notRunning")


def choose(page: Page, name: str | re.Pattern[str]) -> None:
    """A part of a page; the row of its parts is drawn as buttons or as a radio group."""
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name)).first.click()


def import_and_run(page: Page, files: Sequence[Path]) -> None:
    turn(page, "intake")
    page.locator("input[type=file]").set_input_files([str(f) for f in files])
    expect(page.get_by_text("课程《快件收派实务》")).to_be_visible()
    page.get_by_placeholder(ZH["range.name_hint"]).fill(SPACE)
    page.get_by_placeholder(ZH["range.name_hint"]).press("Enter")
    page.get_by_text(ZH["range.reviewers_2"]).click()
    expect(page.get_by_role("radio", name=ZH["range.reviewers_2"])).to_be_checked()
    at_rest(page)
    page.get_by_role("button", name=ZH["gate.run"]).click()
    page.get_by_role("button", name=ZH["intake.open"]).click(timeout=SECONDS * 1000)
    # The admin arranges and does not decide.
    expect(page.get_by_text(ZH["decide.read_only"])).to_be_visible()
    expect(page.get_by_role("button", name=ZH["grade.full"])).to_have_count(0)


def review(page: Page, drone: str, why: str) -> None:
    """Decide on five items: two pairs, then three proposals."""
    turn(page, "compare")
    for number, after in (("初级-1.1.1", "初级-1.1.2"), ("初级-1.1.2", "初级-1.2.1")):
        expect(page.get_by_text(number, exact=True)).to_be_visible()
        unheard(page, TAUGHT)
        at_rest(page)
        page.get_by_placeholder(ZH["decide.note_hint"]).first.fill(TAUGHT)
        page.get_by_placeholder(ZH["decide.note_hint"]).first.press("Enter")
        at_rest(page)
        # Not by the exact name: the first button also shows its key.
        page.get_by_role("button", name=ZH["grade.full"]).first.click()
        expect(page.get_by_text(after, exact=True)).to_be_visible()  # the next comes by itself
    turn(page, "proposals")
    for text, word, note in (
        (DRONE, drone, why),
        (BATTERY, "do.reject", ""),
        (COLD, "do.accept", ""),
    ):
        found = card(page, text)
        at_rest(page)
        if note:
            found.get_by_placeholder(ZH["decide.note_hint"]).fill(note)
            found.get_by_placeholder(ZH["decide.note_hint"]).press("Enter")
            at_rest(page)
        found.get_by_role("button", name=re.compile(f"^{ZH[word]}")).click()
        expect(found.get_by_role("button", name=ZH["decide.undo"])).to_be_visible()
    expect(page.get_by_text(re.compile(r"已保存 \d\d:\d\d"))).to_be_visible()


def card(page: Page, text: str) -> Locator:
    """The proposal on one requirement."""
    return page.locator('[class*="st-key-proposal-"]').filter(has_text=text)


def unheard(page: Page, *words: str) -> None:
    """None of this has come to this browser, visible or not."""
    at_rest(page)
    for word in words:
        assert word not in page.content()


def settle(page: Page) -> None:
    turn(page, "committee")
    choose(page, f"{ZH['committee.view_differ']} 1")
    found = page.locator('[class*="st-key-card-settle-"]')
    expect(found).to_have_count(1)
    for words in (DRONE, "赵老师", "钱老师", BOUGHT, NO_FIELD):
        expect(found).to_contain_text(words)
    at_rest(page)
    found.get_by_placeholder(ZH["decide.note_hint"]).fill(SETTLED)
    found.get_by_placeholder(ZH["decide.note_hint"]).press("Enter")
    at_rest(page)
    found.get_by_role("button", name=ZH["committee.as"].format(name="赵老师")).click()
    expect(page.get_by_text(ZH["committee.none_differ"])).to_be_visible()


def approve(page: Page) -> None:
    choose(page, ZH["committee.view_approve"])
    expect(page.get_by_role("heading", name=ZH["approve.title"])).to_be_visible()
    at_rest(page)
    page.get_by_label(ZH["approve.names"]).fill("王建国\n李敏")
    page.get_by_label(ZH["approve.confirm"].format(word=ZH["approve.word"])).fill(
        ZH["approve.word"]
    )
    page.get_by_role("button", name=ZH["approve.do"], exact=True).click()
    expect(page.get_by_text(ZH["approve.done"])).to_be_visible()


def export(page: Page, folder: Path) -> tuple[Path, Path]:
    """The plan and the receipt as they came down."""
    turn(page, "export")
    expect(page.get_by_text(re.compile("方案已批准（王建国、李敏"))).to_be_visible()
    at_rest(page)
    page.locator(".st-key-export-plan-docx").get_by_role("button").click()
    found = []
    for kind, name in (("download", "plan.docx"), ("receipt", "receipt.json")):
        with page.expect_download(timeout=SECONDS * 1000) as coming:
            page.locator(f".st-key-{kind}-plan-docx").get_by_role("button").click()
        assert "plan.docx" in coming.value.suggested_filename
        coming.value.save_as(folder / name)
        found.append(folder / name)
    return found[0], found[1]


# --- afterwards ----------------------------------------------------------------------------------


def check_store(folder: Path, plan: Path) -> None:
    store = open_store(data=folder / "data")
    chair = store.sign_in("sun", PASSWORD)
    (space,) = store.workspaces(chair)
    assert (space.name, space.reviewers, space.state) == (SPACE, 2, "approved")
    drone, battery, cold = (f"item:{n}" for n in subjects(store, space))
    pairs = [
        (d.reviewer_name, d.pair[1], d.pair[3], d.grade, d.stage, d.note)
        for d in store.link_decisions(chair, space.id)
    ]
    assert pairs == [
        (name, f"初级-{number}", "快件收派实务#1", 2, "review", TAUGHT)
        for name in ("赵老师", "钱老师")
        for number in ("1.1.1", "1.1.2")
    ]
    words = [
        (d.reviewer_name, d.subject, d.verdict, d.action, d.stage, d.note)
        for d in store.decisions(chair, space.id)
    ]
    more = Action.SUPPLEMENT
    assert words == [
        ("赵老师", drone, "accept", more, "review", BOUGHT),
        ("赵老师", battery, "reject", None, "review", ""),
        ("赵老师", cold, "accept", more, "review", ""),
        ("钱老师", drone, "reject", None, "review", NO_FIELD),
        ("钱老师", battery, "reject", None, "review", ""),
        ("钱老师", cold, "accept", more, "review", ""),
        ("孙主任", drone, "accept", more, "settle", SETTLED),
    ]
    (approval,) = store.approvals(chair, space.id)
    assert approval.names == ("王建国", "李敏")
    # The file approved cannot hold its own fingerprint; the one exported afterwards does.
    assert approval.digest != hashlib.sha256(plan.read_bytes()).hexdigest()
    assert approval.digest in whole(plan)
    store.close()


def subjects(store: Store, space: Workspace) -> list[str]:
    """Ids of the three requirements that no course teaches."""
    chair = store.sign_in("sun", PASSWORD)
    found = [d.subject.partition(":")[2] for d in store.decisions(chair, space.id)][:3]
    assert [f.rpartition(":")[2] for f in found] == ["初级-2.1.1", "初级-2.1.2", "初级-2.2.1"]
    return found


def check_ledger(folder: Path, receipt: Path) -> None:
    data = str(folder / "data")
    done = align("ledger", "verify", at=folder, ALIGN_DATA=data)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert re.search(r"账本完整：核对 \d+ 条，签名的链头 2 个", done.stdout), done.stdout
    done = align("ledger", "verify", "--receipt", receipt, at=folder, ALIGN_DATA=data)
    assert done.returncode == 0, done.stderr
    assert hashlib.sha256((folder / "plan.docx").read_bytes()).hexdigest() in done.stdout


def whole(path: Path) -> str:
    """Every word of a document."""
    document = docx.Document(str(path))
    cells = [c.text for table in document.tables for row in table.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def check_plan(path: Path) -> None:
    document = docx.Document(str(path))
    rows = [[c.text for c in row.cells] for table in document.tables for row in table.rows]
    told = [" ".join(row) for row in rows if any(DRONE in cell for cell in row)]
    assert any("采纳补充" in line and "孙主任" in line and SETTLED in line for line in told), told
    words = "\n".join([*(p.text for p in document.paragraphs), *(" ".join(r) for r in rows)])
    assert NO_FIELD not in words, "an opinion that did not carry the day is not the plan's"
