"""One side of a comparison from the files of a run: ``run.json`` and ``proposals.csv``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

from align.errors import ReadError
from align.export.words import unguard
from align.plan.compare import ProposalRow, Side
from align.plan.nouns import local_time
from align.records import ACTION_ZH, Action

_FILES = ("run.json", "proposals.csv")
_MOST_BYTES = 100 * 2**20


def read_folder(folder: Path) -> Side:
    """A run's folder as ``align run`` wrote it.

    Raises
    ------
    ReadError
        The folder or one of its two files is missing, or is not of this kind.
    """
    data = []
    for name in _FILES:
        path = folder / name
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise ReadError("文件过大", file=path, expected="align run 写出的文件")
            data.append(path.read_bytes())
        except OSError as error:
            raise ReadError(
                "不是结果文件夹：缺少文件",
                file=path,
                got=error.strerror or str(error),
                expected="含 run.json 与 proposals.csv 的文件夹，如 output/软件技术",
            ) from error
    return read_side(*data, label=folder.name or str(folder), name=str(folder))


def read_side(run_json: bytes, proposals_csv: bytes, *, label: str, name: str = "") -> Side:
    """One side from the bytes of the two files; see :func:`align.pipeline.run_json`.

    Parameters
    ----------
    label : str
        What it is called in the comparison.
    name : str
        The folder, for messages.
    """
    try:
        run = json.loads(run_json)["run"]
        return Side(
            label,
            str(run["id"]),
            str(run["model"]),
            str(run["settings_version"]),
            str(run["tool_version"]),
            tuple((str(a), str(b)) for a, b in run["sources"]),
            tuple(map(str, run["levels"])),
            tuple((str(a), float(b)) for a, b in run["parameters"]),
            _rows(proposals_csv),
        )
    # A number too great for a float, or brackets too deep, come from no file of ours.
    except (
        KeyError, TypeError, ValueError, OverflowError, RecursionError, csv.Error
    ) as error:  # fmt: skip
        raise ReadError(
            "结果文件读不懂", file=name or label, got=str(error)[:200],
            expected="align run 写出的 run.json 与 proposals.csv",
            remedy="请重新运行一次 align run。",
        ) from error  # fmt: skip


def _rows(data: bytes) -> tuple[ProposalRow, ...]:
    table = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    return tuple(_row({k: unguard(v or "") for k, v in cells.items() if k}) for cells in table)


def _row(cells: dict[str, Any]) -> ProposalRow:
    action = Action(cells["action"])
    decided = cells.get("verdict", "")
    holds: Action | None = action
    if decided:
        holds = Action(cells["decided_action"]) if cells["decided_action"] else None
    settings = tuple(
        (name, value)
        for name, _, value in (s.partition("=") for s in cells["settings"].split("; ") if s)
    )
    return ProposalRow(
        id=cells["proposal_id"],
        action=action,
        holds=holds,
        certificate=cells["certificate"],
        item_ids=tuple(i for i in cells["item_ids"].split("; ") if i),
        course=cells["course"],
        units=tuple(u for u in cells["unit_ids"].split("; ") if u),
        probability=float(cells["probability"]),
        hours=cells.get("decided_hours") or cells["hours"],
        credits=cells.get("decided_credits") or cells["credits"],
        reason=cells["reason"],
        item_text=cells["item_quote"] if cells["proposal_id"].startswith("item:") else "",
        unit_text=cells["unit_quote"],
        settings=settings,
        word=_word(cells, holds) if decided else "",
    )


def _word(cells: dict[str, Any], holds: Action | None) -> str:
    """Who said what and when, in one line."""
    from datetime import datetime

    said = "改为" if cells["verdict"] == "change" else "采纳"
    verdict = "不采纳" if holds is None else f"{said}{ACTION_ZH[holds]}"
    note = f"；{cells['decided_note']}" if cells["decided_note"] else ""
    when = local_time(datetime.fromisoformat(cells["decided_at"]))
    return f"{verdict}（{cells['decided_by']}，{when}{note}）"
