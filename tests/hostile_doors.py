"""Every way by which a file of others comes in, beside the reader of standards.

Each door takes bytes and a name in the program's own process, so each must refuse by itself.
Run as a program it tries every hostile file at every door and prints what came of it:
``python -m tests.hostile_doors FOLDER``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from align import imports, papers
from align.credit.rules import parse_rules
from align.errors import AlignError
from align.export.plan_back import read_back
from align.export.template_rules import check
from align.store import verify_receipt
from align.ui.components import proof
from tests import hostile_files as files
from tests import plan_records as given

Door = Callable[[bytes, str], object]

#: Address space, libraries and all; each door alone takes far less.
_MEMORY_MB = 3_000


def _returned(data: bytes, name: str) -> object:
    return read_back(data, given.proposals(), given.run(), name=name)


def _compared(data: bytes, name: str) -> object:
    return papers.side_of_files({"run.json": data, "proposals.csv": data}, name)


def _rules(data: bytes, name: str) -> object:
    # The screen and the command line refuse what is not UTF-8 before; here its letters are lost.
    return parse_rules(data.decode("utf-8-sig", "replace"), name)


def _receipt(data: bytes, _name: str) -> object:
    return verify_receipt(proof._read(data))


#: Door → what takes the bytes; the screen and the command line both end here.
DOORS: dict[str, Door] = {
    "template": check,
    "returned plan": _returned,
    "exchange": imports.read_words,
    "earlier results": _compared,
    "rules": _rules,
    "receipt": _receipt,
}
#: What a door may take in although it is odd: a docx without a tag is a template too.
TAKEN: dict[str, tuple[files.Maker, ...]] = {
    "template": (files.good_docx, files.hidden_characters_docx),
    # A framework with nothing in it, and no rule switched on.
    "exchange": (files.huge_number_json,),
    "rules": (files.zero_bytes,),
}


def tried(folder: Path) -> Iterator[dict[str, object]]:
    """What came of every file at every door: ``line`` of a refusal, or ``taken``."""
    made = {m: m(folder) for m in (*files.REFUSED, *files.READABLE, *files.TEXTS)}
    for door, enter in DOORS.items():
        for maker, path in made.items():
            data, start = path.read_bytes(), time.perf_counter()
            found: dict[str, object] = {"door": door, "maker": maker.__name__, "file": path.name}
            try:
                enter(data, path.name)
                found["taken"] = True
            except AlignError as error:
                found["line"] = error.line()
            yield found | {"seconds": round(time.perf_counter() - start, 2)}


def bound_memory() -> None:
    """No more than a small machine has, where the system can."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MB * 2**20, resource.RLIM_INFINITY))


if __name__ == "__main__":
    bound_memory()
    for one in tried(Path(sys.argv[1])):
        print(json.dumps(one), flush=True)
