"""A drawing as a list of shapes, laid out once and written as SVG or PNG.

The layout is measured with the bundled font, so words fit on every machine; PNG is drawn with
that same font, SVG asks for a Chinese font of the reader's machine (Han characters are equally
wide in all of them).  Nothing here draws with transparency: a faint line is a light colour, and
the order of drawing decides what is on top.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from math import cos, radians, sin
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from align.export.words import clean

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-GB2312.otf"
FONT_FAMILIES = (
    "'Noto Sans SC','Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',"
    "'SimHei',sans-serif"
)
# A4 at 300 dpi has 2480 x 3508 points; a larger picture is scaled down rather than refused.
MAX_PNG_PIXELS = 40_000_000
_SMOOTH = 2  # Pillow draws lines without smoothing: draw larger, then shrink

Anchor = Literal["start", "middle", "end"]
Colour = str  # "#rrggbb"


@dataclass(frozen=True, slots=True)
class _Rect:
    x: float
    y: float
    w: float
    h: float
    fill: Colour
    stroke: Colour
    tip: str


@dataclass(frozen=True, slots=True)
class _Line:
    points: tuple[tuple[float, float], ...]
    curve: bool  # four points of a cubic Bezier curve
    colour: Colour
    width: float
    tip: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Dot:
    x: float
    y: float
    radius: float
    fill: Colour
    stroke: Colour
    tip: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    x: float
    y: float
    text: str
    size: float
    anchor: Anchor
    angle: float
    colour: Colour
    tip: str
    ends: tuple[str, ...]


class Canvas:
    """Shapes in drawing order; lengths in points of the final picture, y downwards."""

    def __init__(self, title: str = "") -> None:
        self.width = 0.0
        self.height = 0.0
        self.title = title
        self._shapes: list[_Rect | _Line | _Dot | _Text] = []

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        fill: Colour,
        *,
        stroke: str = "",
        tip: str = "",
    ) -> None:
        """A filled rectangle."""
        self._shapes.append(_Rect(x, y, w, h, fill, stroke, tip))

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: Colour, width: float = 1
    ) -> None:
        """A straight line."""
        self._shapes.append(_Line(((x1, y1), (x2, y2)), False, colour, width, "", ()))

    def link(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        colour: Colour,
        width: float,
        *,
        tip: str = "",
        ends: tuple[str, ...] = (),
    ) -> None:
        """A curve that leaves and arrives level; ``ends`` names what it joins."""
        middle = (x1 + x2) / 2
        points = ((x1, y1), (middle, y1), (middle, y2), (x2, y2))
        self._shapes.append(_Line(points, True, colour, width, tip, ends))

    def dot(
        self,
        x: float,
        y: float,
        radius: float,
        fill: Colour,
        *,
        stroke: str = "",
        tip: str = "",
        ends: tuple[str, ...] = (),
    ) -> None:
        """A disc."""
        self._shapes.append(_Dot(x, y, radius, fill, stroke, tip, ends))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        anchor: Anchor = "start",
        angle: float = 0,
        colour: Colour = "#222222",
        tip: str = "",
        ends: tuple[str, ...] = (),
    ) -> None:
        """One line of text, vertically centred on ``y``; ``angle`` in degrees, upwards."""
        shown = clean(text)
        if shown:
            self._shapes.append(_Text(x, y, shown, size, anchor, angle, colour, tip, ends))

    def svg(self, *, page: bool = False) -> str:
        """The drawing as SVG text.

        Parameters
        ----------
        page : bool
            Write tips and ends as ``data-`` attributes for a page's script, instead of as
            ``<title>`` elements that a viewer shows by itself.
        """
        w, h = round(self.width), round(self.height)
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" '
            f'viewBox="0 0 {w} {h}" role="img" font-family="{FONT_FAMILIES}">',
            f"<title>{_xml(self.title)}</title>" if not page else "",
            f'<rect width="{w}" height="{h}" fill="#ffffff"/>',
        ]
        out += [_svg_shape(shape, page) for shape in self._shapes]
        out.append("</svg>\n")
        return "\n".join(line for line in out if line)

    def png(self, scale: float = 2.0) -> bytes:
        """The drawing as PNG bytes, ``scale`` pixels per point (less for very large ones)."""
        from PIL import Image, ImageDraw

        pixels = max(1.0, self.width * self.height)
        scale = min(scale, (MAX_PNG_PIXELS / pixels) ** 0.5 / _SMOOTH * 2)
        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        large = Image.new("RGB", (size[0] * _SMOOTH, size[1] * _SMOOTH), "#ffffff")
        draw = ImageDraw.Draw(large)
        for shape in self._shapes:
            _draw_shape(draw, shape, scale * _SMOOTH)
        image = large.reduce(_SMOOTH)
        for shape in self._shapes:
            if isinstance(shape, _Text):
                _draw_text(image, shape, scale)
        out = io.BytesIO()
        image.save(out, "PNG", optimize=True, dpi=(144, 144))
        return out.getvalue()


@lru_cache(maxsize=64)
def _font(size: float) -> FreeTypeFont:
    from PIL import ImageFont

    # Layout engine fixed: with or without libraqm installed, the picture is the same.
    return ImageFont.truetype(str(FONT), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=65536)
def text_width(text: str, size: float) -> float:
    """Width of one line, in points."""
    return float(_font(100).getlength(clean(text))) * size / 100


def fit(text: str, size: float, limit: float) -> str:
    """The text, or as much of it and ``…`` as is at most ``limit`` points wide."""
    if text_width(text, size) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_width(text[:middle] + "…", size) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def wrap(text: str, size: float, limit: float) -> list[str]:
    """The text in lines of at most ``limit`` points; no line begins with a closing mark."""
    lines = [""]
    for character in text:
        if text_width(lines[-1] + character, size) > limit and character not in "，。；：、）》”%":
            lines.append("")
        lines[-1] += character
    return lines


def mix(colour: Colour, share: float) -> Colour:
    """The colour over white, 0 = white, 1 = the colour itself."""
    share = min(1.0, max(0.0, share))
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts)


def _xml(text: str) -> str:
    return escape(clean(text), quote=True)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _svg_shape(shape: _Rect | _Line | _Dot | _Text, page: bool) -> str:
    attributes, inner = "", ""
    if shape.tip and page:
        attributes += f' data-tip="{_xml(shape.tip)}"'
    elif shape.tip:
        inner = f"<title>{_xml(shape.tip)}</title>"
    if page and not isinstance(shape, _Rect) and shape.ends:
        attributes += f' data-ends="{_xml(" ".join(shape.ends))}"'
    if isinstance(shape, _Rect):
        stroke = f' stroke="{shape.stroke}"' if shape.stroke else ""
        return (
            f'<rect x="{_n(shape.x)}" y="{_n(shape.y)}" width="{_n(shape.w)}" '
            f'height="{_n(shape.h)}" fill="{shape.fill}"{stroke}{attributes}>{inner}</rect>'
        )
    if isinstance(shape, _Dot):
        stroke = f' stroke="{shape.stroke}"' if shape.stroke else ""
        return (
            f'<circle cx="{_n(shape.x)}" cy="{_n(shape.y)}" r="{_n(shape.radius)}" '
            f'fill="{shape.fill}"{stroke}{attributes}>{inner}</circle>'
        )
    if isinstance(shape, _Line):
        points = [f"{_n(x)} {_n(y)}" for x, y in shape.points]
        path = f"M{points[0]} C{' '.join(points[1:])}" if shape.curve else "M" + " L".join(points)
        return (
            f'<path d="{path}" fill="none" stroke="{shape.colour}" '
            f'stroke-width="{_n(shape.width)}"{attributes}>{inner}</path>'
        )
    turn = (
        f' transform="rotate({_n(-shape.angle)} {_n(shape.x)} {_n(shape.y)})"'
        if shape.angle
        else ""
    )
    anchor = "" if shape.anchor == "start" else f' text-anchor="{shape.anchor}"'
    return (
        f'<text x="{_n(shape.x)}" y="{_n(shape.y)}" dy=".35em" font-size="{_n(shape.size)}" '
        f'fill="{shape.colour}"{anchor}{turn}{attributes}>{_xml(shape.text)}{inner}</text>'
    )


def _draw_shape(draw: object, shape: _Rect | _Line | _Dot | _Text, scale: float) -> None:
    from PIL.ImageDraw import ImageDraw

    assert isinstance(draw, ImageDraw)
    if isinstance(shape, _Rect):
        box = (
            round(shape.x * scale),
            round(shape.y * scale),
            round((shape.x + shape.w) * scale) - 1,
            round((shape.y + shape.h) * scale) - 1,
        )
        draw.rectangle(box, fill=shape.fill, outline=shape.stroke or None, width=round(scale))
    elif isinstance(shape, _Dot):
        x, y, r = shape.x * scale, shape.y * scale, shape.radius * scale
        draw.ellipse(
            (x - r, y - r, x + r, y + r),
            fill=shape.fill,
            outline=shape.stroke or None,
            width=max(1, round(scale)),
        )
    elif isinstance(shape, _Line):
        points = _bezier(shape.points) if shape.curve else shape.points
        draw.line(
            [(x * scale, y * scale) for x, y in points],
            fill=shape.colour,
            width=max(1, round(shape.width * scale)),
            joint="curve",
        )


def _bezier(p: tuple[tuple[float, float], ...], steps: int = 32) -> list[tuple[float, float]]:
    found = []
    for i in range(steps + 1):
        t = i / steps
        a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
        found.append(
            (
                a * p[0][0] + b * p[1][0] + c * p[2][0] + d * p[3][0],
                a * p[0][1] + b * p[1][1] + c * p[2][1] + d * p[3][1],
            )
        )
    return found


def _draw_text(image: object, shape: _Text, scale: float) -> None:
    from PIL import Image, ImageDraw

    assert isinstance(image, Image.Image)
    size = shape.size * scale
    font = _font(size)
    w = float(font.getlength(shape.text))
    mask = Image.new("L", (int(w) + 4, int(size * 1.6)), 0)
    ImageDraw.Draw(mask).text((2, mask.height / 2), shape.text, fill=255, font=font, anchor="lm")
    offset = {"start": w / 2, "middle": 0.0, "end": -w / 2}[shape.anchor]
    x = shape.x * scale + offset * cos(radians(shape.angle))
    y = shape.y * scale - offset * sin(radians(shape.angle))
    if shape.angle:
        mask = mask.rotate(shape.angle, Image.Resampling.BICUBIC, expand=True)
    corner = (round(x - mask.width / 2), round(y - mask.height / 2))
    image.paste(shape.colour, (*corner, corner[0] + mask.width, corner[1] + mask.height), mask)
