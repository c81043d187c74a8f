"""Photographs the screens: ``python -m tests.guide.shots [--out FOLDER] [--only TEXT …]``.

Starts the real app on data it prepares, signs in as each role, and takes a picture of every
page and every part of it, in Chinese and English, 1440 and 1024 pixels wide, on a sample
programme, on one of real size (25 courses, 139 requirements), and where nothing is there yet.
``--guide`` writes the pictures of the user's guides (docs/guide/images) instead.

Needs Chromium (``CHROMIUM`` names another than /usr/bin/chromium) and Chinese fonts.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from align.ui.words import Language
from tests.guide.prepared import ROOT, Prepared, prepare
from tests.guide.scenes import PICTURES, WORLDS, Picture
from tests.guide.studio import Studio

LANGUAGES: tuple[Language, ...] = ("zh", "en")
WIDTHS = (1440, 1024)
IMAGES = ROOT / "docs" / "guide" / "images"
LARGEST = 120_000  # bytes of a guide's picture


def main() -> None:
    """Take the pictures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=ROOT / "output" / "shots")
    options.add_argument("--guide", action="store_true", help="the pictures of the user's guides")
    options.add_argument("--only", nargs="+", default=[""], help="names that hold one of these")
    options.add_argument("--lang", choices=LANGUAGES, nargs="+", default=LANGUAGES)
    options.add_argument("--width", type=int, nargs="+", default=WIDTHS)
    options.add_argument("--world", choices=list(WORLDS), nargs="+", default=list(WORLDS))
    options.add_argument("--data", type=Path, help="keep what is prepared here, or use it again")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="align-") as name:
        folder = given.data or Path(name)
        with Studio(folder, _prepared(folder)) as studio:
            if given.guide:
                guide(studio, given.only)
            else:
                everything(studio, given)


def everything(studio: Studio, given: argparse.Namespace) -> None:
    """Every scene of the worlds asked for, in each language and width."""
    given.out.mkdir(parents=True, exist_ok=True)
    for world in given.world:
        for scene in WORLDS[world]:
            if not any(x in f"{world}-{scene.name}" for x in given.only):
                continue
            for width in given.width:
                for language in given.lang:
                    name = f"{world}-{scene.name}-{language}-{width}"
                    page = studio.show(scene, world, language, width)
                    page.screenshot(path=given.out / f"{name}.png")
                    print(name, *troubles(page), flush=True)


def troubles(page: Page) -> list[str]:
    """What can be seen to be wrong without looking."""
    found = []
    if page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"):
        found.append("WIDER THAN THE WINDOW")
    if page.get_by_test_id("stException").count():
        found.append("EXCEPTION")
    return found


def guide(studio: Studio, only: list[str]) -> None:
    """The pictures of the user's guides: Chinese, few colours, small files."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for p in PICTURES:
        if any(x in p.scene.name for x in only):
            data = _small(_cut(studio, p))
            (IMAGES / f"{p.scene.name}.png").write_bytes(data)
            print(p.scene.name, len(data), flush=True)


def _cut(studio: Studio, p: Picture) -> Image.Image:
    page = studio.show(p.scene, p.world, "zh", p.width)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    left, top, right, bottom = p.cut
    return image.crop((left, top, right or image.width, min(bottom or image.height, image.height)))


def _small(image: Image.Image) -> bytes:
    """As few colours as needed for a small file: screens have few."""
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        # By coverage: a few red or green dots keep their colour.
        method = Image.Quantize.MAXCOVERAGE
        few = image.quantize(colors=colours, method=method, dither=Image.Dither.NONE)
        few.save(out, "png", optimize=True)
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise SystemExit(f"a picture of {out.tell()} bytes: cut it smaller")


def _prepared(folder: Path) -> Prepared:
    kept = folder / "workspaces.txt"
    if kept.is_file():
        return Prepared(*kept.read_text(encoding="utf-8").split())
    folder.mkdir(parents=True, exist_ok=True)
    made = prepare(folder)
    kept.write_text(f"{made.small}\n{made.large}\n", encoding="utf-8")
    return made


if __name__ == "__main__":
    main()
