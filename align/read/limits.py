"""How much of a file is read before it is refused, and how long one file may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file.  At a limit the file is refused with one line; nothing is cut off.

    The defaults are many times what real standards need (the largest one seen: a programme
    plan with 25 course standards, 1.4 MB packed, 9 MB unpacked, 1,400 table rows) and small
    enough that a hostile file ends within seconds on a machine with 2 cores and 4 GB.

    Parameters
    ----------
    file_bytes : int
        Size of the file itself.
    zip_entries : int
        Entries in a docx or xlsx.
    zip_bytes : int
        All entries of a docx or xlsx together, unpacked.
    xml_bytes : int
        One XML part, unpacked.  It bounds the memory that parsing takes (about 10 times that).
    zip_ratio : int
        Unpacked : packed, of entries above 1 MB.  Office XML packs 5-60 : 1, a bomb 1000 : 1.
    xml_depth : int
        Nested elements; also libxml2's own bound.  Real documents stay below 60.
    pages : int
        Pages of a pdf.
    rows : int
        Rows with content per sheet or delimited file.
    cells : int
        Cells with content per file, merged regions counted in full.
    seconds : float
        Wall-clock time for one file in the child process.
    memory_mb : int
        Address space of the child process (POSIX; elsewhere the other limits bound it).
    """

    file_bytes: int = 100 * 2**20
    zip_entries: int = 5_000
    zip_bytes: int = 400 * 2**20
    xml_bytes: int = 80 * 2**20
    zip_ratio: int = 200
    xml_depth: int = 256
    pages: int = 1_000
    rows: int = 20_000
    cells: int = 1_000_000
    seconds: float = 120.0
    memory_mb: int = 1_536


#: For the packages that are opened in the program's own process: a template, a returned plan.
#: Those made by this program are below 2 MB packed and 10 MB unpacked for 100 courses; what
#: parsing takes (about ten times one part) stays below 200 MB.
OWN_PROCESS = Limits(
    file_bytes=10 * 2**20, zip_entries=2_000, zip_bytes=64 * 2**20, xml_bytes=16 * 2**20
)
