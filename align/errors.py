"""What can go wrong, said so that a teacher knows what to do next.

Every error that reaches a person is an :class:`AlignError`: one Chinese line that
names what happened, in which file and at which place of it, what was expected and
what to do.  The command line prints that line and ends with ``exit_code``; the
screens show the same line.  Anything else that escapes is a fault of the program.
"""

from __future__ import annotations

from pathlib import Path


class AlignError(Exception):
    """Something a person can put right.

    Parameters
    ----------
    what : str
        What happened, in one Chinese clause without a full stop.
    file : str or Path, optional
        The file it happened in.
    place : object, optional
        Where in that file; ``str(place)`` is shown (a `Place` or a setting's name).
    got, expected : str, optional
        What was found, and what would have been right.
    remedy : str, optional
        What to do about it, in the imperative.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        place: object = None,
        got: str | None = None,
        expected: str | None = None,
        remedy: str | None = None,
    ) -> None:
        self.what = what
        self.file = None if file is None else str(file)
        self.place = None if place is None else str(place)
        self.got = got
        self.expected = expected
        self.remedy = remedy
        super().__init__(self.line())

    def line(self) -> str:
        """The whole error in one line: ``文件（位置）：什么；实际…；应为…。请…``."""
        head = ""
        if self.file is not None:
            head = self.file + (f"（{self.place}）" if self.place else "") + "："
        elif self.place:
            head = f"{self.place}："
        parts = [self.what]
        if self.got is not None:
            parts.append(f"实际为 {self.got}")
        if self.expected is not None:
            parts.append(f"应为 {self.expected}")
        tail = f"。{self.remedy}" if self.remedy else ""
        return (head + "；".join(parts) + tail).replace("\r", " ").replace("\n", " ")

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (files are read in a child); keywords would be lost.
        state = (self.what, self.file, self.place, self.got, self.expected, self.remedy)
        return (_rebuild, (type(self), state))


def _rebuild(kind: type[AlignError], state: tuple[str | None, ...]) -> AlignError:
    what, file, place, got, expected, remedy = state
    return kind(what or "", file=file, place=place, got=got, expected=expected, remedy=remedy)


class UsageError(AlignError):
    """The call itself is wrong: an unknown option value, a folder that is not there."""

    exit_code = 2


class ReadError(AlignError):
    """A file cannot be read as a document at all."""

    exit_code = 3


class HostileFileError(ReadError):
    """A file was refused because reading it would harm the machine or mislead the reader."""


class SegmentError(AlignError):
    """A document was read, but it holds no course or certificate that could be placed."""

    exit_code = 3


class SettingsError(AlignError):
    """A setting is unknown, out of its range or contradicts another."""

    exit_code = 4


class ModelError(AlignError):
    """An embedding model is missing, damaged or fails its self-test."""

    exit_code = 5


class OutputError(AlignError):
    """Results could not be written; what lay there before is untouched."""

    exit_code = 6


class AccessError(AlignError):
    """The person may not do this, or it belongs to another college."""

    exit_code = 7


class ConflictError(AlignError):
    """Something changed since the person looked; nothing was saved.

    Attributes
    ----------
    mine : object
        What the person wanted to save.
    theirs : object
        What stands in the store now; None where it was taken away.
    """

    exit_code = 8

    def __init__(
        self,
        what: str,
        *,
        file: str | Path | None = None,
        place: object = None,
        got: str | None = None,
        expected: str | None = None,
        remedy: str | None = None,
        mine: object = None,
        theirs: object = None,
    ) -> None:
        super().__init__(what, file=file, place=place, got=got, expected=expected, remedy=remedy)
        self.mine = mine
        self.theirs = theirs


class StoreError(AlignError):
    """The database or its keys cannot be used; what was confirmed before is still there."""

    exit_code = 9
