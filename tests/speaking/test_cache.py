from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from voiceguide import places
from voiceguide.errors import VoiceError
from voiceguide.speaking.cache import SpeechStore
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB, PEAK_DB
from voiceguide.speaking.voices.espeak import EspeakVoice

RATE = 16_000


class ToneVoice:
    """Speaks a tone between two silences, 50 ms long for each letter, and remembers what it was asked."""

    name = "tone"

    def __init__(self, fingerprint: str = "tone 1") -> None:
        self.fingerprint = fingerprint
        self.asked: list[str] = []

    def render(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        if text == "unspeakable":
            raise VoiceError("It cannot be spoken. Say something else.")
        t = np.arange(800 * len(text)) / RATE
        tone = 0.01 * len(text) * np.sin(2 * np.pi * 500 * t)
        return np.concatenate([np.zeros(1600), tone, np.zeros(6400)]).astype(np.float32)

    def close(self) -> None:
        pass


def decibels(samples: NDArray[np.float32]) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


def spoken(voice: ToneVoice | EspeakVoice, folder: Path, text: str) -> NDArray[np.float32]:
    store = SpeechStore(voice, folder)
    store.prepare([text])
    return store.samples(text)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_speech_is_trimmed_and_levelled(tmp_path: Path) -> None:
    store = SpeechStore(ToneVoice(), tmp_path)
    for text in ("hum", "a longer hum"):
        sound = store.samples(text)
        assert sound.dtype == np.float32
        assert 0 <= len(sound) - 800 * len(text) <= (0.015 + 0.025) * RATE
        assert decibels(sound[400:-600]) == pytest.approx(ACTIVE_LEVEL_DB, abs=0.1)


def test_a_weak_consonant_is_kept_and_a_hiss_is_not(tmp_path: Path) -> None:
    class Lisp(ToneVoice):
        def render(self, text: str) -> NDArray[np.float32]:
            tone = np.trim_zeros(super().render(text))
            weak = tone[:1600] / 50  # 34 dB below
            hiss = np.tile(tone[:1600] / 1000, 5)  # 60 dB below
            return np.concatenate([hiss, weak, tone, weak, hiss])

    sound = spoken(Lisp(), tmp_path, "consonant")
    assert 0 <= len(sound) - (1600 + 800 * len("consonant") + 1600) <= (0.015 + 0.025) * RATE + 2


def test_a_peaky_line_stays_under_the_ceiling(tmp_path: Path) -> None:
    class Clicks(ToneVoice):
        def render(self, text: str) -> NDArray[np.float32]:
            sound = super().render(text)
            sound[1600::400] = 0.9
            return sound

    sound = spoken(Clicks(), tmp_path, "clicks")
    assert 20 * np.log10(np.abs(sound).max()) == pytest.approx(PEAK_DB, abs=0.01)


def test_real_speech_keeps_its_onset_and_its_end(tmp_path: Path) -> None:
    voice = EspeakVoice("en")
    raw = voice.render("Find the floor with your feet.")
    sound = spoken(voice, tmp_path, "Find the floor with your feet.")
    voice.close()
    assert len(raw) - 0.45 * RATE < len(sound) < len(raw) - 0.3 * RATE, "espeak-ng's final pause is gone, no more"
    assert decibels(sound[-160:]) < -60
    assert decibels(sound[:80]) < -60
    assert -8 < 20 * np.log10(np.abs(sound).max()) <= PEAK_DB


def test_it_is_rendered_once_and_the_same_from_everywhere(tmp_path: Path) -> None:
    voice = ToneVoice()
    store = SpeechStore(voice, tmp_path)
    store.prepare(["hum"])
    first = store.samples("hum")
    again = store.samples("hum")
    from_disk = spoken(voice, tmp_path, "hum")
    assert voice.asked == ["hum"]
    assert np.array_equal(first, again)
    assert np.array_equal(first, from_disk)
    assert store.length("hum") == len(first)
    assert len(files(tmp_path)) == 1


def test_a_caller_may_change_what_it_got(tmp_path: Path) -> None:
    store = SpeechStore(ToneVoice(), tmp_path)
    before = store.samples("hum").copy()
    store.samples("hum")[:] = 0
    assert np.array_equal(store.samples("hum"), before)


def test_preparing_reports_each_different_text(tmp_path: Path) -> None:
    voice = ToneVoice()
    store = SpeechStore(voice, tmp_path)
    seen: list[tuple[int, int]] = []
    store.prepare(["one", "two", "one", "three"], lambda ready, of: seen.append((ready, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert voice.asked == ["one", "two", "three"]
    store.samples("two")
    assert voice.asked == ["one", "two", "three"]


def test_another_voice_has_other_files(tmp_path: Path) -> None:
    SpeechStore(ToneVoice("tone 1"), tmp_path).prepare(["hum"])
    other = ToneVoice("tone 2")
    SpeechStore(other, tmp_path).prepare(["hum"])
    assert other.asked == ["hum"]
    assert len(files(tmp_path)) == 2


def test_what_the_voice_cannot_speak_is_the_callers_to_handle(tmp_path: Path) -> None:
    store = SpeechStore(ToneVoice(), tmp_path)
    with pytest.raises(VoiceError, match="cannot be spoken"):
        store.prepare(["fine", "unspeakable"])
    assert len(store.samples("fine")) > 0
    assert len(files(tmp_path)) == 1


def damage_nothing_left(path: Path) -> None:
    path.write_bytes(b"")


def damage_cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def damage_other_rate(path: Path) -> None:
    soundfile.write(path, np.zeros(100), 44_100, format="FLAC")


def damage_stereo(path: Path) -> None:
    soundfile.write(path, np.zeros((100, 2)), RATE, format="FLAC")


@pytest.mark.parametrize(
    "damage", [damage_nothing_left, damage_cut_off, damage_one_bit, damage_other_rate, damage_stereo]
)
def test_a_damaged_file_is_rendered_again_and_replaced(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    whole = spoken(ToneVoice(), tmp_path, "hum")
    (path,) = files(tmp_path)
    content = path.read_bytes()
    damage(path)
    voice = ToneVoice()
    assert np.array_equal(spoken(voice, tmp_path, "hum"), whole)
    assert voice.asked == ["hum"]
    assert files(tmp_path) == [path]
    assert path.read_bytes() == content


def test_an_unwritable_folder_is_told_once_and_speech_kept_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    folder = tmp_path / "file" / "speech"
    voice = ToneVoice()
    store = SpeechStore(voice, folder)
    with caplog.at_level(logging.WARNING):
        store.prepare(["one", "two"])
        assert len(store.samples("one")) > 0
    assert voice.asked == ["one", "two"]
    (warning,) = caplog.messages
    assert str(folder) in warning
    assert "XDG_CACHE_HOME" in warning


def test_a_folder_in_the_place_of_a_file_is_told_and_nothing_is_left_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    SpeechStore(ToneVoice(), tmp_path).prepare(["hum"])
    (path,) = files(tmp_path)
    path.unlink()
    (path / "inside").mkdir(parents=True)
    assert len(spoken(ToneVoice(), tmp_path, "hum")) > 0
    assert str(tmp_path) in caplog.text
    assert files(tmp_path) == [path]


def test_the_files_not_used_for_longest_go_first(tmp_path: Path) -> None:
    texts = [f"hum number {number}" for number in range(6)]
    SpeechStore(ToneVoice(), tmp_path).prepare(texts)
    size = sum(path.stat().st_size for path in files(tmp_path))
    for path in files(tmp_path):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    SpeechStore(ToneVoice(), tmp_path).prepare(texts[2:])  # the first two have not been used since

    SpeechStore(ToneVoice(), tmp_path, limit_bytes=size).prepare(["hum number 9"])

    assert sum(path.stat().st_size for path in files(tmp_path)) <= size
    voice = ToneVoice()
    SpeechStore(voice, tmp_path).prepare([*texts[2:], "hum number 9"])
    assert voice.asked == []


def test_a_limit_smaller_than_a_session_costs_the_files_not_the_session(tmp_path: Path) -> None:
    voice = ToneVoice()
    store = SpeechStore(voice, tmp_path, limit_bytes=1)
    store.prepare(["one", "two"])
    assert files(tmp_path) == []
    assert len(store.samples("one")) > 0
    assert voice.asked == ["one", "two"]


def test_the_folder_is_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    SpeechStore(ToneVoice()).prepare(["hum"])
    assert len(files(places.cache_folder() / "speech")) == 1


class Hangs:
    """A disk that answers when it is let."""

    def __init__(self) -> None:
        self.frees = threading.Event()
        self.asked = 0

    def __call__(self, *_: object) -> None:
        self.asked += 1
        self.frees.wait(60)


@pytest.fixture
def hangs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hangs]:
    disk = Hangs()
    monkeypatch.setattr("voiceguide.speaking.patient_disk.LIMIT_S", 0.2)
    yield disk
    disk.frees.set()


@pytest.mark.parametrize("what", ["_sound_of", "_replace"], ids=["to read", "to write"])
def test_a_disk_that_does_not_answer_costs_its_limit_once(
    tmp_path: Path, hangs: Hangs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    SpeechStore(ToneVoice(), tmp_path).prepare(["one"])
    monkeypatch.setattr(f"voiceguide.speaking.cache.{what}", hangs)
    voice = ToneVoice()
    store = SpeechStore(voice, tmp_path)
    store.prepare(["two", "three", "four"] if what == "_replace" else ["one", "two", "three"])
    store.prepare(["five"])
    assert hangs.asked == 1
    assert len(voice.asked) == 4
    assert len(store.samples("three")) > 0
    (warning,) = [message for message in caplog.messages if "cannot be kept" in message]
    assert "has not answered" in warning


def test_what_is_said_asks_no_disk(tmp_path: Path, hangs: Hangs, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SpeechStore(ToneVoice(), tmp_path)
    store.prepare(["one"])
    for what in ("_sound_of", "_replace"):
        monkeypatch.setattr(f"voiceguide.speaking.cache.{what}", hangs)
    assert len(store.samples("one")) == store.length("one")
    assert len(store.samples("never prepared")) > 0
    assert hangs.asked == 0
