"""What doctor plays to measure by: ten seconds of something like birdsong.

Sweeps through the band of speech, each of another length and other ends, up and down, with uneven gaps: whatever
stretch of a second is looked at, it is like no other, so its echo can be found at one delay only.
"""

from __future__ import annotations

import numpy as np

from voiceguide.core.clock import RATE, samples
from voiceguide.speaking.finish import ACTIVE_LEVEL_DB
from voiceguide.speaking.voice import Samples

LENGTH = samples(10.0)
"""Long enough to measure a drift to 2 ppm: tests/doctor holds it against the truth."""

_LOW_HZ = (250.0, 450.0)
_HIGH_HZ = (4500.0, 6500.0)
_SWEEP_S = (0.16, 0.34)
_GAP_S = (0.04, 0.14)
_EDGE = samples(0.01)
"""Rise and fall of a sweep: shorter ones click."""


def birdsong(length: int = LENGTH) -> Samples:
    """Return `(length,)` float32 at 16 kHz, its sweeps as loud as the guide's voice; always the same."""
    chance = np.random.default_rng(5)
    song: list[Samples] = []
    while sum(map(len, song)) < length:
        low, high = chance.uniform(*_LOW_HZ), chance.uniform(*_HIGH_HZ)
        ends = (low, high) if chance.random() < 0.5 else (high, low)  # noqa: PLR2004 - as often up as down
        song.append(_sweep(*ends, samples(chance.uniform(*_SWEEP_S))))
        song.append(np.zeros(samples(chance.uniform(*_GAP_S)), np.float32))
    return np.concatenate(song)[:length]


def _sweep(start_hz: float, end_hz: float, length: int) -> Samples:
    """Return a sweep that spends as long in each octave, as speech spreads its power."""
    along = np.arange(length) / length
    ratio = np.log(end_hz / start_hz)
    turns = start_hz * (length / RATE) / ratio * (np.exp(ratio * along) - 1)
    sweep = np.sin(2 * np.pi * turns)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(_EDGE) / _EDGE)
    sweep[:_EDGE] *= rise
    sweep[-_EDGE:] *= rise[::-1]
    level = 10.0 ** (ACTIVE_LEVEL_DB / 20.0)
    return np.asarray(sweep * (level * np.sqrt(2.0)), np.float32)
