"""For all tests: their order, and what of this machine and of the shipped cost stays out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from align.store import passwords
from tests.store_kit import home, postgres, ready

__all__ = ["home", "postgres", "ready"]

_SHIPPED = passwords._hasher
#: What takes longest, so that with several workers none is left with it alone at the end.
_LONG_FILES = (
    "test_training", "test_models", "test_cli", "test_app_walk", "test_app_browser",
    "test_app_committee", "test_app_audit", "test_app_credit", "test_access", "test_ledger",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; within a file the order stays."""
    last = len(_LONG_FILES)
    turns = {name: turn for turn, name in enumerate(_LONG_FILES)}
    items.sort(key=lambda item: turns.get(item.path.stem, last))


@pytest.fixture(autouse=True, scope="session")
def _no_models_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_MODELS_USER", str(tmp_path_factory.mktemp("user") / "models"))
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hash passwords at argon2's least cost: the shipped one, made to be slow, proves no more."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        yield


@pytest.fixture
def shipped_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as the program does it for people."""
    monkeypatch.setattr(passwords, "_hasher", _SHIPPED)
