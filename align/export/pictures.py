"""The heatmap (courses × tasks) and the bipartite picture (courses — certificate), laid out.

Colours: one blue scale whose lightness alone carries the value (it reads in grey and with every
kind of colour blindness) with the figure printed in the cell; groups take the Okabe-Ito palette
(Okabe & Ito 2008, made for colour-blind readers), without its yellow, too faint for lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from align.export.canvas import Anchor, Canvas, fit, mix, text_width, wrap

TITLE, TEXT, SMALL = 16.0, 12.0, 11.0
MARGIN = 20.0
GREY, FAINT = "#666666", "#d9d9d9"
SCALE = ("#ffffff", "#deebf7", "#9ecae1", "#4292c6", "#08519c", "#08306b")
GROUPS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")

_CELL_W, _CELL_H = 25.0, 22.0
_ROW_LABEL, _COLUMN_LABEL = 216.0, 200.0
_ANGLE = 60.0


def heat_colour(value: float) -> str:
    """Colour of a value 0..1, white for 0."""
    value = min(1.0, max(0.0, value)) * (len(SCALE) - 1)
    low = min(int(value), len(SCALE) - 2)
    rest = value - low
    a, b = SCALE[low], SCALE[low + 1]
    return "#" + "".join(
        f"{round(int(a[i : i + 2], 16) * (1 - rest) + int(b[i : i + 2], 16) * rest):02x}"
        for i in (1, 3, 5)
    )


def heatmap(
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    values: Sequence[Sequence[float]],
    title: str,
    *,
    subtitle: str = "",
    column_groups: Sequence[str] = (),
    legend: str = "",
    tips: Sequence[Sequence[str]] = (),
) -> Canvas:
    """A table of shares as colours, with the figures (%) in the cells.

    Parameters
    ----------
    row_labels, column_labels : sequences of str
        Long ones are cut with ``…`` in the picture; the tips keep them whole.
    values : (rows, columns) numbers
        0..1; 0 is left blank.
    column_groups : sequence of str, optional
        Group of each column (such as its level); neighbours of one group share a bar below.
    legend : str
        What the figure means.
    tips : (rows, columns) str, optional
        Shown when the pointer rests on a cell.

    Returns
    -------
    Canvas
        Call ``svg()`` or ``png()``.
    """
    canvas = Canvas(title)
    rows = [fit(label, TEXT, _ROW_LABEL) for label in row_labels]
    columns = [fit(label, TEXT, _COLUMN_LABEL) for label in column_labels]
    left = MARGIN + max([text_width(r, TEXT) for r in rows] + [60.0]) + 8
    # Slanted labels: sin(60°) of the length upwards, cos(60°) beyond the last column.
    rise = max([text_width(c, TEXT) for c in columns] + [0.0]) * 0.866 + 12
    overhang = max(
        [
            text_width(c, TEXT) * 0.5 - (len(columns) - 1 - i) * _CELL_W
            for i, c in enumerate(columns)
        ]
        + [0.0]
    )
    top = MARGIN + _heading(canvas, title, subtitle) + rise
    grid_w, grid_h = len(columns) * _CELL_W, len(rows) * _CELL_H
    for j, label in enumerate(columns):
        x = left + (j + 0.5) * _CELL_W
        canvas.text(x, top - 8, label, TEXT, angle=_ANGLE, tip=column_labels[j])
    for i, label in enumerate(rows):
        y = top + i * _CELL_H
        canvas.text(left - 8, y + _CELL_H / 2, label, TEXT, anchor="end", tip=row_labels[i])
        for j, value in enumerate(values[i]):
            tip = tips[i][j] if tips else f"{row_labels[i]}\n{column_labels[j]}\n{value:.0%}"
            x = left + j * _CELL_W
            canvas.rect(x, y, _CELL_W, _CELL_H, heat_colour(value), stroke=FAINT, tip=tip)
            if value > 0:
                ink = "#ffffff" if value > 0.55 else "#222222"
                shown = f"{max(1, round(value * 100))}"
                canvas.text(
                    x + _CELL_W / 2,
                    y + _CELL_H / 2,
                    shown,
                    SMALL,
                    anchor="middle",
                    colour=ink,
                    tip=tip,
                )
    bottom = top + grid_h
    if any(column_groups):
        bottom += _group_bars(canvas, column_groups, left, top, bottom)
    wide = max(left + grid_w + overhang, _legend(canvas, left, bottom + 18))
    canvas.width = max(wide, MARGIN + text_width(title, TITLE), *_widths(subtitle)) + MARGIN
    canvas.height = bottom + 18 + 34 + MARGIN
    if legend:
        y = bottom + 18 + 46
        for line in wrap(legend, SMALL, max(canvas.width - 2 * MARGIN, 360)):
            canvas.text(MARGIN, y, line, SMALL, colour=GREY)
            y += SMALL * 1.6
        canvas.width = max(canvas.width, 360 + 2 * MARGIN)
        canvas.height = y - 6 + MARGIN
    return canvas


def _heading(canvas: Canvas, title: str, subtitle: str) -> float:
    """Title and subtitle from the top margin down; returns their height."""
    canvas.text(MARGIN, MARGIN + TITLE / 2, title, TITLE)
    height = TITLE * 1.6
    for line in subtitle.split("\n") if subtitle else ():
        canvas.text(MARGIN, MARGIN + height + SMALL / 2, line, SMALL, colour=GREY)
        height += SMALL * 1.6
    return height + 6


def _group_bars(
    canvas: Canvas, groups: Sequence[str], left: float, top: float, bottom: float
) -> float:
    """A bar with its name under each run of columns, and a line between runs."""
    start = 0
    for name, run in groupby(groups):
        count = len(list(run))
        x, w = left + start * _CELL_W, count * _CELL_W
        canvas.line(x + 2, bottom + 5, x + w - 2, bottom + 5, GREY, 2)
        canvas.text(
            x + w / 2, bottom + 16, fit(name, SMALL, w - 2), SMALL, anchor="middle", tip=name
        )
        if start:
            canvas.line(x, top, x, bottom, GREY, 1.5)
        start += count
    return 24.0


def _legend(canvas: Canvas, x: float, y: float) -> float:
    """The colour scale with its figures; returns its right end."""
    steps, step = 50, 4.0
    for i in range(steps):
        canvas.rect(x + i * step, y, step + 0.5, 12, heat_colour((i + 0.5) / steps))
    canvas.rect(x, y, steps * step, 0.8, FAINT)
    canvas.rect(x, y + 12, steps * step, 0.8, FAINT)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        canvas.text(
            x + share * steps * step, y + 24, f"{share:.0%}", SMALL, anchor="middle", colour=GREY
        )
    return x + steps * step + 16


def _widths(lines: str) -> list[float]:
    """Right ends of the lines of a subtitle."""
    return [MARGIN + text_width(line, SMALL) for line in lines.split("\n")]


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on a side of the bipartite picture; nodes of a group stand together."""

    id: str
    label: str
    group: str = ""
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A link from a left node to a right node; ``weight`` 0..1 is its probability or share."""

    left: str
    right: str
    weight: float
    tip: str = ""


_PITCH, _GROUP_PITCH, _GAP = 18.0, 24.0, 260.0
_NODE_LABEL = 230.0


def bipartite(
    left: Sequence[Node],
    right: Sequence[Node],
    edges: Sequence[Edge],
    title: str,
    *,
    subtitle: str = "",
    heads: tuple[str, str] = ("课程", "证书"),
    legend: str = "",
) -> Canvas:
    """Two columns of names joined by curves, wider and darker the more probable.

    Parameters
    ----------
    left, right : sequences of Node
        In the order to be shown; groups are runs of equal ``group`` and get a heading.
    edges : sequence of Edge
        Both ends must be among the nodes.
    heads : (str, str)
        Headings of the two columns.

    Returns
    -------
    Canvas
        Nodes without an edge are grey and hollow.  Twice as many names make it twice as high,
        never denser, so no label runs into another.
    """
    canvas = Canvas(title)
    top = MARGIN + _heading(canvas, title, subtitle) + 22
    heights = [_side_height(side) for side in (left, right)]
    span = max(heights)
    label_w = max(
        [text_width(fit(n.label, TEXT, _NODE_LABEL), TEXT) for n in left]
        + [text_width(fit(n.group, SMALL, _NODE_LABEL), SMALL) for n in left]
        + [80.0]
    )
    xl = MARGIN + label_w + 12
    xr = xl + _GAP
    places_l = _positions(left, top, span / heights[0])
    places_r = _positions(right, top, span / heights[1])
    colours = _colours(left)
    for edge in sorted(edges, key=lambda e: (e.weight, e.left, e.right)):
        colour = mix(colours[edge.left], 0.2 + 0.8 * edge.weight)
        canvas.link(
            xl,
            places_l[edge.left],
            xr,
            places_r[edge.right],
            colour,
            0.6 + 3.4 * edge.weight,
            tip=edge.tip,
            ends=(f"l{edge.left}".replace(" ", "_"), f"r{edge.right}".replace(" ", "_")),
        )
    canvas.text(xl - 10, top - 14, heads[0], TEXT, anchor="end", colour=GREY)
    canvas.text(xr + 10, top - 14, heads[1], TEXT, colour=GREY)
    wide = [
        _side(canvas, left, places_l, xl, "l", {e.left for e in edges}, colours),
        _side(canvas, right, places_r, xr, "r", {e.right for e in edges}, {}),
    ]
    y = top + span + 20
    canvas.text(MARGIN, y, legend, SMALL, colour=GREY)
    canvas.width = MARGIN + max(
        *wide, MARGIN + text_width(title, TITLE), MARGIN + text_width(legend, SMALL),
        *(MARGIN + end for end in _widths(subtitle)),
    )  # fmt: skip
    canvas.height = y + (10 if legend else -10) + MARGIN
    return canvas


def _runs(nodes: Sequence[Node]) -> list[tuple[str, list[Node]]]:
    return [(name, list(run)) for name, run in groupby(nodes, key=lambda n: n.group)]


def _side_height(nodes: Sequence[Node]) -> float:
    headings = sum(1 for name, _ in _runs(nodes) if name)
    return max(1.0, len(nodes) * _PITCH + headings * _GROUP_PITCH)


def _positions(nodes: Sequence[Node], top: float, stretch: float) -> dict[str, float]:
    """y of every node; the shorter side is stretched to the height of the longer one."""
    places: dict[str, float] = {}
    y = top
    for name, run in _runs(nodes):
        if name:
            y += _GROUP_PITCH * stretch
        for node in run:
            places[node.id] = y + _PITCH * stretch / 2
            y += _PITCH * stretch
    return places


def _colours(nodes: Sequence[Node]) -> dict[str, str]:
    """Colour by node id: one per group, or one per node where there are no groups."""
    keys = [n.group or n.id for n in nodes]
    order = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    return {n.id: GROUPS[order[key] % len(GROUPS)] for n, key in zip(nodes, keys, strict=True)}


def _side(
    canvas: Canvas,
    nodes: Sequence[Node],
    places: dict[str, float],
    x: float,
    side: str,
    used: set[str],
    colours: dict[str, str],
) -> float:
    """Dots, names and group headings of one side; returns its right end."""
    sign = -1 if side == "l" else 1
    anchor: Anchor = "end" if side == "l" else "start"
    end = x
    for name, run in _runs(nodes):
        if name:
            shown = fit(name, SMALL, _NODE_LABEL)
            y = places[run[0].id] - _PITCH / 2 - 8
            colour = colours.get(run[0].id, "#444444")
            canvas.text(x + sign * 10, y, shown, SMALL, anchor=anchor, colour=colour, tip=name)
            end = max(end, x + 10 + text_width(shown, SMALL))
        for node in run:
            y = places[node.id]
            linked = node.id in used
            ends = (f"{side}{node.id}".replace(" ", "_"),)
            tip = node.tip or node.label
            fill = colours.get(node.id, "#444444") if linked else "#ffffff"
            canvas.dot(x, y, 4, fill, stroke="" if linked else "#999999", tip=tip, ends=ends)
            shown = fit(node.label, TEXT, _NODE_LABEL)
            ink = "#222222" if linked else "#8c8c8c"
            canvas.text(
                x + sign * 10,
                y,
                shown,
                TEXT,
                anchor=anchor,
                colour=ink,
                tip=tip,
                ends=ends,
            )
            end = max(end, x + 10 + text_width(shown, TEXT))
    return end
