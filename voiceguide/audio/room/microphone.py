"""The microphone: its own noise, and what can be wrong with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voiceguide.audio.port import MicrophoneBlock
from voiceguide.audio.room.levels import ratio
from voiceguide.audio.room.parameters import Fault, Room
from voiceguide.audio.samples import FULL_SCALE, to_int16
from voiceguide.core.clock import RATE
from voiceguide.speaking.voice import Samples

CLIPPED_DBFS = -6.0
"""Level of the person's speech in a microphone that is turned up too far. Peaks of speech lie 10 dB and more above
its level."""

DC_OFFSET = 0.1
TOO_QUIET_DB = -40.0
_HARMONICS = ((1, 1.0), (2, 0.5), (3, 0.35), (5, 0.15))
"""Mains hum: which multiples of the mains' frequency, and how strong."""


class Microphone:
    """Turns sound into 16-bit samples.

    Args:
        room: for the level of the hiss and the fault.
        rng: for what is random in it.
    """

    def __init__(self, room: Room, rng: np.random.Generator) -> None:
        self._room = room
        self._rng = rng
        self._hiss = np.float32(ratio(room.hiss_dbfs))
        self._now = 0

    def hear(self, sound: Samples) -> MicrophoneBlock:
        """Take `(n,)` samples of sound, full scale at 1, and return them as int16."""
        hiss = self._rng.standard_normal(len(sound), np.float32)
        at = self._now + np.arange(len(sound))
        self._now += len(sound)
        heard = sound + hiss * self._hiss
        match self._room.fault:
            case Fault.NONE:
                pass
            case Fault.CLIPS:
                heard *= np.float32(ratio(CLIPPED_DBFS - self._room.speech_dbfs))
            case Fault.HUMS:
                heard += self._hum(at)
            case Fault.DC:
                heard += np.float32(DC_OFFSET)
            case Fault.QUIET:
                heard *= np.float32(ratio(TOO_QUIET_DB))
            case Fault.MUTED:
                heard = self._rng.integers(-1, 2, len(sound)).astype(np.float32) / FULL_SCALE
            case Fault.ZEROS:
                heard = np.zeros_like(sound)
        return to_int16(heard)

    def _hum(self, at: NDArray[np.int_]) -> Samples:
        turns = at * (self._room.mains_hz / RATE)
        hum = sum(strength * np.sin(2 * np.pi * multiple * turns) for multiple, strength in _HARMONICS)
        power = sum(strength**2 for _, strength in _HARMONICS) / 2
        return np.asarray(hum * ratio(self._room.speech_dbfs) / np.sqrt(power), np.float32)
