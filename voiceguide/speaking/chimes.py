"""The two short sounds of the guide: rising notes for "heard", falling ones for "not understood"."""

from __future__ import annotations

from functools import cache

import numpy as np

from voiceguide.core.actions import Sound
from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.voice import Samples

LEVEL_DB = -26.0
"""RMS of a whole chime, in dBFS: 6 dB under the voice, so that it answers without startling."""

NOTES_HZ = {
    Sound.ACCEPTED: (659.26, 880.00),  # E5 up to A5, a fourth
    Sound.UNKNOWN: (440.00, 329.63),  # A4 down to E4, and an octave lower
}
"""First and second note: equal temperament, A4 = 440 Hz."""

_NOTE = samples(0.070)
_ATTACK = samples(0.005)  # raised cosine: shorter clicks, longer sounds slow
_SECOND_HARMONIC = 0.25  # a little warmth; small speakers hardly carry 330 Hz alone


@cache
def chime(sound: Sound) -> Samples:
    """Return a chime: `(2240,)` float32 at 16 kHz (140 ms), beginning and ending in silence; not to be changed."""
    both = np.concatenate([_note(frequency) for frequency in NOTES_HZ[sound]])
    rms = np.sqrt(np.mean(np.square(both)))
    finished: Samples = (both * (10.0 ** (LEVEL_DB / 20.0) / rms)).astype(np.float32)
    finished.flags.writeable = False  # shared by all callers
    return finished


def _note(frequency: float) -> Samples:
    t = np.arange(_NOTE) / RATE
    tone = np.sin(2 * np.pi * frequency * t) + _SECOND_HARMONIC * np.sin(4 * np.pi * frequency * t)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(_ATTACK) / _ATTACK)
    fall = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, _NOTE - _ATTACK + 1) / (_NOTE - _ATTACK))
    note: Samples = (tone * np.concatenate([rise, fall])).astype(np.float32)
    return note
