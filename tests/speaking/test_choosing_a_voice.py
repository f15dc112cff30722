from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voiceguide.errors import VoiceError
from voiceguide.speaking.choose import choose_voice
from voiceguide.speaking.voices.hibari import HibariVoice

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def without_hibari(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hibari", None)


@pytest.fixture
def with_broken_hibari(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hibari.py").write_text("raise ImportError('onnxruntime does not fit this processor')")
    monkeypatch.delitem(sys.modules, "hibari", raising=False)
    monkeypatch.syspath_prepend(tmp_path)


def chosen(language: str, preferred: str | None = None) -> str:
    voice = choose_voice(language, preferred)
    voice.close()
    return voice.name


def test_english_is_spoken_by_hibari_when_it_is_there() -> None:
    assert chosen("en") == "hibari"


def test_other_languages_are_spoken_by_pyttsx3() -> None:
    assert chosen("ko") == "pyttsx3"


def test_a_preferred_voice_is_taken() -> None:
    assert chosen("en", "pyttsx3") == "pyttsx3"
    assert chosen("en", "hibari") == "hibari"


@pytest.mark.usefixtures("without_hibari")
def test_without_hibari_english_is_spoken_by_pyttsx3(caplog: pytest.LogCaptureFixture) -> None:
    assert chosen("en") == "pyttsx3"
    assert not caplog.records, "the extra is optional: its absence is no news"


@pytest.mark.usefixtures("without_hibari")
def test_asking_for_a_missing_hibari_tells_how_to_install_it() -> None:
    with pytest.raises(VoiceError, match=r"pip install 'voiceguide\[natural\]'"):
        choose_voice("en", "hibari")


@pytest.mark.usefixtures("with_broken_hibari")
def test_a_broken_hibari_is_reported_and_replaced(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert chosen("en") == "pyttsx3"
    assert "onnxruntime does not fit this processor" in caplog.text
    assert "pyttsx3 instead" in caplog.text


@pytest.mark.usefixtures("with_broken_hibari")
def test_asking_for_a_broken_hibari_is_an_error() -> None:
    with pytest.raises(VoiceError, match="onnxruntime does not fit this processor"):
        choose_voice("en", "hibari")


def test_hibari_speaks_no_korean() -> None:
    with pytest.raises(VoiceError, match="English only, not 'ko'"):
        choose_voice("ko", "hibari")


def test_an_unknown_voice_is_an_error() -> None:
    with pytest.raises(VoiceError, match=r"no voice 'siri'\. Choose one of: hibari, pyttsx3"):
        choose_voice("en", "siri")


def test_hibari_repeats_itself_bit_by_bit() -> None:
    voice = HibariVoice()
    first = voice.render("Breathe in.")
    assert first.dtype == np.float32
    assert 1.0 < len(first) / 16_000 < 1.8
    voice.render("Something else in between.")
    assert np.array_equal(voice.render("Breathe in."), first)
    voice.close()


def test_hibari_finds_nothing_to_speak() -> None:
    voice = HibariVoice()
    with pytest.raises(VoiceError, match="nothing to speak"):
        voice.render("   ")
    voice.close()
