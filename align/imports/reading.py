"""Any of the formats that come back, as rows of what people decided."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Literal

from align.export.exchange import PairRow, VerdictRow
from align.records import Problem

Format = Literal["sssom", "case", "csv", "proposals"]
FORMAT_ZH: dict[Format, str] = {
    "sssom": "SSSOM",
    "case": "CASE",
    "csv": "matches.csv",
    "proposals": "proposals.csv",
}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a file offers.

    Parameters
    ----------
    name, sha256 : str
        Of the file, as the ledger will know it.
    links : tuple of PairRow
        Pairs that a person decided.
    verdicts : tuple of VerdictRow
        Proposals that a person decided; CASE and ``proposals.csv`` carry them.
    machine : int
        Rows that only say what the machine found: nothing to decide.
    problems : tuple of Problem
        What of the file could not be taken at all.
    """

    name: str
    sha256: str
    format: Format
    links: tuple[PairRow, ...]
    verdicts: tuple[VerdictRow, ...]
    machine: int
    problems: tuple[Problem, ...]


def read_words(data: bytes, name: str) -> Offered:
    """Read an exchange file; its content, not its name, tells the format.

    Parameters
    ----------
    data : bytes
        SSSOM/TSV, a CASE package (JSON or zip of such), ``matches.csv`` or ``proposals.csv``.
    name : str
        The file's name without a folder, for problems and the ledger.

    Returns
    -------
    Offered

    Raises
    ------
    ReadError
        It is none of these, or too large.
    """
    format_ = _format(data)
    verdicts: tuple[VerdictRow, ...] = ()
    if format_ == "case":
        from align.export.case_read import read_case

        case = read_case(data, name)
        items = {(c.id, i.id): i.text for c in case.certificates for i in c.competencies}
        units = {(c.id, u.id): u.content for c in case.courses for u in c.units}
        rows = tuple(
            dataclasses.replace(
                r,
                item=r.item or items.get(r.pair[:2], ""),
                unit=r.unit or units.get(r.pair[2:], ""),
            )
            for r in case.rows
        )
        verdicts, problems = case.verdicts, case.problems
    elif format_ == "proposals":
        from align.export.verdicts_read import read_proposals_csv

        decided = read_proposals_csv(data, name)
        digest = hashlib.sha256(data).hexdigest()
        return Offered(name, digest, format_, (), decided.rows, decided.undecided, decided.problems)
    else:
        from align.export.sssom_read import read_sssom
        from align.export.tables_read import read_matches_csv

        found = (read_sssom if format_ == "sssom" else read_matches_csv)(data, name)
        rows, problems = found.rows, found.problems
    links = tuple(r for r in rows if r.grade is not None)
    digest = hashlib.sha256(data).hexdigest()
    return Offered(name, digest, format_, links, verdicts, len(rows) - len(links), problems)


def _format(data: bytes) -> Format:
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"PK", b"{")):
        return "case"
    first = start.partition(b"\n")[0]
    if b"proposal_id" in first:
        return "proposals"
    return "sssom" if start.startswith(b"#") or b"subject_id" in first else "csv"
