"""How loud speech is where it is speech."""

from __future__ import annotations

import numpy as np

from voiceguide.core.clock import RATE
from voiceguide.speaking.voice import Samples

_FRAME = RATE // 50
_ACTIVE_DB = 20.0
"""Frames of 20 ms within this of the loudest count as speech. Speech varies by more than that only in its pauses
and its faintest consonants; ITU-T P.56 uses 15.9 dB below the mean."""


def ratio(decibels: float) -> float:
    """Return decibels as a factor on amplitudes."""
    return float(10.0 ** (decibels / 20.0))


def decibels(factor: float) -> float:
    """Return a factor on amplitudes in decibels."""
    return float(20.0 * np.log10(factor))


def rms_dbfs(sound: Samples) -> float:
    """Return the level of all of `(n,)` samples in dBFS (0 for a constant of 1)."""
    return decibels(np.sqrt(np.square(sound, dtype=np.float64).mean()))


def active_dbfs(sound: Samples) -> float:
    """Return the level of the active parts of speech, `(n,)` samples not all zero, in dBFS."""
    frames = np.pad(sound, (0, -len(sound) % _FRAME)).reshape(-1, _FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    return decibels(np.sqrt(power[power >= power.max() * ratio(-_ACTIVE_DB) ** 2].mean()))
