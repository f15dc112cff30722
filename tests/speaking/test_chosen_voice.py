"""The voice that was chosen on the page, and what goes before it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from voiceguide.errors import VoiceError
from voiceguide.speaking.choose import voices_for
from voiceguide.speaking.chosen import keep, kept, load_voice, place

if TYPE_CHECKING:
    from pathlib import Path


def loaded(language: str, said: str | None = None, usual: str | None = None) -> str:
    voice = load_voice(language, said, usual)
    voice.close()
    return voice.name


def test_only_voices_that_are_here_and_speak_the_language_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert voices_for("en") == ("hibari", "pyttsx3")
    assert voices_for("ko") == ("pyttsx3",)
    assert voices_for("xx") == ()
    monkeypatch.setitem(sys.modules, "hibari", None)
    assert voices_for("en") == ("pyttsx3",)


def test_the_command_line_goes_before_it_and_the_settings_come_after() -> None:
    assert loaded("en") == "hibari"
    assert loaded("en", usual="pyttsx3") == "pyttsx3"
    keep("en", "hibari")
    assert loaded("en", usual="pyttsx3") == "hibari"
    assert loaded("en", said="pyttsx3") == "pyttsx3"


def test_each_language_has_its_own() -> None:
    keep("en", "pyttsx3")
    assert (kept("en"), kept("ko")) == ("pyttsx3", None)
    keep("ko", "pyttsx3")
    keep("en", "hibari")
    assert (kept("en"), kept("ko")) == ("hibari", "pyttsx3")


def test_one_that_is_not_there_any_more_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    keep("en", "hibari")
    monkeypatch.setitem(sys.modules, "hibari", None)
    assert kept("en") is None
    assert loaded("en") == "pyttsx3"


def test_one_that_does_not_load_is_left_out_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep("en", "hibari")
    (tmp_path / "hibari.py").write_text("raise ImportError('onnxruntime does not fit this processor')")
    monkeypatch.delitem(sys.modules, "hibari", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert loaded("en", usual="pyttsx3") == "pyttsx3"
    assert "The voice that was chosen on the page is left out: " in caplog.text


@pytest.mark.parametrize("text", ["", "[]", "{", '{"en": 7}', '{"en": "nobody"}', '{"en": ["hibari"]}'])
def test_a_damaged_file_is_as_good_as_none_and_is_replaced(text: str) -> None:
    place().parent.mkdir(parents=True)
    place().write_text(text)
    assert kept("en") is None
    keep("en", "pyttsx3")
    assert json.loads(place().read_text())["en"] == "pyttsx3"


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(own_data_folder: Path) -> None:
    own_data_folder.parent.mkdir()
    own_data_folder.write_text("a file in its place")
    with pytest.raises(VoiceError, match=r"cannot be kept in .*voices\.json.* writable"):
        keep("en", "pyttsx3")
