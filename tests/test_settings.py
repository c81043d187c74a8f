"""Settings: ranges are kept, contradictions refused, equal values have one version."""

from __future__ import annotations

from pathlib import Path

import pytest

from align.errors import SettingsError
from align.settings import SETTINGS, Settings, load_settings


def test_every_setting_says_what_it_is_and_its_default_is_in_range() -> None:
    for s in SETTINGS:
        assert s.low <= s.default <= s.high
        assert s.zh
        assert s.en
        assert s.meaning.endswith("。")
        assert s.source
        assert s.unit
    assert len({s.name for s in SETTINGS}) == len(SETTINGS)


@pytest.mark.parametrize("s", SETTINGS, ids=lambda s: s.name)
def test_a_value_out_of_range_is_refused_with_its_range(s) -> None:
    for wrong in (s.low - 1, s.high + 1, float("nan")):
        with pytest.raises(SettingsError) as caught:
            Settings({s.name: wrong})
        assert s.zh in caught.value.line()
        assert f"{s.low:g} 至 {s.high:g}" in caught.value.line()


def test_contradictions_are_refused() -> None:
    with pytest.raises(SettingsError, match="互相矛盾"):
        Settings({"link_threshold": 0.8, "full_threshold": 0.4})
    with pytest.raises(SettingsError, match="互相矛盾"):
        Settings({"unsure_low": 0.6, "unsure_high": 0.3})


def test_unknown_names_words_and_fractions_are_refused() -> None:
    with pytest.raises(SettingsError, match="没有这项设置"):
        Settings({"linkthreshold": 0.3})
    with pytest.raises(SettingsError, match="不是数"):
        Settings({"link_threshold": "0.3"})  # type: ignore[dict-item]
    with pytest.raises(SettingsError, match="整数"):
        Settings({"candidates": 3.5})


def test_the_version_follows_the_values() -> None:
    assert Settings().version == Settings({}).version
    changed = Settings().with_values(candidates=12)
    assert changed.version != Settings().version
    assert changed.with_values(candidates=Settings().candidates).version == Settings().version


def test_a_file_is_read_and_its_errors_name_it(tmp_path: Path) -> None:
    good = tmp_path / "好.toml"
    good.write_text("[settings]\ncandidates = 20\n", encoding="utf-8")
    assert load_settings(good).candidates == 20
    assert load_settings(None).values == Settings().values
    for name, text, words in (
        ("坏.toml", "[settings\n", "不是有效的 TOML"),
        ("超.toml", "[settings]\nlink_threshold = 7\n", "超出范围"),
        ("表.toml", "settings = 3\n", "不是一张表"),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with pytest.raises(SettingsError) as caught:
            load_settings(path)
        assert words in caught.value.line()
        assert name in caught.value.line()
    with pytest.raises(SettingsError, match="打不开"):
        load_settings(tmp_path)
    with pytest.raises(SettingsError, match="找不到"):
        load_settings(tmp_path / "没有.toml")
