"""The competency graph for other programs: GraphML and node-link JSON, the same bytes each time."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

import networkx as nx

from align.export.words import clean

Plain = str | int | float | bool


def graphml_bytes(graph: nx.Graph[Any]) -> bytes:
    """The graph as GraphML, UTF-8, nodes and edges in a fixed order.

    Parameters
    ----------
    graph : networkx.Graph
        Node names are strings; attributes are str, int, float, bool, None (left out), or a
        list, tuple or dict of such (written as JSON text).

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        An attribute is of another type (a fault of the program, not of the user).
    """
    out = io.BytesIO()
    # The ElementTree writer, by name: `write_graphml` takes lxml where it is installed, and the
    # two do not write the same bytes.
    nx.write_graphml_xml(_ordered(graph), out, prettyprint=True)
    return out.getvalue()


def node_link_json(graph: nx.Graph[Any]) -> bytes:
    """The graph as node-link JSON, UTF-8, keys sorted: ``nodes`` (``id``, …) and ``links``.

    Raises
    ------
    TypeError
        As in :func:`graphml_bytes`.
    """
    data = nx.node_link_data(_ordered(graph), edges="links")
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return (text + "\n").encode("utf-8")


def _ordered(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """A copy with plain attributes and everything sorted by name."""
    copy: nx.Graph[Any] = nx.DiGraph() if graph.is_directed() else nx.Graph()
    copy.graph.update(_plain(graph.graph))
    for node in sorted(graph.nodes, key=str):
        copy.add_node(clean(str(node)), **_plain(graph.nodes[node]))
    # An undirected edge has no first end by itself; its ends are put in order too.
    ends = [
        ((str(a), str(b)) if graph.is_directed() or str(a) <= str(b) else (str(b), str(a)), data)
        for a, b, data in graph.edges(data=True)
    ]
    for (a, b), data in sorted(ends, key=lambda edge: edge[0]):
        copy.add_edge(clean(a), clean(b), **_plain(data))
    return copy


def _plain(attributes: Mapping[str, Any]) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for name in sorted(attributes):
        value = _value(attributes[name], name)
        if value is not None:
            found[str(name)] = value
    return found


def _value(value: Any, name: str) -> Plain | None:
    if value is None:
        return None
    if isinstance(value, Enum):
        return _value(value.value, name)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise TypeError(f"graph attribute {name!r} is not finite: {value!r}")
        return round(float(value), 6)
    if isinstance(value, list | tuple | dict):
        return clean(json.dumps(value, ensure_ascii=False, sort_keys=True))
    raise TypeError(f"graph attribute {name!r} is not plain data: {type(value).__name__}")
