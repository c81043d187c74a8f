"""From records to pictures: which nodes, which figures, which words on hovering."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from align.export.canvas import Canvas
from align.export.pictures import Edge, Node, bipartite, heatmap
from align.export.words import one_line, percent, shorten, threshold
from align.links import certainty
from align.links import linked as is_linked
from align.plan.matrix import Matrix
from align.records import Certificate, Course, Match

#: More nodes than this on one side, and units are joined to courses, items to tasks: what a
#: screen's height or a printed page still shows at a legible size.
NODES_A_SIDE = 60
_QUOTE = 90
_HEAT_LEGEND = (
    "格中数字：该任务各条要求与该课程最高关联概率的平均值（%），低于关联阈值计 0；空白：未关联"
)
_LINK_LEGEND = "线越粗、颜色越深，{what}越高；空心灰点：没有达到关联阈值的对应内容"


def matrix_picture(matrix: Matrix, link_threshold: float, title: str = "") -> Canvas:
    """The heatmap of one certificate: courses × its tasks (or areas).

    Parameters
    ----------
    matrix : Matrix
        From :func:`align.plan.matrix.course_matrix`.
    link_threshold : float
        The college's setting the matrix was made under; named in the subtitle.
    """
    by_task = any(c.task for c in matrix.columns)
    words = "工作任务" if by_task else "工作领域"
    tips = [
        [
            f"{name}\n{c.level} {c.label}\n"
            + (
                f"关联 {n}/{c.items} 条要求，平均概率 {percent(v)}"
                if n
                else "没有达到关联阈值的要求"
            )
            for c, v, n in zip(matrix.columns, values, counts, strict=True)
        ]
        for (_, name), values, counts in zip(
            matrix.courses, matrix.values, matrix.counts, strict=True
        )
    ]
    return heatmap(
        [name for _, name in matrix.courses],
        [c.label for c in matrix.columns],
        matrix.values,
        title or f"课程 × {words}覆盖度：{matrix.certificate}",
        subtitle=_note(link_threshold, matrix.reviewed),
        column_groups=[c.level for c in matrix.columns],
        legend=_HEAT_LEGEND.replace("任务", "领域") if not by_task else _HEAT_LEGEND,
        tips=tips,
    )


def graph_picture(
    courses: Sequence[Course],
    certificate: Certificate,
    matches: Sequence[Match],
    matrix: Matrix,
    link_threshold: float,
    *,
    nodes_a_side: int = NODES_A_SIDE,
) -> Canvas:
    """The bipartite picture of one certificate: course units — requirements.

    Above ``nodes_a_side`` nodes on a side, units are joined to courses and requirements to
    tasks, and the subtitle says so.

    Parameters
    ----------
    matrix : Matrix
        Courses × tasks of the same certificate and courses.
    """
    linked = [
        m for m in matches if m.certificate_id == certificate.id and is_linked(m, link_threshold)
    ]
    units = sum(len(c.units) for c in courses)
    items = len(certificate.competencies)
    if max(units, items) > nodes_a_side:
        merged = (
            f"共 {units} 个课程单元、{items} 条技能要求，为便于阅读已合并为课程与工作任务；"
            "逐条对应见融通内容分析表"
        )
        return task_picture(matrix, link_threshold, merged, _tips_by_task(certificate, linked))
    note = _note(link_threshold, matrix.reviewed)
    return _unit_graph(courses, certificate, linked, note)


def _note(link_threshold: float, reviewed: bool) -> str:
    what = "机器比对结果，其中经教师确认的关联计 100%" if reviewed else "机器比对结果，未经教师审核"
    return f"{what}；关联阈值 {threshold(link_threshold)} 由学校设置"


def _unit_graph(
    courses: Sequence[Course], certificate: Certificate, linked: Sequence[Match], note: str
) -> Canvas:
    left = [
        Node(
            f"{course.id}|{u.id}",
            u.task or u.section or u.id,
            f"《{course.name}》",
            f"《{course.name}》{u.section}\n{shorten(one_line(u.content), _QUOTE)}\n{u.place}",
        )
        for course in courses
        for u in course.units
    ]
    right = [
        Node(
            i.id,
            f"{i.number} {one_line(i.text)}".strip(),
            f"{i.level} · {i.area}",
            f"{i.level} {i.area} / {i.task}\n{i.number} {one_line(i.text)}\n{i.place}",
        )
        for i in certificate.competencies
    ]
    known_left, known_right = {n.id for n in left}, {n.id for n in right}
    edges = [
        Edge(f"{m.course_id}|{m.unit_id}", m.item_id, certainty(m, 0.0), _match_tip(m))
        for m in linked
        if f"{m.course_id}|{m.unit_id}" in known_left and m.item_id in known_right
    ]
    return bipartite(
        left,
        right,
        edges,
        f"课程单元与技能要求的关联：{certificate.name}",
        subtitle=note,
        heads=("课程单元", "职业技能要求"),
        legend=_LINK_LEGEND.format(what="概率"),
    )


def _tips_by_task(
    certificate: Certificate, linked: Sequence[Match]
) -> dict[tuple[str, str, str, str], str]:
    """Both quotations of the two best matches, by course id and level, area, task."""
    tasks = {i.id: (i.level, i.area, i.task) for i in certificate.competencies}
    best: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for m in sorted(linked, key=lambda m: (-m.probability, m.item_id, m.unit_id)):
        if m.item_id in tasks:
            best[(m.course_id, *tasks[m.item_id])].append(_match_tip(m))
    return {key: "\n".join(tips[:2]) for key, tips in best.items()}


def task_picture(
    matrix: Matrix,
    link_threshold: float,
    note: str = "",
    tips: Mapping[tuple[str, str, str, str], str] | None = None,
) -> Canvas:
    """The bipartite picture of courses and tasks (or areas) of one certificate.

    Parameters
    ----------
    matrix : Matrix
        From :func:`align.plan.matrix.course_matrix`.
    note : str
        A line more for the subtitle.
    tips : mapping, optional
        By (course id, level, area, task): quotations to show on a line.
    """
    note = _note(link_threshold, matrix.reviewed) + (f"\n{note}" if note else "")
    weights = Counter[str]()
    centre = Counter[str]()
    edges = []
    for i, (course_id, name) in enumerate(matrix.courses):
        for j, column in enumerate(matrix.columns):
            value = matrix.values[i][j]
            if value <= 0:
                continue
            weights[course_id] += 1
            centre[course_id] += j
            quoted = (tips or {}).get((course_id, column.level, column.area, column.task), "")
            tip = (
                f"《{name}》 — {column.level} {column.label}\n关联 {matrix.counts[i][j]}/"
                f"{column.items} 条要求，平均概率 {percent(value)}\n{quoted}"
            )
            edges.append(Edge(course_id, f"t{j}", value, tip.rstrip()))
    # Courses stand at the height of what they are linked to: fewer crossings.  The rest follow.
    ranked = sorted(
        matrix.courses,
        key=lambda c: (not weights[c[0]], centre[c[0]] / weights[c[0]] if weights[c[0]] else 0.0),
    )
    left = [Node(course_id, name, "", f"《{name}》") for course_id, name in ranked]
    right = [
        Node(
            f"t{j}",
            c.label,
            f"{c.level} · {c.area}",
            f"{c.level} {c.area} / {c.label}（{c.items} 条要求）",
        )
        for j, c in enumerate(matrix.columns)
    ]
    return bipartite(
        left,
        right,
        edges,
        f"课程与工作任务的关联：{matrix.certificate}",
        subtitle=note,
        heads=("课程", "工作任务"),
        legend=_LINK_LEGEND.format(what="平均概率"),
    )


def _match_tip(m: Match) -> str:
    """Probability and both quotations with their places."""
    lines = [f"{m.item_id} — {m.unit_id}：概率 {percent(m.probability)}"]
    for e in m.evidence[:1]:
        lines.append(
            f"证书：{shorten(one_line(e.competency_text), _QUOTE)}（{e.competency_place}）"
        )
        lines.append(f"课程：{shorten(one_line(e.unit_text), _QUOTE)}（{e.unit_place}）")
    return "\n".join(lines)
