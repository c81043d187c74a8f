"""Decisions from a file: read, laid beside what stands, and saved only by a person who may.

:func:`read_words` reads SSSOM, CASE, ``matches.csv`` or ``proposals.csv``; :func:`ground_of`
gathers what the words meet in a workspace; :func:`compare` tells row by row what would become of
them, and writes nothing; :func:`save` makes decisions of what was chosen.  They are decisions of
the person who imports: whom the file names as reviewer is told in the note, no account speaks
for another.
"""

from align.imports.compare import (
    WHY_ZH,
    Incoming,
    Preview,
    State,
    Why,
    compare,
)
from align.imports.ground import Ground, ground_of
from align.imports.reading import FORMAT_ZH, Format, Offered, read_words
from align.imports.saving import save

__all__ = [
    "FORMAT_ZH",
    "WHY_ZH",
    "Format",
    "Ground",
    "Incoming",
    "Offered",
    "Preview",
    "State",
    "Why",
    "compare",
    "ground_of",
    "read_words",
    "save",
]
