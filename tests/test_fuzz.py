"""Random changes of real documents: every reader refuses in one line or gives a result.

The same targets as ``python -m benchmarks.fuzz``, which looks longer and is guided by what it
reaches; what it found stands below as examples that must stay harmless.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from benchmarks.fuzz import mutated
from benchmarks.fuzz_targets import Fuzzed, finding, targets

TARGETS = targets()
#: Examples for a reader: as many as take about a second.
EXAMPLES = {"docx": 8, "docx-text": 8, "docx-lists": 8, "pdf": 12, "xlsx": 15, "xlsx-sheet": 15}


@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_refuses_or_reads_whatever_is_changed(name: str) -> None:
    chosen = TARGETS[name]

    @how(
        max_examples=EXAMPLES.get(name, 40), deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.sampled_from(chosen.seeds), st.integers(0, 2**32))
    def hold(seed: bytes, turn: int) -> None:
        data = mutated(seed, chosen, random.Random(turn))
        assert finding(chosen.enter, data) is None, data

    hold()


def test_a_fault_of_our_own_is_a_finding() -> None:
    """The check can fail: an exception that is none of ours is told with its place."""

    def enter(data: bytes) -> object:
        return int(data)

    assert finding(enter, b"1") is None
    found = finding(enter, b"x")
    assert found is not None and found.startswith("ValueError at test_fuzz.py")
    assert mutated(b"", Fuzzed(enter, (b"a",)), random.Random(1)) is not None
