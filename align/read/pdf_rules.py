"""Rules that a table lacks on a page: open sides, and the edge where a page cuts it.

Chinese tables are often set without the outer vertical rules, and some programs draw no rule
where a page ends.  The table finder needs closed cells, so the missing edges are added.
"""

from __future__ import annotations

from typing import Any

_NEAR = 4.0  # points within which two rules count as meeting
_LEAST = 3  # rules that must end together before an edge is believed to be missing

Edge = dict[str, Any]


def missing_rules(edges: list[Edge]) -> tuple[list[Edge], list[Edge]]:
    """(vertical, horizontal) edges to add to a page's own.

    Parameters
    ----------
    edges : list of dict
        pdfplumber's edges with ``orientation``, ``x0``, ``x1``, ``top``, ``bottom``.
    """
    across = [e for e in edges if e["orientation"] == "h" and e["x1"] - e["x0"] > 20]
    down = [e for e in edges if e["orientation"] == "v" and e["bottom"] - e["top"] > 5]
    vertical: list[Edge] = []
    for group in _groups(across, "x0", "x1"):
        top, bottom = min(e["top"] for e in group), max(e["top"] for e in group)
        left, right = group[0]["x0"], group[0]["x1"]
        inside = [e for e in down if _overlap(e, top, bottom) and left + 8 < e["x0"] < right - 8]
        for x in (left, right):
            closed = any(abs(e["x0"] - x) < _NEAR and _overlap(e, top, bottom) for e in down)
            if inside and not closed:
                vertical.append(_edge(x, x, top, bottom, "v"))
    horizontal: list[Edge] = []
    for side in ("top", "bottom"):
        for group in _groups(down + vertical, side, side):
            y = group[0][side]
            left, right = min(e["x0"] for e in group), max(e["x0"] for e in group)
            closed = any(
                abs(e["top"] - y) < _NEAR and e["x0"] < right and e["x1"] > left for e in across
            )
            if not closed:
                horizontal.append(_edge(left, right, y, y, "h"))
    return vertical, horizontal


def _groups(edges: list[Edge], first: str, second: str) -> list[list[Edge]]:
    """Edges that agree in both coordinates, three or more at a time."""
    groups: list[list[Edge]] = []
    for e in edges:
        for group in groups:
            if (
                abs(group[0][first] - e[first]) < _NEAR
                and abs(group[0][second] - e[second]) < _NEAR
            ):
                group.append(e)
                break
        else:
            groups.append([e])
    return [g for g in groups if len(g) >= _LEAST]


def _overlap(e: Edge, top: float, bottom: float) -> bool:
    return bool(e["top"] < bottom - 1 and e["bottom"] > top + 1)


def _edge(x0: float, x1: float, top: float, bottom: float, orientation: str) -> Edge:
    return {
        "object_type": "line",
        "x0": x0,
        "x1": x1,
        "top": top,
        "bottom": bottom,
        "width": x1 - x0,
        "height": bottom - top,
        "orientation": orientation,
    }
