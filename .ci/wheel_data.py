"""Puts models, the screens' entry and their settings into the wheel, under ``align/_data``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = (
    "models/default",
    "models/matcher.json",
    "models/registry.toml",
    "models/knowledge",
    "app.py",
    ".streamlit/config.toml",
)


#: Of the tests only the samples' labels travel: 阈值 shows its curves from them.
RENAMED = {"tests/gold": "labels"}


class WheelData(BuildHookInterface):
    """Only a standard wheel carries copies: an editable one reads the checkout itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "standard":
            return
        root = Path(self.root)
        for name in (*CARRIED, *RENAMED):
            if (root / name).exists():
                place = f"align/_data/{RENAMED.get(name, name)}"
                build_data["force_include"][str(root / name)] = place
