"""For all tests: a user's own models and choice on this machine stay out of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.store_kit import home, postgres, ready

__all__ = ["home", "postgres", "ready"]


@pytest.fixture(autouse=True, scope="session")
def _no_models_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIGN_MODELS_USER", str(tmp_path_factory.mktemp("user") / "models"))
        yield
