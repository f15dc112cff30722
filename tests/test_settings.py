from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from voiceguide.cli.main import app
from voiceguide.errors import SettingsError
from voiceguide.settings import Settings, read_settings, template

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


def test_the_template_changes_nothing_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(template())
    assert read_settings(path) == Settings()


def test_the_template_without_its_marks_is_a_whole_file(tmp_path: Path) -> None:
    lines = [
        line if line.startswith("# ") and not line.startswith("#  ") else line[1:]
        for line in template().splitlines()
    ]
    path = tmp_path / "settings.yaml"
    path.write_text("\n".join(lines))
    settings = read_settings(path)
    for name, field in Settings.model_fields.items():
        assert name in settings.model_fields_set, name
        assert field.description


def test_the_document_has_the_template_as_it_is() -> None:
    document = Path(__file__).parents[1] / "docs" / "settings.md"
    assert f"```yaml\n{template()}```" in document.read_text(encoding="utf-8"), "run: make docs-tables"


class TestCommand:
    def test_a_new_file_is_written_once_and_can_be_used(self, tmp_path: Path) -> None:
        path = tmp_path / "there" / "settings.yaml"
        assert "is written" in command("--settings", path, "--new")
        assert "changes nothing" in command("--settings", path)
        with pytest.raises(SettingsError, match="left as it is"):
            command("--settings", path, "--new")

    def test_what_differs_is_shown(self, tmp_path: Path) -> None:
        path = tmp_path / "settings.yaml"
        path.write_text("home: {broker: hub}\naudio: {input: '[USB]'}\nnight: {}\n")
        shown = command("--settings", path)
        assert "home.broker: hub" in shown
        assert "audio.input: [USB]" in shown
        assert "night.gain_db: -6" in shown
        assert "page" not in shown

    def test_without_a_file_it_says_how_to_get_one(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        assert "--new" in command()


def command(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["settings", *map(str, arguments)])
    if result.exception is not None:
        raise result.exception
    return result.stdout
