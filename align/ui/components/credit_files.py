"""Tables that people upload: written to a file for the guarded reader, and nowhere else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st

from align.errors import AlignError
from align.ui.workbench import plain_name

V = TypeVar("V")
_LARGEST = 20 * 2**20


def read_table(label: str, key: str, read: Callable[[Path], V]) -> V | None:
    """An upload (csv or xlsx) and what was read of it; None without one, or with an error."""
    given = st.file_uploader(label, type=["csv", "xlsx"], key=key)
    if given is None:
        return None
    name = plain_name(given.name)
    if given.size > _LARGEST:
        st.error(f"{name}：> 20 MB")
        return None
    with tempfile.TemporaryDirectory(prefix="align-") as folder:
        path = Path(folder) / name
        path.write_bytes(given.getvalue())
        try:
            return read(path)
        except AlignError as error:
            # The reader knows the temporary file; its owner knows the name alone.
            st.error(error.line().replace(f"{folder}/", "").replace(f"{folder}\\", ""))
            return None
