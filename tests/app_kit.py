"""The screens under test: the real ``app.py`` on a small set of files and a store of its own."""

from __future__ import annotations

import os
import re
import shutil
import time
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from align import snapshot
from align.access import COMMAND_LINE
from align.decisions import Person, Role, Workspace
from align.records import Kind
from align.store import Store
from align.ui import wiring
from align.ui.look import Look
from tests.kit import ROOT, write_files

SECONDS = 180.0
CHINESE = re.compile("[\u4e00-\u9fff]")
NAME = "王老师"

# A server looks once for components among the installed packages; AppTest would read all their
# metadata again for each new session of a screen, which took longer than drawing the page.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def stand(monkeypatch: pytest.MonkeyPatch, folder: Path, data: Path | None = None) -> None:
    """Let the screens look at these folders, with the model that needs no file."""
    monkeypatch.setenv("ALIGN_COURSES", str(folder / "course_standards"))
    monkeypatch.setenv("ALIGN_CERTS", str(folder / "cert_standards"))
    monkeypatch.setenv("ALIGN_DATA", str(data or folder / "new"))
    monkeypatch.setenv("ALIGN_MODEL", "hashing")
    for name in ("ALIGN_DB", "ALIGN_SETTINGS", "ALIGN_SIGN_IN"):
        monkeypatch.delenv(name, raising=False)


def fresh(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Files of its own, an empty store, and the reviewer's name known."""
    write_files(folder)
    stand(monkeypatch, folder)
    store().local_person(NAME)
    return folder


def store() -> Store:
    """The store that the screens use now."""
    return wiring.store()


def me() -> Person:
    """The laptop's reviewer."""
    return store().local_person(NAME)


def space(name: str = "快递运营") -> Workspace:
    """A workspace by its name."""
    (found,) = (w for w in store().workspaces(me()) if w.name == name)
    return found


def app() -> AppTest:
    """A new session of the app, not drawn yet."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def opened(page: str = "overview") -> AppTest:
    """A new session of the app."""
    return go(app().run(), page)


def go(at: AppTest, page: str) -> AppTest:
    """Turn to a page as its link in the sidebar does."""
    return at.switch_page(f"align/ui/pages/{page}.py").run() if page != "overview" else at


def ready(page: str = "overview") -> AppTest:
    """A page with its results: the start button pressed where there were none yet."""
    at = opened()
    if any(b.key == "start.run" for b in at.button):
        at.button(key="start.run").click().run()
        finish(at)
    return go(at, page)


def finish(at: AppTest) -> None:
    """Wait for the work under way."""
    end = time.monotonic() + SECONDS
    while any(b.key == "cancel.run" for b in at.button):
        assert time.monotonic() < end, "the work does not end"
        time.sleep(0.1)
        at.run()


def english(at: AppTest) -> AppTest:
    """The same in English."""
    at.segmented_control(key="lang").set_value("English").run()
    return at


def shown(at: AppTest) -> str:
    """Everything a person reads on the page."""
    kinds = ("title", "caption", "info", "warning", "error", "success")
    parts = [e.value for kind in kinds for e in at.get(kind)]
    parts += bodies(at)
    parts += labels(at)
    return "\n".join(map(str, parts))


def bodies(at: AppTest) -> list[str]:
    """The page's own HTML, without the style sheet."""
    return [h.proto.body for h in at.get("html") if "<style>" not in h.proto.body]


def labels(at: AppTest) -> list[str]:
    """The words of the controls."""
    out = [w.label for w in (*at.button, *at.selectbox, *at.toggle, *at.text_input, *at.tabs)]
    out += [w.label for w in (*at.expander, *at.segmented_control, *at.radio)]
    out += [d.proto.label for d in at.get("download_button")]
    return [x for x in out if x]


def cards(at: AppTest) -> list[str]:
    """Candidates or proposals."""
    return [h for h in bodies(at) if '<div class="al-candidate">' in h]


def look_of(name: str = "快递运营") -> Look:
    """What the pages stand on, made again from the store."""
    from align import review

    found = space(name)
    loaded = snapshot.load(store().snapshot(me(), found.run_id))
    links = review.in_force(store().link_decisions(me(), found.id), 1, found.run_id)
    words = review.words_in_force(store().decisions(me(), found.id), 1, found.run_id)
    return Look(snapshot.result(loaded, links, words))


def copied(made: Path, to: Path) -> Path:
    """A store of one's own, from one that was filled once for all tests."""
    shutil.copytree(made, to)
    return to


def made_once(folder: Path) -> Path:
    """A store in which both programmes were compared, by the screens themselves."""
    patch = pytest.MonkeyPatch()
    with patch.context() as m:
        fresh(m, folder)
        at = ready()
        at.selectbox(key="workspace").set_value("new:网站").run()
        at.button(key="start.run").click().run()
        finish(at)
        assert {w.name for w in store().workspaces(me())} == {"快递运营", "网站"}
        store().close()
    assert os.path.exists(folder / "new" / "align.db")
    return folder


_filled: list[Path] = []


@pytest.fixture
def place(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The files, and a store of the test's own with both programmes compared."""
    if not _filled:
        _filled.append(made_once(tmp_path_factory.mktemp("app")))
    data = copied(_filled[0] / "new", tmp_path / "kept")
    stand(monkeypatch, _filled[0], data)
    return data


# --- a server with accounts ---------------------------------------------------------------------

PASSWORD = "a-long-Passw0rd"


def college(monkeypatch: pytest.MonkeyPatch, reviewers: int = 1) -> dict[str, str]:
    """A college with one person of each role (and a second teacher) and the same workspace.

    Gives session tokens by role; nobody is signed in by it.
    """
    monkeypatch.setenv("ALIGN_SIGN_IN", "1")
    keeper = store()
    made = keeper.add_college("物流学院")
    people = {
        Role.FACULTY: "赵老师",
        "second": "钱老师",
        Role.COMMITTEE: "孙主任",
        Role.ADMIN: "李管理",
        Role.VIEWER: "周老师",
    }
    tokens = {}
    for k, (role, name) in enumerate(people.items()):
        real = Role.FACULTY if role == "second" else Role(role)
        keeper.add_person(COMMAND_LINE, made.id, name, real, f"u{k}", PASSWORD)
        tokens[str(role)] = keeper.open_session(keeper.sign_in(f"u{k}", PASSWORD))
    committee = keeper.session(tokens[Role.COMMITTEE])
    assert committee is not None
    old, mine = space(), me()
    names = {s.id: s.path for s in keeper.sources(mine)}
    for identity, kind in old.sources:
        expected: Kind = "certificate" if kind == "certificate" else "course"
        data = keeper.source_bytes(mine, identity)
        keeper.add_source(committee, names[identity], data, expected)
    new = keeper.create_workspace(
        committee, old.name, old.programme, sources=old.sources, reviewers=reviewers
    )
    loaded = snapshot.load(keeper.snapshot(mine, old.run_id))
    result = snapshot.result(loaded)
    keeper.save_run(
        committee, new.id, result.run, result.matches, result.proposals,
        keeper.snapshot(mine, old.run_id),
    )  # fmt: skip
    return tokens


def their_space(tokens: dict[str, str]) -> Workspace:
    """The college's workspace."""
    person = store().session(tokens[Role.VIEWER])
    assert person is not None
    (found,) = store().workspaces(person)
    return found


def sign_in(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """Let the browser of the next session hold this token in its cookie."""
    monkeypatch.setattr("align.ui.session.token", lambda: token)


def data_file() -> Path:
    """The database's file."""
    return Path(os.environ["ALIGN_DATA"]) / "align.db"
