from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import voiceguide as package
from voiceguide.core.commands import Command
from voiceguide.language.pack import load_language

Voiceguide = Callable[..., Any]

COMMANDS = ["run", "commands", "demo", "routines", "check", "schema", "render", "hear", "models", "devices"]


def test_the_version(voiceguide: Voiceguide) -> None:
    done = voiceguide("--version")
    assert done.exit_code == 0
    assert done.out == f"voiceguide {package.__version__}\n"


def test_without_a_command_there_is_help(voiceguide: Voiceguide) -> None:
    done, helped = voiceguide(), voiceguide("--help")
    assert helped.exit_code == 0
    for command in COMMANDS:
        assert f" {command} " in helped.out
    assert " run " in done.out + done.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(voiceguide: Voiceguide, command: str) -> None:
    done = voiceguide(command, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.out


@pytest.mark.parametrize("language", ["en", "ko"])
def test_all_that_can_be_said_is_listed_pain_first(voiceguide: Voiceguide, language: str) -> None:
    done = voiceguide("commands", language)
    assert done.exit_code == 0
    listed = [line.split()[0] for line in done.out.splitlines()[3:] if line[:1].isalpha()]
    assert set(listed) == {command.value for command in Command}
    assert set(listed[:4]) == {"pain", "sharp", "shooting", "dull"}
    words = " ".join(done.out.split())
    for phrases in load_language(language).commands.values():
        for phrase in phrases:
            assert f"“{phrase}”" in words


def test_render_writes_a_whole_session_as_wav_and_flac(voiceguide: Voiceguide, tmp_path: Path) -> None:
    sounds = []
    for name in ("session.wav", "session.flac"):
        path = tmp_path / name
        done = voiceguide("render", "constructive-rest", "-o", path, "--voice", "pyttsx3")
        assert done.exit_code == 0, done.err
        sound, rate = soundfile.read(path)
        assert rate == 16_000
        assert sound.ndim == 1
        minutes = len(sound) / rate / 60
        assert f"{path}: {minutes:.1f} minutes" in done.out
        sounds.append(sound)
    wav, flac = sounds
    assert np.array_equal(wav, flac)
    # 400 s of rest and the words around it.
    assert 410 < len(wav) / 16_000 < 600
    assert np.abs(wav[:800]).max() > 0.01, "it begins with speech"
    assert np.abs(wav[-8000:]).max() > 0.01, "and ends with it"
    frames = wav[: len(wav) // 320 * 320].reshape(-1, 320)
    power = np.square(frames).mean(axis=1)
    spoken = power[power > power.max() * 0.01]
    assert 10 * np.log10(spoken.mean()) == pytest.approx(-20, abs=1.5)
    assert np.abs(wav).max() < 0.9
    assert 0.05 < np.mean(power > 1e-6) < 0.6, "most of a rest is silence"


def test_somebody_who_takes_longer_gets_a_longer_rendition(voiceguide: Voiceguide, tmp_path: Path) -> None:
    lengths = []
    for wait in (0, 20):
        path = tmp_path / f"{wait}.wav"
        options = ("--voice", "pyttsx3", "--ready-after", wait)
        assert voiceguide("render", "constructive-rest", "-o", path, *options).exit_code == 0
        lengths.append(soundfile.info(path).frames)
    # To "start" and to "ready".
    assert lengths[1] - lengths[0] == pytest.approx(2 * 20 * 16_000, abs=2 * 160)


def test_a_rendition_of_another_kind_is_refused(voiceguide: Voiceguide, tmp_path: Path) -> None:
    done = voiceguide("render", "constructive-rest", "-o", tmp_path / "session.aiff", "--voice", "pyttsx3")
    assert done.exit_code == 2
    assert "choose a name that ends in .wav or .flac or .mp3 or .ogg for the sound." in done.err
