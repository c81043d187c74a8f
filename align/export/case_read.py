"""CASE packages read back: ours whole, another publisher's framework as a certificate.

What a CASE field says counts; ``extensions`` only add what CASE has no field for.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, replace
from typing import Any

from align.errors import ReadError
from align.export.case_frameworks import Framework, Taken
from align.export.case_parts import DENIED, FULL, OURS, PART
from align.export.exchange import LIMIT, PairRow, VerdictRow, check_size
from align.records import Certificate, Course, Problem, Proposal

_GRADES = {FULL: 2, PART: 1, DENIED: 0}
_MOST_FILES = 500


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What CASE packages say.

    Parameters
    ----------
    rows : tuple of PairRow
        Linked and denied pairs; ``grade`` only where a person decided.
    proposals : tuple of Proposal
        As the machine made them; ``verdicts`` hold what people said of them.
    problems : tuple of Problem
        What was left out, and why.
    """

    certificates: tuple[Certificate, ...]
    courses: tuple[Course, ...]
    rows: tuple[PairRow, ...]
    proposals: tuple[Proposal, ...]
    verdicts: tuple[VerdictRow, ...]
    problems: tuple[Problem, ...]


def read_case(data: bytes, name: str = "case.zip") -> CaseFile:
    """The frameworks, links and proposals of CASE 1.0 or 1.1 packages.

    Parameters
    ----------
    data : bytes
        One CFPackage as JSON, or a zip of such.

    Raises
    ------
    ReadError
        When it is neither, is too large, or holds no CFPackage.
    """
    check_size(data, name)
    taken = Taken(name)
    frameworks = []
    for place, package in _packages(data, name):
        if not isinstance(package, dict) or not isinstance(package.get("CFDocument"), dict):
            taken.problem("no-package", "不是 CFPackage（没有 CFDocument），没有导入", place)
            continue
        frameworks.append(Framework(package, taken, place))
    if not frameworks:
        raise ReadError("文件里没有 CASE 框架", file=name, expected="1EdTech CASE 的 CFPackage")
    certificates = [c for f in frameworks if (c := f.certificate()) is not None]
    courses = [c for f in frameworks for c in f.courses()]
    rows, proposals, verdicts = [], [], []
    for f in frameworks:
        rows += [r for a in f.links() if (r := _row(a, taken, f.place)) is not None]
        for grouping in f.groupings():
            ours = _ours(grouping)
            proposal = taken.made(Proposal, ours.get("proposal"), f.place)
            if proposal is None:
                continue
            proposals.append(proposal)
            if ours.get("verdict") is not None:
                fields = {"subject": proposal.id, **_dict(ours["verdict"])}
                if (verdict := taken.made(VerdictRow, fields, f.place)) is not None:
                    verdicts.append(verdict)
    return CaseFile(
        tuple(certificates), tuple(courses), tuple(rows), tuple(proposals), tuple(verdicts),
        tuple(taken.problems),
    )  # fmt: skip


def _packages(data: bytes, name: str) -> list[tuple[str, Any]]:
    """(file name, content) of every package."""
    if not data.startswith(b"PK"):
        return [(name, _json(data, name))]
    found = []
    left = LIMIT
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [i for i in archive.infolist() if i.filename.lower().endswith(".json")]
            if len(infos) > _MOST_FILES:
                raise ReadError(
                    "压缩包里的文件太多", file=name, expected=f"不超过 {_MOST_FILES} 个"
                )
            for info in infos:
                with archive.open(info) as handle:
                    text = handle.read(left + 1)  # never more, whatever the header promises
                left -= len(text)
                if left < 0:
                    raise ReadError(
                        "压缩包展开后太大", file=name, expected=f"不超过 {LIMIT // 1048576} MB"
                    )
                found.append((info.filename, _json(text, f"{name}/{info.filename}")))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        # Damaged, packed by an unknown method, or encrypted.
        raise ReadError("压缩包打不开", file=name, expected="未加密的 zip") from error
    return found


def _json(data: bytes, name: str) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ReadError("不是 JSON 文件", file=name, expected="UTF-8 的 CASE JSON") from error


def _no_number(text: str) -> float:
    raise ValueError(text)  # NaN and Infinity are no JSON


def _row(association: dict[str, Any], taken: Taken, place: str) -> PairRow | None:
    kind = association.get("associationType")
    if kind not in _GRADES:
        return None
    ours = _ours(association)
    ends = [
        taken.nodes.get(str(_dict(association.get(end)).get("identifier")))
        for end in ("originNodeURI", "destinationNodeURI")
    ]
    known = {e[0]: e[1:] for e in ends if e}
    item, unit = known.get("item"), known.get("unit")
    if item and unit:
        pair: Any = (*item, *unit)
    elif any(ends) or "pair" not in ours:
        # Other links between frameworks are none of our business; a half-known one is a loss.
        if any(ends):
            taken.problem("half-link", "一条关联的另一端找不到，没有导入", place)
        return None
    else:  # the crosswalk came without its frameworks
        pair = ours["pair"]
    fields = {
        **{k: v for k, v in ours.items() if k not in {"pair", "grade"}},
        "pair": pair,
        "grade": _GRADES[kind] if "grade" in ours else None,
        "note": association.get("notes", "") if "grade" in ours else "",
    }
    row = taken.made(PairRow, fields, place)
    if row is not None and row.probability is not None and not 0 <= row.probability <= 1:
        taken.problem(
            "bad-probability", f"概率 {row.probability:g} 不在 0 到 1 之间，已略去", place
        )
        return replace(row, probability=None)
    return row


def _ours(thing: dict[str, Any]) -> dict[str, Any]:
    return _dict(_dict(thing.get("extensions")).get(OURS))


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
