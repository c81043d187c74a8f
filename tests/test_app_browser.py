"""The way a teacher goes, in a real browser, on servers started as ``align app`` starts them."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from align.access import COMMAND_LINE
from align.decisions import Role
from align.store import open_store
from align.ui.words import EN, ZH
from tests.kit import COURIER, CUSTOMERS, PARCELS, ROOT, write_files

SECONDS = 180.0
expect.set_options(timeout=30_000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path, *options: str, port: int = 0, clean: bool = True) -> Iterator[str]:
    """The real app as its own process, far from the checkout; its log is ``clean`` at the end."""
    port = port or free_port()
    variables = {
        "ALIGN_COURSES": str(folder / "course_standards"),
        "ALIGN_CERTS": str(folder / "cert_standards"),
        "ALIGN_DATA": str(folder / "data"),
        "ALIGN_MODEL": "hashing",
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "HOME": str(folder),
    }
    log = folder / "server.log"
    environment = {k: v for k, v in os.environ.items() if "DISPLAY" not in k} | variables
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "align", "app", "--port", str(port), *options],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + SECONDS
        while not answers(f"{address}/_stcore/health"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < end, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        told = log.read_text(encoding="utf-8")
        assert address in told
        assert ("须登录" if "--sign-in" in options else "只在本机可用") in told
        yield address
    finally:
        process.terminate()
        process.wait(30)
    assert not clean or "Traceback" not in log.read_text(encoding="utf-8")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


@pytest.fixture(scope="session")
def base_url() -> None:
    """No common address: each test starts its own server (the plugin's own fixture is outdated)."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, talking to nobody on its own."""
    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync"
    )
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": flags.split(),
    }


def test_the_way_a_teacher_goes_in_a_browser(page: Page, tmp_path: Path) -> None:
    outside: list[str] = []
    write_files(tmp_path)
    page.set_default_timeout(30_000)
    page.set_viewport_size({"width": 1440, "height": 1800})
    with served(tmp_path) as server:
        ours = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")

        def watch(request: Request) -> None:
            if not request.url.startswith(ours):
                outside.append(request.url)

        page.on("request", watch)
        page.goto(server)
        page.get_by_placeholder(ZH["sign.name_hint"]).fill("王老师")
        page.get_by_role("button", name=ZH["sign.begin"]).click()
        import_two_files(page, tmp_path)

        # Decide by mouse and by keyboard; the next open requirement comes by itself.
        expect(page.get_by_text("初级-1.1.1", exact=True)).to_be_visible()
        page.get_by_placeholder(ZH["decide.note_hint"]).first.fill("实训中讲过")
        page.get_by_role("button", name=ZH["grade.part"]).first.click()
        expect(page.get_by_text(re.compile(r"已保存 \d\d:\d\d"))).to_be_visible()
        expect(page.get_by_text(re.compile("王老师 .*实训中讲过"))).to_be_visible()
        page.locator(".st-key-picker").get_by_test_id("stRadioOption").first.click()
        key(page, "3")  # the click has left the list's own input without the focus
        expect(page.get_by_role("button", name=ZH["decide.undo"])).to_have_count(2)
        key(page, "3")
        expect(page.get_by_text("初级-1.1.2", exact=True)).to_be_visible()
        # The buttons come late; a key pressed as soon as there is something to read is not lost.
        page.route("**/Button.*.js", late)
        page.reload()
        expect(page.get_by_text("初级-1.1.2", exact=True)).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_text("初级-1.2.1", exact=True)).to_be_visible()

        page.get_by_role("link", name=ZH["nav.proposals"]).click()
        expect(page.get_by_role("heading", name=ZH["proposals.title"])).to_be_visible()
        # What was saved on the page before is not told here, beside buttons not yet pressed.
        expect(page.get_by_text(re.compile(r"已保存 \d\d:\d\d"))).to_have_count(0)
        page.get_by_role("button", name=ZH["do.accept"]).first.click()
        # Confirmed on screen first: only what was confirmed must outlive the server.
        expect(page.get_by_text(re.compile(r"已保存 \d\d:\d\d"))).to_be_visible()
        expect(page.get_by_text(re.compile("王老师 .*" + ZH["verdict.accept"]))).to_be_visible()
        expect(page.get_by_text(re.compile(r"已审 [1-9]\d* / \d+"))).to_be_visible()
        address = page.url

    # The server is started anew: everything is there, and the first click is not lost.
    with served(tmp_path) as server:
        page.goto(server + "/" + address.split("/", 3)[3])
        expect(page.get_by_text(re.compile(r"已审 [1-9]\d* / \d+"))).to_be_visible()
        page.get_by_role("button", name=ZH["do.reject"]).nth(1).click()
        expect(page.get_by_text(re.compile(r"已保存 \d\d:\d\d"))).to_be_visible()
        look_around(page)
        assert "Traceback" not in page.content()

    store = open_store(data=tmp_path / "data")
    (me,) = store.people(COMMAND_LINE, "local")
    (found,) = store.workspaces(me)
    grades = [d.grade for d in store.link_decisions(me, found.id)]
    assert grades == [1, 0, 0, 2]
    verdicts = [d.verdict for d in store.decisions(me, found.id)]
    assert verdicts == ["accept", "reject"]
    assert store.verify().whole
    assert not outside


def late(route: Route) -> None:
    """A slow computer: this part of the screens arrives after the others."""
    time.sleep(2)
    route.continue_()


def key(page: Page, name: str) -> None:
    """Press a key once the page is at rest, as it is by the time a person has read it."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    page.wait_for_timeout(300)
    page.keyboard.press(name)


def import_two_files(page: Page, folder: Path) -> None:
    """Upload a course and a certificate, bound them, compare them, and go to the review."""
    page.get_by_role("link", name=ZH["nav.intake"]).click()
    course, certificate = folder / "外来课.csv", folder / "外来证.csv"
    course.write_text(PARCELS, encoding="gb18030")
    certificate.write_text(COURIER, encoding="utf-8")
    more = folder / "客服.md"
    more.write_text(CUSTOMERS, encoding="utf-8")
    page.locator("input[type=file]").set_input_files([str(course), str(certificate), str(more)])
    expect(page.get_by_text("课程《快件收派实务》")).to_be_visible()
    page.get_by_placeholder(ZH["range.name_hint"]).fill("快递 2026 级")
    page.get_by_placeholder(ZH["range.name_hint"]).press("Enter")
    page.get_by_role("button", name=ZH["gate.run"]).click()
    page.get_by_role("button", name=ZH["intake.open"]).click(timeout=SECONDS * 1000)


def look_around(page: Page) -> None:
    """Heatmap, English."""
    page.get_by_role("link", name=ZH["nav.overview"]).click()
    chart = page.locator("canvas").first
    expect(chart).to_be_visible()
    box = chart.bounding_box()
    assert box is not None
    hint = page.get_by_text(ZH["overview.cell_hint"])
    expect(hint).to_be_visible()
    for share in (0.2, 0.3, 0.4, 0.5):
        page.mouse.click(box["x"] + box["width"] * share, box["y"] + 28)
        page.wait_for_timeout(1500)
        if hint.count() == 0:
            break
    expect(page.get_by_text(re.compile("《快件收派实务》 × .*：关联"))).to_be_visible()

    page.get_by_role("radio", name="English").or_(
        page.get_by_role("button", name="English")
    ).first.click()
    expect(page.get_by_role("heading", name=EN["progress.title"])).to_be_visible()
    page.get_by_role("link", name=EN["nav.proposals"]).click()
    expect(page.get_by_role("heading", name=EN["proposals.title"])).to_be_visible()
    expect(page.get_by_text(ZH["app.language"])).to_have_count(0)


def test_signing_in_outlives_a_reload_and_a_restart(page: Page, tmp_path: Path) -> None:
    write_files(tmp_path)
    store = open_store(data=tmp_path / "data")
    college = store.add_college("物流学院")
    store.add_person(COMMAND_LINE, college.id, "孙主任", Role.COMMITTEE, "sun", "long-Passw0rd-1")
    store.close()
    page.set_default_timeout(30_000)
    with served(tmp_path, "--sign-in") as server:
        page.goto(server)
        for password, told in (("wrong", ZH["sign.wrong"]), ("long-Passw0rd-1", "孙主任")):
            page.locator("input[name=login]").fill("sun")
            page.locator("input[name=password]").fill(password)
            page.get_by_role("button", name=ZH["sign.in"]).click()
            expect(page.get_by_text(told)).to_be_visible()
        page.reload()
        expect(page.get_by_text("孙主任")).to_be_visible()
    with served(tmp_path, "--sign-in", port=int(server.rpartition(":")[2])) as again:
        assert again == server
        page.goto(server)
        expect(page.get_by_text("孙主任")).to_be_visible()
        page.get_by_role("button", name=ZH["sign.out"]).click()
        expect(page.locator("input[name=login]")).to_be_visible()
        page.reload()
        expect(page.locator("input[name=login]")).to_be_visible()
