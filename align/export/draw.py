"""One certificate's pictures as a file: svg, png, or a page with both pictures."""

from __future__ import annotations

from collections.abc import Sequence

from align.export.views import graph_picture, matrix_picture
from align.export.webpage import graph_page
from align.plan.matrix import course_matrix
from align.records import Certificate, Course, Match
from align.settings import Settings


def draw(
    view: str,
    suffix: str,
    courses: Sequence[Course],
    certificate: Certificate,
    matches: Sequence[Match],
    settings: Settings,
) -> bytes:
    """The heatmap or the bipartite picture of one certificate.

    Parameters
    ----------
    view : {"heatmap", "bipartite"}
    suffix : {"svg", "png", "html"}
        ``html`` holds both pictures, the chosen one first, and needs no network.

    Returns
    -------
    bytes
        The file's content.
    """
    threshold = settings.link_threshold
    matrix = course_matrix(courses, certificate, matches, threshold)
    pictures = {
        "heatmap": lambda: matrix_picture(matrix, threshold),
        "bipartite": lambda: graph_picture(courses, certificate, matches, matrix, threshold),
    }
    if suffix == "html":
        order = [view, *(v for v in pictures if v != view)]
        return graph_page(certificate.name, [pictures[v]() for v in order])
    picture = pictures[view]()
    return picture.svg().encode() if suffix == "svg" else picture.png()
