"""Who calls out in the benchmarks of sessions: synthetic voices."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voiceguide.core.clock import RATE
from voiceguide.demo.flite import FliteVoice
from voiceguide.demo.person import LEVEL_DB
from voiceguide.errors import VoiceError
from voiceguide.speaking.finish import finish
from voiceguide.speaking.voice import Samples
from voiceguide.speaking.voices.hibari import HibariVoice

WORDS_PER_MINUTE = 150
END_BELOW_PEAK = 0.01
"""A word ends with its last sample that is no more than 40 dB below its peak."""

Render = Callable[[str], Samples]


@dataclass(frozen=True)
class Person:
    """One voice.

    Attributes:
        name: engine and voice.
        make: loads the voice and returns what renders text at 16 kHz.
    """

    name: str
    make: Callable[[], Render]


@dataclass(frozen=True)
class Call:
    """Words as a person calls them out.

    Attributes:
        sound: samples at the level of a person at some distance, -26 dBFS where they speak.
        ends: number of the sample after the last audible one.
    """

    sound: Samples
    ends: int


def call(render: Render, text: str) -> Call:
    """Return a text as called out.

    Raises:
        VoiceError: the voice failed.
    """
    sound = finish(render(text)) * np.float32(10 ** (LEVEL_DB / 20))
    loudness = np.abs(sound)
    return Call(sound, int(np.flatnonzero(loudness > END_BELOW_PEAK * loudness.max())[-1]) + 1)


def people(language: str) -> list[Person]:
    """Return the voices that speak a language."""
    if language == "ko":
        return [_espeak(f"ko{variant}") for variant in ("+f4", "+f5", "+m1", "+klatt2")]
    return [
        *(_flite(name) for name in ("slt", "rms")),
        Person("hibari heart", make=lambda: HibariVoice().render),
    ]


def _flite(speaker: str) -> Person:
    return Person(f"flite {speaker}", lambda: FliteVoice(speaker).render)


def _espeak(voice: str) -> Person:
    return Person(f"espeak-ng {voice}", lambda: partial(_espeak_says, voice))


def _espeak_says(voice: str, text: str) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.wav")
        command = ["espeak-ng", "-v", voice, "-s", str(WORDS_PER_MINUTE), "-w", str(path), text]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=10)
            sound, rate = soundfile.read(path, dtype="float32")
        except (subprocess.SubprocessError, OSError, soundfile.SoundFileError) as error:
            raise VoiceError(f"espeak-ng could not say {text!r} as {voice}: {error}") from error
    samples: Samples = soxr.resample(sound, rate, RATE)
    return samples
