"""The user's guides name what is on the screens: pages, words, messages and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from align.ui.frame import CENTRE, PAGES, PEOPLE
from align.ui.words.zh import ZH
from tests.guide.scenes import PICTURES, WORLDS
from tests.guide.shots import LARGEST

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
GUIDES = {p.stem: p.read_text(encoding="utf-8") for p in sorted(GUIDE.glob("*.md"))}
#: A word of the screens may hold a value, ``{name}``, which the guides may fill in.
WORDS = [re.compile(re.sub(r"\\\{\w+\\\}", ".+?", re.escape(word))) for word in ZH.values()]


def named(text: str) -> list[str]:
    """What stands between the brackets for words of the screens."""
    return re.findall(r"「([^」]+)」", text)


def test_each_role_has_a_guide_that_the_readmes_lead_to() -> None:
    assert set(GUIDES) == {"admin", "committee", "faculty"}
    for readme in ("README.md", "README.zh-CN.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        assert [g for g in GUIDES if f"docs/guide/{g}.md" not in text] == []


def test_every_page_is_named_in_a_guide() -> None:
    told = {word for text in GUIDES.values() for word in named(text)}
    assert [p for p in (*PAGES, *CENTRE, *PEOPLE) if ZH[f"nav.{p}"] not in told] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_calls_by_name_is_on_the_screens(guide: str) -> None:
    words = named(GUIDES[guide])
    assert len(words) > 20
    assert [w for w in words if not any(known.fullmatch(w) for known in WORDS)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_the_messages_explained_are_those_of_the_program(guide: str) -> None:
    messages = re.findall(r"『([^』]+)』", GUIDES[guide])
    code = "".join(
        p.read_text(encoding="utf-8")
        for p in sorted((ROOT / "align").rglob("*.py"))
        if "words" not in p.parts
    )
    said = [code, *ZH.values()]
    assert len(messages) >= 8
    assert [m for m in messages if not any(m in text for text in said)] == []


def test_every_picture_is_there_is_used_and_is_small() -> None:
    used = {name for text in GUIDES.values() for name in re.findall(r"\(images/([^)]+)\)", text)}
    there = {p.name: p for p in (GUIDE / "images").iterdir()}
    assert used == set(there)
    assert used == {f"{p.scene.name}.png" for p in PICTURES}  # the script makes all of them
    assert sum(p.stat().st_size for p in there.values()) < 4_000_000
    for path in there.values():
        assert path.stat().st_size <= LARGEST, path.name
        with Image.open(path) as image:
            assert image.width <= 1440 and image.height >= 300, path.name


def test_every_page_is_photographed_on_every_occasion() -> None:
    pages = {p if p != "overview" else "" for p in PAGES}
    assert pages <= {s.page for s in WORLDS["large"]}
    assert pages <= {s.page for s in WORLDS["small"]}
    assert pages <= {s.page for s in WORLDS["nothing"]}
    for world, found in WORLDS.items():
        names = [s.name for s in found]
        assert len(set(names)) == len(names), world
        assert all(word in ZH for s in found for word in s.press), world
