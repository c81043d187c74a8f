"""The one table of all benchmarks, made of what each part has left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.report import show
from benchmarks.screens import AIM, FIRST, FIRSTS

#: What is measured, ours, what it is held against, their ratio.
Row = tuple[object, object, object, object]


def _reading(found: Any) -> Iterator[Row]:
    libraries = {"docx": "python-docx", "pdf": "pdfplumber", "xlsx": "openpyxl"}
    for x in found:
        yield (
            f"读 {x['format']}，{x['files']} 个样例文件",
            f"{x['ours']:.3g} 页/秒",
            f"只用 {libraries[x['format']]} 打开：{x['bare']:.3g} 页/秒",
            x["bare"] / x["ours"],
        )


def _encode(found: Any) -> Iterator[Row]:
    best = max(found["rows"], key=lambda row: float(row[1]))
    limit = found["limit"]
    yield (
        f"算向量，{found['model']}，{found['texts']} 条样例文字",
        f"{best[1]:,.0f} 句/秒",
        f"只取出同样的行并相加：{limit:,.0f} 句/秒" if limit else "",
        limit / best[1] if limit else "",
    )


def _neighbours(found: Any) -> Iterator[Row]:
    ours = next(x for name, x in found.items() if name.startswith("align"))
    said = f"{ours['seconds']:.3g} 秒，MAP {ours['map']:.3f}，首位命中 {ours['hit@1']:.0%}"
    for name, x in found.items():
        if name.startswith("align"):
            continue
        if "error" in x:
            yield "同样的标注配对", said, f"{name}：没有测成（{x['error']}）", ""
            continue
        theirs = f"{x['seconds']:.3g} 秒，MAP {x['map']:.3f}，首位命中 {x['hit@1']:.0%}"
        yield "同样的标注配对", said, f"{name}：{theirs}", ours["seconds"] / x["seconds"]


def _topk(found: Any) -> Iterator[Row]:
    rows = {row[0]: row for row in found["rows"]}
    ours = rows.pop("align.match.topk")
    units, items, columns = found["shape"]
    for name, row in rows.items():
        what = f"前 10 名，{units:,} × {items:,} × {columns}"
        yield what, f"{ours[1]} 秒", f"{name}：{row[1]} 秒", ours[2] / row[2]


def _screens(found: Any) -> Iterator[Row]:
    for world in found.values():
        empty, first = world["empty"], world["first"]
        size = f"{world['world']}，{world['proposals']} 条建议"
        limit = f"空白的 Streamlit 页：{empty['rerun'] * 1000:.0f} 毫秒"
        for group, what in (("pages", "重画"), ("acts", "")):
            name, worst = max(world[group].items(), key=lambda x: float(x[1]["rerun"]))
            label = f"最慢的页 {name} {what}" if what else f"最慢的保存，{name}"
            yield (
                f"{size}：{label}",
                f"处理器 {worst['rerun'] * 1000:.0f} 毫秒（目标 {AIM * 1000:.0f}）",
                limit,
                worst["rerun"] / empty["rerun"],
            )
        least = first["empty"]
        for name in ("door", "results"):
            took = first[name]
            yield (
                f"{size}：从启动服务器到{FIRSTS[name]}",
                f"{took['seconds']:.1f} 秒，处理器 {took['processor']:.1f} 秒（目标 {FIRST:g}）",
                f"空白的 Streamlit 页：{least['seconds']:.1f} 秒",
                took["seconds"] / least["seconds"],
            )


def _reviewers(found: Any) -> Iterator[Row]:
    for x in found:
        for what, a50, a95, b50, b95, ratio, _ in x["rows"]:
            yield (
                f"{x['reviewers']} 人同时，平均每人 {x['think']:g} 秒一个判断：{what}",
                f"p50 {b50:.2f}、p95 {b95:.2f} 秒；确认 {x['confirmed']}，丢失 {x['lost']}，"
                f"出错 {x['errors']}；内存最高 {x['memory'][1]:.0f} MB",
                f"独自：p50 {a50:.2f}、p95 {a95:.2f} 秒",
                ratio,
            )


def _colleges(found: Any) -> Iterator[Row]:
    base = found["runs"][0]
    for n, x in zip(found["counts"], found["runs"], strict=True):
        yield (
            f"{n} 所学院，各 {found['courses']} 门课程，{x['pairs']:,} 对，从文件到结果",
            f"{x['seconds']:.0f} 秒，处理器 {x['cpu']:.0f} 秒，工作进程最多 {x['peak_mb']:.0f} MB",
            f"1 所的 {n} 倍：处理器 {base['cpu'] * n:.0f} 秒" if n > 1 else "",
            x["cpu"] / (base["cpu"] * n) if n > 1 else "",
        )
    if len(found["counts"]) < 2:
        return
    wall, cpu = found["growth"]
    yield "随学院数的幂次（1 为成正比）", f"秒 {wall:.2f}，处理器秒 {cpu:.2f}", "", ""


_ROWS: dict[str, Callable[[Any], Iterator[Row]]] = {
    "reading": _reading,
    "encode": _encode,
    "neighbours": _neighbours,
    "topk": _topk,
    "screens": _screens,
    "reviewers": _reviewers,
    "colleges": _colleges,
}


def print_table(found: Mapping[str, Any], failed: Mapping[str, str]) -> None:
    """Print the table of the parts that are there.

    Parameters
    ----------
    found : mapping
        By part: ``machine``, ``load`` and ``found``, as :func:`benchmarks.report.keep` wrote them.
    failed : mapping
        By part: why it is not there.
    """
    rows: list[tuple[object, ...]] = []
    for part, kept in found.items():
        for row in _ROWS[part.split("-")[0]](kept["found"]):
            rows.append((*row, f"{kept['load']:.1f}"))
    rows += [(part, f"没有测成：{why}", "", "", "") for part, why in failed.items()]
    machines = sorted({kept["machine"] for kept in found.values()})
    show("全部测量", ("测什么", "本程序", "同一次运行里的对照", "之比", "负载"), rows)
    if len(machines) > 1:
        print(f"\n各项不在同一台机器上：{'；'.join(machines)}")
