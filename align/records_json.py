"""Records as plain data and back again, whole: what is stored comes back equal.

:func:`align.records.as_data` is for people and other programs (places in words, all fields);
this is for ourselves.  A field that has its default value is left out, so data written before
a field was added is still read, and data holds no more than it says.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import cache
from pathlib import PurePath
from typing import Any, Literal, TypeVar, Union

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """A record (or a tuple of such) as dicts, lists, strings and numbers.

    Raises
    ------
    TypeError
        For a value that :func:`from_plain` could not bring back (a fault of the program).
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    if isinstance(value, PurePath):
        return value.as_posix()
    if type(value) is date:
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = {}
        for name, default in _defaults(type(value)):
            own = getattr(value, name)
            # 0 == False and 0 == 0.0, but their JSON differs: the type has to agree too.
            if type(own) is not type(default) or own != default:
                found[name] = to_plain(own)
        return found
    raise TypeError(f"no plain data: {type(value).__name__}")


def from_plain(kind: type[T], data: Any) -> T:
    """The record that :func:`to_plain` was given.

    Fields this program does not know are passed over.

    Raises
    ------
    KeyError, TypeError, ValueError
        When the data is not that of such a record.
    """
    readers: Any = _reader
    found: T = readers(kind)(data)
    return found


@cache
def _defaults(kind: type) -> tuple[tuple[str, Any], ...]:
    return tuple((f.name, f.default) for f in dataclasses.fields(kind))


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How data becomes a value of this type; worked out once for each type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (Union, types.UnionType):
        inner = [a for a in arguments if a is not type(None)]
        if len(inner) != 1:
            return _as_it_is
        read = _reader(inner[0])
        return lambda data: None if data is None else read(data)
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            read = _reader(arguments[0])
            if read is _as_it_is:
                return tuple
            return lambda data: tuple([read(v) for v in data])
        readers = [_reader(a) for a in arguments]
        return lambda data: tuple(r(v) for r, v in zip(readers, data, strict=True))
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record_reader(kind)
    if isinstance(kind, type) and issubclass(kind, Enum | PurePath):
        return kind
    if kind is date:
        return date.fromisoformat
    if origin is Literal or kind in (str, int, float, bool):
        return _as_it_is
    raise TypeError(f"no plain data: {kind}")


def _record_reader(kind: type) -> Callable[[Any], Any]:
    hints = typing.get_type_hints(kind)
    readers = {f.name: _reader(hints[f.name]) for f in dataclasses.fields(kind)}

    def read(data: Any) -> Any:
        return kind(**{name: readers[name](v) for name, v in data.items() if name in readers})

    return read


def _as_it_is(data: Any) -> Any:
    return data
