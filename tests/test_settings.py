from __future__ import annotations

from pathlib import Path

import pytest

from voiceguide.errors import SettingsError
from voiceguide.settings import Settings, read_settings

MISTAKES = """\
voice: hibari
audio:
  inptu: USB
night:
  begins: 25:00
home:
  port: 1883
page: {port: 80}
hooks:
  pain: lamp
"""


def test_everything_has_a_default() -> None:
    settings = Settings()
    assert settings.home is None
    assert not settings.page.on


def test_what_is_written_counts(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("audio: {input: USB}\nnight: {gain_db: -9}\nroutines: [psoas-short]\n")
    settings = read_settings(path)
    assert settings.audio.input == "USB"
    assert settings.night is not None
    assert (settings.night.begins, settings.night.gain_db) == ("22:00", -9)
    assert settings.routines == ["psoas-short"]


def test_every_mistake_is_told_at_once_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(MISTAKES)
    with pytest.raises(SettingsError) as raised:
        read_settings(path)
    told = str(raised.value)
    for line, words in ((3, "`input`"), (5, '"25:00"'), (7, "`broker`"), (8, "at least 1024"), (10, "a list")):
        assert any(part.startswith(f"{line}:") and words in part for part in told.split(f"{path}:")), (line, words)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        read_settings(tmp_path / "settings.yaml")
