"""What a college's template may do, and the check of one before it is kept.

A template runs in Jinja's sandbox with less than the sandbox allows: it fills in, repeats and
chooses; it calls nothing, multiplies nothing, and has only the filters named here.  So none can
be made to fill memory or time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from align.errors import ReadError, UsageError
from align.export.template_words import FIELDS, PICTURES

if TYPE_CHECKING:
    from jinja2 import Undefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

FILTERS = (
    "count", "d", "default", "first", "int", "join", "last", "length", "list", "lower", "map",
    "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort",
    "string", "sum", "trim", "truncate", "unique", "upper",
)  # fmt: skip
_HELP = "请对照 docs/formats.md 中的“方案模板”改正，或用 align template 取得一份可以改的模板。"
_MOST_NAMES = 12


def environment(undefined: type[Undefined]) -> ImmutableSandboxedEnvironment:
    """The rules a template is rendered under; every text is escaped."""
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Narrow(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**"})

        def is_safe_callable(self, obj: Any) -> bool:
            return False

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            raise SecurityError(f"模板中不能用 {operator}")

    made = Narrow(autoescape=True, undefined=undefined)
    made.globals.clear()
    escapes = {"e", "escape", "forceescape"}
    made.filters = {k: f for k, f in made.filters.items() if k in {*FILTERS, *escapes}}
    return made


def read_template(data: bytes, name: str) -> bytes:
    """The bytes of a template, checked like every document that comes in.

    Raises
    ------
    ReadError
        When it is no docx, damaged or harmful.
    """
    from align.read.detect import detect
    from align.read.limits import OWN_PROCESS
    from align.read.safety import check_package

    if detect(data, name) != "docx":
        raise ReadError("模板不是 docx 文件", file=name, expected="Word 文档（.docx）")
    check_package(data, name, OWN_PROCESS)
    return data


def check(data: bytes, name: str) -> bytes:
    """Take a template only if the plan can fill it, whatever this year's plan holds.

    Every list is filled with a specimen row, so that a name in a table that happens to be empty
    is found, too.

    Raises
    ------
    ReadError
        It is no docx, damaged or harmful.
    UsageError
        A tag is wrong, something is not allowed, or names in it are unknown: all are listed.
    """
    from align.export.docx_template import filled

    unknown: list[str] = []
    read_template(data, name)
    filled(data, specimen, _noting(unknown), name=name)
    if unknown:
        names = list(dict.fromkeys(unknown))
        more = f" 等 {len(names)} 个" if len(names) > _MOST_NAMES else ""
        raise UsageError(
            "模板用了没有的名称", file=name, got="、".join(names[:_MOST_NAMES]) + more,
            expected="、".join(FIELDS), remedy=_HELP,
        )  # fmt: skip
    return data


class _Row(dict[str, str]):
    """A specimen row that knows whose it is."""

    of = ""


def specimen(document: Any) -> dict[str, Any]:
    """A context with every name there is, each list with one row."""
    found: dict[str, Any] = {}
    for name, (kind, fields) in FIELDS.items():
        if name in PICTURES:
            found[name] = [_picture(document)]
        elif fields:
            row = _Row(dict.fromkeys(fields, "样"))
            row.of = name
            found[name] = [row] if kind == "rows" else row
        else:
            found[name] = ["样"] if kind == "list" else "样"
    return found


def _picture(document: Any) -> Any:
    from docx.shared import Mm
    from docxtpl import InlineImage
    from PIL import Image

    out = io.BytesIO()
    Image.new("1", (1, 1)).save(out, "PNG")
    return InlineImage(document, io.BytesIO(out.getvalue()), width=Mm(10))


def _noting(unknown: list[str]) -> type[Undefined]:
    """An undefined value that notes its name and gives nothing, so that all names are found."""
    from jinja2 import Undefined

    class Noting(Undefined):
        def _noted(self) -> str:
            of = getattr(self._undefined_obj, "of", "")
            if isinstance(self._undefined_obj, Mapping) and not of:
                of = "…"
            name = str(self._undefined_name)
            unknown.append(f"{of}.{name}" if of else name)
            return ""

        def __str__(self) -> str:
            return self._noted()

        def __iter__(self) -> Iterator[Any]:
            self._noted()
            return iter(())

        def __len__(self) -> int:
            self._noted()
            return 0

        def __bool__(self) -> bool:
            self._noted()
            return False

        def __eq__(self, other: object) -> bool:
            self._noted()
            return False

        def __hash__(self) -> int:
            return id(type(self))

        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            self._noted()
            return self

    return Noting
