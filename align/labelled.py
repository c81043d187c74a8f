"""The labelled samples that travel with the program: what people said, what the machine said.

``tests/gold`` (an installed package carries a copy) holds, for each of the project's own sample
programmes, the links, actions and exemptions that people labelled, and what the matcher said of
it when it was *left out* of fitting (written by ``models/training/fit_matcher.py --left-out``):
figures of the shipped matcher on the very labels it was fitted on would flatter.  They stand in
for a college that has reviewed too few pairs of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from align.decisions import Grade
from align.errors import ReadError
from align.evaluate import SHOWN
from align.labels import read_actions, read_links, read_text
from align.places import labels_folder
from align.records import Action
from align.snapshot import AS_SHIPPED
from align.tune import Reviewed, Table, table
from align.tuning import own_odds

_MARK = "_left_out.tsv"


@dataclass(frozen=True, slots=True)
class Samples:
    """The labelled samples, all programmes together.

    Parameters
    ----------
    programmes : tuple of str
    table : Table
        Every pair of every programme: the labels are complete, what is not named is no link.
    decided : tuple of (Action, Action)
        (labelled, proposed) of every competency.
    """

    programmes: tuple[str, ...]
    table: Table
    decided: tuple[tuple[Action, Action], ...]


@cache
def samples() -> Samples:
    """Read the samples; once in a process.

    Raises
    ------
    ReadError
        A file is missing or does not fit the others: the installation is damaged.
    """
    folder = labels_folder()
    names = tuple(sorted(f.name.removesuffix(_MARK) for f in folder.glob(f"*{_MARK}")))
    if not names:
        raise ReadError("找不到随附的标注样例", file=folder, remedy="请重新安装 align。")
    pairs: list[Reviewed] = []
    decided: list[tuple[Action, Action]] = []
    for name in names:
        mine, acted = _programme(folder, name)
        pairs += mine
        decided += acted
    return Samples(names, table(pairs), tuple(decided))


def _programme(folder: Path, name: str) -> tuple[list[Reviewed], list[tuple[Action, Action]]]:
    file = folder / f"{name}{_MARK}"
    head, *lines = (x.split("\t") for x in read_text(file).rstrip("\n").split("\n"))
    units = head[2:]
    wrong = [n for n, line in enumerate(lines, 2) if len(line) != len(head)]
    if head[:2] != ["item_id", "proposed"] or wrong:
        raise ReadError(
            "随附的标注样例已损坏", file=file, place=f"第{wrong[0] if wrong else 1}行",
            expected="item_id、proposed 与每个单元一列", remedy="请重新安装 align。",
        )  # fmt: skip
    items = [line[0] for line in lines]
    links = read_links(folder / f"{name}_links.tsv", set(items), set(units))
    actions = read_actions(folder / f"{name}_actions.tsv", set(items))
    pairs = []
    for item, _, *cells in lines:
        said = np.array([float(x) for x in cells])
        best = set(np.argsort(-said, kind="stable")[:SHOWN].tolist())
        for k, (unit, p) in enumerate(zip(units, said.tolist(), strict=True)):
            grade = cast(Grade, links.get((item, unit), 0))
            pair = (name, item, unit.partition("#")[0], unit)
            odds = own_odds(p, AS_SHIPPED)
            pairs.append(Reviewed(pair, f"{name}|{item}", p, odds, grade, listed=k in best))
    return pairs, [(Action(actions[line[0]]), Action(line[1])) for line in lines]
