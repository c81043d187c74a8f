"""What was made last of each thing, given again while what it was made from is still the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

V = TypeVar("V")


class Memo:
    """One value by its name, with the ground it was made from.

    A decision changes a few links of some hundreds; what follows from the others is given again
    as it stands.  Only the last value is kept.  Two threads that ask at once may both make it:
    ground and value are put down together, so each of them is right.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[tuple[Any, ...], Any]] = {}

    def again(self, name: Hashable, ground: tuple[Any, ...], make: Callable[[], V]) -> V:
        """The value made of this ground before, or made now.

        Parameters
        ----------
        name : hashable
            What it is.
        ground : tuple
            Everything the value follows from that may differ from one time to the next;
            compared by value, quickly where the parts are the same objects.
        make : callable
            Makes the value; it may not be written to afterwards.
        """
        known = self._kept.get(name)
        if known is not None and known[0] == ground:
            found: V = known[1]
            return found
        made = make()
        self._kept[name] = (ground, made)
        return made
