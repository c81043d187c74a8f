"""Servers, a browser, and people signed in: where the pictures are taken."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

from playwright.sync_api import Page, expect, sync_playwright

from align.ui.words import LANGUAGES, TABLES, Language
from tests.guide.prepared import PASSWORD, ROOT, Prepared
from tests.guide.scenes import Scene, World

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
LONGEST = 2600  # pixels of height: what a person looks at in one go
_PATIENCE = 120_000  # milliseconds for a page to come to rest
_REST = 1300  # milliseconds for charts to have finished moving
_SHOWN = {language: name for name, language in LANGUAGES.items()}


class Studio:
    """One server for the college, one for a laptop, started when first needed.

    Parameters
    ----------
    folder : Path
        As :func:`tests.guide.prepared.prepare` filled it.
    """

    def __init__(self, folder: Path, made: Prepared) -> None:
        self._folder, self._made = folder, made
        self._open = ExitStack()
        self._servers: dict[str, str] = {}
        self._pages: dict[tuple[str, str, int], Page] = {}
        playwright = self._open.enter_context(sync_playwright())
        self._browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS.split()
        )
        self._open.callback(self._browser.close)

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._open.close()

    def show(self, scene: Scene, world: World, language: Language, width: int) -> Page:
        """The page of a scene at rest, in a window as high as the page (up to ``LONGEST``)."""
        page = self._of("laptop" if world == "laptop" else "college", scene.login, width)
        query = {"lang": _SHOWN[language]} if language != "zh" else {}
        if world in {"small", "large"}:
            query["ws"] = self._made.small if world == "small" else self._made.large
        server = self._server("laptop" if world == "laptop" else "college")
        page.set_viewport_size({"width": width, "height": 900})
        asked = "&".join(x for x in (urlencode(query), scene.query) if x)
        page.goto(f"{server}/{scene.page}?{asked}")
        rest(page)
        for word in scene.press:
            name, _, value = TABLES[language][word].partition("{")
            page.get_by_role("radio", name=name, exact=not value).or_(
                page.get_by_role("button", name=name, exact=not value)
            ).first.click()
            rest(page)
        high = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]');"
            " return m ? m.scrollHeight : 900 }"
        )
        page.set_viewport_size({"width": width, "height": max(min(high + 20, LONGEST), 700)})
        page.wait_for_timeout(_REST)
        return page

    def _of(self, server: str, login: str, width: int) -> Page:
        key = (server, login, width)
        if key not in self._pages:
            context = self._browser.new_context(
                viewport={"width": width, "height": 900}, locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )  # fmt: skip
            context.set_default_timeout(_PATIENCE)
            page = self._pages[key] = context.new_page()
            if login:
                page.goto(self._server(server))
                page.locator("input[name=login]").fill(login)
                page.locator("input[name=password]").fill(PASSWORD)
                page.locator("form.al-form button").click()
                rest(page)
        return self._pages[key]

    def _server(self, name: str) -> str:
        if name not in self._servers:
            options = ("--sign-in",) if name == "college" else ()
            data = self._folder / ("data" if name == "college" else "laptop")
            started = served(self._folder / "cwd", data, *options)
            self._servers[name] = self._open.enter_context(started)
        return self._servers[name]


def rest(page: Page) -> None:
    """Wait until the page is drawn and nothing moves any more."""
    page.wait_for_selector("[data-testid=stMainBlockContainer] :is(h1, p, form)")
    state = page.get_by_test_id("stApp")
    page.wait_for_timeout(250)
    expect(state).to_have_attribute("data-test-script-state", "notRunning", timeout=_PATIENCE)
    page.wait_for_timeout(_REST)
    expect(state).to_have_attribute("data-test-script-state", "notRunning", timeout=_PATIENCE)
    # Where something is still to be drawn, a grey bar keeps its place.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=_PATIENCE)


@contextmanager
def served(folder: Path, data: Path, *options: str) -> Iterator[str]:
    """The app as its own process, in a folder without standards of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.mkdir(parents=True, exist_ok=True)
    variables = {"ALIGN_DATA": str(data), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "align", "app", "--port", str(port), *options],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if "DISPLAY" not in k} | variables,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + 120
        while not _answers(f"{address}/_stcore/health"):
            if process.poll() is not None or time.monotonic() > end:
                sys.exit((folder / "server.log").read_text(encoding="utf-8"))
            time.sleep(0.2)
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
