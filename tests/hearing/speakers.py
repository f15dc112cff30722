"""People to listen to, with some silence around and a faint noise under them.

Recognisers are judged by natural voices, hibari's and Piper's joe; where no word has to be understood, flite and
espeak-ng will do.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from voiceguide.core.clock import RATE, samples
from voiceguide.demo.piper import PiperVoice
from voiceguide.errors import VoiceError
from voiceguide.hearing.ears import Ears
from voiceguide.speaking.voice import Samples, Voice
from voiceguide.speaking.voices.hibari import HibariVoice

Sound = NDArray[np.int16]

# Voices that nothing was chosen or tuned with: flite's slt and rms (tuned with kal16 and awb), espeak-ng's m7.
FLITE = ("slt", "rms")
ESPEAK = "en-us+m7"
HIBARI, JOE = "hibari", "joe"
NATURAL = (HIBARI, JOE)
PEAK = 0.3


def need(program: str) -> None:
    """Skip where a program is missing."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: sudo apt-get install {program}")


@cache
def natural_voice(name: str) -> Voice:
    """Return a natural voice; skip where it is missing."""
    try:
        return HibariVoice() if name == HIBARI else PiperVoice()
    except VoiceError as error:
        pytest.skip(str(error))


@cache
def spoken(text: str, voice: str = "slt") -> Sound:
    """Return a text in a voice, trimmed, at a peak of -10 dBFS."""
    sound = natural_voice(voice).render(text) if voice in NATURAL else _by_program(text, voice)
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    sound = sound[loud[0] : loud[-1] + 1]
    return np.asarray(sound * (PEAK * 32767 / np.abs(sound).max()), np.int16)


def _by_program(text: str, voice: str) -> Samples:
    program = "flite" if voice in FLITE else "espeak-ng"
    need(program)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "speech.wav")
        how = ["-voice", voice, "-t", text, "-o", path] if program == "flite" else ["-v", voice, "-w", path, text]
        subprocess.run([program, *how], check=True, capture_output=True)
        sound, rate = soundfile.read(path, dtype="float32")
    resampled: Samples = soxr.resample(sound, rate, RATE)
    return resampled


def in_a_room(*parts: Sound, before_s: float = 0.5, after_s: float = 1.0, noise: float = 20.0) -> Sound:
    """Put sounds one after another, silence before each and after the last, a steady noise (rms) under all."""
    pieces = [piece for part in parts for piece in (np.zeros(samples(before_s), np.int16), part)]
    whole = np.concatenate([*pieces, np.zeros(samples(after_s), np.int16)])
    hiss = np.random.default_rng(1).normal(0, noise, len(whole))
    return np.asarray(np.clip(whole + hiss, -32768, 32767), np.int16)


def blocks(sound: Sound, size: int = 160) -> list[Sound]:
    """Cut a sound into frames; the last one may be shorter."""
    return [sound[start : start + size] for start in range(0, len(sound), size)]


def heard_by(ears: Ears, sound: Sound, size: int = 160) -> list[tuple[int, str, str]]:
    """Return what ears hear in a sound: (sample time, command or "unknown", text)."""
    verdicts = [one for frame in blocks(sound, size) for one in ears.accept(frame)]
    heard = [one.heard for one in verdicts if one.heard]
    return [(one.at, one.command or "unknown", one.text) for one in heard]
